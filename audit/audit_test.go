package audit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

var noon = time.Date(2026, 9, 14, 12, 0, 0, 0, time.UTC)

// memory is a log in memory that can be told to fail.
type memory struct {
	entries []audit.Entry
	fail    error
}

func (m *memory) Append(_ context.Context, entries ...audit.Entry) (int64, error) {
	if m.fail != nil {
		return 0, m.fail
	}
	m.entries = append(m.entries, entries...)
	return int64(len(m.entries) - len(entries)), nil
}

func (m *memory) all() iter.Seq2[audit.Entry, error] { return seq(m.entries...) }

func seq(entries ...audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// fixed makes ids and times that count up.
func fixed() []audit.RecorderOption {
	n := 0
	return []audit.RecorderOption{
		audit.WithIDs(func() string { n++; return fmt.Sprintf("e%d", n) }),
		audit.WithClock(func() time.Time { return noon.Add(time.Duration(n) * time.Second) }),
	}
}

func TestDescribe(t *testing.T) {
	before := incident.Incident{
		ID: "28282", TenantID: "t1", DisplayName: "A", Status: incident.StatusActive, CustomTags: []string{"x"},
		Alerts:  []alert.Alert{{ID: "a1", Status: alert.StatusNew}, {ID: "a2"}},
		Unknown: jsontext.Value(`{"odd.name":1}`),
	}
	after := before
	after.DisplayName, after.Status, after.CustomTags = "", incident.StatusResolved, []string{"x", "y"}
	after.Alerts = []alert.Alert{{ID: "a1", Status: alert.StatusResolved}}
	after.Unknown = jsontext.Value(`{"odd.name":2}`)
	merged := before
	merged.RedirectIncidentID = "28300"
	change := func(path, old, now string) audit.Change {
		c := audit.Change{Path: path}
		if old != "" {
			c.Old = jsontext.Value(old)
		}
		if now != "" {
			c.New = jsontext.Value(now)
		}
		return c
	}
	for _, tt := range []struct {
		name          string
		before, after any
		want          audit.Entry
	}{
		{"every kind of change", before, &after, audit.Entry{
			Operation: audit.UpdateIncident, Target: audit.Target{Tenant: "t1", Incident: "28282"}, Changes: []audit.Change{
				change("status", `"active"`, `"resolved"`), change("customTags", `["x"]`, `["x","y"]`),
				change("alerts[0].status", `"new"`, `"resolved"`), change("alerts[1].id", `"a2"`, ""),
				change(`["odd.name"]`, "1", "2"), change("displayName", `"A"`, ""),
			},
		}},
		{"nothing", before, before, audit.Entry{Operation: audit.UpdateIncident, Target: audit.Target{Tenant: "t1", Incident: "28282"}}},
		{"update sets and clears", before, incident.Update{DisplayName: new("B"), AssignedTo: new("")}, audit.Entry{
			Operation: audit.UpdateIncident, Target: audit.Target{Tenant: "t1", Incident: "28282"},
			Changes: []audit.Change{change("displayName", `"A"`, `"B"`), change("assignedTo", "", `""`)},
		}},
		{"merge", before, merged, audit.Entry{
			Operation: audit.MergeIncidents, Target: audit.Target{Tenant: "t1", Incident: "28300", Source: "28282"},
			Changes: []audit.Change{change("redirectIncidentId", "", `"28300"`)},
		}},
		{"alert created", (*alert.Alert)(nil), alert.Alert{ID: "a1", IncidentID: "7"}, audit.Entry{
			Operation: audit.CreateAlert, Target: audit.Target{Incident: "7", Alert: "a1"},
			Changes: []audit.Change{change("id", "", `"a1"`), change("incidentId", "", `"7"`)},
		}},
		{"alert moved", alert.Alert{ID: "a1", IncidentID: "7"}, alert.Alert{ID: "a1", IncidentID: "8"}, audit.Entry{
			Operation: audit.MoveAlert, Target: audit.Target{Incident: "8", Alert: "a1", Source: "7"},
			Changes: []audit.Change{change("incidentId", `"7"`, `"8"`)},
		}},
		{"alert changed", alert.Alert{ID: "a1"}, alert.Alert{ID: "a1", Status: "x"}, audit.Entry{
			Operation: audit.UpdateAlert, Target: audit.Target{Alert: "a1"}, Changes: []audit.Change{change("status", "", `"x"`)},
		}},
		{"deleted", incident.Incident{ID: "9"}, nil, audit.Entry{
			Operation: audit.DeleteIncident, Target: audit.Target{Incident: "9"}, Changes: []audit.Change{change("id", `"9"`, "")},
		}},
		{"deleted, as a pointer to nothing", &incident.Incident{ID: "9"}, (*incident.Incident)(nil), audit.Entry{
			Operation: audit.DeleteIncident, Target: audit.Target{Incident: "9"}, Changes: []audit.Change{change("id", `"9"`, "")},
		}},
		{"other models", map[string]int{"a": 1}, map[string]int{"a": 2}, audit.Entry{Changes: []audit.Change{change("a", "1", "2")}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := audit.Describe(tt.before, tt.after)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, got))
			changes, err := audit.Diff(tt.before, tt.after)
			require.NoError(t, err)
			require.Equal(t, got.Changes, changes)
		})
	}
	_, err := audit.Describe(func() {}, nil)
	require.ErrorContains(t, err, "describe the value before")
	_, err = audit.Describe(nil, func() {})
	require.ErrorContains(t, err, "describe the value after")
}

