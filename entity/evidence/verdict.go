package evidence

import (
	"slices"
)

// Verdict is what an automated investigation concluded about an entity.
type Verdict string

// The members of [Verdict], with the names the API uses.
const (
	VerdictUnknown            Verdict = "unknown"
	VerdictSuspicious         Verdict = "suspicious"
	VerdictMalicious          Verdict = "malicious"
	VerdictNoThreatsFound     Verdict = "noThreatsFound"
	VerdictUnknownFutureValue Verdict = "unknownFutureValue"
)

var verdictValues = [...]Verdict{
	VerdictUnknown, VerdictSuspicious, VerdictMalicious, VerdictNoThreatsFound, VerdictUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Verdict) Values() []Verdict { return slices.Clone(verdictValues[:]) }

// Known reports whether v is a member of the schema. Others are kept and written as they came.
func (v Verdict) Known() bool { return slices.Contains(verdictValues[:], v) }

// RemediationStatus tells what became of the threat in an entity.
// The members after RemediationStatusUnknownFutureValue arrive by name only if the request says
// "Prefer: include-unknown-enum-members".
type RemediationStatus string

// The members of [RemediationStatus], with the names the API uses.
const (
	RemediationStatusNone                RemediationStatus = "none"
	RemediationStatusRemediated          RemediationStatus = "remediated"
	RemediationStatusPrevented           RemediationStatus = "prevented"
	RemediationStatusBlocked             RemediationStatus = "blocked"
	RemediationStatusNotFound            RemediationStatus = "notFound"
	RemediationStatusUnknownFutureValue  RemediationStatus = "unknownFutureValue"
	RemediationStatusActive              RemediationStatus = "active"
	RemediationStatusPendingApproval     RemediationStatus = "pendingApproval"
	RemediationStatusDeclined            RemediationStatus = "declined"
	RemediationStatusUnremediated        RemediationStatus = "unremediated"
	RemediationStatusRunning             RemediationStatus = "running"
	RemediationStatusPartiallyRemediated RemediationStatus = "partiallyRemediated"
)

var remediationStatusValues = [...]RemediationStatus{
	RemediationStatusNone, RemediationStatusRemediated, RemediationStatusPrevented, RemediationStatusBlocked,
	RemediationStatusNotFound, RemediationStatusUnknownFutureValue, RemediationStatusActive,
	RemediationStatusPendingApproval, RemediationStatusDeclined, RemediationStatusUnremediated, RemediationStatusRunning,
	RemediationStatusPartiallyRemediated,
}

// Values lists the members in the order of the schema.
func (RemediationStatus) Values() []RemediationStatus {
	return slices.Clone(remediationStatusValues[:])
}

// Known reports whether r is a member of the schema. Others are kept and written as they came.
func (r RemediationStatus) Known() bool { return slices.Contains(remediationStatusValues[:], r) }

// Role is the part an entity plays in an alert.
type Role string

// The members of [Role], with the names the API uses.
const (
	RoleUnknown            Role = "unknown"
	RoleContextual         Role = "contextual"
	RoleScanned            Role = "scanned"
	RoleSource             Role = "source"
	RoleDestination        Role = "destination"
	RoleCreated            Role = "created"
	RoleAdded              Role = "added"
	RoleCompromised        Role = "compromised"
	RoleEdited             Role = "edited"
	RoleAttacked           Role = "attacked"
	RoleAttacker           Role = "attacker"
	RoleCommandAndControl  Role = "commandAndControl"
	RoleLoaded             Role = "loaded"
	RoleSuspicious         Role = "suspicious"
	RolePolicyViolator     Role = "policyViolator"
	RoleUnknownFutureValue Role = "unknownFutureValue"
)

var roleValues = [...]Role{
	RoleUnknown, RoleContextual, RoleScanned, RoleSource, RoleDestination, RoleCreated, RoleAdded, RoleCompromised,
	RoleEdited, RoleAttacked, RoleAttacker, RoleCommandAndControl, RoleLoaded, RoleSuspicious, RolePolicyViolator,
	RoleUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (Role) Values() []Role { return slices.Clone(roleValues[:]) }

// Known reports whether r is a member of the schema. Others are kept and written as they came.
func (r Role) Known() bool { return slices.Contains(roleValues[:], r) }

// DetectionStatus tells how far a file or process got before it was noticed.
type DetectionStatus string

// The members of [DetectionStatus], with the names the API uses.
const (
	DetectionStatusDetected           DetectionStatus = "detected"
	DetectionStatusBlocked            DetectionStatus = "blocked"
	DetectionStatusPrevented          DetectionStatus = "prevented"
	DetectionStatusUnknownFutureValue DetectionStatus = "unknownFutureValue"
)

var detectionStatusValues = [...]DetectionStatus{
	DetectionStatusDetected, DetectionStatusBlocked, DetectionStatusPrevented, DetectionStatusUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (DetectionStatus) Values() []DetectionStatus { return slices.Clone(detectionStatusValues[:]) }

// Known reports whether d is a member of the schema. Others are kept and written as they came.
func (d DetectionStatus) Known() bool { return slices.Contains(detectionStatusValues[:], d) }
