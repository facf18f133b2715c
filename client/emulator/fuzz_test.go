package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

// hostile are requests that nobody sends by mistake: method, path, body, and a
// header that is sent twice.
var hostile = [][5]string{
	{"GET", "/" + strings.Repeat("a", 100_000), ""},
	{"GET", "/v1.0/security/incidents/" + strings.Repeat("../", 10_000), ""},
	{"GET", "/v1.0/security/incidents/" + strings.Repeat("9", 10_000), ""},
	{"GET", "/v1.0/security/incidents?" + strings.Repeat("$filter=a&", 10_000), ""},
	{"GET", "/v1.0/security/incidents?%zz;", ""},
	{"GET", "/v1.0/security/incidents?$filter=" + strings.Repeat("(", 10_000), ""},
	{"GET", "/v1.0/security/incidents?$filter=" + strings.Repeat("not%20", 10_000) + "x", ""},
	{"GET", "/v1.0/security/incidents?$filter=" + strings.Repeat("status%20eq%20'active'%20and%20", 2000) + "status%20eq%20'active'", ""},
	{"GET", "/v1.0/security/alerts_v2?$filter=status%20eq%20'%00%ff''", ""},
	{"GET", "/v1.0/security/alerts_v2?$filter=createdDateTime%20ge%20-9999999999-01-01T00:00:00Z", ""},
	{"GET", "/v1.0/security/alerts_v2?$top=99999999999999999999&$skip=-1", ""},
	{"GET", "/v1.0/security/alerts_v2?$skip=9223372036854775807", ""},
	{"GET", "/v1.0/security/alerts_v2?$skiptoken=" + strings.Repeat("A", 10_000), ""},
	{"GET", "/v1.0/security/alerts_v2?$skiptoken=OTk5OTk5OTk5OTk5OTk5OTk5OS4tMQ", ""},
	{"POST", createPath, strings.Repeat(`{"createAlertInput":`, 100_000)},
	{"POST", createPath, strings.Repeat("[", 1_000_000)},
	{"POST", createPath, `{"createAlertInput":{"linkToIncident":-9223372036854775808}}`},
	{"POST", createPath, `{"createAlertInput":{"linkToIncident":1e400}}`},
	{"POST", createPath, "\xef\xbb\xbf{\"\xff\":\"\xed\xa0\x80\"}"},
	{"POST", createPath, `{` + strings.Repeat(`"a":1,`, 50_000) + `"a":1}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | where ` + strings.Repeat("(", 10_000) + `"}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"` + strings.Repeat("AlertInfo | join (", 500) + `"}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertEvidence | join kind=inner AlertEvidence on AlertId | join kind=inner AlertEvidence on AlertId"}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | extend x = ` + strings.Repeat("-", 10_000) + `1"}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | where Title has \"\\\"","timespan":"P99999999999999D/P1D"}`},
	{"POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | take 9223372036854775808"}`},
	{"POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[]}}]}`},
	{"POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":" ","url":"://","dependsOn":["1"]}]}`},
	{"POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/security/incidents?$filter=%"}]}`},
	{"POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2","1"]}`},
	{"POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["a","a"],"incidentId":"1"}`},
	{"PATCH", "/v1.0/security/incidents/1", `{"customTags":[` + strings.Repeat(`"t",`, 50_000) + `"t"]}`},
	{"GET", "/v1.0/security/incidents/1", "", "Authorization", "Bearer x"},
	{"GET", "/v1.0/security/incidents/1", "", "Prefer", strings.Repeat("include-unknown-enum-members,", 1000)},
	{"GET", "/v1.0/security/incidents/1", "", "Host", "\x00"},
	{"POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`, "Content-Length", "-1"},
	{"GET", "/api/v1.0/" + emulator.TenantID + "/activity/feed/subscriptions/content?contentType=Audit.General&nextPage=99999999999999999999", ""},
	{"GET", "/api/v1.0/" + emulator.TenantID + "/activity/feed/audit/1%24", ""},
	{"GET", "/_emulator/entities?type=user&identifier=sid&value=" + strings.Repeat("S-1-", 5000), ""},
	{"GET", "/_emulator/assets?search=%ff", ""},
	{"POST", "/" + emulator.TenantID + "/oauth2/v2.0/token", "grant_type=refresh_token&refresh_token=" + strings.Repeat("a.", 50_000)},
	{"POST", "/" + emulator.TenantID + "/oauth2/v2.0/token", strings.Repeat("a=b&", 100_000)},
	{"\xff", "/%ff", ""},
	{"POST", "/%ff/oauth2/v2.0/token", ""},
	{"GET", "/v1.0/security/alerts_v2/%ff", ""},
	{"CONNECT", "/", ""},
	{"OPTIONS", "/*", ""},
}

