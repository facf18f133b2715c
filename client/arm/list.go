package arm

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// ListOptions say which objects to list and in which order. The zero value lists
// all.
type ListOptions struct {
	// Filter is a condition in OData, such as
	// properties/createdTimeUtc gt 2026-03-21T12:00:00Z. Texts in it are in single
	// quotes, which [Quote] adds. It was reported that the classification
	// Undetermined cannot be filtered for.
	Filter string
	// OrderBy is, for example, properties/createdTimeUtc desc.
	OrderBy string
	// Top is how many objects a page has, at most [MaxPage]; without it the service
	// makes pages of 50. It does not bound the list, for pages are followed to the
	// end: leave the loop when you have enough.
	Top int
}

// Quote makes a literal of a text for [ListOptions]: in single quotes, with each single
// quote in it doubled.
func Quote(text string) string {
	b := []byte{'\''}
	for i := range len(text) {
		if text[i] == '\'' {
			b = append(b, '\'')
		}
		b = append(b, text[i])
	}
	return string(append(b, '\''))
}

// ListIncidents yields the incidents of the workspace, one page at a time, as it is
// ranged over. A page that cannot be had ends the list with an error; so does a link
// to the next page that leads elsewhere, for a token goes with it, or in a circle.
//
//	for i, err := range sentinel.ListIncidents(ctx, arm.ListOptions{OrderBy: "properties/createdTimeUtc desc"}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(i.Properties.IncidentNumber, i.Properties.Title)
//	}
func (c *Client) ListIncidents(ctx context.Context, o ListOptions) iter.Seq2[*Incident, error] {
	return list[IncidentProperties](ctx, c, at("", "incidents"), nil, o)
}

// ListComments yields the comments of an incident, as [Client.ListIncidents] does
// incidents.
func (c *Client) ListComments(ctx context.Context, incidentID string, o ListOptions) iter.Seq2[*Comment, error] {
	return list[CommentProperties](ctx, c, at(incidentID, "incidents", incidentID, "comments"), incidentIDs(incidentID), o)
}

// ListTasks yields the tasks of an incident, as [Client.ListIncidents] does
// incidents. The service knows no options here.
func (c *Client) ListTasks(ctx context.Context, incidentID string) iter.Seq2[*Task, error] {
	return list[TaskProperties](ctx, c, at(incidentID, "incidents", incidentID, "tasks"), incidentIDs(incidentID), ListOptions{})
}

// ListRelations yields the relations of an incident, as [Client.ListIncidents] does
// incidents.
func (c *Client) ListRelations(ctx context.Context, incidentID string, o ListOptions) iter.Seq2[*Relation, error] {
	return list[RelationProperties](ctx, c, at(incidentID, "incidents", incidentID, "relations"), incidentIDs(incidentID), o)
}

// ListBookmarks yields the bookmarks of the workspace, whatever incident
// they belong to, as [Client.ListIncidents] does incidents. The service knows no
// options here.
func (c *Client) ListBookmarks(ctx context.Context) iter.Seq2[*Bookmark, error] {
	return list[BookmarkProperties](ctx, c, at("", "bookmarks"), nil, ListOptions{})
}

// page is one page of a list.
type page[P any] struct {
	Value    []*Object[P] `json:"value"`
	NextLink string       `json:"nextLink"`
}

func (p *page[P]) problem(c *Client, of place) error {
	if p.Value == nil {
		return client.BadAnswer("the list value is not there")
	}
	for i, object := range p.Value {
		if object == nil {
			object = new(Object[P])
		}
		if err := c.inCollection(of, validate.Index("value", i), object.ID); err != nil {
			return err
		}
	}
	return nil
}

func list[P any](ctx context.Context, c *Client, p place, ps validate.Problems, o ListOptions) iter.Seq2[*Object[P], error] {
	op := audit.ReadIncident
	if p.incident == "" {
		op = audit.ListIncidents
	}
	r := c.request(http.MethodGet, p, op)
	for name, value := range map[string]string{"$filter": o.Filter, "$orderby": o.OrderBy} {
		if value != "" {
			r.Query.Set(name, value)
		}
	}
	switch {
	case o.Top < 0:
		ps.Add("$top", "min", "is %d; leave it out or give a positive number", o.Top)
	case o.Top > MaxPage:
		ps.Add("$top", "max", "is %d; give at most %d", o.Top, MaxPage)
	case o.Top > 0:
		r.Query.Set("$top", strconv.Itoa(o.Top))
	}
	return func(yield func(*Object[P], error) bool) {
		if err := ps.Err(); err != nil {
			yield(nil, err)
			return
		}
		next, pages := r, c.conn.Pages(r)
		for {
			var got page[P]
			if _, _, err := c.do(ctx, next, &got, func(int) error { return got.problem(c, p) }); err != nil {
				yield(nil, err)
				return
			}
			for _, object := range got.Value {
				if !yield(object, nil) {
					return
				}
			}
			if got.NextLink == "" {
				return
			}
			var err error
			if next, err = pages.Next(got.NextLink, len(got.Value)); err != nil {
				yield(nil, fmt.Errorf("arm: %w", err))
				return
			}
		}
	}
}
