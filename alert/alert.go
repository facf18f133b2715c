package alert

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Alert is an alert as the service says it exists. Properties that the service
// left out, or sent as null, are zero.
//
// Source: Learn, "alert resource type" (v1.0); Microsoft Graph v1.0 metadata.
type Alert struct {
	// ODataType is the name of the type in the answer, where it has one.
	ODataType string `json:"@odata.type,omitzero"`
	// ID names the alert. Ids come in several shapes; treat them as opaque.
	ID string `json:"id,omitzero"`
	// ProviderAlertID is the id in the product that raised the alert; that of a
	// manual alert starts with manual_.
	ProviderAlertID string `json:"providerAlertId,omitzero"`
	// IncidentID is the number of the alert's incident, in decimal digits.
	IncidentID string `json:"incidentId,omitzero"`
	// TenantID is the GUID of the tenant that the alert is in.
	TenantID string `json:"tenantId,omitzero"`

	// Title is the name that the portal shows.
	Title string `json:"title,omitzero"`
	// Description says what happened, as free text.
	Description string `json:"description,omitzero"`
	// RecommendedActions tells the responder what to do, as free text.
	RecommendedActions string `json:"recommendedActions,omitzero"`
	// Category is deprecated by the service in favour of Categories, and yet
	// the only one that can be given when an alert is created.
	Category Category `json:"category,omitzero"`
	// Categories are kill-chain categories. They need not contain Category, and
	// may hold words that ATT&CK does not have.
	Categories []Category `json:"categories,omitzero"`
	// Techniques are ATT&CK technique ids; they may be outdated ones.
	Techniques []attack.ID `json:"mitreTechniques,omitzero"`

	// Severity cannot be changed once the alert exists.
	Severity Severity `json:"severity,omitzero"`
	// Status is where the alert stands.
	Status Status `json:"status,omitzero"`
	// Classification and Determination say what the alert turned out to be. The
	// service sends null as well as unknown for none.
	Classification Classification `json:"classification,omitzero"`
	// Determination says what kind of activity it was.
	Determination Determination `json:"determination,omitzero"`
	// InvestigationState is that of Defender's own investigation.
	InvestigationState InvestigationState `json:"investigationState,omitzero"`
	// AssignedTo is the owner; it is empty for an alert that has none.
	AssignedTo string `json:"assignedTo,omitzero"`

	// ServiceSource is the service that raised the alert, DetectionSource the
	// technology that noticed its cause.
	ServiceSource ServiceSource `json:"serviceSource,omitzero"`
	// DetectionSource is manual for an alert that was raised by hand.
	DetectionSource DetectionSource `json:"detectionSource,omitzero"`
	// DetectorID names the detector that noticed the cause.
	DetectorID string `json:"detectorId,omitzero"`
	// ProductName is the product that published the alert, as people call it.
	ProductName string `json:"productName,omitzero"`
	// AlertPolicyID names the policy that raised the alert, if one did.
	AlertPolicyID string `json:"alertPolicyId,omitzero"`

	// ActorDisplayName is the adversary or activity group.
	ActorDisplayName string `json:"actorDisplayName,omitzero"`
	// ThreatDisplayName is the threat, as people call it.
	ThreatDisplayName string `json:"threatDisplayName,omitzero"`
	// ThreatFamilyName is the family of the threat.
	ThreatFamilyName string `json:"threatFamilyName,omitzero"`

	// AlertWebURL and IncidentWebURL are the pages in the portal.
	AlertWebURL    string `json:"alertWebUrl,omitzero"`
	IncidentWebURL string `json:"incidentWebUrl,omitzero"`

	// CreatedDateTime, LastUpdateDateTime and ResolvedDateTime are when the
	// alert was created, last changed and resolved, in UTC.
	CreatedDateTime    time.Time `json:"createdDateTime,omitzero"`
	LastUpdateDateTime time.Time `json:"lastUpdateDateTime,omitzero"`
	ResolvedDateTime   time.Time `json:"resolvedDateTime,omitzero"`
	// FirstActivityDateTime and LastActivityDateTime bound the activity that the
	// alert is about.
	FirstActivityDateTime time.Time `json:"firstActivityDateTime,omitzero"`
	LastActivityDateTime  time.Time `json:"lastActivityDateTime,omitzero"`

	// SystemTags are set by Defender.
	SystemTags []string `json:"systemTags,omitzero"`
	// Comments are in the order in which they were made.
	Comments []Comment `json:"comments,omitzero"`
	// CustomDetails are fields of the user's own; their values are strings.
	CustomDetails evidence.Dictionary `json:"customDetails,omitzero"`
	// AdditionalData are other properties, of any JSON type.
	AdditionalData evidence.Dictionary `json:"additionalData,omitzero"`
	// Evidence is what the alert is about.
	Evidence evidence.List `json:"evidence,omitzero"`

	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// plainAlert is Alert without its methods.
type plainAlert Alert

// MarshalJSONTo writes the alert as the API does.
func (a *Alert) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainAlert)(a))
}

// UnmarshalJSONFrom reads the alert as the API sends it.
func (a *Alert) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainAlert)(a))
}

// MarshalJSON serves encoding/json.
func (a Alert) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainAlert)(&a)) }

// UnmarshalJSON serves encoding/json.
func (a *Alert) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, (*plainAlert)(a)) }
