package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

func oneAlert(title string) alert.Draft {
	return alert.Draft{
		Title: title, Severity: alert.Medium, Category: alert.InitialAccess, Description: "About " + title + ".",
		Techniques: []attack.ID{"T1078"},
		Entities: []entity.Definition{
			entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
			entity.IPAddress("185.220.101.50").Related(),
		},
	}
}

// tenant starts an emulator on a socket, behind wrap if that is given, and
// returns a client of it.
func tenant(t *testing.T, wrap func(http.Handler) http.Handler) *graph.Client {
	t.Helper()
	e := emulator.New(emulator.WithClock(func() time.Time { return time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC) }))
	var handler http.Handler = e
	if wrap != nil {
		handler = wrap(e)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := graph.New(e.Credential(), client.WithCloud(e.Cloud(server.URL)), client.WithRetry(2, time.Millisecond, 10*time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestSubmit(t *testing.T) {
	c := tenant(t, nil)
	second := oneAlert("second")
	second.Severity = alert.High
	receipt, err := c.Submit(t.Context(), incident.Draft{
		Alerts: []alert.Draft{oneAlert("first"), second},
		Name:   "the name", Owner: "o@contoso.com", Tags: []string{"x"}, Comment: "look here",
	})
	require.NoError(t, err)
	require.True(t, receipt.Done())
	require.Equal(t, "1", receipt.IncidentID)
	require.Equal(t, "https://security.microsoft.com/incident2/1/overview?tid="+emulator.TenantID, receipt.IncidentWebURL)
	require.Len(t, receipt.Alerts, 2)
	for _, a := range receipt.Alerts {
		require.Contains(t, a.WebURL, "https://security.microsoft.com/alerts/"+a.ID)
		require.Equal(t, "manual_"+a.ID[:strings.LastIndex(a.ID, "_")], a.ProviderAlertID)
	}
	require.Empty(t, receipt.NotCarried)
	require.Empty(t, cmp.Diff([]incident.Step{
		{Action: incident.ActionCreateAlert, State: incident.StateDone},
		{Action: incident.ActionCreateAlert, Alert: 1, State: incident.StateDone},
		{Action: incident.ActionUpdateIncident, State: incident.StateDone},
		{Action: incident.ActionCommentOnIncident, State: incident.StateDone},
	}, receipt.Steps))

	i, err := c.GetIncidentWithAlerts(t.Context(), "1")
	require.NoError(t, err)
	require.Equal(t, "the name", i.DisplayName)
	require.Equal(t, "About first.", i.Description, "the first alert's description is the incident's")
	require.Equal(t, "o@contoso.com", i.AssignedTo)
	require.Equal(t, []string{"x"}, i.CustomTags)
	require.Equal(t, alert.High, i.Severity)
	require.Equal(t, incident.StatusActive, i.Status)
	require.Equal(t, "look here", i.Comments[0].Comment)
	require.Len(t, i.Alerts, 2)
	for n, a := range i.Alerts {
		require.Equal(t, receipt.Alerts[n].ID, a.ID)
		require.Equal(t, "1", a.IncidentID)
		require.Equal(t, alert.ServiceMicrosoft365Defender, a.ServiceSource)
		require.Equal(t, alert.DetectionManual, a.DetectionSource)
		require.Equal(t, "Microsoft Defender XDR", a.ProductName)
		require.Equal(t, alert.StatusNew, a.Status)
		require.True(t, strings.HasPrefix(a.ProviderAlertID, "manual_"))
		require.Equal(t, "manual_"+a.ID[:strings.LastIndex(a.ID, "_")], a.ProviderAlertID)
		require.Contains(t, a.AlertWebURL, a.ID)
		single, err := c.GetAlert(t.Context(), a.ID)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(a, *single))
	}
	bare, err := c.GetIncident(t.Context(), "1")
	require.NoError(t, err)
	require.Empty(t, bare.Alerts)
}

func TestSubmitJoinsAnIncident(t *testing.T) {
	c := tenant(t, nil)
	first, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("first")}})
	require.NoError(t, err)
	joining := oneAlert("joining")
	joining.LinkToIncident = 1
	second, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{joining}})
	require.NoError(t, err)
	require.Equal(t, first.IncidentID, second.IncidentID)

	joining.LinkToIncident = 99
	receipt, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{joining}, Comment: "c"})
	require.ErrorIs(t, err, client.ErrNotFound)
	require.ErrorContains(t, err, "step 1 of 2 (createAlert): POST /beta/security/alerts_v2/createAlert: 404 Not Found: NotFound: Incident 99 does not exist.")
	require.Equal(t, incident.StateFailed, receipt.Steps[0].State)
	require.Equal(t, incident.StatePending, receipt.Steps[1].State)
	require.Empty(t, receipt.IncidentID)
}

