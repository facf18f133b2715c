package emulator

import (
	"regexp"
	"strings"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// The kinds of what can be related to an incident.
const (
	relatedAlert    = string(sentinel.KindSecurityAlert)
	relatedBookmark = string(sentinel.KindBookmark)
)

// armRelations are the relations of incidents to alerts and bookmarks.
//
// Source: Learn, "Relate alerts to incidents in Microsoft Sentinel", whose texts
// these are; the pattern of names is that of the specification.
var armRelations = &collection[arm.RelationProperties]{
	path: "incidents/{incidentId}/relations/{relationName}", segment: "relations", typeName: armProvider + "/incidents/relations",
	action: "incidents/relations", options: listOptions, operations: relationOperations,
	texts: map[string]func(*arm.RelationProperties) string{
		"properties/relatedResourceId":   func(p *arm.RelationProperties) string { return p.RelatedResourceID },
		"properties/relatedResourceName": func(p *arm.RelationProperties) string { return p.RelatedResourceName },
		"properties/relatedResourceType": func(p *arm.RelationProperties) string { return p.RelatedResourceType },
		"properties/relatedResourceKind": func(p *arm.RelationProperties) string { return p.RelatedResourceKind },
	},
	all: (*armCall).relations,
	put: (*armCall).putRelation,
	remove: func(c *armCall, p *place, o *arm.Relation) error {
		if p.incident.made == nil && o.Properties.RelatedResourceKind == relatedAlert {
			return badRequest("Failed to delete relation. Microsoft 365 Defender alerts cannot be removed from Microsoft 365 Defender incidents.")
		}
		c.changeBelongings(p, func(b *store.Belongings) { b.Relations = without(b.Relations, o) })
		c.detach(p.tx, o)
		return nil
	},
}

var relationName = regexp.MustCompile(`^[a-zA-Z0-9-]{3,63}$`)

// relations are the relations of an incident. An incident of Defender has one for
// each alert, named after it.
func (c *armCall) relations(p *place) []*arm.Relation {
	stored := p.incident.belongings(p.tx).Relations
	if p.incident.made != nil {
		return stored
	}
	var all []*arm.Relation
	for _, a := range c.alerts(p.tx, p.incident) {
		id, at := hunting.SystemAlertID(a.ID), a.CreatedDateTime
		o := &arm.Relation{Resource: arm.Resource{Name: id, SystemData: &arm.SystemData{CreatedAt: at, LastModifiedAt: at}}}
		o.Properties = c.toAlert(id)
		all = append(all, o)
	}
	return append(all, stored...)
}

func (c *armCall) toAlert(systemAlertID string) (p arm.RelationProperties) {
	p.RelatedResourceID = c.resourceID("Entities", systemAlertID)
	p.RelatedResourceName, p.RelatedResourceType, p.RelatedResourceKind = systemAlertID, armProvider+"/entities", relatedAlert
	return p
}

func (c *armCall) toBookmark(name string) (p arm.RelationProperties) {
	p.RelatedResourceID = c.resourceID("bookmarks", name)
	p.RelatedResourceName, p.RelatedResourceType, p.RelatedResourceKind = name, armProvider+"/bookmarks", relatedBookmark
	return p
}

// putRelation relates an alert or a bookmark to an incident.
func (c *armCall) putRelation(p *place, before, o *arm.Relation) error {
	if !relationName.MatchString(o.Name) {
		return armBadRequest("The relation name '%s' is not 3 to 63 letters, digits and hyphens.", o.Name)
	}
	target, err := c.relatable(p.tx, o.Properties.RelatedResourceID)
	if err != nil {
		return err
	}
	name := target.RelatedResourceName
	incident := c.ids[0]
	count := 0
	for _, r := range c.relations(p) {
		if r.Properties.RelatedResourceKind != target.RelatedResourceKind {
			continue
		}
		count++
		if arm.EqualIDs(r.Properties.RelatedResourceName, name) && !arm.EqualIDs(r.Name, o.Name) {
			return armBadRequest("Failed to create relation. %s %s already exists in incident %s.", kindNames[target.RelatedResourceKind], name, incident)
		}
	}
	switch alert := target.RelatedResourceKind == relatedAlert; {
	case before != nil && before.Properties.RelatedResourceKind != target.RelatedResourceKind:
		return armBadRequest("Failed to create relation. Different relation type with name %s already exists in incident %s.", o.Name, incident)
	case before != nil && !arm.EqualIDs(before.Properties.RelatedResourceName, name):
		return &refusal{409, "Conflict", "Failed to create relation. Relation with name " + o.Name + " already exists in incident " + incident + " to different " +
			strings.ToLower(kindNames[target.RelatedResourceKind]) + " " + before.Properties.RelatedResourceName + "."}
	case !alert && before == nil && c.elsewhere(p.tx, name):
		return armBadRequest("Failed to create relation. Bookmark %s already exists in another incident.", name)
	case alert && p.incident.made == nil && before == nil:
		return badRequest("Failed to create relation. Microsoft 365 Defender alerts cannot be added to Microsoft 365 Defender incidents.")
	case alert && c.t.choices.AlertsStayInDefender && before == nil:
		return badRequest("Failed to create relation. Alerts can be added to incidents in the Microsoft Defender portal only.")
	case before == nil && alert && count >= arm.MaxAlerts:
		return badRequest("Failed to create relation. The incident has 150 alerts, which is the most that it can have.")
	case before == nil && !alert && count >= arm.MaxBookmarks:
		return badRequest("Failed to create relation. The incident has 20 bookmarks, which is the most that it can have.")
	}
	o.Properties = target
	if p.incident.made == nil && target.RelatedResourceKind == relatedAlert {
		return nil // it stays as it is
	}
	c.changeBelongings(p, func(b *store.Belongings) { b.Relations = with(b.Relations, o) })
	if target.RelatedResourceKind == relatedBookmark {
		shown := c.show(p.tx, p.incident)
		c.setIncidentInfo(p.tx, name, &sentinel.IncidentInfo{IncidentID: shown.Name, Title: shown.Properties.Title, Severity: shown.Properties.Severity, RelationName: o.Name})
	}
	return nil
}

// elsewhere tells whether a bookmark belongs to an incident: it can name only one.
func (c *armCall) elsewhere(tx *store.Tx, bookmark string) bool {
	b, ok := c.state(tx).Bookmark(bookmark)
	if !ok {
		return false
	}
	_, r := c.relationOf(tx, b)
	return r != nil
}

var kindNames = map[string]string{relatedAlert: "Alert", relatedBookmark: "Bookmark"}

// relatable finds what an id in Azure Resource Manager names, if it can be related
// to an incident.
func (c *armCall) relatable(tx *store.Tx, id string) (target arm.RelationProperties, err error) {
	if id == "" {
		return target, badRequest("relatedResourceId must not be empty.")
	}
	missing := notFound("Resource '" + id + "' does not exist.")
	elsewhere := badRequest("Failed to create relation. Related resource and incident should belong to the same workspace.")
	rest, ok := c.sameWorkspace(id)
	if !ok {
		if _, err := arm.ParseWorkspace(id); err == nil {
			return target, elsewhere
		}
		return target, armBadRequest("relatedResourceId '%s' is not the id of an alert or a bookmark.", id)
	}
	kind, name, _ := strings.Cut(rest, "/")
	switch strings.ToLower(kind) {
	case "entities":
		row, ok := tx.FindSystemAlert(name)
		if !ok {
			return target, missing
		}
		if tx.Alert(row).Workspace != c.workspace.Name {
			return target, elsewhere
		}
		return c.toAlert(hunting.SystemAlertID(tx.Alert(row).ID)), nil
	case "bookmarks":
		b, ok := c.state(tx).Bookmark(name)
		if !ok {
			return target, missing
		}
		return c.toBookmark(b.Name), nil
	default:
		return target, missing
	}
}

// detach has a bookmark forget the relation by which it belonged to an incident.
func (c *armCall) detach(tx *store.Tx, r *arm.Relation) {
	if r.Properties.RelatedResourceKind == relatedBookmark {
		c.setIncidentInfo(tx, r.Properties.RelatedResourceName, nil)
	}
}
