package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/audit"
)

// The conditions under which a log cannot be written.
var (
	// ErrLocked: another process, or another [Log] of this one, has it open.
	ErrLocked = errors.New("the log is open for writing elsewhere; close it there")
	// ErrClosed: the log was closed.
	ErrClosed = errors.New("the log is closed")
	// ErrMissing: entries that the log once had are gone. See [AcceptLoss].
	ErrMissing = errors.New("entries that the log once had are missing")
	// ErrDamaged: the part of the log that must be read before anything can be
	// added was changed. [Verify] tells more.
	ErrDamaged = errors.New("the log was changed since it was written")
)

// Option changes how a log is written.
type Option func(*options)

type options struct {
	sync       bool
	headEvery  int64
	maxSegment int64
	acceptLoss bool
	encoder    audit.Encoder
	open       opener
	now        func() time.Time
}

// SyncNever leaves it to the operating system when what was written reaches
// the disk. An acknowledged entry survives the end of the process, kill -9
// included, but not the loss of power. Without this option every call of
// [Log.Append] waits for the disk; calls at the same time share one wait.
func SyncNever() Option { return func(o *options) { o.sync = false } }

// HeadEvery has a head signed when n entries were added since the last one;
// the default is 1024. Without [SyncNever] every write ends in a head anyway.
func HeadEvery(n int64) Option { return func(o *options) { o.headEvery = max(n, 1) } }

// MaxSegment begins a new file when the current one has this many bytes; the
// default is 64 MiB.
func MaxSegment(bytes int64) Option { return func(o *options) { o.maxSegment = max(bytes, 1) } }

// AcceptLoss opens a log that has lost entries at its end, which without
// [AcceptLoss] is [ErrMissing]. After a loss of power under [SyncNever] that is
// what has happened; otherwise somebody cut the log off.
func AcceptLoss() Option { return func(o *options) { o.acceptLoss = true } }

// Secrets never get into the log: they are replaced wherever an entry has them.
func Secrets(secrets ...string) Option {
	return func(o *options) { o.encoder = audit.NewEncoder(secrets...) }
}

// WithClock replaces [time.Now]. It is asked only for the time of the entries
// that the log writes about itself.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// Log is a log that is open for writing. It is safe for concurrent use.
type Log struct {
	dir    string
	signer note.Signer
	keys   note.Verifiers
	opts   options
	lock   *os.File

	recovery Recovery

	// joining guards next, the batch that calls can still join.
	joining sync.Mutex
	next    *batch

	// writing guards all that follows.
	writing   sync.Mutex
	tree      tree
	head      Head
	segment   file
	first     int64 // number of the segment's first entry
	length    int64 // of the segment in bytes, without what is not acknowledged
	hashes    file
	hashCount int64  // hashes in the file
	hashTail  []byte // hashes not in the file yet
	buffer    []byte
	failed    error
}

// Recovery says what [Open] found that a clean end would not have left behind.
type Recovery struct {
	// Torn is the number of bytes at the end of the last file that were no
	// whole record, and TornAt where they stood. They were cut off: a record
	// that was being written, and not acknowledged, when the process ended.
	Torn   int64
	TornAt string
	// Unsigned is the number of entries at the end that no signed head covered.
	// They were intact by their own hashes, and are covered now.
	Unsigned int64
	// HashesRebuilt tells that the file of hashes was incomplete, and was made
	// anew from the entries.
	HashesRebuilt bool
	// Lost is the number of entries that were missing; see [AcceptLoss].
	Lost int64
}

// Clean reports whether there was nothing to recover.
func (r Recovery) Clean() bool { return r == Recovery{} }

// String describes the recovery in a line.
func (r Recovery) String() string {
	if r.Clean() {
		return "the log was closed cleanly"
	}
	s := fmt.Sprintf("%d entries were not covered by a signed head", r.Unsigned)
	if r.Torn > 0 {
		s += fmt.Sprintf("; a torn record of %d bytes was cut off at %s", r.Torn, r.TornAt)
	}
	if r.HashesRebuilt {
		s += "; the file of hashes was completed"
	}
	if r.Lost > 0 {
		s += fmt.Sprintf("; %d entries at the end are lost", r.Lost)
	}
	return s
}

// Open opens the log in a folder for writing, and makes one if there is none.
// The signer's key signs heads under its name, which is the log's; use a key
// for one log only. Trusted must know that key, and all with which older heads
// were signed.
//
// A record that was being written when the process ended is cut off; what was
// found is in [Log.Recovery].
func Open(dir string, signer note.Signer, trusted note.Verifiers, opts ...Option) (*Log, error) {
	l := &Log{dir: dir, signer: signer, keys: trusted, opts: options{
		sync: true, headEvery: 1024, maxSegment: 64 << 20, open: openFile, now: time.Now,
	}}
	for _, opt := range opts {
		opt(&l.opts)
	}
	head, err := new(tree).sign(signer)
	if err == nil {
		_, err = ParseHead(head.Note, trusted)
	}
	if err != nil {
		return nil, fmt.Errorf("open log: the signer's own key must be among the trusted: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if l.lock, err = lock(filepath.Join(dir, lockName)); err != nil {
		return nil, fmt.Errorf("open log %s: %w", dir, err)
	}
	if err := l.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("open log %s: %w", dir, err), l.release())
	}
	return l, nil
}

// Recovery returns what Open found.
func (l *Log) Recovery() Recovery { return l.recovery }

// Head returns the last signed head. Entries that were added after it are not
// covered; [Log.Sync] signs a new one.
func (l *Log) Head() Head {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.head
}

// Size returns the number of entries, dropped ones included.
func (l *Log) Size() int64 {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.tree.size
}

// Sync signs a head over all entries and waits until everything is on the disk.
func (l *Log) Sync() (Head, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.sync(); err != nil {
		return Head{}, fmt.Errorf("audit log: %w", err)
	}
	return l.head, nil
}

func (l *Log) sync() error {
	if l.failed != nil {
		return l.failed
	}
	if l.head.Size != l.tree.size {
		if err := l.write(nil, &l.tree, true); err != nil {
			return err
		}
	}
	if err := l.segment.Sync(); err != nil {
		return l.fail(err)
	}
	return l.flushHashes(true)
}

// fail makes the log refuse all further work: what is on the disk is no longer
// certain, and only opening it anew finds out.
func (l *Log) fail(err error) error {
	l.failed = fmt.Errorf("the log cannot be written any more and must be opened anew: %w", err)
	return l.failed
}

// flushHashes writes the hashes that are in memory only. When that fails they
// stay in memory: the entries hold all that is needed to compute them again.
func (l *Log) flushHashes(sync bool) error {
	if len(l.hashTail) > 0 {
		if _, err := l.hashes.WriteAt(l.hashTail, l.hashCount*tlog.HashSize); err != nil {
			return err
		}
		l.hashCount += int64(len(l.hashTail) / tlog.HashSize)
		l.hashTail = l.hashTail[:0]
	}
	if sync {
		return l.hashes.Sync()
	}
	return nil
}

// Close signs a last head, writes everything to the disk and gives the log
// free. Also after an error the log is closed.
func (l *Log) Close() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.failed == ErrClosed {
		return nil
	}
	err := l.sync()
	l.failed = ErrClosed
	if err = errors.Join(err, l.release()); err != nil {
		return fmt.Errorf("close log %s: %w", l.dir, err)
	}
	return nil
}

func (l *Log) release() error {
	var errs []error
	for _, f := range []file{l.segment, l.hashes} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(append(errs, l.lock.Close())...)
}
