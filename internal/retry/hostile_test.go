package retry_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/incidentkit/incidentkit/internal/retry"
)

// TestTransportsThatAnswerNothing: a transport in a test or of somebody else may
// leave out the body, or all.
func TestTransportsThatAnswerNothing(t *testing.T) {
	req, _ := http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
	bare := func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNoContent}, nil
	}
	resp, _, err := retry.New(&script{attempts: []func(*http.Request) (*http.Response, error){bare}}, retry.Defaults()).Do(t.Context(), retry.Call{}, req)
	require.NoError(t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, data)

	nothing := func(r *http.Request) (*http.Response, error) { return nil, nil }
	req, _ = http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
	_, sent, err := retry.New(&script{attempts: []func(*http.Request) (*http.Response, error){nothing}}, retry.Defaults()).Do(t.Context(), retry.Call{Kind: retry.Once}, req)
	require.ErrorContains(t, err, "the transport returned neither an answer nor an error")
	require.True(t, sent)
}

// TestTheLargestBodyIsAllowed: a bound that is as good as none is not taken for 0.
func TestTheLargestBodyIsAllowed(t *testing.T) {
	s := retry.Defaults()
	s.MaxBody = math.MaxInt64
	req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
	resp, _, err := retry.New(&script{}, s).Do(t.Context(), retry.Call{}, req)
	require.NoError(t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "answer", string(data))
}

// TestLongPausesDoNotOverflow: however many attempts there are, none follows at
// once.
func TestLongPausesDoNotOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := retry.Defaults()
		s.Attempts, s.MinWait, s.MaxWait, s.Budget = 80, time.Hour, 1000*time.Hour, retry.NewBudget(1000)
		var pauses []time.Duration
		call := retry.Call{Begin: func(ctx context.Context, _ int) (context.Context, func(retry.Outcome)) {
			return ctx, func(o retry.Outcome) {
				if o.Again {
					pauses = append(pauses, o.Pause)
				}
			}
		}}
		down := &script{}
		for range s.Attempts {
			down.attempts = append(down.attempts, answer(503, ""))
		}
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		_, _, err := retry.New(down, s).Do(t.Context(), call, req)
		require.NoError(t, err)
		require.Len(t, pauses, s.Attempts-1)
		for i, p := range pauses {
			require.GreaterOrEqual(t, p, 30*time.Minute, i)
			require.LessOrEqual(t, p, s.MaxWait, i)
		}
	})
}

// TestAPauseBeyondAllNumbers is not taken for none.
func TestAPauseBeyondAllNumbers(t *testing.T) {
	require.Greater(t, retry.RetryAfter(http.Header{"Retry-After": {"99999999999999999999"}}, time.Now()), 1000*time.Hour)
	require.Zero(t, retry.RetryAfter(http.Header{"Retry-After": {"-99999999999999999999"}}, time.Now()))
}

// TestACancelledCallGivesItsShareBack: what it had reserved of the limit, and was
// still waiting for, is there for others.
func TestACancelledCallGivesItsShareBack(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after int // requests
		status        int
	}{
		{"in the queue", 5, 1, 200},
		{"in the queue, more than fit at once", 5, 20, 200},
		{"before all of it had its turn", 0, 20, 200},
		{"in the pause before another attempt", 0, 5, 429},
	} {
		synctest.Test(t, func(t *testing.T) {
			limit := rate.NewLimiter(1, 5)
			s := &script{}
			c := retry.New(s, retry.Defaults())
			send := func(ctx context.Context, weight int) error {
				req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
				_, _, err := c.Do(ctx, retry.Call{Limit: limit, Weight: weight}, req)
				return err
			}
			if tt.before > 0 {
				require.NoError(t, send(t.Context(), tt.before))
			}
			s.bodies, s.attempts = nil, []func(*http.Request) (*http.Response, error){answer(tt.status, "")}
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			require.ErrorIs(t, send(ctx, tt.after), context.Canceled, tt.name)
			require.InDelta(t, 0.1, limit.Tokens(), 0.01, tt.name)
		})
	}
}

// TestALimitThatAllowsNothing ends a call at once instead of keeping it for ever.
func TestALimitThatAllowsNothing(t *testing.T) {
	req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
	_, _, err := retry.New(&script{}, retry.Defaults()).Do(t.Context(), retry.Call{Limit: rate.NewLimiter(1, 0)}, req)
	require.ErrorIs(t, err, retry.ErrLimit)
}
