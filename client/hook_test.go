package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/time/rate"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

var quiet = log.New(io.Discard, "", 0)

func countAttempts(n *int) func(context.Context, client.Attempt) (context.Context, func(client.Outcome)) {
	return func(ctx context.Context, a client.Attempt) (context.Context, func(client.Outcome)) {
		*n = a.Number
		return ctx, nil
	}
}

// TestHooks are told of calls and attempts in order, and see the context of
// those before them.
func TestHooks(t *testing.T) {
	type key struct{}
	var seen []string
	hook := func(name string) client.Option {
		return client.WithHook(client.Hook{
			Call: func(ctx context.Context, call client.Call) (context.Context, func(client.Result) error, error) {
				seen = append(seen, fmt.Sprintf("%s: %s %s %s creates=%v", name, call.Operation, call.Method, call.Path, call.Creates))
				return context.WithValue(ctx, key{}, name), func(r client.Result) error {
					seen = append(seen, fmt.Sprintf("%s: ended after %d with %v, %s, answer %v", name, r.Attempts, r.Err, r.RequestID, *r.Answer.(*map[string]any)))
					return nil
				}, nil
			},
			Attempt: func(ctx context.Context, a client.Attempt) (context.Context, func(client.Outcome)) {
				seen = append(seen, fmt.Sprintf("%s: attempt %d in %v", name, a.Number, ctx.Value(key{})))
				return context.WithValue(ctx, key{}, name), func(o client.Outcome) {
					seen = append(seen, fmt.Sprintf("%s: %d %s %d/%d again=%v %s", name, o.Status, o.RequestID, o.Sent, o.Received, o.Again, o.Reason))
				}
			},
		})
	}
	requests := 0
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("request-id", fmt.Sprint("r-", requests))
		if requests == 1 {
			w.WriteHeader(429)
			return
		}
		fmt.Fprint(w, `{"x":1}`)
	}, hook("outer"), hook("inner"))
	request := create
	request.Operation = audit.CreateAlert
	require.NoError(t, c.Do(t.Context(), request, new(map[string]any)))
	require.Empty(t, cmp.Diff([]string{
		"outer: CreateAlert POST /v1.0/things creates=true",
		"inner: CreateAlert POST /v1.0/things creates=true",
		"outer: attempt 1 in inner",
		"inner: attempt 1 in outer",
		"inner: 429 r-1 9/0 again=true the service throttles",
		"outer: 429 r-1 9/0 again=true the service throttles",
		"outer: attempt 2 in inner",
		"inner: attempt 2 in outer",
		"inner: 200 r-2 9/7 again=false ",
		"outer: 200 r-2 9/7 again=false ",
		"inner: ended after 2 with <nil>, r-2, answer map[x:1]",
		"outer: ended after 2 with <nil>, r-2, answer map[x:1]",
	}, seen))
}

// TestAHookCanRefuse a call; then nothing is sent, and the hooks that agreed are
// told.
func TestAHookCanRefuse(t *testing.T) {
	no := errors.New("no")
	var ended error
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") },
		client.WithHook(client.Hook{Call: func(ctx context.Context, _ client.Call) (context.Context, func(client.Result) error, error) {
			return ctx, func(r client.Result) error { ended = r.Err; return nil }, nil
		}}),
		client.WithHook(client.Hook{Call: func(ctx context.Context, _ client.Call) (context.Context, func(client.Result) error, error) {
			return ctx, nil, no
		}}))
	err := c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, no)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
	require.ErrorIs(t, ended, no)
}

// entries is a log in memory, which can be full.
type entries struct {
	mu   sync.Mutex
	list []audit.Entry
	full func(audit.Entry) bool
}

func (l *entries) Append(_ context.Context, list ...audit.Entry) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range list {
		if l.full != nil && l.full(e) {
			return 0, errors.New("the disk is full")
		}
		l.list = append(l.list, e)
	}
	return int64(len(l.list)), nil
}

