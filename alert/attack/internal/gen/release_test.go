package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert/attack"
)

// readFacts reads the release that the committed tables were made from, or skips the test.
func readFacts(t *testing.T) (*release, string) {
	t.Helper()
	dir := attackFolder(os.Getenv(dataVariable))
	if dir == "" {
		t.Skip(dataVariable + " does not name the folder of data, so there is nothing to compare with")
	}
	rel, err := read(os.DirFS(dir))
	require.NoError(t, err)
	return rel, dir
}

// TestCommittedTables makes the tables again and compares.
func TestCommittedTables(t *testing.T) {
	rel, _ := readFacts(t)
	want, err := rel.source()
	require.NoError(t, err)
	for name, text := range map[string][]byte{tablesFile: want, licenceFile: rel.licence} {
		got, err := os.ReadFile(filepath.Join("..", "..", name))
		require.NoError(t, err)
		if string(text) != string(got) {
			t.Errorf("%s is out of date: run go generate\n%s", name, cmp.Diff(string(got), string(text)))
		}
	}
}

// TestPackageAgrees asks package attack for every row of the facts.
func TestPackageAgrees(t *testing.T) {
	rel, _ := readFacts(t)
	require.Equal(t, rel.version, attack.Version)
	require.Equal(t, rel.designation, attack.Copyright)

	ids := map[[2]string]attack.TacticID{}
	position := 0
	for _, domain := range domains {
		for got := range attack.Tactics(attack.Domain(domain + "-attack")) {
			want := rel.tactics[position]
			require.Equal(t, attack.Tactic{
				ID: attack.TacticID(want.id), Shortname: want.shortname, Name: want.name,
				Domain: attack.Domain(want.domain + "-attack"), Column: want.column, Status: attack.Status(want.status),
			}, got)
			ids[[2]string{want.domain, want.shortname}] = got.ID
			position++
		}
	}
	require.Len(t, rel.tactics, position)

	all := slices.Collect(attack.Techniques())
	require.Len(t, all, len(rel.techniques))
	for i, want := range rel.techniques {
		var tactics []attack.TacticID
		for _, shortname := range want.tactics {
			tactics = append(tactics, ids[[2]string{want.domain, shortname}])
		}
		require.Equal(t, tactics, slices.Collect(all[i].Tactics.IDs()), "the facts are in the order of the matrix: %s", want.id)
		parent, _, isSub := strings.Cut(want.id, ".")
		if !isSub {
			parent = ""
		}
		require.Equal(t, attack.Technique{
			ID: attack.ID(want.id), Name: want.name, Domain: attack.Domain(want.domain + "-attack"), Tactics: all[i].Tactics,
			Parent: attack.ID(parent), Platforms: attack.Platforms(strings.Join(want.platforms, ",")),
			Status: attack.Status(want.status), RevokedBy: attack.ID(want.successor),
		}, all[i])
	}
}

// TestChangesAgree follows every technique that changed in v19, and counts what became of Defense Evasion.
func TestChangesAgree(t *testing.T) {
	rel, dir := readFacts(t)
	rows := 0
	require.NoError(t, eachRow(os.DirFS(dir), "revoked-by.tsv", func(get func(string) string) error {
		rows++
		r := attack.Resolve(attack.ID(get("source_id")))
		require.Equal(t, get("final_id"), string(r.Technique.ID))
		require.Equal(t, get("final_status"), string(r.Technique.Status))
		require.Equal(t, get("target_id"), string(r.Hops[0]))
		return nil
	}))
	require.Equal(t, 210, rows)

	outcomes := map[string]int{}
	require.NoError(t, eachRow(os.DirFS(dir), "v18.1-to-v"+rel.version+".tsv", func(get func(string) string) error {
		id := attack.ID(get("id"))
		r := attack.Resolve(id)
		require.Equal(t, get("v19_id"), string(r.Technique.ID))
		var shortnames []string
		for tactic := range r.Tactics().All() {
			shortnames = append(shortnames, tactic.Shortname)
		}
		require.Equal(t, get("v19_tactics"), strings.Join(shortnames, ","), id)
		if get("domain") == "enterprise" && slices.Contains(splitList(get("v18_tactics")), "defense-evasion") {
			outcomes[get("v19_status")+" "+attack.LegacyDefenseEvasion(id).String()]++
		}
		return nil
	}))
	require.Equal(t, map[string]int{
		"active TA0005": 144, "active TA0112": 41, "active ": 13, "revoked TA0005": 2, "revoked TA0112": 15,
	}, outcomes)
}
