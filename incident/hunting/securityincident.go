package hunting

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// SecurityIncident is a row of the table SecurityIncident of a workspace. The
// table is a log: each change of an incident adds a row, and the newest row of
// an incident says how it stands.
type SecurityIncident struct {
	// AdditionalData holds counts, product names, tactics and techniques.
	AdditionalData jsontext.Value `json:"AdditionalData"`
	// AlertIDs match the column SystemAlertId of SecurityAlert.
	AlertIDs              jsontext.Value `json:"AlertIds"`
	BilledSize            float64        `json:"_BilledSize"`
	BookmarkIDs           jsontext.Value `json:"BookmarkIds"`
	Classification        string         `json:"Classification"`
	ClassificationComment string         `json:"ClassificationComment"`
	ClassificationReason  string         `json:"ClassificationReason"`
	// ClosedTime is when the incident was last closed.
	ClosedTime        time.Time      `json:"ClosedTime,omitzero"`
	Comments          jsontext.Value `json:"Comments"`
	CreatedTime       time.Time      `json:"CreatedTime"`
	Description       string         `json:"Description"`
	FirstActivityTime time.Time      `json:"FirstActivityTime,omitzero"`
	FirstModifiedTime time.Time      `json:"FirstModifiedTime,omitzero"`
	// IncidentName is the incident's name in Azure Resource Manager, a GUID.
	IncidentName     string         `json:"IncidentName"`
	IncidentNumber   int32          `json:"IncidentNumber"`
	IncidentURL      string         `json:"IncidentUrl"`
	IsBillable       string         `json:"_IsBillable"`
	Labels           jsontext.Value `json:"Labels"`
	LastActivityTime time.Time      `json:"LastActivityTime,omitzero"`
	LastModifiedTime time.Time      `json:"LastModifiedTime"`
	ModifiedBy       string         `json:"ModifiedBy"`
	Owner            jsontext.Value `json:"Owner"`
	ProviderIncident string         `json:"ProviderIncidentId"`
	ProviderName     string         `json:"ProviderName"`
	RelatedRuleIDs   jsontext.Value `json:"RelatedAnalyticRuleIds"`
	Severity         string         `json:"Severity"`
	SourceSystem     string         `json:"SourceSystem"`
	Status           string         `json:"Status"`
	Tasks            jsontext.Value `json:"Tasks"`
	TenantID         string         `json:"TenantId"`
	TimeGenerated    time.Time      `json:"TimeGenerated"`
	Title            string         `json:"Title"`
	Type             string         `json:"Type"`
}

// ProviderXDR is the provider of all incidents that come from Defender (Learn,
// "Transition your Microsoft Sentinel environment to the Defender portal";
// another page calls it Microsoft Defender XDR).
const ProviderXDR = "Microsoft XDR"

// NewSecurityIncident returns the row that records how an incident of Defender
// stands, with the alerts it has. The row before is that of the change before,
// and nil for a new incident: it knows when the incident was first modified and
// when it was closed. The table's incident number is Defender's.
func NewSecurityIncident(i *incident.Incident, alerts []alert.Alert, w Workspace, before *SecurityIncident) SecurityIncident {
	verdict, _ := incident.Verdict{
		Severity: i.Severity, Status: i.Status, Classification: i.Classification, Determination: i.Determination,
	}.Sentinel()
	number, _ := strconv.ParseInt(i.ID, 10, 32)
	name := IncidentName(i.ID)
	row := SecurityIncident{
		Type: "SecurityIncident", SourceSystem: "Azure", IsBillable: "false", TenantID: w.ID,
		IncidentName: name, IncidentNumber: int32(number), IncidentURL: IncidentURL(w, name),
		ProviderName: ProviderXDR, ProviderIncident: i.ID,
		Title: i.DisplayName, Description: i.Description,
		Severity: verdict.Severity, Status: verdict.Status,
		ClassificationComment: i.ResolvingComment, ModifiedBy: i.LastModifiedBy,
		CreatedTime: i.CreatedDateTime, LastModifiedTime: i.LastUpdateDateTime, TimeGenerated: i.LastUpdateDateTime,
		BookmarkIDs: list[string](nil), RelatedRuleIDs: list[string](nil), Tasks: list[string](nil),
	}
	if i.Classification != "" && i.Classification != alert.ClassificationUnknown {
		row.Classification, row.ClassificationReason = verdict.Classification, verdict.Reason
	}
	row.lists(i, alerts)
	if before != nil {
		row.FirstModifiedTime, row.ClosedTime = before.FirstModifiedTime, before.ClosedTime
		if row.FirstModifiedTime.IsZero() {
			row.FirstModifiedTime = row.LastModifiedTime
		}
	}
	if row.Status == "Closed" && (before == nil || before.Status != "Closed") {
		row.ClosedTime = row.LastModifiedTime
	}
	return row
}

