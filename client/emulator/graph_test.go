package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/correlation"
)

func TestManualAlertForm(t *testing.T) {
	a := open(t)
	body := strings.TrimSuffix(strings.TrimPrefix(draft("older"), `{"createAlertInput":{`), `}}`)
	created := a.do(201, "POST", "/beta/security/alerts_v2", `{"@odata.type":"#microsoft.graph.security.manualAlert",`+body+`}`)
	require.Equal(t, "older", created.text("title"))
	require.Equal(t, "1", created.text("incidentId"))
	a.do(400, "POST", "/beta/security/alerts_v2", `{`+body+`}`)
	a.do(400, "POST", "/beta/security/alerts_v2", `{"@odata.type":"#microsoft.graph.security.alert",`+body+`}`)
	a.do(501, "POST", "/v1.0/security/alerts_v2", `{}`)
	require.Equal(t, "named", a.do(201, "POST", "/beta/security/alerts_v2/microsoft.graph.security.createAlert", draft("named")).text("title"))
}

func TestUpdateAlert(t *testing.T) {
	a := open(t)
	id := a.raise("x").text("id")
	path := "/v1.0/security/alerts_v2/" + id
	a.clock.Advance(time.Minute)
	got := a.do(200, "PATCH", path, `{"status":"resolved","classification":"TruePositive","determination":"malware","assignedTo":"o@contoso.com","customDetails":{"a":"b"}}`)
	require.Equal(t, []string{"resolved", "truePositive", "malware", "o@contoso.com", "b"}, []string{
		got.text("status"), got.text("classification"), got.text("determination"), got.text("assignedTo"), got.text("customDetails", "a"),
	})
	require.Equal(t, "2026-08-04T10:01:00Z", got.text("resolvedDateTime"))
	require.Equal(t, "2026-08-04T10:01:00Z", got.text("lastUpdateDateTime"))
	require.Equal(t, "active", a.incident("1").text("status"), "resolving the last alert leaves the incident open")
	got = a.do(200, "PATCH", path, `{"status":"inProgress","assignedTo":""}`)
	require.Empty(t, got.text("resolvedDateTime"))
	require.Empty(t, got.text("assignedTo"))
	for _, body := range []string{
		`{}`, `{"title":"x"}`, `{"severity":"high"}`, `{"status":"closed"}`, `{"classification":"benignPositive"}`, `{"status":"unknownFutureValue"}`,
		`{"customDetails":{"a":1}}`, `[]`, `{"status":`, `{"status":1}`,
	} {
		require.Equal(t, "InvalidRequestBody", a.do(400, "PATCH", path, body).text("error", "code"), body)
	}
	a.do(404, "PATCH", "/v1.0/security/alerts_v2/none", `{"status":"new"}`)
	list := a.do(200, "POST", path+"/comments", `{"@odata.type":"microsoft.graph.security.alertComment","comment":"one"}`).list("value")
	require.Equal(t, []string{"one"}, texts(list, "comment"))
	require.Equal(t, "API-App:"+emulator.ClientID, list[0].text("createdByDisplayName"))
	a.do(400, "POST", path+"/comments", `{"comment":"`+strings.Repeat("ä", 30001)+`"}`)
	a.do(200, "POST", path+"/comments", `{"comment":"`+strings.Repeat("ä", 30000)+`"}`)
}

func TestUpdateIncident(t *testing.T) {
	a := open(t)
	one, two := a.raise("one"), a.raise("two", "linkToIncident", "1")
	a.clock.Advance(time.Minute)
	got := a.patch("1", `{"assignedTo":"o@contoso.com","customTags":["a"],"summary":"s","severity":"low","description":"d"}`)
	require.Equal(t, "API-App:"+emulator.ClientID, got.text("lastModifiedBy"))
	require.Equal(t, "o@contoso.com", a.alert(one.text("id")).text("assignedTo"), "assigning an incident assigns its alerts")
	a.do(200, "PATCH", "/v1.0/security/alerts_v2/"+one.text("id"), `{"status":"resolved","classification":"falsePositive"}`)
	a.clock.Advance(time.Minute)
	a.patch("1", `{"status":"resolved","classification":"truePositive","determination":"phishing","resolvingComment":"c"}`)
	require.Equal(t, "falsePositive", a.alert(one.text("id")).text("classification"), "it was resolved before")
	require.Equal(t, []string{"resolved", "truePositive", "phishing", "2026-08-04T10:02:00Z"}, []string{
		a.alert(two.text("id")).text("status"), a.alert(two.text("id")).text("classification"),
		a.alert(two.text("id")).text("determination"), a.alert(two.text("id")).text("resolvedDateTime"),
	})
	a.raise("three", "linkToIncident", "1", "severity", `"informational"`)
	require.Equal(t, "resolved", a.incident("1").text("status"), "it is not reopened")
	require.Equal(t, "low", a.incident("1").text("severity"), "what a person has set stays")
	a.raise("four", "linkToIncident", "1", "severity", `"high"`)
	require.Equal(t, "high", a.incident("1").text("severity"))
	for _, body := range []string{`{"status":"redirected"}`, `{"status":"awaitingAction"}`, `{"displayName":""}`, `{"tags":["x"]}`, `{"priorityScore":5}`} {
		a.do(400, "PATCH", "/v1.0/security/incidents/1", body)
	}
}

