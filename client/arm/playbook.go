package arm

import (
	"context"
	"net/http"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// Playbook names a playbook: a logic app that begins with an incident or an entity.
type Playbook struct {
	// LogicAppsResourceID is its id in Azure Resource Manager. It is required.
	LogicAppsResourceID string `json:"logicAppsResourceId" validate:"required"`
	// TenantID is the tenant that it is in, a GUID, if that is another.
	TenantID string `json:"tenantId,omitzero" validate:"-"`
}

// RunPlaybook starts a playbook on an incident. The service answers before it has
// done anything. The request is sent again only when it was certainly not executed;
// where that is not known the error is [client.ErrOutcomeUnknown].
//
// The caller needs the rights of Microsoft Sentinel Responder and, on the logic app,
// of Playbook Operator; Sentinel itself needs those of Automation Contributor there.
func (c *Client) RunPlaybook(ctx context.Context, incidentID string, p Playbook) error {
	ids := incidentIDs(incidentID)
	return c.run(ctx, at(incidentID, "incidents", incidentID, "runPlaybook"), ids, p, p)
}

// RunPlaybookOnEntity starts a playbook on an entity, by the last part of its id, of
// an incident, which may be left out. All else is as with [Client.RunPlaybook].
func (c *Client) RunPlaybookOnEntity(ctx context.Context, entityID, incidentID string, p Playbook) error {
	var ids validate.Problems
	checkID(&ids, "entityId", entityID)
	body := struct {
		Playbook
		IncidentARMID string `json:"incidentArmId,omitzero"`
	}{Playbook: p}
	if incidentID != "" {
		checkID(&ids, "incidentId", incidentID)
		body.IncidentARMID = c.IncidentID(incidentID)
	}
	return c.run(ctx, at(incidentID, "entities", entityID, "runPlaybook"), ids, p, body)
}

func (c *Client) run(ctx context.Context, p place, ps validate.Problems, playbook Playbook, body any) error {
	ps = append(ps, validate.Struct(&playbook)...)
	checkResourceID(&ps, "logicAppsResourceId", playbook.LogicAppsResourceID, "give the whole id of a logic app")
	if playbook.TenantID != "" && !guidPattern.MatchString(playbook.TenantID) {
		ps.Add("tenantId", "guid", "is %s; give a GUID", validate.Quote(playbook.TenantID))
	}
	if err := ps.Err(); err != nil {
		return err
	}
	r := c.request(http.MethodPost, p, RunPlaybook)
	r.Body, r.Subject, r.Once = body, playbook, true
	_, _, err := c.do(ctx, r, nil, nil)
	return err
}
