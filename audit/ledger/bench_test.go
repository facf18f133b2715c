package ledger_test

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
)

// BenchmarkAppend compares the log with the least that can be done: a bare
// bufio writer of JSON lines, which hashes, signs and checks nothing. In the
// sync benchmarks both wait for the disk after every 100 entries.
//
//	go test ./audit/ledger -run '^$' -bench Append -cpu 1
func BenchmarkAppend(b *testing.B) {
	entries := make([]audit.Entry, 100)
	for i := range entries {
		entries[i] = entry(i)
	}
	b.Run("bare", func(b *testing.B) { bare(b, entries, false) })
	b.Run("log", func(b *testing.B) {
		l := open(b, b.TempDir(), ledger.SyncNever())
		for i := 0; b.Loop(); i++ {
			_, err := l.Append(b.Context(), entries[i%len(entries)])
			require.NoError(b, err)
		}
		require.NoError(b, l.Close())
		perSecond(b, 1)
	})
	b.Run("log-batch", func(b *testing.B) {
		l := open(b, b.TempDir(), ledger.SyncNever())
		for b.Loop() {
			_, err := l.Append(b.Context(), entries...)
			require.NoError(b, err)
		}
		require.NoError(b, l.Close())
		perSecond(b, len(entries))
	})
	b.Run("bare-sync", func(b *testing.B) { bare(b, entries, true) })
	b.Run("log-sync", func(b *testing.B) {
		l := open(b, b.TempDir())
		for b.Loop() {
			_, err := l.Append(b.Context(), entries...)
			require.NoError(b, err)
		}
		require.NoError(b, l.Close())
		perSecond(b, len(entries))
	})
}

func bare(b *testing.B, entries []audit.Entry, sync bool) {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare.jsonl"))
	require.NoError(b, err)
	w := bufio.NewWriter(f)
	for b.Loop() {
		for i := range entries {
			require.NoError(b, json.MarshalWrite(w, &entries[i]))
			require.NoError(b, w.WriteByte('\n'))
		}
		if sync {
			require.NoError(b, w.Flush())
			require.NoError(b, f.Sync())
		}
	}
	require.NoError(b, w.Flush())
	require.NoError(b, f.Close())
	perSecond(b, len(entries))
}

func perSecond(b *testing.B, perOperation int) {
	b.ReportMetric(float64(b.N*perOperation)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l := open(b, dir, ledger.SyncNever())
	for n := range 20_000 {
		_, err := l.Append(b.Context(), entry(n))
		require.NoError(b, err)
	}
	require.NoError(b, l.Close())
	for b.Loop() {
		require.True(b, verify(b, dir).Complete())
	}
	perSecond(b, 20_000)
}