// ids lists what a list has, page by page.
func (a api) ids(path string, header ...string) (pages [][]string) {
	a.t.Helper()
	for range 100 {
		answer := a.do(200, "GET", path, "", header...)
		pages = append(pages, texts(answer.list("value"), "id"))
		next := answer.text("@odata.nextLink")
		if next == "" {
			return pages
		}
		u, err := url.Parse(next)
		require.NoError(a.t, err)
		require.Equal(a.t, "http://example.com", u.Scheme+"://"+u.Host)
		path = u.RequestURI()
	}
	a.t.Fatal("the list has no end")
	return nil
}

func escape(filter string) string { return strings.ReplaceAll(url.QueryEscape(filter), "+", "%20") }

func TestLists(t *testing.T) {
	a := open(t)
	severities := []string{"low", "medium", "high", "informational"}
	for n := range 8 {
		a.raise(fmt.Sprint("alert ", n), "severity", quoted(severities[n%4]))
		a.clock.Advance(time.Minute)
	}
	a.patch("2", `{"assignedTo":"o'neil@contoso.com"}`)
	a.patch("3", `{"status":"resolved","classification":"truePositive","determination":"malware"}`)
	base := "/v1.0/security/incidents?"
	for _, tt := range []struct{ query, want string }{
		{"", "8 7 6 5 4 3 2 1"},
		{"$top=3", "8 7 6|5 4 3|2 1"},
		{"$top=4", "8 7 6 5|4 3 2 1"},
		{"$top=2&$skip=5", "3 2|1"},
		{"$skip=8", ""},
		{"$top=0", ""},
		{"$top=50", "8 7 6 5 4 3 2 1"},
		{"$filter=" + escape("severity eq 'high'"), "7 3"},
		{"$top=1&$filter=" + escape("severity eq 'high' or severity eq 'low'"), "7|5|3|1"},
		{"$filter=" + escape("status eq 'resolved'"), "3"},
		{"$filter=" + escape("assignedTo eq 'o''neil@contoso.com'"), "2"},
		{"$filter=" + escape("assignedTo ne null"), "2"},
		{"$filter=" + escape("classification ne 'unknown' and determination eq 'malware'"), "3"},
		{"$filter=" + escape("createdDateTime ge 2026-08-04T10:06:00Z"), "8 7"},
		{"$filter=" + escape("lastUpdateDateTime ge 2026-08-04T10:07:30Z"), "3 2"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			var got []string
			for _, page := range a.ids(base + tt.query) {
				got = append(got, strings.Join(page, " "))
			}
			require.Equal(t, tt.want, strings.Join(got, "|"))
		})
	}
	answer := a.do(200, "GET", base+"$count=true&$top=2&$filter="+escape("severity eq 'low'"), "")
	require.Equal(t, "2", answer.text("@odata.count"))
	require.Contains(t, answer.text("@odata.context"), "/v1.0/$metadata#security/incidents")

	expanded := a.do(200, "GET", base+"$expand=alerts&$top=1", "").list("value")[0]
	require.Equal(t, []string{"alert 7"}, texts(expanded.list("alerts"), "title"))

	alerts := a.do(200, "GET", "/beta/security/alerts_v2?$top=100&$count=true&$filter="+escape("serviceSource eq 'microsoft365Defender' and status eq 'new'"), "")
	require.Equal(t, "7", alerts.text("@odata.count"), "one was resolved with its incident")
	require.Equal(t, "alert 7", alerts.list("value")[0].text("title"))
	oldest := a.do(200, "GET", "/v1.0/security/alerts_v2?$orderby=createdDateTime%20asc&$top=2", "")
	require.Equal(t, []string{"alert 0", "alert 1"}, texts(oldest.list("value"), "title"))
}

