// Package evidence holds the evidence of alerts: the users, devices, addresses, files and so on
// that an alert of Microsoft Defender is about, as the type alertEvidence of the
// microsoft.graph.security schema (v1.0) and the 48 types derived from it describe them. A type has
// the schema's name without "Evidence": deviceEvidence is [Device]. The complex types they are made
// of keep their names: [UserAccount], [FileDetails] and so on.
//
// # Reading and writing
//
// [Decode] and [Encode] read and write one piece of evidence, [List] the evidence of an alert, and
// [Any] a field of another struct. What an object is, its member @odata.type says
// ("#microsoft.graph.security.deviceEvidence", also without the "#", anywhere in the object); it is
// written first. Where the schema fixes the type of nested evidence, @odata.type is neither needed
// nor added.
//
// List, Any and [Unknown] have JSON methods, and may be part of what encoding/json,
// encoding/json/v2 or github.com/go-json-experiment/json reads and writes; whatever options these
// have, the evidence is read and written by the rules of this package. The other structs have no
// JSON methods: they use the option "embed" of the newer libraries, and encoding/json would give
// them a member Extra. Put them in a List or an Any for it.
//
// Evidence of a type that is not here becomes Unknown; enumerations are texts, and keep those that
// are not here; members that are not here are kept in a field named Extra (see [Base]). What is
// written after reading is the same JSON value, except that
//
//   - members that are null, an empty text, or the time 0001-01-01T00:00:00Z are left out,
//   - null in an array of texts becomes "", and null in an array of objects becomes {},
//   - times are in UTC, without trailing zeros and digits beyond the nanosecond,
//   - "#" is put in front of the @odata.type of evidence that needs one,
//   - the order is fixed, and escapes and white space are those of the JSON library.
//
// # Absent values
//
// A member that is null or absent gives the zero value, and the zero value is not written. Numbers
// and booleans, of which zero and false say something, are pointers: nil is absent, and Go 1.26
// writes new(int64(7)) for a value. Texts and times are plain, since an empty text or the year 1
// say nothing. An empty array is not absent: it gives an empty slice that is not nil, and is
// written.
//
// # Limits and errors
//
// Invalid UTF-8, duplicate names, a value of the wrong JSON type, more than 64 levels of nesting or
// more than 262144 objects are refused with an error that has the path of the member and the
// position: an [*Error], which the JSON libraries may wrap. Ordinary lists take little more memory than their text; the most expensive documents
// within these limits are arrays of empty objects, with up to 1.5 kB an object, garbage included.
package evidence

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Evidence is one piece of evidence: a pointer to one of the 48 structs or to [Unknown].
//
//   - identities: [*User], [*SecurityGroup], [*ServicePrincipal], [*OAuthApplication],
//     [*ActiveDirectoryDomain]
//   - sessions: [*HostLogonSession], [*CloudLogonSession], [*CloudLogonRequest]
//   - devices: [*Device], [*IoTDevice], [*NIC]
//   - files and processes: [*File], [*FileHash], [*Malware], [*Process], [*RegistryKey],
//     [*RegistryValue]
//   - network: [*IP], [*URL], [*DNS], [*NetworkConnection]
//   - mail and messages: [*AnalyzedMessage], [*Mailbox], [*MailboxConfiguration], [*MailCluster],
//     [*SubmissionMail], [*TeamsMessage]
//   - clouds: [*AzureResource], [*AmazonResource], [*GoogleCloudResource], [*Blob],
//     [*BlobContainer], [*SASToken], [*CloudApplication], [*AIAgent]
//   - containers: [*Container], [*ContainerImage], [*ContainerRegistry], [*KubernetesCluster],
//     [*KubernetesController], [*KubernetesNamespace], [*KubernetesPod], [*KubernetesSecret],
//     [*KubernetesService], [*KubernetesServiceAccount]
//   - GitHub: [*GitHubOrganization], [*GitHubRepo], [*GitHubUser]
//
// A type switch tells them apart:
//
//	switch e := item.(type) {
//	case *evidence.Device:
//		fmt.Println("device", e.DeviceDNSName)
//	case *evidence.User:
//		if e.UserAccount != nil {
//			fmt.Println("user", e.UserAccount.UserPrincipalName)
//		}
//	case *evidence.Unknown:
//		fmt.Println("newer than this program:", e.ODataType())
//	default:
//		fmt.Println(e.ODataType(), e.Common().Verdict)
//	}
//
// [Of] gives all evidence of one type.
type Evidence interface {
	// ODataType returns the name of the type as @odata.type has it,
	// "#microsoft.graph.security.deviceEvidence".
	ODataType() string
	// Common returns the properties that all evidence has. They can be changed through the pointer,
	// except for Unknown.
	Common() *Base

	isEvidence()
}

