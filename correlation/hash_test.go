package correlation

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSipHash has the vector of SipHash-2-4 that its authors give in appendix A.
func TestSipHash(t *testing.T) {
	in := make([]byte, 15)
	for i := range in {
		in[i] = byte(i)
	}
	require.Equal(t, uint64(0xa129ca6149be45e5), seed{0x0706050403020100, 0x0f0e0d0c0b0a0908}.hash(in, 2, 4))
}

func TestLog2(t *testing.T) {
	for _, x := range []uint64{1, 2, 3, 5, 100, 1<<40 + 12345, math.MaxUint64} {
		require.InDelta(t, 256*math.Log2(float64(x)), float64(log2(x)), 2.5, x)
	}
}

// TestValues moves values from an entry of their own to a count, and back to what
// is known of them.
func TestValues(t *testing.T) {
	s := &scope{epoch: 3, index: newIndex(seed{})}
	s.alerts.add(alertRec{epoch: 3})
	second := s.alerts.add(alertRec{epoch: 3})
	x := s.index.put(7)
	require.Zero(t, s.value(x))
	once := counted{ref: 1, n: more(0, 3)}
	s.setValue(x, once)
	require.Equal(t, slotOnce, x.kind())
	require.Equal(t, once, s.value(x))
	s.setValue(x, counted{ref: second, n: more(once.n, 3)})
	require.Equal(t, slotCounted, x.kind())
	require.EqualValues(t, 2, s.observations(7))
	s.setValue(x, counted{ref: second, n: more(s.value(x).n, 4)})
	require.EqualValues(t, 2, countOf(s.value(x).n, 4), "half of two, and one")
	require.EqualValues(t, 2, s.counts.len(), "the count has one place")

	// What was not observed in the epoch of its alert is counted, too.
	y := s.index.put(8)
	s.setValue(y, counted{ref: 1, n: more(0, 4)})
	require.Equal(t, counted{ref: 1, n: more(0, 4)}, s.value(y))
}

func TestIndexGrows(t *testing.T) {
	x := newIndex(seed{1, 2})
	for i := uint64(1); i < 10_000; i++ {
		x.put(i << 40 * 2654435761).ref = uint32(i)
	}
	for i := uint64(1); i < 10_000; i++ {
		require.Equal(t, uint32(i), x.find(i<<40*2654435761).ref)
	}
	require.Nil(t, x.find(1))
}
