package sentinel_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

// column uses references forward and backward, entities inside others, members that
// only the column has, and words that differ.
const column = `[
 {"$id":"1","Type":"host","HostName":"srv01","DnsDomain":"example.test","OSFamily":"Mac","OMSAgentID":"o","IsDomainJoined":false,
  "IpInterfaces":[{"$id":"9","Type":"ip","Address":"10.0.0.1","Location":{"CountryCode":"de","Asn":7,"Newer":{"Deep":1}}},{"$ref":"6"}]},
 {"$id":"2","Type":"account","Name":"jdoe","UPNSuffix":"example.test","NTDomain":"EX","PUID":"p","Sid":"S-1-5-21-1","Host":{"$ref":"1"},"IsAnonymized":true},
 {"$id":"3","Type":"process","ProcessId":"4528","CommandLine":"a.exe","CreationTimeUtc":"2026-04-27T12:00:00Z","ElevationToken":"TokenElevationTypeFull",
  "Host":{"$ref":"1"},"Account":{"$ref":"2"},"LogonSession":{"$id":"10","Type":"host-logon-session","SessionId":"0x1"},
  "ParentProcess":{"$id":"11","Type":"process","ProcessId":"1"},
  "ImageFile":{"$id":"4","Type":"file","Name":"a.exe","Directory":"C:\\x","SizeInBytes":7,"HostUrl":{"$id":"12","Type":"url","Url":"https://u.test/"},
   "FileHashes":[{"$id":"5","Type":"filehash","Algorithm":"SHA256","Value":"e3b0"}]}},
 {"$id":"6","Type":"ip","Address":"10.0.0.2"},
 {"$id":"7","Type":"registry-value","Name":"Run","Value":"x","ValueType":"Qword","Key":{"$id":"8","Type":"registry-key","Hive":"HKEY_LOCAL_MACHINE","Key":"SOFTWARE"}},
 {"$id":"13","Type":"mail-message","Recipient":"j@example.test","ReceivedDate":"2026-04-27T12:00:00Z","Files":[{"$ref":"4"}],"CampaignId":"c"},
 {"$id":"14","Type":"dns","DomainName":"x.test","IpAddress":[{"$ref":"9"}],"DnsServerIp":{"$ref":"6"}},
 {"$id":"15","Type":"SubmissionMail","SubmissionId":"s"},
 {"$id":"16","Type":"cloud-application","AppId":11161,"SaasId":11161,"Name":"Office 365","InstanceId":0},
 {"$id":"17","Type":"iotdevice","DeviceId":"d","Manufacturer":"m","IoTHub":{"$id":"18","Type":"azure-resource","ResourceId":"/subscriptions/x"},"Nics":[{"$id":"19","Type":"nic","MacAddress":"00"}],"Importance":"High"},
 {"$id":"20","Type":"security-group","SID":"S-1"},
 {"$id":"21","Type":"mailbox","MailboxPrimaryAddress":"a@x.test","RiskLevel":"Low"},
 {"$id":"22","Type":"mail-cluster","Query":"q","CountByDeliveryLocation":{"Inbox":1},"CountByThreatType":{"Phish":2}},
 {"$id":"23","Type":"malware","Name":"m","Category":"c","Files":[{"$ref":"4"}]},
 {"$id":"24","Type":"later","X":{"$ref":"1"}}
]`

