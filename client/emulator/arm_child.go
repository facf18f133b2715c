package emulator

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
)

// listOptions are the options of lists that have any.
var listOptions = []string{"$filter", "$orderby", "$top"}

// changeBelongings stores what f makes of what belongs to an incident, which
// counts as a change of the incident.
func (c *armCall) changeBelongings(p *place, f func(*store.Belongings)) {
	now := c.t.stamp()
	b := p.incident.belongings(p.tx)
	f(&b)
	if p.incident.made != nil {
		i := *p.incident.made
		i.Belongings = b
		i.Object.Properties.LastModifiedTimeUTC, i.Object.SystemData = now, c.systemData(i.Object.SystemData, now)
		p.incident.made = c.state(p.tx).Put(p.tx, &i)
		return
	}
	p.tx.ChangeIncident(p.incident.row, func(i *store.Incident) {
		i.Sentinel = &b
		i.LastUpdateDateTime, i.LastModifiedBy = now, c.who.label()
	})
}

// with returns a list in which an object is new or replaced.
func with[P any](list []*arm.Object[P], o *arm.Object[P]) []*arm.Object[P] {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, func(have *arm.Object[P]) bool { return have.Name == o.Name }); i >= 0 {
		list[i] = o
		return list
	}
	return append(list, o)
}

func without[P any](list []*arm.Object[P], o *arm.Object[P]) []*arm.Object[P] {
	return slices.DeleteFunc(slices.Clone(list), func(have *arm.Object[P]) bool { return have.Name == o.Name })
}

// armComments are the comments of incidents.
//
// Source: Learn, "Transition your Microsoft Sentinel environment to the Defender
// portal": comments of both sides are on both, and to edit them here changes
// nothing there. That deleting them is the same is a guess.
var armComments = &collection[arm.CommentProperties]{
	path: "incidents/{incidentId}/comments/{incidentCommentId}", segment: "comments", typeName: armProvider + "/incidents/comments",
	action: "incidents/comments", options: listOptions, operations: commentOperations,
	texts: map[string]func(*arm.CommentProperties) string{
		"properties/message":     func(p *arm.CommentProperties) string { return p.Message },
		"properties/author/name": func(p *arm.CommentProperties) string { return p.Author.Name },
	},
	times: map[string]func(*arm.CommentProperties) time.Time{
		"properties/createdTimeUtc":      func(p *arm.CommentProperties) time.Time { return p.CreatedTimeUTC },
		"properties/lastModifiedTimeUtc": func(p *arm.CommentProperties) time.Time { return p.LastModifiedTimeUTC },
	},
	all: func(c *armCall, p *place) (all []*arm.Comment) {
		for _, comment := range c.comments(p.tx, p.incident) {
			all = append(all, comment.Object)
		}
		return all
	},
	put: (*armCall).putComment,
	remove: func(c *armCall, p *place, o *arm.Comment) error {
		c.changeComment(p, o, nil)
		return nil
	},
}

// comments are the comments of an incident: of one of Defender those that it has
// there, as far as they were not changed here.
func (c *armCall) comments(tx *store.Tx, x armIncident) []store.Comment {
	b := x.belongings(tx)
	if x.made != nil {
		return b.Comments
	}
	var all []store.Comment
	keys := commentKeys(tx.Incident(x.row).Comments)
	for n, comment := range tx.Incident(x.row).Comments {
		if i := slices.IndexFunc(b.Comments, func(here store.Comment) bool { return here.Of == keys[n] }); i >= 0 {
			if b.Comments[i].Object != nil {
				all = append(all, b.Comments[i])
			}
			continue
		}
		all = append(all, store.Comment{Of: keys[n], Object: defenderComment(keys[n], comment)})
	}
	return all
}

// defenderComment is a comment of Defender that was not changed here.
func defenderComment(key string, comment alert.Comment) *arm.Comment {
	at := comment.CreatedDateTime
	o := &arm.Comment{Resource: arm.Resource{Name: key, SystemData: &arm.SystemData{CreatedBy: comment.CreatedByDisplayName, CreatedAt: at, LastModifiedAt: at}}}
	o.Properties.Message, o.Properties.CreatedTimeUTC, o.Properties.LastModifiedTimeUTC = comment.Comment, at, at
	o.Properties.Author = &arm.ClientInfo{Name: comment.CreatedByDisplayName}
	return o
}

// commentCount is how many comments there are, without naming each.
func commentCount(tx *store.Tx, x armIncident) int {
	b := x.belongings(tx)
	if x.made != nil {
		return len(b.Comments)
	}
	n := len(tx.Incident(x.row).Comments)
	for _, comment := range b.Comments {
		if comment.Object == nil {
			n--
		}
	}
	return n
}

