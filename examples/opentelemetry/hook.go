package main

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/incidentkit/incidentkit/client"
)

// watch returns a hook that makes a span of each call and a child span of each
// attempt, and measures how long attempts take. Give it to a client with
// client.WithHook. The names are those of OpenTelemetry's semantic conventions
// for HTTP clients, where it has any.
func watch(tracer trace.Tracer, meter metric.Meter) (client.Hook, error) {
	duration, err := meter.Float64Histogram("http.client.request.duration", metric.WithUnit("s"))
	if err != nil {
		return client.Hook{}, err
	}
	return client.Hook{
		Call: func(ctx context.Context, call client.Call) (context.Context, func(client.Result) error, error) {
			ctx, span := tracer.Start(ctx, string(call.Operation), trace.WithAttributes(
				attribute.String("incidentkit.client_request_id", call.ClientRequestID),
			))
			if call.Target.Incident != "" {
				span.SetAttributes(attribute.String("incidentkit.incident", call.Target.Incident))
			}
			return ctx, func(r client.Result) error {
				span.SetAttributes(attribute.Int("incidentkit.attempts", r.Attempts), attribute.String("incidentkit.request_id", r.RequestID))
				fail(span, r.Err)
				span.End()
				return nil
			}, nil
		},
		Attempt: func(ctx context.Context, a client.Attempt) (context.Context, func(client.Outcome)) {
			method := attribute.String("http.request.method", a.Call.Method)
			ctx, span := tracer.Start(ctx, a.Call.Method, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
				method, attribute.String("url.path", a.Call.Path), attribute.Int("http.request.resend_count", a.Number-1),
			))
			return ctx, func(o client.Outcome) {
				status := attribute.Int("http.response.status_code", o.Status)
				duration.Record(ctx, o.Duration.Seconds(), metric.WithAttributes(method, status))
				span.SetAttributes(status, attribute.Int64("http.response.body.size", o.Received))
				if o.Reason != "" {
					span.SetStatus(codes.Error, o.Reason)
				}
				fail(span, o.Err)
				span.End()
			}
		},
	}, nil
}

func fail(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
}
