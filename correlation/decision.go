package correlation

import (
	"encoding/hex"
	"fmt"
)

// ID names an incident of an engine. It follows from the tenant and the alert
// that opened the incident, so that the same alerts give the same ids in every
// engine. The zero ID is no incident's.
type ID [16]byte

// IsZero reports whether the ID is no incident's.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the id as 32 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of String.
func (id *ID) UnmarshalText(text []byte) error {
	got, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = got
	return nil
}

// ParseID reads the form of [ID.String].
func ParseID(s string) (ID, error) {
	var id ID
	if b, err := hex.DecodeString(s); err != nil || copy(id[:], b) != len(id) || len(b) != len(id) {
		return ID{}, fmt.Errorf("%.40q is no incident id; those have 32 hexadecimal digits", s)
	}
	return id, nil
}

// Kind is what was decided of an alert.
type Kind string

// The kinds of decisions.
const (
	// Opened: nothing known belongs to the alert, and it has an incident of its own.
	Opened Kind = "opened"
	// Joined: the alert is in an incident that was there before.
	Joined Kind = "joined"
	// Merged: the alert joined an incident and made others one with it.
	Merged Kind = "merged"
	// Refused: the evidence was enough, but a rule kept the alert from joining, and
	// it has an incident of its own.
	Refused Kind = "refused"
	// Excluded: the alert takes no part in correlation and is alone.
	Excluded Kind = "excluded"
	// Linked: the alert is where its Link said.
	Linked Kind = "linked"
	// Repeated: an alert with this id was there before; nothing has changed.
	Repeated Kind = "repeated"
)

// Decision is the answer for one alert.
type Decision struct {
	Kind Kind
	// Alert is the alert's id.
	Alert string
	// Incident is where the alert is, and Version the number of the state that the
	// incident is in. A version says the same in every run; whoever passes
	// decisions on can drop those that are not newer.
	Incident ID
	Version  uint32
	// Stage numbers the runs of activity that an incident consists of. Alerts
	// of one incident with the same number are one run; the numbers mean nothing
	// else.
	Stage uint32
	// Bits is the evidence for joining.
	Bits float64
	// Final tells that only a person's act or a merger will change the decision.
	Final bool
	// Late tells that the alert came after its order was settled.
	Late bool
	// Collapsed tells that the alert was counted as a repeat and not stored.
	Collapsed bool
	// KeysDropped is how many keys were not looked at.
	KeysDropped int
	// Merged are the incidents that were merged into Incident, or before that into
	// each other, on account of this alert.
	Merged []ID
	// Related are incidents for which there is evidence, but not enough to join.
	Related []Relation
	// Refused are incidents for which there was enough, and the rules that forbade.
	Refused []Refusal
}

// Relation is evidence that is not enough.
type Relation struct {
	Incident ID
	Bits     float64
}

// Refusal is an incident that was not joined or merged with, and why.
type Refusal struct {
	Incident ID
	Bits     float64
	Rule     Rule
}

// Rule is a reason for which an incident accepts no alert, or is not merged with
// another.
type Rule string

// The rules. The first group is documented by Learn, "Alert correlation and
// incident merging in the Microsoft Defender portal"; the second is that of an
// incident's life.
const (
	RuleResolved       Rule = "resolved"       // the incident is closed
	RuleOwner          Rule = "owner"          // two owners
	RuleClassification Rule = "classification" // two classifications
	RuleDetermination  Rule = "determination"  // two determinations
	RuleEntities       Rule = "entities"       // more entities than allowed
	RuleDeviceGroup    Rule = "deviceGroup"    // devices of two groups
	RuleExcluded       Rule = "excluded"       // the incident takes no part in correlation
	RuleWorkspace      Rule = "workspace"      // the incident is in another tenant or workspace

	RuleIdle     Rule = "idle"     // no alert for longer than IdleClose
	RuleAge      Rule = "age"      // the first alert is older than MaxAge
	RuleHub      Rule = "hub"      // only a value that turned out to be common holds it together
	RuleDistinct Rule = "distinct" // a person said that the two are distinct
	RuleUnknown  Rule = "unknown"  // the link names no incident that is known
)

var ruleTexts = map[Rule]string{
	RuleResolved: "it is resolved", RuleOwner: "the two are assigned to different people",
	RuleClassification: "the two are classified differently", RuleDetermination: "the two are determined differently",
	RuleEntities: "together they would have too many entities", RuleDeviceGroup: "their devices are in different groups",
	RuleExcluded: "it is excluded from correlation", RuleWorkspace: "it is in another tenant or workspace",
	RuleIdle: "it has had no alert for too long", RuleAge: "its first alert is too old",
	RuleHub:      "only a value that turned out to be common holds it together",
	RuleDistinct: "a person said that the two are distinct", RuleUnknown: "it is not known",
}

// String returns the rule in words that continue "the incident was not joined: ".
func (r Rule) String() string {
	if s, ok := ruleTexts[r]; ok {
		return s
	}
	return string(r)
}
