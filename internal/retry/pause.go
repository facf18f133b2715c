package retry

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Pause waits as between attempt and the next one, for what is repeated outside
// of [Client.Do]: the items of a batch. after is the pause that the service asks
// for, 0 if it does not. It reports whether there may be a next attempt.
func (c *Client) Pause(ctx context.Context, attempt int, after time.Duration) bool {
	if attempt >= c.settings.Attempts || after > c.settings.MaxWait {
		return false
	}
	state := &running{settings: &c.settings, attempts: attempt}
	timer := time.NewTimer(max(after, state.nextPause(nil)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// draw waits until a limit allows n requests.
func draw(ctx context.Context, limit *rate.Limiter, n int) error {
	for n > 0 {
		now := atOnce(limit, n)
		if err := limit.WaitN(ctx, now); err != nil {
			return err
		}
		n -= now
	}
	return nil
}

// reserve draws from the limit for one more attempt, and returns how long that has
// to wait.
func (r *running) reserve() time.Duration {
	var pause time.Duration
	for n := max(r.Weight, 1); n > 0; {
		now := atOnce(r.Limit, n)
		pause = r.Limit.ReserveN(time.Now(), now).Delay()
		n -= now
	}
	return pause
}

// atOnce is how many of n requests a limit can allow at once at all.
func atOnce(limit *rate.Limiter, n int) int {
	if limit.Limit() == rate.Inf {
		return n
	}
	return min(n, max(limit.Burst(), 1))
}
