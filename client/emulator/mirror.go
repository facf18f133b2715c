package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/incident"
)

// What follows has the engine know what the tenant's incidents are, and what
// people do to them, so that later alerts respect it. Errors of the engine are
// that it does not know an incident or an alert, any more or yet; there is
// nothing to be told then.

// of returns the engine's incident of an alert.
func (b *background) of(a *store.Alert) correlation.ID {
	id, _ := b.engine.IncidentOf(TenantID, a.ID)
	return id
}

func (b *background) knows(a *store.Alert) bool { return !b.of(a).IsZero() }

// id returns the engine's incident of a row.
func (b *background) id(tx *store.Tx, row int32) (correlation.ID, bool) {
	if id, ok := b.engine.IncidentOf(TenantID, anchorOf(row)); ok {
		return id, true
	}
	for _, m := range tx.Incident(row).Members {
		if m >= b.done || tx.Alert(m).Excluded {
			continue
		}
		if id, ok := b.engine.IncidentOf(TenantID, tx.Alert(m).ID); ok {
			return id, true
		}
	}
	return correlation.ID{}, false
}

// opened notes that the engine has a new incident for a row.
func (b *background) opened(tx *store.Tx, row int32, id correlation.ID) {
	b.rows[id] = row
	if stanceOf(tx.Incident(row)) != (stance{}) {
		b.tell(tx, row)
	}
}

// anchor sees to it that the engine has an incident for a row that stays when its
// alerts leave.
func (b *background) anchor(tx *store.Tx, row int32, now time.Time) (correlation.ID, bool) {
	id, had := b.id(tx, row)
	made, err := b.engine.Add(anchorAlert(tx, row, now, id))
	if err != nil {
		return id, false
	}
	if !had {
		b.opened(tx, row, made.Incident)
	}
	return made.Incident, true
}

func anchorAlert(tx *store.Tx, row int32, now time.Time, at correlation.ID) correlation.Alert {
	return correlation.Alert{ID: anchorOf(row), Time: now, Tenant: TenantID, Workspace: tx.Incident(row).Workspace, Link: at}
}

// place hands an alert over, which is to stay where it is.
func (b *background) place(a *store.Alert, at correlation.ID) {
	if !a.Excluded && !b.knows(a) {
		in := input(a)
		in.Link = at
		_, _ = b.engine.Add(in)
	}
}

// takeBack undoes what the engine made of an alert that joined others.
func (b *background) takeBack(made correlation.Decision) {
	by := correlation.By{Author: CorrelatorName, Reason: "a rule of the tenant"}
	for _, id := range slices.Backward(made.Merged) {
		_, _ = b.engine.Unmerge(id, by)
	}
	if id, ok := b.engine.IncidentOf(TenantID, made.Alert); ok {
		_, _ = b.engine.Split(id, []string{made.Alert}, by)
	}
}

// stance is what people say of an incident, as far as it matters for mergers.
type stance struct {
	owner          string
	status         incident.Status
	classification alert.Classification
	determination  alert.Determination
}

func stanceOf(i *store.Incident) stance {
	s := stance{strings.ToLower(i.AssignedTo), i.Status, known(i.Classification), known(i.Determination)}
	if s.status.Open() {
		s.status = ""
	}
	return s
}

// tell tells the engine what people say of an incident.
func (b *background) tell(tx *store.Tx, row int32) {
	if b == nil {
		return
	}
	if id, ok := b.id(tx, row); ok {
		s := stanceOf(tx.Incident(row))
		_, _ = b.engine.Update(id, correlation.Change{
			Owner: &s.owner, Status: new(or(s.status, incident.StatusActive)), Classification: &s.classification, Determination: &s.determination,
		}, correlation.By{Author: or(tx.Incident(row).LastModifiedBy, CorrelatorName), Reason: "update"})
	}
}

