package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Credential proves to the authority of a cloud who is calling. It never shows
// what it holds: not by its String method, not through package fmt, not as
// JSON.
type Credential interface {
	fmt.Stringer

	// tokens returns a source of access tokens for a scope.
	tokens(authority, scope string, hc *http.Client) tokens
	// conceal removes from a text what the credential must keep to itself.
	conceal(text string) string
	// problem says why the credential cannot be used, or is nil.
	problem() error
}

// tokens is a source of access tokens that obeys a context as far as it can. It
// is a function, because package fmt prints the fields of a value even where
// their names are not exported.
type tokens func(context.Context) (*oauth2.Token, error)

// kept returns tokens that asks fetch only when the token that it has is about
// to expire. One caller at a time fetches; the others wait as long as their own
// contexts allow.
func kept(fetch tokens) tokens {
	turn := make(chan struct{}, 1)
	var current *oauth2.Token
	return func(ctx context.Context) (*oauth2.Token, error) {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		defer func() { <-turn }()
		if current.Valid() {
			return current, nil
		}
		token, err := fetch(ctx)
		if err == nil {
			current = token
		}
		return token, err
	}
}

// redact replaces a secret in a text, also in the forms that it takes in a
// form, an address and a quoted string.
func redact(text, secret, label string) string {
	quoted := strconv.Quote(secret)
	for _, form := range [...]string{secret, url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1]} {
		text = strings.ReplaceAll(text, form, label)
	}
	return text
}

// ClientSecret is the credential of an application that is registered in a
// tenant of Microsoft Entra and has a client secret.
//
// Source: Learn, "OAuth 2.0 client credentials flow on the Microsoft identity
// platform".
func ClientSecret(tenantID, clientID, secret string) Credential {
	// The secret is held by a function, because package fmt prints the fields
	// of a value even where their names are not exported.
	return clientSecret{tenantID, clientID, func() string { return secret }}
}

type clientSecret struct {
	tenantID, clientID string
	secret             func() string
}

func (c clientSecret) String() string {
	return "client secret of application " + c.clientID + " in tenant " + c.tenantID
}

func (c clientSecret) problem() error {
	for _, part := range [...]struct{ name, value string }{
		{"tenant id", c.tenantID}, {"client id", c.clientID}, {"client secret", c.secret()},
	} {
		if part.value == "" {
			return fmt.Errorf("the %s is empty", part.name)
		}
	}
	if strings.ContainsAny(c.tenantID, "/?#%\\ ") || c.tenantID == "." || c.tenantID == ".." {
		return errors.New("the tenant id is neither a GUID nor a domain name")
	}
	return nil
}

func (c clientSecret) tokens(authority, scope string, hc *http.Client) tokens {
	config := clientcredentials.Config{
		ClientID:     c.clientID,
		ClientSecret: c.secret(),
		TokenURL:     authority + "/" + url.PathEscape(c.tenantID) + "/oauth2/v2.0/token",
		Scopes:       []string{scope},
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	return kept(func(ctx context.Context) (*oauth2.Token, error) {
		return config.Token(context.WithValue(ctx, oauth2.HTTPClient, hc))
	})
}

func (c clientSecret) conceal(text string) string {
	return redact(text, c.secret(), "[client secret]")
}

// TokenSource makes a credential of any source of access tokens. The tokens
// must be for the API that the client speaks to. The source is asked before
// each request, so it keeps and refreshes them ([oauth2.ReuseTokenSource] makes
// one that does), and must be safe for concurrent use. It has no context: a call
// waits for it even when the call's own context has ended.
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

func (s anySource) problem() error {
	if s.token == nil {
		return errors.New("the token source is nil")
	}
	return nil
}

func (s anySource) tokens(string, string, *http.Client) tokens {
	return func(context.Context) (*oauth2.Token, error) { return s.token() }
}
