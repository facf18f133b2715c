package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

var workspace = arm.Workspace{SubscriptionID: emulator.SubscriptionID, ResourceGroup: emulator.ResourceGroup, Name: emulator.WorkspaceName}

// sentinelClient is a client of a tenant's workspace, without a socket.
func sentinelClient(t testing.TB, e *emulator.Tenant, opts ...client.Option) *arm.Client {
	c, err := arm.New(e.Credential(), workspace, append([]client.Option{client.WithCloud(e.Cloud("https://emulator.example")), client.WithTransport(e)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// TestARMClient makes every call of client/arm.
func TestARMClient(t *testing.T) {
	a := open(t)
	ctx := t.Context()
	c := sentinelClient(t, a.e).Preview()

	_, err := c.GetIncident(ctx, "i1")
	require.ErrorIs(t, err, client.ErrNotFound)
	made, err := c.CreateIncident(ctx, "i1", arm.IncidentSettings{Title: "T", Severity: arm.SeverityHigh, Status: arm.StatusNew, Description: "D", Labels: []arm.Label{{Name: "a"}}, Owner: &arm.Owner{UserPrincipalName: "jo@contoso.com"}})
	require.NoError(t, err)
	require.Equal(t, "i1", made.Name)
	require.EqualValues(t, 1, made.Properties.IncidentNumber)
	got, err := c.GetIncident(ctx, "I1")
	require.NoError(t, err)
	require.Equal(t, made, got)
	got, err = c.UpdateIncident(ctx, "i1", func(s *arm.IncidentSettings) error {
		s.Status = arm.StatusActive
		s.AddLabel("b")
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, arm.StatusActive, got.Properties.Status)
	require.NotEqual(t, made.ETag, got.ETag)

	comment, err := c.CreateComment(ctx, "i1", "c1", "M")
	require.NoError(t, err)
	require.Equal(t, "M", comment.Properties.Message)
	comment, err = c.UpdateComment(ctx, "i1", "c1", func(s *arm.CommentSettings) error { s.Message = "N"; return nil })
	require.NoError(t, err)
	require.Equal(t, "N", comment.Properties.Message)
	_, err = c.GetComment(ctx, "i1", "c1")
	require.NoError(t, err)

	_, err = c.CreateTask(ctx, "i1", "t1", arm.TaskSettings{Title: "T", Status: arm.TaskNew})
	require.NoError(t, err)
	task, err := c.UpdateTask(ctx, "i1", "t1", func(s *arm.TaskSettings) error { s.Status = arm.TaskCompleted; return nil })
	require.NoError(t, err)
	require.Equal(t, arm.TaskCompleted, task.Properties.Status)
	_, err = c.GetTask(ctx, "i1", "t1")
	require.NoError(t, err)

	_, err = c.CreateBookmark(ctx, "b1", arm.BookmarkProperties{DisplayName: "B", Query: "q", Techniques: []string{"T1059"}})
	require.NoError(t, err)
	_, err = c.CreateRelation(ctx, "i1", "r-1", c.BookmarkID("b1"))
	require.NoError(t, err)
	bookmark, err := c.UpdateBookmark(ctx, "b1", func(b *arm.BookmarkProperties) error { b.Notes = "N"; return nil })
	require.NoError(t, err)
	require.Equal(t, &sentinel.IncidentInfo{IncidentID: "i1", Title: "T", Severity: "High", RelationName: "r-1"}, bookmark.Properties.IncidentInfo)
	require.Equal(t, []string{"T1059"}, bookmark.Properties.Techniques)
	_, err = c.GetBookmark(ctx, "b1")
	require.NoError(t, err)
	relation, err := c.GetRelation(ctx, "i1", "r-1")
	require.NoError(t, err)
	require.Equal(t, "Bookmark", relation.Properties.RelatedResourceKind)
	_, err = c.UpdateRelation(ctx, "i1", "r-1", func(*arm.RelationSettings) error { return nil })
	require.NoError(t, err)

	var names []string
	for o, err := range c.ListIncidents(ctx, arm.ListOptions{}) {
		require.NoError(t, err)
		names = append(names, o.Name)
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
	require.Equal(t, []string{"i1", "c1", "t1", "r-1", "b1"}, names)

	alerts, err := c.ListIncidentAlerts(ctx, "i1")
	require.NoError(t, err)
	require.Empty(t, alerts)
	bookmarks, err := c.ListIncidentBookmarks(ctx, "i1")
	require.NoError(t, err)
	require.Equal(t, "B", bookmarks[0].Properties.(*sentinel.Bookmark).DisplayName)
	entities, err := c.ListIncidentEntities(ctx, "i1")
	require.NoError(t, err)
	require.Empty(t, entities.List)
	require.NoError(t, c.RunPlaybook(ctx, "i1", arm.Playbook{LogicAppsResourceID: "/subscriptions/x"}))
	require.Equal(t, "i1", a.e.PlaybookRuns()[0].IncidentID)

	got, err = c.GetIncident(ctx, "i1")
	require.NoError(t, err)
	require.EqualValues(t, []int32{0, 1, 1}, []int32{*got.Properties.AdditionalData.AlertsCount, *got.Properties.AdditionalData.BookmarksCount, *got.Properties.AdditionalData.CommentsCount})

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
	require.Contains(t, c.Remaining(), "subscription-writes")
}
