package incident

import (
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Problem is one thing that is wrong, or worth a warning, in a draft.
type Problem = validate.Problem

// ValidationError is the error of a draft that breaks rules, with all problems.
type ValidationError = validate.Error

// Draft is an incident that is to be raised: the alerts that make it up, and
// what can be set only once it exists. A field left empty stays as the service
// makes it.
type Draft struct {
	// Alerts are created in order. The first opens an incident, or joins the
	// one that its LinkToIncident names; the others attach to that incident.
	Alerts []alert.Draft `json:"alerts" validate:"min=1"`
	// Name replaces the name that the service gives the incident.
	Name string `json:"displayName,omitzero" validate:"-"`
	// Owner is the user principal name of the person to assign the incident to.
	Owner string `json:"assignedTo,omitzero" validate:"-"`
	// Tags are the incident's custom tags.
	Tags []string `json:"customTags,omitempty" validate:"-"`
	// Comment is added to the incident, in at most 30,000 characters (Learn,
	// "Manage incidents in Microsoft Defender").
	Comment string `json:"comment,omitzero" validate:"max=30000"`
}

// Validate checks the draft without asking a service. The error is a
// [*ValidationError] with all problems; nil means that it can be submitted.
func (d Draft) Validate(opts ...alert.Option) error {
	ps := validate.Problems(validate.Struct(&d))
	for i := range d.Alerts {
		if err := d.Alerts[i].Validate(opts...); err != nil {
			ps.Under(validate.Index("alerts", i), err)
		}
	}
	for i := 1; i < len(d.Alerts); i++ {
		first, a := &d.Alerts[0], &d.Alerts[i]
		path := validate.Index("alerts", i)
		if a.LinkToIncident != 0 && a.LinkToIncident != first.LinkToIncident {
			ps.Add(path+".linkToIncident", "one-incident", "is %d; all alerts of a draft go to the incident of alerts[0], so leave it out", a.LinkToIncident)
		}
		if a.SentinelWorkspace != first.SentinelWorkspace {
			ps.Add(path+".sentinelWorkspace", "one-workspace", "is %s, but alerts[0] has %s; an incident is in one workspace", validate.Quote(a.SentinelWorkspace), validate.Quote(first.SentinelWorkspace))
		}
	}
	ps.Text("displayName", d.Name)
	ps.Text("assignedTo", d.Owner)
	seen := make(map[string]bool, len(d.Tags))
	for i, tag := range d.Tags {
		path := validate.Index("customTags", i)
		switch {
		case strings.TrimSpace(tag) == "":
			ps.Add(path, "required", "is empty; give a tag or remove it")
		case seen[tag]:
			ps.Add(path, "duplicate-tag", "repeats %s; remove one of the two", validate.Quote(tag))
		default:
			ps.Text(path, tag)
		}
		seen[tag] = true
	}
	ps.Text("comment", d.Comment)
	return ps.Err()
}

// Update returns what has to be changed in the incident once it exists, and
// whether there is anything.
func (d Draft) Update() (u Update, ok bool) {
	if d.Name != "" {
		u.DisplayName = new(d.Name)
	}
	if d.Owner != "" {
		u.AssignedTo = new(d.Owner)
	}
	if len(d.Tags) > 0 {
		u.CustomTags = new(slices.Clone(d.Tags))
	}
	return u, d.Name != "" || d.Owner != "" || len(d.Tags) > 0
}
