package attack

// These tests are inside the package because releases with faults must be made up.

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// madeUp returns a release of techniques T0001, T0002 and so on. What each is follows from its element: "active",
// "deprecated", or, for a revoked one, the number of its successor or "" for none.
func madeUp(kinds ...string) *table {
	t := &table{platforms: []Platforms{""}, starts: []uint16{0}, lowest: 1}
	for i, kind := range kinds {
		r := row{number: uint32(i+1) * 1000, tactics: 1}
		t.text += fmt.Sprintf("T%04dName", i+1)
		switch kind {
		case "active":
		case "deprecated":
			r.flags = deprecated
		case "":
			r.flags = revoked
		default:
			r.flags = revoked | toTechnique
			t.text += fmt.Sprintf("T%04s", kind)
		}
		t.rows = append(t.rows, r)
		t.index = append(t.index, uint16(i))
		t.starts = append(t.starts, uint16(len(t.text)))
	}
	t.index = append(t.index, uint16(len(t.rows)))
	return t
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		id      ID
		hops    []ID
		end     ID
		outcome Outcome
		tactics []TacticID
		text    string
	}{
		{"T1059.001", nil, "T1059.001", OutcomeCurrent, []TacticID{Execution},
			"T1059.001 (Command and Scripting Interpreter: PowerShell) is active"},
		{"T1086", []ID{"T1059.001"}, "T1059.001", OutcomeCurrent, []TacticID{Execution},
			"T1086 is revoked, now T1059.001 (Command and Scripting Interpreter: PowerShell)"},
		{"T1073", []ID{"T1574.002", "T1574.001"}, "T1574.001", OutcomeCurrent, []TacticID{Execution, Stealth},
			"T1073 is revoked, now T1574.001 (Hijack Execution Flow: DLL)"},
		{"T1150", []ID{"T1547.011", "T1647"}, "T1647", OutcomeCurrent, []TacticID{DefenseImpairment},
			"T1150 is revoked, now T1647 (Plist File Modification)"},
		{"T1162", []ID{"T1547.011", "T1647"}, "T1647", OutcomeCurrent, []TacticID{DefenseImpairment},
			"T1162 is revoked, now T1647 (Plist File Modification)"},
		{"T1562", []ID{"T1685"}, "T1685", OutcomeCurrent, []TacticID{DefenseImpairment},
			"T1562 is revoked, now T1685 (Disable or Modify Tools)"},
		{"T1562.001", []ID{"T1685"}, "T1685", OutcomeCurrent, []TacticID{DefenseImpairment},
			"T1562.001 is revoked, now T1685 (Disable or Modify Tools)"},
		{"T0855", []ID{"T1692.001"}, "T1692.001", OutcomeCurrent, []TacticID{ICSEvasion, ICSImpairProcessControl},
			"T0855 is revoked, now T1692.001 (Unauthorized Message: Command Message)"},
		{"T1431", []ID{"T1476"}, "T1476", OutcomeDeprecated, []TacticID{MobileInitialAccess},
			"T1431 is revoked, now T1476 (Deliver Malicious App via Other Means), which is deprecated"},
		{"T1064", nil, "T1064", OutcomeDeprecated, []TacticID{Execution, Stealth}, "T1064 (Scripting) is deprecated"},
		{"T1454", nil, "T1454", OutcomeNoSuccessor, nil, "T1454 (Malicious SMS Message) is revoked and has no successor"},
		// One published table of redirects sends these two elsewhere, though they are active.
		{"T1534", nil, "T1534", OutcomeCurrent, []TacticID{LateralMovement}, "T1534 (Internal Spearphishing) is active"},
		{"T1566.003", nil, "T1566.003", OutcomeCurrent, []TacticID{InitialAccess}, "T1566.003 (Phishing: Spearphishing via Service) is active"},
		{"T9999", nil, "", OutcomeUnknown, nil, `"T9999" is not a technique of ATT&CK v19.1`},
		{"t1086", nil, "", OutcomeUnknown, nil, `"t1086" is not a technique of ATT&CK v19.1`},
		{"", nil, "", OutcomeUnknown, nil, `"" is not a technique of ATT&CK v19.1`},
	} {
		got := Resolve(tt.id)
		require.Equal(t, tt.id, got.ID)
		require.Equal(t, tt.hops, got.Hops, tt.id)
		require.Equal(t, tt.end, got.Technique.ID, tt.id)
		require.Equal(t, tt.outcome, got.Outcome, tt.id)
		require.Equal(t, tt.tactics, slices.Collect(got.Tactics().IDs()), tt.id)
		require.Equal(t, tt.text, got.String())
	}
}

