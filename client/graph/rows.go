package graph

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// ColumnType is the type of a column, as the service calls it. It is an open set
// that no page lists in full.
type ColumnType string

// The column types that are seen in the documentation. In a column of type SByte,
// which Kusto's bool becomes, 0 and 1 stand for false and true.
const (
	ColumnString   ColumnType = "String"
	ColumnDateTime ColumnType = "DateTime"
	ColumnInt32    ColumnType = "Int32"
	ColumnInt64    ColumnType = "Int64"
	ColumnDouble   ColumnType = "Double"
	ColumnSByte    ColumnType = "SByte"
	ColumnGUID     ColumnType = "Guid"
	ColumnObject   ColumnType = "Object"
)

// Column is a column of the result of a query.
//
// Source: Learn, "singlePropertySchema resource type".
type Column struct {
	Name string     `json:"name"`
	Type ColumnType `json:"type"`
}

// HuntingResults are the rows of a query. They are safe for concurrent use, as
// they do not change.
//
// Source: Learn, "huntingQueryResults resource type".
type HuntingResults struct {
	// Schema is the columns in the order of the query.
	Schema []Column

	rows  jsontext.Value // a list of objects
	count int
	index map[string]int // of Schema
}

// newHuntingResults checks that rows is a list of objects.
func newHuntingResults(schema []Column, rows jsontext.Value) (*HuntingResults, error) {
	r := &HuntingResults{Schema: schema, rows: rows, index: make(map[string]int, len(schema))}
	for i, column := range schema {
		if _, twice := r.index[column.Name]; twice || column.Name == "" {
			return nil, bad("schema[%d] has no name, or one that was there before", i)
		}
		r.index[column.Name] = i
	}
	dec, ok := r.open()
	if !ok {
		return nil, bad("the rows are no list")
	}
	for ; dec.PeekKind() != ']'; r.count++ {
		if dec.PeekKind() != '{' {
			return nil, bad("row %d is no object", r.count)
		}
		if err := dec.SkipValue(); err != nil {
			return nil, bad("row %d cannot be read", r.count)
		}
	}
	return r, nil
}

// open returns a decoder that stands before the first row.
func (r *HuntingResults) open() (*jsontext.Decoder, bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(r.rows))
	token, err := dec.ReadToken()
	return dec, err == nil && token.Kind() == '['
}

// Len returns the number of rows.
func (r *HuntingResults) Len() int { return r.count }

// Rows yields the rows. They can be ranged over more than once. A row may be kept,
// and keeps the whole result in memory.
func (r *HuntingResults) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		dec, ok := r.open()
		for n := 0; ok && n < r.count; n++ {
			row, err := r.read(dec, n)
			if err != nil || !yield(row) {
				return
			}
		}
	}
}

