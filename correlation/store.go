package correlation

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// store keeps an alert and returns its number. It is in no incident yet.
func (s *scope) store(e *Engine, a *Alert, in *input, flags uint8) uint32 {
	n := s.alerts.add(alertRec{
		time: in.time, id: s.names.add(a.ID), title: s.values.number(label{a.Title, a.Source}),
		tactics: in.tactics, severity: in.severity, flags: flags, entities: in.entities(), epoch: uint8(s.epoch),
	})
	if e.set.KeepDeviceGroups && len(a.DeviceGroups) > 0 {
		for _, g := range a.DeviceGroups {
			s.groups[n] = append(s.groups[n], s.values.number(label{text: fold(g)}))
		}
	}
	e.stored++
	s.held++
	return n
}

// entities counts the entities of an alert that have keys.
func (in *input) entities() uint16 {
	n, last := 0, int32(-1)
	for i := range in.keys {
		if in.keys[i].kind != typeDetector && in.keys[i].entity != last {
			n, last = n+1, in.keys[i].entity
		}
	}
	return uint16(min(n, 1<<16-1))
}

// placeFor returns the id of the incident that an alert opens, and the record that
// has it, or 0: that of an incident without alerts of its own. Where the alert has
// opened one before, and was moved away from it, the next free id is taken.
func (s *scope) placeFor(n uint32) (ID, uint32) {
	name := s.names.bytes(s.alerts.at(n).id)
	for again := 0; ; again++ {
		full := name
		if again > 0 {
			full = strconv.AppendInt(append(slices.Clone(name), 0), int64(again), 10)
		}
		id := s.idOf(full)
		slot := s.index.find(s.hashID(id))
		if slot == nil {
			return id, 0
		}
		if r := s.incidents.at(slot.number()); r.into != 0 || r.count == 0 {
			return id, slot.number()
		}
	}
}

// openIncident opens the incident of an alert, or opens it again.
func (s *scope) openIncident(e *Engine, n uint32) uint32 {
	id, i := s.placeFor(n)
	version := uint32(1)
	if i == 0 {
		i = s.incidents.add(incidentRec{})
		s.index.put(s.hashID(id)).set(slotIncident, i)
	} else {
		version = s.incidents.at(i).version + 1
	}
	*s.incidents.at(i) = incidentRec{id: id, version: version, founder: n}
	s.append(i, n)
	s.open++
	e.stats.Opened++
	return i
}

func (s *scope) hashID(id ID) uint64 {
	var buf [17]byte
	copy(buf[:], id[:])
	buf[16] = domainIncident
	return notZero(s.seed.sip(buf[:]))
}

// attach puts an alert into an incident, linked to one of its alerts.
func (s *scope) attach(i, n, parent uint32) {
	s.alerts.at(n).parent = parent
	s.append(i, n)
	s.incidents.at(i).version++
}

// append puts an alert at the end of an incident's list and counts it.
func (s *scope) append(i, n uint32) {
	r, inc := s.alerts.at(n), s.incidents.at(i)
	r.incident, r.next = i, 0
	if inc.tail == 0 {
		inc.head, inc.first, inc.last = n, r.time, r.time
	} else {
		s.alerts.at(inc.tail).next = n
	}
	inc.tail = n
	inc.stored++
	inc.count++
	inc.entities += uint32(r.entities)
	inc.add(r.time, r.severity, r.tactics)
	if g := s.groups[n]; len(g) > 0 {
		d := s.detailOf(i)
		for _, g := range g {
			if !slices.Contains(d.groups, g) {
				d.groups = append(d.groups, g)
			}
		}
	}
}

// add notes what an alert means for its incident.
func (r *incidentRec) add(t int64, severity uint8, tactics uint16) {
	r.first, r.last = min(r.first, t), max(r.last, t)
	r.severity = max(r.severity, severity)
	r.tactics |= tactics
}

