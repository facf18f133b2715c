package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// faces is one tenant through Microsoft Graph and through Azure Resource Manager.
type faces struct {
	graph api
	arm   api
}

func openFaces(t testing.TB, opts ...emulator.Option) faces {
	a := open(t, opts...)
	return faces{a, a.sentinel()}
}

// later lets time go by.
func (f faces) later(d time.Duration) faces {
	f.graph = f.graph.later(d)
	return faces{f.graph, f.graph.sentinel()}
}

// defender is the path of an incident of Defender in the workspace.
func defender(id string, path ...string) string {
	return armPath(strings.Join(append([]string{"incidents/" + hunting.IncidentName(id)}, path...), "/"))
}

// rewrite reads an object, changes its properties, and puts it back.
func (f faces) rewrite(status int, path string, change func(properties object)) object {
	f.arm.t.Helper()
	o := f.arm.do(200, "GET", path, "")
	change(o["properties"].(map[string]any))
	data, err := json.Marshal(o)
	require.NoError(f.arm.t, err)
	return f.arm.do(status, "PUT", path, string(data))
}

func (f faces) put(path string, properties string) object {
	f.arm.t.Helper()
	return f.arm.do(201, "PUT", armPath(path), `{"properties":`+properties+`}`)
}

const someIncident = `{"title":"made here","severity":"High","status":"New"}`

// TestDefenderIncidentIsInTheWorkspace: as the pages on the integration say.
func TestDefenderIncidentIsInTheWorkspace(t *testing.T) {
	f := openFaces(t, emulator.WithIdentity(emulator.Identity{ObjectID: "0d5ff4a5-5b0f-4c1c-9d0e-9f1c2a7f0001", Name: "Jo", UserPrincipalName: "jo@contoso.com"}))
	f.graph.raise("one", "mitreTechniques", `["T1078"]`)
	f.graph.raise("two", "linkToIncident", "1", "severity", `"high"`)
	f = f.later(time.Minute)
	f.graph.patch("1", `{"assignedTo":"jo@contoso.com","customTags":["tag"],"classification":"falsePositive","determination":"notEnoughDataToValidate","status":"inProgress","resolvingComment":"why"}`)

	list := f.arm.do(200, "GET", armPath("incidents"), "").list("value")
	require.Len(t, list, 1)
	got := f.arm.do(200, "GET", defender("1"), "")
	require.Equal(t, list[0], got)
	want := object{
		"id": armID("Incidents/" + hunting.IncidentName("1")), "name": hunting.IncidentName("1"), "type": "Microsoft.SecurityInsights/incidents", "etag": got["etag"],
		"properties": map[string]any{
			"title": "one", "description": "About one.", "severity": "High", "status": "Active",
			"classification": "FalsePositive", "classificationReason": "InaccurateData", "classificationComment": "why",
			"owner":                map[string]any{"objectId": "0d5ff4a5-5b0f-4c1c-9d0e-9f1c2a7f0001", "email": "jo@contoso.com", "assignedTo": "Jo", "userPrincipalName": "jo@contoso.com", "ownerType": "User"},
			"labels":               []any{map[string]any{"labelName": "tag", "labelType": "User"}},
			"firstActivityTimeUtc": "2026-08-04T10:00:00Z", "lastActivityTimeUtc": "2026-08-04T10:00:00Z", "createdTimeUtc": "2026-08-04T10:00:00Z", "lastModifiedTimeUtc": "2026-08-04T10:01:00Z",
			"incidentNumber": 1.0, "providerName": "Microsoft XDR", "providerIncidentId": "1", "relatedAnalyticRuleIds": []any{},
			"incidentUrl": "https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident" + armID("Incidents/"+hunting.IncidentName("1")),
			"additionalData": map[string]any{
				"alertsCount": 2.0, "bookmarksCount": 0.0, "commentsCount": 0.0, "alertProductNames": []any{"Microsoft Defender XDR"}, "tactics": []any{"Execution"},
				"providerIncidentUrl": "https://security.microsoft.com/incident2/1/overview?tid=" + emulator.TenantID,
			},
		},
	}
	require.Empty(t, cmp.Diff(want, got))

	alerts := f.arm.do(200, "POST", defender("1", "alerts"), "").list("value")
	require.Equal(t, []string{"one", "two"}, []string{alerts[0].text("properties", "alertDisplayName"), alerts[1].text("properties", "alertDisplayName")})
	relations := f.arm.do(200, "GET", defender("1", "relations"), "").list("value")
	require.Len(t, relations, 2)
	for n, r := range relations {
		require.Equal(t, []string{"SecurityAlert", alerts[n].text("name")}, []string{r.text("properties", "relatedResourceKind"), r.text("properties", "relatedResourceName")})
		require.Equal(t, alerts[n].text("id"), r.text("properties", "relatedResourceId"))
		require.Equal(t, r, f.arm.do(200, "GET", defender("1", "relations", r.text("name")), ""))
	}
	entities := f.arm.do(200, "POST", defender("1", "entities"), "")
	require.Len(t, entities.list("entities"), 2, "each once, though both alerts name it")
	require.Equal(t, "[map[count:1 entityKind:Account] map[count:1 entityKind:Ip]]", fmt.Sprint(entities["metaData"]))
}

