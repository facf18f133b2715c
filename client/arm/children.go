package arm

import (
	"context"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// child returns the place of an object that belongs to an incident, and what is
// wrong with the two ids.
func child(incidentID, collection, path, id string) (place, validate.Problems) {
	ps := incidentIDs(incidentID)
	if collection == "relations" {
		checkRelationName(&ps, path, id)
	} else {
		checkID(&ps, path, id)
	}
	return at(incidentID, "incidents", incidentID, collection, id), ps
}

func getChild[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, ids validate.Problems) (*Object[P], error) {
	if err := ids.Err(); err != nil {
		return nil, err
	}
	return get(ctx, c, k, p)
}

// GetComment reads a comment of an incident.
func (c *Client) GetComment(ctx context.Context, incidentID, id string) (*Comment, error) {
	p, ids := child(incidentID, "comments", "commentId", id)
	return getChild(ctx, c, &comments, p, ids)
}

// CreateComment comments on an incident, under an id that the caller chooses, so
// that it is safe to do again. A comment that has the id is replaced. How many the
// incident has is not counted; see [MaxComments].
func (c *Client) CreateComment(ctx context.Context, incidentID, id, message string) (*Comment, error) {
	p, ids := child(incidentID, "comments", "commentId", id)
	return create(ctx, c, &comments, p, ids, CommentSettings{Message: message})
}

// UpdateComment changes a comment, as [Client.UpdateIncident] does an incident.
func (c *Client) UpdateComment(ctx context.Context, incidentID, id string, change func(*CommentSettings) error) (*Comment, error) {
	p, ids := child(incidentID, "comments", "commentId", id)
	return update(ctx, c, &comments, p, ids, change)
}

// DeleteComment deletes a comment and reports whether there was one.
func (c *Client) DeleteComment(ctx context.Context, incidentID, id string) (existed bool, err error) {
	p, ids := child(incidentID, "comments", "commentId", id)
	return destroy(ctx, c, &comments, p, ids)
}

// GetTask reads a task of an incident.
func (c *Client) GetTask(ctx context.Context, incidentID, id string) (*Task, error) {
	p, ids := child(incidentID, "tasks", "taskId", id)
	return getChild(ctx, c, &tasks, p, ids)
}

// CreateTask gives an incident a task, under an id that the caller chooses, so that
// it is safe to do again. A task that has the id is replaced. How many the incident has
// is not counted; see [MaxTasks].
func (c *Client) CreateTask(ctx context.Context, incidentID, id string, s TaskSettings) (*Task, error) {
	p, ids := child(incidentID, "tasks", "taskId", id)
	return create(ctx, c, &tasks, p, ids, s)
}

// UpdateTask changes a task, as [Client.UpdateIncident] does an incident.
func (c *Client) UpdateTask(ctx context.Context, incidentID, id string, change func(*TaskSettings) error) (*Task, error) {
	p, ids := child(incidentID, "tasks", "taskId", id)
	return update(ctx, c, &tasks, p, ids, change)
}

// DeleteTask deletes a task and reports whether there was one.
func (c *Client) DeleteTask(ctx context.Context, incidentID, id string) (existed bool, err error) {
	p, ids := child(incidentID, "tasks", "taskId", id)
	return destroy(ctx, c, &tasks, p, ids)
}

// GetRelation reads a relation of an incident.
func (c *Client) GetRelation(ctx context.Context, incidentID, name string) (*Relation, error) {
	p, ids := child(incidentID, "relations", "relationName", name)
	return getChild(ctx, c, &relations, p, ids)
}

// CreateRelation relates an alert or a bookmark, by its id in Azure Resource Manager,
// to an incident. The name is the caller's choice, of 3 to 63 letters, digits and
// hyphens; a relation of that name to something else is a conflict
// ([client.ErrConflict]), and an alert that is related already under another name is
// refused ([client.ErrInvalid]). Alerts of Microsoft 365 Defender cannot be related.
//
// Source: Learn, "Relate alerts to incidents in Microsoft Sentinel". That page
// makes up names of two ids and an underscore, which the specification forbids.
func (c *Client) CreateRelation(ctx context.Context, incidentID, name, relatedResourceID string) (*Relation, error) {
	p, ids := child(incidentID, "relations", "relationName", name)
	return create(ctx, c, &relations, p, ids, RelationSettings{RelatedResourceID: relatedResourceID})
}

// UpdateRelation changes a relation, as [Client.UpdateIncident] does an incident. To
// have it lead to something else is a conflict ([client.ErrConflict]): delete it and
// create another.
func (c *Client) UpdateRelation(ctx context.Context, incidentID, name string, change func(*RelationSettings) error) (*Relation, error) {
	p, ids := child(incidentID, "relations", "relationName", name)
	return update(ctx, c, &relations, p, ids, change)
}

// DeleteRelation takes an alert or a bookmark out of an incident and reports
// whether it was in it.
func (c *Client) DeleteRelation(ctx context.Context, incidentID, name string) (existed bool, err error) {
	p, ids := child(incidentID, "relations", "relationName", name)
	return destroy(ctx, c, &relations, p, ids)
}

func bookmark(id string) (place, validate.Problems) {
	var ps validate.Problems
	checkID(&ps, "bookmarkId", id)
	return at("", "bookmarks", id), ps
}

// GetBookmark reads a bookmark of the workspace.
func (c *Client) GetBookmark(ctx context.Context, id string) (*Bookmark, error) {
	p, ids := bookmark(id)
	return getChild(ctx, c, &bookmarks, p, ids)
}

// CreateBookmark keeps a row under an id that the caller chooses, so that it is safe
// to do again. A bookmark that has the id is replaced. It needs the rights of
// Microsoft Sentinel Contributor.
func (c *Client) CreateBookmark(ctx context.Context, id string, b BookmarkProperties) (*Bookmark, error) {
	p, ids := bookmark(id)
	return create(ctx, c, &bookmarks, p, ids, b)
}

// UpdateBookmark changes a bookmark, as [Client.UpdateIncident] does an incident. What
// the version of the API does not show is not sent back: one with entity mappings, tactics
// or techniques is changed with [Client.Preview].
func (c *Client) UpdateBookmark(ctx context.Context, id string, change func(*BookmarkProperties) error) (*Bookmark, error) {
	p, ids := bookmark(id)
	return update(ctx, c, &bookmarks, p, ids, change)
}

// DeleteBookmark deletes a bookmark and reports whether there was one.
func (c *Client) DeleteBookmark(ctx context.Context, id string) (existed bool, err error) {
	p, ids := bookmark(id)
	return destroy(ctx, c, &bookmarks, p, ids)
}
