package correlation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// By says who acts and why. Both must be given.
type By struct{ Author, Reason string }

// ActKind is what a person did.
type ActKind string

// The kinds of acts.
const (
	ActMove    ActKind = "move"
	ActSplit   ActKind = "split"
	ActMerge   ActKind = "merge"
	ActUnmerge ActKind = "unmerge"
	ActRetract ActKind = "retract"
	ActUpdate  ActKind = "update"
	ActUndo    ActKind = "undo"
)

// Act is the record of what a person did.
type Act struct {
	// ID numbers the acts of an engine from 1.
	ID   uint64
	Kind ActKind
	By   By
	Time time.Time
	// Incident is what became of it: where alerts were moved to, what survived a
	// merger, what was split off.
	Incident ID
	// Alerts are the ids that were named.
	Alerts []string
	// Before and After are the incidents concerned.
	Before, After []IncidentState
	// Undoes is the number of the act that this one took back.
	Undoes uint64
	// Undone tells that the act was taken back.
	Undone bool
}

// IncidentState is an incident at a moment.
type IncidentState struct {
	Incident ID
	Alerts   int
	// Into is the incident that this one was merged into.
	Into ID
}

// The errors of acts.
var (
	// ErrNotFound tells that an incident or alert is not known, or no more.
	ErrNotFound = errors.New("not found")
	// ErrForbidden tells that a rule forbids the act.
	ErrForbidden = errors.New("forbidden")
	// ErrInvalidAct tells that an act makes no sense.
	ErrInvalidAct = errors.New("the act cannot be done")
)

// act is an act with what is needed to take it back.
type act struct {
	Act
	scope   *scope
	links   []link
	records []savedIncident
	apart   []pair
	// redirected are incidents that lead elsewhere since, and where they led.
	redirected []pair
}

type savedIncident struct {
	number uint32
	rec    incidentRec
	detail *detail
}

// Change is what a person sets of an incident. What is nil stays.
type Change struct {
	Owner          *string
	Status         *incident.Status
	Classification *alert.Classification
	Determination  *alert.Determination
	Name           *string
	Severity       *alert.Severity
	Tags           *[]string
}

// Move puts alerts of one tenant into an incident, or into a new one if the id is
// zero. Repeats that were not stored go with the alert that stands for them.
// From now on the incidents that they come from are not merged with that one
// by the engine.
func (e *Engine) Move(tenant string, alerts []string, to ID, by By) (Act, error) {
	return e.act(ActMove, by, func(now time.Time) (*act, error) { return e.move(now, ActMove, by, tenant, alerts, to) },
		call{tenant: tenant, alerts: alerts, ids: []ID{to}})
}

// Split puts alerts of an incident into a new one. It is [Engine.Move] for
// alerts that are in one incident.
func (e *Engine) Split(from ID, alerts []string, by By) (Act, error) {
	return e.act(ActSplit, by, func(now time.Time) (*act, error) { return e.split(now, by, from, alerts) },
		call{alerts: alerts, ids: []ID{from}})
}

func (e *Engine) split(now time.Time, by By, from ID, alerts []string) (*act, error) {
	s, i := e.incident(from)
	if s == nil {
		return nil, fmt.Errorf("%w: incident %s", ErrNotFound, from)
	}
	for _, a := range alerts {
		if n := s.findAlert(a); n == 0 || s.incidentOf(n) != s.root(i) {
			return nil, fmt.Errorf("%w: alert %.60q in incident %s", ErrNotFound, a, from)
		}
	}
	return e.move(now, ActSplit, by, s.name.tenant, alerts, ID{})
}

