package evidence_test

import (
	stdjson "encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// document is a drawn JSON document and what has to come back when it has been decoded and encoded.
type document struct {
	in, out []string // members, each as `"name":value`
}

func (d *document) add(name, in, out string) {
	d.in = append(d.in, fmt.Sprintf("%q:%s", name, in))
	if out != "" {
		d.out = append(d.out, fmt.Sprintf("%q:%s", name, out))
	}
}

// drawer draws documents for Go types by their json tags: every property is there, null, empty or
// absent.
type drawer struct{ *rapid.T }

func (d drawer) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.T, label) }

func (d drawer) text() string {
	b, err := jsontext.AppendQuote(nil, rapid.String().Draw(d.T, "text"))
	require.NoError(d.T, err)
	return string(b)
}

// object returns an object for the struct type t. A name makes it polymorphic, with @odata.type at
// any place.
func (d drawer) object(t reflect.Type, name string, depth int) (in, out string) {
	var doc document
	for _, f := range reflect.VisibleFields(t) {
		tag, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "" || tag == "@odata.type" || strings.HasPrefix(option, "embed") {
			continue
		}
		switch d.pick(tag, 6) {
		case 0: // absent
		case 1:
			doc.add(tag, "null", "")
		default:
			in, out := d.value(f.Type, depth+1)
			if out == `""` || out == `"0001-01-01T00:00:00Z"` && f.Type == reflect.TypeFor[time.Time]() {
				out = "" // says nothing
			}
			doc.add(tag, in, out)
		}
	}
	for i := range d.pick("unknown", 3) {
		raw := []string{`null`, `{"a":[1,"x",{}]}`, `""`, `1.50`}[d.pick("raw", 4)]
		doc.add(fmt.Sprint("newMember", i), raw, raw)
	}
	switch {
	case name != "":
		doc.add("@odata.type", fmt.Sprintf("%q", name[d.pick("hash", 2):]), fmt.Sprintf("%q", name))
	case d.pick("needless type", 4) == 0:
		doc.add("@odata.type", `"#anything"`, `"#anything"`)
	}
	order := rapid.Permutation(doc.in).Draw(d.T, "order")
	return "{" + strings.Join(order, ",") + "}", "{" + strings.Join(doc.out, ",") + "}"
}

// value returns a value for the type t that is not null.
func (d drawer) value(t reflect.Type, depth int) (in, out string) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(d.T, "time"), rapid.Int64Range(0, 9999999).Draw(d.T, "ticks")*100)
		zone := time.FixedZone("", d.pick("zone", 3)*3600*5/2)
		if y := at.In(zone).Year(); y > 9999 {
			zone = time.UTC
		}
		return `"` + at.In(zone).Format(time.RFC3339Nano) + `"`, `"` + at.UTC().Format(time.RFC3339Nano) + `"`
	case t == reflect.TypeFor[evidence.Dictionary]():
		in = fmt.Sprintf(`{"app":%s,"n":[null,1]}`, d.text())
		return in, in
	case t == reflect.TypeFor[evidence.Any]():
		return d.evidence(depth)
	case t.Kind() == reflect.String:
		in = d.text()
		return in, in
	case t.Kind() == reflect.Slice:
		n := d.pick("length", 4)
		if depth > 4 {
			n = 0
		}
		var ins, outs []string
		for range n {
			in, out := d.value(t.Elem(), depth+1)
			ins, outs = append(ins, in), append(outs, out)
		}
		if d.pick("null element", 10) == 0 {
			ins, outs = append(ins, "null"), append(outs, `""`)
			if t.Elem().Kind() == reflect.Struct {
				outs[len(outs)-1] = "{}"
			}
		}
		return "[" + strings.Join(ins, ",") + "]", "[" + strings.Join(outs, ",") + "]"
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		t = t.Elem()
		fallthrough
	case t.Kind() == reflect.Struct:
		if depth > 4 {
			return "{}", "{}"
		}
		return d.object(t, "", depth)
	}
	switch t.Elem().Kind() {
	case reflect.Bool:
		in = fmt.Sprint(rapid.Bool().Draw(d.T, "bool"))
	case reflect.Int32:
		in = fmt.Sprint(rapid.Int32().Draw(d.T, "int32"))
	case reflect.Int64:
		in = fmt.Sprint(rapid.Int64().Draw(d.T, "int64"))
	case reflect.Float64:
		in = jsontext.Float(rapid.Float64().Draw(d.T, "float64")).String()
	default:
		d.T.Fatalf("no idea how to draw a %s", t)
	}
	return in, in
}

func (d drawer) evidence(depth int) (in, out string) {
	if d.pick("unknown type", 12) == 0 {
		in = `{"verdict":"malicious","@odata.type":"#microsoft.graph.security.futureEvidence","x":null}`
		return in, in
	}
	types := evidence.Types()
	e := types[d.pick("type", len(types))]
	return d.object(reflect.TypeOf(e).Elem(), e.ODataType(), depth)
}

