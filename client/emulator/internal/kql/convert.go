package kql

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// timeForms are the forms of a datetime that are read, of those that Learn,
// "The datetime data type", lists.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006",
}

// parseLiteral reads the text of a literal such as datetime(2026-08-04), and of
// a string that is converted.
func parseLiteral(k Kind, text string) (Value, bool) {
	switch k {
	case Bool:
		switch strings.ToLower(text) {
		case "true", "1":
			return OfBool(true), true
		case "false", "0":
			return OfBool(false), true
		}
	case Int, Long:
		bits := map[Kind]int{Int: 32, Long: 64}[k]
		if n, err := strconv.ParseInt(text, 10, bits); err == nil {
			return Value{kind: k, n: n}, true
		}
	case Real:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return OfReal(f), true
		}
	case DateTime:
		for _, form := range timeForms {
			if t, err := time.Parse(form, text); err == nil {
				return OfTime(t), true
			}
		}
	case TimeSpan:
		return parseSpan(text)
	case Dynamic:
		if v := jsontext.Value(text); v.IsValid() {
			_ = v.Compact() // of what is valid
			return OfJSON(v), true
		}
	case String:
		return OfString(text), true
	}
	return Value{}, false
}

// convert makes a value of another type of a value, or null.
func convert(v Value, k Kind) Value {
	switch {
	case v.null:
		return Null(k)
	case v.kind == k:
		return v
	case k == String:
		return OfString(v.text())
	case v.kind == String || v.kind == Dynamic:
		text := strings.TrimSpace(v.text())
		if k == Dynamic { // tostring's opposite: a text that is no JSON is a text
			if parsed, ok := parseLiteral(Dynamic, text); ok {
				return parsed
			}
			return OfJSON(v.AppendJSON(nil))
		}
		if k == Int || k == Long {
			if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, ".eE") {
				return whole(k, f)
			}
		}
		if parsed, ok := parseLiteral(k, text); ok {
			return parsed
		}
		return Null(k)
	case k == Dynamic:
		return OfJSON(v.AppendJSON(nil))
	case k == Bool && v.kind.numeric():
		return OfBool(v.real() != 0)
	case k == Real && (v.kind.numeric() || v.kind == Bool):
		return OfReal(v.real())
	case k == Int || k == Long:
		if v.kind == Real {
			return whole(k, v.real())
		}
		if k == Int && int64(int32(v.n)) != v.n {
			return Null(k)
		}
		return Value{kind: k, n: v.n}
	case (k == DateTime || k == TimeSpan) && (v.kind == Long || v.kind == Int):
		return ticks(k, v.n)
	default:
		return Null(k)
	}
}

func whole(k Kind, f float64) Value {
	limit := float64(math.MaxInt64)
	if k == Int {
		limit = math.MaxInt32
	}
	if math.IsNaN(f) || math.Abs(f) >= limit {
		return Null(k)
	}
	return Value{kind: k, n: int64(f)}
}

// maxTicks is the end of the year 9999.
var maxTicks = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()*ticksPerSecond + unixTicks

// ticks makes a datetime or timespan, or null of what is no datetime.
func ticks(k Kind, n int64) Value {
	if k == DateTime && (n < 0 || n > maxTicks) {
		return Null(k)
	}
	return Value{kind: k, n: n}
}