func TestRecord(t *testing.T) {
	log := &memory{}
	machine := audit.Actor{Type: audit.Application, ID: "app"}
	jane := audit.Actor{Type: audit.User, ID: "jane", Delegated: true}
	r := audit.NewRecorder(log, append(fixed(), audit.WithActor(machine))...)
	intent := audit.Entry{Operation: audit.CreateAlert, Origin: audit.OriginGraph, Changes: []audit.Change{{Path: "title"}}}
	call := func(err error) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { return 7, err }
	}
	n, err := audit.Record(t.Context(), r, intent, call(nil), func(int, error) audit.Entry {
		return audit.Entry{Target: audit.Target{Alert: "a1", Incident: "28282"}, RequestID: "r1", Result: audit.Result{Outcome: audit.Succeeded, Status: 201}}
	})
	require.NoError(t, err)
	require.Equal(t, 7, n)
	refused := errors.New("403 Forbidden")
	_, err = audit.Record(audit.ContextWithActor(t.Context(), jane), r, intent, call(refused), nil)
	require.ErrorIs(t, err, refused)
	require.Empty(t, cmp.Diff([]audit.Entry{
		{ID: "e1", Time: noon.Add(time.Second), Phase: audit.PhaseIntent, Actor: machine, Operation: audit.CreateAlert, Origin: audit.OriginGraph, Changes: intent.Changes},
		{
			ID: "e2", Time: noon.Add(2 * time.Second), Phase: audit.PhaseResult, IntentID: "e1", Began: noon.Add(time.Second), Actor: machine,
			Operation: audit.CreateAlert, Origin: audit.OriginGraph, Changes: intent.Changes, Target: audit.Target{Alert: "a1", Incident: "28282"},
			RequestID: "r1", Result: audit.Result{Outcome: audit.Succeeded, Status: 201},
		},
		{ID: "e3", Time: noon.Add(3 * time.Second), Phase: audit.PhaseIntent, Actor: jane, Operation: audit.CreateAlert, Origin: audit.OriginGraph, Changes: intent.Changes},
		{
			ID: "e4", Time: noon.Add(4 * time.Second), Phase: audit.PhaseResult, IntentID: "e3", Began: noon.Add(3 * time.Second), Actor: jane,
			Operation: audit.CreateAlert, Origin: audit.OriginGraph, Changes: intent.Changes, Result: audit.Result{Outcome: audit.Failed, Message: "403 Forbidden"},
		},
	}, log.entries))

	// What cannot be recorded is not done; what was done is not denied.
	log.fail = errors.New("no space left on device")
	called := false
	_, err = audit.Record(t.Context(), r, intent, func(context.Context) (int, error) { called = true; return 0, nil }, nil)
	require.ErrorIs(t, err, log.fail)
	require.ErrorContains(t, err, "nothing was sent")
	require.False(t, called)
	log.fail = nil
	n, err = audit.Record(t.Context(), r, intent, func(context.Context) (int, error) { log.fail = errors.New("full"); return 8, nil }, nil)
	require.ErrorIs(t, err, audit.ErrNotRecorded)
	require.Equal(t, 8, n)
}

