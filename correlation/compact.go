package correlation

// compact forgets what can be forgotten, in all scopes.
func (e *Engine) compact() {
	for _, s := range e.ordered() {
		s.compact(e)
	}
}

// forgettable tells whether an incident accepts no more alerts and was silent for
// longer than is to be remembered.
func (s *scope) forgettable(e *Engine, i uint32) bool {
	r := s.incidents.at(i)
	return r.count == 0 || s.now-r.last > int64(e.set.Retention) && s.accepts(e, i, s.now) != ""
}

// compact forgets old incidents and their alerts, and numbers the others anew.
// It does so only if at least a quarter of the alerts goes, so that it costs
// little for each of them. Acts in the scope cannot be undone any more, since what
// undoes them has the old numbers.
func (s *scope) compact(e *Engine) {
	keep := make([]bool, s.incidents.len())
	gone, total := 0, 0
	for i := uint32(1); i < s.incidents.len(); i++ {
		root := s.root(i)
		keep[i] = !s.forgettable(e, root)
		if i == root {
			total += int(s.incidents.at(i).count)
			if !keep[i] {
				gone += int(s.incidents.at(i).count)
			}
		}
	}
	if gone == 0 || gone*4 < total {
		return
	}
	alerts, incidents, threads := make([]uint32, s.alerts.len()), make([]uint32, s.incidents.len()), make([]uint32, s.threads.len())
	old := *s
	s.alerts, s.incidents, s.threads, s.proofs = slab[alertRec]{}, slab[incidentRec]{}, slab[thread]{}, slab[proof]{}
	s.counts, s.common = slab[counted]{}, slab[common]{}
	s.names, s.values = arena{}, labels{}
	s.details, s.groups, s.apart, s.index = map[uint32]*detail{}, map[uint32][]uint16{}, map[pair]int{}, newIndex(s.seed)
	for i := uint32(1); i < old.incidents.len(); i++ {
		if keep[i] {
			incidents[i] = s.incidents.add(*old.incidents.at(i))
			if old.incidents.at(i).into != 0 {
				s.incidents.at(incidents[i]).into = old.root(i) // its new number below
			}
			if d := old.details[i]; d != nil {
				d.groups = nil
				s.details[incidents[i]] = d
			}
		} else if old.incidents.at(i).into == 0 && old.incidents.at(i).count > 0 {
			s.open--
		}
	}
	for n := uint32(1); n < old.alerts.len(); n++ {
		if i := old.incidentOf(n); i != 0 && keep[i] {
			alerts[n] = s.alerts.add(*old.alerts.at(n))
		}
	}
	for t := uint32(1); t < old.threads.len(); t++ {
		// One whose alerts are elsewhere now begins anew when it occurs again.
		r := *old.threads.at(t)
		r.head, r.incident = alerts[r.head], incidents[old.root(r.incident)]
		if r.head != 0 && r.incident != 0 {
			threads[t] = s.threads.add(r)
		}
	}
	for t := uint32(1); t < s.threads.len(); t++ {
		r := s.threads.at(t)
		if r.twin != 0 && threads[r.twin] == 0 {
			r.votes = 0 // they were for one that is forgotten
		}
		r.twin, r.host = threads[r.twin], threads[r.host]
	}
	linking := map[uint64]bool{} // hashes whose texts are wanted
	for n := range alerts {
		if alerts[n] == 0 {
			continue
		}
		r := s.alerts.at(alerts[n])
		r.incident, r.next, r.parent, r.thread = incidents[r.incident], alerts[r.next], alerts[r.parent], threads[r.thread]
		r.id = s.names.add(old.names.text(r.id))
		r.title = s.values.number(old.values.label(r.title))
		from := r.proof
		for k := range uint32(r.proofCount) {
			p := *old.proofs.at(from + k)
			at := s.proofs.add(p)
			if k == 0 {
				r.proof = at
			}
			linking[p.hash] = true
		}
		for _, g := range old.groups[uint32(n)] {
			g = s.values.number(old.values.label(g))
			s.groups[alerts[n]] = append(s.groups[alerts[n]], g)
			d := s.detailOf(r.incident)
			d.groups = append(d.groups, g)
		}
	}
	for i := range incidents {
		if incidents[i] == 0 {
			continue
		}
		r := s.incidents.at(incidents[i])
		r.into, r.founder, r.head, r.tail = incidents[r.into], alerts[r.founder], alerts[r.head], alerts[r.tail]
	}
	for p, n := range old.apart {
		if incidents[p[0]] != 0 && incidents[p[1]] != 0 {
			s.apart[pairOf(incidents[p[0]], incidents[p[1]])] += n
		}
	}
	s.held = 0
	for slot := range old.index.all() {
		numbers := alerts
		switch slot.kind() {
		case slotOnce, slotCounted:
			v := old.value(slot)
			if v.text != 0 && linking[slot.hash()] {
				v.text = s.names.add(old.names.text(v.text))
			} else {
				v.text = 0
			}
			if v.ref = alerts[v.ref]; v.ref != 0 || v.text != 0 || countOf(v.n, s.epoch) != 0 {
				s.setValue(s.index.put(slot.hash()), v)
			}
			continue
		case slotIncident:
			numbers = incidents
		}
		n := numbers[slot.number()]
		if n == 0 {
			continue
		}
		if slot.kind() == slotAlert {
			s.held++
		}
		s.index.put(slot.hash()).set(slot.kind(), n)
	}
	for i := uint32(1); i < old.common.len(); i++ {
		if c := *old.common.at(i); s.observations(c.hash) != 0 {
			s.common.add(c)
		}
	}
	s.indexCommon()
	e.stored += s.held - old.held
	// What acts need to be taken back has the old numbers.
	for _, a := range e.acts {
		if a.scope == s {
			a.scope, a.links, a.records, a.apart, a.redirected = nil, nil, nil, nil, nil
		}
	}
}