// merge makes the engine's incidents of some rows one, before the tenant's are.
// The error is that the engine does not allow it.
func (b *background) merge(tx *store.Tx, rows []int32, target int32, now time.Time, by correlation.By) error {
	if b == nil {
		return nil
	}
	var ids []correlation.ID
	for _, row := range rows {
		if id, ok := b.id(tx, row); ok {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	one := ids[0]
	if len(ids) > 1 {
		act, err := b.engine.Merge(ids, by)
		if err != nil {
			return err
		}
		one = act.Incident
	}
	for _, id := range ids {
		delete(b.rows, id)
	}
	b.rows[one] = target
	// What the engine has there may be no more than the anchors of the others.
	_, _ = b.engine.Add(anchorAlert(tx, target, now, one))
	return nil
}

// move moves alerts to the engine's incident of a row, before the tenant moves
// them. What is left behind is kept apart from then on: alerts that nobody has
// looked at yet stay where the person has them.
func (b *background) move(tx *store.Tx, alerts []int32, to int32, now time.Time, by correlation.By) {
	if b == nil {
		return
	}
	leaving := map[int32][]int32{}
	var sources []int32
	for _, m := range alerts {
		from := tx.RowOf(tx.Alert(m))
		if from == to {
			continue
		}
		if leaving[from] == nil {
			sources = append(sources, from)
		}
		leaving[from] = append(leaving[from], m)
	}
	for _, from := range sources {
		target, ok := b.anchor(tx, to, now)
		source, both := b.anchor(tx, from, now)
		if !ok || !both {
			return
		}
		var ids []string
		for _, m := range leaving[from] {
			a := tx.Alert(m)
			b.place(a, source)
			if b.knows(a) {
				ids = append(ids, a.ID)
			}
		}
		if len(leaving[from]) == len(tx.Incident(from).Members) {
			ids = ids[:0]
			for _, m := range b.engine.Members(source) {
				ids = append(ids, m.Alert)
			}
			delete(b.rows, source)
		}
		if len(ids) > 0 {
			_, _ = b.engine.Move(TenantID, ids, target, by)
		}
	}
}

// state is what a snapshot has of it.
func (b *background) state() (done int, engine []byte) {
	if b == nil {
		return 0, nil
	}
	var buf bytes.Buffer
	_ = b.engine.Snapshot(&buf) // a buffer takes all
	return int(b.done), buf.Bytes()
}

// loadBackground has the tenant correlate from the state of a snapshot on, or in
// one that has none, from where the alerts are.
func (t *Tenant) loadBackground(tx *store.Tx, s *Snapshot) error {
	if t.background == nil {
		return nil
	}
	next := t.newBackground()
	if s.Correlation == nil {
		next.done = int32(tx.Alerts())
		for row := range int32(tx.Incidents()) {
			next.adopt(t, tx, row)
		}
	} else {
		engine, err := correlation.Restore(bytes.NewReader(s.Correlation), t.engineSettings(), t.engineOptions()...)
		if err != nil {
			return fmt.Errorf("the state of its correlation: %w; leave it out to have it made anew", err)
		}
		next = t.backgroundOf(engine)
		if next.done = int32(s.Correlated); s.Correlated < 0 || s.Correlated > tx.Alerts() || !t.agrees(tx, next) {
			return errors.New("the state of its correlation is that of other alerts; leave it out to have it made anew")
		}
	}
	next.wait(tx)
	b := t.background
	b.engine, b.done, b.rows, b.decisions = next.engine, next.done, next.rows, nil
	b.next.Store(next.next.Load())
	return nil
}

// adopt hands over an incident as it is.
func (b *background) adopt(t *Tenant, tx *store.Tx, row int32) {
	i := tx.Incident(row)
	if len(i.Members) == 0 || t.standalone(tx, i) {
		return
	}
	if at, ok := b.anchor(tx, row, input(tx.Alert(i.Members[0])).Time); ok {
		for _, m := range i.Members {
			b.place(tx.Alert(m), at)
		}
	}
}

// agrees tells whether the engine has the alerts of each incident in one of its
// own, and no others, and learns which that is.
func (t *Tenant) agrees(tx *store.Tx, b *background) bool {
	known := 0
	agree := func(alert string, row int32) bool {
		id, ok := b.engine.IncidentOf(TenantID, alert)
		if !ok {
			return true
		}
		known++
		have, ok := b.rows[id]
		b.rows[id] = row
		return !ok || have == row
	}
	for row := range int32(tx.Incidents()) {
		at, _ := t.follow(tx, row)
		if !agree(anchorOf(row), at) {
			return false
		}
		for _, m := range tx.Incident(row).Members {
			if !agree(tx.Alert(m).ID, row) {
				return false
			}
		}
	}
	ids := map[int32]bool{}
	for _, row := range b.rows {
		if ids[row] {
			return false
		}
		ids[row] = true
	}
	return known == b.engine.Stats().Stored
}
