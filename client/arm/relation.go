package arm

import "github.com/go-json-experiment/json/jsontext"

// Relation ties an alert or a bookmark that exists to an incident: at most
// [MaxAlerts] and [MaxBookmarks]. There is no way to tie another kind of entity to
// it. Both must be in the same workspace.
type Relation = Object[RelationProperties]

// RelationProperties are the properties of a relation.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, RelationProperties.
type RelationProperties struct {
	RelationSettings
	RelationState
}

// RelationSettings are what a caller may set in a relation.
type RelationSettings struct {
	// RelatedResourceID is the id of the alert or bookmark, see [Client.AlertID]
	// and [Client.BookmarkID]. It is required.
	RelatedResourceID string         `json:"relatedResourceId,omitzero" validate:"required"`
	Unknown           jsontext.Value `json:",embed,inline" validate:"-"` // members that are newer, see [IncidentSettings]
}

// RelationState is what only the service says of a relation. It is never sent.
type RelationState struct {
	RelatedResourceName string `json:"relatedResourceName,omitzero"`
	// RelatedResourceType is, for example, Microsoft.SecurityInsights/bookmarks.
	RelatedResourceType string `json:"relatedResourceType,omitzero"`
	// RelatedResourceKind is, for example, SecurityAlert.
	RelatedResourceKind string `json:"relatedResourceKind,omitzero"`
}
