package wire_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/wire"
)

type outer struct {
	Name  string            `json:"name"`
	Count int               `json:"count"`
	At    time.Time         `json:"at,omitzero"`
	Items []inner           `json:"items,omitempty"`
	Map   map[string]string `json:"map,omitempty"`
	Next  *inner            `json:"next,omitempty"`
}

type inner struct {
	Title string `json:"title"`
}

func TestMarshalIsCanonical(t *testing.T) {
	data, err := wire.Marshal(outer{Name: "<&>", Map: map[string]string{"b": "2", "a": "1", "c": "3"}})
	require.NoError(t, err)
	require.Equal(t, `{"name":"<&>","count":0,"map":{"a":"1","b":"2","c":"3"}}`, string(data))
	_, err = wire.Marshal(func() {})
	require.ErrorContains(t, err, "cannot write JSON")
}

func TestUnmarshalErrors(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
	}{
		{"wrong type", "{\n \"items\": [{\"title\": 7}]}", "items[0].title, line 2, column 22 (byte 23): found a number where a string is expected"},
		{"object for list", `{"items":{}}`, "items, line 1, column 10 (byte 9): found an object where a list is expected"},
		{"not a time", `{"at":"yesterday"}`, "at, line 1, column 7 (byte 6): found a string where a date and time such as 2026-08-25T13:20:00Z is expected"},
		{"float for int", `{"count":1.5}`, "count, line 1, column 10 (byte 9): the number is not whole, or too large"},
		{"duplicate", `{"name":"a","name":"b"}`, "name, line 1, column 13 (byte 12): the name appears twice in one object; remove one of the two"},
		{"cut off", `{"name":"a`, "name, line 1, column 11 (byte 10): the document ends too early; it is cut off or a bracket is not closed"},
		{"empty", ``, "line 1, column 1 (byte 0): the document ends too early; it is cut off or a bracket is not closed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var v outer
			err := wire.Unmarshal([]byte(tt.in), &v)
			require.Error(t, err)
			_, ok := errors.AsType[*wire.Error](err)
			require.True(t, ok)
			require.Equal(t, tt.want, err.Error())
		})
	}
	for _, in := range []string{`{"name":"\xff"}`, "{\"name\":\"\xff\"}", `{} {}`, `{"name":"a"} x`, `[1]`} {
		require.Error(t, wire.Unmarshal([]byte(in), new(outer)), in)
	}
}

func TestPathsAreShortAndPlain(t *testing.T) {
	err := wire.Unmarshal([]byte(`{"map":{"`+strings.Repeat("long", 1000)+`\u001b[31m":7}}`), new(outer))
	require.Error(t, err)
	require.Less(t, len(err.Error()), 400)
	err = wire.Unmarshal([]byte(`{"map":{"\u001b[31m":7}}`), new(outer))
	require.ErrorContains(t, err, "map. [31m")
}

func TestUnmarshalKeepsTheDocumentOutOfErrors(t *testing.T) {
	err := wire.Unmarshal([]byte(`{"count":"hunter2"}`), new(outer))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestLimits(t *testing.T) {
	nest := func(n int) string { return strings.Repeat(`[{"a":`, n/2) + `"]}\"[{"` + strings.Repeat(`}]`, n/2) }
	require.NoError(t, wire.Unmarshal([]byte(nest(wire.MaxDepth)), new(any)))
	require.NoError(t, wire.Unmarshal([]byte("["+strings.Repeat(nest(wire.MaxDepth-2)+",", 50)+"[]]"), new(any)), "levels are closed")
	for in, want := range map[string]string{
		"[\n" + nest(wire.MaxDepth) + "]":    "line 2, column 188 (byte 189): objects and lists are nested more than 64 levels deep",
		strings.Repeat("{", 1000):            "line 1, column 65 (byte 64): objects and lists are nested more than 64 levels deep",
		strings.Repeat("[", 5_000_000) + `"`: "line 1, column 65 (byte 64): objects and lists are nested more than 64 levels deep",
	} {
		err := wire.Unmarshal([]byte(in), new(any))
		require.EqualError(t, err, want)
	}

	for element, fits := range map[string]bool{`{},`: false, `null,`: false, `1,`: true, `"null",`: true} {
		in := func(n int) []byte { return []byte(`{"a":null,"a2":[` + strings.Repeat(element, n-2) + `{}]}`) }
		require.NoError(t, wire.Unmarshal(in(wire.MaxObjects), new(inner)), element)
		err := wire.Unmarshal(in(wire.MaxObjects+1), new(inner))
		if fits {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, "more than 262144 objects")
		}
	}
	require.NoError(t, wire.Unmarshal([]byte(`{"a":[[`+strings.Repeat(`0],[`, wire.MaxObjects)+`{"b":null}]]}`), new(inner)))
	members := strings.Repeat(`,"b":null`, wire.MaxObjects)
	require.ErrorContains(t, wire.Unmarshal([]byte(`{"a":[[{"a":1}],{"b":{}`+members+`}]}`), new(inner)), "twice", "null is no object here")
}

