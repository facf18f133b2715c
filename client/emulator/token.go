package emulator

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// tokenLifetime is what Entra's documentation shows: one hour, less a second.
const tokenLifetime = 3599 * time.Second

// issueToken answers the client credentials grant.
//
// Source: Learn, "OAuth 2.0 client credentials flow on the Microsoft identity
// platform"; the AADSTS codes are those of Learn, "Microsoft Entra
// authentication and authorization error codes".
func (t *Tenant) issueToken(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code, description string) {
		t.write(w, status, struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}{code, valid(description)})
	}
	if err := r.ParseForm(); err != nil {
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS900144: The request body cannot be read.")
		return
	}
	switch {
	case r.PathValue("tenant") != TenantID:
		refuse(http.StatusBadRequest, "invalid_request", "AADSTS90002: Tenant '"+r.PathValue("tenant")+"' not found.")
	case r.PostForm.Get("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
	case r.PostForm.Get("client_id") != ClientID:
		refuse(http.StatusUnauthorized, "unauthorized_client", "AADSTS700016: The application was not found in the directory.")
	case subtle.ConstantTimeCompare([]byte(r.PostForm.Get("client_secret")), []byte(ClientSecret)) != 1:
		refuse(http.StatusUnauthorized, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
	case !strings.HasSuffix(r.PostForm.Get("scope"), "/.default"):
		refuse(http.StatusBadRequest, "invalid_scope", "AADSTS1002012: The scope is not valid; it must end in /.default.")
	default:
		t.mu.Lock()
		token := "emulator." + t.newGUID()
		t.tokens[token] = t.now().Add(tokenLifetime)
		t.mu.Unlock()
		t.write(w, http.StatusOK, struct {
			Type      string `json:"token_type"`
			ExpiresIn int    `json:"expires_in"`
			Token     string `json:"access_token"`
		}{"Bearer", int(tokenLifetime / time.Second), token})
	}
}

// authorized lets only requests with a valid token through.
func (t *Tenant) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		t.mu.Lock()
		expires, known := t.tokens[token]
		valid := known && t.now().Before(expires)
		if known && !valid {
			delete(t.tokens, token)
		}
		t.mu.Unlock()
		switch {
		case !ok:
			t.fail(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		case !valid:
			t.fail(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
		default:
			next(w, r)
		}
	}
}
