package emulator_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// large is a tenant with incidents of three alerts each, that have nothing in
// common.
func large(b testing.TB, incidents int) api {
	a := correlating(b)
	severities := []string{`"low"`, `"medium"`, `"high"`, `"informational"`}
	for n := range incidents {
		if n%1000 == 0 {
			a.clock.Advance(time.Second)
			a.token = token(b, a.e)
		}
		entities := fmt.Sprintf(`[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"user%d@contoso.com","role":"impacted"},{"entityType":"ip","entityIdentifier":"address","identifierValue":"10.%d.%d.%d","role":"related"}]`, n, n>>16&255, n>>8&255, n&255)
		for k := range 3 {
			link := ""
			if k > 0 {
				link = fmt.Sprint(n + 1)
			}
			a.raise(fmt.Sprintf("Alert %d of incident %d", k, n), "severity", severities[n%4], "entityDefinitions", entities, "linkToIncident", link, "mitreTechniques", `["T1078","T1059.001"]`)
		}
		if n%10 == 0 {
			a.patch(fmt.Sprint(n+1), fmt.Sprintf(`{"assignedTo":"analyst%d@contoso.com","status":"inProgress"}`, n%50))
		}
	}
	return a
}

// BenchmarkLarge reads from a tenant with 200,000 incidents and 600,000 alerts,
// and says how much memory it holds and how long a request takes. It is skipped
// unless INCIDENTKIT_LARGE is set, for to fill the tenant takes a minute.
func BenchmarkLarge(b *testing.B) {
	if os.Getenv("INCIDENTKIT_LARGE") == "" {
		b.Skip("set INCIDENTKIT_LARGE=1 to fill a tenant with 200,000 incidents")
	}
	a := large(b, 200_000)
	a.clock.Advance(10 * time.Minute)
	start := time.Now()
	a.e.Correlate()
	b.Logf("%v to look at what is due in the background", time.Since(start))
	a.token = token(b, a.e)
	require.Equal(b, "200000", a.do(200, "GET", "/v1.0/security/incidents?$top=1&$count=true&$filter="+escape("status ne 'redirected'"), "").text("@odata.count"))
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("%.2f GB of live heap, %.2f GB from the system", float64(m.HeapAlloc)/1e9, float64(m.Sys)/1e9)
	// Azure Resource Manager finds the incidents when it is first asked, which is
	// the time of one request.
	arm := a.sentinel()
	started := time.Now()
	arm.do(200, "GET", armPath("incidents"), "")
	b.Logf("%v for the first request to Azure Resource Manager", time.Since(started))
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.Logf("%.2f GB of live heap with Azure Resource Manager", float64(m.HeapAlloc)/1e9)
	for _, tt := range []struct{ name, path string }{
		{"arm get", "incidents/" + hunting.IncidentName("100000")},
		{"arm list", "incidents"},
		{"arm list of 1000", "incidents?$top=1000"},
		{"arm list by change", "incidents?$orderby=" + escape("properties/lastModifiedTimeUtc desc")},
		{"arm list by title", "incidents?$orderby=" + escape("properties/title asc")},
		{"arm filter by status", "incidents?$filter=" + escape("properties/status eq 'Active'")},
		{"arm filter by time", "incidents?$filter=" + escape("properties/createdTimeUtc ge 2026-08-04T10:00:30Z")},
		{"arm filter by owner", "incidents?$filter=" + escape("properties/owner/userPrincipalName eq 'analyst40@contoso.com'")},
		{"arm filter by title", "incidents?$filter=" + escape("contains(properties/title,'incident 77')")},
		{"arm filter that nothing passes", "incidents?$filter=" + escape("properties/severity eq 'High' and properties/status eq 'Closed'")},
		{"arm alerts", "incidents/" + hunting.IncidentName("100000") + "/relations"},
	} {
		b.Run(tt.name, func(b *testing.B) { arm.gets(b, armPath(tt.path)) })
	}
	for _, tt := range []struct{ name, path string }{
		{"get", "/v1.0/security/incidents/100000"},
		{"get with alerts", "/v1.0/security/incidents/100000?$expand=alerts"},
		{"list", "/v1.0/security/incidents?$top=50"},
		{"list with alerts", "/v1.0/security/incidents?$top=50&$expand=alerts"},
		{"list alerts", "/v1.0/security/alerts_v2?$top=50"},
		{"deep", "/v1.0/security/incidents?$top=50&$skip=100000"},
		{"filter by status", "/v1.0/security/incidents?$top=50&$filter=" + escape("status eq 'inProgress'")},
		{"filter by owner", "/v1.0/security/incidents?$top=50&$filter=" + escape("assignedTo eq 'analyst40@contoso.com'")},
		{"filter that nothing passes", "/v1.0/security/incidents?$top=50&$filter=" + escape("severity eq 'high' and status eq 'resolved' and lastUpdateDateTime ge 2026-08-04T10:00:00Z")},
		{"filter of alerts that nothing passes", "/v1.0/security/alerts_v2?$top=50&$filter=" + escape("severity eq 'high' and status eq 'resolved'")},
		{"count", "/v1.0/security/incidents?$top=50&$count=true&$filter=" + escape("severity eq 'high'")},
	} {
		b.Run(tt.name, func(b *testing.B) { a.gets(b, tt.path) })
	}
}

// gets asks for something again and again, and says how long it takes at the
// median, which a collection of garbage does not move.
func (a api) gets(b *testing.B, path string) {
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if w := a.raw("GET", path, ""); w.Code != 200 {
			b.Fatal(w.Body)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}

// BenchmarkCorrelate raises alerts of 100,000 users who come again, in time, so that
// all of them are looked at in the background and many are merged.
func BenchmarkCorrelate(b *testing.B) {
	for _, tt := range []struct {
		name string
		open func(testing.TB, ...emulator.Option) api
	}{{"off", open}, {"on", correlating}} {
		b.Run(tt.name, func(b *testing.B) {
			a := tt.open(b)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				if n%1000 == 0 {
					a.token = token(b, a.e)
				}
				a.clock.Advance(100 * time.Millisecond)
				user := n * 7919 % 100_000
				a.raise("x", "entityDefinitions", fmt.Sprintf(`[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"user%d@contoso.com","role":"impacted"},{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"d%d","role":"impacted"}]`, user, user/2))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}
