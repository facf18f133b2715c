package arm

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/validate"
)

var _ client.Submitter = (*Client)(nil)

// Submit raises an incident from a draft; see [Client.Raise]. Each call raises a new
// one.
func (c *Client) Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error) {
	return c.Raise(ctx, Submission{Draft: draft})
}

// Raise raises an incident from a draft and whatever else a submission has:
//
//   - the incident, with the title and description of the first alert, the highest
//     severity, the tags as labels, the owner, and the times;
//   - a task for each line of the alerts' recommended actions, the same line once;
//   - a comment with what the incident has no field for: category, techniques and
//     entities; further comments where it is too long for one; and the draft's own;
//   - with [Client.Preview], for each alert a bookmark with entity mappings, tactics
//     and techniques, and a relation that ties it to the incident;
//   - a relation for each alert of the submission; one that a person has made, under
//     another name, will do.
//
// The receipt's NotCarried lists what could not be carried as it is, and why.
//
// All ids follow from the incident's, and what is there already is left alone. So the
// same submission can be raised again under the same id, after a failure or a crash: it
// then makes what is missing. (Two that do so at the same moment can both find nothing;
// then both put the same, for the service has no way to create only.) A bookmark may be
// there although the incident is new, for it is kept when an incident is deleted; where
// it no longer says what the draft does, or belongs to another incident, NotCarried says
// so as well. A draft that breaks rules, or the service's limits, gives a
// [*ValidationError], and nothing is sent. Later errors come with a receipt that says
// which steps were done; a step that fails does not keep the next from being tried,
// unless there is no incident.
//
// A step is done when the service shows what it made. One that was sent without such
// an answer is uncertain, and the error is [client.ErrOutcomeUnknown]; to submit again
// finds out, and makes up for it. A step that was done and could not be recorded is
// done, and the error is [audit.ErrNotRecorded].
func (c *Client) Raise(ctx context.Context, s Submission) (*incident.Receipt, error) {
	p, err := c.newPlan(s)
	if err != nil {
		return nil, err
	}
	switch id, err := correlationID(ctx); {
	case err != nil:
		return nil, err
	case id == "":
		ctx = WithCorrelationID(ctx, c.NewID())
	}
	steps := p.steps()
	r := &incident.Receipt{ResourceID: c.IncidentID(p.incidentID), Draft: s.Draft}
	for _, step := range steps {
		r.Steps = append(r.Steps, step.Step)
	}
	var errs []error
	fresh := false
	for i, step := range steps {
		began := time.Now().UTC()
		existed, done, err := step.take(ctx, fresh)
		if err != nil {
			errs = append(errs, fmt.Errorf("step %d of %d (%s): %w", i+1, len(steps), step.Action, err))
		}
		if !done {
			r.Steps[i].State = incident.StateFailed
			if errors.Is(err, client.ErrOutcomeUnknown) {
				r.Steps[i].State, r.Steps[i].Since = incident.StateUncertain, began
			}
			if i == 0 || ctx.Err() != nil {
				break
			}
			continue
		}
		r.Steps[i].State, r.Steps[i].Existed = incident.StateDone, existed
		if i == 0 {
			fresh = !existed
			p.report(r)
		}
	}
	r.NotCarried = p.notCarried
	return r, errors.Join(errs...)
}

// step is a step of a receipt and how to take it. Where the incident is fresh,
// nothing that belongs to it can be there yet. There may be an error beside a step
// that is done: that it could not be recorded.
type step struct {
	incident.Step
	take func(ctx context.Context, fresh bool) (existed, done bool, err error)
}

