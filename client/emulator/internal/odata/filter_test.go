package odata

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type item struct {
	status string
	owner  string
	made   time.Time
	n      int64
}

var items = []item{
	{"new", "", time.Date(2026, 8, 4, 8, 0, 0, 0, time.UTC), 1},
	{"resolved", "o'neil@contoso.com", time.Date(2026, 8, 4, 9, 0, 0, 100, time.UTC), 2},
	{"new", "Jo@contoso.com", time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC), 3},
}

func schema(name string) (Column, bool) {
	switch name {
	case "status":
		return Column{
			Text:  func(row int) string { return items[row].status },
			Equal: func(text string) Filter { return where(func(row int) bool { return items[row].status == text }) },
		}, true
	case "properties/owner":
		return Column{Text: func(row int) string { return items[row].owner }}, true
	case "made":
		return Column{Time: func(row int) int64 { return Ticks(items[row].made) }}, true
	case "n":
		return Column{Number: func(row int) int64 { return items[row].n }}, true
	}
	return Column{}, false
}

func TestCompile(t *testing.T) {
	for _, tt := range []struct{ filter, want string }{
		{"status eq 'new'", "0 2"},
		{"status ne 'new'", "1"},
		{"status eq 'New'", ""},
		{"status in ('new','resolved')", "0 1 2"},
		{"status in ('resolved')", "1"},
		{"not (status eq 'new')", "1"},
		{"not status eq 'new' or n eq 1", "0 1"},
		{"properties/owner eq null", "0"},
		{"properties/owner ne null and n lt 3", "1"},
		{"properties/owner eq 'o''neil@contoso.com'", "1"},
		{"contains(properties/owner,'CONTOSO')", "1 2"},
		{"startswith(properties/owner, 'jo')", "2"},
		{"made ge 2026-08-04T09:00:00Z", "1 2"},
		{"made gt 2026-08-04T09:00:00.0000001Z", "2"},
		{"made lt 2026-08-04T10:00:00+01:00", "0"},
		{"made le 2026-08-04", ""},
		{"made eq 2026-08-04T08:00:00Z", "0"},
		{"made ne 2026-08-04T08:00:00Z", "1 2"},
		{"n gt 1 and n le 3", "1 2"},
		{"n eq 1 or n eq 2 and status eq 'new'", "0"},
		{"(n eq 1 or n eq 3) and status eq 'new'", "0 2"},
		{"not (n eq 1 or n eq 3) or status ne 'new' or not n gt 1", "0 1"},
		{"not (n in (2, 3) and not status in ('new','old'))", "0 2"},
	} {
		t.Run(tt.filter, func(t *testing.T) {
			f, err := Compile(tt.filter, schema)
			require.NoError(t, err)
			var got []string
			for _, row := range f([]int32{0, 1, 2}) {
				got = append(got, string(rune('0'+row)))
			}
			require.Equal(t, tt.want, strings.Join(got, " "))
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ filter, want string }{
		{"", "a property expected, not end of the filter at position 0"},
		{"title eq 'x'", "Could not find a property named 'title' that can be filtered by at position 0 in 'title eq 'x''."},
		{"status eq new", "texts are quoted"},
		{"made ge '2026-08-04T09:00:00Z'", "dates and numbers are not"},
		{"made ge yesterday", "cannot be compared"},
		{"made ge 2026-99-99", "Unrecognized literal"},
		{"status gt 'a'", "the operator gt is not for a text"},
		{"made eq null", "null can only be compared by eq and ne, and with a text"},
		{"status eq 'new", "unterminated string literal at position 10"},
		{"status is 'new'", "an operator expected"},
		{"status eq 'new' 'x'", "unexpected"},
		{"(status eq 'new'", `")" expected`},
		{"status in 'new'", `"(" expected`},
		{"status in ('a';", "character"},
		{"contains(made,'x')", "contains takes a text property and a text"},
		{"contains('x')", "a property expected"},
		{strings.Repeat("(", 100), "nested too deeply"},
		{strings.Repeat("x", maxLength+1), "longer than"},
	} {
		t.Run(tt.filter[:min(len(tt.filter), 30)], func(t *testing.T) {
			_, err := Compile(tt.filter, schema)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func FuzzCompile(f *testing.F) {
	f.Add("not (status eq 'a''b') or properties/owner in ('x', null) and made ge 2026-08-04T09:00:00Z")
	f.Add("contains(properties/owner,'x') and n lt -5")
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := Compile(text, schema)
		if err != nil {
			return
		}
		// All at once, and then one at a time, give the same.
		rows := filter([]int32{0, 1, 2})
		var one []int32
		for row := range int32(len(items)) {
			one = append(one, filter([]int32{row})...)
		}
		require.Equal(t, one, append([]int32(nil), rows...))
	})
}

// TestHas: the same as with everything in lower case.
func TestHas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune("aAbBzZ@[`{ÄäK\u0130"))
		text := rapid.StringOfN(letters, 0, 12, -1).Draw(t, "text")
		want := strings.ToLower(rapid.StringOfN(letters, 0, 3, -1).Draw(t, "want"))
		require.Equal(t, strings.Contains(strings.ToLower(text), want), has(text, want, false))
		require.Equal(t, strings.HasPrefix(strings.ToLower(text), want), has(text, want, true))
	})
}
