package emulator_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/emulator"
)

// bodies has a request for each call of Microsoft Graph that the call accepts,
// with %[1]s for an alert of incident 1.
var bodies = map[string]string{
	"PATCH /security/alerts_v2/{id}":          `{"status":"resolved"}`,
	"POST /security/alerts_v2/{id}/comments":  `{"comment":"c"}`,
	"PATCH /security/incidents/{id}":          `{"displayName":"n"}`,
	"POST /security/incidents/{id}/comments":  `{"comment":"c"}`,
	"POST /security/alerts_v2/moveAlerts":     `{"alertIds":["%[1]s"]}`,
	"POST /security/incidents/mergeIncidents": `{"incidentIds":["1","2"]}`,
	"POST /security/runHuntingQuery":          `{"query":"AlertInfo"}`,
	"POST /security/alerts_v2/createAlert":    draft("new"),
	"POST /security/alerts_v2":                `{"@odata.type":"#microsoft.graph.security.manualAlert",` + strings.TrimPrefix(strings.TrimSuffix(draft("new"), "}}"), `{"createAlertInput":{`) + `}`,
}

// needs is which permissions each call takes, from the permission tables of the
// pages of the calls, and for reading alerts from a refusal of the live service
// (wazuh/wazuh-documentation#7300).
var needs = map[string]string{
	"GET /security/alerts_v2":                 "SecurityAlert.Read.All SecurityAlert.ReadWrite.All SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"GET /security/alerts_v2/{id}":            "SecurityAlert.Read.All SecurityAlert.ReadWrite.All SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"PATCH /security/alerts_v2/{id}":          "SecurityAlert.ReadWrite.All",
	"POST /security/alerts_v2/{id}/comments":  "SecurityAlert.ReadWrite.All",
	"GET /security/incidents":                 "SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"GET /security/incidents/{id}":            "SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"PATCH /security/incidents/{id}":          "SecurityIncident.ReadWrite.All",
	"POST /security/incidents/{id}/comments":  "SecurityIncident.ReadWrite.All",
	"POST /security/alerts_v2/moveAlerts":     "SecurityData.Manage.All",
	"POST /security/incidents/mergeIncidents": "SecurityData.Manage.All",
	"POST /security/runHuntingQuery":          "ThreatHunting.Read.All",
	"POST /security/alerts_v2/createAlert":    "SecurityAlert.Create.All SecurityAlert.ReadWrite.All",
	"POST /security/alerts_v2":                "SecurityAlert.Create.All SecurityAlert.ReadWrite.All",
	// The emulator's own calls show what the portal shows to who sees the object, and
	// the picker to who may create.
	"GET /incidents/{id}/activity": "SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"GET /alerts/{id}/history":     "SecurityAlert.Read.All SecurityAlert.ReadWrite.All SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"GET /entities":                "SecurityAlert.Read.All SecurityAlert.ReadWrite.All SecurityIncident.Read.All SecurityIncident.ReadWrite.All",
	"GET /assets":                  "SecurityAlert.Create.All SecurityAlert.ReadWrite.All",
}

// open to everybody are the calls by which tokens are had.
var openToEverybody = []string{
	"POST /{tenant}/oauth2/v2.0/token", "POST /{tenant}/oauth2/v2.0/devicecode", "GET /{tenant}/v2.0/.well-known/openid-configuration", "GET /{tenant}/discovery/v2.0/keys",
	"/", // the answer that there is no such call
}

// mayRaise and mayChange are the roles by which a person may raise alerts, change
// alerts and incidents, and move and merge them; all of the test's roles but
// PlaybookOperator and none may read.
var (
	mayRaise  = []emulator.Role{emulator.DetectionTuning, emulator.SentinelResponder, emulator.SentinelContributor, emulator.SecurityOperator, emulator.SecurityAdministrator}
	mayChange = []emulator.Role{emulator.SecurityOperator, emulator.SecurityAdministrator, emulator.AlertsManage, emulator.SentinelResponder, emulator.SentinelContributor}
	mayMove   = []emulator.Role{emulator.SecurityOperator, emulator.SecurityAdministrator}
)

