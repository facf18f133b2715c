package incident_test

import (
	stdjson "encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/draw"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// TestRoundTrip: an incident of any content, its alerts included, is the same
// JSON value when it has been read and written, by either library, except for
// what says nothing.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, want := draw.New(t, evidence.Types()).Object(reflect.TypeFor[incident.Incident]())
		var i, byStandard incident.Incident
		require.NoError(t, wire.Unmarshal([]byte(in), &i), in)
		got, err := wire.Marshal(i)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, want), draw.Canonical(t, string(got)), in)

		require.NoError(t, stdjson.Unmarshal([]byte(in), &byStandard))
		require.Empty(t, cmp.Diff(i, byStandard))
		standard, err := stdjson.Marshal(byStandard)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, want), draw.Canonical(t, string(standard)))
	})
}

// TestUpdateSendsWhatIsSet: each field on its own, and no other; what is cleared
// is sent empty.
func TestUpdateSendsWhatIsSet(t *testing.T) {
	text := rapid.StringMatching(`[ -~ä]*`)
	rapid.Check(t, func(t *rapid.T) {
		var u incident.Update
		want := map[string]any{}
		v := reflect.ValueOf(&u).Elem()
		for field, value := range v.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !rapid.Bool().Draw(t, name) {
				continue
			}
			value.Set(reflect.New(field.Type.Elem()))
			switch value = value.Elem(); value.Kind() {
			case reflect.String:
				value.SetString(text.Draw(t, "text"))
				want[name] = value.String()
			case reflect.Slice:
				tags := rapid.SliceOfN(text, 0, 3).Draw(t, "tags")
				value.Set(reflect.ValueOf(tags))
				list := []any{}
				for _, tag := range tags {
					list = append(list, tag)
				}
				want[name] = list
			default:
				t.Fatalf("no idea how to draw %s", name)
			}
		}
		data, err := wire.Marshal(u)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, stdjson.Unmarshal(data, &got))
		require.Empty(t, cmp.Diff(want, got))
		if len(want) == 0 {
			require.ErrorContains(t, u.Validate(), "changes nothing")
		}
	})
}

// TestUpdateTakesWhatPeopleMaySet: every member of the vocabularies but those
// that stand for no value, and those that the service alone sets.
func TestUpdateTakesWhatPeopleMaySet(t *testing.T) {
	service := []incident.Status{incident.StatusRedirected, incident.StatusAwaitingAction, incident.StatusUnknownFutureValue}
	for _, s := range incident.Status("").Values() {
		require.Equal(t, slices.Contains(service, s), incident.Update{Status: &s}.Validate() != nil, s)
	}
	for _, s := range alert.Severity("").Values() {
		refused := s == alert.SeverityUnknown || s == alert.SeverityUnknownFutureValue
		require.Equal(t, refused, incident.Update{Severity: &s}.Validate() != nil, s)
	}
}

// TestRollUp: what an incident takes over from its alerts depends neither on
// their order nor on how often one is there, grows with them, and cannot be
// pulled down by what nobody knows.
func TestRollUp(t *testing.T) {
	severity := rapid.SampledFrom(append(alert.Severity("").Values(), "", "veryHigh"))
	status := rapid.SampledFrom(append(alert.Status("").Values(), "", "escalated"))
	order := []alert.Severity{alert.SeverityUnknown, alert.Informational, alert.Low, alert.Medium, alert.High}
	rapid.Check(t, func(t *rapid.T) {
		severities := rapid.SliceOfN(severity, 0, 6).Draw(t, "severities")
		got := incident.RollUpSeverity(severities...)
		require.Contains(t, order, got)
		require.Equal(t, got, incident.RollUpSeverity(rapid.Permutation(severities).Draw(t, "order")...))
		require.Equal(t, got, incident.RollUpSeverity(append(severities, severities...)...))
		another := severity.Draw(t, "another")
		more := incident.RollUpSeverity(append(slices.Clone(severities), another)...)
		require.GreaterOrEqual(t, slices.Index(order, more), slices.Index(order, got))
		require.GreaterOrEqual(t, slices.Index(order, more), slices.Index(order, another))
		require.True(t, more == got || more == another, "no severity that no alert has")

		statuses := rapid.SliceOfN(status, 1, 6).Draw(t, "statuses")
		rolled := incident.RollUpStatus(statuses...)
		require.Equal(t, rolled, incident.RollUpStatus(rapid.Permutation(statuses).Draw(t, "order")...))
		require.Equal(t, rolled, incident.RollUpStatus(append(statuses, statuses...)...))
		all := func(s alert.Status) bool {
			return !slices.ContainsFunc(statuses, func(o alert.Status) bool { return o != s })
		}
		require.Equal(t, all(alert.StatusResolved), rolled == incident.StatusResolved, "resolved exactly when every alert is")
		require.Equal(t, rolled != incident.StatusResolved, rolled.Open())
		if all(alert.StatusNew) {
			require.Equal(t, incident.StatusActive, rolled)
		}
		if slices.Contains(statuses, alert.StatusInProgress) {
			require.Equal(t, incident.StatusInProgress, rolled)
		}
	})
}

