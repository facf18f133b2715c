package client_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

const (
	secret = "S3cr3t-of-the-application"
	token  = "T0ken-of-the-application"
)

var api = client.API{
	Endpoint: func(c client.Cloud) string { return c.Graph },
	Scope:    client.Cloud.GraphScope,
}

// serve starts a server that issues tokens and passes all else to handler, and
// returns a connection to it.
func serve(t *testing.T, handler http.HandlerFunc, opts ...client.Option) *client.Connection {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenant/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_secret") != secret || r.FormValue("client_id") != "app" || r.FormValue("grant_type") != "client_credentials" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, token)
	})
	mux.HandleFunc("/", handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret), append([]client.Option{
		client.WithCloud(client.Cloud{Name: "test", Authority: server.URL, Graph: server.URL}),
		client.WithRetry(2, time.Millisecond, 20*time.Millisecond),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

var (
	read   = client.Request{Method: http.MethodGet, Path: []string{"v1.0", "thing"}}
	create = client.Request{Method: http.MethodPost, Path: []string{"v1.0", "things"}, Body: map[string]string{"a": "b"}, Once: true}
)

func TestRequest(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/v1.0/a%2Fb/c%20d%3Fe", r.URL.EscapedPath())
		require.Equal(t, "x=1+2", r.URL.RawQuery)
		require.Equal(t, "Bearer "+token, r.Header.Get("Authorization"))
		require.Equal(t, "hunter/1.0 incidentkit", r.Header.Get("User-Agent"))
		require.Equal(t, []string{"p", "q"}, r.Header["Prefer"])
		require.Equal(t, "application/json", r.Header.Get("Accept"))
		require.Equal(t, "application/json", r.Header.Get("Content-Type"))
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, r.Header.Get("client-request-id"))
		body, _ := io.ReadAll(r.Body)
		require.Equal(t, `{"a":"b"}`, string(body))
		fmt.Fprint(w, `{"x":7}`)
	}, client.WithUserAgent("hunter/1.0"))
	var out struct {
		X int `json:"x"`
	}
	require.NoError(t, c.Do(t.Context(), client.Request{
		Method: http.MethodPut, Path: []string{"v1.0", "a/b", "c d?e"}, Query: map[string][]string{"x": {"1 2"}},
		Header: http.Header{"Prefer": {"p", "q"}}, Body: map[string]string{"a": "b"},
	}, &out))
	require.Equal(t, 7, out.X)
}