// may tells whether an identity may make a call.
func may(who emulator.Identity, call string) bool {
	permitted := slices.ContainsFunc(strings.Fields(needs[call]), func(p string) bool { return slices.Contains(who.Permissions, p) })
	if who.UserPrincipalName == "" || !permitted {
		return permitted
	}
	if len(who.Roles) == 0 || who.Roles[0] == "" || who.Roles[0] == emulator.PlaybookOperator {
		return false
	}
	roles := mayChange
	switch {
	case strings.HasSuffix(call, "createAlert") || call == "POST /security/alerts_v2" || strings.HasSuffix(call, "assets"):
		roles = mayRaise
	case strings.HasPrefix(call, "GET ") || strings.HasSuffix(call, "runHuntingQuery"):
		return true
	case strings.HasSuffix(call, "moveAlerts") || strings.HasSuffix(call, "mergeIncidents"):
		roles = mayMove
	}
	return slices.Contains(roles, who.Roles[0])
}

// people and applications of whom each lacks something.
func identities() []emulator.Identity {
	var list []emulator.Identity
	for _, p := range append(emulator.AllPermissions(), emulator.ActivityFeedRead) {
		list = append(list, emulator.Identity{Name: p, ClientID: "only " + p, Secret: "s", Permissions: []string{p}})
		for _, role := range []emulator.Role{"", emulator.SecurityReader, emulator.SecurityOperator, emulator.DetectionTuning, emulator.AlertsManage, emulator.SentinelReader, emulator.SentinelResponder, emulator.SentinelContributor, emulator.GlobalReader, emulator.SecurityAdministrator, emulator.PlaybookOperator} {
			list = append(list, emulator.Identity{Name: string(role), UserPrincipalName: fmt.Sprintf("%s.%d@contoso.com", p, len(list)), Permissions: []string{p}, Roles: []emulator.Role{role}})
		}
	}
	return append(list, emulator.Identity{Name: "nobody", ClientID: "nobody", Secret: "s"},
		emulator.Identity{Name: "no one", UserPrincipalName: "no.one@contoso.com", Roles: []emulator.Role{emulator.SecurityAdministrator}})
}

// state is all that can be seen of a tenant.
func (a api) state() string {
	var b strings.Builder
	arm := a.sentinel()
	for _, path := range []string{"incidents", "bookmarks", "incidents/made", "incidents/made/comments", "incidents/made/tasks", "incidents/made/relations"} {
		b.WriteString(arm.raw("GET", armPath(path), "").Body.String())
	}
	for _, path := range []string{"/v1.0/security/incidents?$expand=alerts", "/v1.0/security/alerts_v2"} {
		b.WriteString(a.raw("GET", path, "").Body.String())
	}
	return b.String()
}

// of returns the API as an identity uses it: an application with all that it may, a
// person with a permission.
func (a api) of(who emulator.Identity, resource, permission string) api {
	if who.UserPrincipalName != "" {
		return a.signedIn(who.UserPrincipalName, resource+permission)
	}
	return a.forScope(who.ClientID, who.Secret, resource+".default")
}

// everything is the state with what cannot be seen of it.
func (a api) everything() string {
	all := a.e.Snapshot()
	all.Random = nil
	data, err := json.Marshal(all)
	require.NoError(a.t, err)
	return a.state() + string(data) + fmt.Sprint(a.e.PlaybookRuns())
}

