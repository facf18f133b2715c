package store

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// SentinelIncident is an incident that was made in Azure Resource Manager, and
// that Defender does not know. It is immutable once it is stored.
type SentinelIncident struct {
	// Object has what was set, the number, and the times.
	Object arm.Incident
	Belongings
}

func (i *SentinelIncident) standing() (time.Time, bool) {
	p := &i.Object.Properties
	return p.LastModifiedTimeUTC, p.Status != arm.StatusClosed
}

// Belongings are what belongs to an incident in Azure Resource Manager. The
// lists must not be changed.
type Belongings struct {
	Comments  []Comment
	Tasks     []*arm.Task
	Relations []*arm.Relation
}

// Comment is a comment in Azure Resource Manager.
type Comment struct {
	// Of is, for a comment that Defender has too, the key of that one.
	Of string
	// Object is nil if it was deleted, and only Defender has it still.
	Object *arm.Comment
}

// Workspace is what a workspace of Microsoft Sentinel has. It belongs to a [Tx].
//
// The incidents of Defender that are in it are looked up when they are first
// asked for: a tenant of which nobody asks it pays nothing.
type Workspace struct {
	name string

	mu sync.Mutex
	// rows are Defender's incidents in the workspace, numbers their numbers there,
	// and places the places in both, by name.
	rows, numbers []int32
	places        map[guid]int32
	seen          int
	last          int32

	made      table[*SentinelIncident]
	bookmarks table[*arm.Bookmark]
	history   history[string, *SentinelIncident]
}

// sentinels are the workspaces, and where alerts are by their SystemAlertId.
type sentinels struct {
	mu         sync.Mutex
	workspaces map[string]*Workspace
	alerts     map[guid]int32
	seen       int
}

// Workspace returns a workspace by its name.
func (tx *Tx) Workspace(name string) *Workspace {
	s := &tx.s.sentinel
	s.mu.Lock()
	w := s.workspaces[name]
	if w == nil {
		w = newWorkspace(name, tx.s.history.retention, tx.s.history.most)
		if s.workspaces == nil {
			s.workspaces = map[string]*Workspace{}
		}
		s.workspaces[name] = w
	}
	s.mu.Unlock()
	w.catchUp(tx)
	return w
}

// all returns the workspaces by name.
func (s *sentinels) all() []*Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.workspaces), func(a, b *Workspace) int { return strings.Compare(a.name, b.name) })
}

func newWorkspace(name string, retention time.Duration, rows int) *Workspace {
	return &Workspace{
		name: name, places: map[guid]int32{},
		history: newHistory[string, *SentinelIncident](retention, rows),
	}
}

// catchUp looks at the incidents of Defender that are new. They have got the
// numbers of the workspace in the order in which all its incidents were made,
// since each that is made here catches up first.
func (w *Workspace) catchUp(tx *Tx) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ; w.seen < len(tx.s.incidents); w.seen++ {
		i := tx.s.incidents[w.seen]
		if i.Workspace != w.name {
			continue
		}
		w.last++
		w.enter(int32(w.seen), w.last, i.ID)
	}
}

func (w *Workspace) enter(row, number int32, id string) {
	if name, ok := parseGUID(hunting.IncidentName(id)); ok {
		w.places[name] = int32(len(w.rows))
	}
	w.rows, w.numbers = append(w.rows, row), append(w.numbers, number)
}

// Find finds an incident by its name: one that was made here, or the row of one
// of Defender.
func (w *Workspace) Find(name string) (made *SentinelIncident, row int32, ok bool) {
	if made, ok = w.made.find(name); ok {
		return made, -1, true
	}
	id, ok := parseGUID(name)
	if !ok {
		return nil, -1, false
	}
	place, ok := w.places[id]
	if !ok {
		return nil, -1, false
	}
	return nil, w.rows[place], true
}

// Number returns the number in the workspace of an incident of Defender.
func (w *Workspace) Number(row int32) int32 {
	if place, ok := slices.BinarySearch(w.rows, row); ok {
		return w.numbers[place]
	}
	return 0
}

// Numbers returns a function like [Workspace.Number] that stays usable.
func (w *Workspace) Numbers() func(*Incident) int32 {
	rows, numbers := slices.Clip(w.rows), slices.Clip(w.numbers)
	return func(i *Incident) int32 {
		id, _ := strconv.Atoi(i.ID)
		if place, ok := slices.BinarySearch(rows, int32(id-1)); ok {
			return numbers[place]
		}
		return 0
	}
}

// Put stores an incident that was made here, or replaces it, and returns it as it
// is stored. A new one gets the next number.
func (w *Workspace) Put(tx *Tx, i *SentinelIncident) *SentinelIncident {
	tx.noteSentinel(w, false, i.Object.Name)
	if before, ok := w.made.find(i.Object.Name); ok {
		i.Object.Name, i.Object.Properties.IncidentNumber = before.Object.Name, before.Object.Properties.IncidentNumber
	} else {
		w.last++
		i.Object.Properties.IncidentNumber = w.last
	}
	w.made.put(i.Object.Name, i)
	w.history.record(strings.ToLower(i.Object.Name), i, tx.Weight())
	return i
}

