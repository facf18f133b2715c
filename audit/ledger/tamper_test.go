package ledger_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/audit/ledger"
)

// lineOf returns the number of the line, from 0, in which a byte stands.
func lineOf(data []byte, at int) int { return bytes.Count(data[:at], []byte("\n")) }

// tamper changes a byte of a file, and requires that the change is found and
// that the report names the place.
func tamper(t *testing.T, dir, name string, data []byte, at int, to byte) {
	t.Helper()
	changed := bytes.Clone(data)
	changed[at] = to
	put(t, dir, name, changed)
	report := verify(t, dir)
	where := fmt.Sprintf("%s byte %d: %q -> %q", name, at, data[at], to)
	require.False(t, report.Complete(), where)
	if at == len(data)-1 && strings.HasSuffix(name, ".jsonl") {
		return // the end of the last file is torn, that of another cut off
	}
	require.NotEmpty(t, report.Findings, where)
	if name == "hashes" {
		require.Equal(t, ledger.BadHashes, report.Findings[0].Kind, where)
		return
	}
	// The first finding is in the line that was changed, or, where that line
	// now looks like another, it names the entry of that line.
	first, line := report.Findings[0], lineOf(data, at)+1
	text := string(bytes.Split(data, []byte("\n"))[line-1])
	located := first.File == name && (first.Line == line || first.Line == line+1)
	named := first.Kind == ledger.Mismatch || strings.HasPrefix(text, fmt.Sprintf(`{"n":%d,`, first.First))
	require.True(t, located || named, "%s: %+v", where, report.Findings)
}

// changes returns what to change a byte to: by default its lowest bit is
// flipped, with INCIDENTKIT_LONG each of its bits.
func changes(b byte) []byte {
	if os.Getenv("INCIDENTKIT_LONG") == "" {
		return []byte{b ^ 1}
	}
	all := []byte{'\n', ' ', '"'}
	for bit := range 8 {
		all = append(all, b^1<<bit)
	}
	return slices.DeleteFunc(all, func(c byte) bool { return c == b })
}

// TestEveryByte changes every byte of every file of a small log.
func TestEveryByte(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 0, 4, ledger.SyncNever(), ledger.HeadEvery(2), ledger.MaxSegment(1200))
	whole := snapshot(t, dir)
	require.Len(t, whole, 4, "two segments, hashes and the lock")
	tried := 0
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		data := whole[name]
		for at := range data {
			for _, to := range changes(data[at]) {
				tamper(t, dir, name, data, at, to)
				tried++
			}
		}
		put(t, dir, name, data)
	}
	require.True(t, verify(t, dir).Complete())
	t.Logf("%d of %d single-byte changes in %d entries found and located", tried, tried, 4)
}

// TestSampledBytes changes bytes of a log of 1,000 entries by chance.
func TestSampledBytes(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 0, 1000, ledger.SyncNever(), ledger.HeadEvery(100), ledger.MaxSegment(200_000))
	whole := snapshot(t, dir)
	names := slices.Sorted(maps.Keys(whole))
	names = slices.DeleteFunc(names, func(n string) bool { return len(whole[n]) == 0 })
	random := rand.New(rand.NewPCG(1, 2))
	tries := 100
	if testing.Short() {
		tries = 30
	}
	for range tries {
		name := names[random.IntN(len(names))]
		data := whole[name]
		at := random.IntN(len(data))
		tamper(t, dir, name, data, at, data[at]^byte(1+random.IntN(255)))
		put(t, dir, name, data)
	}
	require.True(t, verify(t, dir).Complete())
	t.Logf("%d of %d sampled changes in 1,000 entries found and located", tries, tries)
}

// lines splits a segment, and join puts it together.
func lines(data []byte) []string {
	return strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n")
}

func join(lines ...string) []byte {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimSuffix(l, "\n") + "\n")
	}
	return []byte(b.String())
}

// rewrite gives an entry other text, and the hash that belongs to it.
func rewrite(line, old, new string) string {
	changed := strings.Replace(line, old, new, 1)
	raw := changed[strings.Index(changed, `"entry":`)+len(`"entry":`) : len(changed)-2]
	start := strings.Index(changed, `"leaf":"`) + len(`"leaf":"`)
	return changed[:start] + tlog.RecordHash([]byte(raw)).String() + changed[start+44:]
}

