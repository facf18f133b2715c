package emulator

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// armIncident is an incident in a workspace: one that was made there, or the row
// of one of Defender.
type armIncident struct {
	made *store.SentinelIncident
	row  int32
}

// state is what the workspace of the call has.
func (c *armCall) state(tx *store.Tx) *store.Workspace { return tx.Workspace(c.workspace.Name) }

// find finds the incident that the path names.
func (c *armCall) find(tx *store.Tx) (x armIncident, err error) {
	made, row, ok := c.state(tx).Find(c.ids[0])
	if !ok || made == nil && !c.arrived(tx.Incident(row)) {
		return x, notFound("Incident '" + c.ids[0] + "' doesn't exist.")
	}
	return armIncident{made, row}, nil
}

// arrived tells whether an incident of Defender has reached the workspace.
func (c *armCall) arrived(i *store.Incident) bool {
	return c.t.choices.SentinelDelay == 0 || !i.CreatedDateTime.After(c.t.now().Add(-c.t.choices.SentinelDelay))
}

// belongings are what belongs to an incident here.
func (x armIncident) belongings(tx *store.Tx) store.Belongings {
	if x.made != nil {
		return x.made.Belongings
	}
	if b := tx.Incident(x.row).Sentinel; b != nil {
		return *b
	}
	return store.Belongings{}
}

// alerts are the alerts of an incident: at most as many as an incident may have
// here, though one of Defender may have more.
func (c *armCall) alerts(tx *store.Tx, x armIncident) (list []*store.Alert) {
	if x.made == nil {
		for _, row := range tx.Incident(x.row).Members {
			if len(list) == arm.MaxAlerts {
				break
			}
			list = append(list, tx.Alert(row))
		}
		return list
	}
	for _, r := range x.made.Relations {
		if r.Properties.RelatedResourceKind != relatedAlert {
			continue
		}
		if row, ok := tx.FindSystemAlert(r.Properties.RelatedResourceName); ok {
			list = append(list, tx.Alert(row))
		}
	}
	return list
}

// show returns an incident as the API shows it.
func (c *armCall) show(tx *store.Tx, x armIncident) *arm.Incident {
	o := new(arm.Incident)
	if x.made != nil {
		*o = x.made.Object
		o.Properties.ProviderName, o.Properties.ProviderIncidentID = store.ProviderSentinel, strconv.Itoa(int(o.Properties.IncidentNumber))
	} else {
		*o = c.defenderIncident(tx, x.row)
	}
	o.ID, o.Type = c.resourceID("Incidents", o.Name), armProvider+"/incidents"
	o.Properties.IncidentURL = hunting.IncidentURL(c.workspace, o.Name)
	o.Properties.RelatedAnalyticRuleIDs = []string{}
	data := c.additionalData(tx, x)
	if x.made == nil {
		i := tx.Incident(x.row)
		data.ProviderIncidentURL = incidentURL(i.ID)
		if into := i.RedirectIncidentID; into != "" {
			target, _ := tx.FindIncident(into)
			data.MergedIncidentNumber = strconv.Itoa(int(c.state(tx).Number(target)))
			data.MergedIncidentURL = hunting.IncidentURL(c.workspace, hunting.IncidentName(into))
		}
	}
	o.Properties.AdditionalData = data
	o.ETag = etagOf(&o.Properties, o.Properties.LastModifiedTimeUTC)
	if !c.preview {
		data.Techniques, data.MergedIncidentNumber, data.MergedIncidentURL = nil, "", ""
	}
	return o
}

