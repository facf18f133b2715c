package correlation

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity"
)

// Engine decides which incident an alert belongs to. It is safe for concurrent
// use, and starts no goroutine. Make one with [New] or [Restore].
type Engine struct {
	mu   sync.Mutex
	set  compiled
	seed seed
	now  func() time.Time
	sink func(Decision)

	scopes map[scopeName]*scope
	byTag  map[uint32][]*scope
	stored int // alerts in all scopes

	journal  *journalWriter
	position uint64
	acts     []*act
	lastAct  uint64
	stats    Stats

	in      input
	buf     []byte
	tactics map[alert.Category]uint16
}

// scopeName is the part of the world in which alerts can be linked.
type scopeName struct{ tenant, workspace string }

// Stats counts what an engine has seen since it was made.
type Stats struct {
	// Alerts were taken, of which Repeated had the id of another and Collapsed
	// are counted and not stored.
	Alerts, Repeated, Collapsed uint64
	// Late came after their order was settled, Early were decided before it
	// because too many were waiting.
	Late, Early uint64
	// Refused were not taken: their errors said why.
	Refused uint64
	// KeysDropped are keys beyond [Settings.MaxKeys], NeverKeys those that weigh
	// nothing.
	KeysDropped, NeverKeys uint64
	// Opened and Merged count incidents.
	Opened, Merged uint64
	// Stored, Incidents, Waiting and Scopes are what is held now.
	Stored, Incidents, Waiting, Scopes int
}

// Option changes how an engine works.
type Option func(*Engine)

// WithClock replaces [time.Now], which tells times that lie in the future.
func WithClock(now func() time.Time) Option { return func(e *Engine) { e.now = now } }

// WithDecisions has every final decision handed to a function, in the order in
// which they were made. It must not call the engine.
func WithDecisions(f func(Decision)) Option { return func(e *Engine) { e.sink = f } }

// WithSeed sets the secret of the hashes, which is random otherwise. Hashes of
// [Engine.Hash] can be used in another engine with the same secret.
func WithSeed(secret [16]byte) Option {
	return func(e *Engine) {
		e.seed = seed{binary.LittleEndian.Uint64(secret[:]), binary.LittleEndian.Uint64(secret[8:])}
	}
}

// New returns an engine, or an error that tells what is wrong with the settings.
func New(s Settings, opts ...Option) (*Engine, error) {
	set, err := compile(s)
	if err != nil {
		return nil, err
	}
	e := &Engine{set: set, now: time.Now, scopes: map[scopeName]*scope{}, byTag: map[uint32][]*scope{}, tactics: map[alert.Category]uint16{}}
	var secret [16]byte
	_, _ = rand.Read(secret[:]) // never fails
	WithSeed(secret)(e)
	for _, opt := range opts {
		opt(e)
	}
	return e, nil
}

// Settings returns the settings of the engine.
func (e *Engine) Settings() Settings { return e.set.Settings }

// Stats returns what the engine has counted.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	st := e.stats
	st.Stored, st.Scopes = e.stored, len(e.scopes)
	for _, s := range e.scopes {
		st.Incidents += s.open
		st.Waiting += len(s.waiting)
	}
	return st
}

// Hash returns the hash of a key for [Alert.Hashed].
func (e *Engine) Hash(k entity.Key) uint64 {
	h, _ := e.hashKey(make([]byte, 0, 256), &k)
	return h
}

func (e *Engine) hashKey(buf []byte, k *entity.Key) (uint64, []byte) {
	buf = append(buf[:0], domainKey, byte(len(k.Type)), byte(len(k.Identifier)))
	buf = append(append(buf, k.Type...), k.Identifier...)
	buf = binary.AppendUvarint(buf, uint64(len(k.Namespace)))
	buf = append(append(buf, k.Namespace...), k.Value...)
	return notZero(e.seed.sip(buf)), buf
}

// Add takes an alert. With no lateness in the settings the decision is final,
// otherwise it is what would be decided if nothing else came, and the final one
// goes to the function of [WithDecisions].
//
// The error is ErrInvalid for an alert without id or with a time that cannot be,
// and ErrFull; such an alert is not taken.
func (e *Engine) Add(a Alert) (Decision, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.take(&a); err != nil {
		return Decision{}, err
	}
	if err := e.record(recordAlert, func(w *writer) { w.alert(&a) }); err != nil {
		return Decision{}, err
	}
	return e.add(&a), nil
}

