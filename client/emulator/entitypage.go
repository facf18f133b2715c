package emulator

import (
	"slices"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
)

// EntityPage is what the portal's page of an entity has: the alerts that name it,
// as an asset or as evidence, and their incidents, newest first.
type EntityPage struct {
	Alerts    []*alert.Alert
	Incidents []*incident.Incident
	// More tells that there are older alerts than the newest 1000.
	More bool
}

// maxPageAlerts is how many alerts an entity's page has.
const maxPageAlerts = 1000

// EntityPage returns the page of the entity with a key, as the identity with a
// client id or user principal name sees it. A key without a namespace stands for
// those of its value in all namespaces:
//
//	page, err := tenant.EntityPage(emulator.ClientID, entity.UserByPrincipalName("jo@contoso.com").Key(entity.Scope{}))
func (t *Tenant) EntityPage(who string, key entity.Key) (EntityPage, error) {
	i, err := t.identity(who)
	if err != nil {
		return EntityPage{}, err
	}
	return t.entityPage(i, key, true), nil
}

func (t *Tenant) entityPage(who *Identity, key entity.Key, unknownMembers bool) EntityPage {
	page := EntityPage{Alerts: []*alert.Alert{}, Incidents: []*incident.Incident{}}
	// All are looked at, without holding anybody up.
	var alerts []*store.Alert
	var incidents []*store.Incident
	t.store.Read(func(tx *store.Tx) { alerts, incidents = tx.AllAlerts(), tx.AllIncidents() })
	byID := make(map[string]bool)
	for _, a := range slices.Backward(alerts) {
		if !names(a, key) || !t.seesAlert(a, who) {
			continue
		}
		if len(page.Alerts) == maxPageAlerts {
			page.More = true
			break
		}
		page.Alerts = append(page.Alerts, new(t.showAlert(a, unknownMembers)))
		byID[a.Incident()] = true
	}
	for _, i := range slices.Backward(incidents) {
		if byID[i.ID] {
			page.Incidents = append(page.Incidents, new(t.showIncident(nil, i, false, unknownMembers, who)))
		}
	}
	return page
}

// names tells whether an alert names the entity with a key.
func names(a *store.Alert, want entity.Key) bool {
	scope := entity.Scope{Tenant: TenantID, Workspace: a.Workspace}
	is := func(key entity.Key) bool {
		return key.Type == want.Type && key.Identifier == want.Identifier && key.Value == want.Value && (want.Namespace == "" || want.Namespace == key.Namespace)
	}
	if slices.ContainsFunc(a.Entities, func(d entity.Definition) bool { return d.Type == want.Type && is(d.Key(scope)) }) {
		return true
	}
	var keys []entity.Key
	for _, e := range a.Evidence {
		if keys = evidence.AppendKeys(keys[:0], e, scope); slices.ContainsFunc(keys, is) {
			return true
		}
	}
	return false
}
