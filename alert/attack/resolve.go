package attack

import (
	"fmt"
	"slices"
)

// Outcome says where the replacements of a technique lead.
type Outcome string

// The outcomes.
const (
	// OutcomeCurrent is an active technique, with or without replacements on the way.
	OutcomeCurrent Outcome = "current"
	// OutcomeDeprecated is a technique that was withdrawn without a successor, with or without replacements on the way.
	OutcomeDeprecated Outcome = "deprecated"
	// OutcomeNoSuccessor is a revoked technique for which the release names no successor.
	OutcomeNoSuccessor Outcome = "no successor"
	// OutcomeCycle is a chain that comes back upon itself and has no end. No release has had one.
	OutcomeCycle Outcome = "cycle"
	// OutcomeUnknown is an id that the release does not hold.
	OutcomeUnknown Outcome = "unknown"
)

// Resolution is the answer of [Resolve].
type Resolution struct {
	// ID is the id that was asked about, unchanged.
	ID ID
	// Hops are the successors on the way, in order, so that the last of them is the technique's id. It is nil when there
	// were none.
	Hops []ID
	// Technique is where the chain ends. It is the zero value when the outcome is OutcomeUnknown, and when it is
	// OutcomeCycle it is the last technique that was reached for the first time.
	Technique Technique
	// Outcome says what kind of end that is. Only OutcomeCurrent is a technique in force.
	Outcome Outcome
}

// Resolve follows the replacements of a technique to their end, over as many as there are. It allocates nothing for a
// technique that has not been replaced.
func Resolve(id ID) Resolution { return release.resolve(id) }

func (t *table) resolve(id ID) Resolution {
	r := Resolution{ID: id, Outcome: OutcomeUnknown}
	technique, ok := t.lookup(id)
	if !ok {
		return r
	}
	for {
		r.Technique = technique
		switch technique.Status {
		case Active:
			r.Outcome = OutcomeCurrent
			return r
		case Deprecated:
			r.Outcome = OutcomeDeprecated
			return r
		}
		next := technique.RevokedBy
		if next == id || slices.Contains(r.Hops, next) {
			r.Outcome = OutcomeCycle
			return r
		}
		if technique, ok = t.lookup(next); !ok {
			r.Outcome = OutcomeNoSuccessor
			return r
		}
		r.Hops = append(r.Hops, next)
	}
}

// Tactics returns the tactics that the technique serves now: those of the end of the chain. A deprecated end
// counts with the tactics it last had. It is empty when there is no end to ask, or only a revoked one, whose
// tactics mean nothing any more.
func (r Resolution) Tactics() TacticSet {
	if r.Technique.Status == Revoked {
		return TacticSet{}
	}
	return r.Technique.Tactics
}

// String says in a few words what became of the technique, such as
// "T1086 is revoked, now T1059.001 (Command and Scripting Interpreter: PowerShell)".
func (r Resolution) String() string {
	if r.Outcome == OutcomeUnknown {
		return fmt.Sprintf("%.32q is not a technique of ATT&CK v%s", string(r.ID), Version)
	}
	name := " (" + r.Technique.DisplayName() + ")"
	text := string(r.ID)
	if len(r.Hops) > 0 {
		text += " is revoked, now " + string(r.Technique.ID)
	}
	switch r.Outcome {
	case OutcomeCurrent:
		if len(r.Hops) == 0 {
			return text + name + " is active"
		}
		return text + name
	case OutcomeDeprecated:
		if len(r.Hops) == 0 {
			return text + name + " is deprecated"
		}
		return text + name + ", which is deprecated"
	case OutcomeNoSuccessor:
		if len(r.Hops) == 0 {
			return text + name + " is revoked and has no successor"
		}
		return text + name + ", which is revoked and has no successor"
	}
	return string(r.ID) + " is revoked, and its successors replace each other in a circle"
}

// InAnyTactic reports whether the technique serves one or more of the tactics now: whether they are among the
// [Resolution.Tactics] of what replaced it, if something did. An unknown technique serves none.
func (id ID) InAnyTactic(tactics ...TacticID) bool {
	return slices.ContainsFunc(tactics, Resolve(id).Tactics().Has)
}
