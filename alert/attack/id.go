package attack

import (
	"math"
	"strings"
)

// site is where ATT&CK's pages are. The address of each follows from its id.
const site = "https://attack.mitre.org/"

// The two lengths a technique's id can have: T1059 and T1059.001.
const (
	techniqueLength    = len("T0000")
	subtechniqueLength = len("T0000.000")
)

// ID is the id of a technique, such as T1059, or of a sub-technique, such as T1059.001.
//
// It is open text: a value that no release of ATT&CK holds, or that is no id at all, is kept as it is and goes
// to the wire and back unchanged. The methods and functions of this package take ids in the canonical spelling,
// with a capital T and a dot; [Parse] brings others into it.
type ID string

// Valid reports whether the id has the form of one, T0000 or T0000.000. It need not exist: [Lookup] tells
// whether this release holds it.
func (id ID) Valid() bool {
	_, _, ok := id.digits()
	return ok || len(id) == subtechniqueLength && id[techniqueLength:] == ".000" && id[:techniqueLength].Valid()
}

// IsSubtechnique reports whether the id is valid and of a sub-technique.
func (id ID) IsSubtechnique() bool { return len(id) == subtechniqueLength && id.Valid() }

// Parent returns the id of the technique that a sub-technique belongs to, and "" when the id is not that of a
// sub-technique.
func (id ID) Parent() ID {
	if !id.IsSubtechnique() {
		return ""
	}
	return id[:techniqueLength]
}

// URL returns the address of the technique's page on attack.mitre.org, or "" when the id is not valid. A page exists
// for every technique of this release, revoked and deprecated ones included.
func (id ID) URL() string {
	if !id.Valid() {
		return ""
	}
	return site + "techniques/" + strings.Replace(string(id), ".", "/", 1)
}

// digits returns the id's two numbers, the second being 0 for a technique. Sub-techniques are counted from 001, so an id
// that ends in .000 can be no technique's; it is not ok, lest it be taken for its parent.
func (id ID) digits() (technique, sub uint32, ok bool) {
	switch len(id) {
	case techniqueLength:
	case subtechniqueLength:
		if sub = decimal('0', id[6], id[7], id[8]); sub-1 > 998 || id[5] != '.' {
			return 0, 0, false
		}
	default:
		return 0, 0, false
	}
	technique = decimal(id[1], id[2], id[3], id[4])
	return technique, sub, technique <= 9999 && id[0] == 'T'
}

// decimal reads four ASCII digits. The result is above 9999 if one of them is none.
func decimal(a, b, c, d byte) uint32 {
	a, b, c, d = a-'0', b-'0', c-'0', d-'0' // a byte below '0' wraps round
	if max(a, b, c, d) > 9 {
		return math.MaxUint32
	}
	return uint32(a)*1000 + uint32(b)*100 + uint32(c)*10 + uint32(d)
}

// TacticID is the id of a tactic, such as TA0001. Like [ID] it is open text.
type TacticID string

// Valid reports whether the id has the form of one, TA0000. It need not exist: see [LookupTactic].
func (id TacticID) Valid() bool {
	_, ok := id.digits()
	return ok
}

// digits returns the number in the id.
func (id TacticID) digits() (number uint32, ok bool) {
	if len(id) != len("TA0000") {
		return 0, false
	}
	number = decimal(id[2], id[3], id[4], id[5])
	return number, number <= 9999 && id[0] == 'T' && id[1] == 'A'
}

// URL returns the address of the tactic's page on attack.mitre.org, or "" when the id is not valid.
func (id TacticID) URL() string {
	if !id.Valid() {
		return ""
	}
	return site + "tactics/" + string(id)
}
