package hunting

import (
	"strconv"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// sentinelEntity is one entity of the column Entities.
type sentinelEntity struct {
	ID   string `json:"$id"`
	Type string `json:"Type"`

	Name              string            `json:"Name,omitzero"`
	UPNSuffix         string            `json:"UPNSuffix,omitzero"`
	NTDomain          string            `json:"NTDomain,omitzero"`
	DisplayName       string            `json:"DisplayName,omitzero"`
	Sid               string            `json:"Sid,omitzero"`
	AadUserID         string            `json:"AadUserId,omitzero"`
	HostName          string            `json:"HostName,omitzero"`
	DNSDomain         string            `json:"DnsDomain,omitzero"`
	OSFamily          string            `json:"OSFamily,omitzero"`
	MdatpDeviceID     string            `json:"MdatpDeviceId,omitzero"`
	Address           string            `json:"Address,omitzero"`
	URL               string            `json:"Url,omitzero"`
	Directory         string            `json:"Directory,omitzero"`
	FileHashes        []*sentinelEntity `json:"FileHashes,omitempty"`
	Algorithm         string            `json:"Algorithm,omitzero"`
	Value             string            `json:"Value,omitzero"`
	ProcessID         string            `json:"ProcessId,omitzero"`
	CommandLine       string            `json:"CommandLine,omitzero"`
	ImageFile         *sentinelEntity   `json:"ImageFile,omitzero"`
	PrimaryAddress    string            `json:"MailboxPrimaryAddress,omitzero"`
	UPN               string            `json:"Upn,omitzero"`
	NetworkMessageID  string            `json:"NetworkMessageId,omitzero"`
	Recipient         string            `json:"Recipient,omitzero"`
	Subject           string            `json:"Subject,omitzero"`
	NetworkMessageIDs []string          `json:"NetworkMessageIds,omitempty"`
	Query             string            `json:"Query,omitzero"`
	AppID             *int64            `json:"AppId,omitzero"`
	ResourceID        string            `json:"ResourceId,omitzero"`
	DistinguishedName string            `json:"DistinguishedName,omitzero"`
	SID               string            `json:"SID,omitzero"`
	ObjectGUID        string            `json:"ObjectGuid,omitzero"`
	Hive              string            `json:"Hive,omitzero"`
	// Key is the path of a registry key, or the key that holds a value.
	Key        any    `json:"Key,omitzero"`
	ValueData  string `json:"ValueData,omitzero"`
	DeviceID   string `json:"DeviceId,omitzero"`
	DeviceName string `json:"DeviceName,omitzero"`
	Role       string `json:"Role,omitzero"`
}

// Entities returns evidence in the JSON form of the column Entities. Evidence
// that Sentinel has no entity type for is left out: it is in AlertEvidence. Each
// entity stands where its evidence does, with what it has inside, and has the role.
// FromEvidence and List.Column of package entity/sentinel carry more of the evidence,
// report what is lost, and share what is said twice; a row has no use for that.
//
// Source: Learn, "Microsoft Sentinel entity types reference" and "Microsoft
// Sentinel security alert schema" (the V3 form).
func Entities(list evidence.List) string {
	var w entityWriter
	found := []*sentinelEntity{}
	for _, e := range list {
		if s := w.entity(e); s != nil {
			s.Role = role(e)
			found = append(found, s)
		}
	}
	data, err := wire.Marshal(found)
	if err != nil {
		return "[]"
	}
	return string(data)
}

// entityWriter numbers the entities of one document.
type entityWriter int

func (w *entityWriter) start(kind string) *sentinelEntity {
	*w++
	return &sentinelEntity{ID: strconv.Itoa(int(*w)), Type: kind}
}

func (w *entityWriter) entity(item evidence.Evidence) *sentinelEntity {
	switch e := item.(type) {
	case *evidence.User:
		return w.account(e.UserAccount)
	case *evidence.Device:
		s := w.start("host")
		s.HostName, s.DNSDomain, s.NTDomain, s.MdatpDeviceID = e.HostName, e.DNSDomain, e.NTDomain, e.MDEDeviceID
		if s.HostName == "" {
			s.HostName, s.DNSDomain, _ = strings.Cut(e.DeviceDNSName, ".")
		}
		return s
	case *evidence.IP:
		s := w.start("ip")
		s.Address = e.IPAddress
		return s
	case *evidence.URL:
		s := w.start("url")
		s.URL = e.URL
		return s
	case *evidence.File:
		return w.file(e.FileDetails)
	case *evidence.FileHash:
		return w.hash(strings.ToUpper(string(e.Algorithm)), e.Value)
	case *evidence.Process:
		s := w.start("process")
		s.CommandLine = e.ProcessCommandLine
		if e.ProcessID != nil {
			s.ProcessID = strconv.FormatInt(*e.ProcessID, 10)
		}
		s.ImageFile = w.file(e.ImageFile)
		return s
	case *evidence.Mailbox:
		s := w.start("mailbox")
		s.PrimaryAddress, s.UPN, s.DisplayName = e.PrimaryAddress, e.UPN, e.DisplayName
		return s
	case *evidence.AnalyzedMessage:
		s := w.start("mail-message")
		s.NetworkMessageID, s.Recipient, s.Subject = e.NetworkMessageID, e.RecipientEmailAddress, e.Subject
		return s
	case *evidence.MailCluster:
		s := w.start("mail-cluster")
		s.NetworkMessageIDs, s.Query = e.NetworkMessageIDs, e.Query
		return s
	case *evidence.CloudApplication:
		s := w.start("cloud-application")
		s.AppID, s.Name = e.AppID, e.DisplayName
		return s
	case *evidence.AzureResource:
		s := w.start("azure-resource")
		s.ResourceID = e.ResourceID
		return s
	case *evidence.SecurityGroup:
		s := w.start("security-group")
		s.DistinguishedName, s.SID, s.ObjectGUID = e.DistinguishedName, e.SID, e.ActiveDirectoryObjectGUID
		return s
	case *evidence.RegistryKey:
		s := w.start("registry-key")
		s.Hive, s.Key = e.RegistryHive, e.RegistryKey
		return s
	case *evidence.RegistryValue:
		s := w.start("registry-value")
		s.Name, s.ValueData = e.RegistryValueName, e.RegistryValue
		if e.RegistryKey != "" {
			key := w.start("registry-key")
			key.Hive, key.Key = e.RegistryHive, e.RegistryKey
			s.Key = key
		}
		return s
	case *evidence.IoTDevice:
		s := w.start("iotdevice")
		s.DeviceID, s.DeviceName = e.DeviceID, e.DeviceName
		return s
	default:
		return nil
	}
}

func (w *entityWriter) account(a *evidence.UserAccount) *sentinelEntity {
	s := w.start("account")
	if a == nil {
		return s
	}
	s.Name, s.NTDomain, s.Sid, s.AadUserID, s.DisplayName = a.AccountName, a.DomainName, a.UserSID, a.AzureADUserID, a.DisplayName
	if name, suffix, ok := strings.Cut(a.UserPrincipalName, "@"); ok {
		s.Name, s.UPNSuffix = name, suffix
	}
	return s
}

func (w *entityWriter) file(f *evidence.FileDetails) *sentinelEntity {
	if f == nil {
		return nil
	}
	s := w.start("file")
	s.Name, s.Directory = f.FileName, f.FilePath
	for _, h := range [...]struct{ algorithm, value string }{{"MD5", f.MD5}, {"SHA1", f.SHA1}, {"SHA256", f.SHA256}} {
		if h.value != "" {
			s.FileHashes = append(s.FileHashes, w.hash(h.algorithm, h.value))
		}
	}
	return s
}

func (w *entityWriter) hash(algorithm, value string) *sentinelEntity {
	s := w.start("filehash")
	s.Algorithm, s.Value = algorithm, value
	return s
}

// compromised names the alert's main entity for people: the first impacted one
// that has a name.
func compromised(a *alert.Alert) string {
	for _, e := range a.Evidence {
		if role(e) != RoleImpacted {
			continue
		}
		var r AlertEvidence
		r.describe(e)
		for _, name := range []string{r.AccountUPN, r.DeviceName, r.AccountName, r.AccountSID, r.AccountObjectID, r.DeviceID, r.Application, r.ResourceID, r.RemoteIP, r.RemoteURL, r.FileName, r.NetworkMessageID} {
			if name != "" {
				return name
			}
		}
	}
	return ""
}
