// Command opentelemetry raises an incident in an emulator and shows the spans
// and the measurements that an OpenTelemetry exporter would get. The file hook.go
// is what a program of one's own needs; this one stands in for its exporter.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	spans := tracetest.NewInMemoryExporter()
	tracing := trace.NewTracerProvider(trace.WithSyncer(spans))
	measurements := metric.NewManualReader()
	measuring := metric.NewMeterProvider(metric.WithReader(measurements))
	hook, err := watch(tracing.Tracer("incidentkit"), measuring.Meter("incidentkit"))
	if err != nil {
		return err
	}

	// A clock that stands still makes answers of the same length in every run.
	tenant := emulator.New(emulator.WithClock(func() time.Time { return time.Date(2026, 9, 14, 9, 30, 0, 0, time.UTC) }))
	defender, err := graph.New(tenant.Credential(), client.WithCloud(tenant.Cloud("https://tenant.example")),
		client.WithTransport(tenant), client.WithHook(hook))
	if err != nil {
		return err
	}
	_, err = defender.Submit(ctx, incident.Draft{
		Alerts: []alert.Draft{{
			Title: "Suspicious login from TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
			Description: "The account signed in from an address on the TOR exit list.",
			Entities:    []entity.Definition{entity.UserByPrincipalName("john.doe@contoso.com").Impacted()},
		}},
		Comment: "Raised by the TOR playbook.",
	})
	if err != nil {
		return err
	}

	ended := spans.GetSpans() // a child before its parent
	slices.SortStableFunc(ended, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	for _, s := range ended {
		indent := ""
		if s.Parent.IsValid() {
			indent = "  "
		}
		fmt.Fprintf(out, "%s%s (%s)\n", indent, s.Name, s.SpanKind)
		for _, a := range s.Attributes {
			if a.Key != "incidentkit.client_request_id" && a.Key != "incidentkit.request_id" { // which are random
				fmt.Fprintf(out, "%s    %s = %s\n", indent, a.Key, a.Value.Emit())
			}
		}
	}
	var measured metricdata.ResourceMetrics
	if err := measurements.Collect(ctx, &measured); err != nil {
		return err
	}
	var lines []string
	for _, scope := range measured.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, point := range m.Data.(metricdata.Histogram[float64]).DataPoints {
				lines = append(lines, fmt.Sprintf("%s: %d with %s\n", m.Name, point.Count, point.Attributes.Encoded(attribute.DefaultEncoder())))
			}
		}
	}
	slices.Sort(lines)
	fmt.Fprint(out, strings.Join(lines, ""))
	return nil
}