func (l *entries) all() []audit.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// TestRecorder has the intent before anything is sent and the result after.
func TestRecorder(t *testing.T) {
	update := client.Request{
		Method: http.MethodPatch, Path: []string{"incidents", "7"}, Body: map[string]string{},
		Operation: audit.UpdateIncident, Target: audit.Target{Incident: "7"}, Subject: incident.Update{Summary: new("s")},
	}
	creating := create
	creating.Operation = audit.CreateAlert
	for _, tt := range []struct {
		name    string
		request client.Request
		answer  http.HandlerFunc
		full    func(audit.Entry) bool
		want    string // of the two entries
		err     error
	}{
		{"done", update, reply(200, `{"id":"7"}`), nil, "UpdateIncident 7 [summary=\"s\"] | succeeded 0 at 7", nil},
		{"redirected", update, reply(200, `{"id":"7","redirectIncidentId":"9"}`), nil, "UpdateIncident 7 [summary=\"s\"] | succeeded 0 at 9", nil},
		{"refused", update, reply(403, `{"error":{"code":"Forbidden","message":"no"}}`), nil, "UpdateIncident 7 [summary=\"s\"] | failed 403 Forbidden no at 7", client.ErrForbidden},
		{"unknown", creating, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, "CreateAlert  [] | unknown 0", client.ErrOutcomeUnknown},
		{"read", client.Request{Method: http.MethodGet, Path: []string{"x"}, Operation: audit.ReadIncident}, reply(200, `{}`), nil, "", nil},
		{"log full before", update, nil, func(audit.Entry) bool { return true }, "", errAny},
		{"log full after", update, reply(200, `{"id":"7"}`), func(e audit.Entry) bool { return e.Phase == audit.PhaseResult }, "UpdateIncident 7 [summary=\"s\"]", audit.ErrNotRecorded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := &entries{full: tt.full}
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tt.answer == nil {
					t.Error("a request was sent that is not recorded")
				}
				if tt.request.Operation != audit.ReadIncident {
					require.Len(t, l.all(), 1, "the intent is there before the request")
				}
				tt.answer(w, r)
			}, client.WithRecorder(audit.NewRecorder(l), audit.OriginGraph))
			err := c.Do(t.Context(), tt.request, new(incident.Incident))
			if tt.err == errAny {
				require.ErrorContains(t, err, "the disk is full")
			} else {
				require.ErrorIs(t, err, tt.err)
			}
			var got []string
			for i, e := range l.all() {
				require.Equal(t, audit.OriginGraph, e.Origin)
				require.NotEmpty(t, e.ClientRequestID)
				if i == 0 {
					var changes []string
					for _, c := range e.Changes {
						changes = append(changes, c.Path+"="+string(c.New))
					}
					got = append(got, fmt.Sprintf("%s %s %v", e.Operation, e.Target.Incident, changes))
					continue
				}
				text := fmt.Sprintf("%s %d %s %s", e.Result.Outcome, e.Result.Status, e.Result.Code, e.Result.Message)
				text = strings.TrimSpace(text) + " at " + e.Target.Incident
				if e.Result.Outcome == audit.Unknown {
					text = "unknown 0"
					require.NotEmpty(t, e.Result.Message)
				}
				got = append(got, text)
			}
			require.Equal(t, tt.want, strings.Join(got, " | "))
		})
	}
}

var errAny = errors.New("any")

