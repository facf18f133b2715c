package evidence

import (
	"time"
)

// Process is a process that ran on a device (processEvidence).
type Process struct {
	Base
	DetectionStatus DetectionStatus `json:"detectionStatus,omitzero"`
	// ImageFile is the program that the process ran.
	ImageFile *FileDetails `json:"imageFile,omitzero"`
	// MDEDeviceID is the device the process ran on.
	MDEDeviceID                   string       `json:"mdeDeviceId,omitzero"`
	ParentProcessCreationDateTime time.Time    `json:"parentProcessCreationDateTime,omitzero"`
	ParentProcessID               *int64       `json:"parentProcessId,omitzero"`
	ParentProcessImageFile        *FileDetails `json:"parentProcessImageFile,omitzero"`
	ProcessCommandLine            string       `json:"processCommandLine,omitzero"`
	ProcessCreationDateTime       time.Time    `json:"processCreationDateTime,omitzero"`
	// ProcessID is the number the operating system gave the process. It is reused: the creation
	// time tells two apart.
	ProcessID *int64 `json:"processId,omitzero"`
	// UserAccount is who the process ran as.
	UserAccount *UserAccount `json:"userAccount,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Process) ODataType() string { return namespace + "processEvidence" }

// RegistryKey is a key of the Windows registry (registryKeyEvidence).
type RegistryKey struct {
	Base
	// RegistryHive is the root, such as "HKEY_LOCAL_MACHINE".
	RegistryHive string `json:"registryHive,omitzero"`
	RegistryKey  string `json:"registryKey,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*RegistryKey) ODataType() string { return namespace + "registryKeyEvidence" }

// RegistryValue is a value in the Windows registry (registryValueEvidence).
type RegistryValue struct {
	Base
	MDEDeviceID string `json:"mdeDeviceId,omitzero"`
	// RegistryHive is the root, such as "HKEY_LOCAL_MACHINE".
	RegistryHive string `json:"registryHive,omitzero"`
	RegistryKey  string `json:"registryKey,omitzero"`
	// RegistryValue is the data of the value.
	RegistryValue     string `json:"registryValue,omitzero"`
	RegistryValueName string `json:"registryValueName,omitzero"`
	// RegistryValueType is the type of the data, such as "String".
	RegistryValueType string `json:"registryValueType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*RegistryValue) ODataType() string { return namespace + "registryValueEvidence" }
