package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// DevicePrompt is what a person has to be told to sign in. The texts are the
// authority's, without anything that moves a terminal's cursor.
type DevicePrompt struct {
	// Message says in a sentence what to do, in the authority's words. It has the
	// code and the address in it.
	Message string
	// UserCode is to be entered at VerificationURL.
	UserCode, VerificationURL string
	// Expires is when the code is of no more use.
	Expires time.Time
}

// DeviceCode is the credential of a person at a terminal, who signs in with a
// browser on any device. The application must be registered as a public client;
// what it may do is bounded by the person's own rights.
//
// prompt shows the person what to do, and returns at once; the call that needs
// the token then waits until the person has signed in, at most as long as its
// context allows. A next call waits for the same code while that is good. Later
// tokens are had without the person as long as the authority allows, with a
// refresh token that is kept in memory only.
//
// Source: Learn, "OAuth 2.0 device authorization grant flow on the Microsoft
// identity platform"; RFC 8628.
func DeviceCode(tenantID, clientID string, prompt func(context.Context, DevicePrompt) error) Credential {
	d := &device{
		application: application{tenantID, clientID}, prompt: prompt,
		turn: make(chan struct{}, 1), pending: map[string]*oauth2.DeviceAuthResponse{}, memory: newMemory(),
	}
	// Package fmt prints what is behind a pointer that it is given itself.
	return deviceCode{func() *device { return d }}
}

type deviceCode struct{ device func() *device }

// device is one person's sign-in. The holder of the turn may use it.
type device struct {
	application application
	prompt      func(context.Context, DevicePrompt) error
	memory      memory

	turn    chan struct{}
	refresh string
	pending map[string]*oauth2.DeviceAuthResponse // by scope
}

func (c deviceCode) String() string {
	return "device code sign-in to " + c.device().application.String()
}

func (c deviceCode) conceal(text string) string { return c.device().memory.hide(text) }

func (c deviceCode) problem(time.Time) error {
	if c.device().prompt == nil {
		return errors.New("there is no function to prompt the person")
	}
	return c.device().application.problem()
}

func (c deviceCode) tokens(at tokenService) tokens {
	d := c.device()
	return kept(at.now, func(ctx context.Context, want wanted) (*oauth2.Token, error) {
		// Several clients may share the credential, and one prompt is enough: the
		// refresh token is good for every API.
		select {
		case d.turn <- struct{}{}:
			defer func() { <-d.turn }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return d.token(ctx, at, want)
	})
}

func (d *device) token(ctx context.Context, at tokenService, want wanted) (*oauth2.Token, error) {
	// offline_access is what asks for a refresh token.
	scope := at.scope + " offline_access"
	if d.refresh != "" {
		token, err := at.issue(ctx, d.application, "", scope, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {d.refresh}}, want)
		if err == nil {
			return d.keep(token), nil
		}
		if !isRefusal(err) {
			return nil, err
		}
		// The refresh token has ended, or the person is needed again.
	}
	if want.early {
		return nil, errors.New("the person would have to sign in again")
	}
	return d.signIn(ctx, at, scope, want)
}

func (d *device) keep(token *oauth2.Token) *oauth2.Token {
	if token.RefreshToken != "" {
		d.memory.add(token.RefreshToken, "[refresh token]")
		d.refresh = token.RefreshToken
	}
	return token
}

// signIn has the person sign in, with the code that was shown already if it is
// still good.
func (d *device) signIn(ctx context.Context, at tokenService, scope string, want wanted) (*oauth2.Token, error) {
	code := d.pending[scope]
	if code == nil || !at.now().Before(code.Expiry) {
		var err error
		if code, err = d.begin(ctx, at, scope); err != nil {
			return nil, err
		}
	}
	d.pending[scope] = code
	config := oauth2.Config{
		ClientID: d.application.clientID, Scopes: []string{scope},
		Endpoint: oauth2.Endpoint{TokenURL: d.application.endpoint(at.authority, "token"), AuthStyle: oauth2.AuthStyleInParams},
	}
	token, err := config.DeviceAccessToken(context.WithValue(ctx, oauth2.HTTPClient, at.http), code, oauth2.SetAuthURLParam("claims", requestedClaims(want.claims)))
	switch {
	case err == nil:
		delete(d.pending, scope)
		return d.keep(token), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded) && !at.now().Before(code.Expiry):
		return nil, errors.New("nobody signed in before the code expired")
	case isRefusal(err):
		delete(d.pending, scope)
	}
	return nil, err
}

// begin gets a code and shows it. It is written out here because the function
// of package oauth2 has neither the message nor the context.
func (d *device) begin(ctx context.Context, at tokenService, scope string) (*oauth2.DeviceAuthResponse, error) {
	form := url.Values{"client_id": {d.application.clientID}, "scope": {scope}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.application.endpoint(at.authority, "devicecode"), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := at.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("the answer is cut off: %w", err)
	}
	var answer struct {
		DeviceCode  string `json:"device_code"`
		UserCode    string `json:"user_code"`
		URL         string `json:"verification_uri"`
		ExpiresIn   int64  `json:"expires_in"`
		Interval    int64  `json:"interval"`
		Message     string `json:"message"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	err = json.Unmarshal(data, &answer)
	if resp.StatusCode != http.StatusOK {
		return nil, &oauth2.RetrieveError{Response: resp, ErrorCode: answer.Error, ErrorDescription: answer.Description}
	}
	if err != nil || answer.DeviceCode == "" || answer.UserCode == "" {
		return nil, errors.New("the authority's answer has no code for a device")
	}
	d.memory.add(answer.DeviceCode, "[device code]")
	// It is the person's browser that goes there: to the authority's word only by
	// TLS, and never to what is no page.
	if u, err := url.Parse(answer.URL); err != nil || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, errors.New("the authority's answer has no address to sign in at")
	}
	code := &oauth2.DeviceAuthResponse{
		DeviceCode: answer.DeviceCode,
		Interval:   min(max(answer.Interval, 1), 60),
		Expiry:     at.now().Add(time.Duration(min(max(answer.ExpiresIn, 1), 24*60*60)) * time.Second),
	}
	if answer.Interval == 0 {
		code.Interval = 5 // RFC 8628, section 3.2
	}
	shown := func(text string, most int) string { return plain.Cut(plain.Line(d.memory.hide(text)), most) }
	if err := d.prompt(ctx, DevicePrompt{
		Message: shown(answer.Message, 1000), UserCode: shown(answer.UserCode, 100), VerificationURL: shown(answer.URL, 500), Expires: code.Expiry,
	}); err != nil {
		return nil, fmt.Errorf("the person could not be told: %w", err)
	}
	return code, nil
}
