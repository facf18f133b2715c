package arm

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Incident is an incident of Microsoft Sentinel.
type Incident = Object[IncidentProperties]

// IncidentProperties are the properties of an incident: those that a caller may
// set, and those that only the service does.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, IncidentProperties; the members that are marked so are from
// 2025-07-01-preview.
type IncidentProperties struct {
	IncidentSettings
	IncidentState
}

// IncidentSettings are what a caller may set in an incident. The service
// replaces an incident by what it is sent as a whole: a field that is zero is
// cleared. [Client.UpdateIncident] starts from what is there.
type IncidentSettings struct {
	// Title is the name that the portal shows. It is required; no largest length
	// is documented.
	Title string `json:"title,omitzero" validate:"required"`
	// Severity and Status are required.
	Severity Severity `json:"severity,omitzero" validate:"required,oneof=High Medium Low Informational"`
	Status   Status   `json:"status,omitzero" validate:"required,oneof=New Active Closed"`
	// Description is at most 5,000 characters long.
	Description string `json:"description,omitzero" validate:"max=5000"`
	// Classification says what the incident turned out to be, and
	// ClassificationReason why; see [Classification.Reasons]. They go with the
	// status Closed.
	Classification       Classification       `json:"classification,omitzero" validate:"omitempty,oneof=Undetermined TruePositive BenignPositive FalsePositive"`
	ClassificationReason ClassificationReason `json:"classificationReason,omitzero" validate:"omitempty,oneof=SuspiciousActivity SuspiciousButExpected IncorrectAlertLogic InaccurateData"`
	// ClassificationComment explains both.
	ClassificationComment string `json:"classificationComment,omitzero" validate:"-"`
	// Owner is whom the incident is assigned to; see [IncidentSettings.Assign]
	// and [IncidentSettings.Unassign].
	Owner *Owner `json:"owner,omitzero" validate:"-"`
	// Labels are the incident's tags.
	Labels []Label `json:"labels,omitzero" validate:"-"`
	// FirstActivityTimeUTC and LastActivityTimeUTC bound the activity that the
	// incident is about.
	FirstActivityTimeUTC time.Time `json:"firstActivityTimeUtc,omitzero" validate:"-"`
	LastActivityTimeUTC  time.Time `json:"lastActivityTimeUtc,omitzero" validate:"-"`
	// Unknown keeps the properties that this package has no field for, as one
	// JSON object. They are sent back when the incident is changed.
	Unknown jsontext.Value `json:",embed,inline" validate:"-"`
}

// IncidentState is what only the service says of an incident. It is never sent.
type IncidentState struct {
	// IncidentNumber counts the incidents of a workspace.
	IncidentNumber int32 `json:"incidentNumber,omitzero"`
	// IncidentURL is the incident's page in the Azure portal.
	IncidentURL string `json:"incidentUrl,omitzero"`
	// ProviderName is Azure Sentinel, or Microsoft XDR for incidents that come
	// from the Defender portal; ProviderIncidentID is the incident's id there.
	ProviderName       string `json:"providerName,omitzero"`
	ProviderIncidentID string `json:"providerIncidentId,omitzero"`
	// CreatedTimeUTC and LastModifiedTimeUTC are when the incident was created
	// and last changed.
	CreatedTimeUTC      time.Time `json:"createdTimeUtc,omitzero"`
	LastModifiedTimeUTC time.Time `json:"lastModifiedTimeUtc,omitzero"`
	// RelatedAnalyticRuleIDs are the ids of the analytics rules that raised the
	// incident. An incident that was raised by hand has none.
	RelatedAnalyticRuleIDs []string `json:"relatedAnalyticRuleIds,omitzero"`
	// AdditionalData counts what belongs to the incident.
	AdditionalData *IncidentData `json:"additionalData,omitzero"`
	// TeamInformation is the Teams team of the incident; preview versions only.
	TeamInformation *Team `json:"teamInformation,omitzero"`
}

// Owner is whom an incident is assigned to. One member is enough for the
// service to find the others.
type Owner struct {
	// ObjectID is the id in Microsoft Entra, a GUID.
	ObjectID string `json:"objectId,omitzero"`
	// Email is the e-mail address.
	Email string `json:"email,omitzero"`
	// AssignedTo is the name that people read.
	AssignedTo string `json:"assignedTo,omitzero"`
	// UserPrincipalName is the sign-in name.
	UserPrincipalName string `json:"userPrincipalName,omitzero"`
	// Type says whether the owner is a user or a group.
	Type    OwnerType      `json:"ownerType,omitzero"`
	Unknown jsontext.Value `json:",embed,inline"` // members that are newer, see [IncidentSettings]
}

// Label is a tag of an incident.
type Label struct {
	// Name is the tag.
	Name string `json:"labelName"`
	// Type says who set it. Only the service does, and it is not sent.
	Type    LabelType      `json:"labelType,omitzero"`
	Unknown jsontext.Value `json:",embed,inline"` // members that are newer, see [IncidentSettings]
}

// IncidentData counts what belongs to an incident, and says what the service
// concludes from it.
type IncidentData struct {
	// AlertsCount, BookmarksCount and CommentsCount are nil where the service
	// does not say.
	AlertsCount    *int32 `json:"alertsCount,omitzero"`
	BookmarksCount *int32 `json:"bookmarksCount,omitzero"`
	CommentsCount  *int32 `json:"commentsCount,omitzero"`
	// AlertProductNames are the products that raised the incident's alerts.
	AlertProductNames []string `json:"alertProductNames,omitzero"`
	// Tactics and Techniques are those of the alerts; techniques in preview
	// versions only.
	Tactics    []Tactic `json:"tactics,omitzero"`
	Techniques []string `json:"techniques,omitzero"`
	// ProviderIncidentURL is the incident's page in the Defender portal.
	ProviderIncidentURL string `json:"providerIncidentUrl,omitzero"`
	// MergedIncidentNumber and MergedIncidentURL name the incident that this one
	// was merged into; preview versions only.
	MergedIncidentNumber string         `json:"mergedIncidentNumber,omitzero"`
	MergedIncidentURL    string         `json:"mergedIncidentUrl,omitzero"`
	Unknown              jsontext.Value `json:",embed,inline"` // members that are newer, see [Object]
}

// Team is a team in Microsoft Teams that works on an incident.
type Team struct {
	TeamID              string         `json:"teamId,omitzero"`
	Name                string         `json:"name,omitzero"`
	Description         string         `json:"description,omitzero"`
	PrimaryChannelURL   string         `json:"primaryChannelUrl,omitzero"`
	TeamCreationTimeUTC time.Time      `json:"teamCreationTimeUtc,omitzero"`
	Unknown             jsontext.Value `json:",embed,inline"` // members that are newer, see [Object]
}

// Assign makes owner the only owner, whatever is known of the one before.
func (s *IncidentSettings) Assign(owner Owner) { s.Owner = &owner }

// Unassign takes the owner away.
func (s *IncidentSettings) Unassign() { s.Owner = nil }

// Assigned reports whether the owner names anybody. The service describes an
// incident without owner by an owner without members.
func (o *Owner) Assigned() bool {
	return o != nil && (o.ObjectID != "" || o.Email != "" || o.AssignedTo != "" || o.UserPrincipalName != "")
}

// AddLabel adds a tag unless the incident has it, and reports whether it did.
// Tags are compared without regard to case.
func (s *IncidentSettings) AddLabel(name string) bool {
	for _, l := range s.Labels {
		if EqualIDs(l.Name, name) {
			return false
		}
	}
	s.Labels = append(s.Labels, Label{Name: name})
	return true
}
