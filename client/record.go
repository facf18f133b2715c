package client

import (
	"context"
	"errors"

	"github.com/incidentkit/incidentkit/audit"
)

// WithRecorder records every call that creates or changes something, and the
// others where the recorder wants them: the intent before anything is sent, the
// result after. A call whose intent cannot be recorded is not made. When only
// its result cannot be recorded, the call's own result comes with
// [audit.ErrNotRecorded], and the log shows a call whose outcome is unknown.
//
// Origin says by which API; it is [audit.OriginGraph] for package graph.
func WithRecorder(r audit.Recorder, origin audit.Origin) Option {
	return func(s *settings) error {
		if r == nil {
			return errors.New("the recorder is nil")
		}
		s.hooks = append(s.hooks, Hook{Call: func(ctx context.Context, call Call) (context.Context, func(Result) error, error) {
			if call.Parts > 0 {
				// Each part is recorded by itself.
				return ctx, nil, nil
			}
			intent, err := audit.Describe(nil, call.Subject)
			if err != nil {
				return ctx, nil, err
			}
			intent.Operation, intent.Origin, intent.ClientRequestID = call.Operation, origin, call.ClientRequestID
			if call.Target != (audit.Target{}) {
				intent.Target = call.Target
			}
			token, err := r.Begin(ctx, intent)
			if err != nil {
				return ctx, nil, err
			}
			return ctx, func(result Result) error { return r.End(token, outcome(call, result)) }, nil
		}})
		return nil
	}
}

// outcome describes for the log how a call ended. The answer to a call that reads
// has no news for the log of what that was about, and can be a page of a list.
func outcome(call Call, r Result) audit.Entry {
	e := audit.Entry{RequestID: r.RequestID, Result: audit.Result{Outcome: audit.Succeeded}}
	if r.Err == nil {
		if call.Operation.Reads() {
			return e
		}
		if answer, err := audit.Describe(nil, r.Answer); err == nil {
			e.Target = answer.Target
		}
		return e
	}
	e.Result.Outcome, e.Result.Message = audit.Failed, r.Err.Error()
	if failure, ok := errors.AsType[*Error](r.Err); ok {
		e.Result.Status, e.Result.Code, e.Result.Message = failure.StatusCode, failure.Code, failure.Message
		if failure.Message == "" && failure.Err != nil {
			e.Result.Message = failure.Err.Error()
		}
	}
	if errors.Is(r.Err, ErrOutcomeUnknown) {
		e.Result.Outcome = audit.Unknown
	}
	return e
}
