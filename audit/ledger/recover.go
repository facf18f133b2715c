package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// recover brings the log into the state after its last whole record.
func (l *Log) recover() error {
	firsts, err := segments(l.dir)
	if err != nil {
		return err
	}
	stored, closer, err := openHashes(l.dir)
	if err != nil {
		return err
	}
	defer closer.Close()
	if l.hashes, err = l.opts.open(filepath.Join(l.dir, hashesName), os.O_RDWR|os.O_CREATE); err != nil {
		return err
	}
	// A file whose first line is not whole was being made when the process
	// ended, and holds nothing.
	if n := len(firsts); n > 0 {
		name := filepath.Join(l.dir, segmentName(firsts[n-1]))
		whole, err := hasHeader(name)
		if err != nil {
			return err
		}
		if !whole && (n > 1 || firsts[0] == 0) {
			if err := os.Remove(name); err != nil {
				return err
			}
			firsts = firsts[:n-1]
		}
	}
	if len(firsts) == 0 {
		if stored.count > 0 {
			return fmt.Errorf("%w: the file %s speaks of entries, but there are none", ErrMissing, hashesName)
		}
		if l.head, err = l.tree.sign(l.signer); err != nil {
			return err
		}
		l.segment, l.length, err = l.createSegment(l.head)
		return err
	}
	return l.recoverSegments(firsts, stored)
}

func hasHeader(name string) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	s := newScanner(f)
	return s.next() && !s.torn, s.err
}

// recoverSegments reads the last segment, or all of them when the hashes of
// the entries before it are not in their file.
func (l *Log) recoverSegments(firsts []int64, stored *storedHashes) error {
	last := firsts[len(firsts)-1]
	from := last
	t, err := treeAt(last, stored)
	if err == nil {
		err = l.readSegment(last, &t, true)
	}
	if err != nil && last > 0 && firsts[0] == 0 && !errors.Is(err, errEntry) {
		t, from, l.hashTail = tree{}, 0, nil
		l.recovery.HashesRebuilt = true
		for _, first := range firsts {
			if err = l.readSegment(first, &t, first == last); err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	l.tree, l.first = t, last
	if err := l.recoverHashes(from, stored); err != nil {
		return err
	}
	if l.segment, err = l.opts.open(filepath.Join(l.dir, segmentName(last)), os.O_RDWR); err != nil {
		return err
	}
	if l.recovery.Torn > 0 {
		if err := l.segment.Truncate(l.length); err != nil {
			return err
		}
	}
	l.recovery.Unsigned = t.size - l.head.Size
	if l.recovery.Clean() {
		return nil
	}
	return l.sync()
}

// errEntry marks damage in the entries themselves, which reading other files
// does not mend.
var errEntry = fmt.Errorf("%w", ErrDamaged)

// readSegment adds the entries of a segment to the tree, checks them, and
// leaves the segment's length and last head in the log.
func (l *Log) readSegment(first int64, t *tree, isLast bool) error {
	name := segmentName(first)
	f, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	s := newScanner(f)
	for s.next() {
		at := fmt.Sprintf("%s, line %d (byte %d)", name, s.number, s.start)
		if s.torn && !isLast {
			return fmt.Errorf("%w: %s: the file is cut off", errEntry, at)
		}
		if s.torn {
			l.recovery.Torn, l.recovery.TornAt = s.end-s.start, at
			break
		}
		v, err := parseLine(s.text, l.keys)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %s: %w", errEntry, at, err)
		case (v.kind == lineSegment) != (s.number == 1):
			return fmt.Errorf("%w: %s: the line that begins a file stands in its middle, or another in its place", errEntry, at)
		case v.kind == lineEntry && v.n != t.size:
			return fmt.Errorf("%w: %s: entry %d stands where entry %d should", errEntry, at, v.n, t.size)
		case v.kind == lineEntry && v.leaf != v.computed:
			return fmt.Errorf("%w: %s: entry %d was changed", errEntry, at, v.n)
		case v.kind == lineEntry:
			l.hashTail = t.add(v.leaf, l.hashTail)
		case v.head.Size != t.size || v.head.Root != t.root():
			return fmt.Errorf("%w: %s: the entries before the signed head are not those that were signed", ErrDamaged, at)
		default:
			l.head = v.head
		}
		l.length = s.end
	}
	return s.err
}

// recoverHashes compares the hashes that were computed, which begin with those
// of entry from, with the ones in the file, and writes what the file lacks.
func (l *Log) recoverHashes(from int64, stored *storedHashes) error {
	start, size := tlog.StoredHashCount(from), tlog.StoredHashCount(l.tree.size)
	if stored.count > size {
		for n := l.tree.size; tlog.StoredHashCount(n) < stored.count; n++ {
			l.recovery.Lost++
		}
		if !l.opts.acceptLoss {
			return fmt.Errorf("%w: the file %s knows %d more; open the log with AcceptLoss if a loss of power explains it, or find out who cut it off", ErrMissing, hashesName, l.recovery.Lost)
		}
	}
	for index := start; index < min(stored.count, size) && !l.recovery.HashesRebuilt; index++ {
		h, err := stored.ReadHashes([]int64{index})
		if err != nil {
			return err
		}
		l.recovery.HashesRebuilt = h[0] != tlog.Hash(l.hashTail[(index-start)*tlog.HashSize:])
	}
	if stored.count < size {
		l.recovery.HashesRebuilt = true
	}
	if stored.count != size {
		if err := l.hashes.Truncate(start * tlog.HashSize); err != nil {
			return err
		}
	}
	l.hashCount = start
	if l.recovery.HashesRebuilt || l.recovery.Lost > 0 {
		return l.flushHashes(false)
	}
	l.hashCount, l.hashTail = size, nil
	return nil
}
