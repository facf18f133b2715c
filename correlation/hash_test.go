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

func TestIndexGrows(t *testing.T) {
	var x index
	for i := uint64(1); i < 10_000; i++ {
		x.reserve(1)
		x.put(i << 40 * 2654435761).ref = uint32(i)
	}
	for i := uint64(1); i < 10_000; i++ {
		require.Equal(t, uint32(i), x.find(i<<40*2654435761).ref)
	}
	require.Nil(t, x.find(1))
}
