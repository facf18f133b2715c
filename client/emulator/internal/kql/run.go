package kql

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"
)

// Column is a column of a table or of an answer.
type Column struct {
	Name string
	Kind Kind
}

// Row is one row of a table. Cell may be called several times for a column, or
// not at all.
type Row interface {
	Cell(column int) Value
}

// Table is what a query reads. Its rows must not change while they are read.
type Table struct {
	Columns []Column
	Rows    iter.Seq[Row]
}

// Catalog finds a table by its name.
type Catalog func(name string) (Table, bool)

// Limits bound what a query may use.
type Limits struct {
	// Rows is the most rows of an answer; what is beyond is cut off.
	Rows int
	// Cells is the most cells that are held in memory at once, at 32 bytes each
	// and their texts.
	Cells int
}

// Result is the answer to a query.
type Result struct {
	Columns []Column
	Rows    [][]Value
}

// ErrTooLarge means that a query holds more cells than its [Limits] allow.
var ErrTooLarge = errors.New("the query needs too much memory; filter or summarize earlier")

// Run runs the query. Now is what now() and ago() go by. The error is an
// [*Error], [ErrTooLarge] or the context's.
func (q *Query) Run(ctx context.Context, catalog Catalog, now time.Time, limits Limits) (*Result, error) {
	r := &run{ctx: ctx, query: q.text, catalog: catalog, now: now, limits: limits}
	rel, err := r.pipeline(q.pipe)
	if err != nil {
		return nil, err
	}
	result := &Result{Columns: rel.columns, Rows: [][]Value{}}
	for row := range rel.rows {
		if len(result.Rows) == limits.Rows {
			break
		}
		cells := make([]Value, len(rel.columns))
		for i := range cells {
			cells[i] = row.Cell(i)
		}
		if !r.hold(weight(cells)) {
			break
		}
		result.Rows = append(result.Rows, cells)
	}
	if r.err != nil {
		return nil, r.err
	}
	return result, nil
}

// run is one execution of a query.
type run struct {
	ctx     context.Context
	query   string
	catalog Catalog
	now     time.Time
	limits  Limits

	cells int
	steps int
	// err ends all sequences.
	err error
}

// step counts a row that is read, and reports whether to go on.
func (r *run) step() bool {
	if r.steps++; r.steps%256 == 0 && r.err == nil {
		r.err = r.ctx.Err()
	}
	return r.err == nil
}

// hold counts cells that are kept, and reports whether to go on.
func (r *run) hold(cells int) bool {
	if r.cells += cells + 1; r.cells > r.limits.Cells && r.err == nil {
		r.err = ErrTooLarge
	}
	return r.err == nil
}

// release takes back what keep and hold counted for an entry of a sort.
func (r *run) release(row Row, columns int, keys []Value) {
	if values, ok := row.(cells); ok {
		columns = weight(values)
	}
	r.cells -= columns + weight(keys) + 2
}

// weight is how many cells values count as: texts count by their length.
func weight(values []Value) int {
	n := len(values)
	for i := range values {
		n += len(values[i].s) / 32
	}
	return n
}

// keep returns a row that can be held, and reports whether to go on. What was
// computed is held as values, for a computed row refers to all it was made of.
func (r *run) keep(row Row, columns int) (Row, bool) {
	switch row.(type) {
	case *computed, joined, cells:
		values := materialize(row, columns)
		return values, r.hold(weight(values))
	default:
		return row, r.hold(columns)
	}
}

// table is a table on its way through the operators.
type table struct {
	columns []Column
	rows    iter.Seq[Row]
}

func (r *run) scope(t table) scope { return scope{query: r.query, columns: t.columns, now: r.now} }

func (r *run) pipeline(p pipeline) (table, error) {
	source, ok := r.catalog(p.table.text)
	if !ok {
		return table{}, errorAt(r.query, p.table.offset, "there is no table %s", quote(p.table.text))
	}
	t := table{source.Columns, func(yield func(Row) bool) {
		for row := range source.Rows {
			if !r.step() || !yield(row) {
				return
			}
		}
	}}
	for _, op := range p.operators {
		var err error
		if t, err = r.operator(t, op); err != nil {
			return table{}, err
		}
		if len(t.columns) > maxColumns {
			return table{}, errorAt(r.query, op.at(), "the table has more than %d columns here", maxColumns)
		}
	}
	return t, nil
}

const maxColumns = 1000

func (r *run) operator(t table, op operator) (table, error) {
	switch op := op.(type) {
	case whereOp:
		cond, err := r.scope(t).predicate(op.cond)
		if err != nil {
			return table{}, err
		}
		return table{t.columns, func(yield func(Row) bool) {
			for row := range t.rows {
				if v := cond.eval(row); !v.null && v.n != 0 && !yield(row) {
					return
				}
			}
		}}, nil
	case projectOp:
		return r.project(t, op.columns, false)
	case extendOp:
		return r.project(t, op.columns, true)
	case takeOp:
		n, err := r.number(op.n)
		if err != nil {
			return table{}, err
		}
		return take(t, n), nil
	case countOp:
		return table{[]Column{{"Count", Long}}, func(yield func(Row) bool) {
			n := int64(0)
			for range t.rows {
				n++
			}
			yield(cells{OfLong(n)})
		}}, nil
	case distinctOp:
		if !op.all {
			var err error
			if t, err = r.project(t, op.columns, false); err != nil {
				return table{}, err
			}
		}
		return r.distinct(t), nil
	case sortOp:
		return r.sort(t, op)
	case summarizeOp:
		return r.summarize(t, op)
	case joinOp:
		return r.join(t, op)
	default:
		return table{}, errorAt(r.query, op.at(), "this operator is not supported")
	}
}

