package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
	"github.com/incidentkit/incidentkit/incident"
)

var update = flag.Bool("update", false, "renew the golden files")

type fixedRandom struct{ *rand.ChaCha8 }

// writeLog writes the sample log: two incidents that are merged, a comment that
// attacks its readers, and a call whose outcome nobody knows.
func writeLog(t *testing.T, dir string) (public string) {
	t.Helper()
	private, public, err := note.GenerateKey(fixedRandom{rand.NewChaCha8([32]byte{7})}, "contoso.example/audit")
	require.NoError(t, err)
	signer, err := note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	log, err := ledger.Open(dir, signer, note.VerifierList(verifier), ledger.SyncNever())
	require.NoError(t, err)
	now, id := time.Date(2026, 9, 14, 9, 30, 0, 0, time.UTC), 0
	clock := func() time.Time { now = now.Add(7 * time.Second); return now }
	r := audit.NewRecorder(log, audit.WithClock(clock), audit.WithIDs(func() string { id++; return fmt.Sprintf("e%02d", id) }),
		audit.WithActor(audit.Actor{Type: audit.Application, ID: "soc-playbook", Name: "SOC playbook"}))
	ctx := audit.ContextWithActor(t.Context(), audit.Actor{Type: audit.User, ID: "jane.roe@contoso.com", Delegated: true, Application: "soc-playbook"})

	do := func(ctx context.Context, before, after any, change func(*audit.Entry), callErr error) {
		e, err := audit.Describe(before, after)
		require.NoError(t, err)
		e.Origin = audit.OriginGraph
		if change != nil {
			change(&e)
		}
		_, err = audit.Record(ctx, r, e, func(context.Context) (any, error) { return nil, callErr }, nil)
		require.ErrorIs(t, err, callErr)
	}
	first := incident.Incident{ID: "28282", DisplayName: "Sign-in from a TOR exit node", Status: incident.StatusActive, Severity: alert.High}
	second := incident.Incident{ID: "28290", DisplayName: "Mass download", Status: incident.StatusActive, Severity: alert.Medium}
	do(t.Context(), nil, alert.Alert{ID: "da1", IncidentID: first.ID, Title: "Sign-in from a TOR exit node", Severity: alert.High}, nil, nil)
	do(t.Context(), nil, alert.Alert{ID: "da2", IncidentID: second.ID, Title: "Mass download", Severity: alert.Medium}, nil, nil)
	do(ctx, second, incident.Update{AssignedTo: new("jane.roe@contoso.com")}, nil, nil)
	do(ctx, first, incident.Update{CustomTags: &[]string{"hunting"}}, nil, errors.New("403 Forbidden"))
	merged := second
	merged.Status, merged.RedirectIncidentID = incident.StatusRedirected, first.ID
	do(audit.ContextWithActor(t.Context(), audit.Actor{Type: audit.System, Name: "Microsoft Defender XDR - alert correlation"}), second, merged, nil, nil)
	resolved := first
	resolved.Status = incident.StatusResolved
	do(ctx, first, resolved, func(e *audit.Entry) {
		e.Operation, e.Comment = audit.UpdateIncidentStatus, "done\x1b]0;owned\x07\r\n=HYPERLINK(\"https://example.org\")"
	}, nil)
	gap, err := audit.Describe(nil, alert.Draft{Title: "Second sign-in", Severity: alert.High, LinkToIncident: 28282})
	require.NoError(t, err)
	gap.Origin = audit.OriginGraph
	_, err = r.Begin(t.Context(), gap)
	require.NoError(t, err)
	require.NoError(t, log.Close())
	return public
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

func auditlog(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, &out, &err)
	return status, out.String(), err.String()
}

// TestSampleLog checks that the log in testdata is the one that writeLog
// writes.
func TestSampleLog(t *testing.T) {
	dir := t.TempDir()
	public := writeLog(t, dir)
	if *update {
		require.NoError(t, os.RemoveAll("testdata/log"))
		require.NoError(t, os.CopyFS("testdata/log", os.DirFS(dir)))
	}
	golden(t, "log.pub", public+"\n")
	data, err := os.ReadFile(filepath.Join(dir, "0000000000000000000.jsonl"))
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/log/0000000000000000000.jsonl")
	require.NoError(t, err)
	require.Equal(t, string(want), string(data))
}

