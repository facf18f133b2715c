package emulator

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/odata"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
)

// armPage is a page of a list.
type armPage[P any] struct {
	Value    []*arm.Object[P] `json:"value"`
	NextLink string           `json:"nextLink,omitzero"`
}

func newPage[P any](c *armCall, next string) armPage[P] {
	p := armPage[P]{Value: []*arm.Object[P]{}}
	if next != "" {
		query := c.r.URL.Query()
		query.Set("$skipToken", next)
		p.NextLink = c.root() + c.r.URL.EscapedPath() + "?" + query.Encode()
	}
	return p
}

// armQuery are the options of a list.
type armQuery struct {
	filter, orderBy, after string
	top                    int
}

// pageSize is how many objects a page has for which the caller asked no $top
// (microsoft/msticpy#565).
const pageSize = 50

// query reads the options of a list, of which some are allowed.
func (c *armCall) query(allowed ...string) (q armQuery, ok bool) {
	if !c.armOptions(slices.Concat(allowed, []string{"$skipToken"})...) {
		return q, false
	}
	values := c.r.URL.Query()
	q = armQuery{values.Get("$filter"), values.Get("$orderby"), values.Get("$skipToken"), pageSize}
	if text := values.Get("$top"); text != "" {
		top, err := strconv.Atoi(text)
		if err != nil || top < 1 || top > arm.MaxPage {
			c.fail(http.StatusBadRequest, "BadRequest", "$top must be a number from 1 to "+strconv.Itoa(arm.MaxPage)+", not '"+text+"'.")
			return q, false
		}
		q.top = top
	}
	return q, true
}

func (c *armCall) invalidOptions(err error) {
	c.fail(http.StatusBadRequest, "BadRequest", "The query options are not valid: "+err.Error())
}

// collection is a kind of object that has ids of its own.
type collection[P any] struct {
	// path is where the objects are, with the names of the ids; segment is how
	// the collection is called in the objects' own ids, typeName their type.
	path, segment, typeName string
	// action is what Azure's roles call the collection.
	action string
	// operations are what the audit log calls what is done.
	operations operations
	// options are those of its list.
	options []string
	// texts and times are the properties by which it is filtered and ordered.
	texts map[string]func(*P) string
	times map[string]func(*P) time.Time
	// all has the objects, the oldest first.
	all func(c *armCall, p *place) []*arm.Object[P]
	// one finds an object; nil looks through all.
	one func(c *armCall, p *place, name string) *arm.Object[P]
	// put checks an object and stores it; before is nil for a new one.
	put func(c *armCall, p *place, before, o *arm.Object[P]) error
	// stable takes away what only preview versions have; nil takes nothing.
	stable func(*P)
	// remove takes an object away.
	remove func(c *armCall, p *place, o *arm.Object[P]) error
}

func (k *collection[P]) routes(writers []Role) []armRoute {
	list := k.path[:strings.LastIndexByte(k.path, '/')]
	return []armRoute{
		{"GET", list, k.action + "/read", armReaders, nil, k.list},
		{"GET", k.path, k.action + "/read", armReaders, nil, k.get},
		{"PUT", k.path, k.action + "/write", writers, k.putting, k.create},
		{"DELETE", k.path, k.action + "/delete", armContributors, k.operations.deleting, k.destroy},
	}
}

// place is where a collection is: an incident, or without one the workspace.
type place struct {
	tx       *store.Tx
	incident armIncident
	name     string
}

// at returns the place that the path of a call names.
func (k *collection[P]) at(c *armCall, tx *store.Tx) (*place, error) {
	if !strings.HasPrefix(k.path, "incidents/") {
		return &place{tx: tx}, nil
	}
	x, err := c.find(tx)
	if err != nil {
		return nil, err
	}
	name := c.ids[0]
	if x.made != nil {
		name = x.made.Object.Name
	}
	return &place{tx, x, name}, nil
}

// find finds the object that the path names, or nil.
func (k *collection[P]) find(c *armCall, p *place) *arm.Object[P] {
	if k.one != nil {
		return k.one(c, p, c.named())
	}
	return named(k.all(c, p), c.named())
}

func named[P any](all []*arm.Object[P], name string) *arm.Object[P] {
	i := slices.IndexFunc(all, func(o *arm.Object[P]) bool { return arm.EqualIDs(o.Name, name) })
	if i < 0 {
		return nil
	}
	return all[i]
}

// named is the name of the object that the path is about.
func (c *armCall) named() string { return c.ids[len(c.ids)-1] }

