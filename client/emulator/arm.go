package emulator

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/internal/plain"
)

// armCall is a request to Azure Resource Manager about something in a workspace,
// of a caller who may make it.
type armCall struct {
	*call
	workspace Workspace
	// preview tells that the caller speaks a preview version.
	preview bool
	// ids are those in the path below the workspace, in its order.
	ids []string
	// incident is the name of the incident that the call is about, if it is about
	// one.
	incident string
}

// armRoute is a call of Azure Resource Manager.
type armRoute struct {
	// method and path, below the provider, are its shape.
	method, path string
	// action is what Azure's roles call it, below Microsoft.SecurityInsights.
	action string
	roles  []Role
	// operation is what the audit log calls it; nil changes nothing.
	operation func(*armCall, *store.Tx) audit.Operation
	handler   func(*armCall)
}

// The roles of Azure that may do something, by the lists of actions that they
// have. A responder may not do incidents/*/Delete; that the incident itself is
// meant as well is what the page on roles says.
//
// Sources: Learn, "Azure built-in roles for Security"; "Roles and permissions in
// Microsoft Sentinel".
var (
	armReaders      = []Role{SentinelReader, SentinelResponder, SentinelContributor}
	armResponders   = []Role{SentinelResponder, SentinelContributor}
	armContributors = []Role{SentinelContributor}
)

// armRoutes are the calls of Azure Resource Manager.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01. The actions behind the three lists that are a POST are not
// documented; the names here are after their paths.
func (t *Tenant) armRoutes() []armRoute {
	listers := armReaders
	if t.choices.ListsNeedResponder {
		listers = armResponders
	}
	routes := []armRoute{
		{"GET", "incidents", "incidents/read", armReaders, nil, (*armCall).listIncidents},
		{"GET", "incidents/{incidentId}", "incidents/read", armReaders, nil, (*armCall).getIncident},
		{"PUT", "incidents/{incidentId}", "incidents/write", armResponders, (*armCall).putting, (*armCall).putIncident},
		{"DELETE", "incidents/{incidentId}", "incidents/delete", armContributors, incidentOperations.deleting, (*armCall).deleteIncident},
		{"POST", "incidents/{incidentId}/alerts", "incidents/alerts/action", listers, nil, (*armCall).listAlerts},
		{"POST", "incidents/{incidentId}/bookmarks", "incidents/bookmarks/action", listers, nil, (*armCall).listIncidentBookmarks},
		{"POST", "incidents/{incidentId}/entities", "incidents/entities/action", listers, nil, (*armCall).listEntities},
		{"POST", "incidents/{incidentIdentifier}/runPlaybook", "incidents/runPlaybook/action", armResponders, running, (*armCall).runPlaybook},
		{"POST", "entities/{entityIdentifier}/runPlaybook", "entities/runPlaybook/action", armResponders, running, (*armCall).runPlaybookOnEntity},
	}
	routes = append(routes, armComments.routes(armResponders)...)
	routes = append(routes, armTasks.routes(armResponders)...)
	routes = append(routes, armRelations.routes(armResponders)...)
	return append(routes, armBookmarks.routes(armContributors)...)
}

const (
	armProvider = "Microsoft.SecurityInsights"
	// armRoot is the path of a workspace's part of the provider, as a pattern.
	armRoot = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}/providers/" + armProvider + "/"
)

// handleARM enters the calls of Azure Resource Manager. They are not in the mux,
// which tells upper case from lower case.
func (t *Tenant) handleARM() {
	t.arm = map[string]armRoute{}
	for _, route := range t.armRoutes() {
		t.arm[shape(route.method, strings.Split(route.path, "/"))] = route
		t.routes = append(t.routes, Route{
			Method: route.method, Pattern: armRoot + route.path, Permissions: []string{armProvider + "/" + route.action}, Roles: route.roles,
		})
	}
}

// shape is a path without the names of its ids, and without case.
func shape(method string, parts []string) string {
	out := slices.Clone(parts)
	for i := range out {
		if out[i] = strings.ToLower(out[i]); i%2 == 1 {
			out[i] = "{}"
		}
	}
	return method + " " + strings.Join(out, "/")
}

// forARM tells whether a request is one to Azure Resource Manager.
func forARM(r *http.Request) bool {
	const root = "/subscriptions/"
	return len(r.URL.Path) >= len(root) && strings.EqualFold(r.URL.Path[:len(root)], root)
}

// armPath takes the path of a request apart: what locates the workspace, the shape
// of the rest, and the ids in it.
func armPath(r *http.Request) (w Workspace, call string, ids []string, ok bool) {
	parts := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	fixed := strings.Split(strings.Trim(armRoot, "/"), "/")
	if len(parts) <= len(fixed) {
		return w, "", nil, false
	}
	for i, part := range parts {
		text, err := url.PathUnescape(part)
		if err != nil || text == "" {
			return w, "", nil, false
		}
		parts[i] = text
		if i < len(fixed) && !strings.HasPrefix(fixed[i], "{") && !strings.EqualFold(fixed[i], text) {
			return w, "", nil, false
		}
	}
	w = Workspace{SubscriptionID: parts[1], ResourceGroup: parts[3], Name: parts[7]}
	rest := parts[len(fixed):]
	for i := 1; i < len(rest); i += 2 {
		ids = append(ids, rest[i])
	}
	return w, shape(r.Method, rest), ids, true
}

