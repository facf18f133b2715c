package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
)

const validAlert = `{"createAlertInput":{"title":"t","severity":"low","description":"d","category":"Execution","entityDefinitions":[` +
	`{"entityType":"ip","entityIdentifier":"address","identifierValue":"10.0.0.1","role":"related"}]}}`

func call(h http.Handler, method, target, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func issue(h http.Handler, tenant, id, secret, scope, grant string) *httptest.ResponseRecorder {
	form := url.Values{"client_id": {id}, "client_secret": {secret}, "scope": {scope}, "grant_type": {grant}}
	r := httptest.NewRequest(http.MethodPost, "/"+tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func token(t testing.TB, h http.Handler) string {
	t.Helper()
	w := issue(h, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://graph.microsoft.com/.default", "client_credentials")
	require.Equal(t, 200, w.Code)
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	require.Equal(t, "Bearer", answer.TokenType)
	require.Equal(t, 3599, answer.ExpiresIn)
	return answer.AccessToken
}

func TestTokenEndpoint(t *testing.T) {
	e := emulator.New()
	const scope, grant = "https://graph.microsoft.com/.default", "client_credentials"
	for _, tt := range []struct {
		name                             string
		tenant, id, secret, scope, grant string
		status                           int
		code                             string
	}{
		{"tenant", "other", emulator.ClientID, emulator.ClientSecret, scope, grant, 400, "invalid_request"},
		{"application", emulator.TenantID, "x", emulator.ClientSecret, scope, grant, 401, "unauthorized_client"},
		{"secret", emulator.TenantID, emulator.ClientID, "x", scope, grant, 401, "invalid_client"},
		{"scope", emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "x", grant, 400, "invalid_scope"},
		{"grant", emulator.TenantID, emulator.ClientID, emulator.ClientSecret, scope, "password", 400, "unsupported_grant_type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := issue(e, tt.tenant, tt.id, tt.secret, tt.scope, tt.grant)
			require.Equal(t, tt.status, w.Code)
			require.Contains(t, w.Body.String(), `"error":"`+tt.code+`"`)
			require.Contains(t, w.Body.String(), "AADSTS")
		})
	}
}

// routes are all routes of the API, with a body that each accepts.
var routes = []struct{ method, path, body string }{
	{"POST", "/beta/security/alerts_v2/createAlert", validAlert},
	{"GET", "/v1.0/security/alerts_v2/x", ""},
	{"GET", "/v1.0/security/incidents/1", ""},
	{"PATCH", "/v1.0/security/incidents/1", `{"displayName":"n"}`},
	{"POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`},
}

func TestEveryRouteNeedsAToken(t *testing.T) {
	now := time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)
	e := emulator.New(emulator.WithClock(func() time.Time { return now }))
	valid := token(t, e)
	for _, r := range routes {
		for _, bad := range []string{"", "x", valid + "x"} {
			w := call(e, r.method, r.path, bad, r.body)
			require.Equal(t, 401, w.Code, r.path)
			require.Contains(t, w.Body.String(), `"code":"InvalidAuthenticationToken"`)
		}
	}
	require.Equal(t, 404, call(e, "GET", "/v1.0/security/incidents/1", valid, "").Code, "nothing was created")
	now = now.Add(3599 * time.Second)
	require.Equal(t, 401, call(e, "GET", "/v1.0/security/incidents/1", valid, "").Code, "the token has expired")
}

func TestRefusals(t *testing.T) {
	e := emulator.New()
	valid := token(t, e)
	require.Equal(t, 201, call(e, "POST", "/beta/security/alerts_v2/createAlert", valid, validAlert).Code)
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"no body", "POST", "/beta/security/alerts_v2/createAlert", "", 400, "InvalidRequestBody"},
		{"no wrapper", "POST", "/beta/security/alerts_v2/createAlert", `{"title":"t"}`, 400, "The property 'title' does not exist"},
		{"no input", "POST", "/beta/security/alerts_v2/createAlert", `{}`, 400, "createAlertInput is missing"},
		{"empty input", "POST", "/beta/security/alerts_v2/createAlert", `{"createAlertInput":{}}`, 400, "severity is missing"},
		{"creation is beta only", "POST", "/v1.0/security/alerts_v2/createAlert", validAlert, 501, "has no route for POST /v1.0/security/alerts_v2/createAlert"},
		{"unknown alert", "GET", "/v1.0/security/alerts_v2/nope", "", 404, "NotFound"},
		{"unknown incident", "GET", "/v1.0/security/incidents/2", "", 404, "NotFound"},
		{"another spelling of an id", "GET", "/v1.0/security/incidents/01", "", 404, "NotFound"},
		{"expand", "GET", "/v1.0/security/incidents/1?$expand=owner", "", 400, "Only alerts can be expanded"},
		{"list of comments", "POST", "/v1.0/security/incidents/1/comments", `[{"comment":"c"}]`, 400, "InvalidRequestBody"},
		{"empty comment", "POST", "/v1.0/security/incidents/1/comments", `{}`, 400, "Empty Payload"},
		{"a path that is no text", "GET", "/%80", "", 501, "has no route for GET /\ufffd"},
		{"unknown route", "DELETE", "/v1.0/security/incidents/1", "", 501, "NotImplemented"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := call(e, tt.method, tt.path, valid, tt.body)
			require.Equal(t, tt.status, w.Code, w.Body.String())
			require.Contains(t, w.Body.String(), tt.want)
			require.NotEmpty(t, w.Header().Get("request-id"))
		})
	}
}

