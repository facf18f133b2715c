package hunting

import (
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Table is the schema of one hunting table.
type Table struct {
	// Name is the table's name in a query.
	Name string
	// Columns are in the order of the documentation.
	Columns []Column
}

// Column is one column of a table.
type Column struct {
	// Name is the column's name in a query.
	Name string
	// Type is its type in the Kusto query language: string, datetime, int, long,
	// real, bool or dynamic.
	Type string
	// Field is the index of the row's struct field that holds it.
	Field int
}

// Tables returns the schemas of the four tables.
func Tables() []Table {
	return []Table{
		TableOf[AlertInfo](), TableOf[AlertEvidence](), TableOf[SecurityAlert](), TableOf[SecurityIncident](),
	}
}

// Row is one of the four kinds of rows.
type Row interface {
	AlertInfo | AlertEvidence | SecurityAlert | SecurityIncident
}

// TableOf returns the schema of the table that has rows of type R.
func TableOf[R Row]() Table {
	t := reflect.TypeFor[R]()
	table := Table{Name: t.Name()}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		table.Columns = append(table.Columns, Column{Name: name, Type: kustoType(field.Type), Field: i})
	}
	return table
}

func kustoType(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "datetime"
	case reflect.TypeFor[jsontext.Value]():
		return "dynamic"
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.Int32:
		return "int"
	case reflect.Int64:
		return "long"
	case reflect.Float64:
		return "real"
	default:
		return "string"
	}
}
