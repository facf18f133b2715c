package client_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// static is a connection to a server with a token that is there already.
func static(t *testing.T, server *httptest.Server, opts ...client.Option) *client.Connection {
	t.Helper()
	c, err := client.Connect(api, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})), append([]client.Option{
		client.WithCloud(client.Cloud{Name: "test", Authority: server.URL, Graph: server.URL}),
		client.WithRetry(2, time.Millisecond, 20*time.Millisecond),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// TestTheAuthorityCannotRedirectTheSecret answers the request for a token with
// redirects, of which the last two keep method and body.
func TestTheAuthorityCannotRedirectTheSecret(t *testing.T) {
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		var stolen atomic.Pointer[string]
		thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			data, _ := io.ReadAll(r.Body)
			stolen.Store(new(r.Method + " " + string(data)))
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"x","token_type":"Bearer","expires_in":3599}`)
		}))
		authority := httptest.NewServer(http.RedirectHandler(thief.URL, status))
		c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret), client.WithCloud(client.Cloud{Authority: authority.URL, Graph: authority.URL}))
		require.NoError(t, err)
		err = c.Do(t.Context(), read, nil)
		require.Nil(t, stolen.Load(), "%d", status)
		require.ErrorContains(t, err, fmt.Sprint(status))
		c.CloseIdleConnections()
		authority.Close()
		thief.Close()
	}
}

// TestContextEndsTheWaitForAToken has an authority that never answers.
func TestContextEndsTheWaitForAToken(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	defer server.Close()
	defer close(release)
	c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(1, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	// Two at once: one asks the authority, the other waits for the first.
	ended := make(chan error, 2)
	for range 2 {
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			ended <- c.Do(ctx, create, nil)
		}()
	}
	for range 2 {
		select {
		case err := <-ended:
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
		case <-time.After(10 * time.Second):
			t.Fatal("the call outlived its context")
		}
	}
}

type sourceFunc func() (*oauth2.Token, error)

func (f sourceFunc) Token() (*oauth2.Token, error) { return f() }

// TestTokenSourcesThatMisbehave gives what a source of somebody else's may
// give; none of it may panic, or be sent.
func TestTokenSourcesThatMisbehave(t *testing.T) {
	sent := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent = true }))
	defer server.Close()
	for name, tt := range map[string]struct {
		source sourceFunc
		want   string
	}{
		"no token and no error":          {func() (*oauth2.Token, error) { return nil, nil }, "no token"},
		"an empty token":                 {func() (*oauth2.Token, error) { return &oauth2.Token{}, nil }, "no token"},
		"a refusal without its response": {func() (*oauth2.Token, error) { return nil, &oauth2.RetrieveError{ErrorCode: "invalid_grant"} }, "invalid_grant"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := client.Connect(api, client.TokenSource(tt.source), client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}))
			require.NoError(t, err)
			require.NotPanics(t, func() { err = c.Do(t.Context(), create, nil) })
			require.ErrorContains(t, err, tt.want)
			require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
			require.False(t, sent)
		})
	}
}

// TestATokenSourceIsAskedEachTime: it is the source that refreshes, also when
// its tokens do not say when they expire.
func TestATokenSourceIsAskedEachTime(t *testing.T) {
	var seen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	n := 0
	c, err := client.Connect(api, client.TokenSource(sourceFunc(func() (*oauth2.Token, error) {
		n++
		return &oauth2.Token{AccessToken: fmt.Sprint("token-", n)}, nil
	})), client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.Equal(t, []string{"Bearer token-1", "Bearer token-2"}, seen)
}

// valueSource is a source whose token stands in a field.
type valueSource struct{ held string }

func (s valueSource) Token() (*oauth2.Token, error) { return &oauth2.Token{AccessToken: s.held}, nil }

// TestTheSourceStaysInside prints a credential in every way there is, also from
// inside a struct where fmt cannot call methods.
func TestTheSourceStaysInside(t *testing.T) {
	cred := client.TokenSource(valueSource{token})
	var seen strings.Builder
	for _, v := range []any{cred, &cred, struct{ c client.Credential }{cred}, struct{ C client.Credential }{cred}, []client.Credential{cred}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
			fmt.Fprintf(&seen, verb+"\n", v)
		}
	}
	text, err := json.Marshal(cred)
	require.NoError(t, err)
	seen.Write(text)
	require.NotContains(t, seen.String(), token)
	require.NotContains(t, seen.String(), fmt.Sprintf("%x", token))
}

// TestEveryFieldIsConcealed echoes the credential in each field that an answer
// has, in the encodings in which it was sent, and at the point where a long
// text is cut.
func TestEveryFieldIsConcealed(t *testing.T) {
	const odd = `S3cr3t+of/the "app"~=`
	leaks := func(text string) {
		t.Helper()
		for _, s := range []string{odd, url.QueryEscape(odd), url.PathEscape(odd), `S3cr3t+of/the \"app\"~=`, token[:len(token)-1], "S3cr3t+of/the"} {
			require.NotContains(t, text, s)
		}
	}
	var echo func(w http.ResponseWriter)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tenant/oauth2/v2.0/token" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3599}`, token)
			return
		}
		echo(w)
	}))
	defer server.Close()
	var logged bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	connect := func(tenant string) *client.Connection {
		c, err := client.Connect(api, client.ClientSecret(tenant, "app", odd), client.WithLogger(logger),
			client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(1, time.Millisecond, time.Millisecond))
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	working, refused := connect("tenant"), connect("refused")
	look := func(err error) {
		t.Helper()
		require.Error(t, err)
		failure, ok := errors.AsType[*client.Error](err)
		require.True(t, ok)
		text := fmt.Sprintf("%v %+v %#v %+v", err, failure, failure, *failure)
		if inner, ok := errors.AsType[*client.Error](failure.Err); ok {
			text += fmt.Sprintf("%+v %#v", *inner, inner)
		}
		leaks(text)
	}
	quote := func(s string) string {
		text, err := json.Marshal(s)
		require.NoError(t, err)
		return string(text)
	}
	pad := func(n int, what string) string { return quote(strings.Repeat("x", n-len(what)+2) + what) }

	for _, what := range []string{odd, url.QueryEscape(odd), url.PathEscape(odd), strings.Trim(quote(odd), `"`), "Bearer " + token} {
		for _, body := range []string{
			fmt.Sprintf(`{"error":{"code":%[1]s,"message":%[1]s,"innerError":{"code":%[1]s,"request-id":%[1]s}}}`, quote(what)),
			fmt.Sprintf(`{"error":{"code":%[1]s,"message":%[2]s,"innerError":{"code":%[1]s,"request-id":%[1]s}}}`, pad(200, what), pad(2000, what)),
			fmt.Sprintf(`{"error":%s}`, quote(what)), fmt.Sprintf(`{%s:`, quote(what)), what,
		} {
			for _, status := range []int{200, 403} {
				for _, header := range []string{"", what} {
					echo = func(w http.ResponseWriter) {
						w.Header().Set("request-id", header)
						w.WriteHeader(status)
						fmt.Fprint(w, body)
					}
					var out struct {
						Error time.Time `json:"error"`
					}
					look(working.Do(t.Context(), create, &out))
				}
			}
		}
	}
	leaks(logged.String())
	require.Contains(t, logged.String(), "/v1.0/things", "the log was written")

	for _, what := range []string{odd, url.QueryEscape(odd)} {
		for _, body := range []string{
			fmt.Sprintf(`{"error":%[1]s,"error_description":%[1]s}`, quote(what)),
			fmt.Sprintf(`{"error":%s,"error_description":%s}`, pad(200, what), pad(2000, what)),
			fmt.Sprintf(`{"access_token":%s`, quote(what)), what,
		} {
			for _, status := range []int{200, 401} {
				echo = func(w http.ResponseWriter) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					fmt.Fprint(w, body)
				}
				look(refused.Do(t.Context(), create, nil))
			}
		}
	}
}

