// Package client holds what the clients of the two APIs share: clouds and
// their addresses, credentials, options, errors, and the [Connection] that
// sends requests.
//
// Package client/graph raises incidents in Microsoft Defender XDR through
// Microsoft Graph. Both it and any other target satisfy [Submitter].
//
// # What is never done
//
// A POST that creates something is sent again only when the first was
// certainly not executed. Otherwise the error is [ErrOutcomeUnknown].
//
// A credential is sent to the configured authority, a token to the configured
// endpoint, and neither to any other host: redirects are not followed, and
// plain HTTP is refused except to this machine. Neither appears in an error, a
// log line or the text form of a value.
//
// Nothing that is read is unbounded: see [WithMaxResponseSize].
package client
