package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
)

// sentItem is an item of a batch as a service reads it, by another decoder than
// the one that wrote it.
type sentItem struct {
	ID      string            `json:"id"`
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

// batches is a service of batches. answer makes the answer to an item, empty for
// none; attempt counts the times that the item's text was seen, from 1.
type batches struct {
	t       *testing.T
	answer  func(item sentItem, attempt int) string
	outer   func(w http.ResponseWriter) bool // true if it has answered
	mu      sync.Mutex
	sent    [][]sentItem
	seen    map[string]int
	version string
}

func (b *batches) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away while it was sending
	}
	var doc struct {
		Requests []sentItem `json:"requests"`
	}
	version, ok := strings.CutSuffix(r.URL.Path, "/$batch")
	if err := json.Unmarshal(data, &doc); err != nil || !ok || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		b.t.Errorf("not a batch: %s %s %v", r.Method, r.URL, err)
	}
	b.mu.Lock()
	b.version = version
	b.sent = append(b.sent, doc.Requests)
	if b.seen == nil {
		b.seen = map[string]int{}
	}
	var answers []string
	ids := map[string]bool{}
	for _, item := range doc.Requests {
		if ids[item.ID] || item.ID == "" || strings.Contains(item.URL, "://") || !strings.HasPrefix(item.URL, "/") {
			b.t.Errorf("item %+v", item)
		}
		ids[item.ID] = true
		key := item.Method + item.URL + string(item.Body)
		b.seen[key]++
		if a := b.answer(item, b.seen[key]); a != "" {
			answers = append(answers, a)
		}
	}
	b.mu.Unlock()
	if b.outer != nil && b.outer(w) {
		return
	}
	slices.Reverse(answers) // any order is allowed
	fmt.Fprintf(w, `{"responses":[%s]}`, strings.Join(answers, ","))
}

func ok(item sentItem, body string) string {
	return fmt.Sprintf(`{"id":%q,"status":200,"headers":{"Content-Type":"application/json","x":1},"body":%s}`, item.ID, body)
}

func refusal(item sentItem, status int, headers string) string {
	return fmt.Sprintf(`{"id":%q,"status":%d,"headers":{%s},"body":{"error":{"code":"C%d","message":"no","innerError":{"request-id":"r-%s"}}}}`, item.ID, status, headers, status, item.ID)
}

func get(path ...string) client.Request {
	return client.Request{Method: http.MethodGet, Path: append([]string{"v1.0", "security"}, path...)}
}

func creating(title string) client.Request {
	return client.Request{
		Method: http.MethodPost, Path: []string{"v1.0", "security", "things"}, Body: map[string]string{"title": title}, Once: true,
		Header: http.Header{"Prefer": {"a", "b"}}, Permission: client.Permission{Least: "Thing.Create"},
	}
}

func TestBatch(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string {
		return ok(item, fmt.Sprintf(`{"url":%q,"sent":%s}`, item.URL, cmpOr(string(item.Body), "null")))
	}}
	c := service(t, b.ServeHTTP)
	withQuery := get("alerts_v2")
	withQuery.Query = map[string][]string{"$filter": {"a eq 'b c'"}}
	answers, err := c.Batch(t.Context(), get("alerts_v2", "a/b"), creating(`"quoted" é`), withQuery)
	require.NoError(t, err)
	require.Len(t, answers, 3)
	require.Len(t, b.sent, 1)
	require.Equal(t, "/v1.0", b.version)
	items := b.sent[0]
	require.Equal(t, "/security/alerts_v2/a%2Fb", items[0].URL)
	require.Equal(t, "/security/things", items[1].URL)
	require.Equal(t, "/security/alerts_v2?%24filter=a+eq+%27b+c%27", items[2].URL)
	require.JSONEq(t, `{"title":"\"quoted\" é"}`, string(items[1].Body))
	require.Empty(t, items[0].Body)
	require.Equal(t, "application/json", items[1].Headers["Content-Type"])
	require.Equal(t, "a, b", items[1].Headers["Prefer"])
	require.NotContains(t, items[0].Headers, "Content-Type")
	require.NotContains(t, items[0].Headers, "Authorization")
	names := map[string]bool{}
	for i, a := range answers {
		names[items[i].Headers["client-request-id"]] = true
		require.NoError(t, a.Err)
		require.Equal(t, 200, a.StatusCode)
		require.Equal(t, "application/json", a.Header.Get("Content-Type"))
		require.Equal(t, "1", a.Header.Get("x"))
		var got struct {
			URL string `json:"url"`
		}
		require.NoError(t, a.Decode(&got))
		require.Equal(t, items[i].URL, got.URL, "the order is that of the requests")
	}
	require.Len(t, names, 3)
	var wrong []string
	require.ErrorIs(t, answers[0].Decode(&wrong), graph.ErrBadAnswer)
}

func cmpOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// TestBatchItems is the table of what happens to an item, by its status and by
// whether it may be executed twice.
func TestBatchItems(t *testing.T) {
	for _, tt := range []struct {
		status         int
		is             error
		sentOnce       int // how often an item that creates is sent
		unknown        bool
		sentRepeatable int
	}{
		{400, client.ErrInvalid, 1, false, 1},
		{401, client.ErrUnauthorized, 1, false, 1},
		{403, client.ErrForbidden, 1, false, 1},
		{404, client.ErrNotFound, 1, false, 1},
		{409, client.ErrConflict, 1, false, 1},
		{424, nil, 1, false, 1},
		{408, client.ErrUnavailable, 1, true, 3},
		{429, client.ErrThrottled, 3, false, 3},
		{500, client.ErrUnavailable, 1, true, 3},
		{503, client.ErrUnavailable, 1, true, 3},
		{504, client.ErrUnavailable, 1, true, 3},
		{302, nil, 1, true, 1},
		{0, client.ErrUnavailable, 1, true, 3},
	} {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			counts := map[string]int{}
			b := &batches{t: t, answer: func(item sentItem, attempt int) string {
				counts[item.Method+item.URL] = attempt
				if item.URL == "/security/fine" {
					return ok(item, `{}`)
				}
				return refusal(item, tt.status, "")
			}}
			c := service(t, b.ServeHTTP)
			answers, err := c.Batch(t.Context(), get("fine"), creating("x"), get("bad"))
			require.NoError(t, err)
			require.NoError(t, answers[0].Err)
			for i, path := range map[int]string{1: "/v1.0/security/things", 2: "/v1.0/security/bad"} {
				failure, isError := errors.AsType[*client.Error](answers[i].Err)
				require.True(t, isError)
				require.Equal(t, path, failure.Path)
				require.Equal(t, tt.status, failure.StatusCode)
				require.Equal(t, tt.status, answers[i].StatusCode)
				require.Equal(t, fmt.Sprintf("C%d", tt.status), failure.Code)
				require.Equal(t, fmt.Sprintf("r-%d", i+1), failure.RequestID)
				require.NotEmpty(t, failure.ClientRequestID)
				require.Error(t, answers[i].Decode(new(any)))
				if tt.is != nil {
					require.ErrorIs(t, failure, tt.is)
				}
			}
			require.Equal(t, tt.unknown, errors.Is(answers[1].Err, client.ErrOutcomeUnknown))
			require.NotErrorIs(t, answers[2].Err, client.ErrOutcomeUnknown)
			if tt.status == 403 {
				require.ErrorContains(t, answers[1].Err, "Thing.Create")
			}
			require.Equal(t, 1, counts["GET/security/fine"], "what was executed is not sent again")
			require.Equal(t, tt.sentOnce, counts["POST/security/things"])
			require.Equal(t, tt.sentRepeatable, counts["GET/security/bad"])
		})
	}
}

// TestThrottledItems are sent again with what else was refused, after the longest
// pause, and keep their places.
func TestThrottledItems(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, attempt int) string {
		if title := string(item.Body); attempt < 2 && (strings.Contains(title, "b") || strings.Contains(title, "d")) {
			return refusal(item, 429, `"Retry-After":"0"`)
		}
		return ok(item, string(item.Body))
	}}
	c := service(t, b.ServeHTTP)
	answers, err := c.Batch(t.Context(), creating("a"), creating("b"), creating("c"), creating("d"))
	require.NoError(t, err)
	for i, want := range []string{"a", "b", "c", "d"} {
		var got struct {
			Title string `json:"title"`
		}
		require.NoError(t, answers[i].Decode(&got))
		require.Equal(t, want, got.Title)
	}
	require.Len(t, b.sent, 2)
	require.Len(t, b.sent[1], 2)
	require.Equal(t, []string{"2", "4"}, []string{b.sent[1][0].ID, b.sent[1][1].ID}, "an item keeps its id")
}

