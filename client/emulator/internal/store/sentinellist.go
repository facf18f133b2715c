package store

import (
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator/internal/odata"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// SentinelQuery is what a list of the incidents of a workspace is asked for.
type SentinelQuery struct {
	// Filter is the text of a $filter, OrderBy that of an $orderby; both may be
	// empty. Without an order the newest come first.
	Filter, OrderBy string
	// Until hides incidents of Defender that are younger.
	Until time.Time
	// After is the token of the page before, or empty; Top is the most that are
	// returned.
	After string
	Top   int
	// Owner tells who somebody is whom Defender has assigned an incident to.
	Owner func(assignedTo string) arm.Owner
}

// SentinelRow is an incident in a list: one that was made in the workspace, or the
// row of one of Defender.
type SentinelRow struct {
	Made *SentinelIncident
	Row  int32
}

// List returns a page of the incidents of the workspace, and the token for the
// next. The error is that of one of the options.
func (w *Workspace) List(tx *Tx, q SentinelQuery) ([]SentinelRow, string, error) {
	// In what follows, a row is the place of one of Defender's, or, if it is
	// negative, the complement of the place of one that was made here.
	schema := w.schema(tx, q.Owner)
	list := odata.List{
		Rows: w.walk,
		Tie: func(row int) int64 {
			if row < 0 {
				return int64(w.made.list[^row].value.Object.Properties.IncidentNumber)
			}
			return int64(w.numbers[row])
		},
	}
	if q.Filter != "" {
		filter, err := odata.Compile(q.Filter, schema)
		if err != nil {
			return nil, "", err
		}
		list.Filter = filter
	}
	if !q.Until.IsZero() {
		until, filter := odata.Ticks(q.Until), list.Filter
		list.Filter = func(rows []int32) []int32 {
			rows = slices.DeleteFunc(rows, func(row int32) bool { return row >= 0 && tx.s.incidentFields.created[w.rows[row]] > until })
			if filter != nil {
				rows = filter(rows)
			}
			return rows
		}
	}
	if q.OrderBy == "" {
		q.OrderBy = "properties/createdTimeUtc desc"
	}
	order, err := odata.CompileOrder(q.OrderBy, schema)
	if err != nil {
		return nil, "", err
	}
	rows, next, err := order.Page(list, q.After, q.Top)
	page := make([]SentinelRow, len(rows))
	for n, row := range rows {
		if row < 0 {
			page[n].Made = w.made.list[^row].value
		} else {
			page[n].Row = w.rows[row]
		}
	}
	return page, next, err
}

func (w *Workspace) walk(descending bool) iter.Seq[int] {
	return func(yield func(int) bool) {
		defender, made := len(w.rows), len(w.made.list)
		if descending {
			for i := made - 1; i >= 0; i-- {
				if !yield(^i) {
					return
				}
			}
			for i := defender - 1; i >= 0; i-- {
				if !yield(i) {
					return
				}
			}
			return
		}
		for i := range defender {
			if !yield(i) {
				return
			}
		}
		for i := range made {
			if !yield(^i) {
				return
			}
		}
	}
}

// schema has the properties by which incidents are filtered and ordered. Those of
// Defender's that change often or are looked at most are in arrays.
func (w *Workspace) schema(tx *Tx, owner func(string) arm.Owner) odata.Schema {
	made := func(row int) *arm.IncidentProperties { return &w.made.list[^row].value.Object.Properties }
	defender := func(row int) *Incident { return tx.s.incidents[w.rows[row]] }
	f := &tx.s.incidentFields
	text := func(here func(*arm.IncidentProperties) string, there func(*Incident) string) odata.Column {
		return odata.Column{Text: func(row int) string {
			if row < 0 {
				return here(made(row))
			}
			return there(defender(row))
		}}
	}
	moment := func(here func(*arm.IncidentProperties) time.Time, there func(row int32) int64) odata.Column {
		return odata.Column{Time: func(row int) int64 {
			if row < 0 {
				return ticks(here(made(row)))
			}
			return there(w.rows[row])
		}}
	}
	// word is a property with few values, which are translated once.
	word := func(name string, here func(*arm.IncidentProperties) string, translate func(string) string) odata.Column {
		var column *textColumn
		for i, have := range f.names {
			if have == name {
				column = &f.texts[i]
			}
		}
		values := make([]string, len(column.values))
		for i, v := range column.values {
			values[i] = translate(v.text)
		}
		return odata.Column{
			Text: func(row int) string {
				if row < 0 {
					return here(made(row))
				}
				return values[column.rows[w.rows[row]]]
			},
			Equal: func(text string) odata.Filter {
				same := make([]bool, len(values))
				for i, value := range values {
					same[i] = value == text
				}
				return func(rows []int32) []int32 {
					return slices.DeleteFunc(rows, func(row int32) bool {
						if row < 0 {
							return here(made(int(row))) != text
						}
						return !same[column.rows[w.rows[row]]]
					})
				}
			},
		}
	}
	ownerPart := func(part func(*arm.Owner) string) odata.Column {
		return word("assignedTo", func(p *arm.IncidentProperties) string {
			if p.Owner == nil {
				return ""
			}
			return part(p.Owner)
		}, func(assignedTo string) string {
			if assignedTo == "" {
				return ""
			}
			return part(new(owner(assignedTo)))
		})
	}
	return func(name string) (c odata.Column, ok bool) {
		if name == "name" {
			return odata.Column{Text: func(row int) string {
				if row < 0 {
					return w.made.list[^row].value.Object.Name
				}
				return hunting.IncidentName(defender(row).ID)
			}}, true
		}
		property, ok := strings.CutPrefix(name, "properties/")
		if !ok {
			return c, false
		}
		switch property {
		case "createdTimeUtc":
			c = moment(func(p *arm.IncidentProperties) time.Time { return p.CreatedTimeUTC }, func(row int32) int64 { return f.created[row] })
		case "lastModifiedTimeUtc":
			c = moment(func(p *arm.IncidentProperties) time.Time { return p.LastModifiedTimeUTC }, func(row int32) int64 { return f.updated[row] })
		case "firstActivityTimeUtc":
			c = moment(func(p *arm.IncidentProperties) time.Time { return p.FirstActivityTimeUTC }, func(row int32) int64 {
				first, _ := tx.Activity(tx.s.incidents[row])
				return ticks(first)
			})
		case "lastActivityTimeUtc":
			c = moment(func(p *arm.IncidentProperties) time.Time { return p.LastActivityTimeUTC }, func(row int32) int64 {
				_, last := tx.Activity(tx.s.incidents[row])
				return ticks(last)
			})
		case "incidentNumber":
			c = odata.Column{Number: func(row int) int64 {
				if row < 0 {
					return int64(made(row).IncidentNumber)
				}
				return int64(w.numbers[row])
			}}
		case "title":
			c = odata.Column{Text: func(row int) string {
				if row < 0 {
					return made(row).Title
				}
				return tx.s.titles[w.rows[row]]
			}}
		case "description":
			c = text(func(p *arm.IncidentProperties) string { return p.Description }, func(i *Incident) string { return i.Description })
		case "classificationComment":
			c = text(func(p *arm.IncidentProperties) string { return p.ClassificationComment }, func(i *Incident) string { return i.ResolvingComment })
		case "classificationReason":
			c = text(func(p *arm.IncidentProperties) string { return string(p.ClassificationReason) }, func(i *Incident) string { return Verdict(i).Reason })
		case "severity":
			c = word("severity", func(p *arm.IncidentProperties) string { return string(p.Severity) }, func(word string) string {
				return verdict(incident.Verdict{Severity: alert.Severity(word)}).Severity
			})
		case "status":
			c = word("status", func(p *arm.IncidentProperties) string { return string(p.Status) }, func(word string) string {
				return verdict(incident.Verdict{Status: incident.Status(word)}).Status
			})
		case "classification":
			c = word("classification", func(p *arm.IncidentProperties) string { return string(p.Classification) }, func(word string) string {
				return verdict(incident.Verdict{Classification: alert.Classification(word)}).Classification
			})
		case "providerName":
			c = text(func(*arm.IncidentProperties) string { return ProviderSentinel }, func(*Incident) string { return hunting.ProviderXDR })
		case "owner/objectId":
			c = ownerPart(func(o *arm.Owner) string { return o.ObjectID })
		case "owner/email":
			c = ownerPart(func(o *arm.Owner) string { return o.Email })
		case "owner/assignedTo":
			c = ownerPart(func(o *arm.Owner) string { return o.AssignedTo })
		case "owner/userPrincipalName":
			c = ownerPart(func(o *arm.Owner) string { return o.UserPrincipalName })
		default:
			return c, false
		}
		return c, true
	}
}

// ProviderSentinel is the provider of incidents that were made in Azure Resource
// Manager.
const ProviderSentinel = "Azure Sentinel"

// ticks has an unset time before all others.
func ticks(t time.Time) int64 {
	if t.IsZero() {
		return math.MinInt64
	}
	return odata.Ticks(t)
}

// Verdict returns the standing of an incident of Defender in the words of
// Microsoft Sentinel. One that is not classified has no classification.
func Verdict(i *Incident) incident.SentinelVerdict {
	return verdict(incident.Verdict{Severity: i.Severity, Status: i.Status, Classification: i.Classification, Determination: i.Determination})
}

func verdict(v incident.Verdict) incident.SentinelVerdict {
	if v.Classification == alert.ClassificationUnknown {
		v.Classification = ""
	}
	words, _ := v.Sentinel()
	return words
}

// Activity returns the times of the first and the last activity that the alerts of
// an incident tell of. An alert that does not say is of the time when it was
// raised.
func (tx *Tx) Activity(i *Incident) (first, last time.Time) {
	for _, row := range i.Members {
		a := tx.s.alerts[row]
		begin, end := a.FirstActivityDateTime, a.LastActivityDateTime
		if begin.IsZero() {
			begin = a.CreatedDateTime
		}
		if end.IsZero() {
			end = a.CreatedDateTime
		}
		if first.IsZero() || begin.Before(first) {
			first = begin
		}
		if end.After(last) {
			last = end
		}
	}
	return first, last
}
