package audit

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// WriteText writes events for people, one on each line. What could move a
// terminal's cursor or break a line is replaced by spaces, and long values are
// cut; the JSON form is exact.
func WriteText(w io.Writer, events []Event) error {
	b := bufio.NewWriter(w)
	for i := range events {
		fmt.Fprintln(b, plain.Line(events[i].line()))
	}
	return b.Flush()
}

func (e *Event) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s", e.At().UTC().Format(time.RFC3339), short(e.Actor.Label()), short(string(e.Operation)))
	if e.Actor.Delegated && e.Actor.Application != "" {
		fmt.Fprintf(&b, " by way of %s", short(e.Actor.Application))
	}
	for _, part := range [...]struct{ label, text string }{
		{"incident", e.Target.Incident}, {"alert", e.Target.Alert}, {"from incident", e.Target.Source},
	} {
		if part.text != "" {
			fmt.Fprintf(&b, "  %s %s", part.label, short(part.text))
		}
	}
	for i, c := range e.Changes {
		separator := ", "
		if i == 0 {
			separator = "  "
		}
		fmt.Fprintf(&b, "%s%s: %s → %s", separator, short(c.Path), value(c.Old), value(c.New))
	}
	if e.Comment != "" {
		fmt.Fprintf(&b, "  %q", plain.Cut(e.Comment, 200))
	}
	switch {
	case e.Open && e.Phase == PhaseIntent:
		b.WriteString("  [outcome unknown: no result was recorded]")
	case e.Result.Outcome != "" && e.Result.Outcome != Succeeded:
		fmt.Fprintf(&b, "  [%s %s]", e.Result.Outcome, short(cmp.Or(e.Result.Code, e.Result.Message, strconv.Itoa(e.Result.Status))))
	}
	if e.Result.Resolved {
		fmt.Fprintf(&b, "  [found out later by %s]", short(e.ResolvedBy.Label()))
	}
	if e.MergedFrom != "" {
		fmt.Fprintf(&b, "  [merged from incident %s]", short(e.MergedFrom))
	}
	return b.String()
}

func short(s string) string { return plain.Cut(s, 80) }

func value(v jsontext.Value) string {
	if v == nil {
		return "-"
	}
	return short(string(v))
}

// WriteJSON writes events as JSON lines: each with the entry that knows most,
// and what was put together about it. What could move a terminal's cursor is
// escaped; read as JSON it is exact.
func WriteJSON(w io.Writer, events []Event) error {
	b := bufio.NewWriter(w)
	for i := range events {
		e := &events[i]
		data, err := json.Marshal(&eventJSON{&e.Entry, e.Open, e.ResolvedBy, e.MergedFrom}, jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return errors.Join(err, b.Flush())
		}
		_, _ = b.Write(append(plain.JSON(data), '\n'))
	}
	return b.Flush()
}

// eventJSON is the JSON form of an event: the entry and, beside it, the rest.
// An embedded entry would lend the event its own methods.
type eventJSON struct {
	Entry      *Entry `json:"entry"`
	Open       bool   `json:"open,omitzero"`
	ResolvedBy Actor  `json:"resolvedBy,omitzero"`
	MergedFrom string `json:"mergedFrom,omitzero"`
}

var columns = []string{
	"time", "actorType", "actor", "delegated", "application", "operation", "tenant", "workspace", "incident", "alert", "source",
	"changes", "comment", "origin", "outcome", "status", "code", "requestId", "clientRequestId", "open", "mergedFrom", "id",
}

// WriteCSV writes events as comma-separated values with a line of names first,
// for spreadsheets. A cell that a spreadsheet could take for a formula, also
// one that splits cells at other characters than commas, gets an apostrophe
// before the sign that makes it one; what could break a line is replaced by
// spaces. The JSON form is exact.
func WriteCSV(w io.Writer, events []Event) error {
	b := bufio.NewWriter(w)
	writeRow(b, columns)
	for i := range events {
		e := &events[i]
		changes := make([]string, len(e.Changes))
		for i, c := range e.Changes {
			changes[i] = c.Path + ": " + valueText(c.Old) + " → " + valueText(c.New)
		}
		status := ""
		if e.Result.Status != 0 {
			status = strconv.Itoa(e.Result.Status)
		}
		writeRow(b, []string{
			e.At().UTC().Format(time.RFC3339Nano), string(e.Actor.Type), e.Actor.Label(), strconv.FormatBool(e.Actor.Delegated), e.Actor.Application,
			string(e.Operation), e.Target.Tenant, e.Target.Workspace, e.Target.Incident, e.Target.Alert, e.Target.Source,
			strings.Join(changes, " | "), e.Comment, string(e.Origin), string(e.Result.Outcome), status, e.Result.Code,
			e.RequestID, e.ClientRequestID, strconv.FormatBool(e.Open), e.MergedFrom, e.ID,
		})
	}
	return b.Flush()
}

func valueText(v jsontext.Value) string {
	if v == nil {
		return "-"
	}
	return string(v)
}

// writeRow quotes every cell: one that is not quoted is split by programs that
// separate at semicolons.
func writeRow(b *bufio.Writer, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_, _ = b.WriteString(`"` + strings.ReplaceAll(Cell(cell), `"`, `""`) + `"`)
	}
	_, _ = b.WriteString("\r\n")
}

// Cell returns a text that a spreadsheet shows as text: see [WriteCSV].
func Cell(s string) string {
	s = plain.Line(s)
	var b strings.Builder
	starts := true
	for _, r := range s {
		switch r {
		case '=', '+', '-', '@', '＝', '＋', '－', '＠':
			if starts {
				b.WriteByte('\'')
			}
			starts = false
		case ',', ';', '|', '"', '\'':
			starts = true
		case ' ', '\u00a0', '\u200b', '\ufeff', '\u3000':
		default:
			starts = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
