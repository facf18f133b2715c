package arm

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity/sentinel"
)

// Bookmark is a row that a hunter has kept. It is the only object that carries a
// caller's own entities into an incident, and does so in preview versions only.
type Bookmark = Object[BookmarkProperties]

// BookmarkProperties are the properties of a bookmark, all of which a caller may
// set.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, BookmarkProperties; the members that are marked so are from
// 2025-07-01-preview.
type BookmarkProperties struct {
	// DisplayName and Query are required. Query is the KQL query that found the
	// row; QueryResult is the row as JSON text.
	DisplayName string `json:"displayName,omitzero" validate:"required"`
	Query       string `json:"query,omitzero" validate:"required"`
	QueryResult string `json:"queryResult,omitzero" validate:"-"`
	// Notes is what the hunter thinks of it.
	Notes  string   `json:"notes,omitzero" validate:"-"`
	Labels []string `json:"labels,omitzero" validate:"-"`
	// EventTime is when what the row tells of happened; QueryStartTime and
	// QueryEndTime bound the query.
	EventTime      time.Time `json:"eventTime,omitzero" validate:"-"`
	QueryStartTime time.Time `json:"queryStartTime,omitzero" validate:"-"`
	QueryEndTime   time.Time `json:"queryEndTime,omitzero" validate:"-"`
	// Created, Updated and who did so may be set by the specification; the
	// service fills them in where they are left out. Of the users only the object
	// id is sent.
	Created   time.Time          `json:"created,omitzero" validate:"-"`
	CreatedBy *sentinel.UserInfo `json:"createdBy,omitzero" validate:"-"`
	Updated   time.Time          `json:"updated,omitzero" validate:"-"`
	UpdatedBy *sentinel.UserInfo `json:"updatedBy,omitzero" validate:"-"`
	// IncidentInfo is the incident that the bookmark belongs to.
	IncidentInfo *sentinel.IncidentInfo `json:"incidentInfo,omitzero" validate:"-"`
	// EntityMappings, Tactics and Techniques say what the row is about; preview
	// versions only, see [Client.Preview].
	EntityMappings []sentinel.Mapping `json:"entityMappings,omitzero" validate:"-"`
	Tactics        []Tactic           `json:"tactics,omitzero" validate:"-"`
	Techniques     []string           `json:"techniques,omitzero" validate:"-"`
	Unknown        jsontext.Value     `json:",embed,inline" validate:"-"` // members that are newer, see [IncidentSettings]
}
