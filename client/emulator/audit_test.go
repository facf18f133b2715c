package emulator_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/unified"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// entries returns the audit log, each entry in one line: operation, incident,
// whether there is an alert, source, outcome, and what changed from what to what.
func (a api) entries(skip int) (lines []string) {
	for e, err := range a.e.AuditLog() {
		require.NoError(a.t, err)
		require.NoError(a.t, e.Validate())
		lines = append(lines, line(e))
	}
	return lines[min(skip, len(lines)):]
}

func line(e audit.Entry) string {
	s := string(e.Operation) + " " + e.Target.Incident
	if e.Target.Alert != "" {
		s += " alert"
	}
	if e.Target.Source != "" {
		s += " from " + e.Target.Source
	}
	if e.Comment != "" {
		s += " «" + e.Comment + "»"
	}
	if e.Result.Outcome != audit.Succeeded {
		s += fmt.Sprint(" ", e.Result.Outcome, " ", e.Result.Status)
	}
	for _, c := range e.Changes {
		if !strings.HasPrefix(string(e.Operation), "Create") && !strings.HasPrefix(c.Path, "comments[") {
			s += " " + c.Path + ":" + string(c.Old) + ">" + string(c.New)
		}
	}
	return s
}

// TestAuditLog does each thing that changes something, and looks at what the
// audit log has of it.
func TestAuditLog(t *testing.T) {
	a := open(t)
	id := a.raise("one").text("id")
	require.Equal(t, []string{"CreateIncident 1", "CreateAlert 1 alert"}, a.entries(0))
	a.raise("two")
	a.raise("three", "linkToIncident", "1", "severity", `"high"`)
	for _, step := range []struct {
		method, path, body string
		status             int
		want               []string
	}{
		{"PATCH", "/v1.0/security/incidents/1", `{"status":"inProgress","severity":"low","assignedTo":"o@contoso.com","customTags":["a","b"],"displayName":"n"}`, 200, []string{
			`UpdateIncidentStatus 1 status:"active">"inProgress"`,
			`UpdateIncidentSeverity 1 severity:"high">"low"`,
			`AssignUserToIncident 1 assignedTo:>"o@contoso.com"`,
			`AddTagsToIncident 1 customTags:>["a","b"]`,
			`UpdateIncident 1 displayName:"one">"n"`,
			`UpdateAlert 1 alert assignedTo:>"o@contoso.com"`,
			`UpdateAlert 1 alert assignedTo:>"o@contoso.com"`,
		}},
		{"PATCH", "/v1.0/security/incidents/1", `{"assignedTo":"","customTags":["b","c"]}`, 200, []string{
			`UnAssignUserFromIncident 1 assignedTo:"o@contoso.com">`,
			`AddTagsToIncident 1 customTags:["a","b"]>["b","c"]`,
			`RemoveTagsFromIncident 1 customTags:["a","b"]>["b","c"]`,
			`UpdateAlert 1 alert assignedTo:"o@contoso.com">`,
			`UpdateAlert 1 alert assignedTo:"o@contoso.com">`,
		}},
		{"PATCH", "/v1.0/security/incidents/1", `{"displayName":"n"}`, 200, []string{`UpdateIncident 1`}},
		{"POST", "/v1.0/security/incidents/1/comments", `{"comment":"seen"}`, 200, []string{"AddCommentToIncident 1 «seen»"}},
		{"PATCH", "/v1.0/security/alerts_v2/" + id, `{"classification":"truePositive"}`, 200, []string{`UpdateAlert 1 alert classification:"unknown">"truePositive"`}},
		{"POST", "/v1.0/security/alerts_v2/" + id + "/comments", `{"comment":"mine"}`, 200, []string{"AddCommentToAlert 1 alert «mine»"}},
		{"POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"],"incidentComment":"same"}`, 200, nil}, // below
		{"POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["` + id + `"]}`, 200, nil},
		{"PATCH", "/v1.0/security/incidents/1", `{"status":"resolved","resolvingComment":"done"}`, 200, nil},
		{"PATCH", "/v1.0/security/incidents/9", `{"status":"resolved"}`, 404, []string{"UpdateIncident 9 failed 404"}},
		{"PATCH", "/v1.0/security/alerts_v2/x", `{"status":"nonsense"}`, 400, []string{"UpdateAlert  alert failed 400"}},
		{"POST", createPath, `{}`, 400, []string{"CreateAlert  failed 400"}},
		{"GET", "/v1.0/security/incidents/9", "", 404, []string{}},
	} {
		before := len(a.entries(0))
		a.do(step.status, step.method, step.path, step.body)
		got := append([]string{}, a.entries(before)...)
		switch {
		case strings.Contains(step.path, "merge"):
			require.Contains(t, got, "AddCommentToIncident 1 «same»")
			require.Contains(t, got, `MoveAlert 1 alert from 2 incidentId:"2">"1"`)
			require.True(t, slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "MergeIncidents 1 from 2 ") }), "%q", got)
		case strings.Contains(step.path, "move"):
			require.Contains(t, got, "CreateIncident 3")
			require.Contains(t, got, `MoveAlert 3 alert from 1 incidentId:"1">"3"`)
		case step.want == nil:
			require.Contains(t, got, `UpdateIncidentStatus 1 status:"inProgress">"resolved"`)
			require.Contains(t, got, `UpdateIncidentResolvingComment 1 resolvingComment:>"done"`)
		default:
			require.Equal(t, step.want, got, step.path+step.body)
		}
	}
	ids := map[string]bool{}
	for e := range a.e.AuditLog() {
		require.False(t, ids[e.ID], "each entry has an id of its own")
		ids[e.ID] = true
	}
}

