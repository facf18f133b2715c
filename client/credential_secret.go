package client

import (
	"context"
	"net/url"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// ClientSecret is the credential of an application that is registered in a
// tenant of Microsoft Entra and has a client secret.
//
// Source: Learn, "OAuth 2.0 client credentials flow on the Microsoft identity
// platform".
func ClientSecret(tenantID, clientID, secret string) Credential {
	// The secret is held by a function, because package fmt prints the fields
	// of a value even where their names are not exported.
	return clientSecret{application{tenantID, clientID}, func() string { return secret }}
}

type clientSecret struct {
	application application
	secret      func() string
}

func (c clientSecret) String() string { return "client secret of " + c.application.String() }

func (c clientSecret) problem(time.Time) error {
	return c.application.problem([2]string{"client secret", c.secret()})
}

func (c clientSecret) tokens(at tokenService) tokens {
	return kept(at.now, func(ctx context.Context, want wanted) (*oauth2.Token, error) {
		return at.issue(ctx, c.application, c.secret(), at.scope, nil, want)
	})
}

func (c clientSecret) conceal(text string) string {
	return redact(text, c.secret(), "[client secret]")
}

// issue asks the authority for a token. The parameters are those of the grant,
// which is that of client credentials unless they name another.
func (at tokenService) issue(ctx context.Context, app application, secret, scope string, parameters url.Values, want wanted) (*oauth2.Token, error) {
	config := clientcredentials.Config{
		ClientID:       app.clientID,
		ClientSecret:   secret,
		TokenURL:       app.endpoint(at.authority, "token"),
		Scopes:         []string{scope},
		EndpointParams: url.Values{"claims": {requestedClaims(want.claims)}},
		AuthStyle:      oauth2.AuthStyleInParams,
	}
	for name, values := range parameters {
		config.EndpointParams[name] = values
	}
	return config.Token(context.WithValue(ctx, oauth2.HTTPClient, at.http))
}
