package entity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/entity"
)

// everywhere is a scope in which every namespace has its own name.
var everywhere = entity.Scope{Tenant: "the-tenant", Workspace: "the-workspace", Host: "the-host", Address: "the-network"}

const (
	someGUID   = "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"
	someSHA256 = "8963a19fb992ad9a76576c5638fd68292cffb9aaac29eb8285f9abf600000007"
)

// spellings lists, for a kind, values that all have the same key: its value, the namespace it has in the scope
// everywhere, and the strength there and in no scope at all.
var spellings = []struct {
	entity     entity.Type
	identifier entity.Identifier
	want       string
	namespace  string
	inScope    entity.Strength
	alone      entity.Strength
	spellings  []string
}{
	{"user", "userPrincipalName", "jo@contoso.com", "", entity.Strong, entity.Strong, []string{"Jo@CONTOSO.com", " jo@contoso.com. ", "SMTP:jo@contoso.com", "<jo@contoso.com>", "JO@contoso.com"}},
	{"user", "userPrincipalName", "jürgen@xn--mnchen-3ya.de", "", entity.Strong, entity.Strong, []string{"Jürgen@MÜNCHEN.de", "JÜRGEN@xn--mnchen-3ya.de"}},
	{"user", "userPrincipalName", "jo", "", entity.Weak, entity.Weak, []string{"JO"}},
	{"user", "aadUserId", someGUID, "", entity.Strong, entity.Strong, []string{strings.ToUpper(someGUID), "{" + someGUID + "}", "(" + someGUID + ")", strings.ReplaceAll(someGUID, "-", "")}},
	{"user", "aadUserId", "{x}", "", entity.Weak, entity.Weak, []string{"{X}"}},
	{"user", "sid", "S-1-5-21-1-2-3-1010", "", entity.Strong, entity.Strong, []string{"s-1-5-21-1-2-3-1010"}},
	{"user", "sid", "S-1-12-1-1-2-3-4", "", entity.Strong, entity.Strong, nil},
	{"user", "sid", "S-1-5-80-956008885-3418522649", "the-host", entity.Strong, entity.Weak, nil},
	{"user", "domain+name", `contoso\jo`, "the-tenant", entity.Strong, entity.Strong, []string{`CONTOSO\Jo`, `Contoso.\jo`}},
	{"user", "domain+name", `contoso\administrator`, "the-tenant", entity.Strong, entity.Strong, nil},
	{"user", "domain+name", `nt service\mssqlserver`, "the-host", entity.Strong, entity.Weak, []string{`NT SERVICE\MSSQLSERVER`}},
	{"user", "domain+name", `.\jo`, "the-host", entity.Strong, entity.Weak, []string{`.\JO`}},
	{"user", "name", "jo", "the-tenant", entity.Weak, entity.Weak, []string{"JO"}},
	{"device", "deviceId", "1e5bc9d7e413ddd7902c2932e418702b84d0cc07", "", entity.Strong, entity.Strong, []string{"1E5BC9D7E413DDD7902C2932E418702B84D0CC07"}},
	{"device", "deviceId", someGUID, "", entity.Strong, entity.Strong, []string{strings.ToUpper(someGUID)}},
	{"device", "deviceId", "fd8a-x1", "the-tenant", entity.Strong, entity.Strong, []string{"FD8A-X1"}},
	{"device", "deviceName", "ws-17.contoso.com", "the-tenant", entity.Strong, entity.Strong, []string{"WS-17.Contoso.com", "ws-17.contoso.com.", `\\ws-17.contoso.com`, "ws-17。contoso．com", "ｗｓ－１７.contoso.com"}},
	{"device", "deviceName", "ws-17", "the-tenant", entity.Weak, entity.Weak, []string{"WS-17"}},
	{"device", "deviceName", "10.0.0.5", "the-tenant", entity.Weak, entity.Weak, nil},
	{"device", "ntDomain+hostName", `contoso\ws-17`, "the-tenant", entity.Strong, entity.Strong, []string{`CONTOSO\WS-17`}},
	{"device", "ntDomain+hostName", `workgroup\ws-17`, "the-tenant", entity.Weak, entity.Weak, []string{`WORKGROUP\WS-17`}},
	{"file", "sha256", someSHA256, "", entity.Strong, entity.Strong, []string{strings.ToUpper(someSHA256)}},
	{"file", "sha1", "abc", "", entity.Weak, entity.Weak, []string{"ABC"}},
	{"file", "path", `c:\users\jo\a.exe`, "the-host", entity.Strong, entity.Strong, []string{`C:\Users\Jo\a.exe`, `C:/Users/jo//a.exe`, `\\?\C:\Users\Jo\a.exe`, `c:\\users\\jo\\a.exe`}},
	{"file", "path", `\\srv\share\a.exe`, "the-host", entity.Strong, entity.Strong, []string{`\\SRV\share\A.exe`}},
	{"file", "path", "/usr/bin/Foo", "the-host", entity.Strong, entity.Strong, nil},
	{"ip", "address", "185.220.101.50", "", entity.Strong, entity.Strong, []string{"::ffff:185.220.101.50", "::FFFF:b9dc:6532", "[::ffff:185.220.101.50]"}},
	{"ip", "address", "2001:db8::7", "", entity.Strong, entity.Strong, []string{"2001:DB8:0:0:0:0:0:7", "2001:0db8::0007", "[2001:db8::7]"}},
	{"ip", "address", "10.0.0.4", "the-network", entity.Strong, entity.Weak, []string{"::ffff:10.0.0.4"}},
	{"ip", "address", "192.168.1.1", "the-network", entity.Strong, entity.Weak, nil},
	{"ip", "address", "172.31.255.255", "the-network", entity.Strong, entity.Weak, nil},
	{"ip", "address", "172.32.0.0", "", entity.Strong, entity.Strong, nil},
	{"ip", "address", "100.64.0.1", "the-network", entity.Strong, entity.Weak, nil},
	{"ip", "address", "169.254.169.254", "the-network", entity.Strong, entity.Weak, nil},
	{"ip", "address", "fd00::1", "the-network", entity.Strong, entity.Weak, []string{"FD00:0::1"}},
	{"ip", "address", "fe80::1", "the-network", entity.Strong, entity.Weak, []string{"fe80::1%eth0", "FE80::1%12"}},
	{"ip", "address", "fec0::1", "the-network", entity.Strong, entity.Weak, nil},
	{"ip", "address", "010.0.0.1", "the-network", entity.Weak, entity.Weak, nil},
	{"ip", "address", "10.0.0.1:443", "the-network", entity.Weak, entity.Weak, nil},
	{"url", "url", "https://contoso.com/A", "", entity.Strong, entity.Strong, []string{"HTTPS://Contoso.COM/A", "https://contoso.com:443/A", "https://contoso.com:/A", "https://contoso.com./A#part", "https://contoso.com/x/../A", "https://contoso.com/./A", "https://contoso.com/%41", "https://contoso.com:0443/A"}},
	{"url", "url", "http://contoso.com/", "", entity.Strong, entity.Strong, []string{"http://contoso.com", "http://CONTOSO.com:80", "http://contoso.com/..", "http://contoso.com/a/..", "http://contoso.com/#"}},
	{"url", "url", "http://contoso.com/a/", "", entity.Strong, entity.Strong, []string{"http://contoso.com/a/b/..", "http://contoso.com/a/.", "http://contoso.com/a/b/../"}},
	{"url", "url", "http://contoso.com/a%2Fb~?x=%C3%BC&y=%20z", "", entity.Strong, entity.Strong, []string{"http://contoso.com/a%2fb%7e?x=ü&y= z", "http://contoso.com/a%2fb~?x=%c3%bc&y=%20z"}},
	{"url", "url", "http://contoso.com/%25zz", "", entity.Strong, entity.Strong, []string{"http://contoso.com/%zz"}},
	{"url", "url", "http://contoso.com/?", "", entity.Strong, entity.Strong, nil},
	{"url", "url", "http://xn--bcher-kva.example:8080/", "", entity.Strong, entity.Strong, []string{"http://BÜCHER.example:8080"}},
	{"url", "url", "http://Jo:Pw@contoso.com/", "", entity.Strong, entity.Strong, []string{"http://Jo:Pw@CONTOSO.com"}},
	{"url", "url", "http://[2001:db8::1]/", "", entity.Strong, entity.Strong, []string{"http://[2001:DB8:0::1]:80/"}},
	{"url", "url", "http://192.0.2.1/", "", entity.Strong, entity.Strong, []string{"http://[::ffff:192.0.2.1]/"}},
	{"url", "url", "http://10.0.0.1/x", "the-network", entity.Strong, entity.Weak, nil},
	{"url", "url", "http://intranet/x", "the-network", entity.Strong, entity.Weak, []string{"http://INTRANET/x"}},
	{"url", "url", "http://localhost:8080/", "the-host", entity.Strong, entity.Weak, []string{"http://LocalHost:8080"}},
	{"url", "url", "file:///c:/x", "the-host", entity.Strong, entity.Weak, []string{"FILE:///c:/x"}},
	{"url", "url", "hxxp[:]//evil.example/A", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "hxxps://evil.example/A", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "https://evil[.]example/A", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "https://contoso.com:99999/", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "/A?b", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "www.Contoso.com/A", "", entity.Weak, entity.Weak, nil},
	{"cloudApplication", "appId", "20893", "", entity.Strong, entity.Strong, nil},
	{"cloudApplication", "name", "box", "the-tenant", entity.Strong, entity.Strong, []string{"Box", "BOX "}},
	{"cloudApplication", "appId+instance", "20893|contoso", "the-tenant", entity.Strong, entity.Strong, []string{"20893|Contoso", " 20893 | contoso "}},
	{"mailbox", "mailboxPrimaryAddress", "jo@contoso.com", "", entity.Strong, entity.Strong, []string{"JO@Contoso.com", "smtp:jo@contoso.com"}},
	{"securityGroup", "distinguishedName", `cn=doe\, jane,ou=groups,dc=contoso,dc=com`, "the-tenant", entity.Strong, entity.Strong, []string{`CN=Doe\, Jane, OU = Groups ,DC=contoso,DC=com`}},
	{"securityGroup", "sid", "S-1-5-32-551", "the-host", entity.Strong, entity.Weak, nil},
	{"azureResource", "resourceId", "/subscriptions/" + someGUID + "/resourcegroups/rg", "", entity.Strong, entity.Strong, []string{"/subscriptions/" + strings.ToUpper(someGUID) + "/resourceGroups/RG/"}},
	{"azureResource", "resourceId", "/providers/microsoft.management/managementgroups/mg", "the-tenant", entity.Strong, entity.Weak, []string{"/providers/Microsoft.Management/managementGroups/mg"}},
	{"azureResource", "resourceId", "rg", "the-tenant", entity.Weak, entity.Weak, nil},
	{"amazonResource", "amazonResourceId", "arn:aws:s3:::Bucket", "", entity.Strong, entity.Strong, nil},
	{"googleCloudResource", "fullResourceName", "//compute.googleapis.com/projects/P", "", entity.Strong, entity.Strong, []string{"//Compute.googleapis.com/projects/P"}},
	{"oAuthApplication", "oAuthAppId", someGUID, "", entity.Strong, entity.Strong, []string{strings.ToUpper(someGUID)}},
	{"oAuthApplication", "oAuthAppId", "42.apps.example", "the-tenant", entity.Strong, entity.Strong, nil},
	{"emailMessage", "networkMessageId", someGUID, "", entity.Strong, entity.Strong, nil},
	{"emailMessage", "networkMessageId+recipient", someGUID + "|jo@contoso.com", "", entity.Strong, entity.Strong, []string{strings.ToUpper(someGUID) + "|Jo@contoso.com"}},
	{"emailMessage", "networkMessageId+recipient", someGUID, "", entity.Weak, entity.Weak, nil},
	{"emailCluster", "networkMessageId", someGUID, "the-tenant", entity.Weak, entity.Weak, nil},
	{"process", "sha256", someSHA256, "the-host", entity.Weak, entity.Weak, nil},
	{"process", "processId+creationTime", "4780|2026-04-27T12:18:12.72Z", "the-host", entity.Strong, entity.Weak, []string{"0x12AC|2026-04-27T14:18:12.720000+02:00"}},
	{"process", "processId+creationTime+commandLine", "7|2026-04-27T12:00:00Z|a.exe -X | b", "the-host", entity.Strong, entity.Weak, nil},
	{"registryKey", "key", `hkey_local_machine\software\x`, "the-host", entity.Strong, entity.Strong, []string{`HKLM\Software\X`, `HKLM:\Software\X\`, `HKEY_LOCAL_MACHINE\SOFTWARE\X`, `\Registry\Machine\Software\X`, `REGISTRY\MACHINE\Software\X`, `Computer\HKEY_LOCAL_MACHINE\Software\X`, `Registry::HKLM\Software\X`, `hklm\\software\\x`}},
	{"registryKey", "key", `hkey_users\s-1-5-18\environment`, "the-host", entity.Strong, entity.Strong, []string{`HKU\S-1-5-18\Environment`, `\REGISTRY\USER\S-1-5-18\Environment`}},
	{"registryKey", "key", `hkey_current_user\x`, "the-host", entity.Strong, entity.Strong, []string{`HKCU:\x`}},
	{"registryKey", "key", `software\x`, "the-host", entity.Weak, entity.Weak, []string{`Software\X`}},
	{"registryKey", "key", "hkey_local_machine", "the-host", entity.Weak, entity.Weak, []string{"HKLM", "hklm:"}},
	{"registryKey", "key", `hklmx\y`, "the-host", entity.Weak, entity.Weak, nil},
	{"registryValue", "key+valueName", `hkey_local_machine\run\\a\b`, "the-host", entity.Strong, entity.Strong, []string{`HKLM\Run\\A\B`}},
	{"registryValue", "key", `hkey_local_machine\run`, "the-host", entity.Weak, entity.Weak, []string{`HKLM\Run`}},
	{"registryValue", "valueName", "start page", "the-host", entity.Weak, entity.Weak, []string{"Start Page"}},
	{"ioTDevice", "macAddress", "00:0c:29:ab:cd:ef", "the-network", entity.Weak, entity.Weak, []string{"00-0C-29-AB-CD-EF", "000c.29ab.cdef", "000C29ABCDEF"}},
	{"containerImage", "imageId", "sha256:" + someSHA256, "", entity.Strong, entity.Strong, []string{"docker.io/library/nginx@sha256:" + someSHA256}},
	{"containerImage", "imageId", "nginx:1.29", "the-tenant", entity.Weak, entity.Weak, nil},
	{"container", "containerId", someSHA256, "", entity.Strong, entity.Strong, []string{"containerd://" + someSHA256}},
	{"blob", "name", "A/b", "", entity.Weak, entity.Weak, nil},
	{"dns", "domainName+hostIpAddress+dnsServerIp", "evil.example|10.0.0.5|10.0.0.1", "the-network", entity.Strong, entity.Strong, []string{"Evil.example.|10.0.0.5|::ffff:10.0.0.1"}},
	{"dns", "domainName", "evil.example", "the-tenant", entity.Weak, entity.Weak, []string{"Evil.example."}},
	{"url", "url", "http://[fd00::1]:8080/", "the-network", entity.Strong, entity.Weak, []string{"HTTP://[FD00::1]:8080"}},
	{"url", "url", "http://127.0.0.1/", "the-host", entity.Strong, entity.Weak, nil},
	{"url", "url", "ftp://contoso.com/x", "", entity.Strong, entity.Strong, []string{"ftp://contoso.com:21/x"}},
	{"url", "url", "wss://contoso.com/", "", entity.Strong, entity.Strong, []string{"wss://contoso.com:443"}},
	{"url", "url", "ws://contoso.com/", "", entity.Strong, entity.Strong, []string{"ws://contoso.com:80"}},
	{"url", "url", "svn+ssh://contoso.com/", "", entity.Strong, entity.Strong, []string{"SVN+ssh://contoso.com"}},
	{"url", "url", "http://[2001:db8::1/", "", entity.Weak, entity.Weak, nil},
	{"url", "url", "https://con%74oso.com/", "", entity.Weak, entity.Weak, nil},
	{"mailbox", "mailboxPrimaryAddress", "jo@a b.com", "", entity.Weak, entity.Weak, []string{"JO@a b.com"}},
	{"servicePrincipal", "appId", someGUID, "", entity.Weak, entity.Weak, []string{strings.ToUpper(someGUID)}},
	{"process", "processId+creationTime", "7|9999-12-31T23:00:00-02:00", "the-host", entity.Strong, entity.Weak, nil},
	{"registryValue", "key+valueName", `hkey_local_machine\run`[:18], "the-host", entity.Weak, entity.Weak, []string{"HKLM"}},
	{"robot", "serial", "A-1", "the-tenant", entity.Weak, entity.Weak, []string{" A-1\t"}},
}

func TestKey(t *testing.T) {
	for _, tt := range spellings {
		for _, value := range append(tt.spellings, tt.want) {
			t.Run(fmt.Sprintf("%s %s %q", tt.entity, tt.identifier, value), func(t *testing.T) {
				want := entity.Key{Type: tt.entity, Identifier: tt.identifier, Namespace: tt.namespace, Value: tt.want, Strength: tt.inScope}
				d := entity.Definition{Type: tt.entity, Identifier: tt.identifier, Value: value}
				require.Empty(t, cmp.Diff(want, d.Impacted().Key(everywhere)))
				require.Equal(t, want, entity.NewKey(tt.entity, tt.identifier, tt.namespace, value))
				require.Equal(t, tt.want, entity.Normalize(tt.entity, tt.identifier, value))

				want.Namespace, want.Strength = "", tt.alone
				require.Empty(t, cmp.Diff(want, d.Key(entity.Scope{})))
				require.True(t, d.Same(entity.Definition{Type: tt.entity, Identifier: tt.identifier, Value: tt.want}))
			})
		}
	}
}

// TestKeysDiffer proves that normalising goes no further than it should.
func TestKeysDiffer(t *testing.T) {
	for _, tt := range []struct {
		entity     entity.Type
		identifier entity.Identifier
		a, b       string
	}{
		{"url", "url", "https://contoso.com/A", "https://contoso.com/a"},
		{"url", "url", "https://contoso.com/", "http://contoso.com/"},
		{"url", "url", "https://contoso.com/", "https://contoso.com:80/"},
		{"url", "url", "https://contoso.com/?a&b", "https://contoso.com/?b&a"},
		{"url", "url", "https://contoso.com/a/b", "https://contoso.com/a%2Fb"},
		{"url", "url", "https://contoso.com/a", "https://contoso.com/a/"},
		{"amazonResource", "amazonResourceId", "arn:aws:s3:::b/A", "arn:aws:s3:::b/a"},
		{"file", "path", "/bin/A", "/bin/a"},
		{"file", "path", `\\a\b`, `\a\b`},
		{"device", "deviceName", "fass.de", "faß.de"},
		{"device", "deviceName", "ısı.example.com", "isi.example.com"},
		{"process", "processId+creationTime", "1|2026-01-01T00:00:00Z", "1|2026-01-01T00:00:00.1Z"},
		{"registryValue", "key+valueName", `HKLM\a\\b\c`, `HKLM\a\b\\c`},
		{"registryKey", "key", `HKLM\a`, `HKCU\a`},
	} {
		require.NotEqual(t, entity.NewKey(tt.entity, tt.identifier, "", tt.a), entity.NewKey(tt.entity, tt.identifier, "", tt.b))
	}
}

// TestNobody lists what identifies nobody, which no namespace changes.
func TestNobody(t *testing.T) {
	for _, tt := range []struct {
		entity     entity.Type
		identifier entity.Identifier
		values     []string
	}{
		{"user", "sid", []string{"S-1-5-18", "s-1-5-19", "S-1-5-20", "S-1-5-7", "S-1-1-0", "S-1-0-0", "S-1-5-11", "S-1-3-0", "S-1-16-12288", "S-1-5-80-0", "S-1-5-90-0-1", "S-1-5-96-0-1"}},
		{"user", "domain+name", []string{`NT AUTHORITY\SYSTEM`, `nt authority\local service`, `NT-AUTORITÄT\SYSTEM`, `Window Manager\DWM-1`, `CONTOSO\`, `CONTOSO\null`, `n/a\jo`}},
		{"user", "name", []string{"ADMIN", "Administrator", "SYSTEM", "root", "ANONYMOUS", "Authenticated User", "NETWORK", "NULL", "Local System", "LOCALSYSTEM", "Network Service"}},
		{"user", "aadUserId", []string{"00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "00000000000000000000000000000000"}},
		{"device", "deviceId", []string{strings.Repeat("0", 40), "00000000-0000-0000-0000-000000000000", "unknown"}},
		{"device", "deviceName", []string{"localhost", "LOCALHOST.", "localhost.localdomain", "x.localhost"}},
		{"ip", "address", []string{"127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1", "255.255.255.255", "224.0.0.251", "ff02::1", "0.1.2.3"}},
		{"file", "sha256", []string{"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", strings.Repeat("0", 64)}},
		{"file", "sha1", []string{"da39a3ee5e6b4b0d3255bfef95601890afd80709"}},
		{"file", "md5", []string{"d41d8cd98f00b204e9800998ecf8427e"}},
		{"process", "sha1", []string{"da39a3ee5e6b4b0d3255bfef95601890afd80709"}},
		{"ioTDevice", "macAddress", []string{"00:00:00:00:00:00", "ff-ff-ff-ff-ff-ff"}},
		{"cloudApplication", "appId", []string{"0"}},
		{"device", "ntDomain+hostName", []string{`CORP\localhost`, `CORP\null`}},
		{"gitHubRepo", "repoId", []string{"0"}},
		{"process", "processId+creationTime", []string{"n/a|2026-01-01T00:00:00Z"}},
		{"emailMessage", "networkMessageId+recipient", []string{"-|jo@contoso.com", someGUID + "|none"}},
	} {
		for _, value := range append(tt.values, "", " ", "-", "--", "null", "NULL", "(null)", "None", "N/A", "nil", "undefined", "unknown") {
			k := entity.NewKey(tt.entity, tt.identifier, "somewhere", value)
			require.Equal(t, entity.None, k.Strength, "%v from %q", k, value)
			require.Empty(t, k.Namespace)
			require.Equal(t, k, entity.Definition{Type: tt.entity, Identifier: tt.identifier, Value: value}.Key(everywhere))
		}
	}
}

func TestScope(t *testing.T) {
	ip := entity.IPAddress("10.0.0.4")
	require.Equal(t, "ip address \"10.0.0.4\" in \"hq\" (strong)", ip.Key(entity.Scope{Workspace: "WS", Address: " HQ "}).String())
	require.Equal(t, "ip address \"10.0.0.4\" in \"ws\" (strong)", ip.Key(entity.Scope{Workspace: "WS"}).String())
	require.Equal(t, "ip address \"10.0.0.4\" (weak)", ip.Key(entity.Scope{Workspace: "n/a", Tenant: "t"}).String())
	require.Equal(t, "ip address \"127.0.0.1\" (none)", entity.IPAddress("127.0.0.1").Key(everywhere).String())
	require.NotEqual(t, ip.Key(entity.Scope{Address: "a"}), ip.Key(entity.Scope{Address: "b"}))
	name := entity.DeviceByName("ws.contoso.com")
	require.Equal(t, "t", name.Key(entity.Scope{Workspace: "w", Tenant: "T"}).Namespace)
	require.Equal(t, "w", name.Key(entity.Scope{Workspace: "w"}).Namespace)
}

func TestHashKey(t *testing.T) {
	for _, tt := range []struct {
		algorithm, hash string
		want            entity.Identifier
	}{
		{"SHA256", someSHA256, entity.IdentifierSHA256},
		{"SHA256AC", someSHA256, entity.IdentifierSHA256AC},
		{"Unknown", someSHA256, entity.IdentifierSHA256},
		{"", someSHA256[:40], entity.IdentifierSHA1},
		{"unknownFutureValue", someSHA256[:32], entity.IdentifierMD5},
		{"sha512", someSHA256 + someSHA256, "sha512"},
	} {
		k := entity.HashKey(tt.algorithm, tt.hash)
		require.Equal(t, tt.want, k.Identifier)
		require.Equal(t, entity.TypeFile, k.Type)
	}
	require.Equal(t, entity.FileBySHA256(someSHA256).Key(entity.Scope{}), entity.HashKey("sha256", strings.ToUpper(someSHA256)))
}

func TestCompositeValue(t *testing.T) {
	for _, tt := range []struct {
		id    entity.Identifier
		parts []string
		want  string
	}{
		{entity.IdentifierUserPrincipalName, []string{"jo", "contoso.com"}, "jo@contoso.com"},
		{entity.IdentifierDeviceName, []string{"ws", "contoso.com"}, "ws.contoso.com"},
		{entity.IdentifierDeviceName, []string{"ws.contoso.com", "Contoso.com"}, "ws.contoso.com"},
		{entity.IdentifierPath, []string{`C:\x\`, "a.exe"}, `C:\x\a.exe`},
		{entity.IdentifierPath, []string{"/usr/bin/", "ls"}, "/usr/bin/ls"},
		{entity.IdentifierPath, []string{"/", "ls"}, "/ls"},
		{entity.IdentifierKey, []string{"HKLM", `Software\X`}, `HKLM\Software\X`},
		{entity.IdentifierKey, []string{"HKEY_LOCAL_MACHINE", `HKLM\Software\X`}, `HKLM\Software\X`},
		{entity.IdentifierKeyValueName, []string{`HKLM\\Run\`, `a\b`}, `HKLM\Run\\a\b`},
		{entity.IdentifierMessageRecipient, []string{"a|b", "c|d"}, "a%7cb|c|d"},
		{entity.IdentifierMessageRecipient, []string{"a%7cb", "c"}, "a%257cb|c"},
		{entity.IdentifierName, []string{"a"}, "a"},
		{entity.IdentifierName, nil, ""},
	} {
		require.Equal(t, tt.want, entity.CompositeValue(tt.id, tt.parts...))
	}
}

// TestPunycode has the samples of RFC 3492, section 7.1, that a host name can be.
func TestPunycode(t *testing.T) {
	for in, want := range map[string]string{
		"ليهمابتكلموشعربي؟":                        "xn--egbpdaj6bu4bxfgehfvwxn",
		"他们为什么不说中文":                                "xn--ihqwcrb4cv8a8dqg056pqjye",
		"Pročprostěnemluvíčesky":                   "xn--proprostnemluvesky-uyb24dma41a",
		"למההםפשוטלאמדבריםעברית":                   "xn--4dbcagdahymbxekheh6e0a7fei0b",
		"なぜみんな日本語を話してくれないのか":                       "xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
		"почемужеонинеговорятпорусски":             "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l",
		"PorquénopuedensimplementehablarenEspañol": "xn--porqunopuedensimplementehablarenespaol-fmd56a",
		"3年B組金八先生":                                 "xn--3b-ww4c5e180e575a65lsy2b",
		"BÜCHER":                                   "xn--bcher-kva",
		"straße":                                   "xn--strae-oqa",
		"ΣΊΣΥΦΟΣ":                                  "xn--kxa6akbbkh",
		"σίσυφος":                                  "xn--kxa6akbbkh",
		"faß.MÜNCHEN":                              "xn--fa-hia.xn--mnchen-3ya",
		"\xff.ü":                                   "\xff.ü",
		strings.Repeat("ü", 64):                    strings.Repeat("ü", 64),
	} {
		require.Equal(t, want, entity.Normalize(entity.TypeDevice, entity.IdentifierDeviceName, in))
	}
}

var anyValue = rapid.OneOf(
	rapid.String(),
	rapid.StringMatching(`(https?|HXXP|ftp|file)://([a-zA-Z%.@:\[\]0-9üß]{0,12})(/[./%a-zA-Z0-9?#|\\ ]{0,20})?`),
	rapid.StringMatching(`(HKLM|hkcu:|\\Registry\\Machine|Computer|Registry::)?(\\{1,2}[A-Za-z ]{0,5}){0,4}`),
	rapid.StringMatching(`[A-Z .]{0,6}\\[a-z @.\\]{0,8}`),
	rapid.StringMatching(`([A-F0-9a-f:.\-]{0,20})(\|[0-9a-z:.\-@ ]{0,12}){0,4}`),
	rapid.StringMatching(`((SMTP:|<|sip:| ){0,3}[a-z]{0,3}@?[A-Z.]{0,5}>{0,2})`),
	rapid.StringMatching(`(CN ?= ?[A-Za-z\\, +]{0,9},? ?){1,3}`),
	rapid.Custom(func(t *rapid.T) string {
		s := rapid.SampledFrom(spellings).Draw(t, "spelling")
		return rapid.SampledFrom(append(s.spellings, s.want)).Draw(t, "value")
	}),
)

// TestNormalizeIsIdempotent holds for values of any kind, whatever they look like.
func TestNormalizeIsIdempotent(t *testing.T) {
	all := entity.AllKinds()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(all).Draw(t, "kind")
		checkKey(t, kind.Type, kind.Identifier, anyValue.Draw(t, "value"), rapid.String().Draw(t, "namespace"))
	})
}

