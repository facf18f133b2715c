package graph

import (
	"slices"

	"github.com/incidentkit/incidentkit/client"
)

// The permissions of Microsoft Graph that its security API knows. They have the
// same names for applications and for persons.
const (
	alertCreate       = "SecurityAlert.Create.All"
	alertRead         = "SecurityAlert.Read.All"
	alertReadWrite    = "SecurityAlert.ReadWrite.All"
	incidentRead      = "SecurityIncident.Read.All"
	incidentReadWrite = "SecurityIncident.ReadWrite.All"
	dataManage        = "SecurityData.Manage.All"
	huntingRead       = "ThreatHunting.Read.All"
)

// What each call needs.
//
// Sources: the permission tables of Learn, "alert: createAlert" (beta,
// 2026-08-04), "Create manualAlert" (beta), "Get alert", "Update alert", "Create
// comment for alert", "Get incident", "Update incident", "Create comment for
// incident", "alert: moveAlerts", "incident: mergeIncidents" and "security:
// runHuntingQuery" (v1.0). The service has been seen to accept more for reading
// alerts, so a call that a [client.Preflight] expects to be refused may succeed;
// the tables are what Microsoft promises.
var (
	toCreateAlert    = client.Permission{Call: "create an alert", Least: alertCreate, Higher: []string{alertReadWrite}}
	toReadAlert      = client.Permission{Call: "read alerts", Least: alertRead, Higher: []string{alertReadWrite}}
	toChangeAlert    = client.Permission{Call: "change or comment on an alert", Least: alertReadWrite}
	toReadIncident   = client.Permission{Call: "read incidents", Least: incidentRead, Higher: []string{incidentReadWrite}}
	toChangeIncident = client.Permission{Call: "change or comment on an incident", Least: incidentReadWrite}
	toMoveAlerts     = client.Permission{Call: "move alerts to another incident", Least: dataManage}
	toMergeIncidents = client.Permission{Call: "merge incidents", Least: dataManage}
	toHunt           = client.Permission{Call: "run a hunting query", Least: huntingRead}
)

// Permissions returns what each kind of call needs, for a page that asks an
// administrator for them, or for [Client.Preflight].
func Permissions() []client.Permission {
	all := []client.Permission{toCreateAlert, toReadAlert, toChangeAlert, toReadIncident, toChangeIncident, toMoveAlerts, toMergeIncidents, toHunt}
	for i := range all {
		all[i].Higher = slices.Clone(all[i].Higher) // the caller's to change
	}
	return all
}
