package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/retry"
)

// Credential proves to the authority of a cloud who is calling. It never shows
// what it holds: not by its String method, not through package fmt, not as
// JSON. It can be given to several clients, and is safe for concurrent use.
type Credential interface {
	fmt.Stringer

	// tokens returns a source of access tokens for a scope.
	tokens(tokenService) tokens
	// conceal removes from a text what the credential must keep to itself.
	conceal(text string) string
	// problem says why the credential cannot be used, or is nil.
	problem(now time.Time) error
}

// tokenService is where the tokens of a connection are issued, and what a
// credential needs to ask for them.
type tokenService struct {
	// authority is the root of the cloud's authority, and scope what the tokens
	// are for.
	authority, scope string
	// http asks the authority. It repeats requests where that is right, and
	// follows no redirect.
	http *http.Client
	// transport and retry are what http is made of, for a token service that is
	// not the cloud's authority.
	transport http.RoundTripper
	retry     retry.Settings
	now       func() time.Time
	random    io.Reader
}

// wanted says which token is needed; the zero value is for any that is valid.
type wanted struct {
	// claims is a JSON object of claims that the service asks for.
	claims string
	// refused is an access token that the service did not accept.
	refused string
	// early tells that there is a token still. Nobody is to be asked for
	// anything.
	early bool
}

// tokens is a source of access tokens that obeys a context as far as it can. It
// is a function, because package fmt prints the fields of a value even where
// their names are not exported.
type tokens func(context.Context, wanted) (*oauth2.Token, error)

// tokenClient makes a client for requests for tokens, which may be repeated.
func tokenClient(c *retry.Client) *http.Client {
	return &http.Client{
		Transport: repeatable{c},
		// A redirect may keep the body, and the secret is in it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type repeatable struct{ http *retry.Client }

func (r repeatable) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, _, err := r.http.Do(req.Context(), retry.Call{}, req)
	return resp, err
}

// token returns a token, or completes failure with the reason why there is
// none.
func (c *Connection) token(ctx context.Context, want wanted, failure *Error) (*oauth2.Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	token, err := c.tokens(ctx, want)
	if err == nil && token != nil && token.AccessToken != "" {
		return token, nil
	}
	if err == nil {
		err = errors.New("it is empty")
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		failure.Err = fmt.Errorf("no token from the %s: %w", c.credential, c.conceal(err, nil))
		return nil, failure
	}
	refusal := &Error{
		Method: http.MethodPost, Path: c.cloud.Authority + "/…/oauth2/v2.0/token",
		Code: plain.Cut(c.hide(refused.ErrorCode, nil), 200), Message: plain.Cut(c.hide(refused.ErrorDescription, nil), 2000),
	}
	if refused.Response != nil {
		refusal.StatusCode = refused.Response.StatusCode
		if req := refused.Response.Request; req != nil {
			// The query may hold what a person must not see; the path does not.
			refusal.Method, refusal.Path = req.Method, req.URL.Scheme+"://"+req.URL.Host+req.URL.EscapedPath()
		}
	}
	failure.Err = refusal
	return nil, failure
}

// redact replaces a secret in a text, also in the forms that it takes in a
// form, an address and a quoted string.
func redact(text, secret, label string) string {
	if secret == "" || len(text) < len(secret) {
		return text // none of the forms is shorter
	}
	quoted := strconv.Quote(secret)
	for _, form := range [...]string{secret, url.QueryEscape(secret), url.PathEscape(secret), quoted[1 : len(quoted)-1]} {
		text = strings.ReplaceAll(text, form, label)
	}
	return text
}

// application names an application that is registered in a tenant of Microsoft
// Entra.
type application struct{ tenantID, clientID string }

func (a application) String() string {
	return "application " + a.clientID + " in tenant " + a.tenantID
}

// problem says what is wrong with the names and with other parts of a
// credential, each of which is a name and a value.
func (a application) problem(others ...[2]string) error {
	for _, part := range append([][2]string{{"tenant id", a.tenantID}, {"client id", a.clientID}}, others...) {
		if part[1] == "" {
			return fmt.Errorf("the %s is empty", part[0])
		}
	}
	if strings.ContainsAny(a.tenantID, "/?#%\\ ") || a.tenantID == "." || a.tenantID == ".." {
		return errors.New("the tenant id is neither a GUID nor a domain name")
	}
	return nil
}

// endpoint is the address of an endpoint of the tenant, such as token.
func (a application) endpoint(authority, name string) string {
	return authority + "/" + url.PathEscape(a.tenantID) + "/oauth2/v2.0/" + name
}
