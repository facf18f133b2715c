package client

import (
	"context"
	"errors"
	"time"

	"github.com/incidentkit/incidentkit/audit"
)

// Hook watches what a client does, for tracing, metrics and records. Either
// function may be nil. The functions are called by the goroutine that makes the
// call, and from as many at once as use the client. They see no body, no header
// and no credential.
type Hook struct {
	// Call is told of each call before anything of it is sent. It returns the
	// context of the call, for example one with a span, or nil for the one that it
	// was given, and, unless that is nil, what to tell of the call's end. An error
	// keeps the call from being made; an error at the end is returned beside the
	// call's own.
	Call func(context.Context, Call) (context.Context, func(Result) error, error)
	// Attempt is told of each attempt of a call likewise. Tokens are requested
	// outside of attempts.
	Attempt func(context.Context, Attempt) (context.Context, func(Outcome))
}

// WithHook adds a hook. Several are called in the order in which they were
// given, and in the opposite order at the end.
func WithHook(h Hook) Option {
	return func(s *settings) error {
		if h.Call == nil && h.Attempt == nil {
			return errors.New("the hook watches nothing")
		}
		s.hooks = append(s.hooks, h)
		return nil
	}
}

// Call is what a caller wants of an API: one request, however often it is sent.
type Call struct {
	// Operation names what is done, Target what to, as far as that is known
	// before.
	Operation audit.Operation
	Target    audit.Target
	// Subject is what is sent, as one of the models: a draft, an update. It is
	// nil for calls that only read, and must not be changed.
	Subject any
	// Method and Path name the request; the path has no query.
	Method, Path string
	// ClientRequestID is the name under which the service knows the request.
	ClientRequestID string
	// Creates tells that the call must not be executed twice.
	Creates bool
	// Parts is how many calls travel in this one, 0 for one that is alone. Each of
	// them is told of as a call of its own.
	Parts int
}

// Result is how a call ended.
type Result struct {
	// Answer is what the call returns, as one of the models, or nil.
	Answer any
	// Err is the call's error; an [*Error] says more.
	Err error
	// RequestID is the service's name for the request.
	RequestID string
	// Attempts is how often the request was sent, Duration how long all of it
	// took.
	Attempts int
	Duration time.Duration
}

// Attempt is one of the times that a request is sent.
type Attempt struct {
	Call Call
	// Number counts from 1.
	Number int
}

// Outcome is how an attempt ended and what was decided then.
type Outcome struct {
	// Status is the HTTP status, 0 when there was no answer; Err says why.
	Status int
	Err    error
	// RequestID is the service's name for the request.
	RequestID string
	// Sent and Received are the bytes of the two bodies, as they are without a
	// transfer's compression.
	Sent, Received int64
	// Duration is the time until the whole answer was there.
	Duration time.Duration
	// Again tells whether the request will be sent once more, after Pause.
	// Reason says why or why not, and is empty when nothing had to be decided.
	Again  bool
	Pause  time.Duration
	Reason string
}

// begin tells the hooks of a call. The function that it returns tells them of
// the end, and must be called.
func (c *Connection) begin(ctx context.Context, call Call) (context.Context, func(Result) error, error) {
	var ends []func(Result) error
	end := func(r Result) error {
		var errs []error
		for i := len(ends) - 1; i >= 0; i-- {
			errs = append(errs, ends[i](r))
		}
		return errors.Join(errs...)
	}
	for _, h := range c.settings.hooks {
		if h.Call == nil {
			continue
		}
		inner, done, err := h.Call(ctx, call)
		if err != nil {
			return ctx, nil, errors.Join(err, end(Result{Err: err}))
		}
		if inner != nil {
			ctx = inner
		}
		if done != nil {
			ends = append(ends, done)
		}
	}
	return ctx, end, nil
}

// attempt tells the hooks of an attempt.
func (c *Connection) attempt(ctx context.Context, a Attempt) (context.Context, func(Outcome)) {
	var ends []func(Outcome)
	for _, h := range c.settings.hooks {
		if h.Attempt == nil {
			continue
		}
		inner, done := h.Attempt(ctx, a)
		if inner != nil {
			ctx = inner
		}
		if done != nil {
			ends = append(ends, done)
		}
	}
	return ctx, func(o Outcome) {
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i](o)
		}
	}
}