// TestResolveEverything follows every revocation of the release and counts what comes of it.
func TestResolveEverything(t *testing.T) {
	outcomes, levels, sources := map[Outcome]int{}, map[string]int{}, map[ID]int{}
	var long []ID
	for x := range Techniques() {
		r := Resolve(x.ID)
		checkResolution(t, &release, x.ID, r)
		if x.Status != Revoked {
			require.Empty(t, r.Hops, x.ID)
			continue
		}
		outcomes[r.Outcome]++
		if len(r.Hops) > 1 {
			long = append(long, x.ID)
		}
		if x.RevokedBy != "" {
			sources[x.RevokedBy]++
			levels[fmt.Sprintf("sub %t to %t", x.IsSubtechnique(), x.RevokedBy.IsSubtechnique())]++
		}
	}
	require.Equal(t, map[Outcome]int{OutcomeCurrent: 202, OutcomeDeprecated: 8, OutcomeNoSuccessor: 1}, outcomes)
	require.Equal(t, []ID{"T1073", "T1150", "T1162"}, long)
	require.Equal(t, map[string]int{"sub false to true": 154, "sub true to false": 7, "sub false to false": 39, "sub true to true": 10}, levels)
	require.Equal(t, 6, sources["T1638"])
	require.Equal(t, 5, sources["T1685"])
}

func TestResolveFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		table   *table
		hops    []ID
		end     ID
		outcome Outcome
		text    string
	}{
		"its own successor":     {madeUp("1"), nil, "T0001", OutcomeCycle, "T0001 is revoked, and its successors replace each other in a circle"},
		"a circle of two":       {madeUp("2", "1"), []ID{"T0002"}, "T0002", OutcomeCycle, "T0001 is revoked, and its successors replace each other in a circle"},
		"a circle further on":   {madeUp("2", "3", "4", "2"), []ID{"T0002", "T0003", "T0004"}, "T0004", OutcomeCycle, "T0001 is revoked, and its successors replace each other in a circle"},
		"a circle of one later": {madeUp("2", "2"), []ID{"T0002"}, "T0002", OutcomeCycle, "T0001 is revoked, and its successors replace each other in a circle"},
		"a successor not held":  {madeUp("7"), nil, "T0001", OutcomeNoSuccessor, "T0001 (Name) is revoked and has no successor"},
		"no successor later":    {madeUp("2", ""), []ID{"T0002"}, "T0002", OutcomeNoSuccessor, "T0001 is revoked, now T0002 (Name), which is revoked and has no successor"},
		"three hops":            {madeUp("3", "4", "2", "active"), []ID{"T0003", "T0002", "T0004"}, "T0004", OutcomeCurrent, "T0001 is revoked, now T0004 (Name)"},
	} {
		r := tt.table.resolve("T0001")
		require.Equal(t, Resolution{ID: "T0001", Hops: tt.hops, Technique: r.Technique, Outcome: tt.outcome}, r, name)
		require.Equal(t, tt.end, r.Technique.ID, name)
		require.Equal(t, tt.text, r.String(), name)
		checkResolution(t, tt.table, "T0001", r)
	}
}

