package sentinel_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// properties are the members of each kind by the specification of api-version
// 2025-09-01 and, for Nic and some of IoTDevice, 2025-07-01-preview. All have
// friendlyName and additionalData as well.
var properties = map[sentinel.Kind]string{
	"Account":          "aadTenantId aadUserId accountName displayName dnsDomain hostEntityId isDomainJoined ntDomain objectGuid puid sid upnSuffix",
	"AzureResource":    "resourceId subscriptionId",
	"Bookmark":         "displayName query created createdBy eventTime incidentInfo labels notes queryResult updated updatedBy",
	"CloudApplication": "appId appName instanceName",
	"DnsResolution":    "dnsServerIpEntityId domainName hostIpAddressEntityId ipAddressEntityIds",
	"File":             "directory fileHashEntityIds fileName hostEntityId",
	"FileHash":         "algorithm hashValue",
	"Host":             "azureID dnsDomain hostName isDomainJoined netBiosName ntDomain omsAgentID osFamily osVersion",
	"IoTDevice": "deviceId deviceName deviceSubType deviceType edgeId firmwareVersion hostEntityId importance iotHubEntityId iotSecurityAgentId ipAddressEntityId " +
		"isAuthorized isProgramming isScanner macAddress model nicEntityIds operatingSystem owners protocols purdueLayer sensor serialNumber site source threatIntelligence vendor zone",
	"Ip": "address location threatIntelligence",
	"MailCluster": "clusterGroup clusterQueryEndTime clusterQueryStartTime clusterSourceIdentifier clusterSourceType countByDeliveryStatus countByProtectionStatus countByThreatType " +
		"isVolumeAnomaly mailCount networkMessageIds query queryTime source threats",
	"MailMessage": "antispamDirection bodyFingerprintBin1 bodyFingerprintBin2 bodyFingerprintBin3 bodyFingerprintBin4 bodyFingerprintBin5 deliveryAction deliveryLocation fileEntityIds internetMessageId " +
		"language networkMessageId p1Sender p1SenderDisplayName p1SenderDomain p2Sender p2SenderDisplayName p2SenderDomain receiveDate recipient senderIP subject threatDetectionMethods threats urls",
	"Mailbox":       "displayName externalDirectoryObjectId mailboxPrimaryAddress upn",
	"Malware":       "category fileEntityIds malwareName processEntityIds",
	"Nic":           "ipAddressEntityId macAddress vlans",
	"Process":       "accountEntityId commandLine creationTimeUtc elevationToken hostEntityId hostLogonSessionEntityId imageFileEntityId parentProcessEntityId processId",
	"RegistryKey":   "hive key",
	"RegistryValue": "keyEntityId valueData valueName valueType",
	"SecurityAlert": "alertDisplayName alertLink alertType compromisedEntity confidenceLevel confidenceReasons confidenceScore confidenceScoreStatus description endTimeUtc intent processingEndTime " +
		"productComponentName productName productVersion providerAlertId remediationSteps resourceIdentifiers severity startTimeUtc status systemAlertId tactics timeGenerated vendorName",
	"SecurityGroup":  "distinguishedName objectGuid sid",
	"SubmissionMail": "networkMessageId recipient reportType sender senderIp subject submissionDate submissionId submitter timestamp",
	"Url":            "url",
}

// example returns a value for a member, by the Go type that it is read into.
func example(t reflect.Type, name string) any {
	switch {
	case t.String() == "time.Time":
		return "2026-04-27T12:19:27.7211305Z"
	case t.String() == "jsontext.Value":
		return map[string]any{"Delivered": 3}
	case t.Kind() == reflect.Slice && t.Elem().String() == "jsontext.Value":
		return []any{map[string]any{"x": 1}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return example(t.Elem(), name)
	case reflect.Bool:
		return false
	case reflect.Int32:
		return 0
	case reflect.Float64:
		return 0.5
	case reflect.Slice:
		return []any{example(t.Elem(), name)}
	case reflect.Map:
		return map[string]any{"k": []any{1}}
	case reflect.Struct:
		o := map[string]any{"newer": true}
		for f := range t.Fields() {
			if n, _, _ := strings.Cut(f.Tag.Get("json"), ","); n != "" {
				o[n] = example(f.Type, n)
			}
		}
		return o
	default:
		return name + "!"
	}
}

// TestEveryKind reads every kind with every property and writes it back.
func TestEveryKind(t *testing.T) {
	require.Len(t, sentinel.Kinds(), 22)
	for _, kind := range sentinel.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			want := append(strings.Fields(properties[kind]), "friendlyName", "additionalData")
			require.Greater(t, len(want), 2)
			var e sentinel.Entity
			require.NoError(t, json.Unmarshal(fmt.Appendf(nil, `{"kind":%q,"properties":{}}`, kind), &e))
			require.Equal(t, kind, e.Properties.Kind())

			doc := map[string]any{}
			for _, f := range reflect.VisibleFields(reflect.TypeOf(e.Properties).Elem()) {
				if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
					doc[name] = example(f.Type, name)
				}
			}
			slices.Sort(want)
			names := slices.Sorted(func(yield func(string) bool) {
				for name := range doc {
					if !yield(name) {
						return
					}
				}
			})
			require.Equal(t, want, names)

			doc["newer"] = map[string]any{"a": nil}
			whole, err := json.Marshal(map[string]any{"id": "/x/Entities/e1", "name": "e1", "type": "Microsoft.SecurityInsights/Entities", "kind": kind, "newer": 1, "properties": doc})
			require.NoError(t, err)
			require.NoError(t, wire.Unmarshal(whole, &e))
			again, err := json.Marshal(e)
			require.NoError(t, err)
			require.JSONEq(t, string(whole), string(again))
			require.JSONEq(t, `{"newer":{"a":null}}`, string(e.Properties.Common().Unknown), "the rest has a field")
		})
	}
}

