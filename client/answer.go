package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// ErrBadAnswer means that the service said that all is well and did not give
// what it documents: no id, another object, no list. The error that holds it is
// an [*Error] with the request ids.
var ErrBadAnswer = errors.New("the service's answer makes no sense")

// BadAnswer makes an [ErrBadAnswer] that says why, for [Request].Check.
func BadAnswer(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBadAnswer, fmt.Sprintf(format, args...))
}

// JSON is a body that is JSON already.
type JSON []byte

// encode returns the JSON form of a body.
func encode(body any) ([]byte, error) {
	if ready, ok := body.(JSON); ok {
		return ready, nil
	}
	return wire.Marshal(body)
}

// Answer is given to [Connection.Do] as out by who needs more of an answer than
// its JSON. It is filled in when there was an answer of success.
type Answer struct {
	// Value is what the JSON is read into, or nil.
	Value any

	complete bool

	request Error // as far as it says which request it was
	header  http.Header
	hide    func(string) string
}

func (a *Answer) fill(request *Error, resp *http.Response, hide func(string) string) {
	a.request, a.header, a.hide = *request, resp.Header, hide
}

// Complete tells that there was an answer of success, and that it was read and
// checked. Then an error of Do says only that this could not be recorded.
func (a *Answer) Complete() bool { return a.complete }

// requestID is the service's name for the request: request-id of Microsoft Graph,
// x-ms-request-id of Azure Resource Manager.
func (a *Answer) requestID() string {
	id := cmp.Or(a.header.Get("request-id"), a.header.Get("x-ms-request-id"))
	return plain.Cut(a.hide(id), 200)
}

// Pause waits before a part of a request is sent again that was refused inside
// an answer, which the retrying of whole requests does not see. It follows the
// same settings ([WithRetry]): attempt counts from 1, after is what the service
// asks for. It reports false without waiting when there are no attempts left or
// the service asks for a longer pause than allowed, and false when ctx ends.
func (c *Connection) Pause(ctx context.Context, attempt int, after time.Duration) bool {
	return c.http.Pause(ctx, attempt, after)
}
