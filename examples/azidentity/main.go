// Azidentity raises an incident with a credential of Azure's SDK for Go: here
// the one that finds out by itself how to sign in, from the environment, a
// managed identity, or the person who is signed in to the Azure CLI.
//
//	cd examples/azidentity && go run .
//
// The only thing that the two libraries need to fit is the function credential.
// The example has a module of its own, so that nobody who imports incidentkit
// downloads Azure's SDK.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// credential makes a credential of Azure's SDK one of incidentkit's. Claims are
// what a service asks for when it revokes a token before its time.
func credential(azure azcore.TokenCredential) client.Credential {
	return client.TokenFunc(func(ctx context.Context, r client.TokenRequest) (*oauth2.Token, error) {
		token, err := azure.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{r.Scope}, Claims: r.Claims, EnableCAE: true})
		return &oauth2.Token{AccessToken: token.Token, Expiry: token.ExpiresOn}, err
	})
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	azure, err := azidentity.NewDefaultAzureCredential(nil)
	if err != nil {
		return err
	}
	receipt, err := raise(ctx, azure)
	if err != nil {
		return err
	}
	fmt.Println(receipt.IncidentID, receipt.IncidentWebURL)
	return nil
}

func raise(ctx context.Context, azure azcore.TokenCredential, opts ...client.Option) (*incident.Receipt, error) {
	defender, err := graph.New(credential(azure), opts...)
	if err != nil {
		return nil, err
	}
	defer defender.CloseIdleConnections()
	return defender.Submit(ctx, incident.Draft{Alerts: []alert.Draft{{
		Title: "Suspicious login from TOR exit node", Severity: alert.High, Category: alert.InitialAccess,
		Description: "The account signed in from an address on the TOR exit list.",
		Entities:    []entity.Definition{entity.UserByPrincipalName("john.doe@contoso.com").Impacted(), entity.IPAddress("185.220.101.50").Related()},
	}}})
}
