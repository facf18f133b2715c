package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/audit"
)

// batch is entries that are written with one write, and one wait for the disk.
type batch struct {
	texts
	first int64
	err   error
	done  chan struct{}
}

// texts is the JSON of entries, one behind the other, and where each ends.
type texts struct {
	data []byte
	ends []int
}

// all yields the entries.
func (t *texts) all() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start := 0
		for _, end := range t.ends {
			if !yield(t.data[start:end]) {
				return
			}
			start = end
		}
	}
}

// add puts the entries of another behind these.
func (t *texts) add(other texts) {
	for _, end := range other.ends {
		t.ends = append(t.ends, len(t.data)+end)
	}
	t.data = append(t.data, other.data...)
}

// spare keeps texts for the next call; those that an unusually long entry has
// made large are dropped.
var spare = sync.Pool{New: func() any { return new(texts) }}

const maxSpare = 256 << 10

func (t texts) release() {
	if cap(t.data) <= maxSpare {
		spare.Put(&texts{t.data[:0], t.ends[:0]})
	}
}

// Append adds entries to the log and returns the number of the first; the
// others follow it. When it returns without an error, the entries are as safe
// as the options promise. When it returns an error, none of them counts as
// written, although after a crash some may be found; the log is as it was, and
// can be used again once the cause, such as a full disk, is gone, unless the
// error says that it must be opened anew.
//
// Credentials are removed from the entries; see [audit.Encoder]. A cancelled
// context keeps an Append from beginning; one that has begun is finished.
func (l *Log) Append(ctx context.Context, entries ...audit.Entry) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("audit log: nothing was written: %w", err)
	}
	if len(entries) == 0 {
		return 0, errors.New("audit log: there is no entry to append")
	}
	raws := *spare.Get().(*texts)
	for i := range entries {
		start := len(raws.data)
		var err error
		raws.data, err = l.opts.encoder.AppendEncode(raws.data, &entries[i])
		if size := len(raws.data) - start; err == nil && size > MaxEntry {
			err = fmt.Errorf("has %d bytes as JSON; the largest entry is %d", size, MaxEntry)
		}
		if err != nil {
			raws.release()
			return 0, fmt.Errorf("audit log: entry %d of %d: %w", i+1, len(entries), err)
		}
		raws.ends = append(raws.ends, len(raws.data))
	}
	b, offset, leads := l.join(raws)
	if leads {
		l.writing.Lock()
		l.joining.Lock()
		l.next = nil
		l.joining.Unlock()
		b.err = l.commit(b)
		l.writing.Unlock()
		close(b.done)
		b.release()
	} else {
		<-b.done
		raws.release()
	}
	if b.err != nil {
		return 0, fmt.Errorf("audit log: %w", b.err)
	}
	return b.first + offset, nil
}

// join puts entries into the batch that waits to be written, and tells whether
// the caller is the one who has to write it: the first to join.
func (l *Log) join(raws texts) (b *batch, offset int64, leads bool) {
	l.joining.Lock()
	defer l.joining.Unlock()
	if l.next == nil {
		l.next = &batch{texts: raws, done: make(chan struct{})}
		return l.next, 0, true
	}
	b, offset = l.next, int64(len(l.next.ends))
	b.add(raws)
	return b, offset, false
}

// commit writes a batch and advances the log's state only when that went well.
func (l *Log) commit(b *batch) error {
	if l.failed != nil {
		return l.failed
	}
	if l.length >= l.opts.maxSegment {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	t := l.tree
	b.first = t.size
	hashes := len(l.hashTail)
	l.buffer = l.buffer[:0]
	for raw := range b.all() {
		leaf := tlog.RecordHash(raw)
		l.buffer = appendEntryLine(l.buffer, t.size, leaf, raw)
		l.hashTail = t.add(leaf, l.hashTail)
	}
	head := l.opts.sync || t.size-l.head.Size >= l.opts.headEvery
	if err := l.write(l.buffer, &t, head); err != nil {
		l.hashTail = l.hashTail[:hashes]
		return err
	}
	if l.opts.sync {
		if err := l.segment.Sync(); err != nil {
			return l.fail(err)
		}
	}
	l.tree = t
	if len(l.hashTail) >= 1<<16 {
		// A failure is not this batch's: the hashes wait in memory, and are
		// written with the next.
		_ = l.flushHashes(false)
	}
	return nil
}

// write puts lines at the end of the segment, followed by the head of the tree
// if that is asked for. If it fails, the segment is as long as before.
func (l *Log) write(lines []byte, t *tree, withHead bool) error {
	head := l.head
	if withHead {
		var err error
		if head, err = t.sign(l.signer); err != nil {
			return err
		}
		if lines, err = appendHeadLine(lines, nil, head); err != nil {
			return err
		}
	}
	if _, err := l.segment.WriteAt(lines, l.length); err != nil {
		if undo := l.segment.Truncate(l.length); undo != nil {
			return l.fail(errors.Join(err, undo))
		}
		return fmt.Errorf("nothing was written: %w", err)
	}
	l.length += int64(len(lines))
	l.head = head
	return nil
}

// Rotate begins a new file. It does nothing when the current one has no
// entries.
func (l *Log) Rotate() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.failed == nil && l.tree.size == l.first {
		return nil
	}
	if err := l.rotate(); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	return nil
}

// rotate ends the segment with a head, makes it and its hashes durable, and
// begins the next. If it fails, the log goes on in the old one.
func (l *Log) rotate() error {
	if err := l.sync(); err != nil {
		return err
	}
	next, length, err := l.createSegment(l.head)
	if err != nil {
		return err
	}
	old := l.segment
	l.segment, l.first, l.length = next, l.tree.size, length
	return old.Close()
}

// createSegment makes the file for the entries that follow a head.
func (l *Log) createSegment(head Head) (f file, length int64, err error) {
	name := filepath.Join(l.dir, segmentName(head.Size))
	if f, err = l.opts.open(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC); err != nil {
		return nil, 0, err
	}
	header, err := appendHeadLine(nil, &head.Size, head)
	if err == nil {
		_, err = f.WriteAt(header, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(l.dir)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("a new file cannot be begun: %w", err), f.Close(), os.Remove(name))
	}
	return f, int64(len(header)), nil
}
