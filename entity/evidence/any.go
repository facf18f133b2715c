package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Any holds one piece of evidence of any type, or nil. It gives an [Evidence]
// on its own the JSON form that the elements of a [List] have.
type Any struct {
	Evidence Evidence
}

// MarshalJSONTo writes the evidence, beginning with @odata.type. Nil becomes null.
func (a Any) MarshalJSONTo(enc *jsontext.Encoder) error {
	if !wire.Writes(enc) {
		return wire.MarshalTo(enc, a)
	}
	return write(enc, a.Evidence)
}

// UnmarshalJSONFrom reads evidence of any type. What it cannot tell the type of
// becomes [*Unknown]; null becomes nil.
func (a *Any) UnmarshalJSONFrom(dec *jsontext.Decoder) (err error) {
	if !wire.Reads(dec) {
		return wire.UnmarshalFrom(dec, a)
	}
	if dec.PeekKind() == 'n' {
		a.Evidence = nil
		return dec.SkipValue()
	}
	a.Evidence, err = read(dec)
	return err
}

// MarshalJSON is MarshalJSONTo for encoding/json.
func (a Any) MarshalJSON() ([]byte, error) { return wire.Marshal(a) }

// UnmarshalJSON is UnmarshalJSONFrom for encoding/json. Its error is an [*Error].
func (a *Any) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, a) }

// read reads the next value into the type that its @odata.type names. Services
// send that member first, and then the value is read where it stands; it takes
// several passes otherwise.
func read(dec *jsontext.Decoder) (Evidence, error) {
	if e := newEvidence(firstType(dec.UnreadBuffer())); e != nil {
		if err := json.UnmarshalDecode(dec, e); err != nil {
			return nil, err
		}
		e.Common().DeclaredType = ""
		return e, nil
	}
	v, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	e := newEvidence([]byte(odataType(v)))
	if e == nil {
		return &Unknown{Raw: v.Clone()}, nil
	}
	if err := wire.CheckLimits(v); err != nil { // bounds the passes
		return nil, err
	}
	if err := json.Unmarshal(v, e, dec.Options()); err != nil {
		if inner, ok := errors.AsType[*json.SemanticError](err); ok {
			inner.ByteOffset += dec.InputOffset() - int64(len(v))
			inner.JSONPointer = dec.StackPointer() + inner.JSONPointer
		}
		return nil, err
	}
	e.Common().DeclaredType = ""
	return e, nil
}

// firstType returns the text of @odata.type, as it stands in quotes, if the text
// begins with an object and that is its first member.
func firstType(text []byte) []byte {
	const space = " \t\r\n"
	rest := bytes.TrimLeft(text, space+",:") // what is between the value before and this one
	for _, token := range []string{"{", `"@odata.type"`, ":", `"`} {
		var found bool
		if rest, found = bytes.CutPrefix(bytes.TrimLeft(rest, space), []byte(token)); !found {
			return nil
		}
	}
	name, _, found := bytes.Cut(rest, []byte{'"'})
	if !found {
		return nil
	}
	return name
}

// odataType returns the text of the member @odata.type, or "" if v is not an
// object with such a member.
func odataType(v jsontext.Value) string {
	var head struct {
		Type string `json:"@odata.type"`
	}
	if v.Kind() != '{' || json.Unmarshal(v, &head) != nil {
		return ""
	}
	return head.Type
}

// write writes e, beginning with its @odata.type. For that it needs a copy,
// since e may be in use elsewhere.
func write(enc *jsontext.Encoder, e Evidence) error {
	v := reflect.ValueOf(e)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return enc.WriteToken(jsontext.Null)
	}
	if u, ok := e.(*Unknown); ok {
		return u.MarshalJSONTo(enc)
	}
	typed := newEvidence([]byte(e.ODataType()))
	if reflect.TypeOf(typed) != v.Type() {
		return fmt.Errorf("%T is not a type of package evidence", e)
	}
	reflect.ValueOf(typed).Elem().Set(v.Elem())
	typed.Common().DeclaredType = TypeName(e.ODataType())
	return json.MarshalEncode(enc, typed)
}
