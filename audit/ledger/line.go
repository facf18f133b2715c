package ledger

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// A segment file is lines of JSON, of three kinds:
//
//	{"segment":17,"head":"…"}            the first line: the number of its first entry, and the signed head before it
//	{"n":17,"leaf":"…","entry":{…}}      an entry, its number and the hash of the bytes of its value
//	{"head":"…"}                         the signed head of all entries so far
//
// Each has exactly one form, so that every changed byte shows.

// MaxEntry is the largest entry, in bytes of its JSON form.
const MaxEntry = 1 << 20

const maxLine = MaxEntry + 1024

var (
	entryStart  = []byte(`{"n":`)
	entryMiddle = []byte(`,"leaf":"`)
	entryValue  = []byte(`","entry":`)
	entryEnd    = []byte("}\n")
)

const leafLength = 44 // of the base64 form of a hash

func appendEntryLine(b []byte, n int64, leaf tlog.Hash, raw []byte) []byte {
	b = append(b, entryStart...)
	b = strconv.AppendInt(b, n, 10)
	b = append(b, entryMiddle...)
	b = base64.StdEncoding.AppendEncode(b, leaf[:])
	b = append(b, entryValue...)
	b = append(b, raw...)
	return append(b, entryEnd...)
}

type headLine struct {
	Segment *int64 `json:"segment,omitzero"`
	Head    string `json:"head"`
}

func appendHeadLine(b []byte, segment *int64, h Head) ([]byte, error) {
	data, err := wire.Marshal(headLine{segment, h.Note})
	if err != nil {
		return nil, err
	}
	return append(append(b, data...), '\n'), nil
}

// line is a line of a segment file that was read and is well formed.
type line struct {
	kind lineKind
	// n is the number of an entry, or of a segment's first.
	n int64
	// leaf is the hash that the line states, computed the one that its entry
	// has.
	leaf, computed tlog.Hash
	raw            jsontext.Value
	head           Head
}

type lineKind int

const (
	lineEntry lineKind = iota
	lineHead
	lineSegment
)

var errForm = errors.New("the line has not the form of an entry or a head")

// parseLine reads a line with its line break. An entry's raw value stays part
// of the given bytes. Where only the hash of an entry is wrong, there is no
// error, and computed differs from leaf.
func parseLine(text []byte, keys note.Verifiers) (line, error) {
	rest, ok := bytes.CutPrefix(text, entryStart)
	if !ok {
		return parseHeadLine(text, keys)
	}
	digits, rest, ok := bytes.Cut(rest, entryMiddle)
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || err != nil || n < 0 || strconv.FormatInt(n, 10) != string(digits) || len(rest) < leafLength {
		return line{}, errForm
	}
	stated := rest[:leafLength]
	raw, ok := bytes.CutPrefix(rest[leafLength:], entryValue)
	if !ok {
		return line{}, errForm
	}
	raw, ok = bytes.CutSuffix(raw, entryEnd)
	if !ok {
		return line{}, errForm
	}
	l := line{kind: lineEntry, n: n, raw: raw, computed: tlog.RecordHash(raw)}
	var buf [leafLength]byte
	if base64.StdEncoding.Encode(buf[:], l.computed[:]); bytes.Equal(buf[:], stated) {
		l.leaf = l.computed
	} else if h, err := tlog.ParseHash(string(stated)); err == nil && h != l.computed {
		l.leaf = h
	}
	return l, nil
}

func parseHeadLine(text []byte, keys note.Verifiers) (line, error) {
	var v headLine
	body, ok := bytes.CutSuffix(text, []byte("\n"))
	if !ok || wire.Unmarshal(body, &v) != nil {
		return line{}, errForm
	}
	if again, err := appendHeadLine(nil, v.Segment, Head{Note: v.Head}); err != nil || !bytes.Equal(again, text) {
		return line{}, errForm
	}
	head, err := ParseHead(v.Head, keys)
	if err != nil {
		return line{}, err
	}
	if v.Segment == nil {
		return line{kind: lineHead, head: head}, nil
	}
	if *v.Segment != head.Size {
		return line{}, fmt.Errorf("the segment starts with entry %d, but its signed head has %d entries", *v.Segment, head.Size)
	}
	return line{kind: lineSegment, n: *v.Segment, head: head}, nil
}

// scanner reads the lines of a segment file.
type scanner struct {
	r *bufio.Reader
	// text is the line with its line break, valid until the next one; number
	// counts from 1; start and end are its place in the file in bytes.
	text       []byte
	number     int
	start, end int64
	// torn tells that the file ends in this line, without a line break.
	torn bool
	err  error
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 1<<16)}
}

func (s *scanner) next() bool {
	s.text, s.start = s.text[:0], s.end
	s.number++
	for {
		part, err := s.r.ReadSlice('\n')
		s.end += int64(len(part))
		if len(s.text) <= maxLine {
			s.text = append(s.text, part...)
		}
		switch err {
		case nil:
			return true
		case bufio.ErrBufferFull:
		case io.EOF:
			s.torn = true
			return s.end > s.start
		default:
			s.err = err
			return false
		}
	}
}
