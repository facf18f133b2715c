// Package retry sends HTTP requests again when that is right, and only then.
//
// It is the one place that knows hashicorp/go-retryablehttp, whose defaults are
// wrong for this project: it repeats every POST, sleeps for as long as any
// Retry-After asks, logs addresses, and throws the last answer away. Here the
// decision is [Client]'s own, and depends on whether the request may be
// executed twice.
package retry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Kind says what it means to send a request twice.
type Kind int

const (
	// Repeatable requests do the same when they are executed twice: reading,
	// replacing, deleting, and asking for a token.
	Repeatable Kind = iota
	// Once requests must not be executed twice: a POST that creates something.
	// They are sent again only when the first was certainly not executed. They
	// must have a body: it is by keeping the body back that net/http is kept from
	// replaying a request on its own.
	Once
)

// Settings bound the repeating. All fields must be set.
type Settings struct {
	// Attempts is the largest number of times that a request is sent.
	Attempts int
	// MinWait and MaxWait bound the pause between two attempts. A service that
	// asks for a longer pause than MaxWait gets no further attempt.
	MinWait, MaxWait time.Duration
	// AttemptTimeout bounds one attempt, from dialling to the end of the body.
	AttemptTimeout time.Duration
	// Jitter returns a number in [0, 1) that spreads the pauses.
	Jitter func() float64
	// Now is the clock by which a Retry-After date is read.
	Now func() time.Time
	// Observe is told of each decision not to be content with an attempt.
	Observe func(context.Context, Decision)
}

// Defaults returns the settings that are right for interactive use: four
// attempts, pauses from half a second to thirty seconds, 100 seconds for one
// attempt.
func Defaults() Settings {
	return Settings{
		Attempts:       4,
		MinWait:        500 * time.Millisecond,
		MaxWait:        30 * time.Second,
		AttemptTimeout: 100 * time.Second,
		Jitter:         rand.Float64,
		Now:            time.Now,
		Observe:        func(context.Context, Decision) {},
	}
}

// Decision is what was decided about a request that did not simply succeed.
type Decision struct {
	// Attempt counts from 1.
	Attempt int
	// Status is the status of the answer, 0 if there was none.
	Status int
	// Again tells whether the request is sent once more; Reason says why, or
	// why not.
	Again  bool
	Reason string
}

// Client sends requests. It is safe for concurrent use and starts no
// goroutines of its own.
type Client struct {
	http     *retryablehttp.Client
	settings Settings
}

// New returns a client that sends through base.
func New(base http.RoundTripper, s Settings) *Client {
	c := &Client{settings: s}
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: tracing{base},
			Timeout:   s.AttemptTimeout,
			// A redirect would carry the request, and what it holds, to an
			// address that nobody configured. It is an answer like any other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     max(s.Attempts, 1) - 1,
		RetryWaitMin: s.MinWait,
		RetryWaitMax: s.MaxWait,
		CheckRetry:   c.check,
		Backoff:      c.wait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return c
}

// call is what is known of one request over all its attempts.
type call struct {
	kind     Kind
	attempts int
	last     atomic.Pointer[attempt]
}

// attempt is what is known of one attempt. Each has its own, so that what is
// late in reporting about one is not taken for news of the next.
type attempt struct {
	// sent tells that bytes may have left this process; until that is traced, it
	// must be assumed.
	sent atomic.Bool
	// complete tells that the whole request has left. Nothing takes that back.
	complete atomic.Bool
}

// sent tells whether bytes of the last attempt may have left this process.
func (c *call) sent() bool {
	last := c.last.Load()
	return last != nil && last.sent.Load()
}

type callKey struct{}

var errReplay = errors.New("the connection failed after the whole request was sent")

// Do sends a request, again where that is right, and returns the last answer
// or the last error. sent tells, for an error, that the service may have
// executed the request.
func (c *Client) Do(ctx context.Context, kind Kind, req *http.Request) (resp *http.Response, sent bool, err error) {
	state := &call{kind: kind}
	r, err := retryablehttp.FromRequest(req.WithContext(context.WithValue(ctx, callKey{}, state)))
	if err != nil {
		return nil, false, err
	}
	resp, err = c.http.Do(r)
	if err != nil && resp != nil {
		Drain(resp.Body)
		resp = nil
	}
	return resp, state.sent(), err
}

