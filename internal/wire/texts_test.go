package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/wire"
)

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
