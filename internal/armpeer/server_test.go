package armpeer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2/fake"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

var workspace = arm.Workspace{SubscriptionID: "d0cfe6b2-9ac0-4464-9919-dccaee2e48c0", ResourceGroup: "myRg", Name: "myWorkspace"}

// routes say which method of the fake server answers a request, which it does not
// find out itself.
var routes = func() []route {
	const base = `^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.OperationalInsights/workspaces/[^/]+/providers/Microsoft\.SecurityInsights/`
	var all []route
	add := func(method, path, api string) {
		all = append(all, route{method, regexp.MustCompile(base + path + `$`), api})
	}
	for _, c := range []struct{ path, client string }{
		{`incidents`, "Incidents"}, {`incidents/[^/]+/comments`, "IncidentComments"}, {`incidents/[^/]+/tasks`, "IncidentTasks"},
		{`incidents/[^/]+/relations`, "IncidentRelations"}, {`bookmarks`, "Bookmarks"},
	} {
		add("GET", c.path, c.client+"Client.NewListPager")
		add("GET", c.path+`/[^/]+`, c.client+"Client.Get")
		add("PUT", c.path+`/[^/]+`, c.client+"Client.CreateOrUpdate")
		add("DELETE", c.path+`/[^/]+`, c.client+"Client.Delete")
	}
	add("POST", `incidents/[^/]+/alerts`, "IncidentsClient.ListAlerts")
	add("POST", `incidents/[^/]+/bookmarks`, "IncidentsClient.ListBookmarks")
	add("POST", `incidents/[^/]+/entities`, "IncidentsClient.ListEntities")
	add("POST", `incidents/[^/]+/runPlaybook`, "IncidentsClient.RunPlaybook")
	add("POST", `entities/[^/]+/runPlaybook`, "EntitiesClient.RunPlaybook")
	return all
}()

type route struct {
	method string
	path   *regexp.Regexp
	api    string
}

var fakePage = regexp.MustCompile(`/fake_page_\d+$`)

// peer is the fake server behind HTTP, with the checks in front that it lacks.
type peer struct {
	t  *testing.T
	tr interface {
		Do(*http.Request) (*http.Response, error)
	}
	version string
	apis    map[string]int // what was called
	body    []byte         // of the last request that had one
}

func start(t *testing.T, f *fake.ServerFactory, version string) (*peer, *arm.Client) {
	t.Helper()
	p := &peer{t: t, tr: fake.NewServerFactoryTransport(f), version: version, apis: map[string]int{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	c, err := arm.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})), workspace,
		client.WithCloud(client.Cloud{Name: "fake", Authority: server.URL, ARM: server.URL, Unlimited: true}), client.WithRetry(1, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return p, c.Version(version)
}

func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, api := fakePage.ReplaceAllString(r.URL.EscapedPath(), ""), ""
	for _, x := range routes {
		if x.method == r.Method && x.path.MatchString(path) {
			api = x.api
		}
	}
	data, err := io.ReadAll(r.Body)
	if problem := p.check(r, api, data); err != nil || problem != "" {
		p.t.Errorf("%s %s: %v %s", r.Method, r.URL, err, problem)
		http.Error(w, `{"error":{"code":"Checked","message":"the request is wrong"}}`, http.StatusBadRequest)
		return
	}
	p.apis[api]++
	forward := r.Clone(context.WithValue(r.Context(), runtime.CtxAPINameKey{}, api))
	forward.URL.Scheme, forward.URL.Host, forward.Body = "http", r.Host, nil
	if len(data) > 0 {
		p.body, forward.Body = data, io.NopCloser(bytes.NewReader(data))
	}
	resp, err := p.tr.Do(forward)
	if failure, ok := errors.AsType[*azcore.ResponseError](err); ok {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(failure.StatusCode)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": failure.ErrorCode, "message": failure.ErrorCode}})
		return
	}
	if err != nil {
		p.t.Errorf("the fake server refuses %s %s: %v", r.Method, r.URL, err)
		http.Error(w, "refused", http.StatusInternalServerError)
		return
	}
	defer resp.Body.Close()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

// check does what the fake server does not: it looks at the version, the headers, the
// required properties, enumerations, lengths and names.
func (p *peer) check(r *http.Request, api string, data []byte) string {
	switch {
	case api == "":
		return "no operation of the API has this method and path"
	case r.URL.Query().Get("api-version") != p.version:
		return "the version is not " + p.version
	case r.Header.Get("Authorization") != "Bearer T0ken" || r.Header.Get("Accept") != "application/json" || len(r.Header.Get("x-ms-client-request-id")) != 36:
		return "a header is missing"
	case (len(data) > 0) != (r.Header.Get("Content-Type") == "application/json"):
		return "a body has a content type, and nothing else has"
	case strings.Contains(api, "Relations") && !regexp.MustCompile(`relations(/[a-zA-Z0-9-]{3,63})?$`).MatchString(fakePage.ReplaceAllString(r.URL.Path, "")):
		return "the name of the relation is malformed"
	case len(data) == 0:
		return ""
	}
	var doc struct {
		Properties map[string]any `json:"properties"`
		Logic      string         `json:"logicAppsResourceId"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return err.Error()
	}
	if strings.HasSuffix(api, "RunPlaybook") {
		if doc.Logic == "" {
			return "logicAppsResourceId is missing"
		}
		return ""
	}
	rules := map[string]map[string][]string{
		"IncidentsClient.CreateOrUpdate": {
			"title": nil, "severity": {"High", "Medium", "Low", "Informational"}, "status": {"New", "Active", "Closed"},
			"classification?":       {"Undetermined", "TruePositive", "BenignPositive", "FalsePositive"},
			"classificationReason?": {"SuspiciousActivity", "SuspiciousButExpected", "IncorrectAlertLogic", "InaccurateData"},
		},
		"IncidentCommentsClient.CreateOrUpdate":  {"message": nil},
		"IncidentTasksClient.CreateOrUpdate":     {"title": nil, "status": {"New", "Completed"}},
		"IncidentRelationsClient.CreateOrUpdate": {"relatedResourceId": nil},
		"BookmarksClient.CreateOrUpdate":         {"displayName": nil, "query": nil},
	}
	for name, members := range rules[api] {
		name, optional := strings.CutSuffix(name, "?")
		value, _ := doc.Properties[name].(string)
		if value == "" && !optional || value != "" && members != nil && !slices.Contains(members, value) {
			return fmt.Sprintf("%s is %q", name, value)
		}
	}
	for _, name := range readOnly {
		if _, ok := doc.Properties[name]; ok {
			return name + " is the service's own"
		}
	}
	if d, _ := doc.Properties["description"].(string); len(d) > 5000 {
		return "the description is too long"
	}
	return ""
}

// readOnly are the properties that only the service sets.
var readOnly = []string{
	"additionalData", "createdTimeUtc", "lastModifiedTimeUtc", "incidentNumber", "incidentUrl", "providerName", "providerIncidentId", "relatedAnalyticRuleIds",
	"teamInformation", "author", "relatedResourceName", "relatedResourceType", "relatedResourceKind",
}
