package armpeer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	sdk "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/securityinsights/armsecurityinsights/v2"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// incidentText is an incident with all that the service says of one; the verb takes a
// number.
const incidentText = `{"id":"/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/myRg/providers/Microsoft.OperationalInsights/workspaces/myWorkspace/providers/Microsoft.SecurityInsights/Incidents/73e01a99-5cd7-4139-a149-9f2736ff%04[1]d",` +
	`"name":"73e01a99-5cd7-4139-a149-9f2736ff%04[1]d","type":"Microsoft.SecurityInsights/Incidents","etag":"\"0300bf09-0000-0000-0000-5c37296e%04[1]d\"",` +
	`"properties":{"title":"Suspicious login from an exit node %[1]d","description":"The account signed in from an address on the list of exit nodes.","severity":"High","status":"Closed",` +
	`"classification":"FalsePositive","classificationReason":"InaccurateData","classificationComment":"Not a malicious activity",` +
	`"owner":{"objectId":"2046feea-040d-4a46-9e2b-91c2941bfa70","email":"john.doe@contoso.com","assignedTo":"john doe","userPrincipalName":"john@contoso.com","ownerType":"User"},` +
	`"labels":[{"labelName":"hunting","labelType":"User"},{"labelName":"tor","labelType":"AutoAssigned"}],` +
	`"firstActivityTimeUtc":"2026-01-01T13:00:30.0000001Z","lastActivityTimeUtc":"2026-01-01T13:05:30.1234567Z","lastModifiedTimeUtc":"2026-01-01T13:15:30Z","createdTimeUtc":"2026-01-01T13:15:30.6158361Z",` +
	`"incidentNumber":%[1]d,"additionalData":{"alertsCount":1,"bookmarksCount":0,"commentsCount":3,"alertProductNames":["Azure Sentinel"],"tactics":["Persistence","InitialAccess"],"providerIncidentUrl":"https://security.microsoft.com/incidents/%[1]d"},` +
	`"relatedAnalyticRuleIds":["/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/myRg/providers/Microsoft.OperationalInsights/workspaces/myWorkspace/providers/Microsoft.SecurityInsights/alertRules/fab3d2d4-747f-46a7-8ef0-9c0be8112bf7"],` +
	`"incidentUrl":"https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident/73e01a99-5cd7-4139-a149-9f2736ff%04[1]d","providerName":"Azure Sentinel","providerIncidentId":"%[1]d"}}`

func pageText() []byte {
	var b bytes.Buffer
	b.WriteString(`{"value":[`)
	for i := range 100 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, incidentText, i+1)
	}
	b.WriteString(`],"nextLink":""}`)
	return b.Bytes()
}

func decode(data []byte) ([]*arm.Incident, error) {
	var page struct {
		Value    []*arm.Incident `json:"value"`
		NextLink string          `json:"nextLink"`
	}
	err := wire.Unmarshal(data, &page)
	return page.Value, err
}

func decodeAzure(data []byte) ([]*sdk.Incident, error) {
	var page sdk.IncidentList
	err := page.UnmarshalJSON(data)
	return page.Value, err
}

// TestBothReadTheSame proves that the two are given the same work.
func TestBothReadTheSame(t *testing.T) {
	ours, err := decode(pageText())
	require.NoError(t, err)
	theirs, err := decodeAzure(pageText())
	require.NoError(t, err)
	require.Len(t, ours, 100)
	require.Len(t, theirs, 100)
	for i := range ours {
		a, err := wire.Marshal(ours[i])
		require.NoError(t, err)
		b, err := json.Marshal(theirs[i])
		require.NoError(t, err)
		require.JSONEq(t, string(b), string(a))
		require.JSONEq(t, fmt.Sprintf(incidentText, i+1), string(a))
	}
}

func bench(b *testing.B, size int, run func() error) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodePage(b *testing.B) {
	data := pageText()
	b.Run("incidentkit", func(b *testing.B) {
		bench(b, len(data), func() error { _, err := decode(data); return err })
	})
	b.Run("armsecurityinsights", func(b *testing.B) {
		bench(b, len(data), func() error { _, err := decodeAzure(data); return err })
	})
}

func BenchmarkEncodeIncident(b *testing.B) {
	ours, err := decode(pageText())
	require.NoError(b, err)
	theirs, err := decodeAzure(pageText())
	require.NoError(b, err)
	size := len(fmt.Sprintf(incidentText, 1))
	b.Run("incidentkit", func(b *testing.B) {
		bench(b, size, func() error { _, err := wire.Marshal(ours[0]); return err })
	})
	b.Run("armsecurityinsights", func(b *testing.B) {
		bench(b, size, func() error { _, err := json.Marshal(theirs[0]); return err })
	})
}
