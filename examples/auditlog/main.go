// Auditlog shows, checks and exports an audit log that package audit/ledger
// has written.
//
//	go run ./examples/auditlog show -key log.pub -incident 28282 DIR     what happened to incident 28282
//	go run ./examples/auditlog show -key log.pub -alert ID -format csv DIR
//	go run ./examples/auditlog gaps -key log.pub DIR                     calls of which nobody knows the outcome
//	go run ./examples/auditlog verify -key log.pub -head kept.head DIR   is the log what was signed?
//	go run ./examples/auditlog head -key log.pub DIR                     the newest signed head, to be kept elsewhere
//	go run ./examples/auditlog export -key log.pub -form m365 DIR        records as in Microsoft's unified audit log
//	go run ./examples/auditlog key NAME                                  a new pair of keys for a log
//
// The folder examples/auditlog/testdata has a small log, log, and its key,
// log.pub, to try this with. Keep the public key and the heads where those who
// can write the log cannot change them.
//
// The exit status is 0 when all is well, 1 when the log is not what was signed
// or cannot be read, 2 when the command line is wrong, and 3 when the log is
// intact but something is open: its end is not signed yet, or, for gaps, there
// are some.
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/ledger"
	"github.com/incidentkit/incidentkit/audit/unified"
)

const (
	exitDamaged = 1
	exitInvalid = 2
	exitOpen    = 3
)

const usage = `usage: auditlog show|gaps|verify|head|export -key FILE [flags] DIR
       auditlog key NAME
`

// errUsage marks a command line that is wrong.
var errUsage = errors.New("wrong command line")

// errOpen marks a log that is intact, with something left to do.
var errOpen = errors.New("open")

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	err := command(args, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errOpen):
		return exitOpen
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%s\n%s", err, usage)
		return exitInvalid
	}
	fmt.Fprintln(stderr, err)
	return exitDamaged
}

// options are what the flags say.
type options struct {
	filter   audit.Filter
	keys     note.Verifiers
	head     string
	format   string
	form     string
	reader   *ledger.Reader
	dir      string
	keyFile  string
	from, to string
	op       string
}

func command(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: name a command", errUsage)
	}
	name, args := args[0], args[1:]
	if name == "key" {
		return newKey(args, stdout)
	}
	commands := map[string]func(*options, io.Writer) error{
		"show": show, "gaps": gaps, "verify": verify, "head": head, "export": export,
	}
	do, ok := commands[name]
	if !ok {
		return fmt.Errorf("%w: there is no command %q", errUsage, name)
	}
	var o options
	flags := flag.NewFlagSet("auditlog "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.keyFile, "key", "", "check signatures with the public key in this `file`")
	switch name {
	case "show", "export", "gaps":
		flags.StringVar(&o.filter.Incident, "incident", "", "only what was done to this incident, merged ones included")
		flags.StringVar(&o.filter.Alert, "alert", "", "only what was done to this alert")
		flags.StringVar(&o.filter.Actor, "actor", "", "only what was done by this person or application")
		flags.StringVar(&o.op, "operation", "", "only these operations, separated by commas")
		flags.StringVar(&o.from, "from", "", "only what was done at or after this `time`, 2026-09-14T09:30:00Z or 2026-09-14")
		flags.StringVar(&o.to, "to", "", "only what was done before this `time`")
		flags.StringVar(&o.format, "format", "text", "show as `text`, csv or json")
		flags.StringVar(&o.form, "form", "entries", "export `entries` or m365 records")
	case "verify":
		flags.StringVar(&o.head, "head", "", "the log must still hold what it held at the signed head in this `file`")
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() != 1 {
		return fmt.Errorf("%w: name the folder of the log, after the flags", errUsage)
	}
	o.dir = flags.Arg(0)
	if err := o.prepare(); err != nil {
		return err
	}
	return do(&o, stdout)
}

func (o *options) prepare() (err error) {
	if o.keyFile == "" {
		return fmt.Errorf("%w: name the file with the log's public key with -key", errUsage)
	}
	key, err := os.ReadFile(o.keyFile)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return fmt.Errorf("%w: %s holds no public key of a log", errUsage, o.keyFile)
	}
	o.keys = note.VerifierList(verifier)
	for _, t := range []struct {
		text string
		to   *time.Time
	}{{o.from, &o.filter.From}, {o.to, &o.filter.To}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339, t.text); err != nil {
			if *t.to, err = time.Parse(time.DateOnly, t.text); err != nil {
				return fmt.Errorf("%w: %q is no time such as 2026-09-14T09:30:00Z or 2026-09-14", errUsage, t.text)
			}
		}
	}
	for name := range strings.SplitSeq(o.op, ",") {
		if name != "" {
			o.filter.Operations = append(o.filter.Operations, audit.Operation(name))
		}
	}
	if !slices.Contains([]string{"", "text", "csv", "json"}, o.format) || !slices.Contains([]string{"", "entries", "m365"}, o.form) {
		return fmt.Errorf("%w: -format is text, csv or json, and -form entries or m365", errUsage)
	}
	o.reader, err = ledger.NewReader(o.dir, o.keys)
	return err
}

