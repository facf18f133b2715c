package graph_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// fullLog takes entries until its disk is full for results.
type fullLog struct{ entries []audit.Entry }

func (l *fullLog) Append(_ context.Context, list ...audit.Entry) (int64, error) {
	if list[0].Phase == audit.PhaseResult {
		return 0, errors.New("the disk is full")
	}
	l.entries = append(l.entries, list...)
	return int64(len(l.entries)), nil
}

// TestAFullLogDoublesNothing: a step that was executed and could not be recorded is
// done. The submission stops, and to resume it repeats nothing.
func TestAFullLogDoublesNothing(t *testing.T) {
	s := &lossyService{}
	c := s.client(t, client.WithRecorder(audit.NewRecorder(&fullLog{}), audit.OriginGraph))
	draft := incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}, Comment: "found by hunting"}
	receipt, err := c.Submit(t.Context(), draft)
	for range len(receipt.Steps) {
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		if receipt.Done() {
			break
		}
		receipt, err = c.Resume(t.Context(), receipt)
	}
	require.True(t, receipt.Done())
	require.Len(t, receipt.Alerts, 2)
	creations, comments := 0, 0
	for _, r := range s.requests {
		switch r {
		case http.MethodPost + " alerts_v2/createAlert":
			creations++
		case http.MethodPost + " incidents/" + receipt.IncidentID + "/comments":
			comments++
		}
	}
	require.Equal(t, 2, creations)
	require.Equal(t, 1, comments)
}

// TestALieIsRecordedAsOne: the log and the caller are told the same of an answer of
// success that makes no sense.
func TestALieIsRecordedAsOne(t *testing.T) {
	for _, tt := range wireForms {
		if strings.HasPrefix(tt.want, "GET") || tt.name == "hunt" {
			continue // is not recorded
		}
		log := new(entries)
		c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{}`) }, client.WithRecorder(audit.NewRecorder(log), audit.OriginGraph))
		err := tt.call(t.Context(), c)
		require.ErrorIs(t, err, graph.ErrBadAnswer, tt.name)
		require.Len(t, log.all, 2, tt.name)
		want := audit.Failed
		if errors.Is(err, client.ErrOutcomeUnknown) {
			want = audit.Unknown
		}
		require.Equal(t, want, log.all[1].Result.Outcome, tt.name)
		require.Equal(t, http.StatusOK, log.all[1].Result.Status, tt.name)
	}
}

// TestABatchThatAHookComplainsAboutIsDone: an error of a hook comes beside what the
// service has done, and does not hide it.
func TestABatchThatAHookComplainsAboutIsDone(t *testing.T) {
	full := errors.New("the exporter is full")
	b := &batches{t: t, answer: func(item sentItem, _ int) string { return ok(item, anAlert) }}
	c := service(t, b.ServeHTTP, client.WithHook(client.Hook{Call: func(ctx context.Context, call client.Call) (context.Context, func(client.Result) error, error) {
		return ctx, func(client.Result) error {
			if call.Parts > 0 {
				return full
			}
			return nil
		}, nil
	}}))
	for r := range c.CreateAlerts(t.Context(), slices.Values([]alert.Draft{oneAlert("a"), oneAlert("b")}), graph.Bulk{}) {
		require.ErrorIs(t, r.Err, full)
		require.NotNil(t, r.Alert, "the alert was created")
	}
	answers, err := c.Batch(t.Context(), creating("a"), creating("b"))
	require.NoError(t, err)
	for _, a := range answers {
		require.ErrorIs(t, a.Err, full)
		require.Equal(t, http.StatusOK, a.StatusCode)
	}
}

// TestTamperedReceipts are refused before anything is sent that could double what is
// there.
func TestTamperedReceipts(t *testing.T) {
	s := &lossyService{lost: func(n int, _ string) bool { return n == 2 }}
	c := s.client(t)
	receipt, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}})
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	for name, tamper := range map[string]func(*incident.Receipt){
		`step 2 of the receipt (createAlert) has the state "Uncertain"`: func(r *incident.Receipt) { r.Steps[1].State = "Uncertain" },
		`step 2 of the receipt (createAlert) has the state ""`:          func(r *incident.Receipt) { r.Steps[1].State = "" },
		`the incident "0", which is no number to link to`: func(r *incident.Receipt) {
			r.IncidentID, r.Steps[1].State = "0", incident.StateFailed
		},
	} {
		tampered := *receipt
		tampered.Steps = slices.Clone(receipt.Steps)
		tamper(&tampered)
		before := len(s.requests)
		_, err := c.Resume(t.Context(), &tampered)
		require.ErrorContains(t, err, name)
		require.Len(t, s.requests, before)
	}
}

// TestAnEndlessChainOfIncidents: a service that leads from one incident to the next
// for ever is not followed for ever.
func TestAnEndlessChainOfIncidents(t *testing.T) {
	requests := 0
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprint(w, anAlert)
			return
		}
		requests++
		if requests > 1000 {
			t.Error("it is followed for ever")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		fmt.Fprintf(w, `{"id":%q,"redirectIncidentId":"%d"}`, id, 1000+requests)
	})
	_, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("first")}, Comment: "x"})
	require.ErrorContains(t, err, "merged into another more than")
	require.Less(t, requests, 100)
}

// TestAClockThatIsAhead of the service's makes every alert seem older than the
// request that created it.
func TestAClockThatIsAhead(t *testing.T) {
	for name, tt := range map[string]struct {
		behind time.Duration // of the service
		since  time.Duration // from now
		skew   time.Duration
		want   graph.Verdict
	}{
		"the same":                {0, -time.Hour, 0, graph.NotCreated},
		"within the skew":         {time.Minute, -time.Hour, 0, graph.NotCreated},
		"behind":                  {time.Hour, -time.Hour, 0, graph.CannotTell},
		"behind, as is known":     {time.Hour, -time.Hour, 2 * time.Hour, graph.NotCreated},
		"set back since":          {0, time.Hour, 0, graph.CannotTell},
		"the service is in front": {-time.Hour, -time.Hour, 0, graph.NotCreated},
	} {
		c := service(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(-tt.behind).UTC().Format(http.TimeFormat))
			fmt.Fprint(w, `{"value":[]}`)
		})
		found, err := c.Reconcile(t.Context(), oneAlert("a"), graph.Window{Since: time.Now().Add(tt.since), Skew: tt.skew})
		require.NoError(t, err)
		require.Equal(t, tt.want, found.Verdict, name)
	}
}
