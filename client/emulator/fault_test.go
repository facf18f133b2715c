package emulator_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// TestFaults looks at what a caller gets of each fault, by a socket and in
// process, and at what the tenant says it did.
func TestFaults(t *testing.T) {
	const create, get = "/beta/security/alerts_v2/createAlert", "/v1.0/security/incidents/1"
	for _, tt := range []struct {
		fault        emulator.Fault
		method, path string
		body         string
		status       int    // 0 for none
		want         string // in the answer
		cut          bool   // the answer breaks off
		acted        bool
		real         int // what the tenant answered
	}{
		{emulator.Fault{Kind: emulator.AnswerStatus, RetryAfter: "7"}, "POST", create, draft("x"), 429, "TooManyRequests", false, false, 429},
		{emulator.Fault{Kind: emulator.AnswerStatus, Status: 503}, "POST", create, draft("x"), 503, "ServiceUnavailable", false, false, 503},
		{emulator.Fault{Kind: emulator.ResetBefore}, "POST", create, draft("x"), 0, "", false, false, 0},
		{emulator.Fault{Kind: emulator.ResetAfter}, "POST", create, draft("x"), 0, "", false, true, 201},
		{emulator.Fault{Kind: emulator.Truncate}, "POST", create, draft("x"), 201, `"title":"x"`, true, true, 201},
		{emulator.Fault{Kind: emulator.WrongType}, "POST", create, draft("x"), 201, "<!DOCTYPE html>", false, true, 201},
		{emulator.Fault{Kind: emulator.ExpireToken}, "POST", create, draft("x"), 401, "InvalidAuthenticationToken", false, false, 401},
		{emulator.Fault{Kind: emulator.StaleRead}, "GET", get, "", 404, "NotFound", false, false, 404},
		{emulator.Fault{Kind: emulator.StaleRead}, "POST", create, draft("x"), 201, `"title":"x"`, false, true, 201},
		{emulator.Fault{Kind: emulator.ForeignNextLink}, "GET", "/v1.0/security/incidents?$top=1", "", 200, `"@odata.nextLink":"https://elsewhere.example/v1.0/security/incidents?`, false, false, 200},
		{emulator.Fault{Kind: emulator.Latency, Delay: time.Millisecond}, "GET", get, "", 200, `"id":"1"`, false, false, 200},
		{emulator.Fault{Kind: emulator.ResetBefore, Method: "PATCH"}, "GET", get, "", 200, `"id":"1"`, false, false, 200},
		{emulator.Fault{Kind: emulator.ResetBefore, Path: "/alerts_v2"}, "GET", get, "", 200, `"id":"1"`, false, false, 200},
		{emulator.Fault{Kind: emulator.ResetBefore, Requests: []int{2, 3}}, "GET", get, "", 200, `"id":"1"`, false, false, 200},
	} {
		for _, socket := range []bool{true, false} {
			t.Run(fmt.Sprint(tt.fault.Kind, " ", tt.method, " ", socket), func(t *testing.T) {
				a := open(t)
				a.raise("first")
				a.raise("second")
				server := httptest.NewServer(a.e)
				defer server.Close()
				root, transport := server.URL, http.RoundTripper(http.DefaultTransport.(*http.Transport).Clone())
				if !socket {
					root, transport = "https://tenant.example", a.e
				}
				remove := a.e.Inject(tt.fault)
				r, err := http.NewRequestWithContext(t.Context(), tt.method, root+tt.path, strings.NewReader(tt.body))
				require.NoError(t, err)
				r.Header.Set("Authorization", "Bearer "+a.token)
				// Without GetBody net/http does not send it again by itself.
				r.GetBody = nil
				if tt.method == "GET" {
					r.Body = nil
				}
				resp, err := transport.RoundTrip(r)
				remove()
				if tt.status == 0 {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					data, err := io.ReadAll(resp.Body)
					require.NoError(t, resp.Body.Close())
					require.Equal(t, tt.status, resp.StatusCode)
					require.Contains(t, string(data), tt.want)
					require.Equal(t, tt.cut, errors.Is(err, io.ErrUnexpectedEOF))
					require.Equal(t, tt.fault.RetryAfter, resp.Header.Get("Retry-After"))
				}
				last := a.e.Requests()[len(a.e.Requests())-1]
				require.Equal(t, []any{tt.method, tt.acted, tt.real}, []any{last.Method, last.Acted, last.Status})
				want := 2
				if tt.acted {
					want = 3
				}
				require.Equal(t, fmt.Sprint(want), a.do(200, "GET", "/v1.0/security/alerts_v2?$count=true", "").text("@odata.count"))
			})
		}
	}
}

// TestTheSameSeedStrikesTheSame: a run that failed can be repeated.
func TestTheSameSeedStrikesTheSame(t *testing.T) {
	strikes := func(seed uint64) (hit string) {
		a := open(t, emulator.WithSeed(seed))
		a.e.Inject(emulator.Fault{Kind: emulator.AnswerStatus, Status: 500, Probability: 0.3})
		for range 200 {
			hit += fmt.Sprint(a.raw("GET", "/v1.0/security/incidents", "").Code / 100)
		}
		return hit
	}
	first := strikes(7)
	require.Equal(t, first, strikes(7))
	require.NotEqual(t, first, strikes(8))
	n := strings.Count(first, "5")
	require.Greater(t, n, 30)
	require.Less(t, n, 90)
}