func TestSameSeedSameIDs(t *testing.T) {
	create := func(e *emulator.Tenant) string {
		return call(e, "POST", "/beta/security/alerts_v2/createAlert", token(t, e), validAlert).Body.String()
	}
	clock := emulator.WithClock(func() time.Time { return time.Unix(0, 0) })
	require.Equal(t, create(emulator.New(clock)), create(emulator.New(clock, emulator.WithSeed(1))))
	require.NotEqual(t, create(emulator.New(clock)), create(emulator.New(clock, emulator.WithSeed(2))))
}

// TestRoundTripObeysTheContext runs in a bubble, where a real socket would hang.
func TestRoundTripObeysTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulator.New()
		c, err := graph.New(e.Credential(), client.WithCloud(e.Cloud("https://tenant.example")), client.WithTransport(e))
		require.NoError(t, err)
		a, err := c.CreateAlert(t.Context(), alert.Draft{
			Title: "t", Severity: alert.Low, Description: "d", Category: alert.Execution,
			Entities: []entity.Definition{entity.IPAddress("10.0.0.1").Impacted()},
		})
		require.NoError(t, err)
		time.Sleep(2 * time.Hour)
		_, err = c.GetAlert(t.Context(), a.ID)
		require.NoError(t, err, "a new token is fetched when the old one has expired")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = c.GetAlert(ctx, a.ID)
		require.ErrorIs(t, err, context.Canceled)
	})
}

// blocked is a body that says nothing until it is closed.
type blocked chan struct{}

func (b blocked) Read([]byte) (int, error) { <-b; return 0, io.EOF }
func (b blocked) Close() error             { return nil }

// TestRoundTripEndsWithItsContext has a request that the tenant cannot have read.
func TestRoundTripEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := make(blocked)
		defer close(body)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		e := emulator.New()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://tenant.example/beta/security/alerts_v2/createAlert", body)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token(t, e))
		_, err = e.RoundTrip(r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// TestRoundTripLeavesTheRequestAlone, as http.RoundTripper demands.
func TestRoundTripLeavesTheRequestAlone(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "https://tenant.example/v1.0/security/incidents/1", nil)
	require.NoError(t, err)
	resp, err := emulator.New().RoundTrip(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 401, resp.StatusCode)
	require.Nil(t, r.Body)
	require.Empty(t, r.RequestURI)
}

func TestConcurrentUse(t *testing.T) {
	e := emulator.New()
	valid := token(t, e)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				for _, r := range routes {
					call(e, r.method, r.path, valid, r.body)
				}
			}
		})
	}
	group.Wait()
	w := call(e, "GET", "/v1.0/security/incidents/400?$expand=alerts", valid, "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, 404, call(e, "GET", "/v1.0/security/incidents/401", valid, "").Code)
}

