package audit

import (
	"cmp"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Entry says who did what to what, when, and what became of it.
//
// A call that may fail halfway is two entries: one with [PhaseIntent] before
// it, one with [PhaseResult] after it, tied together by the intent's id. An
// entry without a phase stands for itself.
type Entry struct {
	// ID names the entry. It is unique within a log.
	ID string `json:"id"`
	// Time is when the thing was done, or, in a result, when its end was seen.
	Time time.Time `json:"time"`
	// Phase, IntentID and Began are for calls that are recorded in two parts;
	// a result names its intent and repeats the intent's time.
	Phase    Phase     `json:"phase,omitzero"`
	IntentID string    `json:"intentId,omitzero"`
	Began    time.Time `json:"began,omitzero"`
	Actor    Actor     `json:"actor,omitzero"`
	// Operation is one of the constants or any other name.
	Operation Operation `json:"operation"`
	Target    Target    `json:"target,omitzero"`
	Changes   []Change  `json:"changes,omitempty"`
	// Comment is what the actor said about it.
	Comment string `json:"comment,omitzero"`
	Origin  Origin `json:"origin,omitzero"`
	// ClientRequestID is the caller's name for the request, RequestID the
	// service's; Microsoft's support asks for them.
	ClientRequestID string `json:"clientRequestId,omitzero"`
	RequestID       string `json:"requestId,omitzero"`
	Result          Result `json:"result,omitzero"`
	// Unknown keeps the members that this type has no field for.
	Unknown jsontext.Value `json:",embed,inline"`
}

// plainEntry is Entry without its methods.
type plainEntry Entry

// MarshalJSONTo writes the entry. Text that is no valid UTF-8 is written with
// U+FFFD in the place of what is wrong.
func (e *Entry) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainEntry)(e), jsontext.AllowInvalidUTF8(true))
}

// UnmarshalJSONFrom reads an entry.
func (e *Entry) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainEntry)(e))
}

// MarshalJSON serves encoding/json.
func (e Entry) MarshalJSON() ([]byte, error) { return wire.Marshal(&e) }

// UnmarshalJSON serves encoding/json.
func (e *Entry) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, (*plainEntry)(e)) }

// Validate checks that the entry has what every entry must have. The error is
// a list of all problems, each with its path and how to mend it.
func (e *Entry) Validate() error {
	var ps validate.Problems
	if e.ID == "" {
		ps.Add("id", "required", "is empty; give the entry a name that no other has")
	}
	if e.Time.IsZero() {
		ps.Add("time", "required", "is missing; say when it was done")
	} else if y := e.Time.Year(); y < 0 || y > 9999 {
		ps.Add("time", "syntax", "is in the year %d; a time has a year of four digits", y)
	}
	if e.Operation == "" {
		ps.Add("operation", "required", "is empty; name what was done")
	}
	if e.Phase == PhaseResult && e.IntentID == "" {
		ps.Add("intentId", "required", "is empty; a result names the intent that it ends")
	}
	return ps.Err()
}

// Phase is the part of a call that an entry stands for.
type Phase string

// The phases. The empty phase is an entry that stands for itself.
const (
	PhaseIntent Phase = "intent"
	PhaseResult Phase = "result"
)

// Actor is who did it.
type Actor struct {
	Type ActorType `json:"type,omitzero"`
	// ID is the object id or user principal name by which the directory knows
	// the actor, Name what people call it.
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
	// Delegated tells that an application acted with a person's rights: then
	// the actor is the person and Application the application.
	Delegated   bool   `json:"delegated,omitzero"`
	Application string `json:"application,omitzero"`
	// Address is the IP address from which the actor came, if it is known.
	Address string `json:"address,omitzero"`
}

// Label returns what to call the actor in a line of text: the name, or else
// the id, or else the type.
func (a Actor) Label() string {
	return cmp.Or(a.Name, a.ID, a.Application, string(a.Type), "unknown")
}

// ActorType is the kind of an actor. It is an open set.
type ActorType string

// The kinds of actors.
const (
	User        ActorType = "user"
	Application ActorType = "application"
	System      ActorType = "system"
)

// Origin is the way by which something was done. It is an open set.
type Origin string

// The origins.
const (
	OriginPortal Origin = "portal"
	OriginGraph  Origin = "graph"
	OriginARM    Origin = "arm"
	OriginSDK    Origin = "sdk"
)

// Target is what something was done to. Empty parts are unknown, or do not
// apply.
type Target struct {
	Tenant string `json:"tenant,omitzero"`
	// Workspace names a Microsoft Sentinel workspace.
	Workspace string `json:"workspace,omitzero"`
	// Incident is the incident's number in decimal digits, or the id of an
	// incident of Microsoft Sentinel.
	Incident string `json:"incident,omitzero"`
	Alert    string `json:"alert,omitzero"`
	// Source is the incident that a merge emptied into Incident, or from which
	// a moved alert came.
	Source string `json:"source,omitzero"`
}

// Change is what became of one field.
type Change struct {
	// Path leads to the field in the JSON form of the model, for example
	// alerts[0].status.
	Path string `json:"path"`
	// Old and New are the values as JSON. A value that was not there, or that
	// nobody asked for before the change, is left out.
	Old jsontext.Value `json:"old,omitzero"`
	New jsontext.Value `json:"new,omitzero"`
}

// Result is what became of a call.
type Result struct {
	Outcome Outcome `json:"outcome,omitzero"`
	// Status is the HTTP status, 0 when there was none.
	Status int `json:"status,omitzero"`
	// Code and Message are the service's own.
	Code    string `json:"code,omitzero"`
	Message string `json:"message,omitzero"`
	// Resolved tells that the result was found out later and written by
	// somebody else than the one who made the call.
	Resolved bool `json:"resolved,omitzero"`
}

// Outcome is how a call ended.
type Outcome string

// The outcomes. Unknown means that the call was sent and may have been
// executed.
const (
	Succeeded Outcome = "succeeded"
	Failed    Outcome = "failed"
	Unknown   Outcome = "unknown"
)