// TestAPauseThatIsTooLong ends with the service's answer instead of sleeping.
func TestAPauseThatIsTooLong(t *testing.T) {
	for _, header := range []string{`"Retry-After":"3600"`, `"retry-after":3600`} {
		b := &batches{t: t, answer: func(item sentItem, _ int) string { return refusal(item, 429, header) }}
		answers, err := service(t, b.ServeHTTP).Batch(t.Context(), creating("a"))
		require.NoError(t, err)
		require.Len(t, b.sent, 1)
		failure, _ := errors.AsType[*client.Error](answers[0].Err)
		require.ErrorIs(t, failure, client.ErrThrottled)
		require.Equal(t, time.Hour, failure.RetryAfter)
		require.NotErrorIs(t, failure, client.ErrOutcomeUnknown)
	}
}

// TestBatchesWithoutAnAnswer leave open what became of the items that create; of
// the others nobody need wonder.
func TestBatchesWithoutAnAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		outer   func(http.ResponseWriter) bool
		unknown bool
		is      error
	}{
		"cut":     {func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) }, true, client.ErrUnavailable},
		"503":     {func(w http.ResponseWriter) bool { w.WriteHeader(503); return true }, true, client.ErrUnavailable},
		"no JSON": {func(w http.ResponseWriter) bool { fmt.Fprint(w, "<html>"); return true }, true, nil},
		"nothing": {func(w http.ResponseWriter) bool { fmt.Fprint(w, "{}"); return true }, true, graph.ErrBadAnswer},
		"null":    {func(w http.ResponseWriter) bool { fmt.Fprint(w, "null"); return true }, true, graph.ErrBadAnswer},
		"refused": {func(w http.ResponseWriter) bool { w.WriteHeader(400); return true }, false, client.ErrInvalid},
		"twice": {func(w http.ResponseWriter) bool {
			fmt.Fprint(w, `{"responses":[{"id":"1","status":200},{"id":"1","status":200},{"id":"2","status":200},{"id":"2","status":200}]}`)
			return true
		}, true, graph.ErrBadAnswer},
		"others": {func(w http.ResponseWriter) bool {
			fmt.Fprint(w, `{"responses":[{"id":"3","status":200},{"id":"01","status":200},{"id":"","status":200}]}`)
			return true
		}, true, graph.ErrBadAnswer},
		"a binary": {func(w http.ResponseWriter) bool {
			fmt.Fprint(w, `{"responses":[{"id":"1","status":200,"body":"aGk="},{"id":"2","status":200,"body":"aGk="}]}`)
			return true
		}, true, graph.ErrBadAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			b := &batches{t: t, answer: func(sentItem, int) string { return "" }, outer: tt.outer}
			c := service(t, b.ServeHTTP)
			answers, err := c.Batch(t.Context(), creating("a"), get("b"))
			require.NoError(t, err)
			b.mu.Lock()
			defer b.mu.Unlock()
			require.Equal(t, 1, b.seen[`POST/security/things{"title":"a"}`], "sent once")
			for i, a := range answers {
				require.Error(t, a.Err)
				if tt.is != nil {
					require.ErrorIs(t, a.Err, tt.is)
				}
				require.Equal(t, tt.unknown && i == 0, errors.Is(a.Err, client.ErrOutcomeUnknown), "%v", a.Err)
				failure, _ := errors.AsType[*client.Error](a.Err)
				require.Equal(t, []string{"/v1.0/security/things", "/v1.0/security/b"}[i], failure.Path)
			}
		})
	}
}

func TestBatchesOfReadsAreRepeated(t *testing.T) {
	n := 0
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return ok(item, `{}`) }, outer: func(w http.ResponseWriter) bool {
		if n++; n == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
		return n == 1
	}}
	answers, err := service(t, b.ServeHTTP).Batch(t.Context(), get("a"), get("b"))
	require.NoError(t, err)
	require.NoError(t, answers[0].Err)
	require.Len(t, b.sent, 2)
}

