package alert

import (
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Problem is one thing that is wrong in a value.
type Problem = validate.Problem

// ValidationError is the error of every Validate method, with all problems.
type ValidationError = validate.Error

// Draft is what a person, or a program, fills in to have an alert created. Its
// JSON form is the createAlertInput of Microsoft Graph.
//
// Source: Learn, "createAlertInput resource type" (2026-08-25). The lengths are
// documented for the older form only, in Learn, "manualAlert resource type"
// (2026-06-05); they are taken to hold for both.
type Draft struct {
	// Title is the name that the portal shows. No largest length is documented.
	Title string `json:"title" validate:"required"`
	// Severity is one of High, Medium, Low and Informational.
	Severity Severity `json:"severity" validate:"required,oneof=high medium low informational"`
	// Description says what was seen and why it matters, in 1 to 5,000
	// characters. That of the first alert becomes the incident's.
	Description string `json:"description" validate:"required,max=5000"`
	// Category is one of the constants, or another text that the service knows.
	Category Category `json:"category" validate:"required"`
	// RecommendedActions tells the responder what to do.
	RecommendedActions string `json:"recommendedActions,omitzero" validate:"-"`
	// Techniques are ATT&CK technique ids: T1078, T1059.001.
	Techniques []attack.ID `json:"mitreTechniques,omitempty" validate:"-"`
	// LinkToIncident is the number of an existing incident to join; 0 opens a
	// new one.
	LinkToIncident int64 `json:"linkToIncident,omitzero" validate:"-"`
	// ExcludedFromCorrelation keeps Defender from merging the alert's incident
	// with others. It is the opposite of the portal's "Enable incident
	// correlation for this alert".
	ExcludedFromCorrelation bool `json:"isExcludedFromCorrelation,omitzero" validate:"-"`
	// SentinelWorkspace routes the alert to a workspace, in tenants that have
	// Microsoft Sentinel. The format of the value is not documented.
	SentinelWorkspace string `json:"sentinelWorkspace,omitzero" validate:"-"`
	// Entities are the 1 to 100 things that the alert is about, of which at
	// least one is impacted.
	Entities []entity.Definition `json:"entityDefinitions" validate:"min=1,max=100"`
}

// Option changes the rules by which drafts are validated.
type Option func(rules) rules

type rules struct {
	impactedOptional bool
}

// ImpactedOptional accepts a draft without an impacted entity. The portal
// refuses it, the API does not say that it does.
func ImpactedOptional() Option {
	return func(r rules) rules {
		r.impactedOptional = true
		return r
	}
}

// Validate checks the draft against the rules of the portal and the limits of
// the API, without asking either. The error is a [*ValidationError] with all
// problems; nil means that the draft can be submitted.
func (d Draft) Validate(opts ...Option) error {
	var r rules
	for _, opt := range opts {
		r = opt(r)
	}
	ps := validate.Problems(validate.Struct(&d))
	ps.Text("title", d.Title)
	ps.Text("description", d.Description)
	ps.Text("category", string(d.Category))
	ps.Text("recommendedActions", d.RecommendedActions)
	ps.Text("sentinelWorkspace", d.SentinelWorkspace)
	for i, id := range d.Techniques {
		if !id.Valid() {
			ps.Add(validate.Index("mitreTechniques", i), "technique-syntax", "is %s; give an ATT&CK technique id such as T1078 or T1059.001", validate.Quote(string(id)))
		}
	}
	if d.LinkToIncident < 0 {
		ps.Add("linkToIncident", "incident-id", "is %d; give the number of an existing incident, or 0 for a new one", d.LinkToIncident)
	}
	d.entityProblems(&ps, r)
	return ps.Err()
}

func (d *Draft) entityProblems(ps *validate.Problems, r rules) {
	impacted := r.impactedOptional || len(d.Entities) == 0
	// Keys are made once for each entity. At most 100 are kept, for more are
	// refused anyway, so looking through them costs less than a map.
	var few [8]entity.Key
	keys := few[:0]
	for i := range d.Entities {
		e := &d.Entities[i]
		if err := e.Validate(); err != nil {
			ps.Under(validate.Index("entityDefinitions", i), err)
		}
		impacted = impacted || e.Role == entity.RoleImpacted
		key := e.Key(entity.Scope{})
		if j := slices.Index(keys, key); j >= 0 {
			ps.Add(validate.Index("entityDefinitions", i), "duplicate-entity", "names the same entity as entityDefinitions[%d]; remove one of the two", j)
		}
		if len(keys) < 100 {
			keys = append(keys, key)
		}
	}
	if !impacted {
		ps.Add("entityDefinitions", "impacted-entity", "has no impacted entity; give at least one the role %s", entity.RoleImpacted)
	}
}

// Warnings lists what does not keep the draft from being submitted but may not
// be what its author wants.
func (d Draft) Warnings() []Problem {
	var ps validate.Problems
	for _, text := range [...]struct{ path, value string }{
		{"title", d.Title}, {"description", d.Description}, {"category", string(d.Category)},
	} {
		if t := strings.TrimSpace(text.value); t != "" && t != text.value {
			ps.Add(text.path, "white-space", "has white space before or after the text")
		}
	}
	if plain.Line(d.Title) != d.Title {
		ps.Add("title", "line-break", "holds a line break, a tab or another control character; queues show one line")
	}
	if d.Severity == Informational {
		ps.Add("severity", "hidden-severity", "is informational; the default filters of the incident queue hide it")
	}
	if c := Category(strings.TrimSpace(string(d.Category))); c != "" && !c.Known() {
		ps.Add("category", "unknown-category", "is %s, which no document names; the service may refuse it", validate.Quote(string(d.Category)))
	}
	if d.ExcludedFromCorrelation {
		ps.Add("isExcludedFromCorrelation", "no-correlation", "is on; the incident stays alone even if related alerts arrive")
	}
	d.techniqueWarnings(&ps)
	return ps
}

func (d *Draft) techniqueWarnings(ps *validate.Problems) {
	tactics := d.Category.Tactics(d.Techniques...)
	for i, id := range d.Techniques {
		path := validate.Index("mitreTechniques", i)
		if slices.Index(d.Techniques, id) < i {
			ps.Add(path, "duplicate-technique", "repeats %s", validate.Quote(string(id)))
			continue
		}
		if !id.Valid() {
			continue
		}
		now := attack.Resolve(id)
		switch {
		case now.Outcome == attack.OutcomeUnknown:
			ps.Add(path, "unknown-technique", "is %s, which ATT&CK %s does not have", id, attack.Version)
		case now.Outcome == attack.OutcomeDeprecated:
			ps.Add(path, "deprecated-technique", "is outdated: %s", now)
		case now.Outcome != attack.OutcomeCurrent || len(now.Hops) > 0:
			ps.Add(path, "revoked-technique", "is outdated: %s", now)
		}
		if now.Outcome == attack.OutcomeCurrent && now.Technique.Domain == attack.Enterprise && tactics.Len() > 0 && !now.Tactics().Intersects(tactics) {
			ps.Add(path, "other-tactic", "is %s, which serves %s and not the category %s", id, names(now.Tactics()), d.Category)
		}
	}
}

func names(tactics attack.TacticSet) string {
	var names []string
	for t := range tactics.All() {
		names = append(names, t.Name)
	}
	return strings.Join(names, ", ")
}
