package correlation

import (
	"slices"
)

// candidate is an incident that shares something with the alert.
type candidate struct {
	incident uint32
	ref      uint32 // the alert of the strongest value
	gap      int64
	score    int32
	best     int32  // bits of the strongest value
	twin     int32  // the part of score that is enough for a merger, but not to join
	thread   uint32 // whose twin it is
	repeat   bool
	loose    bool // the alerts that it shares something with attract no more
	n        int
	proofs   [maxProofs]candidateProof
}

type candidateProof struct {
	proof
	key   *inputKey
	bits  int32
	group int32
}

const (
	// maxProofs values of a link are kept; all of them count.
	maxProofs = 4
	// maxCandidates incidents are considered for one alert.
	maxCandidates = 16
	// The evidence of the same thing again, in bits: more than values have.
	repeatBits = 20 << 8
)

// decide decides about an alert and does it.
func (s *scope) decide(e *Engine, a *Alert, in *input) Decision {
	s.tick(in.time, int64(e.set.HalfLife))
	s.index.touch(in)
	d := Decision{Alert: a.ID, KeysDropped: in.dropped}
	if slot := s.index.find(in.id); slot != nil {
		return s.repeated(e, slot.number(), d)
	}
	target := uint32(0)
	if !a.Link.IsZero() {
		var rule Rule
		if target, rule = s.target(e, a.Link); rule != "" {
			in.refused = append(in.refused, Refusal{Incident: a.Link, Rule: rule})
		}
	}
	switch {
	case target != 0:
		d.Kind = Linked
		n := s.store(e, a, in, flagLinked)
		s.attach(target, n, s.incidents.at(target).founder)
		s.byHand(n, s.alerts.at(n).parent)
		s.put(e, a, in, n)
		return s.finish(e, in, n, d)
	case a.Excluded:
		d.Kind = Excluded
		n := s.store(e, a, in, flagExcluded)
		s.openIncident(e, n)
		s.incidents.at(s.alerts.at(n).incident).flags |= incidentExcluded
		s.index.put(in.id).set(slotAlert, n)
		return s.finish(e, in, n, d)
	}
	s.consider(e, in)
	join := s.choose(e, in)
	if join < 0 {
		d.Kind = Opened
		if len(in.refused) > 0 {
			d.Kind = Refused
		}
		n := s.store(e, a, in, 0)
		s.openIncident(e, n)
		s.merge(e, in, n, -1, &d)
		s.put(e, a, in, n)
		return s.finish(e, in, n, d)
	}
	c := &in.cands[join]
	d.Kind, d.Bits = Joined, float64(c.score)/256
	if n, ok := s.collapse(e, in, c); ok {
		d.Collapsed = true
		s.merge(e, in, n, join, &d)
		s.put(e, a, in, n)
		return s.finish(e, in, n, d)
	}
	n := s.store(e, a, in, 0)
	s.reopen(e, c.incident)
	s.attach(c.incident, n, c.ref)
	s.prove(s.alerts.at(n), c)
	s.merge(e, in, n, join, &d)
	s.put(e, a, in, n)
	return s.finish(e, in, n, d)
}

// preview returns what decide would return, and does nothing.
func (s *scope) preview(e *Engine, a *Alert, in *input) Decision {
	d := Decision{Alert: a.ID, Kind: Opened, KeysDropped: in.dropped, Incident: s.idOf([]byte(a.ID)), Version: 1}
	if slot := s.index.find(in.id); slot != nil {
		return s.repeated(nil, slot.number(), d)
	}
	if !a.Link.IsZero() {
		target, rule := s.target(e, a.Link)
		if target != 0 {
			r := s.incidents.at(target)
			d.Kind, d.Incident, d.Version = Linked, r.id, r.version+1
			return d
		}
		in.refused = append(in.refused, Refusal{Incident: a.Link, Rule: rule})
	}
	if a.Excluded {
		d.Kind = Excluded
		return d
	}
	s.consider(e, in)
	join := s.choose(e, in)
	if join >= 0 {
		c := &in.cands[join]
		r := s.incidents.at(c.incident)
		d.Kind, d.Bits, d.Incident, d.Version = Joined, float64(c.score)/256, r.id, r.version+1
	} else if len(in.refused) > 0 {
		d.Kind = Refused
	}
	for i := range in.cands {
		c := &in.cands[i]
		if i == join || c.loose {
			continue
		}
		if join >= 0 && c.score >= s.needed(e, c.incident, in.cands[join].incident) && s.forbids(e, c.incident, in.cands[join].incident) == "" && s.accepts(e, c.incident, in.time) == "" {
			d.Kind = Merged
			d.Merged = append(d.Merged, s.incidents.at(c.incident).id)
		} else if c.score >= e.set.relate {
			d.Related = append(d.Related, Relation{s.incidents.at(c.incident).id, float64(c.score) / 256})
		}
	}
	d.Refused = in.refused
	return d
}

