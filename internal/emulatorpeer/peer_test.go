package emulatorpeer

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azarm "github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

const (
	group     = emulator.ResourceGroup
	workspace = emulator.WorkspaceName
)

// peer is a tenant behind TLS, and Azure's client of it.
type peer struct {
	*sdk.ClientFactory
	tenant *emulator.Tenant
	server *httptest.Server
	cred   azcore.TokenCredential
}

func start(t *testing.T, opts ...emulator.Option) *peer {
	t.Helper()
	p := &peer{tenant: emulator.New(opts...)}
	p.server = httptest.NewTLSServer(p.tenant)
	t.Cleanup(p.server.Close)
	p.as(t, emulator.ClientID, emulator.ClientSecret)
	return p
}

// as signs in as an application.
func (p *peer) as(t *testing.T, id, secret string) {
	t.Helper()
	options := azcore.ClientOptions{
		Cloud: cloud.Configuration{
			ActiveDirectoryAuthorityHost: p.server.URL + "/",
			Services:                     map[cloud.ServiceName]cloud.ServiceConfiguration{cloud.ResourceManager: {Endpoint: p.server.URL, Audience: "https://management.core.windows.net/"}},
		},
		Transport: p.server.Client(), Retry: policy.RetryOptions{RetryDelay: time.Millisecond},
	}
	var err error
	// Instance discovery would ask Microsoft whether the authority is one.
	p.cred, err = azidentity.NewClientSecretCredential(emulator.TenantID, id, secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	require.NoError(t, err)
	p.ClientFactory, err = sdk.NewClientFactory(emulator.SubscriptionID, p.cred, &azarm.ClientOptions{ClientOptions: options, DisableRPRegistration: true})
	require.NoError(t, err)
}

func newIncident(title string) sdk.Incident {
	return sdk.Incident{Properties: &sdk.IncidentProperties{Title: new(title), Severity: new(sdk.IncidentSeverityHigh), Status: new(sdk.IncidentStatusNew)}}
}

// failed is the status and the code of an error.
func failed(t *testing.T, err error) string {
	t.Helper()
	var response *azcore.ResponseError
	require.ErrorAs(t, err, &response)
	return fmt.Sprint(response.StatusCode, " ", response.ErrorCode)
}

// raise raises an alert through Microsoft Graph, and returns it.
func (p *peer) raise(t *testing.T, title string) map[string]any {
	t.Helper()
	token, err := p.cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	require.NoError(t, err)
	body := `{"createAlertInput":{"title":"` + title + `","severity":"high","description":"d","category":"Execution","mitreTechniques":["T1059"],"entityDefinitions":[
		{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"jo@contoso.com","role":"impacted"},
		{"entityType":"ip","entityIdentifier":"address","identifierValue":"185.220.101.50","role":"related"}]}}`
	r, err := http.NewRequestWithContext(t.Context(), "POST", p.server.URL+"/beta/security/alerts_v2/createAlert", strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := p.server.Client().Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 201, resp.StatusCode, string(data))
	var made map[string]any
	require.NoError(t, json.Unmarshal(data, &made))
	return made
}

// all follows the pages of a list, of which there are some.
func all[R, T any](t *testing.T, pages int, pager *runtime.Pager[R], of func(R) []*T) (list []*T) {
	t.Helper()
	seen := 0
	for pager.More() {
		page, err := pager.NextPage(t.Context())
		require.NoError(t, err)
		list = append(list, of(page)...)
		seen++
	}
	require.Equal(t, pages, seen, "pages")
	return list
}

func names[T any](list []*T, name func(*T) *string) (out []string) {
	for _, o := range list {
		out = append(out, *name(o))
	}
	return out
}

func TestIncidents(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	c := p.NewIncidentsClient()
	_, err := c.Get(ctx, group, workspace, "i1", nil)
	require.Equal(t, "404 NotFound", failed(t, err))

	var response *http.Response
	made, err := c.CreateOrUpdate(policy.WithCaptureResponse(ctx, &response), group, workspace, "i1", sdk.Incident{Properties: &sdk.IncidentProperties{
		Title: new("T"), Severity: new(sdk.IncidentSeverityHigh), Status: new(sdk.IncidentStatusNew), Description: new("D"),
		Labels: []*sdk.IncidentLabel{{LabelName: new("l")}}, Owner: &sdk.IncidentOwnerInfo{ObjectID: new("2046feea-040d-4a46-9e2b-91c2941bfa70")},
		FirstActivityTimeUTC: new(time.Date(2026, 8, 4, 9, 0, 0, 0, time.UTC)),
	}}, nil)
	require.NoError(t, err)
	require.Equal(t, 201, response.StatusCode)
	for _, header := range []string{"x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id", "x-ms-ratelimit-remaining-subscription-writes"} {
		require.NotEmpty(t, response.Header.Get(header), header)
	}
	require.Equal(t, "/subscriptions/"+emulator.SubscriptionID+"/resourceGroups/"+group+"/providers/Microsoft.OperationalInsights/workspaces/"+workspace+"/providers/Microsoft.SecurityInsights/Incidents/i1", *made.ID)
	q := made.Properties
	require.Equal(t, []string{"i1", "Microsoft.SecurityInsights/incidents", "T", "High", "New", "D", "l", "User", "2046feea-040d-4a46-9e2b-91c2941bfa70", "Azure Sentinel", "1"},
		[]string{*made.Name, *made.Type, *q.Title, string(*q.Severity), string(*q.Status), *q.Description, *q.Labels[0].LabelName, string(*q.Labels[0].LabelType), *q.Owner.ObjectID, *q.ProviderName, *q.ProviderIncidentID})
	require.EqualValues(t, []int32{1, 0, 0, 0}, []int32{*q.IncidentNumber, *q.AdditionalData.AlertsCount, *q.AdditionalData.BookmarksCount, *q.AdditionalData.CommentsCount})
	require.Contains(t, *q.IncidentURL, "https://portal.azure.com/")
	require.False(t, q.CreatedTimeUTC.IsZero() || q.LastModifiedTimeUTC.IsZero() || made.SystemData.CreatedAt.IsZero())
	require.Equal(t, 2026, q.FirstActivityTimeUTC.Year())

	got, err := c.Get(ctx, group, strings.ToUpper(workspace), "I1", nil)
	require.NoError(t, err)
	require.Equal(t, made.Incident, got.Incident)

	// The object as it was read, changed and sent back, with all that is read only.
	got.Properties.Status = new(sdk.IncidentStatusClosed)
	got.Properties.Classification, got.Properties.ClassificationReason = new(sdk.IncidentClassificationFalsePositive), new(sdk.IncidentClassificationReasonInaccurateData)
	updated, err := c.CreateOrUpdate(policy.WithCaptureResponse(ctx, &response), group, workspace, "i1", got.Incident, nil)
	require.NoError(t, err)
	require.Equal(t, 200, response.StatusCode)
	require.Equal(t, sdk.IncidentStatusClosed, *updated.Properties.Status)
	require.NotEqual(t, *made.Etag, *updated.Etag)
	require.Equal(t, *made.Properties.CreatedTimeUTC, *updated.Properties.CreatedTimeUTC)

	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", got.Incident, nil)
	require.Equal(t, "409 Conflict", failed(t, err), "the etag is stale")
	again, err := c.Get(ctx, group, workspace, "i1", nil)
	require.NoError(t, err)
	require.Equal(t, updated.Incident, again.Incident)

	replaced, err := c.CreateOrUpdate(ctx, group, workspace, "i1", newIncident("U"), nil)
	require.NoError(t, err)
	require.Nil(t, replaced.Properties.Description, "what is left out is reset")
	require.Nil(t, replaced.Properties.Owner.ObjectID)
	require.Empty(t, replaced.Properties.Labels)

	_, err = c.CreateOrUpdate(ctx, group, workspace, "i2", sdk.Incident{Properties: &sdk.IncidentProperties{Severity: new(sdk.IncidentSeverityLow), Status: new(sdk.IncidentStatusNew)}}, nil)
	require.Equal(t, "400 BadRequest", failed(t, err))
	_, err = c.Delete(policy.WithCaptureResponse(ctx, &response), group, workspace, "i1", nil)
	require.NoError(t, err)
	require.Equal(t, 200, response.StatusCode)
	_, err = c.Delete(policy.WithCaptureResponse(ctx, &response), group, workspace, "i1", nil)
	require.NoError(t, err)
	require.Equal(t, 204, response.StatusCode)
	for i := range 7 {
		_, err = c.CreateOrUpdate(ctx, group, workspace, fmt.Sprint("n", i), newIncident(fmt.Sprint("T", i)), nil)
		require.NoError(t, err)
	}
	name := func(i *sdk.Incident) *string { return i.Name }
	of := func(r sdk.IncidentsClientListResponse) []*sdk.Incident { return r.Value }
	require.Equal(t, []string{"n6", "n5", "n4", "n3", "n2", "n1", "n0"}, names(all(t, 3, c.NewListPager(group, workspace, &sdk.IncidentsClientListOptions{Top: new(int32(3))}), of), name))
	require.Equal(t, []string{"n1", "n2", "n3"}, names(all(t, 2, c.NewListPager(group, workspace, &sdk.IncidentsClientListOptions{
		Top: new(int32(2)), Orderby: new("properties/title asc"), Filter: new("properties/incidentNumber le 5 and contains(properties/title, 't') and not (properties/title eq 'T0')"),
	}), of), name))
	_, err = c.NewListPager(group, workspace, &sdk.IncidentsClientListOptions{Filter: new("nope eq 1")}).NextPage(ctx)
	require.Equal(t, "400 BadRequest", failed(t, err))

	_, err = c.RunPlaybook(ctx, group, workspace, "n0", &sdk.IncidentsClientRunPlaybookOptions{RequestBody: &sdk.ManualTriggerRequestBody{LogicAppsResourceID: new("/subscriptions/x")}})
	runs := p.tenant.PlaybookRuns()
	require.Len(t, runs, 1, err)
	require.Equal(t, "n0", runs[0].IncidentID)
}

func TestComments(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	_, err := p.NewIncidentsClient().CreateOrUpdate(ctx, group, workspace, "i1", newIncident("T"), nil)
	require.NoError(t, err)
	c := p.NewIncidentCommentsClient()
	comment := func(text string) sdk.IncidentComment {
		return sdk.IncidentComment{Properties: &sdk.IncidentCommentProperties{Message: new(text)}}
	}
	made, err := c.CreateOrUpdate(ctx, group, workspace, "i1", "c0", comment("M"), nil)
	require.NoError(t, err)
	require.Equal(t, "M", *made.Properties.Message)
	require.Equal(t, emulator.ClientID, *made.Properties.Author.Name)
	made.Properties.Message = new("N")
	changed, err := c.CreateOrUpdate(ctx, group, workspace, "i1", "c0", made.IncidentComment, nil)
	require.NoError(t, err)
	require.Equal(t, "N", *changed.Properties.Message)
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "c0", made.IncidentComment, nil)
	require.Equal(t, "409 Conflict", failed(t, err))
	got, err := c.Get(ctx, group, workspace, "i1", "c0", nil)
	require.NoError(t, err)
	require.Equal(t, changed.IncidentComment, got.IncidentComment)
	for i := 1; i < 100; i++ {
		_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", fmt.Sprint("c", i), comment("M"), nil)
		require.NoError(t, err)
	}
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "c100", comment("M"), nil)
	require.Equal(t, "400 BadRequest", failed(t, err))
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "c1", comment(strings.Repeat("é", 30000)), nil)
	require.NoError(t, err)
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "c1", comment(strings.Repeat("é", 30001)), nil)
	require.Equal(t, "400 BadRequest", failed(t, err))
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i9", "c1", comment("M"), nil)
	require.Equal(t, "404 NotFound", failed(t, err))
	list := all(t, 2, c.NewListPager(group, workspace, "i1", nil), func(r sdk.IncidentCommentsClientListResponse) []*sdk.IncidentComment { return r.Value })
	require.Len(t, list, 100)
	require.Equal(t, "c0", *list[0].Name)
	require.Equal(t, "c99", *list[99].Name)
	list = all(t, 1, c.NewListPager(group, workspace, "i1", &sdk.IncidentCommentsClientListOptions{Filter: new("properties/message eq 'N'")}), func(r sdk.IncidentCommentsClientListResponse) []*sdk.IncidentComment { return r.Value })
	require.Len(t, list, 1)
	_, err = c.Delete(ctx, group, workspace, "i1", "c1", nil)
	require.NoError(t, err)
	_, err = c.Get(ctx, group, workspace, "i1", "c1", nil)
	require.Equal(t, "404 NotFound", failed(t, err))
	_, err = c.Delete(ctx, group, workspace, "i1", "c1", nil)
	require.NoError(t, err)
}

