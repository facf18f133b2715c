package hunting

import "github.com/incidentkit/incidentkit/alert"

// ServiceSourceName returns the display name of a service, as the hunting
// tables and the filters of the queues have it. A value without one is returned
// as it is.
//
// Source: Learn, "Prioritize incidents in the Microsoft Defender portal", the
// filter "Service/detection sources".
func ServiceSourceName(s alert.ServiceSource) string {
	if name, ok := serviceNames[s]; ok {
		return name
	}
	return string(s)
}

var serviceNames = map[alert.ServiceSource]string{
	alert.ServiceMicrosoftDefenderForEndpoint:   "Microsoft Defender for Endpoint",
	alert.ServiceMicrosoftDefenderForIdentity:   "Microsoft Defender for Identity",
	alert.ServiceMicrosoftDefenderForCloudApps:  "Microsoft Defender for Cloud Apps",
	alert.ServiceMicrosoftDefenderForOffice365:  "Microsoft Defender for Office 365",
	alert.ServiceMicrosoft365Defender:           "Microsoft Defender XDR",
	alert.ServiceAzureADIdentityProtection:      "Microsoft Entra ID Protection",
	alert.ServiceMicrosoftAppGovernance:         "App Governance",
	alert.ServiceDataLossPrevention:             "Microsoft Data Loss Prevention",
	alert.ServiceMicrosoftDefenderForCloud:      "Microsoft Defender for Cloud",
	alert.ServiceMicrosoftSentinel:              "Microsoft Sentinel",
	alert.ServiceMicrosoftInsiderRiskManagement: "Microsoft Purview Insider Risk Management",
}

// DetectionSourceName returns the display name of a detection source, as the
// hunting tables have it. A value without one is returned as it is.
//
// Sources: the table of Defender for Endpoint's alert queue page (2020), and the
// names of the services for the sources that are named after one. "Manual" is
// what the portal shows for an alert that was raised by hand (Learn, "Manually
// create an incident or alert in Microsoft Defender").
func DetectionSourceName(s alert.DetectionSource) string {
	if name, ok := detectionNames[s]; ok {
		return name
	}
	return string(s)
}

var detectionNames = map[alert.DetectionSource]string{
	alert.DetectionMicrosoftDefenderForEndpoint:  "EDR",
	alert.DetectionAntivirus:                     "Antivirus",
	alert.DetectionSmartScreen:                   "SmartScreen",
	alert.DetectionCustomTI:                      "Custom TI",
	alert.DetectionMicrosoftDefenderForOffice365: "Microsoft Defender for Office 365",
	alert.DetectionAutomatedInvestigation:        "Automated investigation",
	alert.DetectionMicrosoftThreatExperts:        "Defender Experts",
	alert.DetectionCustomDetection:               "Custom detection",
	alert.DetectionMicrosoftDefenderForIdentity:  "Microsoft Defender for Identity",
	alert.DetectionCloudAppSecurity:              "Microsoft Defender for Cloud Apps",
	alert.DetectionMicrosoft365Defender:          "Microsoft Defender XDR",
	alert.DetectionAzureADIdentityProtection:     "Microsoft Entra ID Protection",
	alert.DetectionManual:                        "Manual",
	alert.DetectionMicrosoftDataLossPrevention:   "Microsoft Data Loss Prevention",
	alert.DetectionMicrosoftDefenderForCloud:     "Microsoft Defender for Cloud",
	alert.DetectionMicrosoftSentinel:             "Microsoft Sentinel",
}

// severityName returns the name of a severity in hunting tables, which a value
// that no table documents has not.
func severityName(s alert.Severity) string {
	switch s {
	case alert.High:
		return "High"
	case alert.Medium:
		return "Medium"
	case alert.Low:
		return "Low"
	case alert.Informational:
		return "Informational"
	default:
		return string(s)
	}
}
