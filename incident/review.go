package incident

import (
	"fmt"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Review is what a person looks at before a draft is submitted, like the last
// step of the portal's wizard: the draft, what is wrong with it and what may
// not be meant.
type Review struct {
	// Draft is what was reviewed.
	Draft Draft `json:"draft"`
	// Problems keep the draft from being submitted.
	Problems []Problem `json:"problems,omitempty"`
	// Warnings do not.
	Warnings []Problem `json:"warnings,omitempty"`
}

// Review checks the draft and gathers warnings.
func (d Draft) Review(opts ...alert.Option) Review {
	r := Review{Draft: d}
	if err, ok := d.Validate(opts...).(*ValidationError); ok {
		r.Problems = err.Problems
	}
	var ps validate.Problems
	for i := range d.Alerts {
		if w := d.Alerts[i].Warnings(); len(w) > 0 {
			ps.Under(validate.Index("alerts", i), &ValidationError{Problems: w})
		}
	}
	if _, changes := d.Update(); changes && len(d.Alerts) > 0 && d.Alerts[0].LinkToIncident > 0 {
		ps.Add("", "renamed", "incident %d exists already; its name, owner or tags will be replaced by the draft's", d.Alerts[0].LinkToIncident)
	}
	if d.Owner != "" && entity.UserByPrincipalName(d.Owner).Impacted().Validate() != nil {
		ps.Add("assignedTo", "owner-form", "is %s, which is no user principal name; the portal may not find the person", validate.Quote(d.Owner))
	}
	r.Warnings = ps
	return r
}

// Err returns the problems as an error, or nil when there are none.
func (r Review) Err() error { return validate.Problems(r.Problems).Err() }

// String returns the review as text for a terminal: what will be created, then
// the problems and the warnings, one on each line.
func (r Review) String() string {
	var b strings.Builder
	d := r.Draft
	for i := range d.Alerts {
		a := &d.Alerts[i]
		fmt.Fprintf(&b, "Alert %d of %d: %s\n", i+1, len(d.Alerts), oneLine(a.Title))
		fmt.Fprintf(&b, "  %s, %s", oneLine(string(a.Severity)), oneLine(string(a.Category)))
		for _, t := range a.Techniques {
			fmt.Fprintf(&b, ", %s", oneLine(string(t)))
		}
		b.WriteByte('\n')
		for _, e := range a.Entities {
			fmt.Fprintf(&b, "  %-8s %s %s\n", oneLine(string(e.Role)), oneLine(string(e.Type)), oneLine(e.Value))
		}
	}
	for _, line := range [...]struct{ label, text string }{
		{"name", d.Name}, {"owner", d.Owner}, {"tags", strings.Join(d.Tags, ", ")}, {"comment", d.Comment},
	} {
		if line.text != "" {
			fmt.Fprintf(&b, "Then set %s: %s\n", line.label, oneLine(line.text))
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "Problem: %s\n", p)
	}
	for _, p := range r.Warnings {
		fmt.Fprintf(&b, "Warning: %s\n", p)
	}
	return b.String()
}

// oneLine makes a text harmless for a terminal and short.
func oneLine(s string) string { return plain.Line(plain.Cut(s, 120)) }