// TestAListKeepsItsPlace though alerts are raised while it is read.
func TestAListKeepsItsPlace(t *testing.T) {
	a := open(t)
	for n := range 6 {
		a.raise(fmt.Sprint(n))
	}
	path := "/v1.0/security/incidents?$top=2"
	var got []string
	for path != "" {
		answer := a.do(200, "GET", path, "")
		got = append(got, texts(answer.list("value"), "id")...)
		a.raise("another")
		path = strings.TrimPrefix(answer.text("@odata.nextLink"), "http://example.com")
	}
	require.Equal(t, []string{"6", "5", "4", "3", "2", "1"}, got)
}

func TestListsRefuse(t *testing.T) {
	a := open(t)
	for _, tt := range []struct {
		path   string
		status int
		want   string
	}{
		{"/v1.0/security/incidents?$top=51", 400, `"code":"","message":"The query specified in the URI is not valid. The limit of '50' for Top query has been exceeded. The value from the incoming request is '51'."`},
		{"/v1.0/security/alerts_v2?$top=1001", 400, "The limit of '1000' for Top query"},
		{"/v1.0/security/incidents?$top=-1", 400, "non-negative integer"},
		{"/v1.0/security/incidents?$top=x", 400, "Invalid value 'x' for $top"},
		{"/v1.0/security/incidents?$skip=x", 400, "Invalid value 'x' for $skip"},
		{"/v1.0/security/incidents?$count=x", 400, "Invalid value 'x' for $count"},
		{"/v1.0/security/incidents?$top=1&$top=2", 400, "more than once"},
		{"/v1.0/security/incidents?$skiptoken=x", 400, "skip token"},
		{"/v1.0/security/incidents?$expand=owner", 400, "Only alerts can be expanded"},
		{"/v1.0/security/incidents?$orderby=createdDateTime", 501, "query option $orderby"},
		{"/v1.0/security/alerts_v2?$orderby=title", 501, "the order 'title'"},
		{"/v1.0/security/alerts_v2?$select=id", 501, "query option $select"},
		{"/v1.0/security/alerts_v2/x?$expand=y", 501, "query option $expand"},
		{"/v1.0/security/alerts_v2?$filter=" + escape("title eq 'x'"), 400, "Could not find a property named 'title'"},
		{"/v1.0/security/alerts_v2?$filter=" + escape("incidentId eq '1'"), 400, "Could not find a property named 'incidentId'"},
		{"/v1.0/security/incidents?$filter=" + escape("serviceSource eq 'x'"), 400, "Could not find a property named 'serviceSource'"},
		{"/v1.0/security/incidents?$filter=" + escape("severity eq high"), 400, "texts are quoted"},
		{"/v1.0/security/incidents?%zz", 400, "query string"},
	} {
		w := a.raw("GET", tt.path, "")
		require.Equal(t, tt.status, w.Code, tt.path)
		require.Contains(t, w.Body.String(), tt.want)
	}
}

