package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/audit/unified"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// ActivityFeedRead is the permission of the Office 365 Management APIs by which
// the unified audit log is read.
const ActivityFeedRead = "ActivityFeed.Read"

// officeAudience is the Office 365 Management APIs.
const officeAudience audience = "manage.office"

// What the feed keeps and returns at once. The first two are documented.
const (
	feedRetention = 7 * 24 * time.Hour
	feedWindow    = 24 * time.Hour
	feedPage      = 200
)

// contentTypes are those of the feed. All that the tenant has is of the general
// one.
var contentTypes = []string{"Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", unified.ContentGeneral, "DLP.All"}

// activityFeed has the subscriptions of the applications.
type activityFeed struct {
	mu            sync.Mutex
	subscriptions map[subscription]int
}

// subscription is an application's to a type of content. Its value is the
// number of the last deed before it, as content is there from then on.
type subscription struct {
	who         *Identity
	contentType string
}

// handleActivityFeed enters the calls of the Office 365 Management Activity API.
//
// Source: Learn, "Office 365 Management Activity API reference" (2022-10-04).
// The statuses of the errors are not documented; that a missing permission is a
// 401 is what people report.
func (t *Tenant) handleActivityFeed(mux *router) {
	const root = "/api/v1.0/{tenant}/activity/feed"
	for _, route := range []Route{
		{"POST", root + "/subscriptions/start", []string{ActivityFeedRead}, nil, (*call).startSubscription},
		{"POST", root + "/subscriptions/stop", []string{ActivityFeedRead}, nil, (*call).stopSubscription},
		{"GET", root + "/subscriptions/list", []string{ActivityFeedRead}, nil, (*call).listSubscriptions},
		{"GET", root + "/subscriptions/content", []string{ActivityFeedRead}, nil, (*call).listContent},
		{"GET", root + "/audit/{content}", []string{ActivityFeedRead}, nil, (*call).getContent},
	} {
		t.routes = append(t.routes, route)
		mux.HandleFunc(route.Method+" "+route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			c := &call{t: t, w: w, r: r}
			s, ok := c.session(officeAudience)
			if !ok {
				return
			}
			switch tenant := r.PathValue("tenant"); {
			case !strings.EqualFold(tenant, TenantID):
				c.failFeed(http.StatusUnauthorized, "AF20010", "The tenant ID passed in the URL ("+tenant+") does not match the tenant ID passed in the access token ("+TenantID+").")
			case !slices.Contains(s.permissions, ActivityFeedRead):
				c.failFeed(http.StatusUnauthorized, "AF10001", "The permission set ("+strings.Join(s.permissions, " ")+") sent in the request did not include the expected permission ActivityFeed.Read.")
			default:
				route.handler(c)
			}
		})
	}
}

// failFeed answers with the error document of the Management Activity API.
func (c *call) failFeed(status int, code, message string) {
	type failure struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	c.writeFeed(status, struct {
		Error failure `json:"error"`
	}{failure{code, valid(message)}})
}

