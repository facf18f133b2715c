//go:build !race

package incident_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The race detector makes pools forget what they hold, so it is not counted.
func TestValidateAllocatesLittle(t *testing.T) {
	d := documented()
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = d.Validate() }), 10.0)
}
