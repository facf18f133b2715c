package client_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// jwt makes an access token of which only the claims matter.
func jwt(claims any) string {
	data, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(data) + ".signature"
}

type object = map[string]any

var permissions = []client.Permission{
	{Call: "make things", Least: "Thing.Create", Higher: []string{"Thing.ReadWrite"}},
	{Call: "read things", Least: "Thing.Read", Higher: []string{"Thing.ReadWrite"}},
	{Call: "change things", Least: "Thing.ReadWrite"},
}

func preflight(t *testing.T, accessToken string) *client.Preflight {
	t.Helper()
	c, err := client.Connect(api, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken})),
		client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}),
		client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("nothing is sent") })))
	require.NoError(t, err)
	p, err := c.Preflight(t.Context(), permissions...)
	require.NoError(t, err)
	return p
}

func TestPreflight(t *testing.T) {
	const allowed, refused, unknown = client.Allowed, client.Refused, client.CannotTell
	later := time.Now().Add(time.Hour).Unix()
	for name, tt := range map[string]struct {
		token     string
		verdicts  []client.Verdict
		granted   []string
		delegated bool
		missing   []string
		problem   string
	}{
		"least permission":  {jwt(object{"roles": []string{"Thing.Create"}, "aud": "https://graph.example", "exp": later}), []client.Verdict{allowed, refused, refused}, []string{"Thing.Create"}, false, []string{"Thing.Read", "Thing.ReadWrite"}, ""},
		"higher permission": {jwt(object{"roles": []string{"Thing.ReadWrite", "A", "A"}, "aud": []string{"https://graph.example/"}}), []client.Verdict{allowed, allowed, allowed}, []string{"A", "Thing.ReadWrite"}, false, nil, ""},
		"no roles at all":   {jwt(object{"appid": "x", "aud": "00000003-0000-0000-c000-000000000000"}), []client.Verdict{refused, refused, refused}, nil, false, []string{"Thing.Create", "Thing.Read", "Thing.ReadWrite"}, ""},
		"one role":          {jwt(object{"roles": "Thing.Read"}), []client.Verdict{refused, allowed, refused}, []string{"Thing.Read"}, false, []string{"Thing.Create", "Thing.ReadWrite"}, ""},
		// A person's roles are no permissions.
		"delegated":          {jwt(object{"scp": "openid Thing.Read", "roles": []string{"Thing.ReadWrite"}}), []client.Verdict{refused, allowed, refused}, []string{"Thing.Read", "openid"}, true, []string{"Thing.Create", "Thing.ReadWrite"}, ""},
		"permission in part": {jwt(object{"roles": []string{"Thing.Creat", "thing.read", "Thing.ReadWrite.All"}}), []client.Verdict{refused, refused, refused}, []string{"Thing.Creat", "Thing.ReadWrite.All", "thing.read"}, false, []string{"Thing.Create", "Thing.Read", "Thing.ReadWrite"}, ""},
		"another audience":   {jwt(object{"roles": []string{"Thing.ReadWrite"}, "aud": "https://management.core.windows.net/"}), []client.Verdict{allowed, allowed, allowed}, []string{"Thing.ReadWrite"}, false, nil, "The token is made for https://management.core.windows.net/; one for https://graph.example is needed."},
		"expired":            {jwt(object{"roles": []string{"Thing.ReadWrite"}, "exp": 1}), []client.Verdict{allowed, allowed, allowed}, []string{"Thing.ReadWrite"}, false, nil, "The token expired on 1970-01-01 00:00:01."},
		"opaque":             {"EwBgA8l6BAAU", []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
		"encrypted":          {"a.b.c.d.e", []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
		"three parts":        {"a.b.c", []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
		"no object":          {jwt([]string{"roles"}), []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
		"other claims":       {jwt(object{"roles": 7}), []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
		"too long":           {jwt(object{"roles": strings.Repeat("x", 300<<10)}), []client.Verdict{unknown, unknown, unknown}, nil, false, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := preflight(t, tt.token)
			var verdicts []client.Verdict
			for _, call := range p.Calls {
				verdicts = append(verdicts, call.Verdict)
				require.Equal(t, call.Verdict == allowed, call.By != "")
			}
			require.Empty(t, cmp.Diff(tt.verdicts, verdicts))
			require.Empty(t, cmp.Diff(tt.granted, p.Granted))
			require.Empty(t, cmp.Diff(tt.missing, p.Missing()))
			require.Equal(t, tt.delegated, p.Delegated)
			require.Equal(t, tt.verdicts[0] == unknown, p.Opaque != "")
			require.Equal(t, tt.problem, strings.Join(p.Problems, ""))
			if err := p.Err(); len(tt.missing) > 0 || tt.problem != "" {
				require.ErrorIs(t, err, client.ErrForbidden)
				require.ErrorContains(t, err, tt.problem)
			} else {
				require.NoError(t, err)
			}
			for _, part := range strings.Split(tt.token, ".") {
				require.NotContains(t, p.String()+p.Opaque, part+".", "nothing of the token is shown")
			}
		})
	}
}

func ExamplePreflight() {
	// The token of an application that may create alerts, and no more.
	accessToken := jwt(object{"roles": []string{"SecurityAlert.Create.All"}})
	defender, err := client.Connect(
		client.API{Endpoint: func(c client.Cloud) string { return c.Graph }, Scope: client.Cloud.GraphScope},
		client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: accessToken})))
	if err != nil {
		fmt.Println(err)
		return
	}
	// Package client/graph has the permissions of its calls; these are two of them.
	report, err := defender.Preflight(context.Background(),
		client.Permission{Call: "create an alert", Least: "SecurityAlert.Create.All", Higher: []string{"SecurityAlert.ReadWrite.All"}},
		client.Permission{Call: "read incidents", Least: "SecurityIncident.Read.All", Higher: []string{"SecurityIncident.ReadWrite.All"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	fmt.Println(report.Err())
	// Output:
	// allowed      to create an alert: by SecurityAlert.Create.All
	// refused      to read incidents: it needs SecurityIncident.Read.All or SecurityIncident.ReadWrite.All
	// the caller is not permitted to do this: to read incidents the token needs SecurityIncident.Read.All
}

// TestPreflightWithoutAToken says why there is none.
func TestPreflightWithoutAToken(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":"AADSTS7000215: not %s"}`, r.FormValue("client_secret"))
	}))
	defer server.Close()
	c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret), client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}))
	require.NoError(t, err)
	_, err = c.Preflight(t.Context(), permissions...)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.ErrorContains(t, err, "client: there is no token to look at: POST "+server.URL+"/tenant/oauth2/v2.0/token: 401 Unauthorized: invalid_client: AADSTS7000215: not [client secret]")
}

