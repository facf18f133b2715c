package graph_test

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// In the child process of TestRecordSurvivesAKill these name the folder of the
// log and the address of the service.
const (
	childFolder  = "INCIDENTKIT_RECORD_FOLDER"
	childService = "INCIDENTKIT_RECORD_SERVICE"
)

// openLog opens a log whose heads are signed with a key that is always the same.
func openLog(t *testing.T, dir string) (*ledger.Log, note.Verifiers) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.NewChaCha8([32]byte{7}), "contoso.example/audit")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	l, err := ledger.Open(dir, signer, note.VerifierList(verifier))
	require.NoError(t, err)
	return l, note.VerifierList(verifier)
}

// TestRecordChild raises an incident and records it, until its parent kills it.
func TestRecordChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("runs only as the child of TestRecordSurvivesAKill")
	}
	l, _ := openLog(t, dir)
	c := clientOf(t, &httptest.Server{URL: os.Getenv(childService)}, client.WithRecorder(audit.NewRecorder(l), audit.OriginGraph))
	_, err := c.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}})
	t.Fatal("the parent did not kill this process; submitting gave ", err)
}

// TestRecordSurvivesAKill kills a process after the service has created its
// second alert and before it was told so. The log then shows a call whose outcome
// nobody knows; what became of it is found out and written beside it.
func TestRecordSurvivesAKill(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	s := &lossyService{}
	_ = s.client(t)
	killed := make(chan *exec.Cmd, 1)
	created := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp, err := s.RoundTrip(r)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if r.Method == http.MethodPost {
			if created++; created == 2 {
				child := <-killed
				_ = child.Process.Kill()
				killed <- child
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}
		}
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}))
	defer server.Close()

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRecordChild$")
	child.Env = append(os.Environ(), childFolder+"="+dir, childService+"="+server.URL)
	require.NoError(t, child.Start())
	killed <- child
	err := child.Wait()
	require.ErrorContains(t, err, "killed")
	require.Len(t, s.alerts, 2, "the service has done it")

	l, trusted := openLog(t, dir)
	defer l.Close()
	reader, err := ledger.NewReader(dir, trusted)
	require.NoError(t, err)
	gaps, err := audit.Gaps(reader.Entries())
	require.NoError(t, err)
	require.Len(t, gaps, 1)
	gap := gaps[0]
	require.Equal(t, audit.CreateAlert, gap.Operation)
	require.Equal(t, "1", gap.Target.Incident, "the incident that the alert was to join")
	require.NotEmpty(t, gap.ClientRequestID)

	found, err := clientOf(t, server).Reconcile(t.Context(), oneAlert("second"), graph.Window{Since: gap.Time})
	require.NoError(t, err)
	require.Equal(t, graph.Created, found.Verdict)
	require.NoError(t, audit.Resolve(t.Context(), l, gap, audit.Actor{Type: audit.User, ID: "jane.roe@contoso.com"}, audit.Entry{
		Target: audit.Target{Alert: found.Alert.ID, Incident: found.Alert.IncidentID}, Result: audit.Result{Outcome: audit.Succeeded},
	}))
	gaps, err = audit.Gaps(reader.Entries())
	require.NoError(t, err)
	require.Empty(t, gaps)
	events, err := audit.History(reader.Entries(), found.Alert.ID)
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.False(t, events[0].Open)
	require.Equal(t, audit.Succeeded, events[0].Result.Outcome)
	require.Equal(t, "jane.roe@contoso.com", events[0].ResolvedBy.ID)
}
