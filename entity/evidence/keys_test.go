package evidence_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

const (
	someID   = "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"
	otherID  = "73e7e2de-709d-4f64-8f64-b1d0c30e67fa"
	someSHA1 = "5f1e8acedc065031aad553b710838eb300000001"
	mdeID    = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07"
	vmID     = "/subscriptions/8700d3a3-3bb7-4fbe-a090-488a1ad04161/resourcegroups/rg/vm"
)

var keysScope = entity.Scope{Tenant: "t", Workspace: "w", Host: "h", Address: "n"}

// keyCases has a case for every type that identifies something. TestKeysCoverAllTypes fails for one that is missing.
var keyCases = []struct {
	in   evidence.Evidence
	want []string
}{
	{&evidence.User{UserAccount: &evidence.UserAccount{
		AccountName: "Jo", DomainName: "CONTOSO", UserSID: "S-1-5-21-1-2-3-1010", AzureADUserID: strings.ToUpper(someID),
		UserPrincipalName: "Jo@contoso.com", ActiveDirectoryObjectGUID: otherID, TenantID: "T2",
	}}, []string{
		`user aadUserId "` + someID + `" (strong)`, `user sid "S-1-5-21-1-2-3-1010" (strong)`,
		`user userPrincipalName "jo@contoso.com" (strong)`, `user objectGuid "` + otherID + `" (strong)`,
		`user domain+name "contoso\\jo" in "t2" (strong)`, `user name "jo" in "t2" (weak)`,
	}},
	{&evidence.User{UserAccount: &evidence.UserAccount{AccountName: "LOCAL SERVICE", DomainName: "NT AUTHORITY", UserSID: "S-1-5-19"}}, nil},
	{&evidence.User{UserAccount: &evidence.UserAccount{AccountName: "root"}}, nil},
	{&evidence.User{}, nil},
	{&evidence.SecurityGroup{SecurityGroupID: someID, ActiveDirectoryObjectGUID: otherID, SID: "S-1-5-32-544", DistinguishedName: "CN=a,DC=b"}, []string{
		`securityGroup securityGroupId "` + someID + `" (strong)`, `securityGroup objectGuid "` + otherID + `" (strong)`,
		`securityGroup sid "S-1-5-32-544" in "h" (strong)`, `securityGroup distinguishedName "cn=a,dc=b" in "t" (strong)`,
	}},
	{&evidence.ServicePrincipal{AppID: someID, ServicePrincipalObjectID: otherID, ServicePrincipalName: "App"}, []string{
		`servicePrincipal objectId "` + otherID + `" (strong)`, `servicePrincipal appId "` + someID + `" in "t" (strong)`, `servicePrincipal name "app" in "t" (weak)`,
	}},
	{&evidence.OAuthApplication{AppID: someID, ObjectID: otherID}, []string{
		`oAuthApplication oAuthAppId "` + someID + `" (strong)`, `oAuthApplication objectId "` + otherID + `" (strong)`,
	}},
	{&evidence.ActiveDirectoryDomain{ActiveDirectoryDomainName: "Corp.Contoso.com"}, []string{`activeDirectoryDomain domainName "corp.contoso.com" in "t" (strong)`}},
	{&evidence.HostLogonSession{SessionID: "0x3E7A", Host: &evidence.Device{MDEDeviceID: mdeID}}, []string{`hostLogonSession sessionId "0x3e7a" in "` + mdeID + `" (strong)`}},
	{&evidence.CloudLogonSession{SessionID: someID}, []string{`cloudLogonSession sessionId "` + someID + `" (strong)`}},
	{&evidence.CloudLogonRequest{RequestID: someID}, []string{`cloudLogonRequest requestId "` + someID + `" (strong)`}},
	{&evidence.Device{
		MDEDeviceID: mdeID, AzureADDeviceID: someID, DeviceDNSName: "Lap-1.contoso.com", HostName: "Lap-1", DNSDomain: "contoso.com", NTDomain: "CONTOSO",
		VMMetadata: &evidence.VMMetadata{ResourceID: strings.ToUpper(vmID[:2]) + vmID[2:], VMID: otherID},
	}, []string{
		`device deviceId "` + mdeID + `" (strong)`, `device deviceId "` + someID + `" (strong)`, `device resourceId "` + vmID[:59] + `…" (strong)`,
		`device vmId "` + otherID + `" (strong)`, `device deviceName "lap-1.contoso.com" in "t" (strong)`,
		`device ntDomain+hostName "contoso\\lap-1" in "t" (strong)`, `device deviceName "lap-1" in "t" (weak)`,
	}},
	{&evidence.Device{HostName: "lap-1", DNSDomain: "contoso.com", AzureADDeviceID: "00000000-0000-0000-0000-000000000000"}, []string{
		`device deviceName "lap-1.contoso.com" in "t" (strong)`, `device deviceName "lap-1" in "t" (weak)`,
	}},
	{&evidence.IoTDevice{DeviceID: "Plc-1", IoTHub: &evidence.AzureResource{ResourceID: "/subscriptions/s/Hub"}, MACAddress: "00-0C-29-AB-CD-EF"}, []string{
		`ioTDevice deviceId "Plc-1" in "/subscriptions/s/hub" (strong)`, `ioTDevice macAddress "00:0c:29:ab:cd:ef" in "n" (weak)`,
	}},
	{&evidence.NIC{MACAddress: "000C29ABCDEF"}, []string{`nic macAddress "00:0c:29:ab:cd:ef" in "n" (weak)`}},
	{&evidence.File{MDEDeviceID: mdeID, FileDetails: &evidence.FileDetails{SHA1: strings.ToUpper(someSHA1), FileName: "A.exe", FilePath: `C:\X`}}, []string{
		`file sha1 "` + someSHA1 + `" (strong)`, `file path "c:\\x\\a.exe" in "` + mdeID + `" (strong)`, `file name "a.exe" in "` + mdeID + `" (weak)`,
	}},
	{&evidence.File{FileDetails: &evidence.FileDetails{SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}, nil},
	{&evidence.FileHash{Algorithm: evidence.FileHashAlgorithmSHA1, Value: someSHA1}, []string{`file sha1 "` + someSHA1 + `" (strong)`}},
	{&evidence.Malware{Category: "Trojan", Name: "Emotet"}, []string{`malware category+name "trojan|emotet" (strong)`, `malware name "emotet" in "t" (weak)`}},
	{&evidence.Process{
		MDEDeviceID: mdeID, ProcessID: new(int64(4780)), ProcessCreationDateTime: time.Date(2026, 4, 27, 12, 18, 12, 721130500, time.UTC),
		ImageFile: &evidence.FileDetails{SHA1: someSHA1}, ProcessCommandLine: "a -b",
	}, []string{
		`process processId+creationTime "4780|2026-04-27T12:18:12.7211305Z" in "` + mdeID + `" (strong)`, `process sha1 "` + someSHA1 + `" in "` + mdeID + `" (weak)`,
	}},
	{&evidence.RegistryKey{RegistryHive: "HKEY_LOCAL_MACHINE", RegistryKey: `SOFTWARE\X`}, []string{`registryKey key "hkey_local_machine\\software\\x" in "h" (strong)`}},
	{&evidence.RegistryValue{MDEDeviceID: mdeID, RegistryHive: "HKLM", RegistryKey: `HKEY_LOCAL_MACHINE\Run`, RegistryValueName: "V"}, []string{
		`registryValue key+valueName "hkey_local_machine\\run\\\\v" in "` + mdeID + `" (strong)`,
		`registryValue key "hkey_local_machine\\run" in "` + mdeID + `" (weak)`, `registryValue valueName "v" in "` + mdeID + `" (weak)`,
	}},
	{&evidence.IP{IPAddress: "::ffff:10.0.0.1"}, []string{`ip address "10.0.0.1" in "n" (strong)`}},
	{&evidence.IP{IPAddress: "127.0.0.1"}, nil},
	{&evidence.URL{URL: "HTTP://contoso.com"}, []string{`url url "http://contoso.com/" (strong)`}},
	{&evidence.DNS{DomainName: "Evil.example.", HostIPAddress: &evidence.IP{IPAddress: "10.0.0.5"}, DNSServerIP: &evidence.IP{IPAddress: "10.0.0.1"}}, []string{
		`dns domainName+hostIpAddress+dnsServerIp "evil.example|10.0.0.5|10.0.0.1" in "n" (strong)`,
		`dns domainName+hostIpAddress "evil.example|10.0.0.5" in "n" (weak)`, `dns domainName "evil.example" in "t" (weak)`,
	}},
	{&evidence.NetworkConnection{Protocol: "tcp", SourceAddress: &evidence.IP{IPAddress: "10.0.0.1"}, SourcePort: new(int32(51122)), DestinationAddress: &evidence.IP{IPAddress: "8.8.8.8"}}, []string{
		`networkConnection protocol+source+sourcePort+destination+destinationPort "tcp|10.0.0.1|51122|8.8.8.8|*" in "n" (weak)`,
	}},
	{&evidence.NetworkConnection{Protocol: "tcp"}, nil},
	{&evidence.AnalyzedMessage{NetworkMessageID: someID, RecipientEmailAddress: "Jo@contoso.com", URN: "urn:MailEntity:1", InternetMessageID: "<A@b>"}, []string{
		`emailMessage networkMessageId+recipient "` + someID + `|jo@contoso.com" (strong)`, `emailMessage networkMessageId "` + someID + `" (strong)`,
		`emailMessage urn "urn:mailentity:1" (strong)`, `emailMessage internetMessageId "<A@b>" (weak)`,
	}},
	{&evidence.Mailbox{PrimaryAddress: "Jo@contoso.com", UPN: "jdoe@contoso.com"}, []string{`mailbox mailboxPrimaryAddress "jo@contoso.com" (strong)`}},
	{&evidence.MailboxConfiguration{ConfigurationID: "17", MailboxPrimaryAddress: "Jo@contoso.com"}, []string{`mailboxConfiguration configurationId "17" in "jo@contoso.com" (strong)`}},
	{&evidence.MailCluster{URN: "urn:MailClusterEntity:1", Query: "a:b"}, []string{`emailCluster urn "urn:mailclusterentity:1" (strong)`, `emailCluster query "a:b" (weak)`}},
	{&evidence.SubmissionMail{SubmissionID: someID, NetworkMessageID: otherID, Recipient: "A@b.c", Submitter: "D@b.c"}, []string{
		`submissionMail submissionId+networkMessageId+recipient+submitter "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a|73e7e2de-709d-4f64-8f6…" (strong)`,
		`submissionMail submissionId "` + someID + `" in "t" (weak)`,
	}},
	{&evidence.TeamsMessage{ThreadID: "19:X@thread.v2", MessageID: "1700", OwningTenantID: "T2"}, []string{
		`teamsMessage threadId+messageId "19:X@thread.v2|1700" in "t2" (strong)`, `teamsMessage messageId "1700" (weak)`,
	}},
	{&evidence.AzureResource{ResourceID: "/subscriptions/S/rg/"}, []string{`azureResource resourceId "/subscriptions/s/rg" (strong)`}},
	{&evidence.AmazonResource{AmazonResourceID: "arn:aws:s3:::B"}, []string{`amazonResource amazonResourceId "arn:aws:s3:::B" (strong)`}},
	{&evidence.GoogleCloudResource{FullResourceName: "//compute.googleapis.com/projects/p"}, []string{`googleCloudResource fullResourceName "//compute.googleapis.com/projects/p" (strong)`}},
	{&evidence.Blob{URL: "https://A.example/C/b", Name: "B", BlobContainer: &evidence.BlobContainer{Name: "c", StorageResource: &evidence.AzureResource{ResourceID: "/subscriptions/S"}}}, []string{
		`blob url "https://a.example/C/b" (strong)`, `blob name "B" in "/subscriptions/s/c" (strong)`,
	}},
	{&evidence.BlobContainer{Name: "c", StorageResource: &evidence.AzureResource{ResourceID: "/subscriptions/S"}}, []string{`blobContainer name "c" in "/subscriptions/s" (strong)`}},
	{&evidence.SASToken{SignatureHash: "AB12"}, []string{`sasToken signatureHash "ab12" (strong)`}},
	{&evidence.CloudApplication{AppID: new(int64(20893)), SaaSAppID: new(int64(20893)), DisplayName: "Box", InstanceID: new(int64(0)), InstanceName: "EU"}, []string{
		`cloudApplication appId "20893" (strong)`, `cloudApplication appId+instance "20893|eu" in "t" (strong)`,
		`cloudApplication name "box" in "t" (strong)`,
	}},
	{&evidence.CloudApplication{DisplayName: "Box", InstanceName: "EU"}, []string{
		`cloudApplication name "box" in "t" (strong)`, `cloudApplication instance+name "eu|box" in "t" (strong)`,
	}},
	{&evidence.CloudApplication{AppID: new(int64(0)), SaaSAppID: new(int64(11161)), InstanceID: new(int64(3))}, []string{
		`cloudApplication appId "11161" (strong)`, `cloudApplication appId+instance "11161|3" in "t" (strong)`,
	}},
	{&evidence.AIAgent{AgentID: "helper-1"}, []string{`aiAgent agentId "helper-1" in "t" (strong)`}},
	{&evidence.GitHubOrganization{OrgID: "9919", Login: "Contoso"}, []string{`gitHubOrganization orgId "9919" (strong)`, `gitHubOrganization login "contoso" in "t" (weak)`}},
	{&evidence.GitHubRepo{RepoID: "42", BaseURL: "https://github.com/contoso/x"}, []string{`gitHubRepo repoId "42" (strong)`, `gitHubRepo url "https://github.com/contoso/x" (strong)`}},
	{&evidence.GitHubUser{UserID: "7", Login: "Jo"}, []string{`gitHubUser userId "7" (strong)`, `gitHubUser login "jo" in "t" (weak)`}},
	{aks, []string{`kubernetesCluster resourceId "/subscriptions/s/aks" (strong)`, `kubernetesCluster name "c1" in "t" (weak)`}},
	{&evidence.KubernetesCluster{CloudResource: evidence.Any{Evidence: &evidence.AmazonResource{AmazonResourceID: "arn:aws:eks:::c"}}}, []string{`kubernetesCluster amazonResourceId "arn:aws:eks:::c" (strong)`}},
	{&evidence.KubernetesCluster{CloudResource: evidence.Any{Evidence: &evidence.GoogleCloudResource{FullResourceName: "//container.googleapis.com/c"}}}, []string{`kubernetesCluster fullResourceName "//container.googleapis.com/c" (strong)`}},
	{shop, []string{`kubernetesNamespace name "shop" in "/subscriptions/s/aks" (strong)`}},
	{&evidence.KubernetesController{Namespace: shop, Name: "web", Type: "deployment"}, []string{`kubernetesController name "deployment/web" in "/subscriptions/s/aks/shop" (strong)`}},
	{pod, []string{`kubernetesPod name "web-0" in "/subscriptions/s/aks/shop" (strong)`}},
	{&evidence.KubernetesPod{Name: "web-0", Namespace: &evidence.KubernetesNamespace{Name: "shop", Cluster: &evidence.KubernetesCluster{Name: "c1"}}}, []string{`kubernetesPod name "c1/shop/web-0" (weak)`}},
	{&evidence.KubernetesPod{Name: "web-0"}, []string{`kubernetesPod name "web-0" (weak)`}},
	{&evidence.KubernetesSecret{Namespace: shop, Name: "s"}, []string{`kubernetesSecret name "s" in "/subscriptions/s/aks/shop" (strong)`}},
	{&evidence.KubernetesService{Namespace: shop, Name: "s"}, []string{`kubernetesService name "s" in "/subscriptions/s/aks/shop" (strong)`}},
	{&evidence.KubernetesServiceAccount{Namespace: shop, Name: "s"}, []string{`kubernetesServiceAccount name "s" in "/subscriptions/s/aks/shop" (strong)`}},
	{&evidence.Container{ContainerID: "containerd://" + mdeID, Name: "nginx", Pod: pod}, []string{`container containerId "` + mdeID + `" (weak)`, `container name "web-0/nginx" in "/subscriptions/s/aks/shop" (strong)`}},
	{&evidence.ContainerImage{ImageID: "nginx:1"}, []string{`containerImage imageId "nginx:1" in "t" (weak)`}},
	{&evidence.ContainerRegistry{Registry: "Reg.azurecr.io"}, []string{`containerRegistry name "reg.azurecr.io" in "t" (strong)`}},
	{&evidence.Unknown{Raw: []byte(`{"@odata.type":"#x"}`)}, nil},
}

var (
	aks  = &evidence.KubernetesCluster{Name: "c1", CloudResource: evidence.Any{Evidence: &evidence.AzureResource{ResourceID: "/subscriptions/S/aks"}}}
	shop = &evidence.KubernetesNamespace{Name: "shop", Cluster: aks}
	pod  = &evidence.KubernetesPod{Name: "web-0", Namespace: shop}
)

func TestAppendKeys(t *testing.T) {
	for i, tt := range keyCases {
		t.Run(fmt.Sprintf("%d %T", i, tt.in), func(t *testing.T) {
			var got []string
			for _, k := range evidence.AppendKeys(nil, tt.in, keysScope) {
				got = append(got, k.String())
				require.Equal(t, k, entity.NewKey(k.Type, k.Identifier, k.Namespace, k.Value), "the key of a key is the key")
			}
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}

// TestKeysCoverAllTypes proves that no type is forgotten, and that empty evidence identifies nobody.
func TestKeysCoverAllTypes(t *testing.T) {
	covered := map[reflect.Type]bool{}
	for _, tt := range keyCases {
		if len(tt.want) > 0 {
			covered[reflect.TypeOf(tt.in)] = true
		}
	}
	for _, e := range evidence.Types() {
		require.True(t, covered[reflect.TypeOf(e)], "%T has no case with keys", e)
		require.Empty(t, evidence.AppendKeys(nil, e, keysScope), "%T", e)
	}
}

// TestKeysMeetDefinitions: evidence and the definition of the same entity have a key in common.
func TestKeysMeetDefinitions(t *testing.T) {
	for _, tt := range []struct {
		d entity.Definition
		e evidence.Evidence
	}{
		{entity.UserByPrincipalName("JO@contoso.com"), &evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: "jo@contoso.com"}}},
		{entity.DeviceByID(strings.ToUpper(someID)), &evidence.Device{AzureADDeviceID: someID}},
		{entity.DeviceByName("LAP-1.contoso.com"), &evidence.Device{HostName: "lap-1", DNSDomain: "contoso.com"}},
		{entity.FileBySHA1(someSHA1), &evidence.FileHash{Algorithm: "sha1", Value: someSHA1}},
		{entity.EmailMessage(someID), &evidence.AnalyzedMessage{NetworkMessageID: someID, RecipientEmailAddress: "a@b.c"}},
		{entity.OAuthApplication(someID), &evidence.OAuthApplication{AppID: someID}},
		{entity.RegistryKey(`HKLM\Software\X`), &evidence.RegistryKey{RegistryHive: "HKEY_LOCAL_MACHINE", RegistryKey: `SOFTWARE\X`}},
		{entity.CloudApplicationByID("20893"), &evidence.CloudApplication{AppID: new(int64(20893))}},
	} {
		require.Contains(t, evidence.AppendKeys(nil, tt.e, keysScope), tt.d.Key(keysScope))
	}
}

// TestAppendKeysAppends: what is in dst stays, and is not looked at.
func TestAppendKeysAppends(t *testing.T) {
	ip := &evidence.IP{IPAddress: "8.8.8.8"}
	keys := evidence.AppendKeys(evidence.AppendKeys(nil, ip, keysScope), ip, keysScope)
	require.Len(t, keys, 2)
	require.Equal(t, keys[0], keys[1])
	twice := &evidence.Device{MDEDeviceID: someID, AzureADDeviceID: strings.ToUpper(someID), DeviceDNSName: "A.b", HostName: "a", DNSDomain: "B"}
	require.Len(t, evidence.AppendKeys(nil, twice, keysScope), 3)
}

func ExampleAppendKeys() {
	device := &evidence.Device{AzureADDeviceID: "8C1FF9E4-4D4E-4B6F-9B5A-0F2B7D1C3E5A", HostName: "LAP-1", NTDomain: "CONTOSO"}
	for _, k := range evidence.AppendKeys(nil, device, entity.Scope{Tenant: "contoso"}) {
		fmt.Println(k)
	}
	system := &evidence.User{UserAccount: &evidence.UserAccount{AccountName: "SYSTEM", DomainName: "NT AUTHORITY", UserSID: "S-1-5-18"}}
	fmt.Println(len(evidence.AppendKeys(nil, system, entity.Scope{})))
	// Output:
	// device deviceId "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a" (strong)
	// device ntDomain+hostName "contoso\\lap-1" in "contoso" (strong)
	// device deviceName "lap-1" in "contoso" (weak)
	// 0
}

func keyItems(tb testing.TB) evidence.List {
	text, err := os.ReadFile("testdata/items.json")
	require.NoError(tb, err)
	page := strings.NewReplacer("{n}", "0000001f", "{id}", someID, "{b}", "31").Replace(string(text))
	var list evidence.List
	require.NoError(tb, json.Unmarshal([]byte(page), &list))
	require.NotEmpty(tb, list)
	return list
}

// TestAppendKeysAllocations: for twelve typical items, as the service writes them, into a slice with room, a key costs at
// most two allocations, one to join its parts and one to normalise them; and what has no parts and comes in canonical
// form costs none.
func TestAppendKeysAllocations(t *testing.T) {
	dst := make([]entity.Key, 0, 16)
	for _, e := range keyItems(t) {
		n := testing.AllocsPerRun(20, func() { dst = evidence.AppendKeys(dst[:0], e, keysScope) })
		require.NotEmpty(t, dst)
		require.LessOrEqual(t, n, 2*float64(len(dst)), "%T", e)
		switch e.(type) {
		case *evidence.IP, *evidence.URL, *evidence.Mailbox, *evidence.OAuthApplication:
			require.Zero(t, n, "%T", e)
		}
	}
}

func BenchmarkAppendKeys(b *testing.B) {
	dst := make([]entity.Key, 0, 16)
	for _, e := range keyItems(b) {
		b.Run(reflect.TypeOf(e).Elem().Name(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = evidence.AppendKeys(dst[:0], e, keysScope)
			}
			b.ReportMetric(float64(len(dst)), "keys/op")
		})
	}
}
