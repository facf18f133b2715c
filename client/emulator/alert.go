package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// createAlert makes an alert, and an incident for it unless it names one.
//
// Source: Learn, "alert: createAlert" (beta), with the fields of its examples.
func (t *Tenant) createAlert(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Input *alert.Draft `json:"createAlertInput"`
	}
	if !t.read(w, r, &body) {
		return
	}
	if body.Input == nil {
		t.fail(w, r, http.StatusBadRequest, "BadRequest", "The parameter createAlertInput is missing.")
		return
	}
	if err := body.Input.Validate(alert.ImpactedOptional()); err != nil {
		t.fail(w, r, http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	t.mu.Lock()
	created, ok := t.raise(body.Input)
	t.mu.Unlock()
	if !ok {
		t.fail(w, r, http.StatusNotFound, "NotFound", "Incident "+strconv.FormatInt(body.Input.LinkToIncident, 10)+" does not exist.")
		return
	}
	t.write(w, http.StatusCreated, created)
}

// raise stores a new alert and returns it as it is shown; the caller holds the
// lock. It reports false when the incident to link to does not exist.
func (t *Tenant) raise(d *alert.Draft) (alert.Alert, bool) {
	now := t.stamp()
	// The form of the ids is that of the documented example.
	providerID := "ea" + t.newGUID()
	id := providerID + "_aml"
	owner, ok := t.incidentFor(d, now)
	if !ok {
		return alert.Alert{}, false
	}
	a := &alert.Alert{
		ID: id, ProviderAlertID: "manual_" + providerID, IncidentID: owner.ID, TenantID: TenantID,
		Title: d.Title, Description: d.Description, RecommendedActions: d.RecommendedActions,
		Severity: d.Severity, Category: d.Category, Techniques: slices.Clone(d.Techniques),
		Status: alert.StatusNew, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown,
		ServiceSource: alert.ServiceMicrosoft365Defender, DetectionSource: alert.DetectionManual, ProductName: "Microsoft Defender XDR",
		AlertWebURL: portal + "/alerts/" + id + "?tid=" + TenantID, IncidentWebURL: owner.IncidentWebURL,
		CreatedDateTime: now, LastUpdateDateTime: now,
	}
	t.alerts[id] = a
	t.members[owner.ID] = append(t.members[owner.ID], id)
	owner.LastUpdateDateTime = now
	if rank(d.Severity) > rank(owner.Severity) {
		owner.Severity = d.Severity
	}
	return *a, true
}

func (t *Tenant) incidentFor(d *alert.Draft, now time.Time) (*incident.Incident, bool) {
	if d.LinkToIncident != 0 {
		found := t.incident(strconv.FormatInt(d.LinkToIncident, 10))
		return found, found != nil
	}
	id := strconv.Itoa(len(t.incidents) + 1)
	opened := &incident.Incident{
		ID: id, TenantID: TenantID, DisplayName: d.Title, Description: d.Description, Severity: d.Severity,
		Status: incident.StatusActive, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown,
		IncidentWebURL:  portal + "/incident2/" + id + "/overview?tid=" + TenantID,
		CreatedDateTime: now, LastUpdateDateTime: now,
	}
	t.incidents = append(t.incidents, opened)
	return opened, true
}

func rank(s alert.Severity) int {
	return slices.Index([]alert.Severity{alert.Informational, alert.Low, alert.Medium, alert.High}, s)
}

func (t *Tenant) getAlert(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	found, ok := t.alerts[r.PathValue("id")]
	var shown alert.Alert
	if ok {
		shown = *found
	}
	t.mu.Unlock()
	if !ok {
		t.fail(w, r, http.StatusNotFound, "NotFound", "The alert does not exist.")
		return
	}
	t.write(w, http.StatusOK, shown)
}
