package store

import (
	"fmt"
	"strconv"
)

// State is all that a store holds, in lists of its own.
type State struct {
	Alerts    []*Alert
	Incidents []*Incident
	Versions  []Version
	// Workspaces are those that have something of their own, by name.
	Workspaces []WorkspaceState
}

// State takes a picture.
func (tx *Tx) State() State {
	return State{tx.AllAlerts(), tx.AllIncidents(), tx.Versions(), tx.workspaceStates()}
}

// Restore replaces what the store holds. The incidents' Members say where the
// alerts are. A state that contradicts itself, or that accept does not accept, is
// refused, and nothing changes.
func (s *Store) Restore(state State, accept func(*Tx) error) error {
	next := New(s.history.retention, s.history.most)
	for row, a := range state.Alerts {
		if _, ok := next.byID[a.ID]; ok || a.ID == "" {
			return fmt.Errorf("alert %q is there twice, or has no id", a.ID)
		}
		stored := *a
		stored.incident = -1
		next.alerts = append(next.alerts, &stored)
		next.byID[a.ID] = int32(row)
	}
	for row, i := range state.Incidents {
		if i.ID != strconv.Itoa(row+1) {
			return fmt.Errorf("incident %q is not numbered %d", i.ID, row+1)
		}
		for _, member := range i.Members {
			if member < 0 || int(member) >= len(next.alerts) || next.alerts[member].incident >= 0 {
				return fmt.Errorf("incident %s has an alert that does not exist, or is in another", i.ID)
			}
			next.alerts[member].incident = int32(row)
		}
		stored := *i
		next.incidents = append(next.incidents, &stored)
	}
	tx := &Tx{s: next}
	for row := range next.alerts {
		tx.indexAlert(int32(row))
	}
	for row := range next.incidents {
		tx.indexIncident(int32(row))
	}
	for _, v := range state.Versions {
		row, ok := tx.FindIncident(v.Incident.ID)
		if !ok {
			return fmt.Errorf("the history has incident %q, which does not exist", v.Incident.ID)
		}
		for _, member := range v.Incident.Members {
			if member < 0 || int(member) >= len(next.alerts) {
				return fmt.Errorf("the history of incident %s has an alert that does not exist", v.Incident.ID)
			}
		}
		next.history.last[row] = len(next.history.versions)
		v.weight = 1
		next.history.weight++
		next.history.versions = append(next.history.versions, v)
	}
	for row, i := range next.incidents {
		if _, ok := next.history.last[int32(row)]; !ok {
			next.history.record(int32(row), i, 1)
		}
	}
	for _, w := range state.Workspaces {
		if err := tx.restoreWorkspace(w); err != nil {
			return err
		}
	}
	if err := next.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := accept(tx); err != nil {
		return err
	}
	s.sentinel.workspaces, s.sentinel.alerts, s.sentinel.seen = next.sentinel.workspaces, nil, 0
	s.alerts, s.incidents, s.byID, s.history = next.alerts, next.incidents, next.byID, next.history
	s.alertFields, s.incidentFields, s.titles = next.alertFields, next.incidentFields, next.titles
	return nil
}
