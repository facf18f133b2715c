package kql

import (
	"maps"
	"slices"
	"strconv"
)

// naming gives a column without a name the one that Kusto gives it.
func naming(e expr, columns []Column, n int) string {
	if c, ok := e.(call); ok && len(c.args) > 0 && slices.Contains([]string{"bin", "floor", "startofday"}, c.name) {
		if of, ok := c.args[0].(column); ok {
			return of.name
		}
	}
	if m, ok := e.(member); ok {
		if name, ok := m.index.(literal); ok && name.value.kind == String {
			if of, ok := m.x.(column); ok {
				return of.name + "_" + name.value.s
			}
		}
	}
	for i := n + 1; ; i++ {
		name := "Column" + strconv.Itoa(i)
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name }) {
			return name
		}
	}
}

// aggregate is a function of summarize. It makes, for each group, an
// accumulator.
type aggregate struct {
	min, max int
	kinds    []kindSet
	// kind is the result's type; it is that of the argument if same is set.
	kind Kind
	same bool
	// prefix makes the name of the column: count_, dcount_Title.
	prefix string
	start  func(args []scalar) accumulator
}

// accumulator sees the rows of a group, and counts by hold what it keeps.
type accumulator interface {
	add(row Row, hold func(int) bool)
	value() Value
}

// Aggregates lists the functions of summarize.
func Aggregates() []string {
	names := append(slices.Collect(maps.Keys(aggregates)), "arg_max", "arg_min")
	slices.Sort(names)
	return names
}

var aggregates = map[string]aggregate{
	"count":     {kind: Long, prefix: "count_", start: func([]scalar) accumulator { return &counter{} }},
	"countif":   {1, 1, []kindSet{bools}, Long, false, "countif_", func(a []scalar) accumulator { return &counter{cond: &a[0]} }},
	"dcount":    {1, 2, []kindSet{anyKind, numbers}, Long, false, "dcount_", func(a []scalar) accumulator { return &set{x: a[0], seen: map[string]bool{}} }},
	"min":       {1, 1, []kindSet{binnable}, 0, true, "min_", func(a []scalar) accumulator { return &extreme{x: a[0], sign: -1} }},
	"max":       {1, 1, []kindSet{binnable}, 0, true, "max_", func(a []scalar) accumulator { return &extreme{x: a[0], sign: 1} }},
	"sum":       {1, 1, []kindSet{numbers | spans}, 0, true, "sum_", func(a []scalar) accumulator { return &sum{x: a[0]} }},
	"avg":       {1, 1, []kindSet{numbers}, Real, false, "avg_", func(a []scalar) accumulator { return &sum{x: a[0], mean: true} }},
	"make_set":  {1, 1, []kindSet{anyKind}, Dynamic, false, "set_", func(a []scalar) accumulator { return &set{x: a[0], seen: map[string]bool{}, list: true} }},
	"make_list": {1, 1, []kindSet{anyKind}, Dynamic, false, "list_", func(a []scalar) accumulator { return &set{x: a[0], list: true} }},
	"take_any":  {1, 1, []kindSet{anyKind}, 0, true, "any_", func(a []scalar) accumulator { return &first{x: a[0]} }},
}

type counter struct {
	cond *scalar
	n    int64
}

func (c *counter) add(row Row, _ func(int) bool) {
	if c.cond != nil {
		if v := c.cond.eval(row); v.null || v.n == 0 {
			return
		}
	}
	c.n++
}
func (c *counter) value() Value { return OfLong(c.n) }

// set counts or lists distinct values, or lists all. Nulls do not count.
type set struct {
	x      scalar
	seen   map[string]bool
	list   bool
	values []Value
}

func (s *set) add(row Row, hold func(int) bool) {
	v := s.x.eval(row)
	if v.null {
		return
	}
	if s.seen != nil {
		key := string(v.key(nil))
		if s.seen[key] || !hold(len(key)/32+1) {
			return
		}
		s.seen[key] = true
	}
	if s.list && hold(len(v.s)/32) {
		s.values = append(s.values, v)
	}
}

func (s *set) value() Value {
	if s.list {
		return array(s.values)
	}
	return OfLong(int64(len(s.seen)))
}

type extreme struct {
	x    scalar
	sign int
	best Value
	any  bool
}

func (e *extreme) add(row Row, _ func(int) bool) {
	v := e.x.eval(row)
	if !v.null && (!e.any || compare(v, e.best)*e.sign > 0) {
		e.best, e.any = v, true
	}
}

