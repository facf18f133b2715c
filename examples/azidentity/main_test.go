package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
)

// tenant is an emulator behind TLS.
type tenant struct {
	*httptest.Server
	emulator *emulator.Tenant
	claims   []string // of the requests for tokens
	revoke   bool     // the next request to the API is refused with a challenge
}

const challenge = `{"access_token":{"nbf":{"essential":true,"value":"1793500000"}}}`

func newTenant(t *testing.T) *tenant {
	f := &tenant{emulator: emulator.New()}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			f.claims = append(f.claims, r.FormValue("claims"))
		case f.revoke && strings.Contains(r.URL.Path, "/security/"):
			f.revoke = false
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(challenge))+`"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		f.emulator.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *tenant) credential(t *testing.T, secret string) azcore.TokenCredential {
	t.Helper()
	azure, err := azidentity.NewClientSecretCredential(emulator.TenantID, emulator.ClientID, secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: azcore.ClientOptions{
			Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: f.URL + "/"}, Transport: f.Client(),
		},
		// It would ask Microsoft whether the authority is one.
		DisableInstanceDiscovery: true,
	})
	require.NoError(t, err)
	return azure
}

func (f *tenant) options() []client.Option {
	return []client.Option{client.WithCloud(f.emulator.Cloud(f.URL)), client.WithTransport(f.Client().Transport)}
}

func TestRaise(t *testing.T) {
	f := newTenant(t)
	receipt, err := raise(t.Context(), f.credential(t, emulator.ClientSecret), f.options()...)
	require.NoError(t, err)
	require.NotEmpty(t, receipt.IncidentID)
	require.Len(t, f.claims, 1)
}

// TestRevocation: the claims that the service asks for reach the authority
// through Azure's SDK.
func TestRevocation(t *testing.T) {
	f := newTenant(t)
	f.revoke = true
	receipt, err := raise(t.Context(), f.credential(t, emulator.ClientSecret), f.options()...)
	require.NoError(t, err)
	require.Len(t, receipt.Alerts, 1)
	require.Len(t, f.claims, 2)
	var asked struct {
		AccessToken struct {
			NotBefore struct{ Value string } `json:"nbf"`
		} `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(f.claims[1]), &asked))
	require.Equal(t, "1793500000", asked.AccessToken.NotBefore.Value)
}

func TestRefusal(t *testing.T) {
	f := newTenant(t)
	_, err := raise(t.Context(), f.credential(t, "wrong-secret"), f.options()...)
	require.ErrorContains(t, err, "AADSTS7000215")
	require.NotContains(t, err.Error(), "wrong-secret")
	require.NotContains(t, err.Error(), "\n")
}
