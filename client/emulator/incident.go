package emulator

import (
	"net/http"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident"
)

// showIncident returns an incident as the API shows it. An incident that was
// merged into another has no alerts.
func (t *Tenant) showIncident(tx *store.Tx, i *store.Incident, withAlerts, unknownMembers bool, who *Identity) incident.Incident {
	shown := i.Incident
	shown.TenantID, shown.IncidentWebURL = TenantID, incidentURL(shown.ID)
	if withAlerts {
		shown.Alerts = make([]alert.Alert, 0, len(i.Members))
		for _, a := range tx.MembersOf(i) {
			if t.seesAlert(a, who) {
				shown.Alerts = append(shown.Alerts, t.showAlert(a, unknownMembers))
			}
		}
	}
	if !unknownMembers {
		shown.Status = masked(shown.Status, shown.Status.Values(), incident.StatusUnknownFutureValue)
	}
	return shown
}

// findIncident finds the incident that the path names, if the caller sees it.
func (c *call) findIncident(tx *store.Tx) (int32, error) {
	row, ok := tx.FindIncident(c.r.PathValue("id"))
	if !ok || !c.t.seesIncident(tx, row, c.who) {
		return 0, notFound("The incident does not exist.")
	}
	return row, nil
}

func (c *call) getIncident() {
	if !c.options("$expand") {
		return
	}
	expand, ok := c.expand()
	if !ok {
		return
	}
	var shown incident.Incident
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		var row int32
		if row, err = c.findIncident(tx); err == nil {
			shown = c.t.showIncident(tx, tx.Incident(row), expand, c.unknownMembers(), c.who)
		}
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, &shown)
}

// updateIncident changes an incident.
//
// Source: Learn, "Update incident" (v1.0, 2026-03-19). The page lists redirected
// among the statuses that can be set; it breaks the incident
// (microsoft-graph-docs-contrib, pull request 8449), so it is refused.
func (c *call) updateIncident() {
	var u incident.Update
	if !c.read(&u) {
		return
	}
	respell(u.Severity)
	respell(u.Status)
	respell(u.Classification)
	respell(u.Determination)
	if err := u.Validate(); err != nil {
		c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return
	}
	c.changeIncident(func(tx *store.Tx, row int32) error {
		if into := tx.Incident(row).RedirectIncidentID; into != "" {
			return badRequest("The incident was merged into incident " + into + " and cannot be changed.")
		}
		c.t.updateIncident(tx, row, u, c.who)
		return nil
	}, func(shown *incident.Incident) any { return shown })
}

