package incident

import (
	"slices"

	"github.com/incidentkit/incidentkit/alert"
)

// RollUpSeverity returns the severity of an incident whose alerts have the
// given ones: the highest. Without alerts, and where no alert has a severity
// that is ranked, it is unknown.
//
// Source: Learn, "Manage incidents in Microsoft Defender". Whether a severity
// that a person has set survives the next alert is not documented; this
// function does not know of one.
func RollUpSeverity(severities ...alert.Severity) alert.Severity {
	ranks := []alert.Severity{alert.SeverityUnknown, alert.Informational, alert.Low, alert.Medium, alert.High}
	highest := 0
	for _, s := range severities {
		highest = max(highest, slices.Index(ranks, s))
	}
	return ranks[highest]
}

// RollUpStatus returns the status that the alerts of an incident suggest for
// it: resolved when all are resolved, active when none has been touched, in
// progress otherwise. An incident without alerts is active.
//
// The service resolves the alerts of an incident that is resolved; that it
// resolves an incident when its last alert is, is our inference from the
// portal's behaviour and documented nowhere.
func RollUpStatus(statuses ...alert.Status) Status {
	untouched, resolved := 0, 0
	for _, s := range statuses {
		switch s {
		case alert.StatusResolved:
			resolved++
		case alert.StatusNew, alert.StatusUnknown, "":
			untouched++
		}
	}
	switch len(statuses) {
	case untouched:
		return StatusActive
	case resolved:
		return StatusResolved
	default:
		return StatusInProgress
	}
}

// Open reports whether an incident can still be worked on and merged: it is
// neither resolved nor redirected. A status that nobody knows counts as open.
func (s Status) Open() bool { return s != StatusResolved && s != StatusRedirected }

// Resolve returns what the service does to the alerts of an incident that is
// resolved: the update for each alert that is not resolved yet. The alerts take
// over the incident's classification and determination.
//
// Source: Learn, "Manage incidents in Microsoft Defender", where resolving an
// incident resolves all linked active alerts. Closing an incident case, the
// preview that follows incidents, does not.
func Resolve(classification alert.Classification, determination alert.Determination) (Update, alert.Update) {
	i, a := Update{Status: new(StatusResolved)}, alert.Update{Status: new(alert.StatusResolved)}
	if classification != "" {
		i.Classification, a.Classification = new(classification), new(classification)
	}
	if determination != "" {
		i.Determination, a.Determination = new(determination), new(determination)
	}
	return i, a
}
