package audit

import (
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// TestEveryMatchIsHinted: what a pattern finds is hinted at, as it is and as
// JSON, wherever it stands among the eight bytes that are looked at together.
func TestEveryMatchIsHinted(t *testing.T) {
	// Two letters outside ASCII count as k and s where case does not matter.
	ascii := strings.NewReplacer("\u212a", "K", "\u017f", "s")
	for i, p := range patterns {
		t.Run(strconv.Itoa(i), rapid.MakeCheck(func(t *rapid.T) {
			match := ascii.Replace(rapid.StringMatching(p.String()).Draw(t, "match"))
			text := rapid.StringN(0, 20, -1).Draw(t, "before") + match + rapid.StringN(0, 20, -1).Draw(t, "behind")
			if !p.MatchString(text) {
				t.Skip("what stands beside it hides it")
			}
			require.True(t, hinted([]byte(text)), "%q", text)
			quoted, err := jsontext.AppendQuote(nil, text)
			require.NoError(t, err)
			require.True(t, hinted(plain.JSON(quoted)), "%s", quoted)
		}))
	}
}

// BenchmarkHinted reads text that has no secret in it, as nearly all has.
func BenchmarkHinted(b *testing.B) {
	text := []byte(strings.Repeat(`"clientRequestId":"0d2f8a39-5d3e-4c31-9d2f-7a2c7a1e0001","comment":"The account was locked and its password reset."`, 8))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if hinted(text) {
			b.Fatal("hinted")
		}
	}
}
