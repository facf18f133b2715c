package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// Client speaks to the Microsoft Graph security API. It is safe for concurrent
// use, and starts no goroutine that outlives a call.
type Client struct {
	conn *client.Connection
}

var _ client.Submitter = (*Client)(nil)

// New returns a client. Nothing is sent before the first call.
func New(cred client.Credential, opts ...client.Option) (*Client, error) {
	conn, err := client.Connect(client.API{
		Endpoint: func(c client.Cloud) string { return c.Graph },
		Scope:    client.Cloud.GraphScope,
		Limits:   client.GraphLimits,
	}, cred, opts...)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	return &Client{conn}, nil
}

// String names the endpoint and the kind of credential.
func (c Client) String() string { return c.conn.String() }

// GoString is [Client.String], so that no verb of package fmt shows more.
func (c Client) GoString() string { return c.String() }

// CloseIdleConnections closes the network connections that wait for a next
// request. The client stays usable.
func (c *Client) CloseIdleConnections() { c.conn.CloseIdleConnections() }

// showAllEnums asks for the names of enumeration members that are newer than
// the published sentinel; without it they come as unknownFutureValue.
//
// Source: Learn, "Best practices for working with Microsoft Graph", evolvable
// enumerations.
var showAllEnums = http.Header{"Prefer": {"include-unknown-enum-members"}}

// CreateAlert creates an alert, and with it an incident, unless the draft names
// one to join. A draft that breaks rules gives an [*alert.ValidationError], and
// nothing is sent.
//
// The request is sent again only when it was certainly not executed; where that
// is not known the error is [client.ErrOutcomeUnknown].
//
// Source: Learn, "alert: createAlert" (beta, 2026-08-04).
func (c *Client) CreateAlert(ctx context.Context, draft alert.Draft) (*alert.Alert, error) {
	if cloud := c.conn.Cloud(); !cloud.CreatesAlerts {
		return nil, fmt.Errorf("graph: cloud %s has no API to create alerts; nothing was sent", cloud.Name)
	}
	if err := draft.Validate(c.conn.Rules()...); err != nil {
		return nil, err
	}
	var created alert.Alert
	err := c.conn.Do(ctx, client.Request{
		Method:     http.MethodPost,
		Path:       []string{"beta", "security", "alerts_v2", "createAlert"},
		Permission: toCreateAlert,
		Header:     showAllEnums,
		Body: struct {
			Input *alert.Draft `json:"createAlertInput"`
		}{&draft},
		Once: true,
	}, &created)
	if err != nil {
		return nil, err
	}
	if created.ID == "" {
		return nil, fmt.Errorf("graph: the service said that it created an alert, but not which: %w", client.ErrOutcomeUnknown)
	}
	return &created, nil
}

// GetAlert reads an alert.
//
// Source: Learn, "Get alert" (v1.0).
func (c *Client) GetAlert(ctx context.Context, id string) (*alert.Alert, error) {
	var a alert.Alert
	if err := c.conn.Do(ctx, client.Request{
		Method:     http.MethodGet,
		Path:       []string{"v1.0", "security", "alerts_v2", id},
		Permission: toReadAlert,
		Header:     showAllEnums,
	}, &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// GetIncident reads an incident, without its alerts.
//
// Source: Learn, "Get incident" (v1.0).
func (c *Client) GetIncident(ctx context.Context, id string) (*incident.Incident, error) {
	return c.getIncident(ctx, id, nil)
}

// GetIncidentWithAlerts reads an incident and its alerts. An incident that was
// merged into another has none.
//
// Source: Learn, "List incidents" (v1.0), where $expand is documented; that it
// works for one incident is seen in public code.
func (c *Client) GetIncidentWithAlerts(ctx context.Context, id string) (*incident.Incident, error) {
	return c.getIncident(ctx, id, url.Values{"$expand": {"alerts"}})
}

func (c *Client) getIncident(ctx context.Context, id string, query url.Values) (*incident.Incident, error) {
	var i incident.Incident
	if err := c.conn.Do(ctx, client.Request{
		Method:     http.MethodGet,
		Path:       []string{"v1.0", "security", "incidents", id},
		Query:      query,
		Permission: toReadIncident,
		Header:     showAllEnums,
	}, &i); err != nil {
		return nil, err
	}
	return &i, nil
}

// UpdateIncident changes an incident and returns it as it is then.
//
// Source: Learn, "Update incident" (v1.0, 2026-03-19).
func (c *Client) UpdateIncident(ctx context.Context, id string, u incident.Update) (*incident.Incident, error) {
	var i incident.Incident
	if err := c.conn.Do(ctx, client.Request{
		Method:     http.MethodPatch,
		Path:       []string{"v1.0", "security", "incidents", id},
		Header:     showAllEnums,
		Body:       u,
		Permission: toChangeIncident,
	}, &i); err != nil {
		return nil, err
	}
	return &i, nil
}

// CommentOnIncident adds a comment to an incident and returns all its comments.
//
// Source: Learn, "Create comment for incident" (v1.0). The body is one object;
// a list, which the metadata suggests, is answered with 400.
func (c *Client) CommentOnIncident(ctx context.Context, id, text string) ([]alert.Comment, error) {
	var list struct {
		Value []alert.Comment `json:"value"`
	}
	if err := c.conn.Do(ctx, client.Request{
		Method:     http.MethodPost,
		Path:       []string{"v1.0", "security", "incidents", id, "comments"},
		Permission: toChangeIncident,
		Body: struct {
			Type string `json:"@odata.type"`
			Text string `json:"comment"`
		}{"microsoft.graph.security.alertComment", text},
		Once: true,
	}, &list); err != nil {
		return nil, err
	}
	return list.Value, nil
}