// changeIncident changes the incident that the path names and answers with what
// show makes of it.
func (c *call) changeIncident(change func(*store.Tx, int32) error, show func(*incident.Incident) any) {
	var shown incident.Incident
	err := c.change(func(tx *store.Tx) error {
		row, err := c.findIncident(tx)
		if err == nil {
			err = change(tx, row)
		}
		if err == nil {
			shown = c.t.showIncident(tx, tx.Incident(row), false, c.unknownMembers(), c.who)
		}
		return err
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, show(&shown))
}

func (c *call) commentOnIncident() {
	text, ok := c.comment()
	if !ok {
		return
	}
	c.changeIncident(func(tx *store.Tx, row int32) error {
		if full := c.t.discussed(tx.Incident(row).Comments); full != nil {
			return full
		}
		now := c.t.stamp()
		tx.ChangeIncident(row, func(i *store.Incident) {
			i.Comments = addComment(i.Comments, text, c.who, now)
			i.LastUpdateDateTime, i.LastModifiedBy = now, c.who.label()
		})
		return nil
	}, func(shown *incident.Incident) any { return comments(shown.Comments) })
}

// maxMoved bounds the lists of moveAlerts and mergeIncidents; how long they may
// be is not documented.
const maxMoved = 1000

// moveAlerts puts alerts into another incident, or a new one.
//
// Source: Learn, "alert: moveAlerts" (2026-06-17).
func (c *call) moveAlerts() {
	var body struct {
		AlertIDs   []string                    `json:"alertIds"`
		IncidentID *string                     `json:"incidentId"`
		Comment    string                      `json:"alertComment"`
		Reasons    incident.CorrelationReasons `json:"newCorrelationReasons"`
	}
	if !c.read(&body) {
		return
	}
	if n := len(body.AlertIDs); n == 0 || n > maxMoved {
		c.fail(http.StatusBadRequest, "BadRequest", "The parameter alertIds must have 1 to 1000 values.")
		return
	}
	if !c.reasons(body.Reasons) || !c.commentLength(body.Comment) {
		return
	}
	c.moved(func(tx *store.Tx) (int32, error) {
		var rows []int32
		seen := map[string]bool{}
		for _, id := range body.AlertIDs {
			row, ok := tx.FindAlert(id)
			if !ok || !c.t.seesAlert(tx.Alert(row), c.who) {
				return 0, notFound("The alert '" + id + "' does not exist.")
			}
			if full := c.t.discussed(tx.Alert(row).Comments); full != nil && body.Comment != "" {
				return 0, full
			}
			if !seen[id] {
				rows = append(rows, row)
			}
			seen[id] = true
		}
		to := int32(-1)
		if full := c.t.full(tx, 0, 1); full != nil && body.IncidentID == nil {
			return 0, full
		}
		if body.IncidentID != nil {
			row, ok := tx.FindIncident(*body.IncidentID)
			if !ok || !c.t.seesIncident(tx, row, c.who) {
				return 0, notFound("Incident " + *body.IncidentID + " does not exist.")
			}
			to, _ = c.t.follow(tx, row)
		}
		for _, row := range rows {
			if to >= 0 && tx.IncidentOf(tx.Alert(row)).Workspace != tx.Incident(to).Workspace {
				return 0, badRequest("The alert '" + tx.Alert(row).ID + "' is in another workspace than the incident.")
			}
			if to < 0 && tx.Alert(row).Workspace != tx.Alert(rows[0]).Workspace {
				return 0, badRequest("The alerts are in different workspaces.")
			}
		}
		return c.t.move(tx, rows, to, c.who, body.Comment), nil
	})
}

// mergeIncidents makes one incident of several.
//
// Source: Learn, "incident: mergeIncidents" (2026-05-06).
func (c *call) mergeIncidents() {
	var body struct {
		IncidentIDs []string                    `json:"incidentIds"`
		Comment     string                      `json:"incidentComment"`
		Reasons     incident.CorrelationReasons `json:"mergeReasons"`
	}
	if !c.read(&body) {
		return
	}
	if n := len(body.IncidentIDs); n < 2 || n > maxMoved {
		c.fail(http.StatusBadRequest, "BadRequest", "The parameter incidentIds must have 2 to 1000 values.")
		return
	}
	if !c.reasons(body.Reasons) || !c.commentLength(body.Comment) {
		return
	}
	c.moved(func(tx *store.Tx) (int32, error) {
		var rows []int32
		seen := map[string]bool{}
		for _, id := range body.IncidentIDs {
			row, ok := tx.FindIncident(id)
			if !ok || !c.t.seesIncident(tx, row, c.who) {
				return 0, notFound("Incident " + id + " does not exist.")
			}
			if seen[id] {
				return 0, badRequest("Incident " + id + " is named twice.")
			}
			seen[id] = true
			if full := c.t.discussed(tx.Incident(row).Comments); full != nil && body.Comment != "" {
				return 0, full
			}
			rows = append(rows, row)
		}
		return c.t.mergeByHand(tx, rows, c.who, body.Comment)
	})
}

// reasons refuses reasons that the enumeration does not have.
func (c *call) reasons(list incident.CorrelationReasons) bool {
	for _, r := range list {
		if !r.Known() || r == incident.ReasonUnknownFutureValue {
			c.fail(http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: there is no correlation reason '"+string(r)+"'.")
			return false
		}
	}
	return true
}

// moved answers with the incident that has the alerts now.
func (c *call) moved(change func(*store.Tx) (int32, error)) {
	var id string
	err := c.change(func(tx *store.Tx) error {
		row, err := change(tx)
		if err == nil {
			id = tx.Incident(row).ID
		}
		return err
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, struct {
		Target string `json:"targetIncidentId"`
	}{id})
}
