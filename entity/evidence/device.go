package evidence

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Device is a computer, phone or server known to Defender for Endpoint (deviceEvidence).
type Device struct {
	Base
	// AzureADDeviceID is the Entra device id, if the device is joined or registered.
	AzureADDeviceID string `json:"azureAdDeviceId,omitzero"`
	// DefenderAVStatus is the state of Defender Antivirus.
	DefenderAVStatus DefenderAVStatus `json:"defenderAvStatus,omitzero"`
	// DeviceDNSName is the fully qualified name.
	DeviceDNSName string `json:"deviceDnsName,omitzero"`
	DNSDomain     string `json:"dnsDomain,omitzero"`
	// FirstSeenDateTime is when the device was first seen.
	FirstSeenDateTime time.Time          `json:"firstSeenDateTime,omitzero"`
	HealthStatus      DeviceHealthStatus `json:"healthStatus,omitzero"`
	HostName          string             `json:"hostName,omitzero"`
	// IPInterfaces are the addresses of the interfaces at the time of the alert.
	IPInterfaces []string `json:"ipInterfaces,omitzero"`
	// LastExternalIPAddress is the address the device was last seen with from outside.
	LastExternalIPAddress string `json:"lastExternalIpAddress,omitzero"`
	LastIPAddress         string `json:"lastIpAddress,omitzero"`
	// LoggedOnUsers are who was logged on at the time of the alert.
	LoggedOnUsers []LoggedOnUser `json:"loggedOnUsers,omitzero"`
	// MDEDeviceID is the device id of Defender for Endpoint, 40 hexadecimal digits.
	MDEDeviceID      string           `json:"mdeDeviceId,omitzero"`
	NTDomain         string           `json:"ntDomain,omitzero"`
	OnboardingStatus OnboardingStatus `json:"onboardingStatus,omitzero"`
	// OSBuild is the build number of the operating system.
	OSBuild    *int64 `json:"osBuild,omitzero"`
	OSPlatform string `json:"osPlatform,omitzero"`
	// RBACGroupID is the device group that access is granted by.
	RBACGroupID          *int32                `json:"rbacGroupId,omitzero"`
	RBACGroupName        string                `json:"rbacGroupName,omitzero"`
	ResourceAccessEvents []ResourceAccessEvent `json:"resourceAccessEvents,omitzero"`
	// RiskScore is the rating of Defender for Endpoint.
	RiskScore DeviceRiskScore `json:"riskScore,omitzero"`
	// Version is the version of the operating system, such as "22H2".
	Version string `json:"version,omitzero"`
	// VMMetadata is set for a virtual machine in a cloud.
	VMMetadata *VMMetadata `json:"vmMetadata,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Device) ODataType() string { return namespace + "deviceEvidence" }

// LoggedOnUser is an account that was logged on to a device.
type LoggedOnUser struct {
	AccountName string          `json:"accountName,omitzero"`
	DomainName  string          `json:"domainName,omitzero"`
	Extra       *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// VMMetadata says which virtual machine of a cloud a device is.
type VMMetadata struct {
	CloudProvider VMCloudProvider `json:"cloudProvider,omitzero"`
	// ResourceID is the path of the machine in Azure Resource Manager.
	ResourceID     string          `json:"resourceId,omitzero"`
	SubscriptionID string          `json:"subscriptionId,omitzero"`
	VMID           string          `json:"vmId,omitzero"`
	Extra          *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// IoTDevice is a device found by Defender for IoT (ioTDeviceEvidence, spelled with a small i and
// two capitals).
type IoTDevice struct {
	Base
	DeviceID   string `json:"deviceId,omitzero"`
	DeviceName string `json:"deviceName,omitzero"`
	// DevicePageLink is the address of the device in the portal.
	DevicePageLink string                  `json:"devicePageLink,omitzero"`
	DeviceSubType  string                  `json:"deviceSubType,omitzero"`
	DeviceType     string                  `json:"deviceType,omitzero"`
	Importance     IoTDeviceImportanceType `json:"importance,omitzero"`
	// IoTHub is the hub that the device belongs to.
	IoTHub             *AzureResource `json:"ioTHub,omitzero"`
	IoTSecurityAgentID string         `json:"ioTSecurityAgentId,omitzero"`
	IPAddress          *IP            `json:"ipAddress,omitzero"`
	// IsAuthorized tells that the device is classified as authorized.
	IsAuthorized *bool `json:"isAuthorized,omitzero"`
	// IsProgramming tells that the device programs controllers.
	IsProgramming *bool `json:"isProgramming,omitzero"`
	// IsScanner tells that the device scans the network.
	IsScanner    *bool  `json:"isScanner,omitzero"`
	MACAddress   string `json:"macAddress,omitzero"`
	Manufacturer string `json:"manufacturer,omitzero"`
	Model        string `json:"model,omitzero"`
	// NICs are the network interfaces.
	NICs            []NIC    `json:"nics,omitzero"`
	OperatingSystem string   `json:"operatingSystem,omitzero"`
	Owners          []string `json:"owners,omitzero"`
	Protocols       []string `json:"protocols,omitzero"`
	// PurdueLayer is the level in the Purdue model of industrial networks.
	PurdueLayer string `json:"purdueLayer,omitzero"`
	// Sensor is the sensor that watches the device.
	Sensor       string `json:"sensor,omitzero"`
	SerialNumber string `json:"serialNumber,omitzero"`
	Site         string `json:"site,omitzero"`
	// Source is the product that the knowledge about the device comes from.
	Source string `json:"source,omitzero"`
	// SourceRef is where that product shows the device.
	SourceRef *URL `json:"sourceRef,omitzero"`
	// Zone is the part of the site in which the device is.
	Zone string `json:"zone,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*IoTDevice) ODataType() string { return namespace + "ioTDeviceEvidence" }

// NIC is a network interface of a device (nicEvidence).
type NIC struct {
	Base
	IPAddress  *IP    `json:"ipAddress,omitzero"`
	MACAddress string `json:"macAddress,omitzero"`
	// VLANs are the virtual networks the interface is in.
	VLANs []string `json:"vlans,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*NIC) ODataType() string { return namespace + "nicEvidence" }

// DefenderAVStatus is the state of Defender Antivirus on a device.
type DefenderAVStatus string

// The members of [DefenderAVStatus], with the names the API uses.
const (
	DefenderAVStatusNotReporting       DefenderAVStatus = "notReporting"
	DefenderAVStatusDisabled           DefenderAVStatus = "disabled"
	DefenderAVStatusNotUpdated         DefenderAVStatus = "notUpdated"
	DefenderAVStatusUpdated            DefenderAVStatus = "updated"
	DefenderAVStatusUnknown            DefenderAVStatus = "unknown"
	DefenderAVStatusNotSupported       DefenderAVStatus = "notSupported"
	DefenderAVStatusUnknownFutureValue DefenderAVStatus = "unknownFutureValue"
)

var defenderAVStatusValues = [...]DefenderAVStatus{
	DefenderAVStatusNotReporting, DefenderAVStatusDisabled, DefenderAVStatusNotUpdated, DefenderAVStatusUpdated,
	DefenderAVStatusUnknown, DefenderAVStatusNotSupported, DefenderAVStatusUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (DefenderAVStatus) Values() []DefenderAVStatus { return slices.Clone(defenderAVStatusValues[:]) }

// Known reports whether d is a member of the schema. Others are kept and written as they came.
func (d DefenderAVStatus) Known() bool { return slices.Contains(defenderAVStatusValues[:], d) }

// DeviceHealthStatus tells whether the sensor on a device is heard from.
type DeviceHealthStatus string

// The members of [DeviceHealthStatus], with the names the API uses.
const (
	DeviceHealthStatusActive                            DeviceHealthStatus = "active"
	DeviceHealthStatusInactive                          DeviceHealthStatus = "inactive"
	DeviceHealthStatusImpairedCommunication             DeviceHealthStatus = "impairedCommunication"
	DeviceHealthStatusNoSensorData                      DeviceHealthStatus = "noSensorData"
	DeviceHealthStatusNoSensorDataImpairedCommunication DeviceHealthStatus = "noSensorDataImpairedCommunication"
	DeviceHealthStatusUnknown                           DeviceHealthStatus = "unknown"
	DeviceHealthStatusUnknownFutureValue                DeviceHealthStatus = "unknownFutureValue"
)

var deviceHealthStatusValues = [...]DeviceHealthStatus{
	DeviceHealthStatusActive, DeviceHealthStatusInactive, DeviceHealthStatusImpairedCommunication,
	DeviceHealthStatusNoSensorData, DeviceHealthStatusNoSensorDataImpairedCommunication, DeviceHealthStatusUnknown,
	DeviceHealthStatusUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (DeviceHealthStatus) Values() []DeviceHealthStatus {
	return slices.Clone(deviceHealthStatusValues[:])
}

// Known reports whether d is a member of the schema. Others are kept and written as they came.
func (d DeviceHealthStatus) Known() bool { return slices.Contains(deviceHealthStatusValues[:], d) }

// DeviceRiskScore is the rating of a device by Defender for Endpoint.
type DeviceRiskScore string

// The members of [DeviceRiskScore], with the names the API uses.
const (
	DeviceRiskScoreNone               DeviceRiskScore = "none"
	DeviceRiskScoreInformational      DeviceRiskScore = "informational"
	DeviceRiskScoreLow                DeviceRiskScore = "low"
	DeviceRiskScoreMedium             DeviceRiskScore = "medium"
	DeviceRiskScoreHigh               DeviceRiskScore = "high"
	DeviceRiskScoreUnknownFutureValue DeviceRiskScore = "unknownFutureValue"
)

var deviceRiskScoreValues = [...]DeviceRiskScore{
	DeviceRiskScoreNone, DeviceRiskScoreInformational, DeviceRiskScoreLow, DeviceRiskScoreMedium, DeviceRiskScoreHigh,
	DeviceRiskScoreUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (DeviceRiskScore) Values() []DeviceRiskScore { return slices.Clone(deviceRiskScoreValues[:]) }

// Known reports whether d is a member of the schema. Others are kept and written as they came.
func (d DeviceRiskScore) Known() bool { return slices.Contains(deviceRiskScoreValues[:], d) }

// OnboardingStatus tells whether Defender for Endpoint manages a device.
type OnboardingStatus string

// The members of [OnboardingStatus], with the names the API uses.
const (
	OnboardingStatusInsufficientInfo   OnboardingStatus = "insufficientInfo"
	OnboardingStatusOnboarded          OnboardingStatus = "onboarded"
	OnboardingStatusCanBeOnboarded     OnboardingStatus = "canBeOnboarded"
	OnboardingStatusUnsupported        OnboardingStatus = "unsupported"
	OnboardingStatusUnknownFutureValue OnboardingStatus = "unknownFutureValue"
)

var onboardingStatusValues = [...]OnboardingStatus{
	OnboardingStatusInsufficientInfo, OnboardingStatusOnboarded, OnboardingStatusCanBeOnboarded,
	OnboardingStatusUnsupported, OnboardingStatusUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (OnboardingStatus) Values() []OnboardingStatus { return slices.Clone(onboardingStatusValues[:]) }

// Known reports whether o is a member of the schema. Others are kept and written as they came.
func (o OnboardingStatus) Known() bool { return slices.Contains(onboardingStatusValues[:], o) }

// VMCloudProvider is the cloud that a virtual machine runs in.
type VMCloudProvider string

// The members of [VMCloudProvider], with the names the API uses.
const (
	VMCloudProviderUnknown            VMCloudProvider = "unknown"
	VMCloudProviderAzure              VMCloudProvider = "azure"
	VMCloudProviderUnknownFutureValue VMCloudProvider = "unknownFutureValue"
)

var vmCloudProviderValues = [...]VMCloudProvider{
	VMCloudProviderUnknown, VMCloudProviderAzure, VMCloudProviderUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (VMCloudProvider) Values() []VMCloudProvider { return slices.Clone(vmCloudProviderValues[:]) }

// Known reports whether v is a member of the schema. Others are kept and written as they came.
func (v VMCloudProvider) Known() bool { return slices.Contains(vmCloudProviderValues[:], v) }

// IoTDeviceImportanceType is how much a device matters to its owner.
type IoTDeviceImportanceType string

// The members of [IoTDeviceImportanceType], with the names the API uses.
const (
	IoTDeviceImportanceTypeUnknown            IoTDeviceImportanceType = "unknown"
	IoTDeviceImportanceTypeLow                IoTDeviceImportanceType = "low"
	IoTDeviceImportanceTypeNormal             IoTDeviceImportanceType = "normal"
	IoTDeviceImportanceTypeHigh               IoTDeviceImportanceType = "high"
	IoTDeviceImportanceTypeUnknownFutureValue IoTDeviceImportanceType = "unknownFutureValue"
)

var ioTDeviceImportanceTypeValues = [...]IoTDeviceImportanceType{
	IoTDeviceImportanceTypeUnknown, IoTDeviceImportanceTypeLow, IoTDeviceImportanceTypeNormal,
	IoTDeviceImportanceTypeHigh, IoTDeviceImportanceTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (IoTDeviceImportanceType) Values() []IoTDeviceImportanceType {
	return slices.Clone(ioTDeviceImportanceTypeValues[:])
}

// Known reports whether i is a member of the schema. Others are kept and written as they came.
func (i IoTDeviceImportanceType) Known() bool {
	return slices.Contains(ioTDeviceImportanceTypeValues[:], i)
}
