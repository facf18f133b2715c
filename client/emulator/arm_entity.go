package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/incident/hunting"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// entityList is a list without pages.
type entityList struct {
	Value sentinel.List `json:"value"`
}

// entity is an entity with its id.
func (c *armCall) entity(name string, p sentinel.Properties) sentinel.Entity {
	return sentinel.Entity{ID: c.resourceID("Entities", name), Name: name, Type: armProvider + "/Entities", Kind: p.Kind(), Properties: p}
}

// listAlerts returns the alerts of an incident.
func (c *armCall) listAlerts() {
	c.related(func(tx *store.Tx, x armIncident) any {
		list := sentinel.List{}
		for _, a := range c.alerts(tx, x) {
			list = append(list, c.securityAlert(a))
		}
		return entityList{list}
	})
}

// securityAlert is an alert as an entity: what the row of the table SecurityAlert
// says of it.
func (c *armCall) securityAlert(a *store.Alert) sentinel.Entity {
	shown := c.t.showAlert(a, true)
	shown.Evidence = nil
	row := hunting.NewSecurityAlert(&shown, c.workspace)
	p := &sentinel.SecurityAlert{
		Base: sentinel.Base{FriendlyName: row.DisplayName}, SystemAlertID: row.SystemAlertID, ProviderAlertID: row.VendorOriginalID,
		AlertDisplayName: row.DisplayName, AlertType: row.AlertType, AlertLink: row.AlertLink, Description: row.Description,
		Severity: sentinel.Severity(row.AlertSeverity), Status: sentinel.AlertStatus(row.Status), CompromisedEntity: row.CompromisedEntity,
		StartTimeUTC: row.StartTime, EndTimeUTC: row.EndTime, ProcessingEndTime: row.ProcessingEndTime, TimeGenerated: row.TimeGenerated,
		VendorName: row.VendorName, ProductName: row.ProductName, ProductComponentName: row.ProductComponentName,
	}
	for tactic := range strings.SplitSeq(row.Tactics, ",") {
		if tactic = strings.TrimSpace(tactic); tactic != "" {
			p.Tactics = append(p.Tactics, sentinel.Tactic(tactic))
		}
	}
	if a.RecommendedActions != "" {
		p.RemediationSteps = []string{a.RecommendedActions}
	}
	return c.entity(row.SystemAlertID, p)
}

// entityCounts are the entities of an incident.
type entityCounts struct {
	Entities sentinel.List     `json:"entities"`
	MetaData []arm.EntityCount `json:"metaData"`
}

// listEntities returns what the alerts of an incident are about, each once.
// Whether the entities of bookmarks are among them is not documented; here they
// are not.
func (c *armCall) listEntities() {
	c.related(func(tx *store.Tx, x armIncident) any {
		var found evidence.List
		for _, a := range c.alerts(tx, x) {
			found = append(found, c.t.showAlert(a, true).Evidence...)
		}
		answer := entityCounts{Entities: c.entities(found), MetaData: []arm.EntityCount{}}
		counts := map[sentinel.Kind]int32{}
		for _, e := range answer.Entities {
			counts[e.Kind]++
		}
		for _, kind := range sentinel.Kinds() {
			if counts[kind] > 0 {
				answer.MetaData = append(answer.MetaData, arm.EntityCount{Kind: kind, Count: counts[kind]})
			}
		}
		return answer
	})
}

// entities makes entities of evidence. The id of one follows from what it says, so
// that it is the same for all alerts and at all times.
func (c *armCall) entities(found evidence.List) sentinel.List {
	list := sentinel.List{}
	local, _ := sentinel.FromEvidence(found)
	names := map[string]string{}
	seen := map[string]bool{}
	// What an entity names stands before it.
	for _, e := range local {
		data, err := wire.Marshal(e.Properties)
		if err != nil {
			continue // it was made of what was read from JSON
		}
		data = renamed(data, names)
		id := arm.IDFor("entity\x00" + string(e.Kind) + "\x00" + string(data))
		names[e.ID] = id
		if seen[id] {
			continue
		}
		seen[id] = true
		shown := sentinel.Entity{Kind: e.Kind}
		if wire.Unmarshal(data, e.Properties) == nil {
			e.Properties.Common().FriendlyName = friendlyName(data)
			shown = c.entity(id, e.Properties)
		}
		list = append(list, shown)
	}
	return list
}

// renamed gives the entities that the properties of another name their ids.
func renamed(properties []byte, names map[string]string) []byte {
	var members map[string]jsontext.Value
	if wire.Unmarshal(properties, &members) != nil {
		return properties
	}
	name := func(v jsontext.Value) jsontext.Value {
		text, err := jsontext.AppendUnquote(nil, v)
		if id, ok := names[string(text)]; ok && err == nil {
			return jsontext.Value(`"` + id + `"`)
		}
		return v
	}
	for member, value := range members {
		switch {
		case strings.HasSuffix(member, "EntityId"):
			members[member] = name(value)
		case strings.HasSuffix(member, "EntityIds"):
			var list []jsontext.Value
			if wire.Unmarshal(value, &list) == nil {
				for i := range list {
					list[i] = name(list[i])
				}
				members[member], _ = wire.Marshal(list)
			}
		}
	}
	data, err := wire.Marshal(members)
	if err != nil {
		return properties
	}
	return data
}

