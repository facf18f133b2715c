package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// Submit raises an incident from a draft: it creates the first alert, which
// opens or joins an incident, attaches the others to it, and then sets the
// incident's name, owner and tags and adds the comment. Graph carries the whole
// draft, so the receipt's NotCarried is empty.
//
// A new incident may not be readable at once, and may have been merged into
// another already; before it is changed, Submit waits for it and follows where
// it went, which the receipt shows.
//
// A draft that breaks rules gives an [*incident.ValidationError], and nothing
// is sent. Later errors come with a receipt that says which steps were done, and
// with which [Client.Resume] goes on.
func (c *Client) Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error) {
	if err := draft.Validate(c.conn.Rules()...); err != nil {
		return nil, err
	}
	r := &incident.Receipt{Steps: steps(draft), Draft: draft}
	return r, c.walk(ctx, r)
}

// Resume goes on with a submission that broke off, and repeats nothing that was
// done. The receipt is that of Submit or of an earlier Resume, perhaps read from
// JSON; it is not changed.
//
// A step that is uncertain is not sent again before it is known that it was not
// executed. A client made by [Client.Reconciling] finds that out; others return
// [client.ErrOutcomeUnknown]. Whoever knows it may set the step's state to
// [incident.StateFailed], or to [incident.StateDone] after adding the alert to
// the receipt.
func (c *Client) Resume(ctx context.Context, receipt *incident.Receipt) (*incident.Receipt, error) {
	r := *receipt
	r.Steps, r.Alerts, r.RedirectedFrom = slices.Clone(r.Steps), slices.Clone(r.Alerts), slices.Clone(r.RedirectedFrom)
	if err := c.resumable(&r); err != nil {
		return nil, err
	}
	return &r, c.walk(ctx, &r)
}

var states = [...]incident.State{incident.StatePending, incident.StateDone, incident.StateFailed, incident.StateUncertain}

// resumable checks that a receipt, which may come from a file, is one that
// Submit could have left.
func (c *Client) resumable(r *incident.Receipt) error {
	if err := r.Draft.Validate(c.conn.Rules()...); err != nil {
		return err
	}
	want := steps(r.Draft)
	if len(want) != len(r.Steps) {
		return fmt.Errorf("graph: the receipt has %d steps, its draft has %d; nothing was sent", len(r.Steps), len(want))
	}
	created, pending := 0, ""
	for i, step := range r.Steps {
		where := fmt.Sprintf("step %d of the receipt (%s)", i+1, step.Action)
		switch {
		case !slices.Contains(states[:], step.State):
			// To take it for one that is pending could do twice what was done.
			return fmt.Errorf("graph: %s has the state %q, which there is not; nothing was sent", where, step.State)
		case step.Action != want[i].Action || step.Alert != want[i].Alert:
			return fmt.Errorf("graph: %s is not the draft's (%s); nothing was sent", where, want[i].Action)
		case step.State == incident.StateDone && pending != "":
			return fmt.Errorf("graph: %s is done before %s; nothing was sent", where, pending)
		case step.State != incident.StateDone && pending == "":
			pending = where
		}
		if step.Action == incident.ActionCreateAlert && step.State == incident.StateDone {
			created++
		}
	}
	if created != len(r.Alerts) {
		return fmt.Errorf("graph: the receipt names %d alerts, and %d of its steps created one; nothing was sent", len(r.Alerts), created)
	}
	if created > 0 && r.IncidentID == "" {
		return errors.New("graph: the receipt names alerts and no incident; nothing was sent")
	}
	return nil
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

// walk takes the steps that are not done, until one fails.
func (c *Client) walk(ctx context.Context, r *incident.Receipt) error {
	w := walker{Client: c, receipt: r}
	for i := range r.Steps {
		step := &r.Steps[i]
		if step.State == incident.StateDone {
			continue
		}
		if err := w.take(ctx, step); err != nil {
			return fmt.Errorf("step %d of %d (%s): %w", i+1, len(r.Steps), step.Action, err)
		}
	}
	return nil
}

// walker takes the steps of one submission.
type walker struct {
	*Client
	receipt *incident.Receipt
	settled bool // the incident was there, and not merged away, a moment ago
}

// take takes a step, and finds out what became of it where that is uncertain and
// the client may.
func (w *walker) take(ctx context.Context, step *incident.Step) error {
	const most = 3 // a service that loses every answer is not asked for ever
	uncertain := client.ErrOutcomeUnknown
	for range most {
		if step.State == incident.StateUncertain {
			if w.window == nil {
				return uncertain
			}
			done, err := w.findOut(ctx, step)
			if err != nil {
				return errors.Join(err, uncertain)
			}
			if done {
				step.State, step.Since = incident.StateDone, time.Time{}
				return nil
			}
		}
		done, err := w.send(ctx, step)
		if done {
			step.State, step.Since = incident.StateDone, time.Time{}
			return err
		}
		if !errors.Is(err, client.ErrOutcomeUnknown) {
			step.State, step.Since = incident.StateFailed, time.Time{}
			return err
		}
		uncertain = err
		step.State, step.Since = incident.StateUncertain, time.Now().UTC()
		if failure, ok := errors.AsType[*client.Error](err); ok {
			step.Since = failure.Began
		}
	}
	return uncertain
}

// send sends a step. There may be an error beside one that is done: that it could
// not be recorded. To send it again would do it twice.
func (w *walker) send(ctx context.Context, step *incident.Step) (done bool, err error) {
	r := w.receipt
	if step.Action == incident.ActionCreateAlert {
		return w.createAlert(ctx, step)
	}
	if err := w.settle(ctx); err != nil {
		return false, err
	}
	if step.Action == incident.ActionUpdateIncident {
		update, _ := r.Draft.Update()
		updated, err := w.UpdateIncident(ctx, r.IncidentID, update)
		return updated != nil, err
	}
	comments, err := w.CommentOnIncident(ctx, r.IncidentID, r.Draft.Comment)
	return comments != nil, err
}

func (w *walker) createAlert(ctx context.Context, step *incident.Step) (done bool, err error) {
	r := w.receipt
	input := r.Draft.Alerts[step.Alert]
	for again := true; ; again = false {
		if step.Alert > 0 {
			link, err := strconv.ParseInt(r.IncidentID, 10, 64)
			if err != nil || link <= 0 { // 0 would open another one
				return false, fmt.Errorf("the service named the incident %q, which is no number to link to", r.IncidentID)
			}
			input.LinkToIncident = link
		}
		created, err := w.CreateAlert(ctx, input)
		if created != nil {
			w.note(created)
			return true, err
		}
		// What the service says of a link to an incident that is not readable yet
		// or was merged away is not documented. Any refusal is worth a look.
		refused := errors.Is(err, client.ErrNotFound) || errors.Is(err, client.ErrInvalid) || errors.Is(err, client.ErrConflict)
		if step.Alert == 0 || !again || !refused || w.settled {
			return false, err
		}
		if w.settle(ctx) != nil {
			return false, err
		}
	}
}
