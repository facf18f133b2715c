package emulator

import (
	"math"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// WithCorrelation sets the rules and numbers by which the tenant correlates; the
// default is [correlation.Defender]. What the settings say of lateness, of
// reopening and of bounds is not used: alerts come in the order in which they are
// raised, what is resolved stays resolved, and the tenant keeps every alert.
// It panics if the settings are not valid.
//
//	rules := correlation.Defender()
//	rules.KeepDeviceGroups = true // an option of the portal that is off by default
//	tenant := emulator.New(emulator.WithCorrelation(rules))
func WithCorrelation(s correlation.Settings) Option {
	if err := s.Validate(); err != nil {
		panic("emulator: " + err.Error())
	}
	return func(t *Tenant) { t.profile, t.standing = s, false }
}

// WithoutCorrelation has nothing done in the background: alerts stay in the
// incidents that they were put into. People merge by the same rules as ever.
func WithoutCorrelation() Option {
	return func(t *Tenant) { t.standing = true }
}

// DefaultCorrelationDelay is the default of [Choices.CorrelationDelay].
const DefaultCorrelationDelay = 5 * time.Minute

// CorrelatorName is who merges incidents in the background.
//
// Source: Learn, "Microsoft Defender XDR integration with Microsoft Sentinel".
const CorrelatorName = "Microsoft Defender XDR - alert correlation"

// correlator is the identity of the service itself.
var correlator = &Identity{ObjectID: "7e1f4a02-5d3b-4c8e-b0a6-91c2d7e8f350", UserPrincipalName: CorrelatorName}

// Decision is what correlation has made of an alert. Microsoft Graph shows of it
// only where the alert is, and which incident was redirected to which.
type Decision struct {
	// Time is when it was made, on the tenant's clock.
	Time time.Time
	// Alert is the alert's id.
	Alert string
	// Kind is what was decided. An alert that was put into its incident by hand
	// is Linked.
	Kind correlation.Kind
	// Incident is the incident that has the alert since.
	Incident string
	// Bits is the evidence for it.
	Bits float64
	// Merged are the incidents that were redirected to Incident, the alert's own
	// among them.
	Merged []string
	// Refused are the incidents for which there was enough evidence, and why the
	// alert's was not merged with them.
	Refused []Refusal
	// Related are those for which there was some evidence, and not enough.
	Related []string
}

// Refusal is a merger that a rule forbids.
type Refusal struct {
	// Incident is the other incident.
	Incident string
	Rule     correlation.Rule
}

// maxDecisions is how many decisions are remembered.
const maxDecisions = 10_000

// background correlates the alerts of a tenant. Nothing runs: what is due is done
// before the next request is answered. All of it but next is guarded by the
// store's lock.
//
// The engine knows the alerts that were looked at, and has those of one incident
// in one incident of its own; the tenant's incidents are the truth, and what
// people do to them is done to the engine's.
type background struct {
	engine *correlation.Engine
	delay  time.Duration
	// done counts the alerts that were looked at: those in the first rows.
	done int32
	// next is when the next alert is due, in nanoseconds of Unix time.
	next atomic.Int64
	// rows has the row of each incident of the engine.
	rows      map[correlation.ID]int32
	decisions []Decision
}

const never = math.MaxInt64

func (t *Tenant) newBackground() *background {
	engine, err := correlation.New(t.engineSettings(), t.engineOptions()...)
	if err != nil {
		panic("emulator: " + err.Error()) // the settings were looked at before
	}
	return t.backgroundOf(engine)
}

func (t *Tenant) backgroundOf(engine *correlation.Engine) *background {
	b := &background{
		engine: engine,
		delay:  max(0, or(t.choices.CorrelationDelay, DefaultCorrelationDelay)),
		rows:   map[correlation.ID]int32{},
	}
	b.next.Store(never)
	return b
}

// engineSettings are the profile for an engine that keeps every alert by itself,
// and leaves to the tenant what the tenant knows better: how many different
// entities an incident has.
func (t *Tenant) engineSettings() correlation.Settings {
	s := t.profile
	s.Lateness, s.ReopenWithin, s.MaxEntities, s.MaxActs = 0, 0, 0, 0
	s.Exemplars, s.MaxStored = math.MaxInt32, math.MaxInt32
	if len(t.workspaces) > 0 {
		s.PrimaryWorkspaces = map[string]string{TenantID: t.workspaces[0].Name}
	}
	return s
}

// engineOptions make the engine do the same in every run.
func (t *Tenant) engineOptions() []correlation.Option {
	return []correlation.Option{correlation.WithClock(t.now), correlation.WithSeed([16]byte{1})}
}

// raised notes that there is a new alert.
func (b *background) raised(a *store.Alert) {
	if b != nil && b.next.Load() == never {
		b.next.Store(a.CreatedDateTime.Add(b.delay).UnixNano())
	}
}

// catchUp does what is due by now. Each alert is looked at in a change of its own,
// so that nobody has to wait for all of them, and as of the time when it was due,
// so that it does not matter when somebody asks.
func (t *Tenant) catchUp() {
	if t.background != nil {
		t.correlateUntil(t.now().UnixNano())
	}
}

// Correlate does at once what is not due yet, for those who do not want to wait.
func (t *Tenant) Correlate() {
	if t.background != nil {
		t.correlateUntil(never - 1)
	}
}

func (t *Tenant) correlateUntil(limit int64) {
	b := t.background
	for b.next.Load() <= limit {
		_ = t.store.Write(func(tx *store.Tx) error {
			if b.next.Load() > limit { // somebody else has done it
				return nil
			}
			due := time.Unix(0, min(b.next.Load(), t.now().UnixNano())).UTC().Truncate(100 * time.Nanosecond)
			row := b.done
			b.done++
			b.wait(tx)
			if d := t.correlate(tx, row, due); d.Kind != "" {
				if len(b.decisions) >= 2*maxDecisions {
					b.decisions = slices.Clone(b.decisions[maxDecisions:])
				}
				b.decisions = append(b.decisions, d)
			}
			return nil
		})
	}
}

// wait notes when the next alert is due.
func (b *background) wait(tx *store.Tx) {
	if int(b.done) == tx.Alerts() {
		b.next.Store(never)
		return
	}
	b.next.Store(tx.Alert(b.done).CreatedDateTime.Add(b.delay).UnixNano())
}

// Decisions returns what correlation has decided by now, oldest first: at least
// the last 10,000 decisions.
func (t *Tenant) Decisions() (list []Decision) {
	t.catchUp()
	if t.background != nil {
		t.store.Read(func(*store.Tx) { list = slices.Clone(t.background.decisions) })
	}
	return list
}

// correlate looks at an alert.
func (t *Tenant) correlate(tx *store.Tx, row int32, now time.Time) (d Decision) {
	b, a := t.background, tx.Alert(row)
	home := tx.RowOf(a)
	d = Decision{Time: now, Alert: a.ID, Incident: tx.Incident(home).ID}
	if b.knows(a) {
		return Decision{} // since a person has moved it, or its neighbours
	}
	if a.Excluded || t.standalone(tx, tx.Incident(home)) {
		// It is not even evidence for others: nothing is to find its incident.
		d.Kind = correlation.Excluded
		return d
	}
	in := input(a)
	in.Link, _ = b.id(tx, home)
	made, err := b.engine.Add(in)
	if err != nil {
		return Decision{} // a clock before the year 2000, or far too many alerts
	}
	d.Kind, d.Bits = made.Kind, made.Bits
	for _, r := range made.Refused {
		if at, ok := b.rows[r.Incident]; ok {
			d.Refused = append(d.Refused, Refusal{tx.Incident(at).ID, r.Rule})
		}
	}
	for _, r := range made.Related {
		if at, ok := b.rows[r.Incident]; ok {
			d.Related = append(d.Related, tx.Incident(at).ID)
		}
	}
	switch made.Kind {
	case correlation.Linked:
	case correlation.Joined, correlation.Merged:
		rows := []int32{home}
		for _, id := range append([]correlation.ID{made.Incident}, made.Merged...) {
			if at, ok := b.rows[id]; ok {
				rows = append(rows, at)
			}
		}
		if c := t.keepsApart(tx, rows); c != nil {
			b.takeBack(made)
			for _, at := range rows {
				b.tell(tx, at)
			}
			d.Kind, d.Bits = correlation.Refused, 0
			d.Refused = append(d.Refused, Refusal{tx.Incident(rows[1]).ID, c.rule})
			b.opened(tx, home, b.of(a))
			return d
		}
		t.mergeInBackground(tx, rows, made, now, &d)
	default:
		b.opened(tx, home, made.Incident)
	}
	return d
}

// mergeInBackground does to the tenant's incidents what the engine has done to
// its own.
func (t *Tenant) mergeInBackground(tx *store.Tx, rows []int32, made correlation.Decision, now time.Time, d *Decision) {
	b := t.background
	target := t.survivor(tx, rows)
	before := stanceOf(tx.Incident(target))
	t.merge(tx, target, rows, correlator, "", now)
	for _, id := range made.Merged {
		delete(b.rows, id)
	}
	b.rows[made.Incident] = target
	if stanceOf(tx.Incident(target)) != before || target != rows[1] {
		b.tell(tx, target)
	}
	d.Incident = tx.Incident(target).ID
	for _, row := range rows {
		if row != target {
			d.Merged = append(d.Merged, tx.Incident(row).ID)
		}
	}
}

// keepsApart says why an alert's incident, the first of the rows, is not merged
// with the others in the background, or is nil.
func (t *Tenant) keepsApart(tx *store.Tx, rows []int32) *conflict {
	for _, row := range rows {
		if t.standalone(tx, tx.Incident(row)) {
			return &conflict{correlation.RuleExcluded, "Incident " + tx.Incident(row).ID + " is excluded from correlation."}
		}
	}
	return t.conflict(tx, rows)
}

// standalone tells whether an incident takes no part in correlation, since an
// alert was excluded that opened it, or that is in it at all, by choice.
func (t *Tenant) standalone(tx *store.Tx, i *store.Incident) bool {
	if t.choices.ExcludedAlertsPin {
		return slices.ContainsFunc(i.Members, func(m int32) bool { return tx.Alert(m).Excluded })
	}
	return len(i.Members) > 0 && tx.Alert(i.Members[0]).Excluded
}

// input is what the engine needs of an alert.
func input(a *store.Alert) correlation.Alert {
	scope := entity.Scope{Tenant: TenantID}
	var in correlation.Alert
	if a.Entities != nil {
		in = correlation.FromDraft(alert.Draft{
			Title: a.Title, Severity: a.Severity, Category: a.Category, Techniques: a.Techniques, Entities: a.Entities,
		}, a.ID, a.CreatedDateTime, scope)
	} else {
		in = correlation.FromAlert(a.Alert, scope)
		in.Tenant = TenantID
	}
	in.Workspace, in.DeviceGroups = a.Workspace, a.Groups
	return in
}

// Explain says why two alerts are in one incident, as far as correlation has put
// them there.
func (t *Tenant) Explain(alertID, other string) (x correlation.Explanation, err error) {
	t.catchUp()
	if t.background == nil {
		return x, correlation.ErrNotFound
	}
	t.store.Read(func(*store.Tx) { x, err = t.background.engine.Explain(TenantID, alertID, other) })
	return shownExplanation(x), err
}

// ExplainIncident says what holds an incident together, as far as correlation
// has. Of alerts that were put there by hand it says that.
func (t *Tenant) ExplainIncident(id string) (x correlation.Explanation, err error) {
	t.catchUp()
	if t.background == nil {
		return x, correlation.ErrNotFound
	}
	err = correlation.ErrNotFound
	t.store.Read(func(tx *store.Tx) {
		row, ok := tx.FindIncident(id)
		if !ok {
			return
		}
		if its, ok := t.background.id(tx, row); ok {
			x, err = t.background.engine.ExplainIncident(its)
		}
	})
	return shownExplanation(x), err
}

// shownExplanation leaves out what holds the place of an incident.
func shownExplanation(x correlation.Explanation) correlation.Explanation {
	x.Links = slices.DeleteFunc(x.Links, func(l correlation.Link) bool { return isAnchor(l.From) || isAnchor(l.To) })
	if len(x.Links) == 0 {
		x.Reasons = nil
	}
	return x
}

// An anchor is an alert without entities that only the engine has. It holds the
// place of an incident whose alerts the engine is to leave where they are.
const anchorPrefix = "\x00incident "

func anchorOf(row int32) string { return anchorPrefix + strconv.Itoa(int(row)+1) }

func isAnchor(id string) bool {
	return len(id) > len(anchorPrefix) && id[:len(anchorPrefix)] == anchorPrefix
}
