package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models/security"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/wire"
)

const (
	alerts           = 100
	evidencePerAlert = 6
)

// alertHead is an alert up to its evidence, with the properties of the example
// of Learn, "List alerts_v2", and texts of our own. The verb takes a number.
const alertHead = `{"@odata.type":"#microsoft.graph.security.alert","id":"da637551227677560813_-96144%04[1]d",` +
	`"providerAlertId":"da637551227677560813_-96144%04[1]d","incidentId":"%[1]d","status":"new","severity":"low","classification":"unknown",` +
	`"determination":"unknown","serviceSource":"microsoftDefenderForEndpoint","detectionSource":"antivirus","productName":"Microsoft Defender for Endpoint",` +
	`"detectorId":"e0da400f-affd-43ef-b1d5-afc2eb6f2756","tenantId":"b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c","title":"Hidden file was started",` +
	`"description":"A file that its name keeps out of sight was started on the device. Somebody may be hiding what runs there.",` +
	`"recommendedActions":"Find out what the file does and where else it is. Isolate the device if it is not known.","category":"DefenseEvasion",` +
	`"assignedTo":null,"alertWebUrl":"https://security.microsoft.com/alerts/da637551227677560813_-96144%04[1]d?tid=b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c",` +
	`"incidentWebUrl":"https://security.microsoft.com/incidents/%[1]d?tid=b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c","actorDisplayName":null,` +
	`"threatDisplayName":null,"threatFamilyName":null,"mitreTechniques":["T1564.001"],"createdDateTime":"2026-04-27T12:19:27.7211305Z",` +
	`"lastUpdateDateTime":"2026-05-02T14:19:01.3266667Z","resolvedDateTime":null,"firstActivityDateTime":"2026-04-26T07:45:50.116Z",` +
	`"lastActivityDateTime":"2026-05-02T07:56:58.222Z","comments":[],"systemTags":[],"evidence":[`

// page returns an answer of the service with 100 alerts, each with six pieces of
// evidence of the twelve types that package evidence keeps samples of.
func page(tb testing.TB) []byte {
	tb.Helper()
	text, err := os.ReadFile("../../entity/evidence/testdata/items.json")
	require.NoError(tb, err)
	var items []json.RawMessage
	require.NoError(tb, json.Unmarshal(text, &items))
	var b bytes.Buffer
	b.WriteString(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/alerts_v2","value":[`)
	for i := range alerts {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, alertHead, i)
		for j := range evidencePerAlert {
			n := i*evidencePerAlert + j
			if j > 0 {
				b.WriteByte(',')
			}
			var item bytes.Buffer
			require.NoError(tb, json.Compact(&item, items[n%len(items)]))
			b.WriteString(strings.NewReplacer("{n}", fmt.Sprintf("%08x", n*31), "{b}", fmt.Sprint(n%256),
				"{id}", fmt.Sprintf("%08x-5a3b-4d95-b48b-%012x", n*7919, n*104729)).Replace(item.String()))
		}
		b.WriteString("]}")
	}
	b.WriteString("]}")
	return b.Bytes()
}

// decode reads a page as package client/graph does.
func decode(data []byte) ([]*alert.Alert, error) {
	var answer struct {
		Value []*alert.Alert `json:"value"`
	}
	err := wire.Unmarshal(data, &answer)
	return answer.Value, err
}

func decodeMicrosoft(data []byte) ([]security.Alertable, error) {
	node, err := jsonserialization.NewJsonParseNode(data)
	if err != nil {
		return nil, err
	}
	answer, err := node.GetObjectValue(security.CreateAlertCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return nil, err
	}
	return answer.(security.AlertCollectionResponseable).GetValue(), nil
}

// TestBothReadTheSame proves that the two are given the same work.
func TestBothReadTheSame(t *testing.T) {
	data := page(t)
	ours, err := decode(data)
	require.NoError(t, err)
	theirs, err := decodeMicrosoft(data)
	require.NoError(t, err)
	require.Len(t, ours, alerts)
	require.Len(t, theirs, alerts)
	for i := range ours {
		require.Equal(t, *theirs[i].GetId(), ours[i].ID)
		require.Equal(t, *theirs[i].GetTitle(), ours[i].Title)
		require.Len(t, ours[i].Evidence, evidencePerAlert)
		require.Len(t, theirs[i].GetEvidence(), evidencePerAlert)
		for j, e := range ours[i].Evidence {
			require.Equal(t, *theirs[i].GetEvidence()[j].GetOdataType(), e.ODataType())
		}
	}
}

func BenchmarkDecodePage(b *testing.B) {
	data := page(b)
	b.Run("incidentkit", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("msgraph-sdk-go", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeMicrosoft(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
