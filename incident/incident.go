package incident

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Incident is an incident as the service says it exists. Properties that the
// service left out, or sent as null, are zero.
//
// Source: Learn, "incident resource type" (v1.0 and beta); Microsoft Graph v1.0
// metadata.
type Incident struct {
	// ID is the incident's number, in decimal digits.
	ID string `json:"id,omitzero"`
	// TenantID is the GUID of the tenant that the incident is in.
	TenantID string `json:"tenantId,omitzero"`

	// DisplayName is the name that the portal shows.
	DisplayName string `json:"displayName,omitzero"`
	// Description says what happened; at birth it is that of the first alert.
	Description string `json:"description,omitzero"`
	// Summary is an overview of the attack.
	Summary string `json:"summary,omitzero"`

	// Severity is the highest of the alerts, unless a person has set it.
	Severity alert.Severity `json:"severity,omitzero"`
	// Status is where the incident stands.
	Status Status `json:"status,omitzero"`
	// Classification and Determination say what the incident turned out to be.
	Classification alert.Classification `json:"classification,omitzero"`
	// Determination says what kind of activity it was.
	Determination alert.Determination `json:"determination,omitzero"`
	// ResolvingComment explains the resolution and the classification.
	ResolvingComment string `json:"resolvingComment,omitzero"`
	// PriorityScore is from 0 to 100: above 85 is top, below 15 low. Nil means
	// that the tenant does not have the feature, or that no score is there yet;
	// that is not the score 0.
	PriorityScore *int32 `json:"priorityScore,omitzero"`

	// AssignedTo is the owner; it is empty for an incident that has none.
	AssignedTo string `json:"assignedTo,omitzero"`
	// CustomTags are set by people, SystemTags by Defender.
	CustomTags []string `json:"customTags,omitzero"`
	SystemTags []string `json:"systemTags,omitzero"`

	// RedirectIncidentID names the incident that this one was merged into.
	RedirectIncidentID string `json:"redirectIncidentId,omitzero"`
	// IncidentWebURL is the incident's page in the portal.
	IncidentWebURL string `json:"incidentWebUrl,omitzero"`

	// CreatedDateTime and LastUpdateDateTime are when the incident was created
	// and last changed, in UTC.
	CreatedDateTime    time.Time `json:"createdDateTime,omitzero"`
	LastUpdateDateTime time.Time `json:"lastUpdateDateTime,omitzero"`
	// LastModifiedBy names who changed the incident last.
	LastModifiedBy string `json:"lastModifiedBy,omitzero"`

	// Comments are in the order in which they were made.
	Comments []alert.Comment `json:"comments,omitzero"`
	// Alerts are there only when they were asked for; an incident that was
	// merged into another has none.
	Alerts []alert.Alert `json:"alerts,omitzero"`

	// RecommendedActions and RecommendedHuntingQueries are in the beta version
	// only.
	RecommendedActions        string         `json:"recommendedActions,omitzero"`
	RecommendedHuntingQueries []HuntingQuery `json:"recommendedHuntingQueries,omitzero"`

	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// plainIncident is Incident without its methods.
type plainIncident Incident

// MarshalJSONTo writes the incident as the API does.
func (i *Incident) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainIncident)(i))
}

// UnmarshalJSONFrom reads the incident as the API sends it.
func (i *Incident) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainIncident)(i))
}

// MarshalJSON serves encoding/json.
func (i Incident) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainIncident)(&i)) }

// UnmarshalJSON serves encoding/json.
func (i *Incident) UnmarshalJSON(data []byte) error {
	return wire.Unmarshal(data, (*plainIncident)(i))
}
