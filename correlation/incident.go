package correlation

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/incident"
)

// Incident is what is known of an incident.
type Incident struct {
	ID ID
	// Tenant and Workspace say where it is, in lower case.
	Tenant, Workspace string
	// Version counts the states that the incident was in.
	Version uint32
	// Name is that which a person gave, or one made from the alerts.
	Name string
	// Severity is the highest of the alerts, unless a person has set it.
	Severity       alert.Severity
	Status         incident.Status
	Classification alert.Classification
	Determination  alert.Determination
	Owner          string
	Tags           []string
	// Tactics are those of the alerts.
	Tactics []attack.Tactic
	// First and Last are the times of its first and last alert.
	First, Last time.Time
	// Alerts is how many alerts it has, Stored how many of them are not only
	// counted.
	Alerts, Stored int
	// Entities is at least the number of entities of the alerts: one that occurs
	// in two of them is counted twice.
	Entities int
	// Redirect is the incident that this one was merged into; it has no alerts
	// then.
	Redirect ID
	// Closed is why the incident accepts no more alerts, at the newest time that
	// the engine knows of its tenant, or empty.
	Closed Rule
}

// Member is an alert of an incident.
type Member struct {
	Alert string
	Time  time.Time
	Title string
	// Stage numbers the runs of activity of the incident.
	Stage uint32
	// Repeats is how often it came again without being stored, until Last.
	Repeats int
	Last    time.Time
	// ByHand tells that a person put it where it is.
	ByHand bool
}

// Incident returns an incident by its id, also one that was merged into another.
func (e *Engine) Incident(id ID) (Incident, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i := e.incident(id)
	if s == nil {
		return Incident{}, false
	}
	return s.view(e, i), true
}

// Incidents returns the incidents of a tenant that were not merged into others,
// oldest first.
func (e *Engine) Incidents(tenant string) []Incident {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Incident
	for _, s := range e.ordered() {
		if s.name.tenant == fold(tenant) {
			for i := uint32(1); i < s.incidents.len(); i++ {
				if r := s.incidents.at(i); r.into == 0 && r.count > 0 {
					out = append(out, s.view(e, i))
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Incident) int {
		return cmp.Or(a.First.Compare(b.First), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

// IncidentOf returns the incident of an alert.
func (e *Engine) IncidentOf(tenant, alert string) (ID, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, n := e.findAlert(tenant, alert)
	if s == nil || s.incidentOf(n) == 0 {
		return ID{}, false
	}
	return s.incidents.at(s.incidentOf(n)).id, true
}

// Members returns the stored alerts of an incident in the order of time.
func (e *Engine) Members(id ID) []Member {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, i := e.incident(id)
	if s == nil || s.incidents.at(i).into != 0 || s.incidents.at(i).count == 0 {
		return nil
	}
	var out []Member
	for _, n := range s.inOrder(s.members(i)) {
		r := s.alerts.at(n)
		out = append(out, Member{
			Alert: s.names.text(r.id), Time: when(r.time), Title: s.values.label(r.title).text, Stage: r.stage,
			Repeats: int(r.repeats), Last: when(r.last()), ByHand: r.flags&(flagByHand|flagLinked) != 0,
		})
	}
	return out
}

func when(t int64) time.Time { return time.Unix(0, t).UTC() }

// incident finds an incident, of which another may be the root.
func (e *Engine) incident(id ID) (*scope, uint32) {
	for _, s := range e.byTag[tagOf(id)] {
		if slot := s.index.find(s.hashID(id)); slot != nil && slot.kind() == slotIncident && s.incidents.at(slot.number()).id == id {
			return s, slot.number()
		}
	}
	return nil, 0
}

// findAlert finds an alert, or the one that stands for it.
func (e *Engine) findAlert(tenant, id string) (*scope, uint32) {
	for _, s := range e.ordered() {
		if s.name.tenant == fold(tenant) {
			if n := s.findAlert(id); n != 0 {
				return s, n
			}
		}
	}
	return nil, 0
}

func (s *scope) findAlert(id string) uint32 {
	h, _ := s.seed.text(nil, domainAlert, id)
	if slot := s.index.find(h); slot != nil {
		return slot.number()
	}
	return 0
}

// ordered returns the scopes in the order of their names.
func (e *Engine) ordered() []*scope {
	out := make([]*scope, 0, len(e.scopes))
	for _, s := range e.scopes {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *scope) int {
		return cmp.Or(strings.Compare(a.name.tenant, b.name.tenant), strings.Compare(a.name.workspace, b.name.workspace))
	})
	return out
}

func (s *scope) view(e *Engine, i uint32) Incident {
	r := s.incidents.at(i)
	out := Incident{
		ID: r.id, Tenant: s.name.tenant, Workspace: s.name.workspace, Version: r.version, Status: incident.StatusActive,
		Severity: severities[r.severity], First: when(r.first), Last: when(r.last),
	}
	if r.into != 0 {
		// Learn: the source is closed, has the tag, and every reference to it
		// leads to the target.
		out.Status, out.Redirect = incident.StatusRedirected, s.incidents.at(s.root(i)).id
		if e.set.RedirectTag != "" {
			out.Tags = []string{e.set.RedirectTag}
		}
		return out
	}
	out.Alerts, out.Stored, out.Entities = int(r.count), int(r.stored), int(r.entities)
	out.Closed = s.accepts(e, i, max(s.now, r.last))
	for t := range attack.Tactics(attack.Enterprise) {
		if t.Column > 0 && r.tactics>>(t.Column-1)&1 == 1 {
			out.Tactics = append(out.Tactics, t)
		}
	}
	if d := s.details[i]; d != nil {
		out.Owner, out.Classification, out.Determination = d.owner, d.classification, d.determination
		out.Tags, out.Name = slices.Clone(d.tags), d.name
		out.Status = cmp.Or(d.status, out.Status)
		out.Severity = cmp.Or(d.severity, out.Severity)
	}
	if out.Name == "" {
		out.Name = s.nameOf(r, out.Tactics)
	}
	return out
}

// nameOf makes a name in the way of Defender's: that of the alert where there is
// one, "Multi-stage incident involving …" where there are several tactics, and
// where the alerts come from. Which attributes Defender uses is documented, how
// it words them is not.
func (s *scope) nameOf(r *incidentRec, tactics []attack.Tactic) string {
	var seen []uint16
	var titles, sources []string
	for n := r.head; n != 0; n = s.alerts.at(n).next {
		a := s.alerts.at(n)
		if slices.Contains(seen, a.title) || len(seen) == 100 {
			continue
		}
		seen = append(seen, a.title)
		l := s.values.label(a.title)
		if !slices.Contains(titles, l.text) {
			titles = append(titles, l.text)
		}
		if l.source != "" && !slices.Contains(sources, l.source) {
			sources = append(sources, l.source)
		}
	}
	name := s.values.label(s.alerts.at(r.founder).title).text
	switch {
	case len(titles) > 1 && len(tactics) > 1:
		name = fmt.Sprintf("Multi-stage incident involving %s & %s", tactics[0].Name, tactics[len(tactics)-1].Name)
	case len(titles) > 1:
		name = fmt.Sprintf("%s and %d more", name, len(titles)-1)
	}
	if len(titles) > 1 && len(sources) > 1 {
		name += " reported by multiple sources"
	}
	return name
}
