package audit

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Describe returns an entry that says what turns the value before into the
// value after: its changes, and, for incidents and alerts, their updates and
// drafts, the operation and the target. A nil value stands for nothing: there
// was none before, or is none after. The caller adds who, when and why.
//
// Where after is of another type than before, such as an [incident.Update]
// after an [incident.Incident], only the fields that after has are compared;
// so an update describes the change of the fields that it sets.
func Describe(before, after any) (Entry, error) {
	old, err := document(before)
	if err != nil {
		return Entry{}, fmt.Errorf("describe the value before: %w", err)
	}
	now, err := document(after)
	if err != nil {
		return Entry{}, fmt.Errorf("describe the value after: %w", err)
	}
	partial := old != nil && now != nil && reflect.TypeOf(deref(before)) != reflect.TypeOf(deref(after))
	var e Entry
	compare("", old, now, partial, &e.Changes)
	e.Target.take(deref(before))
	e.Target.take(deref(after))
	e.Operation = operation(deref(before), deref(after))
	return e, nil
}

// Diff returns what is different in the JSON forms of two values, field by
// field in the order of their names' appearance. Lists of objects are compared
// item by item, other lists as a whole.
func Diff(before, after any) ([]Change, error) {
	e, err := Describe(before, after)
	return e.Changes, err
}

func document(v any) (jsontext.Value, error) {
	if v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		return nil, nil
	}
	data, err := wire.Marshal(v)
	return data, err
}

func deref(v any) any {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
		return r.Elem().Interface()
	} else if r.Kind() == reflect.Pointer {
		return nil
	}
	return v
}

// take fills in what a model says about the target.
func (t *Target) take(v any) {
	set := func(field *string, value string) {
		if value != "" {
			*field = value
		}
	}
	switch v := v.(type) {
	case incident.Incident:
		set(&t.Tenant, v.TenantID)
		set(&t.Incident, v.ID)
		if v.RedirectIncidentID != "" {
			t.Incident, t.Source = v.RedirectIncidentID, v.ID
		}
	case alert.Alert:
		set(&t.Tenant, v.TenantID)
		if t.Incident != "" && v.IncidentID != "" && t.Incident != v.IncidentID {
			t.Source = t.Incident
		}
		set(&t.Incident, v.IncidentID)
		set(&t.Alert, v.ID)
	case alert.Draft:
		if v.LinkToIncident > 0 {
			t.Incident = strconv.FormatInt(v.LinkToIncident, 10)
		}
		set(&t.Workspace, v.SentinelWorkspace)
	case incident.Draft:
		if len(v.Alerts) > 0 {
			t.take(v.Alerts[0])
		}
	}
}

func operation(before, after any) Operation {
	switch after := after.(type) {
	case incident.Update:
		return UpdateIncident
	case alert.Draft:
		return CreateAlert
	case incident.Draft:
		return SubmitDraft
	case incident.Incident:
		switch was, ok := before.(incident.Incident); {
		case before == nil:
			return CreateIncident
		case ok && was.RedirectIncidentID == "" && after.RedirectIncidentID != "":
			return MergeIncidents
		}
		return UpdateIncident
	case alert.Alert:
		switch was, ok := before.(alert.Alert); {
		case before == nil:
			return CreateAlert
		case ok && was.IncidentID != "" && after.IncidentID != "" && was.IncidentID != after.IncidentID:
			return MoveAlert
		}
		return UpdateAlert
	case nil:
		if _, ok := before.(incident.Incident); ok {
			return DeleteIncident
		}
	}
	return ""
}

// compare appends the changes between two JSON values, of which a nil one is
// not there.
func compare(path string, old, now jsontext.Value, partial bool, changes *[]Change) {
	switch {
	case bytes.Equal(old, now):
	case kind(old, now) == '{':
		compareObjects(path, old, now, partial, changes)
	case kind(old, now) == '[' && objects(old) && objects(now):
		a, b := inside(old), inside(now)
		for i := range max(len(a), len(b)) {
			compare(path+"["+strconv.Itoa(i)+"]", at(a, i), at(b, i), false, changes)
		}
	default:
		*changes = append(*changes, Change{Path: path, Old: old, New: now})
	}
}

// kind returns the kind of both values, or of the one that is there.
func kind(a, b jsontext.Value) jsontext.Kind {
	switch {
	case a == nil:
		return b.Kind()
	case b == nil || a.Kind() == b.Kind():
		return a.Kind()
	}
	return 0
}

func at(list []jsontext.Value, i int) jsontext.Value {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func compareObjects(path string, old, now jsontext.Value, partial bool, changes *[]Change) {
	was, is := members(old), members(now)
	used := map[string]bool{}
	for _, m := range append(is, was...) {
		if used[m.name] {
			continue
		}
		used[m.name] = true
		a, b := find(was, m.name), find(is, m.name)
		if partial && b == nil {
			continue
		}
		compare(below(path, m.name), a, b, false, changes)
	}
}

// below returns the path of a member. Names that a dotted path cannot have are
// quoted.
func below(path, name string) string {
	if name == "" || strings.ContainsAny(name, ".[]\" \t\r\n") {
		return path + "[" + strconv.Quote(name) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

type member struct {
	name  string
	value jsontext.Value
}

func find(list []member, name string) jsontext.Value {
	for _, m := range list {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// members returns the members of an object. The values
// were written by this process, so that they are known to be well formed.
func members(object jsontext.Value) (list []member) {
	for i, v := range inside(object) {
		if i%2 == 0 {
			var name string
			_ = wire.Unmarshal(v, &name)
			list = append(list, member{name: name})
		} else {
			list[len(list)-1].value = v
		}
	}
	return list
}

func inside(v jsontext.Value) (list []jsontext.Value) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(v))
	if _, err := dec.ReadToken(); err != nil {
		return nil
	}
	for k := dec.PeekKind(); k != '}' && k != ']' && k != 0; k = dec.PeekKind() {
		item, err := dec.ReadValue()
		if err != nil {
			return list
		}
		list = append(list, item.Clone())
	}
	return list
}

// objects reports whether a list holds objects only; one that is not there
// does.
func objects(list jsontext.Value) bool {
	for _, v := range inside(list) {
		if v.Kind() != '{' {
			return false
		}
	}
	return true
}
