package emulator

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// oauthError is how the token endpoint refuses.
type oauthError struct {
	status            int
	code, description string
}

// tokenRequest is a request to the authority.
type tokenRequest struct {
	t *Tenant
	r *http.Request
}

func (t *Tenant) handleAuthority(mux *router) {
	endpoint := func(pattern string, answer func(tokenRequest) (any, *oauthError)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var refused *oauthError
			var v any
			switch err := r.ParseForm(); {
			case err != nil:
				status := http.StatusBadRequest
				if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
					status = http.StatusRequestEntityTooLarge
				}
				refused = &oauthError{status, "invalid_request", "AADSTS900144: The request body cannot be read."}
			case r.PathValue("tenant") != TenantID:
				refused = &oauthError{http.StatusBadRequest, "invalid_request", "AADSTS90002: Tenant '" + r.PathValue("tenant") + "' not found."}
			default:
				v, refused = answer(tokenRequest{t, r})
			}
			if refused == nil {
				writeJSON(w, http.StatusOK, v)
				return
			}
			code, _ := strconv.Atoi(strings.TrimPrefix(refused.description[:strings.IndexByte(refused.description+":", ':')], "AADSTS"))
			writeJSON(w, refused.status, struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
				Codes       []int  `json:"error_codes"`
				Timestamp   string `json:"timestamp"`
				Trace       string `json:"trace_id"`
				Correlation string `json:"correlation_id"`
			}{refused.code, valid(refused.description), []int{code}, t.now().UTC().Format("2006-01-02 15:04:05Z"), w.Header().Get("request-id"), valid(r.Header.Get("client-request-id"))})
		})
	}
	endpoint("POST /{tenant}/oauth2/v2.0/token", tokenRequest.token)
	endpoint("POST /{tenant}/oauth2/v2.0/devicecode", tokenRequest.deviceCode)
	endpoint("GET /{tenant}/v2.0/.well-known/openid-configuration", tokenRequest.discovery)
	endpoint("GET /{tenant}/discovery/v2.0/keys", func(tokenRequest) (any, *oauthError) { return keySet(), nil })
}

// discovery tells where the other endpoints are (OpenID Connect Discovery 1.0).
func (q tokenRequest) discovery() (any, *oauthError) {
	root := (&call{r: q.r}).root() + "/" + TenantID
	return map[string]any{
		"issuer": issuer(q.r), "token_endpoint": root + "/oauth2/v2.0/token", "jwks_uri": root + "/discovery/v2.0/keys",
		"authorization_endpoint": root + "/oauth2/v2.0/authorize", "device_authorization_endpoint": root + "/oauth2/v2.0/devicecode",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_types_supported":              []string{"code", "id_token", "token"}, "subject_types_supported": []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "scopes_supported": []string{"openid", "profile", "email", "offline_access"},
	}, nil
}

// The grants of the token endpoint.
const (
	deviceGrant   = "urn:ietf:params:oauth:grant-type:device_code"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

type tokenAnswer struct {
	Type         string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	Scope        string `json:"scope,omitzero"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitzero"`
}

// token issues tokens.
//
// Sources: Learn, "OAuth 2.0 client credentials flow on the Microsoft identity
// platform", "OAuth 2.0 device authorization grant"; the AADSTS codes are those
// of Learn, "Microsoft Entra authentication and authorization error codes".
func (q tokenRequest) token() (any, *oauthError) {
	switch q.r.PostForm.Get("grant_type") {
	case "client_credentials":
		return q.clientCredentials()
	case deviceGrant:
		return q.deviceToken()
	case "refresh_token":
		return q.refresh()
	default:
		return nil, &oauthError{http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."}
	}
}

func (q tokenRequest) clientCredentials() (any, *oauthError) {
	id, secret := q.r.PostForm.Get("client_id"), q.r.PostForm.Get("client_secret")
	if user, password, ok := q.r.BasicAuth(); ok { // RFC 6749, section 2.3.1
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	}
	who := q.t.application(id)
	switch {
	case who == nil:
		return nil, &oauthError{http.StatusUnauthorized, "unauthorized_client", "AADSTS700016: The application was not found in the directory."}
	case q.r.PostForm.Get("client_assertion") != "":
		if refused := q.assertion(who); refused != nil {
			return nil, refused
		}
	case who.Secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(who.Secret)) != 1:
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided."}
	}
	resource, ok := defaultScope(q.r.PostForm.Get("scope"))
	if !ok {
		return nil, &oauthError{http.StatusBadRequest, "invalid_scope", "AADSTS1002012: The scope is not valid; it must end in /.default."}
	}
	token, err := q.t.accessToken(q.r, who, resource, who.Permissions)
	if err != nil {
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "AADSTS900144: The token cannot be made."}
	}
	return bearer(token), nil
}

