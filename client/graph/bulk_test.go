package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
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
	"golang.org/x/time/rate"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// numberedDrafts yields n drafts with the titles 0, 1, 2, …
func numberedDrafts(n int) iter.Seq[alert.Draft] {
	return func(yield func(alert.Draft) bool) {
		for i := range n {
			if !yield(oneAlert(fmt.Sprint("n", i))) {
				return
			}
		}
	}
}

// created is the answer to an item: an alert whose id is the title of its draft.
func created(item sentItem) string {
	return ok(item, fmt.Sprintf(`{"id":%q}`, titleOf(string(item.Body))))
}

func titleOf(body string) string {
	_, rest, _ := strings.Cut(body, `"title":"`)
	title, _, _ := strings.Cut(rest, `"`)
	return title
}

func TestCreateAlerts(t *testing.T) {
	for _, bulk := range []graph.Bulk{{}, {Concurrency: 1}, {Concurrency: 7, BatchSize: 3}, {Concurrency: -1, BatchSize: 21}} {
		b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
		c := service(t, b.ServeHTTP)
		n := 0
		for r := range c.CreateAlerts(t.Context(), numberedDrafts(62), bulk) {
			require.NoError(t, r.Err)
			require.Equal(t, n, r.Index)
			require.Equal(t, fmt.Sprint("n", n), r.Alert.ID)
			require.Equal(t, fmt.Sprint("n", n), r.Draft.Title)
			n++
		}
		require.Equal(t, 62, n)
		require.Equal(t, "/beta", b.version)
		size := bulk.BatchSize
		if size < 1 || size > graph.MaxBatch {
			size = graph.MaxBatch
		}
		require.Len(t, b.sent, (62+size-1)/size)
		item := b.sent[0][0]
		require.Equal(t, "POST", item.Method)
		require.Equal(t, "/security/alerts_v2/createAlert", item.URL)
		require.Equal(t, "include-unknown-enum-members", item.Headers["Prefer"])
		require.Contains(t, string(item.Body), `{"createAlertInput":{"title":"n`)
		for _, seen := range b.seen {
			require.Equal(t, 1, seen)
		}
	}
}

// TestCreateManualAlerts uses the older form for each.
func TestCreateManualAlerts(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	for r := range service(t, b.ServeHTTP).ManualAlerts().CreateAlerts(t.Context(), numberedDrafts(2), graph.Bulk{}) {
		require.NoError(t, r.Err)
	}
	require.Equal(t, "/security/alerts_v2", b.sent[0][0].URL)
	require.Contains(t, string(b.sent[0][0].Body), `{"@odata.type":"#microsoft.graph.security.manualAlert","title":"n0"`)
}

// TestOneDraftNeedsNoBatch.
func TestOneDraftNeedsNoBatch(t *testing.T) {
	var paths []string
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		fmt.Fprint(w, anAlert)
	})
	for range c.CreateAlerts(t.Context(), numberedDrafts(1), graph.Bulk{}) {
	}
	for range c.CreateAlerts(t.Context(), numberedDrafts(2), graph.Bulk{BatchSize: 1, Concurrency: 1}) {
	}
	require.Equal(t, slices.Repeat([]string{"/beta/security/alerts_v2/createAlert"}, 3), paths)
}

// TestBulkGoesOn after drafts that break rules, are refused, are throttled, or get
// an answer that makes no sense.
func TestBulkGoesOn(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, attempt int) string {
		switch titleOf(string(item.Body)) {
		case "n1":
			return refusal(item, 400, "")
		case "n2":
			return refusal(item, 500, "")
		case "n3":
			return ok(item, `{}`)
		case "n4":
			return ""
		case "n5":
			if attempt < 3 {
				return refusal(item, 429, "")
			}
		case "n6":
			return ok(item, `{"id":7}`)
		}
		return created(item)
	}}
	c := service(t, b.ServeHTTP)
	drafts := slices.Insert(slices.Collect(numberedDrafts(25)), 8, alert.Draft{Title: "wrong"})
	var got []string
	for r := range c.CreateAlerts(t.Context(), slices.Values(drafts), graph.Bulk{}) {
		var what string
		switch _, invalid := errors.AsType[*alert.ValidationError](r.Err); {
		case r.Err == nil:
			what = r.Alert.ID
		case invalid:
			what = "invalid"
		case errors.Is(r.Err, client.ErrOutcomeUnknown):
			what = "unknown"
		case errors.Is(r.Err, client.ErrInvalid):
			what = "refused"
		}
		require.Equal(t, r.Err == nil, r.Alert != nil)
		got = append(got, what)
	}
	want := []string{"n0", "refused", "unknown", "unknown", "unknown", "n5", "unknown", "n7", "invalid"}
	for i := 8; i < 25; i++ {
		want = append(want, fmt.Sprint("n", i))
	}
	require.Equal(t, want, got)
	for key, seen := range b.seen {
		require.NotContains(t, key, "wrong")
		if titleOf(key) == "n5" {
			require.Equal(t, 3, seen)
		} else {
			require.Equal(t, 1, seen, key)
		}
	}
}

