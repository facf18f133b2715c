package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// row is a line of the table of calls in the package documentation.
var row = regexp.MustCompile(`^\t(\w+)(?:, (\w+))? {2,}(several of these|nothing|\S+ \S+) {2,}(Test\w+)$`)

// TestTheTableOfCalls holds the table in the package documentation against the code:
// every call is in it, every test that it names is there, and every request in it is
// one that TestWireForms has seen.
func TestTheTableOfCalls(t *testing.T) {
	files := token.NewFileSet()
	calls, tests, table := map[string]bool{}, map[string]bool{}, ""
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		file, err := parser.ParseFile(files, e.Name(), nil, parser.ParseComments)
		require.NoError(t, err)
		if e.Name() == "doc.go" {
			table = file.Doc.Text()
		}
		for _, d := range file.Decls {
			switch f, ok := d.(*ast.FuncDecl); {
			case !ok:
			case strings.HasSuffix(e.Name(), "_test.go"):
				tests[f.Name.Name] = true
			case f.Recv != nil && f.Name.IsExported() && receiver(f) == "Client" && takesContext(f):
				calls[f.Name.Name] = true
			}
		}
	}
	require.NotEmpty(t, calls)
	_, table, ok := strings.Cut(table, "# Calls\n")
	require.True(t, ok)
	table, _, ok = strings.Cut(table, "\n# ")
	require.True(t, ok)
	named := map[string]bool{}
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "\tfor ") {
			for _, name := range regexp.MustCompile(`Test\w+`).FindAllString(line, -1) {
				require.True(t, tests[name], "%s is no test", name)
			}
			continue
		}
		cell := row.FindStringSubmatch(line)
		require.NotNil(t, cell, "%q", line)
		named[cell[1]] = true
		require.True(t, calls[cell[1]], "%s is no call", cell[1])
		require.True(t, tests[cell[4]], "%s is no test", cell[4])
		if strings.Contains(cell[3], "/") && !strings.HasSuffix(cell[3], "/$batch") {
			require.True(t, slices.ContainsFunc(wireForms, func(f wireForm) bool {
				request := withoutIDs(f.want)
				return strings.HasPrefix(request, cell[3]+" ") || strings.HasPrefix(request, cell[3]+"?")
			}), "%s is not sent", cell[3])
		}
	}
	for name := range calls {
		require.True(t, named[name], "%s is not in the table", name)
	}
}

// withoutIDs puts {id} in the place of the ids of wireForms.
func withoutIDs(request string) string {
	return strings.NewReplacer("/a_1 ", "/{id} ", "/a_1/", "/{id}/", "/29 ", "/{id} ", "/29?", "/{id}?", "/29/", "/{id}/").Replace(request)
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
