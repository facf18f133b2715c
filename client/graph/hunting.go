package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// HuntingQuery is a query of advanced hunting.
type HuntingQuery struct {
	// Query is the query in the Kusto query language.
	Query string
	// Timespan bounds the data that is looked at; the zero value is the service's
	// default, the last 30 days, and older data there is none. Where the query
	// bounds the time as well, the shorter range counts.
	Timespan Timespan
	// WorkspaceID is the GUID of a Log Analytics workspace. Beware: the service
	// takes the caller's primary workspace, without saying so, when it is left out
	// and also when the caller may not read the one named.
	WorkspaceID string
}

// Timespan is a range of time. The zero value is none.
type Timespan struct {
	text string
	err  error
}

// Last is the time from d ago until now.
func Last(d time.Duration) Timespan { return timespan(duration(d)) }

// Since is the time from start until now.
func Since(start time.Time) Timespan { return timespan(instant(start)) }

// Between is the time from start to end.
func Between(start, end time.Time) Timespan {
	if end.Before(start) {
		return Timespan{err: errors.New("the timespan ends before it starts")}
	}
	return timespan(instant(start), instant(end))
}

// Until is the time of length d that ends at end.
func Until(end time.Time, d time.Duration) Timespan { return timespan(duration(d), instant(end)) }

// From is the time of length d that starts at start.
func From(start time.Time, d time.Duration) Timespan { return timespan(instant(start), duration(d)) }

// String returns the ISO 8601 form that is sent.
func (t Timespan) String() string { return t.text }

func timespan(parts ...string) Timespan {
	for _, p := range parts {
		if p == "" {
			return Timespan{err: errors.New("the timespan has a zero time, a year that has not four digits, or a duration under one second")}
		}
	}
	return Timespan{text: strings.Join(parts, "/")}
}

func instant(t time.Time) string {
	if t = t.UTC(); t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return t.Format("2006-01-02T15:04:05.9999999Z07:00")
}

// duration writes whole days as the page does, PnD; anything else gets the parts
// of ISO 8601 that follow, in whole seconds.
func duration(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	text := "P"
	if days := d / (24 * time.Hour); days > 0 {
		text += fmt.Sprintf("%dD", days)
	}
	if rest := d % (24 * time.Hour) / time.Second * time.Second; rest > 0 {
		clock := rest.String() // 1h30m0s
		if short, ok := strings.CutSuffix(clock, "m0s"); ok {
			clock = short + "m"
		}
		if short, ok := strings.CutSuffix(clock, "h0m"); ok {
			clock = short + "h"
		}
		text += "T" + strings.ToUpper(clock)
	}
	return text
}

// RunHuntingQuery runs a query of advanced hunting and returns its rows. It
// changes nothing, and is sent again when it fails.
//
// The service gives at most 100,000 rows, ends a query after three minutes, and
// throttles by calls (45 a minute or more) and by time of processing; the message
// of the [client.ErrThrottled] says by which. The whole result is held in memory:
// see [client.WithMaxResponseSize].
//
// Source: Learn, "security: runHuntingQuery" (v1.0, 2026-08-18).
func (c *Client) RunHuntingQuery(ctx context.Context, q HuntingQuery) (*HuntingResults, error) {
	if err := q.validate(); err != nil {
		return nil, err
	}
	// The page writes Query and Timespan, the metadata query and timespan. These
	// are the names of the metadata: by it the parameters of an action are matched
	// (OData 4.01, protocol, 11.5.5), and the SDKs that are generated from it send
	// them. The metadata of v1.0 does not have workspaceId, the page does.
	r := security(http.MethodPost, what{toHunt, audit.RunHunting, audit.Target{Workspace: q.WorkspaceID}}, struct {
		Query       string `json:"query"`
		Timespan    string `json:"timespan,omitzero"`
		WorkspaceID string `json:"workspaceId,omitzero"`
	}{q.Query, q.Timespan.text, q.WorkspaceID}, "runHuntingQuery")
	var results *HuntingResults
	_, err := do(ctx, c, r, func(a *huntingAnswer) (err error) {
		if a.Schema == nil || a.Results == nil {
			return bad("the schema or the rows are not there")
		}
		results, err = newHuntingResults(a.Schema, a.Results)
		return err
	})
	return results, err
}

type huntingAnswer struct {
	Schema  []Column       `json:"schema"`
	Results jsontext.Value `json:"results"`
}

func (q *HuntingQuery) validate() error {
	var ps validate.Problems
	if q.Query == "" {
		ps.Add("query", "required", "is missing; give a query in the Kusto query language")
	}
	ps.Text("query", q.Query)
	if q.Timespan.err != nil {
		ps.Add("timespan", "timespan", "cannot be used: %v", q.Timespan.err)
	}
	if q.WorkspaceID != "" && !isGUID(q.WorkspaceID) {
		ps.Add("workspaceId", "guid", "is %s; give the GUID of a Log Analytics workspace", validate.Quote(q.WorkspaceID))
	}
	return ps.Err()
}

// isGUID tells whether s is a GUID in its usual form, with hyphens.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, r := range s {
		if hyphen := i == 8 || i == 13 || i == 18 || i == 23; hyphen != (r == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return false
		}
	}
	return true
}