// TestAuditSaysWho has what a person and an application did, and what each was
// refused.
func TestAuditSaysWho(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{Name: "Jo", UserPrincipalName: "jo@contoso.com", Permissions: emulator.AllPermissions(), Roles: []emulator.Role{emulator.SecurityReader}}))
	a.do(201, "POST", createPath, draft("x"), "client-request-id", "mine")
	jo := a.signedIn("jo@contoso.com", "https://graph.microsoft.com/.default")
	jo.do(403, "PATCH", "/v1.0/security/incidents/1", `{"status":"resolved"}`)
	var list []audit.Entry
	for e, err := range a.e.AuditLog() {
		require.NoError(t, err)
		list = append(list, e)
	}
	require.Len(t, list, 3)
	require.Equal(t, audit.Actor{Type: audit.Application, ID: list[0].Actor.ID, Name: emulator.ClientID, Address: "192.0.2.1"}, list[0].Actor)
	require.Equal(t, []any{"mine", audit.OriginGraph, emulator.TenantID, emulator.WorkspaceName, a.clock.Now()},
		[]any{list[0].ClientRequestID, list[0].Origin, list[0].Target.Tenant, list[0].Target.Workspace, list[0].Time})
	requests := a.e.Requests()
	require.Equal(t, requests[len(requests)-4].RequestID, list[0].RequestID)
	require.Equal(t, audit.Actor{Type: audit.User, ID: "jo@contoso.com", Name: "Jo", Address: "192.0.2.1"}, list[2].Actor)
	require.Equal(t, audit.Result{Outcome: audit.Failed, Status: 403, Code: "Forbidden", Message: "The signed-in user has none of the roles that the call needs."}, list[2].Result)

	quiet := open(t, emulator.WithChoices(func(c *emulator.Choices) { c.RefusalsUnaudited = true }))
	quiet.do(400, "POST", createPath, `{}`)
	require.Empty(t, quiet.entries(0))
}

// TestActivity has the log of an incident with that of one that was merged into
// it, and not what others did.
func TestActivity(t *testing.T) {
	a := busy(t)
	a.do(404, "PATCH", "/v1.0/security/incidents/99", `{"status":"resolved"}`)
	events, err := a.e.Activity("2")
	require.NoError(t, err)
	var got []string
	for _, e := range events {
		require.NotEqual(t, "1", e.Target.Incident)
		got = append(got, string(e.Operation)+" "+e.MergedFrom)
	}
	require.Equal(t, []string{"CreateIncident ", "CreateAlert ", "CreateIncident 3", "CreateAlert 3"}, got[:4])
	require.Contains(t, got, "MergeIncidents ")
	require.Contains(t, got, "MoveAlert ")
	shown := a.do(200, "GET", "/_emulator/incidents/2/activity", "").list("value")
	require.Len(t, shown, len(events))
	require.Equal(t, "CreateIncident", shown[0].text("entry", "operation"))
	require.Equal(t, "3", shown[2].text("mergedFrom"))
	a.do(404, "GET", "/_emulator/incidents/99/activity", "")
}

