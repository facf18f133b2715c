package arm

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Object is an object of the API: who it is, and its properties. [Incident],
// [Comment], [Task], [Relation] and [Bookmark] are objects.
//
// An object is written as it was read, with the members that this package does
// not know. What is sent to the service is only the part of it that a caller may
// set: the etag, the settings inside the properties, and what is unknown.
type Object[P any] struct {
	Resource
	// Properties are what makes the object what it is.
	Properties P `json:"properties"`
	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// Resource is what all objects have in common. Only the etag can be sent.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, and the common types of Azure Resource Manager, version 5.
type Resource struct {
	// ID is the object's id in Azure Resource Manager. The service writes parts
	// of it in another case than documented; compare ids with [EqualIDs].
	ID string `json:"id,omitzero"`
	// Name is the last part of the id: the id that calls take.
	Name string `json:"name,omitzero"`
	// Type is the type of the object: Microsoft.SecurityInsights/incidents.
	Type string `json:"type,omitzero"`
	// ETag names the version of the object. It is opaque; the quotation marks
	// that it may hold are part of it.
	ETag string `json:"etag,omitzero"`
	// SystemData says who created and changed the object.
	SystemData *SystemData `json:"systemData,omitzero"`
}

// plainObject is Object without its methods.
type plainObject[P any] Object[P]

// MarshalJSONTo writes the object as the API does.
func (o *Object[P]) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainObject[P])(o))
}

// UnmarshalJSONFrom reads the object as the API sends it.
func (o *Object[P]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainObject[P])(o))
}

// MarshalJSON serves encoding/json.
func (o Object[P]) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainObject[P])(&o)) }

// UnmarshalJSON serves encoding/json.
func (o *Object[P]) UnmarshalJSON(data []byte) error {
	return wire.Unmarshal(data, (*plainObject[P])(o))
}
