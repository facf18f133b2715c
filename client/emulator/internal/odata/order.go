package odata

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Order is the order of a list: that of one property, and among equal values the
// order of [List.Tie].
type Order struct {
	column     Column
	descending bool
}

// By returns the order of a property.
func By(c Column, descending bool) Order { return Order{c, descending} }

// CompileOrder reads the option $orderby: one property, and asc or desc.
func CompileOrder(text string, schema Schema) (Order, error) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 2 || strings.Contains(text, ",") {
		return Order{}, fmt.Errorf("the order '%s' is not one property, and asc or desc", short(text))
	}
	c, ok := schema(words[0])
	if !ok {
		return Order{}, fmt.Errorf("the order has no property named '%s' that can be ordered by", short(words[0]))
	}
	o := Order{column: c}
	if len(words) == 2 {
		switch words[1] {
		case "asc":
		case "desc":
			o.descending = true
		default:
			return Order{}, fmt.Errorf("the order '%s' is neither asc nor desc", short(words[1]))
		}
	}
	return o, nil
}

// List is what pages are made of.
type List struct {
	// Rows yields the rows; a page is found fastest when they come about in the
	// order that is asked for, which is the other way round when descending.
	Rows func(descending bool) iter.Seq[int]
	// Tie orders rows of which the property is equal. It is different for each
	// row, and always the same for one.
	Tie func(row int) int64
	// Filter keeps the rows that are in the list; nil takes all.
	Filter Filter
}

// blockSize is how many rows are filtered at once.
const blockSize = 256

// maxKey is how many bytes of a text are compared, for a token is part of an address.
const maxKey = 64

// key is where a row is in an order.
type key struct {
	text   string
	number int64
	tie    int64
	row    int
}

func (k key) compare(other key) int {
	return cmp.Or(cmp.Compare(k.number, other.number), cmp.Compare(k.text, other.text), cmp.Compare(k.tie, other.tie))
}

func (o Order) key(row int, tie int64) key {
	k := key{tie: tie, row: row}
	switch {
	case o.column.Time != nil:
		k.number = o.column.Time(row)
	case o.column.Number != nil:
		k.number = o.column.Number(row)
	default:
		k.text = o.column.Text(row)
		k.text = k.text[:min(len(k.text), maxKey)]
	}
	return k
}

// Page returns the first rows, at most top, that come after those of the page
// that gave a token, and the token for the next page. The tokens are empty for
// the first page and from the last one. Rows that come or go in between move no
// other from one page to another.
func (o Order) Page(l List, after string, top int) (rows []int, next string, err error) {
	var from key
	if after != "" {
		if from, err = parseKey(after); err != nil {
			return nil, "", err
		}
	}
	sign := 1
	if o.descending {
		sign = -1
	}
	// A heap of the best rows, whose root is the last of them.
	best := make([]key, 0, min(top+1, 1024))
	worse := func(a, b key) bool { return sign*a.compare(b) > 0 }
	// Where the page begins, and the last of the best, as far as they are numbers.
	first, last := from.number, int64(0)
	if o.descending {
		first = ^first
	}
	number := o.column.Time
	if number == nil {
		number = o.column.Number
	}
	block := make([]int32, 0, blockSize)
	take := func() {
		rows := block
		if l.Filter != nil {
			rows = l.Filter(rows)
		}
		for _, row := range rows {
			k := o.key(int(row), l.Tie(int(row)))
			switch {
			case after != "" && !worse(k, from):
				continue
			case len(best) <= top:
				best = append(best, k)
				up(best, worse)
			case worse(best[0], k):
				best[0] = k
				down(best, worse)
			}
			if last = best[0].number; o.descending {
				last = ^last
			}
		}
		block = block[:0]
	}
	for row := range l.Rows(o.descending) {
		if number != nil {
			// Most rows of a long list are done with here.
			n := number(row)
			if o.descending {
				n = ^n // the same order, turned round
			}
			if after != "" && n < first || len(best) > top && n > last {
				continue
			}
		}
		if block = append(block, int32(row)); len(block) == blockSize {
			take()
		}
	}
	take()
	slices.SortFunc(best, func(a, b key) int { return sign * a.compare(b) })
	if len(best) > top {
		best = best[:top]
		if top > 0 {
			next = best[top-1].token()
		}
	}
	for _, k := range best {
		rows = append(rows, k.row)
	}
	return rows, next, nil
}

func up(heap []key, worse func(a, b key) bool) {
	for i := len(heap) - 1; i > 0 && worse(heap[i], heap[(i-1)/2]); i = (i - 1) / 2 {
		heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
	}
}

func down(heap []key, worse func(a, b key) bool) {
	for i := 0; ; {
		worst := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(heap) && worse(heap[child], heap[worst]) {
				worst = child
			}
		}
		if worst == i {
			return
		}
		heap[i], heap[worst] = heap[worst], heap[i]
		i = worst
	}
}

// token and parseKey write and read a place in an order so that nobody takes it
// for more than it is.
func (k key) token() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%s", k.number, k.tie, k.text))
}

func parseKey(token string) (k key, err error) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	parts := strings.SplitN(string(data), ".", 3)
	if err == nil && len(parts) == 3 {
		_, err = fmt.Sscanf(parts[0]+" "+parts[1], "%d %d", &k.number, &k.tie)
		k.text = parts[2]
	}
	if err != nil || len(parts) != 3 {
		return key{}, errors.New("the skip token is not one of this service's")
	}
	return k, nil
}
