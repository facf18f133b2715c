package sentinel

import (
	"time"
)

// File is a file on a host or in a mail.
type File struct {
	Base
	// FileName is the name without the path, Directory the path.
	FileName  string `json:"fileName,omitzero"`
	Directory string `json:"directory,omitzero"`
	// FileHashEntityIDs name its hashes, HostEntityID the host that it is on.
	FileHashEntityIDs []string `json:"fileHashEntityIds,omitzero"`
	HostEntityID      string   `json:"hostEntityId,omitzero"`
}

// Kind returns [KindFile].
func (*File) Kind() Kind { return KindFile }

// FileHash is a hash of a file.
type FileHash struct {
	Base
	Algorithm HashAlgorithm `json:"algorithm,omitzero"`
	// HashValue is in hexadecimal digits.
	HashValue string `json:"hashValue,omitzero"`
}

// Kind returns [KindFileHash].
func (*FileHash) Kind() Kind { return KindFileHash }

// Malware is a family or strain of malicious software.
type Malware struct {
	Base
	// MalwareName and Category are the vendor's own.
	MalwareName string `json:"malwareName,omitzero"`
	Category    string `json:"category,omitzero"`
	// FileEntityIDs and ProcessEntityIDs name where it was found.
	FileEntityIDs    []string `json:"fileEntityIds,omitzero"`
	ProcessEntityIDs []string `json:"processEntityIds,omitzero"`
}

// Kind returns [KindMalware].
func (*Malware) Kind() Kind { return KindMalware }

// Process is a process that ran on a host.
type Process struct {
	Base
	// ProcessID is the number that the operating system gave the process.
	ProcessID       string         `json:"processId,omitzero"`
	CommandLine     string         `json:"commandLine,omitzero"`
	CreationTimeUTC time.Time      `json:"creationTimeUtc,omitzero"`
	ElevationToken  ElevationToken `json:"elevationToken,omitzero"`
	// ImageFileEntityID names the file that the process runs; HostEntityID,
	// AccountEntityID, HostLogonSessionEntityID and ParentProcessEntityID name
	// where, as whom, in which session and by which process it was started.
	ImageFileEntityID        string `json:"imageFileEntityId,omitzero"`
	HostEntityID             string `json:"hostEntityId,omitzero"`
	AccountEntityID          string `json:"accountEntityId,omitzero"`
	HostLogonSessionEntityID string `json:"hostLogonSessionEntityId,omitzero"`
	ParentProcessEntityID    string `json:"parentProcessEntityId,omitzero"`
}

// Kind returns [KindProcess].
func (*Process) Kind() Kind { return KindProcess }

// RegistryKey is a key of the Windows registry.
type RegistryKey struct {
	Base
	Hive RegistryHive `json:"hive,omitzero"`
	// Key is the path below the hive.
	Key string `json:"key,omitzero"`
}

// Kind returns [KindRegistryKey].
func (*RegistryKey) Kind() Kind { return KindRegistryKey }

// RegistryValue is a value in the Windows registry.
type RegistryValue struct {
	Base
	// KeyEntityID names the key that holds the value.
	KeyEntityID string `json:"keyEntityId,omitzero"`
	ValueName   string `json:"valueName,omitzero"`
	// ValueData is the data as text.
	ValueData string            `json:"valueData,omitzero"`
	ValueType RegistryValueKind `json:"valueType,omitzero"`
}

// Kind returns [KindRegistryValue].
func (*RegistryValue) Kind() Kind { return KindRegistryValue }
