package evidence_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/incidentkit/incidentkit/entity/evidence"
)

func ExampleDecode() {
	e, err := evidence.Decode([]byte(`{
		"@odata.type": "#microsoft.graph.security.ipEvidence",
		"createdDateTime": "2026-08-20T15:05:00.1234567+02:00",
		"verdict": "malicious",
		"ipAddress": "185.220.101.50"
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	switch e := e.(type) {
	case *evidence.IP:
		fmt.Println("address", e.IPAddress, "seen", e.CreatedDateTime)
	case *evidence.Unknown:
		fmt.Println("newer than this program:", e.ODataType())
	default:
		fmt.Println(e.ODataType(), e.Common().Verdict)
	}
	// Output: address 185.220.101.50 seen 2026-08-20 13:05:00.1234567 +0000 UTC
}

// A value of the wrong type is an error that says where.
func ExampleDecode_error() {
	_, err := evidence.Decode([]byte(`{"@odata.type": "#microsoft.graph.security.deviceEvidence", "osBuild": "22631"}`))
	fmt.Println(err)
	if e, ok := errors.AsType[*evidence.Error](err); ok {
		fmt.Println(e.Path, e.Offset)
	}
	// Output:
	// osBuild, line 1, column 72 (byte 71): found a string where a whole number is expected
	// osBuild 71
}

func ExampleEncode() {
	text, err := evidence.Encode(&evidence.IP{IPAddress: "185.220.101.50", CountryLetterCode: "DE"})
	fmt.Println(string(text), err)
	// Output: {"@odata.type":"#microsoft.graph.security.ipEvidence","countryLetterCode":"DE","ipAddress":"185.220.101.50"} <nil>
}

// A cluster's resource can be of any type.
func ExampleAny() {
	cluster := evidence.KubernetesCluster{
		Name:          "prod",
		CloudResource: evidence.Any{Evidence: &evidence.AzureResource{ResourceName: "prod-weu"}},
	}
	if r, ok := cluster.CloudResource.Evidence.(*evidence.AzureResource); ok {
		fmt.Println(r.ResourceName)
	}
	// Output: prod-weu
}

func ExampleList() {
	var alert struct {
		Title    string        `json:"title"`
		Evidence evidence.List `json:"evidence"`
	}
	err := json.Unmarshal([]byte(`{"title": "Suspicious sign-in", "evidence": [
		{"@odata.type": "#microsoft.graph.security.userEvidence", "userAccount": {"userPrincipalName": "john.doe@contoso.com"}},
		{"@odata.type": "#microsoft.graph.security.teleporterEvidence", "destination": "Mars"}
	]}`), &alert)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range alert.Evidence {
		switch e := e.(type) {
		case *evidence.User:
			fmt.Println(e.UserAccount.UserPrincipalName)
		case *evidence.Unknown:
			fmt.Println(e.ODataType(), string(e.Raw))
		}
	}
	// Output:
	// john.doe@contoso.com
	// #microsoft.graph.security.teleporterEvidence {"@odata.type": "#microsoft.graph.security.teleporterEvidence", "destination": "Mars"}
}

func ExampleList_MarshalJSON() {
	text, err := json.Marshal(evidence.List{
		&evidence.Device{
			Base:     evidence.Base{Verdict: evidence.VerdictSuspicious, Roles: []evidence.Role{evidence.RoleCompromised}},
			HostName: "lap-7", OSBuild: new(int64(22631)),
		},
		&evidence.URL{URL: "https://login.contoso.example"},
	})
	fmt.Println(string(text), err)
	// Output: [{"@odata.type":"#microsoft.graph.security.deviceEvidence","roles":["compromised"],"verdict":"suspicious","hostName":"lap-7","osBuild":22631},{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"https://login.contoso.example"}] <nil>
}

func ExampleOf() {
	list := evidence.List{&evidence.IP{IPAddress: "10.0.0.1"}, &evidence.URL{}, &evidence.IP{IPAddress: "10.0.0.2"}}
	for ip := range evidence.Of[*evidence.IP](list) {
		fmt.Println(ip.IPAddress)
	}
	// Output:
	// 10.0.0.1
	// 10.0.0.2
}

func ExampleTypes() {
	types := evidence.Types()
	fmt.Println(len(types), types[0].ODataType())
	// Output: 48 #microsoft.graph.security.activeDirectoryDomainEvidence
}

// A service may send members that are newer than the program. They are kept.
func ExampleVerdict_Known() {
	e, _ := evidence.Decode([]byte(`{"@odata.type": "#microsoft.graph.security.urlEvidence", "verdict": "5"}`))
	v := e.Common().Verdict
	fmt.Println(v, v.Known(), evidence.VerdictMalicious.Known(), v.Values())
	// Output: 5 false true [unknown suspicious malicious noThreatsFound unknownFutureValue]
}

func ExampleNewDictionary() {
	pod := evidence.KubernetesPod{Name: "web-0", Labels: evidence.NewDictionary(map[string]string{"app": "web"})}
	app, ok := pod.Labels.Text("app")
	fmt.Println(app, ok)
	// Output: web true
}
