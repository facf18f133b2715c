// Package plain makes text from outside safe to show: what somebody else wrote
// must not move a terminal's cursor or break a line in two.
package plain

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns s with every control character, line or paragraph separator and
// change of writing direction replaced by a space.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if unsafe(r) {
			return ' '
		}
		return r
	}, s)
}

func unsafe(r rune) bool {
	if r >= ' ' && r < unicode.MaxASCII {
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// Cut returns s, or its beginning and an ellipsis if it has more than most
// characters.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	count, cut := 0, 0
	for i := range s {
		if count++; count == most {
			cut = i
		} else if count > most {
			return s[:cut] + "…"
		}
	}
	return s
}

// JSON returns the JSON document data with every character that [Line] would
// replace written as an escape sequence. It says the same and can be shown.
func JSON(data []byte) []byte {
	first := 0
	for first < len(data) && data[first] < unicode.MaxASCII {
		first++
	}
	skip := bytes.IndexFunc(data[first:], unsafe)
	if skip < 0 {
		return data
	}
	first += skip
	out := append(make([]byte, 0, len(data)+16), data[:first]...)
	for _, r := range string(data[first:]) {
		if unsafe(r) {
			// None of them lies outside the basic plane, which has four digits.
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}