func TestSubmitSendsNothingInvalid(t *testing.T) {
	c := tenant(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	})
	receipt, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{{Title: "x"}}})
	require.Nil(t, receipt)
	invalid, ok := errors.AsType[*incident.ValidationError](err)
	require.True(t, ok)
	require.Len(t, invalid.Problems, 4)
}

// TestSubmitIsNotRepeated cuts the connection of each step after the service
// has acted, and looks at what the receipt says and what the service has.
func TestSubmitIsNotRepeated(t *testing.T) {
	draft := incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}, Name: "n", Comment: "c"}
	for _, tt := range []struct {
		cut    int // the request of the API that is cut, from 1
		states string
	}{
		{1, "uncertain pending pending pending"},
		{2, "done uncertain pending pending"},
		// Reading and the PATCH may be executed twice, so they are simply sent again.
		{3, "done done done done"},
		{4, "done done done done"},
		{5, "done done done uncertain"},
	} {
		t.Run(fmt.Sprint(tt.cut), func(t *testing.T) {
			var mu sync.Mutex
			requests := 0
			executed := map[string]int{}
			c := tenant(t, func(e http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(r.URL.Path, "/token") {
						e.ServeHTTP(w, r)
						return
					}
					mu.Lock()
					requests++
					executed[r.Method+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]]++
					cut := requests == tt.cut
					mu.Unlock()
					if cut {
						e.ServeHTTP(httptest.NewRecorder(), r)
						panic(http.ErrAbortHandler)
					}
					e.ServeHTTP(w, r)
				})
			})
			receipt, err := c.Submit(t.Context(), draft)
			var states []string
			for _, s := range receipt.Steps {
				states = append(states, string(s.State))
			}
			require.Equal(t, tt.states, strings.Join(states, " "))
			repeated := tt.cut == 3 || tt.cut == 4
			require.Equal(t, repeated, err == nil)
			require.Equal(t, !repeated, errors.Is(err, client.ErrOutcomeUnknown))
			mu.Lock()
			defer mu.Unlock()
			require.Equal(t, min(tt.cut, 2), executed["POST createAlert"])
			require.Equal(t, min(max(tt.cut-2, 0), 1), executed["POST comments"])
		})
	}
}

// TestConcurrentSubmits share a client and a draft, and leave no goroutine
// behind.
func TestConcurrentSubmits(t *testing.T) {
	before := runtime.NumGoroutine()
	e := emulator.New()
	server := httptest.NewServer(e)
	c, err := graph.New(e.Credential(), client.WithCloud(e.Cloud(server.URL)))
	require.NoError(t, err)
	draft := incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}, Name: "n", Tags: []string{"x"}, Comment: "c"}
	var group sync.WaitGroup
	var ids sync.Map
	for range 16 {
		group.Go(func() {
			receipt, err := c.Submit(t.Context(), draft)
			if err == nil {
				ids.Store(receipt.IncidentID, true)
			}
		})
	}
	group.Wait()
	n := 0
	ids.Range(func(any, any) bool { n++; return true })
	require.Equal(t, 16, n, "sixteen incidents")
	c.CloseIdleConnections()
	server.Close()
	// Not by require.Eventually, which starts goroutines of its own.
	for start := time.Now(); runtime.NumGoroutine() > before && time.Since(start) < 10*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// fake answers every request of the API with one body.
func fake(t *testing.T, status int, body string, look func(*http.Request, string)) *graph.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		if look != nil {
			look(r, string(data))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	cloud := client.Cloud{Name: "fake", Authority: server.URL, Graph: server.URL, Portal: "https://portal.example", CreatesAlerts: true}
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "t"})), client.WithCloud(cloud))
	require.NoError(t, err)
	return c
}

