package correlation

import "math/bits"

// common is a value that was observed often. A value that is new and common, as a
// scanner's address is that every host talks to from one day on, is rare among
// all that the tenant has seen; so what was seen since it came counts as well.
type common struct {
	hash uint64
	// obs and n are the observations of the tenant and of the value when it became
	// common, in the weight of an epoch.
	obs   uint64
	peers uint64 // a bit for each of its peers, by hash
	n     uint32
	next  uint32 // observations at which its links are looked at again
	epoch uint8
}

const (
	// commonLeast is the number of observations that make a value common.
	commonLeast = 8
	// hubPeers is the number of other entities, common ones as well, that a value
	// must have been seen with to be taken for a hub. A device that is attacked is
	// in many alerts, too, but hardly with four others that are.
	hubPeers = 4
)

// indexCommon makes the list of common values anew.
func (s *scope) indexCommon() {
	s.commons = map[uint64]uint32{}
	for i := uint32(1); i < s.common.len(); i++ {
		s.commons[s.common.at(i).hash] = i
	}
}

// commonOf returns what is known of a value if it is common, or nil.
func (s *scope) commonOf(hash uint64, n uint32) *common {
	if n < commonLeast {
		return nil
	}
	if i := s.commons[hash]; i != 0 {
		return s.common.at(i)
	}
	return nil
}

// rarity returns the bits that a value is worth which n observations have, not
// counting some with it that an incident has made.
func (s *scope) rarity(hash uint64, n, but uint32, p prior) int32 {
	worth := rarity(s.obs, uint64(n), uint64(min(n, but)), p)
	if c := s.commonOf(hash, n); c != nil && c.hub() {
		obs, n := s.since(c, n)
		if 2*n > obs && n >= hubLeast {
			return 0 // who has it is like most
		}
		less := min(n, uint64(but))
		if 2*less > obs {
			less = 0
		}
		worth = min(worth, rarity(obs, n, less, p))
	}
	return worth
}

func rarity(obs, n, less uint64, p prior) int32 {
	return max(0, log2(16*(obs-min(obs, less))+p.of)-log2(16*(n-less)+p.has))
}

// hub tells whether a common value connects much that is common itself.
func (c *common) hub() bool { return bits.OnesCount64(c.peers) >= hubPeers }

// since returns the observations since a value became common, and those with it.
func (s *scope) since(c *common, n uint32) (obs, with uint64) {
	age := (uint8(s.epoch) - c.epoch) & 0xff
	return s.obs - min(s.obs, c.obs>>age), uint64(n - min(n, c.n>>age))
}

// widespread tells whether a value is a hub that a quarter of the alerts have since
// it came.
func (s *scope) widespread(hash uint64, n uint32) bool {
	c := s.commonOf(hash, n)
	if c == nil || !c.hub() {
		return false
	}
	obs, with := s.since(c, n)
	return with >= hubLeast && 4*with > obs
}

// identify leaves values that are widespread out of what tells an alert that
// occurs again, if others remain: a thing stays the same thing when such a value
// is added to everything.
func (s *scope) identify(e *Engine, in *input) {
	if in.thread == 0 || len(s.commons) == 0 {
		return
	}
	sum, left, dropped := uint64(0), 0, 0
	for i := range in.keys {
		k := &in.keys[i]
		switch {
		case k.kind == typeDetector:
		case k.seen >= commonLeast && s.widespread(k.hash, k.seen):
			dropped++
		default:
			sum += k.hash
			left++
		}
	}
	if left > 0 && dropped > 0 {
		in.thread = e.seed.mix(domainThread, sum, in.detector)
	}
}

// notice keeps what is known of the common values of an alert that was observed,
// and tells whether one of them has become a hub that links nothing any more, or
// was seen twice as often since that was found.
func (s *scope) notice(e *Engine, in *input, own uint32) (found bool) {
	peers, last := uint64(0), int32(-1)
	for i := range in.keys {
		k := &in.keys[i]
		if k.seen == commonLeast && s.commons[k.hash] == 0 {
			s.commons[k.hash] = s.common.add(common{hash: k.hash, obs: s.obs, n: k.seen, epoch: uint8(s.epoch)})
		}
		if k.seen >= commonLeast && k.entity != last && k.kind != typeDetector {
			peers |= peerBit(k)
			last = k.entity
		}
	}
	if peers == 0 {
		return false
	}
	first := 0
	for i := range in.keys {
		k := &in.keys[i]
		if k.entity != in.keys[first].entity {
			first = i
		}
		c := s.commonOf(k.hash, k.seen)
		if c == nil {
			continue
		}
		c.peers |= peers &^ peerBit(&in.keys[first])
		if c.hub() && k.seen >= max(c.next, hubLeast) && s.rarity(k.hash, k.seen, own, e.set.priorOf(k.strong)) < e.set.keep {
			c.next, found = 2*k.seen, true
		}
	}
	return found
}

// peerBit stands for an entity, by the first of its keys.
func peerBit(k *inputKey) uint64 { return 1 << (k.hash & 63) }

// own returns what an incident has observed, which does not make a value common,
// unless the incident has most of what the tenant saw: then a value that is in
// all of it is one that holds everything together.
func (s *scope) own(i uint32) uint32 {
	seen := countOf(s.incidents.at(i).seen, s.epoch)
	if 2*uint64(seen) > s.obs {
		return 0
	}
	return seen
}

// loosen has the parts of an incident, except the largest, attract no more alerts
// if links hold it together that are worth less than Keep by now. Who is where
// stays: that is for people to change, see [Engine.Proposals].
func (s *scope) loosen(e *Engine, i uint32) {
	own := s.own(i)
	parts := s.componentsBy(s.members(i), func(n uint32) bool {
		r := s.alerts.at(n)
		return r.flags&(flagByHand|flagLinked) != 0 || s.worth(e, r, own) >= e.set.keep
	})
	main, most := 0, 0
	for k, part := range parts {
		n := 0
		for _, a := range part {
			n += 1 + int(s.alerts.at(a).repeats)
		}
		if n > most {
			main, most = k, n
		}
	}
	for k, part := range parts {
		for _, a := range part {
			if k != main {
				s.alerts.at(a).flags |= flagLoose
			}
		}
	}
}

// tighten has alerts attract others again, since a person has put them together.
func (s *scope) tighten(alerts []uint32) {
	for _, n := range alerts {
		s.alerts.at(n).flags &^= flagLoose
	}
}
