package alert

import "slices"

// ServiceSource is the Microsoft service that an alert comes from. It is an open
// set; manual alerts have [ServiceMicrosoft365Defender]. The members after the
// sentinel are named only in answers to a request that has the header Prefer:
// include-unknown-enum-members.
//
// Source: Learn, "alert resource type", serviceSource.
type ServiceSource string

// The members of [ServiceSource], with the names of the API.
const (
	ServiceUnknown                        ServiceSource = "unknown"
	ServiceMicrosoftDefenderForEndpoint   ServiceSource = "microsoftDefenderForEndpoint"
	ServiceMicrosoftDefenderForIdentity   ServiceSource = "microsoftDefenderForIdentity"
	ServiceMicrosoftDefenderForCloudApps  ServiceSource = "microsoftDefenderForCloudApps"
	ServiceMicrosoftDefenderForOffice365  ServiceSource = "microsoftDefenderForOffice365"
	ServiceMicrosoft365Defender           ServiceSource = "microsoft365Defender"
	ServiceAzureADIdentityProtection      ServiceSource = "azureAdIdentityProtection"
	ServiceMicrosoftAppGovernance         ServiceSource = "microsoftAppGovernance"
	ServiceDataLossPrevention             ServiceSource = "dataLossPrevention"
	ServiceUnknownFutureValue             ServiceSource = "unknownFutureValue"
	ServiceMicrosoftDefenderForCloud      ServiceSource = "microsoftDefenderForCloud"
	ServiceMicrosoftSentinel              ServiceSource = "microsoftSentinel"
	ServiceMicrosoftInsiderRiskManagement ServiceSource = "microsoftInsiderRiskManagement"
	ServiceMicrosoftThreatIntelligence    ServiceSource = "microsoftThreatIntelligence"
	ServiceMicrosoftSecurityForAI         ServiceSource = "microsoftSecurityForAI"
)

var serviceSourceValues = [...]ServiceSource{
	ServiceUnknown, ServiceMicrosoftDefenderForEndpoint, ServiceMicrosoftDefenderForIdentity,
	ServiceMicrosoftDefenderForCloudApps, ServiceMicrosoftDefenderForOffice365, ServiceMicrosoft365Defender,
	ServiceAzureADIdentityProtection, ServiceMicrosoftAppGovernance, ServiceDataLossPrevention,
	ServiceUnknownFutureValue, ServiceMicrosoftDefenderForCloud, ServiceMicrosoftSentinel,
	ServiceMicrosoftInsiderRiskManagement, ServiceMicrosoftThreatIntelligence, ServiceMicrosoftSecurityForAI,
}

// Values lists the members in the order of the schema.
func (ServiceSource) Values() []ServiceSource { return slices.Clone(serviceSourceValues[:]) }

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s ServiceSource) Known() bool { return slices.Contains(serviceSourceValues[:], s) }

// DetectionSource is the technology that noticed what an alert is about. It is an
// open set; manual alerts have [DetectionManual]. The members after the sentinel
// are named only in answers to a request that has the header Prefer:
// include-unknown-enum-members.
//
// Source: Learn, "alert resource type", detectionSource.
type DetectionSource string

