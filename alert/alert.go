package alert

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Alert is an alert as the service says it exists. Properties that the service
// left out, or sent as null, are zero.
//
// Source: Learn, "alert resource type" (v1.0); Microsoft Graph v1.0 metadata.
type Alert struct {
	// ID names the alert. Ids come in several shapes; treat them as opaque.
	ID              string `json:"id"`
	ProviderAlertID string `json:"providerAlertId,omitzero"`
	// IncidentID is the number of the alert's incident, in decimal digits.
	IncidentID         string          `json:"incidentId,omitzero"`
	TenantID           string          `json:"tenantId,omitzero"`
	Title              string          `json:"title,omitzero"`
	Description        string          `json:"description,omitzero"`
	RecommendedActions string          `json:"recommendedActions,omitzero"`
	Severity           Severity        `json:"severity,omitzero"`
	Status             Status          `json:"status,omitzero"`
	Classification     Classification  `json:"classification,omitzero"`
	Determination      Determination   `json:"determination,omitzero"`
	Category           Category        `json:"category,omitzero"`
	Techniques         []string        `json:"mitreTechniques,omitempty"`
	ServiceSource      ServiceSource   `json:"serviceSource,omitzero"`
	DetectionSource    DetectionSource `json:"detectionSource,omitzero"`
	ProductName        string          `json:"productName,omitzero"`
	AssignedTo         string          `json:"assignedTo,omitzero"`
	// WebURL and IncidentWebURL are the pages in the portal.
	WebURL                string    `json:"alertWebUrl,omitzero"`
	IncidentWebURL        string    `json:"incidentWebUrl,omitzero"`
	CreatedDateTime       time.Time `json:"createdDateTime,omitzero"`
	LastUpdateDateTime    time.Time `json:"lastUpdateDateTime,omitzero"`
	ResolvedDateTime      time.Time `json:"resolvedDateTime,omitzero"`
	FirstActivityDateTime time.Time `json:"firstActivityDateTime,omitzero"`
	LastActivityDateTime  time.Time `json:"lastActivityDateTime,omitzero"`
	Comments              []Comment `json:"comments,omitempty"`
	// Unknown keeps the members that this type has no field for.
	Unknown jsontext.Value `json:",embed"`
}

// plainAlert is Alert without its methods.
type plainAlert Alert

// MarshalJSONTo writes the alert as the API does.
func (a *Alert) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, (*plainAlert)(a))
}

// UnmarshalJSONFrom reads the alert as the API sends it.
func (a *Alert) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return json.UnmarshalDecode(dec, (*plainAlert)(a))
}

// MarshalJSON serves encoding/json.
func (a Alert) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainAlert)(&a)) }

// UnmarshalJSON serves encoding/json.
func (a *Alert) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, (*plainAlert)(a)) }

// Comment is a remark on an alert or an incident.
//
// Source: Learn, "alertComment resource type". Older samples of the page show
// createdBy and createdTime; the published schema has the names here.
type Comment struct {
	Text                 string    `json:"comment"`
	CreatedByDisplayName string    `json:"createdByDisplayName,omitzero"`
	CreatedDateTime      time.Time `json:"createdDateTime,omitzero"`
}
