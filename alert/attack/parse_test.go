package attack_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert/attack"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]attack.ID{
		"T1059":                                 "T1059",
		"T1059.001":                             "T1059.001",
		"t1059.001":                             "T1059.001",
		"T1059/001":                             "T1059.001",
		" \tT1059.001\u00a0\n":                  "T1059.001",
		"attack.t1059.001":                      "T1059.001",
		"ATTACK.T1059":                          "T1059",
		"attack.t1059/001":                      "T1059.001",
		"T9999":                                 "T9999",
		"t9999.123":                             "T9999.123",
		"t1059.000":                             "T1059.000",
		"T1224":                                 "T1224",
		"attack.mitre.org/techniques/T1059/001": "T1059.001",
		"https://attack.mitre.org/techniques/T1059/001":              "T1059.001",
		"https://attack.mitre.org/techniques/T1059/001/":             "T1059.001",
		"http://attack.mitre.org/techniques/T1059/":                  "T1059",
		"HTTPS://ATTACK.MITRE.ORG/TECHNIQUES/t1059.001":              "T1059.001",
		"https://attack.mitre.org/versions/v15/techniques/T1562/001": "T1562.001",
		"https://attack.mitre.org/techniques/T1059/?tab=1/2#x":       "T1059",
		"https://attack.mitre.org/techniques/T0855#detection":        "T0855",
	} {
		got, err := attack.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "attack: no technique id at offset 0: the text is empty; an id looks like T1059 or T1059.001"},
		{" \t", "attack: no technique id at offset 0: the text is empty; an id looks like T1059 or T1059.001"},
		{"T105", `attack: no technique id at offset 4, in "T105": four digits must follow the T, as in T1059; found 3`},
		{" T10591", `attack: no technique id at offset 6, in "T10591": four digits must follow the T, as in T1059; found 5`},
		{"T10x9", `attack: no technique id at offset 3, in "T10x9": four digits must follow the T, as in T1059; found 2`},
		{"T1059.1", `attack: no technique id at offset 7, in "T1059.1": the sub-technique's number must have three digits, as in T1059.001; found 1`},
		{"T1059/0011", `attack: no technique id at offset 9, in "T1059/0011": the sub-technique's number must have three digits, as in T1059.001; found 4`},
		{"T1059.", `attack: no technique id at offset 6, in "T1059.": the sub-technique's number must have three digits, as in T1059.001; found 0`},
		{"T1059.001x", `attack: no technique id at offset 9, in "T1059.001x": something follows the sub-technique's number`},
		{"T1059-001", `attack: no technique id at offset 5, in "T1059-001": only a dot or a slash and a sub-technique's number may follow the four digits, as in T1059.001`},
		{"attack.", `attack: no technique id at offset 7, in "attack.": the id is missing; it looks like T1059 or T1059.001`},
		{"attack.defense-evasion", `attack: no technique id at offset 7, in "attack.defense-evasion": an id begins with T; it looks like T1059 or T1059.001`},
		{"attack.ta0005", `attack: no technique id at offset 7, in "attack.ta0005": this is the id of a tactic, and a technique's is wanted`},
		{"AML.T0051", `attack: no technique id at offset 0, in "AML.T0051": an id begins with T; it looks like T1059 or T1059.001`},
		{"PowerShell", `attack: no technique id at offset 0, in "PowerShell": an id begins with T; it looks like T1059 or T1059.001`},
		{"T1059,T1078", `attack: no technique id at offset 5, in "T1059,T1078": a separator stands here, and only one id is wanted; ParseList reads lists`},
		{"Т1059", `attack: no technique id at offset 0, in "Т1059": an id begins with T; it looks like T1059 or T1059.001`}, // Cyrillic
		{strings.Repeat("é", 40), `attack: no technique id at offset 0, in "éééééééééééé…": an id begins with T; it looks like T1059 or T1059.001`},
		{"https://attack.mitre.org/tactics/TA0005", `attack: no technique id at offset 25: this is not the address of a technique, which goes on with techniques/ and the id`},
		{"https://attack.mitre.org/versions/v15", `attack: no technique id at offset 25: this is not the address of a technique, which goes on with techniques/ and the id`},
		{"https://attack.mitre.org/techniques/", `attack: no technique id at offset 36: the id is missing; it looks like T1059 or T1059.001`},
		{"https://attack.mitre.org/techniques/TA0005/", `attack: no technique id at offset 36: this is the id of a tactic, and a technique's is wanted`},
		{"https://attack.mitre.org/techniques/T1059/1/", `attack: no technique id at offset 43: the sub-technique's number must have three digits, as in T1059.001; found 1`},
		{"https://joe:secret@attack.mitre.org/techniques/T1059", `attack: no technique id at offset 8: this is not an address on attack.mitre.org`},
		{"ftp://attack.mitre.org/techniques/T1059", `attack: no technique id at offset 0: this is not an address on attack.mitre.org`},
		{"https://attack.mitre.org.evil/techniques/T1059", `attack: no technique id at offset 8: this is not an address on attack.mitre.org`},
	} {
		got, err := attack.Parse(tt.text)
		require.EqualError(t, err, tt.want, tt.text)
		require.Empty(t, got)
	}
}

