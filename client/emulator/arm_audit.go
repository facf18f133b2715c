package emulator

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// did tells whether the deed is something that was done and is nothing that the
// state has.
func (d *deed) did() bool { return d.operation != "" && d.refused == nil }

// sentinelActivity returns what was done to an incident that was made in Azure
// Resource Manager.
func (t *Tenant) sentinelActivity(name string) ([]audit.Event, error) {
	is := func(target audit.Target) bool { return strings.EqualFold(target.Incident, name) }
	deeds := slices.DeleteFunc(t.audit.all(), func(d *deed) bool {
		return !slices.ContainsFunc(d.Sentinel, func(c store.SentinelChange) bool { return is(sentinelTarget(c)) }) && !(d.did() && d.made && is(d.target))
	})
	return audit.Events(func(yield func(audit.Entry, error) bool) {
		for e, err := range t.entries(deeds) {
			if (err != nil || is(e.Target)) && !yield(e, err) {
				return
			}
		}
	})
}

// recordARM keeps that something was done that the state does not have, or that it
// was refused to a caller who is known.
func (c *armCall) recordARM(operation audit.Operation, refused *refusal) {
	d := c.t.newDeed(c.call)
	d.operation = operation
	if refused != nil {
		d.refused = refused.kept()
	}
	c.t.store.Read(func(tx *store.Tx) { d.target, d.made = c.auditTarget(tx) })
	c.t.audit.add(d, c.t.limits.Audit)
}

// auditTarget is what the path is about. An incident of Defender goes by its
// number there.
func (c *armCall) auditTarget(tx *store.Tx) (target audit.Target, made bool) {
	if c.workspace.Name == "" {
		return target, false // the caller's path leads to no workspace
	}
	target.Workspace = c.workspace.Name
	if c.incident == "" {
		return target, false
	}
	switch sentinel, row, ok := c.state(tx).Find(c.incident); {
	case !ok:
		target.Incident = strings.Clone(plain.Cut(c.incident, 200))
		return target, true
	case sentinel != nil:
		target.Incident = sentinel.Object.Name
		return target, true
	default:
		target.Incident = tx.Incident(row).ID
		return target, false
	}
}

// recordRefusal keeps that the caller was refused a change.
func (c *armCall) recordRefusal(route armRoute) {
	if c.refused == nil || route.operation == nil || c.t.choices.RefusalsUnaudited {
		return
	}
	var operation audit.Operation
	c.t.store.Read(func(tx *store.Tx) { operation = route.operation(c, tx) })
	c.recordARM(operation, c.refused)
}

// putting is the operation of a PUT of an incident.
func (c *armCall) putting(tx *store.Tx) audit.Operation {
	if c.workspace.Name != "" {
		if _, err := c.find(tx); err == nil {
			return audit.UpdateIncident
		}
	}
	return audit.CreateIncident
}

// putting is the operation of a PUT of an object.
func (k *collection[P]) putting(c *armCall, tx *store.Tx) audit.Operation {
	if c.workspace.Name != "" {
		if p, err := k.at(c, tx); err == nil && k.find(c, p) != nil {
			return k.operations.update
		}
	}
	return k.operations.create
}

// operations are what happens to objects of a kind, as package arm calls it.
type operations struct{ create, update, delete audit.Operation }

// deleting is the operation of a DELETE.
func (o operations) deleting(*armCall, *store.Tx) audit.Operation { return o.delete }

var (
	incidentOperations = operations{audit.CreateIncident, audit.UpdateIncident, audit.DeleteIncident}
	commentOperations  = operations{audit.AddCommentToIncident, arm.UpdateComment, arm.DeleteComment}
	taskOperations     = operations{arm.CreateTask, arm.UpdateTask, arm.DeleteTask}
	relationOperations = operations{arm.CreateRelation, arm.UpdateRelation, arm.DeleteRelation}
	bookmarkOperations = operations{arm.CreateBookmark, arm.UpdateBookmark, arm.DeleteBookmark}
)

// running is the operation of a call that runs a playbook.
func running(*armCall, *store.Tx) audit.Operation { return arm.RunPlaybook }

// sentinelTarget is what a change of a workspace is about.
func sentinelTarget(c store.SentinelChange) audit.Target {
	target := audit.Target{Workspace: c.Workspace}
	if i := or(c.Incident.After, c.Incident.Before); i != nil {
		target.Incident = i.Object.Name
	}
	return target
}