// answerARM answers a request to Azure Resource Manager.
func (t *Tenant) answerARM(w http.ResponseWriter, r *http.Request) {
	c := &armCall{call: &call{t: t, w: w, r: r}}
	path, asked, ids, ok := armPath(r)
	route, known := t.arm[asked]
	switch {
	case ok && asked == "PUT incidents":
		// Observed (Azure/Azure-Sentinel#2924).
		c.fail(http.StatusMethodNotAllowed, "UnsupportedApiVersion", "The HTTP method 'PUT' is not supported at scope '"+r.URL.Path+"'.")
		return
	case !ok || !known:
		t.unrouted(w, r)
		return
	}
	c.ids = ids
	if strings.HasPrefix(route.path, "incidents/") {
		c.incident = ids[0]
	}
	if _, ok := c.session(armAudience); !ok {
		return
	}
	c.workspace = t.workspaceAt(path)
	if c.version() && c.authorized(route) && c.spend() && c.locate(path) && c.wellNamed() {
		route.handler(c)
	}
	c.recordRefusal(route)
}

// workspaceAt returns the workspace that a path names, or none.
func (t *Tenant) workspaceAt(path Workspace) (w Workspace) {
	i := slices.IndexFunc(t.workspaces, func(w Workspace) bool {
		return strings.EqualFold(w.SubscriptionID, path.SubscriptionID) && strings.EqualFold(w.ResourceGroup, path.ResourceGroup) && strings.EqualFold(w.Name, path.Name)
	})
	if i >= 0 {
		w = t.workspaces[i]
	}
	return w
}

// armVersions are the versions of the API that there are; all are answered alike
// but for what preview versions have more.
//
// Source: Learn, "Microsoft Sentinel REST API: api versions".
var armVersions = strings.Fields("2025-10-01-preview 2025-09-01 2025-07-01-preview 2025-06-01 2025-04-01-preview 2025-03-01 2025-01-01-preview 2024-10-01-preview " +
	"2024-09-01 2024-04-01-preview 2024-03-01 2024-01-01-preview 2023-12-01-preview 2023-11-01 2023-10-01-preview 2023-09-01-preview 2023-08-01-preview " +
	"2023-07-01-preview 2023-06-01-preview 2023-05-01-preview 2023-04-01-preview 2023-03-01-preview 2023-02-01 2023-02-01-preview 2022-12-01-preview " +
	"2022-11-01 2022-11-01-preview 2022-10-01-preview 2022-09-01-preview 2022-08-01 2022-08-01-preview 2022-07-01-preview 2022-06-01-preview " +
	"2022-05-01-preview 2022-04-01-preview 2022-01-01-preview 2021-10-01 2021-10-01-preview")

// version checks the version that the caller speaks.
func (c *armCall) version() bool {
	version := c.r.URL.Query().Get("api-version")
	date, preview := strings.CutSuffix(strings.ToLower(version), "-preview")
	_, err := time.Parse(time.DateOnly, date)
	switch {
	case version == "":
		c.failGateway(http.StatusBadRequest, "MissingApiVersionParameter", "api-version", "The api-version query parameter (?api-version=) is required for all requests.")
	case err != nil:
		c.failGateway(http.StatusBadRequest, "InvalidApiVersionParameter", "api-version", "The api-version '"+version+"' is invalid. The supported versions are '"+strings.Join(armVersions, ",")+"'.")
	case !containsFold(armVersions, version):
		c.failGateway(http.StatusBadRequest, "NoRegisteredProviderFound", "api-version", "No registered resource provider found for API version '"+version+"' of "+armProvider+". The supported api-versions are '"+strings.Join(armVersions, ", ")+"'.")
	default:
		c.preview = preview
		return true
	}
	return false
}

// authorized answers 403 to a caller whose roles do not have the action.
func (c *armCall) authorized(route armRoute) bool {
	if c.who.has(route.roles...) {
		return true
	}
	client := c.who.ClientID
	if c.who.person() {
		client = c.who.UserPrincipalName
	}
	c.failGateway(http.StatusForbidden, "AuthorizationFailed", "", "The client '"+client+"' with object id '"+c.who.ObjectID+"' does not have authorization to perform action '"+
		armProvider+"/"+route.action+"' over scope '"+c.r.URL.Path+"' or the scope is invalid. If access was recently granted, please refresh your credentials.")
	return false
}