func TestPathsCannotEscape(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for _, segment := range []string{"", ".", ".."} {
		require.Error(t, c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"v1.0", segment}}, nil), "%q", segment)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answer  http.HandlerFunc
		request client.Request
		is      error
		unknown bool
		want    string // of the text, with ids removed
	}{
		{"documented error", reply(403, `{"error":{"code":"Forbidden","message":"Missing application roles.","innerError":{"code":"outer","request-id":"r-1","innererror":{"code":"inner"}}}}`),
			read, client.ErrForbidden, false, "GET /v1.0/thing: 403 Forbidden: Forbidden (inner): Missing application roles. [request-id r-1]"},
		{"empty code", reply(400, `{"error":{"code":"","message":"The limit of '50' for Top query has been exceeded."}}`),
			read, client.ErrInvalid, false, "GET /v1.0/thing: 400 Bad Request: The limit of '50' for Top query has been exceeded."},
		{"page of a proxy", reply(502, "<html>\n<h1>Bad gateway</h1>"), read, client.ErrUnavailable, false, "GET /v1.0/thing: 502 Bad Gateway"},
		{"no body", reply(404, ""), read, client.ErrNotFound, false, "GET /v1.0/thing: 404 Not Found"},
		{"cut-off error document", reply(409, `{"error":{"code":"Conf`), read, client.ErrConflict, false, "GET /v1.0/thing: 409 Conflict"},
		{"lines in a message", reply(401, `{"error":{"code":"x","message":"a\nb\u001b[31m"}}`), read, client.ErrUnauthorized, false, "GET /v1.0/thing: 401 Unauthorized: x: a b [31m"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		}, read, nil, false, "GET /v1.0/thing: 302 Found"},
		{"success that is no JSON", reply(200, "hello"), read, nil, false, "GET /v1.0/thing: 200 OK: line 1, column 1 (byte 0): this is no valid JSON: invalid character 'h' at start of value"},
		{"created, but the answer is cut", reply(201, `{"id":`), create, client.ErrOutcomeUnknown, true, "POST /v1.0/things: 201 Created: id, line 1, column 7 (byte 6): the document ends too early; it is cut off or a bracket is not closed: it is not known whether the request was executed"},
		{"service failed while creating", reply(500, ""), create, client.ErrUnavailable, true, "POST /v1.0/things: 500 Internal Server Error: it is not known whether the request was executed"},
		{"throttled while creating", reply(429, `{"error":{"code":"TooManyRequests"}}`), create, client.ErrThrottled, false, "POST /v1.0/things: 429 Too Many Requests: TooManyRequests"},
		{"refused while creating", reply(400, `{"error":{"code":"InvalidRequestBody","message":"Request body is incorrect"}}`), create, client.ErrInvalid, false, "POST /v1.0/things: 400 Bad Request: InvalidRequestBody: Request body is incorrect"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, tt.answer)
			var out map[string]any
			err := c.Do(t.Context(), tt.request, &out)
			failure, ok := errors.AsType[*client.Error](err)
			require.True(t, ok, "%v", err)
			require.NotEmpty(t, failure.ClientRequestID)
			require.NotEmpty(t, failure.Advice())
			require.Equal(t, tt.want+" [client-request-id "+failure.ClientRequestID+"]", err.Error())
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			require.Equal(t, tt.unknown, errors.Is(err, client.ErrOutcomeUnknown))
			require.NotErrorIs(t, err, io.EOF)
		})
	}
}

func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// TestCutConnections cuts connections at several points of a creating request.
func TestCutConnections(t *testing.T) {
	for _, tt := range []struct {
		name string
		cut  func(w http.ResponseWriter)
	}{
		{"before the answer", func(w http.ResponseWriter) {}},
		{"in the headers", func(w http.ResponseWriter) { hijack(w, "HTTP/1.1 201 Crea") }},
		{"in the body", func(w http.ResponseWriter) {
			hijack(w, "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":\"a\"")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var requests atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				_, _ = io.ReadAll(r.Body)
				tt.cut(w)
				panic(http.ErrAbortHandler)
			})
			err := c.Do(t.Context(), create, new(map[string]any))
			require.ErrorIs(t, err, client.ErrOutcomeUnknown)
			require.EqualValues(t, 1, requests.Load(), "sent once")
			require.Contains(t, err.(*client.Error).Advice(), "before you send it again")
		})
	}
}

func hijack(w http.ResponseWriter, text string) {
	conn, buf, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_, _ = buf.WriteString(text)
		_ = buf.Flush()
		_ = conn.Close()
	}
}

func TestReadsAreRepeated(t *testing.T) {
	var requests atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, `{}`)
	})
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.EqualValues(t, 2, requests.Load())
}

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := client.Connect(api, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(2, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	err = c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnavailable)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown, "nothing was sent")
	require.Contains(t, err.Error(), "POST /v1.0/things: no answer: ")
}

