package emulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"path"
	"strconv"
)

// maxRequestSize bounds the bytes of a request that are read; a longer one is
// answered with 413.
const maxRequestSize = 4 << 20

// ServeHTTP answers one request.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequestSize)
	defer func() {
		thrown := recover()
		if broken, ok := thrown.(*abort); ok {
			if broken.sent != nil {
				broken.sent.sendTo(w)
				_ = http.NewResponseController(w).Flush()
			}
			thrown = http.ErrAbortHandler
		}
		if thrown != nil {
			panic(thrown)
		}
	}()
	t.serve(w, r)
}

// answer gives the answer its ids, routes the request, and notes what became of
// it.
func (t *Tenant) answer(w http.ResponseWriter, r *http.Request) {
	entry, ok := r.Context().Value(entryKey{}).(*Request)
	if !ok { // of a batch
		entry = newEntry(r)
		r = withEntry(r, entry)
	}
	t.identify(w, r, entry)
	t.catchUp()
	counted := &statusWriter{w, http.StatusOK}
	if forARM(r) {
		t.answerARM(counted, r)
	} else if path.Clean(r.URL.Path) != r.URL.Path {
		// The mux would answer with a redirect, which no service does.
		t.unrouted(counted, r)
	} else {
		t.mux.ServeHTTP(counted, r)
	}
	entry.Status, entry.Time = counted.status, t.stamp()
	t.log.add(*entry)
}

// identify gives a request and its answer their ids.
func (t *Tenant) identify(w http.ResponseWriter, r *http.Request, entry *Request) {
	entry.RequestID = t.newGUID()
	if forARM(r) {
		t.armHeaders(w, r, entry.RequestID)
		return
	}
	w.Header().Set("request-id", entry.RequestID)
	if entry.ClientRequestID != "" {
		w.Header().Set("client-request-id", entry.ClientRequestID)
	}
}

// RoundTrip answers one request of a client in the same process. It obeys the
// request's context: the caller need not wait. What was sent may be done
// nevertheless, as by a server; what takes long and only reads is given up.
func (t *Tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	inner := r.Clone(context.WithValue(context.WithoutCancel(ctx), callerKey{}, ctx))
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	body := inner.Body
	inner.RequestURI = r.URL.RequestURI()
	if inner.Host == "" {
		inner.Host = r.URL.Host
	}
	type outcome struct {
		resp *http.Response
		err  error
	}
	answer := make(chan outcome, 1)
	go func() {
		defer body.Close()
		w := newRecorder()
		defer func() {
			thrown := recover()
			broken, ok := thrown.(*abort)
			switch {
			case !ok && thrown != nil:
				panic(thrown)
			case !ok:
			case broken.sent == nil:
				answer <- outcome{err: errReset}
			default:
				resp := broken.sent.response(r)
				resp.Body = io.NopCloser(io.MultiReader(resp.Body, cutOff{}))
				resp.ContentLength = -1
				answer <- outcome{resp: resp}
			}
		}()
		inner.Body = http.MaxBytesReader(w, inner.Body, maxRequestSize)
		t.serve(w, inner)
		answer <- outcome{resp: w.response(r)}
	}()
	select {
	case o := <-answer:
		return o.resp, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// callerKey is where a request of RoundTrip has the context of its caller.
type callerKey struct{}

// caller is the context that ends when nobody waits for the answer any more.
func (c *call) caller() context.Context {
	if ctx, ok := c.r.Context().Value(callerKey{}).(context.Context); ok {
		return ctx
	}
	return c.r.Context()
}

// cutOff is the end of a body that is cut off.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}, status: http.StatusOK} }

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(p []byte) (int, error) { return w.body.Write(p) }

// sendTo passes the answer on.
func (w *recorder) sendTo(to http.ResponseWriter) {
	for name, values := range w.header {
		to.Header()[name] = values
	}
	to.WriteHeader(w.status)
	_, _ = to.Write(w.body.Bytes())
}

func (w *recorder) response(r *http.Request) *http.Response {
	body := io.NopCloser(&w.body)
	length := int64(w.body.Len())
	if r.Method == http.MethodHead {
		body = http.NoBody
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: body, ContentLength: length, Request: r,
	}
}
