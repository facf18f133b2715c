package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client/emulator"
)

// TestAuditLogOfAzureResourceManager does each thing that changes something there,
// and looks at what the audit log has of it.
func TestAuditLogOfAzureResourceManager(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{Name: "Ada", UserPrincipalName: "ada@contoso.com"}))
	a.raise("x") // incident 1
	a.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"of Defender"}`)
	arm := a.sentinel()
	ours := arm.do(200, "GET", armPath("incidents"), "").list("value")[0].text("name")
	theirs := arm.do(200, "GET", armPath("incidents/"+ours+"/comments"), "").list("value")[0].text("name")
	incident := func(more string) string {
		return `{"properties":{"title":"t","severity":"Low","status":"New"` + more + `}}`
	}
	for _, step := range []struct {
		method, path, body string
		status             int
		want               []string
	}{
		{"PUT", "incidents/made", incident(""), 201, []string{"CreateIncident made"}},
		{"PUT", "incidents/made", incident(""), 200, []string{"UpdateIncident made"}},
		{"PUT", "incidents/MADE", `{"properties":{"title":"n","severity":"High","status":"Closed","classificationComment":"done","owner":{"email":"ada@contoso.com"},"labels":[{"labelName":"a"}]}}`, 200, []string{
			`UpdateIncidentStatus made status:"New">"Closed"`,
			`UpdateIncidentResolvingComment made classificationComment:>"done"`,
			`UpdateIncidentSeverity made severity:"Low">"High"`,
			`AssignUserToIncident made owner…`,
			`AddTagsToIncident made labels…`,
			`UpdateIncident made title:"t">"n"`,
		}},
		{"PUT", "incidents/made", `{"properties":{"title":"n","severity":"High","status":"Closed","classificationComment":"done"}}`, 200, []string{
			`UnAssignUserFromIncident made owner…`,
			`RemoveTagsFromIncident made labels…`,
		}},
		{"PUT", "incidents/made/comments/c", `{"properties":{"message":"m"}}`, 201, []string{"AddCommentToIncident made «m»"}},
		{"PUT", "incidents/made/comments/c", `{"properties":{"message":"n"}}`, 200, []string{"UpdateIncidentComment made «n»"}},
		{"DELETE", "incidents/made/comments/c", "", 200, []string{"DeleteIncidentComment made"}},
		{"PUT", "incidents/made/tasks/t", `{"properties":{"title":"t","status":"New"}}`, 201, []string{"CreateIncidentTask made"}},
		{"PUT", "incidents/made/tasks/t", `{"properties":{"title":"t","status":"Completed"}}`, 200, []string{"UpdateIncidentTask made tasks…"}},
		{"DELETE", "incidents/made/tasks/t", "", 200, []string{"DeleteIncidentTask made tasks…"}},
		{"PUT", "bookmarks/b", `{"properties":{"displayName":"b","query":"q"}}`, 201, []string{"CreateBookmark "}},
		{"PUT", "bookmarks/b", `{"properties":{"displayName":"c","query":"q"}}`, 200, []string{"UpdateBookmark  bookmarks…"}},
		{"PUT", "incidents/made/relations/rel", `{"properties":{"relatedResourceId":"` + armID("bookmarks/b") + `"}}`, 201, []string{"CreateIncidentRelation made", "UpdateBookmark  bookmarks…"}},
		{"DELETE", "incidents/made/relations/rel", "", 200, []string{"DeleteIncidentRelation made relations…", "UpdateBookmark  bookmarks…"}},
		{"DELETE", "bookmarks/b", "", 200, []string{"DeleteBookmark  bookmarks…"}},
		{"POST", "incidents/made/runPlaybook", `{"logicAppsResourceId":"x"}`, 204, []string{"RunPlaybook made"}},
		{"DELETE", "incidents/made", "", 200, []string{"DeleteIncident made …"}},
		{"DELETE", "incidents/made", "", 204, []string{}},

		// An incident of Defender goes by its number.
		{"PUT", "incidents/" + ours, `{"properties":{"title":"x","severity":"Medium","status":"Closed","description":"About x."}}`, 200, []string{
			`UpdateIncidentStatus 1 status:"active">"resolved"`, `UpdateAlert 1 alert status:"new">"resolved" resolvedDateTime:>"2026-08-04T10:00:00Z"`,
		}},
		{"PUT", "incidents/" + ours + "/comments/mine", `{"properties":{"message":"m"}}`, 201, []string{"AddCommentToIncident 1 «m»"}},
		{"PUT", "incidents/" + ours + "/comments/mine", `{"properties":{"message":"n"}}`, 200, []string{"UpdateIncidentComment 1 «n»"}},
		{"PUT", "incidents/" + ours + "/comments/" + theirs, `{"properties":{"message":"edited"}}`, 200, []string{"UpdateIncidentComment 1 «edited»"}},
		{"DELETE", "incidents/" + ours + "/comments/" + theirs, "", 200, []string{"DeleteIncidentComment 1"}},
		{"DELETE", "incidents/" + ours + "/comments/mine", "", 200, []string{"DeleteIncidentComment 1"}},
		{"PUT", "incidents/" + ours + "/tasks/t", `{"properties":{"title":"t","status":"New"}}`, 201, []string{"CreateIncidentTask 1"}},
		{"POST", "incidents/" + ours + "/runPlaybook", `{"logicAppsResourceId":"x"}`, 204, []string{"RunPlaybook 1"}},

		// What was refused.
		{"PUT", "incidents/new", `{}`, 400, []string{"CreateIncident new failed 400"}},
		{"PUT", "incidents/" + ours, `{"etag":"old","properties":{"title":"x","severity":"Medium","status":"New"}}`, 409, []string{"UpdateIncident 1 failed 409"}},
		{"PUT", "incidents/" + ours + "/tasks/t", `nonsense`, 400, []string{"UpdateIncidentTask 1 failed 400"}},
		{"PUT", "incidents/" + ours + "/tasks/u", `{}`, 400, []string{"CreateIncidentTask 1 failed 400"}},
		{"DELETE", "incidents/" + ours, "", 400, []string{"DeleteIncident 1 failed 400"}},
		{"DELETE", "incidents/none/tasks/t", "", 404, []string{"DeleteIncidentTask none failed 404"}},
		{"PUT", "bookmarks/b", `{}`, 400, []string{"CreateBookmark  failed 400"}},
		{"POST", "entities/none/runPlaybook", `{"logicAppsResourceId":"x"}`, 404, []string{"RunPlaybook  failed 404"}},
		{"PUT", "incidents/a%3Ab", incident(""), 400, []string{"CreateIncident a:b failed 400"}},

		// What reads, and what is no call.
		{"GET", "incidents/none", "", 404, []string{}},
		{"POST", "incidents/none/alerts", "", 404, []string{}},
		{"PUT", "nothing/none", `{}`, 501, []string{}},
	} {
		before := len(a.entries(0))
		arm.do(step.status, step.method, armPath(step.path), step.body)
		got := append([]string{}, a.entries(before)...)
		require.Len(t, got, len(step.want), "%s %s: %q", step.method, step.path, got)
		for n, want := range step.want {
			if start, ok := strings.CutSuffix(want, "…"); ok {
				require.True(t, strings.HasPrefix(got[n], start), "%s %s: %q", step.method, step.path, got)
				continue
			}
			require.Equal(t, want, got[n], "%s %s", step.method, step.path)
		}
	}
	ids := map[string]bool{}
	for e := range a.e.AuditLog() {
		require.False(t, ids[e.ID], "each entry has an id of its own")
		ids[e.ID] = true
	}
	records := 0
	for r, err := range a.e.UnifiedAudit() {
		require.NoError(t, err)
		require.NotEmpty(t, r.Operation)
		records++
	}
	require.Len(t, a.entries(0), records)

	// The activity log of either kind of incident has the same, without refusals.
	operations := func(id string) (list []string) {
		events, err := a.e.Activity(id)
		require.NoError(t, err)
		for _, e := range events {
			require.Equal(t, audit.Succeeded, e.Result.Outcome)
			list = append(list, string(e.Operation))
		}
		return list
	}
	require.Equal(t, []string{"CreateIncident", "CreateAlert", "AddCommentToIncident", "UpdateIncidentStatus", "UpdateAlert", "AddCommentToIncident", "UpdateIncidentComment",
		"UpdateIncidentComment", "DeleteIncidentComment", "DeleteIncidentComment", "CreateIncidentTask", "RunPlaybook"}, operations("1"))
	made := operations("Made")
	require.Len(t, made, 20)
	require.Equal(t, []string{"RunPlaybook", "DeleteIncident"}, made[18:])
	require.Empty(t, operations("none"))
}

// TestAuditLogOfNamesThatAreNumbers: an incident of a workspace may be called as one
// of Defender is numbered.
func TestAuditLogOfNamesThatAreNumbers(t *testing.T) {
	a := open(t)
	a.sentinel().do(201, "PUT", armPath("incidents/1"), `{"properties":{"title":"secret title","severity":"Low","status":"New"}}`)
	a.sentinel().do(204, "POST", armPath("incidents/1/runPlaybook"), `{"logicAppsResourceId":"x"}`)
	events, err := a.e.Activity("1")
	require.NoError(t, err)
	require.Len(t, events, 2)
	a.raise("x")
	events, err = a.e.Activity("1")
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, audit.CreateAlert, events[1].Operation)
	require.NotContains(t, a.raw("GET", "/_emulator/incidents/1/activity", "").Body.String(), "secret title")
}

// TestAuditSaysWhoInAzureResourceManager has what somebody did there, and was
// refused.
func TestAuditSaysWhoInAzureResourceManager(t *testing.T) {
	reader := emulator.WithIdentity(emulator.Identity{Name: "Jo", UserPrincipalName: "jo@contoso.com", Roles: []emulator.Role{emulator.SentinelReader}})
	const body = `{"properties":{"title":"t","severity":"Low","status":"New"}}`
	a := open(t, reader)
	a.raise("x") // incident 1
	name := a.sentinel().do(200, "GET", armPath("incidents"), "").list("value")[0].text("name")
	a.sentinel().do(201, "PUT", armPath("incidents/security"), body, "x-ms-client-request-id", "mine")
	jo := a.signedIn("jo@contoso.com", "https://management.azure.com/user_impersonation")
	jo.do(403, "PUT", armPath("incidents/security/tasks/t"), body)
	jo.do(403, "PUT", armPath("incidents/"+name), body)
	jo.do(403, "DELETE", strings.Replace(armPath("incidents/x"), emulator.WorkspaceName, "elsewhere", 1), "")
	jo.do(403, "POST", armPath("incidents/security/runPlaybook"), `{"logicAppsResourceId":"x"}`)
	jo.do(200, "GET", armPath("incidents"), "")
	var got []string
	for e, err := range a.e.AuditLog() {
		require.NoError(t, err)
		require.Equal(t, emulator.TenantID, e.Target.Tenant)
		if e.Origin == audit.OriginARM {
			got = append(got, fmt.Sprintf("%s %s %s %s/%s %s%d %s", e.Actor.Type, e.Actor.Name, e.Operation, e.Target.Workspace, e.Target.Incident, e.ClientRequestID, e.Result.Status, e.Result.Code))
		}
	}
	require.Equal(t, []string{
		"application " + emulator.ClientID + " CreateIncident emulator-workspace/security mine0 ",
		"user Jo CreateIncidentTask emulator-workspace/security 403 AuthorizationFailed",
		"user Jo UpdateIncident emulator-workspace/1 403 AuthorizationFailed",
		"user Jo DeleteIncident / 403 AuthorizationFailed",
		"user Jo RunPlaybook emulator-workspace/security 403 AuthorizationFailed",
	}, got)

	quiet := open(t, reader, emulator.WithChoices(func(c *emulator.Choices) { c.RefusalsUnaudited = true }))
	quiet.signedIn("jo@contoso.com", "https://management.azure.com/user_impersonation").do(403, "PUT", armPath("incidents/x"), body)
	require.Empty(t, quiet.entries(0))
}

// TestReadingIsNotAudited: HEAD is answered where GET is, and changes nothing
// either.
func TestReadingIsNotAudited(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s"}))
	for _, path := range []string{"/v1.0/security/alerts_v2", "/v1.0/security/alerts_v2/x", "/v1.0/security/incidents/1"} {
		require.Equal(t, 403, a.as("c", "s").raw("HEAD", path, "").Code)
		require.Equal(t, 403, a.as("c", "s").raw("GET", path, "").Code)
	}
	require.Empty(t, a.entries(0))
}

// TestLongPutsAreHeavy: what came by a long PUT counts for many changes, as what
// came to Microsoft Graph does.
func TestLongPutsAreHeavy(t *testing.T) {
	a := open(t, emulator.WithLimits(emulator.Limits{Audit: 20, History: 30}))
	arm := a.sentinel()
	for range 20 {
		w := arm.raw("PUT", armPath("incidents/made"), `{"properties":{"title":"`+strings.Repeat("x", 100_000)+`","severity":"Low","status":"New"}}`)
		require.Less(t, w.Code, 300)
	}
	require.Len(t, a.entries(0), 1)
	require.LessOrEqual(t, len(a.hunt("SecurityIncident")), 5)
}
