package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// Error tells where a JSON document could not be read, and why. It never
// quotes the document, which may hold what a log must not.
type Error struct {
	// Path leads to the place in dotted form, alerts[0].title; it is empty at
	// the top level.
	Path string
	// Offset is the position in bytes from the start of the document; Line and
	// Column count from 1, Column in bytes.
	Offset       int64
	Line, Column int
	// Reason says what is wrong there.
	Reason string
}

// Error returns path, position and reason as one line.
func (e *Error) Error() string {
	where := fmt.Sprintf("line %d, column %d (byte %d)", e.Line, e.Column, e.Offset)
	if e.Path != "" {
		// The names in a path are the document's own.
		where = plain.Line(plain.Cut(e.Path, 200)) + ", " + where
	}
	return where + ": " + e.Reason
}

func newError(data []byte, err error) error {
	var pointer jsontext.Pointer
	offset, reason := 0, "the document cannot be read"
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		offset, pointer = int(syntactic.ByteOffset), syntactic.JSONPointer
		reason = syntaxReason(syntactic.Err)
	} else if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		offset, pointer = int(semantic.ByteOffset), semantic.JSONPointer
		reason = typeReason(semantic)
	}
	e := errorAt(data, offset, reason)
	e.Path = dotted(pointer)
	return e
}

// errorAt returns an error without a path.
func errorAt(data []byte, offset int, reason string) *Error {
	before := data[:min(max(offset, 0), len(data))]
	return &Error{
		Offset: int64(offset),
		Line:   bytes.Count(before, []byte{'\n'}) + 1,
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Reason: reason,
	}
}

func syntaxReason(err error) string {
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "the name appears twice in one object; remove one of the two"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the document ends too early; it is cut off or a bracket is not closed"
	default:
		return "this is no valid JSON: " + err.Error()
	}
}

func typeReason(err *json.SemanticError) string {
	if err.GoType == nil || err.JSONKind == 0 {
		if err.Err != nil {
			return err.Err.Error()
		}
		return "the value cannot be read"
	}
	if err.JSONKind == '0' && typeName(err.GoType) == "a whole number" {
		return "the number is not whole, or too large"
	}
	return fmt.Sprintf("found %s where %s is expected", kindName(err.JSONKind), typeName(err.GoType))
}

func kindName(k jsontext.Kind) string {
	switch k {
	case 'n':
		return "null"
	case 't', 'f':
		return "true or false"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '{':
		return "an object"
	default:
		return "a list"
	}
}

func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return typeName(t.Elem())
	default:
		if t.String() == "time.Time" {
			return "a date and time such as 2026-08-25T13:20:00Z"
		}
		return "an object"
	}
}

// dotted turns the JSON pointer /alerts/0/title into alerts[0].title.
func dotted(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch _, err := strconv.ParseUint(token, 10, 32); {
		case err == nil:
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}
