package arm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// place is where an object is: the segments of its path below the provider, and
// the incident that it belongs to.
type place struct {
	incident string
	path     []string
}

// at returns the place of an object: its collection, its id, and so on.
func at(incident string, path ...string) place { return place{incident, path} }

func (p place) String() string { return strings.Join(p.path, "/") }

func (c *Client) request(method string, p place, op audit.Operation) client.Request {
	return client.Request{
		Method: method, Path: c.workspace.path(p.path...), Query: url.Values{"api-version": {c.version}},
		Writes: method == http.MethodPut || method == http.MethodDelete, Operation: op, Target: audit.Target{Workspace: c.workspace.Name, Incident: p.incident},
	}
}

// do sends a request and returns the status of the answer, and whether it was done.
// check, unless it is nil, says what makes no sense in an answer of success. There
// may be an error beside what was done: that it could not be recorded.
func (c *Client) do(ctx context.Context, r client.Request, out any, check func(status int) error) (status int, done bool, err error) {
	id, err := correlationID(ctx)
	if err != nil {
		return 0, false, err
	}
	if id != "" {
		r.Header = http.Header{"X-Ms-Correlation-Request-Id": {id}}
	}
	r.Answered = func(s int, h http.Header) {
		status = s
		c.remaining.note(h)
	}
	if check != nil {
		r.Check = func() error { return check(status) }
	}
	answer := client.Answer{Value: out}
	err = c.conn.Do(ctx, r, &answer)
	return status, answer.Complete(), err
}

type correlationKey struct{}

// WithCorrelationID returns a context whose requests are sent as parts of one
// larger action, under an id (x-ms-correlation-request-id) that must be a GUID; calls with
// another give a [*ValidationError]. The activity log of Azure groups them by it, and
// errors have it. [Client.Submit] and [Client.Raise] make one up where there is none.
func WithCorrelationID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// correlationID returns the id of [WithCorrelationID], which is empty if there is none.
func correlationID(ctx context.Context) (string, error) {
	id, _ := ctx.Value(correlationKey{}).(string)
	var ps validate.Problems
	if id != "" && !guidPattern.MatchString(id) {
		ps.Add("correlationId", "guid", "is %s; give a GUID, such as NewID makes", validate.Quote(id))
	}
	return id, ps.Err()
}

// remaining keeps the last counts of the headers x-ms-ratelimit-remaining-*.
type remaining struct {
	mu     sync.Mutex
	counts map[string]int
}

const remainingPrefix = "X-Ms-Ratelimit-Remaining-"

func (r *remaining) note(h http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for name, values := range h {
		rest, ok := strings.CutPrefix(name, remainingPrefix)
		if !ok || len(values) == 0 {
			continue
		}
		rest = strings.ToLower(rest)
		_, known := r.counts[rest]
		if n, err := strconv.Atoi(values[0]); err == nil && (known || len(r.counts) < 100) {
			r.counts[rest] = n
		}
	}
}

// Remaining returns how many requests the service said were left when it last
// answered, by the ends of the headers x-ms-ratelimit-remaining-*:
// subscription-reads, subscription-writes, subscription-deletes, tenant-reads and so
// on. It is empty before the first answer.
//
// Source: Learn, "Understand how Azure Resource Manager throttles requests".
func (c *Client) Remaining() map[string]int {
	c.remaining.mu.Lock()
	defer c.remaining.mu.Unlock()
	return maps.Clone(c.remaining.counts)
}

// sameObject checks that an answer is about the object that was asked for: what was
// read of another would be written over it.
func (c *Client) sameObject(p place, id string) error {
	if id == "" {
		return client.BadAnswer("%s was asked for, the answer has no id", p)
	}
	got, here := c.workspace.within(id)
	if here && EqualIDs(got, p.String()) {
		return nil
	}
	return client.BadAnswer("%s was asked for, the answer is about %s", p, c.shown(id))
}