func TestTasks(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	_, err := p.NewIncidentsClient().CreateOrUpdate(ctx, group, workspace, "i1", newIncident("T"), nil)
	require.NoError(t, err)
	c := p.NewIncidentTasksClient()
	task := func(title string) sdk.IncidentTask {
		return sdk.IncidentTask{Properties: &sdk.IncidentTaskProperties{Title: new(title), Status: new(sdk.IncidentTaskStatusNew), Description: new("D")}}
	}
	for i := range 40 {
		_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", fmt.Sprint("t", i), task("T"), nil)
		require.NoError(t, err)
	}
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "t40", task("T"), nil)
	require.Equal(t, "400 BadRequest", failed(t, err))
	got, err := c.Get(ctx, group, workspace, "i1", "t0", nil)
	require.NoError(t, err)
	require.Equal(t, emulator.ClientID, *got.Properties.CreatedBy.Name)
	got.Properties.Status = new(sdk.IncidentTaskStatusCompleted)
	changed, err := c.CreateOrUpdate(ctx, group, workspace, "i1", "t0", got.IncidentTask, nil)
	require.NoError(t, err)
	require.Equal(t, sdk.IncidentTaskStatusCompleted, *changed.Properties.Status)
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "t0", got.IncidentTask, nil)
	require.Equal(t, "409 Conflict", failed(t, err))
	require.Len(t, all(t, 1, c.NewListPager(group, workspace, "i1", nil), func(r sdk.IncidentTasksClientListResponse) []*sdk.IncidentTask { return r.Value }), 40)
	_, err = c.Delete(ctx, group, workspace, "i1", "t0", nil)
	require.NoError(t, err)
	_, err = c.Get(ctx, group, workspace, "i1", "t0", nil)
	require.Equal(t, "404 NotFound", failed(t, err))
}

