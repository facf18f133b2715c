package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/retry"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Connection sends requests to one API with one credential. The clients of the
// APIs are made of it; other callers have no need for it. It is safe for
// concurrent use.
type Connection struct {
	cloud      Cloud
	endpoint   *url.URL
	credential Credential
	tokens     tokens
	http       *retry.Client
	audiences  []string // that a token for the API may have
	limits     Limits
	prefix     string
	settings   settings
}

// API says which API a connection is for.
type API struct {
	// Endpoint picks the API's root from a cloud.
	Endpoint func(Cloud) string
	// Scope picks the scope of the API's tokens from a cloud.
	Scope func(Cloud) string
	// Limits makes the limits of the API, unless [WithLimits] or the cloud says
	// otherwise. Nil stands for none.
	Limits func() Limits
	// Prefix stands before the names of the headers client-request-id and
	// request-id; it is empty for Microsoft Graph.
	Prefix string
}

// Connect makes a connection. Nothing is sent until the first request.
func Connect(api API, cred Credential, opts ...Option) (*Connection, error) {
	s := settings{
		cloud:     Global(),
		logger:    slog.New(slog.DiscardHandler),
		userAgent: "incidentkit",
		random:    rand.Reader,
		retry:     retry.Defaults(),
	}
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("client: option %d of %d is nil", i+1, len(opts))
		}
		if err := opt(&s); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	if s.transport == nil {
		s.transport = http.DefaultTransport
		if t, ok := s.transport.(*http.Transport); ok {
			s.transport = t.Clone()
		}
	}
	if cred == nil {
		return nil, errors.New("client: there is no credential")
	}
	if err := cred.problem(s.retry.Now()); err != nil {
		return nil, fmt.Errorf("client: %s: %w", cred, err)
	}
	endpoint, err := trusted(api.Endpoint(s.cloud))
	if err != nil {
		return nil, fmt.Errorf("client: the API of cloud %s: %w", s.cloud.Name, err)
	}
	if _, err := trusted(s.cloud.Authority); err != nil {
		return nil, fmt.Errorf("client: the authority of cloud %s: %w", s.cloud.Name, err)
	}
	c := &Connection{cloud: s.cloud, endpoint: endpoint, credential: cred, prefix: api.Prefix, settings: s}
	switch {
	case s.limits != nil:
		c.limits = *s.limits
	case api.Limits != nil && !s.cloud.Unlimited:
		c.limits = api.Limits()
	}
	scope := api.Scope(s.cloud)
	c.audiences = []string{strings.TrimSuffix(scope, "/.default"), endpoint.String()}
	c.http = retry.New(s.transport, s.retry)
	c.tokens = cred.tokens(tokenService{
		authority: s.cloud.Authority, scope: scope, http: tokenClient(c.http),
		transport: s.transport, retry: s.retry, now: s.retry.Now, random: s.random,
	})
	return c, nil
}

// trusted parses the root of a service, which must be reached by TLS unless it
// is on this machine.
func trusted(root string) (*url.URL, error) {
	u, err := url.Parse(root)
	if strings.Contains(root, "@") {
		// It may be a password that stands before the sign, so it is not shown.
		return nil, errors.New("the address holds a user name; give one such as https://graph.microsoft.com")
	}
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no address such as https://graph.microsoft.com", root)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("%s is not reached by TLS; a token is not sent in the clear", root)
	}
	return u, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// String names the endpoint and the kind of credential.
func (c Connection) String() string { return c.endpoint.Host + " with " + c.credential.String() }

// GoString is [Connection.String], so that no verb of package fmt shows more.
func (c Connection) GoString() string { return c.String() }

// Cloud returns the cloud that the connection was made for.
func (c *Connection) Cloud() Cloud { return c.cloud }

// Rules returns the rules of [WithRules].
func (c *Connection) Rules() []alert.Option { return c.settings.rules }

// CloseIdleConnections closes the network connections that wait for a next
// request. The connection stays usable.
func (c *Connection) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Request is one request to an API.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Path is the segments of the path below the endpoint, not escaped. A
	// segment that is empty, . or .. is an error: it would name another object.
	Path []string
	// Query holds the query options.
	Query url.Values
	// Header holds headers beyond those that every request has.
	Header http.Header
	// Body is sent as JSON unless it is nil. A [JSON] is sent as it is.
	Body any
	// Once tells that the request must not be executed twice. It must have a
	// Body.
	Once bool
	// Writes tells that the request changes something although it may be executed
	// twice. Where it failed and may have been executed all the same, the error is
	// [ErrOutcomeUnknown], as it is with Once.
	Writes bool
	// Permission is what the caller needs; an error with status 403 names it.
	Permission Permission
	// Operation, Target and Subject say what the request is for; see [Call].
	Operation audit.Operation
	Target    audit.Target
	Subject   any
	// Parts is how many requests this one holds, as a JSON batch does, 0 for one
	// that is alone. Limits count each of them.
	Parts int
	// Check, unless it is nil, is called when an answer of success has been read. Its
	// error says why the answer makes no sense: then nobody knows what became of a
	// request that must not be executed twice. Where the text of the error holds what
	// must not be shown, it loses its type.
	Check func() error
	// Answered, unless it is nil, is told of the status and the headers of the
	// answer that counts: the last.
	Answered func(status int, header http.Header)

	// link replaces Path and Query; see [Connection.Follow].
	link *url.URL
}