// TestWritesThatMayBeRepeated: a request that may be executed twice is sent again, and
// when it fails in the end any of its attempts may have been executed.
func TestWritesThatMayBeRepeated(t *testing.T) {
	cut := func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }
	late := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		unknown bool
	}{
		"refused":                      {[]http.HandlerFunc{reply(403, "")}, false},
		"throttled":                    {[]http.HandlerFunc{late}, false},
		"failed":                       {[]http.HandlerFunc{reply(500, ""), reply(500, "")}, true},
		"cut":                          {[]http.HandlerFunc{cut, cut}, true},
		"timed out":                    {[]http.HandlerFunc{reply(408, ""), reply(408, "")}, true},
		"cut, then refused":            {[]http.HandlerFunc{cut, reply(403, "")}, true},
		"failed, then throttled":       {[]http.HandlerFunc{reply(504, ""), late}, true},
		"failed, then unauthenticated": {[]http.HandlerFunc{reply(504, ""), reply(401, "")}, true},
		"an answer that is no JSON":    {[]http.HandlerFunc{reply(200, "<html>")}, true},
		"an answer that is cut off":    {[]http.HandlerFunc{reply(200, `{"id":`)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) { tt.answers[int(requests.Add(1))-1](w, r) }, client.WithRetry(2, time.Millisecond, 2*time.Millisecond))
			for _, writes := range []bool{true, false} {
				requests.Store(0)
				err := c.Do(t.Context(), client.Request{Method: http.MethodPut, Path: []string{"v1.0", "things"}, Body: struct{}{}, Writes: writes}, nil)
				require.Error(t, err)
				require.EqualValues(t, len(tt.answers), requests.Load())
				require.Equal(t, tt.unknown && writes, errors.Is(err, client.ErrOutcomeUnknown), "%v", err)
				if tt.unknown && writes {
					require.Equal(t, "Do it again; nothing is created or deleted twice, and an update begins with what is there then.", err.(*client.Error).Advice())
				}
			}
		})
	}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := client.Connect(api, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(2, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	err = c.Do(t.Context(), client.Request{Method: http.MethodDelete, Path: []string{"v1.0", "things"}, Writes: true}, nil)
	require.ErrorIs(t, err, client.ErrUnavailable)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown, "nothing was sent")
}

func TestContextEndsACall(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := c.Do(ctx, create, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	require.ErrorIs(t, c.Do(ctx, read, nil), context.DeadlineExceeded)
}

func TestAnswersAreBounded(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `"`+strings.Repeat("a", 2000)+`"`)
	}, client.WithMaxResponseSize(1000))
	var out string
	require.ErrorContains(t, c.Do(t.Context(), read, &out), "the answer is longer than 1000 bytes")
	for size, fits := range map[int]bool{1000: true, 1001: false} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `"`+strings.Repeat("a", size-2)+`"`)
		}, client.WithMaxResponseSize(1000))
		require.Equal(t, fits, c.Do(t.Context(), read, &out) == nil, "%d", size)
	}
}

// TestAContextThatHasEndedSendsNothing, not even for a token.
func TestAContextThatHasEndedSendsNothing(t *testing.T) {
	asked := false
	c, err := client.Connect(api, client.TokenSource(sourceFunc(func() (*oauth2.Token, error) {
		asked = true
		return &oauth2.Token{AccessToken: token}, nil
	})), client.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { panic("a request was sent") })))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = c.Do(ctx, create, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
	require.False(t, asked)
}

// TestConnectionsAreUsedAgain after answers of every kind, and closed on demand.
func TestConnectionsAreUsedAgain(t *testing.T) {
	var opened, closed atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{"/ok": 200, "/refused": 403, "/long": 200}[r.URL.Path])
		if r.URL.Path == "/long" {
			fmt.Fprint(w, strings.Repeat("a", 1000))
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened.Add(1)
		case http.StateClosed:
			closed.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := static(t, server, client.WithMaxResponseSize(100))
	for range 3 {
		for _, path := range []string{"ok", "refused", "long"} {
			_ = c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{path}}, nil)
		}
	}
	require.EqualValues(t, 1, opened.Load())
	c.CloseIdleConnections()
	require.Eventually(t, func() bool { return closed.Load() == 1 }, 10*time.Second, time.Millisecond)
}

// TestRetriesAreLogged with what was decided and why.
func TestRetriesAreLogged(t *testing.T) {
	var seen bytes.Buffer
	c := serve(t, reply(503, ""), client.WithLogger(slog.New(slog.NewTextHandler(&seen, nil))))
	require.Error(t, c.Do(t.Context(), read, nil))
	require.Regexp(t, `level=WARN msg="will try again" method=GET path=/v1.0/thing status=503 duration=.* attempt=1 reason="the service failed" pause=`, seen.String())
	require.Regexp(t, `level=WARN msg="gave up" method=GET path=/v1.0/thing status=503 duration=.* attempt=2 reason="the service failed; no attempts left"\n`, seen.String())
}