// TestSyncFromTheWorkspace: status, owner and closing reason go to Defender at
// once, and what Defender says more finely stays where it is not contradicted.
func TestSyncFromTheWorkspace(t *testing.T) {
	f := openFaces(t)
	alertID := f.graph.raise("one").text("id")
	f.graph.patch("1", `{"classification":"truePositive","determination":"phishing"}`)
	before := f.arm.do(200, "GET", defender("1"), "").text("etag")
	f = f.later(time.Minute)
	got := f.rewrite(200, defender("1"), func(p object) {
		p["status"], p["classificationComment"] = "Closed", "done"
		p["owner"] = map[string]any{"userPrincipalName": "jo@contoso.com"}
	})
	require.NotEqual(t, before, got.text("etag"))
	i := f.graph.incident("1")
	require.Equal(t, []string{"resolved", "truePositive", "phishing", "done", "jo@contoso.com", "2026-08-04T10:01:00Z", "API-App:" + emulator.ClientID},
		[]string{i.text("status"), i.text("classification"), i.text("determination"), i.text("resolvingComment"), i.text("assignedTo"), i.text("lastUpdateDateTime"), i.text("lastModifiedBy")})
	require.Equal(t, "resolved", f.graph.alert(alertID).text("status"), "resolving an incident resolves its alerts")
	require.Len(t, f.graph.hunt("SecurityIncident"), 3, "one row for each change")

	f.rewrite(200, defender("1"), func(p object) {
		p["status"], p["classification"], p["classificationReason"] = "New", "BenignPositive", "SuspiciousButExpected"
		delete(p, "owner")
	})
	i = f.graph.incident("1")
	require.Equal(t, []string{"active", "informationalExpectedActivity", "unknown", ""}, []string{i.text("status"), i.text("classification"), i.text("determination"), i.text("assignedTo")})

	f.arm.do(409, "PUT", defender("1"), `{"etag":`+quoted(got.text("etag"))+`,"properties":`+someIncident+`}`)
	stale := f.arm.do(200, "GET", defender("1"), "").text("etag")
	f.graph.patch("1", `{"displayName":"n"}`)
	f.arm.do(409, "PUT", defender("1"), `{"etag":`+quoted(stale)+`,"properties":`+someIncident+`}`)
	require.Equal(t, "n", f.graph.incident("1").text("displayName"), "what Defender changed in between is a conflict")
}

// TestSyncOfTheRest is a choice.
func TestSyncOfTheRest(t *testing.T) {
	for _, documented := range []bool{false, true} {
		f := openFaces(t, emulator.WithChoices(func(c *emulator.Choices) { c.SyncAsDocumented = documented }))
		f.graph.raise("one")
		got := f.rewrite(200, defender("1"), func(p object) {
			p["title"], p["description"], p["severity"], p["status"] = "T", "D", "Low", "Active"
			p["labels"] = []any{map[string]any{"labelName": "l", "labelType": "User"}}
		})
		i := f.graph.incident("1")
		have := []string{i.text("displayName"), i.text("description"), i.text("severity"), i.text("customTags"), i.text("status")}
		if documented {
			require.Equal(t, []string{"one", "About one.", "medium", "", "inProgress"}, have)
			require.Equal(t, "one", got.text("properties", "title"))
		} else {
			require.Equal(t, []string{"T", "D", "low", "[l]", "inProgress"}, have)
		}
	}
}

