package sentinel

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// SecurityAlert is an alert. Azure Resource Manager cannot create one.
type SecurityAlert struct {
	Base
	// SystemAlertID names the alert; it is the last part of the entity's id.
	// ProviderAlertID is the id in the product that raised the alert.
	SystemAlertID    string `json:"systemAlertId,omitzero"`
	ProviderAlertID  string `json:"providerAlertId,omitzero"`
	AlertDisplayName string `json:"alertDisplayName,omitzero"`
	// AlertType names the detector.
	AlertType string `json:"alertType,omitzero"`
	// AlertLink is the alert's page in the product.
	AlertLink   string      `json:"alertLink,omitzero"`
	Description string      `json:"description,omitzero"`
	Severity    Severity    `json:"severity,omitzero"`
	Status      AlertStatus `json:"status,omitzero"`
	// CompromisedEntity is the name of what the alert is mainly about.
	CompromisedEntity string          `json:"compromisedEntity,omitzero"`
	Tactics           []Tactic        `json:"tactics,omitzero"`
	Intent            Intent          `json:"intent,omitzero"`
	ConfidenceLevel   ConfidenceLevel `json:"confidenceLevel,omitzero"`
	// ConfidenceScore is from 0 to 1.
	ConfidenceScore       *float64              `json:"confidenceScore,omitzero"`
	ConfidenceScoreStatus ConfidenceScoreStatus `json:"confidenceScoreStatus,omitzero"`
	ConfidenceReasons     []ConfidenceReason    `json:"confidenceReasons,omitzero"`
	// StartTimeUTC and EndTimeUTC are of the first and the last event;
	// ProcessingEndTime is when the alert could be read, TimeGenerated when it was
	// made.
	StartTimeUTC         time.Time `json:"startTimeUtc,omitzero"`
	EndTimeUTC           time.Time `json:"endTimeUtc,omitzero"`
	ProcessingEndTime    time.Time `json:"processingEndTime,omitzero"`
	TimeGenerated        time.Time `json:"timeGenerated,omitzero"`
	VendorName           string    `json:"vendorName,omitzero"`
	ProductName          string    `json:"productName,omitzero"`
	ProductComponentName string    `json:"productComponentName,omitzero"`
	ProductVersion       string    `json:"productVersion,omitzero"`
	// RemediationSteps tell the responder what to do.
	RemediationSteps []string `json:"remediationSteps,omitzero"`
	// ResourceIdentifiers are objects of which no form is specified.
	ResourceIdentifiers []jsontext.Value `json:"resourceIdentifiers,omitzero"`
}

// Kind returns [KindSecurityAlert].
func (*SecurityAlert) Kind() Kind { return KindSecurityAlert }

// ConfidenceReason is a reason for an alert's confidence.
type ConfidenceReason struct {
	Reason     string         `json:"reason,omitzero"`
	ReasonType string         `json:"reasonType,omitzero"`
	Unknown    jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// Bookmark is a row that a hunter has kept.
type Bookmark struct {
	Base
	DisplayName string `json:"displayName,omitzero"`
	// Query is the query that found the row, QueryResult the row as JSON text.
	Query       string   `json:"query,omitzero"`
	QueryResult string   `json:"queryResult,omitzero"`
	Notes       string   `json:"notes,omitzero"`
	Labels      []string `json:"labels,omitzero"`
	// EventTime is when what the row tells of happened.
	EventTime    time.Time     `json:"eventTime,omitzero"`
	Created      time.Time     `json:"created,omitzero"`
	CreatedBy    *UserInfo     `json:"createdBy,omitzero"`
	Updated      time.Time     `json:"updated,omitzero"`
	UpdatedBy    *UserInfo     `json:"updatedBy,omitzero"`
	IncidentInfo *IncidentInfo `json:"incidentInfo,omitzero"`
}

// Kind returns [KindBookmark].
func (*Bookmark) Kind() Kind { return KindBookmark }

// UserInfo is a user who created or changed a bookmark.
type UserInfo struct {
	// ObjectID is the id in Microsoft Entra. The service adds Name and Email.
	ObjectID string         `json:"objectId,omitzero"`
	Name     string         `json:"name,omitzero"`
	Email    string         `json:"email,omitzero"`
	Unknown  jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// IncidentInfo is an incident that a bookmark belongs to.
type IncidentInfo struct {
	IncidentID string   `json:"incidentId,omitzero"`
	Title      string   `json:"title,omitzero"`
	Severity   Severity `json:"severity,omitzero"`
	// RelationName names the relation between the two.
	RelationName string         `json:"relationName,omitzero"`
	Unknown      jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}