func (e *Engine) move(now time.Time, kind ActKind, by By, tenant string, alerts []string, to ID) (*act, error) {
	s, numbers, err := e.findAlerts(tenant, alerts)
	if err != nil {
		return nil, err
	}
	target := uint32(0)
	if !to.IsZero() {
		other, i := e.incident(to)
		if other == nil {
			return nil, fmt.Errorf("%w: incident %s", ErrNotFound, to)
		}
		if other != s {
			return nil, fmt.Errorf("%w: the incident is in another tenant or workspace", ErrForbidden)
		}
		target = s.root(i)
	}
	inside := map[uint32]bool{}
	sources := map[uint32][]uint32{}
	var order []uint32
	for _, n := range numbers {
		i := s.incidentOf(n)
		if i == target {
			continue
		}
		inside[n] = true
		if sources[i] == nil {
			order = append(order, i)
		}
		sources[i] = append(sources[i], n)
	}
	if len(order) == 0 {
		return nil, fmt.Errorf("%w: the alerts are in that incident", ErrInvalidAct)
	}
	if target == 0 && len(order) == 1 && len(sources[order[0]]) == int(s.incidents.at(order[0]).stored) {
		return nil, fmt.Errorf("%w: these are all alerts of the incident; leave some, or name another to move them to", ErrInvalidAct)
	}
	a := e.begin(now, kind, by, s, slices.Compact(append(slices.Clone(order), target))...)
	a.Alerts = slices.Clone(alerts)
	moved := make([]uint32, 0, len(inside))
	var emptied []uint32
	for _, i := range order {
		all := s.members(i)
		s.sever(all, inside)
		rest := slices.DeleteFunc(slices.Clone(all), func(n uint32) bool { return inside[n] })
		moved = append(moved, sources[i]...)
		if len(rest) == 0 {
			r := s.incidents.at(i)
			r.count, r.stored = 0, 0
			s.open--
			emptied = append(emptied, i)
			continue
		}
		s.together(rest)
		s.refill(i, rest)
	}
	s.inOrder(moved)
	s.together(moved)
	s.tighten(moved)
	if target == 0 {
		// The alert may have opened an incident before that is empty now, or was
		// merged into another; it is opened again.
		_, before := s.placeFor(moved[0])
		if before != 0 {
			s.detour(before, 0)
		}
		a.changes(before)
		target = s.openIncident(e, moved[0])
		emptied = slices.DeleteFunc(emptied, func(i uint32) bool { return i == target })
		if before == 0 {
			a.created(target)
		}
		s.refill(target, moved)
	} else {
		all := s.members(target)
		root := moved[slices.IndexFunc(moved, func(n uint32) bool { return s.alerts.at(n).parent == 0 })]
		s.byHand(root, s.incidents.at(target).founder)
		s.refill(target, append(all, moved...))
	}
	for _, i := range order {
		if slices.Contains(emptied, i) {
			s.empty(i, target)
		} else if i != target {
			a.distinct(i, target)
		}
	}
	return e.end(a, target), nil
}

// empty redirects an incident whose alerts are all in another now.
func (s *scope) empty(i, target uint32) {
	r := s.incidents.at(i)
	t := s.incidents.at(target)
	*r = incidentRec{id: r.id, version: r.version + 1, founder: r.founder, first: r.first, last: r.last, into: target, head: r.founder, tail: t.founder}
}

// Merge makes incidents one, whatever the evidence. Which of them survives is
// decided as it is for all mergers. The rules about owners, classifications and
// so on hold for people, too; see [Engine.Update].
func (e *Engine) Merge(ids []ID, by By) (Act, error) {
	return e.act(ActMerge, by, func(now time.Time) (*act, error) { return e.merge(now, by, ids) },
		call{ids: ids})
}

func (e *Engine) merge(now time.Time, by By, ids []ID) (*act, error) {
	var s *scope
	var numbers []uint32
	for _, id := range ids {
		other, i := e.incident(id)
		if other == nil {
			return nil, fmt.Errorf("%w: incident %s", ErrNotFound, id)
		}
		if s != nil && other != s {
			return nil, fmt.Errorf("%w: the incidents are in different tenants or workspaces", ErrForbidden)
		}
		s = other
		if r := s.root(i); !slices.Contains(numbers, r) {
			numbers = append(numbers, r)
		}
	}
	if len(numbers) < 2 {
		return nil, fmt.Errorf("%w: name two different incidents", ErrInvalidAct)
	}
	for x, i := range numbers {
		for _, j := range numbers[x+1:] {
			if rule := s.forbids(e, i, j); rule != "" && rule != RuleDistinct && rule != RuleExcluded {
				return nil, fmt.Errorf("%w: incidents %s and %s cannot be merged: %s", ErrForbidden, s.incidents.at(i).id, s.incidents.at(j).id, rule)
			}
		}
	}
	a := e.begin(now, ActMerge, by, s, numbers...)
	target := numbers[0]
	for _, i := range numbers[1:] {
		t, f := s.direction(e, target, i)
		x, y := s.incidents.at(f).founder, s.incidents.at(t).founder
		s.unite(e, t, f, x, y)
		s.byHand(x, y)
		target = t
	}
	s.tighten(s.members(target))
	return e.end(a, target), nil
}

