package alert_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

func TestCompare(t *testing.T) {
	draft := alert.Draft{
		Title: "Sign-in from TOR", Severity: alert.High, Description: "line one\nline two", Category: alert.InitialAccess,
		RecommendedActions: "Reset it.", Techniques: []attack.ID{"T1078"},
		Entities: []entity.Definition{entity.UserByPrincipalName("john.doe@contoso.com").Impacted(), entity.IPAddress("185.220.101.50").Related()},
	}
	user := func(upn string) evidence.Evidence {
		return &evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: upn, TenantID: "t"}}
	}
	ip := &evidence.IP{IPAddress: "185.220.101.50"}
	for _, tt := range []struct {
		name   string
		change func(*alert.Draft, *alert.Alert)
		want   alert.Likeness
	}{
		{"as the documented answers have it", func(*alert.Draft, *alert.Alert) {}, alert.Alike},
		{"all evidence", func(_ *alert.Draft, a *alert.Alert) {
			a.Evidence = evidence.List{ip, user("John.Doe@Contoso.com"), &evidence.Process{}}
		}, alert.Alike},
		{"evidence of somebody else", func(_ *alert.Draft, a *alert.Alert) { a.Evidence = evidence.List{ip, user("jane.roe@contoso.com")} }, alert.Doubtful},
		{"part of the evidence", func(_ *alert.Draft, a *alert.Alert) { a.Evidence = evidence.List{ip} }, alert.Doubtful},
		{"other line ends", func(_ *alert.Draft, a *alert.Alert) { a.Description = " line one\r\nline two\r\n" }, alert.Alike},
		{"categories only", func(_ *alert.Draft, a *alert.Alert) {
			a.Category, a.Categories = "", []alert.Category{"Probing", "initialaccess"}
		}, alert.Alike},
		{"no category at all", func(_ *alert.Draft, a *alert.Alert) { a.Category = "" }, alert.Alike},
		{"no recommended actions", func(_ *alert.Draft, a *alert.Alert) { a.RecommendedActions = "" }, alert.Alike},
		{"technique added", func(_ *alert.Draft, a *alert.Alert) { a.Techniques = append(a.Techniques, "T1090") }, alert.Alike},
		{"other title", func(_ *alert.Draft, a *alert.Alert) { a.Title = "x" }, alert.Different},
		{"other description", func(_ *alert.Draft, a *alert.Alert) { a.Description = "x" }, alert.Different},
		{"other severity", func(_ *alert.Draft, a *alert.Alert) { a.Severity = alert.Low }, alert.Different},
		{"other category", func(_ *alert.Draft, a *alert.Alert) { a.Category = alert.Execution }, alert.Different},
		{"other actions", func(_ *alert.Draft, a *alert.Alert) { a.RecommendedActions = "x" }, alert.Different},
		{"technique missing", func(_ *alert.Draft, a *alert.Alert) { a.Techniques = nil }, alert.Different},
		{"found by a detector", func(_ *alert.Draft, a *alert.Alert) { a.DetectionSource = alert.DetectionAntivirus }, alert.Different},
		{"found by a detector nobody knows", func(_ *alert.Draft, a *alert.Alert) { a.DetectionSource = "x" }, alert.Different},
		{"with the reference", func(d *alert.Draft, a *alert.Alert) {
			*d = d.WithReference("F-17")
			a.Description, a.Title = d.Description+"\r\n", "renamed by a rule"
		}, alert.Same},
		{"with another reference", func(d *alert.Draft, a *alert.Alert) {
			a.Description = d.WithReference("F-170").Description
			*d = d.WithReference("F-17")
		}, alert.Different},
		{"cut off before the reference", func(d *alert.Draft, a *alert.Alert) { *d = d.WithReference("F-17") }, alert.Doubtful},
		{"without a description", func(d *alert.Draft, a *alert.Alert) { a.Description, *d = "", d.WithReference("F-17") }, alert.Doubtful},
		{"cut off, with another title", func(d *alert.Draft, a *alert.Alert) { a.Title, *d = "x", d.WithReference("F-17") }, alert.Different},
		{"other words without a reference", func(d *alert.Draft, a *alert.Alert) { a.Description, *d = "x", d.WithReference("F-17") }, alert.Different},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := draft
			a := alert.Alert{
				Title: d.Title, Severity: d.Severity, Description: d.Description, Category: d.Category, RecommendedActions: d.RecommendedActions,
				Techniques: d.Techniques, DetectionSource: alert.DetectionManual,
			}
			tt.change(&d, &a)
			require.Equal(t, tt.want.String(), d.Compare(&a).String())
		})
	}
}

// TestReferenceIsFoundAgain, whatever it and the description are.
func TestReferenceIsFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		description, reference := rapid.String().Draw(t, "description"), strings.TrimSpace(rapid.String().Draw(t, "reference"))
		d := alert.Draft{Description: description}.WithReference(reference)
		require.NotContains(t, alert.Reference(d.Description), "\n")
		if reference == "" {
			require.Equal(t, description, d.Description)
			return
		}
		require.Equal(t, alert.Reference(alert.Draft{}.WithReference(reference).Description), alert.Reference(d.Description))
		if strings.TrimSpace(reference) != "" && !strings.ContainsFunc(reference, func(r rune) bool { return r < ' ' || r > '~' }) {
			require.Equal(t, reference, alert.Reference(d.Description))
		}
	})
	require.Empty(t, alert.Reference("Reference: x\nand more"))
	require.Empty(t, alert.Reference(""))
}

func ExampleDraft_WithReference() {
	draft := alert.Draft{Title: "Beaconing", Description: "One request a minute."}.WithReference("hunt-2026-118")
	fmt.Println(draft.Description)
	fmt.Println(alert.Reference(draft.Description))
	// Output:
	// One request a minute.
	//
	// Reference: hunt-2026-118
	// hunt-2026-118
}
