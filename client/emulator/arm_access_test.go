package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

// armCalls has, for each call of Azure Resource Manager, the ids of what is there,
// a body that is accepted, and the least role, by the lists of actions of the
// roles: Reader */read, Responder incidents/* without incidents/*/Delete,
// Contributor all.
var armCalls = map[string]struct{ path, body, least string }{
	"GET incidents":                                              {"incidents", "", "Reader"},
	"GET incidents/{incidentId}":                                 {"incidents/made", "", "Reader"},
	"PUT incidents/{incidentId}":                                 {"incidents/made", `{"properties":{"title":"t","severity":"Low","status":"New"}}`, "Responder"},
	"DELETE incidents/{incidentId}":                              {"incidents/made", "", "Contributor"},
	"POST incidents/{incidentId}/alerts":                         {"incidents/made/alerts", "", "Reader"},
	"POST incidents/{incidentId}/bookmarks":                      {"incidents/made/bookmarks", "", "Reader"},
	"POST incidents/{incidentId}/entities":                       {"incidents/made/entities", "", "Reader"},
	"POST incidents/{incidentIdentifier}/runPlaybook":            {"incidents/made/runPlaybook", `{"logicAppsResourceId":"x"}`, "Responder"},
	"POST entities/{entityIdentifier}/runPlaybook":               {"entities/x/runPlaybook", `{"logicAppsResourceId":"x"}`, "Responder"},
	"GET incidents/{incidentId}/comments":                        {"incidents/made/comments", "", "Reader"},
	"GET incidents/{incidentId}/comments/{incidentCommentId}":    {"incidents/made/comments/c", "", "Reader"},
	"PUT incidents/{incidentId}/comments/{incidentCommentId}":    {"incidents/made/comments/c", `{"properties":{"message":"m"}}`, "Responder"},
	"DELETE incidents/{incidentId}/comments/{incidentCommentId}": {"incidents/made/comments/c", "", "Contributor"},
	"GET incidents/{incidentId}/tasks":                           {"incidents/made/tasks", "", "Reader"},
	"GET incidents/{incidentId}/tasks/{incidentTaskId}":          {"incidents/made/tasks/t", "", "Reader"},
	"PUT incidents/{incidentId}/tasks/{incidentTaskId}":          {"incidents/made/tasks/t", `{"properties":{"title":"t","status":"New"}}`, "Responder"},
	"DELETE incidents/{incidentId}/tasks/{incidentTaskId}":       {"incidents/made/tasks/t", "", "Contributor"},
	"GET incidents/{incidentId}/relations":                       {"incidents/made/relations", "", "Reader"},
	"GET incidents/{incidentId}/relations/{relationName}":        {"incidents/made/relations/rel", "", "Reader"},
	"PUT incidents/{incidentId}/relations/{relationName}":        {"incidents/made/relations/rel", `{"properties":{"relatedResourceId":"/x"}}`, "Responder"},
	"DELETE incidents/{incidentId}/relations/{relationName}":     {"incidents/made/relations/rel", "", "Contributor"},
	"GET bookmarks":                 {"bookmarks", "", "Reader"},
	"GET bookmarks/{bookmarkId}":    {"bookmarks/b", "", "Reader"},
	"PUT bookmarks/{bookmarkId}":    {"bookmarks/b", `{"properties":{"displayName":"b","query":"q"}}`, "Contributor"},
	"DELETE bookmarks/{bookmarkId}": {"bookmarks/b", "", "Contributor"},
}

// makeSecret makes what the calls of armCalls are about.
func (a api) makeSecret() {
	arm := a.sentinel()
	arm.do(201, "PUT", armPath("incidents/made"), `{"properties":{"title":"secret title","severity":"Low","status":"New"}}`)
	arm.do(201, "PUT", armPath("incidents/made/comments/c"), `{"properties":{"message":"secret title"}}`)
	arm.do(201, "PUT", armPath("incidents/made/tasks/t"), `{"properties":{"title":"secret title","status":"New"}}`)
	arm.do(201, "PUT", armPath("bookmarks/b"), `{"properties":{"displayName":"secret title","query":"q"}}`)
	arm.do(201, "PUT", armPath("incidents/made/relations/rel"), `{"properties":{"relatedResourceId":"`+armID("bookmarks/b")+`"}}`)
}

// armID is the id of something in the workspace.
func armID(path string) string {
	id, _, _ := strings.Cut(armPath(path), "?")
	return id
}