// Unmerge takes the merger back that made an incident part of another. Alerts
// that came since go with the alerts that they are linked to. From now on the
// engine does not merge the two.
func (e *Engine) Unmerge(id ID, by By) (Act, error) {
	return e.act(ActUnmerge, by, func(now time.Time) (*act, error) { return e.unmerge(now, by, id) },
		call{ids: []ID{id}})
}

func (e *Engine) unmerge(now time.Time, by By, id ID) (*act, error) {
	s, i := e.incident(id)
	if s == nil {
		return nil, fmt.Errorf("%w: incident %s", ErrNotFound, id)
	}
	r := s.incidents.at(i)
	if r.into == 0 {
		return nil, fmt.Errorf("%w: incident %s was not merged into another", ErrInvalidAct, id)
	}
	child, parent := r.head, r.tail
	if s.alerts.at(child).parent != parent {
		child, parent = parent, child
	}
	if root := s.root(i); s.alerts.at(child).parent != parent || s.incidentOf(child) != root || s.incidentOf(parent) != root {
		return nil, fmt.Errorf("%w: the alerts that joined the incidents were moved since; split what belongs together", ErrInvalidAct)
	}
	root := s.root(i)
	a := e.begin(now, ActUnmerge, by, s, root, i)
	s.cut(child)
	joint := r.head // the one that is of this incident
	for _, part := range s.components(s.members(root)) {
		if slices.Contains(part, joint) {
			s.incidents.at(i).into = 0
			s.open++
			s.tighten(part)
			s.refill(i, part)
		} else {
			s.refill(root, part)
		}
	}
	a.distinct(i, root)
	return e.end(a, i), nil
}

// Retract takes an alert, with its repeats, out of its incident, as if it had
// never been. What it linked stays together. Its id stays known, so that it does
// not come again.
func (e *Engine) Retract(tenant, id string, by By) (Act, error) {
	return e.act(ActRetract, by, func(now time.Time) (*act, error) { return e.retract(now, by, tenant, id) },
		call{tenant: tenant, alerts: []string{id}})
}

func (e *Engine) retract(now time.Time, by By, tenant, id string) (*act, error) {
	s, numbers, err := e.findAlerts(tenant, []string{id})
	if err != nil {
		return nil, err
	}
	n := numbers[0]
	i := s.incidentOf(n)
	a := e.begin(now, ActRetract, by, s, i)
	a.Alerts = []string{id}
	all := s.members(i)
	old := s.linkOf(n)
	s.sever(all, map[uint32]bool{n: true})
	rest := slices.DeleteFunc(slices.Clone(all), func(m uint32) bool { return m == n })
	old.flags |= flagRetracted
	s.setLink(old) // for whoever shares a value that it shares with its parent
	r := s.alerts.at(n)
	r.incident, r.next = 0, 0
	if len(rest) == 0 {
		rec := s.incidents.at(i)
		*rec = incidentRec{id: rec.id, version: rec.version + 1, founder: rec.founder, first: rec.first, last: rec.last}
		s.open--
	} else {
		s.together(rest)
		s.refill(i, rest)
	}
	return e.end(a, i), nil
}

// Update sets what people say of an incident.
func (e *Engine) Update(id ID, c Change, by By) (Act, error) {
	return e.act(ActUpdate, by, func(now time.Time) (*act, error) { return e.update(now, by, id, c) },
		call{ids: []ID{id}, change: c})
}

