package arm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/incident"
)

// once has the n-th request, from 0, answered by trouble instead of the service. It
// may let the service act all the same.
func (s *service) once(n int, trouble func(w http.ResponseWriter, r *http.Request, path string)) {
	seen := 0
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if seen++; seen != n+1 {
			return false
		}
		trouble(w, r, path)
		return true
	}
}

// act does what a request asks for and shows nothing of it.
func (s *service) act(r *http.Request, path string) {
	if r.Method == http.MethodPut {
		s.put(discard{}, r, path)
	}
}

// contents are all objects by their paths, without what counts versions.
func (s *service) contents(t *testing.T) map[string]string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for path, o := range s.objects {
		data, err := json.Marshal(o["properties"])
		require.NoError(t, err)
		all[path] = string(data)
	}
	return all
}

// fragile makes clients send each request once. With a new connection for each,
// net/http does not send one again on its own.
func fragile() []client.Option {
	return []client.Option{client.WithRetry(1, time.Millisecond, time.Millisecond), client.WithTransport(&http.Transport{DisableKeepAlives: true})}
}

// crashes are the ways in which a request ends without an answer. Each can come before
// the service has acted and after.
var crashes = map[string]func(cancel context.CancelFunc){
	"a closed connection": func(context.CancelFunc) { panic(http.ErrAbortHandler) },
	"a context that ends": func(cancel context.CancelFunc) { cancel(); time.Sleep(time.Millisecond); panic(http.ErrAbortHandler) },
}

// stepOf returns the step of a submission that the n-th of its requests belongs to, and
// the state that the step is in where that request ends in trouble: each step puts once,
// and may look first.
func stepOf(requests []string, n int) (step int, state incident.State) {
	for _, r := range requests[:n] {
		if strings.HasPrefix(r, "PUT ") {
			step++
		}
	}
	if strings.HasPrefix(requests[n], "GET ") {
		return step, incident.StateFailed
	}
	return step, incident.StateUncertain
}

// TestRaiseThroughCrashes ends a submission at each of its requests, and submits again:
// nothing is lost and nothing is there twice.
func TestRaiseThroughCrashes(t *testing.T) {
	s, c := start(t)
	whole, err := c.Preview().Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	want, requests := s.contents(t), s.requests()
	for name, crash := range crashes {
		for _, acts := range []bool{false, true} {
			for n := range requests {
				s, c := start(t, fragile()...)
				c = c.Preview()
				ctx, cancel := context.WithCancel(t.Context())
				s.once(n, func(_ http.ResponseWriter, r *http.Request, path string) {
					if acts {
						s.act(r, path)
					}
					crash(cancel)
				})
				what := fmt.Sprintf("%s at %s, acts: %v", name, requests[n], acts)
				receipt, err := c.Raise(ctx, fullSubmission())
				require.ErrorIs(t, err, client.ErrUnavailable, what)
				require.False(t, receipt.Done(), what)
				number, state := stepOf(requests, n)
				step := &receipt.Steps[number]
				require.Equal(t, state, step.State, what)
				require.Equal(t, state == incident.StateUncertain, errors.Is(err, client.ErrOutcomeUnknown), what)
				if state == incident.StateUncertain {
					require.WithinDuration(t, time.Now(), step.Since, time.Minute)
				}
				again, err := c.Raise(t.Context(), fullSubmission())
				require.NoError(t, err, what)
				require.True(t, again.Done(), what)
				require.Equal(t, want, s.contents(t), what)
				require.Equal(t, whole.IncidentID, again.IncidentID)
				puts := slices.DeleteFunc(s.requests(), func(r string) bool { return !strings.HasPrefix(r, "PUT ") })
				slices.Sort(puts)
				if acts {
					require.Len(t, slices.Compact(puts), len(puts), "%s: what was done is not done again", what)
				}
				cancel()
			}
		}
	}
}