func TestTamper(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir, 0, 12, ledger.SyncNever(), ledger.HeadEvery(4))
	whole := snapshot(t, dir)
	l := lines(whole[firstFile]) // header, 0-3, head, 4-7, head, 8-11, head
	require.Len(t, l, 16)
	renumber := func(line string, from, to int) string {
		return strings.Replace(line, fmt.Sprintf(`{"n":%d,`, from), fmt.Sprintf(`{"n":%d,`, to), 1)
	}
	for _, tt := range []struct {
		name string
		file []byte
		want []string
		lost bool // with the file of hashes removed
	}{
		{"changed, hash mended", join(slices.Concat(l[:7], []string{rewrite(l[7], "28282", "28283")}, l[8:])...), []string{
			"line 8 (byte %d): entry 5 and its hash were changed",
		}, false},
		{"changed, hash mended, hashes gone", join(slices.Concat(l[:7], []string{rewrite(l[7], "28282", "28283")}, l[8:])...), []string{
			"among entries 4 to 7 is at least one that is not what was signed",
		}, true},
		{"removed", join(slices.Concat(l[:7], l[8:])...), []string{"line 8 (byte %d): entry 5 is not in its place before this"}, false},
		{"removed, hashes gone", join(slices.Concat(l[:7], l[8:])...), []string{"line 8 (byte %d): entry 5 is not in its place before this"}, true},
		{"removed and renumbered", join(slices.Concat(l[:7], []string{renumber(l[8], 6, 5), renumber(l[9], 7, 6)}, l[10:])...), []string{
			"a signed head of 8 entries stands after 7 entries",
		}, true},
		{"reordered", join(slices.Concat(l[:7], []string{l[8], l[7]}, l[9:])...), []string{
			"entry 5 is not in its place before this", "entry 5 stands behind entry 6",
		}, false},
		{"reordered and renumbered", join(slices.Concat(l[:7], []string{renumber(l[8], 6, 5), renumber(l[7], 5, 6)}, l[9:])...), []string{
			"entry 5 and its hash were changed", "entry 6 and its hash were changed",
		}, false},
		{"inserted", join(slices.Concat(l[:8], []string{l[7]}, l[8:])...), []string{"an entry with the number 5 stands here, where entry 6 should"}, false},
		{"line added", join(slices.Concat(l[:8], []string{"hello"}, l[8:])...), []string{"the line is no entry and no head"}, false},
		{"head moved", join(slices.Concat(l[:5], l[6:7], l[5:6], l[7:])...), []string{"a signed head of 4 entries stands after 5 entries"}, false},
		{"header twice", join(slices.Concat(l[:1], l[:1], l[1:])...), []string{"the first line of a file stands in the middle of one"}, false},
		{"cut at a head", join(l[:6]...), []string{"entries 4 to 11 are missing at the end: the file hashes knows them"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			restore(t, dir, whole)
			put(t, dir, firstFile, tt.file)
			if tt.lost {
				require.NoError(t, os.Remove(filepath.Join(dir, "hashes")))
			}
			report := verify(t, dir)
			require.ErrorIs(t, report.Err(), ledger.ErrDamaged)
			for _, want := range tt.want {
				if strings.Contains(want, "%d") {
					want = fmt.Sprintf(want, len(strings.Join(l[:7], "")))
				}
				require.ErrorContains(t, report.Err(), want)
			}
			for _, f := range report.Findings {
				require.NotEqual(t, int64(11), f.First, "what was not touched is not blamed: %v", f)
			}
		})
	}
}

// TestOlderCopy puts complete older states of the log in its place. They are
// intact, and only a head that was kept elsewhere tells that they are old.
func TestOlderCopy(t *testing.T) {
	dir := t.TempDir()
	var older []map[string][]byte
	for n := range 10 {
		fill(t, dir, n*5, n*5+5, ledger.SyncNever(), ledger.MaxSegment(6000))
		older = append(older, snapshot(t, dir))
	}
	l := open(t, dir)
	known := l.Head()
	require.NoError(t, l.Close())
	require.True(t, verify(t, dir, known).Complete())
	for n, files := range older[:9] {
		restore(t, dir, files)
		require.True(t, verify(t, dir).Complete())
		require.ErrorContains(t, verify(t, dir, known).Err(), fmt.Sprintf("entries %d to 49 are missing at the end: a known head has 50 entries", (n+1)*5))
	}
	// An old copy of one file among new others.
	for name, data := range older[8] {
		if bytes.Equal(data, older[9][name]) {
			continue
		}
		restore(t, dir, older[9])
		put(t, dir, name, data)
		require.False(t, verify(t, dir, known).Complete(), name)
	}
	// Another history with the same key and the same length.
	elsewhere := t.TempDir()
	fork := open(t, elsewhere)
	for n := range 50 {
		_, err := fork.Append(t.Context(), entry(n+1))
		require.NoError(t, err)
	}
	require.NoError(t, fork.Close())
	require.True(t, verify(t, elsewhere).Complete())
	require.ErrorContains(t, verify(t, elsewhere, known).Err(), "the log was rewritten")
}
