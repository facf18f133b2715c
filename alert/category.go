package alert

import (
	"slices"

	"github.com/incidentkit/incidentkit/alert/attack"
)

// Category is what kind of activity an alert is about. The service declares a
// string and publishes no full list, so any text that is not empty is legal;
// the constants are the values that documents name.
//
// Sources: Learn, "createAlertInput resource type"; the Defender for Endpoint
// alert queue page of 2020, the last one with a table; Impact is the example
// of the page "List incidents API in Microsoft Defender XDR".
type Category string

// The documented categories. Twelve of them are named like ATT&CK tactics, the
// last five are Defender's own.
const (
	InitialAccess       Category = "InitialAccess"
	Execution           Category = "Execution"
	Persistence         Category = "Persistence"
	PrivilegeEscalation Category = "PrivilegeEscalation"
	DefenseEvasion      Category = "DefenseEvasion"
	CredentialAccess    Category = "CredentialAccess"
	Discovery           Category = "Discovery"
	LateralMovement     Category = "LateralMovement"
	Collection          Category = "Collection"
	Exfiltration        Category = "Exfiltration"
	CommandAndControl   Category = "CommandAndControl"
	Impact              Category = "Impact"
	Exploit             Category = "Exploit"
	Malware             Category = "Malware"
	Ransomware          Category = "Ransomware"
	SuspiciousActivity  Category = "SuspiciousActivity"
	UnwantedSoftware    Category = "UnwantedSoftware"
)

var categoryValues = [...]Category{
	InitialAccess, Execution, Persistence, PrivilegeEscalation, DefenseEvasion, CredentialAccess, Discovery, LateralMovement,
	Collection, Exfiltration, CommandAndControl, Impact, Exploit, Malware, Ransomware, SuspiciousActivity, UnwantedSoftware,
}

// Values lists the documented categories, in the order of the constants.
func (Category) Values() []Category { return slices.Clone(categoryValues[:]) }

// Known reports whether a document names the category.
func (c Category) Known() bool { return slices.Contains(categoryValues[:], c) }

// Tactics returns the tactics of the Enterprise matrix that the category stands
// for, in the order of the matrix. Categories of Defender's own, and texts that
// are no tactic's name, have none.
//
// DefenseEvasion is a tactic that ATT&CK v19 split in two, Stealth and Defense
// Impairment, while Defender kept the old word. The techniques of the alert
// decide which of the two is meant, if either: see
// [attack.LegacyDefenseEvasion].
func (c Category) Tactics(techniques ...attack.ID) attack.TacticSet {
	if c == DefenseEvasion {
		return attack.LegacyDefenseEvasion(techniques...)
	}
	tactic, ok := attack.TacticByShortname(attack.Enterprise, shortname(c))
	if !ok {
		return attack.TacticSet{}
	}
	set, _ := attack.TacticSetOf(tactic.ID) // the id comes from the same table
	return set
}

// shortname turns CommandAndControl into command-and-control.
func shortname(c Category) string {
	b := make([]byte, 0, len(c)+4)
	for i := range len(c) {
		if 'A' <= c[i] && c[i] <= 'Z' {
			if i > 0 {
				b = append(b, '-')
			}
			b = append(b, c[i]+'a'-'A')
		} else {
			b = append(b, c[i])
		}
	}
	return string(b)
}
