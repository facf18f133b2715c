package sentinel_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

var update = flag.Bool("update", false, "renew the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(string(want), got))
}

// fill gives every field of a struct a value, so that each says something else.
func fill(v reflect.Value, n *int, depth int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 4, 27, 12, 0, *n%60, 0, time.UTC)))
		return
	case v.Type() == reflect.TypeFor[jsontext.Value]():
		return // members that nobody knows
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 2)
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), n, depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0), n, depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "DeclaredType" {
				fill(v.Field(i), n, depth)
			}
		}
	}
}

// TestWhatEvidenceLoses fills every property of every type of evidence and lists what
// is reported. What is not must be there after converting back.
func TestWhatEvidenceLoses(t *testing.T) {
	var out strings.Builder
	for _, e := range evidence.Types() {
		n := 0
		fill(reflect.ValueOf(e).Elem(), &n, 3)
		name := strings.TrimPrefix(e.ODataType(), "#microsoft.graph.security.")
		if u, ok := e.(*evidence.User); ok {
			u.UserAccount.UserPrincipalName = "jdoe@contoso.com"
		}
		if d, ok := e.(*evidence.Device); ok {
			d.OSPlatform, d.DeviceDNSName, d.HostName, d.DNSDomain = "Windows11", "ws.contoso.com", "ws", "contoso.com"
		}
		l, ps := sentinel.FromEvidence(evidence.List{e})
		fmt.Fprintf(&out, "%s\n", name)
		for _, p := range ps {
			require.Equal(t, "not-converted", p.Rule)
			fmt.Fprintf(&out, "\t%s\n", p)
		}
		if len(l) == 0 {
			require.Len(t, ps, 1)
			continue
		}
		back, _ := l.Evidence()
		i := slices.IndexFunc(back, func(b evidence.Evidence) bool { return reflect.TypeOf(b) == reflect.TypeOf(e) && kept(t, e, b, ps) })
		require.GreaterOrEqual(t, i, 0, "%s: what is not reported is there", name)
	}
	golden(t, "evidence-lost.golden", out.String())
}

// kept reports whether after says what before says, but for what problems name.
func kept(t *testing.T, before, after evidence.Evidence, problems []entity.Problem) bool {
	t.Helper()
	doc := func(e evidence.Evidence) any {
		data, err := evidence.Encode(e)
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(data, &v))
		return v
	}
	reported := map[string]bool{}
	for _, p := range problems {
		reported[strings.TrimPrefix(p.Path, "[0].")] = true
	}
	var same func(path string, a, b any) bool
	same = func(path string, a, b any) bool {
		if reported[path] {
			return true
		}
		switch a := a.(type) {
		case map[string]any:
			other, _ := b.(map[string]any)
			for name, v := range a {
				if !same(strings.TrimPrefix(path+"."+name, "."), v, other[name]) {
					return false
				}
			}
			return true
		case []any:
			other, _ := b.([]any)
			for i, v := range a {
				if i >= len(other) || !same(fmt.Sprintf("%s[%d]", path, i), v, other[i]) {
					return false
				}
			}
			return true
		default:
			return reflect.DeepEqual(a, b)
		}
	}
	return same("", doc(before), doc(after))
}

