package wire

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// CheckLimits returns an [*Error] without a path if the JSON text data goes
// beyond [MaxDepth] or [MaxObjects]. It does not check anything else.
func CheckLimits(data []byte) error {
	depth, objects := 0, 0
	lists := uint64(0) // a bit for each level, set if it is a list
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i += stringEnd(data[i+1:]) + 1
			continue
		case '{':
			depth, lists = depth+1, lists<<1
			objects++
		case '[':
			depth, lists = depth+1, lists<<1|1
		case '}', ']':
			depth, lists = depth-1, lists>>1
			continue
		case 'n': // of null
			objects += int(lists & 1)
		default:
			continue
		}
		if depth > MaxDepth {
			return errorAt(data, i, fmt.Sprintf("objects and lists are nested more than %d levels deep", MaxDepth))
		}
		if objects > MaxObjects {
			return errorAt(data, i, fmt.Sprintf("the document has more than %d objects; read it in smaller parts", MaxObjects))
		}
	}
	return nil
}

// stringEnd returns where in text the quotation mark is that ends a string, or
// the length of the text if there is none.
func stringEnd(text []byte) int {
	i := 0
	for {
		// Eight bytes at a time: most strings are too short for bytes.IndexByte
		// to be worth its call.
		for ; i+8 <= len(text); i += 8 {
			word := binary.LittleEndian.Uint64(text[i:])
			if found := equal(word, '"') | equal(word, '\\'); found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
		}
		for i < len(text) && text[i] != '"' && text[i] != '\\' {
			i++
		}
		switch {
		case i >= len(text):
			return len(text)
		case text[i] == '"':
			return i
		}
		i += 2 // a backslash and what it stands before
	}
}

// equal has the highest bit set of the first byte in word that equals b, and of
// none before that.
func equal(word uint64, b byte) uint64 {
	const ones = 0x0101010101010101
	word ^= ones * uint64(b)
	return (word - ones) &^ word & (ones << 7)
}
