package correlation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

// A snapshot is a line that says what it is, the length of the body, the body and
// its SHA-256.
const snapshotHeader = "incidentkit correlation snapshot 4\n"

// MaxSnapshot is the largest snapshot that is read, in bytes.
const MaxSnapshot = 16 << 30

// Snapshot writes the whole state of the engine: incidents, alerts, what waits,
// what people did, and the position in the journal. It holds the secret of the
// hashes and the values that have linked alerts, and is to be kept as the alerts
// are. What takes acts back is part of it.
func (e *Engine) Snapshot(w io.Writer) error {
	e.mu.Lock()
	c := &codec{}
	e.state(c)
	e.mu.Unlock()
	sum := sha256.Sum256(c.buf)
	head := binary.LittleEndian.AppendUint64([]byte(snapshotHeader), uint64(len(c.buf)))
	for _, part := range [][]byte{head, c.buf, sum[:]} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
	}
	return nil
}

// Restore returns an engine in the state of a snapshot. The settings may be others
// than those under which it was written. The error is ErrTorn or ErrCorrupt for
// what is not a whole snapshot.
func Restore(r io.Reader, s Settings, opts ...Option) (*Engine, error) {
	e, err := New(s, opts...)
	if err != nil {
		return nil, err
	}
	head := make([]byte, len(snapshotHeader)+8)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("snapshot: %w", ErrTorn)
	}
	n := binary.LittleEndian.Uint64(head[len(snapshotHeader):])
	if !bytes.HasPrefix(head, []byte(snapshotHeader)) || n > MaxSnapshot {
		return nil, fmt.Errorf("snapshot: %w", ErrCorrupt)
	}
	var body bytes.Buffer // grows with what is there, not with what is promised
	if got, err := io.Copy(&body, io.LimitReader(r, int64(n)+sha256.Size)); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	} else if got != int64(n)+sha256.Size {
		return nil, fmt.Errorf("snapshot: %w", ErrTorn)
	}
	data := body.Bytes()
	if sum := sha256.Sum256(data[:n]); !bytes.Equal(sum[:], data[n:]) {
		return nil, fmt.Errorf("snapshot: %w", ErrCorrupt)
	}
	c := &codec{buf: data[:n], reading: true}
	e.state(c)
	if c.err != nil || len(c.buf) != 0 || !e.sound() {
		return nil, fmt.Errorf("snapshot: %w", ErrCorrupt)
	}
	return e, nil
}

// state is the engine's state.
func (e *Engine) state(c *codec) {
	number(c, &e.seed.k0, &e.seed.k1, &e.position, &e.lastAct)
	for _, v := range e.stats.counters() {
		number(c, v)
	}
	acts := make([]Act, len(e.acts))
	for i, a := range e.acts {
		acts[i] = a.Act
	}
	list(c, &acts, c.actRecord)
	scopes := e.ordered()
	list(c, &scopes, func(s **scope) {
		name := scopeName{}
		if *s != nil {
			name = (*s).name
		}
		text(c, &name.tenant, &name.workspace)
		if c.reading {
			*s = newScope(name, e)
		}
		c.scope(*s)
	})
	if c.reading {
		e.acts = make([]*act, len(acts))
		for i, a := range acts {
			e.acts[i] = &act{Act: a}
		}
	}
	for _, a := range e.acts {
		c.undoing(a, scopes)
	}
	if !c.reading {
		return
	}
	for _, s := range scopes {
		e.scopes[s.name] = s
		e.byTag[s.tag] = append(e.byTag[s.tag], s)
		e.stored += s.held
	}
}

func (s *Stats) counters() []*uint64 {
	return []*uint64{&s.Alerts, &s.Repeated, &s.Collapsed, &s.Late, &s.Early, &s.Refused, &s.KeysDropped, &s.NeverKeys, &s.Opened, &s.Merged}
}