func TestBookmarksAndRelations(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	raised := p.raise(t, "raised")
	_, err := p.NewIncidentsClient().CreateOrUpdate(ctx, group, workspace, "i1", newIncident("T"), nil)
	require.NoError(t, err)
	b, c := p.NewBookmarksClient(), p.NewIncidentRelationsClient()
	made, err := b.CreateOrUpdate(ctx, group, workspace, "b1", sdk.Bookmark{Properties: &sdk.BookmarkProperties{
		DisplayName: new("B"), Query: new("q"), Notes: new("N"), Labels: []*string{new("l")}, Tactics: []*sdk.AttackTactic{new(sdk.AttackTacticExecution)}, Techniques: []*string{new("T1059")},
		EntityMappings: []*sdk.BookmarkEntityMappings{{EntityType: new("Account"), FieldMappings: []*sdk.EntityFieldMapping{{Identifier: new("Name"), Value: new("j")}}}},
	}}, nil)
	require.NoError(t, err)
	require.Equal(t, "Account", *made.Properties.EntityMappings[0].EntityType)
	made.Properties.Notes = new("M")
	changed, err := b.CreateOrUpdate(ctx, group, workspace, "b1", made.Bookmark, nil)
	require.NoError(t, err)
	_, err = b.CreateOrUpdate(ctx, group, workspace, "b1", made.Bookmark, nil)
	require.Equal(t, "409 Conflict", failed(t, err))
	got, err := b.Get(ctx, group, workspace, "b1", nil)
	require.NoError(t, err)
	require.Equal(t, changed.Bookmark, got.Bookmark)
	for i := range 60 {
		_, err = b.CreateOrUpdate(ctx, group, workspace, fmt.Sprint("m", i), sdk.Bookmark{Properties: &sdk.BookmarkProperties{DisplayName: new("B"), Query: new("q")}}, nil)
		require.NoError(t, err)
	}
	require.Len(t, all(t, 2, b.NewListPager(group, workspace, nil), func(r sdk.BookmarksClientListResponse) []*sdk.Bookmark { return r.Value }), 61)

	root := "/subscriptions/" + emulator.SubscriptionID + "/resourceGroups/" + group + "/providers/Microsoft.OperationalInsights/workspaces/" + workspace + "/providers/Microsoft.SecurityInsights/"
	relation := func(kind, name string) sdk.Relation {
		return sdk.Relation{Properties: &sdk.RelationProperties{RelatedResourceID: new(root + kind + "/" + name)}}
	}
	related, err := c.CreateOrUpdate(ctx, group, workspace, "i1", "rel-b1", relation("bookmarks", "b1"), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"b1", "Microsoft.SecurityInsights/bookmarks", "Bookmark"}, []string{*related.Properties.RelatedResourceName, *related.Properties.RelatedResourceType, *related.Properties.RelatedResourceKind})
	got, err = b.Get(ctx, group, workspace, "b1", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"i1", "rel-b1", "T"}, []string{*got.Properties.IncidentInfo.IncidentID, *got.Properties.IncidentInfo.RelationName, *got.Properties.IncidentInfo.Title})

	// The incident that Defender opened has a relation to its alert, by which the
	// alert is found.
	incidents := p.NewIncidentsClient()
	list := all(t, 1, incidents.NewListPager(group, workspace, &sdk.IncidentsClientListOptions{Filter: new("properties/providerName eq 'Microsoft XDR'")}), func(r sdk.IncidentsClientListResponse) []*sdk.Incident { return r.Value })
	require.Len(t, list, 1)
	require.Equal(t, raised["incidentId"], *list[0].Properties.ProviderIncidentID)
	relations := all(t, 1, c.NewListPager(group, workspace, *list[0].Name, nil), func(r sdk.IncidentRelationsClientListResponse) []*sdk.Relation { return r.Value })
	require.Len(t, relations, 1)
	systemAlertID := *relations[0].Properties.RelatedResourceName
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "rel-a1", relation("entities", systemAlertID), nil)
	require.NoError(t, err)
	for _, tt := range []struct {
		name, kind, target, want string
	}{
		{"rel-a1", "entities", systemAlertID, ""},
		{"rel-a2", "entities", systemAlertID, "400 BadRequest"},
		{"rel-a1", "bookmarks", "m1", "400 BadRequest"},
		{"rel-b1", "bookmarks", "m1", "409 Conflict"},
		{"rel-a3", "entities", "00000000-0000-0000-0000-000000000000", "404 NotFound"},
		{"rel-b3", "bookmarks", "nope", "404 NotFound"},
		{"x", "bookmarks", "m1", "400 BadRequest"},
		{"rel_x", "bookmarks", "m1", "400 BadRequest"},
	} {
		_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", tt.name, relation(tt.kind, tt.target), nil)
		if tt.want == "" {
			require.NoError(t, err, tt.name)
			continue
		}
		require.Equal(t, tt.want, failed(t, err), "%s to %s", tt.name, tt.target)
	}
	read, err := c.Get(ctx, group, workspace, "i1", "rel-a1", nil)
	require.NoError(t, err)
	read.Etag = new("stale")
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "rel-a1", read.Relation, nil)
	require.Equal(t, "409 Conflict", failed(t, err))
	for i := range 19 {
		_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", fmt.Sprint("more-", i), relation("bookmarks", fmt.Sprint("m", i)), nil)
		require.NoError(t, err)
	}
	_, err = c.CreateOrUpdate(ctx, group, workspace, "i1", "too-many", relation("bookmarks", "m20"), nil)
	require.Equal(t, "400 BadRequest", failed(t, err))
	require.Len(t, all(t, 3, c.NewListPager(group, workspace, "i1", &sdk.IncidentRelationsClientListOptions{Top: new(int32(9))}), func(r sdk.IncidentRelationsClientListResponse) []*sdk.Relation { return r.Value }), 21)

	alerts, err := incidents.ListAlerts(ctx, group, workspace, "i1", nil)
	require.NoError(t, err)
	require.Len(t, alerts.Value, 1)
	require.Equal(t, []string{"raised", "High", systemAlertID, "Execution"}, []string{*alerts.Value[0].Properties.AlertDisplayName, string(*alerts.Value[0].Properties.Severity), *alerts.Value[0].Properties.SystemAlertID, string(*alerts.Value[0].Properties.Tactics[0])})
	bookmarks, err := incidents.ListBookmarks(ctx, group, workspace, "i1", nil)
	require.NoError(t, err)
	require.Len(t, bookmarks.Value, 20)
	entities, err := incidents.ListEntities(ctx, group, workspace, "i1", nil)
	require.NoError(t, err)
	counts := map[string]int32{}
	for _, m := range entities.MetaData {
		counts[string(*m.EntityKind)] = *m.Count
	}
	require.Equal(t, map[string]int32{"Account": 1, "Ip": 1}, counts)
	var address string
	for _, e := range entities.Entities {
		if ip, ok := e.(*sdk.IPEntity); ok {
			address = *ip.Properties.Address + " " + *ip.Properties.FriendlyName
			_, err = p.NewEntitiesClient().RunPlaybook(ctx, group, workspace, *ip.Name, &sdk.EntitiesClientRunPlaybookOptions{RequestBody: &sdk.EntityManualTriggerRequestBody{LogicAppsResourceID: new("/subscriptions/x"), IncidentArmID: new(root + "Incidents/i1")}})
			require.NoError(t, err)
		}
	}
	require.Equal(t, "185.220.101.50 185.220.101.50", address)
	require.Len(t, p.tenant.PlaybookRuns(), 1)

	_, err = c.Delete(ctx, group, workspace, "i1", "rel-a1", nil)
	require.NoError(t, err)
	_, err = c.Delete(ctx, group, workspace, *list[0].Name, systemAlertID, nil)
	require.Equal(t, "400 BadRequest", failed(t, err), "Defender's alerts stay in Defender's incidents")
	_, err = b.Delete(ctx, group, workspace, "b1", nil)
	require.NoError(t, err)
	_, err = c.Get(ctx, group, workspace, "i1", "rel-b1", nil)
	require.Equal(t, "404 NotFound", failed(t, err))
}

