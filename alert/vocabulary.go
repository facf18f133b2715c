package alert

import "slices"

// Severity is how much harm an alert or incident may mean. It is an open set:
// an unknown value is kept.
//
// Source: Learn, "alert resource type", alertSeverity.
type Severity string

// The severities. The portal offers the last four; unknown exists in the API
// only, and is refused in a draft.
const (
	SeverityUnknown Severity = "unknown"
	Informational   Severity = "informational"
	Low             Severity = "low"
	Medium          Severity = "medium"
	High            Severity = "high"
)

// Status is where an alert stands in its life. It is an open set.
//
// Source: Learn, "alert resource type", alertStatus.
type Status string

// The statuses of an alert.
const (
	StatusUnknown    Status = "unknown"
	StatusNew        Status = "new"
	StatusInProgress Status = "inProgress"
	StatusResolved   Status = "resolved"
)

// Classification is what an alert or incident turned out to be. It is an open
// set.
//
// Source: Learn, "alert resource type", alertClassification.
type Classification string

// The classifications.
const (
	ClassificationUnknown                       Classification = "unknown"
	ClassificationFalsePositive                 Classification = "falsePositive"
	ClassificationTruePositive                  Classification = "truePositive"
	ClassificationInformationalExpectedActivity Classification = "informationalExpectedActivity"
)

// Determination is the kind of activity behind a classification. It is an open
// set.
//
// The property tables of the resource pages spell four members differently
// (compromisedUser, clean, insufficientData, confirmedUserActivity); the
// published schema and the answers of the live service use the names here.
//
// Source: Microsoft Graph v1.0 metadata, alertDetermination.
type Determination string

// The determinations.
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
)

// ServiceSource is the Microsoft service that an alert comes from. It is an
// open set; manual alerts have [ServiceMicrosoft365Defender].
//
// Source: Learn, "alert resource type", serviceSource.
type ServiceSource string

// ServiceMicrosoft365Defender is Microsoft Defender XDR.
const ServiceMicrosoft365Defender ServiceSource = "microsoft365Defender"

// DetectionSource is the technology that noticed what an alert is about. It is
// an open set; manual alerts have [DetectionManual].
//
// Source: Learn, "alert resource type", detectionSource.
type DetectionSource string

// DetectionManual marks an alert that a person or a program raised by hand.
const DetectionManual DetectionSource = "manual"

// Category is what kind of activity an alert is about. The service declares a
// string and publishes no full list, so any text that is not empty is legal;
// the constants are the values that documents name.
//
// Sources: Learn, "createAlertInput resource type"; the Defender for Endpoint
// alert queue page of 2020, the last one with a table; Impact is the example
// of the page "List incidents API in Microsoft Defender XDR".
type Category string

// The documented categories. Twelve of them are named like ATT&CK tactics, the
// last five are Defender's own.
const (
	InitialAccess       Category = "InitialAccess"
	Execution           Category = "Execution"
	Persistence         Category = "Persistence"
	PrivilegeEscalation Category = "PrivilegeEscalation"
	DefenseEvasion      Category = "DefenseEvasion"
	CredentialAccess    Category = "CredentialAccess"
	Discovery           Category = "Discovery"
	LateralMovement     Category = "LateralMovement"
	Collection          Category = "Collection"
	Exfiltration        Category = "Exfiltration"
	CommandAndControl   Category = "CommandAndControl"
	Impact              Category = "Impact"
	Exploit             Category = "Exploit"
	Malware             Category = "Malware"
	Ransomware          Category = "Ransomware"
	SuspiciousActivity  Category = "SuspiciousActivity"
	UnwantedSoftware    Category = "UnwantedSoftware"
)

// Categories returns the documented categories, in the order of the constants.
func Categories() []Category {
	return []Category{
		InitialAccess, Execution, Persistence, PrivilegeEscalation, DefenseEvasion, CredentialAccess, Discovery, LateralMovement,
		Collection, Exfiltration, CommandAndControl, Impact, Exploit, Malware, Ransomware, SuspiciousActivity, UnwantedSoftware,
	}
}

// Known reports whether the category is one of [Categories].
func (c Category) Known() bool { return slices.Contains(Categories(), c) }
