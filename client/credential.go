package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
	tokens(authority, scope string, hc *http.Client) oauth2.TokenSource
	// conceal removes from a text what the credential must keep to itself.
	conceal(text string) string
	// problem says why the credential cannot be used, or is nil.
	problem() error
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

func (c clientSecret) tokens(authority, scope string, hc *http.Client) oauth2.TokenSource {
	config := clientcredentials.Config{
		ClientID:     c.clientID,
		ClientSecret: c.secret(),
		TokenURL:     authority + "/" + url.PathEscape(c.tenantID) + "/oauth2/v2.0/token",
		Scopes:       []string{scope},
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	// The source outlives the call that first needs a token, so it must not be
	// bound to that call's context.
	return config.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, hc))
}

func (c clientSecret) conceal(text string) string {
	return strings.ReplaceAll(text, c.secret(), "[client secret]")
}

// TokenSource makes a credential of any source of access tokens. The tokens
// must be for the API that the client speaks to; the source refreshes them, and
// must be safe for concurrent use.
func TokenSource(source oauth2.TokenSource) Credential { return anySource{source} }

type anySource struct{ source oauth2.TokenSource }

func (s anySource) String() string             { return "token source" }
func (s anySource) conceal(text string) string { return text }

func (s anySource) problem() error {
	if s.source == nil {
		return errors.New("the token source is nil")
	}
	return nil
}

func (s anySource) tokens(string, string, *http.Client) oauth2.TokenSource { return s.source }
