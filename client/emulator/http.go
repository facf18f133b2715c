package emulator

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// maxRequestSize bounds the bytes of a request that are read.
const maxRequestSize = 4 << 20

func (t *Tenant) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", t.issueToken)
	mux.HandleFunc("POST /beta/security/alerts_v2/createAlert", t.authorized(t.createAlert))
	for _, version := range []string{"/v1.0", "/beta"} {
		mux.HandleFunc("GET "+version+"/security/alerts_v2/{id}", t.authorized(t.getAlert))
		mux.HandleFunc("GET "+version+"/security/incidents/{id}", t.authorized(t.getIncident))
		mux.HandleFunc("PATCH "+version+"/security/incidents/{id}", t.authorized(t.updateIncident))
		mux.HandleFunc("POST "+version+"/security/incidents/{id}/comments", t.authorized(t.commentOnIncident))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// 501 is not among the statuses that clients try again.
		t.fail(w, r, http.StatusNotImplemented, "NotImplemented", "The emulator has no route for "+r.Method+" "+r.URL.Path+".")
	})
	return mux
}

// ServeHTTP answers one request.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequestSize)
	t.mu.Lock()
	w.Header().Set("request-id", t.newGUID())
	t.mu.Unlock()
	if id := r.Header.Get("client-request-id"); id != "" {
		w.Header().Set("client-request-id", id)
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
	answer := make(chan *http.Response, 1)
	go func() {
		defer body.Close()
		w := &recorder{header: http.Header{}, status: http.StatusOK}
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

// read reads a request's JSON, or answers that it cannot.
func (t *Tenant) read(w http.ResponseWriter, r *http.Request, v any) bool {
	data, err := io.ReadAll(r.Body)
	if err == nil {
		err = wire.Unmarshal(data, v)
	}
	if err != nil {
		t.fail(w, r, http.StatusBadRequest, "InvalidRequestBody", "Request body is incorrect: "+err.Error())
		return false
	}
	return true
}

// write answers with a value as JSON.
func (t *Tenant) write(w http.ResponseWriter, status int, v any) {
	data, err := wire.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"The emulator cannot write its answer."}}`)
	}
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

// fail answers with the error document of Microsoft Graph.
func (t *Tenant) fail(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	type inner struct {
		Date            string `json:"date"`
		RequestID       string `json:"request-id"`
		ClientRequestID string `json:"client-request-id"`
	}
	type failure struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   inner  `json:"innerError"`
	}
	requestID := w.Header().Get("request-id")
	clientRequestID := r.Header.Get("client-request-id")
	if clientRequestID == "" {
		clientRequestID = requestID
	}
	t.write(w, status, struct {
		Error failure `json:"error"`
	}{failure{code, valid(message), inner{t.now().UTC().Format(time.DateTime), requestID, valid(clientRequestID)}}})
}

// valid makes what a request said fit for JSON.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