func TestMove(t *testing.T) {
	a := open(t)
	one, two, three := a.raise("one"), a.raise("two", "linkToIncident", "1", "severity", `"high"`), a.raise("three")
	require.Equal(t, "high", a.incident("1").text("severity"))
	a.clock.Advance(time.Minute)
	got := a.do(200, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+two.text("id")+`"],"incidentId":"2","alertComment":"belongs there","newCorrelationReasons":"sameAsset, temporalProximity"}`)
	require.Equal(t, "2", got.text("targetIncidentId"))
	require.Equal(t, "2", a.alert(two.text("id")).text("incidentId"))
	require.Equal(t, "medium", a.incident("1").text("severity"), "the high alert has gone")
	require.Equal(t, "high", a.incident("2").text("severity"))
	require.Equal(t, []string{"belongs there"}, texts(a.alert(two.text("id")).list("comments"), "comment"))

	got = a.do(200, "POST", "/beta/security/alerts_v2/microsoft.graph.security.moveAlerts", `{"alertIds":["`+two.text("id")+`","`+three.text("id")+`","`+two.text("id")+`"]}`)
	require.Equal(t, "3", got.text("targetIncidentId"))
	require.Equal(t, "two, three", a.incident("3").text("displayName"))
	require.Equal(t, "redirected", a.incident("2").text("status"), "it has no alert left")
	require.Equal(t, "3", a.incident("2").text("redirectIncidentId"))

	for _, body := range []string{`{}`, `{"alertIds":[]}`, `{"alertIds":["` + one.text("id") + `"],"newCorrelationReasons":"because"}`} {
		a.do(400, "POST", "/v1.0/security/alerts_v2/moveAlerts", body)
	}
	a.do(404, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+one.text("id")+`","none"],"incidentId":"3"}`)
	a.do(404, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+one.text("id")+`"],"incidentId":"9"}`)
	require.Equal(t, "1", a.alert(one.text("id")).text("incidentId"), "nothing was moved")
	// Into an incident that was merged: to where that has gone.
	a.do(200, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+one.text("id")+`"],"incidentId":"2"}`)
	require.Equal(t, "3", a.alert(one.text("id")).text("incidentId"))
}

func TestMerge(t *testing.T) {
	a := open(t)
	for n := range 4 {
		a.raise(fmt.Sprint("alert ", n+1))
	}
	a.patch("1", `{"displayName":"mine","customTags":["a"]}`)
	a.patch("2", `{"customTags":["b"],"assignedTo":"o@contoso.com","classification":"truePositive"}`)
	a.do(200, "POST", "/v1.0/security/incidents/2/comments", `{"comment":"of the second"}`)
	got := a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["2","1"],"incidentComment":"one attack","mergeReasons":"sameActor"}`)
	require.Equal(t, "1", got.text("targetIncidentId"))
	source, target := a.incident("2"), a.incident("1")
	require.Equal(t, []string{"redirected", "1", "[Redirected]", ""}, []string{source.text("status"), source.text("redirectIncidentId"), source.text("systemTags"), source.text("customTags")})
	require.Empty(t, a.do(200, "GET", "/v1.0/security/incidents/2?$expand=alerts", "").list("alerts"))
	require.Len(t, a.do(200, "GET", "/v1.0/security/incidents/1?$expand=alerts", "").list("alerts"), 2)
	require.Equal(t, "[a b]", target.text("customTags"))
	require.Equal(t, "alert 1", target.text("displayName"), "a merge renames what a person has named")
	require.Equal(t, []string{"o@contoso.com", "truePositive"}, []string{target.text("assignedTo"), target.text("classification")})
	require.Equal(t, []string{"of the second", "one attack"}, texts(target.list("comments"), "comment"))

	// A reference to the source leads to the target.
	require.Equal(t, "1", a.raise("later", "linkToIncident", "2").text("incidentId"))
	a.do(400, "PATCH", "/v1.0/security/incidents/2", `{"displayName":"x"}`)

	merge := func(status int, ids string) string {
		return a.do(status, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":`+ids+`}`).text("error", "message")
	}
	require.Contains(t, merge(400, `["2","3"]`), "was merged into incident 1 before")
	require.Contains(t, merge(400, `["3"]`), "2 to 1000 values")
	require.Contains(t, merge(400, `["3","3"]`), "named twice")
	require.Contains(t, merge(404, `["3","9"]`), "does not exist")
	a.patch("3", `{"assignedTo":"p@contoso.com"}`)
	require.Contains(t, merge(400, `["1","3"]`), "different people")
	a.patch("3", `{"assignedTo":"O@contoso.com","classification":"falsePositive"}`)
	require.Contains(t, merge(400, `["1","3"]`), "different classifications")
	a.patch("3", `{"classification":"truePositive","determination":"malware"}`)
	a.patch("1", `{"determination":"phishing"}`)
	require.Contains(t, merge(400, `["1","3"]`), "different determinations")
	a.patch("4", `{"status":"resolved"}`)
	require.Contains(t, merge(400, `["1","4"]`), "is resolved")
}

