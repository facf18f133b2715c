package sentinel

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Evidence makes evidence of the entities, in their order: that of an alert of
// Microsoft Defender XDR. The entities that one names, such as the file of a
// process, are inside its evidence where that has a place for them, and evidence of
// their own as well.
//
// The problems name what has no place in evidence: kinds as a whole, such as
// alerts, and members by their path in the list.
func (l List) Evidence() (evidence.List, []entity.Problem) {
	var out evidence.List
	var ps validate.Problems
	x := newIndex(l)
	for i := range l {
		path := validate.Index("", i)
		e := x.evidence(i)
		if e == nil {
			ps.Add(path, ruleNotConverted, "is of the kind %s, for which Defender has no evidence", validate.Quote(string(l[i].Kind)))
			continue
		}
		out = append(out, e)
		var b builder
		before := l[i].comparable(x)
		after := (&Entity{Kind: l[i].Kind, Properties: b.from(e)}).comparable(newIndex(b.list))
		lost(&ps, path+".properties", before, after, strings.TrimPrefix(e.ODataType(), "#microsoft.graph.security.")+" of Defender")
	}
	return out, ps
}

// comparable returns the properties of an entity for [lost]. Where it names other
// entities only that it does is compared; what these say is theirs. The friendly
// name only repeats other properties.
func (e *Entity) comparable(known *index) object {
	var o object
	for _, m := range toObject(e.Properties) {
		switch byARMName(e.Kind, m.name).shape {
		case one:
			if known.find(text(m.value)) < 0 {
				continue
			}
			m.value = jsontext.Value("true")
		case many:
			m.value = jsontext.Value(strconv.Itoa(len(readList(m.value))))
		}
		if m.name != "friendlyName" {
			o = append(o, member{m.name, anonymous(m.value)})
		}
	}
	return o
}

// anonymous replaces references by what compares as equal.
func anonymous(v jsontext.Value) jsontext.Value {
	if _, ok := reference(v); ok {
		return jsontext.Value("true")
	}
	items := readList(v)
	for i := range items {
		items[i] = anonymous(items[i])
	}
	if items != nil {
		return list(items)
	}
	return v
}

// lost reports each member of before that is missing from after, or says something
// else there.
func lost(ps *validate.Problems, path string, before, after object, target string) {
	for _, m := range before {
		below := path + "." + m.name
		if path == "" {
			below = m.name
		}
		lostValue(ps, below, m.value, after.get(m.name), target)
	}
}

func lostValue(ps *validate.Problems, path string, before, after jsontext.Value, target string) {
	switch {
	case string(before) == string(after) || string(before) == "null" || string(before) == "[]" || string(before) == "{}":
	case before.Kind() == '{' && after.Kind() == '{':
		lost(ps, path, readObject(before), readObject(after), target)
	case before.Kind() == '[' && after.Kind() == '[':
		items, kept := readList(before), readList(after)
		for i := range items {
			var other jsontext.Value
			if i < len(kept) {
				other = kept[i]
			}
			lostValue(ps, validate.Index(path, i), items[i], other, target)
		}
	case len(after) == 0:
		ps.Add(path, ruleNotConverted, "has no place in the %s", target)
	default:
		ps.Add(path, ruleNotConverted, "is not kept as it is in the %s", target)
	}
}

func evidenceObject(e evidence.Evidence) object {
	data, err := evidence.Encode(e)
	if err != nil {
		return nil
	}
	return readObject(data)
}