// TestABatchWithoutAnAnswer makes all its drafts uncertain, and no others.
func TestABatchWithoutAnAnswer(t *testing.T) {
	n := atomic.Int32{}
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }, outer: func(http.ResponseWriter) bool {
		if n.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
		return false
	}}
	var got []bool
	for r := range service(t, b.ServeHTTP).CreateAlerts(t.Context(), numberedDrafts(30), graph.Bulk{Concurrency: 1, BatchSize: 10}) {
		got = append(got, errors.Is(r.Err, client.ErrOutcomeUnknown))
		require.Equal(t, r.Err != nil, errors.Is(r.Err, client.ErrOutcomeUnknown))
	}
	lost := slices.Index(got, true)
	require.Contains(t, []int{0, 10, 20}, lost, "which batch is sent second is not said")
	for i, unknown := range got {
		require.Equal(t, i >= lost && i < lost+10, unknown, "%d", i)
	}
}

// TestBulkIsBounded: no more requests are under way than was said, no more drafts
// are drawn than twice that, and all by the goroutine of the caller.
func TestBulkIsBounded(t *testing.T) {
	const concurrency, size = 3, 4
	var under, most atomic.Int32
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		now := under.Add(1)
		defer under.Add(-1)
		for {
			before := most.Load()
			if now <= before || most.CompareAndSwap(before, now) {
				break
			}
		}
		time.Sleep(2 * time.Millisecond)
		b.ServeHTTP(w, r)
	})
	drawn, yielded, ahead := 0, 0, 0 // without a lock: the race detector looks
	drafts := func(yield func(alert.Draft) bool) {
		for draft := range numberedDrafts(200) {
			drawn++
			ahead = max(ahead, drawn-yielded)
			if !yield(draft) {
				return
			}
		}
	}
	for r := range c.CreateAlerts(t.Context(), drafts, graph.Bulk{Concurrency: concurrency, BatchSize: size}) {
		require.NoError(t, r.Err)
		yielded++
	}
	require.Equal(t, 200, yielded)
	require.LessOrEqual(t, most.Load(), int32(concurrency))
	require.Greater(t, most.Load(), int32(1))
	require.LessOrEqual(t, ahead, (2*concurrency+1)*size)
}

// TestBulkThatIsLeft draws nothing more, tells the sequence of drafts, and leaves no
// goroutine.
func TestBulkThatIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	server := httptest.NewServer(b)
	c := clientOf(t, server)
	told := false
	drafts := func(yield func(alert.Draft) bool) {
		defer func() { told = true }()
		for draft := range numberedDrafts(1 << 30) {
			if !yield(draft) {
				return
			}
		}
	}
	n := 0
	for r := range c.CreateAlerts(t.Context(), drafts, graph.Bulk{}) {
		require.NoError(t, r.Err)
		if n++; n == 30 {
			break
		}
	}
	require.True(t, told)
	c.CloseIdleConnections()
	server.Close()
	settle(t, before)
}

// TestBulkThatPanics leaves no goroutine either, wherever it panics.
func TestBulkThatPanics(t *testing.T) {
	before := runtime.NumGoroutine()
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			b.ServeHTTP(w, r)
			return
		}
		fmt.Fprint(w, anAlert)
	}))
	c := clientOf(t, server)
	require.PanicsWithValue(t, "drafts", func() {
		for range c.CreateAlerts(t.Context(), func(yield func(alert.Draft) bool) {
			yield(oneAlert("x"))
			panic("drafts")
		}, graph.Bulk{BatchSize: 1}) {
		}
	})
	require.PanicsWithValue(t, "loop", func() {
		for range c.CreateAlerts(t.Context(), numberedDrafts(100), graph.Bulk{}) {
			panic("loop")
		}
	})
	c.CloseIdleConnections()
	server.Close()
	settle(t, before)
}

