package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// collect ranges over all alerts.
func collect(ctx context.Context, c *graph.Client, q graph.AlertQuery) (ids []string, errs []error) {
	for a, err := range c.ListAlerts(ctx, q) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ids = append(ids, a.ID)
	}
	return ids, errs
}

// pages answers with one document after the other; the text NEXT becomes the
// address of the next one.
func pages(t *testing.T, docs ...string) (http.HandlerFunc, *[]*http.Request) {
	t.Helper()
	var mu sync.Mutex
	requests := new([]*http.Request)
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n := len(*requests)
		*requests = append(*requests, r)
		if n >= len(docs) {
			t.Error("more pages were asked for than there are")
			return
		}
		next := fmt.Sprintf("http://%s/v1.0/security/alerts_v2?$skiptoken=a+b%%2Fc;%d&$top=2", r.Host, n+1)
		fmt.Fprint(w, strings.ReplaceAll(docs[n], "NEXT", next))
	}, requests
}

// TestPagesAreFollowed: to the letter, with the headers of the first page.
func TestPagesAreFollowed(t *testing.T) {
	handler, requests := pages(t,
		`{"value":[{"id":"a"},{"id":"b"}],"@odata.nextLink":"NEXT","@odata.count":3}`,
		`{"value":[],"@odata.nextLink":"NEXT"}`,
		`{"value":[{"id":"c"}],"@odata.nextLink":""}`)
	c := service(t, handler)
	var count int64
	q := graph.AlertQuery{Filter: graph.AlertStatus.Eq(alert.StatusNew), Top: 2, Count: &count}
	ids, errs := collect(t.Context(), c, q)
	require.Empty(t, errs)
	require.Equal(t, []string{"a", "b", "c"}, ids)
	require.EqualValues(t, 3, count)
	require.Len(t, *requests, 3)
	names := map[string]bool{}
	for i, r := range *requests {
		require.Equal(t, "include-unknown-enum-members", r.Header.Get("Prefer"), "page %d", i)
		require.Equal(t, "Bearer T0ken", r.Header.Get("Authorization"), "page %d", i)
		names[r.Header.Get("client-request-id")] = true
		if i > 0 {
			require.Equal(t, fmt.Sprintf("$skiptoken=a+b%%2Fc;%d&$top=2", i), r.URL.RawQuery)
		}
	}
	require.Len(t, names, 3, "each page is a request of its own")
}

// TestAListThatFailsLater yields what there was, then the error once.
func TestAListThatFailsLater(t *testing.T) {
	for name, second := range map[string]http.HandlerFunc{
		"status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"lie":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) },
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"value":[{"id":"x"}`)
			panic(http.ErrAbortHandler)
		},
		"item without an id": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"value":[{"id":"x"},{"title":"y"}]}`) },
	} {
		t.Run(name, func(t *testing.T) {
			c := service(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery != "" {
					second(w, r)
					return
				}
				fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":"http://%s/v1.0/security/alerts_v2?$skip=1"}`, r.Host)
			}, client.WithRetry(1, time.Millisecond, time.Millisecond))
			ids, errs := collect(t.Context(), c, graph.AlertQuery{})
			require.Equal(t, []string{"a"}, ids)
			require.Len(t, errs, 1)
			failure, ok := errors.AsType[*client.Error](errs[0])
			require.True(t, ok, "%v", errs[0])
			require.Equal(t, "/v1.0/security/alerts_v2", failure.Path)
		})
	}
}