func (e *Engine) update(now time.Time, by By, id ID, c Change) (*act, error) {
	s, i := e.incident(id)
	if s == nil {
		return nil, fmt.Errorf("%w: incident %s", ErrNotFound, id)
	}
	if c.Status != nil && *c.Status == incident.StatusRedirected {
		return nil, fmt.Errorf("%w: only a merger redirects an incident", ErrInvalidAct)
	}
	i = s.root(i)
	a := e.begin(now, ActUpdate, by, s, i)
	d := s.detailOf(i)
	set(&d.owner, c.Owner)
	set(&d.status, c.Status)
	set(&d.classification, c.Classification)
	set(&d.determination, c.Determination)
	set(&d.name, c.Name)
	set(&d.severity, c.Severity)
	if c.Tags != nil {
		d.tags = slices.Clone(*c.Tags)
	}
	s.incidents.at(i).version++
	return e.end(a, i), nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Undo takes the newest act back that was not taken back yet, so that everything
// is as it was before. Alerts that came since stay with the alerts that they are
// linked to. At most [Settings.MaxActs] acts can be taken back, and none of a tenant
// from before incidents of it were forgotten, see [Settings.Retention].
func (e *Engine) Undo(by By) (Act, error) {
	return e.act(ActUndo, by, func(now time.Time) (*act, error) { return e.undo(now, by) }, call{})
}

func (e *Engine) undo(now time.Time, by By) (*act, error) {
	at := len(e.acts) - 1
	for at >= 0 && (e.acts[at].Undone || e.acts[at].scope == nil) {
		at--
	}
	if at < 0 {
		return nil, fmt.Errorf("%w: there is no act to take back", ErrInvalidAct)
	}
	old := e.acts[at]
	s := old.scope
	var concerned []uint32
	for _, r := range old.records {
		concerned = append(concerned, s.root(r.number))
	}
	for _, l := range old.links {
		if i := s.incidentOf(l.alert); i != 0 {
			concerned = append(concerned, i) // where it came to be since
		}
	}
	slices.Sort(concerned)
	concerned = slices.Compact(concerned)
	a := &act{Act: Act{Kind: ActUndo, By: by, Time: now, Undoes: old.ID, Before: s.states(concerned)}}
	s.restore(e, old, concerned)
	for _, p := range old.apart {
		if s.apart[p]--; s.apart[p] <= 0 {
			delete(s.apart, p)
		}
	}
	old.Undone = true
	e.lastAct++
	a.ID = e.lastAct
	a.After = old.Before
	if len(old.Before) > 0 {
		a.Incident = old.Before[0].Incident
	}
	return a, nil
}

// restore puts incidents back into the state before an act.
func (s *scope) restore(e *Engine, old *act, concerned []uint32) {
	var all []uint32
	s.redirected = nil
	for _, i := range concerned {
		if s.incidents.at(i).count > 0 {
			all = append(all, s.members(i)...)
		}
	}
	for _, l := range old.links {
		r := s.alerts.at(l.alert)
		if r.incident == 0 {
			all = append(all, l.alert) // it was retracted
		}
		s.setLink(l)
		r.incident = l.incident
	}
	owner := map[uint32]uint32{} // the incident of a founder
	for _, saved := range old.records {
		version := s.incidents.at(saved.number).version + 1
		*s.incidents.at(saved.number) = saved.rec
		s.incidents.at(saved.number).version = version
		if saved.detail == nil {
			delete(s.details, saved.number)
		} else {
			s.details[saved.number] = saved.detail.clone()
		}
		if saved.rec.into == 0 && saved.rec.count > 0 {
			owner[saved.rec.founder] = saved.number
		}
	}
	for _, i := range concerned {
		// What was merged with them since, and has alerts of its own.
		if r := s.incidents.at(i); !slices.ContainsFunc(old.records, func(o savedIncident) bool { return o.number == i }) {
			if _, ok := owner[r.founder]; !ok {
				owner[r.founder] = i
			}
			r.count, r.stored = 0, 0
		}
	}
	for _, part := range s.components(all) {
		i := uint32(0)
		for _, n := range part {
			switch o := owner[n]; {
			case o == 0:
			case i == 0:
				i = o
			default:
				s.empty(o, i)
			}
		}
		if i == 0 {
			i = s.openIncident(e, part[0])
		}
		stage, founder := s.incidents.at(i).stage, s.incidents.at(i).founder
		s.fill(i, part, true)
		s.incidents.at(i).stage, s.incidents.at(i).founder = stage, founder
	}
	// What filling the incidents has redirected goes back, and what the act had.
	again := append(slices.Clone(old.redirected), s.redirected...)
	s.redirected = nil
	first := make(map[uint32]int, len(again)) // where each led before all of it
	for k, p := range slices.Backward(again) {
		first[p[0]] = k
	}
	for k, p := range slices.Backward(again) {
		if first[p[0]] != k {
			continue
		}
		if r := s.incidents.at(p[0]); r.into != 0 && !s.leadsTo(p[1], p[0]) {
			r.into = p[1]
		}
	}
	s.open = s.countOpen()
}

// leadsTo tells whether an incident was merged into another, directly or not.
func (s *scope) leadsTo(i, target uint32) bool {
	for ; i != 0; i = s.incidents.at(i).into {
		if i == target {
			return true
		}
	}
	return false
}

// countOpen counts the incidents with alerts.
func (s *scope) countOpen() (n int) {
	for i := uint32(1); i < s.incidents.len(); i++ {
		if r := s.incidents.at(i); r.into == 0 && r.count > 0 {
			n++
		}
	}
	return n
}

// Acts returns the records of what people did, oldest first, at most
// [Settings.MaxActs].
func (e *Engine) Acts() []Act {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]Act, len(e.acts))
	for i, a := range e.acts {
		out[i] = a.Act
	}
	return out
}

