package arm

import (
	"slices"

	"github.com/incidentkit/incidentkit/entity/sentinel"
)

// Severity is how serious an incident is.
type Severity = sentinel.Severity

// The members of [Severity].
const (
	SeverityHigh          = sentinel.SeverityHigh
	SeverityMedium        = sentinel.SeverityMedium
	SeverityLow           = sentinel.SeverityLow
	SeverityInformational = sentinel.SeverityInformational
)

// SystemData says who created and changed an object; only the service writes it.
type SystemData = sentinel.SystemData

// Tactic is a tactic of ATT&CK as the API spells it; the members are constants
// of package sentinel.
type Tactic = sentinel.Tactic

// Status is where an incident stands in its life. Like all enumerations here it is an
// open set: a value that is not among the constants is kept.
type Status string

// The members of [Status], with the names of the API.
const (
	StatusNew    Status = "New"
	StatusActive Status = "Active"
	StatusClosed Status = "Closed"
)

var statusValues = [...]Status{
	StatusNew, StatusActive, StatusClosed,
}

// Values lists the members in the order of the specification.
func (Status) Values() []Status { return slices.Clone(statusValues[:]) }

// Known reports whether s is a member of the specification. Others are kept and written as they came.
func (s Status) Known() bool { return slices.Contains(statusValues[:], s) }

// Classification says what a closed incident turned out to be.
type Classification string

// The members of [Classification], with the names of the API.
const (
	Undetermined   Classification = "Undetermined"
	TruePositive   Classification = "TruePositive"
	BenignPositive Classification = "BenignPositive"
	FalsePositive  Classification = "FalsePositive"
)

var classificationValues = [...]Classification{
	Undetermined, TruePositive, BenignPositive, FalsePositive,
}

// Values lists the members in the order of the specification.
func (Classification) Values() []Classification { return slices.Clone(classificationValues[:]) }

// Known reports whether c is a member of the specification. Others are kept and written as they came.
func (c Classification) Known() bool { return slices.Contains(classificationValues[:], c) }

// ClassificationReason says why an incident was classified so.
type ClassificationReason string

// The members of [ClassificationReason], with the names of the API.
const (
	SuspiciousActivity    ClassificationReason = "SuspiciousActivity"
	SuspiciousButExpected ClassificationReason = "SuspiciousButExpected"
	IncorrectAlertLogic   ClassificationReason = "IncorrectAlertLogic"
	InaccurateData        ClassificationReason = "InaccurateData"
)

var classificationReasonValues = [...]ClassificationReason{
	SuspiciousActivity, SuspiciousButExpected, IncorrectAlertLogic, InaccurateData,
}

// Values lists the members in the order of the specification.
func (ClassificationReason) Values() []ClassificationReason {
	return slices.Clone(classificationReasonValues[:])
}

// Known reports whether c is a member of the specification. Others are kept and written as they came.
func (c ClassificationReason) Known() bool { return slices.Contains(classificationReasonValues[:], c) }

// OwnerType is what kind of identity owns an incident.
type OwnerType string

// The members of [OwnerType], with the names of the API.
const (
	OwnerUnknown OwnerType = "Unknown"
	OwnerUser    OwnerType = "User"
	OwnerGroup   OwnerType = "Group"
)

var ownerTypeValues = [...]OwnerType{
	OwnerUnknown, OwnerUser, OwnerGroup,
}

// Values lists the members in the order of the specification.
func (OwnerType) Values() []OwnerType { return slices.Clone(ownerTypeValues[:]) }

// Known reports whether o is a member of the specification. Others are kept and written as they came.
func (o OwnerType) Known() bool { return slices.Contains(ownerTypeValues[:], o) }

// LabelType says who set a label.
type LabelType string

// The members of [LabelType], with the names of the API.
const (
	LabelUser         LabelType = "User"
	LabelAutoAssigned LabelType = "AutoAssigned"
)

var labelTypeValues = [...]LabelType{
	LabelUser, LabelAutoAssigned,
}

// Values lists the members in the order of the specification.
func (LabelType) Values() []LabelType { return slices.Clone(labelTypeValues[:]) }

// Known reports whether l is a member of the specification. Others are kept and written as they came.
func (l LabelType) Known() bool { return slices.Contains(labelTypeValues[:], l) }

// TaskStatus is whether a task is done.
type TaskStatus string

// The members of [TaskStatus], with the names of the API.
const (
	TaskNew       TaskStatus = "New"
	TaskCompleted TaskStatus = "Completed"
)

var taskStatusValues = [...]TaskStatus{
	TaskNew, TaskCompleted,
}

// Values lists the members in the order of the specification.
func (TaskStatus) Values() []TaskStatus { return slices.Clone(taskStatusValues[:]) }

// Known reports whether t is a member of the specification. Others are kept and written as they came.
func (t TaskStatus) Known() bool { return slices.Contains(taskStatusValues[:], t) }
