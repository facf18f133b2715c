package kql

import "slices"

// join matches the rows of two tables.
//
// Source: Learn, "join operator": innerunique, the default, keeps one row of the
// left side for each key; a column of the right side whose name the left has gets
// a number behind it; nulls match nothing.
func (r *run) join(left table, op joinOp) (table, error) {
	right, err := r.pipeline(op.right)
	if err != nil {
		return table{}, err
	}
	l, rt := r.scope(left), r.scope(right)
	var leftKeys, rightKeys []int
	for _, on := range op.on {
		i, ok := l.find(on.left.text)
		if !ok {
			return table{}, errorAt(r.query, on.left.offset, "the left side of the join has no column %s", quote(on.left.text))
		}
		j, ok := rt.find(on.right.text)
		if !ok {
			return table{}, errorAt(r.query, on.right.offset, "the right side of the join has no column %s", quote(on.right.text))
		}
		a, b := left.columns[i].Kind, right.columns[j].Kind
		if a == Dynamic || b == Dynamic || !comparable(a, b) {
			return table{}, errorAt(r.query, on.left.offset, "a join cannot compare a %s with a %s", a, b)
		}
		leftKeys, rightKeys = append(leftKeys, i), append(rightKeys, j)
	}
	columns := slices.Clone(left.columns)
	semi := op.kind == "leftsemi" || op.kind == "leftanti"
	if !semi {
		for _, c := range right.columns {
			if slices.ContainsFunc(columns, func(have Column) bool { return have.Name == c.Name }) {
				c.Name = free(c.Name, columns)
			}
			columns = append(columns, c)
		}
	}
	return table{columns, func(yield func(Row) bool) {
		matches, ok := r.index(right, rightKeys)
		if !ok {
			return
		}
		nulls := make(cells, len(right.columns))
		for i, c := range right.columns {
			nulls[i] = Null(c.Kind)
		}
		seen := map[string]bool{}
		for row := range left.rows {
			key, whole := joinOn(row, leftKeys)
			var found []Row
			if whole {
				found = matches[key]
			}
			switch op.kind {
			case "leftsemi", "leftanti":
				if (len(found) > 0) == (op.kind == "leftsemi") && !yield(row) {
					return
				}
				continue
			case "leftouter":
				if len(found) == 0 && !yield(joined{row, nulls, len(left.columns)}) {
					return
				}
			case "innerunique":
				if len(found) == 0 || seen[key] {
					continue
				}
				seen[key] = true
				if !r.hold(1) {
					return
				}
			}
			for _, match := range found {
				if !r.step() || !yield(joined{row, match, len(left.columns)}) {
					return
				}
			}
		}
	}}, nil
}

// joined is a row of the left side with one of the right.
type joined struct {
	left, right Row
	n           int
}

// Cell returns a value of either side.
func (j joined) Cell(i int) Value {
	if i < j.n {
		return j.left.Cell(i)
	}
	return j.right.Cell(i - j.n)
}

func (r *run) index(t table, keys []int) (map[string][]Row, bool) {
	rows := map[string][]Row{}
	for row := range t.rows {
		if key, ok := joinOn(row, keys); ok {
			held, ok := r.keep(row, len(t.columns))
			if !ok || !r.hold(len(key)/32) {
				break
			}
			rows[key] = append(rows[key], held)
		}
	}
	return rows, r.err == nil
}

// joinOn returns the key of a row, and whether none of its parts is null.
func joinOn(row Row, keys []int) (string, bool) {
	var key []byte
	for _, i := range keys {
		v := row.Cell(i)
		if v.null {
			return "", false
		}
		key = v.key(key)
	}
	return string(key), true
}
