package kql

import (
	"math"
	"strconv"
	"strings"
)

func (p *parser) number(t token) Value {
	if strings.ContainsAny(t.text, ".eE") && !strings.HasPrefix(t.text, "0x") {
		if f, err := strconv.ParseFloat(t.text, 64); err == nil {
			return OfReal(f)
		}
	} else if digits, hex := strings.CutPrefix(strings.ToLower(t.text), "0x"); hex {
		if n, err := strconv.ParseInt(digits, 16, 64); err == nil {
			return OfLong(n)
		}
	} else if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
		return OfLong(n)
	}
	p.fail(t, "the number %s is too large", t)
	return Value{}
}

// typed reads a literal such as datetime(2026-08-04), whose parentheses hold
// text that is no expression. It is called behind the opening one.
func (p *parser) typed(name token) (Value, bool) {
	kind, ok := KindNamed(name.text)
	switch name.text {
	case "time":
		kind, ok = TimeSpan, true
	case "double":
		kind, ok = Real, true
	}
	if !ok || kind == String {
		return Value{}, false
	}
	start := p.tokens[p.next-1].offset + 1
	depth := 1
	for depth > 0 {
		t := p.take()
		switch {
		case t.kind == endToken:
			p.fail(name, "the parenthesis after %s is not closed", name.text)
		case t.kind == signToken && t.text == "(":
			depth++
		case t.kind == signToken && t.text == ")":
			depth--
		}
	}
	text := strings.TrimSpace(p.query[start:p.tokens[p.next-1].offset])
	if text == "null" {
		return Null(kind), true
	}
	v, ok := parseLiteral(kind, strings.Trim(text, `"'`))
	if kind == Dynamic {
		v, ok = parseLiteral(kind, text)
	}
	if !ok {
		p.fail(name, "%s is no %s", quote(text), name.text)
	}
	return v, true
}

// parseSpan reads 1.5h and 1.02:03:04.
func parseSpan(text string) (Value, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	sign := int64(1)
	if negative {
		sign = -1
	}
	for _, u := range spanUnits {
		number, ok := strings.CutSuffix(rest, u.name)
		if !ok {
			continue
		}
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || !(math.Abs(f)*float64(u.ticks) < math.MaxInt64) {
			return Value{}, false
		}
		return Value{kind: TimeSpan, n: sign * int64(math.Round(f*float64(u.ticks)))}, true
	}
	days := int64(0)
	if d, clock, ok := strings.Cut(rest, "."); ok && !strings.Contains(d, ":") {
		n, err := strconv.ParseInt(d, 10, 32)
		if err != nil {
			return Value{}, false
		}
		days, rest = n, clock
	}
	parts := strings.Split(rest, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return Value{}, false
	}
	total := float64(days) * 86400
	for i, part := range parts {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil || f < 0 || f > 1e6 {
			return Value{}, false
		}
		total += f * []float64{3600, 60, 1}[i]
	}
	return Value{kind: TimeSpan, n: sign * int64(math.Round(total*float64(ticksPerSecond)))}, true
}
