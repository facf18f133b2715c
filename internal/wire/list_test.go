package wire_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// large is about as large as an alert.
type large struct {
	Name string `json:"name"`
	_    [80]int64
}

type page struct {
	Value wire.List[large] `json:"value"`
	Next  string           `json:"next,omitzero"`
}

func pageOf(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"name":%q}`, name)
	}
	return `{"value":[` + b.String() + `],"next":"n"}`
}

func TestList(t *testing.T) {
	var names []string
	for i := range 300 {
		names = append(names, strings.Repeat("x", i%7*100)+fmt.Sprint(i))
		var p page
		require.NoError(t, wire.Unmarshal([]byte(pageOf(names...)), &p))
		require.Len(t, p.Value, len(names))
		for i, l := range p.Value {
			require.Equal(t, names[i], l.Name)
		}
		require.Equal(t, "n", p.Next)
	}
	p := page{Value: wire.List[large]{{Name: "old"}}}
	require.NoError(t, wire.Unmarshal([]byte(`{"value":[]}`), &p))
	require.Equal(t, wire.List[large]{}, p.Value)
	require.NoError(t, wire.Unmarshal([]byte(`{"value":null}`), &p))
	require.Nil(t, p.Value)
	err := wire.Unmarshal([]byte(`{"value":[{"name":"a"},{"name":7}]}`), &p)
	require.EqualError(t, err, "value[1].name, line 1, column 32 (byte 31): found a number where a string is expected")
	require.ErrorContains(t, wire.Unmarshal([]byte(`{"value":{}}`), &p), "found an object where a list is expected")
	require.Nil(t, p.Value)
}

// TestListMemory: what is made room for is used, and documents that promise
// more than they hold do not get it.
func TestListMemory(t *testing.T) {
	const size = 80*8 + 16
	for _, tt := range []struct {
		name, text string
		most       int // bytes
	}{
		{"hundred", pageOf(strings.Split(strings.Repeat(strings.Repeat("x", 5000)+",", 99)+"x", ",")...), 115*size + 100*5400},
		{"one and a long text", `{"value":[{"name":"a"}],"next":"` + strings.Repeat("x", 1<<20) + `"}`, 20*size + 1<<20},
		{"small ones and a long text", `{"value":[` + strings.Repeat("{},", 50) + `{}],"next":"` + strings.Repeat("x", 1<<20) + `"}`, 200*size + 1<<21},
		{"lists in lists", `{"value":[` + strings.Repeat(`{"value":[{},{},{},{},{},{}]},`, 1000) + `{}]}`, 0},
	} {
		var before, after runtime.MemStats
		text := []byte(tt.text)
		if tt.most == 0 {
			var v struct {
				Value wire.List[struct {
					Value wire.List[large] `json:"value"`
				}] `json:"value"`
			}
			runtime.ReadMemStats(&before)
			require.NoError(t, wire.Unmarshal(text, &v), tt.name)
			tt.most = 1000 * 17 * size
		} else {
			var p page
			runtime.ReadMemStats(&before)
			require.NoError(t, wire.Unmarshal(text, &p), tt.name)
		}
		runtime.ReadMemStats(&after)
		taken := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %d bytes for %d", tt.name, taken, len(tt.text))
		require.Less(t, taken, uint64(tt.most), tt.name)
	}
}

// TestTextsCostMemoryOnce counts what a document that repeats itself takes.
func TestTextsCostMemoryOnce(t *testing.T) {
	type words struct {
		Words []string `json:"words"`
	}
	long := strings.Repeat("long ", 40)
	text := `{"words":["` + strings.Repeat(long+`1","`+long+`2","tab\t`+long+`","Ü","","`, 200) + `"]}`
	read := func() (v words) {
		require.NoError(t, wire.Unmarshal([]byte(text), &v))
		return v
	}
	v := read()
	require.Len(t, v.Words, 1001)
	for i, want := range []string{long + "1", long + "2", "tab\t" + long, "Ü", ""} {
		for j := range 200 {
			require.Equal(t, want, v.Words[j*5+i])
		}
	}
	require.Less(t, testing.AllocsPerRun(10, func() { read() }), 50.0)

	// Texts that differ in the middle only share a set; none is taken for another.
	var different []string
	for i := range 1000 {
		different = append(different, fmt.Sprintf(`"the same%03dthe same"`, i))
	}
	require.NoError(t, wire.Unmarshal([]byte(`{"words":[`+strings.Join(different, ",")+`]}`), &v))
	for i, word := range v.Words {
		require.Equal(t, strings.Trim(different[i], `"`), word)
	}
}

// own has its JSON methods as the models have.
type own struct {
	Words map[string]string `json:"words"`
	Extra any               `json:"extra"`
}

type plainOwn own

func (o *own) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainOwn)(o))
}
func (o *own) MarshalJSONTo(enc *jsontext.Encoder) error { return wire.MarshalTo(enc, (*plainOwn)(o)) }
func (o *own) UnmarshalJSON(data []byte) error           { return wire.Unmarshal(data, (*plainOwn)(o)) }
func (o *own) MarshalJSON() ([]byte, error)              { return wire.Marshal((*plainOwn)(o)) }

// TestRulesHoldUnderAnyOptions: on Go 1.27, encoding/json calls the same methods
// as encoding/json/v2.
func TestRulesHoldUnderAnyOptions(t *testing.T) {
	libraries := map[string]struct {
		read  func([]byte, any) error
		write func(any) ([]byte, error)
	}{
		"wire":          {wire.Unmarshal, wire.Marshal},
		"encoding/json": {json.Unmarshal, json.Marshal},
		"json": {
			func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) },
			func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
		},
	}
	for name, library := range libraries {
		var v []*own
		require.NoError(t, library.read([]byte(`[{"words":{"b":"1","a":"2","c":"3"}}]`), &v), name)
		data, err := library.write(v)
		require.NoError(t, err, name)
		require.Equal(t, `[{"words":{"a":"2","b":"1","c":"3"},"extra":null}]`, string(data), name)
		for _, in := range []string{
			`[{"words":{"a":"1","a":"2"}}]`, "[{\"words\":{\"a\":\"\xff\"}}]", `[{"words":{"a":7}}]`, `[{"words":{"a":"1"}]`,
			`[{"extra":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}]`,
		} {
			require.Error(t, library.read([]byte(in), &v), "%s: %s", name, in)
		}
		v = nil
		require.NoError(t, library.read([]byte(`[{"Words":{"a":"1"}}]`), &v), name)
		require.Empty(t, v[0].Words, "%s: names are matched by case", name)
		_, err = library.write([]*own{{Words: map[string]string{"a": "\xff"}}})
		require.Error(t, err, name)
		data, err = library.write([]*own{{}})
		require.NoError(t, err, name)
		require.Equal(t, `[{"words":{},"extra":null}]`, string(data), name)
	}
}