// TestRoundTrip decodes and encodes documents drawn from the types themselves, with both JSON
// libraries, and proves that the value is the same but for what the package comment says.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawer{t}
		in, want := d.evidence(0)
		e, err := evidence.Decode([]byte(in))
		require.NoError(t, err, in)
		got, err := evidence.Encode(e)
		require.NoError(t, err)
		require.Equal(t, canonical(t, want), canonical(t, string(got)), in)
		if u, ok := e.(*evidence.Unknown); ok {
			require.Equal(t, in, string(u.Raw))
		}

		again, err := evidence.Decode(got)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, again))

		var byStandard evidence.List
		require.NoError(t, stdjson.Unmarshal([]byte("["+in+"]"), &byStandard))
		require.Empty(t, cmp.Diff(e, byStandard[0]))
		standard, err := stdjson.Marshal(byStandard)
		require.NoError(t, err)
		require.Equal(t, canonical(t, "["+want+"]"), canonical(t, string(standard)))
	})
}

// canonical brings a JSON value into the one form of RFC 8785, except for its numbers, which it
// would round.
func canonical(t require.TestingT, text string) string {
	v := jsontext.Value(text)
	require.NoError(t, v.Format(jsontext.ReorderRawObjects(true), jsontext.CanonicalizeRawFloats(false)), text)
	return string(v)
}

// TestEveryMember proves for each type that each field is written under its own name and read back
// from there.
func TestEveryMember(t *testing.T) {
	for _, e := range evidence.Types() {
		v := reflect.ValueOf(e).Elem()
		var names []string
		fill(v, 0, &names)
		text, err := evidence.Encode(e)
		require.NoError(t, err)

		var members []string
		dec := jsontext.NewDecoder(strings.NewReader(string(text)))
		_, err = dec.ReadToken()
		require.NoError(t, err)
		for dec.PeekKind() != '}' {
			name, err := dec.ReadToken()
			require.NoError(t, err)
			members = append(members, name.String())
			_, err = dec.ReadValue()
			require.NoError(t, err)
		}
		require.Equal(t, append([]string{"@odata.type"}, names...), members, "the order is that of the fields")

		got, err := evidence.Decode(text)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, got))

		// The struct alone, by value, needs no @odata.type.
		untyped, err := wire.Marshal(v.Interface())
		require.NoError(t, err)
		require.True(t, "{"+string(text[strings.IndexByte(string(text), ',')+1:]) == string(untyped), "%T", e)
		alone := reflect.New(v.Type())
		require.NoError(t, json.Unmarshal(untyped, alone.Interface()))
		require.Empty(t, cmp.Diff(e, alone.Interface()))
		require.NoError(t, json.Unmarshal(text, alone.Interface()))
		require.EqualValues(t, e.ODataType(), alone.Interface().(evidence.Evidence).Common().DeclaredType)
		require.Same(t, e.Common(), v.FieldByName("Base").Addr().Interface())
	}
}

// fill sets every field below v to a value of its own, and reports the names of the fields in v.
func fill(v reflect.Value, depth int, names *[]string) {
	for i := range v.NumField() {
		f, field := v.Type().Field(i), v.Field(i)
		tag, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			fill(field, depth, names)
			continue
		case strings.HasPrefix(option, "embed"), tag == "@odata.type":
			continue
		}
		if set(field, tag, depth) {
			*names = append(*names, tag)
		}
	}
}

func set(v reflect.Value, text string, depth int) bool {
	var ignored []string
	switch {
	case depth > 3:
		return false
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 8, len(text), 13, 5, 0, 1200, time.UTC)))
	case v.Type() == reflect.TypeFor[evidence.Dictionary]():
		v.Set(reflect.ValueOf(evidence.NewDictionary(map[string]string{text: "x", "a": "y"})))
	case v.Type() == reflect.TypeFor[evidence.Any]():
		v.Set(reflect.ValueOf(evidence.Any{Evidence: &evidence.AzureResource{ResourceID: text}}))
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Int32, v.Kind() == reflect.Int64:
		v.SetInt(int64(len(text)))
	case v.Kind() == reflect.Float64:
		v.SetFloat(float64(len(text)) / 4)
	case v.Kind() == reflect.Struct:
		fill(v, depth+1, &ignored)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		set(v.Index(0), text, depth+1)
		set(v.Index(1), text+"2", depth+1)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		set(v.Elem(), text, depth)
	default:
		panic(v.Type())
	}
	return true
}

// TestNested does for the complex types what TestEveryMember does for evidence.
func TestNested(t *testing.T) {
	var tried []string
	for _, typ := range complexTypes {
		if typ.Kind() != reflect.Struct {
			continue
		}
		p := reflect.New(typ)
		var names []string
		fill(p.Elem(), 0, &names)
		p.Elem().FieldByName("Extra").Set(reflect.ValueOf(new(jsontext.Value(`{"x":1}`))))
		for _, in := range []any{p.Interface(), p.Elem().Interface()} {
			text, err := json.Marshal(in)
			require.NoError(t, err)
			require.NotContains(t, string(text), "@odata.type")
			for _, name := range append(names, "x") {
				require.Contains(t, string(text), `"`+name+`":`)
			}
			got := reflect.New(typ)
			require.NoError(t, json.Unmarshal(text, got.Interface()))
			require.Empty(t, cmp.Diff(p.Interface(), got.Interface()))
		}
		tried = append(tried, typ.Name())
	}
	slices.Sort(tried)
	require.Len(t, tried, 10)
}
