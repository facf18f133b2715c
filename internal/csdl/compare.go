package csdl

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Mapping says which Go type stands for which type of a schema.
type Mapping struct {
	// Types maps names of the schema to Go types. A struct stands for a type with its properties;
	// any other Go type stands as it is, such as an interface for a polymorphic type or a map for
	// an open one.
	Types map[string]reflect.Type
	// Singles gives the Go type for a single value of a type where it is not simply a pointer to
	// the mapped struct, or the mapped type.
	Singles map[string]reflect.Type
	// Collections gives the Go type for a collection of a type where it is not simply a slice.
	Collections map[string]reflect.Type
	// Enums maps names of the schema to Go types of kind string with a method Values that returns
	// the members.
	Enums map[string]reflect.Type
	// Named gives the Go type of single properties, as type.property, where this project has a
	// more telling type than the schema: a named text for a category that the schema calls a
	// string.
	Named map[string]reflect.Type
	// Ignored are json names that a struct may have without a property of the schema.
	Ignored []string
}

// Report is the outcome of a comparison.
type Report struct {
	Types, Properties, Enums, Members int      // compared and found equal or not
	Differences                       []string // empty if the Go types are those of the schema
}

// Compare compares every type and enumeration of m with the schema, and looks for types that the
// mapped ones refer to but m leaves out. A property has to have a field with its exact name in the
// json tag and with this Go type:
//
//	Edm.String, Edm.Guid   string
//	Edm.DateTimeOffset     time.Time
//	Edm.Boolean            *bool
//	Edm.Int32, Edm.Int64   *int32, *int64
//	Edm.Double             *float64
//	enumeration            the mapped type
//	complex type           a pointer to the mapped struct
//	Collection(T)          a slice of T's Go type, without the pointer
//
// A field that is there for no property is a difference as well.
func Compare(s *Schema, m Mapping) Report {
	c := comparison{schema: s, mapping: m}
	for _, name := range sortedKeys(m.Types) {
		c.compareType(name, m.Types[name])
	}
	for _, name := range sortedKeys(m.Enums) {
		c.compareEnum(name, m.Enums[name])
	}
	return c.report
}

type comparison struct {
	schema  *Schema
	mapping Mapping
	report  Report
}

func (c *comparison) differ(format string, args ...any) {
	c.report.Differences = append(c.report.Differences, fmt.Sprintf(format, args...))
}

func (c *comparison) compareType(name string, got reflect.Type) {
	t, ok := c.schema.Types[name]
	if !ok {
		c.differ("%s: the schema has no such type", name)
		return
	}
	if got.Kind() != reflect.Struct {
		return
	}
	c.report.Types++
	properties := t.Properties
	for base := t.Base; base != ""; {
		parent := c.schema.Types[unqualified(base)] // of another namespace: nothing known
		properties = slices.Concat(properties, parent.Properties)
		base = parent.Base
	}
	fields := jsonFields(got)
	for _, p := range properties {
		c.report.Properties++
		f, ok := fields[p.Name]
		delete(fields, p.Name)
		if !ok {
			c.differ("%s.%s: %s has no field for it", name, p.Name, got)
			continue
		}
		if want := c.goType(name, p); want != nil && f.Type != want {
			c.differ("%s.%s: the field %s.%s has the type %s, want %s", name, p.Name, got, f.Name, f.Type, want)
		}
		if _, options, _ := strings.Cut(f.Tag.Get("json"), ","); options != "omitzero" {
			c.differ("%s.%s: the field %s.%s is not omitzero", name, p.Name, got, f.Name)
		}
	}
	for _, extra := range sortedKeys(fields) {
		if !slices.Contains(c.mapping.Ignored, extra) {
			c.differ("%s: the schema has no property %s, which %s.%s has", name, extra, got, fields[extra].Name)
		}
	}
}

var primitives = map[string]reflect.Type{
	"Edm.String":         reflect.TypeFor[string](),
	"Edm.Guid":           reflect.TypeFor[string](),
	"Edm.DateTimeOffset": reflect.TypeFor[time.Time](),
	"Edm.Boolean":        reflect.TypeFor[*bool](),
	"Edm.Int32":          reflect.TypeFor[*int32](),
	"Edm.Int64":          reflect.TypeFor[*int64](),
	"Edm.Double":         reflect.TypeFor[*float64](),
}

// goType returns the Go type that the property p has to have, or nil after reporting that there is
// none.
func (c *comparison) goType(owner string, p Property) reflect.Type {
	if t, ok := c.mapping.Named[owner+"."+p.Name]; ok {
		return t
	}
	name := unqualified(p.Type)
	t, ok := primitives[p.Type]
	if !ok {
		t, ok = c.mapping.Enums[name]
	}
	if !ok {
		if t, ok = c.mapping.Types[name]; ok && t.Kind() == reflect.Struct && !p.Collection {
			t = reflect.PointerTo(t)
		}
	}
	if !ok {
		c.differ("%s.%s: no Go type is mapped to %s", owner, p.Name, p.Type)
		return nil
	}
	if !p.Collection {
		if single, ok := c.mapping.Singles[name]; ok {
			return single
		}
		return t
	}
	if list, ok := c.mapping.Collections[name]; ok {
		return list
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return reflect.SliceOf(t)
}

func (c *comparison) compareEnum(name string, got reflect.Type) {
	e, ok := c.schema.Enums[name]
	if !ok {
		c.differ("%s: the schema has no such enumeration", name)
		return
	}
	c.report.Enums++
	c.report.Members += len(e.Members)
	values := reflect.Zero(got).MethodByName("Values")
	if got.Kind() != reflect.String || !values.IsValid() {
		c.differ("%s: %s is not a string type with a method Values", name, got)
		return
	}
	var want, have []string
	for _, m := range e.Members {
		want = append(want, m.Name)
	}
	for _, v := range values.Call(nil)[0].Seq2() {
		have = append(have, v.String())
	}
	if !slices.Equal(have, want) {
		c.differ("%s: %s has the members %q, the schema %q", name, got, have, want)
	}
}

// jsonFields returns the fields of a struct, those of embedded structs included, by the name in
// their json tag.
func jsonFields(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f
		}
	}
	return fields
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
