package client

import (
	"net/http"

	"golang.org/x/time/rate"
)

// Limits keep a client below the number of requests that a service accepts, so
// that it waits a little instead of being refused. Each attempt draws from one
// of them. Services count by application and tenant: clients that share both
// should share one value. A nil limiter sets no limit.
type Limits struct {
	// Read is drawn from by GET and HEAD requests, Delete by DELETE requests, and
	// Write by all others.
	Read, Write, Delete *rate.Limiter
}

// WithLimits replaces the limits of the API; Limits{} has none, for a service
// that only stands in for the real one.
func WithLimits(l Limits) Option {
	return func(s *settings) error {
		s.limits = &l
		return nil
	}
}

// GraphLimits returns limits that keep a client at the 150 requests in a minute
// that Microsoft Graph accepts for alerts: thirty at once, and two in a second
// after that, so that no minute has more. Incidents are not named in the table
// of limits; that they share this one is the careful reading.
//
// Source: Learn, "Microsoft Graph service-specific throttling limits"
// (2026-02-06).
func GraphLimits() Limits {
	l := rate.NewLimiter(2, 30)
	return Limits{Read: l, Write: l, Delete: l}
}

// ARMLimits returns limits that keep a client at what Azure Resource Manager
// accepts of one caller in one subscription and region: 250 reads at once and 25 in
// a second after that, 200 writes and 10, and 200 deletions and 10. What
// Microsoft Sentinel accepts below that is not published.
//
// Source: Learn, "Understand how Azure Resource Manager throttles requests".
func ARMLimits() Limits {
	return Limits{Read: rate.NewLimiter(25, 250), Write: rate.NewLimiter(10, 200), Delete: rate.NewLimiter(10, 200)}
}

func (l Limits) of(method string) *rate.Limiter {
	switch method {
	case http.MethodGet, http.MethodHead:
		return l.Read
	case http.MethodDelete:
		return l.Delete
	default:
		return l.Write
	}
}