func TestAnswersThatLie(t *testing.T) {
	c := fake(t, http.StatusCreated, `{}`, nil)
	receipt, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("x")}})
	require.ErrorIs(t, err, client.ErrOutcomeUnknown, "created, but which?")
	require.Equal(t, incident.StateUncertain, receipt.Steps[0].State)

	c = fake(t, http.StatusCreated, `{"id":"a","incidentId":"12x"}`, nil)
	receipt, err = c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("x"), oneAlert("y")}})
	require.ErrorContains(t, err, `step 2 of 2 (createAlert): the service named the incident "12x"`)
	require.Equal(t, incident.StateDone, receipt.Steps[0].State)
	require.Len(t, receipt.Alerts, 1)

	c = fake(t, http.StatusCreated, `{"id":"a"}`, nil)
	receipt, err = c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("x")}, Comment: "c"})
	require.Error(t, err, "no incident to comment on")
	require.Equal(t, incident.StateFailed, receipt.Steps[1].State)

	c = fake(t, http.StatusCreated, `{"id":"a","incidentId":"12"}`, nil)
	receipt, err = c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("x")}})
	require.NoError(t, err)
	require.Equal(t, "https://portal.example/incident2/12/overview", receipt.IncidentWebURL)
}

// TestTheScopeIsTheAPIs: a token for another API would be refused.
func TestTheScopeIsTheAPIs(t *testing.T) {
	var scope string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scope = r.PostFormValue("scope")
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	c, err := graph.New(client.ClientSecret("t", "c", "s"), client.WithCloud(client.Cloud{Authority: server.URL, Graph: "https://graph.example"}))
	require.NoError(t, err)
	_, err = c.GetAlert(t.Context(), "x")
	require.Error(t, err)
	require.Equal(t, "https://graph.example/.default", scope)
}

// TestTheFirstAlertNamesTheIncident, also when the service puts a later one
// somewhere else; and a cloud without a portal gives no link.
func TestTheFirstAlertNamesTheIncident(t *testing.T) {
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		fmt.Fprintf(w, `{"id":"a%[1]d","incidentId":"%[1]d"}`, n)
	}))
	defer server.Close()
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL, CreatesAlerts: true}))
	require.NoError(t, err)
	receipt, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("x"), oneAlert("y")}})
	require.NoError(t, err)
	require.Equal(t, "1", receipt.IncidentID)
	require.Empty(t, receipt.IncidentWebURL)
}

func TestRulesOfTheClient(t *testing.T) {
	d := oneAlert("x")
	d.Entities = d.Entities[1:]
	e := emulator.New()
	for _, tt := range []struct {
		opts []client.Option
		ok   bool
	}{
		{nil, false},
		{[]client.Option{client.WithRules(alert.ImpactedOptional())}, true},
	} {
		c, err := graph.New(e.Credential(), append(tt.opts, client.WithCloud(e.Cloud("https://tenant.example")), client.WithTransport(e))...)
		require.NoError(t, err)
		_, err = c.CreateAlert(t.Context(), d)
		require.Equal(t, tt.ok, err == nil, "%v", err)
		_, err = c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{d}})
		require.Equal(t, tt.ok, err == nil, "%v", err)
	}
}

func TestChinaCannotCreate(t *testing.T) {
	c, err := graph.New(client.ClientSecret("t", "c", "s"), client.WithCloud(client.China()))
	require.NoError(t, err)
	_, err = c.CreateAlert(t.Context(), oneAlert("x"))
	require.EqualError(t, err, "graph: cloud china has no API to create alerts; nothing was sent")
}

func TestNewRefuses(t *testing.T) {
	_, err := graph.New(nil)
	require.EqualError(t, err, "graph: client: there is no credential")
}

func ExampleClient_Submit() {
	// A tenant in this process stands in for a real one, for which the first
	// lines would be graph.New(client.ClientSecret(tenantID, clientID, secret)).
	tenant := emulator.New()
	defender, err := graph.New(tenant.Credential(),
		client.WithCloud(tenant.Cloud("https://tenant.example")), client.WithTransport(tenant))
	if err != nil {
		fmt.Println(err)
		return
	}
	draft := incident.Draft{Alerts: []alert.Draft{{
		Title: "Suspicious login from TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
		Description: "The account signed in from an address on the TOR exit list.",
		Techniques:  []attack.ID{"T1078"},
		Entities: []entity.Definition{
			entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
			entity.IPAddress("185.220.101.50").Related(),
		},
	}}}
	receipt, err := defender.Submit(context.Background(), draft)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("incident", receipt.IncidentID)
	// Output: incident 1
}
