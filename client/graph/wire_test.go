package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
)

// wireForm is a request that a call makes, and a good answer to it.
type wireForm struct {
	name   string
	answer string
	call   func(context.Context, *graph.Client) error
	want   string
}

// wireForms are all requests that the calls make, as the documentation has them.
var wireForms = []wireForm{
	{"createAlert", anAlert, func(ctx context.Context, c *graph.Client) error {
		_, err := c.CreateAlert(ctx, credentialDraft())
		return err
	}, `POST /beta/security/alerts_v2/createAlert {"createAlertInput":{"title":"t","severity":"high","description":"d","category":"CredentialAccess","linkToIncident":42,"entityDefinitions":[{"entityType":"device","entityIdentifier":"deviceId","identifierValue":"fd8a","role":"impacted"}]}}`},
	{"manualAlert", anAlert, func(ctx context.Context, c *graph.Client) error {
		_, err := c.ManualAlerts().CreateAlert(ctx, credentialDraft())
		return err
	}, `POST /beta/security/alerts_v2 {"@odata.type":"#microsoft.graph.security.manualAlert","title":"t","severity":"high","description":"d","category":"CredentialAccess","linkToIncident":42,"entityDefinitions":[{"entityType":"device","entityIdentifier":"deviceId","identifierValue":"fd8a","role":"impacted"}]}`},
	{"get alert", anAlert, func(ctx context.Context, c *graph.Client) error {
		_, err := c.GetAlert(ctx, "a_1")
		return err
	}, `GET /v1.0/security/alerts_v2/a_1 `},
	{"list alerts", `{"value":[]}`, func(ctx context.Context, c *graph.Client) error {
		for _, err := range c.ListAlerts(ctx, graph.AlertQuery{}) {
			return err
		}
		return nil
	}, `GET /v1.0/security/alerts_v2 `},
	{"list some alerts", `{"value":[],"@odata.count":7}`, func(ctx context.Context, c *graph.Client) error {
		var count int64
		for _, err := range c.ListAlerts(ctx, graph.AlertQuery{
			Filter: graph.And(graph.AlertServiceSource.Eq(alert.ServiceMicrosoftSentinel), graph.AlertCreated.Ge(time.Date(2025, 2, 7, 19, 1, 26, 0, time.UTC))),
			Top:    100, Skip: 200, Count: &count,
		}) {
			return err
		}
		if count != 7 {
			return fmt.Errorf("the count is %d", count)
		}
		return nil
	}, `GET /v1.0/security/alerts_v2?$count=true&$filter=serviceSource eq 'microsoftSentinel' and createdDateTime ge 2025-02-07T19:01:26Z&$skip=200&$top=100 `},
	{"update alert", anAlert, func(ctx context.Context, c *graph.Client) error {
		_, err := c.UpdateAlert(ctx, "a_1", alert.Update{
			Status: new(alert.StatusResolved), Classification: new(alert.Classification("TruePositive")), Determination: new(alert.DeterminationMalware),
			AssignedTo: new(""), CustomDetails: &evidence.Dictionary{"Color": jsontext.Value(`"Purple"`)},
		})
		return err
	}, `PATCH /v1.0/security/alerts_v2/a_1 {"status":"resolved","classification":"truePositive","determination":"malware","assignedTo":"","customDetails":{"Color":"Purple"}}`},
	{"comment on alert", aComment, func(ctx context.Context, c *graph.Client) error {
		_, err := c.CommentOnAlert(ctx, "a_1", "Demo")
		return err
	}, `POST /v1.0/security/alerts_v2/a_1/comments {"@odata.type":"microsoft.graph.security.alertComment","comment":"Demo"}`},
	{"move alerts", aMerge, func(ctx context.Context, c *graph.Client) error {
		_, err := c.MoveAlerts(ctx, graph.Move{
			Alerts: []string{"a_1", "a_2"}, Incident: "2972395", Comment: "same device",
			Reasons: incident.CorrelationReasons{incident.ReasonSameAsset, incident.ReasonTemporalProximity},
		})
		return err
	}, `POST /v1.0/security/alerts_v2/moveAlerts {"alertIds":["a_1","a_2"],"incidentId":"2972395","alertComment":"same device","newCorrelationReasons":"sameAsset, temporalProximity"}`},
	{"move alerts to a new incident", aMerge, func(ctx context.Context, c *graph.Client) error {
		_, err := c.MoveAlerts(ctx, graph.Move{Alerts: []string{"a_1"}})
		return err
	}, `POST /v1.0/security/alerts_v2/moveAlerts {"alertIds":["a_1"],"incidentId":null}`},
	{"get incident", anIncident, func(ctx context.Context, c *graph.Client) error {
		_, err := c.GetIncident(ctx, "29")
		return err
	}, `GET /v1.0/security/incidents/29 `},
	{"get incident with alerts", anIncident, func(ctx context.Context, c *graph.Client) error {
		_, err := c.GetIncidentWithAlerts(ctx, "29")
		return err
	}, `GET /v1.0/security/incidents/29?$expand=alerts `},
	{"list incidents", `{"value":[]}`, func(ctx context.Context, c *graph.Client) error {
		for _, err := range c.ListIncidents(ctx, graph.IncidentQuery{
			Filter: graph.IncidentStatus.In(incident.StatusActive, incident.StatusInProgress), Top: 100, Skip: 3, Count: new(int64), Alerts: true,
		}) {
			return err
		}
		return nil
	}, `GET /v1.0/security/incidents?$count=true&$expand=alerts&$filter=status eq 'active' or status eq 'inProgress'&$skip=3&$top=50 `},
	{"update incident", anIncident, func(ctx context.Context, c *graph.Client) error {
		_, err := c.UpdateIncident(ctx, "29", incident.Update{
			Severity: new(alert.Severity("High")), Status: new(incident.StatusInProgress), Classification: new(alert.Classification("TruePositive")),
			Determination: new(alert.Determination("MultiStagedAttack")), AssignedTo: new(""), CustomTags: new([]string{"Demo"}),
		})
		return err
	}, `PATCH /v1.0/security/incidents/29 {"severity":"high","status":"inProgress","classification":"truePositive","determination":"multiStagedAttack","assignedTo":"","customTags":["Demo"]}`},
	{"comment on incident", aComment, func(ctx context.Context, c *graph.Client) error {
		_, err := c.CommentOnIncident(ctx, "29", "Demo")
		return err
	}, `POST /v1.0/security/incidents/29/comments {"@odata.type":"microsoft.graph.security.alertComment","comment":"Demo"}`},
	{"merge incidents", aMerge, func(ctx context.Context, c *graph.Client) error {
		_, err := c.MergeIncidents(ctx, graph.Merge{
			Incidents: []string{"29", "30"}, Comment: "one attack", Reasons: incident.CorrelationReasons{incident.ReasonSameActor},
		})
		return err
	}, `POST /v1.0/security/incidents/mergeIncidents {"incidentIds":["29","30"],"incidentComment":"one attack","mergeReasons":"sameActor"}`},
	{"hunt", noRows, func(ctx context.Context, c *graph.Client) error {
		_, err := c.RunHuntingQuery(ctx, graph.HuntingQuery{
			Query: "DeviceInfo | take 1", Timespan: graph.Last(7 * 24 * time.Hour), WorkspaceID: "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a",
		})
		return err
	}, `POST /v1.0/security/runHuntingQuery {"query":"DeviceInfo | take 1","timespan":"P7D","workspaceId":"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"}`},
}

