package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

// api calls a tenant by its wire form.
type api struct {
	t     testing.TB
	e     *emulator.Tenant
	token string
	clock *clock
}

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) Advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// open opens a tenant that leaves alerts where they were put.
func open(t testing.TB, opts ...emulator.Option) api {
	t.Helper()
	return correlating(t, append([]emulator.Option{emulator.WithoutCorrelation()}, opts...)...)
}

// correlating opens one that does what it does by default.
func correlating(t testing.TB, opts ...emulator.Option) api {
	t.Helper()
	c := &clock{now: time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)}
	e := emulator.New(append([]emulator.Option{emulator.WithClock(c.Now)}, opts...)...)
	a := api{t: t, e: e, clock: c}
	if w := issue(e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://graph.microsoft.com/.default", "client_credentials"); w.Code == 200 {
		a.token = token(t, e)
	}
	if checked, ok := t.(*testing.T); ok {
		checked.Cleanup(func() { require.NoError(t, e.Check()) })
	}
	return a
}

// as returns the API as another identity uses it.
func (a api) as(clientID, secret string) api {
	return a.forScope(clientID, secret, "https://graph.microsoft.com/.default")
}

func (a api) forScope(clientID, secret, scope string) api {
	w := issue(a.e, emulator.TenantID, clientID, secret, scope, "client_credentials")
	require.Equal(a.t, 200, w.Code, w.Body)
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(a.t, json.Unmarshal(w.Body.Bytes(), &answer))
	a.token = answer.Token
	return a
}

// signedIn returns the API as a person uses it who has signed in by a code.
func (a api) signedIn(upn, scope string) api {
	a.t.Helper()
	var code struct {
		User   string `json:"user_code"`
		Device string `json:"device_code"`
	}
	require.NoError(a.t, json.Unmarshal(form(a.e, "devicecode", "client_id", emulator.ClientID, "scope", scope).Body.Bytes(), &code))
	require.NoError(a.t, a.e.SignIn(code.User, upn))
	w := form(a.e, "token", "client_id", emulator.ClientID, "device_code", code.Device, "grant_type", "urn:ietf:params:oauth:grant-type:device_code")
	require.Equal(a.t, 200, w.Code, w.Body)
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(a.t, json.Unmarshal(w.Body.Bytes(), &answer))
	a.token = answer.Token
	return a
}

// form posts a form to the authority.
func form(e *emulator.Tenant, endpoint string, pairs ...string) *httptest.ResponseRecorder {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", "/"+emulator.TenantID+"/oauth2/v2.0/"+endpoint, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// sentinel has a token for Azure Resource Manager.
func (a api) sentinel() api {
	return a.forScope(emulator.ClientID, emulator.ClientSecret, "https://management.azure.com/.default")
}

// armPath is the path of something in the workspace that a tenant has, in the
// stable version.
func armPath(path string) string {
	path, query, _ := strings.Cut(path, "?")
	return "/subscriptions/" + emulator.SubscriptionID + "/resourceGroups/" + emulator.ResourceGroup + "/providers/Microsoft.OperationalInsights/workspaces/" + emulator.WorkspaceName +
		"/providers/Microsoft.SecurityInsights/" + path + "?api-version=2025-09-01&" + query
}

// later lets time go by, and gets a new token.
func (a api) later(d time.Duration) api {
	a.clock.Advance(d)
	return a.as(emulator.ClientID, emulator.ClientSecret)
}

func (a api) raw(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+a.token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.e.ServeHTTP(w, r)
	return w
}

// object is a JSON object.
type object map[string]any

func (o object) text(path ...string) string {
	var v any = map[string]any(o)
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (o object) list(name string) (list []object) {
	items, _ := o[name].([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		list = append(list, m)
	}
	return list
}

// do makes a call that answers with a status, and returns the answer.
func (a api) do(status int, method, path, body string, header ...string) object {
	a.t.Helper()
	w := a.raw(method, path, body, header...)
	require.Equal(a.t, status, w.Code, "%s %s: %s", method, path, w.Body)
	var o object
	if w.Body.Len() > 0 {
		require.NoError(a.t, json.Unmarshal(w.Body.Bytes(), &o))
	}
	return o
}

// raise creates an alert and returns it. The changes are names and JSON values of
// members of the draft.
func (a api) raise(title string, changes ...string) object {
	a.t.Helper()
	return a.do(201, "POST", "/beta/security/alerts_v2/createAlert", draft(title, changes...))
}

func draft(title string, changes ...string) string {
	members := map[string]string{
		"title": quoted(title), "severity": `"medium"`, "description": quoted("About " + title + "."), "category": `"Execution"`,
		"entityDefinitions": `[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"jo@contoso.com","role":"impacted"},
			{"entityType":"ip","entityIdentifier":"address","identifierValue":"185.220.101.50","role":"related"}]`,
	}
	for i := 0; i < len(changes); i += 2 {
		if members[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(members, changes[i])
		}
	}
	var parts []string
	for name, value := range members {
		parts = append(parts, quoted(name)+":"+value)
	}
	return `{"createAlertInput":{` + strings.Join(parts, ",") + `}}`
}

func quoted(s string) string {
	data, _ := json.Marshal(s)
	return string(data)
}

func (a api) alert(id string) object    { return a.do(200, "GET", "/v1.0/security/alerts_v2/"+id, "") }
func (a api) incident(id string) object { return a.do(200, "GET", "/v1.0/security/incidents/"+id, "") }
func (a api) patch(id, body string) object {
	return a.do(200, "PATCH", "/v1.0/security/incidents/"+id, body)
}

// hunt runs a query and returns the rows as text.
func (a api) hunt(query string) []object {
	a.t.Helper()
	return a.do(200, "POST", "/v1.0/security/runHuntingQuery", `{"Query":`+quoted(query)+`}`).list("results")
}

// texts collects a member of each object.
func texts(list []object, name string) []string {
	out := []string{}
	for _, o := range list {
		out = append(out, o.text(name))
	}
	return out
}

// field returns a member of a JSON object.
func field(t testing.TB, data []byte, name string) string {
	t.Helper()
	var o object
	require.NoError(t, json.Unmarshal(data, &o))
	return o.text(name)
}
