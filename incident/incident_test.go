package incident_test

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

func draft() incident.Draft {
	one := func(title string) alert.Draft {
		return alert.Draft{
			Title: title, Severity: alert.High, Category: alert.InitialAccess, Description: "What was seen.",
			Entities: []entity.Definition{entity.UserByPrincipalName("john.doe@contoso.com").Impacted()},
		}
	}
	return incident.Draft{
		Alerts: []alert.Draft{one("first"), one("second")},
		Name:   "n", Owner: "o@contoso.com", Tags: []string{"a", "b"}, Comment: "c",
	}
}

func rules(err error) (got []string) {
	if invalid, ok := errors.AsType[*incident.ValidationError](err); ok {
		for _, p := range invalid.Problems {
			got = append(got, strings.TrimSpace(p.Path+" "+p.Rule))
		}
	}
	return got
}

func TestDraftValidate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*incident.Draft)
		want   []string
	}{
		{"valid", func(*incident.Draft) {}, nil},
		{"empty", func(d *incident.Draft) { *d = incident.Draft{} }, []string{"alerts min"}},
		{"alerts' problems", func(d *incident.Draft) { d.Alerts[0].Title = ""; d.Alerts[1].Entities[0].Value = "x" }, []string{
			"alerts[0].title required", "alerts[1].entityDefinitions[0].identifierValue identifier-syntax",
		}},
		{"joins an incident", func(d *incident.Draft) { d.Alerts[0].LinkToIncident = 7 }, nil},
		{"all name the same incident", func(d *incident.Draft) { d.Alerts[0].LinkToIncident, d.Alerts[1].LinkToIncident = 7, 7 }, nil},
		{"alerts go apart", func(d *incident.Draft) { d.Alerts[1].LinkToIncident = 7 }, []string{"alerts[1].linkToIncident one-incident"}},
		{"workspaces go apart", func(d *incident.Draft) { d.Alerts[0].SentinelWorkspace = "w" }, []string{"alerts[1].sentinelWorkspace one-workspace"}},
		{"tags", func(d *incident.Draft) { d.Tags = []string{"a", " ", "a"} }, []string{"customTags[1] required", "customTags[2] duplicate-tag"}},
		{"only white space", func(d *incident.Draft) { d.Name, d.Owner, d.Comment = " ", "\t", "\u200b\n" }, []string{"displayName required", "assignedTo required", "comment required"}},
		{"no UTF-8", func(d *incident.Draft) {
			d.Name, d.Owner, d.Comment, d.Tags, d.Alerts[1].Title = "a\xff", "a\xff", "a\xff", []string{"a\xff"}, "a\xff"
		}, []string{"alerts[1].title encoding", "displayName encoding", "assignedTo encoding", "customTags[0] encoding", "comment encoding"}},
		{"longest comment", func(d *incident.Draft) { d.Comment = strings.Repeat("ä", 30000) }, nil},
		{"comment too long", func(d *incident.Draft) { d.Comment = strings.Repeat("ä", 30001) }, []string{"comment max"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := draft()
			tt.change(&d)
			require.Empty(t, cmp.Diff(tt.want, rules(d.Validate())))
			require.Empty(t, cmp.Diff(tt.want, rules(d.Review().Err())))
		})
	}
}

// TestAValidDraftCanBeWritten: what Validate lets through must not fail when it
// is written as JSON, for by then a first alert may have been created.
func TestAValidDraftCanBeWritten(t *testing.T) {
	const bad = "a\xffb"
	for name, change := range map[string]func(*incident.Draft){
		"title":               func(d *incident.Draft) { d.Alerts[1].Title = bad },
		"description":         func(d *incident.Draft) { d.Alerts[1].Description = bad },
		"category":            func(d *incident.Draft) { d.Alerts[1].Category = bad },
		"recommended actions": func(d *incident.Draft) { d.Alerts[1].RecommendedActions = bad },
		"workspace":           func(d *incident.Draft) { d.Alerts[0].SentinelWorkspace, d.Alerts[1].SentinelWorkspace = bad, bad },
		"technique":           func(d *incident.Draft) { d.Alerts[1].Techniques = []attack.ID{bad} },
		"identifier": func(d *incident.Draft) {
			d.Alerts[1].Entities = []entity.Definition{entity.CloudApplicationByName(bad).Impacted()}
		},
		"name":    func(d *incident.Draft) { d.Name = bad },
		"owner":   func(d *incident.Draft) { d.Owner = bad },
		"tag":     func(d *incident.Draft) { d.Tags = []string{bad} },
		"comment": func(d *incident.Draft) { d.Comment = bad },
		"nothing": func(*incident.Draft) {},
	} {
		d := draft()
		change(&d)
		_, err := wire.Marshal(d)
		require.Equal(t, err == nil, d.Validate() == nil, name)
	}
}