// TestStatusesOfErrors that the other tests do not meet.
func TestStatusesOfErrors(t *testing.T) {
	for status, want := range map[int]error{410: client.ErrNotFound, 412: client.ErrConflict, 422: client.ErrInvalid, 408: client.ErrUnavailable, 599: client.ErrUnavailable} {
		c := serve(t, reply(status, ""), client.WithRetry(1, time.Millisecond, time.Millisecond))
		require.ErrorIs(t, c.Do(t.Context(), read, nil), want, "%d", status)
	}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "90")
		w.WriteHeader(429)
		fmt.Fprint(w, `{"error":{"code":"c","innerError":{"request-id":"inner","code":"1","innerError":{"code":"2","innerError":{"code":"3"}}}}}`)
	})
	failure, ok := errors.AsType[*client.Error](c.Do(t.Context(), read, nil))
	require.True(t, ok)
	require.Equal(t, 90*time.Second, failure.RetryAfter)
	require.Equal(t, "Wait 1m30s and try again.", failure.Advice())
	require.Equal(t, "3", failure.InnerCode)
	require.Equal(t, "inner", failure.RequestID)
}

func TestTokenIsSharedAndRefused(t *testing.T) {
	var tokens atomic.Int32
	status := http.StatusServiceUnavailable
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/tenant/oauth2/v2.0/token":
			fmt.Fprint(w, `{}`)
		case tokens.Add(1) == 1:
			w.WriteHeader(status)
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":%q,"expires_in":3599,"token_type":"Bearer"}`, token)
		}
	}))
	defer server.Close()
	c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(2, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, c.Do(t.Context(), read, nil))
	}
	require.EqualValues(t, 2, tokens.Load(), "one failed, one for all calls")
}

// TestCredentialsStayInside makes everything happen that writes text, and looks
// for the secret and the token in all of it.
func TestCredentialsStayInside(t *testing.T) {
	var seen bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&seen, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
	echo := func(w http.ResponseWriter, r *http.Request) {
		// A service, or a proxy, that repeats what it was told.
		w.Header().Set("request-id", "r-1")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, `{"error":{"code":"Echo","message":"you sent %s and %s"}}`, r.Header.Get("Authorization"), secret)
	}
	c := serve(t, echo, client.WithLogger(logger))
	cred := client.ClientSecret("tenant", "app", secret)
	for _, request := range []client.Request{read, create} {
		err := c.Do(t.Context(), request, nil)
		require.Error(t, err)
		failure := err.(*client.Error)
		for _, v := range []any{err, failure, *failure, c, *c, cred, &cred, struct{ C client.Credential }{cred}, struct{ c client.Credential }{cred}} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
				fmt.Fprintf(&seen, verb+"\n", v)
			}
		}
		logger.Info("values", "error", err, "credential", cred, "connection", c)
		text, jsonErr := json.Marshal(map[string]any{"error": failure, "credential": cred})
		require.NoError(t, jsonErr)
		seen.Write(text)
	}
	func() {
		defer func() { fmt.Fprint(&seen, recover()) }()
		panic(cred)
	}()

	refused := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":"AADSTS7000215: not %s"}`, r.PostForm.Get("client_secret"))
	}))
	defer refused.Close()
	c, err := client.Connect(api, cred, client.WithCloud(client.Cloud{Authority: refused.URL, Graph: refused.URL}), client.WithLogger(logger))
	require.NoError(t, err)
	err = c.Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "invalid_client: AADSTS7000215: not [client secret]")
	fmt.Fprintf(&seen, "%v %+v %#v", err, err, err)

	require.NotContains(t, seen.String(), secret)
	require.NotContains(t, seen.String(), token)
	require.Contains(t, seen.String(), "r-1", "the log was written")
	require.Contains(t, seen.String(), "you sent Bearer [token] and [client secret]")
}

