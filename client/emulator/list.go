package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident"
)

// maxIncidentTop is observed (wazuh/wazuh#27579, #28070).
const maxIncidentTop = 50

// options refuses query options beyond those of a call.
func (c *call) options(allowed ...string) bool {
	query, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		c.fail(http.StatusBadRequest, "BadRequest", "The query string cannot be read.")
		return false
	}
	for name, values := range query {
		switch {
		case !slices.Contains(allowed, name):
			c.unsupported("the query option " + name)
			return false
		case len(values) > 1:
			c.fail(http.StatusBadRequest, "BadRequest", "Query option '"+name+"' was specified more than once.")
			return false
		}
	}
	return true
}

// expand reads $expand, which can only be alerts.
func (c *call) expand() (alerts, ok bool) {
	switch c.r.URL.Query().Get("$expand") {
	case "":
		return false, true
	case "alerts":
		return true, true
	default:
		c.fail(http.StatusBadRequest, "BadRequest", "Only alerts can be expanded.")
		return false, false
	}
}

// query reads the options of a list.
func (c *call) query(pageSize, maxTop int) (store.Query, bool) {
	values := c.r.URL.Query()
	q := store.Query{Filter: values.Get("$filter"), After: values.Get("$skiptoken"), Top: pageSize}
	for _, option := range []struct {
		name string
		to   *int
	}{{"$top", &q.Top}, {"$skip", &q.Skip}} {
		text := values.Get(option.name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			c.invalidQuery("Invalid value '" + text + "' for " + option.name + " query option found. The " + option.name + " query option requires a non-negative integer value.")
			return q, false
		}
		*option.to = n
	}
	if q.Top > maxTop {
		c.invalidQuery("The limit of '" + strconv.Itoa(maxTop) + "' for Top query has been exceeded. The value from the incoming request is '" + strconv.Itoa(q.Top) + "'.")
		return q, false
	}
	switch count := values.Get("$count"); count {
	case "", "false":
	case "true":
		q.Count = true
	default:
		c.invalidQuery("Invalid value '" + count + "' for $count query option found.")
		return q, false
	}
	return q, true
}

// invalidQuery answers as the service was observed to do, with an empty code.
func (c *call) invalidQuery(why string) {
	c.fail(http.StatusBadRequest, "", "The query specified in the URI is not valid. "+why)
}

// page is the answer to a list.
type page[T any] struct {
	Context  string `json:"@odata.context"`
	Count    *int   `json:"@odata.count,omitzero"`
	NextLink string `json:"@odata.nextLink,omitzero"`
	Value    []*T   `json:"value"`
}

func writePage[T any](c *call, q store.Query, found store.Page, set string, values []*T) {
	version, _, _ := strings.Cut(strings.TrimPrefix(c.r.URL.Path, "/"), "/")
	p := page[T]{Context: c.root() + "/" + version + "/$metadata#security/" + set, Value: values}
	if q.Count {
		p.Count = &found.Count
	}
	if found.Next != "" {
		next := c.r.URL.Query()
		next.Del("$skip")
		next.Set("$skiptoken", found.Next)
		p.NextLink = c.root() + c.r.URL.EscapedPath() + "?" + next.Encode()
	}
	c.write(http.StatusOK, p)
}

// root is the address by which the caller reached the tenant.
func (c *call) root() string {
	scheme := "http"
	if c.r.TLS != nil || c.r.URL.Scheme == "https" {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host
}

// listAlerts returns alerts, newest first.
//
// Source: Learn, "List alerts_v2" (v1.0, 2026-05-19). $orderby is not in the
// page; by createdDateTime it is in use.
func (c *call) listAlerts() {
	if !c.options("$filter", "$top", "$skip", "$count", "$skiptoken", "$orderby") {
		return
	}
	q, ok := c.query(or(c.t.choices.AlertPageSize, 50), or(c.t.choices.MaxAlertTop, 1000))
	if !ok {
		return
	}
	switch order := c.r.URL.Query().Get("$orderby"); order {
	case "", "createdDateTime desc":
	case "createdDateTime", "createdDateTime asc":
		q.OldestFirst = true
	default:
		c.unsupported("the order '" + order + "'")
		return
	}
	var values []*alert.Alert
	var found store.Page
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		if c.who.DeviceGroups != nil {
			q.Visible = func(row int32) bool { return c.t.seesAlert(tx.Alert(row), c.who) }
		}
		found, err = tx.ListAlerts(q)
		values = make([]*alert.Alert, len(found.Rows))
		for n, row := range found.Rows {
			values[n] = new(c.t.showAlert(tx.Alert(row), c.unknownMembers()))
		}
	})
	if err != nil {
		c.invalidQuery(err.Error())
		return
	}
	writePage(c, q, found, "alerts_v2", values)
}

// listIncidents returns incidents, newest first.
//
// Source: Learn, "List incidents" (v1.0, 2026-03-19). $orderby is reported to be
// refused.
func (c *call) listIncidents() {
	if !c.options("$filter", "$top", "$skip", "$count", "$skiptoken", "$expand") {
		return
	}
	q, ok := c.query(or(c.t.choices.IncidentPageSize, 50), maxIncidentTop)
	if !ok {
		return
	}
	expand, ok := c.expand()
	if !ok {
		return
	}
	var values []*incident.Incident
	var found store.Page
	var err error
	c.t.store.Read(func(tx *store.Tx) {
		if c.who.DeviceGroups != nil {
			q.Visible = func(row int32) bool { return c.t.seesIncident(tx, row, c.who) }
		}
		found, err = tx.ListIncidents(q)
		values = make([]*incident.Incident, len(found.Rows))
		for n, row := range found.Rows {
			values[n] = new(c.t.showIncident(tx, tx.Incident(row), expand, c.unknownMembers(), c.who))
		}
	})
	if err != nil {
		c.invalidQuery(err.Error())
		return
	}
	writePage(c, q, found, "incidents", values)
}
