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
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/time/rate"
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

// Settings bound the repeating. All fields but Transient must be set.
type Settings struct {
	// Attempts is the largest number of times that a request is sent.
	Attempts int
	// MinWait and MaxWait bound the pause between two attempts. A service that
	// asks for a longer pause than MaxWait gets no further attempt.
	MinWait, MaxWait time.Duration
	// AttemptTimeout bounds one attempt, from dialling to the end of the body.
	AttemptTimeout time.Duration
	// MaxBody is how much of an answer's body is read, and one byte more, so
	// that a longer one shows.
	MaxBody int64
	// Budget is shared by all requests of a client.
	Budget *Budget
	// Jitter returns a number in [0, 1) that spreads the pauses.
	Jitter func() float64
	// Now is the clock by which a Retry-After date is read.
	Now func() time.Time
	// Transient tells statuses that pass by themselves, beside those that always
	// do; nil stands for none. The request must be Repeatable.
	Transient func(status int) bool
}

// Defaults returns the settings that are right for interactive use: four
// attempts, pauses from half a second to thirty seconds, 100 seconds for one
// attempt, bodies of 64 MiB.
func Defaults() Settings {
	return Settings{
		Attempts:       4,
		MinWait:        500 * time.Millisecond,
		MaxWait:        30 * time.Second,
		AttemptTimeout: 100 * time.Second,
		MaxBody:        64 << 20,
		Budget:         NewBudget(100),
		Jitter:         rand.Float64,
		Now:            time.Now,
	}
}

// Call says how one request is to be sent.
type Call struct {
	// Kind says what it means to send the request twice.
	Kind Kind
	// Limit, unless it is nil, is drawn from before each attempt.
	Limit *rate.Limiter
	// Weight is how many requests the limit counts for an attempt; below 1 is 1.
	Weight int
	// Begin, unless it is nil, is called when an attempt begins, with its number
	// from 1. It returns the context of the attempt and, unless that is nil,
	// what to call when it has ended.
	Begin func(ctx context.Context, attempt int) (context.Context, func(Outcome))
}

// Outcome is how one attempt ended, and what was decided about it.
type Outcome struct {
	// Status is the status of the answer, 0 if there was none; Err says why.
	Status int
	Err    error
	// Header are the answer's.
	Header http.Header
	// Sent and Received are the bytes of the two bodies.
	Sent, Received int64
	// MayBeDone tells that the service may have executed the request; an answer that
	// refuses it says otherwise.
	MayBeDone bool
	// Duration is the time from the beginning to the end of the answer's body.
	Duration time.Duration
	// Again tells whether the request is sent once more, after Pause; Reason
	// says why, or why not. It is empty for an attempt that needs no decision.
	Again  bool
	Pause  time.Duration
	Reason string
}

// Client sends requests. It is safe for concurrent use and starts no
// goroutines of its own.
type Client struct {
	http     *http.Client
	settings Settings
}

