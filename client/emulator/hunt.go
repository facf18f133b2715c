package emulator

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/kql"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// What a hunting query may use: rows and time as documented, and memory for half
// a gigabyte of cells.
const (
	maxHuntingRows  = 100_000
	maxHuntingCells = 16 << 20
	maxHuntingTime  = 3 * time.Minute
	huntingWindow   = 30 * 24 * time.Hour
)

// runHuntingQuery answers a query over the hunting tables.
//
// Source: Learn, "security: runHuntingQuery" (v1.0, 2026-08-18), which writes
// Query where the schema has query.
func (c *call) runHuntingQuery() {
	var body struct {
		Query        string `json:"query"`
		QueryAlt     string `json:"Query"`
		Timespan     string `json:"timespan"`
		TimespanAlt  string `json:"Timespan"`
		Workspace    string `json:"workspaceId"`
		WorkspaceAlt string `json:"WorkspaceId"`
	}
	if !c.read(&body) {
		return
	}
	text := or(body.Query, body.QueryAlt)
	if strings.TrimSpace(text) == "" {
		c.fail(http.StatusBadRequest, "BadRequest", "The parameter query is missing.")
		return
	}
	now := c.t.stamp()
	from, to, err := timespan(or(body.Timespan, body.TimespanAlt), now)
	if err != nil {
		c.fail(http.StatusBadRequest, "BadRequest", err.Error())
		return
	}
	query, err := kql.Parse(text)
	if err != nil {
		c.fail(http.StatusBadRequest, "BadRequest", "The query is not valid: "+err.Error()+".")
		return
	}
	ctx, cancel := context.WithTimeout(c.caller(), maxHuntingTime)
	defer cancel()
	source := c.t.hunting(c.who, or(body.Workspace, body.WorkspaceAlt), from, to)
	result, err := query.Run(ctx, source.table, now, kql.Limits{Rows: maxHuntingRows, Cells: maxHuntingCells})
	switch {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		c.fail(http.StatusGatewayTimeout, "Timeout", "The query took longer than 3 minutes.")
	case errors.Is(err, kql.ErrTooLarge):
		c.fail(http.StatusBadRequest, "BadRequest", "The query exceeds the limits: "+err.Error()+".")
	case err != nil:
		c.fail(http.StatusBadRequest, "BadRequest", "The query is not valid: "+err.Error()+".")
	default:
		c.write(http.StatusOK, huntingAnswer(result))
	}
}

// huntingTypes are the names that the answer's schema has for types.
var huntingTypes = [...]string{
	kql.Bool: "Boolean", kql.Int: "Int32", kql.Long: "Int64", kql.Real: "Double",
	kql.String: "String", kql.DateTime: "DateTime", kql.TimeSpan: "TimeSpan", kql.Dynamic: "Object",
}

type schemaColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func huntingAnswer(result *kql.Result) any {
	schema := make([]schemaColumn, len(result.Columns))
	names := make([]string, len(result.Columns))
	for i, c := range result.Columns {
		schema[i] = schemaColumn{c.Name, huntingTypes[c.Kind]}
		quoted, _ := jsontext.AppendQuote(nil, c.Name) // what is no UTF-8 is replaced
		names[i] = string(quoted)
	}
	rows := []byte{'['}
	for n, row := range result.Rows {
		if n > 0 {
			rows = append(rows, ',')
		}
		rows = append(rows, '{')
		for i, v := range row {
			if i > 0 {
				rows = append(rows, ',')
			}
			rows = append(append(rows, names[i]...), ':')
			rows = v.AppendJSON(rows)
		}
		rows = append(rows, '}')
	}
	return struct {
		Schema  []schemaColumn `json:"schema"`
		Results jsontext.Value `json:"results"`
	}{schema, append(rows, ']')}
}

// huntingSource is what a query of an identity sees.
type huntingSource struct {
	t         *Tenant
	who       *Identity
	workspace Workspace
	sentinel  bool
	from, to  time.Time

	alerts    []*store.Alert
	incidents []*store.Incident
	versions  []store.Version
	// number is the number of an incident of Defender in the workspace, and made
	// are those that were made there.
	number func(*store.Incident) int32
	made   []store.VersionOf[*store.SentinelIncident]
}

