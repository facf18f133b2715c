package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// refusal is why something is not done, as the API says it.
type refusal struct {
	status        int
	code, message string
}

// Error returns the message.
func (r *refusal) Error() string { return r.message }

func notFound(what string) *refusal { return &refusal{http.StatusNotFound, "NotFound", what} }

func badRequest(why string) *refusal { return &refusal{http.StatusBadRequest, "BadRequest", why} }

// redirectedTag is what an incident gets that was merged into another.
const redirectedTag = "Redirected"

// raise stores a new alert in the incident that it names, or in a new one, and
// returns its row.
func (t *Tenant) raise(tx *store.Tx, d *alert.Draft, who *Identity) (int32, error) {
	opens := 1
	if d.LinkToIncident != 0 {
		opens = 0
	}
	if full := t.full(tx, 1, opens); full != nil {
		return 0, full
	}
	workspace, refused := t.workspaceFor(d.SentinelWorkspace)
	if refused != nil {
		return 0, refused
	}
	groups, refused := t.groupsOf(d.Entities, who)
	if refused != nil {
		return 0, refused
	}
	now := t.stamp()
	var to int32
	if d.LinkToIncident != 0 {
		if to, refused = t.linked(tx, d.LinkToIncident, workspace, d.SentinelWorkspace != "", who); refused != nil {
			return 0, refused
		}
		workspace = tx.Incident(to).Workspace
	}
	a := &store.Alert{
		Alert: alert.Alert{
			ID: t.newAlertID(tx), Title: d.Title, Description: d.Description, RecommendedActions: d.RecommendedActions,
			Severity: d.Severity, Category: d.Category, Techniques: slices.Clone(d.Techniques),
			Status: alert.StatusNew, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown,
			ServiceSource: alert.ServiceMicrosoft365Defender, DetectionSource: alert.DetectionManual, ProductName: productName,
			CreatedDateTime: now, LastUpdateDateTime: now,
		},
		Entities: slices.Clone(d.Entities), Excluded: d.ExcludedFromCorrelation, Workspace: workspace, Groups: groups,
	}
	if d.LinkToIncident == 0 {
		to = tx.AddIncident(&store.Incident{
			Incident: incident.Incident{
				DisplayName: t.incidentName([]*store.Alert{a}), Description: d.Description, Severity: d.Severity,
				Status: incident.StatusActive, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown,
				CreatedDateTime: now, LastUpdateDateTime: now,
			},
			Workspace: workspace,
		})
	}
	row, err := tx.AddAlert(a, to)
	if err != nil {
		return 0, err
	}
	t.joined(tx, to, []*store.Alert{a}, now, nil)
	t.background.raised(a)
	return row, nil
}

// newAlertID makes an id that no alert has: those of a snapshot may be of the same
// source. The form is that of the documented example.
func (t *Tenant) newAlertID(tx *store.Tx) string {
	for {
		id := "ea" + t.newGUID() + "_aml"
		if _, taken := tx.FindAlert(id); !taken {
			return id
		}
	}
}

// productName is the product of alerts that are raised by hand, and the display
// name of their service.
const productName = "Microsoft Defender XDR"

// linked finds the incident that an alert is to join.
func (t *Tenant) linked(tx *store.Tx, number int64, workspace string, routed bool, who *Identity) (int32, *refusal) {
	id := strconv.FormatInt(number, 10)
	row, ok := tx.FindIncident(id)
	if !ok || !t.seesIncident(tx, row, who) {
		missing := notFound("Incident " + id + " does not exist.")
		if t.choices.UnknownIncidentInvalid {
			missing.status, missing.code = http.StatusBadRequest, "BadRequest"
		}
		return 0, missing
	}
	i := tx.Incident(row)
	if i.Status == incident.StatusRedirected {
		switch or(t.choices.LinkToRedirected, Follow) {
		case Refuse:
			return 0, badRequest("Incident " + id + " was merged into incident " + i.RedirectIncidentID + ".")
		case Follow:
			row, i = t.follow(tx, row)
		}
	}
	if routed && i.Workspace != workspace {
		return 0, badRequest("Incident " + id + " is in the workspace '" + i.Workspace + "', and the alert is routed to '" + workspace + "'.")
	}
	if i.Status == incident.StatusResolved {
		switch or(t.choices.LinkToResolved, Join) {
		case Refuse:
			return 0, badRequest("Incident " + id + " is resolved.")
		case Reopen:
			tx.ChangeIncident(row, func(i *store.Incident) { i.Status = incident.StatusActive })
			t.background.tell(tx, row)
		}
	}
	return row, nil
}

