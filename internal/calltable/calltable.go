// Package calltable holds the table of calls in the documentation of a client against
// its code. Tests use it, and nothing else does.
package calltable

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Row is a line of the table: a call, what it sends, and the tests that look after it.
type Row struct {
	Call, Request string
	Tests         []string
}

// Table is the table of a package.
type Table struct {
	Rows []Row
	// uses has, for each test, the names that it selects from anything.
	uses map[string]map[string]bool
}

// Calls reports whether a test calls a method by its name, in its own body.
func (t *Table) Calls(test, method string) bool { return t.uses[test][method] }

var (
	row      = regexp.MustCompile(`^\t(\w+)(?:, \w+)? {2,}(several of these|nothing|\S+ \S+)((?: {2,}Test\w+)+)$`)
	testName = regexp.MustCompile(`Test\w+`)
)

// Read reads the section Calls in the doc.go of the current directory. The test fails
// unless each call of the type Client is in it, each line is a call, and each test that
// the section names is in the current directory or in one of the others.
func Read(t *testing.T, others ...string) *Table {
	t.Helper()
	table := &Table{uses: map[string]map[string]bool{}}
	calls, doc := map[string]bool{}, ""
	for _, dir := range append([]string{"."}, others...) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments)
			require.NoError(t, err)
			if dir == "." && e.Name() == "doc.go" {
				doc = file.Doc.Text()
			}
			for _, d := range file.Decls {
				switch f, ok := d.(*ast.FuncDecl); {
				case !ok:
				case strings.HasSuffix(e.Name(), "_test.go"):
					table.uses[f.Name.Name] = selected(f)
				case dir == "." && f.Recv != nil && f.Name.IsExported() && receiver(f) == "Client" && takesContext(f):
					calls[f.Name.Name] = true
				}
			}
		}
	}
	require.NotEmpty(t, calls)
	_, section, ok := strings.Cut(doc, "# Calls\n")
	require.True(t, ok, "there is no section Calls")
	section, _, ok = strings.Cut(section, "\n# ")
	require.True(t, ok)
	named := map[string]bool{}
	for line := range strings.Lines(section) {
		line = strings.TrimSuffix(line, "\n")
		for _, name := range testName.FindAllString(line, -1) {
			require.NotNil(t, table.uses[name], "%s is no test", name)
		}
		if !strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "\tfor ") {
			continue
		}
		cell := row.FindStringSubmatch(line)
		require.NotNil(t, cell, "%q", line)
		require.True(t, calls[cell[1]], "%s is no call", cell[1])
		named[cell[1]] = true
		table.Rows = append(table.Rows, Row{cell[1], cell[2], testName.FindAllString(cell[3], -1)})
	}
	for name := range calls {
		require.True(t, named[name], "%s is not in the table", name)
	}
	return table
}

func selected(f *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			names[s.Sel.Name] = true
		}
		return true
	})
	return names
}

func receiver(f *ast.FuncDecl) string {
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if name, ok := typ.(*ast.Ident); ok {
		return name.Name
	}
	return "" // of a generic type
}

func takesContext(f *ast.FuncDecl) bool {
	if len(f.Type.Params.List) == 0 {
		return false
	}
	sel, ok := f.Type.Params.List[0].Type.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Context"
}
