package emulator

import (
	"iter"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/unified"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/incident"
	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// correlationActor is who does what nobody asked for (Learn, "Alert correlation
// and incident merging").
var correlationActor = audit.Actor{Type: audit.System, Name: "Microsoft Defender XDR - alert correlation"}

// deed is something that was done, or refused, at once. What it changed is
// kept as it was before and after, which costs next to nothing, since neither
// changes any more; the entries are made when somebody asks for them.
type deed struct {
	number int
	weight int
	at     time.Time
	// who is nil for the service itself.
	who                                 *Identity
	origin                              audit.Origin
	address, requestID, clientRequestID string

	store.Changes

	// operation and target are what was asked for, and refused why it was not
	// done. Without it, it was done, and is nothing that the state has.
	refused   *refusal
	operation audit.Operation
	target    audit.Target
	// made tells that the target is an incident that a workspace alone has.
	made bool
}

// auditLog has the last deeds, oldest first.
type auditLog struct {
	mu    sync.Mutex
	count int
	// weight is that of all deeds: see [store.Tx.Weight].
	weight int
	last   []*deed
}

// add keeps a deed, and forgets the oldest that go beyond a weight.
func (l *auditLog) add(d *deed, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	d.number = l.count
	l.last = append(l.last, d)
	l.weight += d.weight
	gone := 0
	for l.weight > most && gone < len(l.last)-1 {
		l.weight -= l.last[gone].weight
		l.last[gone] = nil
		gone++
	}
	l.last = l.last[gone:]
}

func (l *auditLog) all() []*deed {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.last)
}

// number is that of the last deed.
func (l *auditLog) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

func (l *auditLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last, l.weight = nil, 0
}

// recordChanges keeps what a transaction has changed.
func (t *Tenant) recordChanges(tx *store.Tx) {
	c, _ := tx.By.(*call)
	d := t.newDeed(c)
	d.Changes = tx.Changes()
	if c == nil && len(d.Incidents) > 0 {
		// What is due in the background is done as of the time when it was due.
		d.at = d.Incidents[0].After.LastUpdateDateTime
	}
	d.weight = d.Len() * tx.Weight()
	t.audit.add(d, t.limits.Audit)
}

// recordRefusal keeps that a caller who is known was refused a change.
func (t *Tenant) recordRefusal(c *call, route Route) {
	operation, ok := operationOf(route)
	if c.refused == nil || !ok || t.choices.RefusalsUnaudited {
		return
	}
	d := t.newDeed(c)
	d.refused, d.operation = c.refused.kept(), operation
	id := strings.Clone(plain.Cut(c.r.PathValue("id"), 200))
	if strings.Contains(route.Pattern, "/incidents/{id}") {
		d.target.Incident = id
	} else {
		d.target.Alert = id
	}
	t.audit.add(d, t.limits.Audit)
}

// kept is a refusal as a deed has it. What the caller chose is cut, for there are
// many deeds to keep.
func (r *refusal) kept() *refusal {
	return &refusal{r.status, r.code, strings.Clone(plain.Cut(r.message, 500))}
}

func (t *Tenant) newDeed(c *call) *deed {
	d := &deed{at: t.stamp(), weight: 1}
	if c == nil {
		return d
	}
	d.who, d.origin = c.who, audit.OriginGraph
	if forARM(c.r) {
		d.origin = audit.OriginARM
	}
	d.address, _, _ = net.SplitHostPort(c.r.RemoteAddr)
	if entry, ok := c.r.Context().Value(entryKey{}).(*Request); ok {
		d.requestID, d.clientRequestID = entry.RequestID, strings.Clone(plain.Cut(entry.ClientRequestID, 100))
	}
	return d
}

