package odata

// where keeps the rows that pass a test.
func where(test func(row int) bool) Filter {
	return func(rows []int32) []int32 {
		kept := rows[:0]
		for _, row := range rows {
			if test(int(row)) {
				kept = append(kept, row)
			}
		}
		return kept
	}
}

// not keeps the rows that a filter does not.
func not(f Filter) Filter {
	var passed []int32
	return func(rows []int32) []int32 {
		passed = f(append(passed[:0], rows...))
		switch len(passed) {
		case 0:
			return rows
		case len(rows):
			return rows[:0]
		}
		kept, next := rows[:0], 0
		for _, row := range rows {
			if next < len(passed) && passed[next] == row {
				next++
			} else {
				kept = append(kept, row)
			}
		}
		return kept
	}
}

// all keeps the rows that every filter keeps.
func all(list []Filter) Filter {
	if len(list) == 1 {
		return list[0]
	}
	return func(rows []int32) []int32 {
		for _, f := range list {
			rows = f(rows)
		}
		return rows
	}
}

// either keeps the rows that at least one filter keeps: not those that none does.
func either(list []Filter) Filter {
	if len(list) == 1 {
		return list[0]
	}
	none := make([]Filter, len(list))
	for i, f := range list {
		none[i] = not(f)
	}
	return not(all(none))
}
