package arm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/validate"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// Submission is a draft and what only Microsoft Sentinel can take with it.
type Submission struct {
	// Draft is what is raised.
	Draft incident.Draft `json:"draft"`
	// IncidentID is the id of the incident; [IDFor] makes one of a caller's own
	// reference. Under the same id the same is raised once, however often it is
	// submitted. When it is empty a random one is made, which is in the receipt.
	IncidentID string `json:"incidentId,omitzero"`
	// FirstActivity and LastActivity bound the activity that the incident is
	// about; a zero time is left out.
	FirstActivity time.Time `json:"firstActivity,omitzero"`
	LastActivity  time.Time `json:"lastActivity,omitzero"`
	// Alerts are the SystemAlertIds of alerts that exist in the workspace and are
	// to be related to the incident; one that is named twice is related once.
	Alerts []string `json:"alerts,omitempty"`
}

// plan is what a submission becomes.
type plan struct {
	client     *Client
	incidentID string
	settings   IncidentSettings
	tasks      []plannedTask
	comments   []string
	bookmarks  []BookmarkProperties
	alerts     []string
	notCarried []incident.Omission
	// made is what the service says of the incident.
	made *Incident
}

type plannedTask struct {
	alert int
	title string
}

// newPlan makes a plan, or says all that keeps the draft from being submitted.
func (c *Client) newPlan(s Submission) (*plan, error) {
	var ps validate.Problems
	ps.Under("", s.Draft.Validate(c.conn.Rules()...))
	p := &plan{client: c, incidentID: s.IncidentID}
	if p.incidentID == "" {
		p.incidentID = c.NewID()
	}
	checkID(&ps, "incidentId", p.incidentID)
	for i := range s.Draft.Alerts {
		if n := s.Draft.Alerts[i].LinkToIncident; n > 0 {
			ps.Add(validate.Index("alerts", i)+".linkToIncident", "new-incident", "is %d, an incident of Defender; Azure Resource Manager cannot add to it, so leave it out or raise the draft through Microsoft Graph", n)
		}
	}
	for i, id := range s.Alerts {
		checkID(&ps, "related"+validate.Index("Alerts", i), id)
		if !slices.ContainsFunc(p.alerts, func(other string) bool { return EqualIDs(id, other) }) {
			p.alerts = append(p.alerts, id)
		}
	}
	for _, at := range [...]struct {
		path string
		time time.Time
	}{{"firstActivity", s.FirstActivity}, {"lastActivity", s.LastActivity}} {
		if year := at.time.UTC().Year(); year < 1 || year > 9999 {
			ps.Add(at.path, "time", "is in the year %d; give one from 1 to 9999", year)
		}
	}
	if !s.LastActivity.IsZero() && s.LastActivity.Before(s.FirstActivity) {
		ps.Add("lastActivity", "time", "is before firstActivity; give the later one")
	}
	if len(s.Draft.Alerts) == 0 {
		return nil, ps.Err()
	}
	p.fill(s)
	limit := func(path string, n, most int, what string) {
		if n > most {
			ps.Add(path, "max", "gives %d %s; an incident has at most %d", n, what, most)
		}
	}
	limit("relatedAlerts", len(p.alerts), MaxAlerts, "alerts")
	limit("alerts", len(p.tasks), MaxTasks, "tasks, one for each line of recommendedActions")
	limit("alerts", len(p.comments), MaxComments, "comments")
	if err := ps.Err(); err != nil {
		return nil, err
	}
	// What the draft's own rules let pass, Sentinel must not refuse.
	ps.Under("incident", checkIncident(&p.settings, c.version).Err())
	return p, ps.Err()
}

// fill makes the parts of the plan.
func (p *plan) fill(s Submission) {
	d := &s.Draft
	first := &d.Alerts[0]
	severities := make([]alert.Severity, len(d.Alerts))
	for i := range d.Alerts {
		severities[i] = d.Alerts[i].Severity
	}
	verdict, _ := incident.Verdict{Severity: incident.RollUpSeverity(severities...), Status: incident.StatusActive}.Sentinel()
	p.settings = IncidentSettings{
		Title: first.Title, Severity: Severity(verdict.Severity), Status: Status(verdict.Status), Description: first.Description,
		FirstActivityTimeUTC: s.FirstActivity.UTC(), LastActivityTimeUTC: s.LastActivity.UTC(),
	}
	if d.Name != "" {
		p.settings.Title = d.Name
	}
	for i, tag := range d.Tags {
		if !p.settings.AddLabel(tag) {
			p.omit(validate.Index("customTags", i), "the incident has this label already, in another case")
		}
	}
	if d.Owner != "" {
		p.settings.Assign(owner(d.Owner))
	}
	p.tasks = planTasks(d.Alerts)
	p.comments = split(contextOf(d))
	if d.Comment != "" {
		p.comments = append(p.comments, d.Comment)
	}
	p.omit("", "an incident that is made through Azure Resource Manager does not reach the Defender portal once the workspace is connected to it; it stays in the Azure portal")
	for i := range d.Alerts {
		p.omissions(i, &d.Alerts[i])
		if isPreview(p.client.version) {
			p.planBookmark(i, &d.Alerts[i], s)
		}
	}
}

