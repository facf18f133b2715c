package graph_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
)

// secure starts a server with a certificate of a private authority, and returns a
// client that trusts it, over HTTP/2 or HTTP/1.1.
func secure(t *testing.T, http2 bool, handler http.HandlerFunc, opts ...client.Option) *graph.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: http2}
	return clientOf(t, server, append(opts, client.WithTransport(transport))...)
}

// TestCallsOverTLS makes each call over TLS with a private authority, in both
// versions of HTTP.
func TestCallsOverTLS(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		for _, tt := range wireForms {
			t.Run(fmt.Sprint(tt.name, " ", http2), func(t *testing.T) {
				c := secure(t, http2, func(w http.ResponseWriter, r *http.Request) {
					if r.TLS == nil || (r.ProtoMajor == 2) != http2 {
						t.Errorf("%s, TLS %v", r.Proto, r.TLS != nil)
					}
					fmt.Fprint(w, tt.answer)
				})
				require.NoError(t, tt.call(t.Context(), c))
			})
		}
	}
	c := secure(t, true, (&batches{t: t, answer: func(item sentItem, _ int) string { return created(item) }}).ServeHTTP)
	n := 0
	for r := range c.CreateAlerts(t.Context(), numberedDrafts(100), graph.Bulk{Concurrency: 3}) {
		require.NoError(t, r.Err)
		n++
	}
	require.Equal(t, 100, n)
}

// TestAnAuthorityThatNobodyTrusts: nothing is sent, and nothing is uncertain.
func TestAnAuthorityThatNobodyTrusts(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	c := clientOf(t, server)
	_, err := c.CreateAlert(t.Context(), credentialDraft())
	require.ErrorIs(t, err, client.ErrUnavailable)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
	for r := range c.CreateAlerts(t.Context(), numberedDrafts(3), graph.Bulk{}) {
		require.ErrorIs(t, r.Err, client.ErrUnavailable)
		require.NotErrorIs(t, r.Err, client.ErrOutcomeUnknown)
	}
}

// TestSlowAndCutConnections makes each call to a service that cuts the connection
// after it has read the request, cuts its answer off, or never answers. The calls
// that may not be executed twice are sent once and say that the outcome is unknown;
// the others are sent again.
func TestSlowAndCutConnections(t *testing.T) {
	for name, trouble := range map[string]func(w http.ResponseWriter, r *http.Request, answer string){
		"cut before the answer": func(http.ResponseWriter, *http.Request, string) { panic(http.ErrAbortHandler) },
		"cut in the answer": func(w http.ResponseWriter, _ *http.Request, answer string) {
			w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
			_, _ = io.WriteString(w, answer[:len(answer)/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"no answer": func(_ http.ResponseWriter, r *http.Request, _ string) {
			<-r.Context().Done()
			// To return would be an answer, and one that may still arrive.
			panic(http.ErrAbortHandler)
		},
	} {
		for _, http2 := range []bool{false, true} {
			for _, tt := range wireForms {
				t.Run(fmt.Sprint(name, " ", tt.name, " ", http2), func(t *testing.T) {
					t.Parallel()
					once := strings.HasPrefix(tt.want, "POST") && tt.name != "hunt"
					var requests atomic.Int32
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					c := secure(t, http2, func(w http.ResponseWriter, r *http.Request) {
						requests.Add(1)
						_, _ = io.ReadAll(r.Body)
						if name == "no answer" {
							cancel() // as whoever waits no longer
						}
						trouble(w, r, tt.answer)
					}, client.WithRetry(2, time.Millisecond, 2*time.Millisecond))
					err := tt.call(ctx, c)
					require.Error(t, err)
					require.Equal(t, once, errors.Is(err, client.ErrOutcomeUnknown), "%v", err)
					if name == "no answer" {
						require.ErrorIs(t, err, context.Canceled)
						require.EqualValues(t, 1, requests.Load())
					} else if once {
						require.EqualValues(t, 1, requests.Load())
					} else {
						require.EqualValues(t, 2, requests.Load())
					}
				})
			}
		}
	}
}

// TestASlowListIsBoundedByItsContext, in the middle of a page too.
func TestASlowListIsBoundedByItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := service(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":"http://%s/v1.0/security/alerts_v2?$skip=1"}`, r.Host)
			return
		}
		_, _ = io.WriteString(w, `{"value":[`)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	ids, errs := collect(ctx, c, graph.AlertQuery{})
	require.Equal(t, []string{"a"}, ids)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], context.Canceled)
}

// TestAPageThatIsTooLong is an error, not memory.
func TestAPageThatIsTooLong(t *testing.T) {
	c := service(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"value":[%s]}`, strings.Join(slices.Repeat([]string{anAlert}, 10_000), ","))
	}, client.WithMaxResponseSize(1<<14))
	_, errs := collect(t.Context(), c, graph.AlertQuery{})
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "longer than 16384 bytes")
}