// New returns a client that sends through base.
func New(base http.RoundTripper, s Settings) *Client {
	c := &Client{settings: s}
	c.http = &http.Client{
		Transport: tracing{base, &c.settings},
		// A redirect would carry the request, and what it holds, to an
		// address that nobody configured. It is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// CloseIdleConnections closes the connections that wait for a next request.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// ErrLimit tells that the client's own limit leaves no time for the request
// before its context ends.
var ErrLimit = errors.New("the client's own limit of requests leaves no time for it before the deadline")

// Do sends a request, again where that is right, and returns the last answer
// or the last error. sent tells, for an error, that the service may have
// executed the request.
//
// The body of the answer has been read, and needs neither to be drained nor
// closed. Where reading it broke off and the request is not sent again, it ends
// with the error.
func (c *Client) Do(ctx context.Context, call Call, req *http.Request) (resp *http.Response, sent bool, err error) {
	if call.Limit != nil {
		if err := draw(ctx, call.Limit, max(call.Weight, 1)); err != nil {
			return nil, false, err
		}
	}
	state := &running{Call: call, settings: &c.settings}
	r, err := repeatable(req.WithContext(context.WithValue(ctx, runningKey{}, state)))
	if err != nil {
		return nil, false, err
	}
	repeating := retryablehttp.Client{
		HTTPClient: c.http,
		RetryMax:   max(c.settings.Attempts, 1) - 1,
		CheckRetry: state.check,
		Backoff: func(_, _ time.Duration, _ int, resp *http.Response) time.Duration {
			if resp != nil && resp.StatusCode == http.StatusServiceUnavailable {
				// Learn, "Best practices for working with Microsoft Graph": after a
				// 503 the next attempt should be on a new connection.
				c.http.CloseIdleConnections()
			}
			return state.pause
		},
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err = repeating.Do(r)
	state.reserved.giveBack()
	if err != nil && resp != nil {
		_ = resp.Body.Close()
		resp = nil
	}
	return resp, state.sent(), err
}

// repeatable makes the library's form of a request. Left to itself the library
// reads the body into memory once more.
func repeatable(req *http.Request) (*retryablehttp.Request, error) {
	if req.GetBody == nil {
		return retryablehttp.FromRequest(req)
	}
	length, getBody := req.ContentLength, req.GetBody
	r := &retryablehttp.Request{Request: req}
	err := r.SetBody(retryablehttp.ReaderFunc(func() (io.Reader, error) { return getBody() }))
	r.ContentLength = length
	return r, err
}

// running is what is known of one request over all its attempts.
type running struct {
	Call
	settings *Settings
	attempts int
	pause    time.Duration
	reserved share // for the next attempt
	last     atomic.Pointer[attempt]
}

type runningKey struct{}

// attempt is what is known of one attempt. Each has its own, so that what is
// late in reporting about one is not taken for news of the next.
type attempt struct {
	// sent tells that bytes may have left this process; until that is traced, it
	// must be assumed.
	sent atomic.Bool
	// complete tells that the whole request has left. Nothing takes that back.
	complete atomic.Bool
	began    time.Time
	// length and received are the bytes of the two bodies.
	length, received int64
	end              func(Outcome)
}

// sent tells whether bytes of the last attempt may have left this process.
func (r *running) sent() bool {
	last := r.last.Load()
	return last != nil && last.sent.Load()
}

// check decides about an attempt that has ended, and tells who wants to know.
func (r *running) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	r.attempts++
	o := Outcome{Err: err}
	if resp != nil {
		o.Status, o.Header = resp.StatusCode, resp.Header
	}
	var failure error
	switch {
	case err != nil && ctx.Err() != nil:
		failure = ctx.Err()
		o.Reason = "the context has ended"
	case err != nil:
		o.Again, o.Reason = r.afterError(err)
	default:
		o.Again, o.Reason = r.afterStatus(resp)
	}
	if o.Again && r.attempts >= r.settings.Attempts {
		o.Again, o.Reason = false, o.Reason+"; no attempts left"
	}
	if o.Again && o.Status != http.StatusTooManyRequests && !r.settings.Budget.allow() {
		o.Again, o.Reason = false, o.Reason+"; too many requests of this client have failed of late to repeat more"
	}
	if o.Reason == "" {
		r.settings.Budget.refill()
	}
	if o.Again {
		o.Pause = r.nextPause(resp)
	}
	r.pause, o.MayBeDone = o.Pause, r.sent()
	if last := r.last.Load(); last != nil && last.end != nil {
		o.Duration = time.Since(last.began)
		o.Sent, o.Received = last.length, last.received
		last.end(o)
	}
	return o.Again, failure
}

func (r *running) afterError(err error) (bool, string) {
	switch {
	case permanent(err):
		return false, "the other side cannot be trusted or addressed"
	case r.Kind == Repeatable:
		return true, "the connection failed"
	case !r.sent():
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

// statusBandwidthLimitExceeded has no name in net/http; Learn, "Microsoft Graph
// error responses and resource types", lists it.
const statusBandwidthLimitExceeded = 509

func (r *running) afterStatus(resp *http.Response) (bool, string) {
	var reason string
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		// Refused before it was executed: as good as never sent.
		r.last.Load().sent.Store(false)
		reason = "the service throttles"
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable,
		http.StatusGatewayTimeout, statusBandwidthLimitExceeded:
		if r.Kind == Once {
			return false, "the service failed after it may have executed the request"
		}
		reason = "the service failed"
	default:
		if r.Kind == Once || r.settings.Transient == nil || !r.settings.Transient(resp.StatusCode) {
			return false, ""
		}
		reason = "the service is being changed"
	}
	if RetryAfter(resp.Header, r.settings.Now()) > r.settings.MaxWait {
		return false, reason + " and asks for a longer pause than allowed"
	}
	return true, reason
}

// nextPause doubles the pause with each attempt, spreads it over its upper
// half, and never goes below what the service asks for nor below what the limit
// allows.
func (r *running) nextPause(resp *http.Response) time.Duration {
	s, n := r.settings, r.attempts-1
	pause := s.MaxWait
	if s.MinWait < s.MaxWait>>n {
		pause = s.MinWait << n
	}
	pause = pause/2 + time.Duration(s.Jitter()*float64(pause/2))
	if resp != nil {
		pause = max(pause, RetryAfter(resp.Header, s.Now()))
	}
	if r.Limit != nil {
		var queue time.Duration
		r.reserved, queue = reserve(r.Limit, max(r.Weight, 1))
		pause = max(pause, queue)
	}
	return pause
}

// RetryAfter returns the pause that an answer asks for: in milliseconds in
// retry-after-ms or x-ms-retry-after-ms, or in seconds or as a date in
// Retry-After. The first of them that can be read counts. It is 0 without a
// header, and for a date that has passed.
//
// The first two are Azure's; the order is that of Azure's SDK for Go.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	for _, name := range [...]string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if pause, ok := number(h.Get(name), time.Millisecond); ok {
			return pause
		}
	}
	text := h.Get("Retry-After")
	if pause, ok := number(text, time.Second); ok {
		return pause
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

func number(text string, unit time.Duration) (time.Duration, bool) {
	const longest = 1 << 31 * time.Second
	n, err := strconv.ParseInt(text, 10, 64)
	// A number beyond the range comes as the one at its end.
	return time.Duration(min(max(n, 0), int64(longest/unit))) * unit, err == nil || errors.Is(err, strconv.ErrRange)
}
