package store

import (
	"slices"
	"strconv"
	"time"
)

// Version is an incident as it was after a change.
type Version struct {
	// Incident is the incident then; its Members are those of then.
	Incident *Incident
	// Modified and Closed are when it was first modified and last closed, as far
	// as it had been.
	Modified, Closed time.Time
}

// history is the log of all versions of all incidents, oldest first.
type history struct {
	retention time.Duration
	versions  []Version
	// last has the place of each incident's newest version.
	last map[int32]int
}

func (h *history) record(row int32, i *Incident) {
	v := Version{Incident: i}
	closed := !i.Status.Open()
	if n, ok := h.last[row]; ok {
		before := h.versions[n]
		v.Modified, v.Closed = before.Modified, before.Closed
		if v.Modified.IsZero() {
			v.Modified = i.LastUpdateDateTime
		}
		closed = closed && before.Incident.Status.Open()
	}
	if closed {
		v.Closed = i.LastUpdateDateTime
	}
	h.last[row] = len(h.versions)
	h.versions = append(h.versions, v)
	h.forget(i.LastUpdateDateTime.Add(-h.retention))
}

// forget drops versions that are older, except each incident's newest: it is
// the one that says how the incident stands.
func (h *history) forget(limit time.Time) {
	if n := len(h.versions); n < 1024 || n < 2*len(h.last) || !h.versions[n/2].Incident.LastUpdateDateTime.Before(limit) {
		return // half of them have to be worth it
	}
	newest := make(map[int]int32, len(h.last))
	for row, n := range h.last {
		newest[n] = row
	}
	// A new list, for readers have the old one.
	kept := make([]Version, 0, len(h.versions)/2)
	for n, v := range h.versions {
		row, ok := newest[n]
		if ok {
			h.last[row] = len(kept)
		} else if v.Incident.LastUpdateDateTime.Before(limit) {
			continue
		}
		kept = append(kept, v)
	}
	h.versions = kept
}

// Versions returns all versions that are kept, oldest first. The list does not
// change any more.
func (tx *Tx) Versions() []Version { return slices.Clip(tx.s.history.versions) }

// AllAlerts returns the alerts by row, in a list that does not change any more.
func (tx *Tx) AllAlerts() []*Alert { return slices.Clone(tx.s.alerts) }

// AllIncidents returns the incidents by row, in a list that does not change any
// more.
func (tx *Tx) AllIncidents() []*Incident { return slices.Clone(tx.s.incidents) }

// Incident returns the id of the alert's incident.
func (a *Alert) Incident() string { return strconv.Itoa(int(a.incident) + 1) }
