package correlation

import "slices"

// slab is a list that is never moved as a whole. Its elements have no pointers,
// and number 0 is nobody's.
type slab[T any] struct {
	chunks [][]T
	n      uint32
}

const (
	chunkBits = 12
	chunkSize = 1 << chunkBits
)

// at returns an element. The pointer is valid until the next call of add.
func (s *slab[T]) at(i uint32) *T { return &s.chunks[i>>chunkBits][i&(chunkSize-1)] }

// add appends an element and returns its number.
func (s *slab[T]) add(v T) uint32 {
	if s.n == 0 {
		s.chunks, s.n = [][]T{make([]T, 1, 4)}, 1
	}
	c := int(s.n >> chunkBits)
	if c == len(s.chunks) {
		s.chunks = append(s.chunks, make([]T, 0, chunkSize))
	}
	if len(s.chunks[c]) == cap(s.chunks[c]) {
		s.chunks[c] = slices.Grow(s.chunks[c], min(2*cap(s.chunks[c]), chunkSize)-cap(s.chunks[c]))
	}
	s.chunks[c] = append(s.chunks[c], v)
	s.n++
	return s.n - 1
}

// len returns the number that the next element will have, at least 1.
func (s *slab[T]) len() uint32 { return max(1, s.n) }

// arena keeps texts, each behind its length. Number 0 is the empty text.
type arena struct {
	chunks [][]byte
}

const (
	arenaBits = 16
	maxText   = 1 << 12
)

// add stores a text, cut to maxText bytes, and returns its number.
func (a *arena) add(s string) uint32 {
	if s == "" {
		return 0
	}
	s = s[:min(len(s), maxText)]
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last])+len(s)+2 > 1<<arenaBits {
		a.chunks = append(a.chunks, nil)
		last++
		if last == 0 {
			a.chunks[0] = []byte{0, 0}
		} else {
			a.chunks[last] = make([]byte, 0, 1<<arenaBits)
		}
	}
	b := a.chunks[last]
	at := uint32(last)<<arenaBits | uint32(len(b))
	b = append(b, byte(len(s)), byte(len(s)>>8))
	a.chunks[last] = append(b, s...)
	return at
}

// bytes returns a text, which must not be changed.
func (a *arena) bytes(at uint32) []byte {
	if at == 0 {
		return nil
	}
	b := a.chunks[at>>arenaBits][at&(1<<arenaBits-1):]
	return b[2 : 2+int(b[0])|int(b[1])<<8]
}

func (a *arena) text(at uint32) string { return string(a.bytes(at)) }