func TestBatchesThatCannotBe(t *testing.T) {
	c := service(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for want, requests := range map[string][]client.Request{
		"a batch holds 1 to 20 requests, not 0": nil,
		"not 21":                                slices.Repeat([]client.Request{get("x")}, 21),
		"request 1 of the batch: it is for version beta, the first for":   {get("x"), {Method: http.MethodGet, Path: []string{"beta", "x"}}},
		"request 0 of the batch: the path \"v1.0\" lacks":                 {{Method: http.MethodGet, Path: []string{"v1.0"}}},
		"has a segment that is no id; nothing was sent":                   {get("x"), get("..")},
		"request 0 of the batch: a request that is executed once has a b": {{Method: http.MethodPost, Path: []string{"v1.0", "x"}, Once: true}},
	} {
		answers, err := c.Batch(t.Context(), requests...)
		require.Nil(t, answers)
		require.ErrorContains(t, err, want)
	}
	// What cannot be written is the fault of that request alone.
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return ok(item, `{}`) }}
	bad := creating("x")
	bad.Body = func() {}
	answers, err := service(t, b.ServeHTTP).Batch(t.Context(), bad, creating("y"))
	require.NoError(t, err)
	require.ErrorContains(t, answers[0].Err, "cannot write JSON")
	require.NoError(t, answers[1].Err)
}

// TestPartsAreCallsOfTheirOwn: for hooks and records, each item is a call with its
// own id, begun before anything is sent, and the batch only carries them. An item
// that may not be begun is not sent.
func TestPartsAreCallsOfTheirOwn(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string {
		if strings.Contains(string(item.Body), `"title":"b"`) {
			return refusal(item, 403, "")
		}
		return ok(item, anAlert)
	}}
	var events []string
	hook := client.Hook{Call: func(ctx context.Context, call client.Call) (context.Context, func(client.Result) error, error) {
		if draft, isDraft := call.Subject.(*alert.Draft); isDraft && draft.Title == "c" {
			return ctx, nil, errors.New("c may not be begun")
		}
		name := fmt.Sprint(call.Operation, " ", call.Path, " ", call.Parts)
		events = append(events, "begin "+name)
		return ctx, func(r client.Result) error {
			a, _ := r.Answer.(*alert.Alert)
			events = append(events, fmt.Sprint("end ", name, " ", r.Attempts, " ", a != nil && a.ID == "a_1", " ", r.Err == nil))
			return nil
		}, nil
	}}
	c := service(t, b.ServeHTTP, client.WithHook(hook))
	var errs []string
	for r := range c.CreateAlerts(t.Context(), slices.Values([]alert.Draft{oneAlert("a"), oneAlert("b"), oneAlert("c")}), graph.Bulk{}) {
		errs = append(errs, fmt.Sprint(r.Err))
	}
	require.Equal(t, []string{
		"begin CreateAlert /beta/security/alerts_v2/createAlert 0", "begin CreateAlert /beta/security/alerts_v2/createAlert 0",
		"begin  /beta/$batch 2", "end  /beta/$batch 2 1 false true",
		"end CreateAlert /beta/security/alerts_v2/createAlert 0 1 true true", "end CreateAlert /beta/security/alerts_v2/createAlert 0 1 false false",
	}, events)
	require.Len(t, b.sent[0], 2)
	require.Equal(t, "<nil>", errs[0])
	require.Contains(t, errs[1], "403 Forbidden")
	require.Contains(t, errs[1], "SecurityAlert.Create.All")
	require.Contains(t, errs[2], "c may not be begun")
}

// TestEachPartIsRecorded, and the batch itself is not.
func TestEachPartIsRecorded(t *testing.T) {
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return ok(item, anAlert) }}
	log := new(entries)
	c := service(t, b.ServeHTTP, client.WithRecorder(audit.NewRecorder(log), audit.OriginGraph))
	for r := range c.CreateAlerts(t.Context(), slices.Values([]alert.Draft{oneAlert("a"), oneAlert("b")}), graph.Bulk{}) {
		require.NoError(t, r.Err)
	}
	var got []string
	for _, e := range log.all {
		got = append(got, fmt.Sprint(e.Operation, " ", e.Phase, " ", e.Target.Alert, " ", e.Result.Outcome))
	}
	require.Equal(t, []string{"CreateAlert intent  ", "CreateAlert intent  ", "CreateAlert result a_1 succeeded", "CreateAlert result a_1 succeeded"}, got)
}

type entries struct{ all []audit.Entry }

func (e *entries) Append(_ context.Context, added ...audit.Entry) (int64, error) {
	e.all = append(e.all, added...)
	return int64(len(e.all) - len(added)), nil
}