// TestSyncOfComments: new ones go both ways; what is done to them here stays here.
func TestSyncOfComments(t *testing.T) {
	f := openFaces(t)
	f.graph.raise("one")
	f.graph.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"from Defender"}`)
	f.graph.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"from Defender"}`)
	f = f.later(time.Minute)
	f.arm.do(201, "PUT", defender("1", "comments", "mine"), `{"properties":{"message":"from here"}}`)
	messages := func() []string {
		var all []string
		for _, c := range f.arm.do(200, "GET", defender("1", "comments"), "").list("value") {
			all = append(all, c.text("properties", "message"))
			require.Equal(t, c, f.arm.do(200, "GET", defender("1", "comments", c.text("name")), ""))
		}
		return all
	}
	there := func() []string { return texts(f.graph.incident("1").list("comments"), "comment") }
	require.ElementsMatch(t, []string{"from Defender", "from Defender", "from here"}, messages())
	require.Equal(t, []string{"from Defender", "from Defender", "from here"}, there())
	require.Equal(t, "3", f.arm.do(200, "GET", defender("1"), "").text("properties", "additionalData", "commentsCount"))

	f.arm.do(200, "PUT", defender("1", "comments", "mine"), `{"properties":{"message":"changed"}}`)
	first := f.arm.do(200, "GET", defender("1", "comments"), "").list("value")[0].text("name")
	f.arm.do(200, "PUT", defender("1", "comments", first), `{"properties":{"message":"changed too"}}`)
	require.ElementsMatch(t, []string{"changed", "changed too", "from Defender"}, messages())
	f.arm.do(200, "DELETE", defender("1", "comments", first), "")
	f.arm.do(204, "DELETE", defender("1", "comments", first), "")
	f.arm.do(404, "GET", defender("1", "comments", first), "")
	require.ElementsMatch(t, []string{"changed", "from Defender"}, messages())
	require.Equal(t, []string{"from Defender", "from Defender", "from here"}, there())

	// A merge takes Defender's comments along.
	f = f.later(time.Minute)
	f.graph.raise("two")
	f.arm.do(201, "PUT", defender("2", "comments", "mine"), `{"properties":{"message":"of two"}}`)
	f.graph.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	require.ElementsMatch(t, []string{"changed", "from Defender", "of two"}, messages())
}

// TestMergedIncidentInTheWorkspace is closed, empty, and tagged.
func TestMergedIncidentInTheWorkspace(t *testing.T) {
	f := openFaces(t)
	f.graph.raise("one")
	f.graph.raise("two")
	f.put("incidents/made", someIncident)
	f.graph.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	p := f.arm.do(200, "GET", strings.Replace(defender("2"), "2025-09-01", "2025-07-01-preview", 1), "")
	require.Equal(t, []string{"Closed", "0", "1"}, []string{p.text("properties", "status"), p.text("properties", "additionalData", "alertsCount"), p.text("properties", "additionalData", "mergedIncidentNumber")})
	require.Contains(t, p.text("properties", "additionalData", "mergedIncidentUrl"), hunting.IncidentName("1"))
	require.Equal(t, "[map[labelName:Redirected labelType:AutoAssigned]]", fmt.Sprint(p["properties"].(map[string]any)["labels"]))
	require.Equal(t, "2", f.arm.do(200, "GET", defender("1"), "").text("properties", "additionalData", "alertsCount"))
	require.Contains(t, f.arm.do(400, "PUT", defender("2"), `{"properties":`+someIncident+`}`).text("error", "message"), "was merged into incident 1")
	f.arm.do(400, "DELETE", defender("1"), "")
	f.arm.do(200, "GET", defender("1"), "")
}

