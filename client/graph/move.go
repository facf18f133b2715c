package graph

import (
	"context"
	"net/http"
	"strings"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Move says which alerts go to which incident.
type Move struct {
	// Alerts are the ids of the alerts. How many there may be is not documented.
	Alerts []string
	// Incident is the incident to go to; empty opens a new one.
	Incident string
	// Comment is added to the alerts, Reasons say why they belong together. Both
	// may be empty.
	Comment string
	Reasons incident.CorrelationReasons
}

// MoveAlerts moves alerts to another incident, or to a new one, and returns the
// id of the incident that they are in then.
//
// Every move can open an incident or add comments, so the request is sent again
// only when it was certainly not executed.
//
// Source: Learn, "alert: moveAlerts" (v1.0, 2026-06-17).
func (c *Client) MoveAlerts(ctx context.Context, m Move) (incidentID string, err error) {
	ps := ids("alertIds", m.Alerts, 1)
	ps.Under("", commentProblems("alertComment", m.Comment, false))
	if err := ps.Err(); err != nil {
		return "", err
	}
	body := struct {
		Alerts []string `json:"alertIds"`
		// The page says that null opens an incident; it does not say that to
		// leave the parameter out does.
		Incident *string                     `json:"incidentId"`
		Comment  string                      `json:"alertComment,omitzero"`
		Reasons  incident.CorrelationReasons `json:"newCorrelationReasons,omitempty"`
	}{Alerts: m.Alerts, Comment: m.Comment, Reasons: m.Reasons}
	if m.Incident != "" {
		body.Incident = &m.Incident
	}
	return c.regroup(ctx, what{toMoveAlerts, audit.MoveAlert, audit.Target{Incident: m.Incident}}, body, "alerts_v2", "moveAlerts")
}

// Merge says which incidents become one.
type Merge struct {
	// Incidents are the ids of two or more incidents. How many there may be is
	// not documented, and neither is which of them remains.
	Incidents []string
	// Comment is added to the incident, Reasons say why they belong together.
	// Both may be empty.
	Comment string
	Reasons incident.CorrelationReasons
}

// MergeIncidents makes one incident of several, and returns the id of the one
// that remains. The others are redirected to it.
//
// The request is sent again only when it was certainly not executed.
//
// Source: Learn, "incident: mergeIncidents" (v1.0, 2026-05-06).
func (c *Client) MergeIncidents(ctx context.Context, m Merge) (incidentID string, err error) {
	ps := ids("incidentIds", m.Incidents, 2)
	ps.Under("", commentProblems("incidentComment", m.Comment, false))
	if err := ps.Err(); err != nil {
		return "", err
	}
	return c.regroup(ctx, what{toMergeIncidents, audit.MergeIncidents, audit.Target{}}, struct {
		Incidents []string                    `json:"incidentIds"`
		Comment   string                      `json:"incidentComment,omitzero"`
		Reasons   incident.CorrelationReasons `json:"mergeReasons,omitempty"`
	}{m.Incidents, m.Comment, m.Reasons}, "incidents", "mergeIncidents")
}

func (c *Client) regroup(ctx context.Context, w what, body any, path ...string) (string, error) {
	r := security(http.MethodPost, w, body, path...)
	r.Once = true
	merged, err := do(ctx, c, r, func(m *mergeResponse) error {
		if m.Target == "" {
			return bad("it does not name the incident that came of it")
		}
		return nil
	})
	if merged == nil {
		return "", err
	}
	return merged.Target, err
}

type mergeResponse struct {
	Target string `json:"targetIncidentId"`
}

// ids checks a list of ids.
func ids(path string, list []string, least int) validate.Problems {
	var ps validate.Problems
	if len(list) < least {
		ps.Add(path, "min", "has %d ids; give at least %d", len(list), least)
	}
	seen := make(map[string]bool, len(list))
	for i, id := range list {
		switch {
		case strings.TrimSpace(id) == "":
			ps.Add(validate.Index(path, i), "required", "is empty; give an id")
		case seen[id]:
			ps.Add(validate.Index(path, i), "duplicate-id", "repeats %s; remove one of the two", validate.Quote(id))
		}
		seen[id] = true
	}
	return ps
}
