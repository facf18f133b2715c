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
// INCIDENTKIT_SOAK is set.
//
// For the first half the tenant begins anew with each twentieth, so that alerts
// are raised and correlated again and again; the second half is one piece, so that
// what piles up is seen. The limits are such that a twentieth reaches them, for
// before that the tenant does grow.
func TestSoak(t *testing.T) {
	total, scale := 12_000, 1
	if os.Getenv("INCIDENTKIT_SOAK") != "" {
		total, scale = 1_000_000, 5
	} else if testing.Short() {
		t.Skip("-short")
	} else {
		t.Log("set INCIDENTKIT_SOAK=1 for a million requests")
	}
	limits := emulator.Limits{Requests: 200 * scale, Audit: 200 * scale, History: 200 * scale, Alerts: 500 + 15*scale, Incidents: 350 + 15*scale, Comments: 10}
	s := newSoak(t, limits)
	var before uint64
	var goroutines int
	start := time.Now()
	for round := range 10 {
		s.begin()
		s.run(total / 20)
		s.correlated()
		if round == 1 {
			before, goroutines = heap(), runtime.NumGoroutine()
		}
	}
	s.begin()
	s.run(total / 2)
	s.correlated()
	took := time.Since(start)
	after := heap()
	t.Logf("%d requests at %.0f a second: %.1f MB after a tenth, %.1f MB at the end; %d incidents merged in the background; answers %v",
		total, float64(total)/took.Seconds(), float64(before)/1e6, float64(after)/1e6, s.merged, s.answers())
	require.Less(t, float64(after), 1.1*float64(before)+3e6)
	require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+10)
	for _, status := range []int{0, 200, 201, 204, 400, 401, 403, 404, 409, 413, 429, 501, 507} {
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
	saved  *emulator.Snapshot
	tokens [4]atomic.Value
	alerts []string
	long   string
	// content is a piece of content of the audit log.
	content atomic.Value
	count   [600]atomic.Int64
	sent    atomic.Int64
	merged  int
}

func newSoak(t *testing.T, limits emulator.Limits) *soak {
	s := &soak{long: `{"displayName":"` + strings.Repeat("x", 5<<20) + `"}`}
	s.content.Store("/none")
	s.api = correlating(t, emulator.WithLimits(limits), emulator.WithChoices(func(c *emulator.Choices) { c.CorrelationDelay = time.Second }),
		emulator.WithIdentity(emulator.Identity{ClientID: "reader", Secret: "s", Permissions: []string{emulator.IncidentRead}}))
	for n := range 300 {
		s.api.raise(fmt.Sprint("anchor ", n), "entityDefinitions", about(fmt.Sprint("anchor", n)))
	}
	for n := range 200 {
		s.alerts = append(s.alerts, s.api.raise(fmt.Sprint("alert ", n), "linkToIncident", fmt.Sprint(n+1)).text("id"))
	}
	s.api.e.Correlate()
	s.saved = s.api.e.Snapshot()
	for _, f := range []emulator.Fault{
		{Kind: emulator.AnswerStatus, Probability: 0.01}, {Kind: emulator.ResetBefore, Probability: 0.005}, {Kind: emulator.ResetAfter, Probability: 0.005},
		{Kind: emulator.Truncate, Probability: 0.005}, {Kind: emulator.WrongType, Probability: 0.005}, {Kind: emulator.ExpireToken, Probability: 0.005},
	} {
		s.api.e.Inject(f)
	}
	return s
}

// about are entity definitions of a user.
func about(user string) string {
	return fmt.Sprintf(`[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"%s@contoso.com","role":"impacted"}]`, user)
}

// begin has the tenant begin anew.
func (s *soak) begin() { require.NoError(s.api.t, s.api.e.Load(s.saved)) }

// correlated looks at what the tenant has since it began: the background has to
// have merged incidents, and nothing may contradict itself.
func (s *soak) correlated() {
	merged := 0
	for _, d := range s.api.e.Decisions() {
		merged += len(d.Merged)
	}
	require.Positive(s.api.t, merged, "nothing was merged in the background")
	s.merged += merged
	require.NoError(s.api.t, s.api.e.Check())
}

// The callers: who may do everything, with a token for each API, who may only
// read, and nobody.
const (
	onGraph = iota
	onARM
	onFeed
	asReader
	asNobody
)

// renew gets new tokens.
func (s *soak) renew() {
	for n, who := range [][3]string{
		onGraph:  {emulator.ClientID, emulator.ClientSecret, "https://graph.microsoft.com/.default"},
		onARM:    {emulator.ClientID, emulator.ClientSecret, "https://management.azure.com/.default"},
		onFeed:   {emulator.ClientID, emulator.ClientSecret, "https://manage.office.com/.default"},
		asReader: {"reader", "s", "https://graph.microsoft.com/.default"},
	} {
		for {
			w := issue(s.api.e, emulator.TenantID, who[0], who[1], who[2], "client_credentials")
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
	m := s.mixed(random, n)
	r, err := http.NewRequest(m.method, "https://tenant.example"+m.path, strings.NewReader(m.body))
	require.NoError(s.api.t, err)
	r.Header.Set("client-request-id", fmt.Sprint("soak ", n))
	if m.who == asNobody {
		r.Header.Set("Authorization", fmt.Sprint("Bearer no token ", n))
	} else {
		r.Header.Set("Authorization", "Bearer "+s.tokens[m.who].Load().(string))
	}
	resp, err := s.api.e.RoundTrip(r)
	if err != nil {
		s.count[0].Add(1)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if _, after, ok := strings.Cut(string(body), `"contentUri":"https://tenant.example`); ok {
		uri, _, _ := strings.Cut(after, `"`)
		s.content.Store(strings.Clone(uri))
	}
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
