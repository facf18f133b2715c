package sentinel

import (
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// Entity is an entity as Azure Resource Manager has it. Nothing in it can be
// set through that API.
type Entity struct {
	// ID is the id in Azure Resource Manager; it ends in Name, which is the id
	// that other entities use. In a list read by [ParseColumn] or [FromEvidence]
	// both are what the list itself numbers its entities by.
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
	// Type is Microsoft.SecurityInsights/Entities.
	Type string `json:"type,omitzero"`
	// Kind says what Properties is.
	Kind Kind `json:"kind,omitzero"`
	// SystemData says who created and changed the entity.
	SystemData *SystemData `json:"systemData,omitzero"`
	// Properties is a pointer to one of the 22 types, such as [*Account], or to
	// [Other] for a kind that this package does not know. It is nil where the
	// entity came without.
	Properties Properties `json:"properties,omitzero"`
	// Unknown keeps the members that this type has no field for, as one JSON
	// object; they are written again behind the others.
	Unknown jsontext.Value `json:",embed,inline"`
}

// SystemData says who created and changed an object of Azure Resource Manager.
// Only the service writes it.
type SystemData struct {
	CreatedBy          string         `json:"createdBy,omitzero"`
	CreatedByType      IdentityType   `json:"createdByType,omitzero"`
	CreatedAt          time.Time      `json:"createdAt,omitzero"`
	LastModifiedBy     string         `json:"lastModifiedBy,omitzero"`
	LastModifiedByType IdentityType   `json:"lastModifiedByType,omitzero"`
	LastModifiedAt     time.Time      `json:"lastModifiedAt,omitzero"`
	Unknown            jsontext.Value `json:",embed,inline"` // members that are newer, see [Entity]
}

// Properties are the properties of an entity of one kind.
type Properties interface {
	// Kind returns the kind that the type belongs to, and "" for [Other].
	Kind() Kind
	// Common returns the properties that all kinds have.
	Common() *Base

	isProperties()
}

// Base is what the properties of all kinds have. It is embedded in the 22
// types.
type Base struct {
	// FriendlyName is a short name for people.
	FriendlyName string `json:"friendlyName,omitzero"`
	// AdditionalData are members that no specification fixes.
	AdditionalData map[string]jsontext.Value `json:"additionalData,omitzero"`
	// Unknown keeps the members that the type has no field for, as one JSON
	// object; they are written again behind the fields. Members that only the
	// column Entities has are here under the names that they have there.
	Unknown jsontext.Value `json:",embed,inline"`
}

// Common returns b.
func (b *Base) Common() *Base { return b }

func (*Base) isProperties() {}

// Other has the properties of a kind that this package does not know, as they
// came.
type Other struct {
	// Raw is the JSON value of the properties.
	Raw jsontext.Value
}

// Kind returns "".
func (*Other) Kind() Kind { return "" }

// Common returns the common properties as far as they can be read from Raw.
// Changes to them have no effect.
func (o *Other) Common() *Base {
	c := new(Base)
	if wire.Unmarshal(o.Raw, c) != nil {
		return new(Base)
	}
	c.Unknown = nil
	return c
}

func (*Other) isProperties() {}

// MarshalJSONTo writes Raw, or null if it is empty.
func (o Other) MarshalJSONTo(enc *jsontext.Encoder) error {
	if len(o.Raw) == 0 {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteValue(o.Raw)
}

// plainEntity is Entity without its methods, and with properties as they stand.
type plainEntity struct {
	ID         string         `json:"id,omitzero"`
	Name       string         `json:"name,omitzero"`
	Type       string         `json:"type,omitzero"`
	Kind       Kind           `json:"kind,omitzero"`
	SystemData *SystemData    `json:"systemData,omitzero"`
	Properties jsontext.Value `json:"properties,omitzero"`
	Unknown    jsontext.Value `json:",embed,inline"`
}

// UnmarshalJSONFrom reads an entity as the API sends it. Properties that do not
// have the form of their kind become [Other].
func (e *Entity) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var p plainEntity
	if err := wire.UnmarshalFrom(dec, &p); err != nil {
		return err
	}
	*e = Entity{p.ID, p.Name, p.Type, p.Kind, p.SystemData, nil, p.Unknown}
	if p.Properties == nil || p.Properties.Kind() == 'n' {
		return nil
	}
	e.Properties = &Other{p.Properties}
	if known := newProperties(p.Kind); known != nil && wire.Unmarshal(p.Properties, known) == nil {
		e.Properties = known
	}
	return nil
}

// MarshalJSONTo writes the entity as the API does.
func (e *Entity) MarshalJSONTo(enc *jsontext.Encoder) error {
	type plain Entity
	return wire.MarshalTo(enc, (*plain)(e))
}

// MarshalJSON serves encoding/json.
func (e Entity) MarshalJSON() ([]byte, error) { return wire.Marshal(&e) }

// UnmarshalJSON serves encoding/json.
func (e *Entity) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, e) }

// String names the entity for people: its kind, and its friendly name or id.
func (e Entity) String() string {
	name := e.Name
	if e.Properties != nil && e.Properties.Common().FriendlyName != "" {
		name = e.Properties.Common().FriendlyName
	}
	return fmt.Sprintf("%s %q", e.Kind, name)
}

// List is entities that name each other by their ids.
type List []Entity

// Of ranges over the properties in list that have the type P:
//
//	for host := range sentinel.Of[*sentinel.Host](list) {
//		fmt.Println(host.HostName)
//	}
func Of[P Properties](list List) iter.Seq[P] {
	return func(yield func(P) bool) {
		for i := range list {
			if p, ok := list[i].Properties.(P); ok && !yield(p) {
				return
			}
		}
	}
}

// Find returns the entity that a property such as HostEntityID names, or nil. The
// name is an id in Azure Resource Manager or its last part; case does not matter.
func (l List) Find(id string) *Entity {
	if id == "" {
		return nil
	}
	for i := range l {
		if strings.EqualFold(l[i].ID, id) {
			return &l[i]
		}
	}
	name := lastPart(id)
	for i := range l {
		if l[i].Name != "" && strings.EqualFold(l[i].Name, name) {
			return &l[i]
		}
	}
	return nil
}

func lastPart(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// index finds the entities of a list as [List.Find] does, in the same time however
// long the list is.
type index struct {
	list         List
	byID, byName map[string]int
}

func newIndex(l List) *index {
	x := &index{l, make(map[string]int, len(l)), make(map[string]int, len(l))}
	add := func(m map[string]int, key string, i int) {
		if key = strings.ToLower(key); key != "" {
			if _, ok := m[key]; !ok {
				m[key] = i
			}
		}
	}
	for i := range l {
		add(x.byID, l[i].ID, i)
		add(x.byName, l[i].Name, i)
	}
	return x
}

// find returns the place in the list of the entity that id names, or -1.
func (x *index) find(id string) int {
	if i, ok := x.byID[strings.ToLower(id)]; ok {
		return i
	}
	if i, ok := x.byName[strings.ToLower(lastPart(id))]; ok {
		return i
	}
	return -1
}

// find returns the properties of the entity that id names, if they are a P.
func find[P Properties](x *index, id string) (p P, ok bool) {
	if i := x.find(id); i >= 0 {
		p, ok = x.list[i].Properties.(P)
	}
	return p, ok && !reflect.ValueOf(p).IsNil()
}