// TestDefenderIncident: the same incident through Microsoft Graph and here.
func TestDefenderIncident(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	p.raise(t, "raised")
	c := p.NewIncidentsClient()
	i := all(t, 1, c.NewListPager(group, workspace, nil), func(r sdk.IncidentsClientListResponse) []*sdk.Incident { return r.Value })[0]
	require.Equal(t, []string{"raised", "High", "New", "Microsoft XDR", "1"}, []string{*i.Properties.Title, string(*i.Properties.Severity), string(*i.Properties.Status), *i.Properties.ProviderName, *i.Properties.ProviderIncidentID})
	require.EqualValues(t, 1, *i.Properties.AdditionalData.AlertsCount)
	require.Equal(t, "T1059", *i.Properties.AdditionalData.Techniques[0])
	require.Contains(t, *i.Properties.AdditionalData.ProviderIncidentURL, "https://security.microsoft.com/incident2/1/")
	i.Properties.Status, i.Properties.Classification = new(sdk.IncidentStatusClosed), new(sdk.IncidentClassificationTruePositive)
	_, err := c.CreateOrUpdate(ctx, group, workspace, *i.Name, *i, nil)
	require.NoError(t, err)
	token, err := p.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(ctx, "GET", p.server.URL+"/v1.0/security/incidents/1", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token.Token)
	resp, err := p.server.Client().Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	var shown struct{ Status, Classification string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&shown))
	require.Equal(t, []string{"resolved", "truePositive"}, []string{shown.Status, shown.Classification})
}

