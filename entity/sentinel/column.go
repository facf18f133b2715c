package sentinel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// ruleNotConverted is the rule of the problems that conversions report.
const ruleNotConverted = "not-converted"

// ParseColumn reads the column Entities of the table SecurityAlert: a JSON array of
// entities, nested in one another or referred to by {"$ref": "…"}. Every entity
// becomes one of the list, also those inside others, which follow the one that they
// are in; its ID and Name are its $id. Members that Azure Resource Manager does not
// have are kept in Unknown, with entities inside them replaced by references.
//
// The problems name members whose value has not the form that the kind wants,
// which are kept in Unknown as well, and references that lead nowhere. The error is
// for a document that cannot be read at all.
//
// Sources: Learn, "Microsoft Sentinel entity types reference" (2023-10-15) and
// "The Microsoft Sentinel security alert schema reference".
func ParseColumn(column []byte) (List, []entity.Problem, error) {
	var whole jsontext.Value
	if len(column) == 0 {
		return nil, nil, nil
	}
	if err := wire.Unmarshal(column, &whole); err != nil {
		return nil, nil, err
	}
	if whole.Kind() == '"' { // the cell of a table that was exported as JSON
		inner := jsontext.Value(text(whole))
		if len(inner) == 0 {
			return nil, nil, nil
		}
		if err := wire.Unmarshal(inner, &whole); err != nil {
			return nil, nil, err
		}
	}
	var items []jsontext.Value
	if err := wire.Unmarshal(whole, &items); err != nil {
		return nil, nil, err
	}
	if len(items) > MaxEntities {
		return nil, nil, tooMany()
	}
	p := columnParser{taken: map[string]bool{}}
	for i, item := range items {
		path := validate.Index("", i)
		if readObject(item) == nil {
			p.ps.Add(path, ruleNotConverted, "is no entity; entities are objects")
			continue
		}
		if _, isRef := reference(item); !isRef {
			p.entity(path, item)
		}
	}
	if len(p.list) > MaxEntities {
		return nil, nil, tooMany()
	}
	p.check()
	return p.list, p.ps, nil
}

// MaxEntities is how many entities [ParseColumn] reads. Microsoft Sentinel puts at
// most 500 into an alert.
const MaxEntities = 10_000

func tooMany() error {
	return fmt.Errorf("the column has more than %d entities", MaxEntities)
}

type columnParser struct {
	list  List
	taken map[string]bool // ids in use
	refs  []pendingRef
	ps    validate.Problems
}

// pendingRef is a reference that may lead to an entity that comes later.
type pendingRef struct{ path, id string }

// reference returns the id that {"$ref": "…"} names.
func reference(v jsontext.Value) (id string, ok bool) {
	o := readObject(v)
	if len(o) != 1 || o[0].name != "$ref" {
		return "", false
	}
	if o[0].value.Kind() == '0' {
		return string(o[0].value), true
	}
	return text(o[0].value), true
}

func refTo(id string) jsontext.Value { return object{{"$ref", quote(id)}}.json() }

// isEntity tells an entity inside another from any other object.
func isEntity(o object) bool {
	if o.get("$id") != nil {
		return true
	}
	_, known := ParseKind(text(o.get("Type")))
	return known
}

// flatten takes the entities out of v and puts references in their places.
func (p *columnParser) flatten(path string, v jsontext.Value) jsontext.Value {
	switch v.Kind() {
	case '{':
		if id, ok := reference(v); ok {
			p.refs = append(p.refs, pendingRef{path, id})
			return refTo(id)
		}
		o := readObject(v)
		if isEntity(o) {
			return refTo(p.entity(path, v))
		}
		for i := range o {
			o[i].value = p.flatten(path+"."+o[i].name, o[i].value)
		}
		return o.json()
	case '[':
		items := readList(v)
		for i := range items {
			items[i] = p.flatten(validate.Index(path, i), items[i])
		}
		return list(items)
	default:
		return v
	}
}