// operationOf names what a route changes. The routes that change nothing have
// no name.
func operationOf(route Route) (audit.Operation, bool) {
	onAlert := strings.Contains(route.Pattern, "/alerts_v2")
	name := strings.TrimPrefix(route.Pattern[strings.LastIndexByte(route.Pattern, '/')+1:], "microsoft.graph.security.")
	switch {
	case route.Method == http.MethodGet:
		return "", false
	case name == "moveAlerts":
		return audit.MoveAlert, true
	case name == "mergeIncidents":
		return audit.MergeIncidents, true
	case name == "comments" && onAlert:
		return audit.AddCommentToAlert, true
	case name == "comments":
		return audit.AddCommentToIncident, true
	case route.Method == http.MethodPatch && onAlert:
		return audit.UpdateAlert, true
	case route.Method == http.MethodPatch:
		return audit.UpdateIncident, true
	case onAlert:
		return audit.CreateAlert, true
	default:
		return "", false
	}
}

// AuditLog yields what was done to alerts and incidents, and to what belongs to
// incidents in Azure Resource Manager, by whom and when, with what was there before and
// after, oldest first; and what was refused to a caller who is known. A request that
// does several things has an entry for each. [Limits] says how many are kept. The
// functions of package audit read it:
//
//	events, err := audit.Events(audit.Select(tenant.AuditLog(), audit.Filter{Actor: "jo@contoso.com"}))
func (t *Tenant) AuditLog() iter.Seq2[audit.Entry, error] { return t.entries(t.audit.all()) }

func (t *Tenant) entries(deeds []*deed) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, d := range deeds {
			list, err := t.describe(d)
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
			if err != nil && !yield(audit.Entry{}, err) {
				return
			}
		}
	}
}

// UnifiedAudit yields the records of the unified audit log of Microsoft 365,
// oldest first. Over HTTP they are had by the Office 365 Management Activity API;
// see the package's documentation.
func (t *Tenant) UnifiedAudit() iter.Seq2[unified.Record, error] {
	return unified.Form{Organization: TenantID}.Records(t.AuditLog())
}

// Activity returns what was done to an incident, and to those that were merged
// into it: the portal's activity log. An id that Defender does not have is the name
// of an incident that was made in Azure Resource Manager.
func (t *Tenant) Activity(incidentID string) ([]audit.Event, error) {
	var inDefender bool
	t.store.Read(func(tx *store.Tx) { _, inDefender = tx.FindIncident(incidentID) })
	if !inDefender {
		return t.sentinelActivity(incidentID)
	}
	deeds := t.audit.all()
	// The incidents whose log is this one's, from the last merge to the first.
	belong := map[string]bool{incidentID: true}
	for _, d := range slices.Backward(deeds) {
		for _, i := range d.Incidents {
			if i.Before != nil && i.Before.RedirectIncidentID == "" && belong[i.After.RedirectIncidentID] {
				belong[i.After.ID] = true
			}
		}
	}
	deeds = slices.DeleteFunc(deeds, func(d *deed) bool {
		return !slices.ContainsFunc(d.Incidents, func(i store.Change[store.Incident]) bool { return belong[i.After.ID] }) &&
			!slices.ContainsFunc(d.Alerts, func(a store.Change[store.Alert]) bool { return belong[a.After.Incident()] }) &&
			!(d.did() && !d.made && belong[d.target.Incident])
	})
	return audit.Activity(t.entries(deeds), incidentID)
}

// AlertHistory returns what was done to an alert.
func (t *Tenant) AlertHistory(alertID string) ([]audit.Event, error) {
	deeds := slices.DeleteFunc(t.audit.all(), func(d *deed) bool {
		return !slices.ContainsFunc(d.Alerts, func(a store.Change[store.Alert]) bool { return a.After.ID == alertID })
	})
	return audit.History(t.entries(deeds), alertID)
}

