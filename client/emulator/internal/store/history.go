package store

import (
	"slices"
	"strconv"
	"time"
)

// VersionOf is an incident as it was after a change.
type VersionOf[I versioned] struct {
	// Incident is the incident then; its Members are those of then.
	Incident I
	// Modified and Closed are when it was first modified and last closed, as far
	// as it had been.
	Modified, Closed time.Time

	weight int
}

// Version is an incident of Defender as it was after a change.
type Version = VersionOf[*Incident]

// versioned is an incident whose versions are kept.
type versioned interface {
	// standing tells when the incident was last changed, and whether it is open.
	standing() (changed time.Time, open bool)
}

func (i *Incident) standing() (time.Time, bool) { return i.LastUpdateDateTime, i.Status.Open() }

// history is the log of all versions of all incidents, oldest first.
type history[K comparable, I versioned] struct {
	retention time.Duration
	versions  []VersionOf[I]
	// weight is that of all versions, most what is kept of it, and floor what
	// was left the last time that some were forgotten.
	weight, most, floor int
	// last has the place of each incident's newest version.
	last map[K]int
}

func newHistory[K comparable, I versioned](retention time.Duration, most int) history[K, I] {
	return history[K, I]{retention: retention, most: most, last: map[K]int{}}
}

func (h *history[K, I]) record(key K, i I, weight int) {
	v := VersionOf[I]{Incident: i, weight: weight}
	h.weight += weight
	changed, open := i.standing()
	closed := !open
	if n, ok := h.last[key]; ok {
		before := h.versions[n]
		v.Modified, v.Closed = before.Modified, before.Closed
		if v.Modified.IsZero() {
			v.Modified = changed
		}
		_, open = before.Incident.standing()
		closed = closed && open
	}
	if closed {
		v.Closed = changed
	}
	h.last[key] = len(h.versions)
	h.versions = append(h.versions, v)
	h.forget(changed.Add(-h.retention))
}

// forget drops versions that are older, and the oldest of too many, except each
// incident's newest: it is the one that says how the incident stands.
func (h *history[K, I]) forget(limit time.Time) {
	old := func(v VersionOf[I]) bool {
		changed, _ := v.Incident.standing()
		return changed.Before(limit)
	}
	n := len(h.versions)
	full := h.weight > 2*max(h.most, h.floor)
	if !full && (n < 1024 || n < 2*len(h.last) || !old(h.versions[n/2])) {
		return // half of them have to be worth it
	}
	newest := make(map[int]K, len(h.last))
	for key, n := range h.last {
		newest[n] = key
	}
	first := 0 // of those that are not too many
	for weight := 0; full && first == 0 && n > 0; n-- {
		if weight += h.versions[n-1].weight; weight > h.most {
			first = n
		}
	}
	// A new list, for readers have the old one.
	kept := make([]VersionOf[I], 0, len(h.versions)/2)
	h.weight = 0
	for n, v := range h.versions {
		key, ok := newest[n]
		if ok {
			h.last[key] = len(kept)
		} else if n < first || old(v) {
			continue
		}
		h.weight += v.weight
		kept = append(kept, v)
	}
	h.versions, h.floor = kept, h.weight
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