func TestParseColumn(t *testing.T) {
	l, ps, err := sentinel.ParseColumn([]byte(column))
	require.NoError(t, err)
	require.Empty(t, ps)
	require.Len(t, l, 24)
	got := map[string]string{}
	for i := range l {
		require.Equal(t, l[i].ID, l[i].Name)
		properties, err := json.Marshal(map[string]any{"k": l[i].Kind, "p": l[i]})
		require.NoError(t, err)
		var doc struct {
			P struct{ Properties json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(properties, &doc))
		got[l[i].Name+" "+string(l[i].Kind)] = string(doc.P.Properties)
	}
	require.Empty(t, cmp.Diff(map[string]string{
		"1 Host":                `{"hostName":"srv01","dnsDomain":"example.test","omsAgentID":"o","osFamily":"Mac","isDomainJoined":false,"IpInterfaces":[{"$ref":"9"},{"$ref":"6"}]}`,
		"9 Ip":                  `{"address":"10.0.0.1","location":{"countryCode":"de","asn":7,"newer":{"deep":1}}}`,
		"2 Account":             `{"accountName":"jdoe","upnSuffix":"example.test","ntDomain":"EX","puid":"p","sid":"S-1-5-21-1","hostEntityId":"1","IsAnonymized":true}`,
		"3 Process":             `{"processId":"4528","commandLine":"a.exe","creationTimeUtc":"2026-04-27T12:00:00Z","elevationToken":"Full","imageFileEntityId":"4","hostEntityId":"1","accountEntityId":"2","hostLogonSessionEntityId":"10","parentProcessEntityId":"11"}`,
		"10 host-logon-session": `{"SessionId":"0x1"}`,
		"11 Process":            `{"processId":"1"}`,
		"4 File":                `{"fileName":"a.exe","directory":"C:\\x","fileHashEntityIds":["5"],"SizeInBytes":7,"HostUrl":{"$ref":"12"}}`,
		"12 Url":                `{"url":"https://u.test/"}`,
		"5 FileHash":            `{"algorithm":"SHA256","hashValue":"e3b0"}`,
		"6 Ip":                  `{"address":"10.0.0.2"}`,
		"7 RegistryValue":       `{"keyEntityId":"8","valueName":"Run","valueData":"x","valueType":"QWord"}`,
		"8 RegistryKey":         `{"hive":"HKEY_LOCAL_MACHINE","key":"SOFTWARE"}`,
		"13 MailMessage":        `{"recipient":"j@example.test","receiveDate":"2026-04-27T12:00:00Z","fileEntityIds":["4"],"CampaignId":"c"}`,
		"14 DnsResolution":      `{"domainName":"x.test","dnsServerIpEntityId":"6","ipAddressEntityIds":["9"]}`,
		"15 SubmissionMail":     `{"submissionId":"s"}`,
		"16 CloudApplication":   `{"appId":11161,"appName":"Office 365","SaasId":11161,"InstanceId":0}`,
		"17 IoTDevice":          `{"deviceId":"d","iotHubEntityId":"18","nicEntityIds":["19"],"vendor":"m","importance":"High"}`,
		"18 AzureResource":      `{"resourceId":"/subscriptions/x"}`,
		"19 Nic":                `{"macAddress":"00"}`,
		"20 SecurityGroup":      `{"sid":"S-1"}`,
		"21 Mailbox":            `{"mailboxPrimaryAddress":"a@x.test","RiskLevel":"Low"}`,
		"22 MailCluster":        `{"query":"q","countByThreatType":{"Phish":2},"CountByDeliveryLocation":{"Inbox":1}}`,
		"23 Malware":            `{"malwareName":"m","category":"c","fileEntityIds":["4"]}`,
		"24 later":              `{"X":{"$ref":"1"}}`,
	}, got))
}

// TestColumnSaysTheSame writes what was read, reads it again and compares the two
// graphs: ids differ, what the entities say and whom they name do not.
func TestColumnSaysTheSame(t *testing.T) {
	l, _, err := sentinel.ParseColumn([]byte(column))
	require.NoError(t, err)
	out, ps := l.Column()
	require.Empty(t, ps)
	require.Contains(t, string(out), `"ElevationToken":"TokenElevationTypeFull"`)
	require.Contains(t, string(out), `"ValueType":"Qword"`)
	require.Contains(t, string(out), `"Newer":{"Deep":1}`)
	again, ps, err := sentinel.ParseColumn(out)
	require.NoError(t, err)
	require.Empty(t, ps)
	require.Empty(t, cmp.Diff(graph(t, l), graph(t, again)))

	cell, err := json.Marshal(string(out))
	require.NoError(t, err)
	fromCell, _, err := sentinel.ParseColumn(cell)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(again, fromCell), "the cell of an exported table")
}

