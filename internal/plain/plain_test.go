package plain_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/plain"
)

func TestLine(t *testing.T) {
	require.Equal(t, "a [31mb  c d e f", plain.Line("a\x1b[31mb\r\nc\u009bd\u2028e\u202ef"))
	require.Equal(t, "Ünï – code", plain.Line("Ünï – code"))
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in   string
		most int
		want string
	}{
		{"", 3, ""}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöü", 3, "äöü"}, {"äöüß", 3, "äö…"}, {"ab", 1, "…"}, {"ä", 1, "ä"},
	} {
		require.Equal(t, tt.want, plain.Cut(tt.in, tt.most), tt.in)
	}
	require.Equal(t, 100, utf8.RuneCountInString(plain.Cut(strings.Repeat("é", 5000), 100)))
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"plain \u001b Ünï 👩"}`: `{"a":"plain \u001b Ünï 👩"}`,
		"{\"a\":\"\u009b1m\"}":       `{"a":"\u009b1m"}`,
		"\"ü\u202e\u2028\x7f\"":      `"ü\u202e\u2028\u007f"`,
	} {
		require.Equal(t, want, string(plain.JSON([]byte(in))))
	}
}