func TestBatch(t *testing.T) {
	a := open(t)
	a.raise("one")
	item := func(id, method, url, body string, more string) string {
		if body != "" {
			more += `,"headers":{"content-type":"application/json"},"body":` + body
		}
		return `{"id":"` + id + `","method":"` + method + `","url":"` + url + `"` + more + `}`
	}
	batch := func(status int, items ...string) object {
		return a.do(status, "POST", "/beta/$batch", `{"requests":[`+strings.Join(items, ",")+`]}`)
	}
	got := batch(200,
		item("1", "POST", "/security/alerts_v2/createAlert", draft("two"), ""),
		item("2", "PATCH", "security/incidents/2", `{"displayName":"n"}`, `,"dependsOn":["1"]`),
		item("3", "GET", "/security/incidents/99", "", ""),
		item("4", "GET", "/security/incidents/1", "", `,"dependsOn":["3"]`),
		item("5", "GET", "/security/incidents?$top=51", "", ""),
		item("6", "GET", "https://elsewhere.example/x", "", ""),
		item("7", "POST", "/$batch", `{}`, ""),
		item("8", "DELETE", "/security/incidents/1", "", ""),
		item("9", "PATCH", "security/incidents/1", `"eyJkaXNwbGF5TmFtZSI6ImJhc2U2NCJ9"`, ""),
	).list("responses")
	require.Equal(t, []string{"201", "200", "404", "424", "400", "501", "400", "501", "200"}, texts(got, "status"))
	require.Equal(t, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, texts(got, "id"))
	require.Equal(t, "two", got[0].text("body", "title"))
	require.NotEmpty(t, got[0].text("headers", "Request-Id"))
	require.Equal(t, "n", a.incident("2").text("displayName"))
	require.Equal(t, "base64", a.incident("1").text("displayName"))

	get := func(n int) string { return item(fmt.Sprint(n), "GET", "/security/incidents/1", "", "") }
	var twenty []string
	for n := range 20 {
		twenty = append(twenty, get(n))
	}
	require.Len(t, batch(200, twenty...).list("responses"), 20)
	batch(400, append(twenty, get(20))...)
	batch(400)
	batch(400, get(1), get(1))
	batch(400, item("a", "GET", "/x", "", ""), item("A", "GET", "/x", "", ""))
	batch(400, item("", "GET", "/x", "", ""))
	batch(400, item("1", "GET", "/x", "", `,"dependsOn":["2"]`), get(2))
	batch(400, `{"id":"1","method":"POST","url":"/x","body":{}}`)
	// What only the beta version has is not in a batch of version 1.0.
	v1 := a.do(200, "POST", "/v1.0/$batch", `{"requests":[`+item("1", "POST", "/security/alerts_v2/createAlert", draft("x"), "")+`]}`)
	require.Equal(t, "501", v1.list("responses")[0].text("status"))
	a.token = "x"
	batch(401, get(1))
}

// TestPrefer hides members of enumerations that are newer than the sentinel.
func TestPrefer(t *testing.T) {
	a := open(t)
	id := a.raise("x").text("id")
	require.Equal(t, "manual", a.alert(id).text("detectionSource"), "it is older than the sentinel")
	require.Equal(t, "microsoft365Defender", a.do(200, "GET", "/v1.0/security/alerts_v2/"+id, "", "Prefer", "odata.maxpagesize=5, include-unknown-enum-members").text("serviceSource"))
}

