package arm

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// Problem is one thing that is wrong in a value.
type Problem = validate.Problem

// ValidationError is the error of what breaks a rule that the service would refuse,
// with all problems. Nothing was sent then.
type ValidationError = validate.Error

// The limits of the service. Lengths are looked at before anything is sent. How many
// comments, tasks, alerts and bookmarks an incident has is not: to count them takes a
// list before each creation, and somebody else could add one after it. [Client.Raise]
// keeps to the limits within one submission; what goes beyond them together with what
// is there already, the service refuses with an error of its own, a [*client.Error]
// with its message, and so it does for [Client.CreateComment], [Client.CreateTask] and
// [Client.CreateRelation]. Which status that has is not documented.
//
// Source: Learn, "Service limits for Microsoft Sentinel" (2025-03-19).
const (
	// MaxAlerts, MaxBookmarks, MaxComments and MaxTasks are how many an incident
	// may have.
	MaxAlerts    = 150
	MaxBookmarks = 20
	MaxComments  = 100
	MaxTasks     = 40
	// MaxDescription and MaxComment are lengths in characters.
	MaxDescription = 5000
	MaxComment     = 30000
	// MaxID is the length of an id that a caller chooses, in characters.
	MaxID = 260
	// MaxPage is the largest $top.
	MaxPage = 1000
)

var relationPattern = regexp.MustCompile(`^[a-zA-Z0-9-]{3,63}$`)

// forbidden are the characters that no name in Azure has, beside control characters.
// [Client.IncidentID] and its like escape them, so that no text leads to another
// object.
//
// Sources: the contract of Azure Resource Manager with resource providers, "Resource
// API Reference", resourceName; the number sign is from Learn, "Naming rules and
// restrictions for Azure resources". The specification of Microsoft.SecurityInsights
// gives ids of incidents, comments, tasks and bookmarks no pattern of its own.
const forbidden = `<>%&:\?/#`

// cannotBeNamed returns the character that keeps a text from being a name in Azure.
func cannotBeNamed(name string) (r rune, found bool) {
	for _, r := range name { // a broken character comes as U+FFFD
		if r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(forbidden, r) {
			return r, true
		}
	}
	return 0, false
}

// checkID notes what is wrong with an id that a caller chose. What a name in Azure
// may hold beyond letters and digits is escaped where it stands in a path.
func checkID(ps *validate.Problems, path, id string) {
	n := utf8.RuneCountInString(id)
	r, bad := cannotBeNamed(id)
	switch {
	case id == "":
		ps.Add(path, "required", "is missing; give an id such as NewID or IDFor makes")
	case id == "." || id == "..":
		ps.Add(path, "id", "is %s, which names another object in a path", validate.Quote(id))
	case bad:
		ps.Add(path, "id", "is %s, which holds %q; no name in Azure has one of %s or a control character, and IDFor makes an id of any text", validate.Quote(id), r, forbidden)
	case n > MaxID:
		ps.Add(path, "id", "has %d characters; at most %d are a name in Azure, and IDFor makes an id of any text", n, MaxID)
	}
}

// checkResourceID notes what is wrong with the id of an object, unless it is empty.
func checkResourceID(ps *validate.Problems, path, id, advice string) {
	rest, ok := strings.CutPrefix(id, "/subscriptions/")
	for name := range strings.SplitSeq(rest, "/") {
		_, bad := cannotBeNamed(name)
		ok = ok && !bad && name != "" && name != "." && name != ".." && utf8.RuneCountInString(name) <= MaxID
	}
	if id != "" && !ok {
		ps.Add(path, "resource-id", "is %s; %s", validate.Quote(id), advice)
	}
}

func checkRelationName(ps *validate.Problems, path, name string) {
	if !relationPattern.MatchString(name) {
		ps.Add(path, "relation-name", "is %s; give 3 to 63 letters, digits and hyphens, such as IDFor makes", validate.Quote(name))
	}
}

func checkIncident(s *IncidentSettings, _ string) validate.Problems {
	ps := validate.Problems(validate.Struct(s))
	ps.Text("title", s.Title)
	ps.Text("description", s.Description)
	ps.Text("classificationComment", s.ClassificationComment)
	if s.Owner != nil && s.Owner.ObjectID != "" && !guidPattern.MatchString(s.Owner.ObjectID) {
		ps.Add("owner.objectId", "guid", "is %s; give a GUID", validate.Quote(s.Owner.ObjectID))
	}
	for i, l := range s.Labels {
		if path := validate.Index("labels", i) + ".labelName"; l.Name == "" {
			ps.Add(path, "required", "is missing; give a label or remove it")
		} else {
			ps.Text(path, l.Name)
		}
	}
	return ps
}

func checkComment(s *CommentSettings, _ string) validate.Problems {
	ps := validate.Problems(validate.Struct(s))
	ps.Text("message", s.Message)
	return ps
}

func checkTask(s *TaskSettings, _ string) validate.Problems {
	ps := validate.Problems(validate.Struct(s))
	ps.Text("title", s.Title)
	ps.Text("description", s.Description)
	return ps
}

func checkRelation(s *RelationSettings, _ string) validate.Problems {
	ps := validate.Problems(validate.Struct(s))
	checkResourceID(&ps, "relatedResourceId", s.RelatedResourceID, "give the whole id of an alert or a bookmark, see AlertID and BookmarkID")
	return ps
}

func checkBookmark(s *BookmarkProperties, version string) validate.Problems {
	ps := validate.Problems(validate.Struct(s))
	ps.Text("displayName", s.DisplayName)
	ps.Text("query", s.Query)
	for _, field := range [...]struct {
		name string
		set  bool
	}{
		{"entityMappings", s.EntityMappings != nil}, {"tactics", s.Tactics != nil}, {"techniques", s.Techniques != nil},
	} {
		if field.set && !isPreview(version) {
			ps.Add(field.name, "preview", "exists in preview versions of the API only, and this client speaks %s; use Preview", version)
		}
	}
	for i, m := range s.EntityMappings {
		if len(m.FieldMappings) > maxIdentifiers {
			ps.Add(validate.Index("entityMappings", i)+".fieldMappings", "max", "has more than %d items; leave some out", maxIdentifiers)
		}
	}
	return ps
}

// maxIdentifiers is how many identifiers a mapping may have (Learn, "Microsoft
// Sentinel entity types reference").
const maxIdentifiers = 3

// added returns the problems of now that were not there before: an object that the
// service itself keeps in a way it should not may still be changed elsewhere. Where in a
// list a fault is does not matter.
func added(before, now validate.Problems) validate.Problems {
	count := map[Problem]int{}
	for _, p := range before {
		count[anywhere(p)]++
	}
	return slices.DeleteFunc(now, func(p Problem) bool {
		count[anywhere(p)]--
		return count[anywhere(p)] >= 0
	})
}

var index = regexp.MustCompile(`\[\d+\]`)

func anywhere(p Problem) Problem {
	p.Path = index.ReplaceAllString(p.Path, "[]")
	return p
}