// locate answers 404 where the path leads to no workspace.
func (c *armCall) locate(path Workspace) bool {
	if c.workspace.Name != "" {
		return true
	}
	var subscription, group bool
	for _, w := range c.t.workspaces {
		if !strings.EqualFold(w.SubscriptionID, path.SubscriptionID) {
			continue
		}
		subscription = true
		group = group || strings.EqualFold(w.ResourceGroup, path.ResourceGroup)
	}
	switch {
	case !subscription:
		c.failGateway(http.StatusNotFound, "SubscriptionNotFound", "subscriptionId", "The subscription '"+path.SubscriptionID+"' could not be found.")
	case !group:
		c.failGateway(http.StatusNotFound, "ResourceGroupNotFound", "resourceGroupName", "Resource group '"+path.ResourceGroup+"' could not be found.")
	default:
		c.failGateway(http.StatusNotFound, "ResourceNotFound", "workspaceName", "The Resource 'Microsoft.OperationalInsights/workspaces/"+path.Name+"' under resource group '"+path.ResourceGroup+
			"' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix")
	}
	return false
}

// wellNamed refuses what is no name in Azure.
//
// Source: the contract of Azure Resource Manager with resource providers,
// "Resource API Reference", resourceName.
func (c *armCall) wellNamed() bool {
	for _, id := range c.ids {
		bad := strings.ContainsFunc(id, func(r rune) bool {
			return r == utf8.RuneError || unicode.IsControl(r) || strings.ContainsRune(`<>%&:\?/#`, r)
		})
		if bad || id == "." || id == ".." || utf8.RuneCountInString(id) > arm.MaxID {
			c.failGateway(http.StatusBadRequest, "InvalidResourceName", "", "The resource name '"+plain.Cut(id, 300)+"' is not valid: it is longer than 260 characters, or has one of <>%&:\\?/# or a control character.")
			return false
		}
	}
	return true
}

// failGateway answers with the error document of Azure Resource Manager itself,
// which can say which part of the request it is about.
//
// Source: the common types of Azure Resource Manager, version 5, ErrorResponse.
func (c *armCall) failGateway(status int, code, target, message string) {
	c.refused = &refusal{status, code, message}
	c.w.Header().Set("x-ms-failure-cause", "gateway")
	writeARM(c.w, status, armError{armFailure{Code: code, Message: valid(message), Target: target}})
}

// armError is the error document of the provider, CloudError, which has a code and
// a message, and of Azure Resource Manager itself, which may have a target.
type armError struct {
	Error armFailure `json:"error"`
}

type armFailure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitzero"`
}

// unauthorizedARM answers 401 as Azure Resource Manager does.
func (c *call) unauthorizedARM(p tokenProblem) {
	c.w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+c.root()+"/"+TenantID+`", error="invalid_token", error_description="`+p.arm+`"`)
	(&armCall{call: c}).failGateway(http.StatusUnauthorized, p.armCode, "", p.arm)
}

// armHeaders gives an answer the ids of Azure Resource Manager.
func (t *Tenant) armHeaders(w http.ResponseWriter, r *http.Request, requestID string) {
	h := w.Header()
	h.Set("x-ms-request-id", requestID)
	correlation := r.Header.Get("x-ms-correlation-request-id")
	if correlation == "" {
		correlation = requestID
	}
	h.Set("x-ms-correlation-request-id", correlation)
	h.Set("x-ms-routing-request-id", "EMULATOR:"+t.now().UTC().Format("20060102T150405Z")+":"+requestID)
	if id := r.Header.Get("x-ms-client-request-id"); id != "" && strings.EqualFold(r.Header.Get("x-ms-return-client-request-id"), "true") {
		h.Set("x-ms-client-request-id", id)
	}
}

// newEntry begins what the tenant knows of a request.
func newEntry(r *http.Request) *Request {
	id := r.Header.Get("client-request-id")
	if forARM(r) {
		id = r.Header.Get("x-ms-client-request-id")
	}
	return &Request{Method: r.Method, Path: r.URL.Path, ClientRequestID: id}
}

// withEntry has a request carry its entry.
func withEntry(r *http.Request, entry *Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), entryKey{}, entry))
}

// resourceID is the id of something in the call's workspace. The service writes
// Incidents with a capital letter (azsec/azure-sentinel-tools#4).
func (c *armCall) resourceID(parts ...string) string {
	return c.workspace.ResourceID() + "/providers/" + armProvider + "/" + strings.Join(parts, "/")
}

// sameWorkspace cuts from an id in Azure Resource Manager what is the call's
// workspace.
func (c *armCall) sameWorkspace(id string) (rest string, ok bool) {
	root := c.resourceID("")
	if len(id) < len(root) || !strings.EqualFold(id[:len(root)], root) {
		return "", false
	}
	return id[len(root):], true
}

// armOptions refuses query options beyond those of a call.
func (c *armCall) armOptions(allowed ...string) bool {
	return c.options(slices.Concat(allowed, []string{"api-version"})...)
}
