package emulator_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/entity"
)

// The tests of this file are named after the behaviours that Learn, "Manually
// create an incident or alert in Microsoft Defender" (2026-06-03), describes.
// The documentation of the package has the table.

const createPath = "/beta/security/alerts_v2/createAlert"

func TestManualCreationNeedsARole(t *testing.T) {
	for role, status := range map[emulator.Role]int{
		emulator.DetectionTuning: 201, emulator.SentinelResponder: 201, emulator.SentinelContributor: 201,
		emulator.SecurityReader: 403, emulator.AlertsManage: 403, emulator.SentinelReader: 403, emulator.GlobalReader: 403, emulator.PlaybookOperator: 403,
	} {
		a := open(t, emulator.WithIdentity(emulator.Identity{UserPrincipalName: "jo@contoso.com", Permissions: emulator.AllPermissions(), Roles: []emulator.Role{role}}))
		require.Equal(t, status, a.signedIn("jo@contoso.com", "https://graph.microsoft.com/.default").raw("POST", createPath, draft("x")).Code, role)
	}
}

func TestManualCreationInScopeOnly(t *testing.T) {
	a := open(t, emulator.WithDeviceGroups(emulator.DeviceGroup{Name: "theirs", Rank: 1, Devices: []string{"srv"}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{emulator.Ungrouped}}))
	mine := a.as("c", "s")
	for _, role := range []string{"impacted", "related"} {
		device := func(name string) string {
			return `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"` + name + `","role":"` + role + `"}]`
		}
		mine.do(403, "POST", createPath, draft("x", "entityDefinitions", device("srv")))
		mine.do(201, "POST", createPath, draft("x", "entityDefinitions", device("laptop")))
	}
	require.Equal(t, "2", a.do(200, "GET", "/v1.0/security/alerts_v2?$count=true", "").text("@odata.count"))
}

func TestManualCreationWorkspace(t *testing.T) {
	a := open(t, emulator.WithWorkspaces(emulator.Workspace{ID: "1", Name: "first"}, emulator.Workspace{ID: "2", Name: "second"}))
	a.raise("x", "sentinelWorkspace", `"second"`)
	a.raise("y")
	inWorkspace := func(id, table string) string {
		return a.do(200, "POST", "/v1.0/security/runHuntingQuery", `{"query":"`+table+` | count","workspaceId":"`+id+`"}`).list("results")[0].text("Count")
	}
	for _, table := range []string{"SecurityAlert", "SecurityIncident"} {
		require.Equal(t, "1", inWorkspace("1", table))
		require.Equal(t, "1", inWorkspace("2", table), "the workspace receives the alert and the incident")
	}
	a.do(400, "POST", createPath, draft("x", "sentinelWorkspace", `"third"`))
}

func TestManualCreationWithoutSentinel(t *testing.T) {
	a := open(t, emulator.WithWorkspaces())
	a.raise("the workspace is not required")
	a.do(400, "POST", createPath, draft("nor offered", "sentinelWorkspace", `"first"`))
}

func TestManualCreationOfANewIncident(t *testing.T) {
	a := open(t)
	for n, link := range []string{"", "0"} {
		require.Equal(t, []string{"1", "2"}[n], a.raise("x", "linkToIncident", link).text("incidentId"))
	}
	for _, neither := range []string{`-1`, `"1"`, `1.5`, `9223372036854775808`, `[1]`} {
		a.do(400, "POST", createPath, draft("x", "linkToIncident", neither))
	}
	require.Equal(t, [][]string{{"2", "1"}}, a.ids("/v1.0/security/incidents"))
}

func TestManualCreationInAnExistingIncident(t *testing.T) {
	a := open(t)
	a.raise("first")
	require.Equal(t, "1", a.raise("second", "linkToIncident", "1").text("incidentId"))
	require.Len(t, a.do(200, "GET", "/v1.0/security/incidents/1?$expand=alerts", "").list("alerts"), 2)
	a.do(404, "POST", createPath, draft("third", "linkToIncident", "2"))
	require.Empty(t, a.do(200, "GET", "/v1.0/security/incidents?$skip=1", "").list("value"), "no second incident")
}

