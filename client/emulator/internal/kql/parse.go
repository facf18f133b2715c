package kql

import (
	"slices"
	"strings"
)

// maxDepth bounds how deep expressions and joins may be nested.
const maxDepth = 64

// Parse reads a query. The error is an [*Error].
func Parse(query string) (*Query, error) {
	tokens, err := lex(query)
	if err != nil {
		return nil, err
	}
	return (&parser{query: query, tokens: tokens}).parse()
}

// parser reads by recursive descent. Its errors are thrown as panics with an
// *Error, which parse catches.
type parser struct {
	query  string
	tokens []token
	next   int
	depth  int
}

func (p *parser) parse() (q *Query, err error) {
	defer func() {
		if r := recover(); r != nil {
			failed, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			q, err = nil, failed
		}
	}()
	q = &Query{text: p.query, pipe: p.pipeline()}
	if p.sign(";") {
		if t := p.peek(); t.kind != endToken {
			p.fail(t, "a query of one statement is supported; %s follows it", t)
		}
	}
	if t := p.peek(); t.kind != endToken {
		p.fail(t, "%s was not expected; an operator begins with |", t)
	}
	return q, nil
}

func (p *parser) fail(t token, format string, args ...any) {
	panic(errorAt(p.query, t.offset, format, args...))
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != endToken {
		p.next++
	}
	return t
}

// sign takes a sign if it is next.
func (p *parser) sign(text string) bool {
	if t := p.peek(); t.kind == signToken && t.text == text {
		p.next++
		return true
	}
	return false
}

