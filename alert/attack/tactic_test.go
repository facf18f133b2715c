package attack_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert/attack"
)

var allDomains = [...]attack.Domain{attack.Enterprise, attack.Mobile, attack.ICS}

// TestEnterpriseMatrix holds the columns of the matrix and how many active techniques stand in each.
func TestEnterpriseMatrix(t *testing.T) {
	techniques, subs := map[attack.TacticID]int{}, map[attack.TacticID]int{}
	for x := range attack.Techniques() {
		for id := range x.Tactics.IDs() {
			switch {
			case x.Status != attack.Active:
			case x.IsSubtechnique():
				subs[id]++
			default:
				techniques[id]++
			}
		}
	}
	var got []string
	for x := range attack.Tactics(attack.Enterprise) {
		require.Equal(t, attack.Active, x.Status)
		got = append(got, fmt.Sprintf("%d %s %s %s %d %d", x.Column, x.ID, x.Shortname, x.Name, techniques[x.ID], subs[x.ID]))
	}
	require.Equal(t, []string{
		"1 TA0043 reconnaissance Reconnaissance 12 34",
		"2 TA0042 resource-development Resource Development 9 41",
		"3 TA0001 initial-access Initial Access 11 11",
		"4 TA0002 execution Execution 20 44",
		"5 TA0003 persistence Persistence 22 91",
		"6 TA0004 privilege-escalation Privilege Escalation 13 83",
		"7 TA0005 stealth Stealth 30 118",
		"8 TA0112 defense-impairment Defense Impairment 18 38",
		"9 TA0006 credential-access Credential Access 17 50",
		"10 TA0007 discovery Discovery 34 15",
		"11 TA0008 lateral-movement Lateral Movement 9 14",
		"12 TA0009 collection Collection 17 24",
		"13 TA0011 command-and-control Command and Control 18 27",
		"14 TA0010 exfiltration Exfiltration 9 10",
		"15 TA0040 impact Impact 15 18",
	}, got)
}

func TestTactics(t *testing.T) {
	ids := func(domain attack.Domain) (out []attack.TacticID) {
		column := 0
		for x := range attack.Tactics(domain) {
			require.Equal(t, domain, x.Domain)
			require.Equal(t, x.ID.URL(), x.URL())
			require.True(t, x.ID.Valid())
			column++
			if x.Status == attack.Active {
				require.Equal(t, column, x.Column, x.ID)
			} else {
				require.Equal(t, attack.Deprecated, x.Status, x.ID)
				require.Zero(t, x.Column, x.ID)
			}
			found, ok := attack.LookupTactic(x.ID)
			require.True(t, ok)
			require.Equal(t, x, found)
			found, ok = attack.TacticByShortname(domain, x.Shortname)
			require.True(t, ok)
			require.Equal(t, x, found)
			out = append(out, x.ID)
		}
		return out
	}
	require.Equal(t, []attack.TacticID{
		"TA0027", "TA0041", "TA0028", "TA0029", "TA0030", "TA0031", "TA0032", "TA0033", "TA0035", "TA0037", "TA0036", "TA0034", "TA0038", "TA0039",
	}, ids(attack.Mobile))
	require.Equal(t, []attack.TacticID{
		"TA0108", "TA0104", "TA0110", "TA0111", "TA0103", "TA0102", "TA0109", "TA0100", "TA0101", "TA0107", "TA0106", "TA0105",
	}, ids(attack.ICS))
	require.Len(t, ids(attack.Enterprise), 15)
	require.Empty(t, ids("pre-attack"))
}

func TestTacticByShortname(t *testing.T) {
	for _, tt := range []struct {
		domain    attack.Domain
		shortname string
		want      attack.TacticID
	}{
		{attack.Enterprise, "initial-access", attack.InitialAccess},
		{attack.Mobile, "initial-access", attack.MobileInitialAccess},
		{attack.ICS, "initial-access", attack.ICSInitialAccess},
		{attack.Mobile, "defense-evasion", attack.MobileDefenseEvasion},
		{attack.Enterprise, "stealth", "TA0005"},
		{attack.Enterprise, "defense-impairment", "TA0112"},
		{attack.Mobile, "network-effects", "TA0038"},
		{domain: attack.Enterprise, shortname: "defense-evasion"},
		{domain: attack.ICS, shortname: "stealth"},
		{domain: attack.Enterprise, shortname: "Initial Access"},
		{domain: "enterprise", shortname: "initial-access"},
		{domain: attack.Enterprise},
	} {
		got, ok := attack.TacticByShortname(tt.domain, tt.shortname)
		require.Equal(t, tt.want != "", ok, tt)
		require.Equal(t, tt.want, got.ID, tt)
	}
	for _, id := range []attack.TacticID{"", "TA0000", "TA0012", "TA0113", "TA0999", "TA9999", "ta0001", "T1059"} {
		got, ok := attack.LookupTactic(id)
		require.False(t, ok, id)
		require.Zero(t, got, id)
	}
}

