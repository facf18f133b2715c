package correlation

import "math/bits"

// index finds what a hash stands for: a value, a repeating thing, an alert or an
// incident. It is an open table without pointers, so that the garbage collector
// does not look into it, and grows by an eighth, so that little of it is empty.
type index struct {
	slots []slot
	used  int
}

// slot is an entry of 12 bytes, which is why the hash is in two parts. A hash of
// zero is an empty one.
type slot struct {
	low, high uint32
	ref       uint32 // a number below a slotKind
}

// slotKind says what the number of an entry is.
type slotKind uint32

const (
	// slotOnce is a value that was observed once, in an alert: most are. Its
	// count is 1, of the epoch in which the alert came.
	slotOnce     slotKind = iota
	slotCounted           // a value, in scope.counts
	slotAlert             // an alert, by its id
	slotIncident          // an incident, by its id
	slotThread            // the latest alert of those that occur again and again
	slotKinds
)

const (
	refBits  = 29
	refMask  = 1<<refBits - 1
	minSlots = 64
	// Alerts, and the incidents they open, are to have numbers that fit.
	mostAlerts = 1 << (refBits - 1)
)

func (s *slot) hash() uint64             { return uint64(s.high)<<32 | uint64(s.low) }
func (s *slot) kind() slotKind           { return slotKind(s.ref >> refBits) }
func (s *slot) number() uint32           { return s.ref & refMask }
func (s *slot) set(k slotKind, n uint32) { s.ref = uint32(k)<<refBits | n }

// counted is the latest alert with a value, and how often the value was observed:
// a count that loses half its weight with each epoch, in 24 bits, above which are
// 8 bits of the epoch it was made in.
type counted struct{ ref, n uint32 }

const (
	countBits = 24
	countMask = 1<<countBits - 1
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
		if s.hash() == hash {
			return s
		}
		if s.hash() == 0 {
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
		if s.hash() == hash {
			return s
		}
		if s.hash() == 0 {
			x.used++
			s.low, s.high = uint32(hash), uint32(hash>>32)
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
	size = max(minSlots, size+size/8, (x.used+n)*8/7+8)
	old := x.slots
	x.slots, x.used = make([]slot, size), 0
	for _, s := range old {
		if s.hash() != 0 {
			*x.put(s.hash()) = s
		}
	}
}

// value returns the latest alert with a value and its count.
func (s *scope) value(x *slot) counted {
	if x.kind() == slotCounted {
		return *s.counts.at(x.number())
	}
	n := x.number()
	if n == 0 {
		return counted{}
	}
	return counted{n, uint32(s.alerts.at(n).epoch)<<countBits | 1}
}

// setValue sets them. Beyond what numbers are enough for, nothing is counted.
func (s *scope) setValue(x *slot, v counted) {
	switch {
	case x.kind() == slotCounted:
		*s.counts.at(x.number()) = v
	case v.ref != 0 && v.n == uint32(s.alerts.at(v.ref).epoch)<<countBits|1:
		x.set(slotOnce, v.ref)
	case s.counts.len() <= refMask:
		x.set(slotCounted, s.counts.add(v))
	}
}

// observations returns how often a value was observed, as it counts now.
func (s *scope) observations(hash uint64) uint32 {
	x := s.index.find(hash)
	if x == nil || x.kind() > slotCounted {
		return 0
	}
	return countOf(s.value(x).n, s.epoch)
}

// countOf returns what is left in this epoch of a count.
func countOf(n, epoch uint32) uint32 {
	age := (epoch - n>>countBits) & 0xff
	return n & countMask >> min(age, countBits)
}

// more adds one to a count.
func more(n, epoch uint32) uint32 { return epoch<<countBits | min(countOf(n, epoch)+1, countMask) }
