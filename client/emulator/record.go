package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// Request is what the tenant knows of a request: what it really did, whatever a
// fault made of the answer.
type Request struct {
	// Number counts the requests from 1.
	Number int
	// Time is when it was answered, on the tenant's clock.
	Time time.Time
	// Method and Path name the call.
	Method, Path string
	// Who made it, as the service names them; empty if nobody knows.
	Who string
	// Status is that of the tenant's answer. The caller got another, or none, if
	// a fault says so.
	Status int
	// Acted tells that something was created or changed.
	Acted bool
	// Fault is what went wrong on demand.
	Fault FaultKind
	// RequestID and ClientRequestID are those of the headers.
	RequestID, ClientRequestID string
}

// requestLog has the last requests.
type requestLog struct {
	observe func(Request)
	// most is how many requests are kept at least.
	most int

	mu    sync.Mutex
	count int
	last  []Request
}

func (l *requestLog) add(r Request) {
	r = l.keep(r)
	if l.observe != nil {
		l.observe(r)
	}
}

func (l *requestLog) keep(r Request) Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	r.Number = l.count
	// What the caller chose is cut, for there are many requests to keep.
	r.Method, r.Path, r.ClientRequestID = strings.Clone(plain.Cut(r.Method, 100)), strings.Clone(plain.Cut(r.Path, 300)), strings.Clone(plain.Cut(r.ClientRequestID, 100))
	if len(l.last) >= 2*l.most {
		l.last = slices.Clone(l.last[len(l.last)-l.most:])
	}
	l.last = append(l.last, r)
	return r
}

// Requests returns the last requests that the tenant got, oldest first, and those
// in batches among them: at least the last 10,000, or as many as [Limits] says.
// It tells what was really done:
//
//	for _, r := range tenant.Requests() {
//		if r.Acted { … }
//	}
func (t *Tenant) Requests() []Request {
	t.log.mu.Lock()
	defer t.log.mu.Unlock()
	return slices.Clone(t.log.last)
}

// WithObserver calls f with each request when it has been answered, from several
// requests at once.
func WithObserver(f func(Request)) Option {
	return func(t *Tenant) { t.log.observe = f }
}

type entryKey struct{}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