// prove stores why an alert is linked.
func (s *scope) prove(r *alertRec, c *candidate) {
	r.score = int16(min(c.score/16, 1<<15-1))
	r.proof, r.proofCount = 0, uint8(c.n)
	for i := range c.n {
		p := &c.proofs[i]
		p.proof.bits = int16(min(p.bits/16, 1<<15-1))
		at := s.proofs.add(p.proof)
		if i == 0 {
			r.proof = at
		}
		if p.key != nil && p.key.key != nil {
			x := s.index.find(p.hash)
			if v := s.value(x); v.text == 0 {
				v.text = s.names.add(p.key.key.Value)
				s.setValue(x, v)
			}
		}
	}
}

// collapse counts a repeat in the place of an alert that is stored, if enough of
// them are, and returns that alert.
func (s *scope) collapse(e *Engine, in *input, c *candidate) (uint32, bool) {
	inc := s.incidents.at(c.incident)
	n := s.exemplar(e, in, c.incident)
	switch {
	case n != 0:
	case inc.stored < uint32(e.set.MaxStored):
		return 0, false
	case c.repeat:
		n = s.index.find(in.thread).number()
	default:
		n, in.thread = c.ref, 0
	}
	r := s.alerts.at(n)
	r.repeats++
	r.until = max(r.until, uint32(min(max(0, in.time-r.time)/int64(time.Millisecond), math.MaxUint32)))
	r.severity, r.tactics = max(r.severity, in.severity), r.tactics|in.tactics
	s.reopen(e, c.incident)
	inc.count++
	inc.version++
	inc.add(r.last(), r.severity, r.tactics)
	e.stats.Collapsed++
	e.stored++
	s.held++
	return n, true
}

// exemplar returns the latest alert of those that are the same as this one, if it
// is in the incident, not long ago, and enough of them are stored. It does not
// matter whether being the same is what brought the alert there: where that was
// not enough any more, as in an incident with most of a tenant, and other values
// led to the same incident, another exemplar tells nobody anything.
func (s *scope) exemplar(e *Engine, in *input, incident uint32) uint32 {
	if in.thread == 0 || e.set.RepeatWindow == 0 {
		return 0
	}
	slot := s.index.find(in.thread)
	if slot == nil {
		return 0
	}
	n := slot.number()
	r := s.alerts.at(n)
	if r.thread == 0 || s.incidentOf(n) != incident || distance(in.time, r.last()) > int64(e.set.RepeatWindow) {
		return 0
	}
	if t := s.threads.at(r.thread); t.stored < uint32(e.set.Exemplars) || s.root(t.incident) != incident {
		return 0
	}
	return n
}

func (s *scope) newThread(n uint32) uint32 {
	r := s.alerts.at(n)
	return s.threads.add(thread{
		head: n, stored: 1, counted: r.time, incident: r.incident,
		stage: stage{id: r.stage, last: r.time},
	})
}

// put makes the alert known to those that come after it: under its id, its
// values and as something that may occur again. An alert that was collapsed has
// the number of the one that stands for it.
func (s *scope) put(e *Engine, a *Alert, in *input, n uint32) {
	s.index.put(in.id).set(slotAlert, n)
	incident := s.incidentOf(n)
	observed := true
	var t *thread
	if in.thread != 0 {
		slot := s.index.put(in.thread)
		if last := slot.number(); last == 0 {
			slot.set(slotThread, n)
		} else {
			old := s.alerts.at(last)
			if old.thread == 0 {
				old.thread = s.newThread(last)
			}
			t = s.threads.at(old.thread)
			observed = in.time-t.counted >= int64(e.set.Slot)
			if n != last {
				s.alerts.at(n).thread = old.thread
				if s.root(t.incident) != incident {
					*t = thread{head: n, counted: t.counted, incident: incident, company: t.company}
					t.host = 0
				}
				t.stored++
				slot.set(slotThread, n)
			}
		}
		if observed && t != nil {
			t.observe(in.time, &e.set)
		}
	}
	s.stageOf(e, incident, n, t, in.time)
	if observed {
		s.obs++
		r := s.incidents.at(incident)
		r.seen = more(r.seen, s.epoch)
	}
	common := false
	for i := range in.keys {
		slot := s.index.put(in.keys[i].hash)
		if slot.kind() > slotCounted {
			continue // a hash that the caller gave, and that is not a value's
		}
		v := s.value(slot)
		if in.keys[i].kind == typeDetector {
			s.meet(e, n, v.ref, observed && t != nil)
		}
		if v.ref == 0 || s.alerts.at(v.ref).last() <= in.time {
			v.ref = n
		}
		if observed {
			v.n = more(v.n, s.epoch)
			in.keys[i].seen = countOf(v.n, s.epoch)
			common = common || in.keys[i].seen >= commonLeast
		}
		s.setValue(slot, v)
	}
	if common && !e.set.Plain && s.notice(e, in, s.own(incident)) {
		s.loosen(e, incident)
	}
}