// describe returns the entries of a deed.
func (t *Tenant) describe(d *deed) ([]audit.Entry, error) {
	base := audit.Entry{
		Time: d.at, Actor: correlationActor, Origin: d.origin, RequestID: d.requestID, ClientRequestID: d.clientRequestID,
		Result: audit.Result{Outcome: audit.Succeeded},
	}
	if d.who != nil {
		base.Actor = d.who.actor()
		base.Actor.Address = d.address
	}
	l := entryList{base: base, prefix: or(d.requestID, "service-"+strconv.Itoa(d.number))}
	if d.refused != nil {
		l.base.Result = audit.Result{Outcome: audit.Failed, Status: d.refused.status, Code: d.refused.code, Message: d.refused.message}
	}
	if d.operation != "" {
		l.add(d.operation, d.target, nil, "")
		return l.entries, nil
	}
	for _, change := range d.Incidents {
		if err := t.describeIncident(&l, d, change); err != nil {
			return l.entries, err
		}
	}
	for _, change := range d.Alerts {
		if err := t.describeAlert(&l, change); err != nil {
			return l.entries, err
		}
	}
	for _, change := range d.Sentinel {
		if err := describeSentinel(&l, change); err != nil {
			return l.entries, err
		}
	}
	if len(l.entries) == 0 {
		// Somebody has set what was set already.
		operation, target := audit.UpdateIncident, audit.Target{}
		switch {
		case len(d.Incidents) > 0:
			target.Incident, target.Workspace = d.Incidents[0].After.ID, d.Incidents[0].After.Workspace
		case len(d.Alerts) > 0:
			a := d.Alerts[0].After
			operation, target = audit.UpdateAlert, audit.Target{Incident: a.Incident(), Alert: a.ID, Workspace: a.Workspace}
		default: // a bookmark always has an entry
			target = sentinelTarget(d.Sentinel[0])
		}
		l.add(operation, target, nil, "")
	}
	return l.entries, nil
}

// actor is the identity as the audit log names it.
func (i *Identity) actor() audit.Actor {
	if i.person() {
		return audit.Actor{Type: audit.User, ID: i.UserPrincipalName, Name: i.Name}
	}
	return audit.Actor{Type: audit.Application, ID: i.ObjectID, Name: i.Name}
}

// entryList collects the entries of a deed.
type entryList struct {
	base    audit.Entry
	prefix  string
	entries []audit.Entry
}

func (l *entryList) add(operation audit.Operation, target audit.Target, changes []audit.Change, comment string) {
	e := l.base
	e.ID = l.prefix + "." + strconv.Itoa(len(l.entries)+1)
	target.Tenant = TenantID
	e.Operation, e.Target, e.Changes, e.Comment = operation, target, changes, comment
	l.entries = append(l.entries, e)
}

// aspect is a property of an incident whose change has operations of its own.
type aspect[T any] struct {
	property   string
	operations func(before, after *T) []audit.Operation
}

// aspects are those of an incident of Defender, in the order in which they are
// recorded; all other properties are UpdateIncident.
var aspects = []aspect[incident.Incident]{
	{"status", always[incident.Incident](audit.UpdateIncidentStatus)},
	{"resolvingComment", always[incident.Incident](audit.UpdateIncidentResolvingComment)},
	{"severity", always[incident.Incident](audit.UpdateIncidentSeverity)},
	{"assignedTo", func(_, after *incident.Incident) []audit.Operation {
		if after.AssignedTo == "" {
			return []audit.Operation{audit.UnAssignUserFromIncident}
		}
		return []audit.Operation{audit.AssignUserToIncident}
	}},
	{"customTags", func(before, after *incident.Incident) []audit.Operation {
		return retagged(before.CustomTags, after.CustomTags)
	}},
}

func always[T any](o audit.Operation) func(before, after *T) []audit.Operation {
	return func(_, _ *T) []audit.Operation { return []audit.Operation{o} }
}

func retagged(before, after []string) (list []audit.Operation) {
	if !contains(before, after) {
		list = append(list, audit.AddTagsToIncident)
	}
	if !contains(after, before) {
		list = append(list, audit.RemoveTagsFromIncident)
	}
	return list
}