// unsure tells whether it matters that nobody knows whether the request was executed.
func (r *Request) unsure() bool { return r.Once || r.Writes }

// Do sends a request and reads the answer's JSON into out, unless out is nil, or
// the answer is one that may do without a body (202, 204) and does. An [*Answer]
// gets more of the answer than its JSON.
// The error is an [*Error] once the request was complete; before, it is the
// context's, or says what cannot be made a request of, and nothing was sent.
func (c *Connection) Do(ctx context.Context, r Request, out any) error {
	target, err := c.resolve(r)
	if err != nil {
		return err
	}
	failure := &Error{Method: r.Method, Path: target.EscapedPath(), ClientRequestID: c.NewID()}
	req, err := c.newRequest(ctx, r, target, failure.ClientRequestID)
	if err != nil {
		return err
	}
	call := Call{r.Operation, r.Target, r.Subject, r.Method, failure.Path, failure.ClientRequestID, r.Once, r.Parts}
	ctx, end, err := c.begin(ctx, call)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	result, start := Result{}, time.Now()
	result.Err = c.send(ctx, r, call, req, failure, &result, out)
	result.Duration = time.Since(start)
	if result.Err == nil {
		result.Answer = out
		if answer, ok := out.(*Answer); ok {
			result.Answer, answer.complete = answer.Value, true
		}
	}
	return joined(result.Err, end(result))
}

// joined is the one of two errors that there is, or both.
func joined(err, other error) error {
	if other == nil {
		return err
	}
	return errors.Join(err, other)
}

// send sends a request until it is answered, and reads the answer.
func (c *Connection) send(ctx context.Context, r Request, call Call, req *http.Request, failure *Error, result *Result, out any) error {
	token, err := c.token(ctx, wanted{}, failure)
	if err != nil {
		return err
	}
	token.SetAuthHeader(req)
	kind := retry.Repeatable
	if r.Once {
		kind = retry.Once
	}
	before := false // an earlier attempt may have been executed
	how := retry.Call{
		Kind: kind, Limit: c.limits.of(r.Method), Weight: r.Parts,
		Begin: func(ctx context.Context, _ int) (context.Context, func(retry.Outcome)) {
			result.Attempts++
			number := result.Attempts
			ctx, end := c.attempt(ctx, Attempt{call, number})
			return ctx, func(o retry.Outcome) {
				before = before || o.Again && o.MayBeDone
				c.observe(ctx, call, number, o, token, end)
			}
		},
	}
	failure.Began = time.Now().UTC()
	resp, sent, err := c.http.Do(ctx, how, req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		if fresh := c.renew(ctx, resp, token, failure); fresh != nil {
			token, req = fresh, withToken(req, fresh)
			resp, sent, err = c.http.Do(ctx, how, req)
		}
	}
	if err != nil {
		failure.Err = c.conceal(err, token)
		failure.OutcomeUnknown = r.unsure() && (sent || before)
		return failure
	}
	if r.Answered != nil {
		r.Answered(resp.StatusCode, resp.Header)
	}
	body, readErr := c.read(resp.Body)
	hide := func(text string) string { return c.hide(text, token) }
	result.RequestID = plain.Cut(hide(resp.Header.Get(c.prefix+"request-id")), 200)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		failure.describe(resp, c.prefix, body, time.Now(), hide)
		if resp.StatusCode == http.StatusForbidden {
			failure.Permission = r.Permission.Least
		}
		failure.OutcomeUnknown = r.unsure() && (before || !refuses(resp.StatusCode))
		return failure
	}
	if answer, ok := out.(*Answer); ok {
		answer.fill(failure, resp, hide)
		out = answer.Value
	}
	empty := len(body) == 0 && (resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusAccepted)
	switch {
	case readErr != nil || empty:
	case out != nil:
		readErr = wire.Unmarshal(body, out)
	case len(body) > 0 && wire.Unmarshal(body, new(jsontext.Value)) != nil:
		// Nobody asked for a body, but a page of a proxy is not the service's answer.
		readErr = BadAnswer("it is no JSON")
	}
	if readErr == nil && r.Check != nil {
		readErr = r.Check()
	}
	if readErr != nil {
		// The request was executed; what came of it was lost on the way.
		failure.describe(resp, c.prefix, nil, time.Now(), hide)
		failure.Err, failure.OutcomeUnknown = c.conceal(readErr, token), r.unsure()
		return failure
	}
	return nil
}

