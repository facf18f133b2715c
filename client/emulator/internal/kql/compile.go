package kql

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// scalar is an expression that can be computed.
type scalar struct {
	kind Kind
	eval func(Row) Value
	// constant is the value of one that does not depend on the row.
	constant *Value
}

func constant(v Value) scalar {
	return scalar{v.kind, func(Row) Value { return v }, &v}
}

// scope is what names mean in an expression.
type scope struct {
	query   string
	columns []Column
	now     time.Time
}

func (s scope) errorf(at int, format string, args ...any) error {
	return errorAt(s.query, at, format, args...)
}

func (s scope) find(name string) (int, bool) {
	for i, c := range s.columns {
		if c.Name == name {
			return i, true
		}
	}
	return 0, false
}

// compile makes an expression computable.
func (s scope) compile(e expr) (scalar, error) {
	switch e := e.(type) {
	case literal:
		return constant(e.value), nil
	case column:
		i, ok := s.find(e.name)
		if !ok {
			return scalar{}, s.unknownColumn(e)
		}
		return scalar{kind: s.columns[i].Kind, eval: func(r Row) Value { return r.Cell(i) }}, nil
	case star:
		return scalar{}, s.errorf(e.at(), "* stands for columns only in distinct *, arg_max and arg_min")
	case unary:
		x, err := s.compile(e.x)
		if err != nil {
			return scalar{}, err
		}
		if !x.kind.numeric() && x.kind != TimeSpan {
			return scalar{}, s.errorf(e.at(), "there is no - of a %s", x.kind)
		}
		return fold(scalar{kind: x.kind, eval: func(r Row) Value {
			v := x.eval(r)
			if v.kind == Real && !v.null {
				return OfReal(-v.real())
			}
			v.n = -v.n
			return v
		}}, x), nil
	case binary:
		return s.binary(e)
	case among:
		return s.among(e)
	case member:
		return s.member(e)
	case call:
		return s.call(e)
	default:
		return scalar{}, s.errorf(e.at(), "this expression is not supported")
	}
}

func (s scope) unknownColumn(e column) error {
	for _, c := range s.columns {
		if strings.EqualFold(c.Name, e.name) {
			return s.errorf(e.at(), "there is no column %s; names are case-sensitive, and there is %s", quote(e.name), c.Name)
		}
	}
	return s.errorf(e.at(), "there is no column %s", quote(e.name))
}