// read reads the next row. The document was read before, so that it fails only
// where a bug is.
func (r *HuntingResults) read(dec *jsontext.Decoder, n int) (Row, error) {
	row := Row{results: r, number: n, values: make([]jsontext.Value, len(r.Schema))}
	if _, err := dec.ReadToken(); err != nil {
		return Row{}, err
	}
	for dec.PeekKind() != '}' {
		token, err := dec.ReadToken()
		if err != nil {
			return Row{}, err
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err != nil {
			return Row{}, err
		}
		// A part of the document, which outlives the decoder's own view of it.
		end := int(dec.InputOffset())
		value = r.rows[end-len(value) : end : end]
		if i, ok := r.index[name]; ok {
			row.values[i] = value
		} else {
			if row.others == nil {
				row.others = map[string]jsontext.Value{}
			}
			row.others[name] = value
		}
	}
	_, err := dec.ReadToken()
	return row, err
}

// Row is a row of the result of a query. Its values are got by the name of the
// column. A value that is null, or that the row leaves out, is the zero value; Null
// tells it from others.
type Row struct {
	results *HuntingResults
	number  int
	values  []jsontext.Value
	others  map[string]jsontext.Value
}

// ColumnError is a value that is not of the type that was asked for, or a column
// that the result does not have.
type ColumnError struct {
	// Row counts from 0.
	Row int
	// Column is the name of the column, Type its type in the schema; the type is
	// empty for what the schema does not have.
	Column string
	Type   ColumnType
	// Reason says what is wrong. It never quotes the value.
	Reason string
}

// Error names the row, the column and its type.
func (e *ColumnError) Error() string {
	column := validate.Quote(e.Column)
	if e.Type != "" {
		column += " (" + plain.Cut(string(e.Type), 40) + ")"
	}
	return plain.Line(fmt.Sprintf("row %d, column %s: %s", e.Row, column, e.Reason))
}

func (r Row) fail(column, format string, args ...any) error {
	e := &ColumnError{Row: r.number, Column: column, Reason: fmt.Sprintf(format, args...)}
	if i, ok := r.index(column); ok {
		e.Type = r.results.Schema[i].Type
	}
	return e
}

func (r Row) index(column string) (int, bool) {
	if r.results == nil {
		return 0, false
	}
	i, ok := r.results.index[column]
	return i, ok
}

// Number is the place of the row in the result, from 0.
func (r Row) Number() int { return r.number }

// JSON returns the value as it came, which must not be changed, nil if the row leaves the column out. ok
// tells whether the schema or the row has the column; a row may have more than the
// schema says.
func (r Row) JSON(column string) (value jsontext.Value, ok bool) {
	if i, ok := r.index(column); ok {
		return r.values[i], true
	}
	value, ok = r.others[column]
	return value, ok
}

// Null reports whether the column has no value in this row.
func (r Row) Null(column string) bool {
	value, _ := r.JSON(column)
	return isNull(value)
}

func isNull(value jsontext.Value) bool { return len(value) == 0 || value.Kind() == 'n' }

// get reads a column by read, unless it is null.
func get[T any](r Row, column string, read func(jsontext.Value) (T, string)) (T, error) {
	var zero T
	value, ok := r.JSON(column)
	switch {
	case !ok:
		return zero, r.fail(column, "the result has no such column; it has %s", r.columns())
	case isNull(value):
		return zero, nil
	}
	got, reason := read(value)
	if reason != "" {
		return zero, r.fail(column, "%s", reason)
	}
	return got, nil
}

func (r Row) columns() string {
	if r.results == nil || len(r.results.Schema) == 0 {
		return "none"
	}
	names := make([]string, len(r.results.Schema))
	for i, c := range r.results.Schema {
		names[i] = c.Name
	}
	return plain.Cut(strings.Join(names, ", "), 500)
}

// Text returns a text. A value that is no text is an error.
func (r Row) Text(column string) (string, error) { return get(r, column, readText) }

// Int64 returns a whole number, exactly: it does not go through floating point. It
// may be written as a number or, as OData allows, as a text.
func (r Row) Int64(column string) (int64, error) { return get(r, column, readInt64) }

// Float64 returns a number.
func (r Row) Float64(column string) (float64, error) { return get(r, column, readFloat64) }

// Bool returns a truth value; 0 and 1 are taken for false and true.
func (r Row) Bool(column string) (bool, error) { return get(r, column, readBool) }

// Time returns a time in UTC. One without a zone is taken for UTC, which Kusto's
// times always are.
func (r Row) Time(column string) (time.Time, error) { return get(r, column, readTime) }

func readText(value jsontext.Value) (string, string) {
	if value.Kind() != '"' {
		return "", found(value, "a text")
	}
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return "", "the text cannot be read"
	}
	return string(text), ""
}

// number returns the digits of a number or of a text that holds one.
func number(value jsontext.Value, want string) (string, string) {
	switch value.Kind() {
	case '0':
		return string(value), ""
	case '"':
		text, reason := readText(value)
		if reason != "" || text == "" {
			return "", found(value, want)
		}
		return text, ""
	}
	return "", found(value, want)
}

func readInt64(value jsontext.Value) (int64, string) {
	text, reason := number(value, "a whole number")
	if reason != "" {
		return 0, reason
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, "found a value that is no whole number of 64 bits"
	}
	return n, ""
}

func readFloat64(value jsontext.Value) (float64, string) {
	text, reason := number(value, "a number")
	if reason != "" {
		return 0, reason
	}
	// NaN, Infinity and -Infinity are what Kusto's real can be besides numbers.
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, "found a value that is no number of 64 bits"
	}
	return f, ""
}

func readBool(value jsontext.Value) (bool, string) {
	switch string(value) {
	case "true", "1":
		return true, ""
	case "false", "0":
		return false, ""
	}
	return false, found(value, "true or false")
}

func readTime(value jsontext.Value) (time.Time, string) {
	text, reason := readText(value)
	if reason != "" {
		return time.Time{}, found(value, "a time")
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), ""
		}
	}
	return time.Time{}, "found a text that is no time such as 2026-08-25T13:20:00Z"
}

// readInto reads a value of any type by the rules of JSON. What Kusto calls
// dynamic often comes as a text that holds JSON, which is read as well.
func readInto(value jsontext.Value, v any) string {
	err := wire.Unmarshal(value, v)
	if err == nil {
		return ""
	}
	if value.Kind() == '"' {
		if text, reason := readText(value); reason == "" && wire.Unmarshal([]byte(text), v) == nil {
			return ""
		}
	}
	if at, ok := err.(*wire.Error); ok {
		return at.Reason
	}
	return "the value cannot be read"
}

func found(value jsontext.Value, want string) string {
	kinds := map[jsontext.Kind]string{'t': "true or false", 'f': "true or false", '"': "a text", '0': "a number", '{': "an object", '[': "a list"}
	return "found " + kinds[value.Kind()] + " where " + want + " is expected"
}
