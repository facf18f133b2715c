package alert_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/csdl"
)

// TestSchema holds the types of the package against the published schema.
func TestSchema(t *testing.T) {
	folder := os.Getenv("INCIDENTKIT_DATA")
	if folder == "" {
		t.Skip("INCIDENTKIT_DATA does not name the folder with graph/microsoft.graph.security.v1.0.csdl.xml")
	}
	f, err := os.Open(filepath.Join(folder, "graph", "microsoft.graph.security.v1.0.csdl.xml"))
	require.NoError(t, err)
	defer f.Close()
	schema, err := csdl.Parse(f)
	require.NoError(t, err)
	report := csdl.Compare(schema, csdl.Mapping{
		Types: map[string]reflect.Type{
			"alert":         reflect.TypeFor[alert.Alert](),
			"alertComment":  reflect.TypeFor[alert.Comment](),
			"alertEvidence": reflect.TypeFor[evidence.Evidence](),
			"dictionary":    reflect.TypeFor[evidence.Dictionary](),
		},
		Collections: map[string]reflect.Type{"alertEvidence": reflect.TypeFor[evidence.List]()},
		Enums: map[string]reflect.Type{
			"alertSeverity":       reflect.TypeFor[alert.Severity](),
			"alertStatus":         reflect.TypeFor[alert.Status](),
			"alertClassification": reflect.TypeFor[alert.Classification](),
			"alertDetermination":  reflect.TypeFor[alert.Determination](),
			"investigationState":  reflect.TypeFor[alert.InvestigationState](),
			"serviceSource":       reflect.TypeFor[alert.ServiceSource](),
			"detectionSource":     reflect.TypeFor[alert.DetectionSource](),
		},
		Named: map[string]reflect.Type{
			"alert.category":        reflect.TypeFor[alert.Category](),
			"alert.categories":      reflect.TypeFor[[]alert.Category](),
			"alert.mitreTechniques": reflect.TypeFor[[]attack.ID](),
		},
		Ignored: []string{"@odata.type", "id"},
	})
	t.Logf("compared %d types with %d properties, %d enumerations with %d members", report.Types, report.Properties, report.Enums, report.Members)
	require.Empty(t, report.Differences)
}