func TestHunting(t *testing.T) {
	a := open(t)
	first := a.raise("Suspicious login", "severity", `"high"`, "mitreTechniques", `["T1078"]`)
	a = a.later(time.Hour)
	a.raise("Malware", "linkToIncident", "1")
	a = a.later(time.Hour)
	a.patch("1", `{"status":"resolved","classification":"truePositive"}`)

	rows := a.hunt(`AlertInfo | where DetectionSource == "Manual" and ServiceSource == "Microsoft Defender XDR" | where AttackTechniques has "T1078" | project AlertId, Severity, Timestamp`)
	require.Equal(t, []object{{"AlertId": first.text("id"), "Severity": "High", "Timestamp": "2026-08-04T10:00:00Z"}}, rows)
	rows = a.hunt(`AlertInfo | join AlertEvidence on AlertId | where AccountUpn =~ "JO@contoso.com" | summarize count() by Title | sort by Title asc`)
	require.Equal(t, []string{"Malware", "Suspicious login"}, texts(rows, "Title"))
	rows = a.hunt(`SecurityIncident | summarize arg_max(LastModifiedTime, *) by IncidentNumber`)
	require.Equal(t, []string{"Closed"}, texts(rows, "Status"))
	require.Equal(t, []string{"2"}, []string{object(rows[0]["AdditionalData"].(map[string]any)).text("alertsCount")})
	rows = a.hunt(`SecurityIncident | sort by LastModifiedTime asc | project Status, N = array_length(AlertIds), ModifiedBy, ClosedTime`)
	require.Equal(t, []object{
		{"Status": "New", "N": 1.0, "ModifiedBy": "", "ClosedTime": nil},
		{"Status": "New", "N": 2.0, "ModifiedBy": "", "ClosedTime": nil},
		{"Status": "Closed", "N": 2.0, "ModifiedBy": "API-App:" + emulator.ClientID, "ClosedTime": "2026-08-04T12:00:00Z"},
	}, rows)
	rows = a.hunt(`SecurityAlert | join kind=inner (SecurityIncident | where Status == "Closed" | project Numbers = IncidentNumber, ProviderIncidentId, AlertIds = tostring(AlertIds)) on $left.Type == $right.ProviderIncidentId | count`)
	require.Equal(t, "0", rows[0].text("Count"))
	rows = a.hunt(`SecurityAlert | where ProductName == "Microsoft Defender XDR" | project Tactics, Status`)
	require.Equal(t, []object{{"Tactics": "Execution", "Status": "Resolved"}, {"Tactics": "Execution", "Status": "Resolved"}}, rows)

	answer := a.do(200, "POST", "/v1.0/security/microsoft.graph.security.runHuntingQuery", `{"query":"AlertInfo | project Timestamp, Title | take 0"}`)
	require.Equal(t, []object{{"name": "Timestamp", "type": "DateTime"}, {"name": "Title", "type": "String"}}, answer.list("schema"))
	for span, want := range map[string]string{
		"PT90M": "1", "P1D": "2", "2026-08-04T10:30:00Z": "1", "2026-08-04T09:00:00Z/2026-08-04T10:30:00Z": "1",
		"2026-08-04T09:00:00Z/PT90M": "1", "PT90M/2026-08-04T11:00:00Z": "2", "P90D": "2", "P1W": "2",
	} {
		rows := a.do(200, "POST", "/v1.0/security/runHuntingQuery", `{"Query":"AlertInfo | count","Timespan":"`+span+`"}`).list("results")
		require.Equal(t, want, rows[0].text("Count"), span)
	}
	for body, want := range map[string]string{
		`{}`: "query is missing", `{"query":"Nope"}`: "there is no table",
		`{"query":"AlertInfo | evaluate x"}`:           `line 1, column 13: the operator \"evaluate\" is not supported`,
		`{"query":"AlertInfo","timespan":"yesterday"}`: "not in ISO 8601", `{"query":"AlertInfo","timespan":"P"}`: "not in ISO 8601",
	} {
		w := a.raw("POST", "/v1.0/security/runHuntingQuery", body)
		require.Equal(t, 400, w.Code)
		require.Contains(t, w.Body.String(), want)
	}
	a = a.later(31 * 24 * time.Hour)
	require.Equal(t, "0", a.hunt(`AlertInfo | count`)[0].text("Count"), "hunting goes back 30 days")
}

// TestWorkspaces routes alerts.
func TestWorkspaces(t *testing.T) {
	second := emulator.Workspace{ID: "b7d1f0a2-0c5e-4a37-9d0b-3f0d4c9f6e11", SubscriptionID: "s", ResourceGroup: "g", Name: "second"}
	primary := emulator.Workspace{ID: emulator.WorkspaceID, SubscriptionID: emulator.SubscriptionID, ResourceGroup: "g", Name: "first"}
	a := open(t, emulator.WithWorkspaces(primary, second))
	a.raise("default")
	for _, value := range []string{"second", "B7D1F0A2-0c5e-4a37-9d0b-3f0d4c9f6e11", second.ResourceID()} {
		a.raise("second", "sentinelWorkspace", quoted(value))
	}
	require.Equal(t, "1", a.hunt("SecurityIncident | count")[0].text("Count"))
	inSecond := func(id string) string {
		return a.do(200, "POST", "/v1.0/security/runHuntingQuery", `{"Query":"SecurityAlert | count","workspaceId":"`+id+`"}`).list("results")[0].text("Count")
	}
	require.Equal(t, "3", inSecond(second.ID))
	require.Equal(t, "1", inSecond("00000000-0000-0000-0000-000000000000"), "an unknown one falls back to the primary")
	a.do(400, "POST", "/beta/security/alerts_v2/createAlert", draft("x", "sentinelWorkspace", `"third"`))
	a.do(400, "POST", "/beta/security/alerts_v2/createAlert", draft("x", "sentinelWorkspace", `"second"`, "linkToIncident", "1"))
	a.do(400, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)

	none := open(t, emulator.WithWorkspaces())
	none.raise("x")
	none.do(400, "POST", "/v1.0/security/runHuntingQuery", `{"query":"SecurityIncident"}`)
	require.Equal(t, "1", none.hunt("AlertInfo | count")[0].text("Count"))
	none.do(400, "POST", "/beta/security/alerts_v2/createAlert", draft("x", "sentinelWorkspace", `"first"`))
}

