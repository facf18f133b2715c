package evidence_test

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// sample returns a compact JSON list of n realistic evidence items of twelve types. The items of
// testdata are repeated with other names, addresses and ids each time.
func sample(tb testing.TB, n int) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/items.json")
	require.NoError(tb, err)
	var templates []jsontext.Value
	require.NoError(tb, json.Unmarshal(text, &templates))
	for i := range templates {
		require.NoError(tb, templates[i].Compact())
	}
	var b bytes.Buffer
	for i := range n {
		t := templates[i%len(templates)]
		id := fmt.Sprintf("%08x-5a3b-4d95-b48b-%012x", i*7919, i*104729)
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.NewReplacer("{n}", fmt.Sprintf("%08x", i*31), "{id}", id, "{b}", fmt.Sprint(i%256)).Replace(string(t)))
	}
	return append(append([]byte{'['}, b.Bytes()...), ']')
}

func BenchmarkDecode(b *testing.B) {
	page := sample(b, 600)
	for _, by := range []struct {
		name      string
		unmarshal func([]byte, any) error
	}{
		{"wire", wire.Unmarshal},
		{"json", func(b []byte, v any) error { return json.Unmarshal(b, v) }},
		{"encoding-json", stdjson.Unmarshal},
	} {
		b.Run(by.name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				var l evidence.List
				require.NoError(b, by.unmarshal(page, &l))
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	page := sample(b, 600)
	var l evidence.List
	require.NoError(b, wire.Unmarshal(page, &l))
	for _, by := range []struct {
		name    string
		marshal func(any) ([]byte, error)
	}{
		{"wire", wire.Marshal},
		{"encoding-json", stdjson.Marshal},
	} {
		b.Run(by.name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := by.marshal(l)
				require.NoError(b, err)
			}
		})
	}
}
