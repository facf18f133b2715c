package client_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// picky is a service that accepts one token only, and an authority that issues
// a token for each set of claims and counts.
type picky struct {
	*httptest.Server
	accepted   string
	challenge  string
	issued     int
	bodies     []string // of the requests to the service, with their tokens
	ids        []string // the client request ids
	claims     []string // of the requests for tokens
	refuseFrom int      // the authority refuses from this request on
}

func newPicky(t *testing.T) *picky {
	p := &picky{refuseFrom: 1 << 30}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tenant/oauth2/v2.0/token" {
			p.claims = append(p.claims, r.FormValue("claims"))
			w.Header().Set("Content-Type", "application/json")
			if p.issued++; p.issued >= p.refuseFrom {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"error":"interaction_required","error_description":"AADSTS50076: Use another factor."}`)
				return
			}
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"token-%d"}`, p.issued)
			return
		}
		body, _ := io.ReadAll(r.Body)
		p.bodies = append(p.bodies, r.Header.Get("Authorization")+" "+string(body))
		p.ids = append(p.ids, r.Header.Get("client-request-id"))
		if r.Header.Get("Authorization") != "Bearer "+p.accepted {
			if p.challenge != "" {
				w.Header().Set("WWW-Authenticate", p.challenge)
			}
			w.Header().Set("request-id", "r-1")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed."}}`)
			return
		}
		fmt.Fprint(w, `{}`)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *picky) connect(t *testing.T, cred client.Credential) *client.Connection {
	t.Helper()
	c, err := client.Connect(api, cred, client.WithCloud(client.Cloud{Authority: p.URL, Graph: p.URL}))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

const capable = `{"access_token":{"xms_cc":{"values":["cp1"]}}}`

// TestARefusedTokenIsReplacedOnce: also for a request that creates something,
// for who is not let in has nothing executed.
func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	p := newPicky(t)
	p.accepted = "token-2"
	c := p.connect(t, client.ClientSecret("tenant", "app", secret))
	require.NoError(t, c.Do(t.Context(), create, nil))
	require.Empty(t, cmp.Diff([]string{`Bearer token-1 {"a":"b"}`, `Bearer token-2 {"a":"b"}`}, p.bodies))
	require.Equal(t, p.ids[0], p.ids[1], "it is one call")
	require.Empty(t, cmp.Diff([]string{capable, capable}, p.claims))
	require.NoError(t, c.Do(t.Context(), create, nil))
	require.Equal(t, 2, p.issued, "the second token is kept")

	// Now no token will do: one more is tried, and then it is over.
	p.accepted = "none"
	err := c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
	require.Equal(t, 3, p.issued)
	require.Len(t, p.bodies, 5)
}

func TestAClaimsChallengeIsAnsweredOnce(t *testing.T) {
	const claims = `{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"big":12345678901234567890}}`
	const merged = `{"access_token":{"big":12345678901234567890,"nbf":{"essential":true,"value":"1604106651"},"xms_cc":{"values":["cp1"]}}}`
	p := newPicky(t)
	p.accepted = "token-2"
	p.challenge = `Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", error="insufficient_claims", claims="` + base64.StdEncoding.EncodeToString([]byte(claims)) + `"`
	c := p.connect(t, client.ClientSecret("tenant", "app", secret))
	require.NoError(t, c.Do(t.Context(), create, nil))
	require.Empty(t, cmp.Diff([]string{capable, merged}, p.claims))
	require.NoError(t, c.Do(t.Context(), create, nil))
	require.Equal(t, 2, p.issued, "the token with the claims is kept")

	p.accepted = "none"
	require.ErrorIs(t, c.Do(t.Context(), create, nil), client.ErrUnauthorized)
	require.Equal(t, 3, p.issued)
	require.Len(t, p.bodies, 5)

	p.refuseFrom = 4
	err := c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.ErrorContains(t, err, "401 Unauthorized: InvalidAuthenticationToken: Lifetime validation failed.")
	require.ErrorContains(t, err, "interaction_required: AADSTS50076: Use another factor.")
	require.ErrorContains(t, err, "[request-id r-1]")
}

