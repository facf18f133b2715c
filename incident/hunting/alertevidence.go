package hunting

import (
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

// AlertEvidence is a row of the table AlertEvidence: one for each piece of
// evidence of an alert.
type AlertEvidence struct {
	// Timestamp is when the event was recorded.
	Timestamp time.Time `json:"Timestamp"`
	// AlertID joins the table with AlertInfo.
	AlertID string `json:"AlertId"`
	Title   string `json:"Title"`
	// Categories is a JSON array.
	Categories       string `json:"Categories"`
	AttackTechniques string `json:"AttackTechniques"`
	ServiceSource    string `json:"ServiceSource"`
	DetectionSource  string `json:"DetectionSource"`
	// EntityType is what kind of thing the evidence is: User, Machine, Ip, ….
	EntityType string `json:"EntityType"`
	// EvidenceRole is Impacted or Related.
	EvidenceRole string `json:"EvidenceRole"`
	// EvidenceDirection is Source or Destination, for ends of connections.
	EvidenceDirection string `json:"EvidenceDirection"`
	FileName          string `json:"FileName"`
	FolderPath        string `json:"FolderPath"`
	SHA1              string `json:"SHA1"`
	SHA256            string `json:"SHA256"`
	// FileSize is in bytes, and nil where it is not known.
	FileSize         *int64 `json:"FileSize"`
	ThreatFamily     string `json:"ThreatFamily"`
	RemoteIP         string `json:"RemoteIP"`
	RemoteURL        string `json:"RemoteUrl"`
	AccountName      string `json:"AccountName"`
	AccountDomain    string `json:"AccountDomain"`
	AccountSID       string `json:"AccountSid"`
	AccountObjectID  string `json:"AccountObjectId"`
	AccountUPN       string `json:"AccountUpn"`
	DeviceID         string `json:"DeviceId"`
	DeviceName       string `json:"DeviceName"`
	LocalIP          string `json:"LocalIP"`
	NetworkMessageID string `json:"NetworkMessageId"`
	EmailSubject     string `json:"EmailSubject"`
	Application      string `json:"Application"`
	// ApplicationID is a 32-bit number in the schema; an id that does not fit is
	// in AdditionalFields only.
	ApplicationID      *int32 `json:"ApplicationId"`
	OAuthApplicationID string `json:"OAuthApplicationId"`
	ProcessCommandLine string `json:"ProcessCommandLine"`
	RegistryKey        string `json:"RegistryKey"`
	RegistryValueName  string `json:"RegistryValueName"`
	RegistryValueData  string `json:"RegistryValueData"`
	// AdditionalFields is the evidence as the alert has it, in JSON.
	AdditionalFields string `json:"AdditionalFields"`
	Severity         string `json:"Severity"`
	CloudResource    string `json:"CloudResource"`
	// CloudPlatform is Azure, Amazon Web Services or Google Cloud Platform.
	CloudPlatform  string `json:"CloudPlatform"`
	ResourceType   string `json:"ResourceType"`
	ResourceID     string `json:"ResourceID"`
	SubscriptionID string `json:"SubscriptionId"`
}

// NewAlertEvidence returns the rows of an alert, in the order of its evidence.
func NewAlertEvidence(a *alert.Alert) []AlertEvidence {
	rows := make([]AlertEvidence, len(a.Evidence))
	common := AlertEvidence{
		Timestamp: a.CreatedDateTime, AlertID: a.ID, Title: a.Title, Categories: categories(a),
		AttackTechniques: techniqueNames(a.Techniques), ServiceSource: ServiceSourceName(a.ServiceSource),
		DetectionSource: DetectionSourceName(a.DetectionSource), Severity: severityName(a.Severity),
		ThreatFamily: a.ThreatFamilyName,
	}
	for i, e := range a.Evidence {
		rows[i] = common
		rows[i].EvidenceRole = role(e)
		rows[i].EvidenceDirection = direction(e)
		if data, err := evidence.Encode(e); err == nil {
			rows[i].AdditionalFields = string(data)
		}
		rows[i].describe(e)
	}
	return rows
}

// categories returns the categories of an alert; one that has only the older,
// single category has a list of that.
func categories(a *alert.Alert) string {
	var names []string
	for _, c := range a.Categories {
		names = append(names, string(c))
	}
	if len(names) == 0 && a.Category != "" {
		names = []string{string(a.Category)}
	}
	if names == nil {
		return ""
	}
	return array(names)
}

// describe fills the columns that a piece of evidence has a value for.
func (r *AlertEvidence) describe(item evidence.Evidence) {
	switch e := item.(type) {
	case *evidence.User:
		r.EntityType = "User"
		r.account(e.UserAccount)
	case *evidence.Device:
		r.EntityType = "Machine"
		r.DeviceID, r.DeviceName, r.LocalIP = e.MDEDeviceID, e.DeviceDNSName, e.LastIPAddress
		if r.DeviceName == "" {
			r.DeviceName = e.HostName
		}
	case *evidence.IoTDevice:
		r.EntityType = "IoTDevice"
		r.DeviceID, r.DeviceName = e.DeviceID, e.DeviceName
	case *evidence.File:
		r.EntityType = "File"
		r.DeviceID = e.MDEDeviceID
		r.file(e.FileDetails)
	case *evidence.FileHash:
		r.EntityType = "FileHash"
		switch e.Algorithm {
		case evidence.FileHashAlgorithmSHA1:
			r.SHA1 = e.Value
		case evidence.FileHashAlgorithmSHA256:
			r.SHA256 = e.Value
		}
	case *evidence.Process:
		r.EntityType = "Process"
		r.DeviceID, r.ProcessCommandLine = e.MDEDeviceID, e.ProcessCommandLine
		r.file(e.ImageFile)
		r.account(e.UserAccount)
	case *evidence.IP:
		r.EntityType, r.RemoteIP = "Ip", e.IPAddress
	case *evidence.URL:
		r.EntityType, r.RemoteURL = "Url", e.URL
	case *evidence.Mailbox:
		r.EntityType = "MailBox"
		r.account(e.UserAccount)
		r.AccountUPN = e.UPN
		if r.AccountUPN == "" {
			r.AccountUPN = e.PrimaryAddress
		}
	case *evidence.AnalyzedMessage:
		r.EntityType = "MailMessage"
		r.NetworkMessageID, r.EmailSubject, r.RemoteIP = e.NetworkMessageID, e.Subject, e.SenderIP
	case *evidence.MailCluster:
		r.EntityType = "MailCluster"
		r.NetworkMessageID = strings.Join(e.NetworkMessageIDs, ";")
	case *evidence.CloudApplication:
		r.EntityType, r.Application = "CloudApplication", e.DisplayName
		if id := e.AppID; id != nil && int64(int32(*id)) == *id {
			r.ApplicationID = new(int32(*id))
		}
	case *evidence.OAuthApplication:
		r.EntityType = "OAuthApplication"
		r.OAuthApplicationID, r.Application = e.AppID, e.DisplayName
	case *evidence.RegistryKey:
		r.EntityType, r.RegistryKey = "RegistryKey", registryPath(e.RegistryHive, e.RegistryKey)
	case *evidence.RegistryValue:
		r.EntityType, r.DeviceID = "RegistryValue", e.MDEDeviceID
		r.RegistryKey, r.RegistryValueName, r.RegistryValueData = registryPath(e.RegistryHive, e.RegistryKey), e.RegistryValueName, e.RegistryValue
	case *evidence.AzureResource:
		r.EntityType = "CloudResource"
		r.CloudPlatform, r.CloudResource, r.ResourceType, r.ResourceID = "Azure", e.ResourceName, e.ResourceType, e.ResourceID
		r.SubscriptionID = subscription(e.ResourceID)
	case *evidence.AmazonResource:
		r.EntityType = "CloudResource"
		r.CloudPlatform, r.CloudResource, r.ResourceType, r.ResourceID = "Amazon Web Services", e.ResourceName, e.ResourceType, e.AmazonResourceID
		r.SubscriptionID = e.AmazonAccountID
	case *evidence.GoogleCloudResource:
		r.EntityType = "CloudResource"
		r.CloudPlatform, r.CloudResource, r.ResourceType, r.ResourceID = "Google Cloud Platform", e.ResourceName, e.ResourceType, e.FullResourceName
		r.SubscriptionID = e.ProjectID
	case *evidence.SecurityGroup:
		r.EntityType = "SecurityGroup"
	default:
		r.EntityType = typeName(item)
	}
}

func (r *AlertEvidence) account(a *evidence.UserAccount) {
	if a != nil {
		r.AccountName, r.AccountDomain, r.AccountSID = a.AccountName, a.DomainName, a.UserSID
		r.AccountObjectID, r.AccountUPN = a.AzureADUserID, a.UserPrincipalName
	}
}

func (r *AlertEvidence) file(f *evidence.FileDetails) {
	if f != nil {
		r.FileName, r.FolderPath, r.SHA1, r.SHA256, r.FileSize = f.FileName, f.FilePath, f.SHA1, f.SHA256, f.FileSize
	}
}

// typeName makes a name for evidence that no document gives an EntityType:
// #microsoft.graph.security.kubernetesPodEvidence is KubernetesPod.
func typeName(e evidence.Evidence) string {
	name := e.ODataType()
	name = strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "Evidence")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func registryPath(hive, key string) string {
	if hive == "" {
		return key
	}
	return hive + `\` + key
}

// subscription finds the subscription in the id of an Azure resource.
func subscription(resourceID string) string {
	parts := strings.Split(resourceID, "/")
	if len(parts) > 2 && strings.EqualFold(parts[1], "subscriptions") {
		return parts[2]
	}
	return ""
}

// The words of the column EvidenceRole, which are also those that an alert
// raised by hand has among the detailed roles of its evidence.
const (
	RoleImpacted = "Impacted"
	RoleRelated  = "Related"
)

func role(e evidence.Evidence) string {
	for _, r := range e.Common().DetailedRoles {
		switch {
		case strings.EqualFold(r, RoleImpacted):
			return RoleImpacted
		case strings.EqualFold(r, RoleRelated):
			return RoleRelated
		}
	}
	switch e.(type) {
	case *evidence.User, *evidence.Device, *evidence.IoTDevice, *evidence.Mailbox, *evidence.CloudApplication,
		*evidence.AzureResource, *evidence.AmazonResource, *evidence.GoogleCloudResource:
		return RoleImpacted
	default:
		return RoleRelated
	}
}

func direction(e evidence.Evidence) string {
	for _, r := range e.Common().Roles {
		switch r {
		case evidence.RoleSource:
			return "Source"
		case evidence.RoleDestination:
			return "Destination"
		}
	}
	return ""
}
