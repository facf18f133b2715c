package client_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// TestFollow: where a link may lead, seen from an endpoint at its usual port.
func TestFollow(t *testing.T) {
	c, err := client.Connect(api, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})),
		client.WithCloud(client.Cloud{Name: "test", Authority: "https://a.example", Graph: "https://graph.example"}))
	require.NoError(t, err)
	for link, want := range map[string]string{
		"https://graph.example/v1.0/things?$skiptoken=x":  "",
		"https://GRAPH.example:443/v1.0/things":           "",
		"https://graph.example/v1.0/a%20b/c":              "",
		"https://graph.example:444/v1.0/things":           "leads away from graph.example",
		"https://graph.example.evil.example/v1.0/things":  "leads away",
		"https://graph.example@evil.example/v1.0/things":  "holds a user name",
		"https://u:hunter2@graph.example/v1.0/things":     "holds a user name",
		"http://graph.example/v1.0/things":                "is not reached by https",
		"//graph.example/v1.0/things":                     "is not reached by https",
		"/v1.0/things":                                    "is not reached by https",
		"https:graph.example/v1.0/things":                 "leads away",
		"https://graph.example/v1.0":                      "another part",
		"https://graph.example/v1.0/":                     "another part",
		"https://graph.example/beta/things":               "another part",
		"https://graph.example/v1.0/%2e%2e/beta":          "another part",
		"https://graph.example/v1.0/x%2f..%2f..%2fadmin":  "another part",
		"https://graph.example/v1.0%2fthings/../../admin": "another part",
		"https://graph.example/v1.0/things#part":          "has a fragment",
		"https://graph.example/v1.0/%zz":                  "is no address",
		"":                                                "is no address",
	} {
		_, err := c.Follow(read, link)
		if want == "" {
			require.NoError(t, err, link)
			continue
		}
		require.ErrorContains(t, err, want, link)
		require.ErrorContains(t, err, "it is not followed", link)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

// TestAFollowedLinkIsSentAsItCame, instead of path and query, with all else of the
// request.
func TestAFollowedLinkIsSentAsItCame(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.RequestURI+" "+r.Header.Get("Prefer"))
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	c := static(t, server)
	first := client.Request{Method: http.MethodGet, Path: []string{"v1.0", "things"}, Query: url.Values{"$top": {"2"}}, Header: http.Header{"Prefer": {"p"}}}
	next, err := c.Follow(first, server.URL+"/v1.0/others?$skiptoken=a+b%2fC;d&z=1&a=2")
	require.NoError(t, err)
	require.NoError(t, c.Do(t.Context(), next, nil))
	require.Equal(t, []string{"GET /v1.0/others?$skiptoken=a+b%2fC;d&z=1&a=2 p"}, seen)
}
