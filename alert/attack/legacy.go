package attack

// LegacyDefenseEvasion tells which tactics the label "defense evasion" stands for, where a product that was
// built on a release before 19 put it on something with the given techniques. Defender and Sentinel do.
//
// Version 19 took that tactic out of Enterprise. Most of its techniques went to Stealth (TA0005, the same id as
// before), some to Defense Impairment (TA0112), and 13 lost it and went to neither. So the answer is
//
//   - the one or both of the two that the techniques are in now, replaced ones being counted where their
//     successors are;
//   - the empty set, if none is in either but one is among those 13, such as T1548: it earned the label, and has
//     no such tactic any more;
//   - both, if the techniques say nothing about it or there are none.
//
// Techniques that are unknown, deprecated or revoked without a successor say nothing: their published tactics were
// renamed without being reconsidered. Nor do those of Mobile and ICS, which have tactics of their own for evasion.
func LegacyDefenseEvasion(techniques ...ID) TacticSet {
	both, _ := TacticSetOf(Stealth, DefenseImpairment)
	var found TacticSet
	left := false
	for _, id := range techniques {
		r := Resolve(id)
		if r.Outcome != OutcomeCurrent {
			continue
		}
		found.bits |= r.Technique.Tactics.bits & both.bits
		i, _ := release.find(r.Technique.ID)
		left = left || release.rows[i].flags&departed != 0
	}
	if found.Len() > 0 || left {
		return found
	}
	return both
}