// TestLimits pace requests by method; clients that share them share the pace.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		always := roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		})
		cloud := client.Cloud{Authority: "https://a.example", Graph: "https://g.example"}
		connect := func(limited client.API, opts ...client.Option) *client.Connection {
			c, err := client.Connect(limited, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})),
				append([]client.Option{client.WithTransport(always), client.WithCloud(cloud)}, opts...)...)
			require.NoError(t, err)
			return c
		}
		took := func(n int, r client.Request, clients ...*client.Connection) time.Duration {
			start := time.Now()
			for i := range n {
				require.NoError(t, clients[i%len(clients)].Do(t.Context(), r, nil))
			}
			return time.Since(start)
		}
		graph := api
		graph.Limits = client.GraphLimits
		c := connect(graph)
		require.Zero(t, took(30, read, c))
		require.Equal(t, time.Minute, took(120, create, c), "and 150 in the first minute")
		require.Equal(t, time.Minute, took(120, read, c), "and no more in any")

		shared := client.WithLimits(client.Limits{Read: rate.NewLimiter(1, 1)})
		a, b := connect(graph, shared), connect(graph, shared)
		require.Equal(t, 9*time.Second, took(10, read, a, b))
		require.Zero(t, took(10, create, a, b), "writes have no limit here")

		require.Zero(t, took(1000, read, connect(graph, client.WithLimits(client.Limits{}))))
		cloud.Unlimited = true
		require.Zero(t, took(1000, read, connect(graph)))

		// A deadline that would pass in the queue ends the call at once.
		slow := connect(graph, client.WithLimits(client.Limits{Write: rate.NewLimiter(rate.Every(time.Hour), 1)}))
		require.NoError(t, slow.Do(t.Context(), create, nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		err := slow.Do(ctx, create, nil)
		require.ErrorContains(t, err, "the client's own limit of requests leaves no time for it before the deadline")
		require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
		require.Zero(t, time.Since(start))
	})
}

// TestDetailsOfErrors are bounded and shown in one line.
func TestDetailsOfErrors(t *testing.T) {
	c := serve(t, reply(400, `{"error":{"code":"BadRequest","message":"m","target":"evidence","details":[
		{"code":"a","target":"t","message":"first"},{"message":"second\nline"},{"code":"c"}`+strings.Repeat(`,{"code":"x"}`, 50)+`]}}`))
	failure, ok := errors.AsType[*client.Error](c.Do(t.Context(), read, nil))
	require.True(t, ok)
	require.Equal(t, "evidence", failure.Target)
	require.Len(t, failure.Details, 20)
	require.Contains(t, failure.Error(), "400 Bad Request: BadRequest at evidence: m; a at t: first; second line; c; x;")
}

// undescribed is an answer that no record may take apart.
type undescribed struct{ t *testing.T }

func (u undescribed) MarshalJSON() ([]byte, error) {
	u.t.Error("the answer to a call that reads was described for the log")
	return []byte("{}"), nil
}

func (undescribed) UnmarshalJSON([]byte) error { return nil }

// TestReadsAreNotDescribed: a page of a list is not written as JSON again for a log
// that has no place for it.
func TestReadsAreNotDescribed(t *testing.T) {
	for _, o := range [][]audit.RecorderOption{nil, {audit.WithReads()}} {
		l := new(entries)
		c := serve(t, reply(200, `{"value":[]}`), client.WithRecorder(audit.NewRecorder(l, o...), audit.OriginGraph))
		request := read
		request.Operation = audit.ListAlerts
		require.NoError(t, c.Do(t.Context(), request, &undescribed{t}))
		require.Len(t, l.all(), 2*len(o))
	}
}

// TestHooksWithoutAContext leave the context as it is.
func TestHooksWithoutAContext(t *testing.T) {
	c := serve(t, reply(200, `{}`), client.WithHook(client.Hook{
		Call: func(context.Context, client.Call) (context.Context, func(client.Result) error, error) {
			return nil, nil, nil
		},
		Attempt: func(ctx context.Context, _ client.Attempt) (context.Context, func(client.Outcome)) {
			if ctx == nil {
				t.Error("no context")
			}
			return nil, nil
		},
	}))
	require.NoError(t, c.Do(t.Context(), read, new(map[string]any)))
}

// TestARequestThatIsExecutedOnceHasABody, for without one net/http replays it.
func TestARequestThatIsExecutedOnceHasABody(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for _, body := range []any{nil, client.JSON(nil), client.JSON{}} {
		request := create
		request.Body = body
		require.ErrorContains(t, c.Do(t.Context(), request, nil), "must have a body")
	}
}
