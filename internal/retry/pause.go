package retry

import (
	"context"
	"slices"
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

// share is what a call has reserved of a limit.
type share []*rate.Reservation

// reserve draws n requests from a limit, and returns how long they have to wait.
func reserve(limit *rate.Limiter, n int) (s share, pause time.Duration) {
	for n > 0 {
		now := atOnce(limit, n)
		r := limit.ReserveN(time.Now(), now)
		s, pause = append(s, r), r.Delay()
		if !r.OK() {
			break
		}
		n -= now
	}
	return s, pause
}

// giveBack returns what has not had its turn yet. The last goes first: what was
// reserved after a reservation is taken off from what that one gives back.
func (s share) giveBack() {
	for _, r := range slices.Backward(s) {
		r.Cancel()
	}
}

// draw waits until a limit allows n requests.
func draw(ctx context.Context, limit *rate.Limiter, n int) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	drawn, pause := reserve(limit, n)
	deadline, ok := ctx.Deadline()
	if pause == rate.InfDuration || ok && time.Until(deadline) < pause {
		drawn.giveBack()
		return ErrLimit
	}
	if pause == 0 {
		return nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		drawn.giveBack()
		return ctx.Err()
	}
}

// atOnce is how many of n requests a limit can allow at once at all.
func atOnce(limit *rate.Limiter, n int) int {
	if limit.Limit() == rate.Inf {
		return n
	}
	return min(n, max(limit.Burst(), 1))
}
