package kql

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind is a scalar type of the language.
type Kind uint8

// The scalar types.
const (
	Bool Kind = iota
	Int
	Long
	Real
	String
	DateTime
	TimeSpan
	Dynamic
)

var kindNames = [...]string{"bool", "int", "long", "real", "string", "datetime", "timespan", "dynamic"}

// String returns the type's name in the language.
func (k Kind) String() string { return kindNames[k] }

// KindNamed returns the type with a name in the language.
func KindNamed(name string) (Kind, bool) {
	for i, n := range kindNames {
		if n == name {
			return Kind(i), true
		}
	}
	return 0, false
}

func (k Kind) numeric() bool { return k == Int || k == Long || k == Real }

// Value is a scalar. Strings are never null; the others may be.
type Value struct {
	kind Kind
	null bool
	// n is a bool, a whole number, the bits of a real, or ticks of 100 ns: since
	// the year 1 for a datetime.
	n int64
	// s is a string, or the JSON of a dynamic.
	s string
}

const ticksPerSecond = int64(time.Second / 100)

// unixTicks are the ticks from the year 1 to 1970.
var unixTicks = -time.Time{}.Unix() * ticksPerSecond

// Null returns the null of a type; a string has none and becomes empty.
func Null(k Kind) Value { return Value{kind: k, null: k != String} }

// OfBool returns a bool.
func OfBool(b bool) Value {
	if b {
		return Value{kind: Bool, n: 1}
	}
	return Value{kind: Bool}
}

// OfInt returns an int, OfLong a long, OfReal a real.
func OfInt(n int32) Value { return Value{kind: Int, n: int64(n)} }

// OfLong returns a long.
func OfLong(n int64) Value { return Value{kind: Long, n: n} }

// OfReal returns a real.
func OfReal(f float64) Value { return Value{kind: Real, n: int64(math.Float64bits(f))} }

// OfString returns a string.
func OfString(s string) Value { return Value{kind: String, s: s} }

// OfTime returns a datetime; the zero time is null.
func OfTime(t time.Time) Value {
	if t.IsZero() {
		return Null(DateTime)
	}
	return Value{kind: DateTime, n: t.Unix()*ticksPerSecond + int64(t.Nanosecond()/100) + unixTicks}
}

// OfDuration returns a timespan.
func OfDuration(d time.Duration) Value { return Value{kind: TimeSpan, n: int64(d / 100)} }

// OfJSON returns a dynamic of a JSON text; an empty one is null.
func OfJSON(data []byte) Value {
	if len(data) == 0 || string(data) == "null" {
		return Null(Dynamic)
	}
	return Value{kind: Dynamic, s: string(data)}
}

// Kind returns the value's type.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.null }

func (v Value) real() float64 {
	if v.kind == Real {
		return math.Float64frombits(uint64(v.n))
	}
	return float64(v.n)
}

// time returns a datetime; those beyond the year 9999 cannot be made.
func (v Value) time() time.Time {
	t := v.n - unixTicks
	return time.Unix(t/ticksPerSecond, t%ticksPerSecond*100).UTC()
}

// text returns what tostring() makes of the value.
func (v Value) text() string {
	if v.null {
		return ""
	}
	switch v.kind {
	case Bool:
		return strconv.FormatBool(v.n != 0)
	case Int, Long:
		return strconv.FormatInt(v.n, 10)
	case Real:
		return strconv.FormatFloat(v.real(), 'g', -1, 64)
	case DateTime:
		return v.time().Format("2006-01-02T15:04:05.0000000Z")
	case TimeSpan:
		return formatSpan(v.n)
	case Dynamic:
		if text, err := jsontext.AppendUnquote(nil, v.s); err == nil {
			return string(text)
		}
	}
	return v.s
}

