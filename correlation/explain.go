package correlation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/plain"
)

// Explanation says why alerts are in one incident.
type Explanation struct {
	Incident ID
	// Links lead from the first alert to the second, or, for an incident, hold it
	// together, oldest first.
	Links []Link
	// Omitted is how many links are not shown: repeats, and those beyond the
	// first 100 of an incident.
	Omitted int
	// Reasons are those of Microsoft Graph.
	Reasons incident.CorrelationReasons
}

// Link is why two alerts are in one incident.
type Link struct {
	// From is the earlier alert.
	From, To string
	// Gap is the time between the two.
	Gap time.Duration
	// Values are what they share, the rarest first, at most four.
	Values []Value
	// Bits is the evidence of the values and of the nearness in time, as it was
	// when the link was made. A link over several alerts has that of the weakest.
	Bits float64
	// Nearness is the part of it that time has; it is negative for alerts far
	// apart.
	Nearness float64
	// Over is how many alerts between the two share the values as well.
	Over int
	// ByHand tells that a person, or the alert's own link, made it.
	ByHand bool
}

// Value is something that two alerts share.
type Value struct {
	// Kind says in words what it is: "IP address", "detector". Type is empty for
	// what is no entity.
	Kind string
	Type entity.Type
	// Text is the value in canonical form. It is empty where only a hash is known,
	// and for what has no value.
	Text string
	Hash uint64
	// Bits is what it was worth: its rarity, by Seen of Of observations then. Of
	// what two sensors report, Seen is how much more often that was together.
	Bits     float64
	Seen, Of int
	// SeenNow and OfNow are the same by what is known now.
	SeenNow, OfNow int

	impacted bool
	kind     uint8
}

// Explain says why two alerts of a tenant are in one incident: with the fewest
// links that lead from one to the other. Alerts that share a value need no
// others between them, even if the value came to them by way of others.
func (e *Engine) Explain(tenant, a, b string) (Explanation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, x := e.findAlert(tenant, a)
	t, y := e.findAlert(tenant, b)
	switch {
	case s == nil || s.incidentOf(x) == 0:
		return Explanation{}, fmt.Errorf("%w: alert %.60q", ErrNotFound, a)
	case t == nil || t.incidentOf(y) == 0:
		return Explanation{}, fmt.Errorf("%w: alert %.60q", ErrNotFound, b)
	case s != t || s.incidentOf(x) != s.incidentOf(y):
		return Explanation{}, fmt.Errorf("%w: alerts %.60q and %.60q are in different incidents", ErrNotFound, a, b)
	}
	out := Explanation{Incident: s.incidents.at(s.incidentOf(x)).id}
	if x == y {
		if a != b {
			r := s.alerts.at(x)
			out.Links = []Link{{From: s.names.text(r.id), To: b, Gap: time.Duration(r.last() - r.time), Bits: repeatBits / 256, Values: []Value{{Kind: proofKinds[kindRepeat].words, kind: kindRepeat}}}}
		}
	} else {
		out.Links = s.path(x, y)
	}
	out.reasons()
	return out, nil
}

// ExplainIncident says what holds an incident together.
func (e *Engine) ExplainIncident(id ID) (Explanation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i := e.incident(id)
	if s == nil {
		return Explanation{}, fmt.Errorf("%w: incident %s", ErrNotFound, id)
	}
	i = s.root(i)
	out := Explanation{Incident: s.incidents.at(i).id}
	if s.incidents.at(i).count == 0 {
		return out, nil
	}
	for _, n := range s.inOrder(s.members(i)) {
		r := s.alerts.at(n)
		switch {
		case r.parent == 0:
		case s.isRepeat(r) || len(out.Links) == 100:
			out.Omitted++
		default:
			out.Links = append(out.Links, s.linkOver([]uint32{n}, n, r.parent))
		}
	}
	out.reasons()
	if out.Omitted > 0 && !out.Reasons.Has(incident.ReasonRepeatedAlertOccurrence) {
		out.Reasons = append(out.Reasons, incident.ReasonRepeatedAlertOccurrence)
	}
	return out, nil
}

func (s *scope) isRepeat(r *alertRec) bool {
	for i := range uint32(r.proofCount) {
		if s.proofs.at(r.proof+i).kind == kindRepeat {
			return true
		}
	}
	return false
}

// path returns the links between two alerts of an incident.
func (s *scope) path(x, y uint32) []Link {
	// The alerts on the way, and of each step the alert that has the link.
	depth := map[uint32]int{}
	for n, i := x, 0; n != 0; n, i = s.alerts.at(n).parent, i+1 {
		depth[n] = i
	}
	meet := y
	for _, ok := depth[meet]; !ok; _, ok = depth[meet] {
		meet = s.alerts.at(meet).parent
	}
	nodes, edges := []uint32{x}, []uint32(nil)
	for n := x; n != meet; n = s.alerts.at(n).parent {
		edges, nodes = append(edges, n), append(nodes, s.alerts.at(n).parent)
	}
	at := len(edges)
	var back []uint32
	for n := y; n != meet; n = s.alerts.at(n).parent {
		back, edges = append(back, n), slices.Insert(edges, at, n)
	}
	slices.Reverse(back)
	nodes = append(nodes, back...)
	// A run of steps that all share a value is one link.
	var out []Link
	for from := 0; from < len(edges); {
		to, shared := from+1, s.hashes(edges[from])
		for to < len(edges) {
			both := slices.DeleteFunc(slices.Clone(shared), func(h uint64) bool { return !slices.Contains(s.hashes(edges[to]), h) })
			if len(both) == 0 {
				break
			}
			to, shared = to+1, both
		}
		out = append(out, s.linkOver(edges[from:to], nodes[from], nodes[to]))
		from = to
	}
	return out
}

