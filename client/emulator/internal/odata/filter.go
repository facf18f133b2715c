// Package odata reads the $filter option of OData requests, as far as Microsoft
// Graph's security API and Azure Resource Manager document it: comparisons with
// eq, ne, gt, ge, lt and le, in (…), and, or, not, parentheses, contains and
// startswith.
package odata

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Column is a property that can be filtered by. Exactly one of Text, Time and
// Number is set; they return the value in a row.
type Column struct {
	// Text is the value of a text; an empty one is null.
	Text func(row int) string
	// Equal, if it is set, is a faster filter for a text.
	Equal func(text string) Filter
	// Time is in ticks of 100 ns since 1970.
	Time func(row int) int64
	// Number is a whole number.
	Number func(row int) int64
}

// Ticks returns a time as a [Column] has it.
func Ticks(t time.Time) int64 { return t.Unix()*1e7 + int64(t.Nanosecond()/100) }

// Schema finds the property with a name, such as status or properties/title.
type Schema func(name string) (Column, bool)

// Filter keeps, of rows that are all different, those that pass, in their order and
// their place. It looks at many rows at once, which is several times faster than one
// after the other. It must not be called by two goroutines at once.
type Filter func(rows []int32) []int32

const (
	maxLength = 8 << 10
	maxDepth  = 64
)

// Compile reads a filter. The error says what is wrong and where, in characters
// from 0, as the services do.
func Compile(text string, schema Schema) (f Filter, err error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("the filter is longer than %d bytes", maxLength)
	}
	p := &parser{text: text, schema: schema}
	defer func() {
		if r := recover(); r != nil {
			failed, ok := r.(*syntaxError)
			if !ok {
				panic(r)
			}
			f, err = nil, failed
		}
	}()
	p.advance()
	f = p.or()
	if p.kind != end {
		p.fail("Syntax error: unexpected %s", p.show())
	}
	return f, nil
}

type syntaxError struct{ text string }

func (e *syntaxError) Error() string { return e.text }

type tokenKind uint8

const (
	end tokenKind = iota
	name
	text
	number
	moment
	sign
)

type parser struct {
	text   string
	schema Schema
	next   int
	depth  int

	kind  tokenKind
	at    int
	value string
	time  int64
	num   int64
}

func (p *parser) fail(format string, args ...any) {
	panic(&syntaxError{fmt.Sprintf(format, args...) + fmt.Sprintf(" at position %d in '%s'.", p.at, short(p.text))})
}

func short(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

func (p *parser) show() string {
	if p.kind == end {
		return "end of the filter"
	}
	return strconv.Quote(short(p.value))
}

func part(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '/' || c == '@' || c == '.'
}

// advance reads the next token.
func (p *parser) advance() {
	for p.next < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.next]) >= 0 {
		p.next++
	}
	p.at = p.next
	if p.next == len(p.text) {
		p.kind, p.value = end, ""
		return
	}
	rest := p.text[p.next:]
	switch c := rest[0]; {
	case c == '\'':
		p.kind, p.value = text, p.literal()
	case '0' <= c && c <= '9' || c == '-' || c == '+':
		n := 1
		for n < len(rest) && (part(rest[n]) || rest[n] == ':' || rest[n] == '-' || rest[n] == '+') {
			n++
		}
		p.value = rest[:n]
		p.next += n
		p.numeric()
	case part(c):
		n := 1
		for n < len(rest) && part(rest[n]) {
			n++
		}
		p.kind, p.value = name, rest[:n]
		p.next += n
	case c == '(' || c == ')' || c == ',':
		p.kind, p.value = sign, rest[:1]
		p.next++
	default:
		p.fail("Syntax error: character %s is not valid", strconv.Quote(rest[:1]))
	}
}

// literal reads a text in apostrophes, of which two stand for one.
func (p *parser) literal() string {
	var b strings.Builder
	for p.next++; p.next < len(p.text); p.next++ {
		switch {
		case p.text[p.next] != '\'':
			b.WriteByte(p.text[p.next])
		case p.next+1 < len(p.text) && p.text[p.next+1] == '\'':
			b.WriteByte('\'')
			p.next++
		default:
			p.next++
			return b.String()
		}
	}
	p.fail("There is an unterminated string literal")
	return ""
}

func (p *parser) numeric() {
	if n, err := strconv.ParseInt(p.value, 10, 64); err == nil {
		p.kind, p.num = number, n
		return
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(form, p.value); err == nil {
			p.kind, p.time = moment, Ticks(t)
			return
		}
	}
	p.fail("Unrecognized literal %s", p.show())
}