// friendlyName is a short name for people: the first of some properties that an
// entity has. Which one the service takes is not documented.
func friendlyName(properties []byte) string {
	var members map[string]jsontext.Value
	_ = wire.Unmarshal(properties, &members)
	for _, member := range []string{
		"friendlyName", "displayName", "accountName", "hostName", "netBiosName", "deviceName", "fileName", "address", "url", "domainName", "appName", "malwareName",
		"commandLine", "key", "valueName", "mailboxPrimaryAddress", "resourceId", "hashValue", "sid", "aadUserId", "azureID", "distinguishedName", "objectGuid", "networkMessageId", "subject",
	} {
		if v := members[member]; v.Kind() == '"' {
			text, err := jsontext.AppendUnquote(nil, v)
			if err == nil && len(text) > 0 {
				return string(text)
			}
		}
	}
	return ""
}

// PlaybookRun is a playbook that was started.
type PlaybookRun struct {
	// Time is when it was, on the tenant's clock, and Who did so.
	Time time.Time
	Who  string
	// LogicAppsResourceID and TenantID name the playbook.
	LogicAppsResourceID, TenantID string
	// Workspace, IncidentID and EntityID are what it was started on; an entity may
	// have no incident.
	Workspace, IncidentID, EntityID string
}

// maxRuns is how many runs are remembered, and maxRunText how long the texts of one
// may be.
const (
	maxRuns    = 1000
	maxRunText = 2 << 10
)

// PlaybookRuns returns the last playbooks that were started, oldest first: at
// least the last 1000. Nothing runs: a playbook is a logic app, which the tenant
// has not.
func (t *Tenant) PlaybookRuns() []PlaybookRun {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.runs)
}

func (c *armCall) runPlaybook() { c.run("", c.ids[0]) }

func (c *armCall) runPlaybookOnEntity() { c.run(c.ids[0], "") }

// run starts a playbook on an incident, or on an entity of one.
//
// Sources: Learn, "Incidents - Run Playbook"; "Entities - Run Playbook". Besides
// its own action the caller needs the role on the logic app that the page on roles
// names.
func (c *armCall) run(entityID, incidentID string) {
	var body struct {
		LogicApp string `json:"logicAppsResourceId"`
		Tenant   string `json:"tenantId"`
		Incident string `json:"incidentArmId"`
	}
	if !c.armOptions() || !c.read(&body) {
		return
	}
	switch {
	case body.LogicApp == "":
		c.fail(http.StatusBadRequest, "BadRequest", "logicAppsResourceId must not be empty.")
		return
	case len(body.LogicApp) > maxRunText || len(body.Tenant) > maxRunText:
		c.fail(http.StatusBadRequest, "BadRequest", "logicAppsResourceId and tenantId must not be longer than "+strconv.Itoa(maxRunText)+" bytes.")
		return
	}
	if !c.who.has(PlaybookOperator) {
		c.failGateway(http.StatusForbidden, "LinkedAuthorizationFailed", "logicAppsResourceId", "The client has permission to perform action on scope '"+c.r.URL.Path+
			"', however it does not have permission to perform action 'Microsoft.Logic/workflows/triggers/listCallbackUrl/action' on the linked scope '"+body.LogicApp+"'.")
		return
	}
	if entityID != "" && body.Incident != "" {
		rest, ok := c.sameWorkspace(body.Incident)
		kind, name, _ := strings.Cut(rest, "/")
		if !ok || !strings.EqualFold(kind, "incidents") || name == "" {
			c.fail(http.StatusBadRequest, "BadRequest", "incidentArmId '"+body.Incident+"' is not the id of an incident of the workspace.")
			return
		}
		incidentID = name
	}
	var alerts []*store.Alert
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		if incidentID != "" {
			c.ids, c.incident = []string{incidentID}, incidentID
			var x armIncident
			if x, err = c.find(tx); err == nil {
				alerts = c.alerts(tx, x)
			}
			return
		}
		alerts = tx.AllAlerts()
	})
	if err == nil && entityID != "" && !c.hasEntity(alerts, entityID) {
		err = notFound("Entity '" + entityID + "' doesn't exist.")
	}
	if err == nil {
		err = c.change(func(*store.Tx) error {
			c.t.noteRun(PlaybookRun{c.t.stamp(), c.who.label(), body.LogicApp, body.Tenant, c.workspace.Name, incidentID, entityID})
			return nil
		})
	}
	if err != nil {
		c.refuse(err)
		return
	}
	c.recordARM(arm.RunPlaybook, nil)
	c.w.WriteHeader(http.StatusNoContent)
}

func (t *Tenant) noteRun(r PlaybookRun) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.runs) >= 2*maxRuns {
		t.runs = slices.Clone(t.runs[maxRuns:])
	}
	t.runs = append(t.runs, r)
}

// hasEntity tells whether alerts of the workspace are about an entity, or one of
// them is it.
func (c *armCall) hasEntity(alerts []*store.Alert, id string) bool {
	for _, a := range alerts {
		if c.caller().Err() != nil {
			return false
		}
		if a.Workspace != c.workspace.Name {
			continue
		}
		if strings.EqualFold(hunting.SystemAlertID(a.ID), id) {
			return true
		}
		for _, e := range c.entities(c.t.showAlert(a, true).Evidence) {
			if strings.EqualFold(e.Name, id) {
				return true
			}
		}
	}
	return false
}