// inCollection checks that the object with an id is one of the collection that was asked for.
func (c *Client) inCollection(p place, path, id string) error {
	if id == "" {
		return client.BadAnswer("%s has no id", path)
	}
	got, here := c.workspace.within(id)
	end := strings.LastIndexByte(got, '/')
	if here && end >= 0 && end < len(got)-1 && EqualIDs(got[:end], p.String()) {
		return nil
	}
	return client.BadAnswer("%s was asked for, %s is %s", p, path, c.shown(id))
}

// shown is what an error says of an id: what follows the workspace, if it is ours.
func (c *Client) shown(id string) string {
	if got, here := c.workspace.within(id); here && got != "" {
		id = got
	}
	return strconv.Quote(plain.Cut(id, 300))
}

func get[P, S any](ctx context.Context, c *Client, _ *kind[P, S], p place) (*Object[P], error) {
	o := new(Object[P])
	_, done, err := c.do(ctx, c.request(http.MethodGet, p, audit.ReadIncident), o, func(int) error { return c.sameObject(p, o.ID) })
	if !done {
		return nil, err
	}
	return o, err
}

// put creates an object or replaces it as a whole, and returns what it is then. An
// answer that shows no object is followed by reading it.
func put[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, b body, s *S, op audit.Operation) (*Object[P], error) {
	r := c.request(http.MethodPut, p, op)
	r.Body, r.Subject = b, s
	o := new(Object[P])
	hidden := func(status int) bool { return status == http.StatusNoContent || status == http.StatusAccepted }
	status, done, err := c.do(ctx, r, o, func(status int) error {
		if hidden(status) {
			return nil
		}
		return c.sameObject(p, o.ID)
	})
	if !done {
		return nil, err
	}
	if hidden(status) {
		o, readErr := get(ctx, c, k, p)
		if o == nil {
			readErr = fmt.Errorf("arm: %s was accepted (%d) without being shown, and cannot be read: %w: %w", p, status, client.ErrOutcomeUnknown, readErr)
		}
		return o, errors.Join(err, readErr)
	}
	return o, err
}

// create checks settings and puts them.
func create[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, ids validate.Problems, s S) (*Object[P], error) {
	ps := append(ids, k.check(&s, c.version)...)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return put(ctx, c, k, p, k.body("", &s, nil), &s, k.create)
}

// destroy deletes an object and reports whether there was one.
func destroy[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, ids validate.Problems) (existed bool, err error) {
	if err := ids.Err(); err != nil {
		return false, err
	}
	status, done, err := c.do(ctx, c.request(http.MethodDelete, p, k.destroy), nil, nil)
	return done && status != http.StatusNoContent, err
}

// maxConflicts is how often an update is made afresh because somebody else was
// faster. With pauses that are spread, it takes very many writers to lose that often.
const maxConflicts = 30

// maxUnmoved is how often in a row it is made afresh although the object that is read is
// still the same: whoever answers the reads may be behind for a moment.
const maxUnmoved = 5

// ErrNoETag means that the service did not say which version of an object it gave, by an
// etag that is missing, blank or * for any, so that an update could take back what
// somebody else changes meanwhile.
var ErrNoETag = errors.New("the object has no etag; it is not updated, for that could take back another's change")