// TestLinksThatLeadAway: the token must not go there. Nothing is sent.
func TestLinksThatLeadAway(t *testing.T) {
	var stolen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	for _, link := range []string{
		thief.URL + "/v1.0/security/alerts_v2?$skip=1", strings.Replace(thief.URL, "127.0.0.1", "localhost", 1) + "/v1.0/security/alerts_v2",
		"https://HOST/v1.0/security/alerts_v2", "http://user@HOST/v1.0/security/alerts_v2", "http://HOST@" + thief.Listener.Addr().String() + "/v1.0/x/y",
		"//" + thief.Listener.Addr().String() + "/v1.0/security/alerts_v2", "/v1.0/security/alerts_v2?$skip=1", "?$skip=1", "http://HOST/beta/security/alerts_v2",
		"http://HOST/v1.0/../beta/x", "http://HOST/v1.0/%2e%2e/beta/x", `http://HOST/v1.0\..\beta`, "http://HOST/v1.0", "http://HOST", "http://HOST/v1.0//x",
		"http://HOST/v1.0/security/alerts_v2#x", "http://HOST:1/v1.0/security/alerts_v2", "javascript:alert(1)", "http://HOST/v1.0/%zz", "\x7f",
	} {
		var requests atomic.Int32
		c := service(t, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			link := strings.NewReplacer("HOST", r.Host, `\`, `\\`, "\x7f", `\u007f`).Replace(link)
			fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":"%s"}`, link)
		})
		ids, errs := collect(t.Context(), c, graph.AlertQuery{})
		require.Equal(t, []string{"a"}, ids, link)
		require.Len(t, errs, 1, link)
		require.ErrorContains(t, errs[0], "it is not followed", link)
		require.EqualValues(t, 1, requests.Load(), link)
	}
	require.Zero(t, stolen.Load())
}

// TestAPageThatRedirects: it is an answer like any other, and not followed.
func TestAPageThatRedirects(t *testing.T) {
	var stolen atomic.Int32
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	c := service(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, http.StatusFound) })
	_, errs := collect(t.Context(), c, graph.AlertQuery{})
	require.Len(t, errs, 1)
	require.Zero(t, stolen.Load())
}

// TestEndlessLists are cut: one that goes round in circles when it meets a link
// again, one of ever new links by its empty pages.
func TestEndlessLists(t *testing.T) {
	for name, tt := range map[string]struct {
		body string // of page N
		loop int    // pages in the circle
		ids  int
		want string
	}{
		"a page that leads to itself": {`{"value":[{"id":"x"}],"@odata.nextLink":"LINK"}`, 1, 2, "round in circles"},
		"three pages":                 {`{"value":[{"id":"x"}],"@odata.nextLink":"LINK"}`, 3, 4, "round in circles"},
		"empty pages":                 {`{"value":[],"@odata.nextLink":"LINK"}`, 1 << 30, 0, "100 pages in a row are empty"},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			c := service(t, func(w http.ResponseWriter, r *http.Request) {
				requests++
				fmt.Fprint(w, strings.ReplaceAll(tt.body, "LINK", fmt.Sprintf("http://%s/v1.0/security/alerts_v2?$skiptoken=%d", r.Host, requests%tt.loop)))
			})
			ids, errs := collect(t.Context(), c, graph.AlertQuery{})
			require.Len(t, ids, tt.ids)
			require.Len(t, errs, 1)
			require.ErrorIs(t, errs[0], graph.ErrBadAnswer)
			require.ErrorContains(t, errs[0], tt.want)
			require.LessOrEqual(t, requests, 100)
		})
	}
}

// TestEmptyPagesBetweenOthersDoNotCount.
func TestEmptyPagesBetweenOthersDoNotCount(t *testing.T) {
	requests := 0
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		value, next := ``, fmt.Sprintf(`,"@odata.nextLink":"http://%s/v1.0/security/alerts_v2?$skip=%d"`, r.Host, requests)
		if requests%99 == 0 {
			value = `{"id":"x"}`
		}
		if requests == 500 {
			next = ""
		}
		fmt.Fprintf(w, `{"value":[%s]%s}`, value, next)
	})
	ids, errs := collect(t.Context(), c, graph.AlertQuery{})
	require.Empty(t, errs)
	require.Len(t, ids, 5)
	require.Equal(t, 500, requests)
}

// TestAListThatIsLeft asks for no further page and leaves no goroutine, nor a
// connection that cannot be used again.
func TestAListThatIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	var connections, requests atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		fmt.Fprintf(w, `{"value":[{"id":"a"},{"id":"b"}],"@odata.nextLink":"http://%s/v1.0/security/incidents?$skip=2"}`, r.Host)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	c := clientOf(t, server)
	list := c.ListIncidents(t.Context(), graph.IncidentQuery{})
	for range 20 {
		for i, err := range list {
			require.NoError(t, err)
			require.Equal(t, "a", i.ID)
			break
		}
	}
	require.EqualValues(t, 20, requests.Load(), "a list is read anew each time, and no further than wanted")
	require.EqualValues(t, 1, connections.Load())
	c.CloseIdleConnections()
	server.Close()
	settle(t, before)
}

