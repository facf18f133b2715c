package evidence

import (
	"iter"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// List is the evidence of an alert, in the order of the alert. It is a slice with a JSON form:
// each element is decoded to the type that its @odata.type names.
type List []Evidence

// Of ranges over the evidence in list that has the type E:
//
//	for d := range evidence.Of[*evidence.Device](list) {
//		fmt.Println(d.HostName)
//	}
func Of[E Evidence](list List) iter.Seq[E] {
	return func(yield func(E) bool) {
		for _, item := range list {
			if e, ok := item.(E); ok && !yield(e) {
				return
			}
		}
	}
}

// MarshalJSONTo writes an array; a nil List is an empty one.
func (l List) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !wire.Writes(enc) {
		return wire.MarshalTo(enc, l)
	}
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, e := range l {
		if err := write(enc, e); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}

// UnmarshalJSONFrom reads an array, or null, which gives nil. An element that is
// null, or that it cannot tell the type of, becomes [*Unknown].
func (l *List) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if !wire.Reads(dec) {
		return wire.UnmarshalFrom(dec, l)
	}
	if dec.PeekKind() != '[' { // null, or an error that says what it is
		return json.UnmarshalDecode(dec, (*[]Evidence)(l))
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	var few [8]Evidence // most alerts have fewer
	list := few[:0]
	for dec.PeekKind() != ']' {
		e, err := read(dec)
		if err != nil {
			return err
		}
		list = append(list, e)
	}
	*l = slices.Clone(list)
	_, err := dec.ReadToken()
	return err
}

// MarshalJSON is MarshalJSONTo for encoding/json.
func (l List) MarshalJSON() ([]byte, error) { return wire.Marshal(l) }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json. Its error is an [*Error].
func (l *List) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, l) }
