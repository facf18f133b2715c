// Package csdl reads the Common Schema Definition Language of OData, in which Microsoft Graph
// publishes its types, and compares Go types with it. Only tests use it: they prove that the
// module's types are those of the schema.
package csdl

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Schema is one namespace.
type Schema struct {
	Namespace string
	Types     map[string]Type
	Enums     map[string]Enum
}

// Type is a complex type or an entity type.
type Type struct {
	Name       string     `xml:"Name,attr"`
	Base       string     `xml:"BaseType,attr"` // qualified, "" if there is none
	Open       bool       `xml:"OpenType,attr"`
	Properties []Property `xml:"Property"` // without those of Base, in the order of the file
}

// Property is a property of a Type. Navigation properties are not read.
type Property struct {
	Name       string
	Type       string // "Edm.String", or qualified; the type of an element if Collection is set
	Collection bool
	Nullable   bool // true unless the schema denies it
}

// Enum is an enumeration.
type Enum struct {
	Name    string   `xml:"Name,attr"`
	Flags   bool     `xml:"IsFlags,attr"`
	Members []Member `xml:"Member"` // in the order of the file
}

// Member is a member of an Enum.
type Member struct {
	Name  string `xml:"Name,attr"`
	Value int64  `xml:"Value,attr"`
}

// UnmarshalXML reads a Property element.
func (p *Property) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	p.Nullable = true
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "Name":
			p.Name = a.Value
		case "Nullable":
			p.Nullable = a.Value != "false"
		case "Type":
			p.Type = a.Value
			if inner, ok := strings.CutPrefix(a.Value, "Collection("); ok {
				p.Type, p.Collection = strings.TrimSuffix(inner, ")"), true
			}
		}
	}
	return d.Skip()
}

// Parse reads the first Schema element of r.
func Parse(r io.Reader) (*Schema, error) {
	var file struct {
		XMLName   xml.Name
		Namespace string `xml:"Namespace,attr"`
		Complex   []Type `xml:"ComplexType"`
		Entities  []Type `xml:"EntityType"`
		Enums     []Enum `xml:"EnumType"`
	}
	if err := xml.NewDecoder(r).Decode(&file); err != nil {
		return nil, fmt.Errorf("csdl: %w", err)
	}
	if file.XMLName.Local != "Schema" {
		return nil, fmt.Errorf("csdl: found the element %s where Schema is needed", file.XMLName.Local)
	}
	s := &Schema{Namespace: file.Namespace, Types: map[string]Type{}, Enums: map[string]Enum{}}
	for _, t := range append(file.Complex, file.Entities...) {
		s.Types[t.Name] = t
	}
	for _, e := range file.Enums {
		s.Enums[e.Name] = e
	}
	return s, nil
}

// Derived returns the names of the types whose base is the type called base, sorted by name.
func (s *Schema) Derived(base string) []string {
	var names []string
	for name, t := range s.Types {
		if unqualified(t.Base) == base {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// unqualified removes the namespace or its alias: "self.fileHash" is "fileHash".
func unqualified(name string) string {
	return name[strings.LastIndexByte(name, '.')+1:]
}
