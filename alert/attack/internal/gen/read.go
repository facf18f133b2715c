package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// licenceFile holds MITRE's licence, in the folder that is read and beside the tables that are written.
const licenceFile = "LICENSE-ATTACK.txt"

// domains are the values of the column "domain", in the order the tables keep.
var domains = []string{"enterprise", "mobile", "ics"}

// statuses are the values of the column "status".
var statuses = []string{"active", "deprecated", "revoked"}

var (
	versionPattern     = regexp.MustCompile(`ATT&CK version: (\d+\.\d+)`)
	designationPattern = regexp.MustCompile(`"(© \d{4} The MITRE Corporation\. [^"\n]+)"`)
	techniquePattern   = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	tacticPattern      = regexp.MustCompile(`^TA\d{4}$`)
)

// release is everything the tables say, checked and in the order of the tables.
type release struct {
	version     string
	designation string
	licence     []byte
	tactics     []tactic
	techniques  []technique
}

// tactic is one row of tactics.tsv. A column of 0 means that it is in no current matrix.
type tactic struct {
	id, shortname, name, domain, status string
	column                              int
}

// technique is one row of techniques.tsv.
type technique struct {
	id, name, domain, status, successor string
	tactics, platforms                  []string
	// departed says that the technique was in Defense Evasion before v19 and is now in neither of the
	// two tactics that followed it.
	departed bool
}

// read reads and checks a folder of facts.
func read(dir fs.FS) (*release, error) {
	rel := &release{}
	readme, err := fs.ReadFile(dir, "README.md")
	if err != nil {
		return nil, err
	}
	version := versionPattern.FindSubmatch(readme)
	if version == nil {
		return nil, errors.New(`README.md: no line "ATT&CK version: x.y" names the release`)
	}
	rel.version = string(version[1])

	if rel.licence, err = fs.ReadFile(dir, licenceFile); err != nil {
		return nil, err
	}
	designation := designationPattern.FindSubmatch(rel.licence)
	if designation == nil {
		return nil, fmt.Errorf("%s: MITRE's copyright designation (\"© year The MITRE Corporation. …\") is not in it", licenceFile)
	}
	rel.designation = string(designation[1])

	if err := rel.readTactics(dir); err != nil {
		return nil, err
	}
	if err := rel.readTechniques(dir); err != nil {
		return nil, err
	}
	if err := rel.checkRevocations(dir); err != nil {
		return nil, err
	}
	if err := rel.readChanges(dir); err != nil {
		return nil, err
	}
	return rel, nil
}

