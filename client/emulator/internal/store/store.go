// Package store keeps the alerts and incidents of a tenant in memory, finds and
// lists them by index, and keeps the history of each incident. It knows nothing
// of HTTP, nor of the rules by which a tenant changes them; what it does
// guarantee is that each alert is in exactly one incident, whatever is done.
//
// Alerts and incidents are immutable once they are stored: a change stores
// another value in the row. What a reader has taken out stays as it was.
package store

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// Alert is an alert with what the service knows of it and does not show.
type Alert struct {
	// Alert has no incident, no evidence of Entities, and no links: they are
	// made when it is shown.
	alert.Alert
	// Entities are what an alert that was raised by hand names.
	Entities []entity.Definition
	// Excluded tells that the alert takes no part in correlation.
	Excluded bool
	// Workspace is the name of the workspace the alert was routed to.
	Workspace string
	// Groups are the device groups of the alert's devices.
	Groups []string

	incident int32
}

// Incident is an incident with what the service knows of it and does not show.
type Incident struct {
	// Incident has no alerts: Members has their rows.
	incident.Incident
	// Members are the rows of the alerts, in the order in which they came. It
	// must not be changed.
	Members []int32
	// Workspace is the name of the workspace the incident is in.
	Workspace string
	// Renamed tells that a person has named the incident, SeveritySet that a
	// person has set its severity.
	Renamed, SeveritySet bool
	// Groups are, of an incident that has no alerts any more, the device groups of
	// those that it had.
	Groups []string
	// Sentinel is what only Azure Resource Manager shows of the incident. It must
	// not be changed, and is nil while there is nothing.
	Sentinel *Belongings
}

// Store is the state of a tenant. It is safe for concurrent use.
type Store struct {
	mu        sync.RWMutex
	alerts    []*Alert
	incidents []*Incident
	byID      map[string]int32
	history   history[int32, *Incident]
	sentinel  sentinels
	observe   func(*Tx)

	alertFields, incidentFields fields
	// titles are the names of the incidents, which are searched through too.
	titles []string
}

// New returns an empty store whose history goes back as long as retention, and
// has the newest version of each incident and at least as many of the others as
// rows, but for heavy ones.
func New(retention time.Duration, rows int) *Store {
	return &Store{
		byID:           map[string]int32{},
		history:        newHistory[int32, *Incident](retention, rows),
		alertFields:    newFields("assignedTo", "classification", "determination", "severity", "serviceSource", "status"),
		incidentFields: newFields("assignedTo", "classification", "determination", "severity", "status"),
	}
}

// Tx is access to a store, within [Store.Read] or [Store.Write]. It must not be
// kept.
type Tx struct {
	s         *Store
	alerts    changes[Alert]
	incidents changes[Incident]
	sentinel  []sentinelNote
	// By is whatever the function of [Store.Observe] wants to know of the
	// writer.
	By any
	// Size is how many bytes the writer brings, as far as that is known.
	Size int
}

// Weight says how much it takes to keep an alert or an incident as it was before
// and as it is after the transaction: 1, and 1 more for every 4 kilobytes that
// came with it.
func (tx *Tx) Weight() int { return 1 + tx.Size>>12 }

// Read calls f while nothing changes.
func (s *Store) Read(f func(*Tx)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f(&Tx{s: s})
}