func TestManualCreationGivesLinks(t *testing.T) {
	a := open(t).raise("x")
	require.Equal(t, "https://security.microsoft.com/alerts/"+a.text("id")+"?tid="+emulator.TenantID, a.text("alertWebUrl"))
	require.Equal(t, "https://security.microsoft.com/incident2/1/overview?tid="+emulator.TenantID, a.text("incidentWebUrl"))
}

func TestManualCreationCorrelation(t *testing.T) {
	a := correlating(t)
	require.Equal(t, "1", a.raise("one").text("incidentId"))
	joins := a.raise("normal correlation is the default")
	alone := a.raise("standalone", "isExcludedFromCorrelation", "true")
	require.Equal(t, []string{"2", "3"}, []string{joins.text("incidentId"), alone.text("incidentId")})
	a.clock.Advance(10 * time.Minute)
	later := a.raise("later", "isExcludedFromCorrelation", "false")
	a.clock.Advance(10 * time.Minute)
	require.Equal(t, []string{"1", "3", "1"}, []string{
		a.alert(joins.text("id")).text("incidentId"), a.alert(alone.text("id")).text("incidentId"), a.alert(later.text("id")).text("incidentId"),
	})
	require.Equal(t, "redirected", a.incident("2").text("status"))
	require.Equal(t, "active", a.incident("3").text("status"))
}

func TestManualCreationKeepsWhatWasEntered(t *testing.T) {
	a := open(t)
	got := a.alert(a.raise("Short name", "severity", `"low"`, "category", `"Ransomware"`, "mitreTechniques", `["T1486","T1059.001"]`, "recommendedActions", `"Isolate."`).text("id"))
	require.Equal(t, []string{"Short name", "low", "Ransomware", "[T1486 T1059.001]", "About Short name.", "Isolate."}, []string{
		got.text("title"), got.text("severity"), got.text("category"), got.text("mitreTechniques"), got.text("description"), got.text("recommendedActions"),
	})
}

func TestManualCreationHasFourSeverities(t *testing.T) {
	a := open(t)
	for _, severity := range []string{"high", "medium", "low", "informational"} {
		require.Equal(t, severity, a.raise("x", "severity", quoted(severity)).text("severity"))
	}
	for _, severity := range []string{"unknown", "unknownFutureValue", "critical", ""} {
		a.do(400, "POST", createPath, draft("x", "severity", quoted(severity)))
	}
}

func TestManualCreationOptionalFields(t *testing.T) {
	a := open(t)
	for _, tt := range []struct{ techniques, actions, want string }{
		{"", "", ""},
		{`[]`, `""`, ""},
		{`["T1566"]`, `"Isolate it.\nThen ask."`, "[T1566]Isolate it.\nThen ask."},
		{`["T1566","T1059.001","T1078"]`, quoted(strings.Repeat("free text ", 1000)), "[T1566 T1059.001 T1078]" + strings.Repeat("free text ", 1000)},
	} {
		got := a.alert(a.raise("x", "mitreTechniques", tt.techniques, "recommendedActions", tt.actions).text("id"))
		require.Equal(t, tt.want, strings.TrimPrefix(got.text("mitreTechniques"), "[]")+got.text("recommendedActions"))
	}
}

func TestManualCreationRequiredFields(t *testing.T) {
	a := open(t, emulator.WithChoices(func(c *emulator.Choices) { c.ImpactedRequired = true }))
	for _, name := range []string{"title", "severity", "category", "description", "entityDefinitions"} {
		for _, missing := range []string{"", "null", `""`} {
			a.do(400, "POST", createPath, draft("x", name, missing))
		}
	}
	a.do(400, "POST", createPath, draft("x", "entityDefinitions", `[]`))
	a.do(400, "POST", createPath, draft("x", "entityDefinitions", `[{"entityType":"ip","entityIdentifier":"address","identifierValue":"10.0.0.1","role":"related"}]`))
	require.Empty(t, a.do(200, "GET", "/v1.0/security/incidents", "").list("value"))
	a.raise("evidence is optional", "entityDefinitions", `[{"entityType":"ip","entityIdentifier":"address","identifierValue":"10.0.0.1","role":"impacted"}]`)
}

