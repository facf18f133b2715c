package correlation

import (
	"cmp"
	"slices"

	"github.com/incidentkit/incidentkit/entity"
)

// Hub is a value that is so common that it links nothing any more.
type Hub struct {
	// Type and Text say what it is. Both are empty for a value of which only the
	// hash is known.
	Type entity.Type
	Text string
	Hash uint64
	// Seen of Of observations have it.
	Seen, Of int
}

// Proposal is an incident that would fall apart without links that would not be
// made today.
type Proposal struct {
	Incident ID
	// Values are what those links share.
	Values []Value
	// Parts are the alerts that belong together, the largest part first. Hand
	// all but the first to [Engine.Split], if you agree.
	Parts [][]string
}

// hubLeast is the number of observations below which nothing is called common.
const hubLeast = 16

// Hubs returns the values of a tenant that have linked alerts and have become
// too common to: their rarity is less than [Settings.Keep]. The most common
// comes first.
func (e *Engine) Hubs(tenant string) []Hub {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Hub
	for _, s := range e.ordered() {
		if s.name.tenant != fold(tenant) {
			continue
		}
		kinds := map[uint64]uint8{}
		for i := uint32(1); i < s.proofs.len(); i++ {
			if p := s.proofs.at(i); p.hash != 0 {
				kinds[p.hash] = p.kind
			}
		}
		for hash, kind := range kinds {
			if n := s.observations(hash); n >= hubLeast && s.rarity(hash, n, 0, e.set.weak) < e.set.keep {
				out = append(out, Hub{proofKinds[kind].entity, s.textOf(hash), hash, int(n), int(s.obs)})
			}
		}
	}
	slices.SortFunc(out, func(a, b Hub) int {
		return cmp.Or(cmp.Compare(b.Seen, a.Seen), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Hash, b.Hash))
	})
	return out
}

// Proposals returns the incidents of a tenant that are held together only by
// links whose values are worth less than [Settings.Keep] by now, the oldest first.
func (e *Engine) Proposals(tenant string) []Proposal {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Proposal
	for _, s := range e.ordered() {
		if s.name.tenant != fold(tenant) || e.set.Plain {
			continue
		}
		for i := uint32(1); i < s.incidents.len(); i++ {
			if r := s.incidents.at(i); r.into == 0 && r.count > 1 {
				if p, ok := s.proposal(e, i); ok {
					out = append(out, p)
				}
			}
		}
	}
	return out
}

func (s *scope) proposal(e *Engine, i uint32) (Proposal, bool) {
	p := Proposal{Incident: s.incidents.at(i).id}
	parts := s.componentsBy(s.members(i), func(n uint32) bool {
		r := s.alerts.at(n)
		if r.flags&(flagByHand|flagLinked) != 0 || s.worth(e, r, 0) >= e.set.keep {
			return true
		}
		for _, v := range s.linkOver([]uint32{n}, n, r.parent).Values {
			if !slices.ContainsFunc(p.Values, func(o Value) bool { return o.Hash == v.Hash }) && len(p.Values) < 100 {
				p.Values = append(p.Values, v)
			}
		}
		return false
	})
	if len(parts) < 2 {
		return p, false
	}
	slices.SortStableFunc(parts, func(a, b []uint32) int { return cmp.Compare(len(b), len(a)) })
	for _, part := range parts {
		ids := make([]string, len(part))
		for k, n := range part {
			ids[k] = s.names.text(s.alerts.at(n).id)
		}
		p.Parts = append(p.Parts, ids)
	}
	return p, true
}