// sentinelAspects are those of an incident that was made in Azure Resource Manager.
var sentinelAspects = []aspect[arm.IncidentProperties]{
	{"status", always[arm.IncidentProperties](audit.UpdateIncidentStatus)},
	{"classificationComment", always[arm.IncidentProperties](audit.UpdateIncidentResolvingComment)},
	{"severity", always[arm.IncidentProperties](audit.UpdateIncidentSeverity)},
	{"owner", func(_, after *arm.IncidentProperties) []audit.Operation {
		if after.Owner.Assigned() {
			return []audit.Operation{audit.AssignUserToIncident}
		}
		return []audit.Operation{audit.UnAssignUserFromIncident}
	}},
	{"labels", func(before, after *arm.IncidentProperties) []audit.Operation {
		return retagged(labelNames(before.Labels), labelNames(after.Labels))
	}},
}

func labelNames(labels []arm.Label) (names []string) {
	for _, l := range labels {
		names = append(names, l.Name)
	}
	return names
}

// describeSentinel adds the entries of what a workspace alone has.
func describeSentinel(l *entryList, c store.SentinelChange) error {
	target := sentinelTarget(c)
	if b := c.Bookmark; b.Before != nil || b.After != nil {
		return addObject(l, bookmarkOperations, "bookmarks", target, b.Before, b.After)
	}
	before, after := c.Incident.Before, c.Incident.After
	var old, now *arm.IncidentProperties
	if before != nil {
		old = &before.Object.Properties
	}
	if after != nil {
		now = &after.Object.Properties
	}
	changes, err := audit.Diff(old, now)
	switch {
	case err != nil:
		return err
	case before == nil:
		l.add(audit.CreateIncident, target, changes, "")
		return nil
	case after == nil:
		l.add(audit.DeleteIncident, target, changes, "")
		return nil
	}
	addAspects(l, sentinelAspects, target, allBut(changes, "lastModifiedTimeUtc"), old, now)
	return l.belongings(target, before.Belongings, after.Belongings, nil)
}

func belongingsOf(i *store.Incident) store.Belongings {
	if i.Sentinel == nil {
		return store.Belongings{}
	}
	return *i.Sentinel
}

// belongings adds the entries of what belongs to an incident in Azure Resource
// Manager, and which comments Defender had before. One that it did not have was
// made there as well, and has its entry.
func (l *entryList) belongings(target audit.Target, before, after store.Belongings, inDefender []alert.Comment) error {
	var keys []string
	if len(after.Comments) > 0 {
		keys = commentKeys(inDefender)
	}
	for _, now := range after.Comments {
		i := slices.IndexFunc(before.Comments, func(was store.Comment) bool { return sameComment(was, now) })
		var was *arm.Comment
		switch {
		case i >= 0:
			was = before.Comments[i].Object
		case now.Of != "":
			if i = slices.Index(keys, now.Of); i < 0 {
				continue
			}
			was = defenderComment(now.Of, inDefender[i])
		}
		if err := addObject(l, commentOperations, "comments", target, was, now.Object); err != nil {
			return err
		}
	}
	for _, was := range before.Comments {
		if !slices.ContainsFunc(after.Comments, func(now store.Comment) bool { return sameComment(was, now) }) {
			if err := addObject(l, commentOperations, "comments", target, was.Object, nil); err != nil {
				return err
			}
		}
	}
	if err := addObjects(l, taskOperations, "tasks", target, before.Tasks, after.Tasks); err != nil {
		return err
	}
	return addObjects(l, relationOperations, "relations", target, before.Relations, after.Relations)
}

func sameComment(a, b store.Comment) bool {
	if a.Of != "" || b.Of != "" {
		return a.Of == b.Of
	}
	return a.Object.Name == b.Object.Name
}

// addObjects adds the entries of the objects that differ in two lists.
func addObjects[P any](l *entryList, o operations, segment string, target audit.Target, before, after []*arm.Object[P]) error {
	for _, now := range after {
		if err := addObject(l, o, segment, target, named(before, now.Name), now); err != nil {
			return err
		}
	}
	for _, was := range before {
		if named(after, was.Name) == nil {
			if err := addObject(l, o, segment, target, was, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// addObject adds the entry of an object that was made, put or deleted. It has the
// properties as a whole, since they were sent as a whole.
func addObject[P any](l *entryList, o operations, segment string, target audit.Target, before, after *arm.Object[P]) error {
	if before == after {
		return nil
	}
	var change audit.Change
	operation, comment := o.update, ""
	properties := func(o *arm.Object[P]) (jsontext.Value, error) {
		change.Path = segment + "[" + o.Name + "]"
		return wire.Marshal(&o.Properties)
	}
	var err error
	if before == nil {
		operation = o.create
	} else if change.Old, err = properties(before); err != nil {
		return err
	}
	if after == nil {
		operation = o.delete
	} else if change.New, err = properties(after); err != nil {
		return err
	} else if c, ok := any(&after.Properties).(*arm.CommentProperties); ok {
		comment = c.Message
	}
	changes := []audit.Change{change}
	if bytes.Equal(change.Old, change.New) {
		changes = nil
	}
	l.add(operation, target, changes, comment)
	return nil
}
