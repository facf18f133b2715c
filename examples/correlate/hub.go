package main

// A hub is a value that is the same in many alerts of a scenario, as an attacker
// would plant it, or the address of a scanner that every host talks to.
type hub struct {
	name string
	in   func(alert, of int) bool
}

var hubs = []hub{
	{"hub from start", func(int, int) bool { return true }},
	{"hub after 5 %", func(i, n int) bool { return i >= n/20 }},
	{"hub after 25 %", func(i, n int) bool { return i >= n/4 }},
	{"hub after 50 %", func(i, n int) bool { return i >= n/2 }},
	// Spread by the golden ratio: the more, the later.
	{"growing hub", func(i, n int) bool { return uint64(uint32(i)*2654435769)*uint64(n)>>32 < uint64(i) }},
}