// evidence makes evidence of the entity at index i, or nil if there is no type for
// it.
func (x *index) evidence(i int) evidence.Evidence {
	switch p := x.list[i].Properties.(type) {
	case *Account:
		return &evidence.User{UserAccount: userAccount(p)}
	case *SecurityGroup:
		return &evidence.SecurityGroup{DistinguishedName: p.DistinguishedName, ActiveDirectoryObjectGUID: p.ObjectGUID, SID: p.SID, FriendlyName: p.FriendlyName}
	case *CloudApplication:
		e := &evidence.CloudApplication{DisplayName: p.AppName, InstanceName: p.InstanceName, SaaSAppID: p.number("SaasId"), InstanceID: p.number("InstanceId")}
		if p.AppID != nil {
			e.AppID = new(int64(*p.AppID))
		}
		return e
	case *AzureResource:
		return azureResource(p)
	case *Host:
		return x.device(p)
	case *IoTDevice:
		return x.ioTDevice(p)
	case *Nic:
		return x.nic(p)
	case *IP:
		return ipAddress(p)
	case *URL:
		return &evidence.URL{URL: p.URL}
	case *DNSResolution:
		e := &evidence.DNS{DomainName: p.DomainName, DNSServerIP: x.ip(p.DNSServerIPEntityID), HostIPAddress: x.ip(p.HostIPAddressEntityID)}
		for _, id := range p.IPAddressEntityIDs {
			if ip := x.ip(id); ip != nil {
				e.IPAddresses = append(e.IPAddresses, *ip)
			}
		}
		return e
	case *File:
		return &evidence.File{FileDetails: x.fileDetails(p)}
	case *FileHash:
		return &evidence.FileHash{Algorithm: evidence.FileHashAlgorithm(strings.ToLower(string(p.Algorithm))), Value: p.HashValue}
	case *Malware:
		return x.malware(p)
	case *Process:
		return x.process(p)
	case *RegistryKey:
		return &evidence.RegistryKey{RegistryHive: string(p.Hive), RegistryKey: p.Key}
	case *RegistryValue:
		e := &evidence.RegistryValue{RegistryValueName: p.ValueName, RegistryValue: p.ValueData, RegistryValueType: string(p.ValueType)}
		if key, ok := find[*RegistryKey](x, p.KeyEntityID); ok {
			e.RegistryHive, e.RegistryKey = string(key.Hive), key.Key
		}
		return e
	case *MailMessage:
		return analyzedMessage(p)
	case *Mailbox:
		e := &evidence.Mailbox{PrimaryAddress: p.MailboxPrimaryAddress, DisplayName: p.DisplayName, UPN: p.UPN}
		if p.ExternalDirectoryObjectID != "" {
			e.UserAccount = &evidence.UserAccount{AzureADUserID: p.ExternalDirectoryObjectID}
		}
		return e
	case *MailCluster:
		e := &evidence.MailCluster{NetworkMessageIDs: slices.Clone(p.NetworkMessageIDs), Query: p.Query}
		if p.MailCount != nil {
			e.EmailCount = new(int64(*p.MailCount))
		}
		return e
	case *SubmissionMail:
		return &evidence.SubmissionMail{
			NetworkMessageID: p.NetworkMessageID, Recipient: p.Recipient, ReportType: p.ReportType, Sender: p.Sender, SenderIP: p.SenderIP,
			Subject: p.Subject, SubmissionDateTime: p.SubmissionDate, SubmissionID: p.SubmissionID, Submitter: p.Submitter,
		}
	}
	return nil
}

func userAccount(p *Account) *evidence.UserAccount {
	a := &evidence.UserAccount{
		AccountName: p.AccountName, DomainName: p.NTDomain, DisplayName: p.DisplayName, UserSID: p.SID,
		AzureADUserID: p.AADUserID, TenantID: p.AADTenantID, ActiveDirectoryObjectGUID: p.ObjectGUID,
	}
	if p.AccountName != "" && p.UPNSuffix != "" {
		a.UserPrincipalName = entity.CompositeValue(entity.IdentifierUserPrincipalName, p.AccountName, p.UPNSuffix)
	}
	return a
}

func azureResource(p *AzureResource) *evidence.AzureResource {
	return &evidence.AzureResource{ResourceID: p.ResourceID, ResourceName: p.text("ResourceName"), ResourceType: p.text("ResourceType")}
}

func (x *index) device(p *Host) *evidence.Device {
	d := &evidence.Device{HostName: cmp.Or(p.HostName, p.NetBIOSName), DNSDomain: p.DNSDomain, NTDomain: p.NTDomain, OSPlatform: string(p.OSFamily), Version: p.OSVersion}
	d.DeviceDNSName = d.HostName
	if d.HostName != "" && d.DNSDomain != "" {
		d.DeviceDNSName = entity.CompositeValue(entity.IdentifierDeviceName, d.HostName, d.DNSDomain)
	}
	if p.AzureID != "" {
		d.VMMetadata = &evidence.VMMetadata{ResourceID: p.AzureID}
	}
	for _, item := range readList(p.only("IpInterfaces")) {
		id, _ := reference(item)
		if ip, ok := find[*IP](x, id); ok {
			d.IPInterfaces = append(d.IPInterfaces, ip.Address)
		}
	}
	return d
}

func (x *index) ioTDevice(p *IoTDevice) *evidence.IoTDevice {
	e := &evidence.IoTDevice{
		DeviceID: p.DeviceID, DeviceName: p.DeviceName, DeviceType: p.DeviceType, DeviceSubType: p.DeviceSubType,
		IoTSecurityAgentID: p.IoTSecurityAgentID, MACAddress: p.MACAddress, Manufacturer: p.Vendor, Model: p.Model,
		SerialNumber: p.SerialNumber, OperatingSystem: p.OperatingSystem, Protocols: slices.Clone(p.Protocols), Owners: slices.Clone(p.Owners), Source: p.Source,
		Importance: evidence.IoTDeviceImportanceType(small(string(p.Importance))), IsAuthorized: p.IsAuthorized, IsProgramming: p.IsProgramming, IsScanner: p.IsScanner,
		PurdueLayer: p.PurdueLayer, Sensor: p.Sensor, Site: p.Site, Zone: p.Zone, IPAddress: x.ip(p.IPAddressEntityID),
	}
	if hub, ok := find[*AzureResource](x, p.IoTHubEntityID); ok {
		e.IoTHub = azureResource(hub)
	}
	for _, id := range p.NicEntityIDs {
		if nic, ok := find[*Nic](x, id); ok {
			e.NICs = append(e.NICs, *x.nic(nic))
		}
	}
	link := func(name string) string {
		id, _ := reference(p.only(name))
		if u, ok := find[*URL](x, id); ok {
			return u.URL
		}
		return ""
	}
	e.DevicePageLink = link("DevicePageLink")
	if u := link("SourceRef"); u != "" {
		e.SourceRef = &evidence.URL{URL: u}
	}
	return e
}

