package graph

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// Submit raises an incident from a draft: it creates the first alert, which
// opens or joins an incident, attaches the others to it, and then sets the
// incident's name, owner and tags and adds the comment. Graph carries the whole
// draft, so the receipt's NotCarried is empty.
//
// A draft that breaks rules gives an [*incident.ValidationError], and nothing
// is sent. Later errors come with a receipt that says which steps were done.
func (c *Client) Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error) {
	if err := draft.Validate(c.conn.Rules()...); err != nil {
		return nil, err
	}
	r := &incident.Receipt{Steps: steps(draft)}
	for i := range r.Steps {
		step := &r.Steps[i]
		err := c.take(ctx, step, draft, r)
		switch {
		case err == nil:
			step.State = incident.StateDone
		case errors.Is(err, client.ErrOutcomeUnknown):
			step.State = incident.StateUncertain
		default:
			step.State = incident.StateFailed
		}
		if err != nil {
			return r, fmt.Errorf("step %d of %d (%s): %w", i+1, len(r.Steps), step.Action, err)
		}
	}
	return r, nil
}

func steps(draft incident.Draft) []incident.Step {
	var all []incident.Step
	for i := range draft.Alerts {
		all = append(all, incident.Step{Action: incident.ActionCreateAlert, Alert: i, State: incident.StatePending})
	}
	if _, ok := draft.Update(); ok {
		all = append(all, incident.Step{Action: incident.ActionUpdateIncident, State: incident.StatePending})
	}
	if draft.Comment != "" {
		all = append(all, incident.Step{Action: incident.ActionCommentOnIncident, State: incident.StatePending})
	}
	return all
}

func (c *Client) take(ctx context.Context, step *incident.Step, draft incident.Draft, r *incident.Receipt) error {
	switch step.Action {
	case incident.ActionCreateAlert:
		return c.createStep(ctx, step, draft, r)
	case incident.ActionUpdateIncident:
		update, _ := draft.Update()
		_, err := c.UpdateIncident(ctx, r.IncidentID, update)
		return err
	default:
		_, err := c.CommentOnIncident(ctx, r.IncidentID, draft.Comment)
		return err
	}
}

func (c *Client) createStep(ctx context.Context, step *incident.Step, draft incident.Draft, r *incident.Receipt) error {
	input := draft.Alerts[step.Alert]
	if step.Alert > 0 {
		number, err := strconv.ParseInt(r.IncidentID, 10, 64)
		if err != nil {
			return fmt.Errorf("the service named the incident %q, which is no number to link to", r.IncidentID)
		}
		input.LinkToIncident = number
	}
	created, err := c.CreateAlert(ctx, input)
	if err != nil {
		return err
	}
	r.Alerts = append(r.Alerts, incident.AlertReceipt{ID: created.ID, ProviderAlertID: created.ProviderAlertID, WebURL: created.AlertWebURL})
	if step.Alert == 0 {
		r.IncidentID, r.IncidentWebURL = created.IncidentID, created.IncidentWebURL
		if r.IncidentWebURL == "" && r.IncidentID != "" && c.conn.Cloud().Portal != "" {
			// The documented answers leave the link out; its form is that of
			// published payloads.
			r.IncidentWebURL = c.conn.Cloud().Portal + "/incident2/" + r.IncidentID + "/overview"
		}
	}
	return nil
}