// everyARMRoute makes every call of Azure Resource Manager as an identity, and
// returns how many were allowed and refused. What is allowed and would change
// something is not made.
func (a api) everyARMRoute(who emulator.Identity) (allowed, refused int) {
	a = a.of(who, "https://management.azure.com/", "user_impersonation")
	may := map[string]bool{}
	for _, role := range who.Roles {
		switch role {
		case emulator.SentinelContributor:
			may["Contributor"] = true
			fallthrough
		case emulator.SentinelResponder:
			may["Responder"] = true
			fallthrough
		case emulator.SentinelReader:
			may["Reader"] = true
		}
	}
	seen := 0
	for _, r := range a.e.Routes() {
		_, path, ok := strings.Cut(r.Pattern, "/Microsoft.SecurityInsights/")
		if !ok {
			continue
		}
		seen++
		call, known := armCalls[r.Method+" "+path]
		require.True(a.t, known, path)
		if may[call.least] {
			allowed++
			if call.body == "" && r.Method != "DELETE" {
				require.Equal(a.t, 200, a.raw(r.Method, armPath(call.path), "").Code, "%s as %s", path, who.Name)
			}
			continue
		}
		refused++
		w := a.raw(r.Method, armPath(call.path), call.body)
		require.Equal(a.t, 403, w.Code, "%s %s as %s %s", r.Method, path, who.Name, who.Roles)
		require.Contains(a.t, w.Body.String(), `"code":"AuthorizationFailed"`)
		require.NotContains(a.t, w.Body.String(), "secret title")
	}
	require.Equal(a.t, len(armCalls), seen)
	return allowed, refused
}

// TestARMTokens: a token is for one of the APIs, and the refusals have the form of
// each.
func TestARMTokens(t *testing.T) {
	a := open(t)
	graph, management := "/v1.0/security/incidents", armPath("incidents")
	for _, tt := range []struct {
		scope             string
		graph, management int
	}{
		{"https://graph.microsoft.com/.default", 200, 401},
		{"https://management.azure.com/.default", 401, 200},
		{"https://management.core.windows.net//.default", 401, 200},
		{"https://management.core.windows.net//.default openid offline_access profile", 401, 200},
		{"http://example.com/.default", 200, 200}, // the address of the emulator itself
		{"https://vault.azure.net/.default", 401, 401},
	} {
		a := a.forScope(emulator.ClientID, emulator.ClientSecret, tt.scope)
		require.Equal(t, []int{tt.graph, tt.management}, []int{a.raw("GET", graph, "").Code, a.raw("GET", management, "").Code}, tt.scope)
	}
	for _, scope := range []string{"openid", "https://a/.default https://b/.default", "https://graph.microsoft.com/User.Read", ""} {
		require.Equal(t, 400, issue(a.e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, scope, "client_credentials").Code, scope)
	}
	for token, code := range map[string]string{"": "AuthenticationFailed", "x": "InvalidAuthenticationToken", a.token: "InvalidAuthenticationTokenAudience"} {
		a.token = token
		w := a.raw("GET", management, "")
		require.Equal(t, 401, w.Code)
		require.Contains(t, w.Body.String(), `{"error":{"code":"`+code+`","message":"`)
		require.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer authorization_uri=")
		require.NotEmpty(t, w.Header().Get("x-ms-request-id"))
		require.Empty(t, w.Header().Get("request-id"))
	}
	a = a.sentinel()
	a.clock.Advance(time.Hour)
	require.Contains(t, a.raw("GET", management, "").Body.String(), "ExpiredAuthenticationToken")
}

// TestPlaybookNeedsBothRoles: one for the workspace and one for the logic app.
func TestPlaybookNeedsBothRoles(t *testing.T) {
	a := open(t,
		emulator.WithIdentity(emulator.Identity{ClientID: "one", Secret: "s", Roles: []emulator.Role{emulator.SentinelResponder}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "both", Secret: "s", Roles: []emulator.Role{emulator.SentinelResponder, emulator.PlaybookOperator}}))
	a.makeSecret()
	const scope = "https://management.azure.com/.default"
	const body = `{"logicAppsResourceId":"/subscriptions/x","tenantId":"t"}`
	w := a.forScope("one", "s", scope).raw("POST", armPath("incidents/made/runPlaybook"), body)
	require.Equal(t, 403, w.Code)
	require.Contains(t, w.Body.String(), "LinkedAuthorizationFailed")
	both := a.forScope("both", "s", scope)
	both.do(204, "POST", armPath("incidents/made/runPlaybook"), body)
	both.do(404, "POST", armPath("incidents/nope/runPlaybook"), body)
	both.do(404, "POST", armPath("entities/00000000-0000-0000-0000-000000000000/runPlaybook"), body)
	both.do(400, "POST", armPath("incidents/made/runPlaybook"), `{}`)
	require.Equal(t, []emulator.PlaybookRun{{Time: a.clock.Now(), Who: "API-App:", LogicAppsResourceID: "/subscriptions/x", TenantID: "t", Workspace: emulator.WorkspaceName, IncidentID: "made"}}, a.e.PlaybookRuns())
}

// TestListsNeedResponder is a choice.
func TestListsNeedResponder(t *testing.T) {
	reader := emulator.WithIdentity(emulator.Identity{ClientID: "reader", Secret: "s", Roles: []emulator.Role{emulator.SentinelReader}})
	for _, need := range []bool{false, true} {
		a := open(t, reader, emulator.WithChoices(func(c *emulator.Choices) { c.ListsNeedResponder = need }))
		a.makeSecret()
		want := map[bool]int{false: 200, true: 403}[need]
		for _, list := range []string{"alerts", "bookmarks", "entities"} {
			a.forScope("reader", "s", "https://management.azure.com/.default").do(want, "POST", armPath("incidents/made/"+list), "")
		}
	}
}
