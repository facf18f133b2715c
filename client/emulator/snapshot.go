package emulator

import (
	"fmt"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// Snapshot is the state of a tenant: what it has, not who may use it. It can be
// compared with go-cmp, and written and read as JSON. Identities, workspaces and
// faults are options of the tenant, and not in it; nor is the audit log, which
// [Tenant.AuditLog] has and which begins anew when a snapshot is loaded.
type Snapshot struct {
	// Alerts are in the order in which they were raised.
	Alerts []AlertState `json:"alerts"`
	// Incidents are numbered from 1.
	Incidents []IncidentState `json:"incidents"`
	// History has each incident after each change, oldest first; an incident that
	// it does not have begins with how it stands.
	History []IncidentState `json:"history,omitzero"`
	// Workspaces have what was made in Azure Resource Manager.
	Workspaces []WorkspaceState `json:"workspaces,omitzero"`
	// Correlated is how many of the alerts, from the first, were looked at in the
	// background, and Correlation what is known from that: the state of the
	// engine, with which a tenant goes on as this one would. Without Correlation
	// all alerts stay where they are, and those that are raised later are
	// correlated with them. A tenant that was loaded may write the same state
	// otherwise: leave it out of comparisons.
	Correlated  int    `json:"correlated,omitzero"`
	Correlation []byte `json:"correlation,omitzero"`
	// Random is the state of the source of ids. Without it a tenant goes on with
	// its own.
	Random []byte `json:"random,omitzero"`
}

// AlertState is an alert with what the API does not show of it.
type AlertState struct {
	// Alert is the alert. Its tenant, its incident and its links follow from
	// where it is. It has evidence if it has no Entities.
	Alert alert.Alert `json:"alert"`
	// Entities are what an alert that was raised by hand names.
	Entities []entity.Definition `json:"entities,omitzero"`
	// Excluded tells that the alert takes no part in correlation.
	Excluded bool `json:"excluded,omitzero"`
	// Workspace is the name of its workspace.
	Workspace string `json:"workspace,omitzero"`
	// DeviceGroups are those of its devices.
	DeviceGroups []string `json:"deviceGroups,omitzero"`
}

// IncidentState is an incident with what the API does not show of it.
type IncidentState struct {
	Incident incident.Incident `json:"incident"`
	// AlertIDs are its alerts.
	AlertIDs  []string `json:"alertIds"`
	Workspace string   `json:"workspace,omitzero"`
	// Renamed and SeveritySet tell what a person has set.
	Renamed     bool `json:"renamed,omitzero"`
	SeveritySet bool `json:"severitySet,omitzero"`
	// DeviceGroups are, of an incident that has no alerts any more, those of the
	// alerts that it had.
	DeviceGroups []string `json:"deviceGroups,omitzero"`
	// Modified and Closed are, in the history, when the incident was first
	// modified and last closed.
	Modified time.Time `json:"modified,omitzero"`
	Closed   time.Time `json:"closed,omitzero"`
	// Sentinel is what belongs to it in Azure Resource Manager.
	Sentinel *SentinelState `json:"sentinel,omitzero"`
}

// Snapshot takes a picture of the state.
func (t *Tenant) Snapshot() *Snapshot {
	t.catchUp()
	var state store.State
	var correlated int
	var engine []byte
	t.store.Read(func(tx *store.Tx) {
		state = tx.State()
		correlated, engine = t.background.state()
	})
	s := &Snapshot{Correlated: correlated, Correlation: engine, Alerts: make([]AlertState, len(state.Alerts)), Incidents: make([]IncidentState, len(state.Incidents))}
	t.mu.Lock()
	s.Random, _ = t.random.MarshalBinary() // has no error
	t.mu.Unlock()
	for n, a := range state.Alerts {
		s.Alerts[n] = AlertState{a.Alert, a.Entities, a.Excluded, a.Workspace, a.Groups}
	}
	picture := func(i *store.Incident) IncidentState {
		ids := make([]string, len(i.Members))
		for n, row := range i.Members {
			ids[n] = state.Alerts[row].ID
		}
		p := IncidentState{Incident: i.Incident, AlertIDs: ids, Workspace: i.Workspace, Renamed: i.Renamed, SeveritySet: i.SeveritySet, DeviceGroups: i.Groups}
		if i.Sentinel != nil {
			p.Sentinel = new(newSentinelState(*i.Sentinel))
		}
		return p
	}
	for n, i := range state.Incidents {
		s.Incidents[n] = picture(i)
	}
	for _, v := range state.Versions {
		p := picture(v.Incident)
		p.Modified, p.Closed = v.Modified, v.Closed
		s.History = append(s.History, p)
	}
	for _, w := range state.Workspaces {
		s.Workspaces = append(s.Workspaces, newWorkspaceState(w))
	}
	return s
}

// Load replaces the state by that of a snapshot, which may also have been made
// by hand: alerts of any product, with any evidence. A snapshot that contradicts
// itself is refused, and the state stays as it was.
func (t *Tenant) Load(s *Snapshot) error {
	state := store.State{}
	rows := map[string]int32{}
	for n := range s.Alerts {
		a := &s.Alerts[n]
		rows[a.Alert.ID] = int32(n)
		state.Alerts = append(state.Alerts, &store.Alert{Alert: a.Alert, Entities: a.Entities, Excluded: a.Excluded, Workspace: a.Workspace, Groups: a.DeviceGroups})
	}
	build := func(i *IncidentState) (*store.Incident, error) {
		built := &store.Incident{Incident: i.Incident, Workspace: i.Workspace, Renamed: i.Renamed, SeveritySet: i.SeveritySet, Groups: i.DeviceGroups}
		if i.Sentinel != nil {
			built.Sentinel = new(i.Sentinel.belongings())
		}
		for _, id := range i.AlertIDs {
			row, ok := rows[id]
			if !ok {
				return nil, fmt.Errorf("emulator: incident %s has alert %q, which the snapshot does not have", i.Incident.ID, id)
			}
			built.Members = append(built.Members, row)
		}
		return built, nil
	}
	for n := range s.Incidents {
		i, err := build(&s.Incidents[n])
		if err != nil {
			return err
		}
		state.Incidents = append(state.Incidents, i)
	}
	for n := range s.History {
		i, err := build(&s.History[n])
		if err != nil {
			return err
		}
		state.Versions = append(state.Versions, store.Version{Incident: i, Modified: s.History[n].Modified, Closed: s.History[n].Closed})
	}
	for n := range s.Workspaces {
		state.Workspaces = append(state.Workspaces, s.Workspaces[n].state())
	}
	random := newRandom(0)
	if s.Random != nil {
		if err := random.UnmarshalBinary(s.Random); err != nil {
			return fmt.Errorf("emulator: the snapshot's source of ids cannot be read: %w", err)
		}
	}
	if err := t.store.Restore(state, func(tx *store.Tx) error {
		if err := redirectsEnd(tx); err != nil {
			return err
		}
		return t.loadBackground(tx, s)
	}); err != nil {
		return fmt.Errorf("emulator: the snapshot contradicts itself: %w", err)
	}
	t.audit.clear()
	if s.Random != nil {
		t.mu.Lock()
		t.random = random
		t.mu.Unlock()
	}
	return nil
}

// redirectsEnd returns an error if an incident was merged into one that does not
// exist, or in the end into itself.
func redirectsEnd(tx *store.Tx) error {
	ends := make([]bool, tx.Incidents())
	for row := range int32(tx.Incidents()) {
		var way []int32
		for at := row; !ends[at]; {
			way = append(way, at)
			into := tx.Incident(at).RedirectIncidentID
			if into == "" {
				break
			}
			next, ok := tx.FindIncident(into)
			if !ok || len(way) > tx.Incidents() {
				return fmt.Errorf("incident %s leads nowhere", tx.Incident(row).ID)
			}
			at = next
		}
		for _, at := range way {
			ends[at] = true
		}
	}
	return nil
}
