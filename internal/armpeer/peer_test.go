package armpeer

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2/fake"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

// box keeps one object of Azure's own model: what the fake server was sent last.
type box[T any] struct {
	path   string // below the workspace
	object *T
	puts   int
}

// shown is the object as the service shows it: with an id.
func (b *box[T]) shown() T {
	o := *b.object
	reflect.ValueOf(&o).Elem().FieldByName("ID").Set(reflect.ValueOf(new(root + b.path)))
	return o
}

// put keeps what came and answers as the service does.
func put[T, R any](b *box[T], o T, answer func(T) R) (resp azfake.Responder[R], errResp azfake.ErrorResponder) {
	status := http.StatusOK
	if b.object == nil {
		status = http.StatusCreated
	}
	b.object = &o
	b.puts++
	resp.SetResponse(status, answer(b.shown()), nil)
	return
}

func get[T, R any](b *box[T], answer func(T) R) (resp azfake.Responder[R], errResp azfake.ErrorResponder) {
	if b.object == nil {
		errResp.SetResponseError(http.StatusNotFound, "NotFound")
		return
	}
	resp.SetResponse(http.StatusOK, answer(b.shown()), nil)
	return
}

func destroy[T, R any](b *box[T], none R) (resp azfake.Responder[R], errResp azfake.ErrorResponder) {
	status := http.StatusOK
	if b.object == nil {
		status = http.StatusNoContent
	}
	b.object = nil
	resp.SetResponse(status, none, nil)
	return
}

func pages[R any](answers ...R) (resp azfake.PagerResponder[R]) {
	for _, a := range answers {
		resp.AddPage(http.StatusOK, a, nil)
	}
	return
}

// same reports that the fake server understood all that was sent: what it makes of its
// own model is the body to the letter, so nothing was dropped or taken for something
// else.
func same[T any](t *testing.T, p *peer, b *box[T]) {
	t.Helper()
	understood, err := json.Marshal(b.object)
	require.NoError(t, err)
	require.JSONEq(t, string(p.body), string(understood))
}

var (
	at  = time.Date(2026, 8, 4, 10, 0, 0, 123456700, time.UTC)
	ctx = context.Background()
)

// root is the id of the workspace's part of Microsoft Sentinel, and a slash.
const root = "/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/myRg/providers/Microsoft.OperationalInsights/workspaces/myWorkspace/providers/Microsoft.SecurityInsights/"

const guid = "2046feea-040d-4a46-9e2b-91c2941bfa70"

func fullIncident() arm.IncidentSettings {
	return arm.IncidentSettings{
		Title: "T", Severity: arm.SeverityHigh, Status: arm.StatusClosed, Description: "D", Classification: "FalsePositive", ClassificationReason: "InaccurateData", ClassificationComment: "C",
		Owner:  &arm.Owner{ObjectID: guid, Email: "j@contoso.com", AssignedTo: "J", UserPrincipalName: "j@contoso.com", Type: arm.OwnerUser},
		Labels: []arm.Label{{Name: "a"}, {Name: "b"}}, FirstActivityTimeUTC: at, LastActivityTimeUTC: at,
	}
}

