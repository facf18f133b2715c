// Package graph is a client of the Microsoft Graph security API: it raises
// alerts and incidents by hand in Microsoft Defender XDR, and reads and changes
// them.
//
//	defender, err := graph.New(client.ClientSecret(tenantID, clientID, secret))
//	receipt, err := defender.Submit(ctx, draft)
//
// # Permissions
//
// The application needs SecurityAlert.Create.All to create alerts,
// SecurityIncident.ReadWrite.All to name, assign, tag and comment the incident,
// and SecurityAlert.Read.All and SecurityIncident.Read.All to read what was
// created. A draft without name, owner, tags and comment needs the first alone.
//
// # Versions
//
// Creating an alert exists in the beta version of Microsoft Graph only, which
// Microsoft may change without notice; everything else uses v1.0.
package graph
