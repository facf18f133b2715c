package correlation

import (
	"encoding/binary"
	"math/bits"
)

// seed is the secret of the hash. Whoever chooses values must not be able to
// choose values that collide.
type seed struct{ k0, k1 uint64 }

// sip returns SipHash with one round a word and three at the end, of which no
// collision attack is known, as Aumasson and Bernstein describe it.
func (k seed) sip(b []byte) uint64 { return k.hash(b, 1, 3) }

func (k seed) hash(b []byte, compress, finish int) uint64 {
	v0, v1 := k.k0^0x736f6d6570736575, k.k1^0x646f72616e646f6d
	v2, v3 := k.k0^0x6c7967656e657261, k.k1^0x7465646279746573
	last := uint64(len(b)) << 56
	for ; len(b) >= 8; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v3 ^= m
		for range compress {
			v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
		}
		v0 ^= m
	}
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	v3 ^= last
	for range compress {
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	}
	v0 ^= last
	v2 ^= 0xff
	for range finish {
		v0, v1, v2, v3 = sipRound(v0, v1, v2, v3)
	}
	return v0 ^ v1 ^ v2 ^ v3
}

func sipRound(v0, v1, v2, v3 uint64) (uint64, uint64, uint64, uint64) {
	v0 += v1
	v2 += v3
	v1 = bits.RotateLeft64(v1, 13) ^ v0
	v3 = bits.RotateLeft64(v3, 16) ^ v2
	v0 = bits.RotateLeft64(v0, 32)
	v2 += v1
	v0 += v3
	v1 = bits.RotateLeft64(v1, 17) ^ v2
	v3 = bits.RotateLeft64(v3, 21) ^ v0
	v2 = bits.RotateLeft64(v2, 32)
	return v0, v1, v2, v3
}

// The domains keep hashes of different things apart.
const (
	domainKey byte = iota + 1
	domainDetector
	domainThread
	domainAlert
	domainIncident
)

// mix returns a hash of two, for composites of hashes.
func (k seed) mix(domain byte, a, b uint64) uint64 {
	var buf [17]byte
	binary.LittleEndian.PutUint64(buf[:], a)
	binary.LittleEndian.PutUint64(buf[8:], b)
	buf[16] = domain
	return notZero(k.sip(buf[:]))
}

// notZero spares the hash that stands for an empty slot.
func notZero(h uint64) uint64 { return max(h, 1) }

// text returns the hash of a text in a domain.
func (k seed) text(buf []byte, domain byte, s string) (uint64, []byte) {
	buf = append(append(buf[:0], domain), s...)
	return notZero(k.sip(buf)), buf
}

// log2 returns the logarithm of x to base 2 in 256ths, rounded down. It uses
// whole numbers only, so that every machine decides alike. The logarithm of 0 is
// taken to be 0.
func log2(x uint64) int32 {
	if x == 0 {
		return 0
	}
	n := bits.Len64(x) - 1
	return int32(n)<<8 | int32(fraction[x<<(63-n)>>55&0xff])
}

// fraction has the logarithms of 1, 1+1/256, … in 256ths.
var fraction = func() (t [256]uint8) {
	for i := range t {
		m := uint64(256+i) << 23
		for range 8 {
			m = m * m >> 31
			t[i] <<= 1
			if m >= 1<<32 {
				m >>= 1
				t[i] |= 1
			}
		}
	}
	return t
}()
