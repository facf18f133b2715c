package attack

// table is a release of ATT&CK in the form in which it is embedded: constants that the linker lays out, with
// nothing to decode or build when the program starts. The generated variable release is the only one outside of tests.
type table struct {
	// text holds, for every row, the id, the name and, where there is one, the successor's id, end to end.
	text string
	// starts has the offset in text of every row, and at last the length of text.
	starts []uint16
	// rows are the techniques in ascending order of id.
	rows []row
	// lowest is the four digits of the first technique, and index has, for every number from there to the
	// last technique's, the position of the first row that has it or a higher one, and at last the number of rows.
	lowest uint32
	index  []uint16
	// platforms are the sets of platforms that occur.
	platforms []Platforms
	// tactics are in the order of the domains and of their matrices, the deprecated ones last in their domain.
	// The position of a tactic is its bit in a TacticSet.
	tactics []Tactic
	// firstTactic is, for every domain, the position of its first tactic.
	firstTactic [3]uint8
	// tacticIndex has, for every number that a tactic's id can have, the position of the tactic plus 1, or 0.
	tacticIndex []uint8
}

// row is one technique. What is not text is in here.
type row struct {
	number    uint32 // the four digits of the id and its three, or 000, as one number
	tactics   uint16 // bit n is the domain's nth tactic
	platforms uint8  // index into table.platforms
	flags     uint8
}

// The flags of a row. No flag of a status means active.
const (
	enterprise = 0
	mobile     = 1
	ics        = 2
	domainMask = 3

	deprecated = 1 << 2
	revoked    = 2 << 2
	statusMask = 3 << 2

	toTechnique   = 1 << 4 // the text ends with the id of a successor that is a technique
	toSub         = 2 << 4 // the text ends with the id of a successor that is a sub-technique
	successorMask = 3 << 4

	departed = 1 << 6 // was in Defense Evasion before v19, is in neither of its followers since
)

// What the flags mean. The last of the four values occurs in no row.
var (
	domains          = [4]Domain{enterprise: Enterprise, mobile: Mobile, ics: ICS}
	statuses         = [4]Status{0: Active, deprecated >> 2: Deprecated, revoked >> 2: Revoked}
	successorLengths = [4]uint8{toTechnique >> 4: uint8(techniqueLength), toSub >> 4: uint8(subtechniqueLength)}
)

// find returns the position of the technique with the id.
func (t *table) find(id ID) (int, bool) {
	technique, sub, ok := id.digits()
	technique -= t.lowest // a number below wraps round to one that is above all
	if !ok || uint64(technique)+1 >= uint64(len(t.index)) {
		return 0, false
	}
	first, end := int(t.index[technique]), int(t.index[technique+1])
	number := (technique+t.lowest)*1000 + sub
	// Sub-techniques count from 1, so that a row is at most its number behind its technique's; gaps bring it nearer.
	for i := min(first+int(sub), end-1); i >= first; i-- {
		if t.rows[i].number == number {
			return i, true
		}
	}
	return 0, false
}

// lookup returns the technique with the id. The strings are parts of text: nothing is allocated.
//
// Finding and decoding are one function because the value is large: to hand it on from a function of its own would
// take as long as to decode it.
func (t *table) lookup(id ID) (Technique, bool) {
	i, ok := t.find(id)
	if !ok {
		return Technique{}, false
	}
	r, text := t.rows[i], t.text[t.starts[i]:t.starts[i+1]]
	idEnd, parentEnd := techniqueLength, 0
	if len(id) != techniqueLength {
		idEnd, parentEnd = subtechniqueLength, techniqueLength
	}
	nameEnd := len(text) - int(successorLengths[r.flags&successorMask>>4])
	domain := r.flags & domainMask
	return Technique{
		ID:        ID(text[:idEnd]),
		Name:      text[idEnd:nameEnd],
		Domain:    domains[domain],
		Tactics:   TacticSet{uint64(r.tactics) << t.firstTactic[domain]},
		Parent:    ID(text[:parentEnd]),
		Platforms: t.platforms[r.platforms],
		Status:    statuses[r.flags&statusMask>>2],
		RevokedBy: ID(text[nameEnd:]),
	}, true
}

// children returns the rows of a technique's sub-techniques, from first up to end.
func (t *table) children(id ID) (first, end int) {
	at, ok := t.find(id)
	if !ok || id.IsSubtechnique() {
		return 0, 0
	}
	return at + 1, int(t.index[t.rows[at].number/1000-t.lowest+1])
}

// each yields the techniques of the rows from first up to end.
func (t *table) each(first, end int, yield func(Technique) bool) {
	for i := first; i < end; i++ {
		id := ID(t.text[t.starts[i]:][:techniqueLength])
		if t.rows[i].number%1000 > 0 {
			id = ID(t.text[t.starts[i]:][:subtechniqueLength])
		}
		if technique, _ := t.lookup(id); !yield(technique) {
			return
		}
	}
}