func (x *index) nic(p *Nic) *evidence.NIC {
	return &evidence.NIC{MACAddress: p.MACAddress, VLANs: slices.Clone(p.VLANs), IPAddress: x.ip(p.IPAddressEntityID)}
}

func (x *index) ip(id string) *evidence.IP {
	if p, ok := find[*IP](x, id); ok {
		return ipAddress(p)
	}
	return nil
}

func ipAddress(p *IP) *evidence.IP {
	e := &evidence.IP{IPAddress: p.Address}
	if g := p.Location; g != nil {
		e.CountryLetterCode = g.CountryCode
		where := evidence.GeoLocation{City: g.City, State: g.State, CountryName: g.CountryName, Latitude: g.Latitude, Longitude: g.Longitude}
		if where.City+where.State+where.CountryName != "" || where.Latitude != nil || where.Longitude != nil {
			e.Location = &where
		}
	}
	return e
}

func (x *index) fileDetails(p *File) *evidence.FileDetails {
	f := &evidence.FileDetails{FileName: p.FileName, FilePath: p.Directory, FileSize: p.number("SizeInBytes")}
	for _, h := range x.hashes(p) {
		switch HashAlgorithm(strings.ToUpper(string(h.Algorithm))) {
		case HashMD5:
			f.MD5 = h.HashValue
		case HashSHA1:
			f.SHA1 = h.HashValue
		case HashSHA256:
			f.SHA256 = h.HashValue
		case HashSHA256AC:
			f.SHA256AC = h.HashValue
		}
	}
	return f
}

func (x *index) malware(p *Malware) *evidence.Malware {
	e := &evidence.Malware{Name: p.MalwareName, Category: p.Category}
	for _, id := range p.FileEntityIDs {
		if f, ok := find[*File](x, id); ok {
			e.Files = append(e.Files, evidence.File{FileDetails: x.fileDetails(f)})
		}
	}
	for _, id := range p.ProcessEntityIDs {
		if process, ok := find[*Process](x, id); ok {
			e.Processes = append(e.Processes, *x.process(process))
		}
	}
	return e
}

func (x *index) process(p *Process) *evidence.Process {
	e := &evidence.Process{ProcessID: parseNumber(p.ProcessID), ProcessCommandLine: p.CommandLine, ProcessCreationDateTime: p.CreationTimeUTC}
	if image, ok := find[*File](x, p.ImageFileEntityID); ok {
		e.ImageFile = x.fileDetails(image)
	}
	if account, ok := find[*Account](x, p.AccountEntityID); ok {
		e.UserAccount = userAccount(account)
	}
	if parent, ok := find[*Process](x, p.ParentProcessEntityID); ok {
		e.ParentProcessID, e.ParentProcessCreationDateTime = parseNumber(parent.ProcessID), parent.CreationTimeUTC
		if image, ok := find[*File](x, parent.ImageFileEntityID); ok {
			e.ParentProcessImageFile = x.fileDetails(image)
		}
	}
	return e
}

func analyzedMessage(p *MailMessage) *evidence.AnalyzedMessage {
	e := &evidence.AnalyzedMessage{
		NetworkMessageID: p.NetworkMessageID, InternetMessageID: p.InternetMessageID, RecipientEmailAddress: p.Recipient, Subject: p.Subject,
		ReceivedDateTime: p.ReceiveDate, SenderIP: p.SenderIP, Language: p.Language, Threats: slices.Clone(p.Threats),
		ThreatDetectionMethods: slices.Clone(p.ThreatDetectionMethods), URLs: slices.Clone(p.URLs),
		AntiSpamDirection: string(p.AntispamDirection), DeliveryAction: string(p.DeliveryAction), DeliveryLocation: string(p.DeliveryLocation),
	}
	if s := (evidence.EmailSender{EmailAddress: p.P1Sender, DisplayName: p.P1SenderDisplayName, DomainName: p.P1SenderDomain}); s.EmailAddress+s.DisplayName+s.DomainName != "" {
		e.P1Sender = &s
	}
	if s := (evidence.EmailSender{EmailAddress: p.P2Sender, DisplayName: p.P2SenderDisplayName, DomainName: p.P2SenderDomain}); s.EmailAddress+s.DisplayName+s.DomainName != "" {
		e.P2Sender = &s
	}
	return e
}

func parseNumber(s string) *int64 {
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 0, 64); err == nil {
		return new(n)
	}
	return nil
}

// only returns a member that only the column Entities has.
func (b *Base) only(name string) jsontext.Value { return readObject(b.Unknown).get(name) }

func (b *Base) text(name string) string { return text(b.only(name)) }

func (b *Base) number(name string) *int64 {
	v := b.only(name)
	if v.Kind() != '0' {
		return nil
	}
	return parseNumber(string(v))
}