// checkKey holds the laws that every key obeys.
func checkKey(t require.TestingT, kind entity.Type, id entity.Identifier, value, namespace string) {
	k := entity.NewKey(kind, id, namespace, value)
	again := entity.NewKey(kind, id, k.Namespace, k.Value)
	require.Equal(t, k, again, "%q", value)
	require.Equal(t, k.Value, entity.Normalize(kind, id, k.Value))
	require.Equal(t, k, entity.NewKey(kind, id, " "+namespace, "\t"+value+" "))
	require.LessOrEqual(t, k.Strength, entity.Strong)
	if k.Strength == entity.None {
		require.Empty(t, k.Namespace)
	}
	wider := entity.NewKey(kind, id, "", value)
	require.LessOrEqual(t, wider.Strength, k.Strength)
	require.Equal(t, wider.Value, k.Value)
}

// TestFoldingIsEqualFold: names are the same exactly if strings.EqualFold says so.
func TestFoldingIsEqualFold(t *testing.T) {
	letters := []rune("aAkK\u212asSſßẞσςΣıIiİµμΜåÅ\u212bǅǆǄжЖϴθϑΘ")
	rapid.Check(t, func(t *rapid.T) {
		a := string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 4).Draw(t, "a"))
		b := string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 4).Draw(t, "b"))
		if rapid.Bool().Draw(t, "any") {
			a, b = rapid.String().Draw(t, "a"), strings.ToUpper(a)
		}
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		require.Equal(t, strings.EqualFold(a, b), entity.CloudApplicationByName(a).Same(entity.CloudApplicationByName(b)), "%q %q", a, b)
	})
}

