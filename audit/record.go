package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/incidentkit/incidentkit/incident"
)

// Recorder records calls in two parts: what is about to be done, and what
// became of it. The clients call one before and after every request that
// creates or changes something. It is safe for concurrent use.
type Recorder interface {
	// Begin records that something is about to be done. When it fails, the
	// call must not be made.
	Begin(ctx context.Context, intent Entry) (Token, error)
	// End records what became of it. The outcome's target, changes and request
	// ids are added to those of the intent, where it names any.
	End(token Token, outcome Entry) error
}

// Token ties the end of a call to its beginning.
type Token struct {
	intent Entry
}

// Intent returns the entry that Begin has recorded. Its id is empty when the
// call is one that is not recorded.
func (t Token) Intent() Entry { return t.intent }

// Appender is a log to which entries can be added, such as that of package
// ledger. Append returns the number of the first entry; it returns only when
// the entries are as safe as the log promises.
type Appender interface {
	Append(ctx context.Context, entries ...Entry) (int64, error)
}

// RecorderOption changes how calls are recorded.
type RecorderOption func(*recorder)

// WithReads records calls that only read, too.
func WithReads() RecorderOption { return func(r *recorder) { r.reads = true } }

// WithActor sets who acts when neither the entry nor the context says it.
func WithActor(a Actor) RecorderOption { return func(r *recorder) { r.actor = a } }

// WithClock replaces [time.Now].
func WithClock(now func() time.Time) RecorderOption { return func(r *recorder) { r.now = now } }

// WithIDs replaces the random ids of entries. The function must be safe for
// concurrent use and never return an id twice.
func WithIDs(next func() string) RecorderOption { return func(r *recorder) { r.id = next } }

// NewRecorder returns a recorder that writes to a log.
func NewRecorder(log Appender, opts ...RecorderOption) Recorder {
	r := &recorder{log: log, now: time.Now, id: rand.Text}
	for _, opt := range opts {
		opt(r)
	}
	return r
}

type recorder struct {
	log   Appender
	actor Actor
	reads bool
	now   func() time.Time
	id    func() string
}

type actorKey struct{}

// ContextWithActor returns a context in which recorded calls are those of the
// actor.
func ContextWithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ErrNotRecorded tells that what became of a call was not recorded. The call was
// made, and its own result is returned beside this error; the log shows the
// call as one whose outcome is unknown, until [Resolve] says it.
var ErrNotRecorded = errors.New("the outcome of the call was not recorded")

// Begin implements [Recorder].
func (r *recorder) Begin(ctx context.Context, e Entry) (Token, error) {
	if e.Operation.Reads() && !r.reads {
		return Token{}, nil
	}
	e.ID, e.Phase, e.Time = r.id(), PhaseIntent, r.now().UTC()
	if e.Actor == (Actor{}) {
		if a, ok := ctx.Value(actorKey{}).(Actor); ok {
			e.Actor = a
		} else {
			e.Actor = r.actor
		}
	}
	if _, err := r.log.Append(ctx, e); err != nil {
		return Token{}, fmt.Errorf("nothing was sent, because it cannot be recorded: %w", err)
	}
	return Token{e}, nil
}

// End implements [Recorder]. It does not heed the end of a context: a call that
// was cancelled has an outcome, too.
func (r *recorder) End(t Token, outcome Entry) error {
	if t.intent.ID == "" {
		return nil
	}
	if _, err := r.log.Append(context.Background(), result(t.intent, outcome, r.id(), r.now().UTC())); err != nil {
		return fmt.Errorf("%w: %w", ErrNotRecorded, err)
	}
	return nil
}

