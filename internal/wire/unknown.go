package wire

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Member is a member of a JSON object that the type it is read into does not
// have.
type Member struct {
	// Path leads to the member: alerts[0].mitreTecniques.
	Path string
	// Name is the last part of the path.
	Name string
	// Nearest is a name that the type does have and that is spelled almost the
	// same, or empty.
	Nearest string
}

// UnknownMembers lists the members of the document data for which the type of
// v has no field, in the order in which they stand: the first 1000, and how many
// more there are. It looks at structs, and at lists of structs, by their json
// tags; what a type reads with methods of its own is not looked into. Annotations,
// whose names start with @odata., are passed over. A document that is no valid
// JSON gives an [*Error].
//
// People's files are read with it: a field that is silently ignored because of
// a slip of the pen would be a technique or an entity lost.
func UnknownMembers(data []byte, v any) (first []Member, more int, err error) {
	w := walker{dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
	err = w.value("", reflect.TypeOf(v))
	if err == nil {
		if _, err = w.dec.ReadToken(); errors.Is(err, io.EOF) {
			return w.found, w.more, nil
		} else if err == nil {
			err = &jsontext.SyntacticError{ByteOffset: w.dec.InputOffset(), Err: errors.New("something follows the end of the document")}
		}
	}
	if errors.Is(err, io.EOF) {
		err = &jsontext.SyntacticError{ByteOffset: int64(len(data)), Err: io.ErrUnexpectedEOF}
	}
	return nil, 0, newError(data, err)
}

// A document with more slips than these has another problem.
const (
	maxUnknown = 1000 // how many members are listed
	maxNearest = 100  // and for how many of them a name is looked for that is spelled almost the same
)

type walker struct {
	dec   *jsontext.Decoder
	found []Member
	more  int // members beyond those found
}

func (w *walker) value(path string, t reflect.Type) error {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch kind := w.dec.PeekKind(); {
	case kind == '{' && t != nil && t.Kind() == reflect.Struct:
		return w.object(path, fields(t))
	case kind == '[' && t != nil && t.Kind() == reflect.Slice:
		return w.list(path, t.Elem())
	default:
		return w.dec.SkipValue()
	}
}

func (w *walker) list(path string, elem reflect.Type) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; w.dec.PeekKind() != ']'; i++ {
		if err := w.value(path+"["+strconv.Itoa(i)+"]", elem); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

func (w *walker) object(path string, known map[string]reflect.Type) error {
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() != '}' {
		token, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		below := name
		if path != "" {
			below = path + "." + name
		}
		t, ok := known[name]
		switch {
		case ok, strings.HasPrefix(name, "@odata."):
		case len(w.found) == maxUnknown:
			w.more++
		default:
			m := Member{Path: below, Name: name}
			if len(w.found) < maxNearest {
				m.Nearest = nearest(name, known)
			}
			w.found = append(w.found, m)
		}
		if err := w.value(below, t); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

// fields returns the JSON names of the exported fields of the struct type t.
func fields(t reflect.Type) map[string]reflect.Type {
	if known, ok := fieldsOf.Load(t); ok {
		return known.(map[string]reflect.Type)
	}
	known := readFields(t)
	fieldsOf.Store(t, known)
	return known
}

// fieldsOf has what fields has found out, by type.
var fieldsOf sync.Map

func readFields(t reflect.Type) map[string]reflect.Type {
	known := make(map[string]reflect.Type, t.NumField())
	for f := range t.Fields() {
		switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
		case name != "" && name != "-":
			known[name] = f.Type
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			maps.Copy(known, fields(f.Type)) // an embedded struct's are the struct's own
		}
	}
	return known
}

// nearest returns the known name that differs from name in case only, or in at
// most two letters: the one with the fewest differences, then the one closest
// in length, then the alphabetically first.
func nearest(name string, known map[string]reflect.Type) string {
	const most = 2
	best, fewest := "", [2]int{most + 1}
	for _, candidate := range slices.Sorted(maps.Keys(known)) {
		d := [2]int{
			editDistance(strings.ToLower(name), strings.ToLower(candidate)),
			max(len(name), len(candidate)) - min(len(name), len(candidate)),
		}
		if slices.Compare(d[:], fewest[:]) < 0 {
			best, fewest = candidate, d
		}
	}
	return best
}

// editDistance counts the letters to insert, remove or replace between a and b
// (Levenshtein). Names much longer than any field's are not compared.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