// TestWhatEntitiesLose fills every property of every kind and lists what is reported.
func TestWhatEntitiesLose(t *testing.T) {
	var out strings.Builder
	others := sentinel.List{
		{ID: "host", Name: "host", Kind: sentinel.KindHost, Properties: &sentinel.Host{HostName: "h"}},
		{ID: "account", Name: "account", Kind: sentinel.KindAccount, Properties: &sentinel.Account{AccountName: "a"}},
		{ID: "file", Name: "file", Kind: sentinel.KindFile, Properties: &sentinel.File{FileName: "f", FileHashEntityIDs: []string{"filehash"}}},
		{ID: "filehash", Name: "filehash", Kind: sentinel.KindFileHash, Properties: &sentinel.FileHash{Algorithm: sentinel.HashMD5, HashValue: "00"}},
		{ID: "process", Name: "process", Kind: sentinel.KindProcess, Properties: &sentinel.Process{ProcessID: "1"}},
		{ID: "ip", Name: "ip", Kind: sentinel.KindIP, Properties: &sentinel.IP{Address: "10.0.0.1"}},
		{ID: "nic", Name: "nic", Kind: sentinel.KindNic, Properties: &sentinel.Nic{MACAddress: "00"}},
		{ID: "hub", Name: "hub", Kind: sentinel.KindAzureResource, Properties: &sentinel.AzureResource{ResourceID: "/r"}},
		{ID: "key", Name: "key", Kind: sentinel.KindRegistryKey, Properties: &sentinel.RegistryKey{Hive: sentinel.RegistryUsers, Key: "k"}},
	}
	targets := map[string]string{
		"HostEntityID": "host", "AccountEntityID": "account", "FileEntityIDs": "file", "ImageFileEntityID": "file", "FileHashEntityIDs": "filehash", "ProcessEntityIDs": "process", "ParentProcessEntityID": "process",
		"IPAddressEntityID": "ip", "IPAddressEntityIDs": "ip", "DNSServerIPEntityID": "ip", "HostIPAddressEntityID": "ip", "NicEntityIDs": "nic", "IoTHubEntityID": "hub", "KeyEntityID": "key",
	}
	for _, kind := range sentinel.Kinds() {
		var e sentinel.Entity
		require.NoError(t, json.Unmarshal(fmt.Appendf(nil, `{"name":"e","id":"e","kind":%q,"properties":{}}`, kind), &e))
		v, n := reflect.ValueOf(e.Properties).Elem(), 0
		fill(v, &n, 2)
		for name, target := range targets {
			switch f := v.FieldByName(name); {
			case !f.IsValid():
			case f.Kind() == reflect.Slice:
				f.Set(reflect.ValueOf([]string{target}))
			default:
				f.SetString(target)
			}
		}
		if p, ok := e.Properties.(*sentinel.Process); ok {
			p.ProcessID, p.ElevationToken = "4528", sentinel.ElevationTokenFull
		}
		if p, ok := e.Properties.(*sentinel.FileHash); ok {
			p.Algorithm = sentinel.HashSHA256AC
		}
		if p, ok := e.Properties.(*sentinel.Host); ok {
			p.OSFamily = sentinel.OSFamilyLinux
		}
		if p, ok := e.Properties.(*sentinel.IoTDevice); ok {
			p.Importance = sentinel.DeviceImportanceHigh
		}
		_, ps := append(sentinel.List{e}, others...).Evidence()
		fmt.Fprintf(&out, "%s\n", kind)
		for _, p := range ps {
			if strings.HasPrefix(p.Path, "[0]") {
				fmt.Fprintf(&out, "\t%s\n", p)
			}
		}
	}
	golden(t, "entities-lost.golden", out.String())
}

