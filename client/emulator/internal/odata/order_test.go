package odata

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestPages puts the pages of a list together, however it is ordered and filtered
// and however its rows come, while rows that were seen or not yet seen go away.
func TestPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type item struct {
			number int64
			text   string
		}
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) item {
			return item{rapid.Int64Range(-3, 3).Draw(t, "number"), rapid.SampledFrom([]string{"", "a", "b", "ä.1"}).Draw(t, "text")}
		}), 0, 30).Draw(t, "items")
		gone := map[int]bool{}
		turned := rapid.Bool().Draw(t, "turned round")
		l := List{
			Rows: func(bool) iter.Seq[int] {
				return func(yield func(int) bool) {
					for i := range items {
						row := i
						if turned {
							row = len(items) - 1 - i
						}
						if !gone[row] && !yield(row) {
							return
						}
					}
				}
			},
			Tie: func(row int) int64 { return int64(row) },
		}
		if rapid.Bool().Draw(t, "filtered") {
			l.Filter = where(func(row int) bool { return items[row].number != 0 })
		}
		schema := func(name string) (Column, bool) {
			switch name {
			case "number":
				return Column{Number: func(row int) int64 { return items[row].number }}, true
			case "time":
				return Column{Time: func(row int) int64 { return items[row].number }}, true
			case "text":
				return Column{Text: func(row int) string { return items[row].text }}, true
			}
			return Column{}, false
		}
		by := rapid.SampledFrom([]string{"number", "time", "text"}).Draw(t, "by")
		direction := rapid.SampledFrom([]string{"", " asc", " desc"}).Draw(t, "direction")
		order, err := CompileOrder(by+direction, schema)
		require.NoError(t, err)
		var want []int
		for row := range items {
			if l.Filter == nil || items[row].number != 0 {
				want = append(want, row)
			}
		}
		slices.SortFunc(want, func(a, b int) int {
			c := cmp.Compare(items[a].number, items[b].number)
			if by == "text" {
				c = cmp.Compare(items[a].text, items[b].text)
			}
			if c = cmp.Or(c, cmp.Compare(a, b)); direction == " desc" {
				c = -c
			}
			return c
		})
		top := rapid.IntRange(1, 7).Draw(t, "top")
		var got []int
		for after := ""; ; {
			rows, next, err := order.Page(l, after, top)
			require.NoError(t, err)
			require.True(t, len(rows) == top || next == "")
			got = append(got, rows...)
			if after = next; after == "" {
				break
			}
			if len(items) > 0 && rapid.Bool().Draw(t, "go away") {
				gone[rapid.IntRange(0, len(items)-1).Draw(t, "which")] = true
			}
		}
		seen := map[int]bool{}
		for _, row := range got {
			require.False(t, seen[row], "twice")
			seen[row] = true
		}
		want = slices.DeleteFunc(want, func(row int) bool { return gone[row] && !seen[row] })
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(got))
	})
}

func TestOrderRefuses(t *testing.T) {
	column := func(name string) (Column, bool) { return Column{Number: func(int) int64 { return 0 }}, name == "n" }
	for _, text := range []string{"", " ", "m", "n down", "n asc desc", "n,n", "n asc,n"} {
		_, err := CompileOrder(text, column)
		require.Error(t, err, text)
	}
	order, err := CompileOrder("n desc", column)
	require.NoError(t, err)
	for _, token := range []string{"x", "!", "MQ", "MS4x", "YS5iLmM"} {
		_, _, err = order.Page(List{Rows: func(bool) iter.Seq[int] { return func(func(int) bool) {} }}, token, 1)
		require.Error(t, err, token)
	}
}
