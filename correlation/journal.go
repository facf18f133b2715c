package correlation

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// A journal is a list of records: the length and the checksum of a payload, four
// bytes each, and the payload, which begins with what it is.
const (
	recordAlert byte = iota + 1
	recordAdvance
	recordAct
)

const maxRecord = 64 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The errors of what is read back.
var (
	// ErrCorrupt tells that a snapshot or journal was altered.
	ErrCorrupt = errors.New("altered or not of this kind")
	// ErrTorn tells that a snapshot or journal ends in the middle. What was read
	// of a journal before is good.
	ErrTorn = errors.New("ends in the middle")
)

type journalWriter struct {
	w   io.Writer
	err error
}

// WithJournal has everything that the engine is given written to w, one Write for
// each call, so that [Engine.Replay] can do it again. When writing fails, Add and
// the others return the error, and the engine takes nothing more. Whoever wants to
// survive a crash of the machine must have w write through.
func WithJournal(w io.Writer) Option {
	return func(e *Engine) { e.journal = &journalWriter{w: w} }
}

// Position is the number of calls that changed the engine, each of which is a
// record of the journal.
func (e *Engine) Position() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.position
}

func (e *Engine) record(kind byte, write func(*writer)) error {
	if e.journal != nil {
		if e.journal.err != nil {
			return e.journal.err
		}
		c := codec{buf: append(make([]byte, 8, 512), kind)}
		write(&c)
		binary.LittleEndian.PutUint32(c.buf, uint32(len(c.buf)-8))
		binary.LittleEndian.PutUint32(c.buf[4:], crc32.Checksum(c.buf[8:], castagnoli))
		if _, err := e.journal.w.Write(c.buf); err != nil {
			e.journal.err = fmt.Errorf("the journal cannot be written: %w", err)
			return e.journal.err
		}
	}
	e.position++
	return nil
}

func (c *codec) act(kind *ActKind, now *time.Time, by *By, v *call) {
	text(c, kind)
	*now = c.time(*now)
	text(c, &by.Author, &by.Reason)
	c.call(v)
}

// Replay does again what a journal says, from the record on that follows the
// engine's position, so that an engine which was restored from a snapshot comes to
// where the journal ends. The decisions go to the function of [WithDecisions],
// with the versions that they had. It returns the number of records done.
//
// The error is ErrTorn when the journal ends in the middle of a record, as after a
// crash, and ErrCorrupt when it was altered.
func (e *Engine) Replay(r io.Reader) (uint64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	journal := e.journal
	e.journal = nil // it is written already
	defer func() { e.journal = journal }()
	done := uint64(0)
	return done, readJournal(r, func(number uint64, payload []byte) error {
		if number <= e.position {
			return nil
		}
		if err := e.redo(payload); err != nil {
			return fmt.Errorf("record %d: %w", number, err)
		}
		e.position++
		done++
		return nil
	})
}

func readJournal(r io.Reader, do func(uint64, []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<16)
	var payload []byte
	for number := uint64(1); ; number++ {
		var head [8]byte
		if _, err := io.ReadFull(in, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return torn(number, err)
		}
		n := binary.LittleEndian.Uint32(head[:])
		if n == 0 || n > maxRecord {
			return fmt.Errorf("journal: record %d: %w", number, ErrCorrupt)
		}
		if cap(payload) < int(n) {
			payload = make([]byte, n)
		}
		payload = payload[:n]
		if _, err := io.ReadFull(in, payload); err != nil {
			return torn(number, err)
		}
		if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
			return fmt.Errorf("journal: record %d: %w", number, ErrCorrupt)
		}
		if err := do(number, payload); err != nil {
			return err
		}
	}
}

func torn(number uint64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrTorn
	}
	return fmt.Errorf("journal: record %d: %w", number, err)
}

// redo does what a record says.
func (e *Engine) redo(payload []byte) error {
	c := &codec{buf: payload[1:], reading: true}
	switch payload[0] {
	case recordAlert:
		var a Alert
		c.alert(&a)
		if c.err != nil || a.ID == "" || len(a.ID) > maxText || a.Time.Before(earliest) || a.Time.Year() > 2200 {
			return ErrCorrupt
		}
		if e.stored >= e.set.MaxAlerts {
			if e.compact(); e.stored >= e.set.MaxAlerts {
				return ErrFull
			}
		}
		e.add(&a)
	case recordAdvance:
		t := c.time(time.Time{})
		if c.err != nil {
			return ErrCorrupt
		}
		e.advanceAll(t)
	case recordAct:
		var kind ActKind
		var now time.Time
		var by By
		var v call
		c.act(&kind, &now, &by, &v)
		if c.err != nil {
			return ErrCorrupt
		}
		a, err := e.perform(kind, now, by, v)
		if err != nil {
			return err
		}
		e.keep(a)
	default:
		return ErrCorrupt
	}
	return nil
}

// perform does an act that was recorded.
func (e *Engine) perform(kind ActKind, now time.Time, by By, v call) (*act, error) {
	id := ID{}
	if len(v.ids) > 0 {
		id = v.ids[0]
	}
	switch {
	case kind == ActMove:
		return e.move(now, kind, by, v.tenant, v.alerts, id)
	case kind == ActSplit:
		return e.split(now, by, id, v.alerts)
	case kind == ActMerge:
		return e.merge(now, by, v.ids)
	case kind == ActUnmerge:
		return e.unmerge(now, by, id)
	case kind == ActRetract && len(v.alerts) == 1:
		return e.retract(now, by, v.tenant, v.alerts[0])
	case kind == ActUpdate:
		return e.update(now, by, id, v.change)
	case kind == ActUndo:
		return e.undo(now, by)
	}
	return nil, ErrCorrupt
}
