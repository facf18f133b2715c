package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/incidentkit/incidentkit/internal/retry"
)

// broken answers with a body that breaks off.
func broken(status int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		body := io.NopCloser(io.MultiReader(strings.NewReader("half"), errReader{}))
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: body, ContentLength: 1 << 40, Request: r}, nil
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestAnswersThatBreakOff are failures of the attempt where the request may be
// repeated; where it may not, what came is kept, and the error comes with it.
func TestAnswersThatBreakOff(t *testing.T) {
	for _, tt := range []struct {
		kind     retry.Kind
		status   int
		attempts int
	}{
		{retry.Repeatable, 200, 2},
		{retry.Once, 201, 1},
		{retry.Repeatable, 404, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{attempts: []func(*http.Request) (*http.Response, error){broken(tt.status)}}
			req, _ := http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
			resp, _, err := retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Kind: tt.kind}, req)
			require.NoError(t, err)
			require.Len(t, s.bodies, tt.attempts)
			data, err := io.ReadAll(resp.Body)
			if tt.attempts == 2 {
				require.NoError(t, err)
				require.Equal(t, "answer", string(data))
				return
			}
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.Equal(t, "half", string(data))
			require.Equal(t, tt.status, resp.StatusCode)
		})
	}
}

// TestLongBodiesShow that they are longer than allowed, and are not kept.
func TestLongBodiesShow(t *testing.T) {
	for size, want := range map[int]int{9: 9, 10: 10, 11: 11, 5000: 11} {
		body := &counted{Reader: io.LimitReader(zeros{}, int64(size))}
		s := &script{attempts: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, ContentLength: -1, Request: r}, nil
		}}}
		settings := retry.Defaults()
		settings.MaxBody = 10
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		resp, _, err := retry.New(s, settings).Do(t.Context(), retry.Call{}, req)
		require.NoError(t, err)
		data, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Len(t, data, want, "%d", size)
		require.True(t, body.closed)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type counted struct {
	io.Reader
	closed bool
}

func (c *counted) Close() error { c.closed = true; return nil }

// TestLimitPacesAttempts, the repeated ones as well, and gives up at once where
// the context would end in the queue.
func TestLimitPacesAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := rate.NewLimiter(rate.Every(10*time.Second), 1)
		s := &script{attempts: []func(*http.Request) (*http.Response, error){answer(503, ""), answer(503, "")}}
		c := retry.New(s, retry.Defaults())
		start := time.Now()
		get := func(ctx context.Context) error {
			req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
			_, sent, err := c.Do(ctx, retry.Call{Limit: limit}, req)
			require.Equal(t, err == nil, sent)
			return err
		}
		require.NoError(t, get(t.Context()))
		require.Equal(t, 20*time.Second, time.Since(start), "three attempts")
		require.NoError(t, get(t.Context()))
		require.Equal(t, 30*time.Second, time.Since(start))

		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		require.ErrorIs(t, get(ctx), retry.ErrLimit)
		require.Equal(t, 30*time.Second, time.Since(start), "without waiting")
		cancel()
		require.ErrorIs(t, get(ctx), context.Canceled)
	})
}

// TestBudget: a client most of whose requests fail stops repeating, and begins
// again when they succeed.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := retry.Defaults()
		settings.Attempts, settings.Budget = 2, retry.NewBudget(10)
		failing := true
		s := transport(func(r *http.Request) (*http.Response, error) {
			if failing {
				return answer(503, "")(r)
			}
			return answer(200, "")(r)
		})
		c := retry.New(s, settings)
		attempts := func() (n int) {
			req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
			_, _, err := c.Do(t.Context(), retry.Call{Begin: func(ctx context.Context, attempt int) (context.Context, func(retry.Outcome)) {
				n = attempt
				return ctx, nil
			}}, req)
			require.NoError(t, err)
			return n
		}
		for i := range 5 {
			require.Equal(t, 2, attempts(), "%d", i)
		}
		require.Equal(t, 1, attempts(), "half of the budget is used up")
		failing = false
		for range 100 {
			require.Equal(t, 1, attempts())
		}
		failing = true
		require.Equal(t, 2, attempts())
		// Being throttled takes nothing.
		throttled := retry.New(transport(answer(429, "")), settings)
		for range 20 {
			req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
			_, _, err := throttled.Do(t.Context(), retry.Call{}, req)
			require.NoError(t, err)
		}
		require.Equal(t, 2, attempts())
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestUnavailableMeansAnotherConnection: the attempt after a 503 is not on the
// connection of the one before.
func TestUnavailableMeansAnotherConnection(t *testing.T) {
	for status, connections := range map[int]int32{503: 2, 502: 1} {
		var opened, requests atomic.Int32
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				w.WriteHeader(status)
			}
		}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		server.Start()
		settings := retry.Defaults()
		settings.MinWait = time.Millisecond
		base := &http.Transport{}
		req, _ := http.NewRequest(http.MethodGet, server.URL, nil)
		resp, _, err := retry.New(base, settings).Do(t.Context(), retry.Call{}, req)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		require.Equal(t, connections, opened.Load(), "%d", status)
		base.CloseIdleConnections()
		server.Close()
	}
}

// TestEveryAttemptIsToldOf, with its own context and the bytes of both bodies.
func TestEveryAttemptIsToldOf(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		s := transport(func(r *http.Request) (*http.Response, error) {
			n := r.Context().Value(key{}).(int)
			time.Sleep(time.Duration(n) * time.Second)
			return []func(*http.Request) (*http.Response, error){answer(429, "3"), silent, answer(200, "")}[n-1](r)
		})
		req, _ := http.NewRequest(http.MethodPut, "https://host/x", strings.NewReader("body"))
		_, _, err := retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Begin: func(ctx context.Context, attempt int) (context.Context, func(retry.Outcome)) {
			return context.WithValue(ctx, key{}, attempt), func(o retry.Outcome) {
				seen = append(seen, fmt.Sprintln(o.Status, o.Err, o.Sent, o.Received, o.Duration, o.Again, o.Pause >= 3*time.Second, o.Reason))
			}
		}}, req)
		require.NoError(t, err)
		require.Equal(t, []string{
			"429 <nil> 4 6 1s true true the service throttles\n",
			"0 Put \"https://host/x\": unexpected EOF 4 0 2s true false the connection failed\n",
			"200 <nil> 4 6 3s false false \n",
		}, seen)

		ctx, cancel := context.WithCancel(t.Context())
		_, _, err = retry.New(transport(func(*http.Request) (*http.Response, error) {
			cancel()
			return nil, errors.New("x")
		}), retry.Defaults()).Do(ctx, retry.Call{Begin: func(ctx context.Context, attempt int) (context.Context, func(retry.Outcome)) {
			return ctx, func(o retry.Outcome) { seen = append(seen, o.Reason) }
		}}, req)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "the context has ended", seen[3])
	})
}
