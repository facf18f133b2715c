package store

import (
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/client/emulator/internal/odata"
)

// Query is what a list is asked for.
type Query struct {
	// Filter is the text of a $filter, or empty.
	Filter string
	// Visible hides rows from the caller; nil hides none.
	Visible func(row int32) bool
	// After is the Next of the page before, or empty.
	After string
	// Skip leaves out the first rows, Top is the most that are returned.
	Skip, Top int
	// Count asks for the number of all rows that pass the filter.
	Count bool
	// OldestFirst turns the order around.
	OldestFirst bool
}

// Page is a part of a list.
type Page struct {
	Rows []int32
	// Next leads to the next page; it is empty on the last one.
	Next  string
	Count int
}

// ListAlerts returns a page of alerts, newest first. The error is that of the
// filter or of After.
func (tx *Tx) ListAlerts(q Query) (Page, error) { return tx.s.alertFields.list(q) }

// ListIncidents returns a page of incidents, newest first.
func (tx *Tx) ListIncidents(q Query) (Page, error) { return tx.s.incidentFields.list(q) }

func (f *fields) list(q Query) (Page, error) {
	var filter odata.Filter
	if q.Filter != "" {
		var err error
		if filter, err = odata.Compile(q.Filter, f.column); err != nil {
			return Page{}, err
		}
	}
	var page Page
	if q.Count {
		for range f.matching(0, 1, filter, q.Visible) {
			page.Count++
		}
	}
	if q.Top == 0 {
		return page, nil
	}
	step, at := -1, len(f.order)-1
	if q.OldestFirst {
		step, at = 1, 0
	}
	if q.After != "" {
		after, err := parseToken(q.After)
		if err != nil {
			return Page{}, err
		}
		i, found := f.search(after)
		switch {
		case !q.OldestFirst:
			at = i - 1
		case found:
			at = i + 1
		default:
			at = i
		}
	}
	skip := q.Skip
	for row := range f.matching(at, step, filter, q.Visible) {
		if skip > 0 {
			skip--
			continue
		}
		if len(page.Rows) == q.Top {
			last := page.Rows[len(page.Rows)-1]
			page.Next = token(position{f.created[last], last})
			break
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// matching yields the rows from a place in the order on that a filter keeps and
// that are visible; either may be nil. They are filtered in blocks, of which the
// first are small, since most lists end soon.
func (f *fields) matching(at, step int, filter odata.Filter, visible func(int32) bool) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		var block []int32
		for size := 64; at >= 0 && at < len(f.order); size = min(2*size, 4096) {
			if step > 0 {
				block = append(block[:0], f.order[at:min(at+size, len(f.order))]...)
			} else {
				block = append(block[:0], f.order[max(at+1-size, 0):at+1]...)
				slices.Reverse(block)
			}
			at += step * len(block)
			rows := block
			if filter != nil {
				rows = filter(rows)
			}
			for _, row := range rows {
				if (visible == nil || visible(row)) && !yield(row) {
					return
				}
			}
		}
	}
}

// token and parseToken write and read a position so that nobody takes it for
// more than it is.
func token(p position) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", p.created, p.row))
}

func parseToken(text string) (position, error) {
	var p position
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(strings.TrimSpace(string(data)), "%d.%d", &p.created, &p.row)
	}
	if err != nil {
		return position{}, fmt.Errorf("the skip token is not one of this service's")
	}
	return p, nil
}
