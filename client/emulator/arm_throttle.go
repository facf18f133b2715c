package emulator

import (
	"net/http"
	"strconv"
	"time"
)

// bucket counts the requests that a caller has left: it starts full, and fills up
// as time goes by.
type bucket struct {
	left float64
	at   time.Time
}

type bucketKey struct {
	who  *Identity
	kind string
}

// buckets are how many requests of a kind there are, and how many are added in a
// second.
//
// Source: Learn, "Understand how Azure Resource Manager throttles requests": for
// each subscription and service principal. That a POST is a write is a guess.
var buckets = map[string]struct{ size, refill float64 }{
	"reads": {250, 25}, "writes": {200, 10}, "deletes": {200, 10},
}

// spend takes one from what the caller has left, says how many there are, and
// answers 429 where there is none and that is the choice.
func (c *armCall) spend() bool {
	kind := "writes"
	switch c.r.Method {
	case http.MethodGet:
		kind = "reads"
	case http.MethodDelete:
		kind = "deletes"
	}
	left, wait := c.t.spend(bucketKey{c.who, kind})
	c.w.Header().Set("x-ms-ratelimit-remaining-subscription-"+kind, strconv.Itoa(left))
	if wait == 0 || !c.t.choices.Throttle {
		return true
	}
	c.w.Header().Set("Retry-After", strconv.Itoa(wait))
	c.failGateway(http.StatusTooManyRequests, "SubscriptionRequestsThrottled", "", "Number of requests for the subscription exceeded the limit for time interval. Please try again after '"+strconv.Itoa(wait)+"' seconds.")
	return false
}

// spend returns how many requests are left, and how many seconds to wait if there
// was none.
func (t *Tenant) spend(key bucketKey) (left, wait int) {
	limits, now := buckets[key.kind], t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.buckets[key]
	if b == nil {
		b = &bucket{limits.size, now}
		if t.buckets == nil {
			t.buckets = map[bucketKey]*bucket{}
		}
		t.buckets[key] = b
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left, b.at = min(limits.size, b.left+passed.Seconds()*limits.refill), now
	}
	if b.left < 1 {
		return 0, 1
	}
	b.left--
	return int(b.left), 0
}