// hunting takes a picture of the state, so that a long query holds up nothing.
// The workspace is the primary one if it is not given or not known, as
// documented.
func (t *Tenant) hunting(who *Identity, workspaceID string, from, to time.Time) *huntingSource {
	s := &huntingSource{t: t, who: who, from: from, to: to, sentinel: len(t.workspaces) > 0}
	for i, w := range t.workspaces {
		if i == 0 || strings.EqualFold(w.ID, workspaceID) {
			s.workspace = w
		}
	}
	t.store.Read(func(tx *store.Tx) {
		s.alerts, s.incidents, s.versions = tx.AllAlerts(), tx.AllIncidents(), tx.Versions()
		if s.sentinel {
			w := tx.Workspace(s.workspace.Name)
			s.number, s.made = w.Numbers(), w.Versions()
		}
	})
	return s
}

func (s *huntingSource) table(name string) (kql.Table, bool) {
	switch {
	case name == "AlertInfo":
		return rows(s.alertInfos()), true
	case name == "AlertEvidence":
		return rows(s.alertEvidence()), true
	case name == "SecurityAlert" && s.sentinel:
		return rows(s.securityAlerts()), true
	case name == "SecurityIncident" && s.sentinel:
		return rows(s.securityIncidents()), true
	default:
		return kql.Table{}, false
	}
}

// rows makes a table of a sequence of rows.
func rows[R hunting.Row](seq iter.Seq[R]) kql.Table {
	schema := hunting.TableOf[R]()
	columns := make([]kql.Column, len(schema.Columns))
	for i, c := range schema.Columns {
		kind, _ := kql.KindNamed(c.Type) // the schema has no other types
		columns[i] = kql.Column{Name: c.Name, Kind: kind}
	}
	return kql.Table{Columns: columns, Rows: func(yield func(kql.Row) bool) {
		for row := range seq {
			if !yield(structRow{reflect.ValueOf(row), columns}) {
				return
			}
		}
	}}
}

// structRow is a row whose cells are the fields of a struct.
type structRow struct {
	fields  reflect.Value
	columns []kql.Column
}

// Cell returns the value of a field.
func (r structRow) Cell(i int) kql.Value {
	field := r.fields.Field(i)
	if field.Kind() == reflect.Pointer {
		if field.IsNil() {
			return kql.Null(r.columns[i].Kind)
		}
		field = field.Elem()
	}
	switch r.columns[i].Kind {
	case kql.Bool:
		return kql.OfBool(field.Bool())
	case kql.Int:
		return kql.OfInt(int32(field.Int()))
	case kql.Long:
		return kql.OfLong(field.Int())
	case kql.Real:
		return kql.OfReal(field.Float())
	case kql.DateTime:
		return kql.OfTime(field.Interface().(time.Time))
	case kql.Dynamic:
		return kql.OfJSON(field.Bytes())
	default:
		return kql.OfString(field.String())
	}
}

// shown yields the alerts that the caller sees, as they are shown, oldest first.
func (s *huntingSource) shown(yield func(*store.Alert, *alert.Alert) bool) {
	for _, a := range s.alerts {
		if a.CreatedDateTime.Before(s.from) || a.CreatedDateTime.After(s.to) || !s.t.seesAlert(a, s.who) {
			continue
		}
		if !yield(a, new(s.t.showAlert(a, true))) {
			return
		}
	}
}

func (s *huntingSource) alertInfos() iter.Seq[hunting.AlertInfo] {
	return func(yield func(hunting.AlertInfo) bool) {
		for _, a := range s.shown {
			if !yield(hunting.NewAlertInfo(a)) {
				return
			}
		}
	}
}

