package wire_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
		{"float for int", `{"count":1.5}`, "count, line 1, column 10 (byte 9): found a number where a whole number is expected"},
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

func TestUnmarshalKeepsTheDocumentOutOfErrors(t *testing.T) {
	err := wire.Unmarshal([]byte(`{"count":"hunter2"}`), new(outer))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
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
			got, err := wire.UnknownMembers([]byte(tt.in), &outer{})
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, got))
		})
	}
	for _, in := range []string{``, `{`, `{"items":[`, `{"items":[{]}`, `{"a":1} {}`, `{"a":1,"a":2}`, strings.Repeat(`[`, 20000), strings.Repeat(`{"next":`, 20000)} {
		_, err := wire.UnknownMembers([]byte(in), &outer{})
		_, ok := errors.AsType[*wire.Error](err)
		require.True(t, ok, "%.20s: %v", in, err)
	}
}

func TestIndent(t *testing.T) {
	require.Equal(t, "{\n  \"a\": [\n    1\n  ]\n}", string(wire.Indent([]byte(`{"a":[1]}`))))
	require.Equal(t, "{", string(wire.Indent([]byte("{"))))
}

func FuzzUnknownMembers(f *testing.F) {
	f.Add(`{"name":"a","items":[{"titel":"t"}],"next":{}}`)
	f.Add(`[{}]`)
	f.Add(`{"a":1,"a":2}`)
	f.Fuzz(func(t *testing.T, in string) {
		members, err := wire.UnknownMembers([]byte(in), &outer{})
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