// events returns what the filter chooses, with the activity of merged incidents
// where an incident is asked for.
func (o *options) events() ([]audit.Event, error) {
	f := o.filter
	if f.Incident == "" {
		return audit.Events(audit.Select(o.reader.Entries(), f))
	}
	events, err := audit.Activity(o.reader.Entries(), f.Incident)
	f.Incident = ""
	return slices.DeleteFunc(events, func(e audit.Event) bool { return !f.Match(&e.Entry) }), err
}

func show(o *options, stdout io.Writer) error {
	events, err := o.events()
	return errors.Join(write(stdout, o.format, events), err)
}

func write(stdout io.Writer, format string, events []audit.Event) error {
	switch format {
	case "csv":
		return audit.WriteCSV(stdout, events)
	case "json":
		return audit.WriteJSON(stdout, events)
	}
	return audit.WriteText(stdout, events)
}

func gaps(o *options, stdout io.Writer) error {
	intents, err := audit.Gaps(o.reader.Entries())
	if err != nil {
		return err
	}
	var events []audit.Event
	for _, e := range intents {
		if o.filter.Match(&e) {
			events = append(events, audit.Event{Entry: e, Open: true})
		}
	}
	if err := write(stdout, o.format, events); err != nil || len(events) == 0 {
		return err
	}
	return errOpen
}

func export(o *options, stdout io.Writer) error {
	entries := audit.Select(o.reader.Entries(), o.filter)
	if o.form == "m365" {
		return unified.Write(stdout, unified.Form{}.Records(entries))
	}
	return writeEntries(stdout, entries)
}

func writeEntries(stdout io.Writer, entries iter.Seq2[audit.Entry, error]) error {
	var encoder audit.Encoder
	for e, err := range entries {
		if err != nil {
			return err
		}
		line, err := encoder.Encode(&e)
		if err != nil {
			return err
		}
		if _, err := stdout.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func verify(o *options, stdout io.Writer) error {
	var known []ledger.Head
	if o.head != "" {
		text, err := os.ReadFile(o.head)
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		h, err := ledger.ParseHead(string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))), o.keys)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", errUsage, o.head, err)
		}
		known = append(known, h)
	}
	report, err := ledger.Verify(o.dir, o.keys, known...)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d entries", report.Size)
	if report.First > 0 {
		fmt.Fprintf(stdout, ", the first %d dropped by rule", report.First)
	}
	fmt.Fprintf(stdout, ", %d signed heads agree\n", report.Heads)
	for _, f := range report.Findings {
		fmt.Fprintf(stdout, "%s: %s\n", f.Kind, f)
	}
	switch {
	case report.Err() != nil:
		return errors.New("the log is not what was signed")
	case !report.Complete():
		fmt.Fprintf(stdout, "Intact as far as it is signed; %d entries at the end are not signed, %d bytes are no whole record, %d hashes are to be added. Opening the log for writing mends that.\n", report.Unsigned, report.Torn, report.Unhashed)
		return errOpen
	}
	fmt.Fprintln(stdout, "The log is what was signed.")
	if known == nil {
		fmt.Fprintln(stdout, "Whether it was cut off at an older head, only a head that was kept elsewhere can tell: see -head.")
	}
	return nil
}

func head(o *options, stdout io.Writer) error {
	h, err := o.reader.Head()
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, h.Note)
	return err
}

func newKey(args []string, stdout io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("%w: give the log a name, such as soc.contoso.com/audit", errUsage)
	}
	private, public, err := note.GenerateKey(rand.Reader, args[0])
	if err != nil {
		return err
	}
	if _, err := note.NewSigner(private); err != nil {
		return fmt.Errorf("%w: the name of a log has no spaces and no plus signs", errUsage)
	}
	_, err = fmt.Fprintf(stdout, "private, for the program that writes the log:\n%s\npublic, for everybody:\n%s\n", private, public)
	return err
}
