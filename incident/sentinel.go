package incident

import "github.com/incidentkit/incidentkit/alert"

// Verdict is what Microsoft Graph says of an incident's standing.
type Verdict struct {
	Severity       alert.Severity
	Status         Status
	Classification alert.Classification
	Determination  alert.Determination
}

// SentinelVerdict is what Microsoft Sentinel says of it, in the words of Azure
// Resource Manager. All four are open sets.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-09-01, IncidentProperties.
type SentinelVerdict struct {
	// Severity is High, Medium, Low or Informational.
	Severity string
	// Status is New, Active or Closed.
	Status string
	// Classification is Undetermined, TruePositive, BenignPositive or
	// FalsePositive, and empty while there is none.
	Classification string
	// Reason is SuspiciousActivity, SuspiciousButExpected, IncorrectAlertLogic
	// or InaccurateData, and empty where none goes with the classification.
	Reason string
}

// A correspondence is a word of Graph and the word of Sentinel for it.
type correspondence struct {
	graph, sentinel string
	// lost says what the word of Sentinel does not say, and is empty for exact
	// correspondences, which are also used in the other direction.
	lost string
}

var (
	severities = [...]correspondence{
		{graph: string(alert.High), sentinel: "High"},
		{graph: string(alert.Medium), sentinel: "Medium"},
		{graph: string(alert.Low), sentinel: "Low"},
		{graph: string(alert.Informational), sentinel: "Informational"},
	}

	// An incident is born active in Defender and New in Sentinel; Sentinel's
	// Active is Defender's in progress.
	statuses = [...]correspondence{
		{graph: string(StatusActive), sentinel: "New"},
		{graph: string(StatusInProgress), sentinel: "Active"},
		{graph: string(StatusResolved), sentinel: "Closed"},
		{string(StatusRedirected), "Closed", "that the incident was merged into another"},
		{string(StatusAwaitingAction), "Active", "that Defender Experts wait for an action"},
	}

	classifications = [...]correspondence{
		{graph: string(alert.ClassificationUnknown), sentinel: "Undetermined"},
		{graph: string(alert.ClassificationTruePositive), sentinel: "TruePositive"},
		{graph: string(alert.ClassificationInformationalExpectedActivity), sentinel: "BenignPositive"},
		{graph: string(alert.ClassificationFalsePositive), sentinel: "FalsePositive"},
	}
)

func find(table []correspondence, graph string) (correspondence, bool) {
	for _, c := range table {
		if c.graph == graph {
			return c, true
		}
	}
	return correspondence{}, false
}

func findBack(table []correspondence, sentinel string) (string, bool) {
	for _, c := range table {
		if c.sentinel == sentinel && c.lost == "" {
			return c.graph, true
		}
	}
	return "", false
}

// Sentinel returns the verdict in Sentinel's words, and what is lost on the
// way. A severity that Sentinel has no word for becomes Medium, and a status
// New: Sentinel requires both, and these are the defaults of its portal.
//
// A reason is Sentinel's coarse form of a determination. The pairs of
// classification and reason are those of the portal; the choice between the two
// reasons of a false positive by the determination is ours.
func (v Verdict) Sentinel() (SentinelVerdict, []Omission) {
	var s SentinelVerdict
	var lost []Omission
	translate := func(path string, table []correspondence, word, otherwise string) string {
		c, ok := find(table, word)
		switch {
		case !ok && word == "":
			return otherwise
		case !ok:
			lost = append(lost, Omission{path, "Sentinel has no word for " + word + "; it becomes " + orNone(otherwise)})
			return otherwise
		case c.lost != "":
			lost = append(lost, Omission{path, "Sentinel cannot say " + c.lost + "; it becomes " + c.sentinel})
		}
		return c.sentinel
	}
	s.Severity = translate("severity", severities[:], string(v.Severity), "Medium")
	s.Status = translate("status", statuses[:], string(v.Status), "New")
	s.Classification = translate("classification", classifications[:], string(v.Classification), "")
	exact := false
	switch v.Classification {
	case alert.ClassificationTruePositive:
		s.Reason = "SuspiciousActivity"
	case alert.ClassificationInformationalExpectedActivity:
		s.Reason = "SuspiciousButExpected"
	case alert.ClassificationFalsePositive:
		s.Reason = "IncorrectAlertLogic"
		exact = v.Determination == alert.DeterminationNotMalicious
		if v.Determination == alert.DeterminationNotEnoughDataToValidate {
			s.Reason, exact = "InaccurateData", true
		}
	}
	if v.Determination != "" && v.Determination != alert.DeterminationUnknown && !exact {
		lost = append(lost, Omission{"determination", "Sentinel has no determination; of " + string(v.Determination) + " the reason keeps " + orNone(s.Reason)})
	}
	return s, lost
}

// Graph returns the verdict in the words of Microsoft Graph, and what is lost
// on the way. A word that Graph has no word for becomes unknown, or for the
// status active.
func (s SentinelVerdict) Graph() (Verdict, []Omission) {
	var lost []Omission
	translate := func(path string, table []correspondence, word, otherwise string) string {
		if word == "" {
			return ""
		}
		graph, ok := findBack(table, word)
		if !ok {
			lost = append(lost, Omission{path, "Microsoft Graph has no word for " + word + "; it becomes " + otherwise})
			return otherwise
		}
		return graph
	}
	v := Verdict{
		Severity:       alert.Severity(translate("severity", severities[:], s.Severity, string(alert.SeverityUnknown))),
		Status:         Status(translate("status", statuses[:], s.Status, string(StatusActive))),
		Classification: alert.Classification(translate("classification", classifications[:], s.Classification, string(alert.ClassificationUnknown))),
	}
	switch s.Reason {
	case "":
	case "IncorrectAlertLogic":
		v.Determination = alert.DeterminationNotMalicious
	case "InaccurateData":
		v.Determination = alert.DeterminationNotEnoughDataToValidate
	case "SuspiciousActivity", "SuspiciousButExpected":
		// These repeat the classification; nothing more is known.
	default:
		lost = append(lost, Omission{"classificationReason", "Microsoft Graph has no word for " + s.Reason})
	}
	return v, lost
}

func orNone(word string) string {
	if word == "" {
		return "nothing"
	}
	return word
}
