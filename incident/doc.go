// Package incident models incidents of Microsoft Defender XDR: the [Draft]
// that a person fills in, its [Review], the [Receipt] of its submission, the
// [Incident] that the service says exists, and the [Update] that changes it.
//
// # From a draft to an incident
//
//	draft := incident.Draft{Alerts: []alert.Draft{{
//		Title: "Suspicious login from TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
//		Description: "The account signed in from an address on the TOR exit list.",
//		Techniques:  []attack.ID{"T1078"},
//		Entities: []entity.Definition{
//			entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
//			entity.IPAddress("185.220.101.50").Related(),
//		},
//	}}}
//	receipt, err := defender.Submit(ctx, draft)
//
// # Rules
//
// [Draft.Validate] reports all problems of a draft at once. Each has one of
// these rule names, which do not change:
//
//	required             a value is missing
//	min, max             a list or text is too short or too long
//	oneof                the value is not one of a closed list
//	encoding             a text is no UTF-8, which JSON cannot carry
//	identifier-kind      the entity type has no such identifier
//	identifier-syntax    the identifier's value is malformed
//	impacted-entity      no entity is impacted; see [alert.ImpactedOptional]
//	duplicate-entity     two definitions name the same entity
//	technique-syntax     a technique id is malformed
//	incident-id          the incident to link to is no positive number
//	one-incident         two alerts of the draft name different incidents
//	one-workspace        two alerts of the draft name different workspaces
//	duplicate-tag        a tag is given twice
//	settable             an update sets a value that only the service sets
//	empty                an update changes nothing
//	custom-detail        a custom detail is no string
//	unknown-field        a draft file has a field that does not exist
//	syntax               a draft file is no valid JSON, or a value has the wrong type
//
// [Draft.Review] adds warnings, which do not keep a draft from being submitted:
//
//	white-space          white space around a text
//	line-break           a line break or another control character in a title
//	hidden-severity      informational incidents are hidden by the queue's default filter
//	unknown-category     no document names the category
//	no-correlation       the incident stays alone
//	duplicate-technique  a technique is given twice
//	unknown-technique    ATT&CK does not have the technique
//	revoked-technique    ATT&CK has replaced the technique
//	deprecated-technique ATT&CK has withdrawn the technique
//	other-tactic         the technique serves none of the category's tactics
//	renamed              an existing incident gets a new name, owner or tags
//	owner-form           the owner is no user principal name
package incident
