package ledger_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
)

func TestAppendSignVerify(t *testing.T) {
	for _, opts := range [][]ledger.Option{nil, {ledger.SyncNever()}, {ledger.SyncNever(), ledger.HeadEvery(7), ledger.MaxSegment(4000)}} {
		dir := t.TempDir()
		head := fill(t, dir, 0, 60, opts...)
		require.EqualValues(t, 60, head.Size)
		report := verify(t, dir, head)
		require.True(t, report.Complete(), "%+v", report)
		require.EqualValues(t, 60, report.Size)
		require.Equal(t, head, report.Head)

		l := open(t, dir, opts...)
		require.True(t, l.Recovery().Clean(), l.Recovery())
		require.Equal(t, head, l.Head())
		require.NoError(t, l.Close())
		head = fill(t, dir, 60, 100, opts...)
		require.True(t, verify(t, dir, head).Complete())

		_, trusted := keys(t, 1)
		r, err := ledger.NewReader(dir, trusted)
		require.NoError(t, err)
		n := 5
		for rec, err := range r.Records(5) {
			require.NoError(t, err)
			require.EqualValues(t, n, rec.Number)
			require.Empty(t, cmp.Diff(entry(n), rec.Entry))
			n++
		}
		require.Equal(t, 100, n)
	}
}

func TestConcurrentAppend(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir, ledger.MaxSegment(20000))
	var wg sync.WaitGroup
	var mu sync.Mutex
	byNumber := map[int64]string{}
	for w := range 8 {
		wg.Go(func() {
			for i := range 25 {
				e := entry(w*100 + i)
				n, err := l.Append(t.Context(), e, e)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				byNumber[n], byNumber[n+1] = e.ID, e.ID
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.NoError(t, l.Close())
	require.Len(t, byNumber, 400)
	require.True(t, verify(t, dir).Complete())
	_, trusted := keys(t, 1)
	r, err := ledger.NewReader(dir, trusted)
	require.NoError(t, err)
	for rec, err := range r.Records(0) {
		require.NoError(t, err)
		require.Equal(t, byNumber[rec.Number], rec.Entry.ID)
	}
}

func TestOpenRefuses(t *testing.T) {
	signer, trusted := keys(t, 1)
	other, others := keys(t, 2)
	dir := t.TempDir()
	l := open(t, dir)
	_, err := ledger.Open(dir, signer, trusted)
	require.ErrorIs(t, err, ledger.ErrLocked)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close(), "closing twice does no harm")
	_, err = l.Append(t.Context(), entry(0))
	require.ErrorIs(t, err, ledger.ErrClosed)
	_, err = l.Sync()
	require.ErrorIs(t, err, ledger.ErrClosed)
	require.ErrorIs(t, l.Rotate(), ledger.ErrClosed)

	_, err = ledger.Open(dir, signer, others)
	require.ErrorContains(t, err, "the signer's own key must be among the trusted")
	_, err = ledger.Open(dir, other, others)
	require.ErrorIs(t, err, ledger.ErrDamaged, "a log of another key")

	put(t, dir, "7.jsonl", nil)
	_, err = ledger.Open(dir, signer, trusted)
	require.ErrorContains(t, err, "7.jsonl is no file of this log")
}

func TestAppendRefuses(t *testing.T) {
	l := open(t, t.TempDir())
	defer l.Close()
	_, err := l.Append(t.Context())
	require.ErrorContains(t, err, "there is no entry to append")
	_, err = l.Append(t.Context(), entry(0), audit.Entry{})
	require.ErrorContains(t, err, "entry 2 of 2: id is empty")
	big := entry(0)
	big.Comment = string(make([]byte, ledger.MaxEntry))
	_, err = l.Append(t.Context(), big)
	require.ErrorContains(t, err, "the largest entry is 1048576")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Append(ctx, entry(0))
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 0, l.Size())
}

// TestTornTail cuts a log off in its last record and head: at every line break
// and at every third byte, with INCIDENTKIT_LONG at every byte.
func TestTornTail(t *testing.T) {
	signer, trusted := keys(t, 1)
	dir := t.TempDir()
	fill(t, dir, 0, 5)
	whole := snapshot(t, dir)
	l := open(t, dir)
	_, err := l.Append(t.Context(), entry(5))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	longer := snapshot(t, dir)[firstFile]
	// The file of hashes is written after the entries, so it is still short.
	for cut := len(whole[firstFile]) + 1; cut < len(longer); cut++ {
		if cut%3 != 0 && longer[cut-1] != '\n' && longer[cut] != '\n' && os.Getenv("INCIDENTKIT_LONG") == "" {
			continue
		}
		restore(t, dir, whole)
		put(t, dir, firstFile, longer[:cut])
		report := verify(t, dir)
		require.NoError(t, report.Err())
		require.False(t, report.Complete())
		l, err := ledger.Open(dir, signer, trusted, ledger.Unsynced())
		require.NoError(t, err)
		r := l.Recovery()
		require.Equal(t, report.Torn, r.Torn)
		require.Equal(t, report.Unsigned, r.Unsigned)
		require.False(t, r.Clean())
		require.GreaterOrEqual(t, l.Size(), int64(5))
		require.NoError(t, l.Close())
		require.True(t, verify(t, dir).Complete())
	}
}

func TestHashesAreRebuilt(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 0, 40, ledger.MaxSegment(4000))
	whole := snapshot(t, dir)
	for _, tt := range []struct {
		name   string
		change func(hashes []byte) []byte
	}{
		{"gone", func(h []byte) []byte { return nil }},
		{"cut off", func(h []byte) []byte { return h[:100] }},
		{"zeroed", func(h []byte) []byte { return make([]byte, len(h)) }},
		{"changed at the end", func(h []byte) []byte { h[len(h)-40] ^= 1; return h }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			restore(t, dir, whole)
			put(t, dir, "hashes", tt.change(append([]byte(nil), whole["hashes"]...)))
			l := open(t, dir)
			require.True(t, l.Recovery().HashesRebuilt)
			require.Contains(t, l.Recovery().String(), "the file of hashes was completed")
			require.NoError(t, l.Close())
			require.Equal(t, whole["hashes"], snapshot(t, dir)["hashes"])
			require.True(t, verify(t, dir).Complete())
		})
	}
}