// Write calls f alone. What f has changed stays changed, whether or not it
// returns an error: check first. Each incident that was changed gets one entry
// in the history.
func (s *Store) Write(f func(*Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &Tx{s: s}
	err := f(tx)
	for _, row := range tx.incidents.rows {
		s.history.record(row, s.incidents[row], tx.Weight())
	}
	if s.observe != nil && len(tx.alerts.rows)+len(tx.incidents.rows)+len(tx.sentinel) > 0 {
		s.observe(tx)
	}
	return err
}

// Alerts and Incidents are how many there are; their rows count from 0.
func (tx *Tx) Alerts() int { return len(tx.s.alerts) }

// Incidents is how many incidents there are.
func (tx *Tx) Incidents() int { return len(tx.s.incidents) }

// Alert returns the alert in a row.
func (tx *Tx) Alert(row int32) *Alert { return tx.s.alerts[row] }

// Incident returns the incident in a row.
func (tx *Tx) Incident(row int32) *Incident { return tx.s.incidents[row] }

// IncidentOf returns the incident of an alert.
func (tx *Tx) IncidentOf(a *Alert) *Incident { return tx.s.incidents[a.incident] }

// RowOf returns the row of an alert's incident.
func (tx *Tx) RowOf(a *Alert) int32 { return a.incident }

// FindAlert returns the row of the alert with an id.
func (tx *Tx) FindAlert(id string) (int32, bool) {
	row, ok := tx.s.byID[id]
	return row, ok
}

// FindIncident returns the row of the incident with an id: incidents are
// numbered from 1.
func (tx *Tx) FindIncident(id string) (int32, bool) {
	n, err := strconv.ParseInt(id, 10, 32)
	if err != nil || n < 1 || int(n) > len(tx.s.incidents) || strconv.FormatInt(n, 10) != id {
		return 0, false
	}
	return int32(n - 1), true
}

// NextIncidentID is the id that the next incident will have.
func (tx *Tx) NextIncidentID() string { return strconv.Itoa(len(tx.s.incidents) + 1) }

// AddIncident stores a new incident under the next id and returns its row. It
// has no alerts until some are added.
func (tx *Tx) AddIncident(i *Incident) int32 {
	row := int32(len(tx.s.incidents))
	i.ID, i.Members = tx.NextIncidentID(), nil
	tx.s.incidents = append(tx.s.incidents, i)
	tx.indexIncident(row)
	tx.incidents.note(row, nil)
	return row
}

// AddAlert stores a new alert in an incident and returns its row.
func (tx *Tx) AddAlert(a *Alert, to int32) (int32, error) {
	if _, ok := tx.s.byID[a.ID]; ok {
		return 0, fmt.Errorf("there is an alert %s already", a.ID)
	}
	row := int32(len(tx.s.alerts))
	a.incident = to
	tx.s.alerts = append(tx.s.alerts, a)
	tx.s.byID[a.ID] = row
	tx.indexAlert(row)
	tx.alerts.note(row, nil)
	i := *tx.s.incidents[to]
	i.Members = append(i.Members, row)
	tx.incidents.note(to, tx.s.incidents[to])
	tx.s.incidents[to] = &i
	return row, nil
}

// ChangeAlert stores what f makes of a copy of an alert. Its id and its incident
// stay.
func (tx *Tx) ChangeAlert(row int32, f func(*Alert)) *Alert {
	old := tx.s.alerts[row]
	a := *old
	f(&a)
	a.ID, a.incident = old.ID, old.incident
	tx.s.alerts[row] = &a
	tx.alerts.note(row, old)
	tx.indexAlert(row)
	return &a
}

// ChangeIncident stores what f makes of a copy of an incident. Its id and its
// members stay.
func (tx *Tx) ChangeIncident(row int32, f func(*Incident)) *Incident {
	old := tx.s.incidents[row]
	i := *old
	f(&i)
	i.ID, i.Members = old.ID, old.Members
	tx.s.incidents[row] = &i
	tx.indexIncident(row)
	tx.incidents.note(row, old)
	return &i
}

// Move takes an alert out of its incident and puts it into another.
func (tx *Tx) Move(alertRow, to int32) {
	a := *tx.s.alerts[alertRow]
	from := a.incident
	if from == to {
		return
	}
	a.incident = to
	tx.alerts.note(alertRow, tx.s.alerts[alertRow])
	tx.s.alerts[alertRow] = &a
	tx.noteBoth(from, to)
	source, target := *tx.s.incidents[from], *tx.s.incidents[to]
	// A new list, since the history and readers have the old one.
	rest := make([]int32, 0, len(source.Members)-1)
	for _, row := range source.Members {
		if row != alertRow {
			rest = append(rest, row)
		}
	}
	source.Members = rest
	target.Members = append(target.Members, alertRow)
	tx.s.incidents[from], tx.s.incidents[to] = &source, &target
}

// MoveAll puts all alerts of an incident into another.
func (tx *Tx) MoveAll(from, to int32) {
	source, target := *tx.s.incidents[from], *tx.s.incidents[to]
	if from == to || len(source.Members) == 0 {
		return
	}
	tx.noteBoth(from, to)
	for _, row := range source.Members {
		a := *tx.s.alerts[row]
		a.incident = to
		tx.alerts.note(row, tx.s.alerts[row])
		tx.s.alerts[row] = &a
	}
	target.Members = append(target.Members, source.Members...)
	source.Members = nil
	tx.s.incidents[from], tx.s.incidents[to] = &source, &target
}

func (tx *Tx) noteBoth(from, to int32) {
	tx.incidents.note(from, tx.s.incidents[from])
	tx.incidents.note(to, tx.s.incidents[to])
}

// MembersOf returns the alerts of an incident.
func (tx *Tx) MembersOf(i *Incident) []*Alert {
	list := make([]*Alert, len(i.Members))
	for n, row := range i.Members {
		list[n] = tx.s.alerts[row]
	}
	return list
}

func (tx *Tx) indexAlert(row int32) {
	a := tx.s.alerts[row]
	tx.s.alertFields.put(row, a.CreatedDateTime, a.LastUpdateDateTime,
		a.AssignedTo, string(a.Classification), string(a.Determination), string(a.Severity), string(a.ServiceSource), string(a.Status))
}

func (tx *Tx) indexIncident(row int32) {
	i := tx.s.incidents[row]
	if int(row) == len(tx.s.titles) {
		tx.s.titles = append(tx.s.titles, "")
	}
	tx.s.titles[row] = i.DisplayName
	tx.s.incidentFields.put(row, i.CreatedDateTime, i.LastUpdateDateTime,
		i.AssignedTo, string(i.Classification), string(i.Determination), string(i.Severity), string(i.Status))
}

// Check returns an error if the store contradicts itself: if an alert is not in
// exactly the one incident that it says, or an index does not say what the rows
// say.
func (s *Store) Check() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := make([]int32, len(s.alerts))
	for row, i := range s.incidents {
		if i.ID != strconv.Itoa(row+1) {
			return fmt.Errorf("row %d has incident %s", row, i.ID)
		}
		for _, member := range i.Members {
			seen[member]++
			if s.alerts[member].incident != int32(row) {
				return fmt.Errorf("incident %s has alert %s, which says it is in %d", i.ID, s.alerts[member].ID, s.alerts[member].incident+1)
			}
		}
		if s.titles[row] != i.DisplayName {
			return fmt.Errorf("incident %s is called %q, and the index says %q", i.ID, i.DisplayName, s.titles[row])
		}
		if err := s.incidentFields.check(row, i.CreatedDateTime, i.LastUpdateDateTime,
			i.AssignedTo, string(i.Classification), string(i.Determination), string(i.Severity), string(i.Status)); err != nil {
			return fmt.Errorf("incident %s: %w", i.ID, err)
		}
	}
	for row, a := range s.alerts {
		if seen[row] != 1 {
			return fmt.Errorf("alert %s is in %d incidents", a.ID, seen[row])
		}
		if s.byID[a.ID] != int32(row) {
			return fmt.Errorf("alert %s is not found by its id", a.ID)
		}
		if err := s.alertFields.check(row, a.CreatedDateTime, a.LastUpdateDateTime,
			a.AssignedTo, string(a.Classification), string(a.Determination), string(a.Severity), string(a.ServiceSource), string(a.Status)); err != nil {
			return fmt.Errorf("alert %s: %w", a.ID, err)
		}
	}
	for _, w := range s.sentinel.all() {
		if err := w.check(&Tx{s: s}); err != nil {
			return err
		}
	}
	if len(s.alertFields.order) != len(s.alerts) || len(s.incidentFields.order) != len(s.incidents) {
		return fmt.Errorf("the order has %d alerts and %d incidents of %d and %d", len(s.alertFields.order), len(s.incidentFields.order), len(s.alerts), len(s.incidents))
	}
	return nil
}
