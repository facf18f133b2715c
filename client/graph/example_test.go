package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// inMemory is a transport that answers from a function.
type inMemory func(r *http.Request, body string) string

func (f inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(f(r, string(body)))), Request: r}, nil
}

// connectTo returns a client of a service that answers from a function. With a real
// tenant it would be graph.New(client.ClientSecret(tenantID, clientID, secret)).
func connectTo(answer inMemory) *graph.Client {
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})),
		client.WithTransport(answer), client.WithLimits(client.Limits{}), client.WithRetry(1, time.Millisecond, time.Millisecond))
	if err != nil {
		panic(err)
	}
	return c
}

// defender is a client of a service with one alert and two incidents.
var defender = connectTo(func(r *http.Request, body string) string {
	const (
		first  = `{"id":"da1","title":"Suspicious login","severity":"high","status":"new","incidentId":"29"}`
		inc    = `{"id":"29","displayName":"Multi-stage attack","status":"active","severity":"high","alerts":[` + first + `]}`
		second = `{"id":"30","displayName":"Another one","status":"inProgress","severity":"low"}`
	)
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/comments"):
		return `{"value":[{"comment":"Seen before.","createdByDisplayName":"soc"}]}`
	case strings.HasSuffix(path, "/moveAlerts"), strings.HasSuffix(path, "/mergeIncidents"):
		return `{"targetIncidentId":"30"}`
	case strings.HasSuffix(path, "/runHuntingQuery"):
		return `{"schema":[{"name":"DeviceName","type":"String"},{"name":"Logons","type":"Int64"},{"name":"Last","type":"DateTime"}],
			"results":[{"DeviceName":"wks1","Logons":9007199254740993,"Last":"2026-08-25T13:20:00Z"},{"DeviceName":"wks2","Logons":2,"Last":null}]}`
	case strings.HasSuffix(path, "/$batch"):
		return `{"responses":[{"id":"2","status":201,"body":{"id":"da3"}},{"id":"1","status":201,"body":{"id":"da2"}}]}`
	case strings.HasSuffix(path, "/alerts_v2") && r.Method == http.MethodGet:
		return `{"@odata.count":1,"value":[` + first + `]}`
	case strings.HasSuffix(path, "/incidents"):
		return `{"value":[` + inc + `,` + second + `]}`
	case strings.Contains(path, "/incidents/"):
		return inc
	default:
		return first
	}
})

var ctx = context.Background()

func ExampleClient_CreateAlert() {
	created, err := defender.CreateAlert(ctx, oneAlert("Suspicious login"))
	switch {
	case errors.Is(err, client.ErrOutcomeUnknown):
		fmt.Println("look whether it is there before you send it again")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(created.ID, "in incident", created.IncidentID)
	}
	// Output: da1 in incident 29
}

func ExampleClient_ManualAlerts() {
	// For a cloud that has only the older form.
	created, err := defender.ManualAlerts().CreateAlert(ctx, oneAlert("Suspicious login"))
	fmt.Println(created.ID, err)
	// Output: da1 <nil>
}

func ExampleClient_CreateAlerts() {
	drafts := []alert.Draft{oneAlert("first"), {Title: "without an entity"}, oneAlert("third")}
	for r := range defender.CreateAlerts(ctx, slices.Values(drafts), graph.Bulk{Concurrency: 4}) {
		if invalid, ok := errors.AsType[*alert.ValidationError](r.Err); ok {
			fmt.Println(r.Index, len(invalid.Problems), "problems, not sent")
			continue
		}
		fmt.Println(r.Index, r.Alert.ID, r.Err)
	}
	// Output:
	// 0 da2 <nil>
	// 1 4 problems, not sent
	// 2 da3 <nil>
}

func ExampleClient_SubmitAll() {
	drafts := []incident.Draft{{Alerts: []alert.Draft{oneAlert("first")}}, {Alerts: []alert.Draft{oneAlert("second")}}}
	for s := range defender.SubmitAll(ctx, slices.Values(drafts), graph.Bulk{}) {
		fmt.Println(s.Index, s.Receipt.IncidentID, s.Err)
	}
	// Output:
	// 0 29 <nil>
	// 1 29 <nil>
}

func ExampleClient_GetAlert() {
	a, err := defender.GetAlert(ctx, "da1")
	fmt.Println(a.Title, a.Severity, err)
	// Output: Suspicious login high <nil>
}

func ExampleClient_ListAlerts() {
	var count int64
	query := graph.AlertQuery{
		Filter: graph.And(
			graph.AlertStatus.Eq(alert.StatusNew),
			graph.AlertSeverity.In(alert.High, alert.Medium),
			graph.AlertCreated.Ge(time.Date(2026, 8, 25, 0, 0, 0, 0, time.UTC)),
		),
		Count: &count,
	}
	fmt.Println(query.Filter)
	for a, err := range defender.ListAlerts(ctx, query) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(a.ID, a.Title, "of", count)
	}
	// Output:
	// status eq 'new' and (severity eq 'high' or severity eq 'medium') and createdDateTime ge 2026-08-25T00:00:00Z
	// da1 Suspicious login of 1
}

