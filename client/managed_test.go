package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
)

func environment(pairs ...string) func(string) string {
	env := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return env[name] }
}

// machine is the network of a virtual machine: the metadata service answers by
// the handler, and every other host is the API. Nothing leaves the process.
func machine(t *testing.T, cred client.Credential, cloud client.Cloud, metadata http.HandlerFunc) (*client.Connection, *[]string) {
	t.Helper()
	var asked []string
	c, err := client.Connect(client.API{Endpoint: func(c client.Cloud) string { return c.ARM }, Scope: client.Cloud.ARMScope}, cred,
		client.WithCloud(cloud), client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme == "https" {
				return answer(r, 200, `{}`), nil
			}
			asked = append(asked, r.Method+" "+r.URL.String())
			w := httptest.NewRecorder()
			metadata(w, r)
			resp := w.Result()
			resp.Request = r
			return resp, nil
		})))
	require.NoError(t, err)
	return c, &asked
}

func TestMetadataService(t *testing.T) {
	const root = "GET http://169.254.169.254/metadata/identity/oauth2/token?"
	for name, tt := range map[string]struct {
		id    client.Identity
		cloud client.Cloud
		want  string
	}{
		"of the system":  {client.Identity{}, client.Global(), root + "api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"},
		"by client id":   {client.Identity{ClientID: "c"}, client.USGovernment(), root + "api-version=2018-02-01&client_id=c&resource=https%3A%2F%2Fmanagement.core.usgovcloudapi.net%2F"},
		"by object id":   {client.Identity{ObjectID: "o"}, client.China(), root + "api-version=2018-02-01&object_id=o&resource=https%3A%2F%2Fmanagement.core.chinacloudapi.cn%2F"},
		"by resource id": {client.Identity{ResourceID: "/r"}, client.Cloud{Authority: "https://a", ARM: "https://arm.example"}, root + "api-version=2018-02-01&msi_res_id=%2Fr&resource=https%3A%2F%2Farm.example"},
	} {
		t.Run(name, func(t *testing.T) {
			c, asked := machine(t, client.ManagedIdentity(tt.id, environment()), tt.cloud, func(w http.ResponseWriter, r *http.Request) {
				require.Equal(t, []string{"true"}, r.Header["Metadata"])
				fmt.Fprintf(w, `{"access_token":%q,"client_id":"x","expires_in":"86399","expires_on":"%d","resource":"r","token_type":"Bearer"}`, token, time.Now().Add(24*time.Hour).Unix())
			})
			for range 3 {
				require.NoError(t, c.Do(t.Context(), read, nil))
			}
			require.Empty(t, cmp.Diff([]string{tt.want}, *asked), "and the token is kept")
		})
	}
}

// TestMetadataServiceBeingUpdated: it is away for up to 70 seconds then, and
// says so by 410; before the identity has arrived it says 404.
func TestMetadataServiceBeingUpdated(t *testing.T) {
	for _, status := range []int{404, 410, 429, 500, 501, 503} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			c, asked := machine(t, client.ManagedIdentity(client.Identity{}, environment()), client.Global(), func(w http.ResponseWriter, _ *http.Request) {
				if time.Since(begin) < 70*time.Second {
					w.WriteHeader(status)
					return
				}
				fmt.Fprint(w, `{"access_token":"x","expires_in":3599,"token_type":"Bearer"}`)
			})
			require.NoError(t, c.Do(t.Context(), read, nil), "%d", status)
			require.LessOrEqual(t, len(*asked), 7)
		})
	}
	// A refusal is final, and whoever waits no longer need not.
	c, asked := machine(t, client.ManagedIdentity(client.Identity{ClientID: "c"}, environment()), client.Global(), func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_request","error_description":"Identity not found"}`)
	})
	err := c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrInvalid)
	require.ErrorContains(t, err, "GET http://169.254.169.254/metadata/identity/oauth2/token: 400 Bad Request: invalid_request: Identity not found")
	require.Len(t, *asked, 1)

	synctest.Test(t, func(t *testing.T) {
		c, _ := machine(t, client.ManagedIdentity(client.Identity{}, environment()), client.Global(), func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusGone)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		require.ErrorIs(t, c.Do(ctx, read, nil), context.DeadlineExceeded)
	})
}

