package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// MaxBatch is how many requests one batch may hold.
//
// Source: Learn, "Combine multiple HTTP requests using JSON batching"
// (2025-02-21).
const MaxBatch = 20

// BatchAnswer is what became of one request of a batch.
type BatchAnswer struct {
	// StatusCode is the HTTP status, 0 when there was no answer.
	StatusCode int
	// Header holds the headers of the answer. Those of the batch as a whole, such
	// as the request id, are not among them.
	Header http.Header
	// Body is the JSON of the answer, nil if it has none.
	Body jsontext.Value
	// Err is nil for a status from 200 to 299, and else mostly a [*client.Error], by
	// the same rules as for a request of its own.
	Err error
}

// Decode reads the body into v, unless the request failed.
func (a *BatchAnswer) Decode(v any) error {
	if a.Err != nil {
		return a.Err
	}
	if err := wire.Unmarshal(a.Body, v); err != nil {
		return bad("%v", err)
	}
	return nil
}

// Batch sends up to [MaxBatch] requests as one, and returns an answer for each, in
// the order of the requests. The service takes them in any order. All of them
// must be for the same version, which is the first segment of the path, for
// createAlert "beta"; bodies are sent as JSON.
//
// Requests that the service refused because there were too many (429) are sent
// again in a further batch, after the longest pause that it asks for; so are those
// that may be executed twice when the service failed. No others are: a request
// with Once set is executed at most once, and its error is
// [client.ErrOutcomeUnknown] when it may have been executed, or when the batch as a
// whole got no answer. How often and how long is said by [client.WithRetry].
//
// The error is that of requests that cannot be sent; nothing was sent then.
//
// Source: Learn, "Combine multiple HTTP requests using JSON batching"
// (2025-02-21).
func (c *Client) Batch(ctx context.Context, requests ...client.Request) ([]BatchAnswer, error) {
	if len(requests) == 0 || len(requests) > MaxBatch {
		return nil, fmt.Errorf("graph: a batch holds 1 to %d requests, not %d", MaxBatch, len(requests))
	}
	b := &batch{conn: c.conn, turn: func(f func()) { f() }}
	for i, r := range requests {
		if err := batchable(r, requests[0]); err != nil {
			return nil, fmt.Errorf("graph: request %d of the batch: %w; nothing was sent", i, err)
		}
	}
	answers := make([]BatchAnswer, len(requests))
	places := make([]int, 0, len(requests)) // of the items in answers
	for i, r := range requests {
		item, err := c.newBatchItem(ctx, r)
		if err != nil {
			answers[i].Err = err
			continue
		}
		b.items, places = append(b.items, item), append(places, i)
	}
	b.send(ctx)
	for n, i := range places {
		item := &b.items[n]
		answers[i] = BatchAnswer{item.got.Status, item.got.header(), item.got.Body, item.end(nil)}
	}
	return answers, nil
}

// batchable says why a request cannot travel in a batch whose first is given.
func batchable(r, first client.Request) error {
	switch {
	case len(r.Path) < 2:
		return fmt.Errorf("the path %q lacks the version, or what comes after it", strings.Join(r.Path, "/"))
	case slices.ContainsFunc(r.Path, func(segment string) bool { return segment == "" || segment == "." || segment == ".." }):
		return fmt.Errorf("the path %q has a segment that is no id", strings.Join(r.Path, "/"))
	case r.Path[0] != first.Path[0]:
		return fmt.Errorf("it is for version %s, the first for %s", r.Path[0], first.Path[0])
	case r.Once && r.Body == nil:
		return errors.New("a request that is executed once has a body")
	}
	return nil
}

// batch is a set of requests that are sent together until each has its answer.
type batch struct {
	conn  *client.Connection
	items []batchItem
	// turn calls a function when a request may be under way.
	turn func(func())
	// check, unless nil, looks at the body of an answer of success.
	check func(place int, body jsontext.Value) error
}

// batchItem is one request of a batch, and what is known of its answer.
type batchItem struct {
	part *client.Part
	body []byte // nil if there is none

	attempts int
	got      batchResponse
	err      error
	beside   error // what hooks said of batches that were answered
}

// end tells how the request ended, and returns its error, with those of the hooks.
func (item *batchItem) end(answer any) error {
	err := item.part.End(answer, item.attempts, item.err)
	if item.beside != nil {
		err = errors.Join(err, item.beside)
	}
	return err
}

// newBatchItem begins a request that travels in a batch.
func (c *Client) newBatchItem(ctx context.Context, r client.Request) (item batchItem, err error) {
	if r.Body != nil {
		if item.body, err = wire.Marshal(r.Body); err != nil {
			return item, fmt.Errorf("graph: %w", err)
		}
	}
	item.part, err = c.conn.Part(ctx, r)
	return item, err
}

// send sends the items, and again those of which a next attempt is right.
func (b *batch) send(ctx context.Context) {
	waiting := make([]int, len(b.items))
	for i := range waiting {
		waiting[i] = i
	}
	for attempt := 1; len(waiting) > 0; attempt++ {
		again, pause := b.attempt(ctx, waiting)
		if len(again) == 0 || !b.conn.Pause(ctx, attempt, pause) {
			return
		}
		waiting = again
	}
}