// TestChoices looks at what each choice changes.
func TestChoices(t *testing.T) {
	with := func(change func(*emulator.Choices)) api { return open(t, emulator.WithChoices(change)) }
	link := func(a api, status int) object {
		return a.do(status, "POST", "/beta/security/alerts_v2/createAlert", draft("y", "linkToIncident", "1"))
	}
	resolved := func(change func(*emulator.Choices)) api {
		a := with(change)
		a.raise("x")
		a.patch("1", `{"status":"resolved"}`)
		return a
	}
	a := resolved(func(c *emulator.Choices) { c.LinkToResolved = emulator.Refuse })
	link(a, 400)
	a = resolved(func(c *emulator.Choices) { c.LinkToResolved = emulator.Reopen })
	link(a, 201)
	require.Equal(t, "active", a.incident("1").text("status"))
	a = with(func(c *emulator.Choices) { c.UnknownIncidentInvalid = true })
	link(a, 400)

	a = with(func(c *emulator.Choices) { c.LinkToRedirected = emulator.Refuse })
	a.raise("x")
	a.raise("y")
	a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	a.do(400, "POST", "/beta/security/alerts_v2/createAlert", draft("y", "linkToIncident", "2"))

	a = with(func(c *emulator.Choices) { c.GeneratedNames = true })
	a.raise("x")
	require.Equal(t, "Execution incident involving one user", a.incident("1").text("displayName"))
	a = with(func(c *emulator.Choices) { c.SeverityFollowsAlerts = true })
	a.raise("x")
	a.patch("1", `{"severity":"high"}`)
	link(a, 201)
	require.Equal(t, "medium", a.incident("1").text("severity"))
	a = with(func(c *emulator.Choices) { c.AlertsResolveIncident = true })
	id := a.raise("x").text("id")
	a.do(200, "PATCH", "/v1.0/security/alerts_v2/"+id, `{"status":"resolved"}`)
	require.Equal(t, "resolved", a.incident("1").text("status"))
	a = with(func(c *emulator.Choices) { c.CommentsStay = true })
	a.raise("x")
	a.raise("y")
	a.do(200, "POST", "/v1.0/security/incidents/2/comments", `{"comment":"c"}`)
	a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	require.Empty(t, a.incident("1").list("comments"))
	a = with(func(c *emulator.Choices) { c.PriorityScore = true })
	a.raise("x")
	require.Equal(t, "51", a.incident("1").text("priorityScore"))
	a = with(func(c *emulator.Choices) { c.ImpactedRequired = true })
	require.Equal(t, 400, call(a.e, "POST", "/beta/security/alerts_v2/createAlert", a.token, validAlert).Code)
	a = with(func(c *emulator.Choices) { c.AlertPageSize, c.IncidentPageSize, c.MaxAlertTop = 1, 2, 5 })
	for range 3 {
		a.raise("x")
	}
	require.Len(t, a.ids("/v1.0/security/alerts_v2"), 3)
	require.Len(t, a.ids("/v1.0/security/incidents"), 2)
	a.do(400, "GET", "/v1.0/security/alerts_v2?$top=6", "")
}

