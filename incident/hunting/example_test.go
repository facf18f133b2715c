package hunting_test

import (
	"fmt"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

func ExampleNewAlertEvidence() {
	a := alert.Alert{
		ID: "ea1_aml", Title: "Suspicious login", DetectionSource: alert.DetectionManual,
		Evidence: evidence.List{
			&evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: "john.doe@contoso.com"}},
			&evidence.IP{IPAddress: "185.220.101.50"},
		},
	}
	for _, row := range hunting.NewAlertEvidence(&a) {
		fmt.Println(row.EntityType, row.EvidenceRole, row.AccountUPN+row.RemoteIP, row.DetectionSource)
	}
	// Output:
	// User Impacted john.doe@contoso.com Manual
	// Ip Related 185.220.101.50 Manual
}

func ExampleTables() {
	for _, table := range hunting.Tables() {
		fmt.Println(table.Name, len(table.Columns), "columns, first", table.Columns[0].Name, table.Columns[0].Type)
	}
	// Output:
	// AlertInfo 8 columns, first Timestamp datetime
	// AlertEvidence 42 columns, first Timestamp datetime
	// SecurityAlert 37 columns, first AlertLink string
	// SecurityIncident 33 columns, first AdditionalData dynamic
}