// TestErrorsNameNoQuery: a query may hold what a person searched for.
func TestErrorsNameNoQuery(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := static(t, server)
	err := c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"x"}, Query: url.Values{"$filter": {"jo@contoso.com"}}}, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "contoso")
	require.ErrorIs(t, err, client.ErrUnavailable)
}

func TestAddressesWithAPasswordAreNotShown(t *testing.T) {
	for _, address := range []string{"https://user:hunter2@graph.example", "https://user:hunter2@graph.example/\x7f", "http://user:hunter2@graph.example/"} {
		_, err := client.Connect(api, client.ClientSecret("t", "c", "s"), client.WithCloud(client.Cloud{Name: "x", Authority: "https://a", Graph: address}))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	}
}

// TestARefusedTokenIsNotAnOutage: who retries when the service is unavailable
// must not do so with a wrong secret.
func TestARefusedTokenIsNotAnOutage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client"}`)
	}))
	defer server.Close()
	c, err := client.Connect(api, client.ClientSecret("t", "c", "s"), client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}))
	require.NoError(t, err)
	err = c.Do(t.Context(), read, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.NotErrorIs(t, err, client.ErrUnavailable)
	failure, ok := errors.AsType[*client.Error](err)
	require.True(t, ok)
	require.Contains(t, failure.Advice(), "secret")
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestProgramsThatReplaceTheDefaultTransport, as those that trace requests do.
func TestProgramsThatReplaceTheDefaultTransport(t *testing.T) {
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	used := false
	http.DefaultTransport = roundTripper(func(r *http.Request) (*http.Response, error) {
		used = true
		return before.RoundTrip(r)
	})
	server := httptest.NewServer(reply(200, `{}`))
	defer server.Close()
	require.NoError(t, static(t, server).Do(t.Context(), read, nil))
	require.True(t, used)
}

// TestAnswersThatDoNotTell are answers to a creating request after some of
// which it may have been executed.
func TestAnswersThatDoNotTell(t *testing.T) {
	for status, unknown := range map[int]bool{
		301: true, 302: true, 303: true, 307: false, 308: false, 400: false, 401: false, 403: false, 404: false, 408: true,
		409: false, 413: false, 429: false, 500: true, 501: true, 503: true, 599: true,
	} {
		server := httptest.NewServer(reply(status, ""))
		err := static(t, server, client.WithRetry(1, time.Millisecond, time.Millisecond)).Do(t.Context(), create, nil)
		require.Equal(t, unknown, errors.Is(err, client.ErrOutcomeUnknown), "%d", status)
		server.Close()
	}
}

// TestSwitchingProtocolsDoesNotHang: the body of such an answer is the raw
// connection, which no deadline of net/http closes.
func TestSwitchingProtocolsDoesNotHang(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = buf.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_ = buf.Flush()
		<-release
	}))
	defer server.Close()
	defer close(release)
	c := static(t, server)
	ended := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	go func() { ended <- c.Do(ctx, create, nil) }()
	select {
	case err := <-ended:
		require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	case <-time.After(10 * time.Second):
		t.Fatal("the call outlived its context")
	}
}

// TestACompressedBombIsBounded: what counts is the size after decompression.
func TestACompressedBombIsBounded(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = w.Write([]byte(`"`))
	for range 32 {
		_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<18))
	}
	require.NoError(t, w.Close())
	for _, status := range []int{200, 500} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
			_, _ = w.Write(bomb.Bytes())
		}))
		c := static(t, server, client.WithMaxResponseSize(1<<17), client.WithRetry(1, time.Millisecond, time.Millisecond))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var out string
		require.Error(t, c.Do(t.Context(), read, &out))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), "%d", status)
		server.Close()
	}
}

// TestHeadersAreBounded: what an answer calls itself ends in an error's text.
func TestHeadersAreBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", strings.Repeat("r", 100_000))
		w.WriteHeader(http.StatusForbidden)
	}))
	defer server.Close()
	err := static(t, server).Do(t.Context(), read, nil)
	require.ErrorIs(t, err, client.ErrForbidden)
	require.Less(t, len(err.Error()), 1000)
}