// FuzzPreflight: whatever the token is, it is not shown, and no permission comes
// from nowhere.
func FuzzPreflight(f *testing.F) {
	for _, seed := range []string{`{"roles":["Thing.Read"]}`, `{"scp":"Thing.Read"}`, `{"roles":[1]}`, `{"aud":["https://\u001b[2J"],"exp":1e300}`, `[]`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, claims string) {
		p := preflight(t, "e30."+base64.RawURLEncoding.EncodeToString([]byte(claims))+".x")
		require.NotContains(t, p.String(), "\x1b")
		for _, call := range p.Calls {
			if call.Verdict == client.Allowed {
				require.Contains(t, p.Granted, call.By)
			}
		}
	})
}

// TestARefusalNamesThePermission that the call needs.
func TestARefusalNamesThePermission(t *testing.T) {
	request := read
	request.Permission = permissions[0]
	for status, want := range map[int]string{http.StatusForbidden: "Thing.Create", http.StatusUnauthorized: "", http.StatusNotFound: ""} {
		server := httptest.NewServer(reply(status, ""))
		err := static(t, server).Do(t.Context(), request, nil)
		failure, ok := errors.AsType[*client.Error](err)
		require.True(t, ok)
		require.Equal(t, want, failure.Permission)
		require.Equal(t, want != "", strings.Contains(err.Error(), "(the call needs the permission Thing.Create)"))
		require.Equal(t, want != "", strings.Contains(failure.Advice(), "the permission Thing.Create"))
		server.Close()
	}
}
