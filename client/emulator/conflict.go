package emulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// conflict is why incidents are not merged.
type conflict struct {
	// rule is the rule that correlation knows it by. It is empty for what can
	// happen to people only.
	rule correlation.Rule
	why  string
}

// conflict says why incidents cannot be merged, by anybody, or is nil.
//
// Source: Learn, "Alert correlation and incident merging in the Microsoft Defender
// portal", which says that a person may merge when the cause was removed, and
// "Merge incidents manually in Microsoft Defender": owner, classification and
// determination must be equal or not set.
func (t *Tenant) conflict(tx *store.Tx, rows []int32) *conflict {
	var owner, classification, determination string
	differs := func(have *string, next string) bool {
		if *have == "" {
			*have = next
		}
		return next != "" && *have != next
	}
	set, first := &t.profile, tx.Incident(rows[0])
	for _, row := range rows {
		i := tx.Incident(row)
		s := stanceOf(i)
		switch {
		case i.Status == incident.StatusRedirected:
			return &conflict{"", "Incident " + i.ID + " was merged into incident " + i.RedirectIncidentID + " before."}
		case set.KeepResolved && i.Status == incident.StatusResolved:
			return &conflict{correlation.RuleResolved, "Incident " + i.ID + " is resolved, and cannot be merged."}
		case i.Workspace != first.Workspace:
			return &conflict{correlation.RuleWorkspace, "Incidents " + first.ID + " and " + i.ID + " are in different workspaces."}
		case set.KeepOwners && differs(&owner, s.owner):
			return &conflict{correlation.RuleOwner, "The incidents are assigned to different people."}
		case set.KeepClassification && differs(&classification, string(s.classification)):
			return &conflict{correlation.RuleClassification, "The incidents have different classifications."}
		case set.KeepDetermination && differs(&determination, string(s.determination)):
			return &conflict{correlation.RuleDetermination, "The incidents have different determinations."}
		}
	}
	if set.KeepDeviceGroups && t.groupsDiffer(tx, rows) {
		return &conflict{correlation.RuleDeviceGroup, "The incidents have devices of different device groups."}
	}
	if set.MaxEntities > 0 {
		if n := countEntities(tx, rows); n > set.MaxEntities {
			return &conflict{correlation.RuleEntities, "Together the incidents have " + strconv.Itoa(n) + " entities, of at most " + strconv.Itoa(set.MaxEntities) + "."}
		}
	}
	return nil
}

// groupsDiffer tells whether two of the incidents have devices, and no device
// group in common.
func (t *Tenant) groupsDiffer(tx *store.Tx, rows []int32) bool {
	groups := make([][]string, len(rows))
	for n, row := range rows {
		for _, a := range tx.MembersOf(tx.Incident(row)) {
			groups[n] = union(groups[n], a.Groups)
		}
	}
	for n, one := range groups {
		for _, other := range groups[n+1:] {
			if len(one) > 0 && len(other) > 0 && !slices.ContainsFunc(one, func(g string) bool { return containsFold(other, g) }) {
				return true
			}
		}
	}
	return false
}

// countEntities counts the different entities of incidents.
func countEntities(tx *store.Tx, rows []int32) int {
	different := map[entity.Key]bool{}
	for _, row := range rows {
		for _, a := range tx.MembersOf(tx.Incident(row)) {
			for _, e := range input(a).Entities {
				different[e.Keys[0]] = true
			}
		}
	}
	return len(different)
}

// survivor returns the incident that others are merged into: the one that was
// opened first, or by the profile the largest. Which one it is is not documented,
// in the one published case it was the first, and people are documented to have
// no say in it.
func (t *Tenant) survivor(tx *store.Tx, rows []int32) int32 {
	if t.profile.Direction != correlation.LargerSurvives {
		return slices.Min(rows)
	}
	return slices.MinFunc(rows, func(x, y int32) int {
		if c := len(tx.Incident(y).Members) - len(tx.Incident(x).Members); c != 0 {
			return c
		}
		return int(x - y)
	})
}

// namedBy is how many alerts of an incident make its name.
const namedBy = 100

// incidentName names an incident after its alerts, of which the first ones are
// given: by the title of the first one, unless they show several tactics.
//
// Source: Learn, "Manage incidents in Microsoft Defender", which has the
// attributes that a name is made from, and the form "Multi-stage incident on
// multiple endpoints reported by multiple sources".
func (t *Tenant) incidentName(alerts []*store.Alert) string {
	var set attack.TacticSet
	var devices, users, sources []string
	for _, a := range alerts {
		set = set.Union(a.Category.Tactics(a.Techniques...))
		for _, e := range a.Entities {
			switch e.Type {
			case entity.TypeDevice:
				devices = union(devices, []string{strings.ToLower(e.Value)})
			case entity.TypeUser:
				users = union(users, []string{strings.ToLower(e.Value)})
			}
		}
		sources = union(sources, []string{string(a.ServiceSource)})
	}
	name := string(alerts[0].Category) + " incident"
	stages := len(alerts) > 1 && set.Len() > 1
	switch {
	case stages:
		tactics := slices.Collect(set.All())
		name = "Multi-stage incident involving " + tactics[0].Name + " & " + tactics[len(tactics)-1].Name
	case !t.choices.GeneratedNames:
		return alerts[0].Title
	}
	switch {
	case len(devices) > 1:
		name += " on multiple endpoints"
	case len(devices) == 1:
		name += " on one endpoint"
	case stages: // the name says enough
	case len(users) > 1:
		name += " involving multiple users"
	case len(users) == 1:
		name += " involving one user"
	}
	if len(sources) > 1 {
		name += " reported by multiple sources"
	}
	return name
}