// TestEveryRouteWithEveryIdentity: who has no right to a call sees and changes
// nothing by it.
func TestEveryRouteWithEveryIdentity(t *testing.T) {
	list := identities()
	var opts []emulator.Option
	for _, i := range list {
		opts = append(opts, emulator.WithIdentity(i))
	}
	admin := open(t, opts...)
	alertID := admin.raise("secret title").text("id")
	admin.raise("another secret title")
	admin.raise("secret title", "linkToIncident", "1")
	admin.makeSecret()
	allowed, refused := 0, 0
	isARM := func(pattern string) bool { return strings.Contains(pattern, "/Microsoft.SecurityInsights/") }
	isFeed := func(pattern string) bool { return strings.Contains(pattern, "/activity/feed/") }
	patterns := slices.DeleteFunc(admin.e.Patterns(), func(p string) bool { return slices.Contains(openToEverybody, p) })
	var listed []string
	for _, r := range admin.e.Routes() {
		listed = append(listed, r.Method+" "+r.Pattern)
	}
	require.ElementsMatch(t, patterns, listed, "Routes has what needs a token, and nothing else")
	for _, who := range list {
		caller := admin.of(who, "https://graph.microsoft.com/", ".default")
		before := admin.everything()
		for _, walk := range []func(emulator.Identity) (int, int){caller.everyARMRoute, caller.everyFeedRoute, caller.batchWithout} {
			a, n := walk(who)
			allowed, refused = allowed+a, refused+n
		}
		for _, r := range admin.e.Routes() {
			if isARM(r.Pattern) || isFeed(r.Pattern) || strings.HasSuffix(r.Pattern, "/$batch") {
				continue // these are above
			}
			id := "1"
			if strings.Contains(r.Pattern, "/alerts_v2/{id}") || strings.Contains(r.Pattern, "/alerts/{id}") {
				id = alertID
			}
			path := strings.Replace(r.Pattern, "{id}", id, 1)
			if strings.HasSuffix(path, "/entities") {
				path += "?type=user&identifier=userPrincipalName&value=jo@contoso.com"
			}
			key := r.Method + " " + strings.Replace(r.Pattern[strings.IndexByte(r.Pattern[1:], '/')+1:], "microsoft.graph.security.", "", 1)
			body := strings.ReplaceAll(bodies[key], "%[1]s", alertID)
			require.True(t, r.Method == "GET" || body != "", key)
			require.Contains(t, needs, key)
			if may(who, key) {
				allowed++
				if r.Method != "GET" && !strings.Contains(path, "unHuntingQuery") {
					continue // it would change what the others look at
				}
				require.Less(t, caller.raw(r.Method, path, body).Code, 300, "%s %s as %s %s", r.Method, path, who.Name, who.Permissions)
				continue
			}
			refused++
			w := caller.raw(r.Method, path, body)
			require.Equal(t, 403, w.Code, "%s %s as %s %s", r.Method, path, who.Name, who.Permissions)
			require.Contains(t, w.Body.String(), `"code":"Forbidden"`)
			require.NotContains(t, w.Body.String(), "secret title")
		}
		require.Equal(t, before, admin.everything(), "what %s %s has changed", who.Name, who.Permissions)
	}
	require.Positive(t, allowed)
	require.Greater(t, refused, 3000)
	t.Logf("%d identities, %d calls allowed, %d refused", len(list), allowed, refused)
}

// everyFeedRoute makes every call of the Management Activity API as an identity.
func (a api) everyFeedRoute(who emulator.Identity) (allowed, refused int) {
	a = a.of(who, "https://manage.office.com/", "ActivityFeed.Read")
	// The content is that of the first deed.
	content := "1$audit_general$" + emulator.TenantID
	for _, call := range []string{
		"POST subscriptions/start?contentType=Audit.General", "GET subscriptions/list", "GET subscriptions/content?contentType=Audit.General",
		"GET audit/" + content, "POST subscriptions/stop?contentType=Audit.General",
	} {
		method, path, _ := strings.Cut(call, " ")
		w := a.raw(method, "/api/v1.0/"+emulator.TenantID+"/activity/feed/"+path, "")
		if slices.Contains(who.Permissions, emulator.ActivityFeedRead) {
			allowed++
			require.Equal(a.t, 200, w.Code, "%s as %s", call, who.Name)
			continue
		}
		refused++
		require.Equal(a.t, 401, w.Code, "%s as %s", call, who.Name)
		require.Contains(a.t, w.Body.String(), "AF10001")
		require.NotContains(a.t, w.Body.String(), "secret title")
	}
	feed := 0
	for _, p := range a.e.Patterns() {
		if strings.Contains(p, "/activity/feed/") {
			feed++
		}
	}
	require.Equal(a.t, 5, feed, "calls of the feed")
	return allowed, refused
}

