package graph_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// TestRefusalsNameThePermission of each call, by the tables of its page.
func TestRefusalsNameThePermission(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer server.Close()
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "x"})),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL, CreatesAlerts: true, Unlimited: true}))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	ctx := t.Context()
	for name, tt := range map[string]struct {
		call func() error
		want string
	}{
		"create an alert":          {func() error { _, err := c.CreateAlert(ctx, oneAlert("a")); return err }, "SecurityAlert.Create.All"},
		"read an alert":            {func() error { _, err := c.GetAlert(ctx, "a"); return err }, "SecurityAlert.Read.All"},
		"read an incident":         {func() error { _, err := c.GetIncident(ctx, "1"); return err }, "SecurityIncident.Read.All"},
		"read an incident, alerts": {func() error { _, err := c.GetIncidentWithAlerts(ctx, "1"); return err }, "SecurityIncident.Read.All"},
		"change an incident": {func() error {
			_, err := c.UpdateIncident(ctx, "1", incident.Update{Summary: new("s")})
			return err
		}, "SecurityIncident.ReadWrite.All"},
		"comment on an incident": {func() error { _, err := c.CommentOnIncident(ctx, "1", "x"); return err }, "SecurityIncident.ReadWrite.All"},
		"change an alert":        {func() error { _, err := c.UpdateAlert(ctx, "a", alert.Update{AssignedTo: new("")}); return err }, "SecurityAlert.ReadWrite.All"},
		"comment on an alert":    {func() error { _, err := c.CommentOnAlert(ctx, "a", "x"); return err }, "SecurityAlert.ReadWrite.All"},
		"move alerts":            {func() error { _, err := c.MoveAlerts(ctx, graph.Move{Alerts: []string{"a"}}); return err }, "SecurityData.Manage.All"},
		"merge incidents":        {func() error { _, err := c.MergeIncidents(ctx, graph.Merge{Incidents: []string{"1", "2"}}); return err }, "SecurityData.Manage.All"},
		"hunt":                   {func() error { _, err := c.RunHuntingQuery(ctx, graph.HuntingQuery{Query: "x"}); return err }, "ThreatHunting.Read.All"},
	} {
		failure, ok := errors.AsType[*client.Error](tt.call())
		require.True(t, ok, name)
		require.Equal(t, tt.want, failure.Permission, name)
	}
}

func TestPreflight(t *testing.T) {
	// Claims that nobody signed: {"roles":[…]}.
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"roles":["SecurityAlert.ReadWrite.All","SecurityIncident.Read.All"],"aud":"https://graph.microsoft.com"}`))
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "e30." + claims + ".x"})))
	require.NoError(t, err)
	report, err := c.Preflight(context.Background())
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`allowed      to create an alert: by SecurityAlert.ReadWrite.All
allowed      to read alerts: by SecurityAlert.ReadWrite.All
allowed      to change or comment on an alert: by SecurityAlert.ReadWrite.All
allowed      to read incidents: by SecurityIncident.Read.All
refused      to change or comment on an incident: it needs SecurityIncident.ReadWrite.All
refused      to move alerts to another incident: it needs SecurityData.Manage.All
refused      to merge incidents: it needs SecurityData.Manage.All
refused      to run a hunting query: it needs ThreatHunting.Read.All
`, report.String()))
	require.Empty(t, cmp.Diff([]string{"SecurityIncident.ReadWrite.All", "SecurityData.Manage.All", "ThreatHunting.Read.All"}, report.Missing()))

	draft := incident.Draft{}
	report, err = c.Preflight(t.Context(), graph.SubmitPermissions(draft)...)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	draft.Comment = "x"
	report, err = c.Preflight(t.Context(), graph.SubmitPermissions(draft)...)
	require.NoError(t, err)
	require.EqualError(t, report.Err(), "the caller is not permitted to do this: to change or comment on an incident the token needs SecurityIncident.ReadWrite.All")
	require.Empty(t, cmp.Diff([]string{"SecurityIncident.ReadWrite.All"}, report.Missing()))
}

// TestPermissionsAreGrantable: each has a name, a call and no doubles.
func TestPermissionsAreGrantable(t *testing.T) {
	calls := map[string]bool{}
	for _, p := range graph.Permissions() {
		require.Regexp(t, `^(Security(Alert|Incident|Data)|ThreatHunting)\.(Create|Read|ReadWrite|Manage)\.All$`, p.Least)
		require.NotContains(t, p.Higher, p.Least)
		require.False(t, calls[p.Call], p.Call)
		calls[p.Call] = true
	}
}
