package graph

import (
	"encoding"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// RowsAs yields the rows of a result as values of the struct T, as [Row.Scan]
// fills it. The first row that does not fit ends it with an error, which is a
// [*ColumnError].
func RowsAs[T any](r *HuntingResults) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row := range r.Rows() {
			var v T
			err := row.Scan(&v)
			if err != nil {
				v = *new(T)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Scan fills the struct that dst points to. A field takes the column of its name,
// or of its tag:
//
//	type signIn struct {
//		At      time.Time `hunting:"Timestamp"`
//		Account string    `hunting:"AccountUpn"`
//		Ports   []int     `hunting:"Ports,optional"`
//		Note    string    `hunting:"-"`
//	}
//
// Text, whole numbers, numbers, truth values and times are read as the methods of
// [Row] do; a type with UnmarshalText from a text; [jsontext.Value] takes the value
// as it came, and every other type what JSON puts into it, also where the column
// holds JSON as a text. A null leaves the zero value, or a nil pointer. Columns
// that have no field are left out. A column that the result does not have is an
// error, unless the field is optional.
//
// The error is a [*ColumnError] when it is the row that does not fit.
func (r Row) Scan(dst any) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("graph: a row is scanned into a pointer to a struct, not into %T", dst)
	}
	v = v.Elem()
	for _, f := range fieldsToScan(v.Type()) {
		value, ok := r.JSON(f.column)
		if !ok {
			if f.optional {
				v.Field(f.index).SetZero()
				continue
			}
			return r.fail(f.column, "the result has no such column; it has %s", r.columns())
		}
		if reason := scan(value, v.Field(f.index)); reason != "" {
			return r.fail(f.column, "%s", reason)
		}
	}
	return nil
}

type scanField struct {
	index    int
	column   string
	optional bool
}

// scanPlans keeps what fieldsToScan found, by type.
var scanPlans sync.Map

func fieldsToScan(t reflect.Type) []scanField {
	if plan, ok := scanPlans.Load(t); ok {
		return plan.([]scanField)
	}
	var plan []scanField
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("hunting"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		plan = append(plan, scanField{i, name, option == "optional"})
	}
	scanPlans.Store(t, plan)
	return plan
}

// scan puts a value into a field, or says why it cannot.
func scan(value jsontext.Value, v reflect.Value) string {
	v.SetZero()
	if isNull(value) {
		return ""
	}
	switch p := v.Addr().Interface().(type) {
	case *jsontext.Value:
		*p = value
		return ""
	case *time.Time:
		t, reason := readTime(value)
		*p = t
		return reason
	case encoding.TextUnmarshaler:
		text, reason := readText(value)
		if reason == "" && p.UnmarshalText([]byte(text)) != nil {
			reason = "found a text that is no " + v.Type().String()
		}
		return reason
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return scan(value, v.Elem())
	case reflect.String:
		text, reason := readText(value)
		v.SetString(text)
		return reason
	case reflect.Bool:
		b, reason := readBool(value)
		v.SetBool(b)
		return reason
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, reason := readInt64(value)
		if reason == "" && v.OverflowInt(n) {
			return "the number does not fit into " + v.Type().String()
		}
		v.SetInt(n)
		return reason
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, reason := readInt64(value)
		if reason == "" && (n < 0 || v.OverflowUint(uint64(n))) {
			return "the number does not fit into " + v.Type().String()
		}
		v.SetUint(uint64(n))
		return reason
	case reflect.Float32, reflect.Float64:
		f, reason := readFloat64(value)
		v.SetFloat(f)
		return reason
	}
	return readInto(value, v.Addr().Interface())
}