// TestWireForms holds each request against the documented one.
func TestWireForms(t *testing.T) {
	for _, tt := range wireForms {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			c := service(t, func(w http.ResponseWriter, r *http.Request) {
				data, _ := io.ReadAll(r.Body)
				query, err := url.QueryUnescape(r.URL.RequestURI())
				if err != nil {
					t.Error(err)
				}
				got = r.Method + " " + query + " " + string(data)
				if r.Header.Get("Prefer") != "include-unknown-enum-members" || r.Header.Get("Authorization") != "Bearer T0ken" {
					t.Error("a header is missing")
				}
				fmt.Fprint(w, tt.answer)
			})
			require.NoError(t, tt.call(t.Context(), c))
			require.Equal(t, tt.want, got)
		})
	}
}

// TestAnswersThatLieAreErrors gives each call answers of success that do not hold
// what is documented. A call that changes something and may not be repeated says
// that the outcome is unknown.
func TestAnswersThatLieAreErrors(t *testing.T) {
	for _, tt := range wireForms {
		once := strings.HasPrefix(tt.want, "POST") && tt.name != "hunt"
		for _, answer := range []string{``, `null`, `{}`, `[]`, `"x"`, `{"value":null}`, `{"value":[null]}`, `{"value":[{}]}`, `{"id":""}`, `<html>`, tt.answer[:len(tt.answer)-1]} {
			t.Run(tt.name+" "+answer, func(t *testing.T) {
				c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }, client.WithRetry(1, time.Millisecond, time.Millisecond))
				err := tt.call(t.Context(), c)
				failure, ok := errors.AsType[*client.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, http.StatusOK, failure.StatusCode)
				require.NotEmpty(t, failure.ClientRequestID)
				require.Equal(t, once, errors.Is(err, client.ErrOutcomeUnknown))
			})
		}
	}
}