func (c *Connection) resolve(r Request) (*url.URL, error) {
	if r.link != nil {
		return r.link, nil
	}
	var path strings.Builder
	for _, segment := range r.Path {
		if segment == "" || segment == "." || segment == ".." {
			return nil, fmt.Errorf("client: %q is no id", segment)
		}
		path.WriteString("/" + url.PathEscape(segment))
	}
	u := *c.endpoint
	u.RawPath = path.String()
	var err error
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	u.RawQuery = r.Query.Encode()
	return &u, nil
}

func (c *Connection) newRequest(ctx context.Context, r Request, target *url.URL, id string) (*http.Request, error) {
	var data []byte
	var err error
	if r.Body != nil {
		if data, err = encode(r.Body); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	if r.Once && len(data) == 0 {
		// Without one net/http replays requests on its own, over HTTP/2 whatever
		// their method.
		return nil, errors.New("client: a request that is executed once must have a body")
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.settings.userAgent)
	req.Header.Set(c.prefix+"client-request-id", id)
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

func (c *Connection) read(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return data, fmt.Errorf("the answer is cut off: %w", err)
	}
	if int64(len(data)) > c.settings.retry.MaxBody {
		return nil, fmt.Errorf("the answer is longer than %d bytes", c.settings.retry.MaxBody)
	}
	return data, nil
}

// hide removes the credential and the token from a text that another host
// wrote.
func (c *Connection) hide(text string, token *oauth2.Token) string {
	if token != nil && token.AccessToken != "" {
		text = redact(text, token.AccessToken, "[token]")
	}
	return c.credential.conceal(text)
}

// conceal replaces an error whose text holds the credential or the token, and
// takes the query out of an address.
func (c *Connection) conceal(err error, token *oauth2.Token) error {
	if failed, ok := err.(*url.Error); ok {
		shown := *failed
		shown.URL, _, _ = strings.Cut(shown.URL, "?")
		err = &shown
	}
	if text := err.Error(); c.hide(text, token) != text {
		return errors.New(c.hide(text, token))
	}
	return err
}

// NewID makes a random GUID from the source of [WithRandom]. It is empty if the
// source has no more: where an id only helps to find a request in logs, that is no
// reason not to send it.
func (c *Connection) NewID() string {
	id, _ := newGUID(c.settings.random)
	return id
}

// newGUID makes a random GUID (RFC 9562, version 4).
func newGUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var text [36]byte
	hex.Encode(text[:], b[:4])
	hex.Encode(text[9:], b[4:6])
	hex.Encode(text[14:], b[6:8])
	hex.Encode(text[19:], b[8:10])
	hex.Encode(text[24:], b[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:]), nil
}

// observe logs how an attempt ended and tells the hooks.
func (c *Connection) observe(ctx context.Context, call Call, number int, o retry.Outcome, token *oauth2.Token, end func(Outcome)) {
	hide := func(text string) string { return c.hide(text, token) }
	outcome := Outcome{
		Status: o.Status, RequestID: plain.Cut(hide(o.Header.Get(c.prefix+"request-id")), 200), Sent: o.Sent, Received: o.Received,
		Duration: o.Duration, Again: o.Again, Pause: o.Pause, Reason: o.Reason,
	}
	if o.Err != nil {
		outcome.Err = c.conceal(o.Err, token)
	}
	end(outcome)
	level, message := slog.LevelDebug, "request"
	if o.Reason != "" {
		level, message = slog.LevelWarn, "gave up"
	}
	if o.Again {
		message = "will try again"
	}
	if !c.settings.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", call.Method), slog.String("path", call.Path), slog.Int("status", o.Status), slog.Duration("duration", o.Duration),
		slog.String("request-id", outcome.RequestID), slog.String("client-request-id", call.ClientRequestID), slog.Int("attempt", number),
	}
	if o.Reason != "" {
		attrs = append(attrs, slog.String("reason", o.Reason))
	}
	if o.Again {
		attrs = append(attrs, slog.Duration("pause", o.Pause))
	}
	if outcome.Err != nil {
		attrs = append(attrs, slog.String("error", outcome.Err.Error()))
	}
	c.settings.logger.LogAttrs(ctx, level, message, attrs...)
}
