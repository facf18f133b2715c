package emulator

import (
	"net/http"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

// armBookmarks are the bookmarks of the workspace.
var armBookmarks = &collection[arm.BookmarkProperties]{
	path: "bookmarks/{bookmarkId}", segment: "bookmarks", typeName: armProvider + "/bookmarks",
	action: "bookmarks", operations: bookmarkOperations,
	all: func(c *armCall, p *place) []*arm.Bookmark { return c.state(p.tx).Bookmarks() },
	one: func(c *armCall, p *place, name string) *arm.Bookmark {
		b, _ := c.state(p.tx).Bookmark(name)
		return b
	},
	stable: previewOnly,
	put:    (*armCall).putBookmark,
	remove: func(c *armCall, p *place, o *arm.Bookmark) error {
		if x, r := c.relationOf(p.tx, o); r != nil {
			c.changeBelongings(&place{tx: p.tx, incident: x}, func(b *store.Belongings) { b.Relations = without(b.Relations, r) })
		}
		c.state(p.tx).DeleteBookmark(p.tx, o.Name)
		return nil
	},
}

// previewOnly takes away what only preview versions have.
func previewOnly(p *arm.BookmarkProperties) {
	p.EntityMappings, p.Tactics, p.Techniques = nil, nil, nil
}

func (c *armCall) putBookmark(p *place, before, o *arm.Bookmark) error {
	b := &o.Properties
	b.Unknown = nil
	if _, n := c.state(p.tx).Sizes(); before == nil && n >= c.t.limits.Incidents {
		return tooMany(c.t.limits.Incidents, "bookmarks of a workspace")
	}
	switch {
	case b.DisplayName == "":
		return badRequest("displayName must not be empty.")
	case b.Query == "":
		return badRequest("query must not be empty.")
	}
	if !c.preview {
		previewOnly(b)
	}
	user := &sentinel.UserInfo{ObjectID: c.who.ObjectID, Name: or(c.who.Name, c.who.label()), Email: c.who.UserPrincipalName}
	if b.CreatedBy == nil {
		if b.CreatedBy = user; before != nil {
			b.CreatedBy = before.Properties.CreatedBy
		}
	}
	if b.UpdatedBy == nil {
		b.UpdatedBy = user
	}
	if b.Created.IsZero() {
		b.Created = o.SystemData.CreatedAt
	}
	if b.Updated.IsZero() {
		b.Updated = o.SystemData.LastModifiedAt
	}
	if before != nil {
		if _, r := c.relationOf(p.tx, before); r != nil {
			b.IncidentInfo = before.Properties.IncidentInfo // the relation says it
		}
	}
	c.state(p.tx).PutBookmark(p.tx, o)
	return nil
}

// relationOf finds the relation by which a bookmark belongs to an incident.
func (c *armCall) relationOf(tx *store.Tx, b *arm.Bookmark) (x armIncident, r *arm.Relation) {
	info := b.Properties.IncidentInfo
	if info == nil {
		return x, nil
	}
	made, row, ok := c.state(tx).Find(info.IncidentID)
	if !ok {
		return x, nil
	}
	x = armIncident{made, row}
	r = named(x.belongings(tx).Relations, info.RelationName)
	if r != nil && (r.Properties.RelatedResourceKind != relatedBookmark || !arm.EqualIDs(r.Properties.RelatedResourceName, b.Name)) {
		r = nil
	}
	return x, r
}

// setIncidentInfo has a bookmark say which incident it belongs to.
func (c *armCall) setIncidentInfo(tx *store.Tx, name string, info *sentinel.IncidentInfo) {
	b, ok := c.state(tx).Bookmark(name)
	if !ok {
		return
	}
	changed := *b
	changed.Properties.IncidentInfo = info
	c.state(tx).PutBookmark(tx, &changed)
}

// listIncidentBookmarks returns the bookmarks of an incident, as entities.
func (c *armCall) listIncidentBookmarks() {
	c.related(func(tx *store.Tx, x armIncident) any {
		list := sentinel.List{}
		for _, r := range x.belongings(tx).Relations {
			if r.Properties.RelatedResourceKind != relatedBookmark {
				continue
			}
			b, ok := c.state(tx).Bookmark(r.Properties.RelatedResourceName)
			if !ok {
				continue
			}
			p := &b.Properties
			list = append(list, c.entity(b.Name, &sentinel.Bookmark{
				Base: sentinel.Base{FriendlyName: p.DisplayName}, DisplayName: p.DisplayName, Query: p.Query, QueryResult: p.QueryResult, Notes: p.Notes, Labels: p.Labels,
				EventTime: p.EventTime, Created: p.Created, CreatedBy: p.CreatedBy, Updated: p.Updated, UpdatedBy: p.UpdatedBy, IncidentInfo: p.IncidentInfo,
			}))
		}
		return entityList{list}
	})
}

// related answers with what belongs to the incident that the path names.
func (c *armCall) related(f func(*store.Tx, armIncident) any) {
	if !c.armOptions() {
		return
	}
	var answer any
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		var x armIncident
		if x, err = c.find(tx); err == nil {
			answer = f(tx, x)
		}
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, answer)
}
