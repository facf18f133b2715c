package kql

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// kindSet is a set of types that an argument may have.
type kindSet uint16

func (s kindSet) allows(k Kind) bool { return s&(1<<k) != 0 }

const (
	anyKind  kindSet = 1<<8 - 1
	numbers  kindSet = 1<<Int | 1<<Long | 1<<Real
	texts    kindSet = 1<<String | 1<<Dynamic
	times    kindSet = 1 << DateTime
	spans    kindSet = 1 << TimeSpan
	bools    kindSet = 1 << Bool
	binnable kindSet = numbers | times | spans
)

type function struct {
	min, max int
	// kinds are those of the arguments; the last holds for all that follow.
	kinds []kindSet
	make  func(s scope, args []scalar) (scalar, error)
}

// Functions lists the functions on scalars.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }

// of1 is a function of one argument whose result has the type k.
func of1(kinds kindSet, k Kind, f func(Value) Value) function {
	return function{min: 1, max: 1, kinds: []kindSet{kinds}, make: func(_ scope, args []scalar) (scalar, error) {
		x := args[0]
		return scalar{kind: k, eval: func(r Row) Value { return f(x.eval(r)) }}, nil
	}}
}

func converting(k Kind) function {
	return of1(anyKind, k, func(v Value) Value { return convert(v, k) })
}

const many = 1000

var functions = map[string]function{
	"not": of1(bools, Bool, func(v Value) Value {
		if v.null {
			return v
		}
		return OfBool(v.n == 0)
	}),
	"isempty":      of1(anyKind, Bool, func(v Value) Value { return OfBool(v.text() == "") }),
	"isnotempty":   of1(anyKind, Bool, func(v Value) Value { return OfBool(v.text() != "") }),
	"isnull":       of1(anyKind, Bool, func(v Value) Value { return OfBool(v.null) }),
	"isnotnull":    of1(anyKind, Bool, func(v Value) Value { return OfBool(!v.null) }),
	"tolower":      of1(texts, String, func(v Value) Value { return OfString(strings.ToLower(v.text())) }),
	"toupper":      of1(texts, String, func(v Value) Value { return OfString(strings.ToUpper(v.text())) }),
	"strlen":       of1(texts, Long, func(v Value) Value { return OfLong(int64(utf8.RuneCountInString(v.text()))) }),
	"tostring":     converting(String),
	"toint":        converting(Int),
	"tolong":       converting(Long),
	"toreal":       converting(Real),
	"todouble":     converting(Real),
	"tobool":       converting(Bool),
	"todatetime":   converting(DateTime),
	"totimespan":   converting(TimeSpan),
	"todynamic":    converting(Dynamic),
	"parse_json":   converting(Dynamic),
	"array_length": of1(1<<Dynamic, Long, arrayLength),
	"abs":          {min: 1, max: 1, kinds: []kindSet{numbers | spans}, make: abs},
	"now": {min: 0, max: 1, kinds: []kindSet{spans}, make: func(s scope, args []scalar) (scalar, error) {
		if len(args) == 0 {
			return constant(OfTime(s.now)), nil
		}
		return shifted(s, args[0], 1), nil
	}},
	"ago": {min: 1, max: 1, kinds: []kindSet{spans}, make: func(s scope, args []scalar) (scalar, error) {
		return shifted(s, args[0], -1), nil
	}},
	"startofday": of1(times, DateTime, func(v Value) Value { return floor(v, OfDuration(24*3600*1e9)) }),
	"bin":        {min: 2, max: 2, kinds: []kindSet{binnable}, make: bin},
	"floor":      {min: 2, max: 2, kinds: []kindSet{binnable}, make: bin},
	"strcat":     {min: 1, max: many, kinds: []kindSet{anyKind}, make: strcat},
	"substring":  {min: 2, max: 3, kinds: []kindSet{texts, numbers}, make: substring},
	"split":      {min: 2, max: 2, kinds: []kindSet{texts}, make: split},
	"iff":        {min: 3, max: 3, kinds: []kindSet{bools, anyKind}, make: iff},
	"iif":        {min: 3, max: 3, kinds: []kindSet{bools, anyKind}, make: iff},
	"case":       {min: 3, max: many, kinds: []kindSet{anyKind}, make: caseOf},
	"coalesce":   {min: 2, max: many, kinds: []kindSet{anyKind}, make: coalesce},
}

func arrayLength(v Value) Value {
	if v.null || !strings.HasPrefix(v.s, "[") {
		return Null(Long)
	}
	return OfLong(int64(len(v.items())))
}

func abs(_ scope, args []scalar) (scalar, error) {
	x := args[0]
	return scalar{kind: x.kind, eval: func(r Row) Value {
		v := x.eval(r)
		if v.kind == Real && !v.null {
			return OfReal(math.Abs(v.real()))
		}
		v.n = max(v.n, -v.n)
		return v
	}}, nil
}

