package graph_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
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
