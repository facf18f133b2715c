// Package wire fixes how the project reads and writes JSON: one library, one
// set of options, one error type.
//
// The library is github.com/go-json-experiment/json, the module in which Go's
// own encoding/json/v2 is developed. It refuses duplicate names and invalid
// UTF-8, matches names by case, reports where in the document something is
// wrong, and reads a page of alerts more than twice as fast as encoding/json.
//
// From Go 1.27 on the module is an alias of encoding/json/v2, and encoding/json
// works on the same engine; so it is on Go 1.26 with GOEXPERIMENT=jsonv2. All
// four tests hold: Go 1.26 and 1.27, each with and without jsonv2. Two things in
// the code are there for it. The fields that keep unknown members carry the tag
// option of today and that of the draft in Go 1.26, `json:",embed,inline"`. And
// the types have their JSON methods through [UnmarshalFrom] and [MarshalTo].
package wire

import (
	"fmt"
	"sync"

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

// ours marks the options of this package, each kind in the place that the other
// kind uses.
var ours, oursToo = json.JoinMarshalers(json.MarshalToFunc(func(*jsontext.Encoder, *reader) error { return nil })),
	json.JoinUnmarshalers(json.UnmarshalFromFunc(func(*jsontext.Decoder, *reader) error { return nil }))

var writing = sync.OnceValue(func() json.Options {
	return json.JoinOptions(json.Deterministic(true), json.WithUnmarshalers(oursToo))
})

// Marshal returns v as JSON with members in the order of the struct fields and
// map keys sorted, so that the same value always gives the same bytes. Times
// are written as they are.
func Marshal(v any) ([]byte, error) { return marshal(v) }

func marshal(v any, more ...json.Options) ([]byte, error) {
	data, err := json.Marshal(v, writing(), json.JoinOptions(more...))
	if err != nil {
		return nil, fmt.Errorf("cannot write JSON: %w", err)
	}
	return data, nil
}

// MarshalTo writes v as [Marshal] does, whatever options the encoder has. Types
// have it for their JSON methods: Go's own encoding/json calls these from Go
// 1.27 on, with options under which names may be there twice and texts may be no
// valid UTF-8. What a type allows more than Marshal it says itself.
func MarshalTo(enc *jsontext.Encoder, v any, more ...json.Options) error {
	// Some versions of the library ignore here what more allows.
	if Writes(enc) && len(more) == 0 {
		return json.MarshalEncode(enc, v)
	}
	data, err := marshal(v, more...)
	if err != nil {
		return err
	}
	return enc.WriteValue(data)
}

// Unmarshal reads the JSON document data into v. Members that v has no field
// for are kept where v has a place for them and ignored otherwise. Times are
// converted to UTC, except those that have no year of four digits there. A
// document beyond [MaxDepth] or [MaxObjects] is refused before anything of it is
// decoded. The error is an [*Error].
func Unmarshal(data []byte, v any) error {
	if err := CheckLimits(data); err != nil {
		return err
	}
	r := newReader()
	defer r.release()
	if err := json.Unmarshal(data, v, r.options); err != nil {
		return newError(data, err)
	}
	return nil
}

// UnmarshalFrom reads the next value into v as [Unmarshal] does, whatever
// options the decoder has; see [MarshalTo]. Under other options than those of
// Unmarshal the value is read as a whole first, and the position in an error is
// that in the value.
func UnmarshalFrom(dec *jsontext.Decoder, v any) error {
	if Reads(dec) {
		return json.UnmarshalDecode(dec, v)
	}
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return Unmarshal(value, v)
}

// Writes reports whether [Marshal] is what writes with the encoder.
func Writes(enc *jsontext.Encoder) bool {
	u, _ := json.GetOption(enc.Options(), json.WithUnmarshalers)
	return u == oursToo
}

// Reads reports whether [Unmarshal] is what reads with the decoder.
func Reads(dec *jsontext.Decoder) bool {
	m, _ := json.GetOption(dec.Options(), json.WithMarshalers)
	return m == ours
}