func formatSpan(ticks int64) string {
	sign := ""
	if ticks < 0 {
		sign, ticks = "-", -ticks
	}
	day := 86400 * ticksPerSecond
	days, rest := ticks/day, ticks%day
	s := fmt.Sprintf("%02d:%02d:%02d", rest/ticksPerSecond/3600, rest/ticksPerSecond/60%60, rest/ticksPerSecond%60)
	if days > 0 {
		s = strconv.FormatInt(days, 10) + "." + s
	}
	if rest%ticksPerSecond != 0 {
		s += fmt.Sprintf(".%07d", rest%ticksPerSecond)
	}
	return sign + s
}

// AppendJSON appends the value as a hunting answer has it.
func (v Value) AppendJSON(to []byte) []byte {
	switch {
	case v.null:
		return append(to, "null"...)
	case v.kind == Bool, v.kind == Int, v.kind == Long:
		return append(to, v.text()...)
	case v.kind == Real:
		if f := v.real(); math.IsNaN(f) || math.IsInf(f, 0) {
			return append(to, `"`+strings.TrimPrefix(v.text(), "+")+`"`...)
		}
		return append(to, v.text()...)
	case v.kind == Dynamic:
		return append(to, v.s...)
	case v.kind == DateTime:
		// As in the published example: 2024-03-26T09:39:50.7688641Z.
		return append(to, `"`+v.time().Format("2006-01-02T15:04:05.9999999Z")+`"`...)
	default:
		to, _ = jsontext.AppendQuote(to, v.text()) // what is no UTF-8 is replaced
		return to
	}
}

// key returns a form of the value by which rows are grouped and joined.
func (v Value) key(to []byte) []byte {
	switch {
	case v.null:
		return append(to, 'n', 0)
	case v.kind.numeric():
		if f := v.real(); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return append(strconv.AppendInt(append(to, 'i'), int64(f), 10), 0)
		}
		return append(strconv.AppendFloat(append(to, 'f'), v.real(), 'g', -1, 64), 0)
	case v.kind == String, v.kind == Dynamic:
		s := v.text()
		return append(strconv.AppendInt(append(to, 's'), int64(len(s)), 10), ":"+s...)
	default:
		return append(strconv.AppendInt(append(to, 't'), v.n, 10), 0)
	}
}

// compare orders two values that are not null and can be compared.
func compare(a, b Value) int {
	switch {
	case a.kind.numeric() && b.kind.numeric():
		if a.kind == Real || b.kind == Real {
			return cmp.Compare(a.real(), b.real())
		}
		return cmp.Compare(a.n, b.n)
	case a.kind == String || a.kind == Dynamic || b.kind == Dynamic:
		return strings.Compare(a.text(), b.text())
	default:
		return cmp.Compare(a.n, b.n)
	}
}

// comparable tells whether values of two types can be compared. A dynamic can
// be compared with everything, by its text.
func comparable(a, b Kind) bool {
	return a == b || a.numeric() && b.numeric() || a == Dynamic || b == Dynamic
}

// member returns what .name, or [name], makes of a dynamic.
func (v Value) member(name string) Value {
	dec := jsontext.NewDecoder(bytes.NewReader([]byte(v.s)))
	if v.null || dec.PeekKind() != '{' {
		return Null(Dynamic)
	}
	if _, err := dec.ReadToken(); err != nil {
		return Null(Dynamic)
	}
	for dec.PeekKind() == '"' {
		token, err := dec.ReadToken()
		if err != nil {
			break
		}
		found := token.String() == name
		value, err := dec.ReadValue()
		if err != nil {
			break
		}
		if found {
			return OfJSON(value)
		}
	}
	return Null(Dynamic)
}

// items returns the elements of a dynamic that is an array.
func (v Value) items() []Value {
	dec := jsontext.NewDecoder(bytes.NewReader([]byte(v.s)))
	if v.null || dec.PeekKind() != '[' {
		return nil
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil
	}
	var items []Value
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err != nil {
			return items
		}
		items = append(items, OfJSON(value))
	}
	return items
}

// array makes a dynamic of values.
func array(values []Value) Value {
	data := []byte{'['}
	for i, v := range values {
		if i > 0 {
			data = append(data, ',')
		}
		data = v.AppendJSON(data)
	}
	return OfJSON(append(data, ']'))
}
