package audit

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// Filter chooses entries. A field that is empty lets everything pass.
type Filter struct {
	// From is the first moment that passes, To the first that does not any
	// more.
	From, To time.Time
	// Actor is the id, the name or the application of who did it, in upper or
	// lower case.
	Actor      string
	Operations []Operation
	Tenant     string
	Workspace  string
	// Incident passes entries about the incident itself, and about others that
	// were merged with it or exchanged alerts with it.
	Incident string
	Alert    string
	Outcome  Outcome
}

// Match reports whether an entry passes the filter.
func (f Filter) Match(e *Entry) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return (f.From.IsZero() || !e.Time.Before(f.From)) &&
		(f.To.IsZero() || e.Time.Before(f.To)) &&
		(f.Actor == "" || strings.EqualFold(f.Actor, e.Actor.ID) || strings.EqualFold(f.Actor, e.Actor.Name) || strings.EqualFold(f.Actor, e.Actor.Application)) &&
		(len(f.Operations) == 0 || slices.Contains(f.Operations, e.Operation)) &&
		is(f.Tenant, e.Target.Tenant) && is(f.Workspace, e.Target.Workspace) && is(f.Alert, e.Target.Alert) &&
		(f.Incident == "" || f.Incident == e.Target.Incident || f.Incident == e.Target.Source) &&
		is(string(f.Outcome), string(e.Result.Outcome))
}

// Select yields the entries that pass a filter, and errors.
func Select(entries iter.Seq2[Entry, error], f Filter) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if (err != nil || f.Match(&e)) && !yield(e, err) {
				return
			}
		}
	}
}

// Event is a thing that was done, put together from its entries. [WriteJSON]
// has its JSON form.
type Event struct {
	// Entry is the entry that knows most: the result where there is one.
	Entry
	// Open tells that nobody knows what became of it: there is no result, or
	// the result says so, and nobody has resolved it since.
	Open bool
	// ResolvedBy is who found out later what became of it; the entry's actor is
	// the one who did it.
	ResolvedBy Actor
	// MergedFrom is the incident in whose log the event stood before that was
	// merged into the one that was asked for.
	MergedFrom string
}

// At returns when the thing was begun.
func (e *Event) At() time.Time {
	if !e.Began.IsZero() {
		return e.Began
	}
	return e.Time
}

// Events puts the entries of calls together, in the order in which the calls
// began to stand in the log. An error of the entries ends it.
func Events(entries iter.Seq2[Entry, error]) ([]Event, error) {
	var events []Event
	places := map[string]int{}
	for e, err := range entries {
		if err != nil {
			return events, err
		}
		event := Event{Entry: e, Open: e.Phase == PhaseIntent || e.Result.Outcome == Unknown}
		id := e.ID
		if e.Phase == PhaseResult {
			id = e.IntentID
		}
		if at, ok := places[id]; ok && e.Phase == PhaseResult {
			if e.Result.Resolved {
				event.ResolvedBy, event.Actor = e.Actor, events[at].Actor
			}
			events[at] = event
			continue
		}
		places[id] = len(events)
		events = append(events, event)
	}
	return events, nil
}

// Gaps returns the intents of all calls whose outcome is unknown: those that a
// crash, or a log that could not be written, left without a result, and those
// whose result says that nobody knows. [Resolve] ends them.
func Gaps(entries iter.Seq2[Entry, error]) ([]Entry, error) {
	var intents []Entry
	open := map[string]bool{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		switch e.Phase {
		case PhaseIntent:
			intents = append(intents, e)
			open[e.ID] = true
		case PhaseResult:
			open[e.IntentID] = e.Result.Outcome == Unknown
		}
	}
	return slices.DeleteFunc(intents, func(e Entry) bool { return !open[e.ID] }), nil
}

// History returns all that was done to an alert, in the order of the log. The
// sequence is ranged over twice, because only the result of a creation names the
// alert.
func History(entries iter.Seq2[Entry, error], alertID string) ([]Event, error) {
	return eventsAbout(entries, func(t Target) bool { return t.Alert == alertID })
}

// eventsAbout puts those calls together of which an entry has the target: also
// the intent that could not know it yet.
func eventsAbout(entries iter.Seq2[Entry, error], about func(Target) bool) ([]Event, error) {
	call := func(e *Entry) string {
		if e.Phase == PhaseResult {
			return e.IntentID
		}
		return e.ID
	}
	calls := map[string]bool{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if about(e.Target) {
			calls[call(&e)] = true
		}
	}
	return Events(func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if (err != nil || calls[call(&e)]) && !yield(e, err) {
				return
			}
		}
	})
}

// Activity returns all that was done to an incident, in the order of the log:
// what the portal's activity log has. That includes the merges and moves in
// which the incident was the source, and, marked as such, the events of the
// incidents that were merged into it, and of those that had been merged into
// them.
//
// The sequence is ranged over several times, because a merge is often later than
// what it brings along, and the result of a call may name what its intent could
// not.
//
// Sources: Learn, "Manage incidents in Microsoft Defender" and "Merge incidents
// manually in Microsoft Defender". An older text has the source's entries stay
// where they are; the newer one, which copies and marks them, is followed.
func Activity(entries iter.Seq2[Entry, error], incidentID string) ([]Event, error) {
	into := map[string]string{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if e.Operation == MergeIncidents && e.Phase != PhaseIntent && e.Target.Source != "" &&
			(e.Result.Outcome == Succeeded || e.Result.Outcome == "") {
			into[e.Target.Source] = e.Target.Incident
		}
	}
	// belongs reports whether the contents of an incident are in the one that was
	// asked for; a circle of merges ends after as many steps as there are merges.
	belongs := func(id string) bool {
		for range len(into) + 1 {
			if id == incidentID {
				return true
			}
			next, ok := into[id]
			if !ok {
				return false
			}
			id = next
		}
		return false
	}
	events, err := eventsAbout(entries, func(t Target) bool {
		return t.Incident != "" && belongs(t.Incident) || t.Source == incidentID
	})
	for i := range events {
		if t := events[i].Target; t.Incident != incidentID && t.Source != incidentID {
			events[i].MergedFrom = t.Incident
		}
	}
	return events, err
}