func TestReadsAreRecordedWhenAskedFor(t *testing.T) {
	for _, o := range []audit.Operation{audit.ReadAlert, audit.ReadIncident, audit.ListAlerts, audit.ListIncidents, audit.RunHunting} {
		require.True(t, o.Reads())
		log := &memory{}
		token, err := audit.NewRecorder(log).Begin(t.Context(), audit.Entry{Operation: o})
		require.NoError(t, err)
		require.NoError(t, audit.NewRecorder(log).End(token, audit.Entry{}))
		require.Empty(t, log.entries)
		r := audit.NewRecorder(log, audit.WithReads())
		token, err = r.Begin(t.Context(), audit.Entry{Operation: o})
		require.NoError(t, err)
		require.NotEmpty(t, token.Intent().ID)
		require.NoError(t, r.End(token, audit.Entry{}))
		require.Len(t, log.entries, 2)
		require.Equal(t, audit.Unknown, log.entries[1].Result.Outcome)
	}
	require.False(t, audit.CreateAlert.Reads())
	require.Equal(t, audit.Observed, audit.AddCommentToIncident.Basis())
	require.Equal(t, audit.Inferred, audit.AddTagsToIncident.Basis())
	require.Equal(t, audit.Own, audit.MoveAlert.Basis())
	require.Equal(t, audit.Foreign, audit.Operation("Set-Mailbox").Basis())
}

func TestGapsAndResolve(t *testing.T) {
	log := &memory{}
	opts := fixed()
	r := audit.NewRecorder(log, append(opts, audit.WithActor(audit.Actor{ID: "app"}))...)
	for range 3 {
		_, err := r.Begin(t.Context(), audit.Entry{Operation: audit.CreateAlert})
		require.NoError(t, err)
	}
	token, err := r.Begin(t.Context(), audit.Entry{Operation: audit.UpdateIncident})
	require.NoError(t, err)
	require.NoError(t, r.End(token, audit.Entry{Result: audit.Result{Outcome: audit.Unknown}}))
	token, err = r.Begin(t.Context(), audit.Entry{Operation: audit.UpdateIncident})
	require.NoError(t, err)
	require.NoError(t, r.End(token, audit.Entry{Result: audit.Result{Outcome: audit.Failed}}))

	gaps, err := audit.Gaps(log.all())
	require.NoError(t, err)
	require.Len(t, gaps, 4)
	jane := audit.Actor{ID: "jane"}
	found := audit.Entry{Target: audit.Target{Incident: "28282"}, Result: audit.Result{Outcome: audit.Succeeded}, Comment: "It is in the portal."}
	require.ErrorContains(t, audit.Resolve(t.Context(), log, gaps[0], jane, audit.Entry{}, opts...), "say whether")
	require.ErrorContains(t, audit.Resolve(t.Context(), log, audit.Entry{ID: "x"}, jane, found, opts...), `"x" is no intent`)
	require.NoError(t, audit.Resolve(t.Context(), log, gaps[0], jane, found, opts...))
	require.NoError(t, audit.Resolve(t.Context(), log, gaps[3], jane, audit.Entry{Result: audit.Result{Outcome: audit.Failed}}, opts...))
	gaps, err = audit.Gaps(log.all())
	require.NoError(t, err)
	require.Len(t, gaps, 2)

	events, err := audit.Events(log.all())
	require.NoError(t, err)
	require.Len(t, events, 5)
	require.False(t, events[0].Open)
	require.Equal(t, "app", events[0].Actor.ID)
	require.Equal(t, jane, events[0].ResolvedBy)
	require.Equal(t, noon.Add(time.Second), events[0].At())
	require.True(t, events[1].Open)
	var text strings.Builder
	require.NoError(t, audit.WriteText(&text, events))
	require.Contains(t, text.String(), `incident 28282  "It is in the portal."  [found out later by jane]`)
	require.Equal(t, 2, strings.Count(text.String(), "[outcome unknown: no result was recorded]"))

	broken := errors.New("cannot be read")
	bad := func(yield func(audit.Entry, error) bool) { yield(audit.Entry{}, broken) }
	for _, read := range []func() error{
		func() error { _, err := audit.Gaps(bad); return err }, func() error { _, err := audit.Events(bad); return err },
		func() error { _, err := audit.History(bad, "a"); return err }, func() error { _, err := audit.Activity(bad, "1"); return err },
	} {
		require.ErrorIs(t, read(), broken)
	}
}

type submitter struct {
	receipt *incident.Receipt
	err     error
}

