package graph_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

var noon = time.Date(2026, 8, 25, 14, 0, 0, 0, time.FixedZone("CEST", 2*60*60))

func TestFilters(t *testing.T) {
	type f = graph.Filter[alert.Alert]
	isNew, high := graph.AlertStatus.Eq(alert.StatusNew), graph.AlertSeverity.Eq(alert.High)
	for want, got := range map[string]fmt.Stringer{
		``:                                        f{},
		`status eq 'new'`:                         isNew,
		`status ne 'resolved'`:                    graph.AlertStatus.Ne("Resolved"),
		`status eq 'paused'`:                      graph.AlertStatus.Eq("paused"),
		`assignedTo eq 'o''neill@contoso.com'`:    graph.AlertAssignedTo.Eq("o'neill@contoso.com"),
		`assignedTo ne ''`:                        graph.AlertAssignedTo.Ne(""),
		`assignedTo eq null`:                      graph.AlertAssignedTo.IsNull(),
		`classification eq null`:                  graph.AlertClassification.IsNull(),
		`determination eq 'multiStagedAttack'`:    graph.AlertDetermination.Eq(alert.DeterminationMultiStagedAttack),
		`createdDateTime ge 2026-08-25T12:00:00Z`: graph.AlertCreated.Ge(noon),
		`lastUpdateDateTime lt 2026-08-25T12:00:00.1234567Z`:                               graph.AlertLastUpdate.Lt(noon.Add(123456700)),
		`status eq 'new' and severity eq 'high'`:                                           graph.And(isNew, f{}, high),
		`status eq 'new' or severity eq 'high'`:                                            graph.Or(isNew, high),
		`(status eq 'new' or severity eq 'high') and serviceSource eq 'microsoftSentinel'`: graph.And(graph.Or(isNew, high), graph.AlertServiceSource.Eq(alert.ServiceMicrosoftSentinel)),
		`(status eq 'new' and severity eq 'high') or assignedTo eq null`:                   graph.Or(graph.And(isNew, high), graph.AlertAssignedTo.IsNull()),
		`not (status eq 'new' and severity eq 'high') and assignedTo eq null`:              graph.And(graph.Not(graph.And(isNew, high)), graph.AlertAssignedTo.IsNull()),
		`(severity eq 'high' or severity eq 'medium') and status eq 'new'`:                 graph.And(graph.AlertSeverity.In(alert.High, alert.Medium), isNew),
		`severity eq 'low'`:                       graph.And(graph.AlertSeverity.In(alert.Low)),
		`status eq 'inProgress'`:                  graph.IncidentStatus.Eq(incident.StatusInProgress),
		`createdDateTime le 2026-08-25T12:00:00Z`: graph.Where[incident.Incident]("createdDateTime", "le", "2026-08-25T14:00:00+02:00"),
		`severity eq 'informational'`:             graph.Where[incident.Incident]("severity", "eq", "Informational"),
		`assignedTo eq 'it''s'`:                   graph.Where[alert.Alert]("assignedTo", "eq", "it's"),
	} {
		require.Equal(t, want, got.String())
		if err, ok := got.(interface{ Err() error }); ok {
			require.NoError(t, err.Err())
		}
	}
}

func TestFiltersThatAreWrong(t *testing.T) {
	type f = graph.Filter[alert.Alert]
	for want, got := range map[string]f{
		"status: the value is empty; use IsNull":                                  graph.AlertStatus.Eq(""),
		"status: unknownFutureValue stands for":                                   graph.AlertStatus.Ne(alert.StatusUnknownFutureValue),
		"severity: there is nothing to compare with":                              graph.AlertSeverity.In(),
		"assignedTo: the text is no UTF-8":                                        graph.AlertAssignedTo.Eq("\xff"),
		"createdDateTime: the time is zero":                                       graph.AlertCreated.Ge(time.Time{}),
		"createdDateTime: the year 10000 does not have four digits":               graph.AlertCreated.Le(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)),
		"or: there is nothing to choose from":                                     graph.Or[alert.Alert](),
		"not: there is nothing to negate":                                         graph.Not(f{}),
		`status: the operator "ge" is none of eq, ne`:                             graph.Where[alert.Alert]("status", "ge", "new"),
		`createdDateTime: the operator "ne" is none of eq, lt, le, gt, ge`:        graph.Where[alert.Alert]("createdDateTime", "ne", "2026-08-25T12:00:00Z"),
		`createdDateTime: "yesterday" is no time such as 2026-08-25T13:20:00Z`:    graph.Where[alert.Alert]("createdDateTime", "gt", "yesterday"),
		`the service cannot filter alerts by "incidentId"; it can by assignedTo,`: graph.Where[alert.Alert]("incidentId", "eq", "1"),
	} {
		require.ErrorContains(t, got.Err(), want)
		// What holds a filter that is wrong is wrong, and says all that is.
		for _, outer := range []f{
			graph.And(graph.AlertStatus.Eq(alert.StatusNew), got), graph.Or(got, graph.AlertStatus.Eq(alert.StatusNew)), graph.Not(got), graph.And(got),
		} {
			require.ErrorContains(t, outer.Err(), want)
		}
	}
	both := graph.And(graph.AlertStatus.Eq(""), graph.AlertSeverity.In())
	require.ErrorContains(t, both.Err(), "status")
	require.ErrorContains(t, both.Err(), "severity")
	require.ErrorContains(t, graph.Or(graph.AlertStatus.Eq(alert.StatusNew), f{}).Err(), "nothing to choose", "it would match everything")
}

