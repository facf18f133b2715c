package entity

import (
	"slices"
	"strings"
)

// sentinelRow is one combination of identifiers by which Sentinel knows an
// entity: the fields that make the value of a key.
type sentinelRow struct {
	kind       string // in lower case, without hyphens
	entity     Type
	identifier Identifier
	fields     []string
	host       hostRule
}

// A hostRule says whether a combination counts only with or without a host.
type hostRule uint8

const (
	anyHost hostRule = iota
	withHost
	withoutHost
)

// sentinelRows is the table of identifiers of Learn, "Microsoft Sentinel entity
// types reference" (2023-10-15). Whether a row is strong or weak follows from the
// identifier, as for all keys. Left out are rows that ask for more than another
// row that is strong already: a process by host, id, time and image beside one
// by host, id and time.
var sentinelRows = [...]sentinelRow{
	{"account", TypeUser, IdentifierAadUserID, []string{"AadUserId"}, anyHost},
	{"account", TypeUser, IdentifierSID, []string{"Sid"}, anyHost},
	{"account", TypeUser, IdentifierUserPrincipalName, []string{"Name", "UPNSuffix"}, anyHost},
	{"account", TypeUser, IdentifierObjectGUID, []string{"ObjectGuid"}, anyHost},
	{"account", TypeUser, IdentifierPUID, []string{"PUID"}, anyHost},
	{"account", TypeUser, IdentifierAccount, []string{"NTDomain", "Name"}, anyHost},
	{"account", TypeUser, IdentifierAccount, []string{"DnsDomain", "Name"}, anyHost},
	{"account", TypeUser, IdentifierName, []string{"Name"}, anyHost},
	{"host", TypeDevice, IdentifierResourceID, []string{"AzureID"}, anyHost},
	{"host", TypeDevice, IdentifierOMSAgentID, []string{"OMSAgentID"}, anyHost},
	{"host", TypeDevice, IdentifierDeviceName, []string{"HostName", "DnsDomain"}, anyHost},
	{"host", TypeDevice, IdentifierDeviceName, []string{"NetBiosName", "DnsDomain"}, anyHost},
	{"host", TypeDevice, IdentifierNTDeviceName, []string{"NTDomain", "HostName"}, anyHost},
	{"host", TypeDevice, IdentifierNTDeviceName, []string{"NTDomain", "NetBiosName"}, anyHost},
	{"host", TypeIoTDevice, IdentifierDeviceID, []string{"IoTDevice"}, anyHost},
	{"host", TypeDevice, IdentifierDeviceName, []string{"HostName"}, anyHost},
	{"host", TypeDevice, IdentifierDeviceName, []string{"NetBiosName"}, anyHost},
	{"ip", TypeIP, IdentifierAddress, []string{"Address"}, anyHost},
	{"url", TypeURL, IdentifierURL, []string{"Url"}, anyHost},
	{"azureresource", TypeAzureResource, IdentifierResourceID, []string{"ResourceId"}, anyHost},
	{"cloudapplication", TypeCloudApplication, IdentifierAppID, []string{"AppId"}, anyHost},
	{"cloudapplication", TypeCloudApplication, IdentifierAppInstance, []string{"AppId", "InstanceName"}, anyHost},
	{"cloudapplication", TypeCloudApplication, IdentifierName, []string{"Name"}, anyHost},
	{"cloudapplication", TypeCloudApplication, IdentifierNameInstance, []string{"InstanceName", "Name"}, anyHost},
	{"dns", TypeDNS, IdentifierDNSResolution, []string{"DomainName", "HostIpAddress", "DnsServerIp"}, anyHost},
	{"dns", TypeDNS, IdentifierDNSQuery, []string{"DomainName", "HostIpAddress"}, anyHost},
	{"file", TypeFile, IdentifierPath, []string{"Directory", "Name"}, anyHost},
	{"malware", TypeMalware, IdentifierNameCategory, []string{"Category", "Name"}, anyHost},
	{"process", TypeProcess, IdentifierProcess, []string{"ProcessId", "CreationTimeUtc"}, withHost},
	{"process", TypeProcess, IdentifierProcessParent, []string{"ParentProcessId", "CreationTimeUtc", "CommandLine"}, withHost},
	{"process", TypeProcess, IdentifierProcessCommand, []string{"ProcessId", "CreationTimeUtc", "CommandLine"}, withoutHost},
	{"process", TypeProcess, IdentifierProcessImage, []string{"ProcessId", "CreationTimeUtc", "ImageFile"}, withoutHost},
	{"registrykey", TypeRegistryKey, IdentifierKey, []string{"Hive", "Key"}, anyHost},
	{"registryvalue", TypeRegistryValue, IdentifierKeyValueName, []string{"Key", "Name"}, anyHost},
	{"registryvalue", TypeRegistryValue, IdentifierValueName, []string{"Name"}, anyHost},
	{"securitygroup", TypeSecurityGroup, IdentifierObjectGUID, []string{"ObjectGuid"}, anyHost},
	{"securitygroup", TypeSecurityGroup, IdentifierSID, []string{"SID"}, anyHost},
	{"securitygroup", TypeSecurityGroup, IdentifierDistinguishedName, []string{"DistinguishedName"}, anyHost},
	{"mailbox", TypeMailbox, IdentifierMailboxPrimaryAddress, []string{"MailboxPrimaryAddress"}, anyHost},
	{"mailcluster", TypeEmailCluster, IdentifierQuerySource, []string{"Source", "Query"}, anyHost},
	{"mailmessage", TypeEmailMessage, IdentifierMessageRecipient, []string{"NetworkMessageId", "Recipient"}, anyHost},
	{"submissionmail", TypeSubmissionMail, IdentifierSubmission, []string{"SubmissionId", "NetworkMessageId", "Recipient", "Submitter"}, anyHost},
	{"iotdevice", TypeIoTDevice, IdentifierDeviceID, []string{"DeviceId"}, anyHost},
}

