package csdl

import (
	"os"
	"path/filepath"
	"testing"
)

// Published returns the schema of microsoft.graph.security v1.0 as Microsoft
// publishes it, for tests. It is not part of this project: where the environment
// variable INCIDENTKIT_DATA does not name the folder that holds
// graph/microsoft.graph.security.v1.0.csdl.xml, the test is skipped.
func Published(t testing.TB) *Schema {
	t.Helper()
	folder := os.Getenv("INCIDENTKIT_DATA")
	if folder == "" {
		t.Skip("INCIDENTKIT_DATA does not name the folder with the published schema")
	}
	f, err := os.Open(filepath.Join(folder, "graph", "microsoft.graph.security.v1.0.csdl.xml"))
	if err != nil {
		t.Skip("the published schema is not there:", err)
	}
	defer f.Close()
	s, err := Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