// maxScope is the longest scope, in bytes: tokens and pending sign-ins keep it.
const maxScope = 8 << 10

// defaultScope reads the scope of an application's token: one that ends in
// /.default, among those of OpenID Connect, which libraries add and which mean
// nothing here.
func defaultScope(scope string) (resource string, ok bool) {
	if len(scope) > maxScope {
		return "", false
	}
	found := 0
	for _, text := range strings.Fields(scope) {
		if openIDScope(text) {
			continue
		}
		if resource, ok = strings.CutSuffix(text, "/.default"); !ok {
			return "", false
		}
		found++
	}
	return resource, found == 1
}

// openIDScope tells the scopes of OpenID Connect from permissions.
func openIDScope(text string) bool {
	return text == "openid" || text == "profile" || text == "email" || text == "offline_access"
}

func bearer(token string) tokenAnswer {
	seconds := int(tokenLifetime / time.Second)
	return tokenAnswer{Type: "Bearer", ExpiresIn: seconds, ExtExpiresIn: seconds, AccessToken: token}
}

func (t *Tenant) application(clientID string) *Identity {
	i := slices.IndexFunc(t.identities, func(i *Identity) bool { return i.ClientID != "" && i.ClientID == clientID })
	if i < 0 {
		return nil
	}
	return t.identities[i]
}

// assertion checks the assertion of an application that has a key.
func (q tokenRequest) assertion(who *Identity) *oauthError {
	refuse := func(description string) *oauthError {
		return &oauthError{http.StatusUnauthorized, "invalid_client", description}
	}
	if q.r.PostForm.Get("client_assertion_type") != assertionType {
		return &oauthError{http.StatusBadRequest, "invalid_request", "AADSTS50027: The client_assertion_type is not " + assertionType + "."}
	}
	var c struct {
		Audience  string `json:"aud"`
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		Expires   int64  `json:"exp"`
		NotBefore int64  `json:"nbf"`
	}
	if who.Key == nil || verifyJWT(q.r.PostForm.Get("client_assertion"), who.Key, &c) != nil {
		return refuse("AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application, or the signature is invalid.")
	}
	now := q.t.now().Unix()
	const skew = 300 // seconds that clocks may differ
	switch {
	case c.Issuer != who.ClientID || c.Subject != who.ClientID:
		return refuse("AADSTS700023: Client assertion audience or issuer claim does not match the application.")
	case !strings.HasSuffix(c.Audience, "/"+TenantID+"/oauth2/v2.0/token") && !strings.HasSuffix(c.Audience, "/"+TenantID+"/v2.0"):
		return refuse("AADSTS700023: Client assertion audience claim does not match Realm issuer.")
	case c.Expires+skew < now || c.NotBefore-skew > now:
		return refuse("AADSTS700024: Client assertion is not within its valid time range.")
	}
	return nil
}

// signIn is a person's sign-in with a code.
type signIn struct {
	userCode    string
	application *Identity
	resource    string
	scopes      []string
	refresh     bool
	expires     time.Time
	// person has signed in; declined tells that nobody will.
	person   *Identity
	declined bool
}

const (
	deviceLifetime = 15 * time.Minute
	deviceInterval = 5 * time.Second
)

