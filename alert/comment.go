package alert

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Comment is a remark on an alert or an incident.
//
// Source: Learn, "alertComment resource type". Older samples of the page show
// createdBy and createdTime; the published schema has the names here.
type Comment struct {
	// Comment is the text.
	Comment string `json:"comment,omitzero"`
	// CreatedByDisplayName names the author; an application appears as API-App:
	// and its name.
	CreatedByDisplayName string `json:"createdByDisplayName,omitzero"`
	// CreatedDateTime is when the comment was made, in UTC.
	CreatedDateTime time.Time `json:"createdDateTime,omitzero"`

	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// plainComment is Comment without its methods.
type plainComment Comment

// MarshalJSONTo writes the comment as the API does.
func (c *Comment) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainComment)(c))
}

// UnmarshalJSONFrom reads the comment as the API sends it.
func (c *Comment) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainComment)(c))
}

// MarshalJSON serves encoding/json.
func (c Comment) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainComment)(&c)) }

// UnmarshalJSON serves encoding/json.
func (c *Comment) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, (*plainComment)(c)) }
