package sentinel

import "slices"

// Severity is how serious an alert or an incident is. Like all enumerations here it is
// an open set: a value that is not among the constants is kept.
type Severity string

// The members of [Severity], with the names of the API.
const (
	SeverityHigh          Severity = "High"
	SeverityMedium        Severity = "Medium"
	SeverityLow           Severity = "Low"
	SeverityInformational Severity = "Informational"
)

var severityValues = [...]Severity{
	SeverityHigh, SeverityMedium, SeverityLow, SeverityInformational,
}

// Values lists the members in the order of the specification.
func (Severity) Values() []Severity { return slices.Clone(severityValues[:]) }

// Known reports whether s is a member of the specification. Others are kept and written as they came.
func (s Severity) Known() bool { return slices.Contains(severityValues[:], s) }

// AlertStatus is where an alert stands.
type AlertStatus string

// The members of [AlertStatus], with the names of the API.
const (
	AlertStatusUnknown    AlertStatus = "Unknown"
	AlertStatusNew        AlertStatus = "New"
	AlertStatusResolved   AlertStatus = "Resolved"
	AlertStatusDismissed  AlertStatus = "Dismissed"
	AlertStatusInProgress AlertStatus = "InProgress"
)

var alertStatusValues = [...]AlertStatus{
	AlertStatusUnknown, AlertStatusNew, AlertStatusResolved, AlertStatusDismissed, AlertStatusInProgress,
}

// Values lists the members in the order of the specification.
func (AlertStatus) Values() []AlertStatus { return slices.Clone(alertStatusValues[:]) }

// Known reports whether a is a member of the specification. Others are kept and written as they came.
func (a AlertStatus) Known() bool { return slices.Contains(alertStatusValues[:], a) }

// ConfidenceLevel is how sure the product is that an alert is no false one.
type ConfidenceLevel string

// The members of [ConfidenceLevel], with the names of the API.
const (
	ConfidenceLevelUnknown ConfidenceLevel = "Unknown"
	ConfidenceLevelLow     ConfidenceLevel = "Low"
	ConfidenceLevelHigh    ConfidenceLevel = "High"
)

var confidenceLevelValues = [...]ConfidenceLevel{
	ConfidenceLevelUnknown, ConfidenceLevelLow, ConfidenceLevelHigh,
}

// Values lists the members in the order of the specification.
func (ConfidenceLevel) Values() []ConfidenceLevel { return slices.Clone(confidenceLevelValues[:]) }

// Known reports whether c is a member of the specification. Others are kept and written as they came.
func (c ConfidenceLevel) Known() bool { return slices.Contains(confidenceLevelValues[:], c) }

// ConfidenceScoreStatus is how far the calculation of an alert's confidence is.
type ConfidenceScoreStatus string

// The members of [ConfidenceScoreStatus], with the names of the API.
const (
	ConfidenceScoreStatusNotApplicable ConfidenceScoreStatus = "NotApplicable"
	ConfidenceScoreStatusInProcess     ConfidenceScoreStatus = "InProcess"
	ConfidenceScoreStatusNotFinal      ConfidenceScoreStatus = "NotFinal"
	ConfidenceScoreStatusFinal         ConfidenceScoreStatus = "Final"
)

var confidenceScoreStatusValues = [...]ConfidenceScoreStatus{
	ConfidenceScoreStatusNotApplicable, ConfidenceScoreStatusInProcess, ConfidenceScoreStatusNotFinal,
	ConfidenceScoreStatusFinal,
}

// Values lists the members in the order of the specification.
func (ConfidenceScoreStatus) Values() []ConfidenceScoreStatus {
	return slices.Clone(confidenceScoreStatusValues[:])
}

// Known reports whether c is a member of the specification. Others are kept and written as they came.
func (c ConfidenceScoreStatus) Known() bool {
	return slices.Contains(confidenceScoreStatusValues[:], c)
}

// Intent is a step of the kill chain that an alert stands for: an older vocabulary than [Tactic]. Several
// are written as one text with commas.
type Intent string

// The members of [Intent], with the names of the API.
const (
	IntentUnknown             Intent = "Unknown"
	IntentProbing             Intent = "Probing"
	IntentExploitation        Intent = "Exploitation"
	IntentPersistence         Intent = "Persistence"
	IntentPrivilegeEscalation Intent = "PrivilegeEscalation"
	IntentDefenseEvasion      Intent = "DefenseEvasion"
	IntentCredentialAccess    Intent = "CredentialAccess"
	IntentDiscovery           Intent = "Discovery"
	IntentLateralMovement     Intent = "LateralMovement"
	IntentExecution           Intent = "Execution"
	IntentCollection          Intent = "Collection"
	IntentExfiltration        Intent = "Exfiltration"
	IntentCommandAndControl   Intent = "CommandAndControl"
	IntentImpact              Intent = "Impact"
)

