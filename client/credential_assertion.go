package client

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// asserted is the credential of an application that proves who it is by a token
// that somebody signed: itself, or another authority that its tenant trusts.
//
// Source: Learn, "OAuth 2.0 client credentials flow on the Microsoft identity
// platform", second and third case; RFC 7523, section 2.2.
type asserted struct {
	kind        string
	application application
	check       func(now time.Time) error
	// assertion makes or finds the token; audience is whom it is for.
	assertion func(at tokenService, audience string) (string, error)
	memory    memory
}

func (c asserted) String() string { return c.kind + " of " + c.application.String() }

func (c asserted) problem(now time.Time) error {
	if err := c.application.problem(); err != nil {
		return err
	}
	return c.check(now)
}

func (c asserted) conceal(text string) string { return c.memory.hide(text) }

func (c asserted) tokens(at tokenService) tokens {
	return kept(at.now, func(ctx context.Context, want wanted) (*oauth2.Token, error) {
		assertion, err := c.assertion(at, c.application.endpoint(at.authority, "token"))
		if err != nil {
			return nil, err
		}
		c.memory.add(assertion, "[assertion]")
		return at.issue(ctx, c.application, "", at.scope, url.Values{
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {assertion},
		}, want)
	})
}

// memory knows the secrets that a credential met on its way, so that they are
// not shown. It knows the last of them only: those before have expired.
type memory struct {
	add  func(secret, label string)
	hide func(text string) string
}

func newMemory() memory {
	const most = 16
	var mu sync.Mutex
	var known [][2]string
	return memory{
		add: func(secret, label string) {
			mu.Lock()
			defer mu.Unlock()
			entry := [2]string{secret, label}
			if secret == "" || slices.Contains(known, entry) {
				return
			}
			if known = append(known, entry); len(known) > most {
				known = known[1:]
			}
		},
		hide: func(text string) string {
			mu.Lock()
			defer mu.Unlock()
			for _, entry := range known {
				text = redact(text, entry[0], entry[1])
			}
			return text
		},
	}
}
