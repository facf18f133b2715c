package sentinel

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// FromEvidence makes entities of the evidence of an alert of Microsoft Defender
// XDR. What evidence has inside, such as the image file of a process, becomes an
// entity of its own, before the one that names it; the list numbers its entities
// from 1. Fields that only the column Entities has, such as the size of a file, are
// in Unknown.
//
// The problems name, by path in the evidence, what no entity of Sentinel has a place
// for: types such as the pod of a cluster as a whole, and the verdict, roles and
// tags of all.
func FromEvidence(list evidence.List) (List, []entity.Problem) {
	var b builder
	var ps validate.Problems
	for i, e := range list {
		path := validate.Index("", i)
		if v := reflect.ValueOf(e); !v.IsValid() || v.IsNil() {
			ps.Add(path, ruleNotConverted, "is no evidence")
			continue
		}
		p := b.from(e)
		if p == nil {
			ps.Add(path, ruleNotConverted, "is of the type %s, for which Sentinel has no kind", validate.Quote(e.ODataType()))
			continue
		}
		b.add(p)
		alone := builder{}
		back := List{{ID: "0", Name: "0", Kind: p.Kind(), Properties: alone.from(e)}}
		back = append(back, alone.list...)
		lost(&ps, path, evidenceObject(e), evidenceObject(newIndex(back).evidence(0)), string(p.Kind())+" of Sentinel")
	}
	return b.list, ps
}

// builder collects entities that name each other.
type builder struct {
	list  List
	known map[string]string // ids by what the entities say
}

// add adds an entity and returns its id.
func (b *builder) add(p Properties) string {
	id := strconv.Itoa(len(b.list) + 1)
	b.list = append(b.list, Entity{ID: id, Name: id, Kind: p.Kind(), Properties: p})
	if b.known == nil {
		b.known = map[string]string{}
	}
	b.known[string(p.Kind())+string(toObject(p).json())] = id
	return id
}

// name returns the id of an entity that says what p says, and adds it if there is
// none. One that says nothing has no id.
func (b *builder) name(p Properties) string {
	if p == nil {
		return ""
	}
	text := toObject(p).json()
	if string(text) == "{}" {
		return ""
	}
	if id := b.known[string(p.Kind())+string(text)]; id != "" {
		return id
	}
	return b.add(p)
}

