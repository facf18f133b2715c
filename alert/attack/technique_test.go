package attack_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert/attack"
)

func tacticSet(t *testing.T, ids ...attack.TacticID) attack.TacticSet {
	t.Helper()
	set, err := attack.TacticSetOf(ids...)
	require.NoError(t, err)
	return set
}

// TestCounts compares the tables with the numbers that MITRE's release notes give for active techniques, and with those
// counted in its repository for the others.
func TestCounts(t *testing.T) {
	type key struct {
		domain attack.Domain
		status attack.Status
		sub    bool
	}
	got := map[key]int{}
	hops := map[attack.Domain]int{}
	for x := range attack.Techniques() {
		if x.Status == attack.Active {
			got[key{x.Domain, x.Status, x.IsSubtechnique()}]++
		} else {
			got[key{x.Domain, x.Status, false}]++
		}
		if x.RevokedBy != "" {
			hops[x.Domain]++
		}
	}
	want := map[key]int{
		{attack.Enterprise, attack.Active, false}:     222,
		{attack.Enterprise, attack.Active, true}:      475,
		{attack.Enterprise, attack.Deprecated, false}: 12,
		{attack.Enterprise, attack.Revoked, false}:    149,
		{attack.Mobile, attack.Active, false}:         77,
		{attack.Mobile, attack.Active, true}:          47,
		{attack.Mobile, attack.Deprecated, false}:     13,
		{attack.Mobile, attack.Revoked, false}:        53,
		{attack.ICS, attack.Active, false}:            79,
		{attack.ICS, attack.Active, true}:             18,
		{attack.ICS, attack.Deprecated, false}:        12,
		{attack.ICS, attack.Revoked, false}:           9,
	}
	require.Empty(t, cmp.Diff(want, got))
	require.Equal(t, map[attack.Domain]int{attack.Enterprise: 149, attack.Mobile: 52, attack.ICS: 9}, hops)
	require.Equal(t, "19.1", attack.Version)
}

// TestTacticsPerTechnique counts active techniques by how many tactics they have.
func TestTacticsPerTechnique(t *testing.T) {
	got := map[attack.Domain][5]int{}
	for x := range attack.Techniques() {
		if x.Status == attack.Active {
			counts := got[x.Domain]
			counts[x.Tactics.Len()]++
			got[x.Domain] = counts
		}
	}
	require.Equal(t, map[attack.Domain][5]int{
		attack.Enterprise: {1: 552, 2: 120, 3: 20, 4: 5},
		attack.Mobile:     {1: 105, 2: 18, 3: 1},
		attack.ICS:        {1: 81, 2: 13, 3: 3},
	}, got)
}

func TestLookup(t *testing.T) {
	for _, want := range []attack.Technique{
		{
			ID: "T1059.001", Name: "PowerShell", Domain: attack.Enterprise, Tactics: tacticSet(t, attack.Execution),
			Parent: "T1059", Platforms: "Windows", Status: attack.Active,
		},
		{ // the first row, and the word None is no platform
			ID: "T0800", Name: "Activate Firmware Update Mode", Domain: attack.ICS,
			Tactics: tacticSet(t, attack.ICSInhibitResponseFunction), Status: attack.Active,
		},
		{ // four tactics
			ID: "T1078", Name: "Valid Accounts", Domain: attack.Enterprise,
			Tactics:   tacticSet(t, attack.InitialAccess, attack.Persistence, attack.PrivilegeEscalation, attack.Stealth),
			Platforms: "Containers,ESXi,IaaS,Identity Provider,Linux,Network Devices,Office Suite,SaaS,Windows,macOS", Status: attack.Active,
		},
		{ // revoked, a technique by a technique; its tactic is stale
			ID: "T1562", Name: "Impair Defenses", Domain: attack.Enterprise, Tactics: tacticSet(t, attack.Stealth),
			Platforms: "Containers,ESXi,IaaS,Identity Provider,Linux,Network Devices,Office Suite,Windows,macOS",
			Status:    attack.Revoked, RevokedBy: "T1685",
		},
		{ // revoked, a sub-technique by a technique
			ID: "T1547.011", Name: "Plist Modification", Domain: attack.Enterprise,
			Tactics: tacticSet(t, attack.Persistence, attack.PrivilegeEscalation),
			Parent:  "T1547", Platforms: "macOS", Status: attack.Revoked, RevokedBy: "T1647",
		},
		{ // revoked, a technique by a sub-technique, in ICS
			ID: "T0855", Name: "Unauthorized Command Message", Domain: attack.ICS, Tactics: tacticSet(t, attack.ICSImpairProcessControl),
			Status: attack.Revoked, RevokedBy: "T1692.001",
		},
		{ // revoked by nothing
			ID: "T1454", Name: "Malicious SMS Message", Domain: attack.Mobile, Tactics: tacticSet(t, attack.MobileCollection),
			Platforms: "Android", Status: attack.Revoked,
		},
		{ // ICS with a number that looks like one of Enterprise
			ID: "T1691", Name: "Block Operational Technology Message", Domain: attack.ICS,
			Tactics: tacticSet(t, attack.ICSInhibitResponseFunction), Status: attack.Active,
		},
		{
			ID: "T1475", Name: "Deliver Malicious App via Authorized App Store", Domain: attack.Mobile,
			Tactics: tacticSet(t, attack.MobileInitialAccess), Platforms: "Android,iOS", Status: attack.Deprecated,
		},
	} {
		got, ok := attack.Lookup(want.ID)
		require.True(t, ok, want.ID)
		require.Equal(t, want, got)
	}

	for _, id := range []attack.ID{
		"", "T", "T1059.000", "T1059.999", "T1053.010", "T1218.006", "T0000", "T0799", "T9999", "T9999.999", "T1695.004", "T1696", "T1695.999", "T1059.014", "T0000.001", "T0896", "t1059", "T1059/001", " T1059", "TA0001", "T1224",
	} {
		got, ok := attack.Lookup(id)
		require.False(t, ok, id)
		require.Zero(t, got, id)
	}
}