// batchWithout makes what an identity may not do as parts of a batch, which it may
// ask for.
func (a api) batchWithout(who emulator.Identity) (allowed, refused int) {
	var parts []string
	for _, part := range []string{"GET /security/incidents/1", "PATCH /security/incidents/1", "POST /security/runHuntingQuery"} {
		method, path, _ := strings.Cut(part, " ")
		if key := strings.Replace(part, "/1", "/{id}", 1); !may(who, key) {
			text := fmt.Sprintf(`{"id":"%d","method":%q,"url":%q`, len(parts), method, path)
			if body := bodies[key]; body != "" {
				text += `,"headers":{"Content-Type":"application/json"},"body":` + body
			}
			parts = append(parts, text+"}")
		}
	}
	for _, version := range []string{"/v1.0", "/beta"} {
		w := a.raw("POST", version+"/$batch", `{"requests":[`+strings.Join(parts, ",")+`]}`)
		require.Equal(a.t, 200, w.Code, w.Body)
		var answer object
		require.NoError(a.t, json.Unmarshal(w.Body.Bytes(), &answer))
		for _, part := range answer.list("responses") {
			require.Equal(a.t, "403", part.text("status"))
			refused++
		}
		require.NotContains(a.t, w.Body.String(), "secret title")
	}
	return 2, refused
}

// TestNoTokenNoAnswer tries every route without a token, with one of another
// tenant, and with one that has been tampered with.
func TestNoTokenNoAnswer(t *testing.T) {
	a := open(t)
	a.raise("secret title")
	valid := a.token
	parts := strings.Split(valid, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	forged := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), "SecurityAlert.Read.All", "SecurityAlert.Rule.All", 1))) + "." + parts[2]
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	for _, bad := range []string{"", "x", "a.b.c", valid[:len(valid)-8], valid + "x", forged, none, open(t).token, strings.Repeat("a", 100_000)} {
		a.token = bad
		for _, r := range a.e.Routes() {
			w := a.raw(r.Method, strings.NewReplacer("{id}", "1").Replace(r.Pattern), `{}`)
			require.Equal(t, 401, w.Code, "%s %s", r.Method, r.Pattern)
			require.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer ")
			require.NotContains(t, w.Body.String(), "secret title")
		}
	}
	a.token = valid
	a.incident("1")
	a.e.RevokeTokens()
	require.Equal(t, 401, a.raw("GET", "/v1.0/security/incidents/1", "").Code)
	a = a.later(time.Second)
	a.incident("1")
}

// TestForbiddenTexts are those that were observed.
func TestForbiddenTexts(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s"})).as("c", "s")
	got := a.do(403, "GET", "/v1.0/security/incidents", "").text("error", "message")
	require.Equal(t, "Missing application roles. API required roles: SecurityIncident.Read.All, SecurityIncident.ReadWrite.All, application roles: .", got)
}

