package sentinel_test

import (
	"fmt"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/sentinel"
)

func ExampleParseColumn() {
	list, problems, err := sentinel.ParseColumn([]byte(`[
		{"$id":"1","Type":"host","HostName":"srv01","DnsDomain":"example.test"},
		{"$id":"2","Type":"process","ProcessId":"4528","CreationTimeUtc":"2026-04-27T12:00:00Z","Host":{"$ref":"1"}}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(problems), "problems")
	for i := range list {
		fmt.Println(list[i].Kind, list.Keys(i, entity.Scope{})[0])
	}
	evidence, lost := list.Evidence()
	fmt.Println(len(evidence), "pieces of evidence")
	fmt.Println(lost[0])
	// Output:
	// 0 problems
	// Host device deviceName "srv01.example.test" (strong)
	// Process process processId+creationTime "4528|2026-04-27T12:00:00Z" in "srv01.example.test" (strong)
	// 2 pieces of evidence
	// [1].properties.hostEntityId has no place in the processEvidence of Defender
}