// entity adds the entity v and those in it to the list and returns its id.
func (p *columnParser) entity(path string, v jsontext.Value) string {
	o := readObject(v)
	id := text(o.get("$id"))
	if raw := o.get("$id"); raw.Kind() == '0' {
		id = string(raw)
	}
	if id != "" && p.taken[strings.ToLower(id)] {
		p.ps.Add(path, ruleNotConverted, "has the $id %s, which another entity has; references lead to that one", validate.Quote(id))
		id = ""
	}
	for n := len(p.list) + 1; id == ""; n++ {
		if free := "e" + strconv.Itoa(n); !p.taken[free] {
			id = free
		}
	}
	p.taken[strings.ToLower(id)] = true
	at := len(p.list)
	name := text(o.get("Type"))
	kind, known := ParseKind(name)
	if !known {
		kind = Kind(name)
	}
	p.list = append(p.list, Entity{ID: id, Name: id, Kind: kind})

	var rest, unknown object
	for _, m := range o {
		if m.name == "$id" || m.name == "Type" || m.value.Kind() == 'n' {
			continue
		}
		below := path + "." + m.name
		m.value = p.flatten(below, m.value)
		row, ok := byLogName(kind, m.name)
		if ok && rest.get(row.arm) == nil { // the first of several spellings counts
			var arm jsontext.Value
			if arm, ok = fromColumn(row, m.value); ok {
				rest = append(rest, member{row.arm, arm})
				continue
			}
			p.ps.Add(below, ruleNotConverted, "has not the form that it has in %s; it is kept as it is", kind)
		} else if ok {
			p.ps.Add(below, ruleNotConverted, "is there in another spelling too; it is kept as it is")
		}
		unknown = append(unknown, m)
	}
	p.list[at].Properties = p.properties(path, kind, rest, unknown)
	return id
}

// properties makes the properties of a kind from members in the form of Azure
// Resource Manager and from those that only the column has.
func (p *columnParser) properties(path string, kind Kind, rest, unknown object) Properties {
	props := newProperties(kind)
	if props == nil {
		return &Other{append(rest, unknown...).json()}
	}
	for _, m := range rest {
		if !put(props, m) {
			row := byARMName(kind, m.name)
			p.ps.Add(path+"."+row.log, ruleNotConverted, "has not the form that it has in %s; it is kept as it is", kind)
			unknown = append(unknown, member{row.log, m.value})
		}
	}
	if len(unknown) > 0 {
		props.Common().Unknown = unknown.json()
	}
	return props
}

// put reads one member into props. A number where a text is wanted, and a text
// where a number is, is the same said in another way.
func put(props Properties, m member) bool {
	read := func(v jsontext.Value) bool {
		if len(v) == 0 {
			return false
		}
		// What cannot be read leaves a trace, such as a pointer to false.
		doc := object{{m.name, v}}.json()
		return wire.Unmarshal(doc, newProperties(props.Kind())) == nil && wire.Unmarshal(doc, props) == nil
	}
	switch {
	case read(m.value):
		return true
	case m.value.Kind() == '0':
		return read(quote(string(m.value)))
	case m.value.Kind() == '"':
		inner := jsontext.Value(text(m.value))
		return inner.IsValid() && inner.Kind() != '"' && read(inner)
	}
	return false
}

// fromColumn gives the value of a member the form of Azure Resource Manager.
func fromColumn(row memberRow, v jsontext.Value) (jsontext.Value, bool) {
	switch row.shape {
	case one:
		id, ok := reference(v)
		return quote(id), ok
	case many:
		if _, ok := reference(v); ok { // Nics is documented as one entity
			v = list([]jsontext.Value{v})
		}
		items := readList(v)
		for i := range items {
			id, ok := reference(items[i])
			if !ok {
				return nil, false
			}
			items[i] = quote(id)
		}
		return list(items), items != nil
	case cased:
		return rename(v, small), true
	case tokens:
		return quote(strings.TrimPrefix(text(v), tokenPrefix)), v.Kind() == '"'
	case words:
		if text(v) == "Qword" {
			return quote(string(RegistryValueKindQWord)), true
		}
	}
	return v, true
}

const tokenPrefix = "TokenElevationType"

// check reports the references that lead nowhere.
func (p *columnParser) check() {
	for _, ref := range p.refs {
		if !p.taken[strings.ToLower(ref.id)] {
			p.ps.Add(ref.path, ruleNotConverted, "refers to %s, which is the $id of no entity here", validate.Quote(ref.id))
		}
	}
}

// maxNesting is how deep entities are nested in each other; deeper ones are written
// behind the others and referred to. Readers bound the depth of a document.
const maxNesting = 8

