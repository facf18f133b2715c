package store

import (
	"strings"

	"github.com/incidentkit/incidentkit/client/arm"
)

// Changes are what a [Store.Write] has changed, in the order in which it was first
// changed.
type Changes struct {
	Alerts    []Change[Alert]
	Incidents []Change[Incident]
	// Sentinel is what a workspace of Microsoft Sentinel alone has.
	Sentinel []SentinelChange
}

// Len is how many things were changed.
func (c *Changes) Len() int { return len(c.Alerts) + len(c.Incidents) + len(c.Sentinel) }

// SentinelChange is what became of an incident that was made in a workspace, or of
// a bookmark: only one of the two is there.
type SentinelChange struct {
	Workspace string
	Incident  Change[SentinelIncident]
	Bookmark  Change[arm.Bookmark]
}

// Change is what a [Store.Write] made of an alert or an incident.
type Change[T any] struct {
	// Before is nil for what is new, and After for what is there no more.
	Before, After *T
}

// changes has what a transaction changed as it was before, in the order in which
// it was first changed.
type changes[T any] struct {
	rows   []int32
	before map[int32]*T
}

func (c *changes[T]) note(row int32, before *T) {
	if _, ok := c.before[row]; ok {
		return
	}
	if c.before == nil {
		c.before = map[int32]*T{}
	}
	c.before[row] = before
	c.rows = append(c.rows, row)
}

func (c *changes[T]) list(now []*T) []Change[T] {
	if len(c.rows) == 0 {
		return nil
	}
	list := make([]Change[T], len(c.rows))
	for n, row := range c.rows {
		list[n] = Change[T]{c.before[row], now[row]}
	}
	return list
}

// sentinelKey names something that a workspace alone has.
type sentinelKey struct {
	workspace *Workspace
	bookmark  bool
	name      string
}

// noteSentinel notes how something of a workspace is before it is changed.
func (tx *Tx) noteSentinel(w *Workspace, bookmark bool, name string) {
	key := sentinelKey{w, bookmark, strings.ToLower(name)}
	for _, known := range tx.sentinel {
		if known.key == key {
			return
		}
	}
	c := sentinelNote{key: key}
	if c.change.Workspace = w.name; bookmark {
		c.change.Bookmark.Before, _ = w.bookmarks.find(name)
	} else {
		c.change.Incident.Before, _ = w.made.find(name)
	}
	tx.sentinel = append(tx.sentinel, c)
}

// sentinelNote is a change whose end is not there yet. A transaction has a few.
type sentinelNote struct {
	key    sentinelKey
	change SentinelChange
}

// Changes returns what the transaction has changed until now.
func (tx *Tx) Changes() Changes {
	all := Changes{Alerts: tx.alerts.list(tx.s.alerts), Incidents: tx.incidents.list(tx.s.incidents)}
	for _, n := range tx.sentinel {
		if n.key.bookmark {
			n.change.Bookmark.After, _ = n.key.workspace.bookmarks.find(n.key.name)
		} else {
			n.change.Incident.After, _ = n.key.workspace.made.find(n.key.name)
		}
		if n.change != (SentinelChange{Workspace: n.change.Workspace}) {
			all.Sentinel = append(all.Sentinel, n.change)
		}
	}
	return all
}

// Observe has f called at the end of each [Store.Write] that changed something,
// before anything else can. It is not to be called while the store is in use.
func (s *Store) Observe(f func(*Tx)) { s.observe = f }
