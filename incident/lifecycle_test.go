package incident_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

func TestRollUpSeverity(t *testing.T) {
	require.Equal(t, alert.SeverityUnknown, incident.RollUpSeverity())
	require.Equal(t, alert.High, incident.RollUpSeverity(alert.Low, alert.High, alert.Medium))
	require.Equal(t, alert.Informational, incident.RollUpSeverity(alert.SeverityUnknown, "veryHigh", alert.Informational))
	require.Equal(t, alert.SeverityUnknown, incident.RollUpSeverity("veryHigh"))
}

func TestRollUpStatus(t *testing.T) {
	for _, tt := range []struct {
		in   []alert.Status
		want incident.Status
	}{
		{nil, incident.StatusActive},
		{[]alert.Status{alert.StatusNew, alert.StatusNew}, incident.StatusActive},
		{[]alert.Status{alert.StatusNew, alert.StatusResolved}, incident.StatusInProgress},
		{[]alert.Status{alert.StatusInProgress}, incident.StatusInProgress},
		{[]alert.Status{"onHold"}, incident.StatusInProgress},
		{[]alert.Status{alert.StatusResolved, alert.StatusResolved}, incident.StatusResolved},
	} {
		require.Equal(t, tt.want, incident.RollUpStatus(tt.in...), "%v", tt.in)
	}
}

func TestOpen(t *testing.T) {
	for _, s := range append(incident.Status("").Values(), "onHold") {
		require.Equal(t, s != incident.StatusResolved && s != incident.StatusRedirected, s.Open(), s)
	}
}

func TestResolve(t *testing.T) {
	i, a := incident.Resolve(alert.ClassificationTruePositive, alert.DeterminationPhishing)
	require.NoError(t, i.Validate())
	require.NoError(t, a.Validate())
	require.Equal(t, incident.StatusResolved, *i.Status)
	require.Equal(t, alert.StatusResolved, *a.Status)
	require.Equal(t, alert.DeterminationPhishing, *a.Determination)
	i, a = incident.Resolve("", "")
	require.Nil(t, i.Classification)
	require.Nil(t, a.Determination)
}

func TestVerdictSentinel(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   incident.Verdict
		want incident.SentinelVerdict
		lost []string
	}{
		{"nothing said", incident.Verdict{}, incident.SentinelVerdict{Severity: "Medium", Status: "New"}, nil},
		{"new", incident.Verdict{Severity: alert.High, Status: incident.StatusActive, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown},
			incident.SentinelVerdict{Severity: "High", Status: "New", Classification: "Undetermined"}, nil},
		{"phishing", incident.Verdict{Severity: alert.Low, Status: incident.StatusResolved, Classification: alert.ClassificationTruePositive, Determination: alert.DeterminationPhishing},
			incident.SentinelVerdict{Severity: "Low", Status: "Closed", Classification: "TruePositive", Reason: "SuspiciousActivity"}, []string{"determination"}},
		{"test", incident.Verdict{Severity: alert.Informational, Status: incident.StatusInProgress, Classification: alert.ClassificationInformationalExpectedActivity, Determination: alert.DeterminationSecurityTesting},
			incident.SentinelVerdict{Severity: "Informational", Status: "Active", Classification: "BenignPositive", Reason: "SuspiciousButExpected"}, []string{"determination"}},
		{"nothing malicious", incident.Verdict{Severity: alert.Medium, Status: incident.StatusResolved, Classification: alert.ClassificationFalsePositive, Determination: alert.DeterminationNotMalicious},
			incident.SentinelVerdict{Severity: "Medium", Status: "Closed", Classification: "FalsePositive", Reason: "IncorrectAlertLogic"}, nil},
		{"too little data", incident.Verdict{Severity: alert.Medium, Status: incident.StatusResolved, Classification: alert.ClassificationFalsePositive, Determination: alert.DeterminationNotEnoughDataToValidate},
			incident.SentinelVerdict{Severity: "Medium", Status: "Closed", Classification: "FalsePositive", Reason: "InaccurateData"}, nil},
		{"merged away", incident.Verdict{Severity: alert.Medium, Status: incident.StatusRedirected}, incident.SentinelVerdict{Severity: "Medium", Status: "Closed"}, []string{"status"}},
		{"words of tomorrow", incident.Verdict{Severity: "veryHigh", Status: "onHold", Classification: "joke", Determination: "x"},
			incident.SentinelVerdict{Severity: "Medium", Status: "New"}, []string{"severity", "status", "classification", "determination"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, lost := tt.in.Sentinel()
			require.Empty(t, cmp.Diff(tt.want, got))
			require.Empty(t, cmp.Diff(tt.lost, paths(lost)))
		})
	}
}