// TestCredentialsThatCannotAnswerAChallenge give the token that they have.
func TestCredentialsThatCannotAnswerAChallenge(t *testing.T) {
	p := newPicky(t)
	p.challenge = `Bearer claims="` + base64.RawURLEncoding.EncodeToString([]byte(`{"a":"?>~"}`)) + `"`
	err := p.connect(t, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))).Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.ErrorContains(t, err, "the service asks for other claims in the token, and the token source returned the same token again")
	require.Len(t, p.bodies, 1)

	var asked []client.TokenRequest
	p.accepted = "second"
	err = p.connect(t, client.TokenFunc(func(_ context.Context, r client.TokenRequest) (*oauth2.Token, error) {
		asked = append(asked, r)
		return &oauth2.Token{AccessToken: map[int]string{1: "first", 2: "second"}[len(asked)]}, nil
	})).Do(t.Context(), create, nil)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]client.TokenRequest{
		{Scope: p.URL + "/.default"}, {Scope: p.URL + "/.default", Claims: `{"a":"?>~"}`, Refused: true},
	}, asked))

	err = p.connect(t, client.TokenFunc(func(_ context.Context, r client.TokenRequest) (*oauth2.Token, error) {
		if r.Refused {
			return nil, errors.New("the vault is closed")
		}
		return &oauth2.Token{AccessToken: "x"}, nil
	})).Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.ErrorContains(t, err, "no token from the token function: the vault is closed")
}

func TestChallenges(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	const claims = `{"access_token":{}}`
	for name, tt := range map[string]struct {
		headers []string
		want    string
	}{
		"none":                 {nil, ""},
		"no claims":            {[]string{`Bearer realm=""`}, ""},
		"other scheme":         {[]string{`Basic realm="x", claims="` + encode([]byte(claims)) + `"`}, ""},
		"second header":        {[]string{`Negotiate`, `bearer Claims=` + encode([]byte(claims))}, claims},
		"second challenge":     {[]string{`PoP realm="a, b", nonce="x\"y", Bearer claims="` + encode([]byte(claims)) + `"`}, claims},
		"token68":              {[]string{`NTLM TlRMTVNTUAAC==, Bearer claims="` + encode([]byte(claims)) + `"`}, claims},
		"spaces around":        {[]string{`Bearer  claims = "` + encode([]byte(claims)) + `" , x=y`}, claims},
		"first of two":         {[]string{`Bearer claims="` + encode([]byte(claims)) + `", claims="e30="`}, claims},
		"no base64":            {[]string{`Bearer claims="%%"`}, ""},
		"no JSON":              {[]string{`Bearer claims="` + encode([]byte("hello")) + `"`}, ""},
		"no object":            {[]string{`Bearer claims="` + encode([]byte("[1]")) + `"`}, ""},
		"null":                 {[]string{`Bearer claims="` + encode([]byte("null")) + `"`}, ""},
		"not closed":           {[]string{`Bearer claims="` + encode([]byte(claims))}, claims},
		"ends in an escape":    {[]string{`Bearer claims="\`}, ""},
		"a parameter at first": {[]string{`claims="` + encode([]byte(claims)) + `"`}, ""},
		"too long":             {[]string{`Bearer claims="` + encode(append([]byte(`{"a":"`), append(make([]byte, 9000), `"}`...)...)) + `"`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, client.ClaimsOf(http.Header{"Www-Authenticate": tt.headers}))
		})
	}
}

// FuzzChallenge: whatever a service says, the answer is nothing or an object
// that can be asked for.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{`Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`, `Basic a=b, Bearer claims=e30`, `Bearer claims="\"`, `,,=`, "Bearer claims=eyJhY2Nlc3NfdG9rZW4iOm51bGx9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		claims := client.ClaimsOf(http.Header{"Www-Authenticate": {header}})
		if claims != "" {
			require.True(t, json.Valid([]byte(claims)))
		}
		var requested struct {
			AccessToken struct {
				Capabilities struct{ Values []string } `json:"xms_cc"`
			} `json:"access_token"`
		}
		require.NoError(t, json.Unmarshal([]byte(client.RequestedClaims(claims)), &requested))
		require.Equal(t, []string{"cp1"}, requested.AccessToken.Capabilities.Values)
	})
}