func (c *codec) actRecord(a *Act) {
	number(c, &a.ID, &a.Undoes)
	text(c, &a.Kind)
	text(c, &a.By.Author, &a.By.Reason)
	a.Time = c.time(a.Time)
	c.id(&a.Incident)
	list(c, &a.Alerts, func(s *string) { text(c, s) })
	state := func(s *IncidentState) {
		c.id(&s.Incident)
		number(c, &s.Alerts)
		c.id(&s.Into)
	}
	list(c, &a.Before, state)
	list(c, &a.After, state)
	flagOf(c, &a.Undone)
}

// undoing is what is needed to take an act back: nothing if that cannot be done.
func (c *codec) undoing(a *act, scopes []*scope) {
	at := uint64(slices.Index(scopes, a.scope) + 1)
	if at = c.uint(at); at == 0 {
		return
	}
	if at > uint64(len(scopes)) {
		c.fail()
		return
	}
	a.scope = scopes[at-1]
	list(c, &a.links, func(l *link) {
		number(c, &l.alert, &l.incident, &l.parent, &l.proof)
		number(c, &l.proofCount, &l.flags)
		number(c, &l.score)
	})
	list(c, &a.records, func(r *savedIncident) {
		number(c, &r.number)
		c.incident(&r.rec)
		optional(c, &r.detail, c.detail)
	})
	pairs := func(p *pair) { number(c, &p[0], &p[1]) }
	list(c, &a.apart, pairs)
	list(c, &a.redirected, pairs)
}

func (c *codec) incident(r *incidentRec) {
	c.id(&r.id)
	number(c, &r.first, &r.last)
	number(c, &r.founder, &r.head, &r.tail, &r.count, &r.stored, &r.into, &r.version, &r.entities, &r.seen)
	c.stage(&r.stage)
	number(c, &r.tactics)
	number(c, &r.severity, &r.flags)
}

func (c *codec) detail(d *detail) {
	text(c, &d.owner, &d.name)
	text(c, &d.status)
	text(c, &d.classification)
	text(c, &d.determination)
	text(c, &d.severity)
	list(c, &d.tags, func(t *string) { text(c, t) })
	list(c, &d.groups, func(g *uint16) { number(c, g) })
}

func (c *codec) scope(s *scope) {
	number(c, &s.watermark, &s.latest, &s.now, &s.began, &s.span, &s.epochStart, &s.swept)
	number(c, &s.obs)
	number(c, &s.epoch, &s.stages)
	number(c, &s.held, &s.open)
	list(c, (*[]Alert)(&s.waiting), c.alert)
	chunks(c, &s.alerts, func(r *alertRec) {
		number(c, &r.time)
		number(c, &r.incident, &r.next, &r.parent, &r.proof, &r.id, &r.stage, &r.thread, &r.repeats, &r.until)
		number(c, &r.title, &r.tactics, &r.entities)
		number(c, &r.score)
		number(c, &r.severity, &r.proofCount, &r.flags, &r.epoch)
	})
	chunks(c, &s.incidents, c.incident)
	chunks(c, &s.threads, func(t *thread) {
		number(c, &t.head, &t.incident, &t.stored, &t.twin, &t.votes, &t.host)
		number(c, &t.counted, &t.pause, &t.surprise)
		c.stage(&t.stage)
	})
	chunks(c, &s.proofs, func(p *proof) {
		number(c, &p.hash)
		number(c, &p.n, &p.of)
		number(c, &p.bits)
		number(c, &p.kind, &p.flag)
	})
	list(c, &s.names.chunks, func(b *[]byte) {
		t := string(*b)
		text(c, &t)
		if c.reading {
			*b = append(make([]byte, 0, len(t)), t...)
		}
	})
	list(c, &s.values.list, func(t *label) { text(c, &t.text, &t.source) })
	if c.reading && len(s.values.list) > 0 {
		s.values.index = map[label]uint16{}
		for i, t := range s.values.list {
			s.values.index[t] = uint16(i)
		}
	}
	groups := func(v *[]uint16) { list(c, v, func(g *uint16) { number(c, g) }) }
	table(c, s.details, func(k *uint32, v **detail) {
		if number(c, k); *v == nil {
			*v = &detail{}
		}
		c.detail(*v)
	})
	table(c, s.groups, func(k *uint32, v *[]uint16) { number(c, k); groups(v) })
	table(c, s.apart, func(k *pair, v *int) { number(c, &k[0], &k[1]); number(c, v) })
	chunks(c, &s.counts, func(x *counted) { number(c, &x.ref, &x.n, &x.text) })
	chunks(c, &s.common, func(x *common) {
		number(c, &x.hash, &x.obs, &x.peers)
		number(c, &x.n, &x.next)
		number(c, &x.epoch)
	})
	if c.reading {
		s.indexCommon()
	}
	c.index(&s.index)
}

