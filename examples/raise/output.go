package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/incident"
)

// output shows what happens: as text while it happens, or as one JSON object at
// the end.
type output struct {
	json           bool
	stdout, stderr io.Writer
	report         report
}

type report struct {
	Target   string             `json:"target,omitempty"`
	Problems []incident.Problem `json:"problems,omitempty"`
	Warnings []incident.Problem `json:"warnings,omitempty"`
	Receipt  *incident.Receipt  `json:"receipt,omitempty"`
	Incident *incident.Incident `json:"incident,omitempty"`
	Error    *reportedError     `json:"error,omitempty"`
}

type reportedError struct {
	Message         string `json:"message"`
	Advice          string `json:"advice,omitempty"`
	Status          int    `json:"status,omitempty"`
	Code            string `json:"code,omitempty"`
	RequestID       string `json:"requestId,omitempty"`
	ClientRequestID string `json:"clientRequestId,omitempty"`
}

func (o *output) text(format string, args ...any) {
	if !o.json {
		fmt.Fprintf(o.stdout, format, args...)
	}
}

// end prints the JSON object and returns the exit status of success.
func (o *output) end() int {
	if o.json {
		encoder := json.NewEncoder(o.stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(o.report); err != nil {
			fmt.Fprintln(o.stderr, err)
			return exitRefused
		}
	}
	return 0
}

// invalid reports a command line or a file that cannot be used.
func (o *output) invalid(err error) int {
	o.report.Error = &reportedError{Message: err.Error()}
	if !o.json {
		fmt.Fprintln(o.stderr, err)
	}
	o.end()
	return exitInvalid
}

// problems reports a draft that breaks rules, one problem on each line.
func (o *output) problems(r incident.Review) int {
	o.report.Problems, o.report.Warnings = r.Problems, r.Warnings
	if !o.json {
		fmt.Fprintln(o.stderr, r.Err())
		fmt.Fprintf(o.stderr, "The draft has %s; nothing was sent.\n", count(len(r.Problems), "problem"))
	}
	o.end()
	return exitInvalid
}

func (o *output) review(target string, r incident.Review) {
	o.report.Target, o.report.Warnings = target, r.Warnings
	o.text("%s\n\nReview\n%s", target, r)
}

func (o *output) receipt(r *incident.Receipt) {
	o.report.Receipt = r
	if r == nil || r.IncidentID == "" {
		return
	}
	o.text("\nRaised incident %s: %s\n", line(r.IncidentID), line(r.IncidentWebURL))
	for _, a := range r.Alerts {
		o.text("  alert %s: %s\n", line(a.ID), line(a.WebURL))
	}
}

// refused reports what the service or the network did not let happen.
func (o *output) refused(summary string, err error) int {
	o.report.Error = &reportedError{Message: err.Error()}
	advice := ""
	if failure, ok := errors.AsType[*client.Error](err); ok {
		cause := failure
		if inner, ok := errors.AsType[*client.Error](failure.Err); ok {
			cause = inner
		}
		advice = cause.Advice()
		o.report.Error = &reportedError{
			Message: err.Error(), Advice: advice, Status: cause.StatusCode, Code: cause.Code,
			RequestID: failure.RequestID, ClientRequestID: failure.ClientRequestID,
		}
	}
	if !o.json {
		fmt.Fprintln(o.stderr, summary)
		fmt.Fprintln(o.stderr, err)
		if advice != "" {
			fmt.Fprintln(o.stderr, advice)
		}
	}
	o.end()
	return exitRefused
}

func (o *output) incident(i *incident.Incident) {
	o.report.Incident = i
	o.text("\nRead back\n  incident %s %q\n", line(i.ID), i.DisplayName)
	o.text("  severity %s, status %s, owner %q, tags %q\n", line(i.Severity), line(i.Status), i.AssignedTo, i.CustomTags)
	o.text("  description: %q\n", i.Description)
	for _, c := range i.Comments {
		o.text("  comment: %q\n", c.Comment)
	}
	for _, a := range i.Alerts {
		o.text("  alert %q: %s, %s, %s\n", a.Title, line(a.ServiceSource), line(a.DetectionSource), line(a.Status))
	}
}

// line makes what a service sent harmless for a terminal: nothing in it moves
// the cursor, changes a colour or begins a line.
func line[T ~string](s T) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return ' '
	}, string(s))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
