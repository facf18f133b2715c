package alert_test

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// documented is the draft of the second example of Learn, "alert:
// createAlert", with texts of our own.
func documented() alert.Draft {
	return alert.Draft{
		Title: "Sign-in from a TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
		Description: "What was seen and why it matters.", RecommendedActions: "Reset the password.",
		Techniques: []attack.ID{"T1078", "T1059.001"},
		Entities: []entity.Definition{
			entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
			entity.IPAddress("185.220.101.50").Related(),
		},
	}
}

func TestDraftValidate(t *testing.T) {
	users := func(n int) (list []entity.Definition) {
		for i := range n {
			list = append(list, entity.UserByPrincipalName(fmt.Sprintf("u%d@contoso.com", i)).Impacted())
		}
		return list
	}
	for _, tt := range []struct {
		name   string
		change func(*alert.Draft)
		want   []string // path and rule
	}{
		{"documented example", func(*alert.Draft) {}, nil},
		{"nothing", func(d *alert.Draft) { *d = alert.Draft{} }, []string{
			"title required", "severity required", "description required", "category required", "entityDefinitions min",
		}},
		{"white space", func(d *alert.Draft) { d.Title, d.Description, d.Category = " ", "\n", "\t" }, []string{
			"title required", "description required", "category required",
		}},
		{"severity the portal does not offer", func(d *alert.Draft) { d.Severity = alert.SeverityUnknown }, []string{"severity oneof"}},
		{"severity in another case", func(d *alert.Draft) { d.Severity = "High" }, []string{"severity oneof"}},
		{"longest description", func(d *alert.Draft) { d.Description = strings.Repeat("ä", 5000) }, nil},
		{"description too long", func(d *alert.Draft) { d.Description = strings.Repeat("ä", 5001) }, []string{"description max"}},
		{"a category of its own", func(d *alert.Draft) { d.Category = "Reconnaissance" }, nil},
		{"most entities", func(d *alert.Draft) { d.Entities = users(100) }, nil},
		{"too many entities", func(d *alert.Draft) { d.Entities = users(101) }, []string{"entityDefinitions max"}},
		{"none impacted", func(d *alert.Draft) { d.Entities = d.Entities[1:] }, []string{"entityDefinitions impacted-entity"}},
		{"twice, in another case and role", func(d *alert.Draft) {
			d.Entities = append(d.Entities, entity.UserByPrincipalName("John.Doe@CONTOSO.com").Related())
		}, []string{"entityDefinitions[2] duplicate-entity"}},
		{"problems of an entity", func(d *alert.Draft) { d.Entities[1] = entity.IPAddress("x") }, []string{
			"entityDefinitions[1].identifierValue identifier-syntax", "entityDefinitions[1].role required",
		}},
		{"techniques", func(d *alert.Draft) {
			d.Techniques = []attack.ID{"T1078", "", "t1078", "T107", "T1078.1", "T1078.0011", "T1078-001", "T1O78", "TA0001", "T1059.001"}
		}, []string{
			"mitreTechniques[1] technique-syntax", "mitreTechniques[2] technique-syntax", "mitreTechniques[3] technique-syntax",
			"mitreTechniques[4] technique-syntax", "mitreTechniques[5] technique-syntax", "mitreTechniques[6] technique-syntax",
			"mitreTechniques[7] technique-syntax", "mitreTechniques[8] technique-syntax",
		}},
		{"link", func(d *alert.Draft) { d.LinkToIncident = 42 }, nil},
		{"link to less than nothing", func(d *alert.Draft) { d.LinkToIncident = -1 }, []string{"linkToIncident incident-id"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := documented()
			tt.change(&d)
			var got []string
			if err := d.Validate(); err != nil {
				invalid, ok := errors.AsType[*alert.ValidationError](err)
				require.True(t, ok)
				for _, p := range invalid.Problems {
					got = append(got, p.Path+" "+p.Rule)
					require.NotEmpty(t, p.Message)
				}
			}
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}

func TestImpactedOptional(t *testing.T) {
	d := documented()
	d.Entities = d.Entities[1:]
	require.Error(t, d.Validate())
	require.NoError(t, d.Validate(alert.ImpactedOptional()))
	d.Entities = nil
	require.Error(t, d.Validate(alert.ImpactedOptional()))
}

func TestWarnings(t *testing.T) {
	d := documented()
	d.Techniques = d.Techniques[:1]
	require.Empty(t, d.Warnings())
	d.Title, d.Description, d.Category = "two\nlines ", " x", "Weather"
	d.Severity, d.ExcludedFromCorrelation = alert.Informational, true
	d.Techniques = []attack.ID{"T1078", "T1078", "bad"}
	var got []string
	for _, p := range d.Warnings() {
		got = append(got, p.Path+" "+p.Rule)
	}
	require.Empty(t, cmp.Diff([]string{
		"title white-space", "description white-space", "title line-break", "severity hidden-severity",
		"category unknown-category", "isExcludedFromCorrelation no-correlation", "mitreTechniques[1] duplicate-technique",
	}, got))
	require.Empty(t, (alert.Draft{}).Warnings(), "what is missing is a problem, no warning")
}

// TestDraftWireForm holds the request body against the documented one.
func TestDraftWireForm(t *testing.T) {
	d := documented()
	d.LinkToIncident, d.ExcludedFromCorrelation, d.SentinelWorkspace = 42, true, "w"
	data, err := wire.Marshal(d)
	require.NoError(t, err)
	const want = `{"title":"Sign-in from a TOR exit node","severity":"high","description":"What was seen and why it matters.",` +
		`"category":"InitialAccess","recommendedActions":"Reset the password.","mitreTechniques":["T1078","T1059.001"],` +
		`"linkToIncident":42,"isExcludedFromCorrelation":true,"sentinelWorkspace":"w","entityDefinitions":[` +
		`{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"john.doe@contoso.com","role":"impacted"},` +
		`{"entityType":"ip","entityIdentifier":"address","identifierValue":"185.220.101.50","role":"related"}]}`
	require.Equal(t, want, string(data))
	var back alert.Draft
	require.NoError(t, wire.Unmarshal(data, &back))
	require.Empty(t, cmp.Diff(d, back))
}

// answer has the fields of the answer of Learn, "alert: createAlert", with a
// value that no constant has and a property that no type has.
const answer = `{"@odata.context":"c","id":"ea2c5e5341-c60a-42fc-953f-3da427c85e2d_aml","providerAlertId":"manual_ea2c5e5341-c60a-42fc-953f-3da427c85e2d",` +
	`"incidentId":"128","status":"new","severity":"veryHigh","classification":"unknown","determination":null,"serviceSource":"microsoft365Defender",` +
	`"detectionSource":"manual","alertWebUrl":"https://security.microsoft.com/alerts/ea2c","createdDateTime":"2026-08-04T10:00:00.1234567Z","newProperty":{"x":[1]}}`

func TestAlertKeepsWhatItDoesNotKnow(t *testing.T) {
	decoders := map[string]func([]byte, any) error{"wire": wire.Unmarshal, "encoding/json": stdjson.Unmarshal}
	encoders := map[string]func(any) ([]byte, error){"wire": wire.Marshal, "encoding/json": stdjson.Marshal}
	for decoder, decode := range decoders {
		for encoder, encode := range encoders {
			var a alert.Alert
			require.NoError(t, decode([]byte(answer), &a), decoder)
			require.Equal(t, alert.Severity("veryHigh"), a.Severity)
			require.Equal(t, alert.DetectionManual, a.DetectionSource)
			require.Equal(t, time.Date(2026, 8, 4, 10, 0, 0, 123456700, time.UTC), a.CreatedDateTime)
			data, err := encode(a)
			require.NoError(t, err)
			require.JSONEq(t, strings.Replace(answer, `"determination":null,`, "", 1), string(data), "%s, %s", decoder, encoder)
		}
	}
}

func TestTechniqueWarnings(t *testing.T) {
	for _, tt := range []struct {
		category   alert.Category
		techniques []attack.ID
		want       []string
	}{
		{alert.InitialAccess, []attack.ID{"T1078"}, nil},
		{alert.Malware, []attack.ID{"T1078", "T1059.001"}, nil},
		{alert.Exfiltration, []attack.ID{"T1078"}, []string{"mitreTechniques[0] other-tactic"}},
		{alert.Execution, []attack.ID{"T1086"}, []string{"mitreTechniques[0] revoked-technique"}},
		{alert.Exfiltration, []attack.ID{"T1086"}, []string{"mitreTechniques[0] revoked-technique", "mitreTechniques[0] other-tactic"}},
		{alert.Execution, []attack.ID{"T1064"}, []string{"mitreTechniques[0] deprecated-technique"}},
		{alert.Execution, []attack.ID{"T9999"}, []string{"mitreTechniques[0] unknown-technique"}},
		{alert.Execution, []attack.ID{"T1454"}, []string{"mitreTechniques[0] revoked-technique"}},
		// What v18 called defense evasion is two tactics now.
		{alert.DefenseEvasion, []attack.ID{"T1027"}, nil},
		{alert.DefenseEvasion, []attack.ID{"T1685"}, nil},
		{alert.DefenseEvasion, []attack.ID{"T1562"}, []string{"mitreTechniques[0] revoked-technique"}},
		{alert.DefenseEvasion, []attack.ID{"T1041"}, []string{"mitreTechniques[0] other-tactic"}},
		// Techniques of other domains are not held against Enterprise tactics.
		{alert.InitialAccess, []attack.ID{"T0853", "T1626"}, nil},
	} {
		d := documented()
		d.Category, d.Techniques = tt.category, tt.techniques
		var got []string
		for _, p := range d.Warnings() {
			got = append(got, p.Path+" "+p.Rule)
		}
		require.Empty(t, cmp.Diff(tt.want, got), "%v", tt)
	}
}

func TestCategoryTactics(t *testing.T) {
	want := map[alert.Category]string{
		alert.InitialAccess: "TA0001", alert.Execution: "TA0002", alert.Persistence: "TA0003", alert.PrivilegeEscalation: "TA0004",
		alert.DefenseEvasion: "TA0005, TA0112", alert.CredentialAccess: "TA0006", alert.Discovery: "TA0007", alert.LateralMovement: "TA0008",
		alert.Collection: "TA0009", alert.Exfiltration: "TA0010", alert.CommandAndControl: "TA0011", alert.Impact: "TA0040",
		"Reconnaissance": "TA0043", "ResourceDevelopment": "TA0042",
		// ATT&CK's own spelling is understood as well.
		"command-and-control": "TA0011",
	}
	for _, c := range append(alert.Category("").Values(), "Reconnaissance", "ResourceDevelopment", "", "command-and-control", "X", "Ünicode") {
		var ids []string
		for id := range c.Tactics().IDs() {
			ids = append(ids, string(id))
		}
		require.Equal(t, want[c], strings.Join(ids, ", "), c)
	}
	require.Equal(t, 1, alert.DefenseEvasion.Tactics("T1027").Len())
}

func TestCategoriesAreKnown(t *testing.T) {
	require.Len(t, alert.Category("").Values(), 17)
	for _, c := range alert.Category("").Values() {
		require.True(t, c.Known())
	}
	require.False(t, alert.Category("initialaccess").Known())
}

func TestUpdate(t *testing.T) {
	for _, tt := range []struct {
		in   alert.Update
		wire string
		want []string
	}{
		{alert.Update{}, `{}`, []string{" empty"}},
		{alert.Update{Status: new(alert.StatusInProgress)}, `{"status":"inProgress"}`, nil},
		{alert.Update{AssignedTo: new("")}, `{"assignedTo":""}`, nil},
		{alert.Update{Status: new(alert.StatusUnknown), Classification: new(alert.ClassificationUnknownFutureValue), Determination: new(alert.Determination(""))},
			`{"status":"unknown","classification":"unknownFutureValue","determination":""}`,
			[]string{"status settable", "classification settable", "determination required"}},
		{alert.Update{CustomDetails: new(evidence.NewDictionary(map[string]string{"a": "b"}))}, `{"customDetails":{"a":"b"}}`, nil},
		{alert.Update{CustomDetails: new(evidence.Dictionary{"n": []byte("7"), "a": []byte("{}")})}, `{"customDetails":{"a":{},"n":7}}`,
			[]string{"customDetails.a custom-detail", "customDetails.n custom-detail"}},
	} {
		data, err := wire.Marshal(tt.in)
		require.NoError(t, err)
		require.Equal(t, tt.wire, string(data))
		var got []string
		if invalid, ok := errors.AsType[*alert.ValidationError](tt.in.Validate()); ok {
			for _, p := range invalid.Problems {
				got = append(got, p.Path+" "+p.Rule)
			}
		}
		require.Empty(t, cmp.Diff(tt.want, got))
	}
}

func TestDeterminations(t *testing.T) {
	require.Contains(t, alert.ClassificationTruePositive.Determinations(), alert.DeterminationPhishing)
	require.Contains(t, alert.ClassificationFalsePositive.Determinations(), alert.DeterminationNotMalicious)
	require.Contains(t, alert.ClassificationInformationalExpectedActivity.Determinations(), alert.DeterminationSecurityTesting)
	require.Empty(t, alert.ClassificationUnknown.Determinations())
	require.Empty(t, alert.Classification("x").Determinations())
}

func BenchmarkDraftValidate(b *testing.B) {
	d := documented()
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleDraft_Validate() {
	d := alert.Draft{
		Title: "Suspicious login", Severity: "critical", Category: alert.InitialAccess,
		Techniques: []attack.ID{"1078"},
		Entities:   []entity.Definition{entity.IPAddress("185.220.101.50").Related()},
	}
	fmt.Println(d.Validate())
	// Output:
	// severity is "critical"; give one of high, medium, low, informational
	// description is missing; give a value
	// mitreTechniques[0] is "1078"; give an ATT&CK technique id such as T1078 or T1059.001
	// entityDefinitions has no impacted entity; give at least one the role impacted
}

// TestTextsThatShowNothing are not empty to a program and empty to a reader.
func TestTextsThatShowNothing(t *testing.T) {
	for _, text := range []string{" ", "\t\n", "\u00a0", "\u200b", "\u2060\ufeff", "\x00"} {
		d := alert.Draft{Title: text, Description: text, Category: alert.Category(text), Severity: alert.Low,
			Entities: []entity.Definition{entity.IPAddress("10.0.0.1").Impacted()}}
		invalid, ok := errors.AsType[*alert.ValidationError](d.Validate())
		require.True(t, ok, "%q", text)
		var got []string
		for _, p := range invalid.Problems {
			got = append(got, p.Path+" "+p.Rule)
		}
		require.Equal(t, []string{"title required", "description required", "category required"}, got, "%q", text)
	}
}

func TestTitlesThatMoveTheCursor(t *testing.T) {
	for _, title := range []string{"a\nb", "a\tb", "a\x1b[2Jb", "a\u2028b", "a\u202eb"} {
		var got []string
		for _, p := range (alert.Draft{Title: title}).Warnings() {
			got = append(got, p.Path+" "+p.Rule)
		}
		require.Equal(t, []string{"title line-break"}, got, "%q", title)
	}
}

// TestDuplicatesOfAnyEntity: every one is compared with all before it.
func TestDuplicatesOfAnyEntity(t *testing.T) {
	d := documented()
	d.Entities = nil
	for i := range 100 {
		d.Entities = append(d.Entities, entity.IPAddress(fmt.Sprintf("10.0.0.%d", i)).Impacted())
	}
	require.NoError(t, d.Validate())
	d.Entities[99] = d.Entities[98]
	require.EqualError(t, d.Validate(), "entityDefinitions[99] names the same entity as entityDefinitions[98]; remove one of the two")
	// A workspace that JSON cannot carry, or that shows nothing.
	d = documented()
	for _, workspace := range []string{"a\xff", " "} {
		d.SentinelWorkspace = workspace
		require.Error(t, d.Validate())
	}
}
