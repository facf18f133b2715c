package graph

import (
	"net/http"
	"strconv"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
)

// ManualAlerts returns a client over the same connection that creates alerts in
// the older form, the entity manualAlert, which is posted to the collection
// itself. It is for tenants and clouds that do not have createAlert yet: the
// published metadata of the beta version has createAlert nowhere, and that of two
// US national clouds has manualAlert alone (2026-08-20). The draft, its limits and
// the answer are the same.
//
// In the metadata the entities of a manualAlert are keyed by the kind of their
// identifier, so that two users named by principal name would share a key; the
// release notes call them a complex type, which has no key. Such drafts are sent
// as they are, and the service decides.
//
// Source: Learn, "Create manualAlert" (beta, 2026-06-05).
func (c *Client) ManualAlerts() *Client {
	next := *c
	next.manual = true
	return &next
}

// createAlertInput is the parameter of the action createAlert.
type createAlertInput struct {
	Input *alert.Draft `json:"createAlertInput"`
}

// manualAlert is the older form, which carries its type.
type manualAlert struct {
	Type string `json:"@odata.type"`
	*alert.Draft
}

// creation makes the request that creates an alert from a draft.
func (c *Client) creation(draft *alert.Draft) client.Request {
	r := client.Request{
		Method: http.MethodPost, Path: createAlertPath, Header: showAllEnums, Body: createAlertInput{draft}, Once: true,
		Permission: toCreateAlert, Operation: audit.CreateAlert, Subject: draft,
	}
	if draft.LinkToIncident != 0 {
		r.Target.Incident = strconv.FormatInt(draft.LinkToIncident, 10)
	}
	if c.manual {
		r.Path = manualAlertPath
		r.Body = manualAlert{"#microsoft.graph.security.manualAlert", draft}
	}
	return r
}

var (
	createAlertPath = []string{"beta", "security", "alerts_v2", "createAlert"}
	manualAlertPath = []string{"beta", "security", "alerts_v2"}
)
