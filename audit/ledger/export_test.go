package ledger

// unsynced is a file that does not wait for the disk.
type unsynced struct{ file }

func (unsynced) Sync() error { return nil }

// Unsynced makes a log behave as it does by default without waiting for the
// disk, for tests of what is in its files and not of when it got there.
func Unsynced() Option {
	return func(o *options) {
		o.open = func(name string, flag int) (file, error) {
			f, err := openFile(name, flag)
			if err != nil {
				return nil, err
			}
			return unsynced{f}, nil
		}
	}
}
