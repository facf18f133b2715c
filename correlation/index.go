package correlation

import (
	"iter"
	"math/bits"
)

// index finds what a hash stands for: a value, a repeating thing, an alert or an
// incident. It is cut into parts, each an open table without pointers, so that the
// garbage collector does not look into it. A part grows by a fifth, and in turn
// one part after the other is split in two, as linear hashing does; so no call
// moves more than a thousand entries, and those fit into the processor's cache.
// The places of a part are in one piece: made of blocks that stay where they are,
// parts left no garbage when they grew, but one more read for each hash took longer.
type index struct {
	parts []part
	used  int
	odd   uint64 // spreads hashes that are none, which callers may give
	// touched has no meaning. It keeps the compiler from leaving touch out.
	touched uint32
}

// part is an open table. One place always stays empty.
type part struct {
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
	refBits = 29
	refMask = 1<<refBits - 1
	// Alerts, and the incidents they open, are to have numbers that fit.
	mostAlerts = 1 << (refBits - 1)
	// The mean number of entries of a part above which another is split. Parts
	// have from half of it to twice as many.
	partMean = 512
	minSlots = 16
)

func (s *slot) hash() uint64             { return uint64(s.high)<<32 | uint64(s.low) }
func (s *slot) kind() slotKind           { return slotKind(s.ref >> refBits) }
func (s *slot) number() uint32           { return s.ref & refMask }
func (s *slot) set(k slotKind, n uint32) { s.ref = uint32(k)<<refBits | n }

// counted is the latest alert with a value, and how often the value was observed:
// a count that loses half its weight with each epoch, in 24 bits, above which are
// 8 bits of the epoch it was made in.
// Text is that of a value that has linked alerts, in names.
type counted struct{ ref, n, text uint32 }

const (
	countBits = 24
	countMask = 1<<countBits - 1
)

func newIndex(secret seed) index { return index{odd: secret.k1 | 1} }

// spread returns a number whose high and middle bits all depend on the hash.
func (x *index) spread(hash uint64) uint64 { return (hash ^ hash>>32) * x.odd }

// part returns the part of a spread hash. There is one at least.
func (x *index) part(spread uint64) *part {
	mask := uint64(1)<<bits.Len(uint(len(x.parts)-1)) - 1
	n := spread >> 24 & mask
	if n >= uint64(len(x.parts)) {
		n &= mask >> 1 // its part is not split yet
	}
	return &x.parts[n]
}

// touch reads where the hashes of an alert are or will be, one after the other and
// without looking, so that the processor waits for all of them at once.
func (x *index) touch(in *input) {
	if len(x.parts) == 0 {
		return
	}
	touch := func(hash uint64) uint32 {
		p := x.spread(hash)
		slots := x.part(p).slots
		hi, _ := bits.Mul64(p, uint64(len(slots)))
		return slots[hi].ref
	}
	sum := touch(in.id) ^ touch(in.thread)
	for i := range in.keys {
		sum ^= touch(in.keys[i].hash)
	}
	x.touched = sum
}

// find returns the entry of a hash, or nil.
func (x *index) find(hash uint64) *slot {
	if len(x.parts) == 0 {
		return nil
	}
	p := x.spread(hash)
	if s := x.part(p).at(p, hash); s.hash() != 0 {
		return s
	}
	return nil
}

// put returns the entry of a hash, which it makes if there is none. The entry
// stays valid until the next call of put.
func (x *index) put(hash uint64) *slot {
	if x.used >= len(x.parts)*partMean {
		x.split()
	}
	p := x.spread(hash)
	t := x.part(p)
	s := t.at(p, hash)
	if s.hash() != 0 {
		return s
	}
	if (t.used+1)*8 > len(t.slots)*7 {
		t.resize(x, len(t.slots)*6/5+8)
		s = t.at(p, hash)
	}
	t.used++
	x.used++
	s.low, s.high = uint32(hash), uint32(hash>>32)
	return s
}

// split makes one more part, of half of the entries of another.
func (x *index) split() {
	n := len(x.parts)
	if n == 0 {
		x.parts = []part{{slots: make([]slot, minSlots)}}
		return
	}
	x.parts = append(x.parts, part{})
	old := &x.parts[n-1<<(bits.Len(uint(n))-1)]
	slots := old.slots
	more := &x.parts[n]
	for i := range slots {
		if h := slots[i].hash(); h != 0 && x.part(x.spread(h)) == more {
			more.used++
		}
	}
	old.used -= more.used
	old.slots, more.slots = newSlots(old.used*9/7+minSlots), newSlots(more.used*9/7+minSlots)
	for i := range slots {
		if h := slots[i].hash(); h != 0 {
			p := x.spread(h)
			*x.part(p).at(p, h) = slots[i]
		}
	}
}

// resize gives a part another number of places.
func (t *part) resize(x *index, size int) {
	slots := t.slots
	t.slots = newSlots(size)
	for i := range slots {
		if h := slots[i].hash(); h != 0 {
			*t.at(x.spread(h), h) = slots[i]
		}
	}
}

// newSlots makes at least a number of slots, as many as take the same memory.
func newSlots(n int) []slot {
	s := append([]slot(nil), make([]slot, n)...)
	return s[:cap(s)]
}

// at returns the place of a hash, or the empty one where it belongs.
func (t *part) at(spread, hash uint64) *slot {
	hi, _ := bits.Mul64(spread, uint64(len(t.slots)))
	for i := int(hi); ; {
		s := &t.slots[i]
		if h := s.hash(); h == hash || h == 0 {
			return s
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// all goes through the entries.
func (x *index) all() iter.Seq[*slot] {
	return func(yield func(*slot) bool) {
		for i := range x.parts {
			for k := range x.parts[i].slots {
				if s := &x.parts[i].slots[k]; s.hash() != 0 && !yield(s) {
					return
				}
			}
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
	return counted{ref: n, n: uint32(s.alerts.at(n).epoch)<<countBits | 1}
}

// setValue sets them. Beyond what numbers are enough for, nothing is counted.
func (s *scope) setValue(x *slot, v counted) {
	switch {
	case x.kind() == slotCounted:
		*s.counts.at(x.number()) = v
	case v.text == 0 && v.ref != 0 && v.n == uint32(s.alerts.at(v.ref).epoch)<<countBits|1:
		x.set(slotOnce, v.ref)
	case s.counts.len() <= refMask:
		x.set(slotCounted, s.counts.add(v))
	}
}

// textOf returns the text of a value that has linked alerts, if it is known.
func (s *scope) textOf(hash uint64) string {
	if x := s.index.find(hash); x != nil && x.kind() == slotCounted {
		return s.names.text(s.counts.at(x.number()).text)
	}
	return ""
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
