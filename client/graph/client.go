package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// Client speaks to the Microsoft Graph security API. It is safe for concurrent
// use, and starts no goroutine that outlives a call.
type Client struct {
	conn   *client.Connection
	manual bool    // see ManualAlerts
	window *Window // see Reconciling
}

var _ client.Submitter = (*Client)(nil)

// New returns a client. Nothing is sent before the first call.
func New(cred client.Credential, opts ...client.Option) (*Client, error) {
	conn, err := client.Connect(client.API{
		Endpoint: func(c client.Cloud) string { return c.Graph },
		Scope:    client.Cloud.GraphScope,
		Limits:   client.GraphLimits,
	}, cred, opts...)
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	return &Client{conn: conn}, nil
}

// String names the endpoint and the kind of credential.
func (c Client) String() string { return c.conn.String() }

// GoString is [Client.String], so that no verb of package fmt shows more.
func (c Client) GoString() string { return c.String() }

// CloseIdleConnections closes the network connections that wait for a next
// request. The client stays usable.
func (c *Client) CloseIdleConnections() { c.conn.CloseIdleConnections() }

// ErrBadAnswer is [client.ErrBadAnswer].
var ErrBadAnswer = client.ErrBadAnswer

// showAllEnums asks for the names of enumeration members that are newer than
// the published sentinel; without it they come as unknownFutureValue.
//
// Source: Learn, "Best practices for working with Microsoft Graph", evolvable
// enumerations.
var showAllEnums = http.Header{"Prefer": {"include-unknown-enum-members"}}

// what says what a request to the API is for.
type what struct {
	permission client.Permission
	operation  audit.Operation
	target     audit.Target
}

// security makes a request to a path of the security API in v1.0. body, unless it
// is nil, is what is sent, and what records show.
func security(method string, w what, body any, path ...string) client.Request {
	return client.Request{
		Method: method, Path: append([]string{"v1.0", "security"}, path...), Header: showAllEnums, Body: body,
		Permission: w.permission, Operation: w.operation, Target: w.target, Subject: body,
	}
}

// do sends a request, reads the answer, and has check say what is missing in it.
// There may be an error beside the answer: that it could not be recorded.
func do[T any](ctx context.Context, c *Client, r client.Request, check func(*T) error) (*T, error) {
	out := new(T)
	answer := client.Answer{Value: out}
	r.Check = func() error { return check(out) }
	err := c.conn.Do(ctx, r, &answer)
	if !answer.Complete() {
		return nil, err
	}
	return out, err
}

func bad(format string, args ...any) error { return client.BadAnswer(format, args...) }

// sameObject checks that an answer is about the object that was asked for. Ids
// are opaque, and nothing says that they keep their case.
func sameObject(asked, got string) error {
	switch {
	case got == "":
		return bad("the object has no id")
	case !strings.EqualFold(asked, got):
		return bad("another object was asked for, the answer is about %s", validate.Quote(got))
	}
	return nil
}
