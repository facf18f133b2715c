package kql

// A query, as it was read.
type (
	// Query is a query that was read. It is made by [Parse].
	Query struct {
		text string
		pipe pipeline
	}

	pipeline struct {
		table     token
		operators []operator
	}

	// operator is one of the structs below.
	operator interface{ at() int }

	whereOp struct {
		position
		cond expr
	}
	projectOp struct {
		position
		columns []named
	}
	extendOp struct {
		position
		columns []named
	}
	takeOp struct {
		position
		n expr
	}
	sortOp struct {
		position
		by  []sortKey
		top expr // nil for sort
	}
	countOp    struct{ position }
	distinctOp struct {
		position
		columns []named
		all     bool
	}
	summarizeOp struct {
		position
		aggregates, by []named
	}
	joinOp struct {
		position
		kind  string
		right pipeline
		on    []joinKey
	}

	// named is an expression with the name of its column, which may be empty.
	named struct {
		name string
		expr expr
	}

	sortKey struct {
		expr       expr
		ascending  bool
		nullsFirst bool
	}

	joinKey struct{ left, right token }
)

// An expression, as it was read.
type (
	expr interface{ at() int }

	literal struct {
		position
		value Value
	}
	column struct {
		position
		name string
	}
	star  struct{ position }
	unary struct {
		position
		x expr
	} // minus
	binary struct {
		position
		op   string
		x, y expr
	}
	// among is x in (list), has_any, has_all and between.
	among struct {
		position
		op   string
		x    expr
		list []expr
	}
	call struct {
		position
		name string
		args []expr
	}
	member struct {
		position
		x     expr
		index expr // a string or a number
	}
)

// position is where something stands, in bytes.
type position int

func (p position) at() int { return int(p) }
