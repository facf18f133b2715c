package alert_test

import (
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
	schema := csdl.Published(t)
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
