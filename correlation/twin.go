package correlation

import "math"

// Two sensors that see one event, as a host that asks for a name and the firewall
// that passes the question on, report it of two things that share no value. But
// what the one detector says of the two comes together, time after time.

// company is what a thread is seen together with.
type company struct {
	// twin is the thread with which most observations came, or 0 for those that
	// came alone, and votes by how many these outnumber the others, at least.
	twin, votes uint32
	host        uint32 // the thread for whose sake, as its twin, it is where it is
	pause       int64  // between the last two observations
	// surprise is how far the last observation was from the times that could be
	// foretold, or 0 once something came with it, or if it was none.
	surprise int64
}

// observe counts an observation. One that comes after the same pause as that
// before it, or after whole slots, is no surprise, and what comes with it proves
// nothing: two jobs of one schedule, or two floods.
func (t *thread) observe(now int64, set *compiled) {
	pause := now - t.counted
	if set.TwinGap > 0 {
		if t.surprise > 0 {
			t.vote(0)
		}
		odd := pause % int64(set.Slot)
		t.surprise = min(distance(pause, t.pause), odd, int64(set.Slot)-odd)
		if t.surprise <= 2*int64(set.TwinGap) {
			t.surprise = 0
		}
	}
	t.pause, t.counted = pause, now
}

// met tells whether another observation is so near to the last one as chance has
// it seldom. Two jobs of one schedule that each come somewhat late are also apart
// by about what they surprise by.
func (t *thread) met(gap int64) bool { return t.surprise > 0 && gap <= t.surprise/4 }

// vote counts an observation for the thread that came with it and against all
// others; so the one that is left is that of most, if there is one.
func (c *company) vote(twin uint32) {
	switch {
	case c.votes == 0:
		c.twin, c.votes = twin, 1
	case c.twin == twin:
		c.votes = min(c.votes, math.MaxUint32-1) + 1
	default:
		c.votes--
	}
	c.surprise = 0
}

// meet notes that an observation came together with the latest one of its detector
// of something else, if it did. It does not matter which of the two was first.
func (s *scope) meet(e *Engine, n, latest uint32, observed bool) {
	if !observed || latest == 0 || e.set.TwinGap == 0 {
		return
	}
	mine, other := s.alerts.at(n).thread, s.alerts.at(latest).thread
	if other == 0 || mine == other {
		return
	}
	t, o := s.threads.at(mine), s.threads.at(other)
	gap := distance(t.counted, o.counted)
	if gap > int64(e.set.TwinGap) {
		return
	}
	if t.met(gap) {
		t.vote(other)
	}
	if o.met(gap) {
		o.vote(mine)
	}
}

// twin adds what speaks for the incident of an alert's twin, where n is the latest
// of the same thread. Of two things that have nothing to do with each other, an
// observation of the one is within TwinGap of one of the other as seldom as
// 2 TwinGap is part of Slot. The first time says which of many the twin is, and
// counts for nothing.
func (s *scope) twin(e *Engine, in *input, n uint32) {
	detector := &in.keys[len(in.keys)-1]
	mine := s.alerts.at(n).thread
	if mine == 0 || e.set.TwinGap == 0 || detector.kind != typeDetector {
		return
	}
	t := s.threads.at(mine)
	if t.twin == 0 {
		return
	}
	o := s.threads.at(t.twin)
	times := min(t.votes, o.votes)
	if times < 2 || !s.twins(mine, t.twin) || distance(in.time, o.counted) > int64(e.set.TwinGap) {
		return
	}
	slot := s.index.find(detector.hash)
	if slot == nil || slot.kind() > slotCounted {
		return
	}
	ref := s.value(slot).ref
	if ref == 0 || s.alerts.at(ref).thread != t.twin {
		return
	}
	incident := s.incidentOf(ref)
	if own := s.incidentOf(n); incident == own || incident == 0 || own == 0 {
		return
	}
	bits := int32(min(int64(times-1)*int64(e.set.twin), repeatBits))
	loose := s.alerts.at(ref).flags&flagLoose != 0
	before := int32(0)
	if c := in.candidate(incident, loose); c != nil {
		before = c.score
	}
	if c := s.evidence(e, in, incident, ref, distance(in.time, o.counted), bits, times, kindTwin, detector); c != nil {
		c.twin, c.thread = c.score-before, mine
	}
}

// twins tells whether two threads are each other's twins.
func (s *scope) twins(i, j uint32) bool {
	t, o := s.threads.at(i), s.threads.at(j)
	return t.twin == j && o.twin == i && min(t.votes, o.votes) > 0
}

// visit notes that one of two twins goes where the other is.
func (s *scope) visit(thread uint32, goes bool) {
	guest, host := thread, s.threads.at(thread).twin
	if !goes {
		guest, host = host, guest
	}
	s.threads.at(guest).host = host
}

// estranged tells whether a thread is where it is for the sake of another that
// has turned out not to be its twin.
func (s *scope) estranged(i uint32) bool {
	t := s.threads.at(i)
	return t.host != 0 && s.root(s.threads.at(t.host).incident) == s.root(t.incident) && !s.twins(i, t.host)
}
