package alert

import (
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/plain"
)

// WithReference returns the draft with a line at the end of its description by
// which the alert can be told from every other, for example the id of the
// finding in the caller's own system. The line counts towards the description's
// largest length. Line breaks in the reference become spaces; an empty reference
// changes nothing.
//
// The service has no key by which it would know a request that it has executed
// before; this line is the next best thing, and what [Draft.Compare] looks for.
func (d Draft) WithReference(reference string) Draft {
	if strings.TrimSpace(reference) == "" {
		return d
	}
	d.Description = strings.TrimRight(d.Description, "\r\n \t") + "\n\n" + referencePrefix + plain.Line(strings.TrimSpace(reference))
	return d
}

const referencePrefix = "Reference: "

// Reference returns the reference at the end of a description, or the empty
// text if there is none.
func Reference(description string) string {
	description = strings.TrimRight(description, "\r\n \t")
	last := description[strings.LastIndexAny(description, "\r\n")+1:]
	reference, ok := strings.CutPrefix(strings.TrimSpace(last), referencePrefix)
	if !ok {
		return ""
	}
	return reference
}

// Likeness is how much an alert looks like what a draft would become.
type Likeness int

// The degrees of likeness.
const (
	// Different alerts cannot come from the draft.
	Different Likeness = iota
	// Doubtful alerts say what the draft says, but their evidence does not name
	// all that the draft names, or their description ends before the draft's
	// reference.
	Doubtful
	// Alike alerts say what the draft says. One that was created from another
	// draft with the same words looks the same.
	Alike
	// Same alerts carry the draft's reference.
	Same
)

// String returns the degree in lower case.
func (l Likeness) String() string {
	return [...]string{"different", "doubtful", "alike", "same"}[l]
}

// Compare says whether the alert may have been created from the draft. What the
// answers of the service are known to leave out, or to put into other words, is
// not compared: where the alert belongs, who owns it, what time it has. Without
// evidence the entities are not compared either.
func (d *Draft) Compare(a *Alert) Likeness {
	switch a.DetectionSource {
	case "", DetectionManual, DetectionUnknown, DetectionUnknownFutureValue:
	default:
		return Different
	}
	if reference := Reference(d.Description); reference != "" {
		switch found := Reference(a.Description); {
		case found == reference:
			return Same
		case found == "" && sameText(d.Title, a.Title) && d.Severity == a.Severity && strings.HasPrefix(d.Description, strings.TrimSpace(a.Description)):
			// The service left the description out, or cut it off before the
			// reference. Nothing says that it does, and to be wrong here could
			// create an alert twice.
			return Doubtful
		}
		return Different
	}
	if !sameText(d.Title, a.Title) || !sameText(d.Description, a.Description) || a.RecommendedActions != "" && !sameText(d.RecommendedActions, a.RecommendedActions) ||
		d.Severity != a.Severity || !d.hasCategory(a) || !d.hasTechniques(a) {
		return Different
	}
	if len(a.Evidence) > 0 && !d.namedIn(a.Evidence) {
		return Doubtful
	}
	return Alike
}

// sameText compares free text. Services change line ends and the space around
// a text.
func sameText(a, b string) bool {
	return slices.Equal(strings.Fields(a), strings.Fields(b))
}

func (d *Draft) hasCategory(a *Alert) bool {
	if a.Category == "" && len(a.Categories) == 0 {
		return true
	}
	is := func(c Category) bool { return strings.EqualFold(string(c), string(d.Category)) }
	return is(a.Category) || slices.ContainsFunc(a.Categories, is)
}

func (d *Draft) hasTechniques(a *Alert) bool {
	for _, t := range d.Techniques {
		if !slices.Contains(a.Techniques, t) {
			return false
		}
	}
	return true
}

// namedIn reports whether each entity of the draft is the subject of a piece of
// evidence. Namespaces are left out: a draft does not say its tenant.
func (d *Draft) namedIn(list []evidence.Evidence) bool {
	var keys []entity.Key
	for _, e := range list {
		keys = evidence.AppendKeys(keys, e, entity.Scope{})
	}
	for _, definition := range d.Entities {
		want := definition.Key(entity.Scope{})
		if !slices.ContainsFunc(keys, func(k entity.Key) bool {
			return k.Type == want.Type && k.Identifier == want.Identifier && k.Value == want.Value
		}) {
			return false
		}
	}
	return true
}