// sentinelNames are other names of a field: those of the ARM API, and of the
// deprecated and the new id of a cloud application.
var sentinelNames = [...]struct{ kind, name, other string }{
	{"account", "Name", "accountName"},
	{"file", "Name", "fileName"},
	{"filehash", "Value", "hashValue"},
	{"malware", "Name", "malwareName"},
	{"cloudapplication", "Name", "appName"},
	{"cloudapplication", "AppId", "SaasId"},
	{"registryvalue", "Name", "valueName"},
}

// SentinelKeys returns the keys of an entity of Microsoft Sentinel, strongest
// sort of identifier first, without those that identify nobody.
//
// The kind is one of the ARM API (AzureResource, DnsResolution), of an analytics
// rule (DNS) or of the log (azure-resource); a kind without a table of
// identifiers has no keys. The identifiers are named as in the log or the ARM
// API; case does not matter in either. An identifier that is an entity itself is
// given by a text:
//
//   - Host by an id or name, which takes precedence over scope.Host
//   - ImageFile by its path or hash, FileHash by its digits
//   - Key of a registry value by its path with hive
//   - DnsServerIp and HostIpAddress by the address, ParentProcessId by the number
//   - IoTHub by its resource id, IoTDevice by its device id
//
// AadTenantId and AddressScope take precedence over the scope too.
//
// Source: Learn, "Microsoft Sentinel entity types reference" (2023-10-15).
func SentinelKeys(kind string, identifiers map[string]string, scope Scope) []Key {
	e := sentinelEntity{strings.ReplaceAll(foldCase(strings.TrimSpace(kind)), "-", ""), identifiers}
	if e.kind == "dnsresolution" {
		e.kind = "dns"
	}
	override(&scope.Host, e.get("Host"))
	override(&scope.Tenant, e.get("AadTenantId"))
	override(&scope.Address, e.get("AddressScope"))
	hub := e.get("IoTHub")

	var keys []Key
	add := func(k Key) {
		if k.Strength != None && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for i := range sentinelRows {
		row := &sentinelRows[i]
		if row.kind != e.kind || row.host == withHost && scope.Host == "" || row.host == withoutHost && scope.Host != "" {
			continue
		}
		value := e.value(row)
		switch {
		case value == "":
		case row.entity == TypeIoTDevice:
			add(NewKey(row.entity, row.identifier, hub, value))
		default:
			add(scope.Key(row.entity, row.identifier, value))
		}
	}
	switch hash := e.get("FileHash"); {
	case e.kind == "filehash":
		add(HashKey(e.get("Algorithm"), e.get("Value")))
	case e.kind == "file" && hash != "" && e.get("Name") != "":
		add(HashKey(e.get("Algorithm"), hash))
	}
	return keys
}

func override(dst *string, value string) {
	if value != "" {
		*dst = value
	}
}

type sentinelEntity struct {
	kind        string
	identifiers map[string]string
}

// value returns the value of a row's identifier, or "" if one of its fields is
// missing.
func (e sentinelEntity) value(row *sentinelRow) string {
	var parts [4]string
	values := parts[:len(row.fields)]
	for i, field := range row.fields {
		if values[i] = e.get(field); values[i] == "" {
			return ""
		}
	}
	return CompositeValue(row.identifier, values...)
}

// get returns the text of an identifier by its name, whatever its case, or ""
// if it is missing or says that there is no value. Of several spellings of the
// name, the first in the order of bytes counts.
func (e sentinelEntity) get(name string) string {
	value, ok := e.identifiers[name]
	if !ok {
		value, ok = e.find(name)
	}
	if !ok {
		for _, n := range sentinelNames {
			if n.kind == e.kind && n.name == name {
				value, _ = e.find(n.other)
			}
		}
	}
	if value = strings.TrimSpace(value); isNull(value) {
		return ""
	}
	return value
}

func (e sentinelEntity) find(name string) (value string, ok bool) {
	spelling := ""
	for n, v := range e.identifiers {
		if strings.EqualFold(n, name) && (!ok || n < spelling) {
			spelling, value, ok = n, v, true
		}
	}
	return value, ok
}
