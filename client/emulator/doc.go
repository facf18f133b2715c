// Package emulator is a Defender tenant in process: it answers like Microsoft
// Entra's token endpoint and the Microsoft Graph security API, so that people
// can build and test without a tenant of their own.
//
// A [Tenant] is an [http.Handler] for a listener, and an [http.RoundTripper]
// for clients in the same process that need no socket.
//
// # What it answers
//
//	POST  /{tenant}/oauth2/v2.0/token             client credentials with a secret
//	POST  /beta/security/alerts_v2/createAlert
//	GET   /{version}/security/alerts_v2/{id}
//	GET   /{version}/security/incidents/{id}      with $expand=alerts
//	PATCH /{version}/security/incidents/{id}      every field of incident.Update
//	POST  /{version}/security/incidents/{id}/comments
//
// Anything else is answered with 501 and an error that names the route.
//
// # Where the documents are silent
//
//   - A new incident is named by the title of its first alert.
//   - Linking to an incident that does not exist is answered with 404.
//   - An incident's severity is the highest of its alerts.
//   - An alert without an impacted entity is accepted: only the portal is
//     documented to refuse it.
package emulator