// The members of [DetectionSource], with the names of the API.
const (
	DetectionUnknown                                      DetectionSource = "unknown"
	DetectionMicrosoftDefenderForEndpoint                 DetectionSource = "microsoftDefenderForEndpoint"
	DetectionAntivirus                                    DetectionSource = "antivirus"
	DetectionSmartScreen                                  DetectionSource = "smartScreen"
	DetectionCustomTI                                     DetectionSource = "customTi"
	DetectionMicrosoftDefenderForOffice365                DetectionSource = "microsoftDefenderForOffice365"
	DetectionAutomatedInvestigation                       DetectionSource = "automatedInvestigation"
	DetectionMicrosoftThreatExperts                       DetectionSource = "microsoftThreatExperts"
	DetectionCustomDetection                              DetectionSource = "customDetection"
	DetectionMicrosoftDefenderForIdentity                 DetectionSource = "microsoftDefenderForIdentity"
	DetectionCloudAppSecurity                             DetectionSource = "cloudAppSecurity"
	DetectionMicrosoft365Defender                         DetectionSource = "microsoft365Defender"
	DetectionAzureADIdentityProtection                    DetectionSource = "azureAdIdentityProtection"
	DetectionManual                                       DetectionSource = "manual"
	DetectionMicrosoftDataLossPrevention                  DetectionSource = "microsoftDataLossPrevention"
	DetectionAppGovernancePolicy                          DetectionSource = "appGovernancePolicy"
	DetectionAppGovernanceDetection                       DetectionSource = "appGovernanceDetection"
	DetectionUnknownFutureValue                           DetectionSource = "unknownFutureValue"
	DetectionMicrosoftDefenderForCloud                    DetectionSource = "microsoftDefenderForCloud"
	DetectionMicrosoftDefenderForIoT                      DetectionSource = "microsoftDefenderForIoT"
	DetectionMicrosoftDefenderForServers                  DetectionSource = "microsoftDefenderForServers"
	DetectionMicrosoftDefenderForStorage                  DetectionSource = "microsoftDefenderForStorage"
	DetectionMicrosoftDefenderForDNS                      DetectionSource = "microsoftDefenderForDNS"
	DetectionMicrosoftDefenderForDatabases                DetectionSource = "microsoftDefenderForDatabases"
	DetectionMicrosoftDefenderForContainers               DetectionSource = "microsoftDefenderForContainers"
	DetectionMicrosoftDefenderForNetwork                  DetectionSource = "microsoftDefenderForNetwork"
	DetectionMicrosoftDefenderForAppService               DetectionSource = "microsoftDefenderForAppService"
	DetectionMicrosoftDefenderForKeyVault                 DetectionSource = "microsoftDefenderForKeyVault"
	DetectionMicrosoftDefenderForResourceManager          DetectionSource = "microsoftDefenderForResourceManager"
	DetectionMicrosoftDefenderForAPIManagement            DetectionSource = "microsoftDefenderForApiManagement"
	DetectionNRTAlerts                                    DetectionSource = "nrtAlerts"
	DetectionScheduledAlerts                              DetectionSource = "scheduledAlerts"
	DetectionMicrosoftDefenderThreatIntelligenceAnalytics DetectionSource = "microsoftDefenderThreatIntelligenceAnalytics"
	DetectionBuiltInML                                    DetectionSource = "builtInMl"
	DetectionMicrosoftInsiderRiskManagement               DetectionSource = "microsoftInsiderRiskManagement"
	DetectionMicrosoftThreatIntelligence                  DetectionSource = "microsoftThreatIntelligence"
	DetectionMicrosoftDefenderForAIServices               DetectionSource = "microsoftDefenderForAIServices"
	DetectionSecurityCopilot                              DetectionSource = "securityCopilot"
	DetectionMicrosoftSentinel                            DetectionSource = "microsoftSentinel"
)

var detectionSourceValues = [...]DetectionSource{
	DetectionUnknown, DetectionMicrosoftDefenderForEndpoint, DetectionAntivirus, DetectionSmartScreen, DetectionCustomTI,
	DetectionMicrosoftDefenderForOffice365, DetectionAutomatedInvestigation, DetectionMicrosoftThreatExperts,
	DetectionCustomDetection, DetectionMicrosoftDefenderForIdentity, DetectionCloudAppSecurity,
	DetectionMicrosoft365Defender, DetectionAzureADIdentityProtection, DetectionManual,
	DetectionMicrosoftDataLossPrevention, DetectionAppGovernancePolicy, DetectionAppGovernanceDetection,
	DetectionUnknownFutureValue, DetectionMicrosoftDefenderForCloud, DetectionMicrosoftDefenderForIoT,
	DetectionMicrosoftDefenderForServers, DetectionMicrosoftDefenderForStorage, DetectionMicrosoftDefenderForDNS,
	DetectionMicrosoftDefenderForDatabases, DetectionMicrosoftDefenderForContainers,
	DetectionMicrosoftDefenderForNetwork, DetectionMicrosoftDefenderForAppService, DetectionMicrosoftDefenderForKeyVault,
	DetectionMicrosoftDefenderForResourceManager, DetectionMicrosoftDefenderForAPIManagement, DetectionNRTAlerts,
	DetectionScheduledAlerts, DetectionMicrosoftDefenderThreatIntelligenceAnalytics, DetectionBuiltInML,
	DetectionMicrosoftInsiderRiskManagement, DetectionMicrosoftThreatIntelligence,
	DetectionMicrosoftDefenderForAIServices, DetectionSecurityCopilot, DetectionMicrosoftSentinel,
}

// Values lists the members in the order of the schema.
func (DetectionSource) Values() []DetectionSource { return slices.Clone(detectionSourceValues[:]) }

// Known reports whether s is a member of the schema. A value that is not is kept and
// written as it came.
func (s DetectionSource) Known() bool { return slices.Contains(detectionSourceValues[:], s) }
