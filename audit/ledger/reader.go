package ledger

import (
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Reader reads the log in a folder. It takes no lock, so that a log can be read
// while it is written; it then sees what is there. A Reader holds no files open
// and is safe for concurrent use.
type Reader struct {
	dir  string
	keys note.Verifiers
}

// NewReader returns a reader for the log in a folder. Trusted are the keys with
// which the log's heads may be signed.
func NewReader(dir string, trusted note.Verifiers) (*Reader, error) {
	firsts, err := segments(dir)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if len(firsts) == 0 {
		return nil, fmt.Errorf("read log: there is no log in %s", dir)
	}
	return &Reader{dir, trusted}, nil
}

// Record is an entry as it stands in a log.
type Record struct {
	// Number counts the log's entries from 0.
	Number int64
	Entry  audit.Entry
	// Raw is the JSON text of the entry, whose hash is the leaf of the tree.
	Raw jsontext.Value
}

// Records yields the records of the log in order, beginning with number from.
// A record that was changed or cannot be read yields an error that says where
// it stands, and the loop may go on. A last line that is not whole is left out.
//
// Each record is compared with its own hash only. [Verify] looks at the whole.
func (r *Reader) Records(from int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for l, err := range r.lines(from) {
			if err == nil && (l.kind != lineEntry || l.n < from) {
				continue
			}
			rec := Record{Number: l.n, Raw: l.raw.Clone()}
			if err == nil {
				err = wire.Unmarshal(rec.Raw, &rec.Entry)
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}

// Entries yields the entries of all records, for the functions of package
// audit. It stops at the first record that cannot be read.
func (r *Reader) Entries() iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for rec, err := range r.Records(0) {
			if !yield(rec.Entry, err) || err != nil {
				return
			}
		}
	}
}

// lines yields the lines of the segments that may hold entry from or later
// ones.
func (r *Reader) lines(from int64) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		firsts, err := segments(r.dir)
		if err != nil {
			yield(line{}, err)
			return
		}
		for i, first := range firsts {
			if i+1 < len(firsts) && firsts[i+1] <= from {
				continue
			}
			if !r.segmentLines(first, yield) {
				return
			}
		}
	}
}

func (r *Reader) segmentLines(first int64, yield func(line, error) bool) bool {
	name := segmentName(first)
	f, err := os.Open(filepath.Join(r.dir, name))
	if err != nil {
		return yield(line{}, err)
	}
	defer f.Close()
	s := newScanner(f)
	for s.next() && !s.torn {
		l, err := parseLine(s.text, r.keys)
		if err == nil && l.kind == lineEntry && l.leaf != l.computed {
			err = fmt.Errorf("entry %d was changed", l.n)
		}
		if err != nil {
			err = fmt.Errorf("%s, line %d (byte %d): %w", name, s.number, s.start, err)
		}
		if !yield(l, err) {
			return false
		}
	}
	return s.err == nil || yield(line{}, fmt.Errorf("%s: %w", name, s.err))
}

// Head returns the newest signed head in the log.
func (r *Reader) Head() (Head, error) {
	firsts, err := segments(r.dir)
	if err != nil {
		return Head{}, err
	}
	var head Head
	for l, err := range r.lines(firsts[len(firsts)-1]) {
		if err == nil && l.kind != lineEntry {
			head = l.head
		}
	}
	if head.Note == "" {
		return Head{}, fmt.Errorf("read log %s: the last file has no head that a known key has signed", r.dir)
	}
	return head, nil
}

// Inclusion proves to somebody who has nothing but the log's public key that an
// entry stands in the log. It can be kept and sent as JSON.
type Inclusion struct {
	Number int64 `json:"number"`
	// Entry is the entry to the letter.
	Entry jsontext.Value `json:"entry"`
	// Head is the signed head that covers the entry.
	Head string `json:"head"`
	// Proof are the hashes beside the way from the entry to the root.
	Proof tlog.RecordProof `json:"proof"`
}

// Check checks the proof without the log, and returns the entry.
func (p Inclusion) Check(keys note.Verifiers) (audit.Entry, error) {
	head, err := ParseHead(p.Head, keys)
	if err != nil {
		return audit.Entry{}, fmt.Errorf("check inclusion: %w", err)
	}
	if p.Number < 0 || p.Number >= head.Size {
		return audit.Entry{}, fmt.Errorf("check inclusion: entry %d is not among the %d of the head", p.Number, head.Size)
	}
	if err := tlog.CheckRecord(p.Proof, head.Size, head.Root, p.Number, tlog.RecordHash(p.Entry)); err != nil {
		return audit.Entry{}, fmt.Errorf("check inclusion: this entry is not number %d of the log: %w", p.Number, err)
	}
	var e audit.Entry
	return e, wire.Unmarshal(p.Entry, &e)
}