func ExampleClient_UpdateAlert() {
	_, err := defender.UpdateAlert(ctx, "da1", alert.Update{
		Status: new(alert.StatusResolved), Classification: new(alert.ClassificationTruePositive), AssignedTo: new("soc.tier2@contoso.com"),
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_CommentOnAlert() {
	all, err := defender.CommentOnAlert(ctx, "da1", "Seen before.")
	fmt.Println(all[len(all)-1].Comment, err)
	// Output: Seen before. <nil>
}

func ExampleClient_MoveAlerts() {
	target, err := defender.MoveAlerts(ctx, graph.Move{
		Alerts: []string{"da1"}, Incident: "30", Reasons: incident.CorrelationReasons{incident.ReasonSameAsset},
	})
	fmt.Println(target, err)
	// Output: 30 <nil>
}

func ExampleClient_GetIncident() {
	i, err := defender.GetIncident(ctx, "29")
	fmt.Println(i.DisplayName, i.Status, err)
	// Output: Multi-stage attack active <nil>
}

func ExampleClient_GetIncidentWithAlerts() {
	i, err := defender.GetIncidentWithAlerts(ctx, "29")
	fmt.Println(i.DisplayName, len(i.Alerts), err)
	// Output: Multi-stage attack 1 <nil>
}

func ExampleClient_ListIncidents() {
	open := graph.IncidentStatus.In(incident.StatusActive, incident.StatusInProgress)
	for i, err := range defender.ListIncidents(ctx, graph.IncidentQuery{Filter: open, Alerts: true}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i.ID, i.DisplayName, len(i.Alerts))
	}
	// Output:
	// 29 Multi-stage attack 1
	// 30 Another one 0
}

func ExampleClient_UpdateIncident() {
	_, err := defender.UpdateIncident(ctx, "29", incident.Update{Status: new(incident.StatusResolved), CustomTags: new([]string{"hunting"})})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_CommentOnIncident() {
	all, err := defender.CommentOnIncident(ctx, "29", "Seen before.")
	fmt.Println(len(all), err)
	// Output: 1 <nil>
}

func ExampleClient_MergeIncidents() {
	remaining, err := defender.MergeIncidents(ctx, graph.Merge{Incidents: []string{"29", "30"}, Comment: "one attack"})
	fmt.Println(remaining, err)
	// Output: 30 <nil>
}

func ExampleClient_RunHuntingQuery() {
	results, err := defender.RunHuntingQuery(ctx, graph.HuntingQuery{
		Query:    "DeviceLogonEvents | summarize Logons=count(), Last=max(Timestamp) by DeviceName",
		Timespan: graph.Last(7 * 24 * time.Hour),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for row := range results.Rows() {
		device, _ := row.Text("DeviceName")
		logons, err := row.Int64("Logons")
		fmt.Println(device, logons, row.Null("Last"), err)
	}
	// Output:
	// wks1 9007199254740993 false <nil>
	// wks2 2 true <nil>
}

func ExampleRowsAs() {
	results, err := defender.RunHuntingQuery(ctx, graph.HuntingQuery{Query: "DeviceLogonEvents | …"})
	if err != nil {
		fmt.Println(err)
		return
	}
	type device struct {
		Name   string     `hunting:"DeviceName"`
		Logons int64      // by its own name
		Last   *time.Time `hunting:"Last"`
	}
	for d, err := range graph.RowsAs[device](results) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(d.Name, d.Logons, d.Last)
	}
	// Output:
	// wks1 9007199254740993 2026-08-25 13:20:00 +0000 UTC
	// wks2 2 <nil>
}

func ExampleWhere() {
	fmt.Println(graph.Where[alert.Alert]("assignedTo", "eq", "o'neill@contoso.com"))
	fmt.Println(graph.Where[incident.Incident]("title", "eq", "x").Err())
	// Output:
	// assignedTo eq 'o''neill@contoso.com'
	// the service cannot filter incidents by "title"; it can by assignedTo, classification, createdDateTime, determination, lastUpdateDateTime, severity, status
}

func ExampleClient_Batch() {
	create := client.Request{Method: http.MethodPost, Path: []string{"v1.0", "security", "things"}, Body: map[string]string{"name": "x"}, Once: true}
	answers, err := defender.Batch(ctx, create, create)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, a := range answers {
		fmt.Println(i, a.StatusCode, string(a.Body), a.Err)
	}
	// Output:
	// 0 201 {"id":"da2"} <nil>
	// 1 201 {"id":"da3"} <nil>
}