var intentValues = [...]Intent{
	IntentUnknown, IntentProbing, IntentExploitation, IntentPersistence, IntentPrivilegeEscalation,
	IntentDefenseEvasion, IntentCredentialAccess, IntentDiscovery, IntentLateralMovement, IntentExecution,
	IntentCollection, IntentExfiltration, IntentCommandAndControl, IntentImpact,
}

// Values lists the members in the order of the specification.
func (Intent) Values() []Intent { return slices.Clone(intentValues[:]) }

// Known reports whether i is a member of the specification. Others are kept and written as they came.
func (i Intent) Known() bool { return slices.Contains(intentValues[:], i) }

// Tactic is a tactic of ATT&CK as the API spells it: those of the Enterprise matrix, two of the one for
// industrial control systems, and PreAttack, which ATT&CK has given up.
type Tactic string

// The members of [Tactic], with the names of the API.
const (
	TacticReconnaissance          Tactic = "Reconnaissance"
	TacticResourceDevelopment     Tactic = "ResourceDevelopment"
	TacticInitialAccess           Tactic = "InitialAccess"
	TacticExecution               Tactic = "Execution"
	TacticPersistence             Tactic = "Persistence"
	TacticPrivilegeEscalation     Tactic = "PrivilegeEscalation"
	TacticDefenseEvasion          Tactic = "DefenseEvasion"
	TacticCredentialAccess        Tactic = "CredentialAccess"
	TacticDiscovery               Tactic = "Discovery"
	TacticLateralMovement         Tactic = "LateralMovement"
	TacticCollection              Tactic = "Collection"
	TacticExfiltration            Tactic = "Exfiltration"
	TacticCommandAndControl       Tactic = "CommandAndControl"
	TacticImpact                  Tactic = "Impact"
	TacticPreAttack               Tactic = "PreAttack"
	TacticImpairProcessControl    Tactic = "ImpairProcessControl"
	TacticInhibitResponseFunction Tactic = "InhibitResponseFunction"
)

var tacticValues = [...]Tactic{
	TacticReconnaissance, TacticResourceDevelopment, TacticInitialAccess, TacticExecution, TacticPersistence,
	TacticPrivilegeEscalation, TacticDefenseEvasion, TacticCredentialAccess, TacticDiscovery, TacticLateralMovement,
	TacticCollection, TacticExfiltration, TacticCommandAndControl, TacticImpact, TacticPreAttack,
	TacticImpairProcessControl, TacticInhibitResponseFunction,
}

// Values lists the members in the order of the specification.
func (Tactic) Values() []Tactic { return slices.Clone(tacticValues[:]) }

// Known reports whether t is a member of the specification. Others are kept and written as they came.
func (t Tactic) Known() bool { return slices.Contains(tacticValues[:], t) }

// OSFamily is the family of a host's operating system.
type OSFamily string

// The members of [OSFamily], with the names of the API.
const (
	OSFamilyUnknown OSFamily = "Unknown"
	OSFamilyLinux   OSFamily = "Linux"
	OSFamilyWindows OSFamily = "Windows"
	OSFamilyAndroid OSFamily = "Android"
	OSFamilyIOS     OSFamily = "IOS"
)

var osFamilyValues = [...]OSFamily{
	OSFamilyUnknown, OSFamilyLinux, OSFamilyWindows, OSFamilyAndroid, OSFamilyIOS,
}

// Values lists the members in the order of the specification.
func (OSFamily) Values() []OSFamily { return slices.Clone(osFamilyValues[:]) }

// Known reports whether o is a member of the specification. Others are kept and written as they came.
func (o OSFamily) Known() bool { return slices.Contains(osFamilyValues[:], o) }

// HashAlgorithm is how a hash was computed.
type HashAlgorithm string

// The members of [HashAlgorithm], with the names of the API.
const (
	HashUnknown  HashAlgorithm = "Unknown"
	HashMD5      HashAlgorithm = "MD5"
	HashSHA1     HashAlgorithm = "SHA1"
	HashSHA256   HashAlgorithm = "SHA256"
	HashSHA256AC HashAlgorithm = "SHA256AC"
)

var hashAlgorithmValues = [...]HashAlgorithm{
	HashUnknown, HashMD5, HashSHA1, HashSHA256, HashSHA256AC,
}

// Values lists the members in the order of the specification.
func (HashAlgorithm) Values() []HashAlgorithm { return slices.Clone(hashAlgorithmValues[:]) }

