// Package client holds what the clients of the two APIs share: clouds and
// their addresses, credentials, options, errors, and the [Connection] that
// sends requests.
//
// Package client/graph raises incidents in Microsoft Defender XDR through
// Microsoft Graph. Both it and any other target satisfy [Submitter].
//
// # Credentials
//
// Each is a value for the constructors of the clients:
//
//   - [ClientSecret] and [ClientCertificate], for an application that keeps a
//     secret or a key ([CertificateFromFile] reads PEM and PKCS#12);
//   - [WorkloadIdentity], for one that runs where another authority vouches for
//     it: Kubernetes, a pipeline, another cloud;
//   - [ManagedIdentity], for one that runs in Azure;
//   - [DeviceCode], for a person at a terminal;
//   - [TokenSource] and [TokenFunc], for all else.
//
// [EnvironmentCredential] picks among the first by the variables that the tools
// of Azure share. Callers of one client share one token: it is asked for once,
// replaced some minutes ahead of its end while the old one still serves, and asked
// for with the context of a call that is alive. A 401 is answered once with
// another token, which has the claims that the service asks for (continuous access
// evaluation). [Connection.Preflight] says which calls a token will be refused.
//
// # What is never done
//
// A POST that creates something is sent again only when the first was
// certainly not executed. Otherwise the error is [ErrOutcomeUnknown].
//
// A credential is sent to the configured authority, a token to the configured
// endpoint, and neither to any other host: redirects are not followed, and
// plain HTTP is refused except to this machine, and to the metadata service of a
// virtual machine, which has nothing else ([ManagedIdentity]). Neither appears in
// an error, a log line or the text form of a value.
//
// Nothing that is read is unbounded: see [WithMaxResponseSize].
//
// # What is sent again
//
// A call that may be repeated does the same when it is executed twice; a call
// that creates must not be. Between two attempts there is a pause, which doubles
// and is spread at random ([WithRetry]); it is at least what the service asks
// for in Retry-After, and where that is more than the caller allows, the call
// ends with the service's answer instead of sleeping. While most requests of a
// client fail, nothing is repeated ([WithRetryBudget]).
//
//	cause                                  read, replace, delete  create
//	no connection                          again                  again
//	certificate that is not trusted        error                  error
//	connection cut before the answer       again                  outcome unknown
//	connection cut in the answer           again                  outcome unknown
//	no whole answer in time                again                  outcome unknown
//	answer longer than allowed             error                  outcome unknown
//	answer that is not the promised JSON   error                  outcome unknown
//	301, 302, 303                          error                  outcome unknown
//	307, 308                               error                  error
//	401                                    again                  again
//	401 where there is no other token      error                  error
//	400, 403, 404, 409, 412, 413, 422      error                  error
//	408                                    again                  outcome unknown
//	429                                    again                  again
//	429 with a longer pause than allowed   error                  error
//	500, 502, 503, 504, 509                again                  outcome unknown
//	501 and all other 5xx                  error                  outcome unknown
//
// # Watching it work
//
// [WithLogger] logs, [WithHook] tells of each call and each attempt with the
// figures that traces and metrics need, and [WithRecorder] writes every change
// to an audit log, the intent before the result.
package client