// graph says what each entity is, with the entities that it names written out, three
// levels deep.
func graph(t require.TestingT, l sentinel.List) map[string]int {
	ids := map[string]*sentinel.Entity{}
	for i := range l {
		ids[l[i].Name] = &l[i]
	}
	var say func(e *sentinel.Entity, depth int) string
	say = func(e *sentinel.Entity, depth int) string {
		data, err := json.Marshal(e)
		require.NoError(t, err)
		var doc struct{ Properties any }
		require.NoError(t, json.Unmarshal(data, &doc))
		var walk func(name string, v any) any
		walk = func(name string, v any) any {
			switch v := v.(type) {
			case map[string]any:
				if ref, ok := v["$ref"].(string); ok && len(v) == 1 {
					return walk("EntityId", ref)
				}
				for n := range v {
					v[n] = walk(n, v[n])
				}
				return v
			case []any:
				for i := range v {
					v[i] = walk(name, v[i])
				}
				return v
			case string:
				if strings.HasSuffix(name, "EntityId") || strings.HasSuffix(name, "EntityIds") {
					if depth == 0 {
						return "…"
					}
					return say(ids[v], depth-1)
				}
			}
			return v
		}
		text, err := json.Marshal(walk("", doc.Properties))
		require.NoError(t, err)
		return string(e.Kind) + string(text)
	}
	said := map[string]int{}
	for i := range l {
		said[say(&l[i], 3)]++
	}
	return said
}

func problems(ps []entity.Problem) []string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return lines
}

func TestParseColumnReports(t *testing.T) {
	l, ps, err := sentinel.ParseColumn([]byte(`[
		{"$id":"1","Type":"account","Name":{"First":"J"},"Host":"srv01","IsDomainJoined":"yes","Sid":null},
		{"$id":"1","Type":"ip","Address":"10.0.0.1"},
		{"$id":"2","Type":"file","Host":{"$ref":"99"},"FileHashes":[1]},
		{"$id":3,"Type":"process","ProcessId":77},
		{"Type":"process","ParentProcess":{"$ref":3},"ElevationToken":1},
		{"$ref":"1"}, 5, null,
		{"$id":"4","Type":"cloud-application","AppId":"11161"}]`))
	require.NoError(t, err)
	require.Equal(t, []string{
		"[0].Host has not the form that it has in Account; it is kept as it is",
		"[0].Name has not the form that it has in Account; it is kept as it is",
		"[0].IsDomainJoined has not the form that it has in Account; it is kept as it is",
		`[1] has the $id "1", which another entity has; references lead to that one`,
		"[2].FileHashes has not the form that it has in File; it is kept as it is",
		"[4].ElevationToken has not the form that it has in Process; it is kept as it is",
		"[6] is no entity; entities are objects",
		"[7] is no entity; entities are objects",
		`[2].Host refers to "99", which is the $id of no entity here`,
	}, problems(ps))
	require.Len(t, l, 6)
	require.Equal(t, `{"Host":"srv01","Name":{"First":"J"},"IsDomainJoined":"yes"}`, string(l[0].Properties.Common().Unknown), "nothing is lost")
	require.Equal(t, "77", l[3].Properties.(*sentinel.Process).ProcessID, "a number where a text is wanted says the same")
	require.Equal(t, "3", l[4].Properties.(*sentinel.Process).ParentProcessEntityID)
	require.EqualValues(t, 11161, *l[5].Properties.(*sentinel.CloudApplication).AppID, "and so does a text where a number is wanted")

	_, ps = l.Column()
	require.Equal(t, []string{`[2].properties.hostEntityId names the entity "99", which is not in the list`}, problems(ps))
}

func TestParseColumnRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`[{"a":1`:    "ends too early",
		`{"a":1}`:    "found an object where a list is expected",
		`[{"a":1}]x`: "no valid JSON",
		`"[{"`:       "ends too early",
		`5`:          "found a number where a list is expected",
		strings.Repeat("[", 100) + strings.Repeat("]", 100): "nested more than 64 levels deep",
		"[" + strings.Repeat("{},", 1<<18) + "{}]":          "more than 262144 objects",
		`[{"Type":"ip","Type":"host"}]`:                     "the name appears twice",
	} {
		_, _, err := sentinel.ParseColumn([]byte(in))
		require.ErrorContains(t, err, want)
	}
	for _, in := range []string{"", `""`, `[]`} {
		l, ps, err := sentinel.ParseColumn([]byte(in))
		require.NoError(t, err)
		require.Empty(t, l)
		require.Empty(t, ps)
	}
}

