package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/incidentkit/incidentkit/client/emulator/internal/odata"
)

// fields are the properties by which a table is filtered, each in an array of
// its own: to look through 600,000 alerts touches a few megabytes, not all of
// them.
type fields struct {
	names            []string
	texts            []textColumn
	created, updated []int64
	// order has the rows from the oldest to the newest.
	order []int32
}

func newFields(names ...string) fields {
	f := fields{names: names, texts: make([]textColumn, len(names))}
	for i := range f.texts {
		f.texts[i].codes = map[string]uint32{}
	}
	return f
}

// put enters the values of a row, which may be one behind the last.
func (f *fields) put(row int32, created, updated time.Time, texts ...string) {
	if int(row) == len(f.created) {
		f.created, f.updated = append(f.created, odata.Ticks(created)), append(f.updated, 0)
		for i := range f.texts {
			f.texts[i].rows = append(f.texts[i].rows, f.texts[i].enter(texts[i]))
		}
		at, _ := f.search(position{f.created[row], row})
		f.order = slices.Insert(f.order, at, row)
	} else {
		for i := range f.texts {
			f.texts[i].change(row, texts[i])
		}
	}
	f.updated[row] = odata.Ticks(updated)
}

// position is where a row is in the order.
type position struct {
	created int64
	row     int32
}

func (f *fields) search(p position) (int, bool) {
	return slices.BinarySearchFunc(f.order, p, func(row int32, p position) int {
		if c := cmp.Compare(f.created[row], p.created); c != 0 {
			return c
		}
		return cmp.Compare(row, p.row)
	})
}

// column finds a property for a filter.
func (f *fields) column(name string) (odata.Column, bool) {
	switch name {
	case "createdDateTime":
		return odata.Column{Time: func(row int) int64 { return f.created[row] }}, true
	case "lastUpdateDateTime":
		return odata.Column{Time: func(row int) int64 { return f.updated[row] }}, true
	}
	i := slices.Index(f.names, name)
	if i < 0 {
		return odata.Column{}, false
	}
	c := &f.texts[i]
	return odata.Column{
		Text:  func(row int) string { return c.values[c.rows[row]].text },
		Equal: c.equal,
	}, true
}

func (f *fields) check(row int, created, updated time.Time, texts ...string) error {
	for i, text := range texts {
		if have := f.texts[i].values[f.texts[i].rows[row]].text; have != text {
			return fmt.Errorf("the index of %s has %q for %q", f.names[i], have, text)
		}
	}
	if f.created[row] != odata.Ticks(created) || f.updated[row] != odata.Ticks(updated) {
		return fmt.Errorf("the index has other times")
	}
	if _, ok := f.search(position{f.created[row], int32(row)}); !ok {
		return fmt.Errorf("it is not in the order")
	}
	return nil
}

// textColumn has a number for each text. A text that no row has any more is
// forgotten, so that owners who come and go do not pile up.
type textColumn struct {
	rows   []uint32
	codes  map[string]uint32
	values []textValue
	free   []uint32
}

type textValue struct {
	text string
	rows int
}

func (c *textColumn) enter(text string) uint32 {
	code, ok := c.codes[text]
	if !ok {
		if n := len(c.free); n > 0 {
			code, c.free = c.free[n-1], c.free[:n-1]
		} else {
			code = uint32(len(c.values))
			c.values = append(c.values, textValue{})
		}
		c.codes[text], c.values[code] = code, textValue{text: text}
	}
	c.values[code].rows++
	return code
}

func (c *textColumn) change(row int32, text string) {
	old := c.rows[row]
	if c.values[old].text == text {
		return
	}
	c.rows[row] = c.enter(text)
	if c.values[old].rows--; c.values[old].rows == 0 {
		delete(c.codes, c.values[old].text)
		c.values[old] = textValue{}
		c.free = append(c.free, old)
	}
}

func (c *textColumn) equal(text string) odata.Filter {
	code, ok := c.codes[text]
	if !ok {
		return func(rows []int32) []int32 { return rows[:0] }
	}
	codes := c.rows
	return func(rows []int32) []int32 {
		kept := rows[:0]
		for _, row := range rows {
			if codes[row] == code {
				kept = append(kept, row)
			}
		}
		return kept
	}
}
