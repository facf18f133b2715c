package ledger_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
)

// BenchmarkAppend compares the log with the least that can be done: a bare
// bufio writer of JSON lines, which hashes, signs and checks nothing. In sync
// both wait for the disk after every 100 entries, by turns; times-bare is the
// median of how fast the log was in comparison, entries/s that of the log.
//
//	go test ./audit/ledger -run '^$' -bench Append -cpu 1
func BenchmarkAppend(b *testing.B) {
	entries := make([]audit.Entry, 100)
	for i := range entries {
		entries[i] = entry(i)
	}
	b.Run("bare", func(b *testing.B) {
		w := newBare(b)
		for b.Loop() {
			w.write(b, entries, false)
		}
		require.NoError(b, w.w.Flush())
		perSecond(b, len(entries))
	})
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
	b.Run("sync", func(b *testing.B) {
		// By turns, so that what else the disk has to do hits both alike.
		w := newBare(b)
		l := open(b, b.TempDir())
		var ratios, ours []float64
		for b.Loop() {
			began := time.Now()
			w.write(b, entries, true)
			between := time.Now()
			_, err := l.Append(b.Context(), entries...)
			require.NoError(b, err)
			end := time.Now()
			ratios = append(ratios, float64(between.Sub(began))/float64(end.Sub(between)))
			ours = append(ours, float64(len(entries))/end.Sub(between).Seconds())
		}
		require.NoError(b, l.Close())
		b.ReportMetric(median(ratios), "times-bare")
		b.ReportMetric(median(ours), "entries/s")
	})
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// plainEntry has no methods, so that package json writes it as fast as it can.
type plainEntry audit.Entry

// bareWriter writes JSON lines.
type bareWriter struct {
	f *os.File
	w *bufio.Writer
}

func newBare(b *testing.B) bareWriter {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare.jsonl"))
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, f.Close()) })
	return bareWriter{f, bufio.NewWriter(f)}
}

func (w bareWriter) write(b *testing.B, entries []audit.Entry, sync bool) {
	for i := range entries {
		require.NoError(b, json.MarshalWrite(w.w, (*plainEntry)(&entries[i])))
		require.NoError(b, w.w.WriteByte('\n'))
	}
	if sync {
		require.NoError(b, w.w.Flush())
		require.NoError(b, w.f.Sync())
	}
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
