package sentinel

import (
	"cmp"
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/entity"
)

// Keys returns the keys of the entity at index i, surest kinds of identifier first,
// without those that identify nobody: those of [entity.SentinelKeys], for which the
// entities that this one names, such as its host, are looked up in the list. An
// entity of a kind without a table of identifiers, such as an alert, has none.
func (l List) Keys(i int, scope entity.Scope) []entity.Key {
	e, x := &l[i], newIndex(l)
	ids := map[string]string{}
	for _, m := range toObject(e.Properties) {
		switch m.value.Kind() {
		case '"':
			ids[m.name] = text(m.value)
		case '0':
			ids[m.name] = string(m.value)
		}
	}
	var hashes []*FileHash
	switch p := e.Properties.(type) {
	case *Account:
		ids["Host"] = x.hostName(p.HostEntityID)
	case *Host:
		for _, m := range readObject(p.Unknown) {
			if id, ok := reference(m.value); ok && m.name == "IoTDevice" {
				if device, ok := find[*IoTDevice](x, id); ok {
					ids["IoTDevice"] = device.DeviceID
				}
			}
		}
	case *IoTDevice:
		if hub, ok := find[*AzureResource](x, p.IoTHubEntityID); ok {
			ids["IoTHub"] = hub.ResourceID
		}
	case *DNSResolution:
		ids["DnsServerIp"], ids["HostIpAddress"] = x.address(p.DNSServerIPEntityID), x.address(p.HostIPAddressEntityID)
	case *File:
		ids["Host"] = x.hostName(p.HostEntityID)
		hashes = x.hashes(p)
	case *Process:
		ids["Host"] = x.hostName(p.HostEntityID)
		if image, ok := find[*File](x, p.ImageFileEntityID); ok {
			ids["ImageFile"] = x.fileName(image)
		}
		if parent, ok := find[*Process](x, p.ParentProcessEntityID); ok {
			ids["ParentProcessId"] = parent.ProcessID
		}
	case *RegistryValue:
		if key, ok := find[*RegistryKey](x, p.KeyEntityID); ok {
			ids["Key"] = key.path()
		}
	}
	keys := entity.SentinelKeys(string(e.Kind), ids, scope)
	for _, h := range hashes {
		ids["Algorithm"], ids["FileHash"] = string(h.Algorithm), h.HashValue
		for _, k := range entity.SentinelKeys(string(e.Kind), ids, scope) {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// hostName is an id or a name of the host that id names.
func (x *index) hostName(id string) string {
	h, ok := find[*Host](x, id)
	if !ok {
		return ""
	}
	name := cmp.Or(h.HostName, h.NetBIOSName)
	if name != "" && h.DNSDomain != "" {
		name = entity.CompositeValue(entity.IdentifierDeviceName, name, h.DNSDomain)
	}
	return cmp.Or(h.AzureID, h.OMSAgentID, name)
}

func (x *index) address(id string) string {
	if ip, ok := find[*IP](x, id); ok {
		return ip.Address
	}
	return ""
}

func (x *index) hashes(f *File) []*FileHash {
	var hashes []*FileHash
	for _, id := range f.FileHashEntityIDs {
		if h, ok := find[*FileHash](x, id); ok {
			hashes = append(hashes, h)
		}
	}
	return hashes
}

// fileName is the path of a file, or else a hash of it.
func (x *index) fileName(f *File) string {
	if f.Directory != "" && f.FileName != "" {
		return entity.CompositeValue(entity.IdentifierPath, f.Directory, f.FileName)
	}
	for _, h := range x.hashes(f) {
		return h.HashValue
	}
	return ""
}

// path is the whole path of the key.
func (k *RegistryKey) path() string {
	if k.Hive == "" || k.Key == "" {
		return strings.TrimSpace(k.Key)
	}
	return entity.CompositeValue(entity.IdentifierKey, string(k.Hive), k.Key)
}
