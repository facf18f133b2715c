package emulator

import (
	"net/http"
	"slices"
	"strings"
)

// Route is one call that the tenant answers.
type Route struct {
	// Method and Pattern name it; the pattern is that of [http.ServeMux].
	Method, Pattern string
	// Permissions are those of Microsoft Graph of which a caller needs one; a batch
	// needs none, and each of its requests its own. For Azure Resource Manager it is
	// the action.
	Permissions []string
	// Roles are those of which a person needs one besides, and for Azure Resource
	// Manager an application too.
	Roles []Role

	handler func(*call)
}

// Routes lists the calls that the tenant answers to a caller with a token.
func (t *Tenant) Routes() []Route { return slices.Clone(t.routes) }

// The roles that a person needs, as the pages of the calls list them. Creating
// needs what Learn, "Manually create an incident or alert in Microsoft Defender",
// and Learn, "Create manualAlert", list.
var (
	readers  = []Role{SecurityReader, GlobalReader, SecurityOperator, SecurityAdministrator, AlertsManage, DetectionTuning, SentinelReader, SentinelResponder, SentinelContributor}
	managers = []Role{SecurityOperator, SecurityAdministrator, AlertsManage, SentinelResponder, SentinelContributor}
	movers   = []Role{SecurityOperator, SecurityAdministrator}
	creators = []Role{DetectionTuning, SentinelResponder, SentinelContributor, SecurityOperator, SecurityAdministrator}
)

// graphRoutes are the calls of Microsoft Graph: those below a version's root,
// and those of the beta version alone. Who may read alerts is wider than
// documented, as a refusal of the live service says
// (wazuh/wazuh-documentation#7300).
func (t *Tenant) graphRoutes() (both, beta []Route) {
	readAlerts := []string{AlertRead, AlertReadWrite, IncidentRead, IncidentReadWrite}
	readIncidents := []string{IncidentRead, IncidentReadWrite}
	both = []Route{
		{"GET", "/security/alerts_v2", readAlerts, readers, (*call).listAlerts},
		{"GET", "/security/alerts_v2/{id}", readAlerts, readers, (*call).getAlert},
		{"PATCH", "/security/alerts_v2/{id}", []string{AlertReadWrite}, managers, (*call).updateAlert},
		{"POST", "/security/alerts_v2/{id}/comments", []string{AlertReadWrite}, managers, (*call).commentOnAlert},
		{"GET", "/security/incidents", readIncidents, readers, (*call).listIncidents},
		{"GET", "/security/incidents/{id}", readIncidents, readers, (*call).getIncident},
		{"PATCH", "/security/incidents/{id}", []string{IncidentReadWrite}, managers, (*call).updateIncident},
		{"POST", "/security/incidents/{id}/comments", []string{IncidentReadWrite}, managers, (*call).commentOnIncident},
	}
	// Actions have a short form and one with the namespace, which generated
	// clients use.
	action := func(list *[]Route, path, name string, permissions []string, roles []Role, handler func(*call)) {
		for _, form := range []string{"", "microsoft.graph.security."} {
			*list = append(*list, Route{"POST", path + "/" + form + name, permissions, roles, handler})
		}
	}
	action(&both, "/security/alerts_v2", "moveAlerts", []string{DataManage}, movers, (*call).moveAlerts)
	action(&both, "/security/incidents", "mergeIncidents", []string{DataManage}, movers, (*call).mergeIncidents)
	action(&both, "/security", "runHuntingQuery", []string{HuntingRead}, readers, (*call).runHuntingQuery)

	creating := []string{AlertCreate, AlertReadWrite}
	beta = []Route{{"POST", "/security/alerts_v2", creating, creators, (*call).createManualAlert}}
	action(&beta, "/security/alerts_v2", "createAlert", creating, creators, (*call).createAlert)
	return both, beta
}

// router is a mux that can tell its patterns.
type router struct {
	http.ServeMux
	patterns []string
}

// HandleFunc enters a handler under a pattern.
func (m *router) HandleFunc(pattern string, handler http.HandlerFunc) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, handler)
}

func (t *Tenant) handle() *router {
	mux := new(router)
	t.handleAuthority(mux)
	both, beta := t.graphRoutes()
	for _, version := range []string{"/v1.0", "/beta"} {
		list := both
		if version == "/beta" {
			list = append(list, beta...)
		}
		for _, route := range list {
			route.Pattern = version + route.Pattern
			t.route(mux, route)
		}
		batch := Route{Method: "POST", Pattern: version + "/$batch"}
		t.routes = append(t.routes, batch)
		mux.HandleFunc(batch.Method+" "+batch.Pattern, func(w http.ResponseWriter, r *http.Request) {
			(&call{t: t, w: w, r: r}).batch(version)
		})
	}
	t.handleActivityFeed(mux)
	t.handleOwn(mux)
	mux.HandleFunc("/", t.unrouted)
	t.handleARM()
	return mux
}

// unrouted answers a call that nobody implemented. 501 is not among the statuses
// that clients try again.
func (t *Tenant) unrouted(w http.ResponseWriter, r *http.Request) {
	t.fail(w, r, http.StatusNotImplemented, "NotImplemented", "The emulator has no route for "+r.Method+" "+r.URL.Path+".")
}

// route enters a call that needs a token.
func (t *Tenant) route(mux *router, route Route) {
	t.routes = append(t.routes, route)
	mux.HandleFunc(route.Method+" "+route.Pattern, func(w http.ResponseWriter, r *http.Request) {
		c := &call{t: t, w: w, r: r}
		s, ok := c.session(graphAudience)
		if !ok {
			return
		}
		if c.permitted(s, route) {
			route.handler(c)
		}
		t.recordRefusal(c, route)
	})
}

// permitted answers 403 to a caller who may not make a call.
//
// Source of the texts: wazuh/wazuh-documentation#7300 for applications; for
// people there is no published one.
func (c *call) permitted(s *session, route Route) bool {
	if !slices.ContainsFunc(route.Permissions, func(p string) bool { return slices.Contains(s.permissions, p) }) {
		kind := "application roles"
		if s.identity.person() {
			kind = "delegated scopes"
		}
		c.fail(http.StatusForbidden, "Forbidden", "Missing "+kind+". API required roles: "+strings.Join(route.Permissions, ", ")+
			", "+kind+": "+strings.Join(s.permissions, ", ")+".")
		return false
	}
	if s.identity.person() && !s.identity.has(route.Roles...) {
		c.fail(http.StatusForbidden, "Forbidden", "The signed-in user has none of the roles that the call needs.")
		return false
	}
	return true
}