// TestWhatChangesAnIncident looks at an incident after each thing that is done
// to it, a minute apart.
func TestWhatChangesAnIncident(t *testing.T) {
	now := time.Date(2026, 8, 4, 10, 0, 0, 123456789, time.UTC)
	e := emulator.New(emulator.WithClock(func() time.Time { return now }))
	valid := token(t, e)
	type state struct{ Severity, Created, Updated string }
	look := func() state {
		var i struct{ Severity, CreatedDateTime, LastUpdateDateTime string }
		require.NoError(t, json.Unmarshal(call(e, "GET", "/v1.0/security/incidents/1", valid, "").Body.Bytes(), &i))
		return state{i.Severity, i.CreatedDateTime, i.LastUpdateDateTime}
	}
	const created = "2026-08-04T10:00:00.1234567Z"
	link := func(severity string) string {
		return strings.Replace(strings.Replace(validAlert, `"low"`, `"`+severity+`"`, 1), `"title"`, `"mitreTechniques":["T1078"],"linkToIncident":1,"title"`, 1)
	}
	w := call(e, "POST", "/beta/security/alerts_v2/createAlert", valid, strings.Replace(link("medium"), `"linkToIncident":1,`, "", 1))
	require.Equal(t, 201, w.Code)
	require.Contains(t, w.Body.String(), `"mitreTechniques":["T1078"]`)
	require.Equal(t, state{"medium", created, created}, look())
	for _, step := range []struct{ method, path, body, severity, updated string }{
		{"POST", "/beta/security/alerts_v2/createAlert", link("low"), "medium", "2026-08-04T10:01:00.1234567Z"},
		{"POST", "/beta/security/alerts_v2/createAlert", link("high"), "high", "2026-08-04T10:02:00.1234567Z"},
		{"PATCH", "/v1.0/security/incidents/1", `{"displayName":"n"}`, "high", "2026-08-04T10:03:00.1234567Z"},
		{"POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`, "high", "2026-08-04T10:04:00.1234567Z"},
	} {
		now = now.Add(time.Minute)
		require.Less(t, call(e, step.method, step.path, valid, step.body).Code, 300)
		require.Equal(t, state{step.severity, created, step.updated}, look())
	}
}

func TestCommentsAreKept(t *testing.T) {
	e := emulator.New()
	valid := token(t, e)
	require.Equal(t, 201, call(e, "POST", "/beta/security/alerts_v2/createAlert", valid, validAlert).Code)
	for _, text := range []string{"one", "two"} {
		require.Equal(t, 200, call(e, "POST", "/v1.0/security/incidents/1/comments", valid, `{"comment":"`+text+`"}`).Code)
	}
	var i struct{ Comments []struct{ Comment string } }
	require.NoError(t, json.Unmarshal(call(e, "GET", "/v1.0/security/incidents/1", valid, "").Body.Bytes(), &i))
	require.Len(t, i.Comments, 2)
	require.Equal(t, "one", i.Comments[0].Comment)
	require.Equal(t, "two", i.Comments[1].Comment)
}

// TestRequestsAreBounded sends more than 4 MB to every call that reads a body,
// and to the token endpoint.
func TestRequestsAreBounded(t *testing.T) {
	e := emulator.New()
	valid := token(t, e)
	long := `{"comment":"` + strings.Repeat("a", 5<<20) + `"}`
	tried := 0
	for _, r := range e.Routes() {
		if r.Method == http.MethodGet || !strings.Contains(r.Pattern, "/security/") {
			continue
		}
		tried++
		w := call(e, r.Method, strings.Replace(r.Pattern, "{id}", "1", 1), valid, long)
		require.Equal(t, 413, w.Code, r.Pattern)
		require.Contains(t, w.Body.String(), "longer than 4 MB")
	}
	require.Greater(t, tried, 10)
	require.Equal(t, 413, call(e, "POST", "/v1.0/$batch", valid, long).Code)
	require.Equal(t, 413, form(e, "token", "grant_type", long).Code)
}

// TestTheTenantActsThoughTheCallerHasGone, as a real one does.
func TestTheTenantActsThoughTheCallerHasGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := emulator.New()
	valid := token(t, e)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://tenant.example/beta/security/alerts_v2/createAlert", strings.NewReader(validAlert))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+valid)
	cancel()
	_, _ = e.RoundTrip(r)
	require.Eventually(t, func() bool { return call(e, "GET", "/v1.0/security/incidents/1", valid, "").Code == 200 }, 10*time.Second, time.Millisecond)
}

