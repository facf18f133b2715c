package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
)

// fixedRandom makes keys that are the same in every run.
type fixedRandom struct{ *rand.ChaCha8 }

func keys(tb testing.TB, seed byte) (note.Signer, note.Verifiers) {
	tb.Helper()
	private, public, err := note.GenerateKey(fixedRandom{rand.NewChaCha8([32]byte{seed})}, "contoso.example/audit")
	require.NoError(tb, err)
	signer, err := note.NewSigner(private)
	require.NoError(tb, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(tb, err)
	return signer, note.VerifierList(verifier)
}

var start = time.Date(2026, 9, 14, 9, 30, 0, 0, time.UTC)

// entry returns an entry of the size that calls of the clients have.
func entry(n int) audit.Entry {
	return audit.Entry{
		ID: fmt.Sprintf("e%d", n), Time: start.Add(time.Duration(n) * time.Second),
		Actor:     audit.Actor{Type: audit.User, ID: "jane.roe@contoso.com", Delegated: true, Application: "soc-playbook"},
		Operation: audit.UpdateIncidentStatus,
		Target:    audit.Target{Tenant: "3f9c1c5e-0000-4000-8000-000000000000", Incident: "28282"},
		Changes:   []audit.Change{{Path: "status", Old: jsontext.Value(`"active"`), New: jsontext.Value(`"resolved"`)}},
		Comment:   "The account was locked and its password reset.", Origin: audit.OriginGraph,
		ClientRequestID: "0d2f8a39-5d3e-4c31-9d2f-7a2c7a1e0001", RequestID: "b8a2d9d8-8f4e-4a57-a1aa-61fd11cc0002",
		Result: audit.Result{Outcome: audit.Succeeded, Status: 200},
	}
}

func open(tb testing.TB, dir string, opts ...ledger.Option) *ledger.Log {
	tb.Helper()
	signer, trusted := keys(tb, 1)
	l, err := ledger.Open(dir, signer, trusted, opts...)
	require.NoError(tb, err)
	return l
}

// fill appends entries first to last-1, one by one, and closes the log.
func fill(tb testing.TB, dir string, first, last int, opts ...ledger.Option) ledger.Head {
	tb.Helper()
	l := open(tb, dir, opts...)
	for n := first; n < last; n++ {
		number, err := l.Append(tb.Context(), entry(n))
		require.NoError(tb, err)
		require.EqualValues(tb, n, number)
	}
	require.NoError(tb, l.Close())
	return l.Head()
}

func verify(tb testing.TB, dir string, known ...ledger.Head) ledger.Report {
	tb.Helper()
	_, trusted := keys(tb, 1)
	report, err := ledger.Verify(dir, trusted, known...)
	require.NoError(tb, err)
	return report
}

// snapshot reads all files of a log, restore puts them back.
func snapshot(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	files := map[string][]byte{}
	list, err := os.ReadDir(dir)
	require.NoError(tb, err)
	for _, f := range list {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		require.NoError(tb, err)
		files[f.Name()] = data
	}
	return files
}

func restore(tb testing.TB, dir string, files map[string][]byte) {
	tb.Helper()
	require.NoError(tb, os.RemoveAll(dir))
	require.NoError(tb, os.MkdirAll(dir, 0o700))
	for name, data := range files {
		require.NoError(tb, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
}

func put(tb testing.TB, dir, name string, data []byte) {
	tb.Helper()
	require.NoError(tb, os.WriteFile(filepath.Join(dir, name), data, 0o600))
}

const firstFile = "0000000000000000000.jsonl"
