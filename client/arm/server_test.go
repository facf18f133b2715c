package arm_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

const token = "T0ken-for-Azure"

var workspace = arm.Workspace{SubscriptionID: "d0cfe6b2-9ac0-4464-9919-dccaee2e48c0", ResourceGroup: "my(rg)._x", Name: "my-ws"}

const root = "/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/my%28rg%29._x/providers/Microsoft.OperationalInsights/workspaces/my-ws/providers/Microsoft.SecurityInsights"

// service is a part of Azure Resource Manager that keeps what it is sent, enforces
// etags and replaces objects as a whole.
type service struct {
	t  *testing.T
	mu sync.Mutex
	// objects are by path below the provider.
	objects map[string]map[string]any
	version int
	// log has the requests as "METHOD path".
	log []string
	// bodies are those of the PUT requests.
	bodies []string
	// intercept answers a request in the service's place if it returns true.
	intercept func(w http.ResponseWriter, r *http.Request, path string) bool
	header    http.Header // of the last request
	query     string
}

func start(t *testing.T, opts ...client.Option) (*service, *arm.Client) {
	t.Helper()
	s, c, _ := startAt(t, opts...)
	return s, c
}

// startAt starts a service, and returns its address too.
func startAt(t *testing.T, opts ...client.Option) (*service, *arm.Client, string) {
	t.Helper()
	s := &service{t: t, objects: map[string]map[string]any{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, connect(t, server.URL, opts...), server.URL
}

func connect(t *testing.T, url string, opts ...client.Option) *arm.Client {
	t.Helper()
	cred := client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	c, err := arm.New(cred, workspace, append([]client.Option{
		client.WithCloud(client.Cloud{Name: "test", Authority: url, ARM: url, Unlimited: true}), client.WithRetry(2, time.Millisecond, 50*time.Millisecond),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), root+"/")
	if !ok || r.Header.Get("Authorization") != "Bearer "+token {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+path)
	s.header, s.query = r.Header, r.URL.RawQuery
	if s.intercept != nil && s.intercept(w, r, path) {
		return
	}
	switch r.Method {
	case http.MethodGet:
		o, ok := s.objects[path]
		if !ok {
			fail(w, http.StatusNotFound, "NotFound")
			return
		}
		answer(w, http.StatusOK, o)
	case http.MethodPut:
		s.put(w, r, path)
	case http.MethodDelete:
		if _, ok := s.objects[path]; !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		delete(s.objects, path)
		w.WriteHeader(http.StatusOK)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (s *service) put(w http.ResponseWriter, r *http.Request, path string) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		fail(w, http.StatusBadRequest, "BadRequest")
		return
	}
	s.bodies = append(s.bodies, string(data))
	var o map[string]any
	if json.Unmarshal(data, &o) != nil {
		fail(w, http.StatusBadRequest, "BadRequest")
		return
	}
	old, existed := s.objects[path]
	if sent := o["etag"]; sent != nil && existed && sent != old["etag"] {
		fail(w, http.StatusConflict, "Conflict")
		return
	}
	s.store(path, o)
	status := http.StatusCreated
	if existed {
		status = http.StatusOK
	}
	answer(w, status, s.objects[path])
}

// store keeps an object, with what only the service says.
func (s *service) store(path string, o map[string]any) {
	s.version++
	o["etag"] = fmt.Sprintf("%q", fmt.Sprint(s.version))
	o["id"] = strings.NewReplacer("%28", "(", "%29", ")").Replace(root) + "/" + path
	o["name"] = path[strings.LastIndex(path, "/")+1:]
	o["type"] = "Microsoft.SecurityInsights/" + strings.Split(path, "/")[0]
	if p, ok := o["properties"].(map[string]any); ok && strings.Count(path, "/") == 1 && strings.HasPrefix(path, "incidents/") {
		p["incidentNumber"] = 3177
		p["incidentUrl"] = "https://portal.azure.com/#asset/incident"
		p["providerName"] = "Azure Sentinel"
	}
	s.objects[path] = o
}

func (s *service) paths() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

func (s *service) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]any{"error": map[string]any{"code": code, "message": "about " + code}})
}
