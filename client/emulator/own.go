package emulator

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// The portal shows what no documented API has. The calls under ownRoot are the
// emulator's own; no service answers them.
const ownRoot = "/_emulator"

func (t *Tenant) handleOwn(mux *router) {
	both, beta := t.graphRoutes()
	// A call takes the permissions and roles of the documented one that it is
	// most like.
	like := func(list []Route, method, pattern string, route Route) {
		i := slices.IndexFunc(list, func(r Route) bool { return r.Method == method && r.Pattern == pattern })
		route.Permissions, route.Roles = list[i].Permissions, list[i].Roles
		t.route(mux, route)
	}
	like(both, "GET", "/security/incidents/{id}", Route{Method: "GET", Pattern: ownRoot + "/incidents/{id}/activity", handler: (*call).getActivity})
	like(both, "GET", "/security/alerts_v2/{id}", Route{Method: "GET", Pattern: ownRoot + "/alerts/{id}/history", handler: (*call).getAlertHistory})
	like(both, "GET", "/security/alerts_v2", Route{Method: "GET", Pattern: ownRoot + "/entities", handler: (*call).getEntityPage})
	like(beta, "POST", "/security/alerts_v2/createAlert", Route{Method: "GET", Pattern: ownRoot + "/assets", handler: (*call).searchAssets})
}

// list is an answer with one list.
type list[T any] struct {
	Value T `json:"value"`
}

// getActivity answers with the activity log of an incident, without what is about
// alerts that the caller does not see.
func (c *call) getActivity() {
	c.events(func(tx *store.Tx) error { _, err := c.findIncident(tx); return err }, c.t.Activity)
}

// getAlertHistory answers with the history of an alert.
func (c *call) getAlertHistory() {
	c.events(func(tx *store.Tx) error { _, err := c.findAlert(tx); return err }, c.t.AlertHistory)
}

func (c *call) events(find func(*store.Tx) error, read func(id string) ([]audit.Event, error)) {
	if !c.options() {
		return
	}
	var err error
	if c.t.store.Read(func(tx *store.Tx) { err = find(tx) }); err != nil {
		c.refuse(err)
		return
	}
	events, err := read(c.r.PathValue("id"))
	if err != nil {
		c.refuse(err)
		return
	}
	c.t.store.Read(func(tx *store.Tx) { events = c.visible(tx, events) })
	var lines bytes.Buffer
	if err := audit.WriteJSON(&lines, events); err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, list[jsontext.Value]{jsontext.Value("[" + string(bytes.ReplaceAll(bytes.TrimSpace(lines.Bytes()), []byte("\n"), []byte(","))) + "]")})
}

// visible leaves out what is about alerts that the caller does not see, and about
// incidents that were merged of which the caller saw no alert.
func (c *call) visible(tx *store.Tx, events []audit.Event) []audit.Event {
	if c.who.DeviceGroups == nil {
		return events
	}
	seen := map[string]bool{}
	events = slices.DeleteFunc(events, func(e audit.Event) bool {
		row, ok := tx.FindAlert(e.Target.Alert)
		if ok && !c.t.seesAlert(tx.Alert(row), c.who) {
			return true
		}
		if ok {
			seen[e.Target.Incident], seen[e.Target.Source] = true, true
		}
		return false
	})
	return slices.DeleteFunc(events, func(e audit.Event) bool { return e.MergedFrom != "" && !seen[e.MergedFrom] })
}

// getEntityPage answers with the page of the entity with a value.
func (c *call) getEntityPage() {
	if !c.options("type", "identifier", "value") {
		return
	}
	query := c.r.URL.Query()
	key := entity.NewKey(entity.Type(query.Get("type")), entity.Identifier(query.Get("identifier")), "", query.Get("value"))
	if key.Type == "" || key.Identifier == "" || key.Value == "" {
		c.fail(http.StatusBadRequest, "BadRequest", "The options type, identifier and value are required, as those of an entity definition.")
		return
	}
	page := c.t.entityPage(c.who, key, c.unknownMembers())
	c.write(http.StatusOK, struct {
		Alerts    []*alert.Alert       `json:"alerts"`
		Incidents []*incident.Incident `json:"incidents"`
		More      bool                 `json:"more"`
	}{page.Alerts, page.Incidents, page.More})
}

// searchAssets answers with the assets that the caller may name.
func (c *call) searchAssets() {
	if !c.options("search", "type") {
		return
	}
	query := c.r.URL.Query()
	var types []entity.Type
	if kind := query.Get("type"); kind != "" {
		types = append(types, entity.Type(kind))
	}
	c.write(http.StatusOK, list[[]Asset]{c.t.assets(c.who, query.Get("search"), types)})
}