// additionalData counts what belongs to an incident.
func (c *armCall) additionalData(tx *store.Tx, x armIncident) *arm.IncidentData {
	alerts, b := c.alerts(tx, x), x.belongings(tx)
	bookmarks := 0
	for _, r := range b.Relations {
		if r.Properties.RelatedResourceKind == relatedBookmark {
			bookmarks++
		}
	}
	d := &arm.IncidentData{
		AlertsCount: new(int32(len(alerts))), BookmarksCount: new(int32(bookmarks)), CommentsCount: new(int32(commentCount(tx, x))),
		AlertProductNames: []string{}, Tactics: []arm.Tactic{}, Techniques: []string{},
	}
	for _, a := range alerts {
		if product := or(a.ProductName, hunting.ServiceSourceName(a.ServiceSource)); product != "" && !slices.Contains(d.AlertProductNames, product) {
			d.AlertProductNames = append(d.AlertProductNames, product)
		}
		for _, category := range slices.Concat([]string{string(a.Category)}, texts(a.Categories)) {
			if tactic := arm.Tactic(category); tactic.Known() && !slices.Contains(d.Tactics, tactic) {
				d.Tactics = append(d.Tactics, tactic)
			}
		}
		d.Techniques = union(d.Techniques, texts(a.Techniques))
	}
	return d
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// defenderIncident is an incident of Defender as the workspace has it.
//
// Sources: Learn, "Microsoft Defender XDR integration with Microsoft Sentinel";
// "Transition your Microsoft Sentinel environment to the Defender portal", which
// names the provider.
func (c *armCall) defenderIncident(tx *store.Tx, row int32) (o arm.Incident) {
	i := tx.Incident(row)
	words := store.Verdict(i)
	p := &o.Properties
	o.Name = hunting.IncidentName(i.ID)
	p.Title, p.Description = i.DisplayName, i.Description
	p.Severity, p.Status = arm.Severity(words.Severity), arm.Status(words.Status)
	p.Classification, p.ClassificationReason, p.ClassificationComment = arm.Classification(words.Classification), arm.ClassificationReason(words.Reason), i.ResolvingComment
	p.Owner = new(c.t.ownerNamed(i.AssignedTo))
	p.Labels = []arm.Label{}
	for _, tag := range i.CustomTags {
		p.Labels = append(p.Labels, arm.Label{Name: tag, Type: arm.LabelUser})
	}
	for _, tag := range i.SystemTags {
		p.Labels = append(p.Labels, arm.Label{Name: tag, Type: arm.LabelAutoAssigned})
	}
	p.FirstActivityTimeUTC, p.LastActivityTimeUTC = tx.Activity(i)
	p.CreatedTimeUTC, p.LastModifiedTimeUTC = i.CreatedDateTime, i.LastUpdateDateTime
	p.IncidentNumber = c.state(tx).Number(row)
	p.ProviderName, p.ProviderIncidentID = hunting.ProviderXDR, i.ID
	return o
}

func (c *armCall) getIncident() {
	if !c.armOptions() {
		return
	}
	var shown *arm.Incident
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		var x armIncident
		if x, err = c.find(tx); err == nil {
			shown = c.show(tx, x)
		}
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(http.StatusOK, shown)
}

// listIncidents returns the incidents of the workspace. In which order they come
// without $orderby is not documented; here the newest come first.
func (c *armCall) listIncidents() {
	q, ok := c.query(listOptions...)
	if !ok {
		return
	}
	query := store.SentinelQuery{Filter: q.filter, OrderBy: q.orderBy, After: q.after, Top: q.top, Owner: c.t.ownerNamed}
	if delay := c.t.choices.SentinelDelay; delay > 0 {
		query.Until = c.t.now().Add(-delay)
	}
	var page armPage[arm.IncidentProperties]
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		rows, next, failed := c.state(tx).List(tx, query)
		if err = failed; err != nil {
			return
		}
		page = newPage[arm.IncidentProperties](c, next)
		for _, row := range rows {
			page.Value = append(page.Value, c.show(tx, armIncident{row.Made, row.Row}))
		}
	})
	if err != nil {
		c.invalidOptions(err)
		return
	}
	c.write(http.StatusOK, page)
}

// putIncident makes an incident or replaces it as a whole.
//
// Sources: Learn, "Incidents - Create Or Update". The texts for what is missing
// are observed (Azure/azure-powershell#29130).
func (c *armCall) putIncident() {
	var body arm.Incident
	if !c.armOptions() || !c.read(&body) {
		return
	}
	status := http.StatusOK
	var shown *arm.Incident
	err := c.change(func(tx *store.Tx) error {
		s := body.Properties.IncidentSettings
		s.Unknown = nil
		if problem := incidentProblem(&s); problem != "" {
			return badRequest(problem)
		}
		x, err := c.find(tx)
		if err != nil {
			status = http.StatusCreated
		}
		id, etag := c.resourceID("Incidents", c.ids[0]), ""
		if err == nil {
			etag = c.show(tx, x).ETag
		}
		if refused := c.current(id, etag, body.ETag); refused != nil {
			return refused
		}
		switch {
		case err != nil:
			x, err = c.makeIncident(tx, nil, s)
		case x.made != nil:
			x, err = c.makeIncident(tx, x.made, s)
		default:
			err = c.writeBack(tx, x.row, s)
		}
		if err == nil {
			shown = c.show(tx, x)
		}
		return err
	})
	if err != nil {
		c.refuse(err)
		return
	}
	c.write(status, shown)
}

// incidentProblem says what is wrong with settings, or is empty.
func incidentProblem(s *arm.IncidentSettings) string {
	switch {
	case s.Title == "":
		return "'Title' must have a non-empty value"
	case s.Severity == "":
		return "severity must not be empty."
	case s.Status == "":
		return "status must not be empty."
	case !s.Severity.Known():
		return "severity '" + string(s.Severity) + "' is not valid."
	case !s.Status.Known():
		return "status '" + string(s.Status) + "' is not valid."
	case s.Classification != "" && !s.Classification.Known():
		return "classification '" + string(s.Classification) + "' is not valid."
	case s.ClassificationReason != "" && !s.ClassificationReason.Known():
		return "classificationReason '" + string(s.ClassificationReason) + "' is not valid."
	case utf8.RuneCountInString(s.Description) > arm.MaxDescription:
		return "description must not be longer than 5000 characters."
	case slices.ContainsFunc(s.Labels, func(l arm.Label) bool { return l.Name == "" }):
		return "labelName must not be empty."
	}
	return ""
}

