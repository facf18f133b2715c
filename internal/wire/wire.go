// Package wire fixes how the project reads and writes JSON: one library, one
// set of options, one error type.
//
// The library is github.com/go-json-experiment/json, the module in which Go's
// own encoding/json/v2 is developed. It refuses duplicate names and invalid
// UTF-8, matches names by case, reports where in the document something is
// wrong, and reads a page of alerts more than twice as fast as encoding/json.
package wire

import (
	"fmt"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// What a document may have that [Unmarshal] reads. A page of alerts is about 12
// levels deep, and a piece of evidence in it has two or three objects.
const (
	// MaxDepth is how many objects and lists may be nested in each other.
	MaxDepth = 64
	// MaxObjects is how many objects there may be, counting null in a list as
	// one. It bounds the memory for documents like [{},{},{}], in which three
	// bytes make a struct of several hundred.
	MaxObjects = 1 << 18
)

// Marshal returns v as JSON with members in the order of the struct fields and
// map keys sorted, so that the same value always gives the same bytes.
func Marshal(v any) ([]byte, error) {
	data, err := json.Marshal(v, Options())
	if err != nil {
		return nil, fmt.Errorf("cannot write JSON: %w", err)
	}
	return data, nil
}

// Unmarshal reads the JSON document data into v. Members that v has no field
// for are kept where v has a place for them and ignored otherwise. Times are
// converted to UTC, see [Options]. A document beyond [MaxDepth] or [MaxObjects]
// is refused before anything of it is decoded. The error is an [*Error].
func Unmarshal(data []byte, v any) error {
	if err := CheckLimits(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v, Options()); err != nil {
		return newError(data, err)
	}
	return nil
}

// Options are what [Marshal] and [Unmarshal] pass to the JSON library. Types
// with JSON methods of their own find them in the Options method of the
// encoder or decoder they are given, and pass them on.
//
// Times are converted to UTC when they are read, except those that have no
// year of four digits there. They are written as they are.
func Options() json.Options { return options() }

var options = sync.OnceValue(func() json.Options {
	asUsual := json.WithUnmarshalers(nil)
	utc := json.UnmarshalFromFunc(func(dec *jsontext.Decoder, t *time.Time) error {
		if err := json.UnmarshalDecode(dec, t, asUsual); err != nil {
			return err
		}
		if at := t.UTC(); 0 <= at.Year() && at.Year() <= 9999 {
			*t = at
		}
		return nil
	})
	return json.JoinOptions(json.Deterministic(true), json.WithUnmarshalers(utc))
})

// CheckLimits returns an [*Error] without a path if the JSON text data goes
// beyond [MaxDepth] or [MaxObjects]. It does not check anything else.
func CheckLimits(data []byte) error {
	depth, objects := 0, 0
	lists := uint64(0) // a bit for each level, set if it is a list
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '{':
			depth, lists = depth+1, lists<<1
			objects++
		case '[':
			depth, lists = depth+1, lists<<1|1
		case '}', ']':
			depth, lists = depth-1, lists>>1
		case 'n': // of null
			objects += int(lists & 1)
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		}
		if depth > MaxDepth {
			return errorAt(data, i, fmt.Sprintf("objects and lists are nested more than %d levels deep", MaxDepth))
		}
		if objects > MaxObjects {
			return errorAt(data, i, fmt.Sprintf("the document has more than %d objects; read it in smaller parts", MaxObjects))
		}
	}
	return nil
}