// addAspects adds the entries of the changes of an incident.
func addAspects[T any](l *entryList, list []aspect[T], target audit.Target, changes []audit.Change, before, after *T) {
	for _, a := range list {
		if chosen := only(changes, a.property); chosen != nil {
			for _, operation := range a.operations(before, after) {
				l.add(operation, target, chosen, "")
			}
			changes = allBut(changes, a.property)
		}
	}
	if changes != nil {
		l.add(audit.UpdateIncident, target, changes, "")
	}
}

// contains tells whether all has each of some.
func contains(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func (t *Tenant) describeIncident(l *entryList, d *deed, change store.Change[store.Incident]) error {
	var before *incident.Incident
	if change.Before != nil {
		before = new(t.showIncident(nil, change.Before, false, true, nil))
	}
	after := t.showIncident(nil, change.After, false, true, nil)
	e, err := audit.Describe(before, &after)
	if err != nil {
		return err
	}
	e.Target.Workspace = change.After.Workspace
	if e.Operation != audit.UpdateIncident {
		l.add(e.Operation, e.Target, e.Changes, "")
		return nil
	}
	addAspects(l, aspects, e.Target, allBut(e.Changes, "comments", "lastUpdateDateTime", "lastModifiedBy"), before, &after)
	// Comments that came along with a merge were recorded when they were made.
	old := before.Comments
	for _, other := range d.Incidents {
		if other.Before != nil {
			old = slices.Concat(old, other.Before.Comments)
		}
	}
	if err := l.comments(audit.AddCommentToIncident, e.Target, old, after.Comments); err != nil {
		return err
	}
	return l.belongings(e.Target, belongingsOf(change.Before), belongingsOf(change.After), change.Before.Comments)
}

func (t *Tenant) describeAlert(l *entryList, change store.Change[store.Alert]) error {
	var before *alert.Alert
	if change.Before != nil {
		before = new(t.showAlert(change.Before, true))
	}
	after := t.showAlert(change.After, true)
	e, err := audit.Describe(before, &after)
	if err != nil {
		return err
	}
	e.Target.Workspace = change.After.Workspace
	if before == nil {
		l.add(e.Operation, e.Target, e.Changes, "")
		return nil
	}
	if e.Operation == audit.MoveAlert {
		l.add(e.Operation, e.Target, only(e.Changes, "incidentId"), "")
	}
	e.Target.Source = ""
	if rest := allBut(e.Changes, "comments", "lastUpdateDateTime", "incidentId", "incidentWebUrl"); rest != nil {
		l.add(audit.UpdateAlert, e.Target, rest, "")
	}
	return l.comments(audit.AddCommentToAlert, e.Target, before.Comments, after.Comments)
}

// comments adds an entry for each comment that is new.
func (l *entryList) comments(operation audit.Operation, target audit.Target, before, after []alert.Comment) error {
	for n, c := range after {
		if slices.ContainsFunc(before, func(b alert.Comment) bool {
			return b.Comment == c.Comment && b.CreatedByDisplayName == c.CreatedByDisplayName && b.CreatedDateTime.Equal(c.CreatedDateTime)
		}) {
			continue
		}
		value, err := wire.Marshal(&c)
		if err != nil {
			return err
		}
		l.add(operation, target, []audit.Change{{Path: "comments[" + strconv.Itoa(n) + "]", New: value}}, c.Comment)
	}
	return nil
}

// property is the property that a path leads into.
func property(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// only and allBut choose the changes of some properties, and those of all
// others.
func only(list []audit.Change, properties ...string) (chosen []audit.Change) {
	for _, c := range list {
		if slices.Contains(properties, property(c.Path)) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

func allBut(list []audit.Change, properties ...string) (chosen []audit.Change) {
	for _, c := range list {
		if !slices.Contains(properties, property(c.Path)) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}
