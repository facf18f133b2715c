package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// Window says where to look for an alert whose creation is uncertain.
type Window struct {
	// Since is when the request was sent: the Began of the [client.Error]. Alerts
	// that are older are not looked at.
	Since time.Time
	// Skew is how far the service's clock may be behind; the default is two
	// minutes. Where it is seen to be further behind, nothing is called not created.
	Skew time.Duration
	// Settle is how long after Since the service may still execute the request
	// and show the alert; the default is three minutes. Nothing is documented, so
	// that an alert that takes longer to show is one that [Client.Reconcile] calls
	// not created.
	Settle time.Duration
	// Most bounds how many alerts are looked at; the default is 1,000.
	Most int
	// Others are the ids of alerts that are known to come from other requests.
	Others []string
}

func (w Window) withDefaults() Window {
	if w.Skew == 0 {
		w.Skew = 2 * time.Minute
	}
	if w.Settle == 0 {
		w.Settle = 3 * time.Minute
	}
	if w.Most == 0 {
		w.Most = 1000
	}
	return w
}

// Verdict is what [Client.Reconcile] found out.
type Verdict string

// The verdicts.
const (
	Created    Verdict = "created"
	NotCreated Verdict = "notCreated"
	CannotTell Verdict = "cannotTell"
)

// Reconciliation is the answer to whether an uncertain creation happened.
type Reconciliation struct {
	Verdict Verdict
	// Alert is the alert that was created.
	Alert *alert.Alert
	// Exact tells that the alert was known by the draft's reference, and not by
	// its words alone.
	Exact bool
	// Why says in a sentence what the verdict rests on.
	Why string
	// Candidates are the ids of all alerts that look like the draft. Several with
	// its reference are all its own; then Alert is the oldest.
	Candidates []string
}

// Reconcile finds out whether a creation whose outcome is unknown happened, by
// looking for its alert among those created since. A draft with a reference
// ([alert.Draft.WithReference]) is found exactly; another is known by its words
// and, where the service shows evidence, by its entities, and a second alert with
// the same words makes the answer [CannotTell].
//
// While there is no such alert, Reconcile looks again until the window's Settle
// is over, so it can take minutes. It needs SecurityAlert.Read.All, which
// SecurityAlert.Create.All does not contain; without it, and whenever the alerts
// cannot be read, the verdict is CannotTell. The error is the context's, or says
// that the arguments make no sense.
func (c *Client) Reconcile(ctx context.Context, draft alert.Draft, w Window) (*Reconciliation, error) {
	if w.Since.IsZero() || w.Skew < 0 || w.Settle < 0 || w.Most < 0 {
		return nil, errors.New("graph: the window needs a Since, and nothing in it may be negative; nothing was sent")
	}
	w = w.withDefaults()
	var found *Reconciliation
	err := waiting(ctx, w.Since.Add(w.Settle), func() (done bool, err error) {
		found, err = c.lookFor(ctx, &draft, w)
		return found.Verdict != NotCreated, err
	})
	if err != nil && !errors.Is(err, errTimeUp) {
		return nil, err
	}
	return found, nil
}

