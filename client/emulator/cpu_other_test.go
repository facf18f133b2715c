//go:build !unix

package emulator_test

import "time"

// processorTime is 0 where it is not known how to ask for it.
func processorTime() time.Duration { return 0 }