func TestColumnReports(t *testing.T) {
	l := sentinel.List{
		{ID: "/x/Entities/a", Name: "a", Kind: sentinel.KindSecurityAlert, Properties: &sentinel.SecurityAlert{SystemAlertID: "a"}},
		{ID: "/x/Entities/b", Name: "b", Kind: sentinel.KindAccount, Properties: &sentinel.Account{AccountName: "j", HostEntityID: "/x/entities/C"}},
		{ID: "/x/Entities/c", Name: "c", Kind: sentinel.KindHost, Properties: &sentinel.Host{HostName: "h"}},
		{ID: "/x/Entities/d", Name: "d", Kind: sentinel.KindFile, Properties: &sentinel.File{FileHashEntityIDs: []string{"nowhere"}}},
		{ID: "/x/Entities/e", Name: "e", Kind: sentinel.KindBookmark},
		{ID: "/x/Entities/f", Name: "f", Kind: sentinel.KindURL},
	}
	out, ps := l.Column()
	require.Equal(t, `[{"$id":"1","Type":"account","Name":"j","Host":{"$id":"2","Type":"host","HostName":"h"}},{"$id":"3","Type":"file","FileHashes":[]},{"$id":"4","Type":"url"}]`, string(out))
	require.Equal(t, []string{
		"[0] is a SecurityAlert, which is no entity of the column",
		`[3].properties.fileHashEntityIds[0] names the entity "nowhere", which is not in the list`,
		"[4] is a Bookmark, which is no entity of the column",
	}, problems(ps))
	out, ps = sentinel.List{}.Column()
	require.Equal(t, "[]", string(out))
	require.Empty(t, ps)
}

// TestLongChains nests no deeper than readers allow, and ends where entities name each
// other in a circle.
func TestLongChains(t *testing.T) {
	var l sentinel.List
	for i := range 300 {
		l = append(l, sentinel.Entity{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Kind: sentinel.KindProcess, Properties: &sentinel.Process{
			ProcessID: fmt.Sprint(i), ParentProcessEntityID: fmt.Sprint((i + 1) % 300),
		}})
	}
	out, ps := l.Column()
	require.Empty(t, ps)
	again, ps, err := sentinel.ParseColumn(out)
	require.NoError(t, err)
	require.Empty(t, ps)
	require.Empty(t, cmp.Diff(graph(t, l), graph(t, again)))
}

// TestColumnOfAnyGraph writes and reads entities that name each other at random.
func TestColumnOfAnyGraph(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "entities")
		ref := func(name string) string {
			i := rapid.IntRange(-1, n-1).Draw(t, name)
			if i < 0 {
				return ""
			}
			return fmt.Sprint(i)
		}
		var l sentinel.List
		for i := range n {
			text := rapid.String().Draw(t, "text")
			var p sentinel.Properties
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				p = &sentinel.Process{CommandLine: text, ParentProcessEntityID: ref("parent"), ImageFileEntityID: ref("image"), HostEntityID: ref("host")}
			case 1:
				p = &sentinel.Malware{MalwareName: text, FileEntityIDs: []string{fmt.Sprint(rapid.IntRange(0, n-1).Draw(t, "a")), fmt.Sprint(rapid.IntRange(0, n-1).Draw(t, "b"))}}
			case 2:
				p = &sentinel.Account{AccountName: text, HostEntityID: ref("host")}
			default:
				p = &sentinel.IP{Address: text}
			}
			l = append(l, sentinel.Entity{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Kind: p.Kind(), Properties: p})
		}
		out, ps := l.Column()
		require.Empty(t, ps)
		again, ps, err := sentinel.ParseColumn(out)
		require.NoError(t, err)
		require.Empty(t, ps)
		require.Len(t, again, len(l))
		require.Empty(t, cmp.Diff(graph(t, l), graph(t, again)))
		second, _ := again.Column()
		require.Equal(t, string(out), string(second), "the form is canonical")
	})
}

func FuzzParseColumn(f *testing.F) {
	f.Add([]byte(column))
	f.Add([]byte(`[{"$id":"1","Type":"account","Host":{"$ref":"1"}}]`))
	f.Add([]byte(`[{"Type":"ip","Location":{"A":[{"B":1}]}},{"$id":2,"Type":"url","Url":5}]`))
	f.Add([]byte(`"[]"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, _, err := sentinel.ParseColumn(data)
		if err != nil {
			return
		}
		out, _ := l.Column()
		again, _, err := sentinel.ParseColumn(out)
		if err != nil {
			t.Fatalf("cannot read what was written: %v\n%s", err, out)
		}
		second, _ := again.Column()
		third, _, err := sentinel.ParseColumn(second)
		if err != nil || len(third) != len(again) {
			t.Fatalf("%v, %d of %d entities", err, len(third), len(again))
		}
		_, _ = l.Evidence()
		for i := range l {
			_ = l.Keys(i, entity.Scope{})
		}
	})
}
