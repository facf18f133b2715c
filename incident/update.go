package incident

import (
	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Update changes an incident. Only the fields that are set are sent: a nil
// field leaves a value alone, a pointer to the zero value clears it.
//
//	incident.Update{Status: new(incident.StatusResolved), AssignedTo: new("")}
//
// Source: Learn, "Update incident" (v1.0, 2026-03-19).
type Update struct {
	// DisplayName is the new name; it cannot be cleared.
	DisplayName *string `json:"displayName,omitzero"`
	// Description and Summary are free text.
	Description *string `json:"description,omitzero"`
	Summary     *string `json:"summary,omitzero"`
	// Severity overrides the one that the alerts give.
	Severity *alert.Severity `json:"severity,omitzero"`
	// Status can be active, inProgress and resolved. The page leaves inProgress
	// out and lists redirected; the first is in the enumeration and in use, and
	// the second breaks the incident when a caller sets it
	// (microsoft-graph-docs-contrib, pull request 8449).
	Status *Status `json:"status,omitzero"`
	// Classification and Determination say what the incident turned out to be;
	// see [alert.Classification.Determinations].
	Classification *alert.Classification `json:"classification,omitzero"`
	Determination  *alert.Determination  `json:"determination,omitzero"`
	// ResolvingComment explains the resolution and the classification.
	ResolvingComment *string `json:"resolvingComment,omitzero"`
	// AssignedTo is the new owner; the empty text takes the owner away.
	AssignedTo *string `json:"assignedTo,omitzero"`
	// CustomTags replaces the whole list.
	CustomTags *[]string `json:"customTags,omitzero"`
}

// Validate refuses an update that changes nothing, and values that a caller
// cannot set: statuses of the service's own, sentinels, an empty name. The
// error is a [*ValidationError].
func (u Update) Validate() error {
	var ps validate.Problems
	if u == (Update{}) {
		ps.Add("", "empty", "the update changes nothing; set at least one field")
	}
	if u.DisplayName != nil && *u.DisplayName == "" {
		ps.Add("displayName", "required", "is empty; leave the field out or give a name")
	}
	validate.Settable(&ps, "severity", u.Severity, alert.SeverityUnknown, alert.SeverityUnknownFutureValue)
	validate.Settable(&ps, "status", u.Status, StatusRedirected, StatusAwaitingAction, StatusUnknownFutureValue)
	validate.Settable(&ps, "classification", u.Classification, alert.ClassificationUnknownFutureValue)
	validate.Settable(&ps, "determination", u.Determination, alert.DeterminationUnknownFutureValue)
	return ps.Err()
}