// TestDeviceGroups: assets outside of the caller's scope cannot be named, and
// what names them is not seen.
func TestDeviceGroups(t *testing.T) {
	groups := emulator.WithDeviceGroups(
		emulator.DeviceGroup{Name: "all servers", Rank: 2, Devices: []string{"srv-1", "srv-2"}},
		emulator.DeviceGroup{Name: "tier 0", Rank: 1, Devices: []string{"SRV-1"}},
	)
	scoped := emulator.WithIdentity(emulator.Identity{ClientID: "scoped", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{"all servers"}})
	device := func(name string) string {
		return `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"` + name + `","role":"impacted"}]`
	}
	admin := open(t, groups, scoped)
	hidden := admin.raise("hidden", "entityDefinitions", device("srv-1"))
	admin.raise("seen", "entityDefinitions", device("srv-2"))
	admin.raise("ungrouped", "entityDefinitions", device("laptop"))
	admin.raise("no device")
	require.Equal(t, "tier 0", hidden.list("evidence")[0].text("rbacGroupName"), "the highest rank wins")

	a := admin.as("scoped", "s")
	require.Equal(t, [][]string{{"4", "2"}}, a.ids("/v1.0/security/incidents"))
	require.Equal(t, "2", a.do(200, "GET", "/v1.0/security/alerts_v2?$count=true", "").text("@odata.count"))
	a.do(404, "GET", "/v1.0/security/incidents/1", "")
	a.do(404, "GET", "/v1.0/security/alerts_v2/"+hidden.text("id"), "")
	a.do(404, "PATCH", "/v1.0/security/incidents/1", `{"displayName":"n"}`)
	a.do(404, "PATCH", "/v1.0/security/alerts_v2/"+hidden.text("id"), `{"status":"new"}`)
	a.do(404, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	a.do(404, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+hidden.text("id")+`"]}`)
	a.do(404, "POST", "/beta/security/alerts_v2/createAlert", draft("x", "linkToIncident", "1"))
	require.ElementsMatch(t, []string{"seen", "no device"}, texts(a.hunt("AlertInfo"), "Title"))
	require.ElementsMatch(t, []string{"seen", "no device"}, texts(a.hunt("SecurityIncident"), "Title"))
	w := a.raw("POST", "/beta/security/alerts_v2/createAlert", draft("x", "entityDefinitions", device("srv-1")))
	require.Equal(t, 403, w.Code)
	require.Contains(t, w.Body.String(), `outside of the caller's scope`)
	a.raise("x", "entityDefinitions", device("srv-2"))

	admin = open(t, groups, scoped, emulator.WithChoices(func(c *emulator.Choices) { c.ScopedAssetsMissing = true }))
	admin.as("scoped", "s").do(404, "POST", "/beta/security/alerts_v2/createAlert", draft("x", "entityDefinitions", device("srv-1")))
}

// sign makes a JSON Web Token with a key of the test's own.
func sign(t *testing.T, key crypto.Signer, alg string, claims map[string]any) string {
	t.Helper()
	encode := func(v any) string {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := encode(map[string]string{"alg": alg, "typ": "JWT"}) + "." + encode(claims)
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		r, s, signErr := ecdsa.Sign(rand.Reader, key, digest[:])
		require.NoError(t, signErr)
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	default:
		var how crypto.SignerOpts = crypto.SHA256
		if alg == "PS256" {
			how = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
		}
		signature, err = key.Sign(rand.Reader, digest[:], how)
	}
	require.NoError(t, err)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestClientAssertion(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := open(t,
		emulator.WithIdentity(emulator.Identity{ClientID: "rsa", Key: rsaKey.Public(), Permissions: []string{emulator.AlertRead}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "ec", Key: ecKey.Public()}))
	claims := func(client string, change func(map[string]any)) map[string]any {
		now := a.clock.Now().Unix()
		c := map[string]any{"aud": "https://login.microsoftonline.com/" + emulator.TenantID + "/oauth2/v2.0/token", "iss": client, "sub": client, "jti": "1", "nbf": now, "exp": now + 600}
		if change != nil {
			change(c)
		}
		return c
	}
	ask := func(client, assertion string) (int, string) {
		w := form(a.e, "token", "grant_type", "client_credentials", "client_id", client, "scope", "https://graph.microsoft.com/.default",
			"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion)
		return w.Code, w.Body.String()
	}
	for _, tt := range []struct {
		name, client, assertion string
		status                  int
		want                    string
	}{
		{"RS256", "rsa", sign(t, rsaKey, "RS256", claims("rsa", nil)), 200, "access_token"},
		{"PS256", "rsa", sign(t, rsaKey, "PS256", claims("rsa", nil)), 200, "access_token"},
		{"ES256", "ec", sign(t, ecKey, "ES256", claims("ec", nil)), 200, "access_token"},
		{"another's key", "rsa", sign(t, ecKey, "ES256", claims("rsa", nil)), 401, "AADSTS700027"},
		{"no key", emulator.ClientID, sign(t, rsaKey, "RS256", claims(emulator.ClientID, nil)), 401, "AADSTS700027"},
		{"another's name", "rsa", sign(t, rsaKey, "RS256", claims("ec", nil)), 401, "AADSTS700023"},
		{"audience", "rsa", sign(t, rsaKey, "RS256", claims("rsa", func(c map[string]any) { c["aud"] = "https://elsewhere.example" })), 401, "AADSTS700023"},
		{"expired", "rsa", sign(t, rsaKey, "RS256", claims("rsa", func(c map[string]any) { c["exp"] = a.clock.Now().Unix() - 301 })), 401, "AADSTS700024"},
		{"not yet", "rsa", sign(t, rsaKey, "RS256", claims("rsa", func(c map[string]any) { c["nbf"] = a.clock.Now().Unix() + 301 })), 401, "AADSTS700024"},
		{"no token", "rsa", "x", 401, "AADSTS700027"},
	} {
		status, body := ask(tt.client, tt.assertion)
		require.Equal(t, tt.status, status, tt.name)
		require.Contains(t, body, tt.want, tt.name)
	}
	w := form(a.e, "token", "grant_type", "client_credentials", "client_id", "rsa", "scope", "x/.default", "client_assertion_type", "x", "client_assertion", "y")
	require.Equal(t, 400, w.Code)
	w = form(a.e, "token", "grant_type", "client_credentials", "client_id", "rsa", "client_secret", "", "scope", "x/.default")
	require.Equal(t, 401, w.Code, "an application without a secret has no empty one")
}

// TestTokensCanBeVerified by what the tenant publishes, and say what their
// bearer may do.
func TestTokensCanBeVerified(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{Name: "Jo", UserPrincipalName: "jo@contoso.com", Permissions: []string{emulator.AlertRead, emulator.IncidentRead}, Roles: []emulator.Role{emulator.SecurityReader}}))
	discovery := a.do(200, "GET", "/"+emulator.TenantID+"/v2.0/.well-known/openid-configuration", "")
	keys := a.do(200, "GET", strings.TrimPrefix(discovery.text("jwks_uri"), "http://example.com"), "").list("keys")
	n, err := base64.RawURLEncoding.DecodeString(keys[0].text("n"))
	require.NoError(t, err)
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	read := func(token string) object {
		parts := strings.Split(token, ".")
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		require.NoError(t, err)
		require.NoError(t, rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], signature))
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		require.NoError(t, err)
		var o object
		require.NoError(t, json.Unmarshal(payload, &o))
		return o
	}
	app := read(a.token)
	require.Equal(t, discovery.text("issuer"), app.text("iss"))
	require.Equal(t, "https://graph.microsoft.com", app.text("aud"))
	require.Contains(t, app.text("roles"), emulator.AlertCreate)
	require.Equal(t, emulator.ClientID, app.text("appid"))
	require.Empty(t, app.text("scp"))
	person := read(a.signedIn("jo@contoso.com", "openid https://graph.microsoft.com/SecurityAlert.Read.All https://graph.microsoft.com/SecurityAlert.Create.All").token)
	require.Equal(t, emulator.AlertRead, person.text("scp"), "what was asked for and is granted")
	require.Equal(t, "jo@contoso.com", person.text("upn"))
	require.Empty(t, person.text("roles"))
	// A token for Azure Resource Manager is none for Microsoft Graph.
	w := issue(a.e, emulator.TenantID, emulator.ClientID, emulator.ClientSecret, "https://management.azure.com/.default", "client_credentials")
	var answer struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	a.token = answer.Token
	require.Equal(t, 401, a.raw("GET", "/v1.0/security/incidents", "").Code)
}