func TestAppService(t *testing.T) {
	const header = "H3ader-of-the-service"
	env := environment("IDENTITY_ENDPOINT", "http://169.254.129.5:8081/msi/token", "IDENTITY_HEADER", header)
	cred := client.ManagedIdentity(client.Identity{ObjectID: "o"}, env)
	refuse := false
	c, asked := machine(t, cred, client.Global(), func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, header, r.Header.Get("X-IDENTITY-HEADER"))
		require.Empty(t, r.Header["Metadata"])
		if refuse {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"statusCode":403,"message":"not with %s"}`, header)
			return
		}
		fmt.Fprint(w, `{"access_token":"x","expires_on":"1","resource":"r","token_type":"Bearer"}`)
	})
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.Equal(t, "GET http://169.254.129.5:8081/msi/token?api-version=2019-08-01&principal_id=o&resource=https%3A%2F%2Fmanagement.core.windows.net%2F", (*asked)[0])
	refuse = true
	err := c.Do(t.Context(), read, nil)
	require.ErrorContains(t, err, "403 Forbidden: not with [identity header]")
	require.Equal(t, "managed identity o", cred.String())
}

func TestManagedIdentityRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		id   client.Identity
		env  func(string) string
		want string
	}{
		"two ids":        {client.Identity{ClientID: "a", ResourceID: "b"}, environment(), "several ids are given"},
		"no environment": {client.Identity{}, nil, "give os.Getenv"},
		"a name in the clear": {client.Identity{}, environment("IDENTITY_ENDPOINT", "http://collector.example/msi/token", "IDENTITY_HEADER", "h"),
			"IDENTITY_ENDPOINT is neither reached by TLS nor on this machine; its header is not sent in the clear"},
		"an address in the clear": {client.Identity{}, environment("IDENTITY_ENDPOINT", "http://10.0.0.4/msi/token", "IDENTITY_HEADER", "h"), "nor on this machine"},
		"no address":              {client.Identity{}, environment("IDENTITY_ENDPOINT", "msi", "IDENTITY_HEADER", "h"), "IDENTITY_ENDPOINT is no address"},
		"a user name":             {client.Identity{}, environment("IDENTITY_ENDPOINT", "http://u:p@localhost/x", "IDENTITY_HEADER", "h"), "IDENTITY_ENDPOINT is no address"},
		"Azure Arc":               {client.Identity{}, environment("IDENTITY_ENDPOINT", "http://localhost:40342/x", "IMDS_ENDPOINT", "http://localhost:40342"), "Azure Arc, whose managed identities are not supported"},
		"Service Fabric":          {client.Identity{}, environment("IDENTITY_ENDPOINT", "https://localhost", "IDENTITY_HEADER", "h", "IDENTITY_SERVER_THUMBPRINT", "t"), "Service Fabric"},
		"Cloud Shell":             {client.Identity{}, environment("MSI_ENDPOINT", "http://localhost:50342"), "Cloud Shell"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Connect(api, client.ManagedIdentity(tt.id, tt.env))
			require.ErrorContains(t, err, tt.want)
		})
	}
	for _, endpoint := range []string{"http://localhost:42356/msi/token", "http://127.0.0.1/x", "http://[::1]:1/x", "http://169.254.1.1/x", "https://anywhere.example/x"} {
		_, err := client.Connect(api, client.ManagedIdentity(client.Identity{}, environment("IDENTITY_ENDPOINT", endpoint, "IDENTITY_HEADER", "h")))
		require.NoError(t, err, endpoint)
	}
}

// TestMetadataAnswersThatAreNone, of a service that is another one, say.
func TestMetadataAnswersThatAreNone(t *testing.T) {
	for body, want := range map[string]string{
		"":                     "no JSON document with a token",
		"<html>":               "no JSON document with a token",
		`{"access_token":"x"}`: "does not say when its token expires",
		`{"access_token":"x","expires_in":"soon"}`: "does not say when its token expires",
		`{"expires_in":10}`:                        "it is empty",
		`{"access_token":["x"],"expires_in":10}`:   "no JSON document with a token",
	} {
		c, _ := machine(t, client.ManagedIdentity(client.Identity{}, environment()), client.Global(), func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		require.ErrorContains(t, c.Do(t.Context(), read, nil), want, body)
	}
}

// TestTheMetadataServiceIsNotAskedThroughAProxy, which would see the token. The
// service is an App Service's on this machine here.
func TestTheMetadataServiceIsNotAskedThroughAProxy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/msi/token" {
			fmt.Fprint(w, `{"access_token":"x","expires_on":"99999999999","token_type":"Bearer"}`)
			return
		}
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	proxied := []string{}
	transport := &http.Transport{Proxy: func(r *http.Request) (u *url.URL, err error) {
		proxied = append(proxied, r.URL.Path)
		return nil, nil
	}}
	defer transport.CloseIdleConnections()
	c, err := client.Connect(api, client.ManagedIdentity(client.Identity{}, environment("IDENTITY_ENDPOINT", server.URL+"/msi/token", "IDENTITY_HEADER", "h")),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithTransport(transport))
	require.NoError(t, err)
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.Equal(t, []string{"/v1.0/thing"}, proxied)
}

// FuzzMetadataAnswer: whatever answers at the address, there is a token with an
// end or an error.
func FuzzMetadataAnswer(f *testing.F) {
	for _, seed := range []string{`{"access_token":"x","expires_on":"1793500000"}`, `{"access_token":"x","expires_in":99999999999999}`, `{"error":"e","error_description":7}`, `[]`, `{"access_token":"a\u0000b","expires_in":"3599"}`} {
		f.Add(200, seed)
		f.Add(400, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status == 404 || status == 410 || status == 429 || status >= 500 || status == 408 {
			t.Skip("it is no answer, or one to wait for a better")
		}
		c, asked := machine(t, client.ManagedIdentity(client.Identity{}, environment()), client.Global(), func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
		if err := c.Do(t.Context(), read, nil); err == nil {
			require.Equal(t, http.StatusOK, status)
		} else {
			require.NotContains(t, err.Error(), "\x1b")
			require.Less(t, len(err.Error()), 12_000)
		}
		require.NotEmpty(t, *asked)
	})
}