// TestSentinelIncidentIsOnlyThere: what is made in the workspace is there, and in
// its table, and not in Defender.
func TestSentinelIncidentIsOnlyThere(t *testing.T) {
	f := openFaces(t)
	f.graph.raise("one")
	made := f.put("incidents/made", `{"title":"made here","severity":"High","status":"New","description":"d","labels":[{"labelName":"l"}],"owner":{"assignedTo":"Jo"}}`)
	require.Equal(t, []string{"2", "Azure Sentinel", "2"}, []string{made.text("properties", "incidentNumber"), made.text("properties", "providerName"), made.text("properties", "providerIncidentId")})
	f.graph.raise("three")
	require.Equal(t, "3", f.arm.do(200, "GET", defender("2"), "").text("properties", "incidentNumber"), "Defender's incident 2 is the third of the workspace")
	require.Len(t, f.arm.do(200, "GET", armPath("incidents"), "").list("value"), 3)

	require.Equal(t, [][]string{{"2", "1"}}, f.graph.ids("/v1.0/security/incidents"))
	f.graph.do(404, "GET", "/v1.0/security/incidents/3", "")
	f.graph.do(404, "GET", "/v1.0/security/incidents/made", "")
	f = f.later(time.Minute)
	f.rewrite(200, armPath("incidents/made"), func(p object) { p["status"], p["classification"] = "Closed", "TruePositive" })
	f.arm.do(201, "PUT", armPath("incidents/made/comments/c"), `{"properties":{"message":"m"}}`)
	f.arm.do(201, "PUT", armPath("incidents/made/tasks/t"), `{"properties":{"title":"do","status":"New"}}`)
	f.put("bookmarks/b", `{"displayName":"b","query":"q"}`)
	alert := f.arm.do(200, "POST", defender("1", "alerts"), "").list("value")[0]
	f.arm.do(201, "PUT", armPath("incidents/made/relations/r-b"), `{"properties":{"relatedResourceId":"`+armID("bookmarks/b")+`"}}`)
	f.arm.do(201, "PUT", armPath("incidents/made/relations/r-a"), `{"properties":{"relatedResourceId":"`+alert.text("id")+`"}}`)
	require.Equal(t, "1", f.arm.do(200, "GET", armPath("incidents/made"), "").text("properties", "additionalData", "alertsCount"))
	require.Equal(t, "1", f.arm.do(200, "GET", defender("1"), "").text("properties", "additionalData", "alertsCount"), "the alert is in both")

	rows := f.graph.hunt(`SecurityIncident | where IncidentName == "made"`)
	require.Len(t, rows, 6, "one for each change")
	first, last := rows[0], rows[5]
	require.Equal(t, []string{"made here", "New", "Azure Sentinel", "2", "2", "High", "", ""},
		[]string{first.text("Title"), first.text("Status"), first.text("ProviderName"), first.text("ProviderIncidentId"), first.text("IncidentNumber"), first.text("Severity"), first.text("ClosedTime"), first.text("Classification")})
	require.Equal(t, []string{"Closed", "TruePositive", "2026-08-04T10:01:00Z", "2026-08-04T10:01:00Z"}, []string{last.text("Status"), last.text("Classification"), last.text("ClosedTime"), last.text("FirstModifiedTime")})
	for column, want := range map[string]string{"AlertIds": `["` + alert.text("name") + `"]`, "BookmarkIds": `["b"]`, "Tasks": `"title":"do"`, "Comments": `"message":"m"`, "Labels": `"labelName":"l"`, "Owner": `"assignedTo":"Jo"`, "AdditionalData": `"bookmarksCount":1`} {
		data, err := json.Marshal(last[column])
		require.NoError(t, err)
		require.Contains(t, strings.ReplaceAll(string(data), `\"`, `"`), want, column)
	}
	require.Equal(t, "3", f.graph.hunt(`SecurityIncident | where ProviderIncidentId == "2" and ProviderName == "Microsoft XDR"`)[0].text("IncidentNumber"))
	f.arm.do(200, "DELETE", armPath("incidents/made"), "")
	require.Len(t, f.graph.hunt(`SecurityIncident | where IncidentName == "made"`), 6, "the table keeps what was")
	require.Empty(t, f.arm.do(200, "GET", armPath("bookmarks/b"), "").text("properties", "incidentInfo"))
}