func TestDeviceCode(t *testing.T) {
	a := open(t, emulator.WithIdentity(emulator.Identity{UserPrincipalName: "jo@contoso.com", Permissions: emulator.AllPermissions(), Roles: []emulator.Role{emulator.SecurityOperator}}))
	begin := func(scope string) (user, device string) {
		w := form(a.e, "devicecode", "client_id", emulator.ClientID, "scope", scope)
		require.Equal(t, 200, w.Code, w.Body)
		var o object
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &o))
		require.Contains(t, o.text("message"), o.text("user_code"))
		require.Equal(t, "5", o.text("interval"))
		return o.text("user_code"), o.text("device_code")
	}
	end := func(device string) object {
		var o object
		w := form(a.e, "token", "client_id", emulator.ClientID, "device_code", device, "grant_type", "urn:ietf:params:oauth:grant-type:device_code")
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &o))
		return o
	}
	user, device := begin("SecurityIncident.Read.All offline_access")
	require.Equal(t, "authorization_pending", end(device).text("error"))
	require.ErrorIs(t, a.e.SignIn(user, "other@contoso.com"), emulator.ErrNoSignIn)
	require.ErrorIs(t, a.e.SignIn("nope", "jo@contoso.com"), emulator.ErrNoSignIn)
	require.NoError(t, a.e.SignIn(user, "JO@contoso.com"))
	got := end(device)
	require.Equal(t, "SecurityIncident.Read.All", got.text("scope"))
	require.Equal(t, "invalid_grant", end(device).text("error"), "a code is good once")
	a.token = got.text("access_token")
	a.do(200, "GET", "/v1.0/security/incidents", "")
	a.do(403, "POST", "/v1.0/security/incidents/mergeIncidents", `{}`)

	refreshed := func(token string) object {
		var o object
		require.NoError(t, json.Unmarshal(form(a.e, "token", "client_id", emulator.ClientID, "grant_type", "refresh_token", "refresh_token", token).Body.Bytes(), &o))
		return o
	}
	again := refreshed(got.text("refresh_token"))
	require.Equal(t, "SecurityIncident.Read.All", again.text("scope"))
	require.Equal(t, "invalid_grant", refreshed(got.text("access_token")).text("error"))
	a.token = got.text("refresh_token")
	require.Equal(t, 401, a.raw("GET", "/v1.0/security/incidents", "").Code, "a refresh token is no access token")

	user, device = begin("https://graph.microsoft.com/.default")
	require.NoError(t, a.e.SignIn(user, ""))
	require.Equal(t, "authorization_declined", end(device).text("error"))
	_, device = begin("https://graph.microsoft.com/.default")
	a.clock.Advance(15 * time.Minute)
	require.Equal(t, "expired_token", end(device).text("error"))
	for _, scope := range []string{"", "openid", "https://a.example/x https://b.example/y"} {
		require.Equal(t, 400, form(a.e, "devicecode", "client_id", emulator.ClientID, "scope", scope).Code)
	}
	require.Equal(t, 401, form(a.e, "devicecode", "client_id", "x", "scope", "y").Code)
}

