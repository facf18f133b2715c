package graph

import (
	"context"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Bulk says how many things are done at once.
type Bulk struct {
	// Concurrency is how many requests are under way at the most. Anything below 1
	// is the default, 2: with full batches they hold 40 alerts, and the service
	// takes 150 requests in a minute, of which each alert is one (Learn, "Microsoft
	// Graph service-specific throttling limits").
	Concurrency int
	// BatchSize is how many alerts go into one request. Anything below 1 or above
	// [MaxBatch] is that. With 1 there are no batches; each alert has a request of
	// its own. It means nothing to [Client.SubmitAll].
	BatchSize int
}

func (b Bulk) settings() (concurrency, batchSize int) {
	concurrency, batchSize = b.Concurrency, b.BatchSize
	if concurrency < 1 {
		concurrency = 2
	}
	if batchSize < 1 || batchSize > MaxBatch {
		batchSize = MaxBatch
	}
	return concurrency, batchSize
}

// Creation is what became of one draft of [Client.CreateAlerts].
type Creation struct {
	// Index is the place of the draft, from 0, and Draft the draft itself.
	Index int
	Draft alert.Draft
	// Alert is the alert that was created, nil if none was. Err says of this draft what
	// the error of [Client.CreateAlert] does; beside an alert, that a hook or a recorder
	// could not be told of it.
	Alert *alert.Alert
	Err   error
}

// CreateAlerts creates an alert from each draft and yields what became of each, in
// the order of the drafts. It goes on after a draft that failed; one that breaks
// rules is not sent. Up to [MaxBatch] drafts travel in one request.
//
// No alert is created twice: a draft is sent again only when it was certainly not
// executed. When a batch gets no answer, all of its drafts have the error
// [client.ErrOutcomeUnknown].
//
// Drafts are drawn as they are needed, by the goroutine that ranges over the
// results, and a few batches ahead of what was yielded: memory does not grow with
// their number. A sequence that waits for something keeps back results that are
// there already.
//
// Once ctx has ended, one more draft is drawn at the most; the result of those not
// sent is the error of ctx. To leave the loop early ends what is under way, and no
// goroutine remains. What had been sent by then may have been executed, and nobody
// is told: to stop without such a loss, end the sequence of drafts and range to the
// end.
//
// Sources: as for [Client.CreateAlert] and [Client.Batch].
func (c *Client) CreateAlerts(ctx context.Context, drafts iter.Seq[alert.Draft], b Bulk) iter.Seq[Creation] {
	concurrency, batchSize := b.settings()
	start := func(i int, draft alert.Draft) Creation { return Creation{Index: i, Draft: draft} }
	return pipeline(ctx, drafts, batchSize, concurrency, start, func(ctx context.Context, group []Creation, turn func(func())) {
		switch {
		case ctx.Err() != nil:
			for i := range group {
				group[i].Err = ctx.Err()
			}
		case len(group) == 1:
			turn(func() { group[0].Alert, group[0].Err = c.CreateAlert(ctx, group[0].Draft) })
		default:
			c.createGroup(ctx, group, turn)
		}
	})
}

// createGroup creates the alerts of a group by one batch.
func (c *Client) createGroup(ctx context.Context, group []Creation, turn func(func())) {
	b := batch{conn: c.conn, items: make([]batchItem, 0, len(group)), turn: turn}
	sent := make([]*Creation, 0, len(group)) // by the place of their items
	for i := range group {
		one := &group[i]
		if one.Err = c.creatable(&one.Draft); one.Err != nil {
			continue
		}
		item, err := c.newBatchItem(ctx, c.creation(&one.Draft))
		if one.Err = err; err == nil {
			b.items, sent = append(b.items, item), append(sent, one)
		}
	}
	b.check = func(place int, body jsontext.Value) error {
		created := new(alert.Alert)
		if err := wire.Unmarshal(body, created); err != nil {
			return bad("%v", err)
		}
		sent[place].Alert = created
		return named(created)
	}
	b.send(ctx)
	for i, one := range sent {
		item := &b.items[i]
		if item.err != nil {
			one.Alert = nil
		}
		one.Err = item.end(one.Alert)
	}
}

// Submission is what became of one draft of [Client.SubmitAll].
type Submission struct {
	// Index is the place of the draft, from 0, and Draft the draft itself.
	Index int
	Draft incident.Draft
	// Receipt and Err are those of [Client.Submit]; both may be there.
	Receipt *incident.Receipt
	Err     error
}

// SubmitAll raises an incident from each draft, as [Client.Submit] does, and
// yields what became of each in the order of the drafts, as [Client.CreateAlerts]
// does. The steps of one draft build on each other, and a batch cannot hand the
// result of one request to another, so there are no batches here.
func (c *Client) SubmitAll(ctx context.Context, drafts iter.Seq[incident.Draft], b Bulk) iter.Seq[Submission] {
	concurrency, _ := b.settings()
	start := func(i int, draft incident.Draft) Submission { return Submission{Index: i, Draft: draft} }
	return pipeline(ctx, drafts, 1, concurrency, start, func(ctx context.Context, group []Submission, turn func(func())) {
		for i := range group {
			one := &group[i]
			if one.Err = ctx.Err(); one.Err == nil {
				turn(func() { one.Receipt, one.Err = c.Submit(ctx, one.Draft) })
			}
		}
	})
}