// act does what a person wants, and records it.
func (e *Engine) act(kind ActKind, by By, do func(time.Time) (*act, error), c call) (Act, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if by.Author == "" || by.Reason == "" {
		return Act{}, fmt.Errorf("%w: say who acts and why", ErrInvalidAct)
	}
	now := e.now().UTC()
	a, err := do(now)
	if err != nil {
		return Act{}, err
	}
	e.keep(a)
	return a.Act, e.record(recordAct, func(w *writer) { w.act(&kind, &now, &by, &c) })
}

// keep remembers an act.
func (e *Engine) keep(a *act) {
	e.acts = append(e.acts, a)
	if over := len(e.acts) - e.set.MaxActs; over > 0 {
		e.acts = slices.Delete(e.acts, 0, over)
	}
}

// begin notes the state before an act.
func (e *Engine) begin(now time.Time, kind ActKind, by By, s *scope, incidents ...uint32) *act {
	a := &act{Act: Act{Kind: kind, By: by, Time: now}, scope: s}
	s.redirected = nil
	incidents = slices.DeleteFunc(incidents, func(i uint32) bool { return i == 0 })
	a.Before = s.states(incidents)
	for _, i := range incidents {
		a.records = append(a.records, savedIncident{i, *s.incidents.at(i), s.details[i].clone()})
		if s.incidents.at(i).into == 0 {
			a.links = slices.Grow(a.links, int(s.incidents.at(i).stored))
			for _, n := range s.members(i) {
				a.links = append(a.links, s.linkOf(n))
			}
		}
	}
	return a
}

// changes notes an incident that was not among the first.
func (a *act) changes(i uint32) {
	if i != 0 && !slices.ContainsFunc(a.records, func(r savedIncident) bool { return r.number == i }) {
		a.records = append(a.records, savedIncident{i, *a.scope.incidents.at(i), a.scope.details[i].clone()})
	}
}

// created notes an incident that the act opened; before it, it was not there.
func (a *act) created(i uint32) {
	if slices.ContainsFunc(a.records, func(r savedIncident) bool { return r.number == i }) {
		return
	}
	r := a.scope.incidents.at(i)
	a.records = append(a.records, savedIncident{number: i, rec: incidentRec{id: r.id, version: r.version, founder: r.founder}})
}

// distinct notes that the engine is not to merge two incidents.
func (a *act) distinct(i, j uint32) {
	p := pairOf(i, j)
	a.scope.apart[p]++
	a.apart = append(a.apart, p)
}

// end completes the record.
func (e *Engine) end(a *act, i uint32) *act {
	e.lastAct++
	a.ID = e.lastAct
	a.Incident = a.scope.incidents.at(i).id
	var numbers []uint32
	for _, r := range a.records {
		numbers = append(numbers, r.number)
	}
	a.After = a.scope.states(numbers)
	a.redirected, a.scope.redirected = a.scope.redirected, nil
	return a
}

func (s *scope) states(incidents []uint32) []IncidentState {
	out := make([]IncidentState, 0, len(incidents))
	for _, i := range incidents {
		r := s.incidents.at(i)
		st := IncidentState{Incident: r.id, Alerts: int(r.count)}
		if r.into != 0 {
			st.Into, st.Alerts = s.incidents.at(s.root(i)).id, 0
		}
		out = append(out, st)
	}
	return out
}

// findAlerts returns the numbers of alerts that are in one scope of a tenant.
func (e *Engine) findAlerts(tenant string, ids []string) (*scope, []uint32, error) {
	if len(ids) == 0 {
		return nil, nil, fmt.Errorf("%w: name an alert", ErrInvalidAct)
	}
	var s *scope
	var numbers []uint32
	for _, id := range ids {
		found, n := e.findAlert(tenant, id)
		switch {
		case found == nil || found.incidentOf(n) == 0:
			return nil, nil, fmt.Errorf("%w: alert %.60q", ErrNotFound, id)
		case s != nil && found != s:
			return nil, nil, fmt.Errorf("%w: the alerts are in different workspaces", ErrForbidden)
		}
		s = found
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	return s, numbers, nil
}

func (d *detail) clone() *detail {
	if d == nil {
		return nil
	}
	c := *d
	c.tags, c.groups = slices.Clone(d.tags), slices.Clone(d.groups)
	return &c
}