func (c *codec) stage(g *stage) {
	number(c, &g.id, &g.gaps)
	number(c, &g.last, &g.sum)
}

// index is for the entries, which an index that is read puts where they belong.
func (c *codec) index(x *index) {
	n := c.uint(uint64(x.used))
	if !c.reading {
		for s := range x.all() {
			number(c, &s.low, &s.high, &s.ref)
		}
		return
	}
	for i := range n {
		var s slot
		if number(c, &s.low, &s.high, &s.ref); c.err == nil && s.hash() != 0 {
			*x.put(s.hash()) = s
		}
		if uint64(x.used) != i+1 {
			c.fail() // an entry without hash, or a second time
			return
		}
	}
}

// chunks is for the elements of a slab.
func chunks[T any](c *codec, s *slab[T], each func(*T)) {
	n := c.uint(uint64(s.n))
	if c.reading && n > uint64(len(c.buf)) {
		c.fail()
		return
	}
	for i := uint32(1); uint64(i) < n; i++ {
		if c.reading {
			var v T
			each(&v)
			s.add(v)
		} else {
			each(s.at(i))
		}
	}
}

// table is for a map, in the order of what its entries are written as.
func table[K comparable, V any](c *codec, m map[K]V, each func(*K, *V)) {
	n := c.uint(uint64(len(m)))
	if c.reading {
		for range n {
			var k K
			var v V
			if each(&k, &v); c.err != nil {
				return
			}
			m[k] = v
		}
		return
	}
	entries := make([]string, 0, len(m))
	for k, v := range m {
		e := codec{}
		was := *c
		*c = e
		each(&k, &v)
		entries = append(entries, string(c.buf))
		*c = was
	}
	slices.Sort(entries)
	for _, e := range entries {
		c.buf = append(c.buf, e...)
	}
}

// sound tells whether all numbers in a restored state lead somewhere, so that
// nothing that was read can make the engine fail later.
func (e *Engine) sound() bool {
	for _, s := range e.scopes {
		if !s.sound() {
			return false
		}
	}
	for _, a := range e.acts {
		if a.scope != nil && !a.sound() {
			return false
		}
	}
	return true
}

// sound is the same for what takes an act back.
func (a *act) sound() bool {
	alerts, incidents := a.scope.alerts.len(), a.scope.incidents.len()
	parents, leads := map[uint32]uint32{}, map[uint32]uint32{}
	for _, l := range a.links {
		parents[l.alert] = l.parent
		if l.alert == 0 || l.alert >= alerts || l.incident >= incidents || l.parent >= alerts || uint64(l.proof)+uint64(l.proofCount) > uint64(a.scope.proofs.len()) {
			return false
		}
	}
	for _, r := range a.records {
		leads[r.number] = r.rec.into
		if r.number == 0 || r.number >= incidents || r.rec.founder >= alerts || r.rec.head >= alerts || r.rec.tail >= alerts || r.rec.into >= incidents {
			return false
		}
	}
	for _, p := range slices.Concat(a.apart, a.redirected) {
		if p[0] == 0 || p[1] == 0 || p[0] >= incidents || p[1] >= incidents {
			return false
		}
	}
	return ends(parents) && ends(leads)
}