// TestBulkWhoseContextEnds gives every draft that was drawn a result, and says at
// the end that the context has ended.
func TestBulkWhoseContextEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		cancel()
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	c := clientOf(t, server)
	drawn := 0
	drafts := func(yield func(alert.Draft) bool) {
		for draft := range numberedDrafts(1 << 30) {
			drawn++
			if !yield(draft) {
				return
			}
		}
	}
	var results []graph.Creation
	for r := range c.CreateAlerts(ctx, drafts, graph.Bulk{Concurrency: 1, BatchSize: 5}) {
		results = append(results, r)
	}
	close(release)
	require.Len(t, results, drawn)
	require.LessOrEqual(t, drawn, 4*5)
	unknown := 0
	for _, r := range results {
		require.ErrorIs(t, r.Err, context.Canceled)
		if errors.Is(r.Err, client.ErrOutcomeUnknown) {
			unknown++
		}
	}
	require.LessOrEqual(t, unknown, 10, "what was never sent is not uncertain")
	require.NotErrorIs(t, results[len(results)-1].Err, client.ErrOutcomeUnknown)
	c.CloseIdleConnections()
	server.Close()
	settle(t, before)
}

// TestBulkInACloudWithout it sends nothing.
func TestBulkInACloudWithout(t *testing.T) {
	c := service(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }, client.WithCloud(client.Cloud{
		Name: "china", Authority: "http://localhost", Graph: "http://localhost",
	}))
	n := 0
	for r := range c.CreateAlerts(t.Context(), numberedDrafts(25), graph.Bulk{}) {
		require.ErrorContains(t, r.Err, "cloud china has no API to create alerts; nothing was sent")
		n++
	}
	require.Equal(t, 25, n)
}

// TestBulkCountsEachAlert against the limits of the client, as the service does.
func TestBulkCountsEachAlert(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	// A limit that allows 30 and then, in the time of this test, no more.
	limiter := rate.NewLimiter(rate.Every(time.Hour), 30)
	c := service(t, b.ServeHTTP, client.WithLimits(client.Limits{Write: limiter}))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	fine := 0
	for r := range c.CreateAlerts(ctx, numberedDrafts(40), graph.Bulk{BatchSize: 10, Concurrency: 1}) {
		if r.Err == nil {
			fine++
		} else {
			require.NotErrorIs(t, r.Err, client.ErrOutcomeUnknown)
		}
	}
	require.Equal(t, 30, fine)
}

// TestBulkMemory: what is reachable does not grow with the number of drafts.
func TestBulkMemory(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}
	b.seen = nil
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.sent, b.seen = nil, nil
		b.mu.Unlock()
		b.ServeHTTP(w, r)
	})
	var alive, most atomic.Int64
	n := 0
	for r := range c.CreateAlerts(t.Context(), numberedDrafts(4000), graph.Bulk{}) {
		require.NoError(t, r.Err)
		alive.Add(1)
		runtime.AddCleanup(r.Alert, func(int) { alive.Add(-1) }, 0)
		if n++; n%500 == 0 {
			runtime.GC()
			time.Sleep(time.Millisecond) // cleanups run on a goroutine of their own
			most.Store(max(most.Load(), alive.Load()))
		}
	}
	require.Equal(t, 4000, n)
	require.Less(t, most.Load(), int64(1000))
}

// TestSubmitAll raises several incidents at once, and reports in order.
func TestSubmitAll(t *testing.T) {
	var mu sync.Mutex
	requests := map[string]int{}
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		mu.Lock()
		requests[r.URL.Path]++
		mu.Unlock()
		title := titleOf(string(data))
		switch {
		case title == "bad":
			w.WriteHeader(http.StatusForbidden)
		case strings.HasSuffix(r.URL.Path, "/comments"):
			fmt.Fprint(w, aComment)
		case r.Method == http.MethodGet:
			fmt.Fprint(w, `{"id":"7"}`)
		default:
			fmt.Fprintf(w, `{"id":%q,"incidentId":"7"}`, title)
		}
	})
	drafts := []incident.Draft{
		{Alerts: []alert.Draft{oneAlert("a")}, Comment: "c"}, {}, {Alerts: []alert.Draft{oneAlert("bad")}}, {Alerts: []alert.Draft{oneAlert("b"), oneAlert("c")}},
	}
	var got []string
	for s := range c.SubmitAll(t.Context(), slices.Values(drafts), graph.Bulk{Concurrency: 4}) {
		require.Equal(t, len(got), s.Index)
		require.Equal(t, drafts[s.Index], s.Draft)
		alerts := -1
		if s.Receipt != nil {
			alerts = len(s.Receipt.Alerts)
		}
		_, invalid := errors.AsType[*incident.ValidationError](s.Err)
		got = append(got, fmt.Sprint(alerts, " ", s.Err == nil, " ", invalid, " ", errors.Is(s.Err, client.ErrForbidden)))
	}
	require.Equal(t, []string{"1 true false false", "-1 false true false", "0 false false true", "2 true false false"}, got)
	require.Equal(t, map[string]int{"/beta/security/alerts_v2/createAlert": 4, "/v1.0/security/incidents/7": 1, "/v1.0/security/incidents/7/comments": 1}, requests)
}