// deviceCode begins a sign-in.
func (q tokenRequest) deviceCode() (any, *oauthError) {
	application := q.t.application(q.r.PostForm.Get("client_id"))
	if application == nil {
		return nil, &oauthError{http.StatusUnauthorized, "unauthorized_client", "AADSTS700016: The application was not found in the directory."}
	}
	s := &signIn{application: application, userCode: rand.Text()[:9], expires: q.t.now().Add(deviceLifetime)}
	if !s.read(q.r.PostForm.Get("scope")) {
		return nil, &oauthError{http.StatusBadRequest, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid."}
	}
	code := rand.Text() + rand.Text()
	ts := q.t.tokens
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for code, old := range ts.devices {
		if !old.expires.After(q.t.now()) {
			delete(ts.devices, code)
		}
	}
	if len(ts.devices) >= maxDevices {
		return nil, &oauthError{http.StatusTooManyRequests, "temporarily_unavailable", "AADSTS90055: Too many sign-ins are pending."}
	}
	ts.devices[code] = s
	const uri = "https://microsoft.com/devicelogin"
	return struct {
		UserCode   string `json:"user_code"`
		DeviceCode string `json:"device_code"`
		URI        string `json:"verification_uri"`
		ExpiresIn  int    `json:"expires_in"`
		Interval   int    `json:"interval"`
		Message    string `json:"message"`
	}{s.userCode, code, uri, int(deviceLifetime / time.Second), int(deviceInterval / time.Second),
		"To sign in, use a web browser to open the page " + uri + " and enter the code " + s.userCode + " to authenticate."}, nil
}

// read reads the scopes of a person's token: permissions of one resource, or
// /.default for all that the application may use.
func (s *signIn) read(scope string) bool {
	if len(scope) > maxScope {
		return false
	}
	for _, text := range strings.Fields(scope) {
		if openIDScope(text) {
			s.refresh = s.refresh || text == "offline_access"
			continue
		}
		i := strings.LastIndexByte(text, '/')
		if i < 0 {
			// A permission without a resource is one of Microsoft Graph.
			text, i = "https://graph.microsoft.com/"+text, len("https://graph.microsoft.com")
		}
		if s.resource != "" && s.resource != text[:i] {
			return false
		}
		s.resource = text[:i]
		s.scopes = append(s.scopes, text[i+1:])
	}
	return s.resource != ""
}

// deviceToken ends a sign-in.
func (q tokenRequest) deviceToken() (any, *oauthError) {
	ts := q.t.tokens
	code := q.r.PostForm.Get("device_code")
	ts.mu.Lock()
	defer ts.mu.Unlock()
	s := ts.devices[code]
	refuse := func(code, description string) (any, *oauthError) {
		return nil, &oauthError{http.StatusBadRequest, code, description}
	}
	switch {
	case s == nil || s.application.ClientID != q.r.PostForm.Get("client_id"):
		return refuse("invalid_grant", "AADSTS70019: The device code is not known.")
	case !s.expires.After(q.t.now()):
		return refuse("expired_token", "AADSTS70020: The device code has expired.")
	case s.declined:
		return refuse("authorization_declined", "AADSTS65004: User declined to consent to access the app.")
	case s.person == nil:
		return refuse("authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	}
	delete(ts.devices, code)
	return q.personal(s.person, s.application, s.resource, s.scopes, s.refresh)
}

// personal issues a token in a person's name, with what both the person and the
// application may do.
func (q tokenRequest) personal(person, application *Identity, resource string, scopes []string, refresh bool) (any, *oauthError) {
	var granted []string
	for _, p := range person.Permissions {
		if slices.Contains(scopes, p) || slices.Contains(scopes, ".default") {
			granted = append(granted, p)
		}
	}
	token, err := q.t.accessToken(q.r, person, resource, granted)
	if err != nil {
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "AADSTS900144: The token cannot be made."}
	}
	answer := bearer(token)
	answer.Scope = strings.Join(granted, " ")
	if refresh {
		now := q.t.now()
		answer.RefreshToken, _ = signJWT(claims{
			Use: "refresh", Instance: q.t.tokens.instance, ObjectID: person.ObjectID, Application: application.ClientID, Audience: resource,
			Scopes: strings.Join(scopes, " "), Tenant: TenantID, Since: now.Unix(), Until: now.Add(90 * 24 * time.Hour).Unix(),
		})
	}
	return answer, nil
}

func (q tokenRequest) refresh() (any, *oauthError) {
	var c claims
	err := verifyJWT(q.r.PostForm.Get("refresh_token"), &signingKey().PublicKey, &c)
	i := slices.IndexFunc(q.t.identities, func(i *Identity) bool { return i.ObjectID == c.ObjectID })
	application := q.t.application(q.r.PostForm.Get("client_id"))
	if err != nil || c.Use != "refresh" || c.Instance != q.t.tokens.instance || i < 0 || application == nil || application.ClientID != c.Application ||
		c.Until <= q.t.now().Unix() || q.t.tokens.isRevoked(&session{issued: time.Unix(c.Since, 0)}) {
		return nil, &oauthError{http.StatusBadRequest, "invalid_grant", "AADSTS70000: The provided value for the 'refresh_token' is not valid."}
	}
	return q.personal(q.t.identities[i], application, c.Audience, strings.Fields(c.Scopes), true)
}

// ErrNoSignIn means that no sign-in with such a code is pending, or that the
// tenant has no such person.
var ErrNoSignIn = errors.New("emulator: no such sign-in is pending, or there is no such person")

// SignIn does what a person does who was shown a user code: it signs the person
// with a user principal name in. The empty name declines.
func (t *Tenant) SignIn(userCode, userPrincipalName string) error {
	i := slices.IndexFunc(t.identities, func(i *Identity) bool {
		return i.person() && strings.EqualFold(i.UserPrincipalName, userPrincipalName)
	})
	t.tokens.mu.Lock()
	defer t.tokens.mu.Unlock()
	for _, s := range t.tokens.devices {
		switch {
		case s.userCode != userCode || !s.expires.After(t.now()):
		case userPrincipalName == "":
			s.declined = true
			return nil
		case i >= 0:
			s.person = t.identities[i]
			return nil
		}
	}
	return ErrNoSignIn
}