// TestEveryDocumentedProperty can be filtered by, of the resource that has it, and
// no other.
func TestEveryDocumentedProperty(t *testing.T) {
	both := []string{"assignedTo", "classification", "determination", "createdDateTime", "lastUpdateDateTime", "severity", "status"}
	for _, name := range append(both, "serviceSource", "incidentId", "title", "detectionSource", "category", "Status", "id", "", "displayName") {
		op, value := "eq", "x"
		if strings.HasSuffix(name, "Time") {
			value = "2026-08-25T12:00:00Z"
		}
		filterable := slices.Contains(both, name)
		require.Equal(t, filterable || name == "serviceSource", graph.Where[alert.Alert](name, op, value).Err() == nil, name)
		require.Equal(t, filterable, graph.Where[incident.Incident](name, op, value).Err() == nil, name)
	}
}

// TestLiteralsAreRead: whatever text is compared with, an OData parser reads the
// same text, and nothing beyond it.
func TestLiteralsAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[' a-z()%&+=]*`), rapid.SampledFrom([]string{"' or 1 eq 1 or '", "''", "\\'", "\x00", "é"})).Draw(t, "text")
		f := graph.AlertAssignedTo.Eq(text)
		if !utf8.ValidString(text) {
			require.Error(t, f.Err())
			return
		}
		require.NoError(t, f.Err())
		rest, ok := strings.CutPrefix(f.String(), "assignedTo eq '")
		require.True(t, ok)
		// OData 4.01, ABNF: the literal ends at the first quote that is not doubled.
		var read strings.Builder
		for {
			before, after, ok := strings.Cut(rest, "'")
			require.True(t, ok, "the literal does not end")
			read.WriteString(before)
			rest = after
			if !strings.HasPrefix(rest, "'") {
				break
			}
			read.WriteByte('\'')
			rest = rest[1:]
		}
		require.Empty(t, rest)
		require.Equal(t, text, read.String())
	})
}

// TestTheServiceGetsTheFilter: what arrives is what was built, whatever it holds.
func TestTheServiceGetsTheFilter(t *testing.T) {
	var got string
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query().Get("$filter")
		fmt.Fprint(w, `{"value":[]}`)
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[' a-z&+%=#/?;é"]*`).Draw(t, "text")
		for _, err := range c.ListAlerts(t.Context(), graph.AlertQuery{Filter: graph.AlertAssignedTo.Eq(text)}) {
			require.NoError(t, err)
		}
		require.Equal(t, graph.AlertAssignedTo.Eq(text).String(), got)
	})
}

// TestTimesBetweenTicks: the service's times have seven digits. A bound with more is
// moved so that it parts them as the exact one would.
func TestTimesBetweenTicks(t *testing.T) {
	const tick = 100 * time.Nanosecond
	compare := map[string]func(a, b time.Time) bool{
		"lt": time.Time.Before, "gt": time.Time.After,
		"le": func(a, b time.Time) bool { return !a.After(b) }, "ge": func(a, b time.Time) bool { return !a.Before(b) },
	}
	make := map[string]func(time.Time) graph.Filter[alert.Alert]{
		"lt": graph.AlertCreated.Lt, "le": graph.AlertCreated.Le, "gt": graph.AlertCreated.Gt, "ge": graph.AlertCreated.Ge,
	}
	rapid.Check(t, func(t *rapid.T) {
		bound := noon.Add(time.Duration(rapid.Int64Range(-1000, 1000).Draw(t, "nanoseconds")))
		stored := noon.Truncate(tick).Add(tick * time.Duration(rapid.Int64Range(-11, 11).Draw(t, "ticks")))
		for op, f := range make {
			text := strings.TrimPrefix(f(bound).String(), "createdDateTime "+op+" ")
			sent, err := time.Parse(time.RFC3339Nano, text)
			require.NoError(t, err)
			require.True(t, sent.Equal(sent.Truncate(tick)), "at most seven digits")
			require.Equal(t, compare[op](stored, bound), compare[op](stored, sent), "%v %s %v", stored, op, bound)
		}
	})
}