// update reads an object, lets change change its settings, and puts it back whole
// under its etag. When another version was faster, all of that is done again.
func update[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, ids validate.Problems, change func(*S) error) (*Object[P], error) {
	if change == nil {
		ids.Add("change", "required", "is missing; give a function")
	}
	if err := ids.Err(); err != nil {
		return nil, err
	}
	var lost *write[P] // whose answer was lost, and which may be what the next read shows
	unsure := false    // there was one
	var last *write[P] // that met a conflict
	unmoved := 0       // how often in a row the object was the same then
	for conflicts := 0; ; conflicts++ {
		o, sent, err := updateOnce(ctx, c, k, p, lost, change)
		if o != nil {
			return o, err
		}
		if unmoved++; sent == nil || last == nil || sent.object.ETag != last.object.ETag {
			unmoved = 0
		}
		switch conflict := sent != nil && errors.Is(err, client.ErrConflict); {
		case conflict && errors.Is(err, audit.ErrNotRecorded):
		case conflict && unmoved == maxUnmoved:
			err = fmt.Errorf("arm: %s is still what it was, so that the conflict is about something else: %w", p, err)
		case conflict && conflicts == maxConflicts:
			err = fmt.Errorf("arm: others changed the object %d times before this update could: %w", conflicts+1, err)
		case conflict:
			// A write of which it is known that it was refused has left nothing: then it
			// was another's that stands there, even if that is the same.
			last, lost = sent, nil
			if errors.Is(err, client.ErrOutcomeUnknown) {
				lost, unsure = sent, true
			}
			if err = pause(ctx, conflicts); err == nil {
				continue
			}
		}
		if unsure && !errors.Is(err, client.ErrOutcomeUnknown) {
			err = fmt.Errorf("arm: the answer to a write of %s was lost; %w: %w", p, client.ErrOutcomeUnknown, err)
		}
		return nil, err
	}
}

// write is what an update has sent: the object with its change, also in JSON.
type write[P any] struct {
	object *Object[P]
	data   []byte
}

// updateOnce is one turn of update. It returns the object as it is then, or what it sent,
// if it did, and the error.
func updateOnce[P, S any](ctx context.Context, c *Client, k *kind[P, S], p place, lost *write[P], change func(*S) error) (o *Object[P], sent *write[P], err error) {
	o, err = get(ctx, c, k, p)
	if err != nil {
		return nil, nil, err
	}
	s := k.settings(&o.Properties)
	before, err := wire.Marshal(k.body("", s, o.Unknown))
	if err != nil {
		return nil, nil, fmt.Errorf("arm: %w", err)
	}
	if lost != nil && bytes.Equal(before, lost.data) {
		// What stands there is what was to be written: the answer that said so was
		// lost, and the conflict was with ourselves.
		return o, nil, nil
	}
	if lost != nil && !mayBeMadeTwice(k, lost, change) {
		return nil, nil, errors.New("others have changed it since, and the change is not one that can be made twice")
	}
	problems := k.check(s, c.version)
	if err := change(s); err != nil {
		return nil, nil, err
	}
	after, err := wire.Marshal(k.body("", s, o.Unknown))
	if err != nil {
		return nil, nil, fmt.Errorf("arm: %w", err)
	}
	if bytes.Equal(before, after) {
		return o, nil, nil
	}
	if err := added(problems, k.check(s, c.version)).Err(); err != nil {
		return nil, nil, err
	}
	if strings.Trim(o.ETag, `" *`) == "" {
		return nil, nil, fmt.Errorf("arm: %s: %w", p, ErrNoETag)
	}
	sent = &write[P]{o, after}
	o, err = put(ctx, c, k, p, k.body(o.ETag, s, o.Unknown), s, k.update)
	return o, sent, err
}

// mayBeMadeTwice tells whether a change leaves alone what it has changed already. So
// does one that fails then: it will say so of what stands there.
func mayBeMadeTwice[P, S any](k *kind[P, S], w *write[P], change func(*S) error) bool {
	s := k.settings(&w.object.Properties)
	if change(s) != nil {
		return true
	}
	again, err := wire.Marshal(k.body("", s, w.object.Unknown))
	return err == nil && bytes.Equal(again, w.data)
}

// pause waits a random time before an update is made afresh, longer with each
// conflict, so that writers get out of each other's way. The first goes at once.
func pause(ctx context.Context, conflicts int) error {
	const shortest, longest = 2 * time.Millisecond, 2 * time.Second
	if conflicts == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(rand.N(min(shortest<<conflicts, longest)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