func (s submitter) Submit(context.Context, incident.Draft) (*incident.Receipt, error) {
	return s.receipt, s.err
}

func TestSubmitter(t *testing.T) {
	down := errors.New("no answer")
	receipt := func(states ...incident.State) *incident.Receipt {
		r := &incident.Receipt{IncidentID: "28282", Alerts: []incident.AlertReceipt{{ID: "a1"}}}
		for _, s := range states {
			r.Steps = append(r.Steps, incident.Step{State: s})
		}
		return r
	}
	for _, tt := range []struct {
		name string
		next submitter
		want audit.Outcome
	}{
		{"done", submitter{receipt(incident.StateDone), nil}, audit.Succeeded},
		{"refused at once", submitter{nil, down}, audit.Failed},
		{"first step failed", submitter{receipt(incident.StateFailed, incident.StatePending), down}, audit.Failed},
		{"second step failed", submitter{receipt(incident.StateDone, incident.StateFailed), down}, audit.Unknown},
		{"uncertain", submitter{receipt(incident.StateUncertain), down}, audit.Unknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := &memory{}
			s := audit.NewSubmitter(tt.next, audit.NewRecorder(log), audit.OriginGraph)
			got, err := s.Submit(t.Context(), incident.Draft{Alerts: []alert.Draft{{Title: "T", LinkToIncident: 5, SentinelWorkspace: "w"}}, Comment: "c"})
			require.ErrorIs(t, err, tt.next.err)
			require.Equal(t, tt.next.receipt, got)
			require.Len(t, log.entries, 2)
			require.Equal(t, audit.Target{Incident: "5", Workspace: "w"}, log.entries[0].Target)
			require.Equal(t, tt.want, log.entries[1].Result.Outcome)
			if tt.next.receipt != nil {
				require.Equal(t, audit.Target{Incident: "28282", Alert: "a1", Workspace: "w"}, log.entries[1].Target)
			}
		})
	}
}

func TestFilter(t *testing.T) {
	e := audit.Entry{
		Time: noon, Actor: audit.Actor{ID: "jane@contoso.com", Name: "Jane", Application: "app"}, Operation: audit.MoveAlert,
		Target: audit.Target{Tenant: "t", Workspace: "w", Incident: "8", Source: "7", Alert: "a"}, Result: audit.Result{Outcome: audit.Failed},
	}
	for _, f := range []audit.Filter{
		{}, {From: noon}, {To: noon.Add(1)}, {Actor: "JANE"}, {Actor: "jane@contoso.com"}, {Actor: "App"}, {Tenant: "t"}, {Workspace: "w"},
		{Operations: []audit.Operation{audit.CreateAlert, audit.MoveAlert}}, {Incident: "7"}, {Incident: "8"}, {Alert: "a"}, {Outcome: audit.Failed},
	} {
		require.True(t, f.Match(&e), "%+v", f)
	}
	for _, f := range []audit.Filter{
		{From: noon.Add(1)}, {To: noon}, {Actor: "jan"}, {Tenant: "u"}, {Workspace: "v"}, {Operations: []audit.Operation{audit.CreateAlert}},
		{Incident: "9"}, {Alert: "b"}, {Outcome: audit.Succeeded},
	} {
		require.False(t, f.Match(&e), "%+v", f)
	}
}

// TestActivity merges 1 into 2 and 2 into 3, and 9 into itself by way of 8.
func TestActivity(t *testing.T) {
	on := func(id, incident string) audit.Entry {
		return audit.Entry{ID: id, Operation: audit.AddCommentToIncident, Target: audit.Target{Incident: incident, Alert: "a" + incident}}
	}
	merge := func(id, source, target string, o audit.Outcome) audit.Entry {
		return audit.Entry{ID: id, Operation: audit.MergeIncidents, Target: audit.Target{Incident: target, Source: source}, Result: audit.Result{Outcome: o}}
	}
	log := seq(
		on("c1", "1"), on("c2", "2"), on("c3", "3"), on("c4", "4"),
		merge("m12", "1", "2", audit.Succeeded), on("c2b", "2"), merge("m23", "2", "3", ""), merge("m43", "4", "3", audit.Failed),
		merge("m98", "9", "8", ""), merge("m89", "8", "9", ""),
		audit.Entry{ID: "move", Operation: audit.MoveAlert, Target: audit.Target{Incident: "4", Source: "3", Alert: "a3"}},
	)
	for _, tt := range []struct{ incident, want string }{
		{"1", "c1 m12"},
		{"2", "c1<1 c2 m12 c2b m23"},
		{"3", "c1<1 c2<2 c3 m12<2 c2b<2 m23 m43 move"},
		{"4", "c4 m43 move"},
		{"9", "m98 m89"},
		{"5", ""},
	} {
		events, err := audit.Activity(log, tt.incident)
		require.NoError(t, err)
		var got []string
		for _, e := range events {
			text := e.ID
			if e.MergedFrom != "" {
				text += "<" + e.MergedFrom
			}
			got = append(got, text)
		}
		require.Equal(t, tt.want, strings.Join(got, " "), tt.incident)
	}
	history, err := audit.History(log, "a3")
	require.NoError(t, err)
	require.Len(t, history, 2)
}