// names returns the ids of entities.
func names[E any](b *builder, list []E, from func(*E) Properties) []string {
	var ids []string
	for i := range list {
		if id := b.name(from(&list[i])); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// from makes the properties of an entity of a piece of evidence, or nil if there is
// no kind for it.
func (b *builder) from(e evidence.Evidence) Properties {
	switch e := e.(type) {
	case *evidence.User:
		return b.account(e.UserAccount)
	case *evidence.SecurityGroup:
		return &SecurityGroup{DistinguishedName: e.DistinguishedName, ObjectGUID: e.ActiveDirectoryObjectGUID, SID: e.SID}
	case *evidence.CloudApplication:
		return b.cloudApplication(e)
	case *evidence.AzureResource:
		return b.azureResource(e)
	case *evidence.Device:
		return b.host(e)
	case *evidence.IoTDevice:
		return b.ioTDevice(e)
	case *evidence.NIC:
		return b.nic(e)
	case *evidence.IP:
		return b.ip(e)
	case *evidence.URL:
		return &URL{URL: e.URL}
	case *evidence.DNS:
		return &DNSResolution{
			DomainName:            e.DomainName,
			DNSServerIPEntityID:   b.named(e.DNSServerIP),
			HostIPAddressEntityID: b.named(e.HostIPAddress),
			IPAddressEntityIDs:    names(b, e.IPAddresses, b.ip),
		}
	case *evidence.File:
		return b.file(e.FileDetails)
	case *evidence.FileHash:
		return fileHash(string(e.Algorithm), e.Value)
	case *evidence.Malware:
		return &Malware{
			MalwareName: e.Name, Category: e.Category,
			FileEntityIDs:    names(b, e.Files, func(f *evidence.File) Properties { return b.file(f.FileDetails) }),
			ProcessEntityIDs: names(b, e.Processes, b.process),
		}
	case *evidence.Process:
		return b.process(e)
	case *evidence.RegistryKey:
		return &RegistryKey{Hive: RegistryHive(e.RegistryHive), Key: e.RegistryKey}
	case *evidence.RegistryValue:
		return &RegistryValue{
			KeyEntityID: b.name(&RegistryKey{Hive: RegistryHive(e.RegistryHive), Key: e.RegistryKey}),
			ValueName:   e.RegistryValueName, ValueData: e.RegistryValue, ValueType: RegistryValueKind(e.RegistryValueType),
		}
	default:
		return fromMail(e)
	}
}

// named is name for an address that may be missing.
func (b *builder) named(ip *evidence.IP) string {
	if ip == nil {
		return ""
	}
	return b.name(b.ip(ip))
}

// account splits a principal name, which Sentinel keeps in two parts of which the
// first is the account's name. A name in the Windows domain that differs from it
// cannot be kept beside it, and neither can the domain, which would make another
// account of the two.
func (b *builder) account(a *evidence.UserAccount) *Account {
	if a == nil {
		return &Account{}
	}
	p := &Account{
		AccountName: a.AccountName, NTDomain: a.DomainName, DisplayName: a.DisplayName, SID: a.UserSID,
		AADUserID: a.AzureADUserID, AADTenantID: a.TenantID, ObjectGUID: a.ActiveDirectoryObjectGUID,
	}
	if local, suffix, ok := strings.Cut(a.UserPrincipalName, "@"); ok && local != "" && suffix != "" {
		if a.AccountName != "" && !strings.EqualFold(a.AccountName, local) {
			p.NTDomain = ""
		}
		p.AccountName, p.UPNSuffix = local, suffix
	}
	return p
}

func (b *builder) cloudApplication(e *evidence.CloudApplication) *CloudApplication {
	p := &CloudApplication{AppName: e.DisplayName, InstanceName: e.InstanceName}
	if e.AppID != nil && *e.AppID >= math.MinInt32 && *e.AppID <= math.MaxInt32 {
		p.AppID = new(int32(*e.AppID))
	}
	p.Unknown = numbers("SaasId", e.SaaSAppID, "InstanceId", e.InstanceID)
	return p
}

func (b *builder) azureResource(e *evidence.AzureResource) *AzureResource {
	p := &AzureResource{ResourceID: e.ResourceID}
	p.Unknown = texts("ResourceName", e.ResourceName, "ResourceType", e.ResourceType)
	return p
}

func (b *builder) host(e *evidence.Device) *Host {
	p := &Host{HostName: e.HostName, DNSDomain: e.DNSDomain, NTDomain: e.NTDomain, OSVersion: e.Version, OSFamily: osFamily(e.OSPlatform)}
	if name, domain, _ := strings.Cut(e.DeviceDNSName, "."); name != "" {
		p.HostName = cmp.Or(p.HostName, name)
		p.DNSDomain = cmp.Or(p.DNSDomain, domain)
	}
	if vm := e.VMMetadata; vm != nil {
		p.AzureID = vm.ResourceID
	}
	var interfaces []jsontext.Value
	for _, address := range e.IPInterfaces {
		if id := b.name(&IP{Address: address}); id != "" {
			interfaces = append(interfaces, refTo(id))
		}
	}
	if interfaces != nil {
		p.Unknown = object{{"IpInterfaces", list(interfaces)}}.json()
	}
	return p
}

// osFamily finds the family in a platform such as Windows11. The specification has
// no word for macOS; the column has Mac.
func osFamily(platform string) OSFamily {
	for _, f := range [...]struct {
		prefix string
		family OSFamily
	}{
		{"Windows", OSFamilyWindows}, {"Linux", OSFamilyLinux}, {"Android", OSFamilyAndroid}, {"iOS", OSFamilyIOS}, {"macOS", osFamilyMac}, {"Mac", osFamilyMac},
	} {
		if len(platform) >= len(f.prefix) && strings.EqualFold(platform[:len(f.prefix)], f.prefix) {
			return f.family
		}
	}
	return ""
}

const osFamilyMac OSFamily = "Mac"

func (b *builder) ioTDevice(e *evidence.IoTDevice) *IoTDevice {
	p := &IoTDevice{
		DeviceID: e.DeviceID, DeviceName: e.DeviceName, DeviceType: e.DeviceType, DeviceSubType: e.DeviceSubType,
		IoTSecurityAgentID: e.IoTSecurityAgentID, MACAddress: e.MACAddress, Vendor: e.Manufacturer, Model: e.Model,
		SerialNumber: e.SerialNumber, OperatingSystem: e.OperatingSystem, Protocols: e.Protocols, Owners: e.Owners, Source: e.Source,
		Importance: DeviceImportance(capital(string(e.Importance))), IsAuthorized: e.IsAuthorized, IsProgramming: e.IsProgramming, IsScanner: e.IsScanner,
		PurdueLayer: e.PurdueLayer, Sensor: e.Sensor, Site: e.Site, Zone: e.Zone,
		IPAddressEntityID: b.named(e.IPAddress), NicEntityIDs: names(b, e.NICs, b.nic),
	}
	if e.IoTHub != nil {
		p.IoTHubEntityID = b.name(b.azureResource(e.IoTHub))
	}
	var only object
	for _, link := range [...]struct{ name, url string }{{"DevicePageLink", e.DevicePageLink}, {"SourceRef", urlOf(e.SourceRef)}} {
		if link.url != "" {
			only = append(only, member{link.name, refTo(b.name(&URL{URL: link.url}))})
		}
	}
	if only != nil {
		p.Unknown = only.json()
	}
	return p
}

func urlOf(u *evidence.URL) string {
	if u == nil {
		return ""
	}
	return u.URL
}

func (b *builder) nic(e *evidence.NIC) Properties {
	return &Nic{MACAddress: e.MACAddress, VLANs: e.VLANs, IPAddressEntityID: b.named(e.IPAddress)}
}

func (b *builder) ip(e *evidence.IP) Properties {
	p := &IP{Address: e.IPAddress}
	if l := e.Location; l != nil || e.CountryLetterCode != "" {
		p.Location = &GeoLocation{CountryCode: e.CountryLetterCode}
		if l != nil {
			p.Location.City, p.Location.State, p.Location.CountryName = l.City, l.State, l.CountryName
			p.Location.Latitude, p.Location.Longitude = l.Latitude, l.Longitude
		}
	}
	return p
}

func (b *builder) file(f *evidence.FileDetails) Properties {
	if f == nil {
		return &File{}
	}
	p := &File{FileName: f.FileName, Directory: f.FilePath}
	for _, h := range [...]struct{ algorithm, value string }{
		{"md5", f.MD5}, {"sha1", f.SHA1}, {"sha256", f.SHA256}, {"sha256ac", f.SHA256AC},
	} {
		if h.value != "" {
			p.FileHashEntityIDs = append(p.FileHashEntityIDs, b.name(fileHash(h.algorithm, h.value)))
		}
	}
	p.Unknown = numbers("SizeInBytes", f.FileSize)
	return p
}

// fileHash writes the algorithm as Sentinel does: in capital letters, but for
// Unknown.
func fileHash(algorithm, value string) *FileHash {
	for _, known := range hashAlgorithmValues {
		if strings.EqualFold(string(known), algorithm) {
			algorithm = string(known)
		}
	}
	return &FileHash{Algorithm: HashAlgorithm(algorithm), HashValue: value}
}

func (b *builder) process(e *evidence.Process) Properties {
	p := &Process{ProcessID: number(e.ProcessID), CommandLine: e.ProcessCommandLine, CreationTimeUTC: e.ProcessCreationDateTime}
	p.ImageFileEntityID = b.name(b.file(e.ImageFile))
	p.AccountEntityID = b.name(b.account(e.UserAccount))
	parent := &Process{
		ProcessID: number(e.ParentProcessID), CreationTimeUTC: e.ParentProcessCreationDateTime,
		ImageFileEntityID: b.name(b.file(e.ParentProcessImageFile)),
	}
	p.ParentProcessEntityID = b.name(parent)
	return p
}

// fromMail is the last part of from.
func fromMail(e evidence.Evidence) Properties {
	switch e := e.(type) {
	case *evidence.AnalyzedMessage:
		p := &MailMessage{
			NetworkMessageID: e.NetworkMessageID, InternetMessageID: e.InternetMessageID, Recipient: e.RecipientEmailAddress, Subject: e.Subject,
			ReceiveDate: e.ReceivedDateTime, SenderIP: e.SenderIP, Language: e.Language, Threats: slices.Clone(e.Threats),
			ThreatDetectionMethods: slices.Clone(e.ThreatDetectionMethods), URLs: slices.Clone(e.URLs),
			AntispamDirection: MailDirection(e.AntiSpamDirection), DeliveryAction: DeliveryAction(e.DeliveryAction),
			DeliveryLocation: DeliveryLocation(e.DeliveryLocation),
		}
		if s := e.P1Sender; s != nil {
			p.P1Sender, p.P1SenderDisplayName, p.P1SenderDomain = s.EmailAddress, s.DisplayName, s.DomainName
		}
		if s := e.P2Sender; s != nil {
			p.P2Sender, p.P2SenderDisplayName, p.P2SenderDomain = s.EmailAddress, s.DisplayName, s.DomainName
		}
		return p
	case *evidence.Mailbox:
		p := &Mailbox{MailboxPrimaryAddress: e.PrimaryAddress, DisplayName: e.DisplayName, UPN: e.UPN}
		if e.UserAccount != nil {
			p.ExternalDirectoryObjectID = e.UserAccount.AzureADUserID
		}
		return p
	case *evidence.MailCluster:
		p := &MailCluster{NetworkMessageIDs: slices.Clone(e.NetworkMessageIDs), Query: e.Query}
		if e.EmailCount != nil && *e.EmailCount >= math.MinInt32 && *e.EmailCount <= math.MaxInt32 {
			p.MailCount = new(int32(*e.EmailCount))
		}
		return p
	case *evidence.SubmissionMail:
		return &SubmissionMail{
			NetworkMessageID: e.NetworkMessageID, Recipient: e.Recipient, ReportType: e.ReportType, Sender: e.Sender, SenderIP: e.SenderIP,
			Subject: e.Subject, SubmissionDate: e.SubmissionDateTime, SubmissionID: e.SubmissionID, Submitter: e.Submitter,
		}
	}
	return nil
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// numbers writes members that have a value as one JSON object.
func numbers(pairs ...any) jsontext.Value {
	var o object
	for i := 0; i < len(pairs); i += 2 {
		if n := pairs[i+1].(*int64); n != nil {
			o = append(o, member{pairs[i].(string), jsontext.Value(number(n))})
		}
	}
	if o == nil {
		return nil
	}
	return o.json()
}

// texts writes members that have a value as one JSON object.
func texts(pairs ...string) jsontext.Value {
	var o object
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			o = append(o, member{pairs[i], quote(pairs[i+1])})
		}
	}
	if o == nil {
		return nil
	}
	return o.json()
}
