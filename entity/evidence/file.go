package evidence

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// File is a file seen on a device, in a mail or in a message (fileEvidence).
type File struct {
	Base
	DetectionStatus DetectionStatus `json:"detectionStatus,omitzero"`
	FileDetails     *FileDetails    `json:"fileDetails,omitzero"`
	// MDEDeviceID is the device the file was seen on.
	MDEDeviceID string `json:"mdeDeviceId,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*File) ODataType() string { return namespace + "fileEvidence" }

// FileDetails is what is known about a file. Hashes are hexadecimal.
type FileDetails struct {
	FileName string `json:"fileName,omitzero"`
	// FilePath is the folder that the file was in.
	FilePath string `json:"filePath,omitzero"`
	// FilePublisher is the publisher that the file names.
	FilePublisher string `json:"filePublisher,omitzero"`
	// FileSize is in bytes.
	FileSize *int64 `json:"fileSize,omitzero"`
	// Issuer is the authority behind the signing certificate.
	Issuer string `json:"issuer,omitzero"`
	MD5    string `json:"md5,omitzero"`
	SHA1   string `json:"sha1,omitzero"`
	SHA256 string `json:"sha256,omitzero"`
	// SHA256AC is the Authenticode hash, which leaves the signature out.
	SHA256AC string `json:"sha256Ac,omitzero"`
	// Signer is the subject of the signing certificate.
	Signer string          `json:"signer,omitzero"`
	Extra  *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// FileHash is a hash reported as evidence in its own right (fileHashEvidence).
type FileHash struct {
	Base
	Algorithm FileHashAlgorithm `json:"algorithm,omitzero"`
	Value     string            `json:"value,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*FileHash) ODataType() string { return namespace + "fileHashEvidence" }

// Hash is a hash of a [Blob]. The schema calls it fileHash; the name [FileHash] belongs to the
// evidence.
type Hash struct {
	Algorithm FileHashAlgorithm `json:"algorithm,omitzero"`
	Value     string            `json:"value,omitzero"`
	Extra     *jsontext.Value   `json:",embed,inline"` // members that are newer, see [Base]
}

// Malware is a family or strain of malicious software and where it was found (malwareEvidence).
type Malware struct {
	Base
	// Category is the kind of software, such as "Ransomware".
	Category  string    `json:"category,omitzero"`
	Files     []File    `json:"files,omitzero"`
	Name      string    `json:"name,omitzero"`
	Processes []Process `json:"processes,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Malware) ODataType() string { return namespace + "malwareEvidence" }

// FileHashAlgorithm is how a hash was computed.
type FileHashAlgorithm string

// The members of [FileHashAlgorithm], with the names the API uses.
const (
	FileHashAlgorithmUnknown            FileHashAlgorithm = "unknown"
	FileHashAlgorithmMD5                FileHashAlgorithm = "md5"
	FileHashAlgorithmSHA1               FileHashAlgorithm = "sha1"
	FileHashAlgorithmSHA256             FileHashAlgorithm = "sha256"
	FileHashAlgorithmSHA256AC           FileHashAlgorithm = "sha256ac"
	FileHashAlgorithmUnknownFutureValue FileHashAlgorithm = "unknownFutureValue"
)

var fileHashAlgorithmValues = [...]FileHashAlgorithm{
	FileHashAlgorithmUnknown, FileHashAlgorithmMD5, FileHashAlgorithmSHA1, FileHashAlgorithmSHA256,
	FileHashAlgorithmSHA256AC, FileHashAlgorithmUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (FileHashAlgorithm) Values() []FileHashAlgorithm {
	return slices.Clone(fileHashAlgorithmValues[:])
}

// Known reports whether f is a member of the schema. Others are kept and written as they came.
func (f FileHashAlgorithm) Known() bool { return slices.Contains(fileHashAlgorithmValues[:], f) }
