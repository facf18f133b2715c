package alert

import "slices"

// Severity is how much harm an alert or incident may mean. It is an open set. The
// portal offers the last four members before the sentinel; unknown exists in the
// API only and is refused in a draft.
//
// Source: Learn, "alert resource type", alertSeverity.
type Severity string

// The members of [Severity], with the names of the API.
const (
	SeverityUnknown            Severity = "unknown"
	Informational              Severity = "informational"
	Low                        Severity = "low"
	Medium                     Severity = "medium"
	High                       Severity = "high"
	SeverityUnknownFutureValue Severity = "unknownFutureValue"
)

var severityValues = [...]Severity{
	SeverityUnknown, Informational, Low, Medium, High, SeverityUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Severity) Values() []Severity { return slices.Clone(severityValues[:]) }

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s Severity) Known() bool { return slices.Contains(severityValues[:], s) }

// Status is where an alert stands in its life. It is an open set.
//
// Source: Learn, "alert resource type", alertStatus.
type Status string

// The members of [Status], with the names of the API.
const (
	StatusUnknown            Status = "unknown"
	StatusNew                Status = "new"
	StatusInProgress         Status = "inProgress"
	StatusResolved           Status = "resolved"
	StatusUnknownFutureValue Status = "unknownFutureValue"
)

var statusValues = [...]Status{
	StatusUnknown, StatusNew, StatusInProgress, StatusResolved, StatusUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Status) Values() []Status { return slices.Clone(statusValues[:]) }

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s Status) Known() bool { return slices.Contains(statusValues[:], s) }

// Classification is what an alert or incident turned out to be. It is an open
// set.
//
// Source: Learn, "alert resource type", alertClassification.
type Classification string

// The members of [Classification], with the names of the API.
const (
	ClassificationUnknown                       Classification = "unknown"
	ClassificationFalsePositive                 Classification = "falsePositive"
	ClassificationTruePositive                  Classification = "truePositive"
	ClassificationInformationalExpectedActivity Classification = "informationalExpectedActivity"
	ClassificationUnknownFutureValue            Classification = "unknownFutureValue"
)

var classificationValues = [...]Classification{
	ClassificationUnknown, ClassificationFalsePositive, ClassificationTruePositive,
	ClassificationInformationalExpectedActivity, ClassificationUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Classification) Values() []Classification { return slices.Clone(classificationValues[:]) }

// Known reports whether c is a member of the schema. A value that is not is kept and
// written as it came.
func (c Classification) Known() bool { return slices.Contains(classificationValues[:], c) }

// Determination is the kind of activity behind a classification. It is an open
// set.
//
// The property tables of the resource pages spell four members differently
// (compromisedUser, clean, insufficientData, confirmedUserActivity); the published
// schema and the answers of the live service use the names here.
//
// Source: Microsoft Graph v1.0 metadata, alertDetermination.
type Determination string

// The members of [Determination], with the names of the API.
const (
	DeterminationUnknown                   Determination = "unknown"
	DeterminationAPT                       Determination = "apt"
	DeterminationMalware                   Determination = "malware"
	DeterminationSecurityPersonnel         Determination = "securityPersonnel"
	DeterminationSecurityTesting           Determination = "securityTesting"
	DeterminationUnwantedSoftware          Determination = "unwantedSoftware"
	DeterminationOther                     Determination = "other"
	DeterminationMultiStagedAttack         Determination = "multiStagedAttack"
	DeterminationCompromisedAccount        Determination = "compromisedAccount"
	DeterminationPhishing                  Determination = "phishing"
	DeterminationMaliciousUserActivity     Determination = "maliciousUserActivity"
	DeterminationNotMalicious              Determination = "notMalicious"
	DeterminationNotEnoughDataToValidate   Determination = "notEnoughDataToValidate"
	DeterminationConfirmedActivity         Determination = "confirmedActivity"
	DeterminationLineOfBusinessApplication Determination = "lineOfBusinessApplication"
	DeterminationUnknownFutureValue        Determination = "unknownFutureValue"
)

var determinationValues = [...]Determination{
	DeterminationUnknown, DeterminationAPT, DeterminationMalware, DeterminationSecurityPersonnel,
	DeterminationSecurityTesting, DeterminationUnwantedSoftware, DeterminationOther, DeterminationMultiStagedAttack,
	DeterminationCompromisedAccount, DeterminationPhishing, DeterminationMaliciousUserActivity,
	DeterminationNotMalicious, DeterminationNotEnoughDataToValidate, DeterminationConfirmedActivity,
	DeterminationLineOfBusinessApplication, DeterminationUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Determination) Values() []Determination { return slices.Clone(determinationValues[:]) }

// Known reports whether d is a member of the schema. A value that is not is kept and
// written as it came.
func (d Determination) Known() bool { return slices.Contains(determinationValues[:], d) }

// InvestigationState is how far Defender's own investigation of an alert has come.
// It is an open set. Two of its names look like slips of the pen and are the
// published ones.
//
// Source: Learn, "alert resource type", investigationState.
type InvestigationState string

// The members of [InvestigationState], with the names of the API.
const (
	InvestigationUnknown                InvestigationState = "unknown"
	InvestigationTerminated             InvestigationState = "terminated"
	InvestigationSuccessfullyRemediated InvestigationState = "successfullyRemediated"
	InvestigationBenign                 InvestigationState = "benign"
	InvestigationFailed                 InvestigationState = "failed"
	InvestigationPartiallyRemediated    InvestigationState = "partiallyRemediated"
	InvestigationRunning                InvestigationState = "running"
	InvestigationPendingApproval        InvestigationState = "pendingApproval"
	InvestigationPendingResource        InvestigationState = "pendingResource"
	InvestigationQueued                 InvestigationState = "queued"
	InvestigationInnerFailure           InvestigationState = "innerFailure"
	InvestigationPreexistingAlert       InvestigationState = "preexistingAlert"
	InvestigationUnsupportedOS          InvestigationState = "unsupportedOs"
	InvestigationUnsupportedAlertType   InvestigationState = "unsupportedAlertType"
	InvestigationSuppressedAlert        InvestigationState = "suppressedAlert"
	InvestigationPartiallyInvestigated  InvestigationState = "partiallyInvestigated"
	InvestigationTerminatedByUser       InvestigationState = "terminatedByUser"
	InvestigationTerminatedBySystem     InvestigationState = "terminatedBySystem"
	InvestigationUnknownFutureValue     InvestigationState = "unknownFutureValue"
)

var investigationStateValues = [...]InvestigationState{
	InvestigationUnknown, InvestigationTerminated, InvestigationSuccessfullyRemediated, InvestigationBenign,
	InvestigationFailed, InvestigationPartiallyRemediated, InvestigationRunning, InvestigationPendingApproval,
	InvestigationPendingResource, InvestigationQueued, InvestigationInnerFailure, InvestigationPreexistingAlert,
	InvestigationUnsupportedOS, InvestigationUnsupportedAlertType, InvestigationSuppressedAlert,
	InvestigationPartiallyInvestigated, InvestigationTerminatedByUser, InvestigationTerminatedBySystem,
	InvestigationUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (InvestigationState) Values() []InvestigationState {
	return slices.Clone(investigationStateValues[:])
}

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s InvestigationState) Known() bool { return slices.Contains(investigationStateValues[:], s) }
