package correlation

import (
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/incidentkit/incidentkit/entity"
)

// scope is a part of the world in which alerts can be linked: a tenant, or one
// of its workspaces. Scopes share nothing, so that nothing can link across them.
type scope struct {
	name scopeName
	tag  uint32 // the beginning of the ids of its incidents
	seed seed

	index     index
	alerts    slab[alertRec]
	incidents slab[incidentRec]
	threads   slab[thread]
	proofs    slab[proof]
	counts    slab[counted]
	common    slab[common]
	commons   map[uint64]uint32 // common, by hash
	names     arena
	values    labels // titles with their sources, and device groups
	details   map[uint32]*detail
	groups    map[uint32][]uint16 // device groups of alerts, in values
	apart     map[pair]int        // incidents that a person said are distinct
	// redirected notes, during an act, incidents that led elsewhere before it.
	redirected []pair

	waiting   waiting
	watermark int64
	latest    int64 // of what waits or was settled

	// now is the newest time that was settled, began the first; obs counts
	// observations and span the time they were made in, in this epoch's weight.
	now, began int64
	obs        uint64
	span       int64
	epoch      uint32
	epochStart int64
	stages     uint32
	held       int   // alerts, stored or collapsed
	open       int   // incidents that were not merged into another
	swept      int64 // when old incidents were last looked for
}

// alertRec is a stored alert.
type alertRec struct {
	time     int64
	incident uint32 // or one that was merged into it
	next     uint32 // in the list of the incident
	// parent is the alert that this one is linked to. The links of an incident
	// make a tree, and one alert, its root, has none.
	parent     uint32
	proof      uint32 // the first of proofs
	id         uint32 // in names
	stage      uint32
	thread     uint32
	repeats    uint32 // alerts that were counted and not stored
	until      uint32 // milliseconds from time to the last of them
	title      uint16 // in values, with its source
	score      int16  // bits of the link, in 16ths
	tactics    uint16
	entities   uint16
	severity   uint8
	proofCount uint8
	flags      uint8
	epoch      uint8 // in which it came
}

const (
	flagExcluded  uint8 = 1 << iota
	flagRetracted       // in no incident
	flagByHand          // linked by a person
	flagLate
	flagLinked // by the alert's own Link
	flagLoose  // attracts no others: only a hub holds it where it is
)

// incidentRec is an incident.
type incidentRec struct {
	id          ID
	first, last int64
	founder     uint32 // the alert that opened it, or the oldest left
	// head and tail are the ends of the list of alerts. Where the incident was
	// merged into another, they are the two alerts whose link did it.
	head, tail uint32
	count      uint32 // of alerts, repeats included
	stored     uint32
	into       uint32 // the incident that this one was merged into
	version    uint32
	entities   uint32
	seen       uint32 // observations, a count as that of a value
	tactics    uint16
	severity   uint8
	flags      uint8
	stage      stage
}

const (
	incidentExcluded uint8 = 1 << iota
	incidentForgotten
)

// thread is one alert that occurs again and again: the same detector on the same
// entities.
type thread struct {
	head     uint32 // the alert that began it in its incident
	incident uint32
	stored   uint32
	company
	counted int64 // the last occurrence that was an observation
	stage   stage
}

// stage is a run of activity and its pace.
type stage struct {
	id   uint32
	gaps uint32
	last int64
	sum  int64
}

// proof is a value that links two alerts.
type proof struct {
	hash uint64
	n    uint32 // observations with the value
	of   uint32 // observations
	bits int16  // in 16ths
	kind uint8  // of proofKinds
	flag uint8
}

const (
	proofStrong uint8 = 1 << iota
	proofImpacted
)

// waiting is a heap of alerts whose order is not settled.
type waiting []Alert

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return compareAlerts(&w[i], &w[j]) < 0 }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(a any)        { *w = append(*w, a.(Alert)) }
func (w *waiting) Pop() any {
	old := *w
	a := old[len(old)-1]
	old[len(old)-1] = Alert{}
	*w = old[:len(old)-1]
	return a
}

func (s *scope) wait(a Alert) {
	heap.Push(&s.waiting, a)
	s.latest = max(s.latest, a.Time.UnixNano())
}

func (s *scope) next() Alert { return heap.Pop(&s.waiting).(Alert) }

func (s *scope) newest() int64 { return max(s.latest, s.now) + 1 }

