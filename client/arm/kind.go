package arm

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// The operations of this package that package audit has no constant for. The names
// are this project's.
const (
	UpdateComment  audit.Operation = "UpdateIncidentComment"
	DeleteComment  audit.Operation = "DeleteIncidentComment"
	CreateTask     audit.Operation = "CreateIncidentTask"
	UpdateTask     audit.Operation = "UpdateIncidentTask"
	DeleteTask     audit.Operation = "DeleteIncidentTask"
	CreateRelation audit.Operation = "CreateIncidentRelation"
	UpdateRelation audit.Operation = "UpdateIncidentRelation"
	DeleteRelation audit.Operation = "DeleteIncidentRelation"
	CreateBookmark audit.Operation = "CreateBookmark"
	UpdateBookmark audit.Operation = "UpdateBookmark"
	DeleteBookmark audit.Operation = "DeleteBookmark"
	RunPlaybook    audit.Operation = "RunPlaybook"
)

// kind is what the calls need to know of a kind of object: P are its properties, S
// those of them that a caller may set.
type kind[P, S any] struct {
	settings func(*P) *S
	// send returns what is sent of the settings to replace the version with an
	// etag, for kinds in which it is not all.
	send func(s *S, etag string) any
	// check says what the service would refuse in a version of the API.
	check                   func(*S, string) validate.Problems
	create, update, destroy audit.Operation
}

var (
	incidents = kind[IncidentProperties, IncidentSettings]{
		func(p *IncidentProperties) *IncidentSettings { return &p.IncidentSettings },
		newIncidentBody,
		checkIncident, audit.CreateIncident, audit.UpdateIncident, audit.DeleteIncident,
	}
	comments = kind[CommentProperties, CommentSettings]{
		func(p *CommentProperties) *CommentSettings { return &p.CommentSettings }, nil,
		checkComment, audit.AddCommentToIncident, UpdateComment, DeleteComment,
	}
	tasks = kind[TaskProperties, TaskSettings]{
		func(p *TaskProperties) *TaskSettings { return &p.TaskSettings }, nil,
		checkTask, CreateTask, UpdateTask, DeleteTask,
	}
	relations = kind[RelationProperties, RelationSettings]{
		func(p *RelationProperties) *RelationSettings { return &p.RelationSettings }, nil,
		checkRelation, CreateRelation, UpdateRelation, DeleteRelation,
	}
	bookmarks = kind[BookmarkProperties, BookmarkProperties]{
		func(p *BookmarkProperties) *BookmarkProperties { return p },
		newBookmarkBody,
		checkBookmark, CreateBookmark, UpdateBookmark, DeleteBookmark,
	}
)

// body is what a PUT sends of an object.
type body struct {
	ETag       string         `json:"etag,omitzero"`
	Properties any            `json:"properties"`
	Unknown    jsontext.Value `json:",embed,inline"`
}

// body returns what is sent of settings.
func (k *kind[P, S]) body(etag string, s *S, unknown jsontext.Value) body {
	b := body{etag, s, unknown}
	if k.send != nil {
		b.Properties = k.send(s, etag)
	}
	return b
}

// incidentBody is the settings of an incident with labels that have a name only;
// their types are the service's to say. A field hides the field of the same name
// in the struct that is embedded.
type incidentBody struct {
	*IncidentSettings
	Labels []labelBody `json:"labels,omitzero"`
	Owner  any         `json:"owner,omitzero"`
}

// nobody is the owner of an incident that has none: the form in which an example of
// the specification sends it. An owner that is left out is taken away as well, but
// who reads the request cannot know that it was meant.
type nobody struct {
	ObjectID          *string        `json:"objectId"`
	Email             *string        `json:"email"`
	AssignedTo        *string        `json:"assignedTo"`
	UserPrincipalName *string        `json:"userPrincipalName"`
	Unknown           jsontext.Value `json:",embed,inline"`
}

type labelBody struct {
	Name    string         `json:"labelName"`
	Unknown jsontext.Value `json:",embed,inline"`
}

func newIncidentBody(s *IncidentSettings, etag string) any {
	b := &incidentBody{IncidentSettings: s}
	switch {
	case s.Owner.Assigned():
		b.Owner = s.Owner
	case etag != "" && s.Owner != nil:
		b.Owner = &nobody{Unknown: s.Owner.Unknown}
	case etag != "":
		b.Owner = &nobody{}
	}
	if s.Labels != nil {
		b.Labels = make([]labelBody, len(s.Labels))
		for i, l := range s.Labels {
			b.Labels[i] = labelBody{l.Name, l.Unknown}
		}
	}
	return b
}

// bookmarkBody is the properties of a bookmark with users that have an object id
// only; their names and addresses are the service's to say.
type bookmarkBody struct {
	*BookmarkProperties
	CreatedBy *userBody `json:"createdBy,omitzero"`
	UpdatedBy *userBody `json:"updatedBy,omitzero"`
}

type userBody struct {
	ObjectID string         `json:"objectId,omitzero"`
	Unknown  jsontext.Value `json:",embed,inline"`
}

func newBookmarkBody(s *BookmarkProperties, _ string) any {
	user := func(u *sentinel.UserInfo) *userBody {
		if u == nil {
			return nil
		}
		return &userBody{u.ObjectID, u.Unknown}
	}
	return &bookmarkBody{s, user(s.CreatedBy), user(s.UpdatedBy)}
}
