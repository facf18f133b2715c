// Raise raises an incident in Microsoft Defender XDR from a draft in a JSON
// file, and reads it back.
//
//	go run ./examples/raise                     the draft that is built in
//	go run ./examples/raise -file draft.json    a draft of your own; - reads standard input
//	go run ./examples/raise -dry-run            the review only
//
// With AZURE_TENANT_ID and AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
// AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE set it talks to the
// cloud that -cloud or AZURE_AUTHORITY_HOST names; without them it starts an
// emulator in its own process. GRAPH_ENDPOINT and ARM_ENDPOINT replace the
// addresses of the cloud's APIs, for an emulator that runs elsewhere.
//
// The exit status is 0 when the incident was raised and read back, 1 when the
// service or the network refused, 2 when the draft or the command line is wrong
// and nothing was sent.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

//go:embed draft.json
var exampleDraft []byte

func main() {
	p := program{env: os.Getenv, now: time.Now, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(context.Background(), os.Args[1:]))
}

// program is what the command needs of the world around it.
type program struct {
	env            func(string) string
	now            func() time.Time
	stdin          io.Reader
	stdout, stderr io.Writer
}

const (
	exitRefused = 1
	exitInvalid = 2
)

func (p program) run(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("raise", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	file := flags.String("file", "", "read the draft from this `file`; - is standard input")
	cloudName := flags.String("cloud", "global", "talk to this `cloud`: global, usgov or dod")
	dryRun := flags.Bool("dry-run", false, "stop after the review")
	asJSON := flags.Bool("json", false, "print one JSON object")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitInvalid
	}
	out := output{json: *asJSON, stdout: p.stdout, stderr: p.stderr}
	if flags.NArg() > 0 {
		return out.invalid(fmt.Errorf("there is no argument %q; name a draft with -file", flags.Arg(0)))
	}
	if *file == "" && given(flags, "file") {
		// As in -file "$DRAFT" where the variable is not set, which is not the
		// wish to raise the example.
		return out.invalid(errors.New("-file names no file; give one, or leave the flag out for the example draft"))
	}
	data, err := p.read(*file)
	if err != nil {
		return out.invalid(err)
	}
	draft, parseErr := incident.ParseDraft(data)
	review := draft.Review()
	if parseErr != nil {
		review.Problems = joinProblems(parseErr, draft, review)
	}
	if len(review.Problems) > 0 {
		return out.problems(review)
	}
	target, err := p.target(*cloudName)
	if err != nil {
		return out.invalid(err)
	}
	defer target.stop()
	out.review(target.description, review)
	if *dryRun {
		return out.end()
	}
	defender, err := graph.New(target.credential, client.WithCloud(target.cloud), client.WithUserAgent("incidentkit-raise"))
	if err != nil {
		return out.invalid(err)
	}
	defer defender.CloseIdleConnections()
	// Only now: before, an interrupt ends the program as it ends any other.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	// Before the first step rather than between two: a token that is known to lack
	// a permission would leave the incident half raised.
	report, err := defender.Preflight(ctx, graph.SubmitPermissions(draft)...)
	if err == nil {
		err = report.Err()
	}
	if err != nil {
		return out.refused("The incident was not raised: there is no token that allows it. Nothing was sent to "+target.cloud.Graph+".", err)
	}
	receipt, err := defender.Submit(ctx, draft)
	out.receipt(receipt)
	if err != nil {
		return out.refused("The incident was not raised completely.", err)
	}
	raised, err := defender.GetIncidentWithAlerts(ctx, receipt.IncidentID)
	if err != nil {
		return out.refused("The incident was raised, but could not be read back.", err)
	}
	out.incident(raised)
	return out.end()
}

// given tells whether a flag stands on the command line.
func given(flags *flag.FlagSet, name string) (found bool) {
	flags.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}

func (p program) read(file string) ([]byte, error) {
	var from io.Reader
	switch file {
	case "":
		return exampleDraft, nil
	case "-":
		from = p.stdin
	default:
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	return io.ReadAll(io.LimitReader(from, incident.MaxDraftSize+1))
}

// joinProblems puts what is wrong with the document before what is wrong with
// the draft in it. A document that could not be read at all holds no draft.
func joinProblems(parseErr error, draft incident.Draft, review incident.Review) []incident.Problem {
	invalid, ok := errors.AsType[*incident.ValidationError](parseErr)
	if !ok {
		return []incident.Problem{{Rule: "syntax", Message: parseErr.Error()}}
	}
	if len(draft.Alerts) == 0 && invalid.Problems[0].Rule != "unknown-field" {
		return invalid.Problems
	}
	return append(invalid.Problems, review.Problems...)
}

// target is where the incident is raised.
type target struct {
	description string
	cloud       client.Cloud
	credential  client.Credential
	stop        func()
}

func (p program) target(cloudName string) (target, error) {
	cloud, err := client.CloudNamed(cloudName)
	if err != nil {
		return target{}, err
	}
	if cloud = client.EnvironmentCloud(p.env, cloud); !cloud.CreatesAlerts {
		return target{}, fmt.Errorf("cloud %s has no API to create alerts; give -cloud global, usgov or dod", cloud.Name)
	}
	credential, err := client.EnvironmentCredential(p.env)
	if errors.Is(err, client.ErrNoCredential) {
		return p.startEmulator()
	}
	if err != nil {
		return target{}, fmt.Errorf("%w; with none of these variables an emulator is started", err)
	}
	for name, root := range map[string]*string{"GRAPH_ENDPOINT": &cloud.Graph, "ARM_ENDPOINT": &cloud.ARM} {
		if endpoint := p.env(name); endpoint != "" {
			*root = strings.TrimSuffix(endpoint, "/")
		}
	}
	return target{description: "Target: " + cloud.Graph, cloud: cloud, credential: credential, stop: func() {}}, nil
}

func (p program) startEmulator() (target, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return target{}, err
	}
	tenant := emulator.New(emulator.WithClock(p.now))
	server := &http.Server{Handler: tenant, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return target{
		description: "Target: an emulator in this process, because AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not set. Nothing leaves this machine.",
		cloud:       tenant.Cloud("http://" + listener.Addr().String()),
		credential:  tenant.Credential(),
		stop:        func() { _ = server.Close() },
	}, nil
}
