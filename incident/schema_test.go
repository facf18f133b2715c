package incident_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/csdl"
)

// TestSchema holds the types of the package against the published schema.
func TestSchema(t *testing.T) {
	schema := csdl.Published(t)
	report := csdl.Compare(schema, csdl.Mapping{
		Types: map[string]reflect.Type{
			"incident":     reflect.TypeFor[incident.Incident](),
			"alertComment": reflect.TypeFor[alert.Comment](),
		},
		Enums: map[string]reflect.Type{
			"incidentStatus":      reflect.TypeFor[incident.Status](),
			"correlationReason":   reflect.TypeFor[incident.CorrelationReason](),
			"alertSeverity":       reflect.TypeFor[alert.Severity](),
			"alertClassification": reflect.TypeFor[alert.Classification](),
			"alertDetermination":  reflect.TypeFor[alert.Determination](),
		},
		// The properties after id are in the beta version only.
		Ignored: []string{"id", "alerts", "recommendedActions", "recommendedHuntingQueries"},
	})
	t.Logf("compared %d types with %d properties, %d enumerations with %d members", report.Types, report.Properties, report.Enums, report.Members)
	require.Empty(t, report.Differences)
}
