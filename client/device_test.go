package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
)

const (
	deviceSecret  = "Dev1ce-code-of-the-sign-in"
	refreshSecret = "Refr3sh-token-of-the-person"
)

// signInPage is an authority at which a person signs in, and two APIs, all in
// memory.
type signInPage struct {
	mu       sync.Mutex
	signedIn time.Time // when the person does
	slowDown int       // so many polls are too fast
	codes    int       // given out
	polls    []time.Duration
	begin    time.Time
	forms    []url.Values
	declines bool
	refresh  string // the refresh token that is good
	life     int    // of the access tokens, in seconds
	device   string // the answer to a request for a code
	issued   int
}

func newSignInPage() *signInPage {
	return &signInPage{
		begin: time.Now(), life: 3599,
		device: `{"device_code":"` + deviceSecret + `","user_code":"ABC\u001b[2J123","verification_uri":"https://login.example/device","expires_in":900,"interval":5,
			"message":"To sign in, use a web browser to open https://login.example/device and enter the code ABC123.\n"}`,
	}
}

func (p *signInPage) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.URL.Host != "login.example" {
		return answer(r, 200, `{}`), nil
	}
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	p.forms = append(p.forms, form)
	refuse := func(code string) (*http.Response, error) {
		return answer(r, 400, fmt.Sprintf(`{"error":%q,"error_description":"AADSTS: about %s and %s"}`, code, form.Get("device_code"), form.Get("refresh_token"))), nil
	}
	switch {
	case r.URL.Path == "/tenant/oauth2/v2.0/devicecode":
		p.codes++
		return answer(r, 200, p.device), nil
	case form.Get("grant_type") == "refresh_token":
		if form.Get("refresh_token") != p.refresh {
			return refuse("invalid_grant")
		}
	case form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" || form.Get("device_code") != deviceSecret:
		return refuse("invalid_request")
	default:
		p.polls = append(p.polls, time.Since(p.begin))
		switch {
		case p.declines:
			return refuse("authorization_declined")
		case p.slowDown > 0:
			p.slowDown--
			return refuse("slow_down")
		case p.signedIn.IsZero() || time.Now().Before(p.signedIn):
			return refuse("authorization_pending")
		}
	}
	p.issued++
	p.refresh = fmt.Sprint(refreshSecret, p.issued)
	return answer(r, 200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":%d,"access_token":"%s-%d","refresh_token":%q}`, p.life, token, p.issued, p.refresh)), nil
}

func (p *signInPage) connect(t *testing.T, cred client.Credential, graph string) *client.Connection {
	t.Helper()
	c, err := client.Connect(api, cred, client.WithTransport(p), client.WithRetry(2, time.Millisecond, time.Millisecond),
		client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: graph}))
	require.NoError(t, err)
	return c
}

func TestDeviceCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSignInPage()
		p.signedIn, p.slowDown = p.begin.Add(33*time.Second), 1
		var prompts []client.DevicePrompt
		cred := client.DeviceCode("tenant", "app", func(_ context.Context, prompt client.DevicePrompt) error {
			prompts = append(prompts, prompt)
			return nil
		})
		c := p.connect(t, cred, "https://graph.example")
		require.NoError(t, errors.Join(together(t.Context(), c, 5)...))
		require.Empty(t, cmp.Diff([]client.DevicePrompt{{
			Message:  "To sign in, use a web browser to open https://login.example/device and enter the code ABC123. ",
			UserCode: "ABC [2J123", VerificationURL: "https://login.example/device", Expires: p.begin.Add(15 * time.Minute),
		}}, prompts))
		// Every five seconds, and every ten after slow_down.
		require.Empty(t, cmp.Diff([]time.Duration{5 * time.Second, 15 * time.Second, 25 * time.Second, 35 * time.Second}, p.polls))
		require.Equal(t, "https://graph.example/.default offline_access", p.forms[0].Get("scope"))
		require.Equal(t, "app", p.forms[1].Get("client_id"))
		require.Equal(t, capable, p.forms[1].Get("claims"))

		// A second API, and later tokens, need the person no more.
		require.NoError(t, p.connect(t, cred, "https://arm.example").Do(t.Context(), read, nil))
		time.Sleep(2 * time.Hour)
		require.NoError(t, c.Do(t.Context(), read, nil))
		require.Len(t, prompts, 1)
		require.Equal(t, 3, p.issued)

		// Unless the refresh token has ended. While the access token serves, nobody
		// is asked.
		p.refresh = "another"
		time.Sleep(57 * time.Minute)
		require.NoError(t, c.Do(t.Context(), read, nil))
		require.Len(t, prompts, 1)
		time.Sleep(time.Hour)
		require.NoError(t, c.Do(t.Context(), read, nil))
		require.Len(t, prompts, 2)
	})
}