func TestManualCreationLimits(t *testing.T) {
	a := open(t)
	entities := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, `{"entityType":"cloudApplication","entityIdentifier":"name","identifierValue":"app `+strings.Repeat("i", i+1)+`","role":"impacted"}`)
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	value := func(n int) string {
		return `[{"entityType":"cloudApplication","entityIdentifier":"name","identifierValue":"` + strings.Repeat("ä", n) + `","role":"impacted"}]`
	}
	a.raise("x", "description", quoted(strings.Repeat("ä", 5000)), "entityDefinitions", entities(100))
	a.raise("x", "entityDefinitions", value(1000))
	a.do(400, "POST", createPath, draft("x", "description", quoted(strings.Repeat("ä", 5001))))
	a.do(400, "POST", createPath, draft("x", "entityDefinitions", entities(101)))
	a.do(400, "POST", createPath, draft("x", "entityDefinitions", `[]`))
	a.do(400, "POST", createPath, draft("x", "entityDefinitions", value(1001)))
	a.raise(strings.Repeat("no limit of a title is known ", 1000), "description", `"d"`)
}

func TestManualCreationDefaultDescription(t *testing.T) {
	a := open(t)
	a.raise("first")
	a.raise("second", "linkToIncident", "1")
	require.Equal(t, "About first.", a.incident("1").text("description"))
}

func TestManualCreationEntities(t *testing.T) {
	a := open(t)
	list := a.raise("x", "entityDefinitions", `[
		{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"srv.contoso.com","role":"impacted"},
		{"entityType":"mailbox","entityIdentifier":"mailboxPrimaryAddress","identifierValue":"jo@contoso.com","role":"impacted"},
		{"entityType":"ip","entityIdentifier":"address","identifierValue":"10.0.0.1","role":"impacted"},
		{"entityType":"ip","entityIdentifier":"address","identifierValue":"185.220.101.50","role":"related"},
		{"entityType":"url","entityIdentifier":"url","identifierValue":"https://x.example/","role":"related"},
		{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"jo@contoso.com","role":"impacted"},
		{"entityType":"file","entityIdentifier":"sha1","identifierValue":"`+strings.Repeat("ab", 20)+`","role":"related"},
		{"entityType":"process","entityIdentifier":"sha1","identifierValue":"`+strings.Repeat("cd", 20)+`","role":"related"},
		{"entityType":"registryKey","entityIdentifier":"key","identifierValue":"HKLM\\Software\\x","role":"related"}]`).list("evidence")
	require.Equal(t, []string{"deviceEvidence", "mailboxEvidence", "ipEvidence", "ipEvidence", "urlEvidence", "userEvidence", "fileEvidence", "processEvidence", "registryKeyEvidence"}, func() (kinds []string) {
		for _, e := range list {
			kinds = append(kinds, strings.TrimPrefix(e.text("@odata.type"), "#microsoft.graph.security."))
		}
		return kinds
	}())
	require.Equal(t, []string{"[Impacted]", "[Impacted]", "[Impacted]", "[Related]", "[Related]", "[Impacted]", "[Related]", "[Related]", "[Related]"}, texts(list, "detailedRoles"), "an address can be either")
	require.Equal(t, []string{"Impacted", "Related"}, texts(a.hunt(`AlertEvidence | where EntityType == "Ip" | project EvidenceRole`), "EvidenceRole"))
}

