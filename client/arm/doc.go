// Package arm is a client of Microsoft Sentinel through Azure Resource Manager
// (Microsoft.SecurityInsights): it raises incidents by hand in one workspace, reads
// and changes them, and everything that belongs to them.
//
//	sentinel, err := arm.New(cred, arm.Workspace{SubscriptionID: id, ResourceGroup: "soc", Name: "soc-prod"})
//	receipt, err := sentinel.Raise(ctx, arm.Submission{Draft: draft, IncidentID: arm.IDFor("case 4711")})
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