func full() audit.Entry {
	return audit.Entry{
		ID: "e1", Time: noon, Operation: audit.AddCommentToIncident, Phase: audit.PhaseResult, IntentID: "e0", Began: noon.Add(-1),
		Actor:   audit.Actor{Type: audit.User, ID: "jane", Name: "Jane", Delegated: true, Application: "app", Address: "192.0.2.1"},
		Target:  audit.Target{Tenant: "t", Workspace: "w", Incident: "1", Alert: "a", Source: "2"},
		Changes: []audit.Change{{Path: "x", Old: jsontext.Value(`null`), New: jsontext.Value(`{"a":[1.0]}`)}},
		Comment: "c", Origin: audit.OriginPortal, ClientRequestID: "cr", RequestID: "r",
		Result:  audit.Result{Outcome: audit.Failed, Status: 403, Code: "Forbidden", Message: "m", Resolved: true},
		Unknown: jsontext.Value(`{"more":{"deep":1}}`),
	}
}

func TestEntryJSON(t *testing.T) {
	e := full()
	data, err := audit.Encoder{}.Encode(&e)
	require.NoError(t, err)
	for _, read := range []func([]byte, any) error{wire.Unmarshal, stdjson.Unmarshal} {
		var got audit.Entry
		require.NoError(t, read(data, &got))
		require.Empty(t, cmp.Diff(e, got))
	}
	std, err := stdjson.Marshal(e)
	require.NoError(t, err)
	require.JSONEq(t, string(data), string(std))
	for _, tt := range []struct {
		change func(*audit.Entry)
		want   string
	}{
		{func(e *audit.Entry) { e.ID = "" }, "id is empty"},
		{func(e *audit.Entry) { e.Time = time.Time{} }, "time is missing"},
		{func(e *audit.Entry) { e.Time = noon.AddDate(9000, 0, 0) }, "time is in the year 11026"},
		{func(e *audit.Entry) { e.Operation = "" }, "operation is empty"},
		{func(e *audit.Entry) { e.IntentID = "" }, "intentId is empty"},
	} {
		bad := full()
		tt.change(&bad)
		_, err := audit.Encoder{}.Encode(&bad)
		require.ErrorContains(t, err, tt.want)
	}
	broken := full()
	broken.Changes[0].New = jsontext.Value(`{`)
	_, err = audit.Encoder{}.Encode(&broken)
	require.Error(t, err)
}

