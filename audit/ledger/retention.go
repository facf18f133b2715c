package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// DropBefore removes the files at the beginning of the log whose entries are
// all older than t, and returns how many entries that were. The file that is
// being written is never removed; see [Log.Rotate] and [MaxSegment].
//
// First an entry that says so, with operation DropEntries, is added to the log
// and written to the disk: without it, [Verify] takes the entries for stolen.
// The hashes of the dropped entries stay, 64 bytes for each, so that the proofs
// for all others, and heads that were signed before, stay valid; whoever has a
// copy of a dropped entry can still prove that it was in the log.
func (l *Log) DropBefore(ctx context.Context, t time.Time, by audit.Actor) (int64, error) {
	drop, first, err := l.olderThan(t)
	if err != nil {
		return 0, fmt.Errorf("audit log: %w", err)
	}
	if len(drop) == 0 {
		return 0, nil
	}
	id := fmt.Sprintf("drop-%d-%d", drop[0], first)
	if _, err := l.Append(ctx, audit.Entry{
		ID: id, Time: l.opts.now(), Actor: by, Operation: audit.DropEntries, Origin: audit.OriginSDK,
		Comment: "Entries before " + t.UTC().Format(time.RFC3339) + " were dropped by the retention rule.",
		Changes: []audit.Change{{Path: firstEntryPath, Old: number(drop[0]), New: number(first)}},
	}); err != nil {
		return 0, err
	}
	if _, err := l.Sync(); err != nil {
		return 0, err
	}
	var errs []error
	for _, d := range drop {
		errs = append(errs, os.Remove(filepath.Join(l.dir, segmentName(d))))
	}
	if err := errors.Join(append(errs, syncDir(l.dir))...); err != nil {
		return 0, fmt.Errorf("audit log: some old files could not be removed; call DropBefore again: %w", err)
	}
	return first - drop[0], nil
}

const firstEntryPath = "firstEntry"

func number(n int64) jsontext.Value { return jsontext.Value(strconv.FormatInt(n, 10)) }

// droppedBy returns the number of the first entry that an entry of operation
// DropEntries has left.
func droppedBy(e audit.Entry) int64 {
	for _, c := range e.Changes {
		if c.Path == firstEntryPath {
			n, _ := strconv.ParseInt(string(c.New), 10, 64)
			return n
		}
	}
	return 0
}

// olderThan returns the segments, from the first on, that hold only entries
// older than t, and the first entry that is left without them.
func (l *Log) olderThan(t time.Time) (drop []int64, first int64, err error) {
	l.writing.Lock()
	current := l.first
	l.writing.Unlock()
	firsts, err := segments(l.dir)
	if err != nil {
		return nil, 0, err
	}
	r := Reader{l.dir, l.keys}
	for _, f := range firsts {
		first = f
		if f >= current {
			break
		}
		newer := false
		var bad error
		r.segmentLines(f, func(ln line, err error) bool {
			var e audit.Entry
			if bad = err; bad == nil && ln.kind == lineEntry {
				bad = wire.Unmarshal(ln.raw, &e)
				newer = !e.Time.Before(t)
			}
			return bad == nil && !newer
		})
		if bad != nil {
			return nil, 0, bad
		}
		if newer {
			break
		}
		drop = append(drop, f)
	}
	return drop, first, nil
}
