package emulator

import "time"

// Choices are what the emulator does where no document says what Defender does.
// The zero value of each field is the default.
type Choices struct {
	// LinkToResolved is what becomes of an alert that is to join an incident
	// that is resolved. Default: [Join], and the incident stays resolved, since
	// resolved incidents are documented not to be reopened by correlation.
	LinkToResolved LinkPolicy
	// LinkToRedirected is the same for an incident that was merged into another.
	// Default: [Follow], since every reference to such an incident is documented
	// to lead to the other.
	LinkToRedirected LinkPolicy
	// UnknownIncidentInvalid answers 400 instead of 404 to an alert that is to
	// join an incident that does not exist.
	UnknownIncidentInvalid bool
	// ImpactedRequired refuses an alert without an impacted entity, as the
	// portal does; the API does not say that it does.
	ImpactedRequired bool
	// GeneratedNames names a new incident after its alert's category and
	// entities. Default: the title of the alert.
	GeneratedNames bool
	// SeverityFollowsAlerts lets the next alert decide the severity of an
	// incident whose severity a person has set. Default: what a person has set
	// stays, unless the alert's is higher.
	SeverityFollowsAlerts bool
	// AlertsResolveIncident resolves an incident whose last alert was resolved.
	AlertsResolveIncident bool
	// CommentsStay leaves the comments of an incident that was merged into
	// another where they are, as the older text has it. Default: they are
	// copied.
	CommentsStay bool
	// ScopedAssetsMissing answers an alert about a device outside of the
	// caller's scope as if there were no such device, with 404. Default: 403.
	ScopedAssetsMissing bool
	// CorrelationDelay is how long after an alert was raised it is looked at in
	// the background. Default: [DefaultCorrelationDelay]. How long Defender takes
	// is not documented; in the one published case it was twelve seconds. The
	// default is longer, so that it does not depend on the speed of a machine
	// whether a test that runs on real time finds its incidents where it made
	// them. A negative delay has each alert looked at before the next request.
	CorrelationDelay time.Duration
	// ExcludedAlertsPin has an incident stand alone as soon as one of its alerts is
	// excluded from correlation. Default: only if such an alert has opened it.
	ExcludedAlertsPin bool
	// PriorityScore gives incidents a score made from their severity and the
	// number of their alerts. Default: none, as in a tenant without the feature.
	PriorityScore bool
	// RefusalsUnaudited leaves what was refused to a caller who is known out of
	// the audit log. Default: it is there as Failed, which the schema of the
	// unified audit log has; no document says of which refusals there is a
	// record.
	RefusalsUnaudited bool
	// AlertPageSize and IncidentPageSize are the rows of a page for which the
	// caller asked no $top. Default: 50.
	AlertPageSize, IncidentPageSize int
	// MaxAlertTop is the greatest $top for alerts. Default: 1000. That of
	// incidents is 50, as observed.
	MaxAlertTop int

	// The rest are about Azure Resource Manager.

	// SentinelDelay is how long an incident of Defender takes to get into its
	// workspace in Azure Resource Manager. Default: none; it is documented to
	// take up to 10 minutes. Changes are there at once, as documented.
	SentinelDelay time.Duration
	// SyncAsDocumented has a PUT of an incident of Defender change only its
	// status, owner, classification, reason and comment, which are what is
	// documented to go both ways. Default: title, description, severity and
	// labels change as well.
	SyncAsDocumented bool
	// AlertsStayInDefender refuses to relate alerts to any incident, as one page
	// says of workspaces that are connected to the Defender portal. Default:
	// another page's rules, by which alerts can be related to incidents that were
	// made in the workspace.
	AlertsStayInDefender bool
	// ClosingNeedsClassification refuses to close an incident without a
	// classification, as integrations report.
	ClosingNeedsClassification bool
	// UnknownOwnersDropped has an incident whose owner the tenant has no identity
	// for have none. Default: the owner stays as given.
	UnknownOwnersDropped bool
	// ListsNeedResponder lets only responders and contributors ask for the
	// alerts, bookmarks and entities of an incident, which is a POST. Default:
	// readers may.
	ListsNeedResponder bool
	// IfMatchIgnored takes no notice of the headers If-Match and If-None-Match,
	// which the specification does not declare. Default: a condition that does
	// not hold gives 412.
	IfMatchIgnored bool
	// Throttle answers 429 to who has used up the requests of the documented
	// token buckets, on the tenant's clock. Default: the headers only count.
	Throttle bool
}

// LinkPolicy is what becomes of an alert that is to join an incident which does
// not simply take it.
type LinkPolicy string

// The policies.
const (
	// Join puts the alert into the incident.
	Join LinkPolicy = "join"
	// Reopen does so, and makes a resolved incident active.
	Reopen LinkPolicy = "reopen"
	// Follow puts it into the incident that the other was merged into.
	Follow LinkPolicy = "follow"
	// Refuse answers 400.
	Refuse LinkPolicy = "refuse"
)

// WithChoices changes what the emulator does where the documents are silent:
//
//	emulator.WithChoices(func(c *emulator.Choices) { c.ImpactedRequired = true })
func WithChoices(change func(*Choices)) Option {
	return func(t *Tenant) { change(&t.choices) }
}

// or returns the default for a choice that was not made.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
