package emulator

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// tokenLifetime is what Entra's documentation shows: one hour, less a second.
const tokenLifetime = 3599 * time.Second

// session is what a valid token stands for.
type session struct {
	identity    *Identity
	permissions []string
	audience    string
	issued      time.Time
	expires     time.Time
}

// claims are those of an access token. Entra's tokens for Microsoft Graph name
// sts.windows.net as the issuer, which no published document belongs to; here it
// is the issuer of the discovery document, so that tokens can be verified by it.
type claims struct {
	Audience    string   `json:"aud"`
	Issuer      string   `json:"iss"`
	IssuedAt    int64    `json:"iat"`
	NotBefore   int64    `json:"nbf"`
	Expires     int64    `json:"exp"`
	Application string   `json:"appid,omitzero"`
	Kind        string   `json:"idtyp,omitzero"`
	Name        string   `json:"name,omitzero"`
	ObjectID    string   `json:"oid,omitzero"`
	Roles       []string `json:"roles,omitempty"`
	Scopes      string   `json:"scp,omitzero"`
	Subject     string   `json:"sub,omitzero"`
	Tenant      string   `json:"tid"`
	UPN         string   `json:"upn,omitzero"`
	ID          string   `json:"uti"`
	Version     string   `json:"ver"`
	// Instance tells the tenants of a process apart, which sign with one key.
	Instance string `json:"xms_emulator"`
	// Since and Until are when the token is valid on the tenant's clock. Those
	// above are on the clock of the machine, by which clients look at them.
	Since int64 `json:"xms_since"`
	Until int64 `json:"xms_until"`
	// Use is refresh for a refresh token, which is no access token.
	Use string `json:"use,omitzero"`
}

// tokens are the tokens and sign-ins of a tenant.
type tokens struct {
	instance string

	mu sync.Mutex
	// known holds tokens whose signature was checked. It is emptied when it is
	// full.
	known map[string]*session
	// revoked is the time before which issued tokens are not valid any more.
	revoked time.Time
	devices map[string]*signIn
}

const (
	maxKnown   = 4096
	maxDevices = 1024
)

func newTokens() *tokens {
	return &tokens{instance: rand.Text(), known: map[string]*session{}, devices: map[string]*signIn{}}
}

// accessToken signs a token for an identity.
func (t *Tenant) accessToken(r *http.Request, who *Identity, audience string, permissions []string) (string, error) {
	now, machine := t.now(), time.Now()
	c := claims{
		Audience: audience, Issuer: issuer(r),
		IssuedAt: machine.Unix(), NotBefore: machine.Unix(), Expires: machine.Add(tokenLifetime).Unix(),
		Since: now.Unix(), Until: now.Add(tokenLifetime).Unix(),
		Application: who.ClientID, Name: who.Name, ObjectID: who.ObjectID, Subject: who.ObjectID, Tenant: TenantID,
		ID: t.newGUID(), Version: "1.0", Instance: t.tokens.instance,
	}
	if who.person() {
		c.Kind, c.UPN, c.Scopes = "user", who.UserPrincipalName, strings.Join(permissions, " ")
	} else {
		c.Kind, c.Roles = "app", permissions
	}
	return signJWT(c)
}

func issuer(r *http.Request) string { return (&call{r: r}).root() + "/" + TenantID + "/v2.0" }

// audience is which of the tenant's APIs a token has to be for.
type audience string

const (
	graphAudience audience = "graph"
	armAudience   audience = "management"
)

// allows tells whether a token's audience is the API. The name of the real hosts
// has the API's name in it; the address by which the caller reaches an emulator is
// both.
func (a audience) allows(aud, root string) bool {
	return strings.Contains(aud, string(a)) || strings.TrimSuffix(aud, "/") == root
}

// session finds out who makes the request, and notes it, or answers 401.
func (c *call) session(api audience) (*session, bool) {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		c.unauthorized(noToken, false)
		return nil, false
	}
	s := c.t.lookup(token)
	switch now := c.t.now(); {
	case s == nil:
		c.unauthorized(badToken, true)
	case !s.expires.After(now) || c.t.tokens.isRevoked(s):
		c.unauthorized(expiredToken, true)
	case !api.allows(s.audience, c.root()):
		c.unauthorized(foreignToken, true)
	default:
		c.who = s.identity
		if entry, ok := c.r.Context().Value(entryKey{}).(*Request); ok {
			entry.Who = c.who.label()
		}
		return s, true
	}
	return nil, false
}

// tokenProblem is what is wrong with a token, and what the two APIs say then. For
// Azure Resource Manager the texts are those that people quote.
type tokenProblem struct{ graph, arm, armCode string }

var (
	noToken      = tokenProblem{"Access token is empty.", "Authentication failed. The 'Authorization' header is missing.", "AuthenticationFailed"}
	badToken     = tokenProblem{"CompactToken parsing failed or the signature is invalid.", "The access token is invalid.", "InvalidAuthenticationToken"}
	expiredToken = tokenProblem{"Access token has expired or is not yet valid.", "The access token expiry UTC time is earlier than current UTC time.", "ExpiredAuthenticationToken"}
	foreignToken = tokenProblem{"Access token validation failure. Invalid audience.", "The access token has been obtained for wrong audience or resource. It should exactly match with one of the allowed audiences " +
		"'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'.", "InvalidAuthenticationTokenAudience"}
)

// unauthorized answers 401; sent tells whether there was a token at all.
func (c *call) unauthorized(p tokenProblem, sent bool) {
	if forARM(c.r) {
		c.unauthorizedARM(p)
		return
	}
	challenge := `Bearer realm="", authorization_uri="` + c.root() + "/" + TenantID + `/oauth2/v2.0/authorize", client_id="00000003-0000-0000-c000-000000000000"`
	if sent {
		challenge += `, error="invalid_token"`
	}
	c.w.Header().Set("WWW-Authenticate", challenge)
	c.fail(http.StatusUnauthorized, "InvalidAuthenticationToken", p.graph)
}

// lookup returns what a token stands for, whether or not it has expired, and nil
// for one that the tenant has not issued.
func (t *Tenant) lookup(token string) *session {
	t.tokens.mu.Lock()
	s := t.tokens.known[token]
	t.tokens.mu.Unlock()
	if s != nil {
		return s
	}
	var c claims
	if verifyJWT(token, &signingKey().PublicKey, &c) != nil || c.Instance != t.tokens.instance || c.Use != "" {
		return nil
	}
	i := slices.IndexFunc(t.identities, func(i *Identity) bool { return i.ObjectID == c.ObjectID })
	if i < 0 {
		return nil
	}
	s = &session{
		identity: t.identities[i], audience: c.Audience, permissions: c.Roles,
		issued: time.Unix(c.Since, 0), expires: time.Unix(c.Until, 0),
	}
	if s.identity.person() {
		s.permissions = strings.Fields(c.Scopes)
	}
	t.tokens.mu.Lock()
	defer t.tokens.mu.Unlock()
	if len(t.tokens.known) >= maxKnown {
		clear(t.tokens.known)
	}
	t.tokens.known[token] = s
	return s
}

func (ts *tokens) isRevoked(s *session) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return s.issued.Before(ts.revoked)
}

// RevokeTokens makes all tokens invalid that were issued until now, as when a
// session is ended in Microsoft Entra. On the tenant's clock, it takes the rest
// of the second: tokens have no finer time.
func (t *Tenant) RevokeTokens() {
	t.tokens.mu.Lock()
	defer t.tokens.mu.Unlock()
	t.tokens.revoked = t.now().Truncate(time.Second).Add(time.Second)
}
