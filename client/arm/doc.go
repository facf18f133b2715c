// Package arm is a client of Microsoft Sentinel through Azure Resource Manager
// (Microsoft.SecurityInsights): it raises incidents by hand in one workspace, reads
// and changes them, and everything that belongs to them.
//
//	sentinel, err := arm.New(cred, arm.Workspace{SubscriptionID: id, ResourceGroup: "soc", Name: "soc-prod"})
//	receipt, err := sentinel.Raise(ctx, arm.Submission{Draft: draft, IncidentID: arm.IDFor("case 4711")})
//
// # Calls
//
// Each call with what it sends below the workspace, the test that looks after it, and
// the test in internal/armpeer that makes it on Azure's own generated fake server. An
// update reads the object first.
//
//	GetIncident             GET incidents/{id}                     TestEveryCall   TestEveryRequest
//	CreateIncident          PUT incidents/{id}                     TestEveryCall   TestEveryRequest
//	UpdateIncident          PUT incidents/{id}                     TestEveryCall   TestEveryRequest
//	DeleteIncident          DELETE incidents/{id}                  TestEveryCall   TestEveryRequest
//	ListIncidents           GET incidents                          TestEveryCall   TestEveryRequest
//	ListIncidentAlerts      POST incidents/{id}/alerts             TestEveryCall   TestEveryRequest
//	ListIncidentBookmarks   POST incidents/{id}/bookmarks          TestEveryCall   TestEveryRequest
//	ListIncidentEntities    POST incidents/{id}/entities           TestEveryCall   TestEveryRequest
//	GetComment              GET incidents/{id}/comments/{id}       TestEveryCall   TestEveryRequest
//	CreateComment           PUT incidents/{id}/comments/{id}       TestEveryCall   TestEveryRequest
//	UpdateComment           PUT incidents/{id}/comments/{id}       TestEveryCall   TestEveryRequest
//	DeleteComment           DELETE incidents/{id}/comments/{id}    TestEveryCall   TestEveryRequest
//	ListComments            GET incidents/{id}/comments            TestEveryCall   TestEveryRequest
//	GetTask                 GET incidents/{id}/tasks/{id}          TestEveryCall   TestEveryRequest
//	CreateTask              PUT incidents/{id}/tasks/{id}          TestEveryCall   TestEveryRequest
//	UpdateTask              PUT incidents/{id}/tasks/{id}          TestEveryCall   TestEveryRequest
//	DeleteTask              DELETE incidents/{id}/tasks/{id}       TestEveryCall   TestEveryRequest
//	ListTasks               GET incidents/{id}/tasks               TestEveryCall   TestEveryRequest
//	GetRelation             GET incidents/{id}/relations/{id}      TestEveryCall   TestEveryRequest
//	CreateRelation          PUT incidents/{id}/relations/{id}      TestEveryCall   TestEveryRequest
//	UpdateRelation          PUT incidents/{id}/relations/{id}      TestEveryCall   TestEveryRequest
//	DeleteRelation          DELETE incidents/{id}/relations/{id}   TestEveryCall   TestEveryRequest
//	ListRelations           GET incidents/{id}/relations           TestEveryCall   TestEveryRequest
//	GetBookmark             GET bookmarks/{id}                     TestEveryCall   TestEveryRequest
//	CreateBookmark          PUT bookmarks/{id}                     TestEveryCall   TestEveryRequest
//	UpdateBookmark          PUT bookmarks/{id}                     TestEveryCall   TestEveryRequest
//	DeleteBookmark          DELETE bookmarks/{id}                  TestEveryCall   TestEveryRequest
//	ListBookmarks           GET bookmarks                          TestEveryCall   TestEveryRequest
//	RunPlaybook             POST incidents/{id}/runPlaybook        TestEveryCall   TestEveryRequest
//	RunPlaybookOnEntity     POST entities/{id}/runPlaybook         TestEveryCall   TestEveryRequest
//	Submit                  several of these                       TestSubmit      TestSubmissions
//	Raise                   several of these                       TestRaise       TestSubmissions
//
// What is asked of every call is tested once for all: TestAnswersThatLieAreErrors,
// TestAnotherObject, TestTroubleOnEveryCall. What a crash leaves is tested by
// TestRaiseThroughCrashes and TestUpdateThroughCrashes.
//
// # What such an incident is not
//
// It has no alerts and no entities. Azure Resource Manager cannot create either; it
// can only relate an alert that exists. And once the workspace is connected to the
// Defender portal, it does not show there. [Client.Raise] says so in the receipt, and
// what else it could not carry. Package client/graph raises incidents in Defender.
//
// # Replacing, and not losing
//
// The service knows no partial change: what it is sent replaces the object, and what
// is left out is reset. [Client.UpdateIncident] and its like therefore read the
// object, change it and write it back under its etag. Only what a caller may set is
// sent: types named …Settings have that, types named …State have what only the
// service says. Members that this package does not know are kept and sent back.
//
// What an answer is about is looked at before it is believed: one about another
// object, or about none, is [client.ErrBadAnswer]. A write that failed and may have
// been executed all the same is [client.ErrOutcomeUnknown]. To do it again is safe but
// for two: an update makes its change to what is there then, which can be a second time,
// and a playbook runs once more.
//
// Ids are chosen by the caller, so that creating is safe to repeat: [Client.NewID]
// makes a random one, [IDFor] one that follows from a reference.
//
// # Rules
//
// What the service would refuse is refused before anything is sent, with all
// problems at once in a [*ValidationError]. Beside those of package incident the
// rules are
//
//	guid            a value is no GUID
//	name            a name of a resource group or workspace is malformed
//	resource-id     a value is no id of Azure Resource Manager
//	id              an id holds what no name in Azure can have, or is longer than 260 characters
//	relation-name   the name of a relation is malformed
//	preview         a value exists in preview versions of the API only
//	new-incident    the draft names an incident of Defender to join
//	time            a time is in no year from 1 to 9999, or before the one that it follows
//
// # Versions
//
// A client speaks the stable version 2025-09-01. [Client.Preview] gives one that
// speaks a preview version, which has entity mappings, tactics and techniques of
// bookmarks.
//
// # Permissions
//
// The caller needs the role Microsoft Sentinel Responder on the resource group of the
// workspace, and Microsoft Sentinel Contributor to delete incidents and to create
// bookmarks.
//
// Source: Learn, "Roles and permissions in Microsoft Sentinel".
package arm
