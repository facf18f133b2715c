package store

// Change is what a [Store.Write] made of an alert or an incident.
type Change[T any] struct {
	// Before is nil for what is new.
	Before, After *T
}

// changes has what a transaction changed as it was before, in the order in which
// it was first changed.
type changes[T any] struct {
	rows   []int32
	before map[int32]*T
}

func (c *changes[T]) note(row int32, before *T) {
	if _, ok := c.before[row]; ok {
		return
	}
	if c.before == nil {
		c.before = map[int32]*T{}
	}
	c.before[row] = before
	c.rows = append(c.rows, row)
}

func (c *changes[T]) list(now []*T) []Change[T] {
	if len(c.rows) == 0 {
		return nil
	}
	list := make([]Change[T], len(c.rows))
	for n, row := range c.rows {
		list[n] = Change[T]{c.before[row], now[row]}
	}
	return list
}

// Changes returns what the transaction has changed until now.
func (tx *Tx) Changes() (alerts []Change[Alert], incidents []Change[Incident]) {
	return tx.alerts.list(tx.s.alerts), tx.incidents.list(tx.s.incidents)
}

// Observe has f called at the end of each [Store.Write] that changed something,
// before anything else can. It is not to be called while the store is in use.
func (s *Store) Observe(f func(*Tx)) { s.observe = f }
