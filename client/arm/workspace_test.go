package arm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

func TestWorkspaceNames(t *testing.T) {
	ninety := strings.Repeat("ä", 90)
	for _, group := range []string{"a", "-", "_", "(x)", "my.rg-1_x", "sécurité", "表ポあ中", "группа٣", ninety} {
		w := arm.Workspace{SubscriptionID: workspace.SubscriptionID, ResourceGroup: group, Name: "my-ws"}
		require.NoError(t, w.Validate(), group)
	}
	for _, group := range []string{"", ".", "..", "a.", "a b", "a/b", "a%2Fb", "a\n", "é\u0301", "½", "a\xff", ninety + "ä"} {
		w := arm.Workspace{SubscriptionID: workspace.SubscriptionID, ResourceGroup: group, Name: "my-ws"}
		require.ErrorContains(t, w.Validate(), "resourceGroup is ", "%q", group)
	}
	for _, name := range []string{"abc", "A-1", strings.Repeat("a", 90)} {
		w := arm.Workspace{SubscriptionID: workspace.SubscriptionID, ResourceGroup: "a", Name: name}
		require.NoError(t, w.Validate(), name)
	}
	for _, name := range []string{"", "ab", "-ab", "ab-", "a_b", "aéb", "abc\n", strings.Repeat("a", 91)} {
		w := arm.Workspace{SubscriptionID: workspace.SubscriptionID, ResourceGroup: "a", Name: name}
		require.ErrorContains(t, w.Validate(), "workspace is ", "%q", name)
	}
	require.EqualError(t, arm.Workspace{}.Validate(), `subscriptionId is ""; give the GUID of a subscription
resourceGroup is ""; give 1 to 90 letters, digits and characters of -_.(), the last of which is no dot
workspace is ""; give 3 to 90 letters, digits and hyphens that neither start nor end with a hyphen`)
}

// TestResourceGroupInOtherLetters: its name is escaped in paths and not in ids, and what
// the service answers is taken for the same in either form and case.
func TestResourceGroupInOtherLetters(t *testing.T) {
	w := arm.Workspace{SubscriptionID: workspace.SubscriptionID, ResourceGroup: "Sécurité", Name: "my-ws"}
	group, path := "", ""
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		path = r.URL.EscapedPath()
		fmt.Fprintf(out, `{"id":%q,"properties":%s}`, strings.Replace(unescapedRoot, "my(rg)._x", group, 1)+"/incidents/i1", anIncident)
	}))
	defer server.Close()
	cred := client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	c, err := arm.New(cred, w, client.WithCloud(client.Cloud{Name: "test", Authority: server.URL, ARM: server.URL, Unlimited: true}))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	for _, group = range []string{"Sécurité", "SÉCURITÉ", "s%C3%A9curit%c3%a9"} {
		_, err = c.GetIncident(t.Context(), "i1")
		require.NoError(t, err, group)
		require.Contains(t, path, "/resourceGroups/S%C3%A9curit%C3%A9/")
	}
	group = "Securite"
	_, err = c.GetIncident(t.Context(), "i1")
	require.ErrorIs(t, err, client.ErrBadAnswer)
	parsed, err := arm.ParseWorkspace(c.IncidentID("i1"))
	require.NoError(t, err)
	require.Equal(t, w, parsed)
}
