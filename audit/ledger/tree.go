package ledger

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is a Merkle tree of which only the right edge is kept: the roots of its
// complete subtrees. Its nodes are numbered as package tlog stores them.
type tree struct {
	size   int64
	levels [63]tlog.Hash
}

// add puts a leaf at the end, and appends the hashes of the nodes that it
// completes to nodes, in the order in which they are stored.
func (t *tree) add(leaf tlog.Hash, nodes []byte) []byte {
	h := leaf
	nodes = append(nodes, h[:]...)
	level := 0
	for ; t.size>>level&1 == 1; level++ {
		h = tlog.NodeHash(t.levels[level], h)
		nodes = append(nodes, h[:]...)
	}
	t.levels[level] = h
	t.size++
	return nodes
}

// root returns the hash of the whole tree.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		empty, _ := tlog.TreeHash(0, nil)
		return empty
	}
	low := bits.TrailingZeros64(uint64(t.size))
	h := t.levels[low]
	for level := low + 1; t.size>>level != 0; level++ {
		if t.size>>level&1 == 1 {
			h = tlog.NodeHash(t.levels[level], h)
		}
	}
	return h
}

// treeAt returns the tree of the first size leaves from stored hashes.
func treeAt(size int64, stored tlog.HashReader) (tree, error) {
	t := tree{size: size}
	for level := 0; size>>level != 0; level++ {
		if size>>level&1 == 0 {
			continue
		}
		h, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(level, size>>level-1)})
		if err != nil {
			return tree{}, fmt.Errorf("the tree of the first %d entries cannot be built: %w", size, err)
		}
		t.levels[level] = h[0]
	}
	return t, nil
}