// Known reports whether h is a member of the specification. Others are kept and written as they came.
func (h HashAlgorithm) Known() bool { return slices.Contains(hashAlgorithmValues[:], h) }

// ElevationToken is with which rights a process runs.
type ElevationToken string

// The members of [ElevationToken], with the names of the API.
const (
	ElevationTokenDefault ElevationToken = "Default"
	ElevationTokenFull    ElevationToken = "Full"
	ElevationTokenLimited ElevationToken = "Limited"
)

var elevationTokenValues = [...]ElevationToken{
	ElevationTokenDefault, ElevationTokenFull, ElevationTokenLimited,
}

// Values lists the members in the order of the specification.
func (ElevationToken) Values() []ElevationToken { return slices.Clone(elevationTokenValues[:]) }

// Known reports whether e is a member of the specification. Others are kept and written as they came.
func (e ElevationToken) Known() bool { return slices.Contains(elevationTokenValues[:], e) }

// RegistryHive is the root of a key of the Windows registry.
type RegistryHive string

// The members of [RegistryHive], with the names of the API.
const (
	RegistryLocalMachine             RegistryHive = "HKEY_LOCAL_MACHINE"
	RegistryClassesRoot              RegistryHive = "HKEY_CLASSES_ROOT"
	RegistryCurrentConfig            RegistryHive = "HKEY_CURRENT_CONFIG"
	RegistryUsers                    RegistryHive = "HKEY_USERS"
	RegistryCurrentUserLocalSettings RegistryHive = "HKEY_CURRENT_USER_LOCAL_SETTINGS"
	RegistryPerformanceData          RegistryHive = "HKEY_PERFORMANCE_DATA"
	RegistryPerformanceNLSText       RegistryHive = "HKEY_PERFORMANCE_NLSTEXT"
	RegistryPerformanceText          RegistryHive = "HKEY_PERFORMANCE_TEXT"
	RegistryA                        RegistryHive = "HKEY_A"
	RegistryCurrentUser              RegistryHive = "HKEY_CURRENT_USER"
)

var registryHiveValues = [...]RegistryHive{
	RegistryLocalMachine, RegistryClassesRoot, RegistryCurrentConfig, RegistryUsers, RegistryCurrentUserLocalSettings,
	RegistryPerformanceData, RegistryPerformanceNLSText, RegistryPerformanceText, RegistryA, RegistryCurrentUser,
}

// Values lists the members in the order of the specification.
func (RegistryHive) Values() []RegistryHive { return slices.Clone(registryHiveValues[:]) }

// Known reports whether r is a member of the specification. Others are kept and written as they came.
func (r RegistryHive) Known() bool { return slices.Contains(registryHiveValues[:], r) }

// RegistryValueKind is the type of the data of a registry value.
type RegistryValueKind string

// The members of [RegistryValueKind], with the names of the API.
const (
	RegistryValueKindNone         RegistryValueKind = "None"
	RegistryValueKindUnknown      RegistryValueKind = "Unknown"
	RegistryValueKindString       RegistryValueKind = "String"
	RegistryValueKindExpandString RegistryValueKind = "ExpandString"
	RegistryValueKindBinary       RegistryValueKind = "Binary"
	RegistryValueKindDWord        RegistryValueKind = "DWord"
	RegistryValueKindMultiString  RegistryValueKind = "MultiString"
	RegistryValueKindQWord        RegistryValueKind = "QWord"
)

var registryValueKindValues = [...]RegistryValueKind{
	RegistryValueKindNone, RegistryValueKindUnknown, RegistryValueKindString, RegistryValueKindExpandString,
	RegistryValueKindBinary, RegistryValueKindDWord, RegistryValueKindMultiString, RegistryValueKindQWord,
}

// Values lists the members in the order of the specification.
func (RegistryValueKind) Values() []RegistryValueKind {
	return slices.Clone(registryValueKindValues[:])
}

// Known reports whether r is a member of the specification. Others are kept and written as they came.
func (r RegistryValueKind) Known() bool { return slices.Contains(registryValueKindValues[:], r) }

// MailDirection is where a mail went, seen from the tenant.
type MailDirection string

// The members of [MailDirection], with the names of the API.
const (
	MailDirectionUnknown  MailDirection = "Unknown"
	MailDirectionInbound  MailDirection = "Inbound"
	MailDirectionOutbound MailDirection = "Outbound"
	MailDirectionIntraorg MailDirection = "Intraorg"
)

var mailDirectionValues = [...]MailDirection{
	MailDirectionUnknown, MailDirectionInbound, MailDirectionOutbound, MailDirectionIntraorg,
}

