package attack_test

import (
	"fmt"
	"slices"

	"github.com/incidentkit/incidentkit/alert/attack"
)

func ExampleLookup() {
	technique, ok := attack.Lookup("T1566.002")
	if !ok {
		fmt.Println("not in ATT&CK v" + attack.Version)
		return
	}
	fmt.Println(technique.DisplayName())
	fmt.Println(technique.URL())
	for tactic := range technique.Tactics.All() {
		fmt.Println(tactic.ID, tactic.Name)
	}
	// Output:
	// Phishing: Spearphishing Link
	// https://attack.mitre.org/techniques/T1566/002
	// TA0001 Initial Access
}

func ExampleResolve() {
	for _, id := range []attack.ID{"T1078", "T1562.001", "T1150", "T1431", "T1454", "T1999"} {
		fmt.Println(attack.Resolve(id))
	}
	r := attack.Resolve("T1150")
	fmt.Println(r.Outcome, r.Hops, r.Tactics())
	// Output:
	// T1078 (Valid Accounts) is active
	// T1562.001 is revoked, now T1685 (Disable or Modify Tools)
	// T1150 is revoked, now T1647 (Plist File Modification)
	// T1431 is revoked, now T1476 (Deliver Malicious App via Other Means), which is deprecated
	// T1454 (Malicious SMS Message) is revoked and has no successor
	// "T1999" is not a technique of ATT&CK v19.1
	// current [T1547.011 T1647] TA0112
}

func ExampleParse() {
	for _, text := range []string{"t1059/001", "attack.t1078", "https://attack.mitre.org/techniques/T1566/002/", "T1059.1"} {
		id, err := attack.Parse(text)
		fmt.Println(id, err)
	}
	// Output:
	// T1059.001 <nil>
	// T1078 <nil>
	// T1566.002 <nil>
	//  attack: no technique id at offset 7, in "T1059.1": the sub-technique's number must have three digits, as in T1059.001; found 1
}

func ExampleParseList() {
	ids, err := attack.ParseList("T1078;t1078.004, T9999")
	fmt.Println(ids, err)
	// Output:
	// [T1078 T1078.004 T9999] <nil>
}

func ExampleLegacyDefenseEvasion() {
	fmt.Println(attack.LegacyDefenseEvasion())
	fmt.Println(attack.LegacyDefenseEvasion("T1562.001", "T1059.001"))
	fmt.Println(attack.LegacyDefenseEvasion("T1027"))
	fmt.Println(attack.LegacyDefenseEvasion("T1548").Len())
	// Output:
	// TA0005,TA0112
	// TA0112
	// TA0005
	// 0
}

func ExampleID_InAnyTactic() {
	fmt.Println(attack.ID("T1562").InAnyTactic(attack.Stealth))
	fmt.Println(attack.ID("T1562").InAnyTactic(attack.DefenseImpairment, attack.Impact))
	// Output:
	// false
	// true
}

func ExampleTactics() {
	for tactic := range attack.Tactics(attack.ICS) {
		fmt.Println(tactic.Column, tactic.ID, tactic.Shortname)
		if tactic.Column == 3 {
			break
		}
	}
	// Output:
	// 1 TA0108 initial-access
	// 2 TA0104 execution
	// 3 TA0110 persistence
}

func ExampleTacticByShortname() {
	for _, domain := range []attack.Domain{attack.Enterprise, attack.Mobile, attack.ICS} {
		tactic, ok := attack.TacticByShortname(domain, "defense-evasion")
		fmt.Println(domain, tactic.ID, ok)
	}
	// Output:
	// enterprise-attack  false
	// mobile-attack TA0030 true
	// ics-attack  false
}

func ExampleLookupTactic() {
	tactic, _ := attack.LookupTactic("TA0005")
	fmt.Println(tactic.Name, tactic.URL())
	// Output:
	// Stealth https://attack.mitre.org/tactics/TA0005
}

func ExampleChildren() {
	for technique := range attack.Children("T1134") {
		fmt.Println(technique.ID, technique.Name)
	}
	// Output:
	// T1134.001 Token Impersonation/Theft
	// T1134.002 Create Process with Token
	// T1134.003 Make and Impersonate Token
	// T1134.004 Parent PID Spoofing
	// T1134.005 SID-History Injection
}

// The active techniques in one column of the matrix.
func ExampleTechniques() {
	count := 0
	for technique := range attack.Techniques() {
		if technique.Status == attack.Active && technique.Tactics.Has(attack.ICSImpact) {
			count++
		}
	}
	fmt.Println(count)
	// Output:
	// 12
}

func ExampleTacticSetOf() {
	set, err := attack.TacticSetOf(attack.Impact, attack.InitialAccess, attack.DefenseImpairment)
	fmt.Println(slices.Collect(set.IDs()), err)
	// Output:
	// [TA0001 TA0112 TA0040] <nil>
}