func paths(lost []incident.Omission) (paths []string) {
	for _, o := range lost {
		paths = append(paths, o.Path)
	}
	return paths
}

// TestVerdictsThatLoseNothingComeBack proves both directions against each
// other: what is reported as not lost is really there again.
func TestVerdictsThatLoseNothingComeBack(t *testing.T) {
	n := 0
	for _, severity := range alert.Severity("").Values() {
		for _, status := range incident.Status("").Values() {
			for _, classification := range alert.Classification("").Values() {
				for _, determination := range append(alert.Determination("").Values(), "") {
					v := incident.Verdict{Severity: severity, Status: status, Classification: classification, Determination: determination}
					s, lost := v.Sentinel()
					if len(lost) > 0 {
						continue
					}
					n++
					back, lost := s.Graph()
					require.Empty(t, lost, "%v", v)
					if determination == "" || determination == alert.DeterminationUnknown {
						// No determination and an unknown one are the same in
						// Sentinel; a false positive says why all the same.
						v.Determination = back.Determination
					}
					require.Empty(t, cmp.Diff(v, back))
				}
			}
		}
	}
	require.Equal(t, 4*3*(4*2+2), n)
}

func TestSentinelVerdictGraph(t *testing.T) {
	v, lost := incident.SentinelVerdict{Severity: "Critical", Status: "Paused", Classification: "Joke", Reason: "Boredom"}.Graph()
	require.Equal(t, incident.Verdict{Severity: alert.SeverityUnknown, Status: incident.StatusActive, Classification: alert.ClassificationUnknown}, v)
	require.Equal(t, []string{"severity", "status", "classification", "classificationReason"}, paths(lost))
	v, lost = incident.SentinelVerdict{}.Graph()
	require.Zero(t, v)
	require.Empty(t, lost)
}

func TestCorrelationReasons(t *testing.T) {
	var rs incident.CorrelationReasons
	require.NoError(t, rs.UnmarshalText([]byte("sameAsset, temporalProximity,sameAsset,, becauseISaySo ")))
	require.Equal(t, incident.CorrelationReasons{incident.ReasonSameAsset, incident.ReasonTemporalProximity, "becauseISaySo"}, rs)
	require.Equal(t, "sameAsset, temporalProximity, becauseISaySo", rs.String())
	require.True(t, rs.Has(incident.ReasonSameAsset))
	require.False(t, rs.Has(incident.ReasonSameActor))
	require.False(t, rs[2].Known())
	require.True(t, rs[0].Known())
	require.NoError(t, rs.UnmarshalText(nil))
	require.Empty(t, rs)
}

func ExampleVerdict_Sentinel() {
	s, lost := incident.Verdict{
		Severity: alert.High, Status: incident.StatusResolved,
		Classification: alert.ClassificationTruePositive, Determination: alert.DeterminationPhishing,
	}.Sentinel()
	fmt.Println(s.Status, s.Classification, s.Reason)
	fmt.Println(lost[0].Path+":", lost[0].Reason)
	// Output:
	// Closed TruePositive SuspiciousActivity
	// determination: Sentinel has no determination; of phishing the reason keeps SuspiciousActivity
}