// owner names a person by the object id or, as drafts do, by the sign-in name.
func owner(name string) Owner {
	if guidPattern.MatchString(name) {
		return Owner{ObjectID: name}
	}
	return Owner{UserPrincipalName: name}
}

func (p *plan) omit(path, format string, args ...any) {
	p.notCarried = append(p.notCarried, incident.Omission{Path: path, Reason: fmt.Sprintf(format, args...)})
}

// omissions notes what of an alert has no field in an incident of Sentinel.
func (p *plan) omissions(i int, a *alert.Draft) {
	path := validate.Index("alerts", i)
	const text = "; it is text in a comment"
	p.omit(path, "Azure Resource Manager cannot create an alert, so the incident has none for it"+text)
	if a.Title != p.settings.Title {
		p.omit(path+".title", "the incident has one title, which is another"+text)
	}
	if a.Description != p.settings.Description {
		p.omit(path+".description", "the incident has one description, that of alerts[0]"+text)
	}
	if s, _ := (incident.Verdict{Severity: a.Severity}).Sentinel(); Severity(s.Severity) != p.settings.Severity {
		p.omit(path+".severity", "the incident has one severity, the highest"+text)
	}
	p.omit(path+".category", "the tactics of an incident are those of its alerts and cannot be set"+text)
	if len(a.Techniques) > 0 {
		p.omit(path+".mitreTechniques", "the techniques of an incident are those of its alerts and cannot be set"+text)
	}
	p.omit(path+".entityDefinitions", "the entities of an incident are those of its alerts and cannot be set; they are text in a comment")
	if a.ExcludedFromCorrelation {
		p.omit(path+".isExcludedFromCorrelation", "an incident that is made by hand is not correlated with others, and that cannot be set")
	}
	if w := a.SentinelWorkspace; w != "" && !strings.EqualFold(w, p.client.workspace.Name) {
		p.omit(path+".sentinelWorkspace", "the incident is in the workspace of the client, %s", p.client.workspace.Name)
	}
}

// planTasks makes a task of each line of the recommended actions, without the
// bullets and numbers that people put before them. The same line makes one task, one
// that says nothing none.
func planTasks(alerts []alert.Draft) []plannedTask {
	var tasks []plannedTask
	seen := map[string]bool{}
	for i := range alerts {
		for line := range strings.Lines(alerts[i].RecommendedActions) {
			title := withoutBullet(validate.TrimText(line))
			if key := strings.ToLower(title); title != "" && !seen[key] {
				seen[key] = true
				tasks = append(tasks, plannedTask{i, title})
			}
		}
	}
	return tasks
}

func withoutBullet(line string) string {
	rest := strings.TrimLeft(line, "-*•")
	if number := strings.TrimLeft(line, "0123456789"); number != line && strings.ContainsAny(number[:min(len(number), 1)], ".)") {
		rest = number[1:]
	}
	if rest != "" && !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t") {
		return line // what looks like a bullet is part of a word, such as -verbose
	}
	return validate.TrimText(rest)
}

// contextOf writes down, for people, what an incident of Sentinel has no field for.
func contextOf(d *incident.Draft) []string {
	var lines []string
	add := func(label, text string) {
		if text = strings.TrimSpace(text); text != "" {
			lines = append(lines, label+": "+text)
		}
	}
	for i := range d.Alerts {
		a := &d.Alerts[i]
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, fmt.Sprintf("Alert %d of %d: %s", i+1, len(d.Alerts), a.Title))
		add("Severity", string(a.Severity))
		add("Category", string(a.Category))
		var ids []string
		for _, t := range a.Techniques {
			ids = append(ids, string(t))
		}
		add("Techniques", strings.Join(ids, ", "))
		if i > 0 {
			add("Description", a.Description)
		}
		if len(a.Entities) > 0 {
			lines = append(lines, "Entities:")
		}
		for _, e := range a.Entities {
			lines = append(lines, fmt.Sprintf("- %s: %s %s %s", e.Role, e.Type, e.Identifier, e.Value))
		}
	}
	return lines
}