func (s *huntingSource) alertEvidence() iter.Seq[hunting.AlertEvidence] {
	return func(yield func(hunting.AlertEvidence) bool) {
		for _, a := range s.shown {
			for _, row := range hunting.NewAlertEvidence(a) {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// securityAlerts has the alerts of the workspace.
func (s *huntingSource) securityAlerts() iter.Seq[hunting.SecurityAlert] {
	return func(yield func(hunting.SecurityAlert) bool) {
		for a, shown := range s.shown {
			if a.Workspace == s.workspace.Name && !yield(hunting.NewSecurityAlert(shown, s.workspace)) {
				return
			}
		}
	}
}

// securityIncidents has a row for each change of each incident of the workspace.
func (s *huntingSource) securityIncidents() iter.Seq[hunting.SecurityIncident] {
	return func(yield func(hunting.SecurityIncident) bool) {
		for _, v := range s.versions {
			at := v.Incident.LastUpdateDateTime
			if v.Incident.Workspace != s.workspace.Name || at.Before(s.from) || at.After(s.to) {
				continue
			}
			members := make([]alert.Alert, 0, len(v.Incident.Members))
			for _, row := range v.Incident.Members {
				if a := s.alerts[row]; s.t.seesAlert(a, s.who) {
					members = append(members, s.t.showAlert(a, true))
				}
			}
			if len(members) == 0 && (len(v.Incident.Members) > 0 || !s.who.sees(v.Incident.Groups)) {
				continue // the caller does not see the incident
			}
			row := hunting.NewSecurityIncident(&v.Incident.Incident, members, s.workspace, nil)
			row.FirstModifiedTime, row.ClosedTime = v.Modified, v.Closed
			row.IncidentNumber = s.number(v.Incident)
			if b := v.Incident.Sentinel; b != nil {
				s.addBelongings(&row, b)
			}
			if !yield(row) {
				return
			}
		}
		for _, v := range s.made {
			if at := v.Incident.Object.Properties.LastModifiedTimeUTC; at.Before(s.from) || at.After(s.to) {
				continue
			}
			if !yield(s.madeRow(v)) {
				return
			}
		}
	}
}

// timespan reads the period that a query is limited to, of 30 days if it is not
// given: start/end, PnD/end, start/PnD, PnD back from now, or a start.
func timespan(text string, now time.Time) (from, to time.Time, err error) {
	oldest := now.Add(-huntingWindow)
	from, to = oldest, now
	if text == "" {
		return from, to, nil
	}
	bad := errors.New("the timespan '" + text + "' is not in ISO 8601")
	first, second, pair := strings.Cut(text, "/")
	start, startErr := time.Parse(time.RFC3339Nano, first)
	length, lengthErr := isoDuration(first)
	switch {
	case !pair && startErr == nil:
		from = start
	case !pair && lengthErr == nil:
		from = now.Add(-length)
	case !pair:
		return from, to, bad
	default:
		end, endErr := time.Parse(time.RFC3339Nano, second)
		after, afterErr := isoDuration(second)
		switch {
		case startErr == nil && endErr == nil:
			from, to = start, end
		case lengthErr == nil && endErr == nil:
			from, to = end.Add(-length), end
		case startErr == nil && afterErr == nil:
			from, to = start, start.Add(after)
		default:
			return from, to, bad
		}
	}
	if from.Before(oldest) {
		from = oldest
	}
	return from, to, nil
}

// isoDuration reads days, hours, minutes and seconds: P3D, PT12H, P1DT6H.
func isoDuration(text string) (time.Duration, error) {
	bad := errors.New("no duration")
	rest, ok := strings.CutPrefix(text, "P")
	if !ok || rest == "" {
		return 0, bad
	}
	units := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour}
	var total time.Duration
	for rest != "" {
		if rest[0] == 'T' {
			units = map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
			rest = rest[1:]
			continue
		}
		n := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if n < 1 {
			return 0, bad
		}
		count, err := strconv.Atoi(rest[:n])
		unit, ok := units[rest[n]]
		if err != nil || !ok || count > 10_000 {
			return 0, bad
		}
		total += time.Duration(count) * unit
		rest = rest[n+1:]
	}
	return total, nil
}
