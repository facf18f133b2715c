package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// patience is how long a new incident may take to become readable. Nothing is
// documented; that it is readable at once is not either.
const patience = 30 * time.Second

// maxRedirects bounds how far an incident is followed that was merged into another,
// and that into a third. Without a bound a service that names ever new ones would
// keep a caller for ever.
const maxRedirects = 50

// note takes a new alert into the receipt.
func (w *walker) note(created *alert.Alert) {
	r := w.receipt
	r.Alerts = append(r.Alerts, incident.AlertReceipt{ID: created.ID, ProviderAlertID: created.ProviderAlertID, WebURL: created.AlertWebURL})
	if len(r.Alerts) == 1 {
		r.IncidentID, r.IncidentWebURL = created.IncidentID, w.incidentPage(created.IncidentID, created.IncidentWebURL)
	}
}

// incidentPage returns an incident's page in the portal. The documented answers
// leave the link out; its form is that of published payloads.
func (c *Client) incidentPage(id, link string) string {
	if portal := c.conn.Cloud().Portal; link == "" && id != "" && portal != "" {
		return portal + "/incident2/" + id + "/overview"
	}
	return link
}

// settle waits until the receipt's incident can be read, and follows it to the
// incident that it was merged into. A caller that may not read is left to find
// out by the next step.
func (w *walker) settle(ctx context.Context) error {
	if w.settled {
		return nil
	}
	if w.receipt.IncidentID == "" {
		return errors.New("the service did not say which incident the alert is in")
	}
	seen := []string{w.receipt.IncidentID}
	for {
		current, err := w.readable(ctx, w.receipt.IncidentID)
		if errors.Is(err, client.ErrForbidden) {
			break
		}
		if err != nil {
			return err
		}
		next := current.RedirectIncidentID
		if next == "" {
			break
		}
		if slices.Contains(seen, next) {
			return fmt.Errorf("the incident %s was merged into %s, and that into the first again", w.receipt.IncidentID, next)
		}
		if seen = append(seen, next); len(seen) > maxRedirects+1 {
			return fmt.Errorf("the incident %s was merged into another more than %d times over", seen[0], maxRedirects)
		}
		w.receipt.Redirect(next, w.incidentPage(next, ""))
	}
	w.settled = true
	return nil
}

// readable reads an incident that may not be there yet.
func (w *walker) readable(ctx context.Context, id string) (found *incident.Incident, err error) {
	err = waiting(ctx, time.Now().Add(patience), func() (bool, error) {
		found, err = w.GetIncident(ctx, id)
		if errors.Is(err, client.ErrNotFound) {
			return false, nil
		}
		return true, err
	})
	if errors.Is(err, errTimeUp) {
		err = fmt.Errorf("the incident %s cannot be read %v after it was created: %w", id, patience, client.ErrNotFound)
	}
	return found, err
}

var errTimeUp = errors.New("the time is up")

// waiting calls look until it is done, with pauses that double from half a
// second to fifteen, and once more when the end has come.
func waiting(ctx context.Context, end time.Time, look func() (done bool, err error)) error {
	for pause := 500 * time.Millisecond; ; pause = min(2*pause, 15*time.Second) {
		if done, err := look(); done || err != nil {
			return err
		}
		left := time.Until(end)
		if left <= 0 {
			return errTimeUp
		}
		timer := time.NewTimer(min(pause, left))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
