package main

import (
	"bytes"
	"errors"
	"flag"
	"go/format"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// small is a release with one of everything, in the form of the files that are read.
func small() map[string]string {
	tabs := func(lines ...string) string { return strings.ReplaceAll(strings.Join(lines, "\n")+"\n", "|", "\t") }
	return map[string]string{
		"README.md": "# Facts\n\n**ATT&CK version: 77.3** (made up)\n",
		licenceFile: "You may.\n\n\"© 2077 The MITRE Corporation. This work is made up.\"\n",
		"tactics.tsv": tabs("id|shortname|name|domain|order|status",
			"TA0009|shouting|Shouting|ics|1|active",
			"TA0003|defense-impairment|Defense Impairment|enterprise|2|active",
			"TA0005|stealth|Stealth|enterprise|1|active",
			"TA0004|entering|Entering|enterprise|3|active",
			"TA0011|entering|Entering|mobile|1|active",
			"TA0001|old-ways|Old Ways|mobile||deprecated"),
		"techniques.tsv": tabs("id|name|domain|tactics|parent_id|platforms|status|revoked_by|extra",
			"T1001|Hiding|enterprise|stealth,entering||macOS,Linux|active||x",
			"T1001.002|Hiding \"Wörds\"|enterprise|stealth,entering|T1001|Linux,macOS|active||x",
			"T1003|Running Away|enterprise|entering|||active||x",
			"T1002|Hiding|enterprise|stealth||Linux|revoked|T1001.002|x",
			"T1004|Hidden|enterprise|stealth||Linux|revoked|T1002|x",
			"T0995|Singing|ics|shouting||None|active||x",
			"T1006|Humming|mobile|old-ways||Android|deprecated||x",
			"T1007|Whistling|mobile|||Android|revoked||x",
			"T1008|Gone|mobile|entering||Android|revoked|T1006|x"),
		"revoked-by.tsv": tabs("source_id|target_id|final_id",
			"T1002|T1001.002|T1001.002",
			"T1004|T1002|T1001.002",
			"T1008|T1006|T1006"),
		"v76.1-to-v77.3.tsv": tabs("id|domain|v18_tactics|v19_status|v19_id|v19_tactics",
			"T1001|enterprise|defense-evasion,entering|active|T1001|stealth,entering",
			"T1003|enterprise|defense-evasion|active|T1003|entering",
			"T1002|enterprise|defense-evasion|revoked|T1001.002|stealth",
			"T0995|ics|shouting|active|T0995|shouting"),
	}
}

func folder(files map[string]string) fs.FS {
	dir := fstest.MapFS{}
	for name, text := range files {
		dir[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return dir
}

func TestSource(t *testing.T) {
	rel, err := read(folder(small()))
	require.NoError(t, err)
	got, err := rel.source()
	require.NoError(t, err)
	golden := filepath.Join("testdata", "small.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "run the test with -update to write it")
	require.Empty(t, cmp.Diff(string(want), string(got)))
	formatted, err := format.Source(got)
	require.NoError(t, err)
	require.Equal(t, string(formatted), string(got))
}

// TestOrder shuffles the rows of every file and wants the same bytes.
func TestOrder(t *testing.T) {
	rel, err := read(folder(small()))
	require.NoError(t, err)
	want, err := rel.source()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		files := small()
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if strings.HasSuffix(name, ".tsv") {
				lines := strings.Split(strings.TrimSuffix(files[name], "\n"), "\n")
				files[name] = lines[0] + "\n" + strings.Join(rapid.Permutation(lines[1:]).Draw(t, name), "\n")
			}
		}
		rel, err := read(folder(files))
		require.NoError(t, err)
		got, err := rel.source()
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
}

// TestFaults changes one thing at a time in the release and wants to be told.
func TestFaults(t *testing.T) {
	for _, tt := range []struct{ file, old, new, want string }{
		{"README.md", "version", "edition", `README.md: no line "ATT&CK version: x.y" names the release`},
		{licenceFile, "2077", "", licenceFile + `: MITRE's copyright designation ("© year The MITRE Corporation. …") is not in it`},
		{"tactics.tsv", "shortname", "nickname", `tactics.tsv:1: no column is named "shortname"`},
		{"tactics.tsv", "TA0009", "TA9", `tactics.tsv:2: id "TA9" is not of the form TA0000`},
		{"tactics.tsv", "Shouting", "", `tactics.tsv:2: TA0009 has no shortname or no name`},
		{"tactics.tsv", "\tics\t", "\tpre\t", `tactics.tsv:2: TA0009: unknown domain "pre"`},
		{"tactics.tsv", "deprecated", "revoked", `tactics.tsv:7: TA0001: status "revoked" is neither active nor deprecated`},
		{"tactics.tsv", "ics\t1", "ics\tone", `tactics.tsv:2: TA0009: order "one" is not a column from 1 to 255`},
		{"tactics.tsv", "ics\t1", "ics\t", `tactics.tsv:2: TA0009: an active tactic has a column and a deprecated one has none`},
		{"tactics.tsv", "enterprise\t3", "enterprise\t4", `tactics.tsv: TA0004 is column 4 of enterprise, want 3`},
		{"tactics.tsv", "enterprise\t2", "enterprise\t1", `tactics.tsv: TA0005 is column 1 of enterprise, want 2`},
		{"tactics.tsv", "TA0009", "TA0011", `tactics.tsv: TA0011 or its shortname "shouting" stands twice in ics`},
		{"tactics.tsv", "old-ways", "entering", `tactics.tsv: TA0001 or its shortname "entering" stands twice in mobile`},
		{"techniques.tsv", "\tx\n", "\n", `techniques.tsv:2: 8 cells under 9 column names`},
		{"techniques.tsv", "T1001.002", "T1001.2", `techniques.tsv:3: id "T1001.2" is not of the form T0000 or T0000.001`},
		{"techniques.tsv", "T1001.002", "T1001.000", `techniques.tsv:3: id "T1001.000" is not of the form T0000 or T0000.001`},
		{"techniques.tsv", "Singing", "", `techniques.tsv:7: T0995 has no name, or one that is not UTF-8`},
		{"techniques.tsv", "Singing", "\xff", `techniques.tsv:7: T0995 has no name, or one that is not UTF-8`},
		{"techniques.tsv", "\tics\t", "\tpre\t", `techniques.tsv:7: T0995: unknown domain "pre"`},
		{"techniques.tsv", "deprecated", "gone", `techniques.tsv:8: T1006: unknown status "gone"`},
		{"techniques.tsv", "deprecated\t", "deprecated\tT1001", `techniques.tsv:8: T1006 is deprecated and yet revoked by T1001`},
		{"techniques.tsv", "entering\tT1001\t", "entering\tT1003\t", `techniques.tsv:3: T1001.002: the parent "T1003" is not the part before the dot`},
		{"techniques.tsv", "shouting\t", "shouting\tT1003", `techniques.tsv:7: T0995: the parent "T1003" is not the part before the dot`},
		{"techniques.tsv", "shouting", "stealth", `techniques.tsv:7: T0995: ics has no tactic "stealth"`},
		{"techniques.tsv", "T1007", "T1006", `techniques.tsv: T1006 stands twice`},
		{"techniques.tsv", "revoked\tT1006", "revoked\tT1066", `techniques.tsv: T1008 is revoked by T1066, which is not in the file`},
		{"techniques.tsv", "T1001\tHiding", "T1009\tHiding", `techniques.tsv: T1001.002 has no parent in the file`},
		{"revoked-by.tsv", "T1006\tT1006", "T1007\tT1007", `revoked-by.tsv:4: T1008 is replaced by T1007 here, and not in techniques.tsv`},
		{"revoked-by.tsv", "T1008", "T1099", `revoked-by.tsv:4: T1099 is replaced by T1006 here, and not in techniques.tsv`},
		{"revoked-by.tsv", "T1002\tT1001.002\n", "T1002\tT1002\n", `revoked-by.tsv:3: the replacements of T1004 end at T1002 here, and at T1001.002 in techniques.tsv`},
		{"revoked-by.tsv", "T1008\tT1006\tT1006\n", "", `revoked-by.tsv has 2 rows, techniques.tsv names 3 successors`},
		{"v76.1-to-v77.3.tsv", "T1001\tent", "T1007\tent", `v76.1-to-v77.3.tsv:2: T1007 is active here, and not in techniques.tsv`},
		{"v76.1-to-v77.3.tsv", "stealth,entering", "stealth", `v76.1-to-v77.3.tsv:2: T1001 has the tactics "stealth" here, and ["stealth" "entering"] in techniques.tsv`},
	} {
		files := small()
		require.Contains(t, files[tt.file], tt.old, tt.want)
		files[tt.file] = strings.Replace(files[tt.file], tt.old, tt.new, 1)
		_, err := read(folder(files))
		require.EqualError(t, err, tt.want)
	}
	for name := range small() {
		files := small()
		delete(files, name)
		_, err := read(folder(files))
		require.Error(t, err, name)
		if strings.HasSuffix(name, ".tsv") {
			files[name] = "id\n"
			_, err = read(folder(files))
			require.EqualError(t, err, name+": no rows")
		}
	}

	files := small()
	files["techniques.tsv"] = strings.Replace(files["techniques.tsv"], "T1001.002\tHiding \"Wörds\"\tenterprise\tstealth,entering\tT1001\tLinux,macOS\tactive\t",
		"T1001.002\tHiding\tenterprise\tstealth,entering\tT1001\tLinux\trevoked\tT1002", 1)
	_, err := read(folder(files))
	require.EqualError(t, err, "revoked-by.tsv:2: the replacements of T1002 run in a circle")
}

// TestLimits makes releases that are too large for the coding of the tables.
func TestLimits(t *testing.T) {
	tactics := func(domain string, count int) (out []tactic) {
		for i := range count {
			out = append(out, tactic{id: "TA0001", name: domain + strings.Repeat("x", i), domain: domain, status: "active"})
		}
		return out
	}
	technique := technique{id: "T1000", name: "Name", domain: "ics", status: "active"}
	many := slices.Repeat([]string{"a", "b"}, maxPlatformSets)
	for want, rel := range map[string]*release{
		"mobile has 17 tactics, a row has room for 16: widen row.tactics in package attack": {tactics: tactics("mobile", 17)},
		"65 tactics, a set has room for 64: widen TacticSet in package attack":              {tactics: append(tactics("enterprise", 16), slices.Repeat(tactics("other", 1), 49)...)},
	} {
		require.EqualError(t, rel.checkLimits(0, 0), want)
	}
	require.NoError(t, (&release{tactics: tactics("mobile", 16)}).checkLimits(256, 65535))

	rel := &release{}
	for i := range maxPlatformSets + 1 {
		technique.platforms = many[:i]
		rel.techniques = append(rel.techniques, technique)
	}
	_, err := rel.source()
	require.EqualError(t, err, "257 sets of platforms, a row can name 256: widen row.platforms in package attack")

	technique.name = strings.Repeat("x", 65531)
	technique.platforms = nil
	rel.techniques = rel.techniques[:0]
	rel.techniques = append(rel.techniques, technique)
	_, err = rel.source()
	require.EqualError(t, err, "65536 bytes of ids and names, offsets reach to 65535: widen table.starts in package attack")

	for want, names := range map[string][]string{
		`the tactic TA0001 "Not & Go" does not make a Go name`:   {"Not & Go"},
		`the tactics TA0001 and TA0001 would both be named Same`: {"Same", "Sa me"},
	} {
		rel := &release{}
		for _, name := range names {
			rel.tactics = append(rel.tactics, tactic{id: "TA0001", name: name, domain: "enterprise", column: 1, status: "active"})
		}
		_, err := rel.source()
		require.EqualError(t, err, want)
	}
}

func TestNumber(t *testing.T) {
	for id, want := range map[string]string{
		"T1059": "1059_000", "T1059.001": "1059_001", "T0800": "800_000", "T0001.010": "1_010", "T0000": "0", "T0000.008": "8",
	} {
		require.Equal(t, want, number(id), id)
	}
}

func TestRun(t *testing.T) {
	data := t.TempDir()
	in := filepath.Join(data, "attack")
	require.NoError(t, os.Mkdir(in, 0o755))
	for name, text := range small() {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(text), 0o644))
	}
	golden, err := os.ReadFile(filepath.Join("testdata", "small.golden"))
	require.NoError(t, err)
	for _, args := range [][]string{{}, {"-data", in}} {
		out := t.TempDir()
		environment := data
		if len(args) > 0 {
			environment = ""
		}
		require.NoError(t, run(append(args, "-out", out), environment, t.Output()))
		tables, err := os.ReadFile(filepath.Join(out, tablesFile))
		require.NoError(t, err)
		require.Equal(t, string(golden), string(tables))
		licence, err := os.ReadFile(filepath.Join(out, licenceFile))
		require.NoError(t, err)
		require.Equal(t, small()[licenceFile], string(licence))
	}

	var messages bytes.Buffer
	require.EqualError(t, run(nil, "", &messages), "no folder to read: set INCIDENTKIT_DATA or give -data")
	require.EqualError(t, run([]string{"x"}, data, &messages), `unexpected argument "x": the folders are given by -data and -out`)
	require.ErrorIs(t, run([]string{"-data", t.TempDir()}, "", &messages), fs.ErrNotExist)
	require.ErrorIs(t, run([]string{"-out", filepath.Join(data, "none")}, data, &messages), fs.ErrNotExist)
	require.Error(t, run([]string{"-nonsense"}, data, &messages))
	require.True(t, errors.Is(run([]string{"-h"}, data, &messages), flag.ErrHelp))
	require.Contains(t, messages.String(), "folder of the TSV files")
}