func FuzzKey(f *testing.F) {
	all := entity.AllKinds()
	for i, kind := range all {
		for _, s := range spellings {
			if s.entity == kind.Type && s.identifier == kind.Identifier {
				for _, value := range append(s.spellings, s.want) {
					f.Add(uint(i), value, "Somewhere")
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind uint, value, namespace string) {
		k := all[kind%uint(len(all))]
		checkKey(t, k.Type, k.Identifier, value, namespace)
		require.NotContains(t, entity.NewKey(k.Type, k.Identifier, namespace, value).String(), "\n")
	})
}

// TestKeyAllocations: what is canonical costs nothing, what is not costs its new text.
func TestKeyAllocations(t *testing.T) {
	for _, tt := range spellings {
		canonical := entity.Definition{Type: tt.entity, Identifier: tt.identifier, Value: tt.want}
		n := testing.AllocsPerRun(10, func() { _ = canonical.Key(everywhere) })
		limit := 0.0
		if tt.inScope == entity.Weak {
			limit = 2 // that an address, port or time is malformed comes as an error
		}
		require.LessOrEqual(t, n, limit, "%v", canonical)
		for _, value := range tt.spellings {
			d := entity.Definition{Type: tt.entity, Identifier: tt.identifier, Value: value}
			if strings.ContainsAny(value, "ü。ｗÜ") {
				continue // host names in other scripts are decoded to runes first
			}
			n := testing.AllocsPerRun(10, func() { _ = d.Key(everywhere) })
			require.LessOrEqual(t, n, 4.0, "%v", d)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	for _, bb := range []struct {
		name string
		d    entity.Definition
	}{
		{"user", entity.UserByPrincipalName("john.doe@contoso.com")},
		{"user-capitals", entity.UserByPrincipalName("John.Doe@contoso.com")},
		{"device", entity.DeviceByID("1e5bc9d7e413ddd7902c2932e418702b84d0cc07")},
		{"ip", entity.IPAddress("185.220.101.50")},
		{"ipv6", entity.IPAddress("2001:db8::7")},
		{"url", entity.URL("https://login.contoso.com/a/b/index.php?uid=7")},
		{"url-capitals", entity.URL("HTTPS://Login.contoso.com:443/a/../b/index.php?uid=7")},
		{"sha256", entity.FileBySHA256(someSHA256)},
		{"registry", entity.RegistryKey(`HKLM\Software\Contoso`)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = bb.d.Key(everywhere)
			}
		})
	}
}
