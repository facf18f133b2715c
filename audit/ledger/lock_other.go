//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package ledger

import (
	"errors"
	"os"
)

// lock refuses: without a lock two processes would write over each other.
func lock(string) (*os.File, error) {
	return nil, errors.New("this system has no file locks that the log can use; write it on another")
}