// TestVerdictThereAndBack: what Sentinel can say survives both ways, and nothing
// else goes without being told.
func TestVerdictThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := incident.Verdict{
			Severity:       rapid.SampledFrom(append(alert.Severity("").Values(), "", "veryHigh")).Draw(t, "severity"),
			Status:         rapid.SampledFrom(append(incident.Status("").Values(), "", "paused")).Draw(t, "status"),
			Classification: rapid.SampledFrom(append(alert.Classification("").Values(), "", "odd")).Draw(t, "classification"),
			Determination:  rapid.SampledFrom(append(alert.Determination("").Values(), "", "odd")).Draw(t, "determination"),
		}
		s, lost := v.Sentinel()
		back, lostBack := s.Graph()
		require.Empty(t, lostBack, "what we say ourselves, we understand")
		told := func(path string) bool {
			return slices.ContainsFunc(lost, func(o incident.Omission) bool { return o.Path == path })
		}
		if v.Severity != "" {
			require.Equal(t, !told("severity"), back.Severity == v.Severity)
		}
		if v.Status != "" {
			require.Equal(t, !told("status"), back.Status == v.Status)
		}
		if v.Classification != "" {
			require.Equal(t, !told("classification"), back.Classification == v.Classification)
		}
		if v.Determination != "" && v.Determination != alert.DeterminationUnknown {
			require.Equal(t, !told("determination"), back.Determination == v.Determination)
		}
	})
}

// TestCorrelationReasonsThereAndBack: any set of names without commas and white
// space around them reads as it was written.
func TestCorrelationReasonsThereAndBack(t *testing.T) {
	name := rapid.OneOf(rapid.SampledFrom(incident.CorrelationReason("").Values()),
		rapid.Map(rapid.StringMatching(`[A-Za-z][A-Za-z ]*[A-Za-z]`), func(s string) incident.CorrelationReason { return incident.CorrelationReason(s) }))
	rapid.Check(t, func(t *rapid.T) {
		set := incident.CorrelationReasons(rapid.SliceOfNDistinct(name, 1, 5, rapid.ID[incident.CorrelationReason]).Draw(t, "set"))
		text, err := wire.Marshal(set)
		require.NoError(t, err)
		var again incident.CorrelationReasons
		require.NoError(t, wire.Unmarshal(text, &again))
		require.Equal(t, set, again)
		for _, r := range set {
			require.True(t, again.Has(r))
		}
	})
}

// FuzzIncident reads anything. What can be read can be written, and reads the
// same again.
func FuzzIncident(f *testing.F) {
	f.Add(`{"id":"1","status":"redirected","redirectIncidentId":"2","priorityScore":0,"alerts":[{"id":"a","evidence":[null]}]}`)
	f.Add(`{"customTags":["a",null],"comments":[{"x":1}],"recommendedHuntingQueries":[{"kqlText":"T"}],"new":[{}]}`)
	f.Add(`{"createdDateTime":"2026-08-04T10:00:00+02:00"}`)
	f.Fuzz(func(t *testing.T, in string) {
		var i, again incident.Incident
		if wire.Unmarshal([]byte(in), &i) != nil {
			return
		}
		data, err := wire.Marshal(i)
		require.NoError(t, err)
		require.NoError(t, wire.Unmarshal(data, &again))
		written, err := wire.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(data), string(written))
	})
}

// FuzzCorrelationReasons reads any text; what it means does not change when it is
// written and read again.
func FuzzCorrelationReasons(f *testing.F) {
	f.Add("sameAsset, temporalProximity")
	f.Add(" ,a,,a , b c,")
	f.Fuzz(func(t *testing.T, text string) {
		var set, again incident.CorrelationReasons
		require.NoError(t, set.UnmarshalText([]byte(text)))
		require.NoError(t, again.UnmarshalText([]byte(set.String())))
		require.Empty(t, cmp.Diff(set, again))
		for i, r := range set {
			require.NotContains(t, set[:i], r)
			require.NotEmpty(t, r)
		}
	})
}

// TestUnknownFieldsAreLinear counts what a draft of nothing but slips takes, in
// allocations and bytes: four times the slips, four times the work.
func TestUnknownFieldsAreLinear(t *testing.T) {
	parse := func(n int) (allocations, bytes float64) {
		var text strings.Builder
		text.WriteString(`{"alerts":[{"title":"a"`)
		for i := range n {
			fmt.Fprintf(&text, `,"f%06d":1`, i)
		}
		data := []byte(text.String() + `}]}`)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := incident.ParseDraft(data)
		runtime.ReadMemStats(&after)
		require.ErrorContains(t, err, fmt.Sprintf("alerts[0].f%06d does not exist", min(n, 1000)-1))
		if n > 1000 {
			require.ErrorContains(t, err, fmt.Sprintf("the document has %d more fields that do not exist", n-1000))
		}
		return float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
	}
	parse(10)
	a1, b1 := parse(5000)
	a4, b4 := parse(20000)
	t.Logf("%.1f and %.1f allocations, %.0f and %.0f bytes for each field", a1/5000, a4/20000, b1/5000, b4/20000)
	require.Less(t, a4, 5*a1)
	require.Less(t, b4, 5*b1)
}
