package arm_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/incident"
)

// fullLog takes entries until its disk is full for results.
type fullLog struct{ n int64 }

func (l *fullLog) Append(_ context.Context, list ...audit.Entry) (int64, error) {
	if list[0].Phase == audit.PhaseResult {
		return 0, errors.New("the disk is full")
	}
	l.n += int64(len(list))
	return l.n, nil
}

// TestAFullLogDoublesNothing: what was done and could not be recorded is done. The
// caller gets it beside the error, the receipt says so, and the rest is not left out.
func TestAFullLogDoublesNothing(t *testing.T) {
	full := client.WithRecorder(audit.NewRecorder(&fullLog{}), audit.OriginGraph)
	t.Run("raise", func(t *testing.T) {
		s, c := start(t, full)
		receipt, err := c.Raise(t.Context(), fullSubmission())
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		for _, step := range receipt.Steps {
			require.Equal(t, incident.StateDone, step.State, step.Action)
			require.False(t, step.Existed, step.Action)
		}
		require.Equal(t, "3177", receipt.IncidentID)
		made := s.paths()
		require.Len(t, made, len(receipt.Steps))
		s.requests()

		again, err := c.Raise(t.Context(), fullSubmission())
		require.NoError(t, err)
		require.True(t, again.Done())
		require.Equal(t, made, s.paths())
		for _, r := range s.requests() {
			require.True(t, strings.HasPrefix(r, "GET "), r)
		}
	})
	t.Run("update and delete", func(t *testing.T) {
		s, c := start(t, full)
		made, err := c.CreateIncident(t.Context(), "1", arm.IncidentSettings{Title: "t", Severity: arm.SeverityHigh, Status: arm.StatusNew})
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.NotNil(t, made)
		updated, err := c.UpdateIncident(t.Context(), "1", func(s *arm.IncidentSettings) error { s.Status = arm.StatusActive; return nil })
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.NotNil(t, updated)
		require.Equal(t, arm.StatusActive, updated.Properties.Status)
		existed, err := c.DeleteIncident(t.Context(), "1")
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.True(t, existed)
		require.Empty(t, s.paths())
		existed, err = c.DeleteIncident(t.Context(), "1")
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.False(t, existed)
	})
	t.Run("conflict", func(t *testing.T) {
		s, c := start(t, full)
		s.store("incidents/1", map[string]any{"properties": map[string]any{"title": "t", "severity": "Low", "status": "New"}})
		s.once(1, func(w http.ResponseWriter, _ *http.Request, _ string) { fail(w, http.StatusConflict, "Conflict") })
		updated, err := c.UpdateIncident(t.Context(), "1", func(s *arm.IncidentSettings) error { s.Status = arm.StatusActive; return nil })
		require.ErrorIs(t, err, audit.ErrNotRecorded, "it is not forgotten over a next attempt")
		require.ErrorIs(t, err, client.ErrConflict)
		require.Nil(t, updated)
		require.Equal(t, []string{"GET incidents/1", "PUT incidents/1"}, s.requests())
	})
	t.Run("no body", func(t *testing.T) {
		s, c := start(t, full)
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut {
				return false
			}
			s.store(path, map[string]any{"properties": map[string]any{"title": "t"}})
			w.WriteHeader(http.StatusNoContent)
			return true
		}
		made, err := c.CreateIncident(t.Context(), "1", arm.IncidentSettings{Title: "t", Severity: arm.SeverityHigh, Status: arm.StatusNew})
		require.ErrorIs(t, err, audit.ErrNotRecorded)
		require.NotNil(t, made)
		require.Equal(t, "t", made.Properties.Title)
	})
}
