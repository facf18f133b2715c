package client

import (
	"context"
	"errors"
	"time"

	"golang.org/x/oauth2"
)

// TokenSource makes a credential of any source of access tokens. The tokens
// must be for the API that the client speaks to. The source is asked before
// each request, so it keeps and refreshes them ([oauth2.ReuseTokenSource] makes
// one that does), and must be safe for concurrent use. It has no context: a call
// waits for it even when the call's own context has ended; and it cannot be told
// of the claims that a service asks for. [TokenFunc] can.
func TokenSource(source oauth2.TokenSource) Credential {
	if source == nil {
		return anySource{}
	}
	return anySource{source.Token}
}

type anySource struct {
	token func() (*oauth2.Token, error)
}

func (s anySource) String() string             { return "token source" }
func (s anySource) conceal(text string) string { return text }

func (s anySource) problem(time.Time) error {
	if s.token == nil {
		return errors.New("the token source is nil")
	}
	return nil
}

func (s anySource) tokens(tokenService) tokens {
	return func(context.Context, wanted) (*oauth2.Token, error) { return s.token() }
}

// TokenRequest says which token a [TokenFunc] is to return.
type TokenRequest struct {
	// Scope is what the token must be for, such as
	// https://graph.microsoft.com/.default.
	Scope string
	// Claims is a JSON object of claims that the service asks for, or empty. A
	// token that the function keeps will not do then.
	Claims string
	// Refused tells that the service did not accept the last token.
	Refused bool
}

// TokenFunc makes a credential of a function that gets access tokens, such as
// the GetToken method of a credential of Azure's SDK. It is asked for a first
// token, for one that replaces another some minutes before its Expiry, and when
// a service did not accept one; in between, the token is kept. The function is
// not called twice at the same time for one client; one that serves several
// clients must be safe for concurrent use. It must obey the context.
func TokenFunc(get func(context.Context, TokenRequest) (*oauth2.Token, error)) Credential {
	return tokenFunc(get)
}

type tokenFunc func(context.Context, TokenRequest) (*oauth2.Token, error)

func (f tokenFunc) String() string             { return "token function" }
func (f tokenFunc) conceal(text string) string { return text }

// MarshalJSON makes the credential look like the others, which have nothing to
// show.
func (f tokenFunc) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (f tokenFunc) problem(time.Time) error {
	if f == nil {
		return errors.New("the token function is nil")
	}
	return nil
}

func (f tokenFunc) tokens(at tokenService) tokens {
	return kept(at.now, func(ctx context.Context, want wanted) (*oauth2.Token, error) {
		return f(ctx, TokenRequest{Scope: at.scope, Claims: want.claims, Refused: want.refused != ""})
	})
}