func (c *call) writeFeed(status int, v any) {
	data, err := wire.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"AF50000","message":"An internal error occurred. Retry the request."}}`)
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(data)
}

// contentType reads which content a request is about.
func (c *call) contentType() (subscription, bool) {
	name := c.r.URL.Query().Get("contentType")
	i := slices.IndexFunc(contentTypes, func(t string) bool { return strings.EqualFold(t, name) })
	switch {
	case name == "":
		c.failFeed(http.StatusBadRequest, "AF20001", "Missing parameter: contentType.")
	case i < 0:
		c.failFeed(http.StatusBadRequest, "AF20020", "The specified content type is not valid.")
	default:
		return subscription{c.who, contentTypes[i]}, true
	}
	return subscription{}, false
}

type subscriptionAnswer struct {
	ContentType string  `json:"contentType"`
	Status      string  `json:"status"`
	Webhook     *string `json:"webhook"` // always null
}

func (c *call) startSubscription() {
	s, ok := c.contentType()
	if !ok {
		return
	}
	data, ok := c.body()
	if !ok {
		return
	}
	var body struct {
		Webhook *struct {
			Address string `json:"address"`
		} `json:"webhook"`
	}
	if len(data) > 0 && wire.Unmarshal(data, &body) != nil {
		c.failFeed(http.StatusBadRequest, "AF20002", "Invalid parameter type: webhook. Expected type: object")
		return
	}
	if body.Webhook != nil {
		c.failFeed(http.StatusBadRequest, "AF20021", "The webhook endpoint ("+body.Webhook.Address+") could not be validated. The emulator sends no notifications.")
		return
	}
	f := &c.t.feed
	f.mu.Lock()
	if f.subscriptions == nil {
		f.subscriptions = map[subscription]int{}
	}
	if _, ok := f.subscriptions[s]; !ok {
		f.subscriptions[s] = c.t.audit.number()
	}
	f.mu.Unlock()
	c.writeFeed(http.StatusOK, subscriptionAnswer{ContentType: s.contentType, Status: "enabled"})
}

func (c *call) stopSubscription() {
	s, ok := c.contentType()
	if !ok {
		return
	}
	if _, ok := c.subscribed(s); !ok {
		return
	}
	c.t.feed.mu.Lock()
	delete(c.t.feed.subscriptions, s)
	c.t.feed.mu.Unlock()
	c.w.WriteHeader(http.StatusOK)
}

func (c *call) listSubscriptions() {
	list := []subscriptionAnswer{}
	c.t.feed.mu.Lock()
	for _, name := range contentTypes {
		if _, ok := c.t.feed.subscriptions[subscription{c.who, name}]; ok {
			list = append(list, subscriptionAnswer{ContentType: name, Status: "enabled"})
		}
	}
	c.t.feed.mu.Unlock()
	c.writeFeed(http.StatusOK, list)
}

// subscribed returns the number of the last deed before a subscription, or
// answers that there is none.
func (c *call) subscribed(s subscription) (after int, ok bool) {
	c.t.feed.mu.Lock()
	after, ok = c.t.feed.subscriptions[s]
	c.t.feed.mu.Unlock()
	if !ok {
		c.failFeed(http.StatusBadRequest, "AF20022", "No subscription found for the specified content type.")
	}
	return after, ok
}

// listContent lists the pieces of content of a period. Here a piece has what one
// request has done, and is available at once.
func (c *call) listContent() {
	s, ok := c.contentType()
	if !ok {
		return
	}
	after, ok := c.subscribed(s)
	if !ok {
		return
	}
	from, to, ok := c.feedPeriod()
	if !ok {
		return
	}
	query := c.r.URL.Query()
	if text := query.Get("nextPage"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			c.failFeed(http.StatusBadRequest, "AF20031", "Invalid nextPage Input: "+text+".")
			return
		}
		after = max(after, n)
	}
	blobs := []unified.Blob{}
	for _, d := range c.t.audit.all() {
		if d.number <= after || d.at.Before(from) || !d.at.Before(to) || s.contentType != unified.ContentGeneral {
			continue
		}
		if len(blobs) == feedPage {
			query.Set("startTime", from.Format(feedTime))
			query.Set("endTime", to.Format(feedTime))
			query.Set("nextPage", strconv.Itoa(after))
			c.w.Header().Set("NextPageUri", c.root()+c.r.URL.EscapedPath()+"?"+query.Encode())
			break
		}
		after = d.number
		const form = "2006-01-02T15:04:05.000Z"
		id := contentID(d)
		blobs = append(blobs, unified.Blob{
			ContentType: s.contentType, ContentID: id, ContentURI: c.root() + "/api/v1.0/" + TenantID + "/activity/feed/audit/" + url.PathEscape(id),
			ContentCreated: d.at.Format(form), ContentExpiration: d.at.Add(feedRetention).Format(form),
		})
	}
	c.writeFeed(http.StatusOK, blobs)
}

// contentID names the content of a deed, as an opaque text.
func contentID(d *deed) string { return strconv.Itoa(d.number) + "$audit_general$" + TenantID }

const feedTime = "2006-01-02T15:04:05"

// feedPeriod reads the period of a request. The default are the last 24 hours.
func (c *call) feedPeriod() (from, to time.Time, ok bool) {
	now := c.t.stamp()
	query := c.r.URL.Query()
	start, end := query.Get("startTime"), query.Get("endTime")
	if start == "" && end == "" {
		// What was done in this second is in it.
		to = now.Truncate(time.Second).Add(time.Second)
		return to.Add(-feedWindow), to, true
	}
	from, startErr := parseFeedTime(start)
	to, endErr := parseFeedTime(end)
	switch {
	case start != "" && startErr != nil:
		c.failFeed(http.StatusBadRequest, "AF20002", "Invalid parameter type: startTime. Expected type: datetime")
	case end != "" && endErr != nil:
		c.failFeed(http.StatusBadRequest, "AF20002", "Invalid parameter type: endTime. Expected type: datetime")
	case start == "" || end == "" || to.Before(from) || to.Sub(from) > feedWindow || from.Before(now.Add(-feedRetention).Truncate(time.Second)):
		c.failFeed(http.StatusBadRequest, "AF20030", "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.")
	default:
		return from, to, true
	}
	return from, to, false
}

func parseFeedTime(text string) (at time.Time, err error) {
	for _, form := range []string{feedTime, "2006-01-02T15:04", time.DateOnly} {
		if at, err = time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return at, err
}

// getContent answers with the records of a piece of content.
func (c *call) getContent() {
	id := c.r.PathValue("content")
	if _, ok := c.subscribed(subscription{c.who, unified.ContentGeneral}); !ok {
		return
	}
	deeds := c.t.audit.all()
	number, _, _ := strings.Cut(id, "$")
	n, _ := strconv.Atoi(number)
	i, found := slices.BinarySearchFunc(deeds, n, func(d *deed, n int) int { return d.number - n })
	switch {
	case !found || contentID(deeds[i]) != id:
		c.failFeed(http.StatusNotFound, "AF20050", "The specified content ("+id+") does not exist.")
		return
	case deeds[i].at.Add(feedRetention).Before(c.t.stamp()):
		c.failFeed(http.StatusBadRequest, "AF20051", "Content requested with the key "+id+" has already expired. Content older than 7 days cannot be retrieved.")
		return
	}
	var records []*unified.Record
	entries, err := c.t.describe(deeds[i])
	for _, e := range entries {
		records = append(records, new(unified.Form{Organization: TenantID}.Record(e)))
	}
	if err != nil {
		c.failFeed(http.StatusInternalServerError, "AF50000", "An internal error occurred. Retry the request.")
		return
	}
	c.writeFeed(http.StatusOK, records)
}
