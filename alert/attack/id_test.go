package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert/attack"
)

func TestID(t *testing.T) {
	for _, tt := range []struct {
		id     attack.ID
		valid  bool
		parent attack.ID
		url    string
	}{
		{"T1059", true, "", "https://attack.mitre.org/techniques/T1059"},
		{"T1059.001", true, "T1059", "https://attack.mitre.org/techniques/T1059/001"},
		{"T0800", true, "", "https://attack.mitre.org/techniques/T0800"},
		{"T9999.999", true, "T9999", "https://attack.mitre.org/techniques/T9999/999"},
		{"T1059.000", true, "T1059", "https://attack.mitre.org/techniques/T1059/000"},
		{id: ""}, {id: "T"}, {id: "T105"}, {id: "T10590"}, {id: "t1059"}, {id: "T1059.01"}, {id: "T1059.0011"},
		{id: "T1059/001"}, {id: "T1059."}, {id: "TA0001"}, {id: "X1059"}, {id: "T10a9"}, {id: "T1059.0a1"},
		{id: "T1059.00/"}, {id: "T1059.00:"}, {id: "T105:"}, {id: "T-105"}, {id: "T+105.001"}, {id: " T1059"}, {id: "T1٢5"},
		{id: "AML.T0051"}, {id: "X1059.001"},
	} {
		require.Equal(t, tt.valid, tt.id.Valid(), "%q", tt.id)
		require.Equal(t, tt.parent, tt.id.Parent(), "%q", tt.id)
		require.Equal(t, tt.parent != "", tt.id.IsSubtechnique(), "%q", tt.id)
		require.Equal(t, tt.url, tt.id.URL(), "%q", tt.id)
	}
}

func TestTacticID(t *testing.T) {
	for _, tt := range []struct {
		id    attack.TacticID
		valid bool
		url   string
	}{
		{"TA0001", true, "https://attack.mitre.org/tactics/TA0001"},
		{"TA9999", true, "https://attack.mitre.org/tactics/TA9999"},
		{id: ""}, {id: "TA"}, {id: "TA001"}, {id: "TA00011"}, {id: "ta0001"}, {id: "TB0001"}, {id: "TA00x1"}, {id: "T1059"}, {id: "T10591"},
	} {
		require.Equal(t, tt.valid, tt.id.Valid(), "%q", tt.id)
		require.Equal(t, tt.url, tt.id.URL(), "%q", tt.id)
	}
}
