package retry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"time"
)

var errReplay = errors.New("the connection failed after the whole request was sent")

// tracing sends one attempt and reads its answer. It notes whether bytes of the
// request may have left; a transport that does not trace, such as one in memory,
// counts as one that sends at once.
type tracing struct {
	base     http.RoundTripper
	settings *Settings
}

func (t tracing) RoundTrip(req *http.Request) (*http.Response, error) {
	state := req.Context().Value(runningKey{}).(*running)
	state.reserved = nil // it is used now
	a := &attempt{began: time.Now(), length: max(req.ContentLength, 0)}
	a.sent.Store(true)
	ctx := req.Context()
	if state.Begin != nil {
		ctx, a.end = state.Begin(ctx, state.attempts+1)
	}
	state.last.Store(a)
	ctx, cancel := context.WithTimeout(ctx, t.settings.AttemptTimeout)
	defer cancel()
	traced := req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
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
	if req.GetBody != nil {
		// The transports of net/http replay a request when they can get its body
		// again: over HTTP/2 after a reset with PROTOCOL_ERROR whatever the
		// method, over HTTP/1.1 when it has an Idempotency-Key. That is theirs to
		// do only as long as the request has not left as a whole. One that may be
		// repeated is repeated here, where it is known what came before.
		traced.GetBody = func() (io.ReadCloser, error) {
			if a.complete.Load() {
				return nil, errReplay
			}
			return req.GetBody()
		}
	}
	resp, err := t.base.RoundTrip(traced)
	if err == nil && resp == nil {
		err = errors.New("the transport returned neither an answer nor an error")
	}
	if err == nil {
		resp, err = t.read(state, a, resp)
	}
	if err != nil && ctx.Err() != nil && req.Context().Err() == nil {
		err = fmt.Errorf("no whole answer within %v", t.settings.AttemptTimeout)
	}
	return resp, err
}

// read takes the body into memory, so that an answer that breaks off is the
// attempt's failure like any other: what may be repeated is. Where it may not,
// the status and the part that came are kept.
func (t tracing) read(state *running, a *attempt, resp *http.Response) (*http.Response, error) {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// Nobody asked for it. The body is the bare connection, to which no
		// deadline of net/http applies.
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	body := resp.Body
	if body == nil {
		body = http.NoBody
	}
	data, err := readAll(body, resp.ContentLength, t.settings.MaxBody)
	a.received = int64(len(data))
	if err == nil && a.received > t.settings.MaxBody {
		// The rest of a body that is too long is not waited for, but a little of
		// it is, so that the connection can be used again.
		_, _ = io.CopyN(io.Discard, body, 64<<10)
	}
	_ = body.Close()
	if err != nil && state.Kind == Repeatable && resp.StatusCode < 300 {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	if err != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), failing{err}))
	}
	return resp, nil
}

// readAll reads a body to its end, or one byte beyond the most. The length that
// the other side promises only helps to begin with a buffer of the right size.
func readAll(body io.Reader, promised, most int64) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(int(min(max(promised, 0), most, 1<<20)) + bytes.MinRead)
	_, err := buf.ReadFrom(io.LimitReader(body, min(most, math.MaxInt64-1)+1))
	return buf.Bytes(), err
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func (t tracing) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