func (p *parser) word(w string) bool {
	if p.kind == name && p.value == w {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expect(s string) {
	if p.kind != sign || p.value != s {
		p.fail("Syntax error: %q expected, not %s", s, p.show())
	}
	p.advance()
}

func (p *parser) or() Filter {
	list := []Filter{p.and()}
	for p.word("or") {
		list = append(list, p.and())
	}
	return either(list)
}

func (p *parser) and() Filter {
	list := []Filter{p.unary()}
	for p.word("and") {
		list = append(list, p.unary())
	}
	return all(list)
}

func (p *parser) unary() Filter {
	if p.depth++; p.depth > maxDepth {
		p.fail("The filter is nested too deeply")
	}
	defer func() { p.depth-- }()
	if p.word("not") {
		return not(p.unary())
	}
	if p.kind == sign && p.value == "(" {
		p.advance()
		f := p.or()
		p.expect(")")
		return f
	}
	return p.comparison()
}

func (p *parser) comparison() Filter {
	if p.kind != name {
		p.fail("Syntax error: a property expected, not %s", p.show())
	}
	if p.value == "contains" || p.value == "startswith" {
		return p.function()
	}
	property := p.property()
	if p.word("in") {
		return p.in(property)
	}
	op := p.value
	if p.kind != name || !strings.Contains(" eq ne gt ge lt le ", " "+op+" ") {
		p.fail("Syntax error: an operator expected, not %s", p.show())
	}
	p.advance()
	f, err := p.compare(property, op)
	if err != nil {
		p.fail("%s", err)
	}
	p.advance()
	return f
}

func (p *parser) property() Column {
	c, ok := p.schema(p.value)
	if !ok {
		p.fail("Could not find a property named '%s' that can be filtered by", short(p.value))
	}
	p.advance()
	return c
}

// compare makes a comparison with the literal that is next.
func (p *parser) compare(c Column, op string) (Filter, error) {
	ordered := op != "eq" && op != "ne"
	switch {
	case p.kind == name && p.value == "null":
		if ordered || c.Text == nil {
			return nil, errors.New("null can only be compared by eq and ne, and with a text")
		}
		return equal(c, "", op == "ne"), nil
	case c.Text != nil && p.kind == text:
		if ordered {
			return nil, fmt.Errorf("the operator %s is not for a text", op)
		}
		return equal(c, p.value, op == "ne"), nil
	case c.Time != nil && p.kind == moment:
		return ordering(c.Time, op, p.time), nil
	case c.Number != nil && p.kind == number:
		return ordering(c.Number, op, p.num), nil
	default:
		return nil, fmt.Errorf("a property of this type cannot be compared with %s; texts are quoted, dates and numbers are not", p.show())
	}
}

func equal(c Column, want string, differs bool) Filter {
	f := where(func(row int) bool { return c.Text(row) == want })
	if c.Equal != nil {
		f = c.Equal(want)
	}
	if differs {
		return not(f)
	}
	return f
}

func ordering(value func(int) int64, op string, want int64) Filter {
	switch op {
	case "eq":
		return where(func(row int) bool { return value(row) == want })
	case "ne":
		return where(func(row int) bool { return value(row) != want })
	case "gt":
		return where(func(row int) bool { return value(row) > want })
	case "ge":
		return where(func(row int) bool { return value(row) >= want })
	case "lt":
		return where(func(row int) bool { return value(row) < want })
	default:
		return where(func(row int) bool { return value(row) <= want })
	}
}

func (p *parser) in(c Column) Filter {
	p.expect("(")
	var any []Filter
	for {
		f, err := p.compare(c, "eq")
		if err != nil {
			p.fail("%s", err)
		}
		any = append(any, f)
		p.advance()
		if p.kind == sign && p.value == "," {
			p.advance()
			continue
		}
		p.expect(")")
		return either(any)
	}
}

func (p *parser) function() Filter {
	called := p.value
	p.advance()
	p.expect("(")
	if p.kind != name {
		p.fail("Syntax error: a property expected, not %s", p.show())
	}
	c := p.property()
	p.expect(",")
	if p.kind != text || c.Text == nil {
		p.fail("%s takes a text property and a text", called)
	}
	want := strings.ToLower(p.value)
	p.advance()
	p.expect(")")
	starts := called == "startswith"
	return where(func(row int) bool { return has(c.Text(row), want, starts) })
}

// has tells whether a text contains, or starts with, one in lower case, whatever
// its own case.
func has(text, want string, starts bool) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			if text = strings.ToLower(text); starts {
				return strings.HasPrefix(text, want)
			}
			return strings.Contains(text, want)
		}
	}
	last := len(text) - len(want)
	if starts {
		last = min(last, 0)
	}
	for at := 0; at <= last; at++ {
		n := 0
		for n < len(want) {
			c := text[at+n]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != want[n] {
				break
			}
			n++
		}
		if n == len(want) {
			return true
		}
	}
	return false
}