// all compiles several expressions.
func (s scope) all(es []expr) ([]scalar, error) {
	list := make([]scalar, len(es))
	for i, e := range es {
		var err error
		if list[i], err = s.compile(e); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// predicate compiles a condition.
func (s scope) predicate(e expr) (scalar, error) {
	x, err := s.compile(e)
	if err == nil && x.kind != Bool {
		err = s.errorf(e.at(), "a condition is a bool, and this is a %s", x.kind)
	}
	return x, err
}

func (s scope) binary(e binary) (scalar, error) {
	if e.op == "and" || e.op == "or" {
		x, err := s.predicate(e.x)
		if err != nil {
			return scalar{}, err
		}
		y, err := s.predicate(e.y)
		if err != nil {
			return scalar{}, err
		}
		decides := e.op == "or" // the value of one side that decides
		return scalar{kind: Bool, eval: func(r Row) Value {
			a := x.eval(r)
			if !a.null && (a.n != 0) == decides {
				return a
			}
			b := y.eval(r)
			if !b.null && (b.n != 0) == decides {
				return b
			}
			if a.null || b.null {
				return Null(Bool)
			}
			return b
		}}, nil
	}
	x, err := s.compile(e.x)
	if err != nil {
		return scalar{}, err
	}
	y, err := s.compile(e.y)
	if err != nil {
		return scalar{}, err
	}
	switch e.op {
	case "+", "-", "*", "/", "%":
		return s.arithmetic(e, x, y)
	case "==", "!=", "<>", "<", ">", "<=", ">=":
		if !comparable(x.kind, y.kind) {
			return scalar{}, s.errorf(e.at(), "a %s cannot be compared with a %s", x.kind, y.kind)
		}
		return scalar{kind: Bool, eval: func(r Row) Value { return relation(e.op, x.eval(r), y.eval(r)) }}, nil
	default:
		return s.text(e, x, y)
	}
}

// relation compares two values as Learn, "Null values", says.
func relation(op string, a, b Value) Value {
	if a.kind != b.kind {
		if a.kind == Dynamic {
			a = convert(a, b.kind)
		} else if b.kind == Dynamic {
			b = convert(b, a.kind)
		}
	}
	if a.null || b.null {
		switch {
		case a.null && b.null, op != "==" && op != "!=" && op != "<>":
			return Null(Bool)
		default:
			return OfBool(op != "==")
		}
	}
	c := compare(a, b)
	switch op {
	case "==":
		return OfBool(c == 0)
	case "!=", "<>":
		return OfBool(c != 0)
	case "<":
		return OfBool(c < 0)
	case ">":
		return OfBool(c > 0)
	case "<=":
		return OfBool(c <= 0)
	default:
		return OfBool(c >= 0)
	}
}

func (s scope) arithmetic(e binary, x, y scalar) (scalar, error) {
	span := func(k Kind) bool { return k == TimeSpan }
	additive := e.op == "+" || e.op == "-"
	kind, ok := Long, true
	switch {
	case x.kind.numeric() && y.kind.numeric():
		if x.kind == Real || y.kind == Real {
			kind = Real
		}
	case x.kind == DateTime && span(y.kind) && additive, span(x.kind) && y.kind == DateTime && e.op == "+":
		kind = DateTime
	case x.kind == DateTime && y.kind == DateTime && e.op == "-", span(x.kind) && span(y.kind) && additive:
		kind = TimeSpan
	case span(x.kind) && span(y.kind) && e.op == "/":
		kind = Real
	case span(x.kind) && y.kind.numeric() && (e.op == "*" || e.op == "/"), x.kind.numeric() && span(y.kind) && e.op == "*":
		kind = TimeSpan
	default:
		ok = false
	}
	if !ok {
		return scalar{}, s.errorf(e.at(), "there is no %s of a %s and a %s", e.op, x.kind, y.kind)
	}
	real := kind == Real || kind == TimeSpan && (x.kind == Real || y.kind == Real)
	return fold(scalar{kind: kind, eval: func(r Row) Value {
		a, b := x.eval(r), y.eval(r)
		switch {
		case a.null || b.null:
			return Null(kind)
		case real:
			f := realArithmetic(e.op, a.real(), b.real())
			if kind == TimeSpan {
				v := whole(Long, f)
				v.kind = TimeSpan
				return v
			}
			return OfReal(f)
		case (e.op == "/" || e.op == "%") && b.n == 0:
			return Null(kind)
		default:
			return ticks(kind, wholeArithmetic(e.op, a.n, b.n))
		}
	}}, x, y), nil
}

func realArithmetic(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	default:
		return math.Mod(a, b)
	}
}

func wholeArithmetic(op string, a, b int64) int64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	default:
		return a % b
	}
}

