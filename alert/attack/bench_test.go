package attack_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert/attack"
)

// TestAllocations holds which calls leave the heap alone.
func TestAllocations(t *testing.T) {
	set := tacticSet(t, attack.Impact, attack.Stealth, attack.Execution)
	var technique attack.Technique
	var count int
	for name, call := range map[string]func(){
		"Lookup":               func() { technique, _ = attack.Lookup("T1059.001") },
		"Lookup revoked":       func() { technique, _ = attack.Lookup("T1562.001") },
		"Lookup unknown":       func() { _, _ = attack.Lookup("T9999") },
		"Resolve":              func() { technique = attack.Resolve("T1059.001").Technique },
		"LookupTactic":         func() { _, _ = attack.LookupTactic("TA0105") },
		"TacticByShortname":    func() { _, _ = attack.TacticByShortname(attack.ICS, "impact") },
		"InAnyTactic":          func() { _ = attack.ID("T1059").InAnyTactic(attack.Impact, attack.Execution) },
		"LegacyDefenseEvasion": func() { _ = attack.LegacyDefenseEvasion("T1685", "T1027") },
		"Parse known":          func() { _, _ = attack.Parse("https://attack.mitre.org/techniques/T1059/001/") },
		"TacticSet.All": func() {
			for tactic := range set.All() {
				count += tactic.Column
			}
		},
		"TacticSet.IDs": func() {
			for id := range set.IDs() {
				count += len(id)
			}
		},
		"Techniques": func() {
			for x := range attack.Techniques() {
				count += len(x.Name)
			}
		},
		"Children": func() {
			for x := range attack.Children("T1059") {
				count += len(x.Name)
			}
		},
		"Tactics": func() {
			for x := range attack.Tactics(attack.Enterprise) {
				count += x.Column
			}
		},
	} {
		require.Zero(t, testing.AllocsPerRun(100, call), name)
	}
	require.NotZero(t, count)
	require.NotZero(t, technique)
}

// TestNoStartupWork starts this test program again and asks the runtime which packages it initialises: those without
// initialisation do not occur.
func TestNoStartupWork(t *testing.T) {
	if testing.CoverMode() != "" {
		t.Skip("the counting of coverage gives every package an initialisation")
	}
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	require.NoError(t, err, string(trace))
	require.Contains(t, string(trace), "init runtime @", "the trace is on")
	for line := range strings.Lines(string(trace)) {
		require.False(t, strings.HasPrefix(line, "init github.com/incidentkit/incidentkit/alert/attack @"), line)
	}
}

func BenchmarkLookup(b *testing.B) {
	var all []attack.ID
	for x := range attack.Techniques() {
		all = append(all, x.ID)
	}
	for name, ids := range map[string][]attack.ID{
		"one": {"T1059.001"}, "revoked": {"T1562.001"}, "unknown": {"T9999"}, "every": spread(all),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				attack.Lookup(ids[i])
				if i++; i == len(ids) {
					i = 0
				}
			}
		})
	}
}

// spread puts the ids into an order that no branch predictor learns, and always the same.
func spread(ids []attack.ID) []attack.ID {
	out := slices.Clone(ids)
	for i, state := len(out)-1, uint32(1); i > 0; i-- {
		state = state*1664525 + 1013904223
		j := int(state>>8) % (i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func BenchmarkResolve(b *testing.B) {
	for _, id := range []attack.ID{"T1059.001", "T1562.001", "T1073"} {
		b.Run(string(id), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				attack.Resolve(id)
			}
		})
	}
}

func BenchmarkLookupTactic(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		attack.LookupTactic(attack.ICSImpact)
	}
}

func BenchmarkLegacyDefenseEvasion(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		attack.LegacyDefenseEvasion("T1059.001", "T1685", "T1027")
	}
}

func BenchmarkParse(b *testing.B) {
	for name, text := range map[string]string{
		"id": "T1059.001", "tag": "attack.t1059.001", "address": "https://attack.mitre.org/techniques/T1059/001/",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = attack.Parse(text)
			}
		})
	}
}

func BenchmarkParseList(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = attack.ParseList("T1078;T1078.004;t1086, attack.t1059.001")
	}
}
