// Package draw makes JSON documents for the property tests of the models: such as
// the services might send, drawn from the types that they are read into.
package draw

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// maxDepth is how deep objects and lists are nested in what is drawn.
const maxDepth = 4

// A Drawer draws documents. With each it returns what has to be written when the
// document has been read.
type Drawer struct {
	*rapid.T
	// evidence is the interface of the types of evidence.
	evidence reflect.Type
	types    []typed
}

// typed is a pointer to a struct whose objects say of which type they are.
type typed interface{ ODataType() string }

// New returns a drawer for models in which, wherever they have an E or a struct of
// nothing but an E, there is an object of one of some types.
func New[E typed](t *rapid.T, types []E) Drawer {
	d := Drawer{T: t, evidence: reflect.TypeFor[E]()}
	for _, e := range types {
		d.types = append(d.types, e)
	}
	return d
}

// Object returns an object of the struct type t, by its json tags. Every member
// is there, null, empty or absent, in any order; some are there that t does not
// have.
func (d Drawer) Object(t reflect.Type) (in, out string) { return d.object(t, "", 0) }

// Evidence returns a piece of evidence of any type, known or not.
func (d Drawer) Evidence() (in, out string) { return d.anyEvidence(0) }

// Canonical brings a JSON value into the one form of RFC 8785, except for its
// numbers, which it would round.
func Canonical(t rapid.TB, text string) string {
	t.Helper()
	v := jsontext.Value(text)
	if err := v.Format(jsontext.ReorderRawObjects(true), jsontext.CanonicalizeRawFloats(false)); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(v)
}

type members []string // each as "name":value

func (m *members) add(name, value string) { *m = append(*m, fmt.Sprintf("%q:%s", name, value)) }

func (m members) String() string { return "{" + strings.Join(m, ",") + "}" }

func (d Drawer) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.T, label) }

func (d Drawer) text() string {
	b, err := jsontext.AppendQuote(nil, rapid.String().Draw(d.T, "text"))
	if err != nil {
		d.Fatal(err)
	}
	return string(b)
}

// object draws an object. A name makes it polymorphic, with @odata.type at any
// place.
func (d Drawer) object(t reflect.Type, name string, depth int) (in, out string) {
	var ins, outs members
	declared := false
	for _, f := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch tag {
		case "":
			continue
		case "@odata.type":
			declared = true
			continue
		}
		switch d.pick(tag, 6) {
		case 0: // absent
		case 1:
			ins.add(tag, "null")
		default:
			in, out := d.value(f.Type, depth+1)
			ins.add(tag, in)
			if out != `""` && (out != `"0001-01-01T00:00:00Z"` || f.Type != reflect.TypeFor[time.Time]()) { // these say nothing
				outs.add(tag, out)
			}
		}
	}
	for i := range d.pick("unknown", 3) {
		raw := []string{`null`, `{"a":[1,"x",{}]}`, `""`, `1.50`}[d.pick("raw", 4)]
		ins.add(fmt.Sprint("newMember", i), raw)
		outs.add(fmt.Sprint("newMember", i), raw)
	}
	switch {
	case name != "":
		ins.add("@odata.type", fmt.Sprintf("%q", name[d.pick("hash", 2):]))
		outs.add("@odata.type", fmt.Sprintf("%q", name))
	case declared && d.pick("needless type", 4) == 0:
		ins.add("@odata.type", `"#anything"`)
		outs.add("@odata.type", `"#anything"`)
	}
	return members(rapid.Permutation(ins).Draw(d.T, "order")).String(), outs.String()
}

func (d Drawer) anyEvidence(depth int) (in, out string) {
	if d.pick("unknown type", 12) == 0 {
		in = `{"verdict":"malicious","@odata.type":"#microsoft.graph.security.futureEvidence","x":null}`
		return in, in
	}
	e := d.types[d.pick("type", len(d.types))]
	return d.object(reflect.TypeOf(e).Elem(), e.ODataType(), depth)
}

// value draws a value for the type t that is not null.
func (d Drawer) value(t reflect.Type, depth int) (in, out string) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return d.time()
	case t.Kind() == reflect.Map && t.Elem() == reflect.TypeFor[jsontext.Value]():
		in = fmt.Sprintf(`{"app":%s,"n":[null,1]}`, d.text())
		return in, in
	case t == d.evidence, t.Kind() == reflect.Struct && t.NumField() == 1 && t.Field(0).Type == d.evidence:
		return d.anyEvidence(depth)
	}
	switch t.Kind() {
	case reflect.String:
		in = d.text()
	case reflect.Bool:
		in = fmt.Sprint(rapid.Bool().Draw(d.T, "bool"))
	case reflect.Int32:
		in = fmt.Sprint(rapid.Int32().Draw(d.T, "int32"))
	case reflect.Int64:
		in = fmt.Sprint(rapid.Int64().Draw(d.T, "int64"))
	case reflect.Float64:
		in = jsontext.Float(rapid.Float64().Draw(d.T, "float64")).String()
	case reflect.Pointer:
		return d.value(t.Elem(), depth)
	case reflect.Struct:
		if depth > maxDepth {
			return "{}", "{}"
		}
		return d.object(t, "", depth)
	case reflect.Slice:
		return d.list(t.Elem(), depth)
	default:
		d.Fatalf("no idea how to draw a %s", t)
	}
	return in, in
}

func (d Drawer) list(elem reflect.Type, depth int) (in, out string) {
	n := d.pick("length", 4)
	if depth > maxDepth {
		n = 0
	}
	var ins, outs []string
	for range n {
		in, out := d.value(elem, depth+1)
		ins, outs = append(ins, in), append(outs, out)
	}
	if d.pick("null element", 10) == 0 {
		ins = append(ins, "null")
		switch elem.Kind() {
		case reflect.Struct:
			outs = append(outs, "{}")
		case reflect.Interface:
			outs = append(outs, "null")
		default:
			outs = append(outs, `""`)
		}
	}
	return "[" + strings.Join(ins, ",") + "]", "[" + strings.Join(outs, ",") + "]"
}

func (d Drawer) time() (in, out string) {
	at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(d.T, "time"), rapid.Int64Range(0, 9999999).Draw(d.T, "ticks")*100)
	zone := time.FixedZone("", d.pick("zone", 3)*3600*5/2)
	if at.In(zone).Year() > 9999 {
		zone = time.UTC
	}
	return `"` + at.In(zone).Format(time.RFC3339Nano) + `"`, `"` + at.UTC().Format(time.RFC3339Nano) + `"`
}