// follow goes along the redirects of an incident to the end.
func (t *Tenant) follow(tx *store.Tx, row int32) (int32, *store.Incident) {
	i := tx.Incident(row)
	for i.RedirectIncidentID != "" {
		// An incident is only ever merged into one that is not redirected, so
		// the way has an end.
		row, _ = tx.FindIncident(i.RedirectIncidentID)
		i = tx.Incident(row)
	}
	return row, i
}

// groupsOf returns the device groups of the devices among entities, if the
// identity may see them.
func (t *Tenant) groupsOf(entities []entity.Definition, who *Identity) ([]string, *refusal) {
	var groups []string
	for _, e := range entities {
		if e.Type != entity.TypeDevice {
			continue
		}
		group := t.groupOf(e.Value)
		if !who.sees([]string{group}) {
			if t.choices.ScopedAssetsMissing {
				return nil, notFound("The device " + strconv.Quote(e.Value) + " does not exist.")
			}
			return nil, &refusal{http.StatusForbidden, "Forbidden", "The device " + strconv.Quote(e.Value) + " is outside of the caller's scope."}
		}
		if !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups, nil
}

// settle brings an incident in line with its alerts after some of them changed.
func (t *Tenant) settle(tx *store.Tx, row int32, now time.Time, who *Identity) {
	severities := make([]alert.Severity, 0, len(tx.Incident(row).Members))
	resolved := 0
	for _, a := range tx.MembersOf(tx.Incident(row)) {
		severities = append(severities, a.Severity)
		if a.Status == alert.StatusResolved {
			resolved++
		}
	}
	tx.ChangeIncident(row, func(i *store.Incident) {
		i.LastUpdateDateTime = now
		if who != nil {
			i.LastModifiedBy = who.label()
		}
		if highest := incident.RollUpSeverity(severities...); len(severities) > 0 &&
			(!i.SeveritySet || t.choices.SeverityFollowsAlerts || incident.RollUpSeverity(highest, i.Severity) != i.Severity) {
			i.Severity = highest
		}
		if t.choices.AlertsResolveIncident && resolved > 0 && resolved == len(severities) && i.Status.Open() {
			i.Status = incident.StatusResolved
		}
		if t.choices.PriorityScore {
			i.PriorityScore = new(score(i.Severity, len(severities)))
		}
	})
}

// score stands in for the service's, which is made by machine learning: it is
// higher for a higher severity and for more alerts.
func score(s alert.Severity, alerts int) int32 {
	base := map[alert.Severity]int32{alert.Informational: 5, alert.Low: 20, alert.Medium: 50, alert.High: 85}[s]
	return min(100, base+min(int32(alerts), 15))
}

// updateIncident changes an incident, and its alerts where that follows from it.
//
// Source: Learn, "Manage incidents in Microsoft Defender": resolving an incident
// resolves its alerts, assigning it assigns them.
func (t *Tenant) updateIncident(tx *store.Tx, row int32, u incident.Update, who *Identity) {
	now := t.stamp()
	before := tx.Incident(row)
	tx.ChangeIncident(row, func(i *store.Incident) {
		set(&i.DisplayName, u.DisplayName)
		set(&i.Description, u.Description)
		set(&i.Summary, u.Summary)
		set(&i.Severity, u.Severity)
		set(&i.Status, u.Status)
		set(&i.Classification, u.Classification)
		set(&i.Determination, u.Determination)
		set(&i.ResolvingComment, u.ResolvingComment)
		set(&i.AssignedTo, u.AssignedTo)
		set(&i.CustomTags, u.CustomTags)
		i.Renamed = i.Renamed || u.DisplayName != nil
		i.SeveritySet = i.SeveritySet || u.Severity != nil
		i.LastUpdateDateTime, i.LastModifiedBy = now, who.label()
	})
	after := tx.Incident(row)
	if stanceOf(after) != stanceOf(before) {
		t.background.tell(tx, row)
	}
	resolves := after.Status == incident.StatusResolved && before.Status != incident.StatusResolved
	for _, member := range after.Members {
		if resolves && tx.Alert(member).Status != alert.StatusResolved {
			tx.ChangeAlert(member, func(a *store.Alert) {
				_, change := incident.Resolve(known(after.Classification), known(after.Determination))
				changeAlert(a, change, now)
			})
		}
		if u.AssignedTo != nil {
			tx.ChangeAlert(member, func(a *store.Alert) { a.AssignedTo, a.LastUpdateDateTime = *u.AssignedTo, now })
		}
	}
}

// known returns a classification or determination that says something.
func known[T ~string](value T) T {
	if value == "unknown" {
		return ""
	}
	return value
}

// set changes a value if there is a new one.
func set[T any](value *T, to *T) {
	if to != nil {
		*value = *to
	}
}

// changeAlert does what an update says.
func changeAlert(a *store.Alert, u alert.Update, now time.Time) {
	before := a.Status
	set(&a.Status, u.Status)
	set(&a.Classification, u.Classification)
	set(&a.Determination, u.Determination)
	set(&a.AssignedTo, u.AssignedTo)
	set(&a.CustomDetails, u.CustomDetails)
	switch {
	case a.Status != alert.StatusResolved:
		a.ResolvedDateTime = time.Time{}
	case before != alert.StatusResolved:
		a.ResolvedDateTime = now
	}
	a.LastUpdateDateTime = now
}

// mergeByHand merges incidents because a person says so, and returns the row of
// the one that remains.
func (t *Tenant) mergeByHand(tx *store.Tx, rows []int32, who *Identity, comment string) (int32, error) {
	if c := t.conflict(tx, rows); c != nil {
		return 0, badRequest(c.why)
	}
	target, now := t.survivor(tx, rows), t.stamp()
	if err := t.background.merge(tx, rows, target, now, correlation.By{Author: who.label(), Reason: or(comment, "merge")}); err != nil {
		return 0, badRequest("The incidents cannot be merged: " + err.Error() + ".")
	}
	before := stanceOf(tx.Incident(target))
	t.merge(tx, target, rows, who, comment, now)
	if stanceOf(tx.Incident(target)) != before {
		t.background.tell(tx, target)
	}
	return target, nil
}

// merge empties incidents into one of them.
//
// Source: Learn, "Alert correlation and incident merging in the Microsoft Defender
// portal"; that even an incident that was renamed gets a new name is in "Manage
// incidents in Microsoft Defender".
func (t *Tenant) merge(tx *store.Tx, target int32, rows []int32, who *Identity, comment string, now time.Time) {
	for _, row := range rows {
		if row == target {
			continue
		}
		came := tx.MembersOf(tx.Incident(row))
		tx.MoveAll(row, target)
		t.redirect(tx, row, target, came, now, who)
		t.joined(tx, target, came, now, who)
	}
	tx.ChangeIncident(target, func(i *store.Incident) {
		if len(i.Members) > 0 {
			first := make([]*store.Alert, 0, namedBy)
			for _, m := range i.Members[:min(len(i.Members), namedBy)] {
				first = append(first, tx.Alert(m))
			}
			i.DisplayName, i.Renamed = t.incidentName(first), false
		}
		i.Comments = addComment(i.Comments, comment, who, now)
	})
}

// joined brings an incident in line with alerts that have come to it. The others
// are not looked at unless they have to be, for an incident may have very many.
func (t *Tenant) joined(tx *store.Tx, row int32, came []*store.Alert, now time.Time, who *Identity) {
	if t.choices.SeverityFollowsAlerts || t.choices.PriorityScore {
		t.settle(tx, row, now, who)
		return
	}
	tx.ChangeIncident(row, func(i *store.Incident) {
		for _, a := range came {
			i.Severity = incident.RollUpSeverity(i.Severity, a.Severity)
		}
		i.LastUpdateDateTime = now
		if who != nil {
			i.LastModifiedBy = who.label()
		}
	})
}

// redirect closes an incident that has given its alerts away, the last of which are
// given, and takes its tags and comments along.
func (t *Tenant) redirect(tx *store.Tx, row, target int32, gone []*store.Alert, now time.Time, who *Identity) {
	source := tx.Incident(row)
	tx.ChangeIncident(target, func(i *store.Incident) {
		i.CustomTags, i.SystemTags = union(i.CustomTags, source.CustomTags), union(i.SystemTags, source.SystemTags)
		i.AssignedTo = or(i.AssignedTo, source.AssignedTo)
		if known(i.Classification) == "" {
			i.Classification = source.Classification
		}
		if known(i.Determination) == "" {
			i.Determination = source.Determination
		}
		if !t.choices.CommentsStay && len(source.Comments) > 0 {
			i.Comments = slices.Concat(i.Comments, source.Comments)
			slices.SortStableFunc(i.Comments, func(a, b alert.Comment) int { return a.CreatedDateTime.Compare(b.CreatedDateTime) })
		}
	})
	into := tx.Incident(target).ID
	tx.ChangeIncident(row, func(i *store.Incident) {
		i.Status, i.RedirectIncidentID = incident.StatusRedirected, into
		i.CustomTags, i.SystemTags = nil, []string{redirectedTag}
		i.Groups = groupsOfAll(gone)
		i.LastUpdateDateTime = now
		if who != nil {
			i.LastModifiedBy = who.label()
		}
	})
}

// groupsOfAll are the device groups of alerts: none, if one of them is in none and
// everybody sees it.
func groupsOfAll(alerts []*store.Alert) (groups []string) {
	for _, a := range alerts {
		if len(a.Groups) == 0 {
			return nil
		}
		groups = union(groups, a.Groups)
	}
	return groups
}

func union(a, b []string) []string {
	for _, tag := range b {
		if !slices.Contains(a, tag) {
			a = append(slices.Clip(a), tag)
		}
	}
	return a
}

// addComment adds a comment to a copy of the list, unless it is empty.
func addComment(list []alert.Comment, text string, who *Identity, now time.Time) []alert.Comment {
	if text == "" {
		return list
	}
	return append(slices.Clip(list), alert.Comment{Comment: text, CreatedByDisplayName: who.label(), CreatedDateTime: now})
}

// move puts alerts into an incident, or into a new one when to is negative. An
// incident that has no alert left is redirected, as when it is merged.
//
// Sources: Learn, "Move alerts from one incident to another", which names the
// new incident after the alerts; "Microsoft Defender XDR integration with
// Microsoft Sentinel", in which an incident all of whose alerts were moved is
// merged.
func (t *Tenant) move(tx *store.Tx, alerts []int32, to int32, who *Identity, comment string) int32 {
	now := t.stamp()
	if to < 0 {
		first := tx.Alert(alerts[0])
		var titles []string
		for _, row := range alerts[:min(len(alerts), 3)] {
			titles = union(titles, []string{tx.Alert(row).Title})
		}
		to = tx.AddIncident(&store.Incident{
			Incident: incident.Incident{
				DisplayName: strings.Join(titles, ", "), Description: first.Description, Severity: first.Severity,
				Status: incident.StatusActive, Classification: alert.ClassificationUnknown, Determination: alert.DeterminationUnknown,
				CreatedDateTime: now, LastUpdateDateTime: now, LastModifiedBy: who.label(),
			},
			Workspace: first.Workspace,
		})
	}
	t.background.move(tx, alerts, to, now, correlation.By{Author: who.label(), Reason: or(comment, "move")})
	before := stanceOf(tx.Incident(to))
	var left []int32
	gone := map[int32][]*store.Alert{}
	for _, row := range alerts {
		from := tx.RowOf(tx.Alert(row))
		if from == to {
			continue
		}
		if !slices.Contains(left, from) {
			left = append(left, from)
		}
		gone[from] = append(gone[from], tx.Alert(row))
		tx.Move(row, to)
		tx.ChangeAlert(row, func(a *store.Alert) {
			a.Comments, a.LastUpdateDateTime = addComment(a.Comments, comment, who, now), now
		})
	}
	for _, row := range left {
		if len(tx.Incident(row).Members) == 0 {
			t.redirect(tx, row, to, gone[row], now, who)
		} else {
			t.settle(tx, row, now, who)
		}
	}
	t.settle(tx, to, now, who)
	if stanceOf(tx.Incident(to)) != before {
		t.background.tell(tx, to)
	}
	return to
}

// seesAlert and seesIncident tell whether an identity may see something: an
// incident is seen by who sees one of its alerts, or of those that it had last.
func (t *Tenant) seesAlert(a *store.Alert, who *Identity) bool { return who.sees(a.Groups) }

func (t *Tenant) seesIncident(tx *store.Tx, row int32, who *Identity) bool {
	if who.DeviceGroups == nil {
		return true
	}
	i := tx.Incident(row)
	if len(i.Members) == 0 {
		return who.sees(i.Groups)
	}
	return slices.ContainsFunc(i.Members, func(m int32) bool { return t.seesAlert(tx.Alert(m), who) })
}
