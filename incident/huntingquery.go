package incident

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// HuntingQuery is a query that the service recommends for an incident.
//
// Source: Learn, "recommendedHuntingQuery resource type" (beta).
type HuntingQuery struct {
	// KQLText is the query in the Kusto query language.
	KQLText string `json:"kqlText,omitzero"`

	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// plainHuntingQuery is HuntingQuery without its methods.
type plainHuntingQuery HuntingQuery

// MarshalJSONTo writes the query as the API does.
func (q *HuntingQuery) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainHuntingQuery)(q))
}

// UnmarshalJSONFrom reads the query as the API sends it.
func (q *HuntingQuery) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainHuntingQuery)(q))
}

// MarshalJSON serves encoding/json.
func (q HuntingQuery) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainHuntingQuery)(&q)) }

// UnmarshalJSON serves encoding/json.
func (q *HuntingQuery) UnmarshalJSON(data []byte) error {
	return wire.Unmarshal(data, (*plainHuntingQuery)(q))
}