// TestCredential: azidentity's, and who may do what.
func TestCredential(t *testing.T) {
	p := start(t, emulator.WithIdentity(emulator.Identity{Name: "reader", ClientID: "reader", Secret: "s", Roles: []emulator.Role{emulator.SentinelReader}}))
	token, err := p.cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://management.core.windows.net//.default"}})
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(time.Hour), token.ExpiresOn, time.Minute)
	_, err = p.cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"SecurityIncident.Read.All"}})
	require.ErrorContains(t, err, "AADSTS1002012")
	p.as(t, "reader", "wrong")
	_, err = p.NewIncidentsClient().Get(t.Context(), group, workspace, "i1", nil)
	require.ErrorContains(t, err, "AADSTS7000215")
	p.as(t, "reader", "s")
	_, err = p.NewIncidentsClient().Get(t.Context(), group, workspace, "i1", nil)
	require.Equal(t, "404 NotFound", failed(t, err))
	_, err = p.NewIncidentsClient().CreateOrUpdate(t.Context(), group, workspace, "i1", newIncident("T"), nil)
	require.Equal(t, "403 AuthorizationFailed", failed(t, err))
	_, err = p.NewIncidentsClient().Get(t.Context(), "other-rg", workspace, "i1", nil)
	require.Equal(t, "404 ResourceGroupNotFound", failed(t, err))
	_, err = p.NewIncidentsClient().Get(t.Context(), group, "other", "i1", nil)
	require.Equal(t, "404 ResourceNotFound", failed(t, err))
}

