package arm

import (
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
)

// EqualIDs reports whether two ids, or names, are the same: their case does not
// matter.
func EqualIDs(a, b string) bool { return strings.EqualFold(a, b) }

// IDFor derives an id from a caller's own reference, such as the number of a case
// in another system: the same reference always gives the same id, so that what is
// created under it can be created again without becoming two. It is a GUID of
// version 5 (RFC 9562).
//
// The reference is all that the id depends on: references of several systems need a
// prefix that tells them apart.
func IDFor(reference string) string { return derive(reference) }

// derive makes a GUID of version 5 from parts. Their lengths are part of the name,
// so that "a","bc" and "ab","c" differ.
func derive(parts ...string) string {
	// namespace is a random GUID of this project's own.
	const namespace = "\x5c\x1d\x8e\x0a\x7b\x6f\x4c\x52\x9a\x36\x0e\xd4\x21\xb7\x93\xf8"
	h := sha1.New()
	h.Write([]byte(namespace))
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	b := h.Sum(nil)
	b[6], b[8] = b[6]&0x0f|0x50, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
