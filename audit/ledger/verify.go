package ledger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Kind is what is wrong at a place in a log.
type Kind string

// The kinds of findings.
const (
	// Changed: the entry is not the one that was written.
	Changed Kind = "changed"
	// Removed: the entry is not there.
	Removed Kind = "removed"
	// Inserted: something stands there that belongs to no place in the log.
	Inserted Kind = "inserted"
	// Reordered: the entry stands behind one that was written after it.
	Reordered Kind = "reordered"
	// Unreadable: the line is no entry and no head.
	Unreadable Kind = "unreadable"
	// BadHead: a head is not signed by a known key, or not for this place.
	BadHead Kind = "head"
	// Mismatch: among the entries that the finding names, at least one is not
	// what was signed, and the log holds nothing that tells which.
	Mismatch Kind = "mismatch"
	// BadHashes: the file of hashes is not what follows from the entries, which
	// are as they were signed.
	BadHashes Kind = "hashes"
)

// Finding is one thing that is wrong in a log, and where.
type Finding struct {
	Kind Kind `json:"kind"`
	// First and Last are the numbers of the entries that are concerned.
	First int64 `json:"first"`
	Last  int64 `json:"last"`
	// File, Line and Byte are the place: lines count from 1, bytes from 0. They
	// are empty where it is the absence of something that is wrong.
	File    string `json:"file,omitzero"`
	Line    int    `json:"line,omitzero"`
	Byte    int64  `json:"byte,omitzero"`
	Message string `json:"message"`
}

// String returns the finding as a line.
func (f Finding) String() string {
	if f.File == "" {
		return f.Message
	}
	return fmt.Sprintf("%s, line %d (byte %d): %s", f.File, f.Line, f.Byte, f.Message)
}

// Report is what a verification has found.
type Report struct {
	// First is the number of the oldest entry that is still there, Size the
	// number of all that the log has had.
	First int64 `json:"first"`
	Size  int64 `json:"size"`
	// Heads is the number of signed heads that the entries agree with.
	Heads int `json:"heads"`
	// Findings are what is wrong, in the order of the log, at most 1,000.
	Findings []Finding `json:"findings,omitempty"`
	// Unsigned is the number of entries at the end that no signed head covers.
	// Torn is the number of bytes behind them that are no whole record. Both are
	// what a process leaves behind that was killed, or that is still writing.
	// Unhashed is the number of hashes that their file lacks while nobody writes
	// the log; opening it for writing adds them.
	Unsigned int64 `json:"unsigned"`
	Torn     int64 `json:"torn"`
	Unhashed int64 `json:"unhashed"`
	// Head is the last signed head that the entries agree with.
	Head Head `json:"-"`
}

// Err returns an [ErrDamaged] that names the findings, or nil if there are
// none.
func (r Report) Err() error {
	if len(r.Findings) == 0 {
		return nil
	}
	lines := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		lines[i] = f.String()
	}
	return fmt.Errorf("%w:\n%s", ErrDamaged, strings.Join(lines, "\n"))
}

// Complete reports whether nothing is wrong, signed heads cover everything, and
// nothing has to be recovered.
func (r Report) Complete() bool {
	return len(r.Findings) == 0 && r.Unsigned == 0 && r.Torn == 0 && r.Unhashed == 0
}

const maxFindings = 1000

// Verify reads the whole log in a folder and compares every byte with what its
// heads have signed. Known heads are heads that the caller has kept elsewhere:
// with one, a log that was cut off, or replaced by an older copy of itself, is
// found out; without one, such a log looks like a shorter log that is intact.
//
// The error says that the log could not be read at all; what is wrong with it
// is in the report.
func Verify(dir string, trusted note.Verifiers, known ...Head) (Report, error) {
	r, err := NewReader(dir, trusted)
	if err != nil {
		return Report{}, err
	}
	firsts, err := segments(r.dir)
	if err != nil {
		return Report{}, err
	}
	stored, closer, err := openHashes(dir)
	if err != nil {
		return Report{}, fmt.Errorf("verify log: %w", err)
	}
	defer closer.Close()
	v := verifier{dir: dir, keys: trusted, stored: stored, known: slices.Clone(known)}
	slices.SortFunc(v.known, func(a, b Head) int { return int(a.Size - b.Size) })
	if err := v.run(firsts); err != nil {
		return Report{}, fmt.Errorf("verify log: %w", err)
	}
	return v.report, nil
}

type verifier struct {
	dir    string
	keys   note.Verifiers
	stored *storedHashes
	known  []Head
	report Report

	tree tree
	// blind tells that an entry is missing whose hash is not known, so that
	// roots cannot be computed any more.
	blind bool
	// dropped is how many entries at the beginning were dropped by rule,
	// according to the log's own entries.
	dropped int64
	// suspects are entries whose hash differs from the one in the file of
	// hashes; which of the two is right only a head tells.
	suspects []Finding
	missing  map[int64]bool
	place    Finding
}

