package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

// TestMatrix makes each cause of failure happen, over real HTTP, to a call that
// may be repeated and to one that creates something, and holds what follows
// against the table in the package's documentation.
func TestMatrix(t *testing.T) {
	status := func(codes ...int) func(int) http.HandlerFunc {
		return func(i int) http.HandlerFunc { return reply(codes[i%len(codes)], `{"error":{"code":"x"}}`) }
	}
	handle := func(h http.HandlerFunc) func(int) http.HandlerFunc { return func(int) http.HandlerFunc { return h } }
	var table strings.Builder
	fmt.Fprintf(&table, "%-38s %-22s %s\n", "cause", "read, replace, delete", "create")
	for _, tt := range []struct {
		cause    string
		variants int // how many kinds of answer the row stands for
		answer   func(int) http.HandlerFunc
	}{
		{"no connection", 1, nil},
		{"certificate that is not trusted", 1, nil},
		{"connection cut before the answer", 1, handle(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })},
		{"connection cut in the answer", 1, handle(func(w http.ResponseWriter, _ *http.Request) {
			hijack(w, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":\"a\"")
		})},
		{"no whole answer in time", 1, handle(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"id":`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})},
		{"answer longer than allowed", 1, handle(reply(200, `{"id":"`+strings.Repeat("a", 2000)+`"}`))},
		{"answer that is not the promised JSON", 2, func(i int) http.HandlerFunc { return reply(200, []string{"<html>", `{"id":7}`}[i]) }},
		{"301, 302, 303", 3, status(301, 302, 303)},
		{"307, 308", 2, status(307, 308)},
		{"401", 1, status(401)},
		{"401 where there is no other token", 1, status(401)},
		{"400, 403, 404, 409, 412, 413, 422", 7, status(400, 403, 404, 409, 412, 413, 422)},
		{"408", 1, status(408)},
		{"429", 1, status(429)},
		{"429 with a longer pause than allowed", 1, handle(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(429)
		})},
		{"500, 502, 503, 504, 509", 5, status(500, 502, 503, 504, 509)},
		{"501 and all other 5xx", 2, status(501, 507)},
	} {
		var cells [2]string
		for i, request := range []client.Request{read, create} {
			for variant := range tt.variants {
				var requests atomic.Int32
				var handler http.HandlerFunc = func(w http.ResponseWriter, r *http.Request) {
					requests.Add(1)
					_, _ = io.Copy(io.Discard, r.Body)
					tt.answer(variant)(w, r)
				}
				server := httptest.NewUnstartedServer(handler)
				server.Config.ErrorLog = quiet
				switch tt.cause {
				case "certificate that is not trusted":
					server.StartTLS()
				default:
					server.Start()
				}
				if tt.cause == "no connection" {
					server.Close()
				}
				attempts := 0
				cred := client.TokenFunc(func(_ context.Context, r client.TokenRequest) (*oauth2.Token, error) {
					return &oauth2.Token{AccessToken: fmt.Sprint(token, r.Refused)}, nil
				})
				if tt.cause == "401 where there is no other token" {
					cred = client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
				}
				c, err := client.Connect(api, cred,
					client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithRetry(2, time.Millisecond, time.Millisecond),
					client.WithAttemptTimeout(100*time.Millisecond), client.WithMaxResponseSize(1000), client.WithHook(counting(&attempts)))
				require.NoError(t, err)
				err = c.Do(t.Context(), request, new(struct {
					ID string `json:"id"`
				}))
				require.Error(t, err)
				cell := map[int]string{1: "error", 2: "again"}[attempts]
				if errors.Is(err, client.ErrOutcomeUnknown) {
					require.Equal(t, 1, attempts)
					cell = "outcome unknown"
				}
				require.True(t, cells[i] == "" || cells[i] == cell, "%s, variant %d: %s and %s", tt.cause, variant, cells[i], cell)
				cells[i] = cell
				c.CloseIdleConnections()
				server.Close()
			}
		}
		fmt.Fprintf(&table, "%-38s %-22s %s\n", tt.cause, cells[0], cells[1])
	}
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for line := range strings.Lines(table.String()) {
		require.Contains(t, string(source), "//\t"+line, "the table in doc.go should be:\n%s", &table)
	}
}

// counting counts the attempts of a client.
func counting(n *int) client.Hook {
	return client.Hook{Attempt: countAttempts(n)}
}
