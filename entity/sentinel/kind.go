package sentinel

import (
	"reflect"
	"slices"
	"strings"
)

// Kind is what kind of thing an entity is, spelled as Azure Resource Manager
// does. It is an open set: a kind that is not among the constants is kept.
type Kind string

// The 22 kinds. [KindNic] is in preview versions only.
const (
	KindAccount          Kind = "Account"
	KindAzureResource    Kind = "AzureResource"
	KindBookmark         Kind = "Bookmark"
	KindCloudApplication Kind = "CloudApplication"
	KindDNSResolution    Kind = "DnsResolution"
	KindFile             Kind = "File"
	KindFileHash         Kind = "FileHash"
	KindHost             Kind = "Host"
	KindIoTDevice        Kind = "IoTDevice"
	KindIP               Kind = "Ip"
	KindMailCluster      Kind = "MailCluster"
	KindMailMessage      Kind = "MailMessage"
	KindMailbox          Kind = "Mailbox"
	KindMalware          Kind = "Malware"
	KindNic              Kind = "Nic"
	KindProcess          Kind = "Process"
	KindRegistryKey      Kind = "RegistryKey"
	KindRegistryValue    Kind = "RegistryValue"
	KindSecurityAlert    Kind = "SecurityAlert"
	KindSecurityGroup    Kind = "SecurityGroup"
	KindSubmissionMail   Kind = "SubmissionMail"
	KindURL              Kind = "Url"
)

// spelling is a kind in the words of the four places that name it.
type spelling struct {
	kind Kind
	// mapping is the name in entity mappings of analytics rules and bookmarks,
	// query that in entity queries, log the Type in the column Entities. They are
	// empty where the place does not have the kind.
	mapping, query, log string
	properties          Properties
}

// spellings is the table of the kinds.
//
// Sources: the REST specification of Microsoft.SecurityInsights, EntityKindEnum,
// EntityMappingType and EntityType; Learn, "Microsoft Sentinel entity types
// reference" (2023-10-15), which writes SubmissionMail so and has neither nic nor
// the two kinds that are no part of an alert's entities. That a network interface
// in the column is nic is our inference from the IoT device's member Nics.
var spellings = [...]spelling{
	{KindAccount, "Account", "Account", "account", &Account{}},
	{KindAzureResource, "AzureResource", "AzureResource", "azure-resource", &AzureResource{}},
	{KindBookmark, "", "HuntingBookmark", "", &Bookmark{}},
	{KindCloudApplication, "CloudApplication", "CloudApplication", "cloud-application", &CloudApplication{}},
	{KindDNSResolution, "DNS", "DNS", "dns", &DNSResolution{}},
	{KindFile, "File", "File", "file", &File{}},
	{KindFileHash, "FileHash", "FileHash", "filehash", &FileHash{}},
	{KindHost, "Host", "Host", "host", &Host{}},
	{KindIoTDevice, "", "IoTDevice", "iotdevice", &IoTDevice{}},
	{KindIP, "IP", "IP", "ip", &IP{}},
	{KindMailCluster, "MailCluster", "MailCluster", "mail-cluster", &MailCluster{}},
	{KindMailMessage, "MailMessage", "MailMessage", "mail-message", &MailMessage{}},
	{KindMailbox, "Mailbox", "Mailbox", "mailbox", &Mailbox{}},
	{KindMalware, "Malware", "Malware", "malware", &Malware{}},
	{KindNic, "", "Nic", "nic", &Nic{}},
	{KindProcess, "Process", "Process", "process", &Process{}},
	{KindRegistryKey, "RegistryKey", "RegistryKey", "registry-key", &RegistryKey{}},
	{KindRegistryValue, "RegistryValue", "RegistryValue", "registry-value", &RegistryValue{}},
	{KindSecurityAlert, "", "SecurityAlert", "", &SecurityAlert{}},
	{KindSecurityGroup, "SecurityGroup", "SecurityGroup", "security-group", &SecurityGroup{}},
	{KindSubmissionMail, "SubmissionMail", "SubmissionMail", "SubmissionMail", &SubmissionMail{}},
	{KindURL, "URL", "URL", "url", &URL{}},
}

// Kinds lists the 22 kinds in alphabetical order.
func Kinds() []Kind {
	kinds := make([]Kind, len(spellings))
	for i := range spellings {
		kinds[i] = spellings[i].kind
	}
	return kinds
}

// ParseKind finds the kind that a name means in any of the four spellings, such
// as DnsResolution, DNS and dns. Case, hyphens and underscores do not matter. It is
// false for a name that no place has; a Kind may still be made of it.
func ParseKind(name string) (Kind, bool) {
	name = plainName(name)
	for i := range spellings {
		s := &spellings[i]
		for _, spelled := range [...]string{string(s.kind), s.mapping, s.query, s.log} {
			if spelled != "" && plainName(spelled) == name {
				return s.kind, true
			}
		}
	}
	return "", false
}

func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// Known reports whether k is one of the 22 kinds.
func (k Kind) Known() bool { return k.spelled() != nil }

// MappingType returns the kind's name in the entity mappings of analytics rules
// and bookmarks, such as DNS, or "" if they do not have the kind.
func (k Kind) MappingType() string {
	if s := k.spelled(); s != nil {
		return s.mapping
	}
	return ""
}

// QueryType returns the kind's name in entity queries, such as HuntingBookmark, or
// "" for a kind that is not among the 22.
func (k Kind) QueryType() string {
	if s := k.spelled(); s != nil {
		return s.query
	}
	return ""
}

// LogType returns the kind's name in the column Entities, such as azure-resource,
// or "" if the column does not have the kind.
func (k Kind) LogType() string {
	if s := k.spelled(); s != nil {
		return s.log
	}
	return ""
}

func (k Kind) spelled() *spelling {
	if i := slices.IndexFunc(spellings[:], func(s spelling) bool { return s.kind == k }); i >= 0 {
		return &spellings[i]
	}
	return nil
}

// newProperties returns a new value for the properties of a kind, or nil for a
// kind that is not among the 22. The service does not always keep to the case of
// the specification.
func newProperties(k Kind) Properties {
	for i := range spellings {
		if strings.EqualFold(string(spellings[i].kind), string(k)) {
			return reflect.New(reflect.TypeOf(spellings[i].properties).Elem()).Interface().(Properties)
		}
	}
	return nil
}
