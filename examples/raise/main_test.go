package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

var update = flag.Bool("update", false, "renew the golden files")

type result struct {
	status         int
	stdout, stderr string
}

func raise(t *testing.T, env map[string]string, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{
		env:   func(name string) string { return env[name] },
		now:   func() time.Time { return time.Date(2026, 9, 14, 9, 30, 0, 0, time.UTC) },
		stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr,
	}
	status := p.run(t.Context(), args)
	return result{status, stdout.String(), stderr.String()}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestRaise(t *testing.T) {
	r := raise(t, nil, "")
	require.Equal(t, 0, r.status, r.stderr)
	require.Empty(t, r.stderr)
	golden(t, "raise.golden", r.stdout)
}

func TestRaiseJSON(t *testing.T) {
	r := raise(t, nil, "", "-json")
	require.Equal(t, 0, r.status, r.stderr)
	require.Empty(t, r.stderr)
	golden(t, "raise-json.golden", r.stdout)
}

func TestBrokenDraft(t *testing.T) {
	file := filepath.Join("testdata", "broken.json")
	r := raise(t, nil, "", "-file", file)
	require.Equal(t, 2, r.status)
	require.Empty(t, r.stdout, "nothing was sent, so nothing is said of it")
	golden(t, "broken.golden", r.stderr)

	r = raise(t, nil, "", "-json", "-file", file)
	require.Equal(t, 2, r.status)
	require.Empty(t, r.stderr)
	var doc struct{ Problems []any }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &doc))
	require.Len(t, doc.Problems, 10)
}

func TestDryRun(t *testing.T) {
	r := raise(t, nil, "", "-dry-run")
	require.Equal(t, 0, r.status)
	require.Contains(t, r.stdout, "Review")
	require.NotContains(t, r.stdout, "Raised incident")
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name  string
		env   map[string]string
		stdin string
		args  []string
		want  string
	}{
		{"unknown flag", nil, "", []string{"-x"}, "flag provided but not defined: -x"},
		{"argument", nil, "", []string{"draft.json"}, `there is no argument "draft.json"; name a draft with -file`},
		{"no such file", nil, "", []string{"-file", "nope.json"}, "open nope.json"},
		{"half of the credentials", map[string]string{"AZURE_TENANT_ID": "t"}, "", nil, "set also AZURE_CLIENT_ID, one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE; with none of these variables an emulator is started"},
		{"cloud", map[string]string{"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"}, "", []string{"-cloud", "mars"}, `there is no cloud "mars"`},
		{"cloud without credentials", nil, "", []string{"-cloud", "mars"}, `there is no cloud "mars"`},
		{"cloud that cannot create", map[string]string{"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"}, "", []string{"-cloud", "china"}, "cloud china has no API to create alerts"},
		{"authority of a cloud that cannot create", map[string]string{"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": "https://login.chinacloudapi.cn/"}, "", nil, "cloud china has no API to create alerts"},
		{"cloud that cannot create, without credentials", nil, "", []string{"-cloud", "china"}, "cloud china has no API to create alerts"},
		{"a variable that is not set", nil, "", []string{"-file", ""}, "-file names no file"},
		{"a folder", nil, "", []string{"-file", "testdata"}, "testdata"},
		{"nothing", nil, "", []string{"-file", "-"}, "the document ends too early"},
		{"an address in the clear", map[string]string{"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "GRAPH_ENDPOINT": "http://graph.example"}, "", nil, "a token is not sent in the clear"},
		{"standard input", nil, `{"alerts":[]}`, []string{"-file", "-"}, "alerts is empty; give at least 1"},
		{"no JSON", nil, "hello", []string{"-file", "-"}, "the document cannot be read at line 1, column 1"},
		{"too large", nil, strings.Repeat(" ", 17<<20), []string{"-file", "-"}, "the largest draft is"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := raise(t, tt.env, tt.stdin, tt.args...)
			require.Equal(t, 2, r.status)
			require.Contains(t, r.stderr, tt.want)
			require.NotContains(t, r.stdout, "Raised incident")
		})
	}
	require.Equal(t, 0, raise(t, nil, "", "-help").status)
}