// commentKeys names the comments of an incident of Defender, where they have no
// ids. Names stay when comments come along from an incident that was merged.
func commentKeys(comments []alert.Comment) []string {
	keys := make([]string, len(comments))
	seen := map[string]int{}
	for n, c := range comments {
		text := fmt.Sprintf("comment of Defender\x00%d\x00%s\x00%s", c.CreatedDateTime.UnixNano(), c.CreatedByDisplayName, c.Comment)
		keys[n] = arm.IDFor(fmt.Sprintf("%s\x00%d", text, seen[text]))
		seen[text]++
	}
	return keys
}

func (c *armCall) putComment(p *place, before, o *arm.Comment) error {
	settings := arm.CommentSettings{Message: o.Properties.Message}
	switch {
	case settings.Message == "":
		return badRequest("message must not be empty.")
	case utf8.RuneCountInString(settings.Message) > arm.MaxComment:
		return badRequest("message must not be longer than 30000 characters.")
	case before == nil && commentCount(p.tx, p.incident) >= arm.MaxComments:
		return badRequest("The incident has 100 comments, which is the most that it can have.")
	}
	if before == nil && p.incident.made == nil {
		// Those that were deleted here are in Defender still.
		if full := c.t.discussed(p.tx.Incident(p.incident.row).Comments); full != nil {
			return full
		}
	}
	o.Properties = arm.CommentProperties{CommentSettings: settings}
	o.Properties.CreatedTimeUTC, o.Properties.LastModifiedTimeUTC = o.SystemData.CreatedAt, o.SystemData.LastModifiedAt
	o.Properties.Author = c.clientInfo()
	if before != nil {
		o.Properties.Author = before.Properties.Author
	}
	c.changeComment(p, before, o)
	return nil
}

// changeComment makes a comment, changes it or takes it away: before or after may
// be nil.
func (c *armCall) changeComment(p *place, before, after *arm.Comment) {
	of := ""
	switch {
	case p.incident.made != nil:
	case before == nil:
		p.tx.ChangeIncident(p.incident.row, func(i *store.Incident) {
			i.Comments = addComment(i.Comments, after.Properties.Message, c.who, after.Properties.CreatedTimeUTC)
			keys := commentKeys(i.Comments)
			of = keys[len(keys)-1]
		})
	default:
		for _, comment := range c.comments(p.tx, p.incident) {
			if comment.Object.Name == before.Name {
				of = comment.Of
			}
		}
	}
	c.changeBelongings(p, func(b *store.Belongings) {
		b.Comments = slices.Clone(b.Comments)
		i := slices.IndexFunc(b.Comments, func(have store.Comment) bool {
			return of != "" && have.Of == of || of == "" && before != nil && have.Object.Name == before.Name
		})
		switch {
		case i < 0:
			b.Comments = append(b.Comments, store.Comment{Of: of, Object: after})
		case after == nil && of == "":
			b.Comments = slices.Delete(b.Comments, i, i+1)
		default:
			b.Comments[i].Object = after
		}
	})
}

// armTasks are the tasks of incidents.
var armTasks = &collection[arm.TaskProperties]{
	path: "incidents/{incidentId}/tasks/{incidentTaskId}", segment: "tasks", typeName: armProvider + "/incidents/tasks",
	action: "incidents/tasks", operations: taskOperations,
	all: func(c *armCall, p *place) []*arm.Task { return p.incident.belongings(p.tx).Tasks },
	put: func(c *armCall, p *place, before, o *arm.Task) error {
		s := arm.TaskSettings{Title: o.Properties.Title, Status: o.Properties.Status, Description: o.Properties.Description}
		switch {
		case s.Title == "":
			return badRequest("title must not be empty.")
		case !s.Status.Known():
			return armBadRequest("status '%s' is not valid.", s.Status)
		case before == nil && len(p.incident.belongings(p.tx).Tasks) >= arm.MaxTasks:
			return badRequest("The incident has 40 tasks, which is the most that it can have.")
		}
		s.CreatedBy, s.LastModifiedBy = c.clientInfo(), c.clientInfo()
		if before != nil {
			s.CreatedBy = before.Properties.CreatedBy
		}
		o.Properties = arm.TaskProperties{TaskSettings: s, TaskState: arm.TaskState{CreatedTimeUTC: o.SystemData.CreatedAt, LastModifiedTimeUTC: o.SystemData.LastModifiedAt}}
		c.changeBelongings(p, func(b *store.Belongings) { b.Tasks = with(b.Tasks, o) })
		return nil
	},
	remove: func(c *armCall, p *place, o *arm.Task) error {
		c.changeBelongings(p, func(b *store.Belongings) { b.Tasks = without(b.Tasks, o) })
		return nil
	},
}