// id is the id of an object of the collection.
func (k *collection[P]) id(c *armCall, p *place, name string) string {
	if p.name == "" {
		return c.resourceID(k.segment, name)
	}
	return c.resourceID("Incidents", p.name, k.segment, name)
}

// shown is an object as the API shows it.
func (k *collection[P]) shown(c *armCall, p *place, o *arm.Object[P]) *arm.Object[P] {
	show := *o
	show.ID, show.Type, show.ETag = k.id(c, p, o.Name), k.typeName, k.etag(o)
	if k.stable != nil && !c.preview {
		k.stable(&show.Properties)
	}
	return &show
}

func (k *collection[P]) etag(o *arm.Object[P]) string {
	if o == nil {
		return ""
	}
	return etagOf(o, o.SystemData.LastModifiedAt)
}

func (k *collection[P]) list(c *armCall) {
	q, ok := c.query(k.options...)
	if !ok {
		return
	}
	var page armPage[P]
	var err, invalid error
	c.t.store.Read(func(tx *store.Tx) {
		var p *place
		if p, err = k.at(c, tx); err != nil {
			return
		}
		all := k.all(c, p)
		var rows []int
		var next string
		if rows, next, invalid = k.page(all, q); invalid != nil {
			return
		}
		page = newPage[P](c, next)
		for _, row := range rows {
			page.Value = append(page.Value, k.shown(c, p, all[row]))
		}
	})
	switch {
	case err != nil:
		c.refuse(err)
	case invalid != nil:
		c.invalidOptions(invalid)
	default:
		c.write(http.StatusOK, page)
	}
}

func (k *collection[P]) page(all []*arm.Object[P], q armQuery) (rows []int, next string, err error) {
	schema := func(name string) (c odata.Column, ok bool) {
		if text, ok := k.texts[name]; ok {
			return odata.Column{Text: func(row int) string { return text(&all[row].Properties) }}, true
		}
		if at, ok := k.times[name]; ok {
			return odata.Column{Time: func(row int) int64 { return odata.Ticks(at(&all[row].Properties)) }}, true
		}
		return c, false
	}
	l := odata.List{
		Rows: func(bool) iter.Seq[int] {
			return func(yield func(int) bool) {
				for row := range all {
					if !yield(row) {
						return
					}
				}
			}
		},
		Tie: func(row int) int64 { return int64(row) },
	}
	if q.filter != "" {
		if l.Filter, err = odata.Compile(q.filter, schema); err != nil {
			return nil, "", err
		}
	}
	order := odata.By(odata.Column{Time: func(row int) int64 { return odata.Ticks(all[row].SystemData.CreatedAt) }}, false)
	if q.orderBy != "" {
		if order, err = odata.CompileOrder(q.orderBy, schema); err != nil {
			return nil, "", err
		}
	}
	return order.Page(l, q.after, q.top)
}

func (k *collection[P]) get(c *armCall) {
	if !c.armOptions() {
		return
	}
	var found *arm.Object[P]
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		var p *place
		if p, err = k.at(c, tx); err != nil {
			return
		}
		if found = k.find(c, p); found == nil {
			err = notFound("Resource '" + c.named() + "' does not exist.")
			return
		}
		found = k.shown(c, p, found)
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, found)
}

// create makes an object or replaces it as a whole.
func (k *collection[P]) create(c *armCall) {
	var body arm.Object[P]
	if !c.armOptions() || !c.read(&body) {
		return
	}
	status := http.StatusOK
	var shown *arm.Object[P]
	err := c.change(func(tx *store.Tx) error {
		p, err := k.at(c, tx)
		if err != nil {
			return err
		}
		before := k.find(c, p)
		if refused := c.current(k.id(c, p, c.named()), k.etag(before), body.ETag); refused != nil {
			return refused
		}
		now := c.t.stamp()
		o := &arm.Object[P]{Resource: arm.Resource{Name: c.named(), SystemData: c.systemData(nil, now)}, Properties: body.Properties}
		if before != nil {
			o.Name, o.SystemData = before.Name, c.systemData(before.SystemData, now)
		} else {
			status = http.StatusCreated
		}
		if err := k.put(c, p, before, o); err != nil {
			return err
		}
		shown = k.shown(c, p, o)
		return nil
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(status, shown)
}

func (k *collection[P]) destroy(c *armCall) {
	if !c.armOptions() {
		return
	}
	c.delete(func(tx *store.Tx) error {
		p, err := k.at(c, tx)
		if err != nil {
			return err
		}
		o := k.find(c, p)
		if o == nil {
			return errNothing
		}
		if refused := c.current(k.id(c, p, o.Name), k.etag(o), ""); refused != nil {
			return refused
		}
		return k.remove(c, p, o)
	})
}
