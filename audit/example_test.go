package audit_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/incident"
)

func ExampleDescribe() {
	before := incident.Incident{ID: "28282", Status: incident.StatusActive}
	e, err := audit.Describe(before, incident.Update{AssignedTo: new("jane.roe@contoso.com")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Operation, e.Target.Incident, e.Changes[0].Path, e.Changes[0].New)
	// Output: UpdateIncident 28282 assignedTo "jane.roe@contoso.com"
}

func ExampleRecord() {
	log := &memory{} // in a program, a log of package ledger
	recorder := audit.NewRecorder(log, append(fixed(), audit.WithActor(audit.Actor{Type: audit.Application, ID: "playbook"}))...)
	intent := audit.Entry{Operation: audit.UpdateIncident, Target: audit.Target{Incident: "28282"}}
	_, err := audit.Record(context.Background(), recorder, intent, func(context.Context) (string, error) {
		return "", errors.New("403 Forbidden")
	}, nil)
	fmt.Println(err)
	events, _ := audit.Activity(log.all(), "28282")
	_ = audit.WriteText(os.Stdout, events)
	// Output:
	// 403 Forbidden
	// 2026-09-14T12:00:01Z  playbook  UpdateIncident  incident 28282  [failed 403 Forbidden]
}
