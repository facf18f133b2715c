package hunting

import (
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// AlertInfo is a row of the table AlertInfo: one for each alert.
type AlertInfo struct {
	// Timestamp is when the record was generated.
	Timestamp time.Time `json:"Timestamp"`
	// AlertID joins the table with AlertEvidence.
	AlertID  string `json:"AlertId"`
	Title    string `json:"Title"`
	Category string `json:"Category"`
	// Severity is High, Medium, Low or Informational.
	Severity string `json:"Severity"`
	// ServiceSource and DetectionSource are display names.
	ServiceSource   string `json:"ServiceSource"`
	DetectionSource string `json:"DetectionSource"`
	// AttackTechniques is a JSON array of names with ids, or empty.
	AttackTechniques string `json:"AttackTechniques"`
}

// NewAlertInfo returns the row of an alert.
func NewAlertInfo(a *alert.Alert) AlertInfo {
	return AlertInfo{
		Timestamp: a.CreatedDateTime, AlertID: a.ID, Title: a.Title, Category: string(a.Category),
		Severity: severityName(a.Severity), ServiceSource: ServiceSourceName(a.ServiceSource),
		DetectionSource: DetectionSourceName(a.DetectionSource), AttackTechniques: techniqueNames(a.Techniques),
	}
}

// techniqueNames writes techniques as the hunting tables do.
func techniqueNames(ids []attack.ID) string {
	if len(ids) == 0 {
		return ""
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
		if t, ok := attack.Lookup(id); ok {
			names[i] = t.Name + " (" + string(id) + ")"
		}
	}
	return array(names)
}

// array writes a list of texts as a JSON array.
func array(texts []string) string {
	data, err := wire.Marshal(texts)
	if err != nil { // invalid UTF-8, which no alert that was read from JSON has
		return "[]"
	}
	return string(data)
}