func TestParseList(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []attack.ID
	}{
		{"", nil},
		{" ,;\n", nil},
		{"T1059", []attack.ID{"T1059"}},
		{"T1078;T1078.004", []attack.ID{"T1078", "T1078.004"}},
		{"T1086, t1059/001 ;\tattack.t0855\nhttps://attack.mitre.org/techniques/T1566/002/,", []attack.ID{"T1086", "T1059.001", "T0855", "T1566.002"}},
		{"T1059,T9999,T1059", []attack.ID{"T1059", "T9999", "T1059"}},
		{"T1059\u2003T1078\u0085", []attack.ID{"T1059", "T1078"}},
	} {
		got, err := attack.ParseList(tt.text)
		require.NoError(t, err, tt.text)
		require.Equal(t, tt.want, got, tt.text)
	}

	got, err := attack.ParseList("T1059, T1078; T10")
	require.EqualError(t, err, `attack: no technique id at offset 17, in "T10": four digits must follow the T, as in T1059; found 2`)
	require.Nil(t, got)
	parseErr, ok := errors.AsType[*attack.ParseError](err)
	require.True(t, ok)
	require.Equal(t, 17, parseErr.Offset)
	require.Equal(t, "T10", parseErr.Item)
}

// TestParseSpellings spells ids at random, held or not, and reads them back.
func TestParseSpellings(t *testing.T) {
	spellings := []func(attack.ID) string{
		func(id attack.ID) string { return string(id) },
		func(id attack.ID) string { return strings.ToLower(string(id)) },
		func(id attack.ID) string { return strings.Replace(string(id), ".", "/", 1) },
		func(id attack.ID) string { return "attack." + strings.ToLower(string(id)) },
		func(id attack.ID) string { return id.URL() },
		func(id attack.ID) string { return id.URL() + "/" },
		func(id attack.ID) string { return strings.TrimPrefix(id.URL(), "https://") + "?x#y" },
	}
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOf(rapid.Map(rapid.StringMatching(`T[01][0-9]{3}(\.0[01][0-9])?`), func(s string) attack.ID { return attack.ID(s) })).Draw(t, "ids")
		separators := rapid.SampledFrom([]string{",", ";", " ", ", ", ";\n", "\t", " , "})
		var text strings.Builder
		for _, id := range ids {
			spelt := rapid.SampledFrom(spellings).Draw(t, "spelling")(id)
			one, err := attack.Parse(spelt)
			require.NoError(t, err)
			require.Equal(t, id, one)
			text.WriteString(spelt + separators.Draw(t, "separator"))
		}
		got, err := attack.ParseList(text.String())
		require.NoError(t, err)
		require.True(t, slices.Equal(ids, got), "%q", text.String())
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"T1059", "t1059.001", "T1059/001", "attack.t1059.001", "attack.defense-evasion", "T1078;T1078.004", "T1059, T1086\tT9999",
		"https://attack.mitre.org/techniques/T1059/001/", "https://attack.mitre.org/versions/v15/techniques/T1562/001?a#b",
		"attack.mitre.org/versions/", "TA0005", "AML.T0051", "T1059.1", "T0000, ", "https://u:p@host/T1059", "", " ", "\xff\xfeT1059", "T1059\u00a0T1078", "http://",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkError := func(err error) {
			parseErr, ok := errors.AsType[*attack.ParseError](err)
			require.True(t, ok)
			require.True(t, parseErr.Offset >= 0 && parseErr.Offset <= len(text), "offset %d of %d", parseErr.Offset, len(text))
			require.NotEmpty(t, parseErr.Problem)
			require.Less(t, len(parseErr.Item), 32)
			require.True(t, utf8.ValidString(err.Error()))
		}
		id, err := attack.Parse(text)
		if err != nil {
			require.Empty(t, id)
			checkError(err)
		}
		ids, listErr := attack.ParseList(text)
		if listErr != nil {
			require.Nil(t, ids)
			checkError(listErr)
		}
		if err == nil {
			require.NoError(t, listErr)
			require.Equal(t, []attack.ID{id}, ids, "one id is a list of one")
		}
		for _, id := range ids {
			require.True(t, id.Valid(), "%q", id)
			again, err := attack.Parse(string(id))
			require.NoError(t, err)
			require.Equal(t, id, again)
			byAddress, err := attack.Parse(id.URL())
			require.NoError(t, err)
			require.Equal(t, id, byAddress)
		}
		if len(ids) == 1 && !strings.ContainsAny(text, ",;") {
			require.NoError(t, err, "a list of one is one id")
		}
	})
}
