package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Resource is what can be listed.
type Resource interface {
	alert.Alert | incident.Incident
}

// Filter is a condition on the things of a list. The zero value is none. Filters
// are made from the properties by which the service can filter, so that most
// that it would refuse do not compile:
//
//	graph.And(graph.AlertStatus.Eq(alert.StatusNew), graph.AlertCreated.Ge(since))
//
// [Where] makes them from texts. What is wrong in a filter is reported by the
// call that it is given to, before anything is sent, and by its Err.
type Filter[R Resource] struct {
	text string
	// joined tells that and, or or a comparison list stands at the top, so that
	// the text needs parentheses inside another one.
	joined bool
	err    error
}

// String returns the text of the filter as $filter has it, not escaped for an
// address.
func (f Filter[R]) String() string { return f.text }

// Err says what is wrong in the filter.
func (f Filter[R]) Err() error { return f.err }

func (f Filter[R]) inner() string {
	if f.joined {
		return "(" + f.text + ")"
	}
	return f.text
}

// And is true where all of the filters are. Filters that are zero do not count,
// so that conditions can be collected that may turn out to be none.
func And[R Resource](fs ...Filter[R]) Filter[R] { return join(" and ", fs) }

// Or is true where at least one of the filters is. A filter that is zero among
// them, or none at all, is an error: the one would match everything and the other
// nothing.
func Or[R Resource](fs ...Filter[R]) Filter[R] {
	if len(fs) == 0 || slices.ContainsFunc(fs, func(f Filter[R]) bool { return f.err == nil && f.text == "" }) {
		return Filter[R]{err: errors.New("or: there is nothing to choose from")}
	}
	return join(" or ", fs)
}

// Not is true where f is not. Not of a filter that is zero is an error: it would
// match nothing.
func Not[R Resource](f Filter[R]) Filter[R] {
	if f.err == nil && f.text == "" {
		return Filter[R]{err: errors.New("not: there is nothing to negate")}
	}
	return Filter[R]{text: "not (" + f.text + ")", err: f.err}
}

func join[R Resource](word string, fs []Filter[R]) Filter[R] {
	var parts []Filter[R]
	var errs []error
	for _, f := range fs {
		if f.err != nil {
			errs = append(errs, f.err)
		} else if f.text != "" {
			parts = append(parts, f)
		}
	}
	if len(errs) > 0 {
		return Filter[R]{err: errors.Join(errs...)}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(word)
		}
		b.WriteString(p.inner())
	}
	return Filter[R]{text: b.String(), joined: len(parts) > 1}
}

// TextField is a property that holds text.
type TextField[R Resource] struct{ name string }

// EnumField is a property that holds a member of the enumeration T.
type EnumField[R Resource, T member[T]] struct{ name string }

// TimeField is a property that holds a time.
type TimeField[R Resource] struct{ name string }

// The properties of alerts by which the service can filter.
//
// Source: Learn, "List alerts_v2" (v1.0, 2026-05-19). By incidentId, title,
// detectionSource and category it cannot.
var (
	AlertAssignedTo     = TextField[alert.Alert]{"assignedTo"}
	AlertClassification = EnumField[alert.Alert, alert.Classification]{"classification"}
	AlertDetermination  = EnumField[alert.Alert, alert.Determination]{"determination"}
	AlertCreated        = TimeField[alert.Alert]{"createdDateTime"}
	AlertLastUpdate     = TimeField[alert.Alert]{"lastUpdateDateTime"}
	AlertSeverity       = EnumField[alert.Alert, alert.Severity]{"severity"}
	AlertServiceSource  = EnumField[alert.Alert, alert.ServiceSource]{"serviceSource"}
	AlertStatus         = EnumField[alert.Alert, alert.Status]{"status"}
)

// The properties of incidents by which the service can filter.
//
// Source: Learn, "List incidents" (v1.0, 2026-03-19).
var (
	IncidentAssignedTo     = TextField[incident.Incident]{"assignedTo"}
	IncidentClassification = EnumField[incident.Incident, alert.Classification]{"classification"}
	IncidentDetermination  = EnumField[incident.Incident, alert.Determination]{"determination"}
	IncidentCreated        = TimeField[incident.Incident]{"createdDateTime"}
	IncidentLastUpdate     = TimeField[incident.Incident]{"lastUpdateDateTime"}
	IncidentSeverity       = EnumField[incident.Incident, alert.Severity]{"severity"}
	IncidentStatus         = EnumField[incident.Incident, incident.Status]{"status"}
)

// Eq is true where the property is the text.
func (p TextField[R]) Eq(text string) Filter[R] { return compareText[R](p.name, "eq", text) }

// Ne is true where the property is another text.
func (p TextField[R]) Ne(text string) Filter[R] { return compareText[R](p.name, "ne", text) }

// IsNull is true where the property is not set, as the owner of what nobody has
// taken. The pages do not show the comparison with null; it is that of OData.
func (p TextField[R]) IsNull() Filter[R] { return Filter[R]{text: p.name + " eq null"} }

// Eq is true where the property is the member. A member of the schema is sent in
// the schema's spelling.
func (p EnumField[R, T]) Eq(value T) Filter[R] { return compareEnum[R](p.name, "eq", value) }

// Ne is true where the property is not the member.
func (p EnumField[R, T]) Ne(value T) Filter[R] { return compareEnum[R](p.name, "ne", value) }

// In is true where the property is one of the members. It is written with or,
// for the pages do not show the operator in.
func (p EnumField[R, T]) In(values ...T) Filter[R] {
	if len(values) == 0 {
		return Filter[R]{err: fmt.Errorf("%s: there is nothing to compare with", p.name)}
	}
	fs := make([]Filter[R], len(values))
	for i, v := range values {
		fs[i] = p.Eq(v)
	}
	return Or(fs...)
}