// checkResolution holds what is true of every resolution in every release.
func checkResolution(t *testing.T, release *table, id ID, r Resolution) {
	t.Helper()
	start, known := release.lookup(id)
	require.Equal(t, id, r.ID)
	require.Equal(t, known, r.Outcome != OutcomeUnknown)
	if !known {
		require.Zero(t, r.Technique)
		require.Empty(t, r.Hops)
		return
	}
	at := start
	seen := map[ID]bool{id: true}
	for _, hop := range r.Hops {
		require.Equal(t, at.RevokedBy, hop, "each hop is the successor of the one before")
		require.False(t, seen[hop], "no hop is taken twice")
		seen[hop] = true
		at, _ = release.lookup(hop)
		require.Equal(t, hop, at.ID, "each hop is in the release")
	}
	require.Equal(t, at, r.Technique)
	switch r.Outcome {
	case OutcomeCurrent:
		require.Equal(t, Active, at.Status)
	case OutcomeDeprecated:
		require.Equal(t, Deprecated, at.Status)
	case OutcomeNoSuccessor:
		require.Equal(t, Revoked, at.Status)
		_, held := release.lookup(at.RevokedBy)
		require.False(t, held)
	case OutcomeCycle:
		require.True(t, seen[at.RevokedBy])
	default:
		require.Fail(t, "outcome", r.Outcome)
	}
	if at.Status == Revoked {
		require.Zero(t, r.Tactics(), "the tactics of a revoked technique are stale")
	} else {
		require.Equal(t, at.Tactics, r.Tactics())
	}
	require.NotEmpty(t, r.String())
	if len(r.Hops) > 0 && r.Outcome != OutcomeCycle {
		again := release.resolve(r.Technique.ID)
		require.Equal(t, r.Outcome, again.Outcome, "the end is an end")
		require.Empty(t, again.Hops)
	}
}

func TestInAnyTactic(t *testing.T) {
	for _, tt := range []struct {
		id      ID
		tactics []TacticID
		want    bool
	}{
		{"T1685", []TacticID{DefenseImpairment}, true},
		{"T1562", []TacticID{DefenseImpairment}, true},
		{"T1562", []TacticID{Stealth}, false}, // what the revoked row says
		{"T1078", []TacticID{Impact, Stealth}, true},
		{"T1078", []TacticID{Impact, Collection}, false},
		{"T1078", nil, false},
		{"T1059", []TacticID{"TA0999", "", Execution}, true},
		{"T1454", []TacticID{MobileCollection}, false}, // revoked without a successor
		{"T1476", []TacticID{MobileInitialAccess}, true},
		{"T1476", []TacticID{InitialAccess}, false}, // of the same name, in another domain
		{"T9999", []TacticID{Execution}, false},
		{"", []TacticID{"", Execution}, false},
	} {
		require.Equal(t, tt.want, tt.id.InAnyTactic(tt.tactics...), tt)
	}
}

// FuzzResolve asks the embedded release, and one made up of the bytes, for any text.
func FuzzResolve(f *testing.F) {
	for _, id := range []string{"T1073", "T1150", "T1454", "T1562.001", "T1059", "T9999", "T0001", "", "t1073", "T1059.000"} {
		f.Add(id, []byte{2, 3, 4, 2})
	}
	f.Add("T0001", []byte{1})
	f.Add("T0002", []byte{0, 9, 253, 254, 255})
	f.Fuzz(func(t *testing.T, text string, kinds []byte) {
		id := ID(text)
		checkResolution(t, &release, id, Resolve(id))

		kinds = kinds[:min(len(kinds), 32)]
		words := make([]string, len(kinds))
		for i, kind := range kinds {
			switch kind {
			case 253:
				words[i] = "active"
			case 254:
				words[i] = "deprecated"
			case 255:
				words[i] = ""
			default:
				words[i] = fmt.Sprint(kind)
			}
		}
		fake := madeUp(words...)
		checkResolution(t, fake, id, fake.resolve(id))
		for i := range words {
			from := ID(fmt.Sprintf("T%04d", i+1))
			checkResolution(t, fake, from, fake.resolve(from))
		}
	})
}