// bounded is a tenant with small limits and two incidents, for hostile requests.
type bounded struct {
	api        api
	management string
	saved      *emulator.Snapshot
}

func newBounded(t testing.TB) bounded {
	a := open(t, emulator.WithLimits(emulator.Limits{Alerts: 50, Incidents: 50, Comments: 5, History: 100, Audit: 100, Requests: 100}))
	a.raise("raised")
	a.raise("raised too")
	a.makeSecret()
	return bounded{a, a.sentinel().token, a.e.Snapshot()}
}

// send sends a request with a header that stands twice. It may not panic, answer
// with a failure of the server, or keep the next one from being answered; the
// state must be whole after it. What was changed is taken back.
func (b bounded) send(t testing.TB, method, path, body, header, value string) {
	e, valid := b.api.e, b.api.token
	target, err := url.ParseRequestURI(path)
	token := valid
	if strings.HasPrefix(strings.ToLower(path), "/subscriptions/") {
		token = b.management
	}
	if err != nil {
		return
	}
	r := &http.Request{
		Method: method, URL: target, Host: "h", Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Authorization": {"Bearer " + token}, "Client-Request-Id": {body}, "X-Ms-Correlation-Request-Id": {body}, "Content-Type": {"application/x-www-form-urlencoded"}},
	}
	for range 2 {
		r.Header.Add(header, value)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if method != http.MethodGet && w.Code < 400 {
		defer func() { require.NoError(t, e.Load(b.saved)) }()
	}
	if w.Code >= 500 && w.Code != http.StatusNotImplemented && w.Code != http.StatusInsufficientStorage {
		t.Fatalf("%s %.200s: %d %s", method, path, w.Code, w.Body)
	}
	if w := call(e, "GET", "/v1.0/security/incidents/1", valid, ""); w.Code != 200 {
		t.Fatalf("after %s %.200s: %d %s", method, path, w.Code, w.Body)
	}
	if err := e.Check(); err != nil {
		t.Fatalf("after %s %.200s: %v", method, path, err)
	}
}

func TestHostileRequests(t *testing.T) {
	b := newBounded(t)
	for _, h := range hostile {
		t.Run(h[0]+" "+h[1][:min(len(h[1]), 60)], func(t *testing.T) { b.send(t, h[0], h[1], h[2], h[3], h[4]) })
	}
}

// FuzzServeHTTP sends arbitrary requests to a tenant that is used again and
// again. The longest of the hostile ones are no seeds: to change them takes the
// fuzzer longer than to send them.
func FuzzServeHTTP(f *testing.F) {
	for _, r := range routes {
		f.Add(r.method, r.path, r.body, "Accept", "*/*")
	}
	for _, h := range hostile {
		if len(h[1])+len(h[2]) < 1000 {
			f.Add(h[0], h[1], h[2], h[3], h[4])
		}
	}
	f.Add("GET", "/v1.0/security/incidents?$filter=((status%20eq%20'active')%20and%20not%20severity%20in%20('low','high'))&$top=1&$expand=alerts", "", "", "")
	f.Add("POST", "/v1.0/security/runHuntingQuery", `{"query":"AlertInfo | where Title has 'a' and not(Severity in ('x')) | summarize n=count(), arg_max(Timestamp, *) by Category | top 3 by n"}`, "", "")
	for name, call := range armCalls {
		method, _, _ := strings.Cut(name, " ")
		f.Add(method, armPath(call.path), call.body, "", "")
		f.Add(method, armPath(call.path+"%ff?$top=1&$filter=name+eq+'x'&$orderby=name&$skipToken=MS4xLng"), call.body, "", "")
	}
	b := newBounded(f)
	f.Fuzz(func(t *testing.T, method, path, body, header, value string) {
		b.send(t, method, path, body, header, value)
	})
}
