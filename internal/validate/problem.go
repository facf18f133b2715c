package validate

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// Problem is one thing that is wrong, or worth a warning, in a value.
type Problem struct {
	// Path leads from the value that was checked to the place, in the names of
	// its JSON form: alerts[0].entityDefinitions[2].identifierValue. It is
	// empty when the value as a whole is meant.
	Path string `json:"path"`
	// Rule is the name of the rule that was broken, for programs: required,
	// max, identifier-syntax. The names are listed in the documentation of
	// package incident and do not change.
	Rule string `json:"rule"`
	// Message tells a person what is wrong and how to mend it. It starts where
	// the path ends, so that path and message together read as a sentence.
	Message string `json:"message"`
}

// String returns the path and the message as one line. A path may hold names
// from a document that somebody else wrote; control characters are replaced.
func (p Problem) String() string {
	if p.Path == "" {
		return plain.Line(p.Message)
	}
	return plain.Line(plain.Cut(p.Path, 300) + " " + p.Message)
}

// Error is the error of a value that breaks rules. It holds all problems, in an
// order that is always the same: those of a field alone before those of several.
type Error struct {
	Problems []Problem
}

// Error returns all problems, one on each line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Problems collects what is wrong. The zero value is ready for use.
type Problems []Problem

// Add notes one problem. The message is formatted as by [fmt.Sprintf].
func (ps *Problems) Add(path, rule, format string, args ...any) {
	*ps = append(*ps, Problem{Path: path, Rule: rule, Message: fmt.Sprintf(format, args...)})
}

// Text notes a text that the tags take for a value and a reader for none, and
// one that JSON cannot carry. An empty text is left to the tags.
func (ps *Problems) Text(path, text string) {
	switch {
	case text == "":
	case !utf8.ValidString(text):
		ps.Add(path, "encoding", "holds bytes that are no UTF-8, which JSON cannot carry; remove them")
	case TrimText(text) == "":
		ps.Add(path, "required", "is only white space; give a value")
	}
}

// TrimText removes what no reader sees from both ends of a text: white space, control
// characters, and marks such as U+FEFF and U+200B.
func TrimText(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
}

// Under takes over the problems of err, which belong to the value at path. An
// error of any other type than [*Error] becomes one problem of its own.
func (ps *Problems) Under(path string, err error) {
	if err == nil {
		return
	}
	nested, ok := errors.AsType[*Error](err)
	if !ok {
		ps.Add(path, "invalid", "%s", err)
		return
	}
	for _, p := range nested.Problems {
		switch {
		case p.Path == "":
			p.Path = path
		case path != "" && p.Path[0] != '[':
			p.Path = path + "." + p.Path
		default:
			p.Path = path + p.Path
		}
		*ps = append(*ps, p)
	}
}

// Err returns the problems as an error, or nil when there are none.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	return &Error{Problems: ps}
}

// Index returns the path of item i of the list at path.
func Index(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// Quote returns s in quotation marks and with control characters escaped, cut
// to a length that a person reads at a glance.
func Quote(s string) string { return strconv.Quote(plain.Cut(s, 60)) }