// attempt sends the items with the given places and notes their answers. It
// returns the places of those to be sent again, and the longest pause that the
// service asks for.
func (b *batch) attempt(ctx context.Context, places []int) (again []int, pause time.Duration) {
	var doc batchDocument
	outer := client.Answer{Value: &doc}
	r := client.Request{
		Method: http.MethodPost,
		Path:   []string{b.items[0].part.Version, "$batch"},
		Body:   b.document(places),
		Once:   slices.ContainsFunc(places, func(i int) bool { return b.items[i].part.Request.Once }),
		Parts:  len(places),
	}
	var err error
	b.turn(func() { err = b.conn.Do(ctx, r, &outer) })
	for _, i := range places {
		item := &b.items[i]
		item.attempts++
		if !outer.Complete() {
			item.got, item.err = batchResponse{}, item.part.Outer(err)
			continue
		}
		item.beside = err
		failure := b.settle(i, &outer, doc.response(i))
		if failure == nil {
			item.err = nil
			continue
		}
		item.err = failure
		if errors.Is(failure, client.ErrThrottled) || !item.part.Request.Once && errors.Is(failure, client.ErrUnavailable) {
			again, pause = append(again, i), max(pause, failure.RetryAfter)
		}
	}
	return again, pause
}

// settle notes the answer to an item. It returns what failed, or nil.
func (b *batch) settle(place int, outer *client.Answer, got *batchResponse) *client.Error {
	item := &b.items[place]
	item.got = batchResponse{}
	if got == nil {
		return outer.InnerLie(item.part, 0, bad("the batch was answered, this request in it not, or more than once"))
	}
	item.got = *got
	if got.Status < 200 || got.Status > 299 {
		return outer.Inner(item.part, got.Status, got.header(), got.Body)
	}
	if got.Body.Kind() == '"' {
		// What is no JSON comes as a text in base64. No call here has any.
		return outer.InnerLie(item.part, got.Status, bad("the body is no JSON"))
	}
	if b.check != nil {
		if why := b.check(place, got.Body); why != nil {
			return outer.InnerLie(item.part, got.Status, why)
		}
	}
	return nil
}

// document is what is sent for the items at the given places. The id of an item is
// its place, counting from 1.
func (b *batch) document(places []int) client.JSON {
	const most = 400 // of an item without its body, or there is another allocation
	size := most
	for _, i := range places {
		size += most + len(b.items[i].body)
	}
	doc := append(make(client.JSON, 0, size), `{"requests":[`...)
	for n, i := range places {
		if n > 0 {
			doc = append(doc, ',')
		}
		doc = b.items[i].append(doc, i+1)
	}
	return append(doc, `]}`...)
}

// append adds the item to a document.
func (item *batchItem) append(doc []byte, id int) []byte {
	r := &item.part.Request
	doc = append(strconv.AppendInt(append(doc, `{"id":"`...), int64(id), 10), `","method":`...)
	doc = append(quoteJSON(doc, r.Method), `,"url":`...)
	doc = append(quoteJSON(doc, item.part.Address), `,"headers":{"client-request-id":`...)
	doc = quoteJSON(doc, item.part.ClientRequestID)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		doc = append(quoteJSON(append(doc, ','), name), ':')
		doc = quoteJSON(doc, strings.Join(r.Header[name], ", "))
	}
	if item.body != nil {
		doc = append(append(doc, `,"Content-Type":"application/json"},"body":`...), item.body...)
		return append(doc, '}')
	}
	return append(doc, `}}`...)
}

// quoteJSON adds a text as JSON. What is no UTF-8 in it is replaced.
func quoteJSON(doc []byte, text string) []byte {
	doc, _ = jsontext.AppendQuote(doc, text)
	return doc
}

// batchDocument is the answer to a batch. Its parts come in any order.
type batchDocument struct {
	Responses []batchResponse `json:"responses"`
}

type batchResponse struct {
	ID      string         `json:"id"`
	Status  int            `json:"status"`
	Headers jsontext.Value `json:"headers"`
	Body    jsontext.Value `json:"body"`
}

// response returns the answer to the item at a place, nil unless there is exactly
// one.
func (d *batchDocument) response(place int) *batchResponse {
	id := strconv.Itoa(place + 1)
	var found *batchResponse
	for i := range d.Responses {
		if d.Responses[i].ID == id {
			if found != nil {
				return nil
			}
			found = &d.Responses[i]
		}
	}
	return found
}

// header reads the headers. One whose value is neither text nor number is left
// out.
func (r *batchResponse) header() http.Header {
	var values map[string]jsontext.Value
	if len(r.Headers) == 0 || wire.Unmarshal(r.Headers, &values) != nil {
		return nil
	}
	h := http.Header{}
	for name, value := range values {
		text := string(value)
		switch value.Kind() {
		case '"':
			text, _ = readText(value)
		case '0':
		default:
			continue
		}
		h.Set(name, text)
	}
	return h
}
