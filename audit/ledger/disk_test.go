package ledger

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"crypto/rand"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/audit"
)

var errNoSpace = errors.New("no space left on device")

// disk is a disk with so many bytes left, on which other things can fail too.
type disk struct {
	left     int64
	failSync bool
	failUndo bool
	written  map[string]int64
}

type diskFile struct {
	file
	name string
	d    *disk
}

func (d *disk) open(name string, flag int) (file, error) {
	f, err := openFile(name, flag)
	if err != nil {
		return nil, err
	}
	return &diskFile{f, name, d}, nil
}

// WriteAt writes as much as there is room for, as a real disk does.
func (f *diskFile) WriteAt(p []byte, off int64) (int, error) {
	grows := off + int64(len(p)) - f.d.written[f.name]
	if grows <= f.d.left {
		n, err := f.file.WriteAt(p, off)
		f.d.left -= max(grows, 0)
		f.d.written[f.name] = max(f.d.written[f.name], off+int64(n))
		return n, err
	}
	fits := max(int64(len(p))-(grows-f.d.left), 0)
	n, err := f.file.WriteAt(p[:fits], off)
	f.d.left = 0
	f.d.written[f.name] += int64(n)
	return n, errors.Join(errNoSpace, err)
}

func (f *diskFile) Truncate(size int64) error {
	if f.d.failUndo {
		return errors.New("input/output error")
	}
	if had := f.d.written[f.name]; had > size {
		f.d.left += had - size
		f.d.written[f.name] = size
	}
	return f.file.Truncate(size)
}

func (f *diskFile) Sync() error {
	if f.d.failSync {
		return errors.New("input/output error")
	}
	return nil
}

func testKeys(tb testing.TB) (note.Signer, note.Verifiers) {
	private, public, err := note.GenerateKey(rand.Reader, "contoso.example/audit")
	require.NoError(tb, err)
	signer, err := note.NewSigner(private)
	require.NoError(tb, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(tb, err)
	return signer, note.VerifierList(verifier)
}

func testEntry(n int) audit.Entry {
	return audit.Entry{ID: fmt.Sprint(n), Time: time.Unix(int64(n), 0).UTC(), Operation: audit.CreateAlert, Comment: strings.Repeat("c", n*37%500)}
}

// TestFullDisk fills disks of many sizes. Whatever does not fit, an entry, a
// head, a new file or the hashes: what was acknowledged is there, and once
// there is room the log goes on.
func TestFullDisk(t *testing.T) {
	signer, trusted := testKeys(t)
	for size := int64(400); size < 12_000; size += 97 {
		for _, opt := range []Option{SyncNever(), func(*options) {}} {
			dir := t.TempDir()
			d := &disk{left: size, written: map[string]int64{}}
			use := func(o *options) { o.open = d.open }
			l, err := Open(dir, signer, trusted, use, opt, MaxSegment(3000), HeadEvery(5))
			require.NoError(t, err)
			var acknowledged []string
			failures := 0
			for n := 0; failures < 3; n++ {
				e := testEntry(n)
				number, err := l.Append(t.Context(), e)
				if err != nil {
					require.ErrorIs(t, err, errNoSpace)
					failures++
					continue
				}
				require.EqualValues(t, len(acknowledged), number)
				acknowledged = append(acknowledged, e.ID)
			}
			d.left = 1 << 20
			_, err = l.Append(t.Context(), testEntry(1000))
			require.NoError(t, err, "there is room again")
			acknowledged = append(acknowledged, "1000")
			require.NoError(t, l.Close())

			report, err := Verify(dir, trusted, l.Head())
			require.NoError(t, err)
			require.True(t, report.Complete(), "%+v", report)
			r, err := NewReader(dir, trusted)
			require.NoError(t, err)
			var got []string
			for rec, err := range r.Records(0) {
				require.NoError(t, err)
				got = append(got, rec.Entry.ID)
			}
			require.Equal(t, acknowledged, got)
		}
	}
}

// TestDiskThatFails: when it is not known what is on the disk, the log stops,
// and opening it anew finds out.
func TestDiskThatFails(t *testing.T) {
	signer, trusted := testKeys(t)
	for _, tt := range []struct {
		name string
		fail func(*disk)
	}{
		{"sync", func(d *disk) { d.failSync = true }},
		{"write and undo", func(d *disk) { d.left, d.failUndo = 100, true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			d := &disk{left: 1 << 20, written: map[string]int64{}}
			l, err := Open(dir, signer, trusted, func(o *options) { o.open = d.open })
			require.NoError(t, err)
			for n := range 3 {
				_, err = l.Append(t.Context(), testEntry(n))
				require.NoError(t, err)
			}
			tt.fail(d)
			_, err = l.Append(t.Context(), testEntry(3))
			require.ErrorContains(t, err, "must be opened anew")
			*d = disk{left: 1 << 20, written: map[string]int64{}}
			_, err = l.Append(t.Context(), testEntry(4))
			require.ErrorContains(t, err, "must be opened anew", "it stays so")
			require.Error(t, l.Close())

			l, err = Open(dir, signer, trusted)
			require.NoError(t, err)
			require.GreaterOrEqual(t, l.Size(), int64(3))
			require.LessOrEqual(t, l.Size(), int64(4))
			require.NoError(t, l.Close())
			report, err := Verify(dir, trusted)
			require.NoError(t, err)
			require.True(t, report.Complete())
		})
	}
}

// TestFullDevice writes until a real device is full: a small one that
// INCIDENTKIT_SMALL_DISK names, such as a tmpfs of a megabyte.
func TestFullDevice(t *testing.T) {
	device := os.Getenv("INCIDENTKIT_SMALL_DISK")
	if device == "" {
		t.Skip("set INCIDENTKIT_SMALL_DISK to a folder on a device of a few megabytes")
	}
	dir, err := os.MkdirTemp(device, "log")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	signer, trusted := testKeys(t)
	l, err := Open(dir, signer, trusted, MaxSegment(100_000))
	require.NoError(t, err)
	acknowledged := 0
	for ; err == nil; acknowledged++ {
		_, err = l.Append(t.Context(), testEntry(acknowledged))
	}
	acknowledged--
	t.Logf("%d entries, then: %v", acknowledged, err)
	_ = l.Close()
	report, err := Verify(dir, trusted)
	require.NoError(t, err)
	require.NoError(t, report.Err())
	require.EqualValues(t, acknowledged, report.Size)
}