// Delete forgets an incident that was made here. The history keeps what it was.
func (w *Workspace) Delete(tx *Tx, name string) {
	tx.noteSentinel(w, false, name)
	w.made.delete(name)
	delete(w.history.last, strings.ToLower(name))
}

// Sizes is how many incidents and bookmarks were made here and are there still.
func (w *Workspace) Sizes() (incidents, bookmarks int) {
	return len(w.made.byName), len(w.bookmarks.byName)
}

// Made returns the incidents that were made here, in that order.
func (w *Workspace) Made() []*SentinelIncident { return w.made.values() }

// Versions returns the versions of the incidents that were made here, oldest
// first. The list does not change any more.
func (w *Workspace) Versions() []VersionOf[*SentinelIncident] { return slices.Clip(w.history.versions) }

// Bookmark finds a bookmark.
func (w *Workspace) Bookmark(name string) (*arm.Bookmark, bool) { return w.bookmarks.find(name) }

// Bookmarks returns the bookmarks, in the order in which they were made.
func (w *Workspace) Bookmarks() []*arm.Bookmark { return w.bookmarks.values() }

// PutBookmark stores a bookmark, or replaces it.
func (w *Workspace) PutBookmark(tx *Tx, b *arm.Bookmark) {
	tx.noteSentinel(w, true, b.Name)
	w.bookmarks.put(b.Name, b)
}

// DeleteBookmark forgets a bookmark.
func (w *Workspace) DeleteBookmark(tx *Tx, name string) {
	tx.noteSentinel(w, true, name)
	w.bookmarks.delete(name)
}

// FindSystemAlert returns the row of an alert by its SystemAlertId.
func (tx *Tx) FindSystemAlert(id string) (int32, bool) {
	s := &tx.s.sentinel
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.alerts == nil {
		s.alerts = map[guid]int32{}
	}
	for ; s.seen < len(tx.s.alerts); s.seen++ {
		if name, ok := parseGUID(hunting.SystemAlertID(tx.s.alerts[s.seen].ID)); ok {
			s.alerts[name] = int32(s.seen)
		}
	}
	name, ok := parseGUID(id)
	if !ok {
		return 0, false
	}
	row, ok := s.alerts[name]
	return row, ok
}

// guid is a GUID without its text.
type guid [16]byte

func parseGUID(text string) (g guid, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return g, false
	}
	_, err := hex.Decode(g[:], []byte(text[:8]+text[9:13]+text[14:18]+text[19:23]+text[24:]))
	return g, err == nil
}

// table has things by name, whose case does not matter, and in the order in
// which they came.
type table[T any] struct {
	next   int
	list   []*entry[T]
	byName map[string]*entry[T]
}

type entry[T any] struct {
	sequence int
	value    T
}

func (t *table[T]) find(name string) (value T, ok bool) {
	e, ok := t.byName[strings.ToLower(name)]
	if ok {
		value = e.value
	}
	return value, ok
}

func (t *table[T]) put(name string, value T) {
	name = strings.ToLower(name)
	if e, ok := t.byName[name]; ok {
		e.value = value
		return
	}
	if t.byName == nil {
		t.byName = map[string]*entry[T]{}
	}
	e := &entry[T]{t.next, value}
	t.next++
	t.byName[name], t.list = e, append(t.list, e)
}

func (t *table[T]) delete(name string) {
	name = strings.ToLower(name)
	e, ok := t.byName[name]
	if !ok {
		return
	}
	delete(t.byName, name)
	at := sort.Search(len(t.list), func(i int) bool { return t.list[i].sequence >= e.sequence })
	t.list = slices.Delete(t.list, at, at+1)
}

func (t *table[T]) values() []T {
	values := make([]T, len(t.list))
	for i, e := range t.list {
		values[i] = e.value
	}
	return values
}

// check returns an error if a workspace contradicts itself.
func (w *Workspace) check(tx *Tx) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	numbers := map[int32]bool{}
	for place, row := range w.rows {
		if tx.s.incidents[row].Workspace != w.name {
			return fmt.Errorf("workspace %s has incident %d of another", w.name, row+1)
		}
		numbers[w.numbers[place]] = true
	}
	for _, i := range w.Made() {
		numbers[i.Object.Properties.IncidentNumber] = true
	}
	if len(numbers) != len(w.rows)+len(w.made.list) || len(w.made.list) != len(w.made.byName) || len(w.places) != len(w.rows) {
		return fmt.Errorf("workspace %s has a number twice, or an incident that is not found", w.name)
	}
	return nil
}
