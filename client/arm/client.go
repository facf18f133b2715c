package arm

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/incidentkit/incidentkit/client"
)

// The versions of the API.
const (
	// StableVersion is the newest stable one, and the default.
	StableVersion = "2025-09-01"
	// PreviewVersion is the newest preview that Microsoft's own Go client speaks.
	PreviewVersion = "2025-07-01-preview"
)

// Client speaks to Microsoft Sentinel in one workspace. It is safe for
// concurrent use, and starts no goroutine that outlives a call.
type Client struct {
	conn      *client.Connection
	workspace Workspace
	version   string
}

// New returns a client of a workspace. Nothing is sent before the first call.
func New(cred client.Credential, workspace Workspace, opts ...client.Option) (*Client, error) {
	if err := workspace.Validate(); err != nil {
		return nil, fmt.Errorf("arm: the workspace: %w", err)
	}
	conn, err := client.Connect(client.API{
		Endpoint: func(c client.Cloud) string { return c.ARM },
		Scope:    client.Cloud.ARMScope,
		Limits:   client.ARMLimits,
		Prefix:   "x-ms-",
	}, cred, opts...)
	if err != nil {
		return nil, fmt.Errorf("arm: %w", err)
	}
	return &Client{conn, workspace, StableVersion}, nil
}

func (c *Client) do(ctx context.Context, method string, path []string, query url.Values, body, out any) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("api-version", c.version)
	return c.conn.Do(ctx, client.Request{Method: method, Path: path, Query: query, Body: body}, out)
}

// GetIncident reads an incident.
func (c *Client) GetIncident(ctx context.Context, id string) (*Incident, error) {
	i := new(Incident)
	if err := c.do(ctx, http.MethodGet, c.workspace.path("incidents", id), nil, nil, i); err != nil {
		return nil, err
	}
	return i, nil
}

// PutIncident creates or replaces.
func (c *Client) PutIncident(ctx context.Context, id string, s IncidentSettings) (*Incident, error) {
	i := new(Incident)
	body := struct {
		Properties *IncidentSettings `json:"properties"`
	}{&s}
	if err := c.do(ctx, http.MethodPut, c.workspace.path("incidents", id), nil, body, i); err != nil {
		return nil, err
	}
	return i, nil
}