// stageOf puts the alert into a stage of its incident: that which is going on,
// unless the silence before it was long by the stage's own measure, or else the
// one in which the same thing occurred before, by the thing's own.
func (s *scope) stageOf(e *Engine, i, n uint32, t *thread, now int64) {
	inc := s.incidents.at(i)
	id := uint32(0)
	if inc.stage.id != 0 && inc.stage.goesOn(&e.set, now, int64(e.set.StageGap)) {
		id = inc.stage.id
	}
	if t != nil {
		if t.stage.id != 0 && t.stage.goesOn(&e.set, now, int64(e.set.ThreadGap)) {
			if id == 0 {
				id = t.stage.id
				inc.stage.id, inc.stage.last = id, max(inc.stage.last, now)
			}
		} else {
			t.stage = stage{last: now}
		}
	}
	if id == 0 {
		s.stages++
		id = s.stages
		inc.stage = stage{id: id, last: now}
	}
	if t != nil {
		t.stage.id = id
	}
	if r := s.alerts.at(n); r.stage == 0 {
		r.stage = id
	}
}

// goesOn tells whether an alert continues the stage, and if so counts its gap.
func (g *stage) goesOn(set *compiled, now, presumed int64) bool {
	gap := max(0, now-g.last)
	mean := float64(g.sum+presumed) / float64(g.gaps+1)
	if gap > int64(set.StageFloor) && float64(gap) > set.StagePace*mean {
		return false
	}
	g.sum += gap
	g.gaps++
	g.last = max(g.last, now)
	return true
}

// direction says which of two incidents survives their merger.
func (s *scope) direction(e *Engine, i, j uint32) (target, source uint32) {
	first := s.older(i, j)
	if e.set.Direction == LargerSurvives {
		if a, b := s.incidents.at(i).count, s.incidents.at(j).count; a != b {
			first = a > b
		}
	}
	if first {
		return i, j
	}
	return j, i
}

// unite moves all alerts of the source into the target. The two are linked from
// one alert to another, of which each is in one of them; the link is kept with
// that of the source, which is returned.
func (s *scope) unite(e *Engine, target, source, a, b uint32) *alertRec {
	if s.incidentOf(a) != source {
		a, b = b, a
	}
	s.reroot(a)
	s.alerts.at(a).parent = b
	t, f := s.incidents.at(target), s.incidents.at(source)
	s.alerts.at(t.tail).next = f.head
	t.tail = f.tail
	t.count += f.count
	t.stored += f.stored
	t.entities += f.entities
	t.seen = s.epoch<<countBits | min(countOf(t.seen, s.epoch)+countOf(f.seen, s.epoch), countMask)
	t.add(f.first, f.severity, f.tactics)
	t.last = max(t.last, f.last)
	if f.stage.last > t.stage.last {
		t.stage = f.stage
	}
	t.version = max(t.version, f.version) + 1
	f.version++
	f.into, f.head, f.tail = target, a, b
	s.open--
	s.moveDetail(e, target, source)
	return s.alerts.at(a)
}

// reroot turns the links of a tree round so that an alert becomes its root.
func (s *scope) reroot(n uint32) {
	l := s.linkOf(n)
	s.cut(n)
	for l.parent != 0 {
		next := s.linkOf(l.parent)
		up := l.parent
		l.alert, l.parent = up, n
		s.setLink(l)
		n, l = up, next
	}
}
