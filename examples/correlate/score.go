package main

// A partition has for each row of a scenario the number of its group.
type partition []int32

// quality is how well groups agree with the truth.
type quality struct {
	Precision, Recall, F1 float64
}

// sums adds up B-cubed precision and recall of classes, each of which counts
// the same however many alerts it has.
type sums struct {
	precision, recall float64
	classes           int
}

func (s sums) quality() (q quality) {
	if s.classes == 0 {
		return q
	}
	q.Precision, q.Recall = s.precision/float64(s.classes), s.recall/float64(s.classes)
	if q.Precision+q.Recall > 0 {
		q.F1 = 2 * q.Precision * q.Recall / (q.Precision + q.Recall)
	}
	return q
}

func (s *sums) add(o sums) {
	s.precision += o.precision
	s.recall += o.recall
	s.classes += o.classes
}

// bcubed scores a partition. A class of -1 is of no class: such alerts count
// against the precision of those they are grouped with, and have none
// themselves.
func bcubed(rows []row, groups partition, class func(row) int32) (total sums) {
	type cell struct{ group, class int32 }
	inGroup, inClass, inBoth := map[int32]float64{}, map[int32]float64{}, map[cell]float64{}
	for i, r := range rows {
		inGroup[groups[i]]++
		if c := class(r); c >= 0 {
			inClass[c]++
			inBoth[cell{groups[i], c}]++
		}
	}
	// Whole numbers until here, and one sum a class in the order of the rows
	// below, so that the result does not depend on the order of a map.
	seen := map[cell]bool{}
	precision, recall := map[int32]float64{}, map[int32]float64{}
	var order []int32
	for i, r := range rows {
		c := class(r)
		if c < 0 || seen[cell{groups[i], c}] {
			continue
		}
		seen[cell{groups[i], c}] = true
		n := inBoth[cell{groups[i], c}]
		if _, ok := recall[c]; !ok {
			order = append(order, c)
		}
		precision[c] += n * n / inGroup[groups[i]]
		recall[c] += n * n / inClass[c]
	}
	for _, c := range order {
		total.add(sums{precision[c] / inClass[c], recall[c] / inClass[c], 1})
	}
	return total
}

func campaignOf(r row) int32 { return min(r.label, 1) - 1 } // all attack alerts are one class
func stepOf(r row) int32     { return r.label - 1 }

// result is what is reported of one way to group alerts.
type result struct {
	campaign, step sums
	noise          float64 // benign alerts in groups with attack alerts
	overmerge      float64 // groups with both
	largest        float64 // the share of the alerts in the largest group
	incidents      int     // groups with attack alerts
	groups         int
}

// grouping is a way to group the alerts of a scenario: into incidents, and those
// into the steps of an attack. A method that knows no steps has the same for both.
type grouping struct {
	incidents, steps partition
}

func judge(s *scenario, g grouping) (r result) {
	r.campaign = bcubed(s.rows, g.incidents, campaignOf)
	r.step = bcubed(s.rows, g.steps, stepOf)
	size, attack, benign := map[int32]int{}, map[int32]int{}, map[int32]int{}
	for i, row := range s.rows {
		size[g.incidents[i]]++
		if row.label > 0 {
			attack[g.incidents[i]]++
		} else {
			benign[g.incidents[i]]++
		}
	}
	largest, swallowed, both := 0, 0, 0
	for group, n := range size {
		largest = max(largest, n)
		if attack[group] > 0 {
			r.incidents++
			swallowed += benign[group]
			if benign[group] > 0 {
				both++
			}
		}
	}
	r.groups = len(size)
	if s.benign > 0 {
		r.noise = float64(swallowed) / float64(s.benign)
	}
	if len(size) > 0 {
		r.overmerge = float64(both) / float64(len(size))
		r.largest = float64(largest) / float64(len(s.rows))
	}
	return r
}

// mean is the result over scenarios: classes of all scenarios count the same,
// shares are means, and the largest group is the largest.
func mean(results []result) (m result) {
	n := float64(max(1, len(results)))
	for _, r := range results {
		m.campaign.add(r.campaign)
		m.step.add(r.step)
		m.noise += r.noise / n
		m.overmerge += r.overmerge / n
		m.largest = max(m.largest, r.largest)
		m.incidents += r.incidents
		m.groups += r.groups
	}
	return m
}
