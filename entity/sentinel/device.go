package sentinel

// Host is a computer.
type Host struct {
	Base
	// HostName is the name without the domain, NetBIOSName the one from before
	// Windows 2000.
	HostName    string `json:"hostName,omitzero"`
	NetBIOSName string `json:"netBiosName,omitzero"`
	// DNSDomain is the whole DNS suffix, NTDomain the Windows domain.
	DNSDomain string `json:"dnsDomain,omitzero"`
	NTDomain  string `json:"ntDomain,omitzero"`
	// AzureID is the resource id of a virtual machine in Azure, OMSAgentID the id
	// of the Log Analytics agent.
	AzureID    string `json:"azureID,omitzero"`
	OMSAgentID string `json:"omsAgentID,omitzero"`
	// OSFamily is the family of the operating system, OSVersion its version or
	// name as free text.
	OSFamily  OSFamily `json:"osFamily,omitzero"`
	OSVersion string   `json:"osVersion,omitzero"`
	// IsDomainJoined tells whether the host belongs to a domain.
	IsDomainJoined *bool `json:"isDomainJoined,omitzero"`
}

// Kind returns [KindHost].
func (*Host) Kind() Kind { return KindHost }

// IoTDevice is a device that Defender for IoT watches. DeviceSubType,
// Importance, IsAuthorized, IsProgramming, IsScanner, NicEntityIDs, Owners,
// PurdueLayer, Sensor, Site and Zone are in preview versions only.
type IoTDevice struct {
	Base
	// DeviceID is the id in the IoT hub, DeviceName the name for people.
	DeviceID   string `json:"deviceId,omitzero"`
	DeviceName string `json:"deviceName,omitzero"`
	DeviceType string `json:"deviceType,omitzero"`
	// DeviceSubType is finer than DeviceType, such as PLC or HMI.
	DeviceSubType string `json:"deviceSubType,omitzero"`
	// IoTHubEntityID names the Azure resource of the hub.
	IoTHubEntityID string `json:"iotHubEntityId,omitzero"`
	// IoTSecurityAgentID is the id of the security agent on the device.
	IoTSecurityAgentID string `json:"iotSecurityAgentId,omitzero"`
	// EdgeID is the id of the edge device.
	EdgeID string `json:"edgeId,omitzero"`
	// HostEntityID, IPAddressEntityID and NicEntityIDs name the host that the
	// device is, its address and its network interfaces.
	HostEntityID      string   `json:"hostEntityId,omitzero"`
	IPAddressEntityID string   `json:"ipAddressEntityId,omitzero"`
	NicEntityIDs      []string `json:"nicEntityIds,omitzero"`
	MACAddress        string   `json:"macAddress,omitzero"`
	Vendor            string   `json:"vendor,omitzero"`
	Model             string   `json:"model,omitzero"`
	SerialNumber      string   `json:"serialNumber,omitzero"`
	FirmwareVersion   string   `json:"firmwareVersion,omitzero"`
	OperatingSystem   string   `json:"operatingSystem,omitzero"`
	Protocols         []string `json:"protocols,omitzero"`
	Owners            []string `json:"owners,omitzero"`
	// Source is the product that the knowledge about the device comes from.
	Source     string           `json:"source,omitzero"`
	Importance DeviceImportance `json:"importance,omitzero"`
	// IsAuthorized, IsProgramming and IsScanner tell whether the device is
	// classified as authorized, as one that programs controllers, and as one that
	// scans the network.
	IsAuthorized  *bool `json:"isAuthorized,omitzero"`
	IsProgramming *bool `json:"isProgramming,omitzero"`
	IsScanner     *bool `json:"isScanner,omitzero"`
	// PurdueLayer is the level in the Purdue model of industrial networks.
	PurdueLayer string `json:"purdueLayer,omitzero"`
	// Sensor is what watches the device, Site and Zone are where it is.
	Sensor             string               `json:"sensor,omitzero"`
	Site               string               `json:"site,omitzero"`
	Zone               string               `json:"zone,omitzero"`
	ThreatIntelligence []ThreatIntelligence `json:"threatIntelligence,omitzero"`
}

// Kind returns [KindIoTDevice].
func (*IoTDevice) Kind() Kind { return KindIoTDevice }

// Nic is a network interface, in preview versions only.
type Nic struct {
	Base
	MACAddress string `json:"macAddress,omitzero"`
	// IPAddressEntityID names the address of the interface.
	IPAddressEntityID string `json:"ipAddressEntityId,omitzero"`
	// VLANs are the virtual networks that the interface is in.
	VLANs []string `json:"vlans,omitzero"`
}

// Kind returns [KindNic].
func (*Nic) Kind() Kind { return KindNic }
