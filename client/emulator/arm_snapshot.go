package emulator

import (
	"time"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
)

// WorkspaceState is what a workspace has in Azure Resource Manager that Defender
// does not have.
type WorkspaceState struct {
	// Name is the name of the workspace.
	Name string `json:"name"`
	// Incidents were made there, in this order.
	Incidents []SentinelIncidentState `json:"incidents,omitzero"`
	// Bookmarks are in the order in which they were made.
	Bookmarks []arm.Bookmark `json:"bookmarks,omitzero"`
	// History has each of the incidents after each change, oldest first.
	History []SentinelIncidentState `json:"history,omitzero"`
	// Numbers are those that the incidents of Defender have in the workspace, in
	// their order; what is missing is counted on from LastNumber, the last number
	// that was given.
	Numbers    []int32 `json:"numbers,omitzero"`
	LastNumber int32   `json:"lastNumber,omitzero"`
}

// SentinelIncidentState is an incident that was made in Azure Resource Manager.
type SentinelIncidentState struct {
	// Incident has what was set, its number and its times. The rest of what the API
	// shows follows from it.
	Incident arm.Incident `json:"incident"`
	SentinelState
	// Modified and Closed are, in the history, when the incident was first
	// modified and last closed.
	Modified time.Time `json:"modified,omitzero"`
	Closed   time.Time `json:"closed,omitzero"`
}

// SentinelState is what belongs to an incident in Azure Resource Manager.
type SentinelState struct {
	Comments  []SentinelComment `json:"comments,omitzero"`
	Tasks     []*arm.Task       `json:"tasks,omitzero"`
	Relations []*arm.Relation   `json:"relations,omitzero"`
}

// SentinelComment is a comment in Azure Resource Manager.
type SentinelComment struct {
	// Of names the comment in Defender that it is, if it is one.
	Of string `json:"of,omitzero"`
	// Comment is nil for one that was deleted here, and is still in Defender.
	Comment *arm.Comment `json:"comment,omitzero"`
}

func newSentinelState(b store.Belongings) (s SentinelState) {
	for _, c := range b.Comments {
		s.Comments = append(s.Comments, SentinelComment{c.Of, c.Object})
	}
	s.Tasks, s.Relations = b.Tasks, b.Relations
	return s
}

// belongings is the state as it is stored. One that was made by hand need not say
// who made what, and what is nothing is left out.
func (s *SentinelState) belongings() (b store.Belongings) {
	for _, c := range s.Comments {
		if o := c.Comment; o != nil {
			o := *o
			complete(&o)
			if o.Properties.Author == nil {
				o.Properties.Author = &arm.ClientInfo{}
			}
			c.Comment = &o
		} else if c.Of == "" {
			continue // no comment, and not one of Defender that was deleted here
		}
		b.Comments = append(b.Comments, store.Comment{Of: c.Of, Object: c.Comment})
	}
	b.Tasks, b.Relations = completed(s.Tasks), completed(s.Relations)
	return b
}

func complete[P any](o *arm.Object[P]) {
	if o.SystemData == nil {
		o.SystemData = &arm.SystemData{}
	}
}

func completed[P any](list []*arm.Object[P]) (out []*arm.Object[P]) {
	for _, o := range list {
		if o != nil {
			o := *o
			complete(&o)
			out = append(out, &o)
		}
	}
	return out
}

func newWorkspaceState(w store.WorkspaceState) WorkspaceState {
	s := WorkspaceState{Name: w.Name, Numbers: w.Numbers, LastNumber: w.Last}
	for _, i := range w.Made {
		s.Incidents = append(s.Incidents, SentinelIncidentState{Incident: i.Object, SentinelState: newSentinelState(i.Belongings)})
	}
	for _, b := range w.Bookmarks {
		s.Bookmarks = append(s.Bookmarks, *b)
	}
	for _, v := range w.Versions {
		s.History = append(s.History, SentinelIncidentState{v.Incident.Object, newSentinelState(v.Incident.Belongings), v.Modified, v.Closed})
	}
	return s
}

func (s *WorkspaceState) state() store.WorkspaceState {
	w := store.WorkspaceState{Name: s.Name, Numbers: s.Numbers, Last: s.LastNumber}
	stored := func(i *SentinelIncidentState) *store.SentinelIncident {
		return &store.SentinelIncident{Object: i.Incident, Belongings: i.belongings()}
	}
	for n := range s.Incidents {
		w.Made = append(w.Made, stored(&s.Incidents[n]))
	}
	for n := range s.Bookmarks {
		b := s.Bookmarks[n]
		complete(&b)
		w.Bookmarks = append(w.Bookmarks, &b)
	}
	for n := range s.History {
		i := &s.History[n]
		w.Versions = append(w.Versions, store.VersionOf[*store.SentinelIncident]{Incident: stored(i), Modified: i.Modified, Closed: i.Closed})
	}
	return w
}
