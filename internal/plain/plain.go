// Package plain makes text from outside safe to show: what somebody else wrote
// must not move a terminal's cursor or break a line in two.
package plain

import (
	"strings"
	"unicode"
)

// Line returns s with every control character, line or paragraph separator and
// change of writing direction replaced by a space.
func Line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return ' '
		}
		return r
	}, s)
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