// Inclusion returns a proof that the entry with a number is covered by the
// newest signed head. An entry that was added after that head has none yet.
func (r *Reader) Inclusion(number int64) (Inclusion, error) {
	head, stored, closer, err := r.proofs()
	if err != nil {
		return Inclusion{}, err
	}
	defer closer.Close()
	if number < 0 || number >= head.Size {
		return Inclusion{}, fmt.Errorf("prove inclusion: entry %d is not among the %d that the newest head covers", number, head.Size)
	}
	p := Inclusion{Number: number, Head: head.Note}
	for rec, err := range r.Records(number) {
		if err != nil {
			return Inclusion{}, err
		}
		if rec.Number > number {
			return Inclusion{}, fmt.Errorf("prove inclusion: entry %d is not in the log any more; whoever has a copy can still have it proved by its number", number)
		}
		p.Entry = rec.Raw
		break
	}
	if p.Proof, err = tlog.ProveRecord(head.Size, number, stored); err != nil {
		return Inclusion{}, fmt.Errorf("prove inclusion: %w", err)
	}
	if _, err := p.Check(r.keys); err != nil {
		return Inclusion{}, fmt.Errorf("%w; verify the log", err)
	}
	return p, nil
}

// Consistency proves to somebody who has nothing but the log's public key that
// everything that was in the log at an older head is still in it at a newer
// one, unchanged and in its place. It can be kept and sent as JSON.
type Consistency struct {
	Old   string         `json:"old"`
	New   string         `json:"new"`
	Proof tlog.TreeProof `json:"proof"`
}

// Check checks the proof without the log, and returns the newer head.
func (p Consistency) Check(keys note.Verifiers) (Head, error) {
	older, err := ParseHead(p.Old, keys)
	if err != nil {
		return Head{}, fmt.Errorf("check consistency: older head: %w", err)
	}
	newer, err := ParseHead(p.New, keys)
	if err != nil {
		return Head{}, fmt.Errorf("check consistency: newer head: %w", err)
	}
	switch {
	case older.Size > newer.Size:
		err = fmt.Errorf("the head that should be newer has %d entries, the older %d: entries are missing", newer.Size, older.Size)
	case older.Size == newer.Size && older.Root != newer.Root:
		err = fmt.Errorf("two heads of %d entries differ: the log has two histories", older.Size)
	case older.Size > 0 && older.Size < newer.Size:
		err = tlog.CheckTree(p.Proof, newer.Size, newer.Root, older.Size, older.Root)
	}
	if err != nil {
		return Head{}, fmt.Errorf("check consistency: %w", err)
	}
	return newer, nil
}

// Consistency returns a proof that the log's newest signed head continues an
// older one. There is none if the log was changed or cut off in between.
func (r *Reader) Consistency(older Head) (Consistency, error) {
	head, stored, closer, err := r.proofs()
	if err != nil {
		return Consistency{}, err
	}
	defer closer.Close()
	p := Consistency{Old: older.Note, New: head.Note}
	if older.Size > 0 && older.Size < head.Size {
		if p.Proof, err = tlog.ProveTree(head.Size, older.Size, stored); err != nil {
			return Consistency{}, fmt.Errorf("prove consistency: %w", err)
		}
	}
	if _, err := p.Check(r.keys); err != nil {
		return Consistency{}, fmt.Errorf("%w; verify the log", err)
	}
	return p, nil
}

// proofs returns what proofs are made of: the newest head and the hashes under
// it. Hashes that are not in their file yet are computed from the last segment.
func (r *Reader) proofs() (Head, *storedHashes, io.Closer, error) {
	head, err := r.Head()
	if err != nil {
		return Head{}, nil, nil, err
	}
	stored, closer, err := openHashes(r.dir)
	if err != nil || stored.count >= tlog.StoredHashCount(head.Size) {
		return head, stored, closer, err
	}
	firsts, err := segments(r.dir)
	if err == nil {
		first := firsts[len(firsts)-1]
		var t tree
		if t, err = treeAt(first, stored); err == nil {
			stored.count = tlog.StoredHashCount(first)
			for l, bad := range r.lines(first) {
				if bad != nil || l.kind == lineEntry && l.n != t.size {
					break
				}
				if l.kind == lineEntry {
					stored.tail = t.add(l.leaf, stored.tail)
				}
			}
			return head, stored, closer, nil
		}
	}
	_ = closer.Close()
	return Head{}, nil, nil, fmt.Errorf("read log %s: %w", r.dir, err)
}