// ends tells whether one comes to an end wherever one starts to follow a map.
func ends(next map[uint32]uint32) bool {
	done := make(map[uint32]bool, len(next))
	for from := range next {
		var way []uint32
		for n := from; n != 0 && !done[n]; n = next[n] {
			if way = append(way, n); len(way) > len(next)+1 {
				return false
			}
		}
		for _, n := range way {
			done[n] = true
		}
	}
	return true
}

func (s *scope) sound() bool {
	alerts, incidents := s.alerts.len(), s.incidents.len()
	name := func(at uint32) bool {
		if at == 0 {
			return true
		}
		chunk, off := at>>arenaBits, int(at&(1<<arenaBits-1))
		if int(chunk) >= len(s.names.chunks) || off+2 > len(s.names.chunks[chunk]) {
			return false
		}
		b := s.names.chunks[chunk][off:]
		return 2+int(b[0])|int(b[1])<<8 <= len(b)
	}
	for i := uint32(1); i < incidents; i++ {
		r := s.incidents.at(i)
		if r.founder >= alerts || r.head >= alerts || r.tail >= alerts || r.into >= incidents {
			return false
		}
		steps := uint32(0)
		for k := i; s.incidents.at(k).into != 0; k = s.incidents.at(k).into {
			if steps++; steps > incidents || s.incidents.at(k).into >= incidents {
				return false
			}
		}
	}
	for i := uint32(1); i < incidents; i++ {
		r := s.incidents.at(i)
		if r.into == 0 && r.count > 0 {
			steps := uint32(0)
			last, roots := uint32(0), 0
			for n := r.head; n != 0; n = s.alerts.at(n).next {
				if steps++; n >= alerts || steps > r.stored {
					return false
				}
				last = n
				// All of them are one tree.
				switch a := s.alerts.at(n); {
				case a.incident == 0 || a.incident >= incidents || s.root(a.incident) != i:
					return false
				case a.parent == 0:
					roots++
				case a.parent >= alerts || s.alerts.at(a.parent).incident == 0 || s.alerts.at(a.parent).incident >= incidents || s.root(s.alerts.at(a.parent).incident) != i:
					return false
				}
			}
			if roots != 1 || steps != r.stored || last != r.tail || r.founder == 0 {
				return false
			}
		}
	}
	listed := make([]uint32, incidents) // alerts that say that they are there
	for n := uint32(1); n < alerts; n++ {
		r := s.alerts.at(n)
		if r.incident < incidents && r.incident != 0 {
			listed[s.root(r.incident)]++
		}
		if r.incident >= incidents || r.next >= alerts || r.parent >= alerts || r.thread >= s.threads.len() || uint64(r.proof)+uint64(r.proofCount) > uint64(s.proofs.len()) || !name(r.id) || int(r.severity) >= len(severities) {
			return false
		}
	}
	for i := uint32(1); i < incidents; i++ {
		if r := s.incidents.at(i); r.into == 0 && listed[i] != r.stored {
			return false
		}
	}
	// The links of the alerts must make trees: from each one a root is reached.
	state := make([]uint8, alerts)
	var way []uint32
	for n := uint32(1); n < alerts; n++ {
		k := n
		for way = way[:0]; k != 0 && state[k] == 0; k = s.alerts.at(k).parent {
			state[k] = 1
			way = append(way, k)
		}
		if k != 0 && state[k] == 1 {
			return false
		}
		for _, k := range way {
			state[k] = 2
		}
	}
	for t := uint32(1); t < s.threads.len(); t++ {
		if r := s.threads.at(t); r.head == 0 || r.head >= alerts || r.incident == 0 || r.incident >= incidents || r.twin >= s.threads.len() || r.host >= s.threads.len() {
			return false
		}
	}
	for i := uint32(1); i < s.proofs.len(); i++ {
		if int(s.proofs.at(i).kind) >= len(proofKinds) {
			return false
		}
	}
	for i := uint32(1); i < s.counts.len(); i++ {
		if v := s.counts.at(i); v.ref >= alerts || !name(v.text) {
			return false
		}
	}
	limits := [slotKinds]uint32{slotOnce: alerts, slotCounted: s.counts.len(), slotAlert: alerts, slotIncident: incidents, slotThread: alerts}
	for x := range s.index.all() {
		if x.kind() >= slotKinds || x.number() >= limits[x.kind()] || x.number() == 0 && x.kind() != slotOnce {
			return false
		}
	}
	for i := range s.details {
		if i == 0 || i >= incidents {
			return false
		}
	}
	for p := range s.apart {
		if p[0] == 0 || p[1] == 0 || p[0] >= incidents || p[1] >= incidents {
			return false
		}
	}
	return s.obs < 1<<48 && s.epoch < 256 && s.span >= 0 && s.now >= s.epochStart
}

