package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/calltable"
)

// TestTheTableOfCalls holds the table in the package documentation against the code:
// every call is in it, every test that it names is there, and every request in it is
// one that TestWireForms has seen.
func TestTheTableOfCalls(t *testing.T) {
	for _, row := range calltable.Read(t).Rows {
		if strings.Contains(row.Request, "/") && !strings.HasSuffix(row.Request, "/$batch") {
			require.True(t, slices.ContainsFunc(wireForms, func(f wireForm) bool {
				request := withoutIDs(f.want)
				return strings.HasPrefix(request, row.Request+" ") || strings.HasPrefix(request, row.Request+"?")
			}), "%s is not sent", row.Request)
		}
	}
}

// withoutIDs puts {id} in the place of the ids of wireForms.
func withoutIDs(request string) string {
	return strings.NewReplacer("/a_1 ", "/{id} ", "/a_1/", "/{id}/", "/29 ", "/{id} ", "/29?", "/{id}?", "/29/", "/{id}/").Replace(request)
}
