package evidence_test

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

const graph = "#microsoft.graph.security."

func decode[E evidence.Evidence](t *testing.T, doc string) E {
	t.Helper()
	e, err := evidence.Decode([]byte(doc))
	require.NoError(t, err)
	require.IsType(t, *new(E), e)
	return e.(E)
}

func encode(t *testing.T, v any) string {
	t.Helper()
	if e, ok := v.(evidence.Evidence); ok {
		v = evidence.Any{Evidence: e}
	}
	b, err := wire.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestDecodeRealistic(t *testing.T) {
	text, err := os.ReadFile("testdata/items.json")
	require.NoError(t, err)
	var l evidence.List
	require.NoError(t, json.Unmarshal(text, &l))
	require.Len(t, l, 12)
	device := slices.Collect(evidence.Of[*evidence.Device](l))[0]
	require.Empty(t, cmp.Diff(&evidence.Device{
		Base: evidence.Base{
			CreatedDateTime: time.Date(2026, 4, 27, 12, 19, 27, 721130500, time.UTC), DetailedRoles: []string{"PrimaryDevice"},
			RemediationStatus: evidence.RemediationStatusNone, Roles: []evidence.Role{}, Tags: []string{"Test Machine"},
			Verdict: evidence.VerdictUnknown,
		},
		AzureADDeviceID: "{id}", DefenderAVStatus: evidence.DefenderAVStatusUpdated, DeviceDNSName: "lap-{n}.corp.contoso.com",
		DNSDomain: "corp.contoso.com", FirstSeenDateTime: time.Date(2024, 9, 12, 7, 28, 32, 432175300, time.UTC),
		HealthStatus: evidence.DeviceHealthStatusActive, HostName: "lap-{n}",
		IPInterfaces:          []string{"10.1.2.{b}", "fe80::1ff:fe23:4567:890a", "127.0.0.1", "::1"},
		LastExternalIPAddress: "52.114.128.{b}", LastIPAddress: "10.1.2.{b}",
		LoggedOnUsers: []evidence.LoggedOnUser{
			{AccountName: "user-{n}", DomainName: "CONTOSO"}, {AccountName: "administrator", DomainName: "LAP-{n}"},
		},
		MDEDeviceID: "73e7e2de709dff64ef64b1d0c30e67fab{n}", OnboardingStatus: evidence.OnboardingStatusOnboarded,
		OSBuild: new(int64(22631)), OSPlatform: "Windows11", RBACGroupID: new(int32(75)), RBACGroupName: "UnassignedGroup",
		ResourceAccessEvents: []evidence.ResourceAccessEvent{}, RiskScore: evidence.DeviceRiskScoreMedium, Version: "23H2",
		VMMetadata: &evidence.VMMetadata{
			CloudProvider: evidence.VMCloudProviderAzure, VMID: "{id}", SubscriptionID: "8700d3a3-3bb7-4fbe-a090-488a1ad04161",
			ResourceID: "/subscriptions/8700d3a3-3bb7-4fbe-a090-488a1ad04161/resourceGroups/prod-weu/providers/Microsoft.Compute/virtualMachines/lap-{n}",
		},
	}, device))
	for _, e := range l {
		require.NotEmpty(t, e.Common().Verdict)
		require.Empty(t, e.Common().Extra, e.ODataType())
		require.False(t, e.Common().CreatedDateTime.IsZero())
	}
}

// TestTraps is about what looks alike in the schema and is not.
func TestTraps(t *testing.T) {
	require.Equal(t, int64(7), *decode[*evidence.CloudApplication](t, `{"@odata.type":"#microsoft.graph.security.cloudApplicationEvidence","appId":7}`).AppID)
	require.Equal(t, "7", decode[*evidence.OAuthApplication](t, `{"@odata.type":"#microsoft.graph.security.oauthApplicationEvidence","appId":"7"}`).AppID)
	require.Equal(t, "7", decode[*evidence.ServicePrincipal](t, `{"@odata.type":"#microsoft.graph.security.servicePrincipalEvidence","appId":"7"}`).AppID)
	for doc, path := range map[string]string{
		`{"@odata.type":"#microsoft.graph.security.cloudApplicationEvidence","appId":"7"}`: "appId",
		`{"@odata.type":"#microsoft.graph.security.oauthApplicationEvidence","appId":7}`:   "appId",
	} {
		_, err := evidence.Decode([]byte(doc))
		e, ok := errors.AsType[*evidence.Error](err)
		require.True(t, ok)
		require.Equal(t, path, e.Path)
	}

	mail := decode[*evidence.AnalyzedMessage](t, `{"@odata.type":"#microsoft.graph.security.analyzedMessageEvidence","senderIp":"1","senderIP":"2"}`)
	require.Equal(t, "1", mail.SenderIP)
	require.JSONEq(t, `{"senderIP":"2"}`, string(*mail.Extra))
	teams := decode[*evidence.TeamsMessage](t, `{"@odata.type":"#microsoft.graph.security.teamsMessageEvidence","senderIp":"1","senderIP":"2"}`)
	require.Equal(t, "2", teams.SenderIP)

	iot := decode[*evidence.IoTDevice](t, `{"@odata.type":"#microsoft.graph.security.ioTDeviceEvidence","ioTHub":{"resourceId":"r"},
		"nics":[{"macAddress":"m","ipAddress":{"ipAddress":"10.0.0.1"}}]}`)
	require.Equal(t, "r", iot.IoTHub.ResourceID)
	require.Equal(t, "10.0.0.1", iot.NICs[0].IPAddress.IPAddress)

	// Recursion: a domain in a domain, an image in an image, a container in a pod in a container.
	domain := decode[*evidence.ActiveDirectoryDomain](t, `{"@odata.type":"#microsoft.graph.security.activeDirectoryDomainEvidence",
		"trustedDomains":[{"activeDirectoryDomainName":"a","trustedDomains":[{"activeDirectoryDomainName":"b"}]}]}`)
	require.Equal(t, "b", domain.TrustedDomains[0].TrustedDomains[0].ActiveDirectoryDomainName)
	container := decode[*evidence.Container](t, `{"@odata.type":"#microsoft.graph.security.containerEvidence",
		"image":{"digestImage":{"imageId":"sha256:1"}},"pod":{"name":"p","containers":[{"name":"c","isPrivileged":false}]}}`)
	require.Equal(t, "sha256:1", container.Image.DigestImage.ImageID)
	require.Equal(t, "c", container.Pod.Containers[0].Name)
	require.False(t, *container.Pod.Containers[0].IsPrivileged)
	require.Nil(t, container.IsPrivileged)

	// The only polymorphic property.
	cluster := decode[*evidence.KubernetesCluster](t, `{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence","name":"k",
		"cloudResource":{"resourceId":"r","@odata.type":"#microsoft.graph.security.azureResourceEvidence"}}`)
	require.Equal(t, &evidence.AzureResource{ResourceID: "r"}, cluster.CloudResource.Evidence)
	require.Equal(t, `{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence","cloudResource":`+
		`{"@odata.type":"#microsoft.graph.security.azureResourceEvidence","resourceId":"r"},"name":"k"}`, encode(t, cluster))
	cluster = decode[*evidence.KubernetesCluster](t, `{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence",
		"cloudResource":{"@odata.type":"#microsoft.graph.security.moonBaseEvidence","resourceId":"r"}}`)
	require.Equal(t, graph+"moonBaseEvidence", cluster.CloudResource.Evidence.ODataType())
	require.Contains(t, encode(t, cluster), `"cloudResource":{"@odata.type":"#microsoft.graph.security.moonBaseEvidence","resourceId":"r"}`)
	cluster = decode[*evidence.KubernetesCluster](t, `{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence","cloudResource":null}`)
	require.Nil(t, cluster.CloudResource.Evidence)
	require.Equal(t, `{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence"}`, encode(t, cluster))
}

// TestType is about @odata.type: its spellings, its place, its absence.
func TestType(t *testing.T) {
	for doc, want := range map[string]evidence.Evidence{
		`{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"u"}`:               &evidence.URL{URL: "u"},
		`{"@odata.type":"microsoft.graph.security.urlEvidence","url":"u"}`:                &evidence.URL{URL: "u"},
		"\t{\n\"@odata.type\" : \"microsoft.graph.security.urlEvidence\", \"url\":\"u\"}": &evidence.URL{URL: "u"},
		`{"\u0040odata.type":"\u0023microsoft.graph.security.urlEvidence","url":"u"}`:     &evidence.URL{URL: "u"},
		`{"url":"u","@odata.type":"#microsoft.graph.security.urlEvidence"}`:               &evidence.URL{URL: "u"},
	} {
		got := decode[*evidence.URL](t, doc)
		require.Equal(t, want, got)
		require.Equal(t, `{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"u"}`, encode(t, got))
	}
	for doc, name := range map[string]string{
		`{"url":"u"}`:                                               graph[:0],
		`{"@odata.type":7,"url":"u"}`:                               "",
		`{"@odata.type":null,"url":"u"}`:                            "",
		`{"@odata.type":"urlEvidence"}`:                             "urlEvidence",
		`{"@odata.type":"##microsoft.graph.security.urlEvidence"}`:  "##microsoft.graph.security.urlEvidence",
		`{"@odata.type":"#microsoft.graph.security.URLEvidence"}`:   graph + "URLEvidence",
		`{"@odata.type":"#microsoft.graph.security.alertEvidence"}`: graph + "alertEvidence",
		`{"@odata.type":"#microsoft.graph.security.scoreEvidence"}`: graph + "scoreEvidence",
		`{"@odata.type":"#microsoft.graph.security."}`:              graph,
		`{}`: "", `[1]`: "", `"x"`: "", `null`: "",
	} {
		got := decode[*evidence.Unknown](t, doc)
		require.Equal(t, doc, string(got.Raw))
		require.Equal(t, name, got.ODataType(), doc)
		require.Equal(t, doc, encode(t, got))
	}

	// Nested evidence of an exact type needs no @odata.type, and has it back if it had it.
	for _, doc := range []string{
		`{"@odata.type":"#microsoft.graph.security.blobContainerEvidence","name":"n","storageResource":{"resourceId":"r"}}`,
		`{"@odata.type":"#microsoft.graph.security.blobContainerEvidence","name":"n","storageResource":{"@odata.type":"#microsoft.graph.security.azureResourceEvidence","resourceId":"r"}}`,
		`{"@odata.type":"#microsoft.graph.security.blobContainerEvidence","name":"n","storageResource":{"@odata.type":"#microsoft.graph.security.biggerEvidence","resourceId":"r"}}`,
	} {
		got := decode[*evidence.BlobContainer](t, doc)
		require.Equal(t, "r", got.StorageResource.ResourceID)
		require.Equal(t, doc, encode(t, got))
	}

	// Evidence that was nested can stand in a list, and the other way round.
	nested := decode[*evidence.BlobContainer](t, `{"@odata.type":"#microsoft.graph.security.blobContainerEvidence",`+
		`"storageResource":{"@odata.type":"microsoft.graph.security.azureResourceEvidence","resourceId":"r"}}`).StorageResource
	require.EqualValues(t, "microsoft.graph.security.azureResourceEvidence", nested.DeclaredType)
	const alone = `{"@odata.type":"#microsoft.graph.security.azureResourceEvidence","resourceId":"r"}`
	require.Equal(t, "["+alone+"]", encode(t, evidence.List{nested}))
	require.EqualValues(t, "microsoft.graph.security.azureResourceEvidence", nested.DeclaredType, "writing changes nothing")
	require.Equal(t, `{"@odata.type":"#microsoft.graph.security.blobContainerEvidence","storageResource":{"resourceId":"r"}}`,
		encode(t, &evidence.BlobContainer{StorageResource: decode[*evidence.AzureResource](t, alone)}))

	// The list of types is closed.
	_, err := evidence.Encode(&foreign{})
	require.ErrorContains(t, err, "*evidence_test.foreign is not a type of package evidence")
	_, err = evidence.Encode(&impostor{})
	require.ErrorContains(t, err, "*evidence_test.impostor is not a type of package evidence")
}

type foreign struct{ evidence.Base }

func (*foreign) ODataType() string { return graph + "foreignEvidence" }

type impostor struct{ evidence.Base }

func (*impostor) ODataType() string { return graph + "userEvidence" }

// TestOpen is about values that are newer than this package.
func TestOpen(t *testing.T) {
	doc := `{"@odata.type":"#microsoft.graph.security.userEvidence","remediationStatus":"teleported","roles":["attacker","bystander"],` +
		`"verdict":"5","userAccount":{"userSid":"S","shoeSize":43},"mood":{"today":["good",null]}}`
	u := decode[*evidence.User](t, doc)
	require.Equal(t, evidence.Verdict("5"), u.Verdict)
	require.False(t, u.Verdict.Known())
	require.True(t, evidence.VerdictMalicious.Known())
	require.Equal(t, []evidence.Role{evidence.RoleAttacker, "bystander"}, u.Roles)
	require.JSONEq(t, `{"mood":{"today":["good",null]}}`, string(*u.Extra))
	require.JSONEq(t, `{"shoeSize":43}`, string(*u.UserAccount.Extra))
	require.JSONEq(t, doc, encode(t, u))
	require.Equal(t, []evidence.Verdict{"unknown", "suspicious", "malicious", "noThreatsFound", "unknownFutureValue"}, u.Verdict.Values())
	u.Verdict.Values()[0] = "x"
	require.Equal(t, evidence.VerdictUnknown, u.Verdict.Values()[0], "the list is nobody's to change")

	unknown := decode[*evidence.Unknown](t, `{ "@odata.type":"#microsoft.graph.security.droneEvidence", "verdict":"malicious", "roles":["attacker"], "x":1 }`)
	require.Equal(t, &evidence.Base{Verdict: evidence.VerdictMalicious, Roles: []evidence.Role{evidence.RoleAttacker}}, unknown.Common())
	require.Equal(t, &evidence.Base{}, decode[*evidence.Unknown](t, `{"verdict":["a"]}`).Common())
	require.Equal(t, &evidence.Base{}, (&evidence.Unknown{}).Common())
}

// TestAbsent is about null, absence, zero and emptiness.
func TestAbsent(t *testing.T) {
	const head = `{"@odata.type":"#microsoft.graph.security.deviceEvidence"`
	for in, out := range map[string]string{
		`,"osBuild":null,"tags":null,"vmMetadata":null,"firstSeenDateTime":null,"hostName":null}`: `}`,
		`,"osBuild":0,"tags":[],"vmMetadata":{},"hostName":""}`:                                   `,"tags":[],"osBuild":0,"vmMetadata":{}}`,
		`,"firstSeenDateTime":"0001-01-01T00:00:00Z"}`:                                            `}`,
		`,"firstSeenDateTime":"9999-12-31T23:00:00-05:00"}`:                                       `,"firstSeenDateTime":"9999-12-31T23:00:00-05:00"}`,
		`,"firstSeenDateTime":"2026-01-01T02:00:00.1200000+02:00"}`:                               `,"firstSeenDateTime":"2026-01-01T00:00:00.12Z"}`,
		`,"tags":["a",null],"loggedOnUsers":[null]}`:                                              `,"tags":["a",""],"loggedOnUsers":[{}]}`,
		`,"new":null}`: `,"new":null}`,
	} {
		require.Equal(t, head+out, encode(t, decode[*evidence.Device](t, head+in)))
	}
	require.Equal(t, head+`}`, encode(t, &evidence.Device{}))
	require.Equal(t, head+`,"hostName":""}`, encode(t, &evidence.Device{Base: evidence.Base{Extra: new(jsontext.Value(`{"hostName":""}`))}}))
	_, err := evidence.Encode(&evidence.Device{HostName: "h", Base: evidence.Base{Extra: new(jsontext.Value(`{"hostName":""}`))}})
	require.ErrorContains(t, err, "duplicate")
	require.Equal(t, `[]`, encode(t, evidence.List(nil)))
	require.Equal(t, `[null,null]`, encode(t, evidence.List{nil, (*evidence.User)(nil)}))
	require.Equal(t, `null`, encode(t, evidence.Unknown{}))
	require.Equal(t, `null`, encode(t, evidence.Any{}))

	var l evidence.List
	require.NoError(t, json.Unmarshal([]byte(`[null,{"@odata.type":"#microsoft.graph.security.urlEvidence"},7]`), &l))
	require.Equal(t, evidence.List{&evidence.Unknown{Raw: jsontext.Value(`null`)}, &evidence.URL{}, &evidence.Unknown{Raw: jsontext.Value(`7`)}}, l)
	require.Equal(t, `[null,{"@odata.type":"#microsoft.graph.security.urlEvidence"},7]`, encode(t, l))
	require.NoError(t, json.Unmarshal([]byte(`[]`), &l))
	require.NotNil(t, l)
	require.NoError(t, json.Unmarshal([]byte(`null`), &l))
	require.Nil(t, l)
}

func TestRefused(t *testing.T) {
	for doc, want := range map[string]string{
		`[{"@odata.type":"#microsoft.graph.security.deviceEvidence","osBuild":"22631"}]`:                  `[0].osBuild, line 1, column 70 (byte 69): found a string where a whole number is expected`,
		`[{"osBuild":"22631","@odata.type":"#microsoft.graph.security.deviceEvidence"}]`:                  `[0].osBuild, line 1, column 13 (byte 12): found a string where a whole number is expected`,
		`[{},{"@odata.type":"#microsoft.graph.security.userEvidence","userAccount":{"userSid":{"a":1}}}]`: `[1].userAccount.userSid, line 1, column 86 (byte 85): found an object where a string is expected`,
		`[{},{"userAccount":{"userSid":{"a":1}},"@odata.type":"#microsoft.graph.security.userEvidence"}]`: `[1].userAccount.userSid, line 1, column 31 (byte 30): found an object where a string is expected`,
		`[{"@odata.type":"#microsoft.graph.security.userEvidence","verdict":"a","verdict":"b"}]`:          `[0].verdict, line 1, column 72 (byte 71): the name appears twice in one object; remove one of the two`,
		`[{"@odata.type":"#microsoft.graph.security.userEvidence","new":1,"new":2}]`:                      `[0].new, line 1, column 66 (byte 65): the name appears twice in one object; remove one of the two`,
		"[{\"@odata.type\":\"#microsoft.graph.security.urlEvidence\",\"url\":\"secret\xff\"}]":            `[0].url, line 1, column 70 (byte 69): this is no valid JSON: invalid UTF-8`,
		`[{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"secret`:                           `[0].url, line 1, column 70 (byte 69): the document ends too early; it is cut off or a bracket is not closed`,
		`{"@odata.type":"#microsoft.graph.security.urlEvidence"}`:                                         `line 1, column 1 (byte 0): found an object where a list is expected`,
		strings.Repeat("[", 100): `line 1, column 65 (byte 64): objects and lists are nested more than 64 levels deep`,
	} {
		var l evidence.List
		require.EqualError(t, l.UnmarshalJSON([]byte(doc)), want)
		require.NotContains(t, want, "secret")
		require.Error(t, json.Unmarshal([]byte(doc), &l))
		require.Error(t, stdjson.Unmarshal([]byte(doc), &l))
		require.Nil(t, l)
	}

	deep := &evidence.ContainerImage{}
	deep.DigestImage = deep
	_, err := evidence.Encode(deep)
	require.ErrorContains(t, err, "cycle")
	_, err = stdjson.Marshal(evidence.List{&evidence.URL{URL: "\xff"}})
	require.ErrorContains(t, err, "invalid UTF-8")
}

// TestDepth is about nesting beyond what any service sends: the time that it takes, and who refuses
// it.
func TestDepth(t *testing.T) {
	cluster := func(depth int, first bool) []byte {
		const name = `"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence"`
		open, shut := `{`+name+`,"cloudResource":`, `}`
		if !first {
			open, shut = `{"cloudResource":`, `,`+name+`}`
		}
		return []byte(strings.Repeat(open, depth) + `{}` + strings.Repeat(shut, depth))
	}
	for _, first := range []bool{true, false} {
		e, err := evidence.Decode(cluster(wire.MaxDepth-1, first))
		require.NoError(t, err)
		again, err := evidence.Encode(e)
		require.NoError(t, err)
		require.Equal(t, string(cluster(wire.MaxDepth-1, true)), string(again))
		_, err = evidence.Decode(cluster(wire.MaxDepth, first))
		require.ErrorContains(t, err, "more than 64 levels")

		var a evidence.Any
		err = json.Unmarshal(cluster(9000, first), &a) // the library alone allows 10000
		require.ErrorContains(t, err, "more than 64 levels")
	}
}

// TestMemory measures what documents made to be expensive take, all garbage included: some tens of
// bytes for each of theirs, except where a few bytes make a struct. [wire.MaxObjects] bounds those.
func TestMemory(t *testing.T) {
	for _, tt := range []struct {
		name, frame, element string
		count                int
		most                 uint64 // bytes for an element
	}{
		{"types", `[%s{}]`, `{"@odata.type":"#microsoft.graph.security.ioTDeviceEvidence"},`, 5_000, 1500},
		{"members", `[{"@odata.type":"#microsoft.graph.security.userEvidence",%s"x":1}]`, `"%d":1,`, 20_000, 500},
		{"texts", `[{"@odata.type":"#microsoft.graph.security.userEvidence","tags":[%s""]}]`, `"",`, 50_000, 150},
		{"unknown", `[%s{}]`, `7,`, 50_000, 200},
		{"structs", `[{"@odata.type":"#microsoft.graph.security.kubernetesPodEvidence","containers":[%s{}]}]`, `{},`, 20_000, 3000},
		{"many", `[%s{}]`, `{},`, wire.MaxObjects, 1},
		{"nulls", `[%s{}]`, `null,`, wire.MaxObjects, 1},
	} {
		var elements strings.Builder
		for i := range tt.count {
			elements.WriteString(strings.Replace(tt.element, "%d", fmt.Sprintf("%06d", i), 1))
		}
		doc := fmt.Appendf(nil, tt.frame, elements.String())
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var l evidence.List
		err := wire.Unmarshal(doc, &l)
		runtime.ReadMemStats(&after)
		taken := after.TotalAlloc - before.TotalAlloc
		t.Logf("%-8s %4d bytes for an element, %5.1f for a byte, %v", tt.name, taken/uint64(tt.count), float64(taken)/float64(len(doc)), err)
		require.LessOrEqual(t, taken, tt.most*uint64(tt.count))
		if tt.count == wire.MaxObjects {
			require.ErrorContains(t, err, "more than 262144 objects")
		} else {
			require.NoError(t, err)
		}
	}
}

// TestWithin reads evidence as part of larger documents.
func TestWithin(t *testing.T) {
	type alert struct {
		Title    string        `json:"title,omitzero"`
		Evidence evidence.List `json:"evidence,omitzero"`
		Cluster  evidence.Any  `json:"cluster,omitzero"`
	}
	type page struct {
		Value []alert `json:"value"`
	}
	const resource = `"cloudResource":{"@odata.type":"#microsoft.graph.security.azureResourceEvidence",` +
		`"createdDateTime":"2026-08-20T13:05:00Z","resourceId":"r"}`
	doc := `{"value":[{"title":"a"},{"title":"b","evidence":[{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"u"}],` +
		`"cluster":{"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence",` + resource + `}}]}`
	want := page{Value: []alert{{Title: "a"}, {
		Title: "b", Evidence: evidence.List{&evidence.URL{URL: "u"}},
		Cluster: evidence.Any{Evidence: &evidence.KubernetesCluster{CloudResource: evidence.Any{Evidence: &evidence.AzureResource{
			Base: evidence.Base{CreatedDateTime: time.Date(2026, 8, 20, 13, 5, 0, 0, time.UTC)}, ResourceID: "r",
		}}}},
	}}}
	for name, unmarshal := range map[string]func([]byte, any) error{
		"wire": wire.Unmarshal, "encoding/json": stdjson.Unmarshal,
		"json":   func(b []byte, v any) error { return json.Unmarshal(b, v) },
		"stream": func(b []byte, v any) error { return json.UnmarshalRead(iotest.OneByteReader(bytes.NewReader(b)), v) },
	} {
		var got page
		require.NoError(t, unmarshal([]byte(doc), &got), name)
		require.Empty(t, cmp.Diff(want, got), name)
		require.Error(t, unmarshal([]byte(strings.Replace(doc, `"r"`, `7`, 1)), &got), name)
	}

	// The type need not come first, and times are in UTC wherever it comes.
	const local = `"createdDateTime":"2026-08-20T15:05:00+02:00"`
	turned := strings.NewReplacer(
		`"@odata.type":"#microsoft.graph.security.azureResourceEvidence",`, ``,
		`"createdDateTime":"2026-08-20T13:05:00Z"`, local+`,"@odata.type":"#microsoft.graph.security.azureResourceEvidence"`,
	).Replace(doc)
	var got page
	require.NoError(t, wire.Unmarshal([]byte(turned), &got))
	require.Empty(t, cmp.Diff(want, got))
	for _, bad := range []string{strings.Replace(doc, `"r"`, `7`, 1), strings.Replace(turned, `"r"`, `7`, 1)} {
		err := wire.Unmarshal([]byte(bad), &got)
		e, ok := errors.AsType[*evidence.Error](err)
		require.True(t, ok)
		require.Equal(t, "value[1].cluster.cloudResource.resourceId", e.Path)
		require.Equal(t, int64(strings.Index(bad, "7}")), e.Offset)
	}

	for _, marshal := range []func(any) ([]byte, error){wire.Marshal, stdjson.Marshal} {
		text, err := marshal(want)
		require.NoError(t, err)
		require.Contains(t, string(text), `"evidence":[{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"u"}],"cluster":{`)
		require.Contains(t, string(text), resource)
	}
}

func TestDictionary(t *testing.T) {
	pod := decode[*evidence.KubernetesPod](t, `{"@odata.type":"#microsoft.graph.security.kubernetesPodEvidence",
		"labels":{"tier":"front\u00e9nd","n":1,"@odata.type":"#x"}}`)
	text, ok := pod.Labels.Text("tier")
	require.True(t, ok)
	require.Equal(t, "fronténd", text)
	for _, name := range []string{"n", "absent"} {
		_, ok = pod.Labels.Text(name)
		require.False(t, ok)
	}
	require.Equal(t, `{"@odata.type":"#microsoft.graph.security.kubernetesPodEvidence","labels":{"@odata.type":"#x","n":1,"tier":"fronténd"}}`, encode(t, pod))
	require.Equal(t, evidence.Dictionary{"a": jsontext.Value(`"b\""`), "c": jsontext.Value("\"\ufffd\"")},
		evidence.NewDictionary(map[string]string{"a": `b"`, "c": "\xff"}))
	require.Equal(t, `{"a":"b"}`, encode(t, evidence.NewDictionary(map[string]string{"a": "b"})))
}

func TestOf(t *testing.T) {
	l := evidence.List{&evidence.URL{URL: "a"}, &evidence.IP{}, &evidence.URL{URL: "b"}, nil}
	require.Len(t, slices.Collect(evidence.Of[*evidence.URL](l)), 2)
	require.Len(t, slices.Collect(evidence.Of[evidence.Evidence](l)), 3)
	for e := range evidence.Of[*evidence.URL](l) {
		require.Equal(t, "a", e.URL)
		break
	}
	require.Len(t, evidence.Types(), 48)
	seen := map[string]bool{}
	for _, e := range evidence.Types() {
		require.NotSame(t, e, evidence.Types()[len(seen)])
		seen[fmt.Sprintf("%T", e)] = true
	}
	require.Len(t, seen, 48)
}