func (rel *release) readTactics(dir fs.FS) error {
	err := eachRow(dir, "tactics.tsv", func(get func(string) string) error {
		t := tactic{id: get("id"), shortname: get("shortname"), name: get("name"), domain: get("domain"), status: get("status")}
		switch {
		case !tacticPattern.MatchString(t.id):
			return fmt.Errorf("id %q is not of the form TA0000", t.id)
		case t.shortname == "" || t.name == "":
			return fmt.Errorf("%s has no shortname or no name", t.id)
		case !slices.Contains(domains, t.domain):
			return fmt.Errorf("%s: unknown domain %q", t.id, t.domain)
		case t.status != "active" && t.status != "deprecated":
			return fmt.Errorf("%s: status %q is neither active nor deprecated", t.id, t.status)
		}
		if order := get("order"); order != "" {
			column, err := strconv.Atoi(order)
			if err != nil || column < 1 || column > 255 {
				return fmt.Errorf("%s: order %q is not a column from 1 to 255", t.id, order)
			}
			t.column = column
		}
		if (t.status == "active") != (t.column > 0) {
			return fmt.Errorf("%s: an active tactic has a column and a deprecated one has none", t.id)
		}
		rel.tactics = append(rel.tactics, t)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(rel.tactics, func(a, b tactic) int {
		return cmp.Or(
			cmp.Compare(slices.Index(domains, a.domain), slices.Index(domains, b.domain)),
			cmp.Compare(uint(a.column-1), uint(b.column-1)), // no column comes last
			cmp.Compare(a.id, b.id),
		)
	})
	ids, names := map[string]bool{}, map[[2]string]bool{}
	for i, t := range rel.tactics {
		if ids[t.id] || names[[2]string{t.domain, t.shortname}] {
			return fmt.Errorf("tactics.tsv: %s or its shortname %q stands twice in %s", t.id, t.shortname, t.domain)
		}
		ids[t.id], names[[2]string{t.domain, t.shortname}] = true, true
		want := 1
		if i > 0 && rel.tactics[i-1].domain == t.domain {
			want = rel.tactics[i-1].column + 1
		}
		if t.column > 0 && t.column != want {
			return fmt.Errorf("tactics.tsv: %s is column %d of %s, want %d", t.id, t.column, t.domain, want)
		}
	}
	return nil
}

func (rel *release) readTechniques(dir fs.FS) error {
	err := eachRow(dir, "techniques.tsv", func(get func(string) string) error {
		t := technique{
			id: get("id"), name: get("name"), domain: get("domain"), status: get("status"), successor: get("revoked_by"),
			tactics: splitList(get("tactics")), platforms: splitList(get("platforms")),
		}
		// ICS publishes the word None where it means that it has no platform to name.
		t.platforms = slices.DeleteFunc(t.platforms, func(p string) bool { return p == "None" })
		slices.Sort(t.platforms)
		parent, _, isSub := strings.Cut(t.id, ".")
		switch {
		case !techniquePattern.MatchString(t.id) || strings.HasSuffix(t.id, ".000"):
			return fmt.Errorf("id %q is not of the form T0000 or T0000.001", t.id)
		case t.name == "" || !utf8.ValidString(t.name):
			return fmt.Errorf("%s has no name, or one that is not UTF-8", t.id)
		case !slices.Contains(domains, t.domain):
			return fmt.Errorf("%s: unknown domain %q", t.id, t.domain)
		case !slices.Contains(statuses, t.status):
			return fmt.Errorf("%s: unknown status %q", t.id, t.status)
		case t.status != "revoked" && t.successor != "":
			return fmt.Errorf("%s is %s and yet revoked by %s", t.id, t.status, t.successor)
		case isSub && get("parent_id") != parent, !isSub && get("parent_id") != "":
			return fmt.Errorf("%s: the parent %q is not the part before the dot", t.id, get("parent_id"))
		}
		for _, shortname := range t.tactics {
			if !slices.ContainsFunc(rel.tactics, func(x tactic) bool { return x.domain == t.domain && x.shortname == shortname }) {
				return fmt.Errorf("%s: %s has no tactic %q", t.id, t.domain, shortname)
			}
		}
		rel.techniques = append(rel.techniques, t)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(rel.techniques, func(a, b technique) int { return cmp.Compare(a.id, b.id) })
	for i, t := range rel.techniques {
		if i > 0 && rel.techniques[i-1].id == t.id {
			return fmt.Errorf("techniques.tsv: %s stands twice", t.id)
		}
		if t.successor != "" && rel.find(t.successor) == nil {
			return fmt.Errorf("techniques.tsv: %s is revoked by %s, which is not in the file", t.id, t.successor)
		}
		if parent, _, isSub := strings.Cut(t.id, "."); isSub && rel.find(parent) == nil {
			return fmt.Errorf("techniques.tsv: %s has no parent in the file", t.id)
		}
	}
	return nil
}

// checkRevocations compares the column revoked_by with revoked-by.tsv, which has the end of every chain.
func (rel *release) checkRevocations(dir fs.FS) error {
	rows := 0
	err := eachRow(dir, "revoked-by.tsv", func(get func(string) string) error {
		rows++
		source := get("source_id")
		old := rel.find(source)
		if old == nil || old.successor != get("target_id") {
			return fmt.Errorf("%s is replaced by %s here, and not in techniques.tsv", source, get("target_id"))
		}
		end := old
		for hops := 0; end.successor != ""; hops++ {
			if hops > len(rel.techniques) {
				return fmt.Errorf("the replacements of %s run in a circle", source)
			}
			end = rel.find(end.successor)
		}
		if end.id != get("final_id") {
			return fmt.Errorf("the replacements of %s end at %s here, and at %s in techniques.tsv", source, get("final_id"), end.id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	replaced := 0
	for _, t := range rel.techniques {
		if t.successor != "" {
			replaced++
		}
	}
	if replaced != rows {
		return fmt.Errorf("revoked-by.tsv has %d rows, techniques.tsv names %d successors", rows, replaced)
	}
	return nil
}

// readChanges finds the techniques that left Defense Evasion for neither of its followers. The
// file's name begins with the older of the two releases it compares and ends with this one.
func (rel *release) readChanges(dir fs.FS) error {
	names, err := fs.Glob(dir, "v*-to-v"+rel.version+".tsv")
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return fmt.Errorf("%d files are named like v18.1-to-v%s.tsv, want one", len(names), rel.version)
	}
	return eachRow(dir, names[0], func(get func(string) string) error {
		if get("domain") != "enterprise" || get("v19_status") != "active" || !slices.Contains(splitList(get("v18_tactics")), "defense-evasion") {
			return nil
		}
		now := rel.find(get("id"))
		if now == nil || now.status != "active" {
			return fmt.Errorf("%s is active here, and not in techniques.tsv", get("id"))
		}
		if !slices.Equal(now.tactics, splitList(get("v19_tactics"))) {
			return fmt.Errorf("%s has the tactics %q here, and %q in techniques.tsv", now.id, get("v19_tactics"), now.tactics)
		}
		now.departed = !slices.Contains(now.tactics, "stealth") && !slices.Contains(now.tactics, "defense-impairment")
		return nil
	})
}

// find returns the technique with the id, or nil. The techniques must be sorted.
func (rel *release) find(id string) *technique {
	i, ok := slices.BinarySearchFunc(rel.techniques, id, func(t technique, id string) int { return cmp.Compare(t.id, id) })
	if !ok {
		return nil
	}
	return &rel.techniques[i]
}

// eachRow calls row for every line of a TSV file below its header, with a getter of cells by column
// name. An error carries the file and line. Asking for a column that the header lacks is an error.
func eachRow(dir fs.FS, name string, row func(get func(column string) string) error) error {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	var header []string
	number := 0
	for line := range bytes.Lines(data) {
		number++
		cells := strings.Split(strings.TrimRight(string(line), "\r\n"), "\t")
		if number == 1 {
			header = cells
			continue
		}
		if len(cells) != len(header) {
			return fmt.Errorf("%s:%d: %d cells under %d column names", name, number, len(cells), len(header))
		}
		missing := ""
		err := row(func(column string) string {
			i := slices.Index(header, column)
			if i < 0 {
				missing = column
				return ""
			}
			return cells[i]
		})
		if missing != "" {
			return fmt.Errorf("%s:1: no column is named %q", name, missing)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	if number < 2 {
		return fmt.Errorf("%s: no rows", name)
	}
	return nil
}

// splitList reads a comma-joined cell; an empty one has no elements.
func splitList(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ",")
}
