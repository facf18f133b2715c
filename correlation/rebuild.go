package correlation

import (
	"slices"
)

// members returns the alerts of an incident in the order of its list.
func (s *scope) members(i uint32) []uint32 {
	out := make([]uint32, 0, s.incidents.at(i).stored)
	for n := s.incidents.at(i).head; n != 0; n = s.alerts.at(n).next {
		out = append(out, n)
	}
	return out
}

// inOrder sorts alerts by time and id.
func (s *scope) inOrder(alerts []uint32) []uint32 {
	slices.SortFunc(alerts, func(a, b uint32) int {
		x, y := s.alerts.at(a), s.alerts.at(b)
		if x.time != y.time {
			if x.time < y.time {
				return -1
			}
			return 1
		}
		return slices.Compare(s.names.bytes(x.id), s.names.bytes(y.id))
	})
	return alerts
}

// refill makes an incident consist of the given alerts, whose links are in order,
// and counts it anew.
func (s *scope) refill(i uint32, alerts []uint32) { s.fill(i, alerts, false) }

// fill is refill, for an act or to take one back. The latter puts back what it
// redirects, and incidents may lead in a circle until it has done so.
func (s *scope) fill(i uint32, alerts []uint32, undo bool) {
	r := s.incidents.at(i)
	*r = incidentRec{id: r.id, version: r.version, flags: r.flags, stage: r.stage, seen: r.seen}
	if d := s.details[i]; d != nil {
		d.groups = nil
	}
	s.inOrder(alerts)
	for _, n := range alerts {
		s.append(i, n)
		a := s.alerts.at(n)
		r.count += a.repeats
		r.last = max(r.last, a.last())
		// An incident that this alert opened, and that was merged since, leads
		// to where the alert is.
		if k := s.openedBy(n); k != 0 && k != i {
			if o := s.incidents.at(k); o.into != 0 {
				if !undo {
					s.detour(k, i)
				}
				s.redirected = append(s.redirected, pair{k, o.into})
				o.into = i
			}
		}
	}
	r.founder = alerts[0]
	r.version++
}

// openedBy returns the incident that an alert opened first, or 0.
func (s *scope) openedBy(n uint32) uint32 {
	if slot := s.index.find(s.hashID(s.idOf(s.names.bytes(s.alerts.at(n).id)))); slot != nil {
		return slot.number()
	}
	return 0
}

// detour is called before an incident that was merged into another leads elsewhere,
// or is opened again where to is 0. The alerts of the other, and the incidents that
// they opened, lead there without passing by it from now on.
func (s *scope) detour(i, to uint32) {
	root := s.root(i)
	if root == i || to != 0 && root == s.root(to) {
		return
	}
	for _, n := range s.members(root) {
		s.incidentOf(n)
		k := s.openedBy(n)
		if k == 0 || k == i || k == root || s.root(k) != root {
			continue
		}
		if o := s.incidents.at(k); o.into != root {
			s.redirected = append(s.redirected, pair{k, o.into})
			o.into = root
		}
	}
}

// link is an alert's link to another.
type link struct {
	alert      uint32
	incident   uint32
	parent     uint32
	proof      uint32
	proofCount uint8
	flags      uint8
	score      int16
}

func (s *scope) linkOf(n uint32) link {
	r := s.alerts.at(n)
	return link{n, s.incidentOf(n), r.parent, r.proof, r.proofCount, r.flags, r.score}
}

func (s *scope) setLink(l link) {
	r := s.alerts.at(l.alert)
	r.parent, r.proof, r.proofCount, r.flags, r.score = l.parent, l.proof, l.proofCount, l.flags, l.score
}

// byHand links a root to another alert because a person said so.
func (s *scope) byHand(n, parent uint32) {
	at := s.proofs.add(proof{kind: kindPerson})
	s.setLink(link{alert: n, parent: parent, proof: at, proofCount: 1, flags: s.alerts.at(n).flags | flagByHand})
}

// cut takes an alert's link away.
func (s *scope) cut(n uint32) {
	s.setLink(link{alert: n, flags: s.alerts.at(n).flags &^ flagByHand})
}

// components returns the alerts in groups that links hold together, each in
// order and the groups in the order of their first alerts.
func (s *scope) components(alerts []uint32) [][]uint32 {
	return s.componentsBy(alerts, func(uint32) bool { return true })
}

// componentsBy counts only the links that hold, which are named by the alert that
// has them.
func (s *scope) componentsBy(alerts []uint32, holds func(uint32) bool) [][]uint32 {
	place := make(map[uint32]int32, len(alerts))
	for i, n := range alerts {
		place[n] = int32(i)
	}
	parents := make([]int32, len(alerts))
	for i := range parents {
		parents[i] = int32(i)
	}
	root := func(i int32) int32 {
		for parents[i] != i {
			parents[i] = parents[parents[i]]
			i = parents[i]
		}
		return i
	}
	for _, n := range alerts {
		if j, ok := place[s.alerts.at(n).parent]; ok && holds(n) {
			parents[root(place[n])] = root(j)
		}
	}
	groups := map[int32]int{}
	var out [][]uint32
	for _, n := range s.inOrder(slices.Clone(alerts)) {
		r := root(place[n])
		g, ok := groups[r]
		if !ok {
			g = len(out)
			groups[r] = g
			out = append(out, nil)
		}
		out[g] = append(out[g], n)
	}
	return out
}

// together sees to it that the links of alerts make one tree, with links by hand
// where there are none.
func (s *scope) together(alerts []uint32) {
	first := uint32(0)
	for _, g := range s.components(alerts) {
		root := g[slices.IndexFunc(g, func(n uint32) bool { return s.alerts.at(n).parent == 0 })]
		if first == 0 {
			first = root
		} else {
			s.byHand(root, first)
		}
	}
}

// sever cuts the links between alerts that are inside a set and others.
func (s *scope) sever(alerts []uint32, inside map[uint32]bool) {
	for _, n := range alerts {
		if p := s.alerts.at(n).parent; p != 0 && inside[n] != inside[p] {
			s.cut(n)
		}
	}
}