// TestDomainOfDigits holds the ranges of numbers that were observed, to show that the digits do not tell the domain.
func TestDomainOfDigits(t *testing.T) {
	span := map[attack.Domain][2]attack.ID{}
	for x := range attack.Techniques() {
		if x.IsSubtechnique() {
			continue
		}
		ids, ok := span[x.Domain]
		if !ok {
			ids[0] = x.ID
		}
		ids[1] = x.ID
		span[x.Domain] = ids
	}
	require.Equal(t, map[attack.Domain][2]attack.ID{
		attack.Enterprise: {"T1001", "T1690"},
		attack.Mobile:     {"T1398", "T1676"},
		attack.ICS:        {"T0800", "T1695"},
	}, span)
	for _, id := range []attack.ID{"T1691", "T1692", "T1693", "T1694", "T1695"} {
		x, ok := attack.Lookup(id)
		require.True(t, ok, id)
		require.Equal(t, attack.ICS, x.Domain, id)
	}
}

// TestEveryTechnique holds what is true of every row.
func TestEveryTechnique(t *testing.T) {
	var previous attack.Technique
	for x := range attack.Techniques() {
		require.Less(t, previous.ID, x.ID, "ascending order")
		require.True(t, x.ID.Valid(), x.ID)
		require.Equal(t, x.ID.Parent(), x.Parent, x.ID)
		require.NotEmpty(t, x.Name, x.ID)
		require.Equal(t, strings.TrimSpace(x.Name), x.Name, x.ID)
		require.Equal(t, x.ID.URL(), x.URL())
		require.NotContains(t, slices.Collect(x.Platforms.All()), "None", x.ID)
		require.True(t, x.RevokedBy == "" || x.Status == attack.Revoked, x.ID)

		found, ok := attack.Lookup(x.ID)
		require.True(t, ok, x.ID)
		require.Equal(t, x, found)
		parsed, err := attack.Parse(x.URL())
		require.NoError(t, err)
		require.Equal(t, x.ID, parsed)

		for tactic := range x.Tactics.All() {
			require.Equal(t, x.Domain, tactic.Domain, x.ID)
		}
		if x.Parent != "" {
			parent, ok := attack.Lookup(x.Parent)
			require.True(t, ok, x.ID)
			require.Equal(t, parent.Domain, x.Domain, x.ID)
			require.Contains(t, slices.Collect(attack.Children(x.Parent)), x)
			if x.Status == attack.Active {
				require.Equal(t, parent.Tactics, x.Tactics, x.ID)
			}
		}
		previous = x
	}
}

