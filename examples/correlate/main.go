// Correlate groups alerts into incidents and says why.
//
//	go run ./examples/correlate alerts.jsonl                 alerts of Microsoft Graph, one JSON object a line
//	go run ./examples/correlate -explain A,B alerts.jsonl    why two of them are in one incident
//	go run ./examples/correlate -evaluate FILE...            how well it does on the AIT alert data set
//	go run ./examples/correlate -evaluate -hubs FILE...      the same with planted values that all alerts share
//
// Without a file, or with -, it reads standard input. The data set is Landauer,
// Skopik and Wurzenberger's (CSET 2024), published at Zenodo as record 8263181
// under CC BY 4.0; -evaluate reads the CSV form of repository
// ait-aecid/alert-data-set (alerts_csv), plain or gzipped.
//
// The exit status is 0, or 2 when a file or the command line is wrong.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/internal/plain"
)

func main() {
	os.Exit(program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}.run(os.Args[1:]))
}

type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

const exitInvalid = 2

func (p program) run(args []string) int {
	flags := flag.NewFlagSet("correlate", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	evaluate := flags.Bool("evaluate", false, "score the engine on scenarios of the AIT alert data set")
	asJSON := flags.Bool("json", false, "with -evaluate, print one JSON object")
	withHubs := flags.Bool("hubs", false, "with -evaluate, score the engine with a value planted in the alerts as well")
	explain := flags.String("explain", "", "say why the alerts with these two ids, `A,B`, are in one incident")
	tenant := flags.String("tenant", "", "the tenant of alerts that name none")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitInvalid
	}
	var err error
	switch {
	case *evaluate && *explain == "":
		err = p.evaluate(flags.Args(), *asJSON, *withHubs)
	case *evaluate:
		err = p.explainRow(flags.Args(), *explain)
	default:
		err = p.correlate(flags.Args(), *tenant, *explain)
	}
	if err != nil {
		fmt.Fprintln(p.stderr, plain.Line(err.Error()))
		return exitInvalid
	}
	return 0
}

// maxLine is the longest line of alerts, in bytes.
const maxLine = 16 << 20

// correlate reads alerts of Microsoft Graph and prints incidents, or why two
// alerts are in one.
func (p program) correlate(files []string, tenant, explain string) error {
	engine, err := correlation.New(correlation.Defender())
	if err != nil {
		return err
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	var alerts []correlation.Alert
	for _, file := range files {
		if err := p.readAlerts(file, entity.Scope{Tenant: tenant}, &alerts); err != nil {
			return err
		}
	}
	if _, err := engine.AddAll(alerts); err != nil {
		return err
	}
	if explain != "" {
		return p.explain(engine, alerts, explain)
	}
	seen := map[string]bool{}
	for _, a := range alerts {
		if seen[a.Tenant] {
			continue
		}
		seen[a.Tenant] = true
		for _, i := range engine.Incidents(a.Tenant) {
			fmt.Fprintf(p.stdout, "%s  %s  %s  %d alerts, %s to %s\n", i.ID, i.Severity, plain.Line(i.Name), i.Alerts, i.First.Format(time.RFC3339), i.Last.Format(time.RFC3339))
			for _, m := range engine.Members(i.ID) {
				fmt.Fprintf(p.stdout, "    %s  stage %d  %s  %s\n", m.Time.Format(time.RFC3339), m.Stage, plain.Line(m.Alert), plain.Line(m.Title))
			}
		}
	}
	return nil
}

func (p program) readAlerts(file string, scope entity.Scope, to *[]correlation.Alert) error {
	in := p.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		var a alert.Alert
		if err := json.Unmarshal(text, &a); err != nil {
			return fmt.Errorf("%s: line %d: %w", file, n, err)
		}
		*to = append(*to, correlation.FromAlert(a, scope))
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func (p program) explain(engine *correlation.Engine, alerts []correlation.Alert, pair string) error {
	a, b, ok := strings.Cut(pair, ",")
	if !ok {
		return fmt.Errorf("-explain %q: give two alert ids with a comma between them", pair)
	}
	for _, in := range alerts {
		if in.ID == a {
			x, err := engine.Explain(in.Tenant, a, b)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "Incident %s\n%s\nReasons: %s\n", x.Incident, x, x.Reasons)
			return nil
		}
	}
	return fmt.Errorf("-explain: there is no alert %q", a)
}
