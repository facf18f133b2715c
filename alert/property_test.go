package alert_test

import (
	stdjson "encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/draw"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// TestRoundTrip: an alert of any content is the same JSON value when it has been
// read and written, by either library, except for what says nothing. So values
// that no enumeration has, members that no type has and evidence that no struct
// is there for are kept.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, want := draw.New(t, evidence.Types()).Object(reflect.TypeFor[alert.Alert]())
		var a, byStandard alert.Alert
		require.NoError(t, wire.Unmarshal([]byte(in), &a), in)
		got, err := wire.Marshal(a)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, want), draw.Canonical(t, string(got)), in)
		again, err := wire.Marshal(&a)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again), "the same value, the same bytes")

		require.NoError(t, stdjson.Unmarshal([]byte(in), &byStandard))
		require.Empty(t, cmp.Diff(a, byStandard))
		standard, err := stdjson.Marshal(byStandard)
		require.NoError(t, err)
		require.Equal(t, draw.Canonical(t, want), draw.Canonical(t, string(standard)))

		a = alert.Alert{}
		require.NoError(t, wire.Unmarshal(got, &a))
		require.Empty(t, cmp.Diff(byStandard, a), "what was written reads as what was read")
	})
}

// TestUpdateSendsWhatIsSet: each field on its own, and no other; what is cleared
// is sent empty.
func TestUpdateSendsWhatIsSet(t *testing.T) {
	text := rapid.StringMatching(`[ -~ä]*`)
	rapid.Check(t, func(t *rapid.T) {
		var u alert.Update
		want := map[string]any{}
		if rapid.Bool().Draw(t, "status") {
			u.Status = new(alert.Status(text.Draw(t, "text")))
			want["status"] = string(*u.Status)
		}
		if rapid.Bool().Draw(t, "classification") {
			u.Classification = new(alert.Classification(text.Draw(t, "text")))
			want["classification"] = string(*u.Classification)
		}
		if rapid.Bool().Draw(t, "determination") {
			u.Determination = new(alert.Determination(text.Draw(t, "text")))
			want["determination"] = string(*u.Determination)
		}
		if rapid.Bool().Draw(t, "assignedTo") {
			u.AssignedTo = new(text.Draw(t, "text"))
			want["assignedTo"] = *u.AssignedTo
		}
		if rapid.Bool().Draw(t, "customDetails") {
			details := rapid.MapOfN(text, text, 0, 3).Draw(t, "details")
			u.CustomDetails = new(evidence.NewDictionary(details))
			inner := map[string]any{}
			for name, value := range details {
				inner[name] = value
			}
			want["customDetails"] = inner
		}
		data, err := wire.Marshal(u)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, stdjson.Unmarshal(data, &got))
		require.Empty(t, cmp.Diff(want, got))
		require.Equal(t, len(want) == 0, u == alert.Update{})
		if len(want) == 0 {
			require.ErrorContains(t, u.Validate(), "changes nothing")
		}
	})
}

// TestUpdateTakesWhatPeopleMaySet: every member of the vocabularies but those
// that stand for no value.
func TestUpdateTakesWhatPeopleMaySet(t *testing.T) {
	for _, s := range alert.Status("").Values() {
		err := alert.Update{Status: &s}.Validate()
		require.Equal(t, s == alert.StatusUnknown || s == alert.StatusUnknownFutureValue, err != nil, s)
	}
	for _, c := range alert.Classification("").Values() {
		require.Equal(t, c == alert.ClassificationUnknownFutureValue, alert.Update{Classification: &c}.Validate() != nil, c)
	}
	for _, d := range alert.Determination("").Values() {
		require.Equal(t, d == alert.DeterminationUnknownFutureValue, alert.Update{Determination: &d}.Validate() != nil, d)
	}
}

// FuzzAlert reads anything. What can be read can be written, and reads the same
// again.
func FuzzAlert(f *testing.F) {
	f.Add(answer)
	f.Add(`{"evidence":[{"@odata.type":"#microsoft.graph.security.ipEvidence","ipAddress":"::1"},null,7],"comments":[{"comment":"c"}],"customDetails":{"a":1}}`)
	f.Add(`{"createdDateTime":"2026-08-04T10:00:00+02:00","categories":["a",""],"mitreTechniques":[]}`)
	f.Fuzz(func(t *testing.T, in string) {
		var a, again alert.Alert
		if wire.Unmarshal([]byte(in), &a) != nil {
			return
		}
		data, err := wire.Marshal(a)
		require.NoError(t, err)
		require.NoError(t, wire.Unmarshal(data, &again))
		written, err := wire.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(data), string(written))
	})
}