// TestElsewhere talks to an emulator that runs elsewhere, and meets refusals.
func TestElsewhere(t *testing.T) {
	e := emulator.New()
	var handler http.Handler = e
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer server.Close()
	env := map[string]string{
		"AZURE_TENANT_ID": emulator.TenantID, "AZURE_CLIENT_ID": emulator.ClientID, "AZURE_CLIENT_SECRET": emulator.ClientSecret,
		"GRAPH_ENDPOINT": server.URL + "/", "AZURE_AUTHORITY_HOST": server.URL + "/",
	}
	r := raise(t, env, "")
	require.Equal(t, 0, r.status, r.stderr)
	require.Contains(t, r.stdout, "Target: "+server.URL+"\n")
	require.Contains(t, r.stdout, "Raised incident 1: ")

	handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			e.ServeHTTP(w, r)
			return
		}
		w.Header().Set("request-id", "r-1")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":{"code":"Forbidden","message":"Missing application roles."}}`)
	})
	r = raise(t, env, "")
	require.Equal(t, 1, r.status)
	require.Contains(t, r.stderr, "403 Forbidden: Forbidden: Missing application roles. (the call needs the permission SecurityAlert.Create.All) [request-id r-1] [client-request-id ")
	require.Contains(t, r.stderr, "Give the application the permission SecurityAlert.Create.All")
	r = raise(t, env, "", "-json")
	require.Equal(t, 1, r.status)
	var doc struct {
		Error   struct{ Code, Advice, RequestID, ClientRequestID string }
		Receipt struct{ Steps []struct{ State string } }
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &doc))
	require.Equal(t, "Forbidden", doc.Error.Code)
	require.Equal(t, "r-1", doc.Error.RequestID)
	require.NotEmpty(t, doc.Error.ClientRequestID)
	require.NotEmpty(t, doc.Error.Advice)
	require.Equal(t, "failed", doc.Receipt.Steps[0].State)

	env["AZURE_CLIENT_SECRET"] = "wrong-secret"
	r = raise(t, env, "")
	require.Equal(t, 1, r.status)
	require.Contains(t, r.stderr, "invalid_client: AADSTS7000215")
	require.Contains(t, r.stderr, "Check the tenant id, the client id and the secret")
	require.NotContains(t, r.stdout+r.stderr, "wrong-secret")
}

// TestPreflight meets an authority whose tokens say what they allow.
func TestPreflight(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/token") {
			asked++
			return
		}
		w.Header().Set("Content-Type", "application/json")
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"roles":["SecurityAlert.Create.All"]}`))
		fmt.Fprintf(w, `{"access_token":"e30.%s.x","token_type":"Bearer","expires_in":3599}`, claims)
	}))
	defer server.Close()
	r := raise(t, map[string]string{
		"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s", "AZURE_AUTHORITY_HOST": server.URL, "GRAPH_ENDPOINT": server.URL,
	}, "")
	require.Equal(t, 1, r.status)
	require.Contains(t, r.stderr, "Nothing was sent to "+server.URL)
	require.Contains(t, r.stderr, "to change or comment on an incident the token needs SecurityIncident.ReadWrite.All")
	require.Zero(t, asked)
}

// TestHostileService answers with texts that move a terminal's cursor.
func TestHostileService(t *testing.T) {
	const evil = `\u001b[2J\u202e\r\n`
	e := emulator.New()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			e.ServeHTTP(w, r)
			return
		}
		id := "1"
		if strings.HasSuffix(r.URL.Path, "/createAlert") {
			id = "a" + evil
		}
		fmt.Fprintf(w, `{"id":"%[2]s","incidentId":"1","incidentWebUrl":"u%[1]s","alertWebUrl":"w%[1]s","displayName":"n%[1]s","severity":"s%[1]s",
			"status":"t%[1]s","assignedTo":"o%[1]s","customTags":["g%[1]s"],"description":"d%[1]s","comments":[{"comment":"c%[1]s"}],
			"value":[{"comment":"c%[1]s"}],"alerts":[{"id":"i","title":"t%[1]s","serviceSource":"s%[1]s","detectionSource":"d%[1]s","status":"u%[1]s"}]}`, evil, id)
	}))
	defer server.Close()
	r := raise(t, map[string]string{
		"AZURE_TENANT_ID": emulator.TenantID, "AZURE_CLIENT_ID": emulator.ClientID, "AZURE_CLIENT_SECRET": emulator.ClientSecret,
		"GRAPH_ENDPOINT": server.URL, "AZURE_AUTHORITY_HOST": server.URL,
	}, "")
	require.Equal(t, 0, r.status, r.stderr)
	require.Contains(t, r.stdout, "Read back")
	require.NotContains(t, r.stdout, "\x1b")
	require.NotContains(t, r.stdout, "\u202e")
	require.NotContains(t, r.stdout, "\r")
}