// number computes a count of rows.
func (r *run) number(e expr) (int64, error) {
	x, err := scope{query: r.query, now: r.now}.compile(e)
	if err != nil {
		return 0, err
	}
	if x.constant == nil || x.kind != Long || x.constant.n < 0 {
		return 0, errorAt(r.query, e.at(), "a number of rows is expected, such as 10")
	}
	return x.constant.n, nil
}

func take(t table, n int64) table {
	return table{t.columns, func(yield func(Row) bool) {
		left := n
		if left == 0 {
			return
		}
		for row := range t.rows {
			if !yield(row) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}}
}

// cells is a row whose values are there.
type cells []Value

// Cell returns a value.
func (c cells) Cell(i int) Value { return c[i] }

// computed is a row whose values are computed from another's when they are
// asked for, and once: a column may be used many times in the next.
type computed struct {
	from    Row
	columns []scalar
	values  []Value
	done    []bool
}

// Cell computes a value.
func (c *computed) Cell(i int) Value {
	if c.done[i] {
		return c.values[i]
	}
	v := c.columns[i].eval(c.from)
	c.values[i], c.done[i] = v, true
	return v
}

// project computes columns; keep keeps those that are there, and replaces one of
// the same name.
func (r *run) project(t table, list []named, keep bool) (table, error) {
	var columns []Column
	var exprs []scalar
	if keep {
		columns = slices.Clone(t.columns)
		for i, c := range t.columns {
			exprs = append(exprs, scalar{kind: c.Kind, eval: func(row Row) Value { return row.Cell(i) }})
		}
	}
	s := r.scope(t)
	for n, item := range list {
		x, err := s.compile(item.expr)
		if err != nil {
			return table{}, err
		}
		name := item.name
		if name == "" {
			name = naming(item.expr, columns, n)
		}
		at := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
		switch {
		case at < 0:
			columns, exprs = append(columns, Column{name, x.kind}), append(exprs, x)
		case keep && at < len(t.columns):
			columns[at].Kind, exprs[at] = x.kind, x
		default:
			return table{}, s.errorf(item.expr.at(), "there are two columns %s", quote(name))
		}
	}
	return table{columns, func(yield func(Row) bool) {
		for row := range t.rows {
			if !yield(&computed{row, exprs, make([]Value, len(exprs)), make([]bool, len(exprs))}) {
				return
			}
		}
	}}, nil
}

// distinct lets each row through once.
func (r *run) distinct(t table) table {
	return table{t.columns, func(yield func(Row) bool) {
		seen := map[string]bool{}
		var key []byte
		for row := range t.rows {
			values := materialize(row, len(t.columns))
			key = key[:0]
			for _, v := range values {
				key = v.key(key)
			}
			if seen[string(key)] {
				continue
			}
			seen[string(key)] = true
			if !r.hold(weight(values)) || !yield(values) {
				return
			}
		}
	}}
}

func materialize(row Row, n int) cells {
	if c, ok := row.(cells); ok {
		return c
	}
	values := make(cells, n)
	for i := range values {
		values[i] = row.Cell(i)
	}
	return values
}

func (r *run) sort(t table, op sortOp) (table, error) {
	s := r.scope(t)
	keys := make([]scalar, len(op.by))
	for i, k := range op.by {
		var err error
		if keys[i], err = s.compile(k.expr); err != nil {
			return table{}, err
		}
		if keys[i].kind == Dynamic {
			return table{}, s.errorf(k.expr.at(), "a dynamic has no order; convert it, for example by tostring()")
		}
	}
	limit := int64(-1)
	if op.top != nil {
		var err error
		if limit, err = r.number(op.top); err != nil {
			return table{}, err
		}
	}
	type entry struct {
		keys []Value
		row  Row
	}
	less := func(a, b entry) int {
		for i, k := range op.by {
			x, y := a.keys[i], b.keys[i]
			c := 0
			switch {
			case x.null && y.null:
			case x.null || y.null:
				c = 1
				if x.null == k.nullsFirst {
					c = -1
				}
			default:
				c = compare(x, y)
				if !k.ascending {
					c = -c
				}
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
	sorted := table{t.columns, func(yield func(Row) bool) {
		var entries []entry
		for row := range t.rows {
			held, ok := r.keep(row, len(t.columns))
			if !ok {
				return
			}
			e := entry{make([]Value, len(keys)), held}
			for i, k := range keys {
				e.keys[i] = k.eval(held)
			}
			if !r.hold(weight(e.keys)) {
				return
			}
			entries = append(entries, e)
			// A top keeps no more than it needs, and some for the time between.
			if limit >= 0 && (int64(len(entries))-1000)/2 >= limit {
				slices.SortStableFunc(entries, less)
				for _, e := range entries[limit:] {
					r.release(e.row, len(t.columns), e.keys)
				}
				clear(entries[limit:])
				entries = entries[:limit]
			}
		}
		if r.err != nil {
			return
		}
		slices.SortStableFunc(entries, less)
		for _, e := range entries {
			if !yield(e.row) {
				return
			}
		}
	}}
	if limit >= 0 {
		sorted = take(sorted, limit)
	}
	return sorted, nil
}