// TestAListWhoseContextEnds yields its error once.
func TestAListWhoseContextEnds(t *testing.T) {
	handler, _ := pages(t, `{"value":[{"id":"a"},{"id":"b"}],"@odata.nextLink":"NEXT"}`)
	c := service(t, handler)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ids []string
	var errs []error
	for a, err := range c.ListAlerts(ctx, graph.AlertQuery{}) {
		cancel()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ids = append(ids, a.ID)
	}
	require.Equal(t, []string{"a", "b"}, ids, "the page that is there is yielded to its end")
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], context.Canceled)
}

// TestOnePageIsHeld looks at how many alerts are reachable while a long list is
// ranged over.
func TestOnePageIsHeld(t *testing.T) {
	const size = 40
	requests := 0
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		fmt.Fprint(w, `{"value":[`)
		for i := range size {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"id":"%d-%d"}`, requests, i)
		}
		next := ""
		if requests < 20 {
			next = fmt.Sprintf(`,"@odata.nextLink":"http://%s/v1.0/security/alerts_v2?$skip=%d"`, r.Host, requests)
		}
		fmt.Fprintf(w, `]%s}`, next)
	})
	var alive atomic.Int64
	most, n := int64(0), 0
	for a, err := range c.ListAlerts(t.Context(), graph.AlertQuery{}) {
		require.NoError(t, err)
		alive.Add(1)
		runtime.AddCleanup(a, func(int) { alive.Add(-1) }, 0)
		if n++; n%size == 0 {
			runtime.GC()
			time.Sleep(time.Millisecond) // cleanups run on a goroutine of their own
			most = max(most, alive.Load())
		}
	}
	require.Equal(t, 20*size, n)
	require.Less(t, most, int64(10*size), "of %d", n)
}

// TestQueriesThatMakeNoSense are errors, and nothing is sent.
func TestQueriesThatMakeNoSense(t *testing.T) {
	c := service(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for want, q := range map[string]graph.AlertQuery{
		"a page of -1 makes no sense": {Top: -1},
		"-5 cannot be skipped":        {Skip: -5},
		`the service cannot filter alerts by "title"; it can by assignedTo, classification, determination, createdDateTime, lastUpdateDateTime, severity, serviceSource, status`: {Filter: graph.Where[alert.Alert]("title", "eq", "x")},
	} {
		ids, errs := collect(t.Context(), c, q)
		require.Empty(t, ids)
		require.Len(t, errs, 1)
		require.ErrorContains(t, errs[0], want)
	}
	for _, err := range c.ListIncidents(t.Context(), graph.IncidentQuery{Filter: graph.Where[incident.Incident]("serviceSource", "eq", "x")}) {
		require.ErrorContains(t, err, `the service cannot filter incidents by "serviceSource"`)
	}
}

// TestIncidentsComeWithTheirAlerts, and with members of enumerations that nobody
// knows: one such never costs the list.
func TestIncidentsComeWithTheirAlerts(t *testing.T) {
	c := service(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"value":[{"id":"1","status":"paused","alerts":[{"id":"a","severity":"extreme","evidence":[{"@odata.type":"#microsoft.graph.security.newEvidence","verdict":"5"}]}]},{"id":"2"}]}`)
	})
	var got []string
	for i, err := range c.ListIncidents(t.Context(), graph.IncidentQuery{Alerts: true}) {
		require.NoError(t, err)
		got = append(got, fmt.Sprint(i.ID, " ", i.Status, " ", len(i.Alerts)))
		for _, a := range i.Alerts {
			require.Equal(t, alert.Severity("extreme"), a.Severity)
			require.Len(t, a.Evidence, 1)
		}
	}
	require.True(t, slices.Equal([]string{"1 paused 1", "2  0"}, got), "%q", got)
}