// TestEntryJSONIsOneForm: the rules are the same in whatever reads or writes.
func TestEntryJSONIsOneForm(t *testing.T) {
	e := full()
	e.Comment, e.Changes = "broken \xff <&>", nil
	// The options that encoding/json has from Go 1.27 on.
	old := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.MatchCaseInsensitiveNames(true), json.FormatNilSliceAsNull(true))
	want, err := audit.Encoder{}.Encode(&e)
	require.NoError(t, err)
	require.Contains(t, string(want), "broken \ufffd <&>")
	for name, write := range map[string]func() ([]byte, error){
		"wire":          func() ([]byte, error) { return wire.Marshal(&e) },
		"json":          func() ([]byte, error) { return json.Marshal(&e) },
		"old":           func() ([]byte, error) { return json.Marshal(&e, old) },
		"encoding/json": func() ([]byte, error) { return stdjson.Marshal(&e) },
	} {
		got, err := write()
		require.NoError(t, err, name)
		require.JSONEq(t, string(want), string(got), name)
	}
	for _, bad := range []string{
		`{"id":"a","id":"b"}`, "{\"id\":\"\xff\"}", `{"changes":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`,
	} {
		for name, err := range map[string]error{
			"wire":          wire.Unmarshal([]byte(bad), new(audit.Entry)),
			"old":           json.Unmarshal([]byte(bad), new(audit.Entry), old),
			"encoding/json": stdjson.Unmarshal([]byte(bad), new(audit.Entry)),
		} {
			require.Error(t, err, "%s: %q", name, bad)
		}
	}
	var got audit.Entry
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"x","id":"e1","time":"2026-09-14T14:00:00+02:00"}`), &got, old))
	require.Equal(t, "e1", got.ID)
	require.Equal(t, noon, got.Time)
	require.JSONEq(t, `{"ID":"x"}`, string(got.Unknown))
}

const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLWJ5dGVz"

func TestSecretsCannotGetIn(t *testing.T) {
	clientSecret := "abc8Q~" + strings.Repeat("x", 34)
	for _, secret := range []string{
		token, clientSecret, "Bearer abcdefghijklmnop123", "BEARER  abcdefghijklmnop123", "Bearer\tabcdefghijklmnop123", "password\n=\thunter22", "Secret\r: hunter22", "token\"\f=hunter22",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nMIIE",
		"client_secret=hunter22", "Authorization: Basic aHVudGVyMjI=", `"access_token": "hunter22"`, "password = hunter22",
		"https://x.blob.core.windows.net/c?sv=1&sig=hunter22%2Babcdefgh", "AccountKey=hunter22hunter22==", "SharedAccessKey=hunter22hunter22", "hunter22-known",
	} {
		core := []string{"hunter22", "MIIE", "aHVudGVyMjI", "abcdefghijklmnop123", "c2lnbmF0dXJl", "xxxxxxxx"}
		for name, put := range map[string]func(*audit.Entry, string){
			"comment": func(e *audit.Entry, s string) { e.Comment = "see " + s + " there" },
			"message": func(e *audit.Entry, s string) { e.Result.Message = s },
			"actor":   func(e *audit.Entry, s string) { e.Actor.Name = s },
			"value": func(e *audit.Entry, s string) {
				q, _ := stdjson.Marshal(map[string][]string{"deep": {s}})
				e.Changes[0].New = jsontext.Value(q)
			},
			"unknown": func(e *audit.Entry, s string) { q, _ := stdjson.Marshal(map[string]string{"x": s}); e.Unknown = q },
			"name":    func(e *audit.Entry, s string) { q, _ := stdjson.Marshal(map[string]int{s: 1}); e.Unknown = q },
		} {
			e := full()
			put(&e, secret)
			data, err := audit.NewEncoder("hunter22-known", "short").Encode(&e)
			require.NoError(t, err)
			require.Contains(t, string(data), "[removed]", "%s in %s", secret, name)
			for _, c := range core {
				require.NotContains(t, string(data), c, "%s in %s", secret, name)
			}
			var got audit.Entry
			require.NoError(t, wire.Unmarshal(data, &got))
		}
	}
	// By name, whatever the value looks like.
	e := full()
	e.Changes = []audit.Change{{Path: "credential.clientSecret", Old: jsontext.Value(`"hunter22"`), New: jsontext.Value(`{"a":"hunter22"}`)}, {Path: "x", New: jsontext.Value(`{"passWord":["hunter22"],"y":1}`)}}
	data, err := audit.Encoder{}.Encode(&e)
	require.NoError(t, err)
	require.NotContains(t, string(data), "hunter22")
	require.Contains(t, string(data), `{"passWord":"[removed]","y":1}`)
	// Words alone are no secrets, and the caller's entry is left alone.
	e = full()
	e.Comment = "The password was reset and all tokens revoked; authorization by the bearer of short: news, a secret. Q~ eyJ sig=1"
	data, err = audit.NewEncoder("short").Encode(&e)
	require.NoError(t, err)
	require.NotContains(t, string(data), "[removed]")
	var got audit.Entry
	require.NoError(t, wire.Unmarshal(data, &got))
	require.Equal(t, e.Comment, got.Comment)
}

// attacks are values that break viewers of one kind or another.
var attacks = []string{
	"two\nlines", "return\rover", "\x1b[2J\x1b]0;title\x07", "c1 \u009b31m", "bidi \u202egpj.exe", "sep \u2028 \u2029", "nul \x00", "del \x7f",
	"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\u00a0=1", "＝1", "a;=1", "a,=1", "a|@x", `"=1"`, `","=1`, "'=1", "\xff", "👩‍💻 Ünïcode",
}

func TestViewersAreSafe(t *testing.T) {
	for _, a := range attacks {
		e := full()
		e.Comment, e.Actor.Name, e.Target.Incident, e.Result.Message, e.Operation = a, a, a, a, audit.Operation(a)
		q, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(a, "\ufffd"))
		require.NoError(t, err)
		e.Changes = []audit.Change{{Path: a, Old: q, New: q}}
		events := []audit.Event{{Entry: e, MergedFrom: a, ResolvedBy: audit.Actor{Name: a}}}

		var text, table, doc bytes.Buffer
		require.NoError(t, audit.WriteText(&text, events))
		require.Equal(t, 1, strings.Count(text.String(), "\n"), "%q", a)
		require.NoError(t, audit.WriteCSV(&table, events))
		require.NoError(t, audit.WriteJSON(&doc, events))
		data, err := audit.Encoder{}.Encode(&e)
		require.NoError(t, err)
		for _, shown := range []string{strings.TrimSuffix(text.String(), "\n"), strings.ReplaceAll(table.String(), "\r\n", ""), strings.TrimSuffix(doc.String(), "\n"), string(data)} {
			require.NotRegexp(t, `[\x00-\x1f\x7f\x{80}-\x{9f}\x{2028}\x{2029}\x{202a}-\x{202e}\x{2066}-\x{2069}]`, shown, "%q", a)
		}
		rows, err := csv.NewReader(&table).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		for _, cell := range rows[1] {
			require.NotRegexp(t, `^[\s\x{a0}\x{200b}]*[=+\-@＝＋－＠]`, cell, "%q", a)
		}
		// JSON is exact, but for what is no text at all.
		var got audit.Entry
		require.NoError(t, wire.Unmarshal(data, &got))
		require.Equal(t, strings.ToValidUTF8(a, "\ufffd"), got.Comment)
		require.Equal(t, strings.ToValidUTF8(a, "\ufffd"), got.Changes[0].Path)
	}
}

func FuzzEncode(f *testing.F) {
	for _, a := range append(attacks, token, `{"password":"x"}`) {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := full()
		e.Comment = s
		data, err := audit.NewEncoder("hunter22").Encode(&e)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsAny(data, "\n\r\x1b\x7f\u009b\u2028") || bytes.Contains(data, []byte("hunter22")) {
			t.Fatalf("%q", data)
		}
		var got audit.Entry
		if err := wire.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		var encoder audit.Encoder
		if again := encoder.Scrub(got.Comment); again != got.Comment && !strings.Contains(s, "hunter22") && !strings.Contains(got.Comment, "[removed]") {
			t.Fatalf("%q is scrubbed again to %q", got.Comment, again)
		}
		cell := audit.Cell(s)
		if strings.HasPrefix(strings.TrimSpace(cell), "=") {
			t.Fatalf("%q", cell)
		}
	})
}

// TestHistoryBeginsWithTheIntent, which does not know the alert that its call
// will create, so that who made the call stays who made it.
func TestHistoryBeginsWithTheIntent(t *testing.T) {
	jane, john := audit.Actor{ID: "jane"}, audit.Actor{ID: "john"}
	entries := func(yield func(audit.Entry, error) bool) {
		for _, e := range []audit.Entry{
			{ID: "1", Phase: audit.PhaseIntent, Operation: audit.CreateAlert, Actor: jane},
			{ID: "2", Phase: audit.PhaseIntent, Operation: audit.CreateAlert, Actor: jane},
			{ID: "3", Phase: audit.PhaseResult, IntentID: "1", Operation: audit.CreateAlert, Actor: john,
				Target: audit.Target{Alert: "a", Incident: "i"}, Result: audit.Result{Outcome: audit.Succeeded, Resolved: true}},
		} {
			if !yield(e, nil) {
				return
			}
		}
	}
	for _, find := range []func() ([]audit.Event, error){
		func() ([]audit.Event, error) { return audit.History(entries, "a") },
		func() ([]audit.Event, error) { return audit.Activity(entries, "i") },
	} {
		events, err := find()
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, jane, events[0].Actor)
		require.Equal(t, john, events[0].ResolvedBy)
		require.False(t, events[0].Open)
	}
}
