package arm_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/calltable"
)

var someID = regexp.MustCompile(`/(?:[a-z]1|r-1)\b`)

// TestTheTableOfCalls holds the table in the package documentation against the code:
// every call is in it, with a request that TestEveryCall has seen and a test that makes
// it on Azure's own fake server.
func TestTheTableOfCalls(t *testing.T) {
	table := calltable.Read(t, "../../internal/armpeer")
	for _, row := range table.Rows {
		require.Len(t, row.Tests, 2, row.Call)
		if row.Request == "several of these" {
			require.True(t, table.Calls(row.Tests[0], row.Call), "%s does not call %s", row.Tests[0], row.Call)
		} else {
			require.Equal(t, "TestEveryCall", row.Tests[0])
			require.True(t, slices.ContainsFunc(calls, func(tt call) bool {
				return tt.name == row.Call && someID.ReplaceAllString(tt.request, "/{id}") == row.Request
			}), "%s does not send %s", row.Call, row.Request)
		}
		require.True(t, table.Calls(row.Tests[1], row.Call), "%s does not call %s", row.Tests[1], row.Call)
	}
}
