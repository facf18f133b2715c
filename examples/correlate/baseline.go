package main

import "fmt"

// A baseline links an alert to the last one with the same key, if that is not
// longer ago than the window.
type baseline struct {
	keys   string
	window int64 // seconds
}

var baselines = []baseline{
	{"time only", 2}, {"time only", 60}, {"time only", 900},
	{"host", 2}, {"host", 60}, {"host", 3600}, {"host", 86400},
	{"host AND detector", 2}, {"host AND detector", 3600},
	{"host OR detector", 2}, {"host OR detector", 60}, {"host OR detector", 3600},
}

func (b baseline) name() string {
	switch {
	case b.window >= 3600:
		return fmt.Sprintf("%s %dh", b.keys, b.window/3600)
	case b.window > 60:
		return fmt.Sprintf("%s %dmin", b.keys, b.window/60)
	default:
		return fmt.Sprintf("%s %ds", b.keys, b.window)
	}
}

func (b baseline) group(s *scenario) grouping {
	type key struct{ host, detector int32 }
	last := map[key]int32{}
	parents := make(partition, len(s.rows))
	for i, r := range s.rows {
		parents[i] = int32(i)
		var keys []key
		switch b.keys {
		case "time only":
			keys = []key{{-1, -1}}
		case "host":
			keys = []key{{r.host, -1}}
		case "host AND detector":
			keys = []key{{r.host, r.detector}}
		case "host OR detector":
			keys = []key{{r.host, -1}, {-1, r.detector}}
		}
		for _, k := range keys {
			if j, ok := last[k]; ok && r.time-s.rows[j].time <= b.window {
				parents[parents.root(j)] = parents.root(int32(i))
			}
			last[k] = int32(i)
		}
	}
	for i := range parents {
		parents[i] = parents.root(int32(i))
	}
	return grouping{parents, parents}
}

func (p partition) root(i int32) int32 {
	for p[i] != i {
		p[i] = p[p[i]]
		i = p[i]
	}
	return i
}