// TestSecondWorkspaceInAzure: an incident that is routed there is only there.
func TestSecondWorkspaceInAzure(t *testing.T) {
	second := emulator.Workspace{ID: "9b1b2f6a-9d40-4b5e-a7c8-1e0f9d2b4c55", SubscriptionID: emulator.SubscriptionID, ResourceGroup: "second-rg", Name: "second-ws"}
	first := emulator.Workspace{ID: emulator.WorkspaceID, SubscriptionID: emulator.SubscriptionID, ResourceGroup: emulator.ResourceGroup, Name: emulator.WorkspaceName}
	f := openFaces(t, emulator.WithWorkspaces(first, second))
	there := func(path string) string {
		return strings.NewReplacer(emulator.ResourceGroup, "second-rg", emulator.WorkspaceName, "second-ws").Replace(armPath(path))
	}
	f.graph.raise("one")
	f.graph.raise("two", "sentinelWorkspace", `"second-ws"`)
	f.arm.do(201, "PUT", there("incidents/made"), `{"properties":`+someIncident+`}`)
	require.Equal(t, []string{"one"}, titles(f.arm.do(200, "GET", armPath("incidents"), "")))
	require.Equal(t, []string{"made here", "two"}, titles(f.arm.do(200, "GET", there("incidents"), "")))
	require.Equal(t, "1", f.arm.do(200, "GET", there("incidents/"+hunting.IncidentName("2")), "").text("properties", "incidentNumber"), "each workspace counts for itself")
	f.arm.do(404, "GET", armPath("incidents/made"), "")
	f.arm.do(404, "GET", defender("2"), "")
	alert := f.arm.do(200, "POST", defender("1", "alerts"), "").list("value")[0]
	for _, id := range []string{alert.text("id"), strings.NewReplacer(emulator.ResourceGroup, "second-rg", emulator.WorkspaceName, "second-ws").Replace(alert.text("id"))} {
		got := f.arm.do(400, "PUT", there("incidents/made/relations/rel"), `{"properties":{"relatedResourceId":"`+id+`"}}`)
		require.Contains(t, got.text("error", "message"), "should belong to the same workspace")
	}
}

func titles(list object) (out []string) {
	for _, o := range list.list("value") {
		out = append(out, o.text("properties", "title"))
	}
	return out
}

// TestSentinelDelay is a choice: incidents of Defender take their time, changes do
// not.
func TestSentinelDelay(t *testing.T) {
	f := openFaces(t, emulator.WithChoices(func(c *emulator.Choices) { c.SentinelDelay = 10 * time.Minute }))
	f.graph.raise("one")
	f.put("incidents/made", someIncident)
	f.arm.do(404, "GET", defender("1"), "")
	require.Equal(t, []string{"made here"}, titles(f.arm.do(200, "GET", armPath("incidents"), "")))
	f = f.later(10*time.Minute - time.Second)
	f.arm.do(404, "GET", defender("1"), "")
	f = f.later(time.Second)
	f.arm.do(200, "GET", defender("1"), "")
	require.Equal(t, []string{"made here", "one"}, titles(f.arm.do(200, "GET", armPath("incidents"), "")))
	f.graph.patch("1", `{"displayName":"n"}`)
	require.Equal(t, "n", f.arm.do(200, "GET", defender("1"), "").text("properties", "title"))
}