func TestTimesAreReadInUTC(t *testing.T) {
	for in, want := range map[string]string{
		"2026-08-20T15:05:00.1234567+02:00": "2026-08-20T13:05:00.1234567Z",
		"2026-08-20T13:05:00.100Z":          "2026-08-20T13:05:00.1Z",
		"9999-12-31T23:00:00-05:00":         "9999-12-31T23:00:00-05:00", // the year 10000 cannot be written
		"0000-01-01T00:00:00+05:00":         "0000-01-01T00:00:00+05:00",
	} {
		var v struct {
			List []*time.Time         `json:"list"`
			Map  map[string]time.Time `json:"map"`
		}
		require.NoError(t, wire.Unmarshal([]byte(`{"list":[null,"`+in+`"],"map":{"x":"`+in+`"}}`), &v))
		require.Nil(t, v.List[0])
		text, err := wire.Marshal(v)
		require.NoError(t, err)
		require.Equal(t, `{"list":[null,"`+want+`"],"map":{"x":"`+want+`"}}`, string(text))
	}
	at := time.Date(2026, 8, 20, 15, 5, 0, 0, time.FixedZone("", 7200))
	text, err := wire.Marshal(at)
	require.NoError(t, err)
	require.Equal(t, `"2026-08-20T15:05:00+02:00"`, string(text))
}

// through passes its options on, as List does in package evidence.
type through struct{ at time.Time }

func (v *through) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return jsonv2.Unmarshal(raw, &v.at, dec.Options())
}

func TestOptionsArePassedOn(t *testing.T) {
	var v []through
	require.NoError(t, wire.Unmarshal([]byte(`["2026-08-20T15:05:00+02:00"]`), &v))
	require.Equal(t, time.Date(2026, 8, 20, 13, 5, 0, 0, time.UTC), v[0].at)
}

func TestUnknownMembers(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []wire.Member
	}{
		{"none", `{"name":"a","items":[{"title":"t"}],"next":{"title":"u"},"map":{"any":"thing"}}`, nil},
		{"every place", `{"nmae":1,"items":[{},{"titel":"x","colour":{"deep":[1,{"er":2}]}}],"next":{"TITLE":1},"Name":"x"}`, []wire.Member{
			{Path: "nmae", Name: "nmae", Nearest: "name"},
			{Path: "items[1].titel", Name: "titel", Nearest: "title"},
			{Path: "items[1].colour", Name: "colour"},
			{Path: "next.TITLE", Name: "TITLE", Nearest: "title"},
			{Path: "Name", Name: "Name", Nearest: "name"},
		}},
		{"a long name costs nothing", `{"` + strings.Repeat("x", 10000) + `":1}`, []wire.Member{
			{Path: strings.Repeat("x", 10000), Name: strings.Repeat("x", 10000)},
		}},
		{"another type than expected is not its business", `{"items":{"title":1},"next":[1]}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, more, err := wire.UnknownMembers([]byte(tt.in), &outer{})
			require.NoError(t, err)
			require.Zero(t, more)
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
	got, _, err := wire.UnknownMembers([]byte(`{"kind":"k","name":"n","odd":1}`), &struct {
		Kind string `json:"kind"`
		outer
	}{})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]wire.Member{{Path: "odd", Name: "odd"}}, got), "an embedded struct's members are its own")
	for _, in := range []string{``, `{`, `{"items":[`, `{"items":[{]}`, `{"a":1} {}`, `{"a":1,"a":2}`, strings.Repeat(`[`, 20000), strings.Repeat(`{"next":`, 20000)} {
		_, _, err := wire.UnknownMembers([]byte(in), &outer{})
		_, ok := errors.AsType[*wire.Error](err)
		require.True(t, ok, "%.20s: %v", in, err)
	}
}

func FuzzUnknownMembers(f *testing.F) {
	f.Add(`{"name":"a","items":[{"titel":"t"}],"next":{}}`)
	f.Add(`[{}]`)
	f.Add(`{"a":1,"a":2}`)
	f.Fuzz(func(t *testing.T, in string) {
		members, _, err := wire.UnknownMembers([]byte(in), &outer{})
		if err != nil {
			return
		}
		if !json.Valid([]byte(in)) {
			t.Fatal("accepted what is no JSON")
		}
		for _, m := range members {
			if m.Nearest != "" && m.Nearest == m.Name {
				t.Fatalf("%q is known", m.Name)
			}
		}
	})
}

// FuzzUnmarshal reads anything. Errors have a place in the document and do not
// depend on where the options come from; what has been read can be written, and
// reads the same again.
func FuzzUnmarshal(f *testing.F) {
	f.Add(`{"name":"a","at":"2026-08-20T15:05:00+02:00","items":[{"title":"t"}],"map":{"a":"b"},"next":null}`)
	f.Add(`{"name":"]}\"[{","items":[null]}`)
	f.Add(`{"a":1,"a":2}`)
	f.Add(strings.Repeat(`[`, 70))
	f.Fuzz(func(t *testing.T, in string) {
		var v, again outer
		if err := wire.Unmarshal([]byte(in), &v); err != nil {
			e, ok := errors.AsType[*wire.Error](err)
			if !ok || e.Offset < 0 || e.Offset > int64(len(in)) || e.Line < 1 || e.Column < 1 || e.Reason == "" {
				t.Fatalf("%+v", err)
			}
			return
		}
		text, err := wire.Marshal(v)
		require.NoError(t, err)
		require.NoError(t, wire.Unmarshal(text, &again))
		require.Empty(t, cmp.Diff(v, again, cmpopts.EquateEmpty()))
	})
}