func (s scope) among(e among) (scalar, error) {
	x, err := s.compile(e.x)
	if err != nil {
		return scalar{}, err
	}
	list, err := s.all(e.list)
	if err != nil {
		return scalar{}, err
	}
	op, not := strings.CutPrefix(e.op, "!")
	// A dynamic array among the values stands for its elements.
	var values []Value
	for i, item := range list {
		switch {
		case item.constant == nil:
			return scalar{}, s.errorf(e.list[i].at(), "the values of %s must be literals", e.op)
		case item.kind == Dynamic:
			values = append(values, item.constant.items()...)
		case !comparable(x.kind, item.kind) && !(op == "between" && x.kind == DateTime && item.kind == TimeSpan && i == 1):
			return scalar{}, s.errorf(e.list[i].at(), "a %s cannot be compared with a %s", x.kind, item.kind)
		default:
			values = append(values, *item.constant)
		}
	}
	switch op {
	case "between":
		if x.kind == String || len(values) != 2 {
			return scalar{}, s.errorf(e.at(), "%s is for numbers, datetimes and timespans", e.op)
		}
		high := values[1]
		if x.kind == DateTime && high.kind == TimeSpan { // between (start .. span)
			high = ticks(DateTime, values[0].n+high.n)
		}
		return scalar{kind: Bool, eval: func(r Row) Value {
			v := x.eval(r)
			low, up := relation(">=", v, values[0]), relation("<=", v, high)
			if low.null || up.null {
				return Null(Bool)
			}
			return OfBool((low.n != 0 && up.n != 0) != not)
		}}, nil
	case "has_any", "has_all":
		all := op == "has_all"
		if x.kind != String && x.kind != Dynamic {
			return scalar{}, s.errorf(e.at(), "%s compares strings, and here is a %s", e.op, x.kind)
		}
		terms := make([]string, len(values))
		for i, v := range values {
			terms[i] = lower(v.text())
		}
		return scalar{kind: Bool, eval: func(r Row) Value {
			have := lower(x.eval(r).text())
			for _, term := range terms {
				if hasTerm(have, term, true, true) != all {
					return OfBool(!all)
				}
			}
			return OfBool(all)
		}}, nil
	}
	fold := strings.HasSuffix(op, "~") // of in and in~
	if fold && x.kind != String && x.kind != Dynamic {
		return scalar{}, s.errorf(e.at(), "%s compares strings, and here is a %s", e.op, x.kind)
	}
	form := func(v Value) string {
		if x.kind == Dynamic || v.kind == Dynamic {
			v = OfString(v.text())
		}
		key := string(v.key(nil))
		if fold {
			key = lower(key)
		}
		return key
	}
	known := make(map[string]bool, len(values))
	for _, v := range values {
		if x.kind != Dynamic && v.kind == Dynamic {
			v = convert(v, x.kind)
		}
		known[form(v)] = true
	}
	return scalar{kind: Bool, eval: func(r Row) Value { return OfBool(known[form(x.eval(r))] != not) }}, nil
}

func (s scope) member(e member) (scalar, error) {
	x, err := s.compile(e.x)
	if err != nil {
		return scalar{}, err
	}
	if x.kind != Dynamic {
		return scalar{}, s.errorf(e.at(), "only a dynamic has members, and this is a %s; parse_json() makes one of a string", x.kind)
	}
	index, err := s.compile(e.index)
	if err != nil {
		return scalar{}, err
	}
	if index.constant == nil || index.kind != String && index.kind != Long {
		return scalar{}, s.errorf(e.index.at(), "the index must be a literal string or number")
	}
	at := *index.constant
	return scalar{kind: Dynamic, eval: func(r Row) Value {
		v := x.eval(r)
		if at.kind == String {
			return v.member(at.s)
		}
		items := v.items()
		n := at.n
		if n < 0 {
			n += int64(len(items))
		}
		if n < 0 || n >= int64(len(items)) {
			return Null(Dynamic)
		}
		return items[n]
	}}, nil
}

func (s scope) call(e call) (scalar, error) {
	f, ok := functions[e.name]
	if !ok {
		if _, ok := aggregates[e.name]; ok {
			return scalar{}, s.errorf(e.at(), "the aggregate %s stands only directly in summarize", e.name)
		}
		return scalar{}, s.errorf(e.at(), "the function %s is not supported", quote(e.name))
	}
	args, err := s.all(e.args)
	if err != nil {
		return scalar{}, err
	}
	if len(args) < f.min || len(args) > f.max {
		return scalar{}, s.errorf(e.at(), "%s has %d arguments here; it takes %s", e.name, len(args), f.arity())
	}
	for i, arg := range args {
		want := f.kinds[min(i, len(f.kinds)-1)]
		if !want.allows(arg.kind) {
			return scalar{}, s.errorf(e.args[i].at(), "argument %d of %s is a %s", i+1, e.name, arg.kind)
		}
	}
	x, err := f.make(s, args)
	if err != nil {
		return scalar{}, s.errorf(e.at(), "%s: %s", e.name, err)
	}
	return fold(x, args...), nil
}

// fold computes an expression whose parts are constant.
func fold(x scalar, parts ...scalar) scalar {
	for _, p := range parts {
		if p.constant == nil {
			return x
		}
	}
	return constant(x.eval(nil))
}

func (f function) arity() string {
	switch {
	case f.min == f.max:
		return fmt.Sprint(f.min)
	case f.max > 100:
		return fmt.Sprintf("at least %d", f.min)
	default:
		return fmt.Sprintf("%d to %d", f.min, f.max)
	}
}