func TestCrashWhileAFileBegins(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 0, 10)
	whole := snapshot(t, dir)
	for _, begun := range []string{"", `{"segment":10,"he`} {
		restore(t, dir, whole)
		put(t, dir, fmt.Sprintf("%019d.jsonl", 10), []byte(begun))
		l := open(t, dir)
		require.EqualValues(t, 10, l.Size())
		_, err := l.Append(t.Context(), entry(10))
		require.NoError(t, err)
		require.NoError(t, l.Close())
		require.True(t, verify(t, dir).Complete())
	}
	restore(t, dir, map[string][]byte{firstFile: []byte(`{"segm`)})
	fill(t, dir, 0, 3)
	require.True(t, verify(t, dir).Complete())
}

func TestLossAtTheEnd(t *testing.T) {
	signer, trusted := keys(t, 1)
	dir := t.TempDir()
	fill(t, dir, 0, 10)
	short := snapshot(t, dir)[firstFile]
	fill(t, dir, 10, 14)
	put(t, dir, firstFile, short)
	report := verify(t, dir)
	require.ErrorContains(t, report.Err(), "entries 10 to 13 are missing at the end: the file hashes knows them")
	_, err := ledger.Open(dir, signer, trusted)
	require.ErrorIs(t, err, ledger.ErrMissing)
	require.ErrorContains(t, err, "knows 4 more")
	l := open(t, dir, ledger.AcceptLoss())
	require.EqualValues(t, 4, l.Recovery().Lost)
	require.Contains(t, l.Recovery().String(), "4 entries at the end are lost")
	require.NoError(t, l.Close())
	require.True(t, verify(t, dir).Complete())

	require.NoError(t, os.Remove(filepath.Join(dir, firstFile)))
	_, err = ledger.Open(dir, signer, trusted)
	require.ErrorIs(t, err, ledger.ErrMissing)
}

