package sentinel

import (
	"bytes"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// A shape says how the value of a member differs between Azure Resource Manager
// and the column Entities.
type shape uint8

const (
	same   shape = iota // not at all
	one                 // an id there, an entity or a reference here
	many                // a list of such
	cased               // objects whose members start with a small or a capital letter
	tokens              // an elevation token
	words               // a registry value kind
)

// memberRow is a member that has another name or form in the column Entities.
type memberRow struct {
	kind     Kind
	arm, log string
	shape    shape
}

// memberRows is what differs; the other members have the same name with a capital
// letter.
//
// Source: Learn, "Microsoft Sentinel entity types reference" (2023-10-15), and the
// REST specification of Microsoft.SecurityInsights, api-version 2025-09-01.
var memberRows = [...]memberRow{
	{KindAccount, "accountName", "Name", same},
	{KindAccount, "ntDomain", "NTDomain", same},
	{KindAccount, "upnSuffix", "UPNSuffix", same},
	{KindAccount, "puid", "PUID", same},
	{KindAccount, "hostEntityId", "Host", one},
	{KindCloudApplication, "appName", "Name", same},
	{KindDNSResolution, "dnsServerIpEntityId", "DnsServerIp", one},
	{KindDNSResolution, "hostIpAddressEntityId", "HostIpAddress", one},
	{KindDNSResolution, "ipAddressEntityIds", "IpAddress", many},
	{KindFile, "fileName", "Name", same},
	{KindFile, "hostEntityId", "Host", one},
	{KindFile, "fileHashEntityIds", "FileHashes", many},
	{KindFileHash, "hashValue", "Value", same},
	{KindHost, "ntDomain", "NTDomain", same},
	{KindHost, "omsAgentID", "OMSAgentID", same},
	{KindHost, "osFamily", "OSFamily", same},
	{KindHost, "osVersion", "OSVersion", same},
	{KindIP, "location", "Location", cased},
	{KindIP, "threatIntelligence", "ThreatIntelligence", cased},
	{KindIoTDevice, "vendor", "Manufacturer", same},
	{KindIoTDevice, "iotHubEntityId", "IoTHub", one},
	{KindIoTDevice, "iotSecurityAgentId", "IoTSecurityAgentId", same},
	{KindIoTDevice, "hostEntityId", "Host", one},
	{KindIoTDevice, "ipAddressEntityId", "IpAddress", one},
	{KindIoTDevice, "nicEntityIds", "Nics", many},
	{KindIoTDevice, "threatIntelligence", "ThreatIntelligence", cased},
	{KindMailMessage, "receiveDate", "ReceivedDate", same},
	{KindMailMessage, "fileEntityIds", "Files", many},
	{KindMalware, "malwareName", "Name", same},
	{KindMalware, "fileEntityIds", "Files", many},
	{KindMalware, "processEntityIds", "Processes", many},
	{KindNic, "ipAddressEntityId", "IpAddress", one},
	{KindProcess, "elevationToken", "ElevationToken", tokens},
	{KindProcess, "imageFileEntityId", "ImageFile", one},
	{KindProcess, "accountEntityId", "Account", one},
	{KindProcess, "hostEntityId", "Host", one},
	{KindProcess, "hostLogonSessionEntityId", "LogonSession", one},
	{KindProcess, "parentProcessEntityId", "ParentProcess", one},
	{KindRegistryValue, "valueName", "Name", same},
	{KindRegistryValue, "valueData", "Value", same},
	{KindRegistryValue, "valueType", "ValueType", words},
	{KindRegistryValue, "keyEntityId", "Key", one},
	{KindSecurityGroup, "sid", "SID", same},
}

// byARMName returns how the member of a kind is written in the column.
func byARMName(k Kind, name string) memberRow {
	for i := range memberRows {
		if r := &memberRows[i]; r.arm == name && r.kind == k {
			return *r
		}
	}
	return memberRow{k, name, capital(name), same}
}

// byLogName returns which member of a kind the column writes so. It is false for
// one that only the column has.
func byLogName(k Kind, name string) (memberRow, bool) {
	for i := range memberRows {
		if r := &memberRows[i]; strings.EqualFold(r.log, name) && r.kind == k {
			return *r, true
		}
	}
	for _, arm := range memberNames()[k] {
		if strings.EqualFold(arm, name) && byARMName(k, arm).shape == same {
			return memberRow{k, arm, name, same}, true
		}
	}
	return memberRow{}, false
}

// memberNames are the names of the members of each kind, by the types' own tags.
var memberNames = sync.OnceValue(func() map[Kind][]string {
	names := make(map[Kind][]string, len(spellings))
	for i := range spellings {
		t := reflect.TypeOf(spellings[i].properties).Elem()
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				names[spellings[i].kind] = append(names[spellings[i].kind], name)
			}
		}
	}
	return names
})

func capital(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return strings.ToUpper(name[:size]) + name[size:]
}

func small(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return strings.ToLower(name[:size]) + name[size:]
}

// member is a member of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// object is a JSON object whose order is kept.
type object []member

// readObject reads the members of a JSON object; it is nil for any other value.
func readObject(v jsontext.Value) object {
	if v.Kind() != '{' {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(v), jsontext.AllowDuplicateNames(true))
	_, _ = dec.ReadToken()
	o := object{}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil
		}
		m := member{name: name.String()}
		value, err := dec.ReadValue()
		if err != nil {
			return nil
		}
		m.value = value.Clone()
		o = append(o, m)
	}
	return o
}

// readList reads the items of a JSON array; it is nil for any other value.
func readList(v jsontext.Value) []jsontext.Value {
	if v.Kind() != '[' {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(v))
	_, _ = dec.ReadToken()
	list := []jsontext.Value{}
	for dec.PeekKind() != ']' {
		item, err := dec.ReadValue()
		if err != nil {
			return nil
		}
		list = append(list, item.Clone())
	}
	return list
}

func (o object) get(name string) jsontext.Value {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// json writes the object.
func (o object) json() jsontext.Value {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, quote(m.name)...), ':'), m.value...)
	}
	return append(b, '}')
}

// list writes a JSON array.
func list(items []jsontext.Value) jsontext.Value {
	b := []byte{'['}
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, item...)
	}
	return append(b, ']')
}

func quote(s string) jsontext.Value {
	b, _ := jsontext.AppendQuote(nil, s) // invalid UTF-8 is replaced
	return b
}

// text returns the text of a JSON string, or "" for any other value.
func text(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, v)
	return string(b)
}

// rename gives the members of all objects in v other names.
func rename(v jsontext.Value, name func(string) string) jsontext.Value {
	switch v.Kind() {
	case '{':
		o := readObject(v)
		for i := range o {
			o[i].name, o[i].value = name(o[i].name), rename(o[i].value, name)
		}
		return o.json()
	case '[':
		items := readList(v)
		for i := range items {
			items[i] = rename(items[i], name)
		}
		return list(items)
	default:
		return v
	}
}

// toObject returns the members of the properties of an entity, in the order in
// which they are written.
func toObject(p Properties) object {
	if p == nil {
		return nil
	}
	data, err := wire.Marshal(p)
	if err != nil {
		return nil
	}
	return readObject(data)
}