// TestMoreAlertsThanAnIncidentCanHave: one of Defender shows 150 here.
func TestMoreAlertsThanAnIncidentCanHave(t *testing.T) {
	f := openFaces(t)
	f.graph.raise("one")
	for range 151 {
		f.graph.raise("more", "linkToIncident", "1")
	}
	require.Equal(t, "150", f.arm.do(200, "GET", defender("1"), "").text("properties", "additionalData", "alertsCount"))
	require.Len(t, f.arm.do(200, "POST", defender("1", "alerts"), "").list("value"), 150)
	f.put("incidents/made", someIncident)
	for n, r := range f.arm.do(200, "POST", defender("1", "alerts"), "").list("value") {
		f.arm.do(201, "PUT", armPath(fmt.Sprintf("incidents/made/relations/rel-%d", n)), `{"properties":{"relatedResourceId":"`+r.text("id")+`"}}`)
	}
	f.graph.raise("other")
	other := f.arm.do(200, "POST", defender("2", "alerts"), "").list("value")[0]
	require.Contains(t, f.arm.do(400, "PUT", armPath("incidents/made/relations/too-many"), `{"properties":{"relatedResourceId":"`+other.text("id")+`"}}`).text("error", "message"), "150 alerts")
}

// TestSnapshotOfWorkspaces saves what was made in Azure Resource Manager, and has
// another tenant go on in the same way, with the same etags.
func TestSnapshotOfWorkspaces(t *testing.T) {
	f := openFaces(t)
	f.graph.raise("one")
	f.graph.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`)
	f.put("incidents/gone", someIncident)
	f.put("incidents/made", someIncident)
	f.arm.do(200, "DELETE", armPath("incidents/gone"), "")
	f.graph.raise("two")
	f = f.later(time.Minute)
	f.put("incidents/made/comments/c", `{"message":"m"}`)
	f.put("incidents/made/tasks/t", `{"title":"t","status":"New"}`)
	f.put("bookmarks/b", `{"displayName":"b","query":"q"}`)
	f.put("incidents/made/relations/rel", `{"relatedResourceId":"`+armID("bookmarks/b")+`"}`)
	for path, body := range map[string]string{"tasks/t": `{"title":"t","status":"New"}`, "comments/c": `{"message":"m"}`} {
		f.arm.do(201, "PUT", defender("1", strings.Split(path, "/")...), `{"properties":`+body+`}`)
	}
	saved := f.graph.e.Snapshot()
	data, err := json.Marshal(saved)
	require.NoError(t, err)
	var read emulator.Snapshot
	require.NoError(t, json.Unmarshal(data, &read))
	g := openFaces(t, emulator.WithSeed(99))
	g.graph.clock.Advance(time.Minute)
	require.NoError(t, g.graph.e.Load(&read))
	require.Empty(t, cmp.Diff(saved, g.graph.e.Snapshot(), cmpopts.EquateEmpty()))
	for _, path := range []string{armPath("incidents"), armPath("bookmarks"), armPath("incidents/made/relations"), defender("1", "comments"), defender("1", "tasks"), defender("2")} {
		require.Equal(t, f.arm.raw("GET", path, "").Body.String(), g.arm.raw("GET", path, "").Body.String(), path)
	}
	require.Equal(t, f.graph.hunt("SecurityIncident"), g.graph.hunt("SecurityIncident"))
	require.Equal(t, "5", g.put("incidents/next", someIncident).text("properties", "incidentNumber"), "numbers go on")
	require.NoError(t, g.graph.e.Check())

	before := g.graph.e.Snapshot()
	for name, change := range map[string]func(*emulator.WorkspaceState){
		"incident twice": func(w *emulator.WorkspaceState) { w.Incidents = append(w.Incidents, w.Incidents[0]) },
		"bookmark twice": func(w *emulator.WorkspaceState) { w.Bookmarks = append(w.Bookmarks, w.Bookmarks[0]) },
		"number twice":   func(w *emulator.WorkspaceState) { w.Numbers[0] = w.Numbers[1] },
		"numbers":        func(w *emulator.WorkspaceState) { w.Numbers = append(w.Numbers, 99) },
		"no name":        func(w *emulator.WorkspaceState) { w.Incidents[0].Incident.Name = "" },
	} {
		bad := g.graph.e.Snapshot()
		change(&bad.Workspaces[0])
		require.Error(t, g.graph.e.Load(bad), name)
		require.Empty(t, cmp.Diff(before, g.graph.e.Snapshot()), name)
	}
	bad := g.graph.e.Snapshot()
	bad.Workspaces = append(bad.Workspaces, bad.Workspaces[0])
	require.Error(t, g.graph.e.Load(bad))
}