// word takes a name if it is next.
func (p *parser) word(text string) bool {
	if t := p.peek(); t.kind == nameToken && t.text == text {
		p.next++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if t := p.peek(); !p.sign(text) {
		p.fail(t, "%s was found where %q is expected", t, text)
	}
}

func (p *parser) expectWord(text string) {
	if t := p.peek(); !p.word(text) {
		p.fail(t, "%s was found where %q is expected", t, text)
	}
}

// name takes the name of a column or table, also in the form ['a name'].
func (p *parser) name() token {
	t := p.take()
	if t.kind == signToken && t.text == "[" {
		inner := p.take()
		if inner.kind != textToken {
			p.fail(inner, "%s was found where a name is expected", inner)
		}
		p.expect("]")
		return token{nameToken, inner.text, t.offset}
	}
	if t.kind != nameToken || strings.HasPrefix(t.text, "$") {
		p.fail(t, "%s was found where a name is expected", t)
	}
	return t
}

func (p *parser) deeper(t token) func() {
	p.depth++
	if p.depth > maxDepth {
		p.fail(t, "the query is nested more than %d levels deep", maxDepth)
	}
	return func() { p.depth-- }
}

func (p *parser) pipeline() pipeline {
	defer p.deeper(p.peek())()
	if t := p.peek(); t.kind == nameToken && slices.Contains([]string{"let", "union", "set", "declare", "print", "range", "datatable", "externaldata", "find", "search", "evaluate", "database", "workspace", "app"}, t.text) &&
		(p.tokens[p.next+1].kind != signToken || p.tokens[p.next+1].text == "(") {
		p.fail(t, "%s is not supported; a query begins with the name of a table", t)
	}
	q := pipeline{table: p.name()}
	for p.sign("|") {
		q.operators = append(q.operators, p.operator())
	}
	return q
}

func (p *parser) operator() operator {
	t := p.take()
	at := position(t.offset)
	if t.kind != nameToken {
		p.fail(t, "%s was found where an operator such as where is expected", t)
	}
	switch t.text {
	case "where", "filter":
		return whereOp{at, p.expr()}
	case "project":
		return projectOp{at, p.columns()}
	case "extend":
		return extendOp{at, p.columns()}
	case "take", "limit":
		return takeOp{at, p.expr()}
	case "top":
		n := p.expr()
		p.expectWord("by")
		return sortOp{at, []sortKey{p.sortKey()}, n}
	case "sort", "order":
		p.expectWord("by")
		keys := []sortKey{p.sortKey()}
		for p.sign(",") {
			keys = append(keys, p.sortKey())
		}
		return sortOp{at, keys, nil}
	case "count":
		return countOp{at}
	case "distinct":
		if p.sign("*") {
			return distinctOp{position: at, all: true}
		}
		return distinctOp{position: at, columns: p.columns()}
	case "summarize":
		s := summarizeOp{position: at}
		if !p.word("by") {
			s.aggregates = p.columns()
			if !p.word("by") {
				return s
			}
		}
		s.by = p.columns()
		return s
	case "join":
		return p.join(at)
	default:
		p.fail(t, "the operator %s is not supported", t)
		return nil
	}
}

func (p *parser) columns() []named {
	var list []named
	for {
		var n named
		// A name and = give the column a name; x == y is an expression.
		start := p.next
		if t := p.peek(); t.kind == nameToken || t.text == "[" {
			if t.kind == nameToken || p.tokens[p.next+1].kind == textToken {
				name := p.name()
				if p.sign("=") {
					n.name = name.text
				} else {
					p.next = start
				}
			}
		}
		n.expr = p.expr()
		if c, ok := n.expr.(column); ok && n.name == "" {
			n.name = c.name
		}
		list = append(list, n)
		if !p.sign(",") {
			return list
		}
	}
}

func (p *parser) sortKey() sortKey {
	k := sortKey{expr: p.expr()}
	if p.word("asc") {
		k.ascending = true
	} else {
		p.word("desc")
	}
	k.nullsFirst = k.ascending
	if p.word("nulls") {
		k.nullsFirst = p.word("first")
		if !k.nullsFirst {
			p.expectWord("last")
		}
	}
	return k
}

var joinKinds = []string{"innerunique", "inner", "leftouter", "leftsemi", "leftanti"}

func (p *parser) join(at position) operator {
	j := joinOp{position: at, kind: "innerunique"}
	for {
		t := p.peek()
		if p.word("kind") {
			p.expect("=")
			kind := p.take()
			if kind.kind != nameToken || !slices.Contains(joinKinds, kind.text) {
				p.fail(kind, "the join kind %s is not supported; give one of %s", kind, strings.Join(joinKinds, ", "))
			}
			j.kind = kind.text
		} else if t.kind == nameToken && strings.HasPrefix(t.text, "hint") {
			p.fail(t, "hints of a join are not supported")
		} else {
			break
		}
	}
	if p.sign("(") {
		j.right = p.pipeline()
		p.expect(")")
	} else {
		j.right = pipeline{table: p.name()}
	}
	p.expectWord("on")
	for {
		j.on = append(j.on, p.joinKey())
		if !p.sign(",") {
			return j
		}
	}
}

// joinKey reads a column that both sides have, or $left.a == $right.b.
func (p *parser) joinKey() joinKey {
	t := p.peek()
	if t.kind != nameToken || !strings.HasPrefix(t.text, "$") {
		t = p.name()
		return joinKey{t, t}
	}
	side := func() (left bool, name token) {
		s := p.take()
		if s.text != "$left" && s.text != "$right" {
			p.fail(s, "%s was found where $left or $right is expected", s)
		}
		p.expect(".")
		return s.text == "$left", p.name()
	}
	l1, n1 := side()
	p.expect("==")
	l2, n2 := side()
	if l1 == l2 {
		p.fail(t, "a join compares a column of $left with one of $right")
	}
	if l1 {
		return joinKey{n1, n2}
	}
	return joinKey{n2, n1}
}

func (p *parser) expr() expr {
	defer p.deeper(p.peek())()
	return p.or()
}

func (p *parser) or() expr {
	x := p.and()
	for {
		t := p.peek()
		if !p.word("or") {
			return x
		}
		x = binary{position(t.offset), "or", x, p.and()}
	}
}

func (p *parser) and() expr {
	x := p.comparison()
	for {
		t := p.peek()
		if !p.word("and") {
			return x
		}
		x = binary{position(t.offset), "and", x, p.comparison()}
	}
}

var (
	comparisons = []string{"==", "!=", "<>", "=~", "!~", "<", ">", "<=", ">=", "has", "!has", "has_cs", "!has_cs", "hasprefix", "hassuffix",
		"contains", "!contains", "contains_cs", "!contains_cs", "startswith", "!startswith", "startswith_cs", "!startswith_cs",
		"endswith", "!endswith", "endswith_cs", "!endswith_cs"}
	memberships = []string{"in", "!in", "in~", "!in~", "has_any", "has_all"}
)

func (p *parser) comparison() expr {
	x := p.sum()
	t := p.peek()
	at := position(t.offset)
	switch {
	case t.kind != signToken && t.kind != nameToken:
		return x
	case slices.Contains(comparisons, t.text):
		p.next++
		return binary{at, t.text, x, p.sum()}
	case slices.Contains(memberships, t.text):
		p.next++
		p.expect("(")
		a := among{position: at, op: t.text, x: x}
		if inner := p.peek(); inner.kind == nameToken && p.tokens[p.next+1].text == "|" {
			p.fail(inner, "%s with a query in its parentheses is not supported; give the values", t.text)
		}
		for {
			a.list = append(a.list, p.expr())
			if !p.sign(",") {
				break
			}
		}
		p.expect(")")
		return a
	case t.text == "between" || t.text == "!between":
		p.next++
		p.expect("(")
		low := p.sum()
		p.expect("..")
		high := p.sum()
		p.expect(")")
		return among{at, t.text, x, []expr{low, high}}
	case t.text == "matches":
		p.next++
		p.expectWord("regex")
		return binary{at, "matches regex", x, p.sum()}
	default:
		return x
	}
}

func (p *parser) sum() expr {
	x := p.product()
	for {
		t := p.peek()
		if t.kind != signToken || t.text != "+" && t.text != "-" {
			return x
		}
		p.next++
		x = binary{position(t.offset), t.text, x, p.product()}
	}
}

func (p *parser) product() expr {
	x := p.signed()
	for {
		t := p.peek()
		if t.kind != signToken || t.text != "*" && t.text != "/" && t.text != "%" {
			return x
		}
		p.next++
		x = binary{position(t.offset), t.text, x, p.signed()}
	}
}

func (p *parser) signed() expr {
	t := p.peek()
	if p.sign("-") {
		defer p.deeper(t)()
		return unary{position(t.offset), p.signed()}
	}
	return p.postfix()
}

func (p *parser) postfix() expr {
	x := p.primary()
	for n := 0; ; n++ {
		t := p.peek()
		at := position(t.offset)
		if n > maxDepth {
			p.fail(t, "the query is nested more than %d levels deep", maxDepth)
		}
		switch {
		case p.sign("."):
			name := p.name()
			x = member{at, x, literal{position(name.offset), OfString(name.text)}}
		case p.sign("["):
			index := p.expr()
			p.expect("]")
			x = member{at, x, index}
		default:
			return x
		}
	}
}

func (p *parser) primary() expr {
	t := p.peek()
	at := position(t.offset)
	switch {
	case t.kind == textToken:
		p.next++
		return literal{at, OfString(t.text)}
	case t.kind == numberToken:
		p.next++
		return literal{at, p.number(t)}
	case t.kind == spanToken:
		p.next++
		v, ok := parseSpan(t.text)
		if !ok {
			p.fail(t, "%s is no timespan", t)
		}
		return literal{at, v}
	case p.sign("("):
		x := p.expr()
		p.expect(")")
		return x
	case p.sign("*"):
		return star{at}
	case p.word("true"):
		return literal{at, OfBool(true)}
	case p.word("false"):
		return literal{at, OfBool(false)}
	}
	name := p.name()
	if !p.sign("(") {
		return column{at, name.text}
	}
	if v, ok := p.typed(name); ok {
		return literal{at, v}
	}
	c := call{position: at, name: name.text}
	for !p.sign(")") {
		if len(c.args) > 0 {
			p.expect(",")
		}
		c.args = append(c.args, p.expr())
	}
	return c
}
