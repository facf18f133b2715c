package emulator

import (
	"net/http"
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/incident/hunting"
)

// Workspace is a Log Analytics workspace with Microsoft Sentinel. The first of a
// tenant is its primary one, which has the incidents of Defender; incidents that
// are routed to another are only there.
//
// Source: Learn, "Multiple Microsoft Sentinel workspaces in the Defender portal".
type Workspace = hunting.Workspace

// The workspace that a new tenant has.
const (
	SubscriptionID = "f1d3c0de-5e77-4a7e-8d2b-0c9e4b6a1f38"
	ResourceGroup  = "emulator-rg"
	WorkspaceName  = "emulator-workspace"
	WorkspaceID    = "3c1b2f6a-9d40-4b5e-a7c8-1e0f9d2b4c55"
)

// WithWorkspaces replaces the tenant's workspaces. Without any, the tenant has
// no Sentinel: alerts cannot be routed, and SecurityAlert and SecurityIncident
// do not exist.
func WithWorkspaces(primaryFirst ...Workspace) Option {
	return func(t *Tenant) { t.workspaces = primaryFirst }
}

// workspaceFor finds the workspace that an alert is routed to. The form of the
// value is not documented, so the name, the GUID and the resource id are
// accepted; none means the primary.
func (t *Tenant) workspaceFor(value string) (string, *refusal) {
	if value == "" {
		if len(t.workspaces) == 0 {
			return "", nil
		}
		return t.workspaces[0].Name, nil
	}
	for _, w := range t.workspaces {
		if strings.EqualFold(value, w.Name) || strings.EqualFold(value, w.ID) || strings.EqualFold(value, w.ResourceID()) {
			return w.Name, nil
		}
	}
	return "", &refusal{http.StatusBadRequest, "BadRequest", "The tenant has no Microsoft Sentinel workspace '" + value + "'."}
}

func containsFold(list []string, text string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, text) })
}