// TestHugeDrafts does not end in anybody's patience if the time grows with the
// square of the draft.
func TestHugeDrafts(t *testing.T) {
	d := draft()
	d.Tags = make([]string, 200_000)
	for i := range d.Tags {
		d.Tags[i] = fmt.Sprintf("tag %d", i)
	}
	require.NoError(t, d.Validate())
}

func TestReviewWarnings(t *testing.T) {
	d := draft()
	require.Empty(t, d.Review().Warnings)
	d.Alerts[1].Severity = alert.Informational
	d.Alerts[0].LinkToIncident = 7
	d.Owner = "John"
	var got []string
	for _, p := range d.Review().Warnings {
		got = append(got, strings.TrimSpace(p.Path+" "+p.Rule))
	}
	require.Empty(t, cmp.Diff([]string{"alerts[1].severity hidden-severity", "renamed", "assignedTo owner-form"}, got))
	d.Name, d.Owner, d.Tags = "", "", nil
	require.Len(t, d.Review().Warnings, 1, "nothing is renamed")
}

func TestReviewTextIsHarmless(t *testing.T) {
	d := draft()
	d.Alerts[0].Title = "a\x1b[31mb\nc" + strings.Repeat("x", 500)
	d.Comment = "one\r\ntwo\u009b"
	text := d.Review().String()
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u009b")
	require.NotContains(t, text, "\r")
	for line := range strings.Lines(text) {
		require.Less(t, len([]rune(line)), 200)
	}
}

func TestUpdate(t *testing.T) {
	u, ok := draft().Update()
	require.True(t, ok)
	data, err := wire.Marshal(u)
	require.NoError(t, err)
	require.Equal(t, `{"displayName":"n","assignedTo":"o@contoso.com","customTags":["a","b"]}`, string(data))
	_, ok = incident.Draft{Comment: "c"}.Update()
	require.False(t, ok)
	data, err = wire.Marshal(incident.Update{AssignedTo: new(""), CustomTags: new([]string{})})
	require.NoError(t, err)
	require.Equal(t, `{"assignedTo":"","customTags":[]}`, string(data))
}

func TestReceiptDone(t *testing.T) {
	r := incident.Receipt{Steps: []incident.Step{{State: incident.StateDone}, {State: incident.StateUncertain}}}
	require.False(t, r.Done())
	r.Steps[1].State = incident.StateDone
	require.True(t, r.Done())
}

func TestIncidentKeepsWhatItDoesNotKnow(t *testing.T) {
	const in = `{"id":"29","status":"onHold","severity":"high","createdDateTime":"2026-08-04T10:00:00Z","alerts":[{"id":"a","strange":1}],"priorityScore":17}`
	var i incident.Incident
	require.NoError(t, stdjson.Unmarshal([]byte(in), &i))
	require.Equal(t, incident.Status("onHold"), i.Status)
	data, err := stdjson.Marshal(i)
	require.NoError(t, err)
	require.JSONEq(t, in, string(data))
	data, err = wire.Marshal(i)
	require.NoError(t, err)
	require.JSONEq(t, in, string(data))
	require.NoError(t, wire.Unmarshal(data, &i))
}