func TestTacticSet(t *testing.T) {
	var empty attack.TacticSet
	require.Zero(t, empty.Len())
	require.Equal(t, "", empty.String())
	require.Empty(t, slices.Collect(empty.All()))
	require.False(t, empty.Has(attack.Impact))

	set := tacticSet(t, attack.Impact, attack.Stealth, attack.DefenseImpairment, attack.CredentialAccess, attack.Impact)
	require.Equal(t, "TA0005,TA0112,TA0006,TA0040", set.String(), "the order of the matrix, not of the numbers")
	require.Equal(t, 4, set.Len())
	require.True(t, set.Has("TA0112"))
	require.False(t, set.Has("TA0001"))
	require.False(t, set.Has("TA0999"))
	require.False(t, set.Has(""))

	// The publisher lists the tactics of these two in opposite orders.
	for _, id := range []attack.ID{"T1546", "T1546.017"} {
		x, _ := attack.Lookup(id)
		require.Equal(t, []attack.TacticID{attack.Persistence, attack.PrivilegeEscalation}, slices.Collect(x.Tactics.IDs()))
	}

	_, err := attack.TacticSetOf(attack.Impact, "defense-evasion")
	require.EqualError(t, err, `attack: "defense-evasion" is not the id of a tactic of ATT&CK v19.1; ids look like TA0001`)
}

func TestTacticSetJSON(t *testing.T) {
	x, _ := attack.Lookup("T1059.001")
	for name, codec := range map[string]struct {
		marshal   func(any) ([]byte, error)
		unmarshal func([]byte, any) error
	}{
		"encoding/json": {json.Marshal, json.Unmarshal},
		"json/v2": {
			func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
			func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) },
		},
	} {
		text, err := codec.marshal(x)
		require.NoError(t, err, name)
		require.Equal(t, `{"ID":"T1059.001","Name":"PowerShell","Domain":"enterprise-attack","Tactics":"TA0002",`+
			`"Parent":"T1059","Platforms":"Windows","Status":"active","RevokedBy":""}`, string(text), name)
		var back attack.Technique
		require.NoError(t, codec.unmarshal(text, &back), name)
		require.Equal(t, x, back, name)

		set := x.Tactics
		require.ErrorContains(t, codec.unmarshal([]byte(`"TA0002,TA0999"`), &set), `"TA0999"`, name)
		require.Equal(t, x.Tactics, set, "a failure leaves the set alone")
		require.Error(t, codec.unmarshal([]byte(`"TA0002,"`), &set), name)
	}
}

func TestTacticSetProperties(t *testing.T) {
	var all []attack.TacticID
	for _, domain := range allDomains {
		for x := range attack.Tactics(domain) {
			all = append(all, x.ID)
		}
	}
	require.Len(t, all, 41)
	position := func(a, b attack.TacticID) int { return cmp.Compare(slices.Index(all, a), slices.Index(all, b)) }

	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOf(rapid.SampledFrom(all))
		a, b := some.Draw(t, "a"), some.Draw(t, "b")
		setA, err := attack.TacticSetOf(a...)
		require.NoError(t, err)
		setB, err := attack.TacticSetOf(b...)
		require.NoError(t, err)

		want := slices.Clone(a)
		slices.SortFunc(want, position)
		want = slices.Compact(want)
		require.Equal(t, len(want), setA.Len())
		require.ElementsMatch(t, want, slices.Collect(setA.IDs()))
		require.True(t, slices.IsSortedFunc(slices.Collect(setA.IDs()), position))

		union := setA.Union(setB)
		common := false
		for _, id := range all {
			inA, inB := slices.Contains(a, id), slices.Contains(b, id)
			require.Equal(t, inA, setA.Has(id))
			require.Equal(t, inA || inB, union.Has(id))
			common = common || inA && inB
		}
		require.Equal(t, common, setA.Intersects(setB))

		text, err := union.MarshalText()
		require.NoError(t, err)
		back := setA
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, union, back)
	})
}