// TestMergedIncidentsInScopeOnly: an incident that was merged, or that all alerts were
// moved out of, has no alerts any more, and is hidden from who did not see those that
// it had.
func TestMergedIncidentsInScopeOnly(t *testing.T) {
	scoped := emulator.WithIdentity(emulator.Identity{ClientID: "scoped", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{emulator.Ungrouped}})
	groups := emulator.WithDeviceGroups(emulator.DeviceGroup{Name: "theirs", Devices: []string{"srv"}})
	admin := open(t, groups, scoped)
	device := func(name string) string {
		return `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"` + name + `","role":"impacted"}]`
	}
	admin.raise("mine")
	admin.raise("also mine", "entityDefinitions", device("laptop"))
	admin.raise("secret title", "entityDefinitions", device("srv"))
	moved := admin.raise("secret title", "entityDefinitions", device("srv")).text("id")
	admin.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2","3"]}`)
	admin.do(200, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+moved+`"],"incidentId":"1"}`)
	other := open(t, groups, scoped)
	require.NoError(t, other.e.Load(admin.e.Snapshot()))
	for _, tenant := range []api{admin, other} {
		require.Equal(t, [][]string{{"4", "3", "2", "1"}}, tenant.ids("/v1.0/security/incidents"))
		mine := tenant.as("scoped", "s")
		require.Equal(t, [][]string{{"2", "1"}}, mine.ids("/v1.0/security/incidents"))
		require.Equal(t, "1", mine.incident("2").text("redirectIncidentId"))
		for _, id := range []string{"3", "4"} {
			mine.do(404, "GET", "/v1.0/security/incidents/"+id, "")
			mine.do(404, "PATCH", "/v1.0/security/incidents/"+id, `{"displayName":"n"}`)
			mine.do(404, "GET", "/_emulator/incidents/"+id+"/activity", "")
			mine.do(404, "POST", createPath, draft("x", "linkToIncident", id))
		}
		require.NotContains(t, texts(mine.hunt("SecurityIncident"), "Title"), "secret title")
		require.Contains(t, texts(tenant.hunt("SecurityIncident"), "Title"), "secret title")
	}
}