func TestParseDraft(t *testing.T) {
	full := draft()
	data, err := wire.Marshal(full)
	require.NoError(t, err)
	back, err := incident.ParseDraft(append([]byte("\xef\xbb\xbf"), data...))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(full, back))

	bare, err := wire.Marshal(map[string]any{"createAlertInput": full.Alerts[0]})
	require.NoError(t, err)
	back, err = incident.ParseDraft(bare)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(incident.Draft{Alerts: full.Alerts[:1]}, back))

	back, err = incident.ParseDraft([]byte(`{"@odata.type":"#microsoft.graph.security.createAlertInput","title":"x","entityDefinitions":[{"@odata.type":"#y","role":"related"}]}`))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(incident.Draft{Alerts: []alert.Draft{{Title: "x", Entities: []entity.Definition{{Role: entity.RoleRelated}}}}}, back))

	for _, tt := range []struct {
		name, in string
		want     string
		alerts   int
	}{
		{"typo", `{"alerts":[{"title":"x","mitreTecniques":["T1078"]}]}`, "alerts[0].mitreTecniques does not exist; did you mean mitreTechniques?", 1},
		{"typo in the bare form", `{"createAlertInput":{"title":"x","entities":[]},"x":1}`, "createAlertInput.entities does not exist; remove it\nx does not exist; remove it", 1},
		{"typo in the bare form without its object", `{"title":"x","severty":"high"}`, "severty does not exist; did you mean severity?", 1},
		{"graph's field on the wrong level", `{"alerts":[],"title":"x"}`, "title does not exist; remove it", 0},
		{"wrong type", `{"alerts":[{"linkToIncident":"42"}]}`, "alerts[0].linkToIncident cannot be read at line 1, column 30: found a string where a whole number is expected", 0},
		{"a list", `[1]`, "the document cannot be read at line 1, column 1: found a list where an object is expected", 0},
		{"duplicate", `{"alerts":[],"alerts":[]}`, "alerts cannot be read at line 1, column 14: the name appears twice in one object; remove one of the two", 0},
		{"nothing", ``, "the document cannot be read at line 1, column 1: the document ends too early; it is cut off or a bracket is not closed", 0},
		{"bare input of the wrong type", `{"createAlertInput":7}`, "createAlertInput cannot be read at line 1, column 21: found a number where an object is expected", 0},
		{"wrong type in the bare form", `{"createAlertInput":{"linkToIncident":"42"}}`, "createAlertInput.linkToIncident cannot be read at line 1, column 39: found a string where a whole number is expected", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := incident.ParseDraft([]byte(tt.in))
			require.Error(t, err)
			_, ok := errors.AsType[*incident.ValidationError](err)
			require.True(t, ok)
			require.Equal(t, tt.want, err.Error())
			require.Len(t, got.Alerts, tt.alerts)
		})
	}
	_, err = incident.ParseDraft(make([]byte, incident.MaxDraftSize+1))
	require.ErrorContains(t, err, "the largest draft is")
}

func FuzzParseDraft(f *testing.F) {
	f.Add([]byte(`{"alerts":[{"title":"x","entityDefinitions":[{"entityType":"user"}]}],"customTags":["a"]}`))
	f.Add([]byte(`{"createAlertInput":{"title":"x","linkToIncident":42}}`))
	f.Add([]byte(`{"alerts":null}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := incident.ParseDraft(data)
		review := d.Review()
		if strings.Contains(review.String(), "\x1b") {
			t.Fatal("an escape reaches the terminal")
		}
		if err != nil {
			if _, ok := errors.AsType[*incident.ValidationError](err); !ok {
				t.Fatalf("%T", err)
			}
			return
		}
		again, err := wire.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := incident.ParseDraft(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		first, _ := wire.Marshal(back)
		if string(first) != string(again) {
			t.Fatalf("%s became %s", again, first)
		}
	})
}

func ExampleDraft_Review() {
	d := incident.Draft{
		Alerts: []alert.Draft{{
			Title: "Suspicious login from TOR exit node", Severity: alert.Informational, Category: alert.InitialAccess,
			Description: "The account signed in from an address on the TOR exit list.",
			Techniques:  []attack.ID{"T1078"},
			Entities: []entity.Definition{
				entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
				entity.IPAddress("185.220.101").Related(),
			},
		}},
		Tags: []string{"hunting"},
	}
	fmt.Print(d.Review())
	// Output:
	// Alert 1 of 1: Suspicious login from TOR exit node
	//   informational, InitialAccess, T1078
	//   impacted user john.doe@contoso.com
	//   related  ip 185.220.101
	// Then set tags: hunting
	// Problem: alerts[0].entityDefinitions[1].identifierValue "185.220.101" is not an IPv4 or IPv6 address such as 203.0.113.7 or 2001:db8::7, without port, mask or zone
	// Warning: alerts[0].severity is informational; the default filters of the incident queue hide it
}

func ExampleParseDraft() {
	d, err := incident.ParseDraft([]byte(`{"alerts": [{"title": "Suspicious login", "severty": "high"}]}`))
	fmt.Println(d.Alerts[0].Title)
	fmt.Println(err)
	// Output:
	// Suspicious login
	// alerts[0].severty does not exist; did you mean severity?
}

// documented is the second example of Learn, "alert: createAlert".
func documented() incident.Draft {
	return incident.Draft{Alerts: []alert.Draft{{
		Title: "Suspicious login from TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
		Description: "The account signed in from an address on the TOR exit list.", Techniques: []attack.ID{"T1078"},
		Entities: []entity.Definition{
			entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
			entity.IPAddress("185.220.101.50").Related(),
		},
	}}}
}

func BenchmarkValidate(b *testing.B) {
	d := documented()
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}
