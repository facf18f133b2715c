package arm

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Comment is a remark on an incident. An incident has at most [MaxComments].
type Comment = Object[CommentProperties]

// CommentProperties are the properties of a comment.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, IncidentCommentProperties.
type CommentProperties struct {
	CommentSettings
	CommentState
}

// CommentSettings are what a caller may set in a comment.
type CommentSettings struct {
	// Message is the text, of at most 30,000 characters. It is required. Whether
	// the portal reads markup in it is not documented.
	Message string         `json:"message,omitzero" validate:"required,max=30000"`
	Unknown jsontext.Value `json:",embed,inline" validate:"-"` // members that are newer, see [IncidentSettings]
}

// CommentState is what only the service says of a comment. It is never sent.
type CommentState struct {
	// Author is who wrote the comment.
	Author              *ClientInfo `json:"author,omitzero"`
	CreatedTimeUTC      time.Time   `json:"createdTimeUtc,omitzero"`
	LastModifiedTimeUTC time.Time   `json:"lastModifiedTimeUtc,omitzero"`
}

// ClientInfo is a user or an application that did something.
type ClientInfo struct {
	Name              string         `json:"name,omitzero"`
	Email             string         `json:"email,omitzero"`
	ObjectID          string         `json:"objectId,omitzero"`
	UserPrincipalName string         `json:"userPrincipalName,omitzero"`
	Unknown           jsontext.Value `json:",embed,inline"` // members that are newer, see [Object]
}
