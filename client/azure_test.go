package client_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
)

var azure = client.API{
	Endpoint: func(c client.Cloud) string { return c.ARM },
	Scope:    client.Cloud.ARMScope,
	Limits:   client.ARMLimits,
	Prefix:   "x-ms-",
}

func azureConnection(t *testing.T, handler http.HandlerFunc) *client.Connection {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := client.Connect(azure, client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})),
		client.WithCloud(client.Cloud{Name: "test", Authority: server.URL, ARM: server.URL}), client.WithRetry(1, time.Millisecond, time.Millisecond))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// TestRequestIDOfAnAnswer: both APIs name the request, each in a header of its own, and
// what stands inside an answer has the name of the whole.
func TestRequestIDOfAnAnswer(t *testing.T) {
	for header, value := range map[string]string{"request-id": "r1", "x-ms-request-id": "r1", "x-other": ""} {
		c := azureConnection(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, "r1")
			_, _ = w.Write([]byte(`{}`))
		})
		var answer client.Answer
		require.NoError(t, c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"a"}}, &answer))
		p, err := c.Part(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"a", "b"}})
		require.NoError(t, err)
		require.Equal(t, value, answer.InnerLie(p, 200, client.ErrBadAnswer).RequestID, header)
		require.Equal(t, value, answer.Inner(p, 400, http.Header{}, nil).RequestID, header)
		require.NoError(t, p.End(nil, 1, nil))
	}
}

func TestAzureErrors(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		header     string
		want       client.Error
	}{
		{
			"the provider's", `{"error":{"code":"Conflict","message":"Newer version exists","innerError":null}}`, "",
			client.Error{Code: "Conflict", Message: "Newer version exists"},
		},
		{
			"the front end's", `{"error":{"code":"RequestDisallowedByPolicy","message":"No","target":"incident","details":[{"code":"A","target":"b","message":"C"}],"additionalInfo":[{"type":"PolicyViolation","info":{"policy":"p"}}]}}`, "",
			client.Error{Code: "RequestDisallowedByPolicy", Message: "No", Target: "incident", Details: []client.Detail{{Code: "A", Target: "b", Message: "C"}, {Code: "PolicyViolation", Message: `{"policy":"p"}`}}},
		},
		{"flat", `{"code":"NotFound","message":"Nothing here"}`, "Other", client.Error{Code: "NotFound", Message: "Nothing here"}},
		{"only a header", ``, "ResourceNotFound", client.Error{Code: "ResourceNotFound"}},
		{"HTML", `<html>busy</html>`, "", client.Error{}},
		{"a text for the error", `{"error":"no"}`, "", client.Error{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := azureConnection(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("x-ms-request-id", "r1")
				w.Header().Set("x-ms-correlation-request-id", "c1")
				w.Header().Set("x-ms-retry-after-ms", "1500")
				if tt.header != "" {
					w.Header().Set("x-ms-error-code", tt.header)
				}
				require.Empty(t, r.Header.Get("client-request-id"))
				require.Len(t, r.Header.Get("x-ms-client-request-id"), 36)
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(tt.body))
			})
			var status int
			err := c.Do(t.Context(), client.Request{Method: http.MethodGet, Path: []string{"a"}, Answered: func(s int, h http.Header) {
				status = s
				require.Equal(t, "r1", h.Get("x-ms-request-id"))
			}}, nil)
			var got *client.Error
			require.ErrorAs(t, err, &got)
			require.ErrorIs(t, err, client.ErrConflict)
			require.Equal(t, http.StatusConflict, status)
			want := tt.want
			want.Method, want.Path, want.StatusCode = http.MethodGet, "/a", http.StatusConflict
			want.RequestID, want.CorrelationID, want.RetryAfter = "r1", "c1", 1500*time.Millisecond
			want.ClientRequestID, want.Began = got.ClientRequestID, got.Began
			require.Empty(t, cmp.Diff(&want, got))
			require.ErrorContains(t, err, "[correlation-request-id c1]")
		})
	}
}

func TestAnswersWithoutBody(t *testing.T) {
	for status, fine := range map[int]bool{http.StatusNoContent: true, http.StatusAccepted: true, http.StatusOK: false, http.StatusCreated: false} {
		c := azureConnection(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		out := map[string]string{"a": "b"}
		err := c.Do(t.Context(), client.Request{Method: http.MethodPut, Path: []string{"a"}, Body: 1}, &out)
		require.Equal(t, map[string]string{"a": "b"}, out)
		if fine {
			require.NoError(t, err, status)
		} else {
			require.ErrorContains(t, err, "ends too early", status)
		}
	}
}