// TestThePersonIsAskedOnce although the first call ends before they sign in.
func TestThePersonIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSignInPage()
		p.signedIn = p.begin.Add(time.Minute)
		prompts := 0
		c := p.connect(t, client.DeviceCode("tenant", "app", func(context.Context, client.DevicePrompt) error { prompts++; return nil }), "https://graph.example")
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		require.ErrorIs(t, c.Do(ctx, read, nil), context.DeadlineExceeded)
		require.NoError(t, c.Do(t.Context(), read, nil))
		require.Equal(t, 1, prompts)
		require.Equal(t, 1, p.codes)
	})
}

func TestDeviceCodeFails(t *testing.T) {
	for name, tt := range map[string]struct {
		page   func(*signInPage)
		prompt error
		want   string
		codes  int // that two calls need
	}{
		"the person declines": {func(p *signInPage) { p.declines = true }, nil, "400 Bad Request: authorization_declined: AADSTS: about [device code] and", 2},
		"nobody signs in":     {func(*signInPage) {}, nil, "nobody signed in before the code expired", 2},
		"the prompt fails":    {func(*signInPage) {}, errors.New("no terminal"), "the person could not be told: no terminal", 2},
		"no code":             {func(p *signInPage) { p.device = `{}` }, nil, "the authority's answer has no code for a device", 2},
		"no JSON":             {func(p *signInPage) { p.device = `<html>` }, nil, "the authority's answer has no code for a device", 2},
		"no page": {func(p *signInPage) {
			p.device = `{"device_code":"x","user_code":"y","verification_uri":"javascript:alert(1)"}`
		}, nil, "has no address to sign in at", 2},
		"numbers out of range": {func(p *signInPage) {
			p.device = `{"device_code":"` + deviceSecret + `","user_code":"y","verification_uri":"https://x.example/","interval":-9,"expires_in":-1}`
		}, nil, "nobody signed in", 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newSignInPage()
				tt.page(p)
				c := p.connect(t, client.DeviceCode("tenant", "app", func(context.Context, client.DevicePrompt) error { return tt.prompt }), "https://graph.example")
				for range 2 {
					err := c.Do(t.Context(), create, nil)
					require.ErrorContains(t, err, tt.want)
					require.NotContains(t, err.Error(), deviceSecret)
					require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
				}
				require.Equal(t, tt.codes, p.codes)
			})
		})
	}
	for _, cred := range []client.Credential{client.DeviceCode("tenant", "app", nil), client.DeviceCode("", "app", func(context.Context, client.DevicePrompt) error { return nil })} {
		_, err := client.Connect(api, cred)
		require.Error(t, err)
	}
}

// TestARefreshTokenIsNotShown, nor one that was replaced.
func TestARefreshTokenIsNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSignInPage()
		p.signedIn, p.life = p.begin, 60
		declined := false
		c := p.connect(t, client.DeviceCode("tenant", "app", func(context.Context, client.DevicePrompt) error {
			if declined {
				return errors.New("told about " + p.refresh)
			}
			return nil
		}), "https://graph.example")
		require.NoError(t, c.Do(t.Context(), read, nil))
		first := p.refresh
		time.Sleep(2 * time.Minute)
		require.NoError(t, c.Do(t.Context(), read, nil))
		require.NotEqual(t, first, p.refresh)
		time.Sleep(2 * time.Minute)
		declined = true
		err := c.Do(t.Context(), read, nil)
		require.NoError(t, err)
		p.refresh += "x"
		time.Sleep(2 * time.Minute)
		err = c.Do(t.Context(), read, nil)
		require.ErrorContains(t, err, "told about [refresh token]")
		require.False(t, strings.Contains(err.Error(), refreshSecret))
	})
}
