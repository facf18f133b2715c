package wire

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A reader is what one decoding needs: options, and the texts it has met. The
// pages of the service repeat themselves, in the ids of tenant and user, in
// names, titles and paths, and a text that has been read before costs no memory.
type reader struct {
	options json.Options
	seen    texts
}

// readers keeps readers for the next document, empty, since the JSON library
// takes a while to get to know new options. One that finds no place is dropped.
var readers = make(chan *reader, 4)

func newReader() *reader {
	select {
	case r := <-readers:
		return r
	default:
	}
	r := new(reader)
	r.options = json.JoinOptions(json.WithMarshalers(ours), json.WithUnmarshalers(json.JoinUnmarshalers(
		json.UnmarshalFromFunc(r.text), json.UnmarshalFromFunc(readTime))))
	return r
}

func (r *reader) release() {
	r.seen.forget()
	select {
	case readers <- r:
	default:
	}
}

// text reads a string, or null, which is an empty one.
func (r *reader) text(dec *jsontext.Decoder, s *string) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		*s, err = r.seen.unquote(value)
		return err
	case 'n':
		*s = ""
		return nil
	default:
		return &json.SemanticError{JSONKind: value.Kind(), GoType: reflect.TypeFor[string]()}
	}
}

// readTime reads a time in UTC, or null, which is the zero time.
func readTime(dec *jsontext.Decoder, t *time.Time) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		text := []byte(value[1 : len(value)-1])
		if bytes.IndexByte(text, '\\') >= 0 {
			if text, err = jsontext.AppendUnquote(nil, value); err != nil {
				return err
			}
		}
		if t.UnmarshalText(text) != nil {
			break // its error quotes the text
		}
		if at := t.UTC(); 0 <= at.Year() && at.Year() <= 9999 {
			*t = at
		}
		return nil
	case 'n':
		*t = time.Time{}
		return nil
	}
	return &json.SemanticError{JSONKind: value.Kind(), GoType: reflect.TypeFor[time.Time]()}
}

// maxText is the length, in bytes, up to which a text is worth to be remembered:
// long enough for ids, hashes, paths and the descriptions of most detectors.
const maxText = 256

// texts remembers texts in sets of two, by their hash. A third of the same hash
// takes the place of the one that was not met for longer. So its size is fixed,
// and no document can make it slow.
type texts struct {
	sets [256][2]string
	used bool
	text []byte // for unquoting
}

// unquote returns the text of a JSON string.
func (t *texts) unquote(quoted jsontext.Value) (string, error) {
	text := []byte(quoted[1 : len(quoted)-1])
	if bytes.IndexByte(text, '\\') >= 0 {
		var err error
		if t.text, err = jsontext.AppendUnquote(t.text[:0], quoted); err != nil {
			return "", err
		}
		text = t.text
	}
	if len(text) < 2 || len(text) > maxText { // Go has texts of one byte ready
		return string(text), nil
	}
	t.used = true
	set := &t.sets[hash(text)%uint64(len(t.sets))]
	if set[0] == string(text) {
		return set[0], nil
	}
	if set[0], set[1] = set[1], set[0]; set[0] != string(text) {
		set[0] = string(text)
	}
	return set[0], nil
}

// hash mixes the length, the first eight bytes and the last eight. Ids differ in
// the last ones, and which texts share a set matters to their memory only.
func hash(text []byte) uint64 {
	var first, last uint64
	if len(text) >= 8 {
		first, last = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[len(text)-8:])
	} else {
		for _, b := range text {
			first = first<<8 | uint64(b)
		}
	}
	const odd1, odd2 = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93 // golden ratio; any odd number does
	high, low := bits.Mul64(first^odd1, last^odd2^uint64(len(text))<<56)
	return high ^ low
}

// forget drops the texts, so that nothing of a document outlives what was read
// from it.
func (t *texts) forget() {
	if t.used {
		t.sets, t.used = [256][2]string{}, false
	}
	if cap(t.text) > maxText {
		t.text = nil
	}
	clear(t.text[:cap(t.text)])
}