// repeated is the answer for an alert that is there already.
func (s *scope) repeated(e *Engine, n uint32, d Decision) Decision {
	d.Kind = Repeated
	if e != nil {
		e.stats.Repeated++
	}
	r := s.alerts.at(n)
	d.Stage = r.stage
	if i := s.incidentOf(n); i != 0 {
		d.Incident, d.Version = s.incidents.at(i).id, s.incidents.at(i).version
	}
	return d
}

// target returns the incident that a link names, or the rule that forbids it.
func (s *scope) target(e *Engine, id ID) (uint32, Rule) {
	other, i := e.incident(id)
	switch {
	case other == nil:
		return 0, RuleUnknown
	case other != s:
		return 0, RuleWorkspace
	}
	return s.root(i), ""
}

// consider collects the incidents that share a value with the alert.
func (s *scope) consider(e *Engine, in *input) {
	for i := range in.keys {
		k := &in.keys[i]
		slot := s.index.find(k.hash)
		if slot == nil || slot.kind() > slotCounted {
			continue
		}
		v := s.value(slot)
		k.seen = countOf(v.n, s.epoch)
		if v.ref == 0 {
			continue
		}
		number := s.standing(v.ref, k.hash)
		incident := s.incidentOf(number)
		gap := distance(in.time, s.alerts.at(number).last())
		if incident == 0 || gap > e.set.windowOf(k.kind) {
			continue
		}
		n := k.seen
		bits := e.set.join
		if !e.set.Plain {
			bits = s.rarity(k.hash, n, 0, e.set.priorOf(k.strong))
		}
		if bits > 0 {
			s.evidence(e, in, incident, number, gap, bits, n, kindOf(k.kind), k)
		}
	}
	s.identify(e, in)
	if in.thread != 0 && e.set.RepeatWindow > 0 {
		if slot := s.index.find(in.thread); slot != nil {
			n := slot.number()
			ref := s.alerts.at(n)
			gap := distance(in.time, ref.last())
			if incident := s.incidentOf(n); incident != 0 && gap <= int64(e.set.RepeatWindow) && s.holds(e, in, n) {
				c := s.evidence(e, in, incident, n, gap, repeatBits, 0, kindRepeat, nil)
				if c != nil {
					c.repeat = true
				}
			}
			s.twin(e, in, n)
		}
	}
	for i := range in.cands {
		c := &in.cands[i]
		if !e.set.Plain {
			c.score += s.nearness(e.set.near, c.gap)
		}
		if r := s.incidents.at(c.incident); e.set.tactic > 0 && r.tactics != 0 && in.tactics > r.tactics && in.tactics&r.tactics == 0 {
			c.score += e.set.tactic
			c.add(candidateProof{proof: proof{kind: kindTactic}, bits: e.set.tactic, group: -1})
		}
	}
}

// standing returns an alert, or if it was retracted the one that it shared the
// value with.
func (s *scope) standing(n uint32, hash uint64) uint32 {
	for r := s.alerts.at(n); r.flags&flagRetracted != 0 && r.parent != 0; r = s.alerts.at(n) {
		shared := false
		for i := range uint32(r.proofCount) {
			shared = shared || s.proofs.at(r.proof+i).hash == hash
		}
		if !shared {
			break
		}
		n = r.parent
	}
	return n
}

// holds tells whether the link by which a recurring alert came into its incident
// is still worth enough. It is asked once for each observation.
func (s *scope) holds(e *Engine, in *input, ref uint32) bool {
	r := s.alerts.at(ref)
	if r.thread == 0 {
		return true
	}
	t := s.threads.at(r.thread)
	if in.time-t.counted < int64(e.set.Slot) {
		return true
	}
	head := s.alerts.at(t.head)
	if head.flags&(flagByHand|flagLinked) != 0 || e.set.Plain {
		return true
	}
	if s.estranged(r.thread) {
		return false
	}
	if head.parent == 0 {
		return true
	}
	return s.worth(e, head, s.own(s.incidentOf(ref))) >= e.set.keep
}

