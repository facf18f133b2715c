package sentinel_test

import (
	"fmt"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// FuzzEntity reads properties as those of each kind. What could be read is written so
// that it can be read again, and is written the same then; nothing is lost on the way
// to the column and to evidence but what is reported.
func FuzzEntity(f *testing.F) {
	f.Add([]byte(`{"hostName":"h","osFamily":"Windows","friendlyName":"f","additionalData":{"a":1},"newer":[1]}`))
	f.Add([]byte(`{"accountName":"a","hostEntityId":"e1","isDomainJoined":true}`))
	f.Add([]byte(`{"address":"1.2.3.4","location":{"asn":1,"latitude":0.5},"threatIntelligence":[{"confidence":1}]}`))
	f.Add([]byte(`{"severity":"High","tactics":["Future"],"confidenceReasons":[{"reason":"r"}],"resourceIdentifiers":[{"x":1}],"timeGenerated":"2026-04-27T12:19:27.7211305Z"}`))
	f.Add([]byte(`{"countByThreatType":{"x":{}},"queryTime":"0001-01-01T00:00:00Z","mailCount":-1}`))
	f.Add([]byte(`{"hostName":5}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`[]`))
	kinds := append(sentinel.Kinds(), "Future", "")
	f.Fuzz(func(t *testing.T, properties []byte) {
		if !jsontext.Value(properties).IsValid() {
			return
		}
		for _, kind := range kinds {
			doc := fmt.Appendf(nil, `{"id":"/x/Entities/e0","name":"e0","kind":%q,"properties":%s}`, kind, properties)
			var e sentinel.Entity
			if wire.Unmarshal(doc, &e) != nil {
				continue
			}
			first, err := wire.Marshal(&e)
			if err != nil {
				t.Fatalf("%s cannot be written: %v", kind, err)
			}
			var again sentinel.Entity
			if err := wire.Unmarshal(first, &again); err != nil {
				t.Fatalf("%s: cannot read what was written: %v\n%s", kind, err, first)
			}
			second, err := wire.Marshal(&again)
			if err != nil || string(first) != string(second) {
				t.Fatalf("%s: %v\n%s\n%s", kind, err, first, second)
			}
			l := sentinel.List{e}
			column, _ := l.Column()
			if _, _, err := sentinel.ParseColumn(column); err != nil {
				t.Fatalf("%s: %v\n%s", kind, err, column)
			}
			_, _ = l.Evidence()
			_ = l.Keys(0, entity.Scope{})
			_ = l.Find("e0").String()
		}
	})
}