func TestTLSWithAPrivateAuthority(t *testing.T) {
	server := httptest.NewUnstartedServer(reply(200, `{}`))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	cloud := client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL})
	source := client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))

	c, err := client.Connect(api, source, cloud)
	require.NoError(t, err)
	err = c.Do(t.Context(), create, nil)
	_, untrusted := errors.AsType[x509.UnknownAuthorityError](err)
	require.True(t, untrusted, "%v", err)
	require.NotErrorIs(t, err, client.ErrOutcomeUnknown, "nothing was sent to a server that is not trusted")

	c, err = client.Connect(api, source, cloud, client.WithTransport(server.Client().Transport))
	require.NoError(t, err)
	require.NoError(t, c.Do(t.Context(), create, nil))
}

func TestConnectRefuses(t *testing.T) {
	cred := client.ClientSecret("tenant", "app", secret)
	cloud := func(authority, graph string) client.Option {
		return client.WithCloud(client.Cloud{Name: "x", Authority: authority, Graph: graph})
	}
	for _, tt := range []struct {
		name string
		cred client.Credential
		opt  client.Option
		want string
	}{
		{"no credential", nil, cloud("https://a", "https://b"), "there is no credential"},
		{"no secret", client.ClientSecret("t", "c", ""), cloud("https://a", "https://b"), "the client secret is empty"},
		{"tenant that is a path", client.ClientSecret("../x", "c", "s"), cloud("https://a", "https://b"), "the tenant id is neither a GUID nor a domain name"},
		{"nil source", client.TokenSource(nil), cloud("https://a", "https://b"), "the token source is nil"},
		{"API in the clear", cred, cloud("https://a", "http://graph.example"), "a token is not sent in the clear"},
		{"authority in the clear", cred, cloud("http://login.example", "https://b"), "a token is not sent in the clear"},
		{"no address", cred, cloud("https://a", ""), "is no address"},
		{"address with a path", cred, cloud("https://a", "https://b/v1.0"), "is no address"},
		{"nil option", cred, nil, "option 1 of 1 is nil"},
		{"nil rule", cred, client.WithRules(nil), "a rule is nil"},
		{"nil logger", cred, client.WithLogger(nil), "the logger is nil"},
		{"nil transport", cred, client.WithTransport(nil), "the transport is nil"},
		{"nil randomness", cred, client.WithRandom(nil), "the source of randomness is nil"},
		{"response size", cred, client.WithMaxResponseSize(0), "not positive"},
		{"pause of nothing", cred, client.WithRetry(1, 0, time.Second), "makes no sense"},
		{"longest pause is shortest", cred, client.WithRetry(1, time.Second, time.Millisecond), "makes no sense"},
		{"address with a fragment", cred, cloud("https://a", "https://b#c"), "is no address"},
		{"address without a host", cred, cloud("https://a", "https://:443"), "is no address"},
		{"retry", cred, client.WithRetry(0, time.Second, time.Second), "makes no sense"},
		{"user agent", cred, client.WithUserAgent("a\r\nb"), "not printable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := client.Connect(api, tt.cred, tt.opt)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), secret)
		})
	}
	_, err := client.Connect(api, cred, cloud("http://localhost:1", "http://[::1]:2"))
	require.NoError(t, err, "this machine may be spoken to in the clear")
}

func TestConditions(t *testing.T) {
	all := []error{
		client.ErrInvalid, client.ErrUnauthorized, client.ErrForbidden, client.ErrNotFound, client.ErrConflict,
		client.ErrThrottled, client.ErrUnavailable, client.ErrOutcomeUnknown,
	}
	for status, want := range map[int]error{
		400: client.ErrInvalid, 422: client.ErrInvalid, 401: client.ErrUnauthorized, 403: client.ErrForbidden,
		404: client.ErrNotFound, 410: client.ErrNotFound, 409: client.ErrConflict, 412: client.ErrConflict,
		429: client.ErrThrottled, 408: client.ErrUnavailable, 500: client.ErrUnavailable, 503: client.ErrUnavailable,
		0: client.ErrUnavailable, 302: nil, 418: nil, 200: nil,
	} {
		for _, condition := range all {
			require.Equal(t, condition == want, errors.Is(&client.Error{StatusCode: status}, condition), "%d %v", status, condition)
		}
	}
}

