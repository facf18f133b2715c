//go:build unix

package emulator_test

import (
	"syscall"
	"time"
)

// processorTime is the processor time that the process has taken, in its own
// code and in the system's.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