// TestEveryRequest makes every request that the client can make.
func TestEveryRequest(t *testing.T) {
	var (
		incident = box[sdk.Incident]{path: "incidents/i1"}
		comment  = box[sdk.IncidentComment]{path: "incidents/i1/comments/c1"}
		task     = box[sdk.IncidentTask]{path: "incidents/i1/tasks/t1"}
		relation = box[sdk.Relation]{path: "incidents/i1/relations/r-1"}
		bookmark = box[sdk.Bookmark]{path: "bookmarks/b1"}
		ran      []any
	)
	incidentPut := func(i sdk.Incident) sdk.IncidentsClientCreateOrUpdateResponse {
		return sdk.IncidentsClientCreateOrUpdateResponse{Incident: i}
	}
	tag := new("\"e1\"")
	f := &fake.ServerFactory{
		IncidentsServer: fake.IncidentsServer{
			CreateOrUpdate: func(_ context.Context, _, _, id string, i sdk.Incident, _ *sdk.IncidentsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				require.Equal(t, "i1", id)
				return put(&incident, i, incidentPut)
			},
			Get: func(context.Context, string, string, string, *sdk.IncidentsClientGetOptions) (azfake.Responder[sdk.IncidentsClientGetResponse], azfake.ErrorResponder) {
				return get(&incident, func(i sdk.Incident) sdk.IncidentsClientGetResponse {
					i.Etag = tag
					return sdk.IncidentsClientGetResponse{Incident: i}
				})
			},
			Delete: func(context.Context, string, string, string, *sdk.IncidentsClientDeleteOptions) (azfake.Responder[sdk.IncidentsClientDeleteResponse], azfake.ErrorResponder) {
				return destroy(&incident, sdk.IncidentsClientDeleteResponse{})
			},
			NewListPager: func(_, _ string, o *sdk.IncidentsClientListOptions) azfake.PagerResponder[sdk.IncidentsClientListResponse] {
				require.Equal(t, "properties/status eq 'New'", *o.Filter)
				require.Equal(t, "properties/createdTimeUtc desc", *o.Orderby)
				require.EqualValues(t, 2, *o.Top)
				page := func(names ...string) (r sdk.IncidentsClientListResponse) {
					for _, n := range names {
						r.Value = append(r.Value, &sdk.Incident{ID: new(root + "incidents/" + n), Name: new(n), Properties: &sdk.IncidentProperties{Title: new("T")}})
					}
					return
				}
				return pages(page("a", "b"), page("c"))
			},
			ListAlerts: func(context.Context, string, string, string, *sdk.IncidentsClientListAlertsOptions) (resp azfake.Responder[sdk.IncidentsClientListAlertsResponse], errResp azfake.ErrorResponder) {
				resp.SetResponse(http.StatusOK, sdk.IncidentsClientListAlertsResponse{IncidentAlertList: sdk.IncidentAlertList{Value: []*sdk.SecurityAlert{{Kind: new(sdk.EntityKindEnumSecurityAlert), Properties: &sdk.SecurityAlertProperties{SystemAlertID: new("a1")}}}}}, nil)
				return
			},
			ListBookmarks: func(context.Context, string, string, string, *sdk.IncidentsClientListBookmarksOptions) (resp azfake.Responder[sdk.IncidentsClientListBookmarksResponse], errResp azfake.ErrorResponder) {
				resp.SetResponse(http.StatusOK, sdk.IncidentsClientListBookmarksResponse{IncidentBookmarkList: sdk.IncidentBookmarkList{Value: []*sdk.HuntingBookmark{{Kind: new(sdk.EntityKindEnumBookmark), Properties: &sdk.HuntingBookmarkProperties{DisplayName: new("B")}}}}}, nil)
				return
			},
			ListEntities: func(context.Context, string, string, string, *sdk.IncidentsClientListEntitiesOptions) (resp azfake.Responder[sdk.IncidentsClientListEntitiesResponse], errResp azfake.ErrorResponder) {
				resp.SetResponse(http.StatusOK, sdk.IncidentsClientListEntitiesResponse{IncidentEntitiesResponse: sdk.IncidentEntitiesResponse{
					Entities: []sdk.EntityClassification{&sdk.IPEntity{Kind: new(sdk.EntityKindEnumIP), Properties: &sdk.IPEntityProperties{Address: new("10.0.0.1")}}},
					MetaData: []*sdk.IncidentEntitiesResultsMetadata{{Count: new(int32(1)), EntityKind: new(sdk.EntityKindEnumIP)}},
				}}, nil)
				return
			},
			RunPlaybook: func(_ context.Context, _, _, _ string, o *sdk.IncidentsClientRunPlaybookOptions) (resp azfake.Responder[sdk.IncidentsClientRunPlaybookResponse], errResp azfake.ErrorResponder) {
				ran = append(ran, o.RequestBody)
				resp.SetResponse(http.StatusNoContent, sdk.IncidentsClientRunPlaybookResponse{}, nil)
				return
			},
		},
		EntitiesServer: fake.EntitiesServer{
			RunPlaybook: func(_ context.Context, _, _, _ string, o *sdk.EntitiesClientRunPlaybookOptions) (resp azfake.Responder[sdk.EntitiesClientRunPlaybookResponse], errResp azfake.ErrorResponder) {
				ran = append(ran, o.RequestBody)
				resp.SetResponse(http.StatusNoContent, sdk.EntitiesClientRunPlaybookResponse{}, nil)
				return
			},
		},
		IncidentCommentsServer: fake.IncidentCommentsServer{
			CreateOrUpdate: func(_ context.Context, _, _, _, _ string, o sdk.IncidentComment, _ *sdk.IncidentCommentsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentCommentsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(&comment, o, func(o sdk.IncidentComment) sdk.IncidentCommentsClientCreateOrUpdateResponse {
					return sdk.IncidentCommentsClientCreateOrUpdateResponse{IncidentComment: o}
				})
			},
			Get: func(context.Context, string, string, string, string, *sdk.IncidentCommentsClientGetOptions) (azfake.Responder[sdk.IncidentCommentsClientGetResponse], azfake.ErrorResponder) {
				return get(&comment, func(o sdk.IncidentComment) sdk.IncidentCommentsClientGetResponse {
					o.Etag = tag
					return sdk.IncidentCommentsClientGetResponse{IncidentComment: o}
				})
			},
			Delete: func(context.Context, string, string, string, string, *sdk.IncidentCommentsClientDeleteOptions) (azfake.Responder[sdk.IncidentCommentsClientDeleteResponse], azfake.ErrorResponder) {
				return destroy(&comment, sdk.IncidentCommentsClientDeleteResponse{})
			},
			NewListPager: func(string, string, string, *sdk.IncidentCommentsClientListOptions) azfake.PagerResponder[sdk.IncidentCommentsClientListResponse] {
				return pages(sdk.IncidentCommentsClientListResponse{IncidentCommentList: sdk.IncidentCommentList{Value: []*sdk.IncidentComment{{ID: new(root + comment.path), Name: new("c")}}}})
			},
		},
		IncidentTasksServer: fake.IncidentTasksServer{
			CreateOrUpdate: func(_ context.Context, _, _, _, _ string, o sdk.IncidentTask, _ *sdk.IncidentTasksClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentTasksClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(&task, o, func(o sdk.IncidentTask) sdk.IncidentTasksClientCreateOrUpdateResponse {
					return sdk.IncidentTasksClientCreateOrUpdateResponse{IncidentTask: o}
				})
			},
			Get: func(context.Context, string, string, string, string, *sdk.IncidentTasksClientGetOptions) (azfake.Responder[sdk.IncidentTasksClientGetResponse], azfake.ErrorResponder) {
				return get(&task, func(o sdk.IncidentTask) sdk.IncidentTasksClientGetResponse {
					o.Etag = tag
					return sdk.IncidentTasksClientGetResponse{IncidentTask: o}
				})
			},
			Delete: func(context.Context, string, string, string, string, *sdk.IncidentTasksClientDeleteOptions) (azfake.Responder[sdk.IncidentTasksClientDeleteResponse], azfake.ErrorResponder) {
				return destroy(&task, sdk.IncidentTasksClientDeleteResponse{})
			},
			NewListPager: func(string, string, string, *sdk.IncidentTasksClientListOptions) azfake.PagerResponder[sdk.IncidentTasksClientListResponse] {
				return pages(sdk.IncidentTasksClientListResponse{IncidentTaskList: sdk.IncidentTaskList{Value: []*sdk.IncidentTask{{ID: new(root + task.path), Name: new("t")}}}})
			},
		},
		IncidentRelationsServer: fake.IncidentRelationsServer{
			CreateOrUpdate: func(_ context.Context, _, _, _, _ string, o sdk.Relation, _ *sdk.IncidentRelationsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentRelationsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(&relation, o, func(o sdk.Relation) sdk.IncidentRelationsClientCreateOrUpdateResponse {
					return sdk.IncidentRelationsClientCreateOrUpdateResponse{Relation: o}
				})
			},
			Get: func(context.Context, string, string, string, string, *sdk.IncidentRelationsClientGetOptions) (azfake.Responder[sdk.IncidentRelationsClientGetResponse], azfake.ErrorResponder) {
				return get(&relation, func(o sdk.Relation) sdk.IncidentRelationsClientGetResponse {
					o.Etag = tag
					return sdk.IncidentRelationsClientGetResponse{Relation: o}
				})
			},
			Delete: func(context.Context, string, string, string, string, *sdk.IncidentRelationsClientDeleteOptions) (azfake.Responder[sdk.IncidentRelationsClientDeleteResponse], azfake.ErrorResponder) {
				return destroy(&relation, sdk.IncidentRelationsClientDeleteResponse{})
			},
			NewListPager: func(string, string, string, *sdk.IncidentRelationsClientListOptions) azfake.PagerResponder[sdk.IncidentRelationsClientListResponse] {
				return pages(sdk.IncidentRelationsClientListResponse{RelationList: sdk.RelationList{Value: []*sdk.Relation{{ID: new(root + relation.path), Name: new("r")}}}})
			},
		},
		BookmarksServer: fake.BookmarksServer{
			CreateOrUpdate: func(_ context.Context, _, _, _ string, o sdk.Bookmark, _ *sdk.BookmarksClientCreateOrUpdateOptions) (azfake.Responder[sdk.BookmarksClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(&bookmark, o, func(o sdk.Bookmark) sdk.BookmarksClientCreateOrUpdateResponse {
					return sdk.BookmarksClientCreateOrUpdateResponse{Bookmark: o}
				})
			},
			Get: func(context.Context, string, string, string, *sdk.BookmarksClientGetOptions) (azfake.Responder[sdk.BookmarksClientGetResponse], azfake.ErrorResponder) {
				return get(&bookmark, func(o sdk.Bookmark) sdk.BookmarksClientGetResponse {
					o.Etag = tag
					return sdk.BookmarksClientGetResponse{Bookmark: o}
				})
			},
			Delete: func(context.Context, string, string, string, *sdk.BookmarksClientDeleteOptions) (azfake.Responder[sdk.BookmarksClientDeleteResponse], azfake.ErrorResponder) {
				return destroy(&bookmark, sdk.BookmarksClientDeleteResponse{})
			},
			NewListPager: func(string, string, *sdk.BookmarksClientListOptions) azfake.PagerResponder[sdk.BookmarksClientListResponse] {
				return pages(sdk.BookmarksClientListResponse{BookmarkList: sdk.BookmarkList{Value: []*sdk.Bookmark{{ID: new(root + bookmark.path), Name: new("b")}}}})
			},
		},
	}
	p, c := start(t, f, arm.PreviewVersion)

	_, err := c.GetIncident(ctx, "i1")
	require.ErrorIs(t, err, client.ErrNotFound)
	_, err = c.CreateIncident(ctx, "i1", fullIncident())
	require.NoError(t, err)
	same(t, p, &incident)
	i, err := c.GetIncident(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, fullIncident(), i.Properties.IncidentSettings)
	_, err = c.UpdateIncident(ctx, "i1", func(s *arm.IncidentSettings) error {
		s.AddLabel("c")
		return nil
	})
	require.NoError(t, err)
	same(t, p, &incident)
	_, err = c.UpdateIncident(ctx, "i1", func(s *arm.IncidentSettings) error {
		s.Unassign()
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, sdk.IncidentOwnerInfo{}, *incident.object.Properties.Owner, "nobody")

	_, err = c.CreateComment(ctx, "i1", "c1", "M")
	require.NoError(t, err)
	same(t, p, &comment)
	_, err = c.GetComment(ctx, "i1", "c1")
	require.NoError(t, err)
	_, err = c.UpdateComment(ctx, "i1", "c1", func(s *arm.CommentSettings) error {
		s.Message = "N"
		return nil
	})
	require.NoError(t, err)
	same(t, p, &comment)

	_, err = c.CreateTask(ctx, "i1", "t1", arm.TaskSettings{Title: "T", Status: arm.TaskNew, Description: "D"})
	require.NoError(t, err)
	same(t, p, &task)
	_, err = c.GetTask(ctx, "i1", "t1")
	require.NoError(t, err)
	_, err = c.UpdateTask(ctx, "i1", "t1", func(s *arm.TaskSettings) error {
		s.Status = arm.TaskCompleted
		return nil
	})
	require.NoError(t, err)
	same(t, p, &task)

	_, err = c.CreateRelation(ctx, "i1", "r-1", c.AlertID("a1"))
	require.NoError(t, err)
	same(t, p, &relation)
	_, err = c.GetRelation(ctx, "i1", "r-1")
	require.NoError(t, err)
	_, err = c.UpdateRelation(ctx, "i1", "r-1", func(s *arm.RelationSettings) error {
		s.RelatedResourceID = c.BookmarkID("b1")
		return nil
	})
	require.NoError(t, err)
	same(t, p, &relation)

	_, err = c.CreateBookmark(ctx, "b1", arm.BookmarkProperties{
		DisplayName: "B", Query: "q", QueryResult: "{}", Notes: "N", Labels: []string{"l"}, EventTime: at, QueryStartTime: at, QueryEndTime: at, Created: at, Updated: at,
		CreatedBy: &sentinel.UserInfo{ObjectID: guid, Name: "J"}, UpdatedBy: &sentinel.UserInfo{ObjectID: guid},
		IncidentInfo:   &sentinel.IncidentInfo{IncidentID: "i1", Title: "T", Severity: arm.SeverityLow, RelationName: "r-1"},
		EntityMappings: []sentinel.Mapping{{EntityType: "Account", FieldMappings: []sentinel.FieldMapping{{Identifier: "Name", Value: "j"}}}}, Tactics: []arm.Tactic{sentinel.TacticExecution}, Techniques: []string{"T1059"},
	})
	require.NoError(t, err)
	same(t, p, &bookmark)
	_, err = c.GetBookmark(ctx, "b1")
	require.NoError(t, err)
	_, err = c.UpdateBookmark(ctx, "b1", func(s *arm.BookmarkProperties) error {
		s.Notes = "M"
		return nil
	})
	require.NoError(t, err)
	same(t, p, &bookmark)

	var names []string
	for i, err := range c.ListIncidents(ctx, arm.ListOptions{Filter: "properties/status eq " + arm.Quote("New"), OrderBy: "properties/createdTimeUtc desc", Top: 2}) {
		require.NoError(t, err)
		names = append(names, i.Name)
	}
	for o, err := range c.ListComments(ctx, "i1", arm.ListOptions{}) {
		require.NoError(t, err)
		names = append(names, o.Name)
	}
	for o, err := range c.ListTasks(ctx, "i1") {
		require.NoError(t, err)
		names = append(names, o.Name)
	}
	for o, err := range c.ListRelations(ctx, "i1", arm.ListOptions{}) {
		require.NoError(t, err)
		names = append(names, o.Name)
	}
	for o, err := range c.ListBookmarks(ctx) {
		require.NoError(t, err)
		names = append(names, o.Name)
	}
	require.Equal(t, []string{"a", "b", "c", "c", "t", "r", "b"}, names)

	alerts, err := c.ListIncidentAlerts(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, "a1", alerts[0].Properties.(*sentinel.SecurityAlert).SystemAlertID)
	bookmarks, err := c.ListIncidentBookmarks(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, "B", bookmarks[0].Properties.(*sentinel.Bookmark).DisplayName)
	entities, err := c.ListIncidentEntities(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, "10.0.0.1", entities.List[0].Properties.(*sentinel.IP).Address)
	require.Equal(t, []arm.EntityCount{{Kind: sentinel.KindIP, Count: 1}}, entities.Counts)

	app := arm.Playbook{LogicAppsResourceID: "/subscriptions/x", TenantID: guid}
	require.NoError(t, c.RunPlaybook(ctx, "i1", app))
	require.NoError(t, c.RunPlaybookOnEntity(ctx, "e1", "i1", app))
	require.Equal(t, []any{
		&sdk.ManualTriggerRequestBody{LogicAppsResourceID: new("/subscriptions/x"), TenantID: new(guid)},
		&sdk.EntityManualTriggerRequestBody{LogicAppsResourceID: new("/subscriptions/x"), TenantID: new(guid), IncidentArmID: new(c.IncidentID("i1"))},
	}, ran)

	for _, del := range []func() (bool, error){
		func() (bool, error) { return c.DeleteComment(ctx, "i1", "c1") }, func() (bool, error) { return c.DeleteTask(ctx, "i1", "t1") },
		func() (bool, error) { return c.DeleteRelation(ctx, "i1", "r-1") }, func() (bool, error) { return c.DeleteBookmark(ctx, "b1") },
		func() (bool, error) { return c.DeleteIncident(ctx, "i1") },
	} {
		existed, err := del()
		require.NoError(t, err)
		require.True(t, existed)
		existed, err = del()
		require.NoError(t, err)
		require.False(t, existed)
	}

	var want []string
	for _, r := range routes {
		want = append(want, r.api)
	}
	slices.Sort(want)
	require.Equal(t, want, slices.Sorted(maps.Keys(p.apis)), "every operation was called")
	t.Logf("%d operations", len(want))
}
