package correlation

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

// Alert is what the engine needs to know of an alert. Make it with [FromAlert]
// or [FromDraft], or fill it in.
type Alert struct {
	// ID names the alert within its tenant. The same id again is the same alert.
	ID string
	// Time is when the activity began, or when the alert was created.
	Time time.Time
	// Tenant and Workspace say where the alert is. Nothing links across tenants.
	// An alert of Defender itself has no workspace; see
	// [Settings.PrimaryWorkspaces].
	Tenant, Workspace string

	// Detector says what raised the alert: a rule or detector, and not its
	// product. It is empty where nobody knows.
	Detector string
	// Source is the service or product, for the name of the incident.
	Source string
	// Title, Severity and Category are those of the alert.
	Title    string
	Severity alert.Severity
	Category alert.Category
	// Techniques tell tactics better than Category does.
	Techniques []attack.ID

	// Entities are what the alert is about.
	Entities []Entity
	// Hashed are entities whose keys were hashed before, with [Engine.Hash]. They
	// save time where the same values come again and again; no text is known of
	// them in explanations.
	Hashed []HashedKey

	// DeviceGroups are the groups of the alert's devices.
	DeviceGroups []string
	// Excluded keeps the alert alone in an incident of its own.
	Excluded bool
	// Link is the incident that the alert is to be put into, whatever the
	// evidence says. The zero ID leaves it to the engine.
	Link ID
}

// Entity is one thing that an alert is about, under all the names that are known
// of it. Names of one entity that occur in both of two alerts count once.
type Entity struct {
	Keys []entity.Key
	// Impacted tells an asset that is a victim from other evidence.
	Impacted bool
}

// HashedKey is a key by its hash.
type HashedKey struct {
	// Hash is what [Engine.Hash] gives.
	Hash uint64
	// Entity numbers the entities of an alert. Keys of one entity are next to
	// each other.
	Entity   uint16
	Strength entity.Strength
	Type     entity.Type
}

// The errors of [Engine.Add].
var (
	// ErrInvalid is part of the error for an alert that cannot be decided.
	ErrInvalid = errors.New("the alert cannot be correlated")
	// ErrFull tells that [Settings.MaxAlerts] are stored.
	ErrFull = errors.New("the engine is full")
)

// The times that are believed. Clocks that were never set show earlier ones.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (a *Alert) check(now time.Time, skew time.Duration) error {
	switch {
	case a.ID == "":
		return fmt.Errorf("%w: id is empty; give the alert's id", ErrInvalid)
	case len(a.ID) > maxText:
		return fmt.Errorf("%w: id has %d bytes; give at most %d", ErrInvalid, len(a.ID), maxText)
	case a.Time.Before(earliest):
		return fmt.Errorf("%w: time is %s; give one after %d", ErrInvalid, a.Time.UTC().Format(time.RFC3339), earliest.Year())
	case a.Time.After(now.Add(skew)):
		return fmt.Errorf("%w: time is %s, which is in the future; correct it", ErrInvalid, a.Time.UTC().Format(time.RFC3339))
	}
	return nil
}

// FromAlert returns what the engine needs of an alert of the service. The scope
// says where its evidence was seen; its tenant and workspace are used where the
// alert names no tenant. Sentinel's alerts belong to the scope's workspace, all
// others to none.
//
// The time is that of the first activity, and where that is missing, of the
// creation.
func FromAlert(a alert.Alert, scope entity.Scope) Alert {
	scope.Tenant = cmp.Or(a.TenantID, scope.Tenant)
	out := Alert{
		ID: a.ID, Time: a.FirstActivityDateTime, Tenant: scope.Tenant,
		Detector: cmp.Or(a.DetectorID, a.AlertPolicyID, a.Title), Source: cmp.Or(a.ProductName, string(a.ServiceSource)),
		Title: a.Title, Severity: a.Severity, Category: a.Category, Techniques: a.Techniques,
	}
	if out.Time.IsZero() {
		out.Time = a.CreatedDateTime
	}
	if a.ServiceSource == alert.ServiceMicrosoftSentinel {
		out.Workspace = scope.Workspace
	}
	for _, e := range a.Evidence {
		keys := evidence.AppendKeys(nil, e, scope)
		if len(keys) == 0 {
			continue
		}
		in := Entity{Keys: keys}
		switch e := e.(type) {
		case *evidence.Device:
			if e.RBACGroupName != "" {
				out.DeviceGroups = append(out.DeviceGroups, e.RBACGroupName)
			}
			in.Impacted = true
		case *evidence.User, *evidence.Mailbox:
			in.Impacted = true
		}
		out.Entities = append(out.Entities, in)
	}
	if a.ActorDisplayName != "" {
		out.Entities = append(out.Entities, Entity{Keys: []entity.Key{entity.NewKey(typeActor, entity.IdentifierName, "", a.ActorDisplayName)}})
	}
	if a.ThreatFamilyName != "" {
		out.Entities = append(out.Entities, Entity{Keys: []entity.Key{entity.NewKey(entity.TypeMalware, entity.IdentifierName, "", a.ThreatFamilyName)}})
	}
	return out
}

// FromDraft returns what the engine needs of a draft, which has neither id nor
// time yet, so that a tool can ask [Engine.Preview] for an incident to link it to.
func FromDraft(d alert.Draft, id string, t time.Time, scope entity.Scope) Alert {
	out := Alert{
		ID: id, Time: t, Tenant: scope.Tenant, Workspace: d.SentinelWorkspace,
		Detector: d.Title, Source: string(alert.ServiceMicrosoft365Defender),
		Title: d.Title, Severity: d.Severity, Category: d.Category, Techniques: d.Techniques,
		Excluded: d.ExcludedFromCorrelation,
	}
	for _, e := range d.Entities {
		if k := e.Key(scope); k.Strength != entity.None {
			out.Entities = append(out.Entities, Entity{Keys: []entity.Key{k}, Impacted: e.Role == entity.RoleImpacted})
		}
	}
	return out
}

// The types that keys have here beside those of package entity.
const (
	typeActor    entity.Type = "actor"
	typeDetector entity.Type = "detector"
)