// TestAQueryEndsWithItsCaller: what only reads does not go on for nobody, which a
// query of many rows would do for minutes.
func TestAQueryEndsWithItsCaller(t *testing.T) {
	a := open(t)
	for range 300 {
		a.raise("x")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	body := strings.NewReader(`{"query":"AlertInfo | join kind=inner AlertInfo on Severity | join kind=inner AlertInfo on Severity | join kind=inner AlertInfo on Severity | count"}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://tenant.example/v1.0/security/runHuntingQuery", body)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+a.token)
	before := len(a.e.Requests())
	_, err = a.e.RoundTrip(r)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Eventually(t, func() bool { return len(a.e.Requests()) > before }, 10*time.Second, time.Millisecond)
	require.Equal(t, 504, a.e.Requests()[before].Status)
}

// TestHEADHasNoBody, in memory as little as over a socket.
func TestHEADHasNoBody(t *testing.T) {
	a := open(t)
	server := httptest.NewServer(a.e)
	defer server.Close()
	var lengths []int64
	for _, c := range []*http.Client{{Transport: a.e}, server.Client()} {
		r, err := http.NewRequest(http.MethodHead, server.URL+"/v1.0/security/incidents", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+a.token)
		resp, err := c.Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Empty(t, body)
		lengths = append(lengths, resp.ContentLength)
	}
	require.Positive(t, lengths[0])
	require.Equal(t, lengths[1], lengths[0])
}

func ExampleTenant() {
	tenant := emulator.New()
	server := httptest.NewServer(tenant)
	defer server.Close()
	defender, err := graph.New(tenant.Credential(), client.WithCloud(tenant.Cloud(server.URL)))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = defender.GetIncident(context.Background(), "42")
	fmt.Println(err.(*client.Error).Code)
	// Output: NotFound
}

// An incident that was raised through Microsoft Graph is in the workspace of
// Microsoft Sentinel, and what is changed there is changed.
func ExampleTenant_sentinel() {
	ctx := context.Background()
	tenant := emulator.New()
	options := []client.Option{client.WithCloud(tenant.Cloud("https://tenant.example")), client.WithTransport(tenant)}
	defender, err := graph.New(tenant.Credential(), options...)
	if err != nil {
		fmt.Println(err)
		return
	}
	where := arm.Workspace{SubscriptionID: emulator.SubscriptionID, ResourceGroup: emulator.ResourceGroup, Name: emulator.WorkspaceName}
	sentinel, err := arm.New(tenant.Credential(), where, options...)
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := defender.CreateAlert(ctx, alert.Draft{
		Title: "Suspicious login", Severity: alert.High, Category: alert.InitialAccess, Description: "d",
		Entities: []entity.Definition{entity.UserByPrincipalName("jo@contoso.com").Impacted()},
	}); err != nil {
		fmt.Println(err)
		return
	}
	for i, err := range sentinel.ListIncidents(ctx, arm.ListOptions{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i.Properties.ProviderName, i.Properties.ProviderIncidentID, i.Properties.Title)
		if _, err := sentinel.UpdateIncident(ctx, i.Name, func(s *arm.IncidentSettings) error { s.Status = arm.StatusActive; return nil }); err != nil {
			fmt.Println(err)
		}
	}
	changed, err := defender.GetIncident(ctx, "1")
	fmt.Println(changed.Status, err)
	// Output:
	// Microsoft XDR 1 Suspicious login
	// inProgress <nil>
}
