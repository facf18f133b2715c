package kql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error says where a query cannot be run, and why.
type Error struct {
	// Offset is the position in bytes from the start; Line and Column count from
	// 1, Column in characters.
	Offset, Line, Column int
	// Reason names the construct and says what is wrong with it.
	Reason string
}

// Error returns the position and the reason as one line.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

func errorAt(query string, offset int, format string, args ...any) *Error {
	before := query[:min(max(offset, 0), len(query))]
	line := strings.LastIndexByte(before, '\n') + 1
	return &Error{
		Offset: len(before), Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[line:]) + 1,
		Reason: fmt.Sprintf(format, args...),
	}
}

// quote shows a part of a query in an error.
func quote(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return strconv.Quote(s)
}

type tokenKind uint8

const (
	endToken    tokenKind = iota
	nameToken             // a name or a keyword; has_cs and project-away are one
	textToken             // a string literal
	numberToken           // 12, 1.5, 1e3, 0x1f
	spanToken             // 1d, 1.5h
	signToken             // everything else
)

type token struct {
	kind tokenKind
	// text is the token as it is written; for a textToken what it says.
	text   string
	offset int
}

func (t token) String() string {
	switch t.kind {
	case endToken:
		return "the end of the query"
	case textToken:
		return "the string " + quote(t.text)
	default:
		return quote(t.text)
	}
}

// maxQuery bounds the bytes of a query.
const maxQuery = 64 << 10

var signs = []string{"==", "!=", "=~", "!~", "<=", ">=", "<>", "..", "=", "<", ">", "(", ")", "[", "]", "|", ",", ".", "+", "-", "*", "/", "%", ";", ":", "{", "}"}

// negated are the operators that are written with a sign before the name.
var negated = []string{"!in~", "!in", "!has_cs", "!has", "!contains_cs", "!contains", "!startswith_cs", "!startswith", "!endswith_cs", "!endswith", "!between"}

func lex(query string) ([]token, error) {
	if len(query) > maxQuery {
		return nil, errorAt(query, maxQuery, "the query is longer than %d bytes", maxQuery)
	}
	if !utf8.ValidString(query) {
		return nil, errorAt(query, 0, "the query is no UTF-8")
	}
	var tokens []token
	for i := 0; i < len(query); {
		c := query[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case strings.HasPrefix(query[i:], "//"):
			if n := strings.IndexByte(query[i:], '\n'); n >= 0 {
				i += n
			} else {
				i = len(query)
			}
		case c == '"' || c == '\'' || c == '@' && i+1 < len(query) && (query[i+1] == '"' || query[i+1] == '\''):
			text, n, err := lexText(query, i)
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token{textToken, text, i})
			i += n
		case isDigit(c):
			t := lexNumber(query, i)
			tokens = append(tokens, t)
			i += len(t.text)
		case isLetter(c) || c == '$':
			n := nameLength(query[i:])
			tokens = append(tokens, token{nameToken, query[i : i+n], i})
			i += n
		default:
			sign := longest(query[i:], negated)
			if sign == "" || len(sign) < len(query[i:]) && isLetter(query[i+len(sign)]) {
				sign = longest(query[i:], signs)
			}
			if sign == "" {
				r, _ := utf8.DecodeRuneInString(query[i:])
				return nil, errorAt(query, i, "there is no such sign as %s", quote(string(r)))
			}
			tokens = append(tokens, token{signToken, sign, i})
			i += len(sign)
		}
	}
	return append(tokens, token{kind: endToken, offset: len(query)}), nil
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

// nameLength is the length of a name. in~ belongs to it, and so does a hyphen
// between the letters of an operator such as mv-expand, for the error.
func nameLength(s string) int {
	n := 1
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n])) {
		n++
	}
	if s[:n] == "in" && n < len(s) && s[n] == '~' {
		return n + 1
	}
	for _, hyphened := range []string{"mv-expand", "mv-apply", "make-series", "project-away", "project-keep", "project-rename", "project-reorder", "sample-distinct", "top-nested", "top-hitters", "partition-by", "parse-where", "parse-kv", "graph-match", "make-graph"} {
		if strings.HasPrefix(s, hyphened) && (len(s) == len(hyphened) || !isLetter(s[len(hyphened)])) {
			return len(hyphened)
		}
	}
	return n
}

func longest(s string, of []string) string {
	for _, sign := range of {
		if strings.HasPrefix(s, sign) {
			return sign
		}
	}
	return ""
}

// lexText reads a string literal and returns what it says and its length.
func lexText(query string, start int) (string, int, error) {
	i := start
	verbatim := query[i] == '@'
	if verbatim {
		i++
	}
	end := query[i]
	var b strings.Builder
	for i++; i < len(query); i++ {
		switch c := query[i]; {
		case c == end && verbatim && i+1 < len(query) && query[i+1] == end:
			b.WriteByte(c)
			i++
		case c == end:
			return b.String(), i + 1 - start, nil
		case c == '\n':
			return "", 0, errorAt(query, start, "the string is not closed on its line")
		case c == '\\' && !verbatim:
			n, ok := unescape(&b, query[i:])
			if !ok {
				return "", 0, errorAt(query, i, `there is no such escape in a string; for a backslash write \\, or put @ before the string`)
			}
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, errorAt(query, start, "the string is not closed")
}

// unescape reads an escape sequence and returns its length.
func unescape(b *strings.Builder, s string) (int, bool) {
	if len(s) < 2 {
		return 0, false
	}
	if i := strings.IndexByte(`\"'ntrabfv0`, s[1]); i >= 0 {
		b.WriteByte("\\\"'\n\t\r\a\b\f\v\x00"[i])
		return 2, true
	}
	if s[1] == 'u' && len(s) >= 6 {
		if n, err := strconv.ParseUint(s[2:6], 16, 32); err == nil {
			b.WriteRune(rune(n))
			return 6, true
		}
	}
	return 0, false
}

var spanUnits = []struct {
	name  string
	ticks int64
}{
	{"microseconds", 10}, {"microsecond", 10}, {"milliseconds", 10_000}, {"millisecond", 10_000}, {"seconds", ticksPerSecond}, {"second", ticksPerSecond},
	{"minutes", 60 * ticksPerSecond}, {"minute", 60 * ticksPerSecond}, {"hours", 3600 * ticksPerSecond}, {"hour", 3600 * ticksPerSecond},
	{"days", 86400 * ticksPerSecond}, {"day", 86400 * ticksPerSecond}, {"ticks", 1}, {"tick", 1}, {"ms", 10_000},
	{"d", 86400 * ticksPerSecond}, {"h", 3600 * ticksPerSecond}, {"m", 60 * ticksPerSecond}, {"s", ticksPerSecond},
}

func lexNumber(query string, start int) token {
	s := query[start:]
	n := 0
	if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X") {
		for n = 2; n < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[n]) >= 0; n++ {
		}
		return token{numberToken, s[:n], start}
	}
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		for n++; n < len(s) && isDigit(s[n]); n++ {
		}
	}
	for _, u := range spanUnits {
		if rest := s[n:]; strings.HasPrefix(rest, u.name) && (len(rest) == len(u.name) || !isLetter(rest[len(u.name)]) && !isDigit(rest[len(u.name)])) {
			return token{spanToken, s[:n+len(u.name)], start}
		}
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '-' || s[m] == '+') {
			m++
		}
		if m < len(s) && isDigit(s[m]) {
			for n = m; n < len(s) && isDigit(s[n]); n++ {
			}
		}
	}
	return token{numberToken, s[:n], start}
}