// TestActivityInScopeOnly: alerts that the caller does not see are not in the
// activity of an incident that the caller sees.
func TestActivityInScopeOnly(t *testing.T) {
	a := open(t, emulator.WithDeviceGroups(emulator.DeviceGroup{Name: "theirs", Devices: []string{"srv"}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{emulator.Ungrouped}}))
	a.raise("mine")
	hidden := a.raise("secret title", "linkToIncident", "1", "entityDefinitions", `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"srv","role":"impacted"}]`)
	require.Contains(t, a.raw("GET", "/_emulator/incidents/1/activity", "").Body.String(), "secret title")
	mine := a.as("c", "s")
	require.NotContains(t, mine.raw("GET", "/_emulator/incidents/1/activity", "").Body.String(), "secret title")
	mine.do(404, "GET", "/_emulator/alerts/"+hidden.text("id")+"/history", "")

	// What was merged into it brings its log along, but not that of an incident that
	// the caller did not see.
	for _, title := range []string{"also mine", "hidden title"} {
		device := map[string]string{"also mine": "laptop", "hidden title": "srv"}[title]
		a.raise(title, "entityDefinitions", `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"`+device+`","role":"impacted"}]`)
	}
	a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2","3"]}`)
	require.Contains(t, a.raw("GET", "/_emulator/incidents/1/activity", "").Body.String(), "hidden title")
	shown := mine.raw("GET", "/_emulator/incidents/1/activity", "").Body.String()
	require.Contains(t, shown, "also mine")
	require.Contains(t, shown, `"mergedFrom":"2"`)
	require.NotContains(t, shown, "hidden title")
}

