package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Part is a request that travels inside another one, as in a JSON batch. For the
// caller and the hooks it is a call like any other.
type Part struct {
	// Version is the first segment of the path, Address what follows it, escaped and
	// with the query.
	Version, Address string
	// ClientRequestID is our name for the request.
	ClientRequestID string
	// Request is the request.
	Request Request

	path  string
	start time.Time
	end   func(Result) error
}

// Part begins a request that travels inside another one. Its End must be called,
// unless there is an error; then nothing may be sent.
func (c *Connection) Part(ctx context.Context, r Request) (*Part, error) {
	target, err := c.resolve(r)
	if err != nil {
		return nil, err
	}
	p := &Part{ClientRequestID: c.NewID(), Request: r, path: target.EscapedPath(), start: time.Now()}
	var ok bool
	if p.Version, p.Address, ok = strings.Cut(p.path[1:], "/"); !ok {
		return nil, fmt.Errorf("client: the path %s has nothing after its version", p.path)
	}
	p.Address = "/" + p.Address
	if target.RawQuery != "" {
		p.Address += "?" + target.RawQuery
	}
	call := Call{r.Operation, r.Target, r.Subject, r.Method, p.path, p.ClientRequestID, r.Once, 0}
	if _, p.end, err = c.begin(ctx, call); err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return p, nil
}

// End tells how the request ended, and returns its error, with that of whoever was
// told.
func (p *Part) End(answer any, attempts int, err error) error {
	result := Result{Err: err, Attempts: attempts, Duration: time.Since(p.start)}
	if err == nil {
		result.Answer = answer
	}
	return joined(err, p.end(result))
}

// Inner returns the error for an answer that stands inside a and tells of the
// failure of a part of the request that a answers, by the same rules as for an
// answer of its own.
func (a *Answer) Inner(p *Part, status int, header http.Header, body []byte) *Error {
	e := a.part(p)
	e.describe(&http.Response{StatusCode: status, Header: header}, "", body, time.Now(), a.hide)
	if e.RequestID == "" {
		e.RequestID = a.requestID()
	}
	if status == http.StatusForbidden {
		e.Permission = p.Request.Permission.Least
	}
	e.OutcomeUnknown = p.Request.unsure() && !refuses(status)
	return e
}

// InnerLie returns the error for an answer that stands inside a and makes no sense,
// as [Request.Check] has it. status is 0 if it is not there at all.
func (a *Answer) InnerLie(p *Part, status int, why error) *Error {
	e := a.part(p)
	e.StatusCode, e.RequestID = status, a.requestID()
	e.Err, e.OutcomeUnknown = why, p.Request.unsure()
	if text := why.Error(); a.hide(text) != text {
		e.Err = errors.New(a.hide(text))
	}
	return e
}

func (a *Answer) part(p *Part) *Error {
	return &Error{Method: p.Request.Method, Path: p.path, ClientRequestID: p.ClientRequestID, Began: a.request.Began}
}

// Outer turns the error of the request that a part travelled in into the part's
// own.
func (p *Part) Outer(err error) error {
	failure, ok := err.(*Error)
	if !ok {
		return err
	}
	own := *failure
	own.Method, own.Path, own.ClientRequestID = p.Request.Method, p.path, p.ClientRequestID
	own.OutcomeUnknown = failure.OutcomeUnknown && p.Request.unsure()
	return &own
}
