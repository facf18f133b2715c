package correlation

import (
	"slices"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// detail is what people, and mergers, have said of an incident.
type detail struct {
	owner          string
	status         incident.Status
	classification alert.Classification
	determination  alert.Determination
	name           string
	severity       alert.Severity
	tags           []string
	groups         []uint16 // device groups, in values
}

// pair is two incidents, the smaller number first.
type pair [2]uint32

func pairOf(i, j uint32) pair { return pair{min(i, j), max(i, j)} }

func (s *scope) detailOf(i uint32) *detail {
	d := s.details[i]
	if d == nil {
		d = &detail{}
		s.details[i] = d
	}
	return d
}

// accepts returns why an incident accepts no alert at a time, or "".
func (s *scope) accepts(e *Engine, i uint32, t int64) Rule {
	r := s.incidents.at(i)
	if r.flags&incidentExcluded != 0 {
		return RuleExcluded
	}
	if d := s.details[i]; d != nil && d.status != "" && !d.status.Open() && (e.set.ReopenWithin == 0 || t-r.last > int64(e.set.ReopenWithin)) {
		return RuleResolved
	}
	switch {
	case t-r.last > int64(e.set.IdleClose):
		return RuleIdle
	case t-r.first > int64(e.set.MaxAge):
		return RuleAge
	}
	return ""
}

// reopen makes a resolved incident active when an alert joins it.
func (s *scope) reopen(_ *Engine, i uint32) {
	if d := s.details[i]; d != nil && d.status != "" && !d.status.Open() {
		d.status = incident.StatusActive
	}
}

// forbids returns the rule that forbids to merge two incidents, or "".
func (s *scope) forbids(e *Engine, i, j uint32) Rule {
	for p := range s.apart {
		if a, b := s.root(p[0]), s.root(p[1]); a != b && pairOf(a, b) == pairOf(i, j) {
			return RuleDistinct
		}
	}
	a, b := s.incidents.at(i), s.incidents.at(j)
	if (a.flags|b.flags)&incidentExcluded != 0 {
		return RuleExcluded
	}
	if m := e.set.MaxEntities; m > 0 && int(a.entities+b.entities) > m {
		return RuleEntities
	}
	x, y := s.details[i], s.details[j]
	if e.set.KeepResolved && (x.resolved() || y.resolved()) {
		return RuleResolved
	}
	if x == nil || y == nil {
		return ""
	}
	switch {
	case e.set.KeepOwners && differ(x.owner, y.owner, ""):
		return RuleOwner
	case e.set.KeepClassification && differ(x.classification, y.classification, alert.ClassificationUnknown):
		return RuleClassification
	case e.set.KeepDetermination && differ(x.determination, y.determination, alert.DeterminationUnknown):
		return RuleDetermination
	case e.set.KeepDeviceGroups && len(x.groups) > 0 && len(y.groups) > 0 && !slices.ContainsFunc(x.groups, func(g uint16) bool { return slices.Contains(y.groups, g) }):
		return RuleDeviceGroup
	}
	return ""
}

func (d *detail) resolved() bool { return d != nil && d.status != "" && !d.status.Open() }

// differ tells whether both are set, and not to the same.
func differ[T ~string](a, b, unset T) bool {
	set := func(v T) bool { return v != "" && v != unset }
	return set(a) && set(b) && a != b
}

// moveDetail does for a merger what Learn, "Alert correlation and incident
// merging", says: tags go to the target, which gets a new name. What only the
// source has, such as an owner, is kept, so that nothing is lost; that is this
// package's choice. The source's own detail stays, for the day it is split off
// again.
func (s *scope) moveDetail(_ *Engine, target, source uint32) {
	t, f := s.details[target], s.details[source]
	if t != nil {
		t.name = ""
	}
	if f == nil {
		return
	}
	t = s.detailOf(target)
	for _, tag := range f.tags {
		if !slices.Contains(t.tags, tag) {
			t.tags = append(t.tags, tag)
		}
	}
	for _, g := range f.groups {
		if !slices.Contains(t.groups, g) {
			t.groups = append(t.groups, g)
		}
	}
	keep(&t.owner, f.owner, "")
	keep(&t.classification, f.classification, alert.ClassificationUnknown)
	keep(&t.determination, f.determination, alert.DeterminationUnknown)
	keep(&t.severity, f.severity, "")
}

// keep sets what is not set.
func keep[T ~string](to *T, from, unset T) {
	if *to == "" || *to == unset {
		*to = from
	}
}