// CloseIdleConnections closes the connections that wait for a next request.
func (c *Client) CloseIdleConnections() { c.http.HTTPClient.CloseIdleConnections() }

// tracing notes whether bytes of an attempt may have left. A transport that
// does not trace, such as one in memory, counts as one that sends at once.
type tracing struct{ base http.RoundTripper }

func (t tracing) RoundTrip(req *http.Request) (*http.Response, error) {
	state, _ := req.Context().Value(callKey{}).(*call)
	if state == nil {
		return t.base.RoundTrip(req)
	}
	a := new(attempt)
	a.sent.Store(true)
	state.last.Store(a)
	traced := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		// A transport that looks for another connection has not sent on the one
		// before, unless it says that it has.
		GetConn:          func(string) { a.sent.Store(a.complete.Load()) },
		WroteHeaderField: func(string, []string) { a.sent.Store(true) },
		WroteHeaders:     func() { a.sent.Store(true) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				a.complete.Store(true)
				a.sent.Store(true)
			}
		},
	}))
	if state.kind == Once && req.GetBody != nil {
		// The transports of net/http replay a request when they can get its body
		// again: over HTTP/2 after a reset with PROTOCOL_ERROR whatever the
		// method, over HTTP/1.1 when it has an Idempotency-Key. That is theirs to
		// do only as long as the request has not left as a whole.
		traced.GetBody = func() (io.ReadCloser, error) {
			if a.complete.Load() {
				return nil, errReplay
			}
			return req.GetBody()
		}
	}
	resp, err := t.base.RoundTrip(traced)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		// Nobody asked for it. The body is the bare connection, to which no
		// deadline of net/http applies.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	return resp, err
}

func (t tracing) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func (c *Client) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	state := ctx.Value(callKey{}).(*call)
	state.attempts++
	d := Decision{Attempt: state.attempts}
	switch {
	case err != nil && ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		d.Again, d.Reason = afterError(state, err)
	default:
		d.Status = resp.StatusCode
		d.Again, d.Reason = c.afterStatus(state, resp)
	}
	if d.Reason != "" {
		if d.Again && state.attempts >= c.settings.Attempts {
			d.Again, d.Reason = false, d.Reason+"; no attempts left"
		}
		c.settings.Observe(ctx, d)
	}
	return d.Again, nil
}

func afterError(state *call, err error) (bool, string) {
	switch {
	case permanent(err):
		return false, "the other side cannot be trusted or addressed"
	case state.kind == Repeatable:
		return true, "the connection failed"
	case !state.sent():
		return true, "the connection failed before anything was sent"
	default:
		return false, "the connection failed after the request may have been executed"
	}
}

// permanent tells errors that the next attempt would meet again.
func permanent(err error) bool {
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	dns, lookup := errors.AsType[*net.DNSError](err)
	return authority || certificate || lookup && dns.IsNotFound
}

func (c *Client) afterStatus(state *call, resp *http.Response) (bool, string) {
	var reason string
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		// Refused before it was executed: as good as never sent.
		state.last.Load().sent.Store(false)
		reason = "the service throttles"
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if state.kind == Once {
			return false, "the service failed after it may have executed the request"
		}
		reason = "the service failed"
	default:
		return false, ""
	}
	if RetryAfter(resp.Header, c.settings.Now()) > c.settings.MaxWait {
		return false, reason + " and asks for a longer pause than allowed"
	}
	return true, reason
}

// wait doubles the pause with each attempt, spreads it over its upper half, and
// never goes below what the service asks for.
func (c *Client) wait(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	pause := most
	if attempt < 30 && least<<attempt < most {
		pause = least << attempt
	}
	pause = pause/2 + time.Duration(c.settings.Jitter()*float64(pause/2))
	if resp != nil {
		pause = max(pause, RetryAfter(resp.Header, c.settings.Now()))
	}
	return pause
}

// RetryAfter returns the pause that the Retry-After header asks for, in
// seconds or as a date. It is 0 without the header, for a date that has passed,
// and for a text that is neither.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		const longest = 1 << 31
		return time.Duration(min(max(seconds, 0), longest)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// Drain reads a little of what is left of a body, so that the connection can be
// used again, and closes it.
func Drain(body io.ReadCloser) {
	const most = 64 << 10
	_, _ = io.CopyN(io.Discard, body, most)
	_ = body.Close()
}