// TestEachAlertIsInOneIncident does random things in random order through the
// API, while time goes by and incidents are merged in the background. What
// correlation knows of the incidents agrees after each step.
func TestEachAlertIsInOneIncident(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rules := correlation.Defender()
		if rapid.Bool().Draw(rt, "all rules") {
			rules.KeepDeviceGroups, rules.MaxEntities, rules.Direction = true, 6, correlation.LargerSurvives
		}
		groups := emulator.WithDeviceGroups(emulator.DeviceGroup{Name: "g0", Devices: []string{"d0"}}, emulator.DeviceGroup{Name: "g1", Devices: []string{"d1"}})
		a := correlating(t, emulator.WithCorrelation(rules), groups)
		defer func() { require.NoError(rt, a.e.Check()) }()
		var alerts []string
		incidents := 0
		incident := func(rt *rapid.T) string { return fmt.Sprint(rapid.IntRange(1, max(incidents, 1)).Draw(rt, "incident")) }
		send := func(method, path, body string) *httptest.ResponseRecorder {
			w := a.raw(method, path, body)
			require.Less(rt, w.Code, 500, w.Body)
			return w
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) { require.NoError(rt, a.e.Check()) },
			"raise": func(rt *rapid.T) {
				device := fmt.Sprintf(`[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"d%d","role":"impacted"},
					{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"u%d@contoso.com","role":"impacted"}]`,
					rapid.IntRange(0, 3).Draw(rt, "device"), rapid.IntRange(0, 3).Draw(rt, "user"))
				changes := []string{
					"severity", quoted(rapid.SampledFrom([]string{"low", "medium", "high"}).Draw(rt, "severity")), "entityDefinitions", device,
					"isExcludedFromCorrelation", fmt.Sprint(rapid.IntRange(0, 5).Draw(rt, "excluded") == 0),
				}
				if rapid.Bool().Draw(rt, "join") {
					changes = append(changes, "linkToIncident", incident(rt))
				}
				body := draft(rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "title"), changes...)
				var o object
				if w := send("POST", "/beta/security/alerts_v2/createAlert", body); w.Code == 201 {
					require.NoError(rt, json.Unmarshal(w.Body.Bytes(), &o))
					alerts = append(alerts, o.text("id"))
					if id := o.text("incidentId"); id == fmt.Sprint(incidents+1) {
						incidents++
					}
				}
			},
			"wait": func(rt *rapid.T) {
				a.clock.Advance(time.Duration(rapid.IntRange(1, 4).Draw(rt, "minutes")) * time.Minute)
				if a.raw("GET", "/v1.0/security/incidents/1", "").Code == 401 {
					a.token = token(t, a.e)
				}
				send("GET", "/v1.0/security/incidents/1", "")
			},
			"load": func(rt *rapid.T) {
				s := a.e.Snapshot()
				if rapid.Bool().Draw(rt, "anew") {
					s.Correlation, s.Correlated = nil, 0
				}
				require.NoError(rt, a.e.Load(s))
			},
			"update": func(rt *rapid.T) {
				body := rapid.SampledFrom([]string{`{"status":"resolved"}`, `{"status":"active"}`, `{"assignedTo":"a"}`, `{"assignedTo":"B"}`, `{"assignedTo":""}`, `{"severity":"low"}`, `{"classification":"truePositive"}`}).Draw(rt, "body")
				send("PATCH", "/v1.0/security/incidents/"+incident(rt), body)
			},
			"move": func(rt *rapid.T) {
				if len(alerts) == 0 {
					rt.Skip()
				}
				list, _ := json.Marshal(rapid.SliceOfN(rapid.SampledFrom(alerts), 1, 4).Draw(rt, "alerts"))
				to := `null`
				if rapid.Bool().Draw(rt, "existing") {
					to = quoted(incident(rt))
				}
				if send("POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":`+string(list)+`,"incidentId":`+to+`}`).Code == 200 && to == "null" {
					incidents++
				}
			},
			"merge": func(rt *rapid.T) {
				ids := []string{incident(rt), incident(rt)}
				list, _ := json.Marshal(ids)
				send("POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":`+string(list)+`}`)
			},
		})
		// Every alert is listed in exactly one incident, and all of them are.
		var listed []string
		for path := "/v1.0/security/incidents?$expand=alerts"; path != ""; {
			answer := a.do(200, "GET", path, "")
			for _, i := range answer.list("value") {
				listed = append(listed, texts(i.list("alerts"), "id")...)
			}
			path = strings.TrimPrefix(answer.text("@odata.nextLink"), "http://example.com")
		}
		slices.Sort(listed)
		slices.Sort(alerts)
		require.Equal(rt, append([]string{}, alerts...), append([]string{}, listed...))
	})
}
