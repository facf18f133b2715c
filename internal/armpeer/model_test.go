package armpeer

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2/fake"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// fill gives every field of a generated struct a value.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]any{"k": "v"}))
	case reflect.Interface:
		v.Set(reflect.ValueOf(any(map[string]any{"x": "y"})))
	case reflect.String:
		v.SetString("s")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(at))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	}
}

// documentOf writes a generated struct with every field.
func documentOf(t *testing.T, v any, kind string) []byte {
	t.Helper()
	n := 0
	fill(reflect.ValueOf(v).Elem(), &n)
	if f := reflect.ValueOf(v).Elem().FieldByName("Kind"); f.IsValid() {
		f.Elem().SetString(kind)
	}
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

// unknown lists the places where v keeps members that it has no field for.
func unknown(path string, v reflect.Value) []string {
	var found []string
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return unknown(path, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if v.Type().Elem().Kind() != reflect.Uint8 {
				found = append(found, unknown(path, v.Index(i))...)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Name == "Unknown" && v.Field(i).Len() > 0 {
				found = append(found, path+": "+string(v.Field(i).Bytes()))
			} else if f.IsExported() {
				found = append(found, unknown(path+"."+f.Name, v.Field(i))...)
			}
		}
	}
	return found
}

// TestModelsHaveEveryProperty fills every property of Azure's own models and reads
// what they write: ours have a field for each, of the right type.
func TestModelsHaveEveryProperty(t *testing.T) {
	for kind, theirs := range map[sentinel.Kind]any{
		"Account": &sdk.AccountEntity{}, "AzureResource": &sdk.AzureResourceEntity{}, "Bookmark": &sdk.HuntingBookmark{}, "CloudApplication": &sdk.CloudApplicationEntity{},
		"DnsResolution": &sdk.DNSEntity{}, "File": &sdk.FileEntity{}, "FileHash": &sdk.FileHashEntity{}, "Host": &sdk.HostEntity{}, "IoTDevice": &sdk.IoTDeviceEntity{}, "Ip": &sdk.IPEntity{},
		"MailCluster": &sdk.MailClusterEntity{}, "MailMessage": &sdk.MailMessageEntity{}, "Mailbox": &sdk.MailboxEntity{}, "Malware": &sdk.MalwareEntity{}, "Nic": &sdk.NicEntity{},
		"Process": &sdk.ProcessEntity{}, "RegistryKey": &sdk.RegistryKeyEntity{}, "RegistryValue": &sdk.RegistryValueEntity{}, "SecurityAlert": &sdk.SecurityAlert{},
		"SecurityGroup": &sdk.SecurityGroupEntity{}, "SubmissionMail": &sdk.SubmissionMailEntity{}, "Url": &sdk.URLEntity{},
	} {
		t.Run(string(kind), func(t *testing.T) {
			doc := documentOf(t, theirs, string(kind))
			var e sentinel.Entity
			require.NoError(t, wire.Unmarshal(doc, &e))
			require.Equal(t, kind, e.Properties.Kind())
			require.Empty(t, unknown("", reflect.ValueOf(e)))
			again, err := wire.Marshal(&e)
			require.NoError(t, err)
			require.JSONEq(t, string(doc), string(again))
		})
	}
	require.Len(t, sentinel.Kinds(), len(sdk.PossibleEntityKindEnumValues()))
	for _, k := range sdk.PossibleEntityKindEnumValues() {
		require.True(t, sentinel.Kind(k).Known(), k)
	}
	for name, pair := range map[string][2]any{
		"incident": {&sdk.Incident{}, &arm.Incident{}}, "comment": {&sdk.IncidentComment{}, &arm.Comment{}}, "task": {&sdk.IncidentTask{}, &arm.Task{}},
		"relation": {&sdk.Relation{}, &arm.Relation{}}, "bookmark": {&sdk.Bookmark{}, &arm.Bookmark{}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := documentOf(t, pair[0], "")
			require.NoError(t, wire.Unmarshal(doc, pair[1]))
			require.Empty(t, unknown("", reflect.ValueOf(pair[1])))
			again, err := wire.Marshal(pair[1])
			require.NoError(t, err)
			require.JSONEq(t, string(doc), string(again))
		})
	}
}

func words[E ~string](values []E) []string {
	var all []string
	for _, v := range values {
		all = append(all, string(v))
	}
	return all
}

