package hunting_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

var (
	born      = time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)
	workspace = hunting.Workspace{
		ID:             "0f3b7c51-6f54-4c0c-9b8f-2a1c5e7d9b60",
		SubscriptionID: "8d1f0f7e-2f7b-4f4e-8a43-f0d7c8f5f5a2", ResourceGroup: "soc", Name: "primary",
	}
)

func manual() alert.Alert {
	return alert.Alert{
		ID: "ea1_aml", IncidentID: "42", Title: "Suspicious login", Description: "d", RecommendedActions: "Reset the password.",
		Severity: alert.High, Category: alert.InitialAccess, Techniques: []attack.ID{"T1078", "T1059.001", "T9999"},
		Status: alert.StatusNew, ServiceSource: alert.ServiceMicrosoft365Defender, DetectionSource: alert.DetectionManual,
		ProductName: "Microsoft Defender XDR", AlertWebURL: "https://security.microsoft.com/alerts/ea1_aml", CreatedDateTime: born,
		Evidence: evidence.List{
			&evidence.User{Base: evidence.Base{DetailedRoles: []string{"Impacted"}}, UserAccount: &evidence.UserAccount{UserPrincipalName: "john.doe@contoso.com"}},
			&evidence.IP{Base: evidence.Base{DetailedRoles: []string{"Related"}, Roles: []evidence.Role{evidence.RoleSource}}, IPAddress: "185.220.101.50"},
		},
	}
}

// TestColumns holds every column, its type and its place against the published
// tables.
func TestColumns(t *testing.T) {
	data, err := os.ReadFile("testdata/columns.tsv")
	require.NoError(t, err)
	want := map[string]map[string]string{}
	n := 0
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		if want[f[0]] == nil {
			want[f[0]] = map[string]string{}
		}
		want[f[0]][f[1]] = f[2]
		n++
	}
	got := map[string]map[string]string{}
	for _, table := range hunting.Tables() {
		got[table.Name] = map[string]string{}
		for i, c := range table.Columns {
			require.Equal(t, i, c.Field)
			got[table.Name][c.Name] = c.Type
			n--
		}
	}
	require.Empty(t, cmp.Diff(want, got))
	require.Zero(t, n, "a column appears twice")
}

func TestAlertInfo(t *testing.T) {
	a := manual()
	require.Empty(t, cmp.Diff(hunting.AlertInfo{
		Timestamp: born, AlertID: "ea1_aml", Title: "Suspicious login", Category: "InitialAccess", Severity: "High",
		ServiceSource: "Microsoft Defender XDR", DetectionSource: "Manual",
		AttackTechniques: `["Valid Accounts (T1078)","PowerShell (T1059.001)","T9999"]`,
	}, hunting.NewAlertInfo(&a)))
	a.Techniques, a.Severity, a.ServiceSource, a.DetectionSource = nil, "odd", "newService", "newSource"
	row := hunting.NewAlertInfo(&a)
	require.Equal(t, []string{"", "odd", "newService", "newSource"}, []string{row.AttackTechniques, row.Severity, row.ServiceSource, row.DetectionSource})
}

func TestAlertEvidence(t *testing.T) {
	a := manual()
	rows := hunting.NewAlertEvidence(&a)
	require.Len(t, rows, 2)
	require.Equal(t, "User", rows[0].EntityType)
	require.Equal(t, "Impacted", rows[0].EvidenceRole)
	require.Equal(t, "john.doe@contoso.com", rows[0].AccountUPN)
	require.Equal(t, `["InitialAccess"]`, rows[0].Categories)
	require.Contains(t, rows[0].AdditionalFields, `"userPrincipalName":"john.doe@contoso.com"`)
	require.Equal(t, "Ip", rows[1].EntityType)
	require.Equal(t, "Related", rows[1].EvidenceRole)
	require.Equal(t, "Source", rows[1].EvidenceDirection)
	require.Equal(t, "185.220.101.50", rows[1].RemoteIP)
	require.Equal(t, born, rows[1].Timestamp)
}

