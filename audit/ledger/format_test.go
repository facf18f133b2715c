package ledger

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// TestTree compares the tree with package tlog's own, at every size.
func TestTree(t *testing.T) {
	var mine tree
	var stored []byte
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return (&storedHashes{tail: stored}).ReadHashes(indexes)
	})
	for n := range int64(300) {
		want, err := tlog.TreeHash(n, reader)
		require.NoError(t, err)
		require.Equal(t, want, mine.root())
		again, err := treeAt(n, reader)
		require.NoError(t, err)
		require.Equal(t, want, again.root())
		leaf := tlog.RecordHash([]byte{byte(n), byte(n >> 8)})
		hashes, err := tlog.StoredHashesForRecordHash(n, leaf, reader)
		require.NoError(t, err)
		before := len(stored)
		stored = mine.add(leaf, stored)
		var flat []byte
		for _, h := range hashes {
			flat = append(flat, h[:]...)
		}
		require.Equal(t, flat, stored[before:])
		require.EqualValues(t, tlog.StoredHashCount(n+1)*tlog.HashSize, len(stored))
	}
	_, err := treeAt(301, reader)
	require.ErrorContains(t, err, "too short")
}

func TestLongLines(t *testing.T) {
	in := append(bytes.Repeat([]byte("x"), 3*maxLine), "\nshort\ntorn"...)
	s := newScanner(bytes.NewReader(in))
	require.True(t, s.next())
	require.LessOrEqual(t, len(s.text), maxLine+1<<16+1, "a line without end does not fill the memory")
	require.True(t, s.next())
	require.Equal(t, "short\n", string(s.text))
	require.EqualValues(t, 3*maxLine+1, s.start)
	require.True(t, s.next())
	require.True(t, s.torn)
	require.False(t, s.next())
}

// FuzzParseLine: a line that is accepted is the only form of what it says.
func FuzzParseLine(f *testing.F) {
	signer, trusted := testKeys(f)
	var t0 tree
	head, err := t0.sign(signer)
	require.NoError(f, err)
	first, err := appendHeadLine(nil, new(int64), head)
	require.NoError(f, err)
	f.Add(first)
	plain, err := appendHeadLine(nil, nil, head)
	require.NoError(f, err)
	f.Add(plain)
	f.Add(appendEntryLine(nil, 17, tlog.RecordHash([]byte(`{"id":"a"}`)), []byte(`{"id":"a"}`)))
	f.Add([]byte(`{"n":-1,"leaf":"","entry":}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := parseLine(text, trusted)
		if err != nil {
			return
		}
		var again []byte
		switch {
		case l.kind == lineEntry && l.leaf != l.computed:
			return
		case l.kind == lineEntry:
			again = appendEntryLine(nil, l.n, l.leaf, l.raw)
		case l.kind == lineSegment:
			again, err = appendHeadLine(nil, &l.n, l.head)
		default:
			again, err = appendHeadLine(nil, nil, l.head)
		}
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q and %q say the same", text, again)
		}
	})
}
