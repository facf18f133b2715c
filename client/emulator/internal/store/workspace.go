package store

import (
	"fmt"
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/client/arm"
)

// WorkspaceState is what a workspace has of its own.
type WorkspaceState struct {
	Name string
	// Numbers are those of the incidents of Defender in the workspace, in their
	// order, and Last is the last number that was given.
	Numbers   []int32
	Last      int32
	Made      []*SentinelIncident
	Bookmarks []*arm.Bookmark
	Versions  []VersionOf[*SentinelIncident]
}

func (tx *Tx) workspaceStates() (states []WorkspaceState) {
	for _, w := range tx.s.sentinel.all() {
		w.catchUp(tx)
		if int(w.last) == len(w.rows) && len(w.bookmarks.list) == 0 && len(w.history.versions) == 0 {
			continue // nothing that Defender's incidents do not say
		}
		states = append(states, WorkspaceState{w.name, slices.Clone(w.numbers), w.last, w.Made(), w.Bookmarks(), w.Versions()})
	}
	return states
}

// restoreWorkspace fills a workspace of a store that is being restored.
func (tx *Tx) restoreWorkspace(state WorkspaceState) error {
	if tx.s.sentinel.workspaces[state.Name] != nil {
		return fmt.Errorf("workspace %q is there twice", state.Name)
	}
	w := tx.Workspace(state.Name)
	if len(state.Numbers) > len(w.rows) {
		return fmt.Errorf("workspace %q has numbers of %d incidents and %d incidents", state.Name, len(state.Numbers), len(w.rows))
	}
	copy(w.numbers, state.Numbers)
	w.last = state.Last
	for _, i := range state.Made {
		if _, again := w.made.find(i.Object.Name); again || i.Object.Name == "" {
			return fmt.Errorf("incident %q of workspace %q is there twice, or has no name", i.Object.Name, state.Name)
		}
		w.made.put(i.Object.Name, i)
		w.last = max(w.last, i.Object.Properties.IncidentNumber)
	}
	for n := range w.numbers {
		if n >= len(state.Numbers) {
			w.last++
			w.numbers[n] = w.last
		}
		w.last = max(w.last, w.numbers[n])
	}
	for _, b := range state.Bookmarks {
		if _, again := w.Bookmark(b.Name); again || b.Name == "" {
			return fmt.Errorf("bookmark %q of workspace %q is there twice, or has no name", b.Name, state.Name)
		}
		w.bookmarks.put(b.Name, b)
	}
	for _, v := range state.Versions {
		name := strings.ToLower(v.Incident.Object.Name)
		if _, there := w.made.find(name); there {
			w.history.last[name] = len(w.history.versions)
		}
		v.weight = 1
		w.history.weight++
		w.history.versions = append(w.history.versions, v)
	}
	for _, i := range state.Made {
		name := strings.ToLower(i.Object.Name)
		if _, there := w.history.last[name]; !there {
			w.history.record(name, i, 1)
		}
	}
	return nil
}
