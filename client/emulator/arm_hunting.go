package emulator

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/incident/hunting"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// madeRow is the row that records how an incident stands that was made in the
// workspace.
func (s *huntingSource) madeRow(v store.VersionOf[*store.SentinelIncident]) hunting.SecurityIncident {
	o, b := &v.Incident.Object, &v.Incident.Belongings
	p := &o.Properties
	as := incident.Incident{
		DisplayName: p.Title, Description: p.Description, ResolvingComment: p.ClassificationComment,
		CreatedDateTime: p.CreatedTimeUTC, LastUpdateDateTime: p.LastModifiedTimeUTC,
	}
	if o.SystemData != nil {
		as.LastModifiedBy = o.SystemData.LastModifiedBy
	}
	for _, l := range p.Labels {
		as.CustomTags = append(as.CustomTags, l.Name)
	}
	for _, c := range b.Comments {
		comment := alert.Comment{Comment: c.Object.Properties.Message, CreatedDateTime: c.Object.Properties.CreatedTimeUTC}
		if a := c.Object.Properties.Author; a != nil {
			comment.CreatedByDisplayName = a.Name
		}
		as.Comments = append(as.Comments, comment)
	}
	row := hunting.NewSecurityIncident(&as, s.related(b.Relations), s.workspace, nil)
	row.IncidentName, row.IncidentNumber, row.IncidentURL = o.Name, p.IncidentNumber, hunting.IncidentURL(s.workspace, o.Name)
	row.ProviderName, row.ProviderIncident = store.ProviderSentinel, strconv.Itoa(int(p.IncidentNumber))
	row.Severity, row.Status = string(p.Severity), string(p.Status)
	row.Classification, row.ClassificationReason = string(p.Classification), string(p.ClassificationReason)
	row.FirstActivityTime, row.LastActivityTime = p.FirstActivityTimeUTC, p.LastActivityTimeUTC
	row.FirstModifiedTime, row.ClosedTime = v.Modified, v.Closed
	if p.Owner.Assigned() {
		row.Owner = dynamic(p.Owner)
	}
	s.addBelongings(&row, b)
	return row
}

// related are the alerts that an incident is related to, as they are shown.
func (s *huntingSource) related(relations []*arm.Relation) (alerts []alert.Alert) {
	for _, r := range relations {
		if r.Properties.RelatedResourceKind != relatedAlert {
			continue
		}
		s.t.store.Read(func(tx *store.Tx) {
			row, ok := tx.FindSystemAlert(r.Properties.RelatedResourceName)
			if ok && s.t.seesAlert(tx.Alert(row), s.who) {
				alerts = append(alerts, s.t.showAlert(tx.Alert(row), true))
			}
		})
	}
	return alerts
}

// addBelongings adds the tasks and the bookmarks of an incident to its row.
func (s *huntingSource) addBelongings(row *hunting.SecurityIncident, b *store.Belongings) {
	type task struct {
		Title  string         `json:"title"`
		Status arm.TaskStatus `json:"status"`
	}
	tasks, bookmarks := []task{}, []string{}
	for _, t := range b.Tasks {
		tasks = append(tasks, task{t.Properties.Title, t.Properties.Status})
	}
	for _, r := range b.Relations {
		if r.Properties.RelatedResourceKind == relatedBookmark {
			bookmarks = append(bookmarks, r.Properties.RelatedResourceName)
		}
	}
	row.Tasks, row.BookmarkIDs = dynamic(tasks), dynamic(bookmarks)
	var data map[string]jsontext.Value
	if wire.Unmarshal(row.AdditionalData, &data) == nil {
		data["bookmarksCount"] = dynamic(len(bookmarks))
		row.AdditionalData = dynamic(data)
	}
}

// dynamic is a value of a dynamic column.
func dynamic(v any) jsontext.Value {
	data, err := wire.Marshal(v)
	if err != nil { // nothing that was read from JSON
		return jsontext.Value("null")
	}
	return data
}