func TestManualCreationTags(t *testing.T) {
	a := open(t)
	got := a.raise("x")
	require.Equal(t, []string{"microsoft365Defender", "manual", "Microsoft Defender XDR"}, []string{got.text("serviceSource"), got.text("detectionSource"), got.text("productName")})
	for filter, found := range map[string]int{"serviceSource eq 'microsoft365Defender'": 1, "serviceSource ne 'microsoft365Defender'": 0, "serviceSource eq 'microsoftDefenderForEndpoint'": 0} {
		require.Len(t, a.do(200, "GET", "/v1.0/security/alerts_v2?$filter="+escape(filter), "").list("value"), found, filter)
	}
	for _, column := range []string{`AlertInfo | where ServiceSource %s "Microsoft Defender XDR"`, `AlertInfo | where DetectionSource %s "Manual"`, `SecurityAlert | where ProductName %s "Microsoft Defender XDR"`} {
		require.Len(t, a.hunt(strings.Replace(column, "%s", "==", 1)), 1, column)
		require.Empty(t, a.hunt(strings.Replace(column, "%s", "!=", 1)), column)
	}
}

func TestManualCreationLeavesOwnerAndTags(t *testing.T) {
	a := open(t)
	a.raise("x")
	i := a.incident("1")
	require.Empty(t, i.text("assignedTo")+i.text("customTags"))
	for _, member := range []string{"assignedTo", "customTags", "status", "classification"} {
		a.do(400, "POST", createPath, draft("x", member, `"y"`))
	}
	i = a.patch("1", `{"assignedTo":"o@contoso.com","customTags":["t"]}`)
	require.Equal(t, "o@contoso.com[t]", i.text("assignedTo")+i.text("customTags"))
}

