package emulator

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Fault is something that goes wrong with some requests, on demand. A batch is one
// request; its parts are not struck by themselves.
//
//	tenant.Inject(emulator.Fault{Method: "POST", Path: "/createAlert", Kind: emulator.ResetAfter, Requests: []int{1}})
type Fault struct {
	// Kind is what goes wrong.
	Kind FaultKind
	// Method and Path choose the requests: by the method, and by a part of the
	// path. Empty ones choose all.
	Method, Path string
	// Requests are the numbers of the chosen requests, counted from 1, that are
	// struck. Without numbers all of them may be.
	Requests []int
	// Probability is how likely a request is struck, from 0 to 1; 0 is always.
	// Which ones are follows from the tenant's seed and the order in which the
	// requests come.
	Probability float64
	// Status is the status of [AnswerStatus]; the default is 429.
	Status int
	// RetryAfter is the header Retry-After of [AnswerStatus], if it is not empty.
	RetryAfter string
	// Delay is that of [Latency].
	Delay time.Duration
}

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. A request that is struck by several is delayed by each
// Latency and then has the first of the others.
const (
	// Latency makes the answer late.
	Latency FaultKind = "latency"
	// AnswerStatus answers a status, and does nothing.
	AnswerStatus FaultKind = "status"
	// ResetBefore breaks the connection, and does nothing.
	ResetBefore FaultKind = "reset before"
	// ResetAfter does what was asked, and breaks the connection.
	ResetAfter FaultKind = "reset after"
	// Truncate does what was asked, and breaks the connection in the middle of
	// the answer.
	Truncate FaultKind = "truncate"
	// WrongType does what was asked, and answers with a page of HTML.
	WrongType FaultKind = "wrong type"
	// StaleRead answers a GET of one object with 404, as if it did not exist yet.
	// How far reads may be behind writes, and what they answer then, is not
	// documented; this is what a client has to be ready for.
	StaleRead FaultKind = "stale read"
	// ExpireToken answers 401 as if the token had expired.
	ExpireToken FaultKind = "expire token"
	// ForeignNextLink has the link to the next page of a list lead to another
	// host.
	ForeignNextLink FaultKind = "foreign next link"
)

// foreignHost is where the links of ForeignNextLink lead.
const foreignHost = "https://elsewhere.example"

// injected is a fault with the number of the requests that it was asked about.
type injected struct {
	Fault
	seen int
}

// problem says what makes no sense in a fault, or is empty.
func (f *Fault) problem() string {
	kinds := []FaultKind{Latency, AnswerStatus, ResetBefore, ResetAfter, Truncate, WrongType, StaleRead, ExpireToken, ForeignNextLink}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return "no kind " + strconv.Quote(string(f.Kind))
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return "status " + strconv.Itoa(f.Status)
	case !(f.Probability >= 0 && f.Probability <= 1):
		return "probability " + strconv.FormatFloat(f.Probability, 'g', -1, 64)
	case len(f.Requests) > 0 && slices.Min(f.Requests) < 1:
		return "request " + strconv.Itoa(slices.Min(f.Requests))
	case f.Delay < 0:
		return "delay " + f.Delay.String()
	case f.Kind == Latency && f.Delay == 0:
		return "latency without a delay"
	}
	return ""
}

// Inject makes a fault happen to requests from now on. The function that it
// returns takes the fault away again. It panics at a fault that makes no sense: of no
// kind that there is, a status that is none, a probability beyond 0 to 1.
func (t *Tenant) Inject(f Fault) (remove func()) {
	if problem := f.problem(); problem != "" {
		panic("emulator: the fault cannot strike: " + problem)
	}
	in := &injected{Fault: f}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, in)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.faults = slices.DeleteFunc(t.faults, func(have *injected) bool { return have == in })
	}
}

