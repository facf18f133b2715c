package incident

import "time"

// Receipt says what became of a submitted draft. It can be stored as JSON, and
// is all that is needed to go on with a submission that broke off.
type Receipt struct {
	// IncidentID is the incident's number in decimal digits; it is empty while
	// none is known.
	IncidentID string `json:"incidentId,omitzero"`
	// ResourceID is the incident's id in Azure Resource Manager; Microsoft Graph
	// gives none.
	ResourceID string `json:"resourceId,omitzero"`
	// IncidentWebURL is the incident's page in the portal.
	IncidentWebURL string `json:"incidentWebUrl,omitzero"`
	// RedirectedFrom are the incidents that the alerts were in before, when the
	// service has merged theirs into another since, oldest first.
	RedirectedFrom []string `json:"redirectedFrom,omitempty"`
	// Alerts are the alerts that were created, in the order of the draft.
	Alerts []AlertReceipt `json:"alerts,omitempty"`
	// Steps are all the steps of the submission in their order, also those that
	// were not reached.
	Steps []Step `json:"steps"`
	// NotCarried lists what the target had no place for, and what a bookmark that was
	// there already does not say. It is empty for Microsoft Graph, which carries a whole
	// draft.
	NotCarried []Omission `json:"notCarried,omitempty"`
	// Draft is what was submitted.
	Draft Draft `json:"draft"`
}

// AlertReceipt names an alert that was created.
type AlertReceipt struct {
	// ID names the alert, ProviderAlertID is its id in the product that raised
	// it.
	ID              string `json:"id"`
	ProviderAlertID string `json:"providerAlertId,omitzero"`
	// WebURL is the alert's page in the portal.
	WebURL string `json:"alertWebUrl,omitzero"`
}

// Action is what a step of a submission does.
type Action string

// The actions, in the order in which a submission takes them: the first three by
// Microsoft Graph, the others and comments by Azure Resource Manager.
const (
	ActionCreateAlert       Action = "createAlert"
	ActionUpdateIncident    Action = "updateIncident"
	ActionCommentOnIncident Action = "commentOnIncident"
	ActionCreateIncident    Action = "createIncident"
	ActionCreateTask        Action = "createTask"
	ActionCreateBookmark    Action = "createBookmark"
	ActionRelateBookmark    Action = "relateBookmark"
	ActionRelateAlert       Action = "relateAlert"
)

// State is how far a step of a submission has come.
type State string

// The states of a step. An uncertain step was sent and may have been executed; to
// send it again could do it twice, except by Azure Resource Manager.
const (
	StatePending   State = "pending"
	StateDone      State = "done"
	StateFailed    State = "failed"
	StateUncertain State = "uncertain"
)

// Step is one request of a submission.
type Step struct {
	// Action is what the step does.
	Action Action `json:"action"`
	// Alert is the index of the draft's alert that the step creates, or a
	// bookmark or a task for.
	Alert int `json:"alert,omitzero"`
	// Resource is the id in Azure Resource Manager of what the step creates,
	// which is known before it does.
	Resource string `json:"resource,omitzero"`
	// Existed tells that it was there already, and that the step left it alone.
	Existed bool `json:"existed,omitzero"`
	// State is how far it has come.
	State State `json:"state"`
	// Since is when an uncertain step was first sent, by the clock of this
	// machine: what it did, if it did anything, was not done before.
	Since time.Time `json:"since,omitzero"`
}

// Omission is a part of a draft that a target could not carry.
type Omission struct {
	// Path leads to the part in the draft's JSON form.
	Path string `json:"path"`
	// Reason says why, in a sentence.
	Reason string `json:"reason"`
}

// Redirect notes that the service has merged the receipt's incident into
// another.
func (r *Receipt) Redirect(incidentID, webURL string) {
	r.RedirectedFrom = append(r.RedirectedFrom, r.IncidentID)
	r.IncidentID, r.IncidentWebURL = incidentID, webURL
}

// Done reports whether all steps are done.
func (r *Receipt) Done() bool {
	for _, s := range r.Steps {
		if s.State != StateDone {
			return false
		}
	}
	return true
}
