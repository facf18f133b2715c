package arm

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

func TestWalk(t *testing.T) {
	var stored map[string]any
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Log(r.Method, r.URL)
		if r.Method == "PUT" {
			b, _ := io.ReadAll(r.Body)
			t.Log(string(b))
			require.NoError(t, json.Unmarshal(b, &stored))
			stored["etag"] = "\"1\""
			stored["later"] = 3
			stored["properties"].(map[string]any)["new"] = "x"
			stored["properties"].(map[string]any)["incidentNumber"] = 7
		}
		require.NoError(t, json.NewEncoder(w).Encode(stored))
	}))
	defer srv.Close()
	cloud := client.Global()
	cloud.ARM = srv.URL
	c, err := New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "t"})), Workspace{"11111111-2222-3333-4444-555555555555", "rg", "ws-1"}, client.WithCloud(cloud))
	require.NoError(t, err)
	_, err = c.PutIncident(t.Context(), "abc", IncidentSettings{Title: "t", Severity: SeverityHigh, Status: StatusNew})
	require.NoError(t, err)
	i, err := c.GetIncident(t.Context(), "abc")
	require.NoError(t, err)
	b, err := json.Marshal(i)
	require.NoError(t, err)
	t.Logf("%s %+v", b, i)
}
