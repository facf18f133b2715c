package graph

import (
	"context"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// Preflight says which calls the credential's token will be refused, and which
// permission is missing: of the calls given, or of all that there are. It asks
// the authority for a token, and Microsoft Graph for nothing.
func (c *Client) Preflight(ctx context.Context, calls ...client.Permission) (*client.Preflight, error) {
	if len(calls) == 0 {
		calls = Permissions()
	}
	return c.conn.Preflight(ctx, calls...)
}

// SubmitPermissions returns what [Client.Submit] needs for a draft.
func SubmitPermissions(draft incident.Draft) []client.Permission {
	calls := []client.Permission{toCreateAlert}
	if _, update := draft.Update(); update || draft.Comment != "" {
		calls = append(calls, toChangeIncident)
	}
	return calls
}
