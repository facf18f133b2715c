package incident

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Status is where an incident stands in its life. It is an open set: an unknown
// value is kept.
//
// Source: Learn, "incident resource type", incidentStatus.
type Status string

// The statuses of an incident. Redirected is set by the service alone, when it
// has merged the incident into another; awaitingAction by Defender Experts.
const (
	StatusActive         Status = "active"
	StatusInProgress     Status = "inProgress"
	StatusResolved       Status = "resolved"
	StatusRedirected     Status = "redirected"
	StatusAwaitingAction Status = "awaitingAction"
)

// Incident is an incident as the service says it exists. Properties that the
// service left out, or sent as null, are zero.
//
// Source: Learn, "incident resource type" (v1.0); Microsoft Graph v1.0
// metadata.
type Incident struct {
	// ID is the incident's number, in decimal digits.
	ID             string               `json:"id"`
	TenantID       string               `json:"tenantId,omitzero"`
	DisplayName    string               `json:"displayName,omitzero"`
	Description    string               `json:"description,omitzero"`
	Severity       alert.Severity       `json:"severity,omitzero"`
	Status         Status               `json:"status,omitzero"`
	Classification alert.Classification `json:"classification,omitzero"`
	Determination  alert.Determination  `json:"determination,omitzero"`
	AssignedTo     string               `json:"assignedTo,omitzero"`
	CustomTags     []string             `json:"customTags,omitempty"`
	SystemTags     []string             `json:"systemTags,omitempty"`
	// RedirectIncidentID names the incident that this one was merged into.
	RedirectIncidentID string `json:"redirectIncidentId,omitzero"`
	// WebURL is the incident's page in the portal.
	WebURL             string          `json:"incidentWebUrl,omitzero"`
	CreatedDateTime    time.Time       `json:"createdDateTime,omitzero"`
	LastUpdateDateTime time.Time       `json:"lastUpdateDateTime,omitzero"`
	Comments           []alert.Comment `json:"comments,omitempty"`
	// Alerts are there only when they were asked for.
	Alerts []alert.Alert `json:"alerts,omitempty"`
	// Unknown keeps the members that this type has no field for.
	Unknown jsontext.Value `json:",embed"`
}

// plainIncident is Incident without its methods.
type plainIncident Incident

// MarshalJSONTo writes the incident as the API does.
func (i *Incident) MarshalJSONTo(enc *jsontext.Encoder) error {
	return json.MarshalEncode(enc, (*plainIncident)(i))
}

// UnmarshalJSONFrom reads the incident as the API sends it.
func (i *Incident) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return json.UnmarshalDecode(dec, (*plainIncident)(i))
}

// MarshalJSON serves encoding/json.
func (i Incident) MarshalJSON() ([]byte, error) { return wire.Marshal((*plainIncident)(&i)) }

// UnmarshalJSON serves encoding/json.
func (i *Incident) UnmarshalJSON(data []byte) error {
	return wire.Unmarshal(data, (*plainIncident)(i))
}

// Update changes an incident: a nil field leaves a value alone, a pointer to
// the zero value clears it.
//
// Source: Learn, "Update incident" (v1.0, 2026-03-19).
type Update struct {
	DisplayName *string `json:"displayName,omitzero"`
	AssignedTo  *string `json:"assignedTo,omitzero"`
	// CustomTags replaces the whole list.
	CustomTags *[]string `json:"customTags,omitzero"`
}