// Values lists the members in the order of the specification.
func (MailDirection) Values() []MailDirection { return slices.Clone(mailDirectionValues[:]) }

// Known reports whether m is a member of the specification. Others are kept and written as they came.
func (m MailDirection) Known() bool { return slices.Contains(mailDirectionValues[:], m) }

// DeliveryAction is what was done with a mail.
type DeliveryAction string

// The members of [DeliveryAction], with the names of the API.
const (
	DeliveryActionUnknown         DeliveryAction = "Unknown"
	DeliveryActionDeliveredAsSpam DeliveryAction = "DeliveredAsSpam"
	DeliveryActionDelivered       DeliveryAction = "Delivered"
	DeliveryActionBlocked         DeliveryAction = "Blocked"
	DeliveryActionReplaced        DeliveryAction = "Replaced"
)

var deliveryActionValues = [...]DeliveryAction{
	DeliveryActionUnknown, DeliveryActionDeliveredAsSpam, DeliveryActionDelivered, DeliveryActionBlocked,
	DeliveryActionReplaced,
}

// Values lists the members in the order of the specification.
func (DeliveryAction) Values() []DeliveryAction { return slices.Clone(deliveryActionValues[:]) }

// Known reports whether d is a member of the specification. Others are kept and written as they came.
func (d DeliveryAction) Known() bool { return slices.Contains(deliveryActionValues[:], d) }

// DeliveryLocation is where a mail ended up.
type DeliveryLocation string

// The members of [DeliveryLocation], with the names of the API.
const (
	DeliveryLocationUnknown       DeliveryLocation = "Unknown"
	DeliveryLocationInbox         DeliveryLocation = "Inbox"
	DeliveryLocationJunkFolder    DeliveryLocation = "JunkFolder"
	DeliveryLocationDeletedFolder DeliveryLocation = "DeletedFolder"
	DeliveryLocationQuarantine    DeliveryLocation = "Quarantine"
	DeliveryLocationExternal      DeliveryLocation = "External"
	DeliveryLocationFailed        DeliveryLocation = "Failed"
	DeliveryLocationDropped       DeliveryLocation = "Dropped"
	DeliveryLocationForwarded     DeliveryLocation = "Forwarded"
)

var deliveryLocationValues = [...]DeliveryLocation{
	DeliveryLocationUnknown, DeliveryLocationInbox, DeliveryLocationJunkFolder, DeliveryLocationDeletedFolder,
	DeliveryLocationQuarantine, DeliveryLocationExternal, DeliveryLocationFailed, DeliveryLocationDropped,
	DeliveryLocationForwarded,
}

// Values lists the members in the order of the specification.
func (DeliveryLocation) Values() []DeliveryLocation { return slices.Clone(deliveryLocationValues[:]) }

// Known reports whether d is a member of the specification. Others are kept and written as they came.
func (d DeliveryLocation) Known() bool { return slices.Contains(deliveryLocationValues[:], d) }

// IdentityType is what kind of identity created or changed an object.
type IdentityType string

// The members of [IdentityType], with the names of the API.
const (
	CreatedByUser            IdentityType = "User"
	CreatedByApplication     IdentityType = "Application"
	CreatedByManagedIdentity IdentityType = "ManagedIdentity"
	CreatedByKey             IdentityType = "Key"
)

var identityTypeValues = [...]IdentityType{
	CreatedByUser, CreatedByApplication, CreatedByManagedIdentity, CreatedByKey,
}

// Values lists the members in the order of the specification.
func (IdentityType) Values() []IdentityType { return slices.Clone(identityTypeValues[:]) }

// Known reports whether i is a member of the specification. Others are kept and written as they came.
func (i IdentityType) Known() bool { return slices.Contains(identityTypeValues[:], i) }

// DeviceImportance is how much depends on a device.
type DeviceImportance string

// The members of [DeviceImportance], with the names of the API.
const (
	DeviceImportanceUnknown DeviceImportance = "Unknown"
	DeviceImportanceLow     DeviceImportance = "Low"
	DeviceImportanceNormal  DeviceImportance = "Normal"
	DeviceImportanceHigh    DeviceImportance = "High"
)

var deviceImportanceValues = [...]DeviceImportance{
	DeviceImportanceUnknown, DeviceImportanceLow, DeviceImportanceNormal, DeviceImportanceHigh,
}

// Values lists the members in the order of the specification.
func (DeviceImportance) Values() []DeviceImportance { return slices.Clone(deviceImportanceValues[:]) }

// Known reports whether d is a member of the specification. Others are kept and written as they came.
func (d DeviceImportance) Known() bool { return slices.Contains(deviceImportanceValues[:], d) }
