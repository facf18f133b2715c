package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const (
	// A token is not sent any more when it expires in less than usableFor: it has
	// to arrive before it does.
	usableFor = 10 * time.Second
	// A token is replaced when it expires in less than freshFor, or in less than
	// half of its life if that is shorter. That is soon enough for an authority
	// that is away for some minutes not to be noticed.
	freshFor = 5 * time.Minute
	// An early replacement that failed is tried again after earlyPause, and takes
	// its caller no longer than earlyTimeout.
	earlyPause   = 30 * time.Second
	earlyTimeout = 15 * time.Second
)

// keeper keeps one token.
type keeper struct {
	now   func() time.Time
	fetch tokens
	turn  chan struct{} // whoever fetches holds it

	mu      sync.Mutex
	token   *oauth2.Token
	claims  string    // with which the token was fetched
	replace time.Time // when it is replaced, if that can be done
	fetches int       // how many have ended
	refused error     // the authority's answer to the last one
	asked   string    // the claims of the last one
}

// kept returns tokens that asks fetch only when the token that it has will not
// do. One caller at a time fetches, with its own context; the others wait as
// long as theirs allow. When it has a token they get that, and when it does not
// the next takes its turn: what ended one call's context is no concern of
// another's, and what one could not reach another may. Only a refusal by the
// authority goes to all that waited for it, for each would be told the same.
//
// A token is replaced ahead of its end. That delays one caller; the others, and
// that one as well when it fails, are served with the old token. A token that
// does not say when it ends is kept until a service refuses it.
func kept(now func() time.Time, fetch tokens) tokens {
	k := &keeper{now: now, fetch: fetch, turn: make(chan struct{}, 1)}
	return k.get
}

func (k *keeper) get(ctx context.Context, want wanted) (*oauth2.Token, error) {
	token, fresh, before := k.look(want)
	if fresh {
		return token, nil
	}
	if token != nil {
		select {
		case k.turn <- struct{}{}:
			defer func() { <-k.turn }()
		default:
			return token, nil
		}
		if newer, fresh, _ := k.look(want); fresh {
			return newer, nil
		}
		return k.replaced(ctx, want, token), nil
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if token, _, _ := k.look(want); token != nil {
		return token, nil
	}
	if err := k.refusedSince(before, want); err != nil {
		return nil, err
	}
	token, err := k.fetch(ctx, want)
	k.note(want, token, err)
	return token, err
}

// look returns the token that is there if it will do, whether it needs no
// replacement yet, and how many fetches have ended.
func (k *keeper) look(want wanted) (token *oauth2.Token, fresh bool, fetches int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.token != nil && k.token.AccessToken == want.refused {
		k.token = nil
	}
	if k.token == nil || want.claims != "" && want.claims != k.claims {
		return nil, false, k.fetches
	}
	if k.token.Expiry.IsZero() {
		return k.token, true, k.fetches
	}
	now := k.now()
	if k.token.Expiry.Sub(now) < usableFor {
		return nil, false, k.fetches
	}
	return k.token, now.Before(k.replace), k.fetches
}

func (k *keeper) refusedSince(before int, want wanted) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fetches > before && k.asked == want.claims {
		return k.refused
	}
	return nil
}

// replaced returns a new token, or the old one when there is none to be had.
func (k *keeper) replaced(ctx context.Context, want wanted, old *oauth2.Token) *oauth2.Token {
	ctx, cancel := context.WithTimeout(ctx, earlyTimeout)
	defer cancel()
	want.early = true
	token, err := k.fetch(ctx, want)
	if err == nil && token != nil && token.AccessToken != "" && token.AccessToken != want.refused {
		k.note(want, token, nil)
		return token
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.replace = k.now().Add(earlyPause)
	return old
}

// note takes down how a fetch ended.
func (k *keeper) note(want wanted, token *oauth2.Token, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fetches++
	k.asked, k.refused = want.claims, nil
	if isRefusal(err) {
		k.refused = err
	}
	if err != nil || token == nil || token.AccessToken == "" || token.AccessToken == want.refused {
		return
	}
	k.token, k.claims = token, want.claims
	k.replace = token.Expiry.Add(-min(freshFor, token.Expiry.Sub(k.now())/2))
}

// isRefusal tells an authority's judgement of the caller from its failure to
// make one.
func isRefusal(err error) bool {
	refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok || refusal.Response == nil {
		return false
	}
	switch refusal.Response.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}
