package evidence_test

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/draw"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// FuzzDecode decodes anything as one piece of evidence and as a list of it. Nothing panics; errors
// have a place in the document; what has been decoded is encoded to valid JSON that gives the same
// values and the same JSON again; what is unknown is kept byte for byte.
func FuzzDecode(f *testing.F) {
	text, err := os.ReadFile("testdata/items.json")
	require.NoError(f, err)
	var items []json.RawMessage
	require.NoError(f, json.Unmarshal(text, &items))
	for _, item := range items {
		f.Add([]byte(item))
	}
	for _, e := range evidence.Types() {
		seed, err := evidence.Encode(e)
		require.NoError(f, err)
		f.Add(seed)
	}
	for _, seed := range []string{
		`[{"@odata.type":"microsoft.graph.security.userEvidence","verdict":"5","roles":["x",null],"tags":[""]},null,{"a":1},7]`,
		`{"name":"n","cloudResource":{"@odata.type":"#microsoft.graph.security.x"},"@odata.type":"#microsoft.graph.security.kubernetesClusterEvidence"}`,
		`{"@odata.type":"#microsoft.graph.security.kubernetesPodEvidence","labels":{"a":1,"b":"\u00e9"},"podIp":{"@odata.type":"#y"},"z":{}}`,
		`{"@odata.type":"#microsoft.graph.security.ipEvidence","location":{"latitude":-0,"longitude":1e-7},"createdDateTime":"0001-01-01T00:00:00Z"}`,
		`{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"","url":""}`, "{\"@odata.type\":\"\xff\"}", `[`, ``, `{"\u0040odata.type":5}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sameJSON := cmp.Comparer(func(a, b jsontext.Value) bool { // escapes and white space may change
			return len(a) == len(b) && len(a) == 0 || draw.Canonical(t, string(a)) == draw.Canonical(t, string(b))
		})
		e, err := evidence.Decode(data)
		check(t, data, err)
		if err == nil {
			if u, ok := e.(*evidence.Unknown); ok {
				require.JSONEq(t, string(data), string(u.Raw))
				_ = u.Common()
			}
			text := encoded(t, evidence.Any{Evidence: e})
			again, err := evidence.Decode(text)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(e, again, sameJSON))
			require.Equal(t, string(text), string(encoded(t, evidence.Any{Evidence: again})))
		}

		var l, second evidence.List
		err = l.UnmarshalJSON(data)
		check(t, data, err)
		if err == nil {
			require.NoError(t, second.UnmarshalJSON(encoded(t, &l)))
			require.Empty(t, cmp.Diff(l, second, sameJSON))
			require.Equal(t, string(encoded(t, &l)), string(encoded(t, &second)))
		}
	})
}

func encoded(t *testing.T, v any) []byte {
	b, err := wire.Marshal(v)
	require.NoError(t, err)
	require.True(t, jsontext.Value(b).IsValid())
	return b
}

func check(t *testing.T, data []byte, err error) {
	if err == nil {
		require.True(t, jsontext.Value(data).IsValid())
		return
	}
	e, ok := errors.AsType[*evidence.Error](err)
	require.True(t, ok, "%v", err)
	require.True(t, 0 <= e.Offset && e.Offset <= int64(len(data)), "%v", err)
	require.Less(t, len(err.Error()), 600)
}
