package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// TestEveryCredentialStaysInside lets each credential be refused by an authority
// that repeats all that it was sent, then succeed with a service that does, and
// prints everything in every way there is.
func TestEveryCredentialStaysInside(t *testing.T) {
	p := newPair(appKey(), time.Unix(0, 0), time.Now().Add(time.Hour))
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("F3derated-token"), 0o600))
	prompt := func(context.Context, client.DevicePrompt) error { return nil }
	key := p.key.D.String()
	for name, tt := range map[string]struct {
		cred    func() client.Credential
		secrets []string
	}{
		"client secret": {func() client.Credential { return client.ClientSecret("tenant", "app", secret) }, []string{secret}},
		"client certificate": {func() client.Credential {
			return client.ClientCertificate("tenant", "app", p.certificate(), client.SendCertificateChain())
		}, []string{key[:40], key[len(key)-40:], "eyJ"}},
		"workload identity": {func() client.Credential { return client.WorkloadIdentity("tenant", "app", file) }, []string{"F3derated-token"}},
		"managed identity": {func() client.Credential {
			return client.ManagedIdentity(client.Identity{}, environment("IDENTITY_ENDPOINT", "https://login.example/msi", "IDENTITY_HEADER", "H3ader-secret"))
		}, []string{"H3ader-secret"}},
		"device code": {func() client.Credential { return client.DeviceCode("tenant", "app", prompt) }, []string{deviceSecret, refreshSecret}},
		"token function": {func() client.Credential {
			return client.TokenFunc(func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
				return &oauth2.Token{AccessToken: token}, nil
			})
		}, nil},
		"token source": {func() client.Credential { return client.TokenSource(valueSource{token}) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cred := tt.cred()
				var seen bytes.Buffer
				logger := slog.New(slog.NewTextHandler(&seen, &slog.HandlerOptions{Level: slog.LevelDebug}))
				refuse, asked := true, 0
				c, err := client.Connect(api, cred, client.WithLogger(logger), client.WithRetry(1, 1, 1),
					client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}),
					client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
						var sent []byte
						if r.Body != nil {
							sent, _ = io.ReadAll(r.Body)
						}
						form, _ := url.ParseQuery(string(sent))
						echo := string(sent) + fmt.Sprint(form, r.Header)
						quoted, _ := json.Marshal(echo)
						switch {
						case r.URL.Host == "graph.example":
							resp := answer(r, 403, fmt.Sprintf(`{"error":{"code":%[1]s,"message":%[1]s}}`, quoted))
							resp.Header.Set("request-id", echo)
							return resp, nil
						case strings.HasSuffix(r.URL.Path, "/devicecode"):
							return answer(r, 200, `{"device_code":"`+deviceSecret+`","user_code":"u","verification_uri":"https://x.example/","expires_in":900,"message":"`+deviceSecret+`"}`), nil
						case refuse:
							asked++
							return answer(r, 400, fmt.Sprintf(`{"error":%[1]s,"error_description":%[1]s,"message":%[1]s}`, quoted)), nil
						}
						return answer(r, 200, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":3599,"refresh_token":%q}`, token, refreshSecret)), nil
					})))
				require.NoError(t, err)
				show := func(values ...any) {
					for _, v := range values {
						for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%p"} {
							fmt.Fprintf(&seen, verb+"\n", v)
						}
						text, err := json.Marshal(v)
						require.NoError(t, err)
						seen.Write(text)
						logger.Info("value", "v", v)
					}
				}
				err = c.Do(t.Context(), create, nil)
				require.Error(t, err)
				show(err)
				refuse = false
				err = c.Do(t.Context(), create, nil)
				require.ErrorIs(t, err, client.ErrForbidden)
				failure, ok := errors.AsType[*client.Error](err)
				require.True(t, ok)
				show(err, failure, *failure)
				show(cred, &cred, []client.Credential{cred}, map[string]client.Credential{"x": cred}, struct{ C client.Credential }{cred}, struct{ c client.Credential }{cred}, c)
				if len(tt.secrets) > 0 {
					require.Equal(t, 1, asked, "the authority has repeated what it was sent")
				}
				for _, s := range append(tt.secrets, token) {
					require.NotContains(t, seen.String(), s)
					require.NotContains(t, seen.String(), fmt.Sprintf("%x", s))
					require.NotContains(t, seen.String(), fmt.Sprintf("%X", s))
				}
				require.Contains(t, seen.String(), "[token]", "the service has repeated the token")
			})
		})
	}
}

// TestOneCredentialServesSeveralClients, each with tokens for its own API.
func TestOneCredentialServesSeveralClients(t *testing.T) {
	var scopes []string
	transport := client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "login.microsoftonline.us" {
			return answer(r, 200, `{}`), nil
		}
		_ = r.ParseForm()
		scopes = append(scopes, r.PostForm.Get("scope"))
		return answer(r, 200, `{"access_token":"x","token_type":"Bearer","expires_in":3599}`), nil
	}))
	cred := client.ClientSecret("tenant", "app", secret)
	for _, a := range []client.API{api, {Endpoint: func(c client.Cloud) string { return c.ARM }, Scope: client.Cloud.ARMScope}} {
		c, err := client.Connect(a, cred, transport, client.WithCloud(client.USGovernmentDoD()))
		require.NoError(t, err)
		require.NoError(t, c.Do(t.Context(), read, nil))
	}
	require.Equal(t, []string{"https://dod-graph.microsoft.us/.default", "https://management.core.usgovcloudapi.net//.default"}, scopes)
}