func TestEntityThatIsNotAsItShouldBe(t *testing.T) {
	for name, doc := range map[string]string{
		"a kind that nobody knows": `{"name":"e","kind":"Later","properties":{"x":{"y":[1]}}}`,
		"another type":             `{"name":"e","kind":"CloudApplication","properties":{"appId":"a text"}}`,
		"no object":                `{"name":"e","kind":"Account","properties":[1]}`,
		"no properties":            `{"name":"e","kind":"Account"}`,
		"no kind":                  `{"name":"e","properties":{"a":1}}`,
		"the kind in another case": `{"name":"e","kind":"IP","properties":{"address":"10.0.0.1"}}`,
		"the kind at the end":      `{"properties":{"address":"10.0.0.1"},"name":"e","kind":"Ip"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var e sentinel.Entity
			require.NoError(t, json.Unmarshal([]byte(doc), &e))
			again, err := json.Marshal(e)
			require.NoError(t, err)
			require.JSONEq(t, doc, string(again))
			if strings.Contains(name, "the kind") {
				require.Equal(t, "10.0.0.1", e.Properties.(*sentinel.IP).Address)
			}
		})
	}
	var e sentinel.Entity
	require.Error(t, json.Unmarshal([]byte(`{"name":1}`), &e))
	require.Error(t, json.Unmarshal([]byte(`{"name":"a","name":"b"}`), &e))
}

func TestKindSpellings(t *testing.T) {
	for spelled, want := range map[string]sentinel.Kind{
		"DnsResolution": sentinel.KindDNSResolution, "DNS": sentinel.KindDNSResolution, "dns": sentinel.KindDNSResolution,
		"IP": sentinel.KindIP, "ip": sentinel.KindIP, "Ip": sentinel.KindIP, "URL": sentinel.KindURL,
		"azure-resource": sentinel.KindAzureResource, "AzureResource": sentinel.KindAzureResource,
		"registry-value": sentinel.KindRegistryValue, "HuntingBookmark": sentinel.KindBookmark, "Bookmark": sentinel.KindBookmark,
		"SubmissionMail": sentinel.KindSubmissionMail, "mail-cluster": sentinel.KindMailCluster, "iotdevice": sentinel.KindIoTDevice, "filehash": sentinel.KindFileHash,
	} {
		got, ok := sentinel.ParseKind(spelled)
		require.True(t, ok, spelled)
		require.Equal(t, want, got, spelled)
	}
	for _, k := range sentinel.Kinds() {
		for _, spelled := range []string{string(k), k.MappingType(), k.QueryType(), k.LogType()} {
			if spelled != "" {
				got, ok := sentinel.ParseKind(spelled)
				require.True(t, ok)
				require.Equal(t, k, got)
			}
		}
	}
	_, ok := sentinel.ParseKind("host-logon-session")
	require.False(t, ok)
	_, ok = sentinel.ParseKind("")
	require.False(t, ok)
	require.False(t, sentinel.Kind("host").Known())
	require.Empty(t, sentinel.Kind("x").LogType()+sentinel.Kind("x").MappingType()+sentinel.Kind("x").QueryType())
}

func TestFind(t *testing.T) {
	l := sentinel.List{
		{ID: "/subscriptions/s/Entities/A1", Name: "A1", Kind: sentinel.KindHost, Properties: &sentinel.Host{HostName: "h"}},
		{ID: "x/b", Name: "b", Kind: sentinel.KindIP, Properties: &sentinel.IP{Address: "10.0.0.1"}},
	}
	require.Equal(t, &l[0], l.Find("a1"))
	require.Equal(t, &l[0], l.Find("/SUBSCRIPTIONS/s/entities/a1"))
	require.Equal(t, &l[1], l.Find("X/B"))
	require.Nil(t, l.Find(""))
	require.Nil(t, l.Find("c"))
	var names []string
	for h := range sentinel.Of[*sentinel.Host](l) {
		names = append(names, h.HostName)
	}
	require.Empty(t, cmp.Diff([]string{"h"}, names))
	require.Equal(t, `Host "A1"`, l[0].String())
}
