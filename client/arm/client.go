package arm

import (
	"fmt"
	"strings"

	"github.com/incidentkit/incidentkit/client"
)

// The versions of the API.
const (
	// StableVersion is the newest stable one, and the default.
	StableVersion = "2025-09-01"
	// PreviewVersion is the newest preview that Learn documents and Microsoft's own
	// client for Go speaks.
	PreviewVersion = "2025-07-01-preview"
)

// Client speaks to Microsoft Sentinel in one workspace. It is safe for
// concurrent use, and starts no goroutine that outlives a call.
type Client struct {
	conn      *client.Connection
	workspace Workspace
	version   string
	remaining *remaining
}

// New returns a client of a workspace. Nothing is sent before the first call.
func New(cred client.Credential, workspace Workspace, opts ...client.Option) (*Client, error) {
	if err := workspace.Validate(); err != nil {
		return nil, fmt.Errorf("arm: the workspace is not well named: %w", err)
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
	return &Client{conn, workspace, StableVersion, &remaining{counts: map[string]int{}}}, nil
}

// Preview returns a client that speaks [PreviewVersion] over the same connection.
// Preview versions have more, change without notice, and are withdrawn in time.
func (c *Client) Preview() *Client { return c.Version(PreviewVersion) }

// Version returns a client that speaks another version of the API over the same
// connection, such as 2025-10-01-preview.
func (c *Client) Version(version string) *Client {
	other := *c
	other.version = version
	return &other
}

func isPreview(version string) bool { return strings.HasSuffix(version, "-preview") }

// String names the endpoint, the workspace and the kind of credential.
func (c Client) String() string { return c.conn.String() + " to workspace " + c.workspace.Name }

// GoString is [Client.String], so that no verb of package fmt shows more.
func (c Client) GoString() string { return c.String() }

// Workspace returns the workspace that the client was made for.
func (c *Client) Workspace() Workspace { return c.workspace }

// CloseIdleConnections closes the network connections that wait for a next
// request. The client stays usable.
func (c *Client) CloseIdleConnections() { c.conn.CloseIdleConnections() }

// NewID makes a random id for an object that is to be created: a GUID from the
// source of [client.WithRandom].
func (c *Client) NewID() string { return c.conn.NewID() }

// IncidentID returns the id of an incident in Azure Resource Manager. For a text that
// can be no id it is one that no incident has; so it is with the next two.
func (c *Client) IncidentID(id string) string { return c.workspace.resourceID("incidents", id) }

// AlertID returns the id in Azure Resource Manager of an alert, by its SystemAlertId:
// what a relation takes.
func (c *Client) AlertID(systemAlertID string) string {
	return c.workspace.resourceID("entities", systemAlertID)
}

// BookmarkID returns the id of a bookmark in Azure Resource Manager: what a relation
// takes.
func (c *Client) BookmarkID(id string) string { return c.workspace.resourceID("bookmarks", id) }
