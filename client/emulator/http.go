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
	t.answer(w, r)
}

// answer gives the answer its ids and routes the request.
func (t *Tenant) answer(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("request-id", t.newGUID())
	if id := r.Header.Get("client-request-id"); id != "" {
		w.Header().Set("client-request-id", id)
	}
	if path.Clean(r.URL.Path) != r.URL.Path {
		// The mux would answer with a redirect, which no service does.
		t.unrouted(w, r)
		return
	}
	t.mux.ServeHTTP(w, r)
}

// RoundTrip answers one request of a client in the same process. It obeys the
// request's context.
func (t *Tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	inner := r.Clone(context.WithoutCancel(ctx))
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	body := inner.Body
	inner.RequestURI = r.URL.RequestURI()
	if inner.Host == "" {
		inner.Host = r.URL.Host
	}
	answer := make(chan *http.Response, 1)
	go func() {
		defer body.Close()
		w := newRecorder()
		t.ServeHTTP(w, inner)
		answer <- w.response(r)
	}()
	select {
	case resp := <-answer:
		return resp, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

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

func (w *recorder) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