// result returns the entry that ends an intent: the intent's own words, and in
// their place what the outcome knows better.
func result(intent, outcome Entry, id string, now time.Time) Entry {
	e := intent
	e.ID, e.Time, e.Phase, e.IntentID, e.Began = id, now, PhaseResult, intent.ID, intent.Time
	e.Result = outcome.Result
	if e.Result.Outcome == "" {
		e.Result.Outcome = Unknown
	}
	if outcome.Changes != nil {
		e.Changes = outcome.Changes
	}
	for _, f := range [...]struct {
		field *string
		value string
	}{
		{&e.Target.Tenant, outcome.Target.Tenant}, {&e.Target.Workspace, outcome.Target.Workspace},
		{&e.Target.Incident, outcome.Target.Incident}, {&e.Target.Alert, outcome.Target.Alert}, {&e.Target.Source, outcome.Target.Source},
		{&e.RequestID, outcome.RequestID}, {&e.ClientRequestID, outcome.ClientRequestID}, {&e.Comment, outcome.Comment},
	} {
		if f.value != "" {
			*f.field = f.value
		}
	}
	return e
}

// Resolve ends an intent whose outcome nobody recorded, or recorded as unknown:
// somebody has found out what became of it. The actor of the new entry is who
// found out.
func Resolve(ctx context.Context, log Appender, intent Entry, by Actor, outcome Entry, opts ...RecorderOption) error {
	r := NewRecorder(log, opts...).(*recorder)
	if intent.Phase != PhaseIntent || intent.ID == "" {
		return fmt.Errorf("resolve: the entry %q is no intent", intent.ID)
	}
	if o := outcome.Result.Outcome; o != Succeeded && o != Failed {
		return errors.New("resolve: say whether the call succeeded or failed")
	}
	e := result(intent, outcome, r.id(), r.now().UTC())
	e.Actor, e.Result.Resolved = by, true
	_, err := log.Append(ctx, e)
	return err
}

// Record makes a call between its two entries. Describe says what became of
// it, from what the call returned; without it, the outcome is Succeeded or
// Failed by the error alone. The call's value and error are returned as they
// are; if only the recording of the outcome fails, the error is
// [ErrNotRecorded].
func Record[T any](ctx context.Context, r Recorder, intent Entry, call func(context.Context) (T, error), describe func(T, error) Entry) (T, error) {
	token, err := r.Begin(ctx, intent)
	if err != nil {
		var none T
		return none, err
	}
	value, callErr := call(ctx)
	var outcome Entry
	if describe != nil {
		outcome = describe(value, callErr)
	}
	if outcome.Result.Outcome == "" {
		outcome.Result.Outcome = Succeeded
		if callErr != nil {
			outcome.Result.Outcome, outcome.Result.Message = Failed, callErr.Error()
		}
	}
	return value, errors.Join(callErr, r.End(token, outcome))
}

// Submitter raises incidents from drafts and records that; see [NewSubmitter].
type Submitter struct {
	next interface {
		Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error)
	}
	recorder Recorder
	origin   Origin
}

// NewSubmitter returns a submitter that hands drafts to another, of whatever
// kind, and records each submission as a whole with operation SubmitDraft. Where
// the client itself records its calls, the log then has both.
func NewSubmitter(next interface {
	Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error)
}, r Recorder, origin Origin) *Submitter {
	return &Submitter{next, r, origin}
}

// Submit records the draft, submits it and records the receipt. A submission of
// which a step is uncertain, or which broke off after a step was done, has the
// outcome Unknown: somebody has to look.
func (s *Submitter) Submit(ctx context.Context, draft incident.Draft) (*incident.Receipt, error) {
	intent, err := Describe(nil, draft)
	if err != nil {
		return nil, err
	}
	intent.Origin, intent.Comment = s.origin, draft.Comment
	return Record(ctx, s.recorder, intent, func(ctx context.Context) (*incident.Receipt, error) {
		return s.next.Submit(ctx, draft)
	}, describeReceipt)
}

func describeReceipt(r *incident.Receipt, err error) (e Entry) {
	if r == nil {
		return e
	}
	e.Target.Incident = r.IncidentID
	if len(r.Alerts) > 0 {
		e.Target.Alert = r.Alerts[0].ID
	}
	if err == nil {
		return e
	}
	for _, step := range r.Steps {
		if step.State == incident.StateDone || step.State == incident.StateUncertain {
			e.Result = Result{Outcome: Unknown, Message: err.Error()}
		}
	}
	return e
}
