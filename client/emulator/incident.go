package emulator

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// incident finds an incident by its id; the caller holds the lock.
func (t *Tenant) incident(id string) *incident.Incident {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(t.incidents) || strconv.Itoa(n) != id {
		return nil
	}
	return t.incidents[n-1]
}

// withIncident calls f with the incident that the path names and answers with
// what f returns.
func (t *Tenant) withIncident(w http.ResponseWriter, r *http.Request, f func(*incident.Incident) any) {
	t.mu.Lock()
	found := t.incident(r.PathValue("id"))
	var shown any
	if found != nil {
		shown = f(found)
	}
	t.mu.Unlock()
	if found == nil {
		t.fail(w, r, http.StatusNotFound, "NotFound", "The incident does not exist.")
		return
	}
	t.write(w, http.StatusOK, shown)
}

func (t *Tenant) getIncident(w http.ResponseWriter, r *http.Request) {
	expand := r.URL.Query().Get("$expand")
	if expand != "" && expand != "alerts" {
		t.fail(w, r, http.StatusBadRequest, "BadRequest", "Only alerts can be expanded.")
		return
	}
	t.withIncident(w, r, func(found *incident.Incident) any {
		shown := *found
		if expand == "alerts" {
			for _, id := range t.members[found.ID] {
				shown.Alerts = append(shown.Alerts, *t.alerts[id])
			}
		}
		return shown
	})
}

func (t *Tenant) updateIncident(w http.ResponseWriter, r *http.Request) {
	var u incident.Update
	if !t.read(w, r, &u) {
		return
	}
	if err := u.Validate(); err != nil {
		t.fail(w, r, http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return
	}
	t.withIncident(w, r, func(found *incident.Incident) any {
		set(&found.DisplayName, u.DisplayName)
		set(&found.Description, u.Description)
		set(&found.Summary, u.Summary)
		set(&found.Severity, u.Severity)
		set(&found.Status, u.Status)
		set(&found.Classification, u.Classification)
		set(&found.Determination, u.Determination)
		set(&found.ResolvingComment, u.ResolvingComment)
		set(&found.AssignedTo, u.AssignedTo)
		set(&found.CustomTags, u.CustomTags)
		found.LastUpdateDateTime = t.stamp()
		return *found
	})
}

// set changes a value if there is a new one.
func set[T any](value *T, to *T) {
	if to != nil {
		*value = *to
	}
}

func (t *Tenant) commentOnIncident(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text string `json:"comment"`
	}
	if !t.read(w, r, &body) {
		return
	}
	if body.Text == "" {
		t.fail(w, r, http.StatusBadRequest, "BadRequest", "Empty Payload. JSON content expected.")
		return
	}
	t.withIncident(w, r, func(found *incident.Incident) any {
		now := t.stamp()
		// A new list, so that answers that are being written keep the old one.
		found.Comments = append(slices.Clip(found.Comments), alert.Comment{
			Comment: body.Text, CreatedByDisplayName: "API-App:" + ClientID, CreatedDateTime: now,
		})
		found.LastUpdateDateTime = now
		return struct {
			Value []alert.Comment `json:"value"`
		}{found.Comments}
	})
}
