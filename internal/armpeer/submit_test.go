package armpeer

import (
	"context"
	"testing"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2/fake"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// shelf keeps objects of one kind by their paths below the workspace.
type shelf[T any] map[string]*box[T]

func (s shelf[T]) at(path string) *box[T] {
	if s[path] == nil {
		s[path] = &box[T]{path: path}
	}
	return s[path]
}

func (s shelf[T]) filled() (n int) {
	for _, b := range s {
		if b.object != nil {
			n++
		}
	}
	return n
}

// TestSubmissions raises a draft with everything on the fake server, with the checks in
// front of it, and once more, which puts nothing.
func TestSubmissions(t *testing.T) {
	incidents, comments, tasks, relations, bookmarks := shelf[sdk.Incident]{}, shelf[sdk.IncidentComment]{}, shelf[sdk.IncidentTask]{}, shelf[sdk.Relation]{}, shelf[sdk.Bookmark]{}
	f := &fake.ServerFactory{
		IncidentsServer: fake.IncidentsServer{
			CreateOrUpdate: func(_ context.Context, _, _, id string, o sdk.Incident, _ *sdk.IncidentsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(incidents.at("incidents/"+id), o, func(o sdk.Incident) sdk.IncidentsClientCreateOrUpdateResponse {
					return sdk.IncidentsClientCreateOrUpdateResponse{Incident: o}
				})
			},
			Get: func(_ context.Context, _, _, id string, _ *sdk.IncidentsClientGetOptions) (azfake.Responder[sdk.IncidentsClientGetResponse], azfake.ErrorResponder) {
				return get(incidents.at("incidents/"+id), func(o sdk.Incident) sdk.IncidentsClientGetResponse {
					return sdk.IncidentsClientGetResponse{Incident: o}
				})
			},
		},
		IncidentCommentsServer: fake.IncidentCommentsServer{
			CreateOrUpdate: func(_ context.Context, _, _, i, id string, o sdk.IncidentComment, _ *sdk.IncidentCommentsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentCommentsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(comments.at("incidents/"+i+"/comments/"+id), o, func(o sdk.IncidentComment) sdk.IncidentCommentsClientCreateOrUpdateResponse {
					return sdk.IncidentCommentsClientCreateOrUpdateResponse{IncidentComment: o}
				})
			},
			Get: func(_ context.Context, _, _, i, id string, _ *sdk.IncidentCommentsClientGetOptions) (azfake.Responder[sdk.IncidentCommentsClientGetResponse], azfake.ErrorResponder) {
				return get(comments.at("incidents/"+i+"/comments/"+id), func(o sdk.IncidentComment) sdk.IncidentCommentsClientGetResponse {
					return sdk.IncidentCommentsClientGetResponse{IncidentComment: o}
				})
			},
		},
		IncidentTasksServer: fake.IncidentTasksServer{
			CreateOrUpdate: func(_ context.Context, _, _, i, id string, o sdk.IncidentTask, _ *sdk.IncidentTasksClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentTasksClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(tasks.at("incidents/"+i+"/tasks/"+id), o, func(o sdk.IncidentTask) sdk.IncidentTasksClientCreateOrUpdateResponse {
					return sdk.IncidentTasksClientCreateOrUpdateResponse{IncidentTask: o}
				})
			},
			Get: func(_ context.Context, _, _, i, id string, _ *sdk.IncidentTasksClientGetOptions) (azfake.Responder[sdk.IncidentTasksClientGetResponse], azfake.ErrorResponder) {
				return get(tasks.at("incidents/"+i+"/tasks/"+id), func(o sdk.IncidentTask) sdk.IncidentTasksClientGetResponse {
					return sdk.IncidentTasksClientGetResponse{IncidentTask: o}
				})
			},
		},
		IncidentRelationsServer: fake.IncidentRelationsServer{
			CreateOrUpdate: func(_ context.Context, _, _, i, id string, o sdk.Relation, _ *sdk.IncidentRelationsClientCreateOrUpdateOptions) (azfake.Responder[sdk.IncidentRelationsClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(relations.at("incidents/"+i+"/relations/"+id), o, func(o sdk.Relation) sdk.IncidentRelationsClientCreateOrUpdateResponse {
					return sdk.IncidentRelationsClientCreateOrUpdateResponse{Relation: o}
				})
			},
			Get: func(_ context.Context, _, _, i, id string, _ *sdk.IncidentRelationsClientGetOptions) (azfake.Responder[sdk.IncidentRelationsClientGetResponse], azfake.ErrorResponder) {
				return get(relations.at("incidents/"+i+"/relations/"+id), func(o sdk.Relation) sdk.IncidentRelationsClientGetResponse {
					return sdk.IncidentRelationsClientGetResponse{Relation: o}
				})
			},
		},
		BookmarksServer: fake.BookmarksServer{
			CreateOrUpdate: func(_ context.Context, _, _, id string, o sdk.Bookmark, _ *sdk.BookmarksClientCreateOrUpdateOptions) (azfake.Responder[sdk.BookmarksClientCreateOrUpdateResponse], azfake.ErrorResponder) {
				return put(bookmarks.at("bookmarks/"+id), o, func(o sdk.Bookmark) sdk.BookmarksClientCreateOrUpdateResponse {
					return sdk.BookmarksClientCreateOrUpdateResponse{Bookmark: o}
				})
			},
			Get: func(_ context.Context, _, _, id string, _ *sdk.BookmarksClientGetOptions) (azfake.Responder[sdk.BookmarksClientGetResponse], azfake.ErrorResponder) {
				return get(bookmarks.at("bookmarks/"+id), func(o sdk.Bookmark) sdk.BookmarksClientGetResponse {
					return sdk.BookmarksClientGetResponse{Bookmark: o}
				})
			},
		},
	}
	p, c := start(t, f, arm.PreviewVersion)
	sub := arm.Submission{
		IncidentID: arm.IDFor("case 1"), FirstActivity: at, LastActivity: at, Alerts: []string{guid},
		Draft: incident.Draft{
			Name: "N", Owner: "j@contoso.com", Tags: []string{"a"}, Comment: "C",
			Alerts: []alert.Draft{{
				Title: "T", Severity: alert.High, Category: alert.InitialAccess, Description: "D", RecommendedActions: "one\ntwo", Techniques: []attack.ID{"T1078"},
				Entities: []entity.Definition{entity.UserByPrincipalName("j@contoso.com").Impacted(), entity.IPAddress("185.220.101.50").Related()},
			}},
		},
	}
	count := func() []int {
		return []int{incidents.filled(), comments.filled(), tasks.filled(), relations.filled(), bookmarks.filled()}
	}
	r, err := c.Raise(ctx, sub)
	require.NoError(t, err)
	require.True(t, r.Done())
	require.Equal(t, []int{1, 2, 2, 2, 1}, count())
	for _, b := range bookmarks {
		require.Len(t, b.object.Properties.EntityMappings, 2)
	}
	puts := func() (n int) {
		for api, calls := range p.apis {
			if len(api) > 14 && api[len(api)-14:] == "CreateOrUpdate" {
				n += calls
			}
		}
		return n
	}
	require.Equal(t, 8, puts())
	again, err := c.Raise(ctx, sub)
	require.NoError(t, err)
	require.True(t, again.Done())
	require.Equal(t, 8, puts(), "nothing is put a second time")

	r, err = c.Submit(ctx, sub.Draft)
	require.NoError(t, err)
	require.True(t, r.Done())
	require.Equal(t, []int{2, 4, 4, 3, 2}, count(), "another incident")
}