// IsNull is true where the property is not set. Classification and determination
// may be null as well as unknown. The pages do not show the comparison with null;
// it is that of OData.
func (p EnumField[R, T]) IsNull() Filter[R] { return Filter[R]{text: p.name + " eq null"} }

// Eq is true where the property is exactly t.
func (p TimeField[R]) Eq(t time.Time) Filter[R] { return compareTime[R](p.name, "eq", t) }

// Lt is true where the property is before t.
func (p TimeField[R]) Lt(t time.Time) Filter[R] { return compareTime[R](p.name, "lt", t) }

// Le is true where the property is not after t.
func (p TimeField[R]) Le(t time.Time) Filter[R] { return compareTime[R](p.name, "le", t) }

// Gt is true where the property is after t.
func (p TimeField[R]) Gt(t time.Time) Filter[R] { return compareTime[R](p.name, "gt", t) }

// Ge is true where the property is not before t.
func (p TimeField[R]) Ge(t time.Time) Filter[R] { return compareTime[R](p.name, "ge", t) }

func compareText[R Resource](name, op, text string) Filter[R] {
	if !utf8.ValidString(text) {
		return Filter[R]{err: fmt.Errorf("%s: the text is no UTF-8", name)}
	}
	return Filter[R]{text: name + " " + op + " " + quote(text)}
}

// quote writes a text as OData does: in single quotes, those inside doubled.
// That the pages quote members of enumerations as well is peculiar to them.
//
// Source: OData 4.01, URL conventions, 5.1.1.14.1 (primitive literals).
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func compareEnum[R Resource, T member[T]](name, op string, value T) Filter[R] {
	switch value {
	case "":
		return Filter[R]{err: fmt.Errorf("%s: the value is empty; use IsNull for things that have none", name)}
	case "unknownFutureValue":
		return Filter[R]{err: fmt.Errorf("%s: unknownFutureValue stands for members that the schema does not have; nothing is stored under it", name)}
	}
	return compareText[R](name, op, string(spelled(value)))
}

// tick is the resolution of the service's times.
const tick = 100 * time.Nanosecond

func compareTime[R Resource](name, op string, t time.Time) Filter[R] {
	t = t.UTC()
	// What lies between two ticks is moved to the one that gives the same
	// result for every time that the service can have.
	if at := t.Truncate(tick); at.Before(t) && (op == "ge" || op == "lt") {
		t = at.Add(tick)
	}
	switch {
	case t.IsZero():
		return Filter[R]{err: fmt.Errorf("%s: the time is zero", name)}
	case t.Year() < 1 || t.Year() > 9999:
		return Filter[R]{err: fmt.Errorf("%s: the year %d does not have four digits", name, t.Year())}
	}
	return Filter[R]{text: name + " " + op + " " + t.Format("2006-01-02T15:04:05.9999999Z07:00")}
}

// Where makes a filter from texts, such as a playbook has: the name of a
// property, an operator and a value. The operators are eq and ne, for times eq, lt,
// le, gt and ge; a time is written as in RFC 3339. A property by which the service
// cannot filter is refused.
//
//	graph.Where[alert.Alert]("severity", "eq", "high")
func Where[R Resource](property, operator, value string) Filter[R] {
	kind, fields := fieldsOf[R]()
	var names []string
	for _, f := range fields {
		if f.property() == property {
			return f.where(operator, value)
		}
		names = append(names, f.property())
	}
	return Filter[R]{err: fmt.Errorf("the service cannot filter %s by %s; it can by %s", kind, validate.Quote(property), strings.Join(names, ", "))}
}

type field[R Resource] interface {
	property() string
	where(operator, value string) Filter[R]
}

// fieldsOf returns what R is called and its fields in the order of the page.
func fieldsOf[R Resource]() (kind string, fields []field[R]) {
	if _, ok := any(*new(R)).(alert.Alert); ok {
		kind, fields = "alerts", any([]field[alert.Alert]{
			AlertAssignedTo, AlertClassification, AlertDetermination, AlertCreated, AlertLastUpdate,
			AlertSeverity, AlertServiceSource, AlertStatus,
		}).([]field[R])
		return kind, fields
	}
	return "incidents", any([]field[incident.Incident]{
		IncidentAssignedTo, IncidentClassification, IncidentCreated, IncidentDetermination, IncidentLastUpdate,
		IncidentSeverity, IncidentStatus,
	}).([]field[R])
}

func (p TextField[R]) property() string    { return p.name }
func (p EnumField[R, T]) property() string { return p.name }
func (p TimeField[R]) property() string    { return p.name }

func (p TextField[R]) where(op, value string) Filter[R] {
	if f, ok := refused[R](p.name, op, "eq", "ne"); ok {
		return f
	}
	return compareText[R](p.name, op, value)
}

func (p EnumField[R, T]) where(op, value string) Filter[R] {
	if f, ok := refused[R](p.name, op, "eq", "ne"); ok {
		return f
	}
	return compareEnum[R](p.name, op, T(value))
}

func (p TimeField[R]) where(op, value string) Filter[R] {
	if f, ok := refused[R](p.name, op, "eq", "lt", "le", "gt", "ge"); ok {
		return f
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return Filter[R]{err: fmt.Errorf("%s: %s is no time such as 2026-08-25T13:20:00Z", p.name, validate.Quote(value))}
	}
	return compareTime[R](p.name, op, t)
}

// refused returns the filter for an operator that a property does not have.
func refused[R Resource](name, op string, has ...string) (Filter[R], bool) {
	if slices.Contains(has, op) {
		return Filter[R]{}, false
	}
	return Filter[R]{err: fmt.Errorf("%s: the operator %s is none of %s", name, validate.Quote(op), strings.Join(has, ", "))}, true
}
