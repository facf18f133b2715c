package incident

import (
	"slices"
	"strings"
)

// Status is where an incident stands in its life. It is an open set: an unknown
// value is kept.
//
// Source: Learn, "incident resource type", incidentStatus.
type Status string

// The members of [Status], with the names of the API. Redirected is set by the
// service alone, when it has merged the incident into another; awaitingAction
// by Defender Experts, and it is named only in answers to a request that has
// the header Prefer: include-unknown-enum-members.
const (
	StatusActive             Status = "active"
	StatusResolved           Status = "resolved"
	StatusInProgress         Status = "inProgress"
	StatusRedirected         Status = "redirected"
	StatusUnknownFutureValue Status = "unknownFutureValue"
	StatusAwaitingAction     Status = "awaitingAction"
)

var statusValues = [...]Status{StatusActive, StatusResolved, StatusInProgress, StatusRedirected, StatusUnknownFutureValue, StatusAwaitingAction}

// Values lists the members in the order of the schema.
func (Status) Values() []Status { return slices.Clone(statusValues[:]) }

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s Status) Known() bool { return slices.Contains(statusValues[:], s) }

// CorrelationReason is a reason to put alerts into one incident, or a set of
// such reasons. The API writes a set as one text, with commas.
//
// Source: Learn, "alert: moveAlerts"; Microsoft Graph v1.0 metadata,
// correlationReason, whose spelling eventCasualSequence is the published one.
type CorrelationReason string

// The members of [CorrelationReason], with the names of the API.
const (
	ReasonRepeatedAlertOccurrence CorrelationReason = "repeatedAlertOccurrence"
	ReasonSameGeography           CorrelationReason = "sameGeography"
	ReasonSimilarArtifacts        CorrelationReason = "similarArtifacts"
	ReasonSameTargetedAsset       CorrelationReason = "sameTargetedAsset"
	ReasonSameNetworkSegment      CorrelationReason = "sameNetworkSegment"
	ReasonEventSequence           CorrelationReason = "eventSequence"
	ReasonTimeFrame               CorrelationReason = "timeFrame"
	ReasonSameThreatSource        CorrelationReason = "sameThreatSource"
	ReasonSimilarTTPsOrBehavior   CorrelationReason = "similarTTPsOrBehavior"
	ReasonSameActor               CorrelationReason = "sameActor"
	ReasonSameCampaign            CorrelationReason = "sameCampaign"
	ReasonSharedIndicators        CorrelationReason = "sharedIndicators"
	ReasonSameAsset               CorrelationReason = "sameAsset"
	ReasonNetworkProximity        CorrelationReason = "networkProximity"
	ReasonEventCasualSequence     CorrelationReason = "eventCasualSequence"
	ReasonTemporalProximity       CorrelationReason = "temporalProximity"
	ReasonLateralMovementPath     CorrelationReason = "lateralMovementPath"
	ReasonUnknownFutureValue      CorrelationReason = "unknownFutureValue"
)

var correlationReasonValues = [...]CorrelationReason{
	ReasonRepeatedAlertOccurrence, ReasonSameGeography, ReasonSimilarArtifacts, ReasonSameTargetedAsset,
	ReasonSameNetworkSegment, ReasonEventSequence, ReasonTimeFrame, ReasonSameThreatSource, ReasonSimilarTTPsOrBehavior,
	ReasonSameActor, ReasonSameCampaign, ReasonSharedIndicators, ReasonSameAsset, ReasonNetworkProximity,
	ReasonEventCasualSequence, ReasonTemporalProximity, ReasonLateralMovementPath, ReasonUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (CorrelationReason) Values() []CorrelationReason {
	return slices.Clone(correlationReasonValues[:])
}

// Known reports whether r is a member of the schema.
func (r CorrelationReason) Known() bool { return slices.Contains(correlationReasonValues[:], r) }

// CorrelationReasons is a set of reasons, in the order in which they were
// given. In JSON it is one text: "sameAsset, temporalProximity". Reasons that
// nobody knows are kept.
type CorrelationReasons []CorrelationReason

// String returns the form that the API uses.
func (rs CorrelationReasons) String() string {
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = string(r)
	}
	return strings.Join(texts, ", ")
}

// Has reports whether the set holds a reason.
func (rs CorrelationReasons) Has(r CorrelationReason) bool { return slices.Contains(rs, r) }

// MarshalText writes the form that the API uses.
func (rs CorrelationReasons) MarshalText() ([]byte, error) { return []byte(rs.String()), nil }

// UnmarshalText reads the form that the API uses, with or without white space
// after the commas; a reason that is given twice is kept once.
func (rs *CorrelationReasons) UnmarshalText(text []byte) error {
	*rs = nil
	for part := range strings.SplitSeq(string(text), ",") {
		if r := CorrelationReason(strings.TrimSpace(part)); r != "" && !rs.Has(r) {
			*rs = append(*rs, r)
		}
	}
	return nil
}
