package graph

import (
	"context"
	"net/http"
	"net/url"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// GetIncident reads an incident, without its alerts. An incident that was merged
// into another one is read as it is: its RedirectIncidentID names the other.
//
// Source: Learn, "Get incident" (v1.0).
func (c *Client) GetIncident(ctx context.Context, id string) (*incident.Incident, error) {
	return c.incident(ctx, security(http.MethodGet, what{toReadIncident, audit.ReadIncident, audit.Target{Incident: id}}, nil, "incidents", id), id)
}

// GetIncidentWithAlerts reads an incident and its alerts. An incident that was
// merged into another has none.
//
// Source: Learn, "List incidents" (v1.0), where $expand is documented; that it
// works for one incident is seen in public code.
func (c *Client) GetIncidentWithAlerts(ctx context.Context, id string) (*incident.Incident, error) {
	r := security(http.MethodGet, what{toReadIncident, audit.ReadIncident, audit.Target{Incident: id}}, nil, "incidents", id)
	r.Query = url.Values{"$expand": {"alerts"}}
	return c.incident(ctx, r, id)
}

// UpdateIncident changes an incident and returns it as it is then. An update
// that changes nothing, or sets what only the service sets, gives an
// [*incident.ValidationError], and nothing is sent. Members of enumerations are
// sent in the spelling of the schema, which is camelCase, also when they were
// given in another case, as the examples of the page have them.
//
// Source: Learn, "Update incident" (v1.0, 2026-03-19).
func (c *Client) UpdateIncident(ctx context.Context, id string, u incident.Update) (*incident.Incident, error) {
	respell(&u.Severity)
	respell(&u.Status)
	respell(&u.Classification)
	respell(&u.Determination)
	if err := u.Validate(); err != nil {
		return nil, err
	}
	return c.incident(ctx, security(http.MethodPatch, what{toChangeIncident, audit.UpdateIncident, audit.Target{Incident: id}}, u, "incidents", id), id)
}

func (c *Client) incident(ctx context.Context, r client.Request, id string) (*incident.Incident, error) {
	return do(ctx, c, r, func(i *incident.Incident) error { return sameObject(id, i.ID) })
}

// CommentOnIncident adds a comment to an incident and returns all its comments.
//
// Source: Learn, "Create comment for incident" (v1.0).
func (c *Client) CommentOnIncident(ctx context.Context, id, text string) ([]alert.Comment, error) {
	return c.comment(ctx, what{toChangeIncident, audit.AddCommentToIncident, audit.Target{Incident: id}}, text, "incidents", id)
}
