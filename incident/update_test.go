package incident_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

func TestUpdateValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   incident.Update
		want []string
	}{
		{"nothing", incident.Update{}, []string{"empty"}},
		{"resolve", incident.Update{Status: new(incident.StatusResolved), Classification: new(alert.ClassificationTruePositive)}, nil},
		{"in progress, which the page leaves out", incident.Update{Status: new(incident.StatusInProgress)}, nil},
		{"a status that nobody knows", incident.Update{Status: new(incident.Status("onHold"))}, nil},
		{"the service's own", incident.Update{Status: new(incident.StatusRedirected)}, []string{"status settable"}},
		{"Defender Experts' own", incident.Update{Status: new(incident.StatusAwaitingAction)}, []string{"status settable"}},
		{"sentinels", incident.Update{
			Severity: new(alert.SeverityUnknownFutureValue), Status: new(incident.StatusUnknownFutureValue),
			Classification: new(alert.ClassificationUnknownFutureValue), Determination: new(alert.DeterminationUnknownFutureValue),
		}, []string{"severity settable", "status settable", "classification settable", "determination settable"}},
		{"empty texts", incident.Update{DisplayName: new(""), Status: new(incident.Status(""))}, []string{"displayName required", "status required"}},
		{"cleared", incident.Update{AssignedTo: new(""), CustomTags: new([]string(nil)), ResolvingComment: new(""), Summary: new(""), Description: new("")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(tt.want, rules(tt.in.Validate())))
		})
	}
}

// TestUpdateSendsOnlyWhatWasSet proves the wire form of one field, of all, and
// of values that clear.
func TestUpdateSendsOnlyWhatWasSet(t *testing.T) {
	for _, tt := range []struct {
		in   incident.Update
		want string
	}{
		{incident.Update{}, `{}`},
		{incident.Update{Severity: new(alert.Low)}, `{"severity":"low"}`},
		{incident.Update{AssignedTo: new(""), CustomTags: new([]string{})}, `{"assignedTo":"","customTags":[]}`},
		{incident.Update{CustomTags: new([]string(nil))}, `{"customTags":[]}`},
		{incident.Update{
			DisplayName: new("n"), Description: new("d"), Summary: new("s"), Severity: new(alert.High), Status: new(incident.StatusActive),
			Classification: new(alert.ClassificationFalsePositive), Determination: new(alert.DeterminationNotMalicious),
			ResolvingComment: new("r"), AssignedTo: new("o"), CustomTags: new([]string{"t"}),
		}, `{"displayName":"n","description":"d","summary":"s","severity":"high","status":"active","classification":"falsePositive","determination":"notMalicious","resolvingComment":"r","assignedTo":"o","customTags":["t"]}`},
	} {
		data, err := wire.Marshal(tt.in)
		require.NoError(t, err)
		require.Equal(t, tt.want, string(data))
		var back incident.Update
		require.NoError(t, wire.Unmarshal(data, &back))
		again, err := wire.Marshal(back)
		require.NoError(t, err)
		require.Equal(t, tt.want, string(again))
	}
}