// Base is what all evidence has in common (alertEvidence). It is embedded in the 48 structs.
type Base struct {
	// DeclaredType is the @odata.type that evidence came with in a place where
	// it needs none, since the schema fixes the type. [List] and [Any] leave it
	// empty and write the type of the Go value.
	DeclaredType TypeName `json:"@odata.type,omitzero"`
	// CreatedDateTime is when the evidence was added to the alert.
	CreatedDateTime time.Time `json:"createdDateTime,omitzero"`
	// DetailedRoles describe the entity's part in the alert in more detail than Roles, as free
	// text.
	DetailedRoles []string `json:"detailedRoles,omitzero"`
	// RemediationStatus is what became of the threat.
	RemediationStatus RemediationStatus `json:"remediationStatus,omitzero"`
	// RemediationStatusDetails explains RemediationStatus, as free text.
	RemediationStatusDetails string `json:"remediationStatusDetails,omitzero"`
	// Roles are the parts that the entity plays in the alert.
	Roles []Role `json:"roles,omitzero"`
	// Tags are labels of the entity, such as a group or a high-value mark.
	Tags []string `json:"tags,omitzero"`
	// Verdict is what the investigation concluded.
	Verdict Verdict `json:"verdict,omitzero"`
	// Extra points to one JSON object with the members that the schema did not have when this was
	// written; it is nil when there are none. They are written again behind the fields. It is an error to write a member of Extra
	// that has the name of a field which has a value. The complex types have an Extra of their own.
	Extra *jsontext.Value `json:",embed,inline"`
}

// Common returns b.
func (b *Base) Common() *Base { return b }

func (*Base) isEvidence() {}

// Unknown is what evidence becomes that this package has no type for. Its JSON is kept byte for
// byte in Raw; the JSON libraries may change white space and escapes when they write it. An element
// of a [List] that is null, or not an object at all, becomes Unknown too, so that one odd element
// does not cost the others.
type Unknown struct {
	// Raw is the whole JSON value, @odata.type included.
	Raw jsontext.Value
}

// ODataType returns the text of the member @odata.type, or "" if there is none.
func (u *Unknown) ODataType() string {
	return odataType(u.Raw)
}

// Common returns the common properties as far as they can be read from Raw. Changes to them have no
// effect.
func (u *Unknown) Common() *Base {
	var b Base
	if wire.Unmarshal(u.Raw, &b) != nil {
		return &Base{}
	}
	b.DeclaredType, b.Extra = "", nil
	return &b
}

// MarshalJSONTo writes Raw, or null if it is empty.
func (u Unknown) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !wire.Writes(enc) {
		return wire.MarshalTo(enc, u)
	}
	if len(u.Raw) == 0 {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteValue(u.Raw)
}

// UnmarshalJSONFrom keeps the next value as it is.
func (u *Unknown) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if !wire.Reads(dec) {
		return wire.UnmarshalFrom(dec, u)
	}
	v, err := dec.ReadValue()
	u.Raw = v.Clone()
	return err
}

// MarshalJSON is MarshalJSONTo for encoding/json.
func (u Unknown) MarshalJSON() ([]byte, error) { return wire.Marshal(u) }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json.
func (u *Unknown) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, u) }

func (*Unknown) isEvidence() {}

// Error says where a JSON document could not be read, and why, without quoting
// it: Path in dotted form, Offset in bytes, Line and Column from 1, and Reason.
type Error = wire.Error

// Decode reads one piece of evidence. What it cannot tell the type of becomes
// [*Unknown]. The error is an [*Error].
func Decode(data []byte) (Evidence, error) {
	var a Any
	if err := wire.Unmarshal(data, &a); err != nil {
		return nil, err
	}
	if a.Evidence == nil {
		return &Unknown{Raw: jsontext.Value("null")}, nil
	}
	return a.Evidence, nil
}

// Encode writes one piece of evidence, beginning with @odata.type. What is nil
// becomes null.
func Encode(e Evidence) ([]byte, error) { return wire.Marshal(Any{e}) }
