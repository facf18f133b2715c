package entity_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity"
)

type m = map[string]string

// TestSentinelKeys has a case for each row of Microsoft's table of strong and weak identifiers.
func TestSentinelKeys(t *testing.T) {
	for _, tt := range []struct {
		kind  string
		in    m
		scope entity.Scope
		want  []string
	}{
		{"account", m{"AadUserId": strings.ToUpper(someGUID)}, everywhere, []string{`user aadUserId "` + someGUID + `" (strong)`}},
		{"Account", m{"Sid": "S-1-5-21-1-2-3-500"}, everywhere, []string{`user sid "S-1-5-21-1-2-3-500" (strong)`}},
		{"Account", m{"Sid": "S-1-5-32-544"}, entity.Scope{}, []string{`user sid "S-1-5-32-544" (weak)`}},
		{"Account", m{"Sid": "S-1-5-32-544", "Host": "WS-17"}, entity.Scope{}, []string{`user sid "S-1-5-32-544" in "ws-17" (strong)`}},
		{"Account", m{"Sid": "S-1-5-18", "Name": "SYSTEM", "NTDomain": "NT AUTHORITY"}, everywhere, nil},
		{"Account", m{"Name": "Jo", "UPNSuffix": "contoso.com"}, entity.Scope{}, []string{`user userPrincipalName "jo@contoso.com" (strong)`, `user name "jo" (weak)`}},
		{"Account", m{"accountName": "Jo", "ntDomain": "CORP", "aadTenantId": "T1"}, everywhere, []string{`user domain+name "corp\\jo" in "t1" (strong)`, `user name "jo" in "t1" (weak)`}},
		{"Account", m{"Name": "jo", "NTDomain": "WORKGROUP", "Host": "ws-1"}, entity.Scope{}, []string{`user domain+name "workgroup\\jo" in "ws-1" (strong)`, `user name "jo" (weak)`}},
		{"Account", m{"Name": "jo", "DnsDomain": "corp.example"}, entity.Scope{}, []string{`user domain+name "corp.example\\jo" (strong)`, `user name "jo" (weak)`}},
		{"Account", m{"PUID": "1003BFFD9A1B2C3D"}, entity.Scope{}, []string{`user puid "1003bffd9a1b2c3d" (strong)`}},
		{"Account", m{"ObjectGuid": someGUID}, entity.Scope{}, []string{`user objectGuid "` + someGUID + `" (strong)`}},
		{"Account", m{"Name": "Administrator"}, everywhere, nil},
		{"host", m{"HostName": "WS", "DnsDomain": "Contoso.com"}, entity.Scope{}, []string{`device deviceName "ws.contoso.com" (strong)`, `device deviceName "ws" (weak)`}},
		{"host", m{"NetBiosName": "WS", "DnsDomain": "Contoso.com"}, entity.Scope{}, []string{`device deviceName "ws.contoso.com" (strong)`, `device deviceName "ws" (weak)`}},
		{"host", m{"HostName": "ws", "NetBiosName": "WS", "NTDomain": "CORP"}, entity.Scope{}, []string{`device ntDomain+hostName "corp\\ws" (strong)`, `device deviceName "ws" (weak)`}},
		{"Host", m{"AzureID": "/subscriptions/S/x"}, entity.Scope{}, []string{`device resourceId "/subscriptions/s/x" (strong)`}},
		{"Host", m{"OMSAgentID": someGUID}, entity.Scope{}, []string{`device omsAgentId "` + someGUID + `" (strong)`}},
		{"Host", m{"IoTDevice": "d1", "IoTHub": "/subscriptions/s/hub"}, entity.Scope{}, []string{`ioTDevice deviceId "d1" in "/subscriptions/s/hub" (strong)`}},
		{"IP", m{"Address": "8.8.8.8", "AddressScope": "a"}, everywhere, []string{`ip address "8.8.8.8" (strong)`}},
		{"ip", m{"Address": "10.0.0.1", "AddressScope": "A"}, everywhere, []string{`ip address "10.0.0.1" in "a" (strong)`}},
		{"Ip", m{"address": "10.0.0.1"}, entity.Scope{}, []string{`ip address "10.0.0.1" (weak)`}},
		{"Url", m{"Url": "http://contoso.com"}, entity.Scope{}, []string{`url url "http://contoso.com/" (strong)`}},
		{"URL", m{"Url": "/x"}, entity.Scope{}, []string{`url url "/x" (weak)`}},
		{"azure-resource", m{"ResourceId": "/subscriptions/S/rg"}, entity.Scope{}, []string{`azureResource resourceId "/subscriptions/s/rg" (strong)`}},
		{"AzureResource", m{"resourceId": "/subscriptions/S/rg"}, entity.Scope{}, []string{`azureResource resourceId "/subscriptions/s/rg" (strong)`}},
		{"CloudApplication", m{"AppId": "20893", "appName": "Box", "InstanceName": "EU"}, entity.Scope{}, []string{
			`cloudApplication appId "20893" (strong)`, `cloudApplication appId+instance "20893|eu" (strong)`,
			`cloudApplication name "box" (strong)`, `cloudApplication instance+name "eu|box" (strong)`,
		}},
		{"cloud-application", m{"SaasId": "11161"}, entity.Scope{}, []string{`cloudApplication appId "11161" (strong)`}},
		{"DnsResolution", m{"DomainName": "Evil.example", "HostIpAddress": "10.0.0.5", "DnsServerIp": "10.0.0.1"}, entity.Scope{Address: "hq"}, []string{
			`dns domainName+hostIpAddress+dnsServerIp "evil.example|10.0.0.5|10.0.0.1" in "hq" (strong)`,
			`dns domainName+hostIpAddress "evil.example|10.0.0.5" in "hq" (weak)`,
		}},
		{"File", m{"Name": "A.exe", "Directory": `C:\X`}, entity.Scope{}, []string{`file path "c:\\x\\a.exe" (strong)`}},
		{"File", m{"Name": "A.exe", "FileHash": someSHA256[:40]}, entity.Scope{}, []string{`file sha1 "` + someSHA256[:40] + `" (strong)`}},
		{"File", m{"Name": "A.exe"}, everywhere, nil},
		{"FileHash", m{"Algorithm": "SHA256AC", "Value": someSHA256}, entity.Scope{}, []string{`file sha256ac "` + someSHA256[:59] + `…" (strong)`}},
		{"filehash", m{"algorithm": "MD5", "hashValue": "d41d8cd98f00b204e9800998ecf8427e"}, everywhere, nil},
		{"Malware", m{"Name": "Emotet", "Category": "Trojan"}, entity.Scope{}, []string{`malware category+name "trojan|emotet" (strong)`}},
		{"Process", m{"ProcessId": "0x10", "CreationTimeUtc": "2026-04-27T12:00:00.0Z", "Host": "ws"}, entity.Scope{}, []string{`process processId+creationTime "16|2026-04-27T12:00:00Z" in "ws" (strong)`}},
		{"Process", m{"ParentProcessId": "9", "CreationTimeUtc": "2026-04-27T12:00:00Z", "CommandLine": "a -b"}, everywhere, []string{`process parentProcessId+creationTime+commandLine "9|2026-04-27T12:00:00Z|a -b" in "the-host" (strong)`}},
		{"Process", m{"ProcessId": "16", "CreationTimeUtc": "2026-04-27T12:00:00Z", "CommandLine": "a -b"}, entity.Scope{}, []string{`process processId+creationTime+commandLine "16|2026-04-27T12:00:00Z|a -b" (weak)`}},
		{"Process", m{"ProcessId": "16", "CreationTimeUtc": "2026-04-27T12:00:00Z", "ImageFile": `C:\A.exe`}, entity.Scope{}, []string{`process processId+creationTime+imageFile "16|2026-04-27T12:00:00Z|c:\\a.exe" (weak)`}},
		{"Process", m{"ProcessId": "16"}, everywhere, nil},
		{"registry-key", m{"Hive": "HKEY_LOCAL_MACHINE", "Key": `SOFTWARE\X`}, entity.Scope{}, []string{`registryKey key "hkey_local_machine\\software\\x" (strong)`}},
		{"RegistryValue", m{"Key": `HKLM\SOFTWARE\X`, "valueName": "V"}, entity.Scope{}, []string{`registryValue key+valueName "hkey_local_machine\\software\\x\\\\v" (strong)`, `registryValue valueName "v" (weak)`}},
		{"SecurityGroup", m{"SID": "S-1-5-21-1-2-3-512", "ObjectGuid": someGUID, "DistinguishedName": "CN=a, DC=b"}, entity.Scope{}, []string{
			`securityGroup objectGuid "` + someGUID + `" (strong)`, `securityGroup sid "S-1-5-21-1-2-3-512" (strong)`, `securityGroup distinguishedName "cn=a,dc=b" (strong)`,
		}},
		{"Mailbox", m{"MailboxPrimaryAddress": "Jo@Contoso.com"}, entity.Scope{}, []string{`mailbox mailboxPrimaryAddress "jo@contoso.com" (strong)`}},
		{"mail-cluster", m{"Query": "a|b", "Source": "S"}, entity.Scope{}, []string{`emailCluster source+query "s|a|b" (strong)`}},
		{"MailMessage", m{"NetworkMessageId": someGUID, "Recipient": "JO@contoso.com"}, entity.Scope{}, []string{`emailMessage networkMessageId+recipient "` + someGUID + `|jo@contoso.com" (strong)`}},
		{"MailMessage", m{"NetworkMessageId": someGUID}, everywhere, nil},
		{"SubmissionMail", m{"SubmissionId": someGUID, "NetworkMessageId": someGUID, "Recipient": "a@b.c", "Submitter": "n/a"}, everywhere, nil},
		{"iotdevice", m{"DeviceId": "D1"}, everywhere, []string{`ioTDevice deviceId "D1" (weak)`}},
		{"Bookmark", m{"Name": "x"}, everywhere, nil},
		{"", nil, everywhere, nil},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			var got []string
			for _, k := range entity.SentinelKeys(tt.kind, tt.in, tt.scope) {
				got = append(got, k.String())
				require.Equal(t, k, entity.NewKey(k.Type, k.Identifier, k.Namespace, k.Value))
			}
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
	// The keys meet those of definitions.
	require.Contains(t, entity.SentinelKeys("Account", m{"Name": "jo", "UPNSuffix": "contoso.com"}, everywhere), entity.UserByPrincipalName("Jo@contoso.com").Key(everywhere))
	// The smallest spelling of a name counts, whatever the order of the map.
	for range 50 {
		require.Equal(t, "ip address \"8.8.8.8\" (strong)", entity.SentinelKeys("ip", m{"address": "1.1.1.1", "ADDRESS": "8.8.8.8"}, everywhere)[0].String())
	}
}