func (e *extreme) value() Value {
	if !e.any {
		return Null(e.x.kind)
	}
	return e.best
}

type sum struct {
	x     scalar
	mean  bool
	n     int64
	total int64
	real  float64
}

func (s *sum) add(row Row, _ func(int) bool) {
	if v := s.x.eval(row); !v.null {
		s.n++
		s.real += v.real()
		s.total += v.n
	}
}

func (s *sum) value() Value {
	switch {
	case s.mean && s.n == 0:
		return OfReal(0).over(0)
	case s.mean:
		return OfReal(s.real / float64(s.n))
	case s.x.kind == Real:
		return OfReal(s.real)
	case s.x.kind == TimeSpan:
		return ticks(TimeSpan, s.total)
	default:
		return OfLong(s.total)
	}
}

// over divides; 0 over 0 is NaN, the mean of nothing.
func (v Value) over(f float64) Value { return OfReal(v.real() / f) }

type first struct {
	x   scalar
	v   Value
	any bool
}

func (f *first) add(row Row, _ func(int) bool) {
	if !f.any {
		f.v, f.any = f.x.eval(row), true
	}
}

func (f *first) value() Value {
	if !f.any {
		return Null(f.x.kind)
	}
	return f.v
}

// argExtreme keeps the values of the row in which x is greatest or least.
type argExtreme struct {
	x    scalar
	rest []scalar
	sign int
	best Value
	kept []Value
	held int
}

func (a *argExtreme) add(row Row, hold func(int) bool) {
	v := a.x.eval(row)
	if a.kept != nil && (v.null || !a.best.null && compare(v, a.best)*a.sign <= 0) {
		return
	}
	if a.kept == nil {
		a.kept = make([]Value, len(a.rest))
	}
	a.best = v
	for i, x := range a.rest {
		a.kept[i] = x.eval(row)
	}
	if grown := weight(a.kept); grown > a.held {
		hold(grown - a.held)
		a.held = grown
	}
}

// output is one column, or the several columns of an arg_max, of a summarize.
type output struct {
	columns []Column
	start   func() accumulator
}

// values returns the cells of an output for a group.
func (o output) values(a accumulator) []Value {
	if arg, ok := a.(*argExtreme); ok {
		if arg.kept == nil {
			var nulls []Value
			for _, c := range o.columns {
				nulls = append(nulls, Null(c.Kind))
			}
			return nulls
		}
		return append([]Value{arg.best}, arg.kept...)
	}
	return []Value{a.value()}
}

// value is not used: the cells are taken by output.values.
func (a *argExtreme) value() Value { return a.best }

func (r *run) summarize(t table, op summarizeOp) (table, error) {
	s := r.scope(t)
	var columns []Column
	var keys []scalar
	for n, item := range op.by {
		x, err := s.compile(item.expr)
		if err != nil {
			return table{}, err
		}
		if x.kind == Dynamic {
			return table{}, s.errorf(item.expr.at(), "rows cannot be grouped by a dynamic; convert it, for example by tostring()")
		}
		name := item.name
		if name == "" {
			name = naming(item.expr, columns, n)
		}
		columns, keys = append(columns, Column{name, x.kind}), append(keys, x)
	}
	var outputs []output
	for _, item := range op.aggregates {
		o, err := s.output(item, op.by)
		if err != nil {
			return table{}, err
		}
		outputs = append(outputs, o)
		for i := range o.columns {
			if slices.ContainsFunc(columns, func(c Column) bool { return c.Name == o.columns[i].Name }) {
				if len(o.columns) == 1 && item.name != "" {
					return table{}, s.errorf(item.expr.at(), "there are two columns %s", quote(o.columns[i].Name))
				}
				o.columns[i].Name = free(o.columns[i].Name, columns)
			}
			columns = append(columns, o.columns[i])
		}
	}
	return table{columns, func(yield func(Row) bool) { r.group(t, keys, outputs, yield) }}, nil
}

// free makes a name that no column has by adding a number.
func free(name string, columns []Column) string {
	for i := 1; ; i++ {
		candidate := name + strconv.Itoa(i)
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == candidate }) {
			return candidate
		}
	}
}