// samples are pieces of evidence as the service gives them, with the keys by which
// they are compared, and an entity that must have the same.
func TestKeysOfConvertedEvidence(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	list := evidence.List{
		&evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: "JDoe@Contoso.com", AzureADUserID: "2046FEEA-040d-4a46-9e2b-91c2941bfa70", UserSID: "S-1-5-21-1-2-3-1001", AccountName: "jdoe", DomainName: "CONTOSO", TenantID: "2046feea-040d-4a46-9e2b-91c2941bfa71"}},
		&evidence.Device{DeviceDNSName: "WS-17.contoso.com", VMMetadata: &evidence.VMMetadata{ResourceID: "/subscriptions/2046feea-040d-4a46-9e2b-91c2941bfa70/resourceGroups/r/providers/Microsoft.Compute/virtualMachines/v"}},
		&evidence.IP{IPAddress: "185.220.101.50"},
		&evidence.URL{URL: "https://Example.test/a"},
		&evidence.File{FileDetails: &evidence.FileDetails{FileName: "a.exe", FilePath: `C:\x`, SHA256: hash, SHA1: strings.Repeat("cd", 20)}},
		&evidence.FileHash{Algorithm: evidence.FileHashAlgorithmSHA256, Value: hash},
		&evidence.Process{ProcessID: new(int64(4528)), ProcessCommandLine: "a.exe", ProcessCreationDateTime: time.Date(2026, 4, 27, 12, 0, 0, 0, time.UTC)},
		&evidence.RegistryKey{RegistryHive: "HKEY_LOCAL_MACHINE", RegistryKey: "SOFTWARE"},
		&evidence.RegistryValue{RegistryHive: "HKEY_LOCAL_MACHINE", RegistryKey: "SOFTWARE", RegistryValueName: "Run"},
		&evidence.Malware{Name: "m", Category: "c"},
		&evidence.DNS{DomainName: "x.test", HostIPAddress: &evidence.IP{IPAddress: "10.0.0.1"}, DNSServerIP: &evidence.IP{IPAddress: "10.0.0.2"}},
		&evidence.AzureResource{ResourceID: "/subscriptions/2046feea-040d-4a46-9e2b-91c2941bfa70"},
		&evidence.CloudApplication{AppID: new(int64(11161)), DisplayName: "Office 365"},
		&evidence.SecurityGroup{SID: "S-1-5-21-1-2-3-512", ActiveDirectoryObjectGUID: "2046feea-040d-4a46-9e2b-91c2941bfa70", DistinguishedName: "CN=g,DC=x"},
		&evidence.Mailbox{PrimaryAddress: "A@x.test"},
		&evidence.AnalyzedMessage{NetworkMessageID: "2046feea-040d-4a46-9e2b-91c2941bfa70", RecipientEmailAddress: "a@x.test"},
		&evidence.SubmissionMail{SubmissionID: "2046feea-040d-4a46-9e2b-91c2941bfa70", NetworkMessageID: "2046feea-040d-4a46-9e2b-91c2941bfa71", Recipient: "a@x.test", Submitter: "b@x.test"},
		&evidence.IoTDevice{DeviceID: "d", IoTHub: &evidence.AzureResource{ResourceID: "/subscriptions/2046feea-040d-4a46-9e2b-91c2941bfa70/resourceGroups/r/providers/Microsoft.Devices/IotHubs/h"}},
	}
	scope := entity.Scope{Tenant: "2046feea-040d-4a46-9e2b-91c2941bfa70", Workspace: "ws", Host: "h", Address: "net"}
	for _, e := range list {
		t.Run(strings.TrimPrefix(e.ODataType(), "#microsoft.graph.security."), func(t *testing.T) {
			l, _ := sentinel.FromEvidence(evidence.List{e})
			want := evidence.AppendKeys(nil, e, scope)
			require.NotEmpty(t, want)
			// The entity itself is the last: what it names comes before it.
			got := l.Keys(len(l)-1, scope)
			require.NotEmpty(t, got)
			strong := 0
			for _, k := range got {
				if k.Strength == entity.Strong {
					require.Contains(t, want, k)
					strong++
				}
			}
			require.Positive(t, strong)
			column, ps := l.Column()
			require.Empty(t, ps)
			again, ps, err := sentinel.ParseColumn(column)
			require.NoError(t, err)
			require.Empty(t, ps)
			found := false
			for i := range again {
				found = found || again[i].Kind == l[len(l)-1].Kind && cmp.Equal(again.Keys(i, scope), got)
			}
			require.True(t, found, "the column keeps the keys: %s", column)
		})
	}
}

// TestKeysNeedTheOthers looks at identifiers that are in another entity.
func TestKeysNeedTheOthers(t *testing.T) {
	l, _, err := sentinel.ParseColumn([]byte(column))
	require.NoError(t, err)
	keys := func(name string) []string {
		for i := range l {
			if l[i].Name == name {
				var lines []string
				for _, k := range l.Keys(i, entity.Scope{}) {
					lines = append(lines, k.String())
				}
				return lines
			}
		}
		return nil
	}
	require.Equal(t, []string{`process processId+creationTime "4528|2026-04-27T12:00:00Z" in "o" (strong)`, `process parentProcessId+creationTime+commandLine "1|2026-04-27T12:00:00Z|a.exe" in "o" (strong)`}, keys("3"))
	require.Equal(t, []string{`registryValue key+valueName "hkey_local_machine\\software\\\\run" (strong)`, `registryValue valueName "run" (weak)`}, keys("7"))
	require.Equal(t, []string{`ip address "10.0.0.2" (weak)`}, keys("6"))
	require.Nil(t, keys("24"))
}