// TestAnotherObject: an answer about another object than the one asked for is none.
// Only the case of an id may differ.
func TestAnotherObject(t *testing.T) {
	for _, name := range []string{"get alert", "update alert", "get incident", "get incident with alerts", "update incident"} {
		for _, tt := range wireForms {
			if tt.name != name {
				continue
			}
			c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"other"}`) })
			err := tt.call(t.Context(), c)
			require.ErrorIs(t, err, graph.ErrBadAnswer, name)
			require.ErrorContains(t, err, `200 OK: the service's answer makes no sense: another object was asked for, the answer is about "other"`)
		}
	}
	c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"A_1"}`) })
	_, err := c.GetAlert(t.Context(), "a_1")
	require.NoError(t, err)
}

// TestATokenInALieIsHidden: what an answer says goes into the text of the error.
func TestATokenInALieIsHidden(t *testing.T) {
	c := service(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", "T0ken")
		fmt.Fprint(w, `{"id":"T0ken"}`)
	})
	_, err := c.GetAlert(t.Context(), "a_1")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "T0ken")
}

// TestNothingInvalidIsSent gives arguments that no service could make sense of.
func TestNothingInvalidIsSent(t *testing.T) {
	c := service(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for name, tt := range map[string]struct {
		call func() error
		want string
	}{
		"empty id":            {func() error { _, err := c.GetAlert(t.Context(), ""); return err }, "is no id"},
		"id that climbs":      {func() error { _, err := c.GetIncident(t.Context(), ".."); return err }, "is no id"},
		"update of nothing":   {func() error { _, err := c.UpdateAlert(t.Context(), "a", alert.Update{}); return err }, "changes nothing"},
		"incident of nothing": {func() error { _, err := c.UpdateIncident(t.Context(), "1", incident.Update{}); return err }, "changes nothing"},
		"status of the service": {func() error {
			_, err := c.UpdateIncident(t.Context(), "1", incident.Update{Status: new(incident.StatusRedirected)})
			return err
		}, "status is"},
		"empty comment":      {func() error { _, err := c.CommentOnAlert(t.Context(), "a", ""); return err }, "comment is missing"},
		"comment of spaces":  {func() error { _, err := c.CommentOnIncident(t.Context(), "1", " \n"); return err }, "white space"},
		"long comment":       {func() error { _, err := c.CommentOnAlert(t.Context(), "a", strings.Repeat("é", 30_001)); return err }, "comment has 30001 characters; at most 30000"},
		"comment in latin 1": {func() error { _, err := c.CommentOnAlert(t.Context(), "a", "caf\xe9"); return err }, "UTF-8"},
		"no alerts to move":  {func() error { _, err := c.MoveAlerts(t.Context(), graph.Move{Incident: "1"}); return err }, "alertIds has 0 ids; give at least 1"},
		"an alert twice": {func() error {
			_, err := c.MoveAlerts(t.Context(), graph.Move{Alerts: []string{"a", "b", "a"}})
			return err
		}, `alertIds[2] repeats "a"`},
		"an alert without id": {func() error { _, err := c.MoveAlerts(t.Context(), graph.Move{Alerts: []string{""}}); return err }, `alertIds[0] is empty`},
		"one incident to merge": {func() error {
			_, err := c.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1"}})
			return err
		}, "incidentIds has 1 ids; give at least 2"},
		"comment on a merge": {func() error {
			_, err := c.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1", "2"}, Comment: "\xff"})
			return err
		}, "incidentComment"},
		"no query": {func() error { _, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{}); return err }, "query is missing"},
		"workspace by name": {func() error {
			_, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x", WorkspaceID: "soc"})
			return err
		}, `workspaceId is "soc"; give the GUID`},
		"time that runs backwards": {func() error {
			now := time.Now()
			_, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x", Timespan: graph.Between(now, now.Add(-1))})
			return err
		}, "timespan cannot be used: the timespan ends before it starts"},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, tt.call(), tt.want) })
	}
}

// TestUpdatesLeaveTheCallersValues: the spelling is mended in what is sent only.
func TestUpdatesLeaveTheCallersValues(t *testing.T) {
	c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, anAlert) })
	given := alert.Status("RESOLVED")
	_, err := c.UpdateAlert(t.Context(), "a_1", alert.Update{Status: &given})
	require.NoError(t, err)
	require.Equal(t, alert.Status("RESOLVED"), given)
}
