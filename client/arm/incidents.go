package arm

import (
	"context"
	"net/http"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/validate"
)

func incidentIDs(id string) validate.Problems {
	var ps validate.Problems
	checkID(&ps, "incidentId", id)
	return ps
}

// GetIncident reads an incident.
func (c *Client) GetIncident(ctx context.Context, id string) (*Incident, error) {
	if err := incidentIDs(id).Err(); err != nil {
		return nil, err
	}
	return get(ctx, c, &incidents, at(id, "incidents", id))
}

// CreateIncident creates an incident under an id that the caller chooses, such as
// [Client.NewID] or [IDFor] makes, so that it is safe to do again. Settings that the
// service would refuse give a [*ValidationError], and nothing is sent.
//
// An incident that has the id already is replaced as a whole: the service has no
// way to create only. Use [Client.UpdateIncident] for what may be there.
//
// The incident has neither alerts nor entities until an alert that exists is
// related to it, and does not reach the Defender portal.
//
// Source: Learn, "Incidents - Create Or Update"; "Create your own incidents manually
// in Microsoft Sentinel" (2024-10-16).
func (c *Client) CreateIncident(ctx context.Context, id string, s IncidentSettings) (*Incident, error) {
	return create(ctx, c, &incidents, at(id, "incidents", id), incidentIDs(id), s)
}

// UpdateIncident changes an incident and returns it as it is then. It reads the
// incident, calls change with what a caller may set, and writes it back whole under
// the etag that was read; nothing that change leaves alone is lost, members that
// this package does not know included. When somebody else changed the incident in
// between (409, 412) all of that is done again, up to 30 times; change must
// therefore do the same to any incident. A conflict while the incident stays what it is
// is about something else, and after 5 attempts more it is the error.
//
// Where the answer to a write was lost as well, so that it may be what was changed, the
// change is made again only if to make it twice is the same as once, which is tried: so it
// is with [IncidentSettings.AddLabel], and with a change that fails the second time. Else
// the error is [client.ErrOutcomeUnknown], and nothing is there twice.
//
// A change that changes nothing sends nothing. An error of change is returned as it
// is. A problem that the change brings in gives a [*ValidationError].
//
//	_, err := c.UpdateIncident(ctx, id, func(s *arm.IncidentSettings) error {
//		s.Status = arm.StatusActive
//		s.Unassign()
//		return nil
//	})
func (c *Client) UpdateIncident(ctx context.Context, id string, change func(*IncidentSettings) error) (*Incident, error) {
	return update(ctx, c, &incidents, at(id, "incidents", id), incidentIDs(id), change)
}

// DeleteIncident deletes an incident and reports whether there was one: where an answer
// was lost and the request was sent again, whether the last found one. It needs more
// rights than the other calls: those of Microsoft Sentinel Contributor.
func (c *Client) DeleteIncident(ctx context.Context, id string) (existed bool, err error) {
	return destroy(ctx, c, &incidents, at(id, "incidents", id), incidentIDs(id))
}

// ListIncidentAlerts returns the alerts of an incident, whose properties are
// [*sentinel.SecurityAlert]. The service has no pages here.
func (c *Client) ListIncidentAlerts(ctx context.Context, incidentID string) (sentinel.List, error) {
	return c.belongings(ctx, incidentID, "alerts")
}

// ListIncidentBookmarks returns the bookmarks of an incident, whose properties are
// [*sentinel.Bookmark]. The service has no pages here.
func (c *Client) ListIncidentBookmarks(ctx context.Context, incidentID string) (sentinel.List, error) {
	return c.belongings(ctx, incidentID, "bookmarks")
}

func (c *Client) belongings(ctx context.Context, incidentID, what string) (sentinel.List, error) {
	if err := incidentIDs(incidentID).Err(); err != nil {
		return nil, err
	}
	var list struct {
		Value sentinel.List `json:"value"`
	}
	r := c.request(http.MethodPost, at(incidentID, "incidents", incidentID, what), audit.ReadIncident)
	if _, _, err := c.do(ctx, r, &list, func(int) error { return listed("value", list.Value) }); err != nil {
		return nil, err
	}
	return list.Value, nil
}

// listed checks that there is a list of entities. An entity is nothing without its
// kind, which says how to read it.
func listed(name string, list sentinel.List) error {
	if list == nil {
		return client.BadAnswer("the list %s is not there", name)
	}
	for i := range list {
		if list[i].Kind == "" {
			return client.BadAnswer("%s has no kind", validate.Index(name, i))
		}
	}
	return nil
}

// Entities are what the alerts of an incident are about.
type Entities struct {
	// List are the entities. It was reported that the service leaves some out of a
	// long list; Counts has all.
	List sentinel.List `json:"entities"`
	// Counts are how many there are of each kind.
	Counts []EntityCount `json:"metaData"`
}

// EntityCount is how many entities of a kind there are.
type EntityCount struct {
	Kind  sentinel.Kind `json:"entityKind"`
	Count int32         `json:"count"`
}

// ListIncidentEntities returns what the alerts of an incident are about. The service has no
// pages here.
func (c *Client) ListIncidentEntities(ctx context.Context, incidentID string) (*Entities, error) {
	if err := incidentIDs(incidentID).Err(); err != nil {
		return nil, err
	}
	var e Entities
	r := c.request(http.MethodPost, at(incidentID, "incidents", incidentID, "entities"), audit.ReadIncident)
	if _, _, err := c.do(ctx, r, &e, func(int) error { return listed("entities", e.List) }); err != nil {
		return nil, err
	}
	return &e, nil
}