// lookFor looks once.
func (c *Client) lookFor(ctx context.Context, draft *alert.Draft, w Window) (*Reconciliation, error) {
	// The largest page in use; the service may give smaller ones.
	query := AlertQuery{Filter: AlertCreated.Ge(w.Since.Add(-w.Skew)), Top: 100}
	groups := map[alert.Likeness][]*alert.Alert{}
	looked := 0
	var ahead time.Duration // of the service's clock
	date := func(_ int, h http.Header) {
		if at, err := http.ParseTime(h.Get("Date")); err == nil {
			ahead = max(ahead, time.Since(at))
		}
	}
	for a, err := range c.listAlerts(ctx, query, date) {
		if ctx.Err() != nil {
			return &Reconciliation{Verdict: CannotTell}, ctx.Err()
		}
		if err != nil {
			return &Reconciliation{Verdict: CannotTell, Why: "the alerts cannot be read: " + err.Error()}, nil
		}
		if looked++; looked > w.Most {
			return &Reconciliation{Verdict: CannotTell, Why: fmt.Sprintf("more than %d alerts were created since", w.Most)}, nil
		}
		if slices.Contains(w.Others, a.ID) {
			continue
		}
		if likeness := draft.Compare(a); likeness != alert.Different {
			groups[likeness] = append(groups[likeness], a)
		}
	}
	for _, likeness := range [...]alert.Likeness{alert.Same, alert.Alike, alert.Doubtful} {
		list := groups[likeness]
		if len(list) == 0 {
			continue
		}
		oldest := slices.MinFunc(list, func(a, b *alert.Alert) int { return a.CreatedDateTime.Compare(b.CreatedDateTime) })
		var ids []string
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		switch {
		case likeness == alert.Same:
			return &Reconciliation{Verdict: Created, Alert: oldest, Exact: true, Why: "an alert carries the draft's reference", Candidates: ids}, nil
		case likeness == alert.Alike && len(list) == 1:
			return &Reconciliation{Verdict: Created, Alert: oldest, Why: "one alert was created since that says what the draft says", Candidates: ids}, nil
		}
		why := fmt.Sprintf("%d alerts were created since that look like the draft: %s", len(ids), strings.Join(ids, ", "))
		return &Reconciliation{Verdict: CannotTell, Why: why, Candidates: ids}, nil
	}
	if ahead = max(ahead, time.Until(w.Since)); ahead > w.Skew {
		// The alert may be there, and older than those that were looked at.
		why := fmt.Sprintf("the clock by which the request was sent is %v ahead, and the window allows for %v", ahead.Round(time.Second), w.Skew)
		return &Reconciliation{Verdict: CannotTell, Why: why}, nil
	}
	return &Reconciliation{Verdict: NotCreated, Why: fmt.Sprintf("none of the %d alerts created since looks like the draft", looked)}, nil
}

// Reconciling returns a client over the same connection whose Submit and Resume
// find out what became of a step that is uncertain, and go on: a step that was
// executed is taken as done, one that was not is sent again. Where neither can be
// known they stop with [client.ErrOutcomeUnknown], as other clients do at once.
// The window's Since and Others are those of the step.
//
// Two submissions of the same draft at the same time are told apart only by
// their references.
func (c *Client) Reconciling(w Window) *Client {
	next := *c
	next.window = &w
	return &next
}

// findOut tells whether an uncertain step was executed, and if so takes what it
// did into the receipt.
func (w *walker) findOut(ctx context.Context, step *incident.Step) (done bool, err error) {
	window := *w.window
	window.Since = step.Since
	switch step.Action {
	case incident.ActionCreateAlert:
		window.Others = nil
		for _, a := range w.receipt.Alerts {
			window.Others = append(window.Others, a.ID)
		}
		found, err := w.Reconcile(ctx, w.receipt.Draft.Alerts[step.Alert], window)
		if err != nil {
			return false, err
		}
		if found.Verdict == CannotTell {
			return false, fmt.Errorf("whether the alert was created cannot be told: %s", found.Why)
		}
		if found.Verdict == Created {
			w.note(found.Alert)
		}
		return found.Verdict == Created, nil
	case incident.ActionCommentOnIncident:
		return w.commented(ctx, window.withDefaults())
	default:
		// An update is the same when it is done twice.
		return false, nil
	}
}

// commented tells whether the incident has the draft's comment from within the
// window.
func (w *walker) commented(ctx context.Context, window Window) (found bool, err error) {
	err = waiting(ctx, window.Since.Add(window.Settle), func() (bool, error) {
		current, err := w.GetIncident(ctx, w.receipt.IncidentID)
		if err != nil {
			return false, fmt.Errorf("whether the comment was made cannot be told: %w", err)
		}
		found = slices.ContainsFunc(current.Comments, func(comment alert.Comment) bool {
			return strings.TrimSpace(comment.Comment) == strings.TrimSpace(w.receipt.Draft.Comment) &&
				!comment.CreatedDateTime.Before(window.Since.Add(-window.Skew))
		})
		return found, nil
	})
	if errors.Is(err, errTimeUp) {
		err = nil
	}
	return found, err
}