func TestEnumerationsHaveEveryMember(t *testing.T) {
	for name, pair := range map[string][2][]string{
		"severity":             {words(sdk.PossibleIncidentSeverityValues()), words(arm.SeverityHigh.Values())},
		"alert severity":       {words(sdk.PossibleAlertSeverityValues()), words(arm.SeverityHigh.Values())},
		"status":               {words(sdk.PossibleIncidentStatusValues()), words(arm.StatusNew.Values())},
		"classification":       {words(sdk.PossibleIncidentClassificationValues()), words(arm.Classification("").Values())},
		"classificationReason": {words(sdk.PossibleIncidentClassificationReasonValues()), words(arm.ClassificationReason("").Values())},
		"ownerType":            {words(sdk.PossibleOwnerTypeValues()), words(arm.OwnerUser.Values())},
		"labelType":            {words(sdk.PossibleIncidentLabelTypeValues()), words(arm.LabelUser.Values())},
		"task status":          {words(sdk.PossibleIncidentTaskStatusValues()), words(arm.TaskNew.Values())},
		"tactic":               {words(sdk.PossibleAttackTacticValues()), words(sentinel.TacticImpact.Values())},
		"alert status":         {words(sdk.PossibleAlertStatusValues()), words(sentinel.AlertStatusNew.Values())},
		"confidence":           {words(sdk.PossibleConfidenceLevelValues()), words(sentinel.ConfidenceLevelLow.Values())},
		"confidence score":     {words(sdk.PossibleConfidenceScoreStatusValues()), words(sentinel.ConfidenceScoreStatusFinal.Values())},
		"intent":               {words(sdk.PossibleKillChainIntentValues()), words(sentinel.IntentImpact.Values())},
		"OS family":            {words(sdk.PossibleOSFamilyValues()), words(sentinel.OSFamilyLinux.Values())},
		"hash":                 {words(sdk.PossibleFileHashAlgorithmValues()), words(sentinel.HashMD5.Values())},
		"elevation":            {words(sdk.PossibleElevationTokenValues()), words(sentinel.ElevationTokenFull.Values())},
		"hive":                 {words(sdk.PossibleRegistryHiveValues()), words(sentinel.RegistryUsers.Values())},
		"value kind":           {words(sdk.PossibleRegistryValueKindValues()), words(sentinel.RegistryValueKindNone.Values())},
		"direction":            {words(sdk.PossibleAntispamMailDirectionValues()), words(sentinel.MailDirectionUnknown.Values())},
		"action":               {words(sdk.PossibleDeliveryActionValues()), words(sentinel.DeliveryActionUnknown.Values())},
		"location":             {words(sdk.PossibleDeliveryLocationValues()), words(sentinel.DeliveryLocationUnknown.Values())},
		"importance":           {words(sdk.PossibleDeviceImportanceValues()), words(sentinel.DeviceImportanceLow.Values())},
		"identity":             {words(sdk.PossibleCreatedByTypeValues()), words(sentinel.IdentityType("").Values())},
		"mapping types":        {words(sdk.PossibleEntityMappingTypeValues()), types(sentinel.Kind.MappingType)},
		"query types":          {words(sdk.PossibleEntityTypeValues()), types(sentinel.Kind.QueryType)},
	} {
		require.ElementsMatch(t, pair[0], pair[1], name)
	}
}

func types(of func(sentinel.Kind) string) []string {
	var all []string
	for _, k := range sentinel.Kinds() {
		if name := of(k); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// TestWhatOnlyThePreviewHas lists where the fake server speaks another shape than the
// stable version: what ours does not send there.
func TestWhatOnlyThePreviewHas(t *testing.T) {
	_, c := start(t, &fake.ServerFactory{}, arm.StableVersion)
	_, err := c.CreateBookmark(ctx, "b1", arm.BookmarkProperties{DisplayName: "B", Query: "q",
		EntityMappings: []sentinel.Mapping{}, Tactics: []arm.Tactic{}, Techniques: []string{},
	})
	var got []string
	for line := range strings.Lines(err.Error()) {
		got = append(got, strings.Fields(line)[0])
	}
	require.Equal(t, []string{"entityMappings", "tactics", "techniques"}, got, "bookmarks")
	// Incidents: teamInformation and, in additionalData, techniques,
	// mergedIncidentNumber and mergedIncidentUrl, which only the service sets.
	// Entities: the kind Nic and eleven members of IoTDevice, which only the service
	// sets. All are read in every version, since the stable one may send them.
}
