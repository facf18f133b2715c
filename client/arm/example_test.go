package arm_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// exampleClient returns a client of a service that runs in this process.
func exampleClient() (*arm.Client, func()) {
	server := httptest.NewServer(http.Handler(&service{objects: map[string]map[string]any{}}))
	cred := client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	c, err := arm.New(cred, workspace, client.WithCloud(client.Cloud{Name: "example", Authority: server.URL, ARM: server.URL, Unlimited: true}))
	if err != nil {
		panic(err)
	}
	return c, server.Close
}

func ExampleClient_Raise() {
	sentinel, stop := exampleClient()
	defer stop()
	receipt, err := sentinel.Raise(context.Background(), arm.Submission{
		IncidentID: arm.IDFor("case 4711"),
		Draft: incident.Draft{Alerts: []alert.Draft{{
			Title: "Suspicious login", Severity: alert.High, Category: alert.InitialAccess, Description: "From an exit node.",
			RecommendedActions: "Reset the password",
			Entities:           []entity.Definition{entity.UserByPrincipalName("john.doe@contoso.com").Impacted()},
		}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range receipt.Steps {
		fmt.Println(step.Action, step.State)
	}
	for _, omission := range receipt.NotCarried[1:] {
		fmt.Println(omission.Path + ": " + omission.Reason)
	}
	// Output:
	// createIncident done
	// createTask done
	// commentOnIncident done
	// alerts[0]: Azure Resource Manager cannot create an alert, so the incident has none for it; it is text in a comment
	// alerts[0].category: the tactics of an incident are those of its alerts and cannot be set; it is text in a comment
	// alerts[0].entityDefinitions: the entities of an incident are those of its alerts and cannot be set; they are text in a comment
}

func ExampleClient_UpdateIncident() {
	sentinel, stop := exampleClient()
	defer stop()
	ctx := context.Background()
	_, err := sentinel.CreateIncident(ctx, "i1", arm.IncidentSettings{Title: "Suspicious login", Severity: arm.SeverityLow, Status: arm.StatusNew})
	if err != nil {
		fmt.Println(err)
		return
	}
	i, err := sentinel.UpdateIncident(ctx, "i1", func(s *arm.IncidentSettings) error {
		s.Status = arm.StatusActive
		s.AddLabel("tor")
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(i.Properties.Title, i.Properties.Status, i.Properties.Labels[0].Name)
	// Output: Suspicious login Active tor
}
