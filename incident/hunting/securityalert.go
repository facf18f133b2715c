package hunting

import (
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Workspace is the Log Analytics workspace whose tables are filled.
type Workspace struct {
	// ID is the workspace's GUID, which stands in the column TenantId.
	ID string
	// SubscriptionID, ResourceGroup and Name locate it in Azure.
	SubscriptionID, ResourceGroup, Name string
}

// ResourceID returns the workspace's id in Azure Resource Manager.
func (w Workspace) ResourceID() string {
	return "/subscriptions/" + w.SubscriptionID + "/resourceGroups/" + w.ResourceGroup +
		"/providers/Microsoft.OperationalInsights/workspaces/" + w.Name
}

// SecurityAlert is a row of the table SecurityAlert of a workspace.
type SecurityAlert struct {
	AlertLink     string `json:"AlertLink"`
	AlertName     string `json:"AlertName"`
	AlertSeverity string `json:"AlertSeverity"`
	AlertType     string `json:"AlertType"`
	// BilledSize is in bytes. Alerts of Defender XDR are free of charge.
	BilledSize        float64  `json:"_BilledSize"`
	CompromisedEntity string   `json:"CompromisedEntity"`
	ConfidenceLevel   string   `json:"ConfidenceLevel"`
	ConfidenceScore   *float64 `json:"ConfidenceScore"`
	Description       string   `json:"Description"`
	// DisplayName repeats AlertName.
	DisplayName string    `json:"DisplayName"`
	EndTime     time.Time `json:"EndTime"`
	// Entities is a JSON array, see [Entities].
	Entities           string `json:"Entities"`
	ExtendedLinks      string `json:"ExtendedLinks"`
	ExtendedProperties string `json:"ExtendedProperties"`
	IsBillable         string `json:"_IsBillable"`
	// IsIncident is deprecated and always false.
	IsIncident           bool      `json:"IsIncident"`
	ProcessingEndTime    time.Time `json:"ProcessingEndTime"`
	ProductComponentName string    `json:"ProductComponentName"`
	ProductName          string    `json:"ProductName"`
	ProviderName         string    `json:"ProviderName"`
	// RemediationSteps is a JSON array.
	RemediationSteps string    `json:"RemediationSteps"`
	ResourceID       string    `json:"ResourceId"`
	SourceComputerID string    `json:"SourceComputerId"`
	StartTime        time.Time `json:"StartTime"`
	// Status is New, InProgress, Resolved, Dismissed or Unknown.
	Status string `json:"Status"`
	// SubTechniques is a JSON array.
	SubTechniques string `json:"SubTechniques"`
	// SystemAlertID is the workspace's own id of the alert, a GUID.
	SystemAlertID string `json:"SystemAlertId"`
	// Tactics is a list with commas, Techniques a JSON array.
	Tactics       string    `json:"Tactics"`
	Techniques    string    `json:"Techniques"`
	TimeGenerated time.Time `json:"TimeGenerated"`
	Type          string    `json:"Type"`
	VendorName    string    `json:"VendorName"`
	// VendorOriginalID is Defender's id of the alert.
	VendorOriginalID        string `json:"VendorOriginalId"`
	WorkspaceResourceGroup  string `json:"WorkspaceResourceGroup"`
	WorkspaceSubscriptionID string `json:"WorkspaceSubscriptionId"`
	SourceSystem            string `json:"SourceSystem"`
	TenantID                string `json:"TenantId"`
}

// NewSecurityAlert returns the row that a workspace has of an alert. What is not
// known of the times of the activity is taken from when the alert was created.
func NewSecurityAlert(a *alert.Alert, w Workspace) SecurityAlert {
	start, end := a.FirstActivityDateTime, a.LastActivityDateTime
	if start.IsZero() {
		start = a.CreatedDateTime
	}
	if end.IsZero() {
		end = a.CreatedDateTime
	}
	var techniques, sub []string
	for _, id := range a.Techniques {
		if strings.Contains(string(id), ".") {
			sub = append(sub, string(id))
		} else {
			techniques = append(techniques, string(id))
		}
	}
	product := a.ProductName
	if product == "" {
		product = ServiceSourceName(a.ServiceSource)
	}
	row := SecurityAlert{
		AlertLink: a.AlertWebURL, AlertName: a.Title, DisplayName: a.Title, AlertSeverity: severityName(a.Severity),
		AlertType: a.DetectorID, CompromisedEntity: compromised(a), Description: a.Description,
		StartTime: start, EndTime: end, TimeGenerated: a.CreatedDateTime, ProcessingEndTime: a.CreatedDateTime,
		Entities: Entities(a.Evidence), IsBillable: "false", Type: "SecurityAlert", SourceSystem: "Detection",
		ProductName: product, VendorName: "Microsoft", VendorOriginalID: a.ID,
		SystemAlertID: SystemAlertID(a.ID), Status: alertStatus(a.Status), Tactics: tactics(a), TenantID: w.ID,
		WorkspaceResourceGroup: w.ResourceGroup, WorkspaceSubscriptionID: w.SubscriptionID,
		// No document says which provider a manual alert has; the product's
		// component is what people would look for.
		ProviderName: "MTP", ProductComponentName: DetectionSourceName(a.DetectionSource),
	}
	if techniques != nil {
		row.Techniques = array(techniques)
	}
	if sub != nil {
		row.SubTechniques = array(sub)
	}
	if a.RecommendedActions != "" {
		row.RemediationSteps = array([]string{a.RecommendedActions})
	}
	if data, err := wire.Marshal(map[string]string{"IncidentId": a.IncidentID, "Category": string(a.Category)}); err == nil {
		row.ExtendedProperties = string(data)
	}
	return row
}

// alertStatus is Sentinel's word for a status.
func alertStatus(s alert.Status) string {
	switch s {
	case alert.StatusNew:
		return "New"
	case alert.StatusInProgress:
		return "InProgress"
	case alert.StatusResolved:
		return "Resolved"
	default:
		return "Unknown"
	}
}

// sentinelTactics are the tactics that Sentinel has words for, which are those
// of ATT&CK before version 19.
//
// Source: the REST specification of Microsoft.SecurityInsights, AttackTactic.
var sentinelTactics = []string{
	"Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation",
	"DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement", "Collection", "Exfiltration",
	"CommandAndControl", "Impact", "PreAttack", "ImpairProcessControl", "InhibitResponseFunction",
}

// tactics lists the alert's categories that are tactics.
func tactics(a *alert.Alert) string {
	var names []string
	for _, c := range append([]alert.Category{a.Category}, a.Categories...) {
		if name := string(c); slices.Contains(sentinelTactics, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// SystemAlertID returns the GUID that stands for an alert in a workspace.
func SystemAlertID(alertID string) string { return guid("alert", alertID) }

// IncidentName returns the GUID that stands for an incident in a workspace.
func IncidentName(incidentID string) string { return guid("incident", incidentID) }

// guid makes a GUID of a name (RFC 9562, version 5).
func guid(kind, name string) string {
	sum := sha1.Sum([]byte("incidentkit hunting\x00" + kind + "\x00" + name))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
