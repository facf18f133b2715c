package graph_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// everyCall returns the names of the methods of a client that take a context.
func everyCall(t *testing.T) map[string]bool {
	t.Helper()
	calls := map[string]bool{}
	for m := range reflect.TypeFor[*graph.Client]().Methods() {
		if m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[context.Context]() {
			calls[m.Name] = true
		}
	}
	require.NotEmpty(t, calls)
	return calls
}

// TestRefusalsNameThePermission of each call, by the tables of its page.
func TestRefusalsNameThePermission(t *testing.T) {
	batch := &batches{t: t, answer: func(item sentItem, _ int) string { return refusal(item, http.StatusForbidden, "") }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			batch.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "x"})),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL, CreatesAlerts: true, Unlimited: true}))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	ctx := t.Context()
	draft := incident.Draft{Alerts: []alert.Draft{oneAlert("a")}}
	created := func(n int) error {
		var errs []error
		for r := range c.CreateAlerts(ctx, slices.Values(slices.Repeat([]alert.Draft{oneAlert("a")}, n)), graph.Bulk{}) {
			errs = append(errs, r.Err)
		}
		return errs[n-1]
	}
	calls := everyCall(t)
	for name, tt := range map[string]struct {
		call func() error
		want string
	}{
		"CreateAlert":         {func() error { _, err := c.CreateAlert(ctx, oneAlert("a")); return err }, "SecurityAlert.Create.All"},
		"CreateAlert, manual": {func() error { _, err := c.ManualAlerts().CreateAlert(ctx, oneAlert("a")); return err }, "SecurityAlert.Create.All"},
		"CreateAlerts, one":   {func() error { return created(1) }, "SecurityAlert.Create.All"},
		"CreateAlerts":        {func() error { return created(2) }, "SecurityAlert.Create.All"},
		"Batch": {func() error {
			answers, err := c.Batch(ctx, creating("a"))
			require.NoError(t, err)
			return answers[0].Err
		}, "Thing.Create"},
		"Submit": {func() error { _, err := c.Submit(ctx, draft); return err }, "SecurityAlert.Create.All"},
		"Resume": {func() error {
			receipt, _ := c.Submit(ctx, draft)
			_, err := c.Resume(ctx, receipt)
			return err
		}, "SecurityAlert.Create.All"},
		"SubmitAll": {func() (err error) {
			for r := range c.SubmitAll(ctx, slices.Values([]incident.Draft{draft}), graph.Bulk{}) {
				err = r.Err
			}
			return err
		}, "SecurityAlert.Create.All"},
		"ListAlerts": {func() (err error) {
			for _, err = range c.ListAlerts(ctx, graph.AlertQuery{}) {
			}
			return err
		}, "SecurityAlert.Read.All"},
		"ListIncidents": {func() (err error) {
			for _, err = range c.ListIncidents(ctx, graph.IncidentQuery{}) {
			}
			return err
		}, "SecurityIncident.Read.All"},
		"GetAlert":              {func() error { _, err := c.GetAlert(ctx, "a"); return err }, "SecurityAlert.Read.All"},
		"GetIncident":           {func() error { _, err := c.GetIncident(ctx, "1"); return err }, "SecurityIncident.Read.All"},
		"GetIncidentWithAlerts": {func() error { _, err := c.GetIncidentWithAlerts(ctx, "1"); return err }, "SecurityIncident.Read.All"},
		"UpdateIncident": {func() error {
			_, err := c.UpdateIncident(ctx, "1", incident.Update{Summary: new("s")})
			return err
		}, "SecurityIncident.ReadWrite.All"},
		"CommentOnIncident": {func() error { _, err := c.CommentOnIncident(ctx, "1", "x"); return err }, "SecurityIncident.ReadWrite.All"},
		"UpdateAlert":       {func() error { _, err := c.UpdateAlert(ctx, "a", alert.Update{AssignedTo: new("")}); return err }, "SecurityAlert.ReadWrite.All"},
		"CommentOnAlert":    {func() error { _, err := c.CommentOnAlert(ctx, "a", "x"); return err }, "SecurityAlert.ReadWrite.All"},
		"MoveAlerts":        {func() error { _, err := c.MoveAlerts(ctx, graph.Move{Alerts: []string{"a"}}); return err }, "SecurityData.Manage.All"},
		"MergeIncidents":    {func() error { _, err := c.MergeIncidents(ctx, graph.Merge{Incidents: []string{"1", "2"}}); return err }, "SecurityData.Manage.All"},
		"RunHuntingQuery":   {func() error { _, err := c.RunHuntingQuery(ctx, graph.HuntingQuery{Query: "x"}); return err }, "ThreatHunting.Read.All"},
	} {
		failure, ok := errors.AsType[*client.Error](tt.call())
		require.True(t, ok, name)
		require.Equal(t, tt.want, failure.Permission, name)
		name, _, _ = strings.Cut(name, ",")
		delete(calls, name)
	}
	// Reconcile never fails by the service's answer, but says why it cannot tell.
	found, err := c.Reconcile(ctx, oneAlert("a"), graph.Window{Since: time.Now()})
	require.NoError(t, err)
	require.Contains(t, found.Why, "SecurityAlert.Read.All")
	delete(calls, "Reconcile")
	delete(calls, "Preflight") // asks the service for nothing
	require.Empty(t, calls, "calls that no refusal was tried with")
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