func shifted(s scope, by scalar, sign int64) scalar {
	now := OfTime(s.now)
	return scalar{kind: DateTime, eval: func(r Row) Value {
		v := by.eval(r)
		if v.null {
			return Null(DateTime)
		}
		return ticks(DateTime, now.n+sign*v.n)
	}}
}

func bin(_ scope, args []scalar) (scalar, error) {
	x, size := args[0], args[1]
	switch {
	case size.constant == nil:
		return scalar{}, errors.New("the size must be a literal")
	case x.kind == DateTime && size.kind != TimeSpan, x.kind == TimeSpan && size.kind != TimeSpan, x.kind.numeric() && !size.kind.numeric():
		return scalar{}, errors.New("the size has the wrong type")
	case size.constant.null || size.constant.real() <= 0:
		return scalar{}, errors.New("the size must be positive")
	}
	kind := x.kind
	if size.kind == Real {
		kind = Real
	}
	return scalar{kind: kind, eval: func(r Row) Value { return floor(convert(x.eval(r), kind), *size.constant) }}, nil
}

// floor rounds down to a multiple of size.
func floor(v, size Value) Value {
	switch {
	case v.null:
		return v
	case v.kind == Real:
		return OfReal(math.Floor(v.real()/size.real()) * size.real())
	}
	rest := v.n % size.n
	if rest < 0 {
		rest += size.n
	}
	v.n -= rest
	return v
}

// maxText bounds the length of a string that a function makes, as Kusto does.
const maxText = 1 << 20

func strcat(_ scope, args []scalar) (scalar, error) {
	return scalar{kind: String, eval: func(r Row) Value {
		var b strings.Builder
		for _, a := range args {
			text := a.eval(r).text()
			if b.Len()+len(text) > maxText {
				return OfString("")
			}
			b.WriteString(text)
		}
		return OfString(b.String())
	}}, nil
}

func substring(_ scope, args []scalar) (scalar, error) {
	return scalar{kind: String, eval: func(r Row) Value {
		text := []rune(args[0].eval(r).text())
		start := convert(args[1].eval(r), Long).n
		if start < 0 {
			start += int64(len(text))
		}
		start = max(0, min(start, int64(len(text))))
		end := int64(len(text))
		if len(args) == 3 {
			if n := convert(args[2].eval(r), Long); !n.null && n.n < end-start {
				end = start + max(n.n, 0)
			}
		}
		return OfString(string(text[start:end]))
	}}, nil
}

func split(_ scope, args []scalar) (scalar, error) {
	return scalar{kind: Dynamic, eval: func(r Row) Value {
		separator := args[1].eval(r).text()
		if separator == "" {
			return array([]Value{OfString(args[0].eval(r).text())})
		}
		var parts []Value
		for part := range strings.SplitSeq(args[0].eval(r).text(), separator) {
			parts = append(parts, OfString(part))
		}
		return array(parts)
	}}, nil
}

// common returns the type that several results have in common.
func common(args []scalar) (Kind, error) {
	kind := args[0].kind
	for _, a := range args[1:] {
		switch {
		case a.kind == kind:
		case a.kind.numeric() && kind.numeric():
			if a.kind == Real || kind == Real {
				kind = Real
			} else {
				kind = Long
			}
		default:
			return 0, errors.New("the results have different types, " + kind.String() + " and " + a.kind.String())
		}
	}
	return kind, nil
}

func iff(_ scope, args []scalar) (scalar, error) {
	kind, err := common(args[1:])
	return scalar{kind: kind, eval: func(r Row) Value {
		if v := args[0].eval(r); !v.null && v.n != 0 {
			return convert(args[1].eval(r), kind)
		}
		return convert(args[2].eval(r), kind)
	}}, err
}

func caseOf(_ scope, args []scalar) (scalar, error) {
	if len(args)%2 == 0 {
		return scalar{}, errors.New("it takes pairs of a condition and a result, and a result for everything else")
	}
	var results []scalar
	for i := range args {
		if i%2 == 1 || i == len(args)-1 {
			results = append(results, args[i])
		} else if args[i].kind != Bool {
			return scalar{}, errors.New("a condition is no bool")
		}
	}
	kind, err := common(results)
	return scalar{kind: kind, eval: func(r Row) Value {
		for i := 0; i+1 < len(args); i += 2 {
			if v := args[i].eval(r); !v.null && v.n != 0 {
				return convert(args[i+1].eval(r), kind)
			}
		}
		return convert(args[len(args)-1].eval(r), kind)
	}}, err
}

func coalesce(_ scope, args []scalar) (scalar, error) {
	kind, err := common(args)
	return scalar{kind: kind, eval: func(r Row) Value {
		for _, a := range args {
			if v := a.eval(r); !v.null && (v.kind != String || v.s != "") {
				return convert(v, kind)
			}
		}
		return Null(kind)
	}}, err
}