func (r *run) group(t table, keys []scalar, outputs []output, yield func(Row) bool) {
	type group struct {
		by           []Value
		accumulators []accumulator
	}
	groups := map[string]*group{}
	var order []*group
	enter := func(key string, by []Value) *group {
		g := &group{by: by}
		for _, o := range outputs {
			g.accumulators = append(g.accumulators, o.start())
		}
		groups[key] = g
		order = append(order, g)
		return g
	}
	if len(keys) == 0 {
		enter("", nil) // one group, also of no rows
	}
	var key []byte
	by := make([]Value, len(keys))
	for row := range t.rows {
		key = key[:0]
		for i, k := range keys {
			by[i] = k.eval(row)
			key = by[i].key(key)
		}
		g := groups[string(key)]
		if g == nil {
			if !r.hold(weight(by) + 2*len(outputs) + 2) {
				return
			}
			g = enter(string(key), slices.Clone(by))
		}
		for _, a := range g.accumulators {
			a.add(row, r.hold)
		}
		if r.err != nil {
			return
		}
	}
	if r.err != nil {
		return
	}
	for _, g := range order {
		row := cells(g.by)
		for i, o := range outputs {
			row = append(row, o.values(g.accumulators[i])...)
		}
		if !yield(row) {
			return
		}
	}
}

// output compiles one aggregate.
func (s scope) output(item named, by []named) (output, error) {
	c, ok := item.expr.(call)
	if !ok {
		return output{}, s.errorf(item.expr.at(), "an aggregate is expected in summarize, such as count()")
	}
	if c.name == "arg_max" || c.name == "arg_min" {
		return s.argOutput(item, c, by)
	}
	a, ok := aggregates[c.name]
	if !ok {
		return output{}, s.errorf(c.at(), "the aggregate %s is not supported", quote(c.name))
	}
	args, err := s.all(c.args)
	if err != nil {
		return output{}, err
	}
	if len(args) < a.min || len(args) > a.max {
		return output{}, s.errorf(c.at(), "%s has %d arguments here; it takes %s", c.name, len(args), function{min: a.min, max: a.max}.arity())
	}
	for i, arg := range args {
		if !a.kinds[i].allows(arg.kind) {
			return output{}, s.errorf(c.args[i].at(), "argument %d of %s is a %s", i+1, c.name, arg.kind)
		}
	}
	kind := a.kind
	if a.same {
		kind = args[0].kind
		if c.name == "sum" && kind == Int {
			kind = Long
		}
	}
	name := item.name
	if name == "" {
		name = a.prefix
		if len(c.args) > 0 && c.name != "countif" {
			if of, ok := c.args[0].(column); ok {
				name += of.name
			}
			if c.name == "take_any" {
				name = name[len(a.prefix):]
			}
		}
		if name == "" {
			name = a.prefix
		}
	}
	return output{[]Column{{name, kind}}, func() accumulator { return a.start(args) }}, nil
}

func (s scope) argOutput(item named, c call, by []named) (output, error) {
	if len(c.args) < 2 {
		return output{}, s.errorf(c.at(), "%s takes what is compared and what is returned, such as %s(TimeGenerated, *)", c.name, c.name)
	}
	x, err := s.compile(c.args[0])
	if err != nil {
		return output{}, err
	}
	if x.kind == Dynamic {
		return output{}, s.errorf(c.args[0].at(), "a dynamic has no order; convert it, for example by tostring()")
	}
	sign := 1
	if c.name == "arg_min" {
		sign = -1
	}
	name := item.name
	if of, ok := c.args[0].(column); ok && name == "" {
		name = of.name
	}
	if name == "" {
		name = c.name[len("arg_"):] + "_"
	}
	o := output{columns: []Column{{name, x.kind}}}
	var rest []scalar
	for _, arg := range c.args[1:] {
		if _, all := arg.(star); all {
			for i, col := range s.columns {
				grouped := slices.ContainsFunc(by, func(n named) bool { return n.name == col.Name })
				if compared, ok := c.args[0].(column); grouped || ok && compared.name == col.Name {
					continue
				}
				rest = append(rest, scalar{kind: col.Kind, eval: func(r Row) Value { return r.Cell(i) }})
				o.columns = append(o.columns, col)
			}
			continue
		}
		y, err := s.compile(arg)
		if err != nil {
			return output{}, err
		}
		name := "Column" + strconv.Itoa(len(o.columns))
		if of, ok := arg.(column); ok {
			name = of.name
		}
		rest = append(rest, y)
		o.columns = append(o.columns, Column{name, y.kind})
	}
	o.start = func() accumulator { return &argExtreme{x: x, rest: rest, sign: sign, best: Null(x.kind)} }
	return o, nil
}