func newScope(n scopeName, e *Engine) *scope {
	sum := sha256.Sum256([]byte(n.tenant + "\x00" + n.workspace))
	return &scope{
		name: n, tag: binary.BigEndian.Uint32(sum[:]), seed: e.seed, index: newIndex(e.seed),
		commons: map[uint64]uint32{}, details: map[uint32]*detail{}, groups: map[uint32][]uint16{}, apart: map[pair]int{},
	}
}

// idOf returns the id of the incident that an alert opens.
func (s *scope) idOf(alert []byte) (id ID) {
	var buf [512]byte
	b := append(append(append(append(append(buf[:0], s.name.tenant...), 0), s.name.workspace...), 0), alert...)
	sum := sha256.Sum256(b)
	binary.BigEndian.PutUint32(id[:], s.tag)
	copy(id[4:], sum[:])
	return id
}

func tagOf(id ID) uint32 { return binary.BigEndian.Uint32(id[:]) }

// root returns the incident that an incident was merged into in the end.
func (s *scope) root(i uint32) uint32 {
	for {
		into := s.incidents.at(i).into
		if into == 0 {
			return i
		}
		i = into
	}
}

// incidentOf returns the incident of an alert, or 0 for one that is in none.
func (s *scope) incidentOf(a uint32) uint32 {
	r := s.alerts.at(a)
	if r.incident == 0 {
		return 0
	}
	root := s.root(r.incident)
	r.incident = root
	return root
}

// tick moves the scope's time on and lets old observations fade.
func (s *scope) tick(t, halfLife int64) {
	if s.began == 0 {
		s.began, s.epochStart, s.now = t, t, t
	}
	s.now = max(s.now, t)
	for ages := 0; s.now-s.epochStart >= halfLife; ages++ {
		if ages == countBits+1 {
			s.epochStart = s.now // nothing is left
			break
		}
		s.epochStart += halfLife
		s.epoch = (s.epoch + 1) & 0xff
		s.obs /= 2
		s.span = (s.span + halfLife) / 2
	}
}

// elapsed is the time in which the observations were made.
func (s *scope) elapsed() uint64 { return uint64(s.span + s.now - s.epochStart) }

// nearness returns the bits that a gap in time is worth: it is compared with the
// time in which the tenant makes one observation.
func (s *scope) nearness(near uint64, gap int64) int32 {
	// A tenant that was watched for less than a day is taken for one that made
	// its observations in a day.
	elapsed := s.elapsed()/1000 + uint64(day/1000)
	hi, lo := bits.Mul64(s.obs*256, uint64(gap)/1000+1_000_000)
	if hi >= elapsed {
		return -64 << 8
	}
	expected, _ := bits.Div64(hi, lo, elapsed)
	return 8<<8 - log2(near+min(expected, 1<<62))
}

// last returns when the alert, or the last of its repeats, occurred.
func (r *alertRec) last() int64 { return r.time + int64(r.until)*int64(time.Millisecond) }

// label is a title and where it comes from, or the name of a device group.
type label struct{ text, source string }

// labels gives numbers to labels, of which there are few.
type labels struct {
	list  []label
	index map[label]uint16
}

// A tenant has thousands of titles. Whoever invents more gets no names for his
// incidents.
const maxLabels = 1 << 16

func (t *labels) number(s label) uint16 {
	if s == (label{}) {
		return 0
	}
	if n, ok := t.index[s]; ok {
		return n
	}
	if len(t.list) >= maxLabels {
		return 0
	}
	if t.index == nil {
		t.index, t.list = map[label]uint16{}, make([]label, 1)
	}
	if len(s.text) > maxText || len(s.source) > maxText {
		return t.number(label{s.text[:min(len(s.text), maxText)], s.source[:min(len(s.source), maxText)]})
	}
	n := uint16(len(t.list))
	t.list = append(t.list, s)
	t.index[s] = n
	return n
}

func (t *labels) label(n uint16) label {
	if n == 0 || int(n) >= len(t.list) {
		return label{}
	}
	return t.list[n]
}

// windowOf returns how long a key links, in nanoseconds.
func (c *compiled) windowOf(k entity.Type) int64 {
	if k == typeDetector {
		return int64(c.DetectorWindow)
	}
	if len(c.windows) > 0 {
		if w, ok := c.windows[k]; ok {
			return w
		}
	}
	return int64(c.Window)
}

func (c *compiled) priorOf(strong bool) prior {
	if strong {
		return c.strong
	}
	return c.weak
}
