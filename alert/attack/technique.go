package attack

import (
	"iter"
	"strings"
)

// Domain is one of the three matrices of ATT&CK, under the name that STIX bundles and Navigator layers give it.
type Domain string

// The domains.
const (
	Enterprise Domain = "enterprise-attack"
	Mobile     Domain = "mobile-attack"
	ICS        Domain = "ics-attack"
)

// Status says whether a technique or tactic is in force in this release.
type Status string

// The statuses.
const (
	// Active is in force.
	Active Status = "active"
	// Deprecated was withdrawn and has no successor.
	Deprecated Status = "deprecated"
	// Revoked was replaced by another technique: see [Technique.RevokedBy] and [Resolve].
	Revoked Status = "revoked"
)

// Technique is what this release says about a technique or sub-technique. It is a plain value, and comparable.
type Technique struct {
	// ID is unique across the domains.
	ID ID
	// Name is the name as published: not unique, and without the name of the parent.
	Name string
	// Domain is the matrix it belongs to.
	Domain Domain
	// Tactics are those it serves. For a technique that is not active they are only what it last said, and for a
	// revoked one stale: see [Resolution.Tactics].
	Tactics TacticSet
	// Parent is the technique that a sub-technique belongs to, and "" for a technique.
	Parent ID
	// Platforms are those it is seen on; ICS seldom names any.
	Platforms Platforms
	// Status says whether it is in force.
	Status Status
	// RevokedBy is the direct successor of a revoked technique. It may be revoked or deprecated in its turn, and
	// one revoked technique, T1454, has none: see [Resolve].
	RevokedBy ID
}

// Lookup returns the technique that has the id in this release. The id must be in the canonical spelling, as
// [Parse] returns it. It allocates nothing.
func Lookup(id ID) (Technique, bool) { return release.lookup(id) }

// URL returns the address of the technique's page on attack.mitre.org.
func (t Technique) URL() string { return t.ID.URL() }

// IsSubtechnique reports whether the technique is a sub-technique.
func (t Technique) IsSubtechnique() bool { return t.Parent != "" }

// DisplayName returns the name by which ATT&CK's pages show the technique: for a sub-technique the parent's name, a
// colon and its own, such as "Phishing: Spearphishing Link", and otherwise the name.
func (t Technique) DisplayName() string {
	parent, ok := Lookup(t.Parent)
	if !ok {
		return t.Name
	}
	return parent.Name + ": " + t.Name
}

// Techniques returns every technique and sub-technique of the three domains, whatever its status, in ascending order of id.
func Techniques() iter.Seq[Technique] {
	return func(yield func(Technique) bool) { release.each(0, len(release.rows), yield) }
}

// Children returns the sub-techniques of a technique, whatever their status, in ascending order of id. There are
// none when the id is that of a sub-technique or is not in this release. The numbers of sub-techniques may have gaps.
func Children(id ID) iter.Seq[Technique] {
	return func(yield func(Technique) bool) {
		first, end := release.children(id)
		release.each(first, end, yield)
	}
}

// Platforms are the names of the platforms that a technique is seen on, sorted and joined by commas, such as
// "Linux,Windows,macOS". The names change between releases. The zero value is no platform.
type Platforms string

// All returns the names.
func (p Platforms) All() iter.Seq[string] {
	if p == "" {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(string(p), ",")
}

// Has reports whether the platform is one of them. Case matters.
func (p Platforms) Has(platform string) bool {
	for name := range p.All() {
		if name == platform {
			return true
		}
	}
	return false
}
