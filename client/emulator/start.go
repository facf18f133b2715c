package emulator

import (
	"net/http/httptest"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/graph"
)

// TB is the part of [testing.TB] that Start needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Running is a tenant that listens on a loopback address.
type Running struct {
	*Tenant
	// URL is the address.
	URL string
	// Graph is a client of the application [ClientID]. It has no limit of requests
	// a minute, for nobody has to be spared.
	Graph *graph.Client
	// Sentinel is a client of the same application for the primary workspace; it
	// is nil in a tenant without one.
	Sentinel *arm.Client
}

// Start starts a tenant for a test, which ends with the test.
func Start(t TB, opts ...Option) *Running {
	t.Helper()
	tenant := New(opts...)
	server := httptest.NewServer(tenant)
	c, err := graph.New(tenant.Credential(), client.WithCloud(tenant.Cloud(server.URL)), client.WithLimits(client.Limits{}))
	if err != nil {
		server.Close()
		t.Fatalf("emulator: %v", err)
	}
	running := &Running{Tenant: tenant, URL: server.URL, Graph: c}
	if len(tenant.workspaces) > 0 {
		w := tenant.workspaces[0]
		running.Sentinel, err = arm.New(tenant.Credential(), arm.Workspace{SubscriptionID: w.SubscriptionID, ResourceGroup: w.ResourceGroup, Name: w.Name},
			client.WithCloud(tenant.Cloud(server.URL)), client.WithLimits(client.Limits{}))
		if err != nil {
			server.Close()
			t.Fatalf("emulator: %v", err)
		}
	}
	t.Cleanup(func() {
		c.CloseIdleConnections()
		if running.Sentinel != nil {
			running.Sentinel.CloseIdleConnections()
		}
		server.Close()
	})
	return running
}
