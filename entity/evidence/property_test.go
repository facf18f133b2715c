package evidence_test

import (
	stdjson "encoding/json"
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
	"github.com/incidentkit/incidentkit/internal/draw"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// TestRoundTrip decodes and encodes documents drawn from the types themselves, with both JSON
// libraries, and proves that the value is the same but for what the package comment says.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, want := draw.New(t, evidence.Types()).Evidence()
		e, err := evidence.Decode([]byte(in))
		require.NoError(t, err, in)
		got, err := evidence.Encode(e)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, want), draw.Canonical(t, string(got)), in)
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
		require.Equal(t, draw.Canonical(t, "["+want+"]"), draw.Canonical(t, string(standard)))
	})
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
