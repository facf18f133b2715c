package graph

import (
	"context"
	"fmt"
	"net/http"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
)

// CreateAlert creates an alert, and with it an incident, unless the draft names
// one to join. A draft that breaks rules gives an [*alert.ValidationError], and
// nothing is sent.
//
// The request is sent again only when it was certainly not executed; where that
// is not known the error is [client.ErrOutcomeUnknown].
//
// [Client.CreateAlerts] creates many.
//
// Source: Learn, "alert: createAlert" (beta, 2026-08-04).
func (c *Client) CreateAlert(ctx context.Context, draft alert.Draft) (*alert.Alert, error) {
	if err := c.creatable(&draft); err != nil {
		return nil, err
	}
	return do(ctx, c, c.creation(&draft), named)
}

// creatable says why a draft cannot be sent.
func (c *Client) creatable(draft *alert.Draft) error {
	if cloud := c.conn.Cloud(); !cloud.CreatesAlerts {
		return fmt.Errorf("graph: cloud %s has no API to create alerts; nothing was sent", cloud.Name)
	}
	return draft.Validate(c.conn.Rules()...)
}

func named(created *alert.Alert) error {
	if created.ID == "" {
		return bad("it says that an alert was created, but not which")
	}
	return nil
}

// GetAlert reads an alert.
//
// Source: Learn, "Get alert" (v1.0).
func (c *Client) GetAlert(ctx context.Context, id string) (*alert.Alert, error) {
	return c.alert(ctx, security(http.MethodGet, what{toReadAlert, audit.ReadAlert, audit.Target{Alert: id}}, nil, "alerts_v2", id), id)
}

// UpdateAlert changes an alert and returns it as it is then. An update that
// changes nothing, or sets what only the service sets, gives an
// [*alert.ValidationError], and nothing is sent. Members of enumerations are sent
// in the spelling of the schema, which is camelCase, also when they were given
// in another case.
//
// Source: Learn, "Update alert" (v1.0, 2026-03-19).
func (c *Client) UpdateAlert(ctx context.Context, id string, u alert.Update) (*alert.Alert, error) {
	respell(&u.Status)
	respell(&u.Classification)
	respell(&u.Determination)
	if err := u.Validate(); err != nil {
		return nil, err
	}
	return c.alert(ctx, security(http.MethodPatch, what{toChangeAlert, audit.UpdateAlert, audit.Target{Alert: id}}, u, "alerts_v2", id), id)
}

func (c *Client) alert(ctx context.Context, r client.Request, id string) (*alert.Alert, error) {
	return do(ctx, c, r, func(a *alert.Alert) error { return sameObject(id, a.ID) })
}

// CommentOnAlert adds a comment to an alert and returns all its comments.
//
// Source: Learn, "Create comment for alert" (v1.0).
func (c *Client) CommentOnAlert(ctx context.Context, id, text string) ([]alert.Comment, error) {
	return c.comment(ctx, what{toChangeAlert, audit.AddCommentToAlert, audit.Target{Alert: id}}, text, "alerts_v2", id)
}