// TestNothingIsDoubledOrLost raises through a network that breaks, and finds in
// the tenant's own record what was done.
func TestNothingIsDoubledOrLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulator.New()
		e.Inject(emulator.Fault{Kind: emulator.ResetBefore, Path: "/createAlert", Probability: 0.2})
		e.Inject(emulator.Fault{Kind: emulator.ResetAfter, Path: "/createAlert", Probability: 0.2})
		e.Inject(emulator.Fault{Kind: emulator.AnswerStatus, RetryAfter: "2", Path: "/createAlert", Probability: 0.2})
		e.Inject(emulator.Fault{Kind: emulator.Latency, Delay: 3 * time.Second, Probability: 0.5})
		c, err := graph.New(e.Credential(), client.WithCloud(e.Cloud("https://tenant.example")), client.WithTransport(e))
		require.NoError(t, err)
		sure, unsure := 0, 0
		for n := range 50 {
			_, err := c.CreateAlert(t.Context(), alert.Draft{
				Title: fmt.Sprint(n), Severity: alert.Low, Description: "d", Category: alert.Execution,
				Entities: []entity.Definition{entity.IPAddress("10.0.0.1").Impacted()},
			})
			switch {
			case err == nil:
				sure++
			case errors.Is(err, client.ErrOutcomeUnknown):
				unsure++
			}
		}
		acted := 0
		for _, r := range e.Requests() {
			if r.Acted {
				acted++
			}
		}
		require.Positive(t, sure)
		require.Positive(t, unsure)
		require.GreaterOrEqual(t, acted, sure, "what the caller was told was done")
		require.LessOrEqual(t, acted, sure+unsure, "nothing was done twice")
	})
}

// TestAWeekInAMoment: time goes as fast as a bubble lets it.
func TestAWeekInAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulator.New()
		c, err := graph.New(e.Credential(), client.WithCloud(e.Cloud("https://tenant.example")), client.WithTransport(e))
		require.NoError(t, err)
		start := time.Now()
		for day := range 7 {
			_, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{{
				Title: fmt.Sprint("day ", day), Severity: alert.Low, Description: "d", Category: alert.Execution,
				Entities: []entity.Definition{entity.IPAddress("10.0.0.1").Impacted()},
			}}})
			require.NoError(t, err)
			time.Sleep(24 * time.Hour)
		}
		i, err := c.GetIncident(t.Context(), "7")
		require.NoError(t, err)
		require.Equal(t, start.Add(6*24*time.Hour).UTC(), i.CreatedDateTime)
	})
}

func TestStart(t *testing.T) {
	running := emulator.Start(t)
	receipt, err := running.Graph.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{{
		Title: "x", Severity: alert.Low, Description: "d", Category: alert.Execution,
		Entities: []entity.Definition{entity.IPAddress("10.0.0.1").Impacted()},
	}}})
	require.NoError(t, err)
	require.Equal(t, "1", receipt.IncidentID)
	requests := running.Requests()
	require.Equal(t, "API-App:"+emulator.ClientID, requests[len(requests)-1].Who)
	require.NotEmpty(t, requests[len(requests)-1].RequestID)
}

// TestTheLogIsBounded and has the items of batches.
func TestTheLogIsBounded(t *testing.T) {
	a := open(t)
	a.raise("x")
	a.do(200, "POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"PATCH","url":"/security/incidents/1","headers":{"Content-Type":"application/json"},"body":{"displayName":"n"}}]}`)
	requests := a.e.Requests()
	require.Len(t, requests, 5) // two were for tokens
	require.Equal(t, []any{"PATCH", true}, []any{requests[3].Method, requests[3].Acted})
	require.Equal(t, []any{"POST", false}, []any{requests[4].Method, requests[4].Acted})
	for range 21_000 {
		a.raw("GET", "/"+strings.Repeat("x", 1000), "")
	}
	requests = a.e.Requests()
	require.LessOrEqual(t, len(requests), 20_000)
	require.GreaterOrEqual(t, len(requests), 10_000)
	require.Less(t, len(requests[len(requests)-1].Path), 400)
	require.Equal(t, 21_005, requests[len(requests)-1].Number)
}

// TestFaultsThatMakeNoSense: one that never strikes would let a test pass that proves
// nothing.
func TestFaultsThatMakeNoSense(t *testing.T) {
	e := emulator.New()
	for want, f := range map[string]emulator.Fault{
		`no kind "reset"`:         {Kind: "reset"},
		`no kind ""`:              {},
		"status 99":               {Kind: emulator.AnswerStatus, Status: 99},
		"status 1000":             {Kind: emulator.AnswerStatus, Status: 1000},
		"probability 2":           {Kind: emulator.ResetAfter, Probability: 2},
		"probability -1":          {Kind: emulator.ResetAfter, Probability: -1},
		"probability NaN":         {Kind: emulator.ResetAfter, Probability: math.NaN()},
		"request 0":               {Kind: emulator.ResetAfter, Requests: []int{1, 0}},
		"delay -1s":               {Kind: emulator.Latency, Delay: -time.Second},
		"latency without a delay": {Kind: emulator.Latency},
	} {
		require.PanicsWithValue(t, "emulator: the fault cannot strike: "+want, func() { e.Inject(f) }, want)
	}
}

// TestAStaleReadIsOfOneObject: a list does not say that it does not exist.
func TestAStaleReadIsOfOneObject(t *testing.T) {
	a := open(t)
	a.raise("x")
	a.makeSecret()
	a.e.Inject(emulator.Fault{Kind: emulator.StaleRead})
	a.do(200, "GET", "/v1.0/security/incidents", "")
	a.do(404, "GET", "/v1.0/security/incidents/1", "")
	arm := a.sentinel()
	for path, status := range map[string]int{"incidents": 200, "incidents/made": 404, "incidents/made/tasks": 200, "incidents/made/tasks/t": 404, "bookmarks": 200, "bookmarks/b": 404} {
		arm.do(status, "GET", armPath(path), "")
	}
}