// StateHash is a digest of what the engine holds: which alerts are in which
// incidents and why, what people said of them, and how common values are. It does
// not depend on how the state came about. Versions and the records of acts are no
// part of it.
func (e *Engine) StateHash() [32]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &codec{}
	for _, s := range e.ordered() {
		text(c, &s.name.tenant, &s.name.workspace)
		s.digest(c)
	}
	return sha256.Sum256(c.buf)
}

func (s *scope) digest(c *codec) {
	number(c, &s.obs)
	number(c, &s.now, &s.span)
	var entries []string
	for i := uint32(1); i < s.incidents.len(); i++ {
		r := s.incidents.at(i)
		if r.into == 0 && r.count == 0 {
			continue
		}
		e := &codec{}
		id := r.id
		e.id(&id)
		into := s.incidents.at(s.root(i)).id
		e.id(&into)
		if r.into == 0 {
			number(e, &r.first, &r.last)
			number(e, &r.count, &r.stored, &r.entities)
			number(e, &r.severity, &r.flags)
			number(e, &r.tactics)
			for _, n := range s.inOrder(s.members(i)) {
				s.digestAlert(e, n)
			}
		}
		if d := s.details[i].clone(); d != nil {
			slices.Sort(d.groups)
			text(e, &d.owner, &d.name)
			text[incident.Status](e, &d.status)
			text[alert.Classification](e, &d.classification)
			text[alert.Determination](e, &d.determination)
			text[alert.Severity](e, &d.severity)
			list(e, &d.tags, func(t *string) { text(e, t) })
		}
		entries = append(entries, string(e.buf))
	}
	slices.Sort(entries)
	for _, e := range entries {
		c.buf = append(c.buf, e...)
	}
	for _, a := range slices.SortedFunc(maps.Keys(s.apart), func(a, b pair) int { return slices.Compare(a[:], b[:]) }) {
		n := s.apart[a]
		x, y := s.incidents.at(a[0]).id, s.incidents.at(a[1]).id
		c.id(&x)
		c.id(&y)
		number(c, &n)
	}
	sum := uint64(0)
	for x := range s.index.all() {
		if x.kind() <= slotCounted {
			sum += s.seed.mix(domainKey, x.hash(), uint64(s.value(x).n))
		}
	}
	for i := uint32(1); i < s.common.len(); i++ {
		x := s.common.at(i)
		sum += s.seed.mix(domainKey, x.hash^x.obs, x.peers^uint64(x.n)<<32^uint64(x.next))
	}
	number(c, &sum)
}

func (s *scope) digestAlert(c *codec, n uint32) {
	r := s.alerts.at(n)
	id, parent := s.names.text(r.id), ""
	if r.parent != 0 {
		parent = s.names.text(s.alerts.at(r.parent).id)
	}
	text(c, &id, &parent)
	number(c, &r.repeats, &r.until, &r.stage)
	number(c, &r.score)
	number(c, &r.flags)
	for i := range uint32(r.proofCount) {
		p := s.proofs.at(r.proof + i)
		number(c, &p.hash)
		number(c, &p.bits)
		number(c, &p.kind)
	}
}
