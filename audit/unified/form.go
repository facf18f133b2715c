package unified

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Form decides what no public source says. Its zero value is ready for use.
type Form struct {
	// Organization is the tenant of entries that name none.
	Organization string
	// Names replaces the names of operations.
	Names map[audit.Operation]string
	// ObjectID returns what stands in ObjectId. Nil stands for the incident, or
	// the alert where there is no incident.
	ObjectID func(audit.Entry) string
}

// Record returns an entry as a record. The whole entry is in its incidentkit
// member, so that nothing is lost; the rest is what other readers look at.
func (f Form) Record(e audit.Entry) Record {
	r := Record{
		ID: recordID(e.ID), RecordType: MS365DIncident, CreationTime: Time(e.Time), Operation: string(e.Operation),
		OrganizationID: cmp.Or(e.Target.Tenant, f.Organization), UserType: userTypes[e.Actor.Type], UserKey: e.Actor.ID,
		Workload: Workload, ResultStatus: statuses[e.Result.Outcome], ObjectID: cmp.Or(e.Target.Incident, e.Target.Alert),
		UserID: cmp.Or(e.Actor.ID, e.Actor.Name), ClientIP: e.Actor.Address,
		Kit: &Kit{NameBasis: e.Operation.Basis(), Entry: e},
	}
	if name, ok := f.Names[e.Operation]; ok {
		r.Operation = name
	}
	if f.ObjectID != nil {
		r.ObjectID = f.ObjectID(e)
	}
	if e.Actor.Application != "" || e.ClientRequestID != "" {
		r.AppAccessContext = &AppAccessContext{ClientAppName: e.Actor.Application, CorrelationID: e.ClientRequestID}
	}
	return r
}

// Records yields the records of entries. Intents are left out: the log that is
// imitated has only what was done.
func (f Form) Records(entries iter.Seq2[audit.Entry, error]) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for e, err := range entries {
			if err == nil && e.Phase == audit.PhaseIntent {
				continue
			}
			var r Record
			if err == nil {
				r = f.Record(e)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Entry returns a record as an entry: the one that it was made from, or what
// the record says. The name of an operation that [Form.Names] replaced is put
// back. A record of another type than [MS365DIncident] is accepted as well; its
// operation is a foreign name then.
//
// What the record has beyond the common schema is kept in the entry's unknown
// members under the name record.
func (f Form) Entry(r Record) (audit.Entry, error) {
	if r.Kit != nil && recordID(r.Kit.Entry.ID) == r.ID {
		return r.Kit.Entry, nil
	}
	if r.ID == "" || r.Operation == "" || time.Time(r.CreationTime).IsZero() {
		return audit.Entry{}, fmt.Errorf("the record %q lacks its id, its operation or its time", r.ID)
	}
	e := audit.Entry{
		ID: r.ID, Time: time.Time(r.CreationTime), Operation: audit.Operation(r.Operation),
		Actor:  audit.Actor{Type: actorType(r.UserType), ID: r.UserID, Address: r.ClientIP},
		Target: audit.Target{Tenant: r.OrganizationID},
		Result: audit.Result{Outcome: outcome(r.ResultStatus)},
	}
	for name, replaced := range f.Names {
		if strings.EqualFold(replaced, r.Operation) {
			e.Operation = name
		}
	}
	if strings.Trim(r.ObjectID, "0123456789") == "" {
		e.Target.Incident = r.ObjectID
	} else {
		e.Target.Alert = r.ObjectID
	}
	if c := r.AppAccessContext; c != nil {
		e.Actor.Application, e.ClientRequestID = cmp.Or(c.ClientAppName, c.ClientAppID), c.CorrelationID
		e.Actor.Delegated = e.Actor.Type == audit.User && e.Actor.Application != ""
	}
	if r.Unknown != nil {
		kept, err := wire.Marshal(struct {
			Record any `json:"record"`
		}{r.Unknown})
		if err != nil {
			return audit.Entry{}, err
		}
		e.Unknown = kept
	}
	return e, nil
}

// Entries yields the entries of records.
func (f Form) Entries(records iter.Seq2[Record, error]) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for r, err := range records {
			var e audit.Entry
			if err == nil {
				e, err = f.Entry(r)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

var userTypes = map[audit.ActorType]UserType{audit.User: Regular, audit.Application: ServicePrincipal, audit.System: System}

func actorType(t UserType) audit.ActorType {
	switch t {
	case Regular, Reserved, Admin, DcAdmin:
		return audit.User
	case Application, ServicePrincipal:
		return audit.Application
	case System, CustomPolicy, SystemPolicy:
		return audit.System
	}
	return ""
}

// statuses has no word for an unknown outcome: the schema has none.
var statuses = map[audit.Outcome]string{audit.Succeeded: "Succeeded", audit.Failed: "Failed"}

func outcome(status string) audit.Outcome {
	switch strings.ToLower(status) {
	case "succeeded", "success", "true":
		return audit.Succeeded
	case "failed", "failure", "false":
		return audit.Failed
	case "":
		return ""
	}
	return audit.Unknown
}

// recordID returns a GUID, which the schema asks for, that is always the same
// for the same id (RFC 9562, version 8). An id that is a GUID stays.
func recordID(id string) string {
	if isGUID(id) {
		return id
	}
	h := sha256.Sum256([]byte("incidentkit audit entry " + id))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
			return false
		}
	}
	return true
}