func (v *verifier) add(kind Kind, first, last int64, format string, args ...any) {
	if len(v.report.Findings) == maxFindings {
		return
	}
	f := v.place
	f.Kind, f.First, f.Last, f.Message = kind, first, last, fmt.Sprintf(format, args...)
	v.report.Findings = append(v.report.Findings, f)
}

func (v *verifier) run(firsts []int64) error {
	v.missing = map[int64]bool{}
	v.report.First = firsts[0]
	if firsts[0] > 0 {
		t, err := treeAt(firsts[0], v.stored)
		if err != nil {
			v.add(BadHashes, 0, firsts[0]-1, "the hashes of the dropped entries 0 to %d are gone: %s", firsts[0]-1, err)
			v.blind = true
			t.size = firsts[0]
		}
		v.tree = t
	}
	for i, first := range firsts {
		if err := v.segment(first, i == len(firsts)-1); err != nil {
			return err
		}
	}
	v.place = Finding{}
	v.end(firsts[0])
	return nil
}

func (v *verifier) segment(first int64, last bool) error {
	name := segmentName(first)
	f, err := os.Open(filepath.Join(v.dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	s := newScanner(f)
	for s.next() {
		v.place = Finding{File: name, Line: s.number, Byte: s.start}
		if s.torn {
			if last {
				v.report.Torn = s.end - s.start
			} else {
				v.add(Unreadable, v.tree.size, v.tree.size, "the file is cut off in the middle of a line")
			}
			break
		}
		l, err := parseLine(s.text, v.keys)
		if s.number == 1 && (err != nil || l.kind != lineSegment || l.n != first) {
			v.add(BadHead, first, first, "the file does not begin with the signed head after which entry %d comes", first)
			if first > v.tree.size {
				v.skip(first)
			}
			continue
		}
		v.line(l, err, s.number)
	}
	return s.err
}

func (v *verifier) line(l line, err error, number int) {
	switch {
	case err == errForm:
		v.add(Unreadable, v.tree.size, v.tree.size, "the line is no entry and no head; entry %d or a head stood here", v.tree.size)
	case err != nil:
		v.add(BadHead, max(v.tree.size-1, 0), max(v.tree.size-1, 0), "the head after %d entries: %s", v.tree.size, err)
	case l.kind == lineEntry:
		v.entry(l)
	case l.kind == lineSegment && number > 1:
		v.add(Inserted, v.tree.size, v.tree.size, "the first line of a file stands in the middle of one")
	default:
		if l.kind == lineSegment && l.n > v.tree.size {
			v.skip(l.n)
		}
		v.head(l.head)
	}
}

func (v *verifier) entry(l line) {
	switch {
	case l.n < v.tree.size && v.missing[l.n]:
		v.add(Reordered, l.n, l.n, "entry %d stands behind entry %d", l.n, v.tree.size-1)
		return
	case l.n < v.tree.size:
		v.add(Inserted, l.n, l.n, "an entry with the number %d stands here, where entry %d should; that number was there before", l.n, v.tree.size)
		return
	case l.n > v.tree.size:
		if l.n-v.tree.size > 1<<32 {
			v.add(Changed, v.tree.size, v.tree.size, "an entry with the number %d stands where entry %d should", l.n, v.tree.size)
			return
		}
		v.skip(l.n)
	}
	leaf := l.computed
	stored, err := v.storedLeaf(l.n)
	if l.leaf != l.computed {
		v.add(Changed, l.n, l.n, "entry %d, or its hash, was changed", l.n)
		// Which of the two was changed the file of hashes may know; without it
		// the entry is the likelier.
		if leaf = l.leaf; err == nil && stored == l.computed {
			leaf = l.computed
		}
	} else if err == nil && stored != l.computed {
		f := v.place
		f.Kind, f.First, f.Last = Changed, l.n, l.n
		f.Message = fmt.Sprintf("entry %d and its hash were changed", l.n)
		v.suspects = append(v.suspects, f)
	}
	v.dropEntry(l)
	v.push(leaf)
}

// dropEntry notes an entry by which the log says that it dropped others.
func (v *verifier) dropEntry(l line) {
	var e audit.Entry
	if l.leaf == l.computed && wire.Unmarshal(l.raw, &e) == nil && e.Operation == audit.DropEntries {
		v.dropped = max(v.dropped, droppedBy(e))
	}
}

// skip notes that the entries up to number to are not where they should be.
func (v *verifier) skip(to int64) {
	from := v.tree.size
	if to-from == 1 {
		v.add(Removed, from, to-1, "entry %d is not in its place before this", from)
	} else {
		v.add(Removed, from, to-1, "entries %d to %d are not in their place before this", from, to-1)
	}
	for n := from; n < to; n++ {
		if len(v.missing) < 1<<20 {
			v.missing[n] = true
		}
		leaf, err := v.storedLeaf(n)
		if err != nil {
			v.blind = true
			v.tree.size = to
			return
		}
		v.push(leaf)
	}
}

func (v *verifier) storedLeaf(n int64) (tlog.Hash, error) {
	index := tlog.StoredHashIndex(0, n)
	if v.stored.file == nil || index >= v.stored.count {
		return tlog.Hash{}, io.EOF
	}
	h, err := v.stored.ReadHashes([]int64{index})
	if err != nil {
		return tlog.Hash{}, err
	}
	return h[0], nil
}

// push adds a leaf, and compares the tree with the known heads of its size.
func (v *verifier) push(leaf tlog.Hash) {
	if v.blind {
		v.tree.size++
		return
	}
	var buf [64 * tlog.HashSize]byte
	index := tlog.StoredHashIndex(0, v.tree.size)
	for nodes := v.tree.add(leaf, buf[:0]); len(nodes) > 0; nodes = nodes[tlog.HashSize:] {
		if index < v.stored.count && v.stored.file != nil && len(v.suspects) == 0 && len(v.report.Findings) == 0 {
			if h, err := v.stored.ReadHashes([]int64{index}); err != nil || h[0] != tlog.Hash(nodes) {
				v.suspects = append(v.suspects, Finding{Kind: BadHashes, First: v.tree.size - 1, Last: v.tree.size - 1,
					Message: fmt.Sprintf("the file %s was changed at hash %d", hashesName, index)})
			}
		}
		index++
	}
}

// head compares the tree with a signed head that stands in the log.
func (v *verifier) head(h Head) {
	v.checkKnown()
	last := max(v.tree.size-1, 0)
	if h.Size != v.tree.size {
		v.add(BadHead, last, last, "a signed head of %d entries stands after %d entries", h.Size, v.tree.size)
		return
	}
	if v.blind {
		return
	}
	if root := v.tree.root(); root == h.Root {
		v.report.Heads++
		v.report.Head = h
		// The entries are what was signed, so it is the hashes that are not.
		v.flush(func(f Finding) Finding {
			if f.Kind == Changed {
				f = Finding{Kind: BadHashes, First: f.First, Last: f.Last, Message: fmt.Sprintf("the file %s was changed: its hash of entry %d is not that of the entry, which is as it was signed", hashesName, f.First)}
			}
			return f
		})
		return
	}
	from := v.report.Head.Size
	located := slices.ContainsFunc(v.suspects, func(f Finding) bool { return f.Kind == Changed })
	v.flush(func(f Finding) Finding { return f })
	if !located && !slices.ContainsFunc(v.report.Findings, func(f Finding) bool { return f.Last >= from && f.Kind != BadHead }) {
		v.add(Mismatch, from, last, "among entries %d to %d is at least one that is not what was signed", from, last)
	}
	v.blind = true
}

// flush makes findings of the suspects.
func (v *verifier) flush(verdict func(Finding) Finding) {
	for _, f := range v.suspects {
		if len(v.report.Findings) < maxFindings {
			v.report.Findings = append(v.report.Findings, verdict(f))
		}
	}
	v.suspects = nil
}

// checkKnown compares the log with the heads that the caller has kept. Their
// signatures were checked when they were parsed.
func (v *verifier) checkKnown() {
	for len(v.known) > 0 && v.known[0].Size <= v.tree.size {
		k := v.known[0]
		v.known = v.known[1:]
		if k.Size == 0 || v.blind {
			continue
		}
		t := v.tree
		var err error
		if k.Size < t.size {
			t, err = treeAt(k.Size, v.stored)
		}
		if err != nil || t.root() != k.Root {
			v.add(Mismatch, 0, k.Size-1, "the first %d entries are not those of the known head of that size: the log was rewritten", k.Size)
		}
	}
}

func (v *verifier) end(first int64) {
	v.report.Size = v.tree.size
	v.report.Unsigned = v.tree.size - v.report.Head.Size
	v.checkKnown()
	v.flush(func(f Finding) Finding { return f })
	for _, k := range v.known {
		v.add(Removed, v.tree.size, k.Size-1, "entries %d to %d are missing at the end: a known head has %d entries", v.tree.size, k.Size-1, k.Size)
	}
	if v.dropped < first {
		v.add(Removed, v.dropped, first-1, "entries %d to %d are missing at the beginning, and no entry of the log says that they were dropped", v.dropped, first-1)
	}
	if size := tlog.StoredHashCount(v.tree.size); v.stored.count > size {
		n := v.tree.size
		for tlog.StoredHashCount(n) < v.stored.count {
			n++
		}
		v.add(Removed, v.tree.size, n-1, "entries %d to %d are missing at the end: the file %s knows them", v.tree.size, n-1, hashesName)
	} else if v.stored.count < size && v.idle() {
		v.report.Unhashed = size - v.stored.count
	}
}

// idle reports whether nobody has the log open for writing; somebody who has
// may hold hashes in memory.
func (v *verifier) idle() bool {
	f, err := lock(filepath.Join(v.dir, lockName))
	if err != nil {
		return !errors.Is(err, ErrLocked)
	}
	return f.Close() == nil
}