// Column writes the list as the column Entities has it. An entity that others name
// is written inside the first that does; ids are numbers in the order in which the
// entities are named.
//
// The problems name the entities of kinds that the column does not have, and
// members that name an entity which is not in the list.
func (l List) Column() ([]byte, []entity.Problem) {
	w := columnWriter{index: newIndex(l), ids: map[int]string{}}
	items := []jsontext.Value{}
	add := func(i int) {
		if item := w.entity(i); item != nil {
			items = append(items, item)
		}
	}
	for i := range l {
		if w.ids[i] == "" {
			add(i)
		}
		for len(w.deferred) > 0 {
			next := w.deferred[0]
			w.deferred = w.deferred[1:]
			add(next)
		}
	}
	return list(items), w.ps
}

type columnWriter struct {
	*index
	ids      map[int]string // of what is written, or will be
	deferred []int
	depth    int
	ps       validate.Problems
}

// id returns the id of an entity in the document.
func (w *columnWriter) id(i int) string {
	if w.ids[i] == "" {
		w.ids[i] = strconv.Itoa(len(w.ids) + 1)
	}
	return w.ids[i]
}

// logType is the Type of an entity; it is empty for one that the column does not
// have.
func logType(e *Entity) string {
	if e.Kind.Known() {
		return e.Kind.LogType()
	}
	return string(e.Kind)
}

// entity writes an entity, or returns nil for one that the column does not have.
func (w *columnWriter) entity(i int) jsontext.Value {
	e, path := &w.list[i], validate.Index("", i)
	if logType(e) == "" {
		w.ps.Add(path, ruleNotConverted, "is a %s, which is no entity of the column", e.Kind)
		return nil
	}
	w.depth++
	defer func() { w.depth-- }()
	o := object{{"$id", quote(w.id(i))}, {"Type", quote(logType(e))}}
	for _, m := range toObject(e.Properties) {
		row := byARMName(e.Kind, m.name)
		if !isField(e.Kind, m.name) {
			row = memberRow{log: m.name}
		}
		below := path + ".properties." + m.name
		if o.get(row.log) != nil {
			w.ps.Add(below, ruleNotConverted, "has the name of another member in the column")
		} else if v := w.value(below, row, m.value); v != nil {
			o = append(o, member{row.log, v})
		}
	}
	return o.json()
}

// isField tells the members of Azure Resource Manager from those that only the
// column has.
func isField(k Kind, name string) bool { return slices.Contains(memberNames()[k], name) }

func (w *columnWriter) value(path string, row memberRow, v jsontext.Value) jsontext.Value {
	switch row.shape {
	case one:
		return w.refer(path, text(v))
	case many:
		items := []jsontext.Value{}
		for i, item := range readList(v) {
			if ref := w.refer(validate.Index(path, i), text(item)); ref != nil {
				items = append(items, ref)
			}
		}
		return list(items)
	case cased:
		return rename(v, capital)
	case tokens:
		return quote(tokenPrefix + text(v))
	case words:
		if text(v) == string(RegistryValueKindQWord) {
			return quote("Qword")
		}
		return v
	default:
		return w.nest(path, v)
	}
}

// refer writes the entity with an id in its first place, and a reference to it in
// the others. It returns nil where there is none.
func (w *columnWriter) refer(path, id string) jsontext.Value {
	i := w.find(id)
	if i < 0 {
		w.ps.Add(path, ruleNotConverted, "names the entity %s, which is not in the list", validate.Quote(id))
		return nil
	}
	switch {
	case w.ids[i] != "":
	case logType(&w.list[i]) != "" && w.depth >= maxNesting:
		w.deferred = append(w.deferred, i)
	default:
		return w.entity(i)
	}
	return refTo(w.id(i))
}

// nest puts entities where ParseColumn has left references.
func (w *columnWriter) nest(path string, v jsontext.Value) jsontext.Value {
	switch v.Kind() {
	case '{':
		if id, ok := reference(v); ok {
			if ref := w.refer(path, id); ref != nil {
				return ref
			}
			return jsontext.Value("null")
		}
		o := readObject(v)
		for i := range o {
			o[i].value = w.nest(path+"."+o[i].name, o[i].value)
		}
		return o.json()
	case '[':
		items := readList(v)
		for i := range items {
			items[i] = w.nest(validate.Index(path, i), items[i])
		}
		return list(items)
	default:
		return v
	}
}