func TestNames(t *testing.T) {
	var notASCII []attack.ID
	active := map[string]int{}
	longest := 0
	for x := range attack.Techniques() {
		if strings.ContainsFunc(x.Name, func(r rune) bool { return r > 127 }) {
			notASCII = append(notASCII, x.ID)
			require.Equal(t, "Process Doppelgänging", x.Name)
		}
		if x.Status == attack.Active {
			active[string(x.Domain)+"/"+x.Name]++
		}
		longest = max(longest, len(x.Name))
	}
	require.Equal(t, []attack.ID{"T1055.013", "T1186"}, notASCII)
	require.Equal(t, 54, longest)
	shared := 0
	for _, count := range active {
		if count > 1 {
			shared++
		}
	}
	require.Equal(t, 25, shared, "names that several active techniques of a domain bear")
	require.Equal(t, 2, active["enterprise-attack/Domains"])
}

func TestDisplayName(t *testing.T) {
	for id, want := range map[attack.ID]string{
		"T1566.002": "Phishing: Spearphishing Link",
		"T1566":     "Phishing",
		"T1055.013": "Process Injection: Process Doppelgänging",
		"T1562.001": "Impair Defenses: Disable or Modify Tools",
	} {
		x, ok := attack.Lookup(id)
		require.True(t, ok, id)
		require.Equal(t, want, x.DisplayName())
	}
	require.Equal(t, "Ours", attack.Technique{ID: "T9999.001", Parent: "T9999", Name: "Ours"}.DisplayName())
}

func TestChildren(t *testing.T) {
	ids := func(id attack.ID) (out []attack.ID) {
		for x := range attack.Children(id) {
			out = append(out, x.ID)
		}
		return out
	}
	require.Equal(t, []attack.ID{"T1053.001", "T1053.002", "T1053.003", "T1053.004", "T1053.005", "T1053.006", "T1053.007"}, ids("T1053"))
	require.Equal(t, []attack.ID{"T1692.001", "T1692.002"}, ids("T1692"))
	require.NotContains(t, ids("T1218"), attack.ID("T1218.006"))
	require.Len(t, ids("T1027"), 18)
	for _, id := range []attack.ID{"T1059.001", "T1106", "T1695.001", "T9999", "", "t1059", "T1059.000"} {
		require.Empty(t, ids(id), id)
	}
	last := slices.Collect(attack.Techniques())
	require.Empty(t, ids(last[len(last)-1].ID), "the end of the table")

	total := 0
	for x := range attack.Techniques() {
		for range attack.Children(x.ID) {
			total++
			break
		}
		total += len(ids(x.ID))
	}
	subs := 0
	parents := map[attack.ID]bool{}
	for x := range attack.Techniques() {
		if x.IsSubtechnique() {
			subs++
			parents[x.Parent] = true
		}
	}
	require.Equal(t, subs+len(parents), total)
}

func TestPlatforms(t *testing.T) {
	x, _ := attack.Lookup("T1003")
	require.Equal(t, []string{"Linux", "Windows", "macOS"}, slices.Collect(x.Platforms.All()))
	require.True(t, x.Platforms.Has("Windows"))
	require.False(t, x.Platforms.Has("windows"))
	require.False(t, x.Platforms.Has("Win"))
	require.False(t, x.Platforms.Has(""))
	none := attack.Platforms("")
	require.Empty(t, slices.Collect(none.All()))
	require.False(t, none.Has(""))
}

func TestStopsWhenTold(t *testing.T) {
	for x := range attack.Techniques() {
		require.Equal(t, attack.ID("T0800"), x.ID)
		break
	}
	for x := range attack.Children("T1059") {
		require.Equal(t, attack.ID("T1059.001"), x.ID)
		break
	}
	for x := range attack.Tactics(attack.ICS) {
		require.Equal(t, attack.ICSInitialAccess, x.ID)
		break
	}
	for id := range tacticSet(t, attack.Impact, attack.Execution).IDs() {
		require.Equal(t, attack.Execution, id)
		break
	}
}

// TestLicence holds the duty that comes with the data.
func TestLicence(t *testing.T) {
	file, err := os.ReadFile("LICENSE-ATTACK.txt")
	require.NoError(t, err)
	require.Equal(t, string(file), attack.License())
	require.Contains(t, attack.License(), "non-exclusive, royalty-free license")
	require.Contains(t, attack.License(), `"`+attack.Copyright+`"`)
	tables, err := os.ReadFile("tables_gen.go")
	require.NoError(t, err)
	require.Contains(t, string(tables), "// "+attack.Copyright+"\n")
	require.Regexp(t, `^// Code generated .* DO NOT EDIT\.\n`, string(tables))
}