// TestCloudAddresses holds the addresses against Learn, "Microsoft Graph
// national cloud deployments", and the endpoints of Azure's SDK for Go.
func TestCloudAddresses(t *testing.T) {
	for want, cloud := range map[[5]string]client.Cloud{
		{"https://login.microsoftonline.com", "https://graph.microsoft.com", "https://graph.microsoft.com/.default",
			"https://management.azure.com", "https://management.core.windows.net//.default"}: client.Global(),
		{"https://login.microsoftonline.us", "https://graph.microsoft.us", "https://graph.microsoft.us/.default",
			"https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net//.default"}: client.USGovernment(),
		{"https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://dod-graph.microsoft.us/.default",
			"https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net//.default"}: client.USGovernmentDoD(),
		{"https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/.default",
			"https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn//.default"}: client.China(),
		{"https://a", "https://g", "https://g/.default", "https://m", "https://m/.default"}: {Authority: "https://a", Graph: "https://g", ARM: "https://m"},
	} {
		require.Equal(t, want, [5]string{cloud.Authority, cloud.Graph, cloud.GraphScope(), cloud.ARM, cloud.ARMScope()}, cloud.Name)
	}
}

// TestTheLongestPauseIsTheCallers: a service that asks for a longer one gets no
// further attempt.
func TestTheLongestPauseIsTheCallers(t *testing.T) {
	var requests atomic.Int32
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(429)
	}, client.WithRetry(2, time.Millisecond, 10*time.Millisecond))
	require.ErrorIs(t, c.Do(t.Context(), read, nil), client.ErrThrottled)
	require.EqualValues(t, 1, requests.Load())
}

// TestTokensThatExpireAreFetchedAgain shortly before they do.
func TestTokensThatExpireAreFetchedAgain(t *testing.T) {
	var tokens atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tenant/oauth2/v2.0/token" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"token %d","expires_in":5,"token_type":"Bearer"}`, tokens.Add(1))
			return
		}
		fmt.Fprint(w, `{}`)
	}))
	defer server.Close()
	c, err := client.Connect(api, client.ClientSecret("tenant", "app", secret), client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	for range 3 {
		require.NoError(t, c.Do(t.Context(), read, nil))
	}
	require.EqualValues(t, 3, tokens.Load())
}

func TestClouds(t *testing.T) {
	for _, name := range []string{"global", "usgov", "dod", "china"} {
		c, err := client.CloudNamed(name)
		require.NoError(t, err)
		require.Equal(t, name, c.Name)
		require.Equal(t, name != "china", c.CreatesAlerts)
		_, err = client.Connect(api, client.ClientSecret("t", "c", "s"), client.WithCloud(c))
		require.NoError(t, err)
	}
	_, err := client.CloudNamed("mars")
	require.EqualError(t, err, `there is no cloud "mars"; give one of global, usgov, dod, china`)
}

func ExampleError() {
	var err error = &client.Error{
		Method: "POST", Path: "/beta/security/alerts_v2/createAlert", StatusCode: 403,
		Code: "Forbidden", Message: "Missing application roles.", RequestID: "0f1e2d",
	}
	if failure, ok := errors.AsType[*client.Error](err); ok && errors.Is(err, client.ErrForbidden) {
		fmt.Println(failure)
		fmt.Println(failure.Advice())
	}
	// Output:
	// POST /beta/security/alerts_v2/createAlert: 403 Forbidden: Forbidden: Missing application roles. [request-id 0f1e2d]
	// Give the application the permission that the call needs and have an administrator consent to it; a tenant without Microsoft Defender XDR is refused in the same way.
}