// split puts lines into as many comments as the largest length wants. A line that is
// longer than a comment can be, for no title has a largest length, begins one of its own.
func split(lines []string) []string {
	var comments []string
	var b strings.Builder
	length := 0 // of what is in b, in characters
	for _, line := range lines {
		for rest := []rune(line); ; {
			n := min(len(rest), MaxComment)
			if length > 0 && length+1+n > MaxComment {
				comments = append(comments, b.String())
				b.Reset()
				length = 0
			}
			if length > 0 {
				b.WriteByte('\n')
				length++
			}
			b.WriteString(string(rest[:n]))
			length += n
			if rest = rest[n:]; len(rest) == 0 {
				break
			}
		}
	}
	return append(comments, b.String())
}

// planBookmark makes a bookmark that carries an alert's entities, tactics and
// techniques. A bookmark keeps a row that a query found; the query here makes the row
// of the draft itself, so that it can be run and is no claim about any table.
func (p *plan) planBookmark(i int, a *alert.Draft, s Submission) {
	path := validate.Index("alerts", i)
	if len(p.bookmarks) == MaxBookmarks {
		p.omit(path, "an incident has at most %d bookmarks, which carry the entities of alerts", MaxBookmarks)
		return
	}
	row, err := wire.Marshal(a)
	if err != nil {
		row = []byte("{}") // the draft was validated, so that it can be written
	}
	b := BookmarkProperties{
		DisplayName: a.Title, Notes: a.Description, QueryResult: string(row),
		Query:          "print Title = " + kql(a.Title) + ", Severity = " + kql(string(a.Severity)) + ", Category = " + kql(string(a.Category)),
		EventTime:      s.FirstActivity.UTC(),
		QueryStartTime: s.FirstActivity.UTC(), QueryEndTime: s.LastActivity.UTC(),
	}
	if t := Tactic(a.Category); t.Known() {
		b.Tactics = []Tactic{t}
	} else {
		p.omit(path+".category", "no tactic of Sentinel has the name %s, so the bookmark has none", a.Category)
	}
	for _, t := range a.Techniques {
		b.Techniques = append(b.Techniques, string(t))
	}
	for n, e := range a.Entities {
		m, reason, ok := sentinel.MappingOf(e)
		if !ok {
			p.omit(validate.Index(path+".entityDefinitions", n), "%s, so the bookmark is without it", reason)
			continue
		}
		b.EntityMappings = append(b.EntityMappings, m)
	}
	p.bookmarks = append(p.bookmarks, b)
}

// compareBookmark notes what of a bookmark of the plan the one that was found does not
// say. What it says beyond that is somebody's work, and nothing that was not carried.
func (p *plan) compareBookmark(n int, found *BookmarkProperties) {
	planned, path := &p.bookmarks[n], validate.Index("alerts", n)
	text := func(a, b string) bool { return strings.TrimSpace(a) == strings.TrimSpace(b) }
	// The service need not keep times to the nanosecond.
	when := func(a, b time.Time) bool { return a.IsZero() || a.Sub(b).Abs() < time.Second }
	var other []string
	for _, member := range [...]struct {
		name string
		same bool
	}{
		{"displayName", text(planned.DisplayName, found.DisplayName)},
		{"query", text(planned.Query, found.Query)},
		{"queryResult", text(planned.QueryResult, found.QueryResult)},
		{"notes", text(planned.Notes, found.Notes)},
		{"eventTime", when(planned.EventTime, found.EventTime)},
		{"queryStartTime", when(planned.QueryStartTime, found.QueryStartTime)},
		{"queryEndTime", when(planned.QueryEndTime, found.QueryEndTime)},
		{"entityMappings", holdsAll(found.EntityMappings, planned.EntityMappings, sameMapping)},
		{"tactics", holdsAll(found.Tactics, planned.Tactics, func(a, b Tactic) bool { return a == b })},
		{"techniques", holdsAll(found.Techniques, planned.Techniques, EqualIDs)},
	} {
		if !member.same {
			other = append(other, member.name)
		}
	}
	if len(other) > 0 {
		p.omit(path, "the bookmark was there already, with other %s; it was left as it is", strings.Join(other, ", "))
	}
	if info := found.IncidentInfo; info != nil && info.IncidentID != "" {
		if id := info.IncidentID[strings.LastIndex(info.IncidentID, "/")+1:]; !EqualIDs(id, p.incidentID) {
			p.omit(path, "the bookmark was there already, and belongs to the incident %s", validate.Quote(id))
		}
	}
}

func holdsAll[T any](found, planned []T, same func(a, b T) bool) bool {
	for _, want := range planned {
		if !slices.ContainsFunc(found, func(have T) bool { return same(want, have) }) {
			return false
		}
	}
	return true
}

func sameMapping(a, b sentinel.Mapping) bool {
	return EqualIDs(a.EntityType, b.EntityType) && holdsAll(b.FieldMappings, a.FieldMappings, func(a, b sentinel.FieldMapping) bool {
		return EqualIDs(a.Identifier, b.Identifier) && a.Value == b.Value
	})
}

// kql writes a text as a literal of the Kusto query language.
func kql(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}