func TestCommands(t *testing.T) {
	for _, tt := range []struct {
		name   string
		args   []string
		status int
	}{
		{"show-28282.golden", []string{"show", "-incident", "28282"}, 0},
		{"show-28290.golden", []string{"show", "-incident", "28290"}, 0},
		{"show-alert.golden", []string{"show", "-alert", "da2"}, 0},
		{"show-filter.golden", []string{"show", "-actor", "JANE.ROE@contoso.com", "-operation", "UpdateIncidentStatus,MergeIncidents", "-from", "2026-09-14", "-to", "2026-09-15"}, 0},
		{"show-csv.golden", []string{"show", "-format", "csv"}, 0},
		{"show-json.golden", []string{"show", "-format", "json", "-incident", "28282"}, 0},
		{"gaps.golden", []string{"gaps"}, 3},
		{"export-m365.golden", []string{"export", "-form", "m365"}, 0},
		{"export.golden", []string{"export"}, 0},
		{"verify.golden", []string{"verify"}, 0},
		{"head.golden", []string{"head"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{tt.args[0], "-key", "testdata/log.pub"}, tt.args[1:]...)
			status, stdout, stderr := auditlog(append(args, "testdata/log")...)
			require.Equal(t, tt.status, status, stderr)
			require.Empty(t, stderr)
			for _, r := range stdout {
				require.False(t, r < ' ' && r != '\n' && r != '\r', "nothing moves the cursor")
			}
			golden(t, tt.name, stdout)
		})
	}
}

func TestVerifyFindsOut(t *testing.T) {
	dir := t.TempDir()
	writeLog(t, dir)
	kept := filepath.Join(t.TempDir(), "kept.head")
	_, text, _ := auditlog("head", "-key", "testdata/log.pub", dir)
	require.NoError(t, os.WriteFile(kept, []byte(text), 0o600))
	status, stdout, _ := auditlog("verify", "-key", "testdata/log.pub", "-head", kept, dir)
	require.Equal(t, 0, status)
	require.NotContains(t, stdout, "kept elsewhere")

	name := filepath.Join(dir, "0000000000000000000.jsonl")
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, bytes.Replace(data, []byte("hunting"), []byte("Hunting"), 1), 0o600))
	status, stdout, stderr := auditlog("verify", "-key", "testdata/log.pub", dir)
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "changed: 0000000000000000000.jsonl, line 8")
	require.Contains(t, stdout, "entry 6, or its hash, was changed")
	require.Equal(t, "the log is not what was signed\n", stderr)

	require.NoError(t, os.WriteFile(name, append(data, `{"n":`...), 0o600))
	status, stdout, _ = auditlog("verify", "-key", "testdata/log.pub", dir)
	require.Equal(t, 3, status)
	require.Contains(t, stdout, "5 bytes are no whole record")

	// Cut back to the head at the file's beginning, the hashes with it.
	first, _, _ := bytes.Cut(data, []byte("\n"))
	require.NoError(t, os.WriteFile(name, append(first, '\n'), 0o600))
	require.NoError(t, os.Truncate(filepath.Join(dir, "hashes"), 0))
	status, _, _ = auditlog("verify", "-key", "testdata/log.pub", dir)
	require.Equal(t, 0, status)
	status, stdout, _ = auditlog("verify", "-key", "testdata/log.pub", "-head", kept, dir)
	require.Equal(t, 1, status)
	require.Contains(t, stdout, "a known head has 13 entries")
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, 2, "name a command"},
		{[]string{"burn"}, 2, `there is no command "burn"`},
		{[]string{"show"}, 2, "name the folder of the log"},
		{[]string{"show", "x"}, 2, "with -key"},
		{[]string{"show", "-key", "main.go", "testdata/log"}, 2, "main.go holds no public key of a log"},
		{[]string{"show", "-key", "none", "testdata/log"}, 2, "none"},
		{[]string{"show", "-key", "testdata/log.pub", "-from", "noon", "testdata/log"}, 2, `"noon" is no time`},
		{[]string{"show", "-key", "testdata/log.pub", "-format", "xml", "testdata/log"}, 2, "-format is text, csv or json"},
		{[]string{"show", "-key", "testdata/log.pub", "-colour", "testdata/log"}, 2, "-colour"},
		{[]string{"verify", "-key", "testdata/log.pub", "-head", "main.go", "testdata/log"}, 2, "main.go"},
		{[]string{"show", "-key", "testdata/log.pub", "testdata/none"}, 1, "none"},
		{[]string{"show", "-key", "testdata/log.pub", "testdata"}, 1, "there is no log in testdata"},
		{[]string{"key"}, 2, "give the log a name"},
		{[]string{"key", "a b"}, 2, "wrong command line"},
		{[]string{"show", "-help"}, 0, "-incident"},
	} {
		status, _, stderr := auditlog(tt.args...)
		require.Equal(t, tt.status, status, tt.args)
		require.Contains(t, stderr, tt.want)
	}
	status, stdout, _ := auditlog("key", "contoso.example/audit")
	require.Equal(t, 0, status)
	_, err := note.NewVerifier(strings.Split(stdout, "\n")[3])
	require.NoError(t, err)
}
