package kql

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text compiles an operator on strings.
func (s scope) text(e binary, x, y scalar) (scalar, error) {
	for _, operand := range []scalar{x, y} {
		if operand.kind != String && operand.kind != Dynamic {
			return scalar{}, s.errorf(e.at(), "%s compares strings, and here is a %s", e.op, operand.kind)
		}
	}
	if e.op == "matches regex" {
		if y.constant == nil {
			return scalar{}, s.errorf(e.y.at(), "the regular expression must be a literal")
		}
		// Kusto's expressions are those of RE2, and so are Go's.
		re, err := regexp.Compile(y.constant.text())
		if err != nil {
			return scalar{}, s.errorf(e.y.at(), "the regular expression is wrong: %v", err)
		}
		return scalar{kind: Bool, eval: func(r Row) Value { return OfBool(re.MatchString(x.eval(r).text())) }}, nil
	}
	op, not := strings.CutPrefix(e.op, "!")
	op, cs := strings.CutSuffix(op, "_cs")
	var test func(have, want string) bool
	switch op {
	case "=~", "~":
		test = func(have, want string) bool { return have == want }
	case "has":
		test = func(have, want string) bool { return hasTerm(have, want, true, true) }
	case "hasprefix":
		test = func(have, want string) bool { return hasTerm(have, want, true, false) }
	case "hassuffix":
		test = func(have, want string) bool { return hasTerm(have, want, false, true) }
	case "contains":
		test = strings.Contains
	case "startswith":
		test = strings.HasPrefix
	case "endswith":
		test = strings.HasSuffix
	default:
		return scalar{}, s.errorf(e.at(), "the operator %s is not supported", quote(e.op))
	}
	fold := lower
	if cs {
		fold = func(s string) string { return s }
	}
	want := func(r Row) string { return fold(y.eval(r).text()) }
	if y.constant != nil {
		text := fold(y.constant.text())
		want = func(Row) string { return text }
	}
	return scalar{kind: Bool, eval: func(r Row) Value {
		return OfBool(test(fold(x.eval(r).text()), want(r)) != not)
	}}, nil
}

// lower folds the case of a text for comparing.
func lower(s string) string { return strings.ToLower(s) }

// hasTerm finds text in s where terms, which are made of letters and digits,
// begin and end.
func hasTerm(s, text string, begins, ends bool) bool {
	if text == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	for from := 0; from <= len(s); {
		i := strings.Index(s[from:], text)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+len(text):])
		if !(begins && inTerm(first) && i > 0 && inTerm(before)) && !(ends && inTerm(last) && i+len(text) < len(s) && inTerm(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		from = i + size
	}
	return false
}

func inTerm(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