// worth returns what the values of a link are worth by what is known now, not
// counting some observations with them.
func (s *scope) worth(e *Engine, r *alertRec, but uint32) (bits int32) {
	for i := range uint32(r.proofCount) {
		p := s.proofs.at(r.proof + i)
		switch p.kind {
		case kindRepeat, kindTwin, kindPerson:
			return repeatBits
		case kindTactic:
			continue
		}
		bits += s.rarity(p.hash, s.observations(p.hash), but, e.set.priorOf(p.flag&proofStrong != 0))
	}
	return bits
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

// evidence adds a value to what speaks for an incident.
func (s *scope) evidence(e *Engine, in *input, incident, ref uint32, gap int64, bits int32, n uint32, kind uint8, k *inputKey) *candidate {
	loose := s.alerts.at(ref).flags&flagLoose != 0
	c := in.candidate(incident, loose)
	if c == nil {
		if len(in.cands) == maxCandidates {
			return nil
		}
		in.cands = append(in.cands, candidate{incident: incident, ref: ref, gap: gap, loose: loose})
		c = &in.cands[len(in.cands)-1]
	}
	p := candidateProof{proof: proof{n: n, of: uint32(min(s.obs, 1<<32-1)), kind: kind}, bits: bits, group: -2, key: k}
	if k != nil {
		p.hash, p.group = k.hash, k.entity
		if k.strong {
			p.flag |= proofStrong
		}
		if k.impacted {
			p.flag |= proofImpacted
		}
	}
	if bits > c.best {
		c.best, c.ref = bits, ref
	}
	c.gap = min(c.gap, gap)
	if e.set.Plain {
		c.score = e.set.join
	} else if !c.same(p) {
		c.score += bits
	}
	c.add(p)
	return c
}

func (in *input) candidate(incident uint32, loose bool) *candidate {
	for i := range in.cands {
		if in.cands[i].incident == incident && in.cands[i].loose == loose {
			return &in.cands[i]
		}
	}
	return nil
}

// same takes care of other names of an entity that is counted, of which the
// rarest counts.
func (c *candidate) same(p candidateProof) bool {
	for i := range c.n {
		q := &c.proofs[i]
		if q.group == p.group {
			c.score += max(0, p.bits-q.bits)
			return true
		}
	}
	return false
}

// add keeps the strongest proofs, one for each entity.
func (c *candidate) add(p candidateProof) {
	for i := range c.n {
		q := &c.proofs[i]
		if q.group == p.group {
			if p.bits > q.bits {
				*q = p
			}
			return
		}
	}
	if c.n < maxProofs {
		c.proofs[c.n] = p
		c.n++
		return
	}
	least := 0
	for i := range c.n {
		if c.proofs[i].bits < c.proofs[least].bits {
			least = i
		}
	}
	if p.bits > c.proofs[least].bits {
		c.proofs[least] = p
	}
}

// choose returns the candidate that the alert joins, or -1.
func (s *scope) choose(e *Engine, in *input) int {
	best := -1
	for i := range in.cands {
		c := &in.cands[i]
		if c.score-c.twin < e.set.join || best >= 0 && !s.better(c, &in.cands[best]) {
			continue
		}
		rule := s.accepts(e, c.incident, in.time)
		if c.loose {
			rule = RuleHub
		}
		if rule != "" {
			in.refused = append(in.refused, Refusal{s.incidents.at(c.incident).id, float64(c.score) / 256, rule})
			continue
		}
		best = i
	}
	return best
}

// better prefers more evidence, then the older incident, then the smaller id.
func (s *scope) better(c, than *candidate) bool {
	if a, b := c.score-c.twin, than.score-than.twin; a != b {
		return a > b
	}
	return s.older(c.incident, than.incident)
}

// older orders incidents by their first alert.
func (s *scope) older(i, j uint32) bool {
	a, b := s.incidents.at(i), s.incidents.at(j)
	if a.first != b.first {
		return a.first < b.first
	}
	return slices.Compare(a.id[:], b.id[:]) < 0
}

// needed returns the evidence from which two incidents are merged.
func (s *scope) needed(e *Engine, i, j uint32) int32 {
	smaller := min(s.incidents.at(i).count, s.incidents.at(j).count)
	return e.set.join + int32(int64(e.set.doubling)*int64(log2(uint64(smaller)))>>8)
}

// merge merges the incidents for which the alert is enough evidence with its
// own, and notes the others.
func (s *scope) merge(e *Engine, in *input, n uint32, joined int, d *Decision) {
	for i := range in.cands {
		c := &in.cands[i]
		mine, other := s.incidentOf(n), s.root(c.incident)
		if i == joined || mine == other || c.loose {
			continue
		}
		id := s.incidents.at(other).id
		switch {
		case joined >= 0 && c.score >= s.needed(e, mine, other):
			rule := s.accepts(e, other, in.time)
			if rule == "" {
				rule = s.forbids(e, mine, other)
			}
			if rule != "" {
				in.refused = append(in.refused, Refusal{id, float64(c.score) / 256, rule})
				continue
			}
			target, source := s.direction(e, mine, other)
			if c.thread != 0 {
				s.visit(c.thread, source == mine)
			}
			s.prove(s.unite(e, target, source, n, c.ref), c)
			d.Kind = Merged
			d.Merged = append(d.Merged, s.incidents.at(source).id)
			e.stats.Merged++
		case c.score >= e.set.relate && !slices.ContainsFunc(in.refused, func(r Refusal) bool { return r.Incident == id }):
			d.Related = append(d.Related, Relation{id, float64(c.score) / 256})
		}
	}
}

// finish completes the answer.
func (s *scope) finish(e *Engine, in *input, n uint32, d Decision) Decision {
	r := s.incidents.at(s.incidentOf(n))
	d.Incident, d.Version, d.Refused = r.id, r.version, in.refused
	d.Stage = s.alerts.at(n).stage
	if in.thread != 0 && d.Collapsed {
		d.Stage = s.threads.at(s.alerts.at(n).thread).stage.id
	}
	return d
}