func TestAccountsWhoseNamesDiffer(t *testing.T) {
	l, ps := sentinel.FromEvidence(evidence.List{&evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: "john.doe@contoso.com", AccountName: "jdoe", DomainName: "CONTOSO"}}})
	require.Equal(t, []string{
		"[0].userAccount.accountName is not kept as it is in the Account of Sentinel",
		"[0].userAccount.domainName has no place in the Account of Sentinel",
	}, problems(ps), "CONTOSO\\john.doe would be somebody else")
	require.Empty(t, cmp.Diff(&sentinel.Account{AccountName: "john.doe", UPNSuffix: "contoso.com"}, l[0].Properties))
}

func TestNestedEvidenceIsNamedOnce(t *testing.T) {
	account := &evidence.UserAccount{AccountName: "j", UserSID: "S-1-5-21-1-2-3-1001"}
	image := &evidence.FileDetails{FileName: "a.exe", FilePath: `C:\`}
	l, ps := sentinel.FromEvidence(evidence.List{
		&evidence.User{UserAccount: account},
		&evidence.Process{ProcessID: new(int64(1)), UserAccount: account, ImageFile: image},
		&evidence.Process{ProcessID: new(int64(2)), UserAccount: account, ImageFile: image},
		&evidence.User{UserAccount: account},
		nil, (*evidence.User)(nil), &evidence.Unknown{Raw: jsontext.Value(`{"@odata.type":"#later"}`)},
	})
	require.Equal(t, []string{
		"[4] is no evidence", "[5] is no evidence", `[6] is of the type "#later", for which Sentinel has no kind`,
	}, problems(ps))
	var kinds []sentinel.Kind
	for _, e := range l {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []sentinel.Kind{"Account", "File", "Process", "Process", "Account"}, kinds)
	require.Equal(t, "1", l[2].Properties.(*sentinel.Process).AccountEntityID)
	require.Equal(t, "2", l[3].Properties.(*sentinel.Process).ImageFileEntityID)
}

func TestMappingOf(t *testing.T) {
	mapped := 0
	var refused []string
	for k := range entity.Kinds() {
		m, reason, ok := sentinel.MappingOf(entity.Definition{Type: k.Type, Identifier: k.Identifier, Value: "x"})
		if !ok {
			require.Empty(t, m)
			refused = append(refused, reason)
			continue
		}
		mapped++
		kind, known := sentinel.ParseKind(m.EntityType)
		require.True(t, known)
		require.Equal(t, kind.MappingType(), m.EntityType)
	}
	require.Equal(t, 19, mapped)
	require.Len(t, refused, 7)
	require.Equal(t, "Sentinel's entity mappings have no identifier for a device by its deviceId", refused[0])
	for in, want := range map[entity.Definition]string{
		entity.UserByPrincipalName("john.doe@contoso.com"): "Account Name=john.doe UPNSuffix=contoso.com",
		entity.UserBySID("S-1"):                            "Account Sid=S-1",
		entity.UserByObjectID("g"):                         "Account AadUserId=g",
		entity.DeviceByName("ws-17.contoso.com."):          "Host HostName=ws-17 DnsDomain=contoso.com",
		entity.DeviceByName("ws-17"):                       "Host HostName=ws-17",
		entity.FileBySHA1("ab"):                            "FileHash Algorithm=SHA1 Value=ab",
		entity.RegistryKey(`HKLM:\SOFTWARE\X`):             `RegistryKey Hive=HKEY_LOCAL_MACHINE Key=SOFTWARE\X`,
		entity.RegistryKey(`HKEY_USERS`):                   `RegistryKey Hive=HKEY_USERS`,
		entity.EmailCluster("g"):                           "MailCluster NetworkMessageIds=g",
		entity.CloudApplicationByID("11161"):               "CloudApplication AppId=11161",
	} {
		m, _, ok := sentinel.MappingOf(in)
		require.True(t, ok)
		got := m.EntityType
		for _, f := range m.FieldMappings {
			got += " " + f.Identifier + "=" + f.Value
		}
		require.Equal(t, want, got)
	}
}