// The objects in the dynamic columns. Their members are those of the REST
// specification of Microsoft.SecurityInsights.
type (
	label struct {
		Name string `json:"labelName"`
		Type string `json:"labelType"`
	}
	comment struct {
		Message string    `json:"message"`
		Created time.Time `json:"createdTimeUtc"`
		Author  struct {
			Name string `json:"name"`
		} `json:"author"`
	}
	owner struct {
		ObjectID          *string `json:"objectId"`
		Email             *string `json:"email"`
		AssignedTo        *string `json:"assignedTo"`
		UserPrincipalName *string `json:"userPrincipalName"`
	}
	additional struct {
		Alerts     int      `json:"alertsCount"`
		Bookmarks  int      `json:"bookmarksCount"`
		Comments   int      `json:"commentsCount"`
		Products   []string `json:"alertProductNames"`
		Tactics    []string `json:"tactics"`
		Techniques []string `json:"techniques"`
	}
)

// lists fills the dynamic columns and the times of the activity.
func (r *SecurityIncident) lists(i *incident.Incident, alerts []alert.Alert) {
	ids := make([]string, len(alerts))
	more := additional{Alerts: len(alerts), Comments: len(i.Comments), Products: []string{}, Tactics: []string{}, Techniques: []string{}}
	add := func(to *[]string, name string) {
		if name != "" && !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
	for n := range alerts {
		a := &alerts[n]
		ids[n] = SystemAlertID(a.ID)
		add(&more.Products, a.ProductName)
		for _, c := range append([]alert.Category{a.Category}, a.Categories...) {
			if slices.Contains(sentinelTactics, string(c)) {
				add(&more.Tactics, string(c))
			}
		}
		for _, id := range a.Techniques {
			add(&more.Techniques, string(id))
		}
		first, last := a.FirstActivityDateTime, a.LastActivityDateTime
		if !first.IsZero() && (r.FirstActivityTime.IsZero() || first.Before(r.FirstActivityTime)) {
			r.FirstActivityTime = first
		}
		if last.After(r.LastActivityTime) {
			r.LastActivityTime = last
		}
	}
	labels := make([]label, 0, len(i.CustomTags)+len(i.SystemTags))
	for _, tag := range i.CustomTags {
		labels = append(labels, label{tag, "User"})
	}
	for _, tag := range i.SystemTags {
		labels = append(labels, label{tag, "AutoAssigned"})
	}
	comments := make([]comment, len(i.Comments))
	for n, c := range i.Comments {
		comments[n].Message, comments[n].Created, comments[n].Author.Name = c.Comment, c.CreatedDateTime, c.CreatedByDisplayName
	}
	var who owner
	if i.AssignedTo != "" {
		who.AssignedTo, who.UserPrincipalName = new(i.AssignedTo), new(i.AssignedTo)
	}
	r.AlertIDs, r.Labels, r.Comments = list(ids), list(labels), list(comments)
	r.Owner, r.AdditionalData = value(who), value(more)
}

func list[T any](items []T) jsontext.Value {
	if items == nil {
		return jsontext.Value("[]")
	}
	return value(items)
}

func value(v any) jsontext.Value {
	data, err := wire.Marshal(v)
	if err != nil { // a text that is no UTF-8, which nothing that was read from JSON holds
		return jsontext.Value("null")
	}
	return data
}

// IncidentURL returns the page of an incident in the Azure portal, by its name in
// Azure Resource Manager.
func IncidentURL(w Workspace, name string) string {
	return "https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident" + w.ResourceID() +
		"/providers/Microsoft.SecurityInsights/Incidents/" + name
}