// hashes returns what links an alert to its parent, as far as it passes on.
func (s *scope) hashes(n uint32) (out []uint64) {
	r := s.alerts.at(n)
	for i := range uint32(r.proofCount) {
		p := s.proofs.at(r.proof + i)
		if p.kind == kindRepeat {
			out = append(out, uint64(r.thread))
		} else if p.hash != 0 {
			out = append(out, p.hash)
		}
	}
	return out
}

// linkOver makes one link of the links that some alerts have, between two.
func (s *scope) linkOver(edges []uint32, x, y uint32) Link {
	a, b := s.alerts.at(x), s.alerts.at(y)
	if b.time < a.time {
		a, b = b, a
	}
	l := Link{From: s.names.text(a.id), To: s.names.text(b.id), Gap: time.Duration(b.time - a.time), Over: len(edges) - 1}
	weakest := edges[0]
	for _, n := range edges {
		if s.alerts.at(n).score < s.alerts.at(weakest).score {
			weakest = n
		}
	}
	r := s.alerts.at(weakest)
	l.ByHand = r.flags&(flagByHand|flagLinked) != 0
	l.Bits = float64(r.score) / 16
	l.Nearness = l.Bits
	for i := range uint32(r.proofCount) {
		p := s.proofs.at(r.proof + i)
		v := Value{
			Kind: proofKinds[p.kind].words, Type: proofKinds[p.kind].entity, Hash: p.hash, Bits: float64(p.bits) / 16,
			Seen: int(p.n), Of: int(p.of), OfNow: int(s.obs), impacted: p.flag&proofImpacted != 0, kind: p.kind,
		}
		if p.hash != 0 {
			v.SeenNow = int(s.observations(p.hash))
		}
		l.Nearness -= v.Bits
		shared := true
		for _, n := range edges {
			shared = shared && (p.hash == 0 || slices.Contains(s.hashes(n), p.hash))
		}
		if shared {
			v.Text = s.textOf(p.hash)
			l.Values = append(l.Values, v)
		}
	}
	slices.SortStableFunc(l.Values, func(a, b Value) int { return cmp.Compare(b.Bits, a.Bits) })
	return l
}

// reasons collects Graph's reasons of the links. Alerts that are less than five
// minutes apart are near in time.
func (x *Explanation) reasons() {
	add := func(r incident.CorrelationReason) {
		if r != "" && !x.Reasons.Has(r) {
			x.Reasons = append(x.Reasons, r)
		}
	}
	for _, l := range x.Links {
		for _, v := range l.Values {
			reason := proofKinds[v.kind].reason
			if v.impacted && reason == incident.ReasonSameAsset {
				reason = incident.ReasonSameTargetedAsset
			}
			add(reason)
		}
		if l.Gap <= 5*time.Minute {
			add(incident.ReasonTemporalProximity)
		}
	}
}

// String returns one sentence for each link.
func (x Explanation) String() string {
	lines := make([]string, len(x.Links))
	for i, l := range x.Links {
		lines[i] = l.String()
	}
	if x.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("%d more links, most of them of alerts that came again.", x.Omitted))
	}
	return strings.Join(lines, "\n")
}

// String returns the link as a sentence.
func (l Link) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s and %s, %s apart, ", name(l.From), name(l.To), l.Gap)
	if l.ByHand {
		b.WriteString("were put together by hand.")
		return b.String()
	}
	for i, v := range l.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.String())
	}
	if len(l.Values) == 0 {
		b.WriteString("share what is not kept")
	}
	if l.Over > 0 {
		fmt.Fprintf(&b, ", as have %d alerts between them", l.Over)
	}
	fmt.Fprintf(&b, "; with %+.1f bits for the time between them the evidence is %.1f bits.", l.Nearness, l.Bits)
	return b.String()
}

// String returns the value with its weight: IP address "203.0.113.7" (+9.1 bits:
// seen 3 times in 1700 observations).
func (v Value) String() string {
	switch v.kind {
	case kindRepeat:
		return "are the same alert again"
	case kindTwin:
		return fmt.Sprintf("are of two things that detector %s reports together (%+.1f bits: %d times more than apart)", name(v.Text), v.Bits, v.Seen)
	case kindTactic:
		return fmt.Sprintf("show a later tactic (%+.1f bits)", v.Bits)
	}
	text := " known only by its hash"
	if v.Text != "" {
		text = " " + name(v.Text)
	}
	return fmt.Sprintf("share %s%s (%+.1f bits: seen %d times in %d observations before)", v.Kind, text, v.Bits, v.Seen, v.Of)
}

func name(s string) string { return `"` + plain.Line(plain.Cut(s, 80)) + `"` }
