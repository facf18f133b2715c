package emulator_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

// TestSoak sends mixed requests through a network that breaks and looks at the
// memory that the tenant holds after a tenth of them and at the end, which has to
// be the same but for a tenth of it and 3 MB. It sends 12,000, or a million if
// INCIDENTKIT_SOAK is set; the limits of the tenant are such that the first tenth
// reaches them, for before that it does grow.
func TestSoak(t *testing.T) {
	total, scale := 12_000, 1
	if os.Getenv("INCIDENTKIT_SOAK") != "" {
		total, scale = 1_000_000, 75
	} else if testing.Short() {
		t.Skip("-short")
	} else {
		t.Log("set INCIDENTKIT_SOAK=1 for a million requests")
	}
	limits := emulator.Limits{Requests: 200 * scale, Audit: 200 * scale, History: 200 * scale, Alerts: 1000, Incidents: 500, Comments: 10}
	s := newSoak(t, limits)
	start := time.Now()
	s.run(total / 10)
	before, goroutines := heap(), runtime.NumGoroutine()
	s.run(total - total/10)
	after := heap()
	t.Logf("%d requests at %.0f a second: %.1f MB after a tenth, %.1f MB at the end; answers %v",
		total, float64(total)/time.Since(start).Seconds(), float64(before)/1e6, float64(after)/1e6, s.answers())
	require.Less(t, float64(after), 1.1*float64(before)+3e6)
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+10)
	require.NoError(t, s.api.e.Check())
	for _, status := range []int{0, 200, 201, 400, 401, 403, 404, 413, 429, 501, 507} {
		require.Positive(t, s.count[status].Load(), "no request was answered with %d", status)
	}
	runtime.KeepAlive(s)
}

// heap is what is reachable, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one only took out of pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// soak sends requests to a tenant with 500 alerts in 300 incidents.
type soak struct {
	api    api
	tokens [2]atomic.Value // of who may do everything, and of who may only read
	alerts []string
	long   string
	count  [600]atomic.Int64
	sent   atomic.Int64
}

func newSoak(t *testing.T, limits emulator.Limits) *soak {
	s := &soak{long: `{"displayName":"` + strings.Repeat("x", 5<<20) + `"}`}
	s.api = open(t, emulator.WithLimits(limits), emulator.WithIdentity(emulator.Identity{ClientID: "reader", Secret: "s", Permissions: []string{emulator.IncidentRead}}))
	for n := range 300 {
		s.api.raise(fmt.Sprint("anchor ", n))
	}
	for n := range 200 {
		s.alerts = append(s.alerts, s.api.raise(fmt.Sprint("alert ", n), "linkToIncident", fmt.Sprint(n+1)).text("id"))
	}
	for _, f := range []emulator.Fault{
		{Kind: emulator.AnswerStatus, Probability: 0.01}, {Kind: emulator.ResetBefore, Probability: 0.005}, {Kind: emulator.ResetAfter, Probability: 0.005},
		{Kind: emulator.Truncate, Probability: 0.005}, {Kind: emulator.WrongType, Probability: 0.005}, {Kind: emulator.ExpireToken, Probability: 0.005},
	} {
		s.api.e.Inject(f)
	}
	return s
}

// renew gets new tokens.
func (s *soak) renew() {
	for n, who := range [][2]string{{emulator.ClientID, emulator.ClientSecret}, {"reader", "s"}} {
		for {
			w := issue(s.api.e, emulator.TenantID, who[0], who[1], "https://graph.microsoft.com/.default", "client_credentials")
			if w.Code == 200 && strings.HasPrefix(w.Body.String(), "{") {
				s.tokens[n].Store(field(s.api.t, w.Body.Bytes(), "access_token"))
				break
			}
		}
	}
}

func (s *soak) run(requests int) {
	var left atomic.Int64
	left.Store(int64(requests))
	for left.Load() > 0 {
		// A token is valid for an hour, in which each request takes 10 ms.
		s.retry(s.renew)
		var group sync.WaitGroup
		for worker := range 8 {
			group.Go(func() {
				random := rand.New(rand.NewPCG(uint64(s.sent.Load()), uint64(worker)))
				for range 10_000 {
					if left.Add(-1) < 0 {
						return
					}
					s.one(random)
				}
			})
		}
		group.Wait()
	}
}

// retry does something again that a broken connection has broken off.
func (s *soak) retry(f func()) {
	for done := false; !done; {
		func() {
			defer func() {
				if thrown := recover(); thrown != nil && thrown != http.ErrAbortHandler {
					panic(thrown)
				}
			}()
			f()
			done = true
		}()
	}
}

