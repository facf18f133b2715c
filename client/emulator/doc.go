// Package emulator is a Defender tenant in process: it answers like Microsoft
// Entra's token endpoint, the Microsoft Graph security API, the part of Azure
// Resource Manager that is Microsoft Sentinel, and the feed of the unified audit
// log, so that people can build and test without a tenant of their own.
//
// A [Tenant] is an [http.Handler] for a listener, and an [http.RoundTripper]
// for clients in the same process that need no socket.
//
// # What it answers
//
//	POST  /{tenant}/oauth2/v2.0/token             client secret, client assertion, device code, refresh token
//	POST  /{tenant}/oauth2/v2.0/devicecode        and [Tenant.SignIn] is the person who enters the code
//	GET   /{tenant}/v2.0/.well-known/openid-configuration
//	GET   /{tenant}/discovery/v2.0/keys           the key that signs the tokens
//
//	POST  /beta/security/alerts_v2/createAlert
//	POST  /beta/security/alerts_v2                the older form, manualAlert
//	GET   /{version}/security/alerts_v2           $filter $top $skip $count $orderby=createdDateTime
//	GET   /{version}/security/alerts_v2/{id}
//	PATCH /{version}/security/alerts_v2/{id}
//	POST  /{version}/security/alerts_v2/{id}/comments
//	POST  /{version}/security/alerts_v2/moveAlerts
//	GET   /{version}/security/incidents           $filter $top $skip $count $expand=alerts
//	GET   /{version}/security/incidents/{id}      $expand=alerts
//	PATCH /{version}/security/incidents/{id}
//	POST  /{version}/security/incidents/{id}/comments
//	POST  /{version}/security/incidents/mergeIncidents
//	POST  /{version}/security/runHuntingQuery     see below
//	POST  /{version}/$batch
//
//	POST  /api/v1.0/{tenant}/activity/feed/subscriptions/start, stop   without webhooks
//	GET   /api/v1.0/{tenant}/activity/feed/subscriptions/list, content
//	GET   /api/v1.0/{tenant}/activity/feed/audit/{content}
//
// The last are those of the Office 365 Management Activity API; their permission
// is [ActivityFeedRead]. What the portal shows and no documented API has is at
// addresses of the emulator's own, which no service has:
//
//	GET   /_emulator/incidents/{id}/activity      the activity log: [Tenant.Activity]
//	GET   /_emulator/alerts/{id}/history          [Tenant.AlertHistory]
//	GET   /_emulator/assets                       search, type: [Tenant.SearchAssets]
//	GET   /_emulator/entities                     type, identifier, value: [Tenant.EntityPage]
//
// And of Azure Resource Manager, below a workspace's
// /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.OperationalInsights/workspaces/{name}/providers/Microsoft.SecurityInsights,
// in stable and preview versions, under etags:
//
//	GET             /incidents                    $filter $orderby $top $skipToken
//	GET PUT DELETE  /incidents/{id}
//	POST            /incidents/{id}/alerts        and /bookmarks and /entities: lists
//	POST            /incidents/{id}/runPlaybook   see [Tenant.PlaybookRuns]
//	GET             /incidents/{id}/comments      and /relations: $filter $orderby $top $skipToken
//	GET PUT DELETE  /incidents/{id}/comments/{id} and /relations/{name} and /tasks/{id}
//	GET             /incidents/{id}/tasks         $skipToken
//	GET             /bookmarks                    $skipToken
//	GET PUT DELETE  /bookmarks/{id}
//	POST            /entities/{id}/runPlaybook
//
// Actions are answered in the form with the namespace as well. Anything else is
// answered with 501 and an error that names the route, or the option: what the
// emulator does not know, it does not invent.
//
// Hunting queries run over AlertInfo, AlertEvidence, SecurityAlert and
// SecurityIncident, with where, project, extend, take, top, sort, count, distinct,
// summarize and join; any other construct is a 400 that names it and its place.
//
// # Who may do what
//
// The application [ClientID] with the secret [ClientSecret] may do everything.
// [WithIdentity] adds applications and people, who may do what their permissions
// and roles say, and see what their device groups let them see. For Azure Resource
// Manager the roles of Microsoft Sentinel decide, in all workspaces, and device
// groups say nothing. A token is for one of the two APIs, unless it was asked for
// under the emulator's own address.
//
// # One tenant, three faces
//
// An incident of Defender is in its workspace too, and its provider is Microsoft
// XDR: what changes on one side changes on the other at once. An incident that is
// made in Azure Resource Manager is only there and in the table SecurityIncident,
// and its provider is Azure Sentinel; Microsoft Graph does not show it. Both are
// numbered in the order in which the workspace got them.
//
// # What can go wrong
//
// [Tenant.Inject] has requests answered late, wrongly, in part or not at all, and
// [Tenant.Requests] tells what was really done, so that a test can prove that
// nothing was done twice and nothing was lost. [Start] starts a tenant for a test.
// In a testing/synctest bubble use the tenant as a transport; a listener hangs
// there.
//
// # Manual creation
//
// What Learn, "Manually create an incident or alert in Microsoft Defender"
// (2026-06-03), describes, numbered in the order of the page, and the test of each
// behaviour that an API can show:
//
//	S-01  -                                        a preview; nothing to show
//	S-02  -                                        the tenant is onboarded
//	S-03  TestManualCreationNeedsARole             who may create
//	S-04  TestManualCreationInScopeOnly            assets in the caller's scope
//	S-05  TestManualCreationPicker                 the picker of assets, [Tenant.SearchAssets]
//	S-06  -                                        a button of the portal
//	S-10  -                                        a menu of the portal
//	S-11  TestManualCreationWorkspace              preparation: the workspace
//	S-12  TestManualCreationKeepsWhatWasEntered    alert details
//	S-13  TestManualCreationRequiredFields         select entities: one impacted asset, by choice
//	S-13  TestManualCreationEntities               and related evidence
//	S-14  TestManualCreationOfANewIncident         related incident: a new one
//	S-14  TestManualCreationInAnExistingIncident   or an existing one
//	S-15  -                                        review: incident.Draft.Review
//	S-16  TestManualCreationGivesLinks             links to both
//	S-20  TestManualCreationOfANewIncident         a new incident, where no id is given
//	S-20  TestManualCreationInAnExistingIncident   or an existing one, by its id
//	S-21  TestManualCreationCorrelation            normal correlation, or standalone
//	S-22  TestManualCreationKeepsWhatWasEntered    title
//	S-23  TestManualCreationHasFourSeverities      severity
//	S-24  TestManualCreationKeepsWhatWasEntered    category
//	S-25  TestManualCreationOptionalFields         techniques
//	S-26  TestManualCreationKeepsWhatWasEntered    description
//	S-27  TestManualCreationOptionalFields         recommended actions
//	S-28  TestManualCreationWorkspace              workspace
//	S-30  TestManualCreationDefaultDescription     the first alert's description
//	S-31  TestManualCreationRequiredFields         required fields
//	S-32  TestManualCreationWithoutSentinel        no workspace without Sentinel
//	S-33  TestManualCreationLimits                 lengths
//	S-40  TestManualCreationRequiredFields         an impacted asset, by choice
//	S-40  TestManualCreationEntities               its types
//	S-40  TestManualCreationPicker                 found by name or id
//	S-41  -                                        the order of an incident's page
//	S-42  TestManualCreationEntities               related evidence
//	S-43  TestManualCreationEntities               one type in either role
//	S-44  TestManualCreationInScopeOnly            evidence in scope
//	S-50  TestManualCreationTags                   service source
//	S-51  TestManualCreationTags                   detection source
//	S-52  TestManualCreationTags                   product name
//	S-53  TestManualCreationTags                   filters by them
//	S-54  TestManualCreationLeavesOwnerAndTags     owner and tags afterwards
//	S-55  TestManualIncidentIsManagedLikeAnyOther  managed like any other
//	S-56  TestManualIncidentIsOnEverySurface       surfaces
//	S-57  TestManualChangesAreTraced               who, what, when
//	S-58  TestManualIncidentIsOnEverySurface       the same tables and APIs
//
// # The life of an incident
//
// An alert that is raised is where the request had it. When
// [Choices.CorrelationDelay] is over, five minutes by default, it is looked at in
// the background: package correlation, with the profile of Defender, says whether
// its incident belongs to others, and if none of the documented reasons is against
// it, they are merged. Alerts, tags and comments go to the incident that was opened
// first; the others are redirected to it. A test says how much time goes by:
//
//	clock.Advance(10 * time.Minute)
//
// Nothing runs meanwhile: what is due is done before the next request, or the next
// call of [Tenant.Decisions], [Tenant.Explain] or [Tenant.Snapshot], as of the time
// when it was due. The same requests at the same times give the same incidents.
//
// Evidence is weighed by how rare it is in the tenant. Two alerts about one user are
// one incident; if every alert is about that user, that says nothing any more. A
// test that wants a fixed rule can have one:
//
//	emulator.WithCorrelation(correlation.Simple(24 * time.Hour))
//
// What keeps incidents apart: one is resolved; two owners, classifications or
// determinations; more entities than [correlation.Settings.MaxEntities]; devices
// of different groups, if [correlation.Settings.KeepDeviceGroups] is set; different
// workspaces, of which the primary one has the alerts of Defender; an alert that is
// excluded from correlation. An alert that was kept apart is not looked at again; a
// person may merge when the cause is gone. What a person has put somewhere stays:
// an alert that was linked to an incident, alerts that were moved apart, incidents
// that were merged.
//
// Resolving an incident resolves the alerts that are not, with its classification
// and determination; assigning it assigns the alerts that it has then. Opening it
// again does not open its alerts, and what happens to alerts does not change their
// incident, but for its severity; see [Choices.AlertsResolveIncident].
//
// # Who did what
//
// [Tenant.AuditLog] has every change, with what was there before and after, and every
// change that was refused to a caller who is known, in Microsoft Graph and in Azure
// Resource Manager, as entries of package audit; [Tenant.UnifiedAudit] has them as
// records of the unified audit log. Their names are those of package audit, of which few
// were observed.
//
// # Running for long
//
// What a tenant keeps of what was is bounded by [Limits], and so is what there can
// be; a tenant that nobody gives more alerts does not grow.
//
// # Keeping a state
//
// [Tenant.Snapshot] takes a picture of what the tenant has, which can be compared,
// written as JSON, and loaded by [Tenant.Load]; one made by hand fills a tenant
// with alerts of any product. It has the state of correlation, so that a tenant
// that loads it goes on as the first one would; one made by hand needs none.
//
// # Where the documents are silent
//
// [Choices] lists what a harness may want to decide for itself. Beyond those:
//
//   - An id of an incident is its number, counted from 1; that of an alert has the
//     form of the newest documented example.
//   - The evidence of an alert has the properties that the identifiers are values
//     of, and the role, as Impacted or Related, among its detailedRoles.
//   - A merge keeps the incident that was opened first, and its owner,
//     classification and determination where it has them; the published case was
//     that way. It is named after its first alert, or, where its alerts show
//     several tactics, as a multi-stage incident. Alerts that are moved to a new
//     incident give it their titles. An incident all of whose alerts were moved is
//     redirected.
//   - Correlation is on, since that is the default of isExcludedFromCorrelation;
//     [WithoutCorrelation] switches it off. An alert that was put into an incident
//     by hand is evidence for later ones, and does not itself have incidents
//     merged. People may merge an incident that stands alone, and not against the
//     other reasons.
//   - The reasons that moveAlerts and mergeIncidents take are looked at and not
//     kept: no property has them. [Tenant.Explain] gives those of correlation.
//   - A page continues where the one before it ended, though alerts were raised
//     meanwhile; $top is the size of a page.
//   - moveAlerts and mergeIncidents take at most 1000 ids.
//   - A member that a request's body does not have, and a member of an enumeration
//     that the schema does not have, are refused with 400 InvalidRequestBody.
//   - A workspace may be named by its name, its GUID or its resource id. An alert
//     that joins an incident goes to the incident's workspace.
//   - Incidents of which the caller may see no alert do not exist for the caller.
//   - A change of several properties has an entry in the audit log for each that
//     the observed operations tell apart, one for all others, and one for each
//     alert that changes with it. A call that sets what was set already has one
//     without changes. The activity log has no refusals. What is
//     done in Azure Resource Manager is there as what is done in Microsoft Graph is,
//     under the names that package arm has for it, so that a test finds all that
//     was done in one place. Of what Sentinel alone has, incidents of a workspace
//     with their tasks and bookmarks among it, no document says that it leaves
//     anything in the unified audit log; SentinelAudit has analytics rules only.
//   - A piece of content of the Management Activity API has what one request did,
//     and is there at once, for subscriptions that were there before. A person
//     needs no role for it.
//   - Assets are found by any part of the name or id. Only devices have a scope.
//
// And in Azure Resource Manager:
//
//   - An incident of Defender has a name that follows from its number, and a
//     relation for each alert, named by the alert's SystemAlertId. It cannot be
//     deleted, and after a merge cannot be changed, on neither side; comments on it,
//     and its tasks and bookmarks, still can.
//   - An etag follows from what the object says, the time of its last change
//     included. One that is sent for an object that there is not is a conflict.
//   - What only the service sets, and members that are unknown, may be in the body
//     of a PUT and have no effect.
//   - Comments on an incident of Defender that are deleted here stay in Defender,
//     as those that are edited are documented to.
//   - Incidents come newest first, everything else oldest first; one property orders
//     a list. Texts are ordered by their first 64 bytes.
//   - An incident's entities are those of its alerts, not of its bookmarks. Their
//     ids follow from what they say.
//   - A bookmark belongs to one incident at most. When it is deleted it takes the
//     relation along.
//   - Any two of the documented statuses, classifications and reasons go together.
//   - All documented versions of the API since 2021-10-01 are answered alike, but for
//     what only preview versions have.
package emulator
