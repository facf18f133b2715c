package emulator

import (
	"net/http"
	"strconv"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
)

// Limits are how much a tenant keeps, so that one that runs for long does not
// grow for ever. The zero value of each field is the default.
type Limits struct {
	// Requests are at least how many requests [Tenant.Requests] returns; at
	// most there are twice as many. Default: 10,000.
	Requests int
	// Audit is how many changes of alerts and incidents are kept in the audit
	// log. The oldest are forgotten. Default: 100,000.
	Audit int
	// History is at least how many rows of SecurityIncident are kept, beside the
	// newest of each incident; at most there are twice as many. The oldest are
	// forgotten, as are those that are older than [WithHuntingRetention] says.
	// Default: 1,000,000.
	//
	// In Audit and in History, what came by a request of more than 4 kilobytes
	// counts for as many changes as the request has times 4 kilobytes.
	History int
	// Alerts and Incidents are how many there may be, and how many incidents and
	// how many bookmarks a workspace of Sentinel may have of its own; Comments is
	// how many one alert or one incident of Defender may have, with those that were
	// deleted in Azure Resource Manager, since they stay in Defender. What would be
	// one more is refused with 507, which clients do not try again, and names the
	// limit. Default: 5,000,000 alerts and as many incidents, which no test reaches;
	// 1,000 comments. Sentinel's documented limit is 100 comments, Defender has none
	// that is documented.
	Alerts, Incidents, Comments int
}

// WithLimits changes how much the tenant keeps.
func WithLimits(l Limits) Option {
	return func(t *Tenant) { t.limits = l }
}

func (l Limits) orDefaults() Limits {
	return Limits{
		Requests: or(l.Requests, 10_000), Audit: or(l.Audit, 100_000), History: or(l.History, 1_000_000),
		Alerts: or(l.Alerts, 5_000_000), Incidents: or(l.Incidents, 5_000_000), Comments: or(l.Comments, 1000),
	}
}

// full refuses more alerts and incidents than there may be.
func (t *Tenant) full(tx *store.Tx, alerts, incidents int) *refusal {
	switch {
	case tx.Alerts()+alerts > t.limits.Alerts:
		return tooMany(t.limits.Alerts, "alerts")
	case tx.Incidents()+incidents > t.limits.Incidents:
		return tooMany(t.limits.Incidents, "incidents")
	default:
		return nil
	}
}

// discussed refuses one more comment than there may be.
func (t *Tenant) discussed(comments []alert.Comment) *refusal {
	if len(comments) >= t.limits.Comments {
		return tooMany(t.limits.Comments, "comments on one alert or incident")
	}
	return nil
}

func tooMany(limit int, what string) *refusal {
	return &refusal{http.StatusInsufficientStorage, "InsufficientStorage", "The emulator keeps no more than " + strconv.Itoa(limit) + " " + what + "."}
}
