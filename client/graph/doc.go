// Package graph is a client of the Microsoft Graph security API: it raises
// alerts and incidents by hand in Microsoft Defender XDR, and reads and changes
// them.
//
//	defender, err := graph.New(client.ClientSecret(tenantID, clientID, secret))
//	receipt, err := defender.Submit(ctx, draft)
//
// # Calls
//
// Each call with what it sends, and the test that looks after it.
//
//	CreateAlert             POST /beta/security/alerts_v2/createAlert         TestWireForms
//	CreateAlert, manual     POST /beta/security/alerts_v2                     TestWireForms
//	CreateAlerts            POST /beta/$batch                                 TestCreateAlerts
//	GetAlert                GET /v1.0/security/alerts_v2/{id}                 TestWireForms
//	ListAlerts              GET /v1.0/security/alerts_v2                      TestPagesAreFollowed
//	UpdateAlert             PATCH /v1.0/security/alerts_v2/{id}               TestWireForms
//	CommentOnAlert          POST /v1.0/security/alerts_v2/{id}/comments       TestWireForms
//	MoveAlerts              POST /v1.0/security/alerts_v2/moveAlerts          TestWireForms
//	GetIncident             GET /v1.0/security/incidents/{id}                 TestWireForms
//	GetIncidentWithAlerts   GET /v1.0/security/incidents/{id}?$expand=alerts  TestWireForms
//	ListIncidents           GET /v1.0/security/incidents                      TestIncidentsComeWithTheirAlerts
//	UpdateIncident          PATCH /v1.0/security/incidents/{id}               TestWireForms
//	CommentOnIncident       POST /v1.0/security/incidents/{id}/comments       TestWireForms
//	MergeIncidents          POST /v1.0/security/incidents/mergeIncidents      TestWireForms
//	RunHuntingQuery         POST /v1.0/security/runHuntingQuery               TestHuntingRows
//	Batch                   POST /{version}/$batch                            TestBatch
//	Preflight               nothing                                           TestPreflight
//	Submit                  several of these                                  TestSubmit
//	SubmitAll               several of these                                  TestSubmitAll
//	Resume                  several of these                                  TestResume
//	Reconcile               GET /v1.0/security/alerts_v2                      TestReconcile
//
// A list is ranged over, and fetches its pages meanwhile:
//
//	for a, err := range defender.ListAlerts(ctx, graph.AlertQuery{Filter: graph.AlertStatus.Eq(alert.StatusNew)}) {
//
// What is asked of every call is tested once for all: TestAnswersThatLieAreErrors,
// TestNothingInvalidIsSent and TestSlowAndCutConnections.
//
// # What became of it
//
// A creation that got no answer is not sent again: the error is
// [client.ErrOutcomeUnknown]. [Client.Reconcile] finds out whether the alert is
// there. [Client.Submit] returns a receipt, which can be stored, and from which
// [Client.Resume] goes on after an error, a crash or a night; with
// [Client.Reconciling] both find out by themselves. A reference in the draft
// ([alert.Draft.WithReference]) makes that exact:
//
//	draft.Alerts[0] = draft.Alerts[0].WithReference("hunt-2026-118")
//	receipt, err := defender.Reconciling(graph.Window{}).Submit(ctx, draft)
//
// # Permissions
//
// The application needs SecurityAlert.Create.All to create alerts,
// SecurityIncident.ReadWrite.All to name, assign, tag and comment the incident,
// and SecurityAlert.Read.All and SecurityIncident.Read.All to read what was
// created. A draft without name, owner, tags and comment needs the first alone.
//
// # Versions
//
// Creating an alert exists in the beta version of Microsoft Graph only, which
// Microsoft may change without notice; everything else uses v1.0.
package graph