// TestRetriesThroughFaults: a PUT that is sent again does not become two.
func TestRetriesThroughFaults(t *testing.T) {
	p := start(t)
	p.tenant.Inject(emulator.Fault{Method: "PUT", Kind: emulator.AnswerStatus, Status: 429, RetryAfter: "0", Requests: []int{1}})
	p.tenant.Inject(emulator.Fault{Method: "PUT", Kind: emulator.ResetAfter, Requests: []int{2}})
	_, err := p.NewIncidentsClient().CreateOrUpdate(context.Background(), group, workspace, "i1", newIncident("T"), nil)
	require.NoError(t, err)
	acted := 0
	for _, r := range p.tenant.Requests() {
		if r.Acted && r.Method == "PUT" {
			acted++
		}
	}
	require.Equal(t, 2, acted, "the answer that was lost, and the one that was not")
	require.Len(t, all(t, 1, p.NewIncidentsClient().NewListPager(group, workspace, nil), func(r sdk.IncidentsClientListResponse) []*sdk.Incident { return r.Value }), 1)
}

// TestWhatOnlyThePreviewHas lists what the stable version does not show of what was
// made in the preview version.
func TestWhatOnlyThePreviewHas(t *testing.T) {
	p := start(t)
	ctx := t.Context()
	p.raise(t, "raised")
	_, err := p.NewBookmarksClient().CreateOrUpdate(ctx, group, workspace, "b1", sdk.Bookmark{Properties: &sdk.BookmarkProperties{
		DisplayName: new("B"), Query: new("q"), Tactics: []*sdk.AttackTactic{new(sdk.AttackTacticExecution)}, Techniques: []*string{new("T1059")},
		EntityMappings: []*sdk.BookmarkEntityMappings{{EntityType: new("Account")}},
	}}, nil)
	require.NoError(t, err)
	var missing []string
	for _, path := range []string{"bookmarks/b1", "incidents"} {
		document := func(version string) map[string]any {
			token, err := p.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}})
			require.NoError(t, err)
			r, err := http.NewRequestWithContext(ctx, "GET", p.server.URL+"/subscriptions/"+emulator.SubscriptionID+"/resourcegroups/"+group+"/providers/microsoft.operationalinsights/workspaces/"+workspace+"/providers/microsoft.securityinsights/"+path+"?api-version="+version, nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+token.Token)
			resp, err := p.server.Client().Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			var v map[string]any
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&v))
			return v
		}
		missing = append(missing, absent("", document("2025-07-01-preview"), document("2025-09-01"))...)
	}
	require.ElementsMatch(t, []string{".properties.entityMappings", ".properties.tactics", ".properties.techniques", ".value[0].properties.additionalData.techniques"}, missing)
}

// absent lists the paths that a document has and another has not.
func absent(path string, a, b any) (paths []string) {
	switch a := a.(type) {
	case map[string]any:
		other, _ := b.(map[string]any)
		for name, v := range a {
			w, ok := other[name]
			if !ok {
				paths = append(paths, path+"."+name)
				continue
			}
			paths = append(paths, absent(path+"."+name, v, w)...)
		}
	case []any:
		other, _ := b.([]any)
		for i, v := range a {
			if i < len(other) {
				paths = append(paths, absent(fmt.Sprintf("%s[%d]", path, i), v, other[i])...)
			}
		}
	}
	return paths
}