// makeIncident stores an incident of the workspace.
func (c *armCall) makeIncident(tx *store.Tx, before *store.SentinelIncident, s arm.IncidentSettings) (x armIncident, err error) {
	if c.t.choices.ClosingNeedsClassification && s.Status == arm.StatusClosed && s.Classification == "" {
		return x, badRequest("classification must not be empty when the incident is closed.")
	}
	if n, _ := c.state(tx).Sizes(); before == nil && n >= c.t.limits.Incidents {
		return x, tooMany(c.t.limits.Incidents, "incidents of a workspace")
	}
	now := c.t.stamp()
	i := &store.SentinelIncident{}
	i.Object.Name, i.Object.Properties.CreatedTimeUTC = c.ids[0], now
	var system *arm.SystemData
	if before != nil {
		i.Belongings, i.Object.Properties.CreatedTimeUTC, system = before.Belongings, before.Object.Properties.CreatedTimeUTC, before.Object.SystemData
	}
	s.Owner = c.t.owner(s.Owner)
	labels := make([]arm.Label, len(s.Labels))
	for n, l := range s.Labels {
		labels[n] = arm.Label{Name: l.Name, Type: arm.LabelUser}
	}
	s.Labels = labels
	i.Object.Properties.IncidentSettings, i.Object.Properties.LastModifiedTimeUTC = s, now
	i.Object.SystemData = c.systemData(system, now)
	return armIncident{made: c.state(tx).Put(tx, i), row: -1}, nil
}

// writeBack changes an incident of Defender. Of what is said in the same words as
// before, the finer words of Defender stay.
//
// Source: Learn, "Microsoft Defender XDR integration with Microsoft Sentinel":
// status, closing reason and owner go both ways at once.
func (c *armCall) writeBack(tx *store.Tx, row int32, s arm.IncidentSettings) error {
	i := tx.Incident(row)
	if into := i.RedirectIncidentID; into != "" {
		return armBadRequest("Incident '%s' was merged into incident %s of Microsoft Defender XDR and cannot be changed.", c.ids[0], into)
	}
	if c.t.choices.ClosingNeedsClassification && s.Status == arm.StatusClosed && s.Classification == "" {
		return badRequest("classification must not be empty when the incident is closed.")
	}
	before := store.Verdict(i)
	after, _ := incident.SentinelVerdict{
		Severity: string(s.Severity), Status: string(s.Status), Classification: string(s.Classification), Reason: string(s.ClassificationReason),
	}.Graph()
	var u incident.Update
	if string(s.Status) != before.Status {
		u.Status = &after.Status
	}
	if string(s.Classification) != before.Classification || string(s.ClassificationReason) != before.Reason {
		u.Classification, u.Determination = new(or(after.Classification, "unknown")), new(or(after.Determination, "unknown"))
	}
	if s.ClassificationComment != i.ResolvingComment {
		u.ResolvingComment = &s.ClassificationComment
	}
	if name := assignee(c.t.owner(s.Owner)); name != i.AssignedTo {
		u.AssignedTo = &name
	}
	if !c.t.choices.SyncAsDocumented {
		if s.Title != i.DisplayName {
			u.DisplayName = &s.Title
		}
		if s.Description != i.Description {
			u.Description = &s.Description
		}
		if string(s.Severity) != before.Severity {
			u.Severity = &after.Severity
		}
		tags := []string{}
		for _, l := range s.Labels {
			if !slices.Contains(i.SystemTags, l.Name) {
				tags = union(tags, []string{l.Name})
			}
		}
		if !slices.Equal(tags, i.CustomTags) {
			u.CustomTags = &tags
		}
	}
	c.t.updateIncident(tx, row, u, c.who)
	return nil
}

// errNothing tells that there was nothing to delete.
var errNothing = errors.New("there is nothing")

func (c *armCall) deleteIncident() {
	if !c.armOptions() {
		return
	}
	c.delete(func(tx *store.Tx) error {
		x, err := c.find(tx)
		if err != nil {
			return errNothing
		}
		if refused := c.current(c.resourceID("Incidents", c.ids[0]), c.show(tx, x).ETag, ""); refused != nil {
			return refused
		}
		if x.made == nil {
			return badRequest("Failed to delete incident. Incidents of Microsoft Defender XDR cannot be deleted.")
		}
		for _, r := range x.made.Relations {
			c.detach(tx, r)
		}
		c.state(tx).Delete(tx, c.ids[0])
		return nil
	})
}

// delete answers whether there was something to delete.
func (c *armCall) delete(f func(*store.Tx) error) {
	switch err := c.change(f); {
	case errors.Is(err, errNothing):
		c.w.WriteHeader(http.StatusNoContent)
	case err != nil:
		c.refuse(err)
	default:
		c.w.WriteHeader(http.StatusOK)
	}
}
