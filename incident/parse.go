package incident

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// MaxDraftSize is the largest document, in bytes, that [ParseDraft] reads: far
// more than a draft of many alerts with all their entities needs.
const MaxDraftSize = 16 << 20

// ParseDraft reads a draft from its JSON form, {"alerts": [{…}], …}, with the
// names that Microsoft Graph uses inside. A createAlertInput document, as the
// documentation of Graph prints it, is accepted as well, with and without the
// object around it. Annotations, whose names start with @odata., are skipped.
//
// A field that does not exist is refused by name, so that a slip of the pen
// does not silently drop an entity or a technique. The error is a
// [*ValidationError]; where fields are unknown, the draft is returned with it,
// so that its other problems can be shown in the same breath. A thousand such
// fields are named, more are counted. ParseDraft does
// not validate.
func ParseDraft(data []byte) (Draft, error) {
	// A byte order mark is what some editors put before a file.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > MaxDraftSize {
		var ps validate.Problems
		ps.Add("", "max", "the document has %d bytes; the largest draft is %d", len(data), MaxDraftSize)
		return Draft{}, ps.Err()
	}
	// What else is in the document does not matter yet, nor whether it is one.
	var form struct {
		Input    jsontext.Value `json:"createAlertInput"`
		Alerts   jsontext.Value `json:"alerts"`
		Title    jsontext.Value `json:"title"`
		Entities jsontext.Value `json:"entityDefinitions"`
	}
	_ = wire.Unmarshal(data, &form)
	var d Draft
	var unknown validate.Problems
	var err error
	switch {
	case form.Input != nil:
		var outer struct {
			Input alert.Draft `json:"createAlertInput"`
		}
		unknown, err = parse(data, &outer)
		d.Alerts = []alert.Draft{outer.Input}
	case form.Alerts == nil && (form.Title != nil || form.Entities != nil):
		var input alert.Draft
		unknown, err = parse(data, &input)
		d.Alerts = []alert.Draft{input}
	default:
		unknown, err = parse(data, &d)
	}
	if err != nil {
		return Draft{}, err
	}
	return d, unknown.Err()
}

// parse reads data into v and lists the fields that v does not have.
func parse(data []byte, v any) (unknown validate.Problems, err error) {
	members, more, err := wire.UnknownMembers(data, v)
	if err == nil {
		err = wire.Unmarshal(data, v)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	for _, m := range members {
		if m.Nearest != "" {
			unknown.Add(m.Path, "unknown-field", "does not exist; did you mean %s?", m.Nearest)
		} else {
			unknown.Add(m.Path, "unknown-field", "does not exist; remove it")
		}
	}
	if more > 0 {
		unknown.Add("", "unknown-field", "the document has %d more fields that do not exist", more)
	}
	return unknown, nil
}

func unreadable(err error) error {
	var ps validate.Problems
	if at, ok := errors.AsType[*wire.Error](err); ok {
		ps.Add(at.Path, "syntax", "cannot be read at line %d, column %d: %s", at.Line, at.Column, at.Reason)
		if at.Path == "" {
			ps[0].Message = "the document " + ps[0].Message
		}
		return ps.Err()
	}
	ps.Under("", err)
	return ps.Err()
}