// steps lists what to do, in order. What other people's rights and mistakes can keep
// from working comes last.
func (p *plan) steps() []step {
	var all []step
	add := func(action incident.Action, alert int, path []string, take func(context.Context, bool) (bool, bool, error)) {
		all = append(all, step{incident.Step{
			Action: action, Alert: alert, State: incident.StatePending, Resource: p.client.workspace.resourceID(path...),
		}, take})
	}
	id := p.incidentID
	incidentPath := []string{"incidents", id}
	add(incident.ActionCreateIncident, 0, incidentPath, func(ctx context.Context, _ bool) (bool, bool, error) {
		return p.createIncident(ctx, at(id, incidentPath...))
	})
	for n, task := range p.tasks {
		path := []string{"incidents", id, "tasks", p.derive("task", strconv.Itoa(n))}
		add(incident.ActionCreateTask, task.alert, path, func(ctx context.Context, fresh bool) (bool, bool, error) {
			return taken(ensure(ctx, p.client, &tasks, at(id, path...), fresh, TaskSettings{Title: task.title, Status: TaskNew}))
		})
	}
	for n, text := range p.comments {
		path := []string{"incidents", id, "comments", p.derive("comment", strconv.Itoa(n))}
		add(incident.ActionCommentOnIncident, 0, path, func(ctx context.Context, fresh bool) (bool, bool, error) {
			return taken(ensure(ctx, p.client, &comments, at(id, path...), fresh, CommentSettings{Message: text}))
		})
	}
	relate := func(action incident.Action, alert int, target string) {
		path := []string{"incidents", id, "relations", p.derive("relation", strings.ToLower(target))}
		add(action, alert, path, func(ctx context.Context, fresh bool) (bool, bool, error) {
			where := at(id, path...)
			o, existed, err := ensure(ctx, p.client, &relations, where, fresh, RelationSettings{RelatedResourceID: target})
			switch {
			case errors.Is(err, client.ErrInvalid) && p.client.related(ctx, id, target):
				return true, true, nil
			case existed && !p.client.sameResource(o.Properties.RelatedResourceID, target):
				return false, false, fmt.Errorf("arm: %s is there already, and leads to %s: %w", where, p.client.shown(o.Properties.RelatedResourceID), client.ErrConflict)
			}
			return taken(o, existed, err)
		})
	}
	for n := range p.bookmarks {
		path := []string{"bookmarks", p.derive("bookmark", strconv.Itoa(n))}
		add(incident.ActionCreateBookmark, n, path, func(ctx context.Context, _ bool) (bool, bool, error) {
			return p.createBookmark(ctx, at("", path...), n)
		})
		relate(incident.ActionRelateBookmark, n, p.client.workspace.resourceID(path...))
	}
	for _, alertID := range p.alerts {
		relate(incident.ActionRelateAlert, 0, p.client.AlertID(alertID))
	}
	return all
}

// derive makes the id of something that belongs to the incident.
func (p *plan) derive(parts ...string) string {
	return derive(append([]string{strings.ToLower(p.incidentID)}, parts...)...)
}

// taken is how a step ended that should give an object.
func taken[P any](o *Object[P], existed bool, err error) (bool, bool, error) {
	return existed, o != nil, err
}

// ensure creates an object unless it is there already, and returns what
// the service says of it.
func ensure[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, fresh bool, s S) (o *Object[P], existed bool, err error) {
	if !fresh {
		if o, err = get(ctx, c, k, p); o != nil || !errors.Is(err, client.ErrNotFound) {
			return o, o != nil, err
		}
	}
	if o, err = create(ctx, c, k, p, nil, s); errors.Is(err, client.ErrConflict) {
		// Another may have made it at the same moment.
		if made, readErr := get(ctx, c, k, p); made != nil {
			return made, true, readErr
		}
	}
	return o, false, err
}

// related tells whether something is related to an incident, under whatever name.
func (c *Client) related(ctx context.Context, incidentID, target string) bool {
	seen := 0
	for r, err := range c.ListRelations(ctx, incidentID, ListOptions{}) {
		if seen++; err != nil || seen > MaxAlerts+MaxBookmarks {
			return false
		}
		if c.sameResource(r.Properties.RelatedResourceID, target) {
			return true
		}
	}
	return false
}

// sameResource tells whether an id that the service wrote is that of something in the
// workspace.
func (c *Client) sameResource(id, ours string) bool {
	got, here := c.workspace.within(id)
	want, _ := c.workspace.within(ours)
	return here && EqualIDs(got, want)
}

// createIncident creates the incident unless it is there already, and keeps what the
// service then says of it.
func (p *plan) createIncident(ctx context.Context, where place) (existed, done bool, err error) {
	p.made, existed, err = ensure(ctx, p.client, &incidents, where, false, p.settings)
	return existed, p.made != nil, err
}

// createBookmark creates the bookmark of an alert unless it is there already, also where
// the incident is fresh: bookmarks belong to the workspace.
func (p *plan) createBookmark(ctx context.Context, where place, n int) (existed, done bool, err error) {
	o, existed, err := ensure(ctx, p.client, &bookmarks, where, false, p.bookmarks[n])
	if existed {
		p.compareBookmark(n, &o.Properties)
	}
	return taken(o, existed, err)
}

// report fills in what the service says of the incident.
func (p *plan) report(r *incident.Receipt) {
	made := &p.made.Properties
	if made.IncidentNumber != 0 {
		r.IncidentID = strconv.Itoa(int(made.IncidentNumber))
	}
	r.IncidentWebURL = made.IncidentURL
	if p.made.ID != "" {
		r.ResourceID = p.made.ID
	}
	if !r.Steps[0].Existed && p.settings.Owner.Assigned() && !made.Owner.Assigned() {
		p.omit("assignedTo", "the service did not find %s; the incident has no owner", validate.Quote(p.settings.Owner.UserPrincipalName+p.settings.Owner.ObjectID))
	}
}