func TestRotationRetentionProofs(t *testing.T) {
	_, trusted := keys(t, 1)
	dir := t.TempDir()
	early := fill(t, dir, 0, 23, ledger.MaxSegment(3000))
	l := open(t, dir, ledger.MaxSegment(3000), ledger.WithClock(func() time.Time { return start.Add(time.Hour) }))
	for n := 23; n < 60; n++ {
		_, err := l.Append(t.Context(), entry(n))
		require.NoError(t, err)
	}
	require.NoError(t, l.Rotate())
	require.NoError(t, l.Rotate(), "an empty file is not rotated")
	r, err := ledger.NewReader(dir, trusted)
	require.NoError(t, err)
	old, err := r.Inclusion(3)
	require.NoError(t, err)

	dropped, err := l.DropBefore(t.Context(), start.Add(30*time.Second), audit.Actor{Type: audit.System, ID: "retention"})
	require.NoError(t, err)
	require.Greater(t, dropped, int64(20))
	require.LessOrEqual(t, dropped, int64(30))
	again, err := l.DropBefore(t.Context(), start.Add(30*time.Second), audit.Actor{})
	require.NoError(t, err)
	require.Zero(t, again)
	require.NoError(t, l.Close())
	report := verify(t, dir, early, l.Head())
	require.True(t, report.Complete(), "%+v", report)
	require.Equal(t, dropped, report.First)
	require.EqualValues(t, 61, report.Size)

	// Proofs that were given before hold, and new ones can be had.
	_, err = old.Check(trusted)
	require.NoError(t, err)
	_, err = r.Inclusion(3)
	require.ErrorContains(t, err, "entry 3 is not in the log any more")
	c, err := r.Consistency(early)
	require.NoError(t, err)
	newer, err := c.Check(trusted)
	require.NoError(t, err)
	require.Equal(t, l.Head(), newer)
	for n := dropped; n < 61; n++ {
		p, err := r.Inclusion(n)
		require.NoError(t, err)
		e, err := p.Check(trusted)
		require.NoError(t, err)
		if n < 60 {
			require.Empty(t, cmp.Diff(entry(int(n)), e))
		}
	}

	// Without the entry that says so, dropped entries are stolen ones.
	whole := snapshot(t, dir)
	names := []string{}
	for name := range whole {
		names = append(names, name)
	}
	stolen := fmt.Sprintf("%019d.jsonl", dropped)
	require.Contains(t, names, stolen)
	require.NoError(t, os.Remove(filepath.Join(dir, stolen)))
	require.ErrorContains(t, verify(t, dir).Err(), fmt.Sprintf("entries %d to", dropped))
	require.ErrorContains(t, verify(t, dir).Err(), "no entry of the log says that they were dropped")

	// A log with dropped entries can be written on.
	restore(t, dir, whole)
	l = open(t, dir)
	require.True(t, l.Recovery().Clean())
	_, err = l.Append(t.Context(), entry(61))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.True(t, verify(t, dir).Complete())
}

func TestProofsOfChangedThingsFail(t *testing.T) {
	_, trusted := keys(t, 1)
	_, others := keys(t, 2)
	dir := t.TempDir()
	older := fill(t, dir, 0, 9)
	fill(t, dir, 9, 20)
	r, err := ledger.NewReader(dir, trusted)
	require.NoError(t, err)
	p, err := r.Inclusion(4)
	require.NoError(t, err)
	_, err = p.Check(others)
	require.Error(t, err)
	moved := p
	moved.Number = 5
	_, err = moved.Check(trusted)
	require.ErrorContains(t, err, "this entry is not number 5 of the log")
	beyond := p
	beyond.Number = 20
	_, err = beyond.Check(trusted)
	require.ErrorContains(t, err, "is not among the 20 of the head")
	changed := p
	changed.Entry = append(changed.Entry[:len(changed.Entry)-1:len(changed.Entry)-1], ' ', '}')
	_, err = changed.Check(trusted)
	require.Error(t, err)
	_, err = r.Inclusion(20)
	require.Error(t, err)

	c, err := r.Consistency(older)
	require.NoError(t, err)
	back := ledger.Consistency{Old: c.New, New: c.Old, Proof: c.Proof}
	_, err = back.Check(trusted)
	require.ErrorContains(t, err, "entries are missing")
	c.Proof[0][0] ^= 1
	_, err = c.Check(trusted)
	require.Error(t, err)

	elsewhere := t.TempDir()
	l := open(t, elsewhere)
	for n := range 9 {
		_, err := l.Append(t.Context(), entry(n+1))
		require.NoError(t, err)
	}
	require.NoError(t, l.Close())
	_, err = r.Consistency(l.Head())
	require.Error(t, err, "the head of another history of the same key")
	fork := ledger.Consistency{Old: older.Note, New: l.Head().Note}
	_, err = fork.Check(trusted)
	require.ErrorContains(t, err, "two histories")
}