func TestManualIncidentIsManagedLikeAnyOther(t *testing.T) {
	a := open(t)
	a.raise("x")
	a.patch("1", `{"status":"inProgress"}`)
	a.do(200, "POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`)
	require.Equal(t, "resolved", a.patch("1", `{"status":"resolved","resolvingComment":"done"}`).text("status"))
}

func TestManualIncidentIsOnEverySurface(t *testing.T) {
	a := open(t)
	id := a.raise("x").text("id")
	require.Equal(t, "x", a.incident("1").text("displayName"), "incident details")
	require.Equal(t, "x", a.alert(id).text("title"), "alert page")
	require.Len(t, a.do(200, "GET", "/_emulator/incidents/1/activity", "").list("value"), 2, "activity log")
	for _, entity := range []string{"type=user&identifier=userPrincipalName&value=jo@contoso.com", "type=ip&identifier=address&value=185.220.101.50"} {
		page := a.do(200, "GET", "/_emulator/entities?"+entity, "")
		require.Equal(t, []string{"x", "1"}, append(texts(page.list("alerts"), "title"), texts(page.list("incidents"), "id")...), "entity page")
	}
	require.Len(t, a.do(200, "GET", "/v1.0/security/incidents?$filter="+escape("status eq 'active' or status eq 'inProgress'"), "").list("value"), 1, "incident queue")
	require.Len(t, a.do(200, "GET", "/v1.0/security/alerts_v2?$filter="+escape("status eq 'new' or status eq 'inProgress'"), "").list("value"), 1, "alert queue")
	for table, rows := range map[string]int{"AlertInfo": 1, "AlertEvidence": 2, "SecurityAlert": 1, "SecurityIncident": 1} {
		require.Len(t, a.hunt(table), rows, table)
	}
	arm := a.sentinel().do(200, "GET", armPath("incidents"), "").list("value")
	require.Len(t, arm, 1, "Azure Resource Manager")
	require.Equal(t, []string{"x", "New", "Microsoft XDR", "1"}, []string{arm[0].text("properties", "title"), arm[0].text("properties", "status"), arm[0].text("properties", "providerName"), arm[0].text("properties", "providerIncidentId")})
	// What an entity page shows, as a query.
	require.Len(t, a.hunt(`AlertEvidence | where AccountUpn == "jo@contoso.com" | join kind=inner AlertInfo on AlertId`), 1)
	require.Len(t, a.hunt(`AlertEvidence | where RemoteIP == "185.220.101.50" | join kind=inner AlertInfo on AlertId`), 1)
}

// TestManualChangesAreTraced finds who, what and when of a creation and an update
// in the three places that the page names, and in the rows of SecurityIncident.
func TestManualChangesAreTraced(t *testing.T) {
	a := open(t)
	id := a.raise("x").text("id")
	a.clock.Advance(time.Minute)
	a.patch("1", `{"severity":"low"}`)
	a.do(200, "PATCH", "/v1.0/security/alerts_v2/"+id, `{"status":"inProgress"}`)
	a.do(200, "POST", "/v1.0/security/alerts_v2/"+id+"/comments", `{"comment":"seen"}`)
	arm := a.sentinel()
	name := arm.do(200, "GET", armPath("incidents"), "").list("value")[0].text("name")
	arm.do(200, "PUT", armPath("incidents/"+name), `{"properties":{"title":"renamed","description":"About x.","severity":"Low","status":"New"}}`)
	arm.do(201, "PUT", armPath("incidents/"+name+"/tasks/t"), `{"properties":{"title":"ask","status":"New"}}`)
	const at, later = "2026-08-04T10:00:00Z ", "2026-08-04T10:01:00Z "
	who := emulator.ClientID + " "
	trace := func(path string) (lines []string) {
		for _, e := range a.do(200, "GET", path, "").list("value") {
			lines = append(lines, e.text("entry", "time")+" "+e.text("entry", "actor", "name")+" "+e.text("entry", "operation"))
		}
		return lines
	}
	require.Equal(t, []string{at + who + "CreateIncident", at + who + "CreateAlert", later + who + "UpdateIncidentSeverity", later + who + "UpdateAlert", later + who + "AddCommentToAlert",
		later + who + "UpdateIncident", later + who + "CreateIncidentTask"},
		trace("/_emulator/incidents/1/activity"), "activity log")
	require.Equal(t, []string{at + who + "CreateAlert", later + who + "UpdateAlert", later + who + "AddCommentToAlert"},
		trace("/_emulator/alerts/"+id+"/history"), "alert history")
	require.Equal(t, "seen", a.alert(id).list("comments")[0].text("comment"), "alert comments")
	var operations []string
	for r, err := range a.e.UnifiedAudit() {
		require.NoError(t, err)
		require.Equal(t, 232, r.RecordType)
		operations = append(operations, time.Time(r.CreationTime).Format(time.RFC3339)+" "+r.UserID+" "+r.Operation)
	}
	who = a.do(200, "GET", "/_emulator/incidents/1/activity", "").list("value")[0].text("entry", "actor", "id") + " "
	require.Equal(t, []string{at + who + "CreateIncident", at + who + "CreateAlert", later + who + "UpdateIncidentSeverity", later + who + "UpdateAlert", later + who + "AddCommentToAlert",
		later + who + "UpdateIncident", later + who + "CreateIncidentTask"}, operations, "Microsoft 365 audit log")
	rows := a.hunt(`SecurityIncident | sort by LastModifiedTime asc | project LastModifiedTime, ModifiedBy, Severity`)
	require.Equal(t, object{"LastModifiedTime": "2026-08-04T10:01:00Z", "ModifiedBy": "API-App:" + emulator.ClientID, "Severity": "Low"}, rows[1])
}

// TestManualCreationPicker: assets outside of the caller's scope are not offered,
// whatever they are searched by.
func TestManualCreationPicker(t *testing.T) {
	a := open(t, emulator.WithAssets(entity.UserByPrincipalName("ada@contoso.com"), entity.Mailbox("sales@contoso.com")),
		emulator.WithDeviceGroups(
			emulator.DeviceGroup{Name: "all servers", Rank: 2, Devices: []string{"srv-1", "srv-2"}},
			emulator.DeviceGroup{Name: "tier 0", Rank: 1, Devices: []string{"SRV-1"}},
		),
		emulator.WithIdentity(emulator.Identity{ClientID: "servers", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{"all servers"}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "rest", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{emulator.Ungrouped}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "reader", Secret: "s", Permissions: []string{emulator.AlertRead}}))
	device := func(name string) string {
		return `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"` + name + `","role":"impacted"},{"entityType":"file","entityIdentifier":"sha1","identifierValue":"` + strings.Repeat("ab", 20) + `","role":"related"}]`
	}
	a.raise("x", "entityDefinitions", device("laptop-srv"))
	offered := func(a api, query string) (list []string) {
		for _, asset := range a.do(200, "GET", "/_emulator/assets?"+query, "").list("value") {
			list = append(list, asset.text("identifierValue"))
		}
		return list
	}
	require.Equal(t, []string{"SRV-1", "laptop-srv", "srv-2", "sales@contoso.com", "ada@contoso.com"}, offered(a, ""))
	require.Equal(t, []string{"SRV-1", "laptop-srv", "srv-2"}, offered(a, "search=Srv"))
	require.Equal(t, []string{"ada@contoso.com"}, offered(a, "type=user"))
	require.Equal(t, []string{"srv-2"}, offered(a.as("servers", "s"), "search=srv"), "the group of the highest rank decides")
	require.Equal(t, []string{"laptop-srv"}, offered(a.as("rest", "s"), "type=device"), "and what no group has is in the default one")
	a.as("reader", "s").do(403, "GET", "/_emulator/assets", "")
	for _, who := range []string{"servers", "rest"} {
		list, err := a.e.SearchAssets(who, "")
		require.NoError(t, err)
		for _, asset := range list {
			entities := `[{"entityType":"` + string(asset.Type) + `","entityIdentifier":"` + string(asset.Identifier) + `","identifierValue":"` + asset.Value + `","role":"impacted"}]`
			a.as(who, "s").raise("what is offered can be named", "entityDefinitions", entities)
		}
	}
	_, err := a.e.SearchAssets("nobody", "")
	require.Error(t, err)
}

// TestTheTableOfBehaviours: the table in the documentation of the package names
// every behaviour of the page, each with tests that exist or with the reason why
// there is none.
func TestTheTableOfBehaviours(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	file, err := parser.ParseFile(gotoken.NewFileSet(), "manual_test.go", nil, 0)
	require.NoError(t, err)
	exist := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			exist[f.Name.Name] = true
		}
	}
	line := regexp.MustCompile(`(?m)^//\t(S-\d\d)\s+(\S+)\s+(.*)$`)
	rows := map[string][]string{}
	named := map[string]bool{}
	for _, m := range line.FindAllStringSubmatch(string(doc), -1) {
		require.NotContains(t, rows[m[1]], m[2])
		require.NotContains(t, rows[m[1]], "-")
		rows[m[1]] = append(rows[m[1]], m[2])
		if m[2] != "-" {
			require.True(t, exist[m[2]], "%s names %s", m[1], m[2])
			named[m[2]] = true
		} else {
			require.Len(t, rows[m[1]], 1, m[1])
			require.NotEmpty(t, m[3], "why there is no test of %s", m[1])
		}
	}
	for _, id := range strings.Fields("S-01 S-02 S-03 S-04 S-05 S-06 S-10 S-11 S-12 S-13 S-14 S-15 S-16 S-20 S-21 S-22 S-23 S-24 S-25 S-26 S-27 S-28 S-30 S-31 S-32 S-33 S-40 S-41 S-42 S-43 S-44 S-50 S-51 S-52 S-53 S-54 S-55 S-56 S-57 S-58") {
		require.Contains(t, rows, id)
	}
	require.Len(t, rows, 40)
	for name := range exist {
		if strings.HasPrefix(name, "TestManual") {
			require.True(t, named[name], "%s is in no row", name)
		}
	}
}