// AddAll takes alerts in the order of their times, whatever order they are in,
// and returns their decisions in the order given. It stops at the first alert that
// is not taken, which the error tells, and returns the decisions until there; the
// slice of alerts stays as it is.
func (e *Engine) AddAll(alerts []Alert) ([]Decision, error) {
	order := sortedByTime(alerts)
	out := make([]Decision, len(alerts))
	for _, i := range order {
		d, err := e.Add(alerts[i])
		if err != nil {
			return out, err
		}
		out[i] = d
	}
	return out, nil
}

// take tells whether an alert can be taken.
func (e *Engine) take(a *Alert) error {
	err := a.check(e.now(), e.set.FutureSkew)
	if err == nil && e.stored >= e.set.MaxAlerts {
		e.compact()
		if e.stored >= e.set.MaxAlerts {
			err = ErrFull
		}
	}
	if err != nil {
		e.stats.Refused++
	}
	return err
}

func (e *Engine) add(a *Alert) Decision {
	s := e.scope(a)
	e.stats.Alerts++
	t := a.Time.UnixNano()
	if e.set.Lateness == 0 {
		d := e.settle(s, a, t < s.now)
		return d
	}
	if t < s.watermark {
		return e.settle(s, a, true)
	}
	e.prepare(a)
	d := s.preview(e, a, &e.in)
	s.wait(*a)
	e.advance(s, t-int64(e.set.Lateness))
	return d
}

// settle decides an alert for good.
func (e *Engine) settle(s *scope, a *Alert, late bool) Decision {
	e.prepare(a)
	d := s.decide(e, a, &e.in)
	d.Final, d.Late = true, late
	if late {
		e.stats.Late++
	}
	if e.sink != nil {
		e.sink(d)
	}
	if s.now-s.swept > int64(e.set.Retention)/4 {
		s.swept = s.now
		s.compact(e)
	}
	return d
}

// advance settles what waits and is older than the watermark.
func (e *Engine) advance(s *scope, watermark int64) {
	s.watermark = max(s.watermark, watermark)
	for len(s.waiting) > 0 {
		early := len(s.waiting) > e.set.MaxPending
		if s.waiting[0].Time.UnixNano() >= s.watermark && !early {
			return
		}
		a := s.next()
		if t := a.Time.UnixNano(); t >= s.watermark {
			e.stats.Early++
			s.watermark = t
		}
		e.settle(s, &a, false)
	}
}

// Flush settles everything that waits, as if no older alert could come any more.
func (e *Engine) Flush() error { return e.Advance(time.Time{}) }

// Advance tells the engine that all alerts before a time have come, which settles
// those that wait and are older; the zero time stands for the end of time. Alerts
// that come later and are older still are decided at once, as late ones.
func (e *Engine) Advance(t time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.record(recordAdvance, func(w *writer) { w.time(t) }); err != nil {
		return err
	}
	e.advanceAll(t)
	return nil
}

func (e *Engine) advanceAll(t time.Time) {
	for _, s := range e.ordered() {
		w := s.newest()
		if !t.IsZero() {
			w = min(w, t.UnixNano())
		}
		e.advance(s, w)
	}
}

// Preview returns what would be decided of an alert now, and changes nothing.
func (e *Engine) Preview(a Alert) (Decision, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := a.check(e.now(), e.set.FutureSkew); err != nil {
		return Decision{}, err
	}
	s := e.scopes[e.scopeName(&a)]
	if s == nil {
		s = newScope(e.scopeName(&a), e)
	}
	e.prepare(&a)
	return s.preview(e, &a, &e.in), nil
}

func (e *Engine) scopeName(a *Alert) scopeName {
	n := scopeName{fold(a.Tenant), fold(a.Workspace)}
	if n.workspace != "" && e.set.primary[n.tenant] == n.workspace {
		n.workspace = ""
	}
	return n
}

func (e *Engine) scope(a *Alert) *scope {
	n := e.scopeName(a)
	s := e.scopes[n]
	if s == nil {
		s = newScope(n, e)
		e.scopes[n] = s
		e.byTag[s.tag] = append(e.byTag[s.tag], s)
	}
	return s
}
