package graph

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// AlertQuery says which alerts to list. The zero value lists all that the tenant
// keeps.
//
// There is no $orderby, and no $select: the pages document neither, and whether
// the services honour them is contradictory ($orderby is accepted for alerts and
// reported as refused for incidents). Lists come newest first. A thing read in
// part could besides not be told from one that is empty in places.
type AlertQuery struct {
	// Filter is the condition, $filter.
	Filter Filter[alert.Alert]
	// Top is how many alerts a page has, $top; 0 leaves it to the service. It does
	// not bound the list, for pages are followed to the end: leave the loop when
	// you have enough. The largest page is not documented; 100 is in use.
	Top int
	// Skip is how many alerts to leave out at the start, $skip.
	Skip int
	// Count, unless nil, gets the number of alerts that match, $count, once the
	// first page has come. It stays as it is when the service does not tell.
	Count *int64
}

// ListAlerts yields the alerts that the query matches, newest first. Pages are
// fetched as they are ranged over, and one at a time is held. The list ends at the
// first error, which is yielded once, with a nil alert. It can be ranged over
// again, and is then read anew.
//
// A page that leads to one that was there before ends the list with an error, and
// so do 100 empty pages in a row.
//
// Source: Learn, "List alerts_v2" (v1.0, 2026-05-19).
func (c *Client) ListAlerts(ctx context.Context, q AlertQuery) iter.Seq2[*alert.Alert, error] {
	return c.listAlerts(ctx, q, nil)
}

// listAlerts has answered told of each page.
func (c *Client) listAlerts(ctx context.Context, q AlertQuery, answered func(int, http.Header)) iter.Seq2[*alert.Alert, error] {
	query, err := options(q.Filter, q.Top, q.Skip, q.Count)
	r := security(http.MethodGet, what{toReadAlert, audit.ListAlerts, audit.Target{}}, nil, "alerts_v2")
	r.Query, r.Answered = query, answered
	return list(ctx, c, r, err, q.Count, func(a *alert.Alert) string { return a.ID })
}

// MaxIncidentPage is the largest $top that the service accepts for incidents. No
// page documents it; a larger one is answered with 400 and "The limit of '50' for
// Top query has been exceeded".
const MaxIncidentPage = 50

// IncidentQuery says which incidents to list. The zero value lists all that the
// tenant keeps, without their alerts. Why there is neither $orderby nor $select
// says [AlertQuery].
type IncidentQuery struct {
	// Filter is the condition, $filter.
	Filter Filter[incident.Incident]
	// Top is how many incidents a page has, $top; 0 leaves it to the service, and
	// more than [MaxIncidentPage] is sent as that. It does not bound the list, for
	// pages are followed to the end: leave the loop when you have enough.
	Top int
	// Skip is how many incidents to leave out at the start, $skip.
	Skip int
	// Count, unless nil, gets the number of incidents that match, $count, once the
	// first page has come. It stays as it is when the service does not tell.
	Count *int64
	// Alerts asks for the alerts of the incidents, $expand.
	Alerts bool
}

// ListIncidents yields the incidents that the query matches, newest first, as
// [Client.ListAlerts] does.
//
// Source: Learn, "List incidents" (v1.0, 2026-03-19).
func (c *Client) ListIncidents(ctx context.Context, q IncidentQuery) iter.Seq2[*incident.Incident, error] {
	query, err := options(q.Filter, min(q.Top, MaxIncidentPage), q.Skip, q.Count)
	if q.Alerts {
		query.Set("$expand", "alerts")
	}
	r := security(http.MethodGet, what{toReadIncident, audit.ListIncidents, audit.Target{}}, nil, "incidents")
	r.Query = query
	return list(ctx, c, r, err, q.Count, func(i *incident.Incident) string { return i.ID })
}

// options makes the query options that both lists have.
func options[R Resource](f Filter[R], top, skip int, count *int64) (url.Values, error) {
	query := url.Values{}
	switch {
	case f.err != nil:
		return query, fmt.Errorf("graph: the filter is wrong, nothing was sent: %w", f.err)
	case top < 0:
		return query, fmt.Errorf("graph: a page of %d makes no sense; nothing was sent", top)
	case skip < 0:
		return query, fmt.Errorf("graph: %d cannot be skipped; nothing was sent", skip)
	}
	if f.text != "" {
		query.Set("$filter", f.text)
	}
	if top > 0 {
		query.Set("$top", strconv.Itoa(top))
	}
	if skip > 0 {
		query.Set("$skip", strconv.Itoa(skip))
	}
	if count != nil {
		query.Set("$count", "true")
	}
	return query, nil
}

type page[T any] struct {
	Value []*T   `json:"value"`
	Next  string `json:"@odata.nextLink"`
	Count *int64 `json:"@odata.count"`
}

// list yields what r and the pages after it have. A problem is yielded instead of
// sending anything.
func list[T any](ctx context.Context, c *Client, r client.Request, problem error, count *int64, id func(*T) string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		if problem != nil {
			yield(nil, problem)
			return
		}
		next, pages := r, c.conn.Pages(r)
		for {
			p, err := do(ctx, c, next, func(p *page[T]) error { return p.problem(id) })
			if err != nil {
				yield(nil, err)
				return
			}
			if count != nil && p.Count != nil {
				*count = *p.Count
			}
			for i, item := range p.Value {
				p.Value[i] = nil
				if !yield(item, nil) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			next, err = pages.Next(p.Next, len(p.Value))
			if errors.Is(err, client.ErrEndless) {
				err = fmt.Errorf("%w: GET /%s: %w", ErrBadAnswer, strings.Join(r.Path, "/"), err)
			}
			if err != nil {
				yield(nil, fmt.Errorf("graph: %w", err))
				return
			}
		}
	}
}

func (p *page[T]) problem(id func(*T) string) error {
	if p.Value == nil {
		return bad("the list is not there")
	}
	for i, item := range p.Value {
		if item == nil || id(item) == "" {
			return bad("value[%d] has no id", i)
		}
	}
	return nil
}
