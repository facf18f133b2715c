package emulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
)

func busy(t *testing.T) api {
	a := open(t)
	one := a.raise("one", "mitreTechniques", `["T1078"]`)
	a.raise("two", "linkToIncident", "1", "isExcludedFromCorrelation", "true")
	a.raise("three")
	a.raise("four")
	a.clock.Advance(time.Minute)
	a.patch("1", `{"status":"resolved","displayName":"n","severity":"low","assignedTo":"o@contoso.com"}`)
	a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["2","3"]}`)
	a.do(200, "POST", "/v1.0/security/alerts_v2/"+one.text("id")+"/comments", `{"comment":"c"}`)
	return a
}

// TestSnapshot saves a state as JSON, loads it into another tenant, and has both
// go on in the same way.
func TestSnapshot(t *testing.T) {
	a := busy(t)
	saved := a.e.Snapshot()
	data, err := json.Marshal(saved)
	require.NoError(t, err)
	var read emulator.Snapshot
	require.NoError(t, json.Unmarshal(data, &read))

	b := open(t, emulator.WithSeed(99))
	b.clock.Advance(time.Minute)
	require.NoError(t, b.e.Load(&read))
	require.Empty(t, cmp.Diff(saved, b.e.Snapshot(), cmpopts.EquateEmpty()))
	require.Equal(t, a.state(), b.state())
	for _, query := range []string{"SecurityIncident", "AlertEvidence", "SecurityAlert"} {
		require.Equal(t, a.hunt(query), b.hunt(query))
	}
	next, same := a.raise("next"), b.raise("next")
	require.NotEmpty(t, cmp.Diff(saved, a.e.Snapshot(), cmpopts.EquateEmpty()), "what was saved does not change")
	require.Equal(t, next.text("incidentId"), same.text("incidentId"))
}

// TestLoadAlertsOfOtherProducts: a snapshot can be made by hand.
func TestLoadAlertsOfOtherProducts(t *testing.T) {
	a := open(t)
	at := a.clock.Now()
	require.NoError(t, a.e.Load(&emulator.Snapshot{
		Alerts: []emulator.AlertState{{Alert: alert.Alert{
			ID: "da1", Title: "Mimikatz", Severity: alert.High, Status: alert.StatusNew, ServiceSource: alert.ServiceMicrosoftSentinel, DetectionSource: "nrtAlerts",
			ProviderAlertID: "own", CreatedDateTime: at, LastUpdateDateTime: at, Evidence: evidence.List{&evidence.Process{ProcessCommandLine: "mimikatz.exe"}},
		}, Workspace: emulator.WorkspaceName}},
		Incidents: []emulator.IncidentState{{Incident: incident.Incident{ID: "1", DisplayName: "i", Status: incident.StatusActive, CreatedDateTime: at, LastUpdateDateTime: at}, AlertIDs: []string{"da1"}, Workspace: emulator.WorkspaceName}},
	}))
	require.Equal(t, "unknownFutureValue", a.alert("da1").text("serviceSource"), "it is newer than the sentinel")
	got := a.do(200, "GET", "/v1.0/security/alerts_v2/da1", "", "Prefer", "include-unknown-enum-members")
	require.Equal(t, []string{"microsoftSentinel", "nrtAlerts", "own", "1"}, []string{got.text("serviceSource"), got.text("detectionSource"), got.text("providerAlertId"), got.text("incidentId")})
	require.Equal(t, "unknownFutureValue", a.alert("da1").text("detectionSource"))
	require.Len(t, a.hunt(`AlertEvidence | where ProcessCommandLine has "mimikatz" and ServiceSource == "Microsoft Sentinel"`), 1)
	require.Len(t, a.hunt(`SecurityIncident`), 1)
	require.Equal(t, "2", a.raise("next").text("incidentId"))
}

func TestLoadRefuses(t *testing.T) {
	a := busy(t)
	before := a.e.Snapshot()
	for name, change := range map[string]func(*emulator.Snapshot){
		"twice":          func(s *emulator.Snapshot) { s.Alerts = append(s.Alerts, s.Alerts[0]) },
		"in two":         func(s *emulator.Snapshot) { s.Incidents[1].AlertIDs = s.Incidents[0].AlertIDs },
		"in none":        func(s *emulator.Snapshot) { s.Incidents[0].AlertIDs = nil },
		"unknown":        func(s *emulator.Snapshot) { s.Incidents[0].AlertIDs = []string{"x"} },
		"number":         func(s *emulator.Snapshot) { s.Incidents[0].Incident.ID = "7" },
		"redirect":       func(s *emulator.Snapshot) { s.Incidents[2].Incident.RedirectIncidentID = "99" },
		"round":          func(s *emulator.Snapshot) { s.Incidents[1].Incident.RedirectIncidentID = "3" },
		"history":        func(s *emulator.Snapshot) { s.History[0].Incident.ID = "7" },
		"history's list": func(s *emulator.Snapshot) { s.History[0].AlertIDs = []string{"x"} },
		"random":         func(s *emulator.Snapshot) { s.Random = []byte("x") },
	} {
		bad := a.e.Snapshot()
		change(bad)
		require.Error(t, a.e.Load(bad), name)
		require.Empty(t, cmp.Diff(before, a.e.Snapshot()), name)
	}
}

// TestIDsThatWereLoadedAreNotGivenAgain: a snapshot may come without the source of
// ids, from a tenant with the same seed.
func TestIDsThatWereLoadedAreNotGivenAgain(t *testing.T) {
	a := open(t)
	a.raise("one")
	saved := a.e.Snapshot()
	saved.Random = nil
	b := open(t)
	require.NoError(t, b.e.Load(saved))
	require.Equal(t, "2", b.raise("two").text("incidentId"))
}

// TestLoadCommentsThatAreNothing: a comment that was deleted stands for one of
// Defender, and is nothing where it names none.
func TestLoadCommentsThatAreNothing(t *testing.T) {
	a := open(t)
	a.raise("x")
	a.makeSecret()
	s := a.e.Snapshot()
	s.Workspaces[0].Incidents[0].Comments = append(s.Workspaces[0].Incidents[0].Comments, emulator.SentinelComment{})
	s.Incidents[0].Sentinel = &emulator.SentinelState{Comments: []emulator.SentinelComment{{}}, Tasks: []*arm.Task{nil}, Relations: []*arm.Relation{nil}}
	require.NoError(t, a.e.Load(s))
	sentinel := a.sentinel()
	require.Len(t, sentinel.do(200, "GET", armPath("incidents/made/comments"), "").list("value"), 1)
	for _, i := range sentinel.do(200, "GET", armPath("incidents"), "").list("value") {
		sentinel.do(200, "GET", armPath("incidents/"+i.text("name")+"/comments"), "")
		sentinel.do(201, "PUT", armPath("incidents/"+i.text("name")+"/tasks/new"), `{"properties":{"title":"t","status":"New"}}`)
	}
	require.NotEmpty(t, a.hunt("SecurityIncident"))
	require.Len(t, a.entries(0), 2)
}