// lies are answers of success that say nothing of the object that they stand for.
var lies = map[string]func(w http.ResponseWriter){
	"nothing":         func(http.ResponseWriter) {},
	"null":            func(w http.ResponseWriter) { fmt.Fprint(w, `null`) },
	"an empty object": func(w http.ResponseWriter) { fmt.Fprint(w, `{}`) },
	"a page":          func(w http.ResponseWriter) { fmt.Fprint(w, `<html>`) },
	"another incident": func(w http.ResponseWriter) {
		fmt.Fprintf(w, `{"id":%q,"etag":"9","properties":%s}`, unescapedRoot+"/incidents/other", anIncident)
	},
	"a cut answer": func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"id":"`)
		panic(http.ErrAbortHandler)
	},
}

// TestRaiseBelievesNoLie: a step is done when the service shows what it has made, and
// only then. To submit again makes up for what was not done.
func TestRaiseBelievesNoLie(t *testing.T) {
	s, c := start(t)
	_, err := c.Preview().Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	want, requests := s.contents(t), s.requests()
	_, err = c.Preview().Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	lookups := s.requests()
	for name, lie := range lies {
		for _, acts := range []bool{false, true} {
			for n := range requests {
				s, c := start(t, fragile()...)
				c = c.Preview()
				s.once(n, func(w http.ResponseWriter, r *http.Request, path string) {
					if acts {
						s.act(r, path)
					}
					lie(w)
				})
				what := fmt.Sprintf("%s to %s, acts: %v", name, requests[n], acts)
				receipt, err := c.Raise(t.Context(), fullSubmission())
				require.Error(t, err, what)
				require.False(t, receipt.Done(), what)
				step, state := stepOf(requests, n)
				require.Equal(t, state, receipt.Steps[step].State, what)
				if n == 0 {
					require.Empty(t, s.contents(t), "nothing was put")
				}
				again, err := c.Raise(t.Context(), fullSubmission())
				require.NoError(t, err, what)
				require.True(t, again.Done(), what)
				require.Equal(t, want, s.contents(t), what)
			}
		}
		// What is there is looked for, and the answer lies: it is not taken for there, and
		// nothing is put over it.
		for _, n := range []int{0, 1, len(lookups) - 1} {
			s, c := start(t, fragile()...)
			c = c.Preview()
			_, err := c.Raise(t.Context(), fullSubmission())
			require.NoError(t, err)
			s.requests()
			s.once(n, func(w http.ResponseWriter, _ *http.Request, _ string) { lie(w) })
			receipt, err := c.Raise(t.Context(), fullSubmission())
			require.Error(t, err)
			require.Equal(t, incident.StateFailed, receipt.Steps[n].State, "%s to %s", name, lookups[n])
			require.NotContains(t, strings.Join(s.requests(), " "), "PUT")
		}
	}
}

// TestUpdateThroughCrashes ends an update at each of its requests, and makes it again.
func TestUpdateThroughCrashes(t *testing.T) {
	change := func(s *arm.IncidentSettings) error {
		s.AddLabel("x")
		s.Description = "D"
		s.Unassign()
		return nil
	}
	for name, crash := range crashes {
		for _, acts := range []bool{false, true} {
			for n := range 2 {
				s, c := start(t, fragile()...)
				with := settings
				with.Assign(arm.Owner{ObjectID: "2046feea-040d-4a46-9e2b-91c2941bfa70"})
				_, err := c.CreateIncident(t.Context(), "abc", with)
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				s.once(n, func(_ http.ResponseWriter, r *http.Request, path string) {
					if acts {
						s.act(r, path)
					}
					crash(cancel)
				})
				what := fmt.Sprintf("%s at request %d, acts: %v", name, n, acts)
				i, err := c.UpdateIncident(ctx, "abc", change)
				require.ErrorIs(t, err, client.ErrUnavailable, what)
				require.Nil(t, i)
				require.Equal(t, n == 1, errors.Is(err, client.ErrOutcomeUnknown), "%s: %v", what, err)
				i, err = c.UpdateIncident(t.Context(), "abc", change)
				require.NoError(t, err, what)
				require.Len(t, i.Properties.Labels, 1, what)
				require.Equal(t, "D", i.Properties.Description)
				require.Equal(t, "Suspicious login", i.Properties.Title)
				require.False(t, i.Properties.Owner.Assigned())
				cancel()
			}
		}
	}
}
