package alert

import (
	"maps"
	"slices"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Update changes an alert. Only the fields that are set are sent: a nil field
// leaves a value alone, a pointer to the zero value clears it.
//
//	alert.Update{Status: new(alert.StatusResolved), AssignedTo: new("")}
//
// Source: Learn, "Update alert" (v1.0, 2026-03-19).
type Update struct {
	// Status is the new status.
	Status *Status `json:"status,omitzero"`
	// Classification and Determination say what the alert turned out to be; see
	// [Classification.Determinations].
	Classification *Classification `json:"classification,omitzero"`
	Determination  *Determination  `json:"determination,omitzero"`
	// AssignedTo is the new owner; the empty text takes the owner away.
	AssignedTo *string `json:"assignedTo,omitzero"`
	// CustomDetails replaces all details; the values must be strings.
	CustomDetails *evidence.Dictionary `json:"customDetails,omitzero"`
}

// Validate refuses an update that changes nothing, and values that a caller
// cannot set. The error is a [*ValidationError].
func (u Update) Validate() error {
	var ps validate.Problems
	if u == (Update{}) {
		ps.Add("", "empty", "the update changes nothing; set at least one field")
	}
	validate.Settable(&ps, "status", u.Status, StatusUnknown, StatusUnknownFutureValue)
	validate.Settable(&ps, "classification", u.Classification, ClassificationUnknownFutureValue)
	validate.Settable(&ps, "determination", u.Determination, DeterminationUnknownFutureValue)
	if u.CustomDetails != nil {
		for _, name := range slices.Sorted(maps.Keys(*u.CustomDetails)) {
			if _, ok := u.CustomDetails.Text(name); !ok {
				ps.Add("customDetails."+name, "custom-detail", "is no string; custom details are strings")
			}
		}
	}
	return ps.Err()
}

// Determinations returns the determinations that go with a classification. A
// classification that is unknown, or not among the constants, has none.
//
// Source: Learn, "Update alert API" of Defender for Endpoint, which the portal
// follows. Microsoft Graph documents no pairs and may accept others, so nothing
// is refused by them.
func (c Classification) Determinations() []Determination {
	switch c {
	case ClassificationTruePositive:
		return []Determination{
			DeterminationMultiStagedAttack, DeterminationMaliciousUserActivity, DeterminationCompromisedAccount,
			DeterminationMalware, DeterminationPhishing, DeterminationUnwantedSoftware, DeterminationOther,
		}
	case ClassificationInformationalExpectedActivity:
		return []Determination{
			DeterminationSecurityTesting, DeterminationLineOfBusinessApplication, DeterminationConfirmedActivity, DeterminationOther,
		}
	case ClassificationFalsePositive:
		return []Determination{DeterminationNotMalicious, DeterminationNotEnoughDataToValidate, DeterminationOther}
	default:
		return nil
	}
}
