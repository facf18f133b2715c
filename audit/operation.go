package audit

// Operation is what was done. It is an open set: names that the constants do
// not have are legal everywhere.
type Operation string

// Operations that were observed in Microsoft's unified audit log, in records
// of type 232, MS365DIncident.
//
// Source: repository MicrosoftDocs/office-365-management-api, issue 296
// (2026-05-05).
const (
	UnAssignUserFromIncident       Operation = "UnAssignUserFromIncident"
	UpdateIncidentStatus           Operation = "UpdateIncidentStatus"
	RemoveTagsFromIncident         Operation = "RemoveTagsFromIncident"
	UpdateIncidentResolvingComment Operation = "UpdateIncidentResolvingComment"
	AddCommentToIncident           Operation = "AddCommentToIncident"
	UpdateIncidentSeverity         Operation = "UpdateIncidentSeverity"
)

// Operations that must exist as counterparts of the observed ones; their names
// are inferred and no public source has them.
const (
	AssignUserToIncident Operation = "AssignUserToIncident"
	AddTagsToIncident    Operation = "AddTagsToIncident"
)

// Operations that are documented as audited, or that an API offers, without a
// name in the audit log. The names are this project's.
const (
	CreateAlert       Operation = "CreateAlert"
	UpdateAlert       Operation = "UpdateAlert"
	AddCommentToAlert Operation = "AddCommentToAlert"
	// MoveAlert puts an alert into the target's incident; the incident that it
	// left is the target's source.
	MoveAlert      Operation = "MoveAlert"
	CreateIncident Operation = "CreateIncident"
	UpdateIncident Operation = "UpdateIncident"
	DeleteIncident Operation = "DeleteIncident"
	// MergeIncidents empties the target's source into the target's incident.
	MergeIncidents Operation = "MergeIncidents"
	// SubmitDraft raises a whole incident draft.
	SubmitDraft Operation = "SubmitDraft"
	// DropEntries removes old entries from an audit log by rule.
	DropEntries Operation = "DropEntries"
)

// Operations that change nothing. They are recorded only where that is asked
// for.
const (
	ReadAlert     Operation = "ReadAlert"
	ReadIncident  Operation = "ReadIncident"
	ListAlerts    Operation = "ListAlerts"
	ListIncidents Operation = "ListIncidents"
	RunHunting    Operation = "RunHuntingQuery"
)

// Basis is the ground on which the name of an operation stands.
type Basis string

// The grounds.
const (
	// Observed names were seen in records of the real service.
	Observed Basis = "observed"
	// Inferred names follow from observed ones.
	Inferred Basis = "inferred"
	// Own names are this project's.
	Own Basis = "own"
	// Foreign names are none of the constants.
	Foreign Basis = "foreign"
)

var bases = map[Operation]Basis{
	UnAssignUserFromIncident: Observed, UpdateIncidentStatus: Observed, RemoveTagsFromIncident: Observed,
	UpdateIncidentResolvingComment: Observed, AddCommentToIncident: Observed, UpdateIncidentSeverity: Observed,
	AssignUserToIncident: Inferred, AddTagsToIncident: Inferred,
	CreateAlert: Own, UpdateAlert: Own, AddCommentToAlert: Own, MoveAlert: Own,
	CreateIncident: Own, UpdateIncident: Own, DeleteIncident: Own, MergeIncidents: Own, SubmitDraft: Own, DropEntries: Own,
	ReadAlert: Own, ReadIncident: Own, ListAlerts: Own, ListIncidents: Own, RunHunting: Own,
}

// Basis tells where the name of the operation comes from.
func (o Operation) Basis() Basis {
	if b, ok := bases[o]; ok {
		return b
	}
	return Foreign
}

// Reads reports whether the operation is one of those that change nothing.
func (o Operation) Reads() bool {
	switch o {
	case ReadAlert, ReadIncident, ListAlerts, ListIncidents, RunHunting:
		return true
	}
	return false
}