// TestEvidenceColumns has one piece of evidence for each column that evidence
// can fill.
func TestEvidenceColumns(t *testing.T) {
	account := &evidence.UserAccount{AccountName: "jo", DomainName: "CORP", UserSID: "S-1-5-21-1", AzureADUserID: "oid", UserPrincipalName: "jo@contoso.com"}
	file := &evidence.FileDetails{FileName: "a.exe", FilePath: `C:\x`, SHA1: "s1", SHA256: "s2", FileSize: new(int64(7))}
	big := int64(1) << 40
	for _, tt := range []struct {
		item evidence.Evidence
		want hunting.AlertEvidence
	}{
		{&evidence.User{UserAccount: account}, hunting.AlertEvidence{EntityType: "User", EvidenceRole: "Impacted", AccountName: "jo", AccountDomain: "CORP", AccountSID: "S-1-5-21-1", AccountObjectID: "oid", AccountUPN: "jo@contoso.com"}},
		{&evidence.User{}, hunting.AlertEvidence{EntityType: "User", EvidenceRole: "Impacted"}},
		{&evidence.Device{MDEDeviceID: "m", DeviceDNSName: "srv.contoso.com", HostName: "srv", LastIPAddress: "10.0.0.4"}, hunting.AlertEvidence{EntityType: "Machine", EvidenceRole: "Impacted", DeviceID: "m", DeviceName: "srv.contoso.com", LocalIP: "10.0.0.4"}},
		{&evidence.Device{HostName: "srv"}, hunting.AlertEvidence{EntityType: "Machine", EvidenceRole: "Impacted", DeviceName: "srv"}},
		{&evidence.IoTDevice{DeviceID: "i", DeviceName: "plc"}, hunting.AlertEvidence{EntityType: "IoTDevice", EvidenceRole: "Impacted", DeviceID: "i", DeviceName: "plc"}},
		{&evidence.File{FileDetails: file, MDEDeviceID: "m"}, hunting.AlertEvidence{EntityType: "File", EvidenceRole: "Related", FileName: "a.exe", FolderPath: `C:\x`, SHA1: "s1", SHA256: "s2", FileSize: new(int64(7)), DeviceID: "m"}},
		{&evidence.FileHash{Algorithm: evidence.FileHashAlgorithmSHA1, Value: "h"}, hunting.AlertEvidence{EntityType: "FileHash", EvidenceRole: "Related", SHA1: "h"}},
		{&evidence.FileHash{Algorithm: evidence.FileHashAlgorithmSHA256, Value: "h"}, hunting.AlertEvidence{EntityType: "FileHash", EvidenceRole: "Related", SHA256: "h"}},
		{&evidence.Process{ImageFile: file, ProcessCommandLine: "a.exe -x"}, hunting.AlertEvidence{EntityType: "Process", EvidenceRole: "Related", FileName: "a.exe", FolderPath: `C:\x`, SHA1: "s1", SHA256: "s2", FileSize: new(int64(7)), ProcessCommandLine: "a.exe -x"}},
		{&evidence.URL{URL: "https://x.example/"}, hunting.AlertEvidence{EntityType: "Url", EvidenceRole: "Related", RemoteURL: "https://x.example/"}},
		{&evidence.Mailbox{PrimaryAddress: "p@contoso.com"}, hunting.AlertEvidence{EntityType: "MailBox", EvidenceRole: "Impacted", AccountUPN: "p@contoso.com"}},
		{&evidence.Mailbox{PrimaryAddress: "p@contoso.com", UPN: "u@contoso.com"}, hunting.AlertEvidence{EntityType: "MailBox", EvidenceRole: "Impacted", AccountUPN: "u@contoso.com"}},
		{&evidence.AnalyzedMessage{NetworkMessageID: "n", Subject: "s", SenderIP: "1.2.3.4"}, hunting.AlertEvidence{EntityType: "MailMessage", EvidenceRole: "Related", NetworkMessageID: "n", EmailSubject: "s", RemoteIP: "1.2.3.4"}},
		{&evidence.MailCluster{NetworkMessageIDs: []string{"n", "m"}}, hunting.AlertEvidence{EntityType: "MailCluster", EvidenceRole: "Related", NetworkMessageID: "n;m"}},
		{&evidence.CloudApplication{AppID: new(int64(11161)), DisplayName: "Exchange"}, hunting.AlertEvidence{EntityType: "CloudApplication", EvidenceRole: "Impacted", Application: "Exchange", ApplicationID: new(int32(11161))}},
		{&evidence.CloudApplication{AppID: &big}, hunting.AlertEvidence{EntityType: "CloudApplication", EvidenceRole: "Impacted"}},
		{&evidence.OAuthApplication{AppID: "o", DisplayName: "app"}, hunting.AlertEvidence{EntityType: "OAuthApplication", EvidenceRole: "Related", OAuthApplicationID: "o", Application: "app"}},
		{&evidence.RegistryKey{RegistryHive: "HKEY_LOCAL_MACHINE", RegistryKey: `SOFTWARE\x`}, hunting.AlertEvidence{EntityType: "RegistryKey", EvidenceRole: "Related", RegistryKey: `HKEY_LOCAL_MACHINE\SOFTWARE\x`}},
		{&evidence.RegistryValue{RegistryKey: "k", RegistryValueName: "v", RegistryValue: "d", MDEDeviceID: "m"}, hunting.AlertEvidence{EntityType: "RegistryValue", EvidenceRole: "Related", RegistryKey: "k", RegistryValueName: "v", RegistryValueData: "d", DeviceID: "m"}},
		{&evidence.AzureResource{ResourceID: "/subscriptions/s/resourceGroups/g", ResourceName: "g", ResourceType: "t"}, hunting.AlertEvidence{EntityType: "CloudResource", EvidenceRole: "Impacted", CloudPlatform: "Azure", CloudResource: "g", ResourceType: "t", ResourceID: "/subscriptions/s/resourceGroups/g", SubscriptionID: "s"}},
		{&evidence.AmazonResource{AmazonResourceID: "arn:aws:s3:::b", AmazonAccountID: "1"}, hunting.AlertEvidence{EntityType: "CloudResource", EvidenceRole: "Impacted", CloudPlatform: "Amazon Web Services", ResourceID: "arn:aws:s3:::b", SubscriptionID: "1"}},
		{&evidence.GoogleCloudResource{FullResourceName: "//x", ProjectID: "p"}, hunting.AlertEvidence{EntityType: "CloudResource", EvidenceRole: "Impacted", CloudPlatform: "Google Cloud Platform", ResourceID: "//x", SubscriptionID: "p"}},
		{&evidence.SecurityGroup{SID: "S"}, hunting.AlertEvidence{EntityType: "SecurityGroup", EvidenceRole: "Related"}},
		{&evidence.KubernetesPod{Name: "p"}, hunting.AlertEvidence{EntityType: "KubernetesPod", EvidenceRole: "Related"}},
		{&evidence.Unknown{Raw: jsontext.Value(`{"@odata.type":"#microsoft.graph.security.newEvidence"}`)}, hunting.AlertEvidence{EntityType: "New", EvidenceRole: "Related"}},
		{&evidence.Unknown{Raw: jsontext.Value(`null`)}, hunting.AlertEvidence{EvidenceRole: "Related"}},
	} {
		t.Run(tt.item.ODataType(), func(t *testing.T) {
			got := hunting.NewAlertEvidence(&alert.Alert{Evidence: evidence.List{tt.item}})[0]
			encoded, err := evidence.Encode(tt.item)
			require.NoError(t, err)
			require.Equal(t, string(encoded), got.AdditionalFields)
			got.AdditionalFields = ""
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}

func TestSecurityAlert(t *testing.T) {
	a := manual()
	row := hunting.NewSecurityAlert(&a, workspace)
	entities := row.Entities
	row.Entities = ""
	require.Empty(t, cmp.Diff(hunting.SecurityAlert{
		AlertLink: "https://security.microsoft.com/alerts/ea1_aml", AlertName: "Suspicious login", DisplayName: "Suspicious login",
		AlertSeverity: "High", CompromisedEntity: "john.doe@contoso.com", Description: "d", StartTime: born, EndTime: born,
		TimeGenerated: born, ProcessingEndTime: born, ExtendedProperties: `{"Category":"InitialAccess","IncidentId":"42"}`,
		IsBillable: "false", ProductName: "Microsoft Defender XDR", ProductComponentName: "Manual", ProviderName: "MTP",
		RemediationSteps: `["Reset the password."]`, Status: "New", SubTechniques: `["T1059.001"]`, Techniques: `["T1078","T9999"]`,
		SystemAlertID: hunting.SystemAlertID("ea1_aml"), Tactics: "InitialAccess", Type: "SecurityAlert", VendorName: "Microsoft",
		VendorOriginalID: "ea1_aml", SourceSystem: "Detection", TenantID: workspace.ID,
		WorkspaceResourceGroup: "soc", WorkspaceSubscriptionID: workspace.SubscriptionID,
	}, row))
	require.JSONEq(t, `[{"$id":"1","Type":"account","Name":"john.doe","UPNSuffix":"contoso.com","Role":"Impacted"},
		{"$id":"2","Type":"ip","Address":"185.220.101.50","Role":"Related"}]`, entities)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, row.SystemAlertID)

	a.Category, a.Categories = alert.Malware, []alert.Category{alert.Execution, alert.Impact, alert.Execution}
	a.FirstActivityDateTime, a.LastActivityDateTime = born.Add(-time.Hour), born.Add(-time.Minute)
	a.Status, a.ProductName = alert.StatusResolved, ""
	row = hunting.NewSecurityAlert(&a, workspace)
	require.Equal(t, "Execution, Impact", row.Tactics)
	require.Equal(t, born.Add(-time.Hour), row.StartTime)
	require.Equal(t, born.Add(-time.Minute), row.EndTime)
	require.Equal(t, "Resolved", row.Status)
	require.Equal(t, "Microsoft Defender XDR", row.ProductName)
}

func TestEntities(t *testing.T) {
	got := hunting.Entities(evidence.List{
		&evidence.Device{DeviceDNSName: "srv01.example.test"},
		&evidence.Process{ProcessID: new(int64(4528)), ProcessCommandLine: "a.exe", ImageFile: &evidence.FileDetails{FileName: "a.exe", SHA256: "e3"}},
		&evidence.KubernetesPod{Name: "p"}, // no entity of Sentinel's
		&evidence.RegistryValue{RegistryHive: "HKEY_USERS", RegistryKey: "k", RegistryValueName: "n", RegistryValue: "d"},
		&evidence.User{},
	})
	require.JSONEq(t, `[{"$id":"1","Type":"host","HostName":"srv01","DnsDomain":"example.test","Role":"Impacted"},
		{"$id":"2","Type":"process","ProcessId":"4528","CommandLine":"a.exe","Role":"Related","ImageFile":
			{"$id":"3","Type":"file","Name":"a.exe","FileHashes":[{"$id":"4","Type":"filehash","Algorithm":"SHA256","Value":"e3"}]}},
		{"$id":"5","Type":"registry-value","Name":"n","ValueData":"d","Role":"Related","Key":{"$id":"6","Type":"registry-key","Hive":"HKEY_USERS","Key":"k"}},
		{"$id":"7","Type":"account","Role":"Impacted"}]`, got)
	require.Equal(t, "[]", hunting.Entities(nil))
}

// TestSecurityIncidentIsALog follows an incident through its life.
func TestSecurityIncidentIsALog(t *testing.T) {
	a := manual()
	i := incident.Incident{
		ID: "42", DisplayName: "Suspicious login", Description: "d", Severity: alert.High, Status: incident.StatusActive,
		Classification: alert.ClassificationUnknown, CreatedDateTime: born, LastUpdateDateTime: born, LastModifiedBy: "system",
	}
	first := hunting.NewSecurityIncident(&i, []alert.Alert{a}, workspace, nil)
	require.Equal(t, "New", first.Status)
	require.Equal(t, "High", first.Severity)
	require.Empty(t, first.Classification)
	require.Equal(t, int32(42), first.IncidentNumber)
	require.Equal(t, "42", first.ProviderIncident)
	require.Equal(t, "Microsoft XDR", first.ProviderName)
	require.JSONEq(t, `["`+hunting.SystemAlertID("ea1_aml")+`"]`, string(first.AlertIDs))
	require.JSONEq(t, `{"alertsCount":1,"bookmarksCount":0,"commentsCount":0,"alertProductNames":["Microsoft Defender XDR"],"tactics":["InitialAccess"],"techniques":["T1078","T1059.001","T9999"]}`, string(first.AdditionalData))
	require.JSONEq(t, `{"objectId":null,"email":null,"assignedTo":null,"userPrincipalName":null}`, string(first.Owner))
	require.JSONEq(t, `[]`, string(first.Labels))
	require.True(t, first.FirstModifiedTime.IsZero())
	require.True(t, first.ClosedTime.IsZero())

	i.Status, i.Classification, i.Determination = incident.StatusResolved, alert.ClassificationFalsePositive, alert.DeterminationNotEnoughDataToValidate
	i.ResolvingComment, i.AssignedTo, i.CustomTags, i.SystemTags = "why", "o@contoso.com", []string{"mine"}, []string{"Redirected"}
	i.Comments = []alert.Comment{{Comment: "c", CreatedByDisplayName: "jo", CreatedDateTime: born}}
	i.LastUpdateDateTime = born.Add(time.Hour)
	closed := hunting.NewSecurityIncident(&i, nil, workspace, &first)
	require.Equal(t, []string{"Closed", "FalsePositive", "InaccurateData", "why"}, []string{closed.Status, closed.Classification, closed.ClassificationReason, closed.ClassificationComment})
	require.Equal(t, born.Add(time.Hour), closed.ClosedTime)
	require.Equal(t, born.Add(time.Hour), closed.FirstModifiedTime)
	require.JSONEq(t, `[{"labelName":"mine","labelType":"User"},{"labelName":"Redirected","labelType":"AutoAssigned"}]`, string(closed.Labels))
	require.JSONEq(t, `[{"message":"c","createdTimeUtc":"2026-08-04T10:00:00Z","author":{"name":"jo"}}]`, string(closed.Comments))
	require.Contains(t, string(closed.Owner), `"assignedTo":"o@contoso.com"`)

	i.LastUpdateDateTime = born.Add(2 * time.Hour)
	still := hunting.NewSecurityIncident(&i, nil, workspace, &closed)
	require.Equal(t, born.Add(time.Hour), still.ClosedTime, "it was closed before")
	require.Equal(t, born.Add(time.Hour), still.FirstModifiedTime)
	require.Equal(t, first.IncidentName, still.IncidentName)
}

// TestRowsReadBack: a row is also what a program reads a query's answer into.
func TestRowsReadBack(t *testing.T) {
	a := manual()
	want := hunting.NewAlertEvidence(&a)[0]
	data, err := json.Marshal(want)
	require.NoError(t, err)
	var got hunting.AlertEvidence
	require.NoError(t, json.Unmarshal(data, &got))
	require.Empty(t, cmp.Diff(want, got))
}
