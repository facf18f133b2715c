package unified

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// MS365DIncident is the record type of incidents of Microsoft Defender XDR.
const MS365DIncident = 232

// Workload is the workload of such records.
const Workload = "Microsoft365Defender"

// UserType is the kind of user of a record. It is an open set.
//
// Source: Learn, "Office 365 Management Activity API schema", UserType.
type UserType int

// The kinds of users.
const (
	Regular UserType = iota
	Reserved
	Admin
	DcAdmin
	System
	Application
	ServicePrincipal
	CustomPolicy
	SystemPolicy
)

// Time is a time as the records have it: in UTC, and without saying so.
type Time time.Time

const timeForm = "2006-01-02T15:04:05"

// MarshalText writes the time to the second.
func (t Time) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, timeForm), nil
}

// UnmarshalText reads a time with or without a zone; without one it is in UTC.
func (t *Time) UnmarshalText(text []byte) error {
	at, err := time.Parse(timeForm, string(text))
	if err != nil {
		at, err = time.Parse(time.RFC3339, string(text))
	}
	if err != nil {
		return errors.New("is no time such as 2026-05-05T12:00:00")
	}
	*t = Time(at)
	return nil
}

// Equal reports whether both are the same moment.
func (t Time) Equal(u Time) bool { return time.Time(t).Equal(time.Time(u)) }

// Record is a record of the unified audit log.
//
// Source: Learn, "Office 365 Management Activity API schema", common schema.
type Record struct {
	ID             string   `json:"Id"`
	RecordType     int      `json:"RecordType"`
	CreationTime   Time     `json:"CreationTime"`
	Operation      string   `json:"Operation"`
	OrganizationID string   `json:"OrganizationId"`
	UserType       UserType `json:"UserType"`
	UserKey        string   `json:"UserKey"`
	Workload       string   `json:"Workload,omitzero"`
	// ResultStatus is Succeeded, PartiallySucceeded or Failed; some workloads
	// have others.
	ResultStatus     string            `json:"ResultStatus,omitzero"`
	ObjectID         string            `json:"ObjectId,omitzero"`
	UserID           string            `json:"UserId"`
	ClientIP         string            `json:"ClientIP,omitzero"`
	Scope            *int              `json:"Scope,omitzero"`
	AppAccessContext *AppAccessContext `json:"AppAccessContext,omitzero"`
	// Kit is there in records that this project wrote.
	Kit *Kit `json:"incidentkit,omitzero"`
	// Unknown keeps the members that this type has no field for.
	Unknown jsontext.Value `json:",embed,inline"`
}

// AppAccessContext is the application that acted for a user.
type AppAccessContext struct {
	AADSessionID  string         `json:"AADSessionId,omitzero"`
	APIID         string         `json:"APIId,omitzero"`
	ClientAppID   string         `json:"ClientAppId,omitzero"`
	ClientAppName string         `json:"ClientAppName,omitzero"`
	CorrelationID string         `json:"CorrelationId,omitzero"`
	Unknown       jsontext.Value `json:",embed,inline"`
}

// Kit is what this project adds to a record, in a member that no other writes.
type Kit struct {
	// NameBasis tells where the name of the operation comes from; all but
	// observed names are not those that Microsoft's records have.
	NameBasis audit.Basis `json:"nameBasis"`
	// Entry is the entry to the letter.
	Entry audit.Entry `json:"entry"`
}

// plainRecord is Record without its methods.
type plainRecord Record

// MarshalJSONTo writes the record as the log has it.
func (r *Record) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, (*plainRecord)(r), jsontext.AllowInvalidUTF8(true))
}

// UnmarshalJSONFrom reads a record.
func (r *Record) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, (*plainRecord)(r))
}

// MarshalJSON serves encoding/json.
func (r Record) MarshalJSON() ([]byte, error) { return wire.Marshal(&r) }

// UnmarshalJSON serves encoding/json.
func (r *Record) UnmarshalJSON(data []byte) error { return wire.Unmarshal(data, (*plainRecord)(r)) }

// MaxRecord is the largest record, in bytes, that is read.
const MaxRecord = 4 << 20

// Read yields the records of JSON lines. A line that is no record yields an
// error with its number, and the loop may go on.
func Read(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 1<<16), MaxRecord)
		for n := 1; lines.Scan(); n++ {
			text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
			if text == "" {
				continue
			}
			var rec Record
			err := wire.Unmarshal([]byte(text), &rec)
			if err != nil {
				err = fmt.Errorf("line %d of the records: %w", n, err)
			}
			if !yield(rec, err) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Record{}, fmt.Errorf("the records cannot be read: %w", err))
		}
	}
}

// Write writes records as JSON lines. What could move a terminal's cursor is
// escaped; read as JSON it is exact.
func Write(w io.Writer, records iter.Seq2[Record, error]) error {
	b := bufio.NewWriter(w)
	for rec, err := range records {
		if err != nil {
			return errors.Join(err, b.Flush())
		}
		data, err := wire.Marshal(&rec)
		if err != nil {
			return errors.Join(err, b.Flush())
		}
		_, _ = b.Write(append(plain.JSON(data), '\n'))
	}
	return b.Flush()
}

// Unique yields each record once: of several with the same id the first. It
// keeps the ids of all that it has seen.
func Unique(records iter.Seq2[Record, error]) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		seen := map[string]bool{}
		for rec, err := range records {
			if err == nil && rec.ID != "" {
				if seen[rec.ID] {
					continue
				}
				seen[rec.ID] = true
			}
			if !yield(rec, err) {
				return
			}
		}
	}
}
