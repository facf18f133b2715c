package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	lockName      = "lock"
	hashesName    = "hashes"
	segmentSuffix = ".jsonl"
)

// file is what the log needs of a file that it writes.
type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

type opener func(name string, flag int) (file, error)

func openFile(name string, flag int) (file, error) { return os.OpenFile(name, flag, 0o600) }

func segmentName(first int64) string { return fmt.Sprintf("%019d%s", first, segmentSuffix) }

// segments lists the first entries of the segments in a folder, in order.
func segments(dir string) ([]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var firsts []int64
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		if !ok {
			continue
		}
		first, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || first < 0 || segmentName(first) != e.Name() {
			return nil, fmt.Errorf("%s is no file of this log; move it out of the folder", filepath.Join(dir, e.Name()))
		}
		firsts = append(firsts, first)
	}
	slices.Sort(firsts)
	return firsts, nil
}

// syncDir makes the names in a folder durable. Windows has no such call, and
// writes them through by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// storedHashes reads the nodes of the tree from the file of hashes, and from
// memory where the file has not got them.
type storedHashes struct {
	file  io.ReaderAt
	count int64 // in the file
	tail  []byte
}

// ReadHashes implements [tlog.HashReader].
func (s *storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h := hashes[i][:]
		if off := (index - s.count) * tlog.HashSize; off >= 0 {
			if off+tlog.HashSize > int64(len(s.tail)) {
				return nil, fmt.Errorf("the file %s is too short; it lacks hash %d", hashesName, index)
			}
			copy(h, s.tail[off:])
		} else if _, err := s.file.ReadAt(h, index*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("the file %s cannot be read: %w", hashesName, err)
		}
	}
	return hashes, nil
}

// openHashes opens the file of hashes for reading. A file that is not there
// counts as empty.
func openHashes(dir string) (*storedHashes, io.Closer, error) {
	f, err := os.Open(filepath.Join(dir, hashesName))
	if errors.Is(err, fs.ErrNotExist) {
		return &storedHashes{}, io.NopCloser(nil), nil
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return &storedHashes{file: f, count: info.Size() / tlog.HashSize}, f, nil
}
