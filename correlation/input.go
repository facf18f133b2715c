package correlation

import (
	"slices"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
)

// input is an alert in the form that is decided. The engine has one and uses it
// again and again.
type input struct {
	time     int64
	id       uint64 // hashes
	thread   uint64 // of the detector and all values, or 0
	detector uint64
	rule     entity.Key // what has raised the alert, in the form of a key
	keys     []inputKey
	tactics  uint16
	severity uint8
	dropped  int
	cands    []candidate
	refused  []Refusal
}

// inputKey is one key of the alert.
type inputKey struct {
	hash     uint64
	entity   int32 // keys of one entity have one number; the detector's is the last
	strong   bool
	impacted bool
	seen     uint32 // observations with it
	kind     entity.Type
	key      *entity.Key // nil where only the hash is known
}

// prepare fills in the input from an alert.
func (e *Engine) prepare(a *Alert) {
	in := &e.in
	*in = input{time: a.Time.UnixNano(), keys: in.keys[:0], cands: in.cands[:0], refused: nil}
	var sum, h uint64
	number := int32(0)
	add := func(k inputKey) {
		if len(in.keys) >= e.set.MaxKeys {
			in.dropped++
			return
		}
		for i := range in.keys {
			if in.keys[i].hash == k.hash {
				return // the alert names it twice
			}
		}
		in.keys = append(in.keys, k)
		sum += k.hash
	}
	for i := range a.Entities {
		number++
		for j := range a.Entities[i].Keys {
			k := &a.Entities[i].Keys[j]
			if k.Strength == entity.None || k.Value == "" || e.isNever(k) {
				e.stats.NeverKeys++
				continue
			}
			if len(in.keys) >= e.set.MaxKeys {
				in.dropped++ // not even hashed
				continue
			}
			h, e.buf = e.hashKey(e.buf, k)
			add(inputKey{hash: h, entity: number, strong: k.Strength == entity.Strong, impacted: a.Entities[i].Impacted, kind: k.Type, key: k})
		}
	}
	for i := range a.Hashed {
		k := &a.Hashed[i]
		if i == 0 || k.Entity != a.Hashed[i-1].Entity {
			number++
		}
		if k.Strength == entity.None {
			e.stats.NeverKeys++
			continue
		}
		add(inputKey{hash: notZero(k.Hash), entity: number, strong: k.Strength == entity.Strong, kind: k.Type})
	}
	e.stats.KeysDropped += uint64(in.dropped)
	in.id, e.buf = e.seed.text(e.buf, domainAlert, a.ID)
	if a.Detector != "" {
		in.detector, e.buf = e.seed.text(e.buf, domainDetector, a.Detector)
		in.rule.Value = a.Detector
	}
	if len(in.keys) > 0 {
		in.thread = e.seed.mix(domainThread, sum, in.detector)
		if in.detector != 0 && e.set.DetectorWindow > 0 {
			in.keys = append(in.keys, inputKey{hash: in.detector, entity: number + 1, kind: typeDetector, key: &in.rule})
		}
	}
	in.tactics = e.tacticsOf(a)
	in.severity = severityRank(a.Severity)
}

func (e *Engine) isNever(k *entity.Key) bool {
	if len(e.set.never) == 0 {
		return false
	}
	n := *k
	n.Strength = 0
	return e.set.never[n]
}

// tacticsOf returns the columns of the Enterprise matrix that an alert is in, as
// bits.
func (e *Engine) tacticsOf(a *Alert) (mask uint16) {
	for _, id := range a.Techniques {
		if t, ok := attack.Lookup(id); ok {
			mask |= columns(t.Tactics)
		}
	}
	if mask != 0 || a.Category == "" {
		return mask
	}
	mask, ok := e.tactics[a.Category]
	if !ok {
		mask = columns(a.Category.Tactics())
		if len(e.tactics) < 256 {
			e.tactics[a.Category] = mask
		}
	}
	return mask
}

func columns(set attack.TacticSet) (mask uint16) {
	for t := range set.All() {
		if t.Domain == attack.Enterprise && t.Column > 0 && t.Column <= 16 {
			mask |= 1 << (t.Column - 1)
		}
	}
	return mask
}

var severities = [...]alert.Severity{alert.SeverityUnknown, alert.Informational, alert.Low, alert.Medium, alert.High}

func severityRank(s alert.Severity) uint8 { return uint8(max(0, slices.Index(severities[:], s))) }

// compareAlerts orders alerts by time and then by id.
func compareAlerts(a, b *Alert) int {
	if c := a.Time.Compare(b.Time); c != 0 {
		return c
	}
	if a.ID < b.ID {
		return -1
	}
	if a.ID > b.ID {
		return 1
	}
	return 0
}

func sortedByTime(alerts []Alert) []int {
	order := make([]int, len(alerts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return compareAlerts(&alerts[i], &alerts[j]) })
	return order
}
