package incident_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/draw"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// bodies are the example bodies of Microsoft's documentation, with its ids and
// vocabulary and texts of our own.
var bodies = []struct {
	page string // of Learn
	into any
	body string
}{
	{"createAlertInput resource type, the members that are required", new(input), `{"createAlertInput":{"title":"A key of a user was tried",
		"severity":"high","description":"Seen by the SIEM of a partner.","category":"CredentialAccess","entityDefinitions":[
		{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"user@example.com","role":"impacted"}]}}`},
	{"alert: createAlert, example 1: join an incident", new(input), `{"createAlertInput":{"title":"A device runs what it should not",
		"severity":"medium","description":"Seen on one device.","category":"Execution","recommendedActions":"Isolate it.",
		"mitreTechniques":["T1059"],"linkToIncident":42,"entityDefinitions":[{"entityType":"device","entityIdentifier":"deviceId",
		"identifierValue":"9a8b7c6d-1234-5678-9abc-def012345678","role":"impacted"}]}}`},
	{"alert: createAlert, example 2: a new incident", new(input), `{"createAlertInput":{"title":"Sign-in from a TOR exit node",
		"severity":"high","description":"The address is on the list of exits.","category":"InitialAccess","mitreTechniques":["T1078"],
		"entityDefinitions":[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"john.doe@contoso.com","role":"impacted"},
		{"entityType":"ip","entityIdentifier":"address","identifierValue":"185.220.101.50","role":"related"}]}}`},
	{"alert: createAlert, response", new(alert.Alert), `{"@odata.type":"#microsoft.graph.security.alert","id":"ea2c5e5341-c60a-42fc-953f-3da427c85e2d_aml",
		"providerAlertId":"manual_ea2c5e5341-c60a-42fc-953f-3da427c85e2d","incidentId":"128","status":"new","severity":"high",
		"classification":"unknown","determination":"unknown","serviceSource":"microsoft365Defender","detectionSource":"manual",
		"title":"Sign-in from a TOR exit node","description":"The address is on the list of exits.","recommendedActions":"Reset the password.",
		"category":"InitialAccess","mitreTechniques":["T1078"],"createdDateTime":"2026-08-04T10:00:00.0000001Z",
		"lastUpdateDateTime":"2026-08-04T10:00:00Z","alertWebUrl":"https://security.microsoft.com/alerts/ea2c5e5341-c60a-42fc-953f-3da427c85e2d_aml"}`},
	{"Create alert (manualAlert), response", new(alert.Alert), `{"@odata.type":"#microsoft.graph.security.manualAlert","id":"da637551227677560813_-961444813",
		"providerAlertId":"manual_da637551227677560813","incidentId":"28282","tenantId":"b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c","status":"new",
		"severity":"low","serviceSource":"microsoft365Defender","detectionSource":"manual","title":"Hidden file was started","category":"DefenseEvasion",
		"linkToIncident":28282,"isExcludedFromCorrelation":false,"sentinelWorkspace":"w"}`},
	{"Create comment, request", new(alert.Comment), `{"@odata.type":"microsoft.graph.security.alertComment","comment":"Looked at it."}`},
	{"Create comment, response", new(struct {
		Context string          `json:"@odata.context"`
		Value   []alert.Comment `json:"value"`
	}), `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/alerts_v2('1')/comments","value":[
		{"comment":"Looked at it.","createdByDisplayName":"API-App:Tool","createdDateTime":"2026-08-04T10:00:00Z"}]}`},
	{"Get incident, response", new(incident.Incident), `{"@odata.type":"#microsoft.graph.security.incident","id":"2972395",
		"incidentWebUrl":"https://security.microsoft.com/incidents/2972395?tid=12f988bf-16f1-11af-11ab-1d7cd011db47","redirectIncidentId":"29",
		"tenantId":"b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c","displayName":"Stages of an attack on one device","createdDateTime":"2021-08-13T08:43:35.5533333Z",
		"lastUpdateDateTime":"2021-09-30T09:35:45.1133333Z","assignedTo":"kai@contoso.com","classification":"truePositive",
		"determination":"multiStagedAttack","status":"redirected","severity":"medium","customTags":["Demo"],"comments":[{"comment":"For the demonstration",
		"createdByDisplayName":"DavidS","createdDateTime":"2021-09-30T09:35:45Z"}],"systemTags":["Defender Experts"],"description":"Microsoft saw it.",
		"lastModifiedBy":"DavidS","resolvingComment":"Cleaned.","summary":"Defender Experts wrote this.","priorityScore":86}`},
	{"List incidents, with alerts", new(incident.Incident), `{"id":"29","status":"awaitingAction","alerts":[{"@odata.type":"#microsoft.graph.security.alert",
		"id":"da1","evidence":[{"@odata.type":"#microsoft.graph.security.processEvidence","processId":4780,"imageFile":{"fileName":"a.exe"}}]}]}`},
	{"recommendedHuntingQuery (beta)", new(incident.Incident), `{"id":"29","recommendedActions":"Look.","recommendedHuntingQueries":[
		{"@odata.type":"microsoft.graph.security.recommendedHuntingQuery","kqlText":"AlertInfo | take 1"}]}`},
	{"Update incident, request", new(incident.Update), `{"classification":"truePositive","determination":"multiStagedAttack","customTags":["Demo"]}`},
	{"Update alert, request", new(alert.Update), `{"assignedTo":"secAdmin@contoso.com","classification":"truePositive",
		"determination":"malware","status":"inProgress","customDetails":{"priority":"high"}}`},
}

type input struct {
	Input alert.Draft `json:"createAlertInput"`
}

// TestDocumentedBodies: each reads, and is written as the same JSON value.
func TestDocumentedBodies(t *testing.T) {
	for _, tt := range bodies {
		require.NoError(t, wire.Unmarshal([]byte(tt.body), tt.into), tt.page)
		got, err := wire.Marshal(tt.into)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, tt.body), draw.Canonical(t, string(got)), tt.page)
		if in, ok := tt.into.(*input); ok {
			require.NoError(t, in.Input.Validate(), tt.page)
			d, err := incident.ParseDraft([]byte(tt.body))
			require.NoError(t, err, tt.page)
			require.Equal(t, []alert.Draft{in.Input}, d.Alerts)
		}
	}
}