func (s *soak) one(random *rand.Rand) {
	s.api.clock.Advance(10 * time.Millisecond)
	n := s.sent.Add(1)
	incident, alert := fmt.Sprint("/v1.0/security/incidents/", random.IntN(250)+1), s.alerts[random.IntN(len(s.alerts))]
	method, path, body, token := "GET", incident, "", 0
	switch k := random.IntN(100); {
	case k < 20:
		if k < 5 {
			path += "?$expand=alerts"
		}
	case k < 30:
		path = "/v1.0/security/incidents?$top=20&$count=true&$filter=" + escape("status eq 'active' and severity ne 'low'")
	case k < 35:
		path = "/v1.0/security/alerts_v2?$top=20&$orderby=createdDateTime"
	case k < 50:
		method, body = "PATCH", fmt.Sprintf(`{"displayName":"name %d","status":"%s","assignedTo":"user%d@contoso.com","customTags":["tag %d"]}`, n, []string{"active", "inProgress", "resolved"}[n%3], n, n)
	case k < 58:
		method, path, body = "PATCH", "/v1.0/security/alerts_v2/"+alert, fmt.Sprintf(`{"assignedTo":"user%d@contoso.com","customDetails":{"n":"%d"}}`, n, n)
	case k < 63:
		method, path, body = "POST", incident+"/comments", fmt.Sprintf(`{"comment":"comment %d"}`, n)
	case k < 66:
		method, path, body = "POST", "/v1.0/security/alerts_v2/"+alert+"/comments", fmt.Sprintf(`{"comment":"comment %d"}`, n)
	case k < 74:
		method, path, body = "POST", createPath, draft(fmt.Sprint("raised ", n), "linkToIncident", []string{"0", fmt.Sprint(random.IntN(250) + 1)}[n%2])
	case k < 79:
		// Each incident keeps its anchor, so that none is emptied.
		method, path, body = "POST", "/v1.0/security/alerts_v2/moveAlerts", fmt.Sprintf(`{"alertIds":["%s"],"incidentId":"%d"}`, alert, random.IntN(250)+1)
	case k < 80:
		method, path, body = "POST", "/v1.0/security/incidents/mergeIncidents", fmt.Sprintf(`{"incidentIds":["%d","%d"]}`, random.IntN(50)+251, random.IntN(50)+251)
	case k < 82:
		method, path, body = "POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | summarize n=count() by Severity"}`
	case k < 85:
		method, path, body = "POST", "/v1.0/$batch", fmt.Sprintf(`{"requests":[{"id":"1","method":"GET","url":"/security/incidents/%d"},{"id":"2","method":"GET","url":"/security/alerts_v2/%s"}]}`, random.IntN(250)+1, alert)
	case k < 88:
		method, body, token = "PATCH", `{"status":"resolved"}`, 1
	case k < 91:
		path = fmt.Sprint("/v1.0/security/incidents/", 1_000_000+n)
	case k < 94:
		method, path, body = "POST", createPath, `{"createAlertInput":{"title":"no more"}}`
	case k < 95:
		path = fmt.Sprint("/v1.0/nothing/", n)
	case k < 96:
		path, token = fmt.Sprint(incident, "/", n), -1
	case k < 97:
		path, token = incident, -1
	default:
		path = []string{"/_emulator/assets?search=jo", "/_emulator/alerts/" + alert + "/history", incident + "?x=1"}[n%3]
	}
	if n%5000 == 0 {
		method, path, body = "PATCH", incident, s.long
	}
	r, err := http.NewRequest(method, "https://tenant.example"+path, strings.NewReader(body))
	require.NoError(s.api.t, err)
	r.Header.Set("client-request-id", fmt.Sprint("soak ", n))
	switch token {
	case -1:
		r.Header.Set("Authorization", fmt.Sprint("Bearer no token ", n))
	default:
		r.Header.Set("Authorization", "Bearer "+s.tokens[token].Load().(string))
	}
	resp, err := s.api.e.RoundTrip(r)
	if err != nil {
		s.count[0].Add(1)
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	s.count[resp.StatusCode].Add(1)
}

// answers is how often each status was answered; 0 is none.
func (s *soak) answers() map[int]int64 {
	all := map[int]int64{}
	for status := range s.count {
		if n := s.count[status].Load(); n > 0 {
			all[status] = n
		}
	}
	return all
}