// struck returns the faults that a request has: the delay, and one other.
func (t *Tenant) struck(r *http.Request) (delay time.Duration, f *Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, in := range t.faults {
		if in.Method != "" && in.Method != r.Method || !strings.Contains(r.URL.Path, in.Path) {
			continue
		}
		in.seen++
		if len(in.Requests) > 0 && !slices.Contains(in.Requests, in.seen) {
			continue
		}
		if in.Probability > 0 && float64(t.chance.Uint64()>>11)/(1<<53) >= in.Probability {
			continue
		}
		switch {
		case in.Kind == Latency:
			delay += in.Delay
		case in.Kind == StaleRead && !t.readsOne(r):
		case f == nil:
			f = new(in.Fault)
		}
	}
	return delay, f
}

// readsOne tells whether a request is a GET of one object.
func (t *Tenant) readsOne(r *http.Request) bool {
	if r.Method != http.MethodGet {
		return false
	}
	if forARM(r) {
		_, asked, _, ok := armPath(r)
		return ok && strings.HasSuffix(asked, "{}")
	}
	_, pattern := t.mux.Handler(r)
	return strings.HasSuffix(pattern, "/{id}")
}

// abort is thrown to break the connection. ServeHTTP makes http.ErrAbortHandler
// of it, RoundTrip an error.
type abort struct {
	// sent is the part of the answer that got through.
	sent *recorder
}

// errReset is what a caller in the process gets when the connection breaks.
var errReset error = syscall.ECONNRESET

// serve answers a request with the faults that strike it.
func (t *Tenant) serve(w http.ResponseWriter, r *http.Request) {
	entry := newEntry(r)
	r = withEntry(r, entry)
	delay, fault := t.struck(r)
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	if fault == nil {
		t.answer(w, r)
		return
	}
	entry.Fault = fault.Kind
	switch fault.Kind {
	case AnswerStatus, StaleRead, ExpireToken, ResetBefore:
		t.notDone(w, r, fault, entry)
		return
	}
	inner := newRecorder()
	t.answer(inner, r)
	switch fault.Kind {
	case ResetAfter:
		panic(&abort{})
	case Truncate:
		inner.header.Set("Content-Length", strconv.Itoa(inner.body.Len()))
		inner.body.Truncate(inner.body.Len() / 2)
		panic(&abort{sent: inner})
	case WrongType:
		inner.header.Set("Content-Type", "text/html; charset=utf-8")
		inner.body.Reset()
		inner.body.WriteString("<!DOCTYPE html><html><body><h1>Our services aren't available right now</h1></body></html>")
	case ForeignNextLink:
		data := bytes.ReplaceAll(inner.body.Bytes(), []byte(`"@odata.nextLink":"`+(&call{r: r}).root()), []byte(`"@odata.nextLink":"`+foreignHost))
		data = bytes.ReplaceAll(data, []byte(`"nextLink":"`+(&call{r: r}).root()), []byte(`"nextLink":"`+foreignHost))
		inner.body = *bytes.NewBuffer(data)
	}
	inner.sendTo(w)
}

// notDone answers a request that is not passed on.
func (t *Tenant) notDone(w http.ResponseWriter, r *http.Request, fault *Fault, entry *Request) {
	entry.Time = t.stamp()
	t.identify(w, r, entry)
	c := &call{t: t, w: w, r: r}
	switch fault.Kind {
	case StaleRead:
		entry.Status = http.StatusNotFound
		c.fail(entry.Status, "NotFound", "The object does not exist.")
	case ExpireToken:
		entry.Status = http.StatusUnauthorized
		c.unauthorized(expiredToken, true)
	case AnswerStatus:
		entry.Status = or(fault.Status, http.StatusTooManyRequests)
		if fault.RetryAfter != "" {
			w.Header().Set("Retry-After", fault.RetryAfter)
		}
		c.fail(entry.Status, strings.ReplaceAll(http.StatusText(entry.Status), " ", ""), "The emulator was told to answer this.")
	}
	t.log.add(*entry)
	if fault.Kind == ResetBefore {
		panic(&abort{})
	}
}
