package graph_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
)

// service starts a handler on a socket and returns a client of it, which has a
// token already.
func service(t testing.TB, handler http.HandlerFunc, opts ...client.Option) *graph.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientOf(t, server, opts...)
}

func clientOf(t testing.TB, server *httptest.Server, opts ...client.Option) *graph.Client {
	t.Helper()
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})), append([]client.Option{
		client.WithCloud(client.Cloud{Name: "test", Authority: server.URL, Graph: server.URL, CreatesAlerts: true}),
		client.WithRetry(3, time.Millisecond, 10*time.Millisecond), client.WithLimits(client.Limits{}),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// credentialDraft is the draft of the documentation's first example.
func credentialDraft() alert.Draft {
	return alert.Draft{
		Title: "t", Severity: alert.High, Description: "d", Category: alert.CredentialAccess, LinkToIncident: 42,
		Entities: []entity.Definition{entity.DeviceByID("fd8a").Impacted()},
	}
}

const (
	anAlert    = `{"id":"a_1","incidentId":"29"}`
	anIncident = `{"id":"29"}`
	aComment   = `{"value":[{"comment":"Demo"}]}`
	aMerge     = `{"targetIncidentId":"2972395"}`
	noRows     = `{"schema":[{"name":"Timestamp","type":"DateTime"}],"results":[]}`
)

// settle waits until no more goroutines are there than before.
func settle(t *testing.T, before int) {
	t.Helper()
	// Not by require.Eventually, which starts goroutines of its own.
	for start := time.Now(); runtime.NumGoroutine() > before && time.Since(start) < 10*time.Second; {
		time.Sleep(10 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}
