package correlation

import "math/bits"

// index finds what a hash stands for: a value, a repeating thing, an alert or an
// incident. It is an open table without pointers, so that the garbage collector
// does not look into it, and grows by a quarter, so that little of it is empty.
type index struct {
	slots []slot
	used  int
}

// slot is an entry. A hash of zero is an empty one.
type slot struct {
	hash uint64
	ref  uint32 // an alert or incident
	// n is a count that loses half its weight with each epoch: 24 bits of count
	// and 8 bits of the epoch it was made in.
	n uint32
}

const (
	minSlots  = 64
	countBits = 24
	countMask = 1<<countBits - 1
	countMost = countMask - 16 // what is above marks entries without a count
)

// home is the place of a hash in a table of the given size. It grows with the
// hash, which makes moving to a larger table a walk through both.
func home(hash uint64, size int) int {
	hi, _ := bits.Mul64(hash, uint64(size))
	return int(hi)
}

// find returns the entry of a hash, or nil.
func (x *index) find(hash uint64) *slot {
	if len(x.slots) == 0 {
		return nil
	}
	for i := home(hash, len(x.slots)); ; {
		s := &x.slots[i]
		if s.hash == hash {
			return s
		}
		if s.hash == 0 {
			return nil
		}
		if i++; i == len(x.slots) {
			i = 0
		}
	}
}

// put returns the entry of a hash, which it makes if there is none. The entry
// stays valid until the next call of reserve.
func (x *index) put(hash uint64) *slot {
	for i := home(hash, len(x.slots)); ; {
		s := &x.slots[i]
		if s.hash == hash {
			return s
		}
		if s.hash == 0 {
			x.used++
			s.hash = hash
			return s
		}
		if i++; i == len(x.slots) {
			i = 0
		}
	}
}

// reserve makes room for n more entries. One place always stays empty.
func (x *index) reserve(n int) {
	size := len(x.slots)
	if (x.used+n)*8 < size*7 {
		return
	}
	size = max(minSlots, size+size/4, (x.used+n)*8/7+8)
	old := x.slots
	x.slots, x.used = make([]slot, size), 0
	for _, s := range old {
		if s.hash != 0 {
			*x.put(s.hash) = s
		}
	}
}

// count returns what is left in this epoch of the count.
func (s *slot) count(epoch uint32) uint32 { return countOf(s.n, epoch) }

func countOf(n, epoch uint32) uint32 {
	age := (epoch - n>>countBits) & 0xff
	return n & countMask >> min(age, countBits)
}

// more adds one to a count.
func more(n, epoch uint32) uint32 { return epoch<<countBits | min(countOf(n, epoch)+1, countMost) }
