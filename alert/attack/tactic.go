package attack

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"
)

// Tactic is what this release says about a tactic. It is a plain value, and comparable.
type Tactic struct {
	// ID is unique across the domains.
	ID TacticID
	// Shortname is the name that STIX bundles, Navigator layers and Sigma rules use, such as "initial-access". It is
	// unique only within the domain.
	Shortname string
	// Name is the name as published, such as "Initial Access".
	Name string
	// Domain is the matrix it belongs to.
	Domain Domain
	// Column is its place in the matrix, from 1, or 0 for a deprecated tactic.
	Column int
	// Status is Active or Deprecated.
	Status Status
}

// URL returns the address of the tactic's page on attack.mitre.org.
func (t Tactic) URL() string { return t.ID.URL() }

// LookupTactic returns the tactic that has the id in this release. It allocates nothing.
func LookupTactic(id TacticID) (Tactic, bool) {
	i := tacticIndex(id)
	if i < 0 {
		return Tactic{}, false
	}
	return release.tactics[i], true
}

// TacticByShortname returns the tactic that bears the short name in the domain. Case matters. In Enterprise
// there is no "defense-evasion" since version 19: see [LegacyDefenseEvasion].
func TacticByShortname(domain Domain, shortname string) (Tactic, bool) {
	for tactic := range Tactics(domain) {
		if tactic.Shortname == shortname {
			return tactic, true
		}
	}
	return Tactic{}, false
}

// Tactics returns the tactics of a domain in the order of its matrix. The two deprecated tactics of Mobile, which are
// in no matrix, come last. A domain that does not exist has none.
func Tactics(domain Domain) iter.Seq[Tactic] {
	return func(yield func(Tactic) bool) {
		for _, tactic := range release.tactics {
			if tactic.Domain == domain && !yield(tactic) {
				return
			}
		}
	}
}

// tacticIndex is the position of the tactic in the table and its bit in a set, or -1.
func tacticIndex(id TacticID) int {
	number, ok := id.digits()
	if !ok || uint64(number) >= uint64(len(release.tacticIndex)) {
		return -1
	}
	return int(release.tacticIndex[number]) - 1
}

// TacticSet is a set of tactics of this release. The zero value is the empty set; sets are compared with ==. As text, and
// so in JSON, it is the ids in the order of the matrix, joined by commas.
type TacticSet struct {
	bits uint64 // by the position in table.tactics
}

// TacticSetOf returns the set of the tactics. A set cannot hold a tactic that this release does not have: the first
// such id is named in the error.
func TacticSetOf(ids ...TacticID) (TacticSet, error) {
	var s TacticSet
	for _, id := range ids {
		i := tacticIndex(id)
		if i < 0 {
			return TacticSet{}, fmt.Errorf("attack: %.16q is not the id of a tactic of ATT&CK v%s; ids look like TA0001", string(id), Version)
		}
		s.bits |= 1 << i
	}
	return s, nil
}

// Len returns the number of tactics in the set.
func (s TacticSet) Len() int { return bits.OnesCount64(s.bits) }

// Has reports whether the tactic is in the set.
func (s TacticSet) Has(id TacticID) bool {
	i := tacticIndex(id)
	return i >= 0 && s.bits&(1<<i) != 0
}

// Intersects reports whether the sets have a tactic in common.
func (s TacticSet) Intersects(other TacticSet) bool { return s.bits&other.bits != 0 }

// Union returns the tactics that are in either set.
func (s TacticSet) Union(other TacticSet) TacticSet { return TacticSet{s.bits | other.bits} }

// All returns the tactics of the set in the order of the matrix; where a set spans domains, Enterprise
// comes first, then Mobile, then ICS. Ranging over it allocates nothing.
func (s TacticSet) All() iter.Seq[Tactic] {
	return func(yield func(Tactic) bool) {
		for rest := s.bits; rest != 0; rest &= rest - 1 {
			if !yield(release.tactics[bits.TrailingZeros64(rest)]) {
				return
			}
		}
	}
}

// IDs returns the ids of the tactics, in the order of [TacticSet.All].
func (s TacticSet) IDs() iter.Seq[TacticID] {
	return func(yield func(TacticID) bool) {
		for tactic := range s.All() {
			if !yield(tactic.ID) {
				return
			}
		}
	}
}

// String returns the ids of the tactics joined by commas, such as "TA0003,TA0005".
func (s TacticSet) String() string {
	text, _ := s.AppendText(nil)
	return string(text)
}

// AppendText appends what [TacticSet.String] returns. The error is always nil.
func (s TacticSet) AppendText(text []byte) ([]byte, error) {
	first := true
	for id := range s.IDs() {
		if !first {
			text = append(text, ',')
		}
		text, first = append(text, id...), false
	}
	return text, nil
}

// MarshalText returns what [TacticSet.String] returns. The error is always nil.
func (s TacticSet) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText reads what MarshalText wrote. An id that this release does not have is an error, since the set cannot
// hold it; the set is left alone then.
func (s *TacticSet) UnmarshalText(text []byte) error {
	var ids []TacticID
	if len(text) > 0 {
		for id := range strings.SplitSeq(string(text), ",") {
			ids = append(ids, TacticID(id))
		}
	}
	set, err := TacticSetOf(ids...)
	if err != nil {
		return err
	}
	*s = set
	return nil
}