// TestActivityFeed reads the unified audit log with the reader of package
// unified, over HTTP.
func TestActivityFeed(t *testing.T) {
	a := open(t)
	server := httptest.NewServer(a.e)
	defer server.Close()
	w := issue(a.e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://manage.office.com/.default", "client_credentials")
	require.Equal(t, 200, w.Code)
	a.token = field(t, w.Body.Bytes(), "access_token")
	feed := unified.Feed{Root: server.URL, Tenant: emulator.TenantID, Token: func(context.Context) (string, error) { return a.token, nil }}
	read := func() (records []unified.Record, err error) {
		for r, err := range feed.Records(t.Context(), unified.ContentGeneral, a.clock.Now().Add(-time.Hour), a.clock.Now().Add(time.Second)) {
			if err != nil {
				return records, err
			}
			records = append(records, r)
		}
		return records, nil
	}
	graph := a.as(emulator.ClientID, emulator.ClientSecret)
	graph.raise("before the subscription")
	_, err := read()
	require.ErrorContains(t, err, "AF20022")

	const root = "/api/v1.0/" + emulator.TenantID + "/activity/feed/subscriptions/"
	require.Equal(t, 200, a.raw("POST", root+"start?contentType=Audit.General", "").Code)
	require.JSONEq(t, `[{"contentType":"Audit.General","status":"enabled","webhook":null}]`, a.raw("GET", root+"list", "").Body.String())
	for range 250 { // more than a page
		graph.raise("x")
	}
	graph.patch("2", `{"status":"resolved"}`)
	records, err := read()
	require.NoError(t, err)
	require.Len(t, records, 502)
	last := records[len(records)-2]
	require.Equal(t, []any{232, "UpdateIncidentStatus", emulator.TenantID, "2", "Succeeded", "Microsoft365Defender"},
		[]any{last.RecordType, last.Operation, last.OrganizationID, last.ObjectID, last.ResultStatus, last.Workload})
	entry, err := unified.Form{}.Entry(last)
	require.NoError(t, err)
	require.Equal(t, `UpdateIncidentStatus 2 status:"active">"resolved"`, line(entry))
	var all int
	for _, err := range a.e.UnifiedAudit() {
		require.NoError(t, err)
		all++
	}
	require.Equal(t, 504, all)

	at := func(d time.Duration) string {
		return url.QueryEscape(a.clock.Now().Add(d).Format("2006-01-02T15:04:05"))
	}
	blob := a.raw("GET", root+"content?contentType=Audit.General", "").Body.String()
	uri := blob[strings.Index(blob, "/api/"):]
	uri = uri[:strings.IndexByte(uri, '"')]
	for _, tt := range []struct{ method, path, code string }{
		{"GET", root + "content", "AF20001"},
		{"GET", root + "content?contentType=x", "AF20020"},
		{"GET", root + "content?contentType=Audit.Exchange", "AF20022"},
		{"GET", root + "content?contentType=Audit.General&startTime=" + at(-time.Hour), "AF20030"},
		{"GET", root + "content?contentType=Audit.General&startTime=" + at(-25*time.Hour) + "&endTime=" + at(0), "AF20030"},
		{"GET", root + "content?contentType=Audit.General&startTime=" + at(-8*24*time.Hour) + "&endTime=" + at(-8*24*time.Hour+time.Hour), "AF20030"},
		{"GET", root + "content?contentType=Audit.General&startTime=yesterday&endTime=" + at(0), "AF20002"},
		{"GET", root + "content?contentType=Audit.General&nextPage=x", "AF20031"},
		{"POST", root + "start?contentType=Audit.General&x=", "AF20021"},
		{"GET", strings.Replace(uri, "$", "x$", 1), "AF20050"},
		{"GET", strings.Replace(root, emulator.TenantID, "x", 1) + "list", "AF20010"},
	} {
		body := ""
		if tt.method == "POST" {
			body = `{"webhook":{"address":"https://h.example"}}`
		}
		w := a.raw(tt.method, tt.path, body)
		require.GreaterOrEqual(t, w.Code, 400)
		require.Contains(t, w.Body.String(), `"code":"`+tt.code+`"`, tt.path)
	}
	require.Equal(t, 401, graph.raw("GET", root+"list", "").Code, "a token for Microsoft Graph is for another API")

	a.clock.Advance(30 * time.Minute)
	require.Equal(t, 200, a.raw("POST", root+"stop?contentType=Audit.General", "").Code)
	require.Equal(t, "[]", a.raw("GET", root+"list", "").Body.String())
	require.Contains(t, a.raw("GET", uri, "").Body.String(), "AF20022")
	a.raw("POST", root+"start?contentType=Audit.General", "")
	records, err = read()
	require.NoError(t, err)
	require.Empty(t, records, "what was there before is not there any more")
	a.clock.Advance(8 * 24 * time.Hour)
	w = issue(a.e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://manage.office.com/.default", "client_credentials")
	a.token = field(t, w.Body.Bytes(), "access_token")
	require.Contains(t, a.raw("GET", uri, "").Body.String(), "AF20051")
}

// TestActivityFeedNeedsItsPermission, which no other implies.
func TestActivityFeedNeedsItsPermission(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s", Permissions: emulator.AllPermissions()}))
	w := issue(a.e, emulator.TenantID, "c", "s", "https://manage.office.com/.default", "client_credentials")
	a.token = field(t, w.Body.Bytes(), "access_token")
	for _, r := range a.e.Routes() {
		if strings.HasPrefix(r.Pattern, "/api/v1.0/") {
			w := a.raw(r.Method, strings.NewReplacer("{tenant}", emulator.TenantID, "{content}", "x").Replace(r.Pattern), "")
			require.Equal(t, 401, w.Code, r.Pattern)
			require.Contains(t, w.Body.String(), "AF10001")
		}
	}
}

// TestLimits has as much as the limits allow, and says so when it is more.
func TestLimits(t *testing.T) {
	a := open(t, emulator.WithLimits(emulator.Limits{Requests: 10, Audit: 20, History: 30, Alerts: 100, Incidents: 50, Comments: 3}))
	id := a.raise("x").text("id")
	for range 3 {
		a.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`)
		a.do(200, "POST", "/v1.0/security/alerts_v2/"+id+"/comments", `{"comment":"c"}`)
	}
	// One that is deleted in Azure Resource Manager stays in Defender, and counts.
	sentinel, comments := a.sentinel(), "incidents/"+hunting.IncidentName("1")+"/comments"
	for _, comment := range sentinel.do(200, "GET", armPath(comments), "").list("value") {
		sentinel.do(200, "DELETE", armPath(comments+"/"+comment.text("name")), "")
	}
	sentinel.do(507, "PUT", armPath(comments+"/c"), `{"properties":{"message":"c"}}`)
	full := "The emulator keeps no more than "
	require.Contains(t, a.do(507, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`).text("error", "message"), full+"3 comments")
	a.do(507, "POST", "/v1.0/security/alerts_v2/"+id+"/comments", `{"comment":"c"}`)
	a.do(507, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+id+`"],"alertComment":"c"}`)
	a.do(507, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","1"],"incidentComment":"c"}`)
	for range 49 {
		a.raise("x")
	}
	require.Contains(t, a.do(507, "POST", createPath, draft("x")).text("error", "message"), full+"50 incidents")
	a.do(507, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+id+`"]}`)
	a.raise("x", "linkToIncident", "1")
	for range 49 {
		a.raise("x", "linkToIncident", "1")
	}
	a.do(507, "POST", createPath, draft("x", "linkToIncident", "1"))
	for n := range 200 {
		a.patch("1", fmt.Sprintf(`{"displayName":"%d"}`, n))
	}
	require.GreaterOrEqual(t, len(a.e.Requests()), 10)
	require.LessOrEqual(t, len(a.e.Requests()), 20)
	require.Len(t, a.entries(0), 20)
	require.Equal(t, `UpdateIncident 1 displayName:"198">"199"`, a.entries(0)[19])
	rows := len(a.hunt("SecurityIncident"))
	require.Greater(t, rows, 50+30-1)
	require.LessOrEqual(t, rows, 2*80)
	require.Len(t, a.hunt("SecurityIncident | summarize arg_max(LastModifiedTime, *) by IncidentNumber"), 50, "the newest of each incident")

	// A workspace of Sentinel has as many of its own at most.
	made := 0
	for n := range 60 {
		w := sentinel.raw("PUT", armPath(fmt.Sprintf("incidents/made-%d", n)), `{"properties":{"title":"t","severity":"Low","status":"New"}}`)
		if made++; w.Code != 201 {
			require.Equal(t, 507, w.Code, w.Body)
			break
		}
	}
	require.Equal(t, 51, made)

	// One that is long counts for many.
	a.patch("2", `{"displayName":"`+strings.Repeat("x", 200_000)+`"}`)
	require.Len(t, a.entries(0), 1)
}

// TestAuditOfTheBackground names the service for what it does by itself, at the
// time at which that was due.
func TestAuditOfTheBackground(t *testing.T) {
	a := correlating(t)
	for range 2 {
		a.raise("x")
	}
	a.clock.Advance(10 * time.Minute)
	a = a.later(time.Minute)
	a.incident("1")
	merged := 0
	for e, err := range a.e.AuditLog() {
		require.NoError(t, err)
		if e.Operation == audit.MergeIncidents {
			merged++
			require.Equal(t, audit.Actor{Type: audit.System, Name: "Microsoft Defender XDR - alert correlation"}, e.Actor)
			require.Equal(t, []string{"1", "2"}, []string{e.Target.Incident, e.Target.Source})
			require.Less(t, e.Time.Sub(time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)), 10*time.Minute)
		}
	}
	require.Equal(t, 1, merged)
}

// TestLongTextsAreNotKept: what is kept of requests, of playbooks and of sign-ins does
// not grow with what callers send.
func TestLongTextsAreNotKept(t *testing.T) {
	a := open(t)
	long := strings.Repeat("x", 100_000)
	a.do(200, "POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"`+long+`","url":"/`+long+`","headers":{"client-request-id":"`+long+`"}}]}`)
	for _, r := range a.e.Requests() {
		require.Less(t, len(r.Method)+len(r.Path)+len(r.ClientRequestID), 1000)
	}
	arm := a.sentinel()
	arm.do(201, "PUT", armPath("incidents/made"), `{"properties":{"title":"t","severity":"Low","status":"New"}}`)
	arm.do(400, "POST", armPath("incidents/made/runPlaybook"), `{"logicAppsResourceId":"`+long+`"}`)
	arm.do(400, "POST", armPath("incidents/made/runPlaybook"), `{"logicAppsResourceId":"x","tenantId":"`+long+`"}`)
	require.Empty(t, a.e.PlaybookRuns())
	for e := range a.e.AuditLog() {
		require.Less(t, len(e.Result.Message), 1000)
	}
	require.Equal(t, 400, form(a.e, "devicecode", "client_id", emulator.ClientID, "scope", "https://graph.microsoft.com/"+long).Code)
	require.Equal(t, 400, issue(a.e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://graph.microsoft.com/"+long+"/.default", "client_credentials").Code)
}

// TestLongAddressesAreNotKept: the method is part of the line that a request begins
// with, which is not to be kept with it.
func TestLongAddressesAreNotKept(t *testing.T) {
	a := open(t)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 50 {
		a.do(501, "GET", "/v1.0/security/incidents?x="+strings.Repeat("x", 1<<20), "")
	}
	require.Less(t, heap(), before+20<<20)
	runtime.KeepAlive(a.e)
}
