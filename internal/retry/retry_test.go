package retry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/retry"
)

// script is a transport that plays one attempt after the other.
type script struct {
	attempts []func(*http.Request) (*http.Response, error)
	bodies   []string
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		body = string(data)
	}
	s.bodies = append(s.bodies, body)
	if len(s.bodies) > len(s.attempts) {
		return answer(http.StatusOK, "")(r)
	}
	return s.attempts[len(s.bodies)-1](r)
}

func answer(status int, retryAfter string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{}
		if retryAfter != "" {
			h.Set("Retry-After", retryAfter)
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("answer")), Request: r}, nil
	}
}

// beforeSending fails as a transport does that could not connect.
func beforeSending(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("host:443")
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

// afterSending fails as a transport does whose connection is cut.
func afterSending(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("host:443")
	trace.WroteHeaderField("Host", nil)
	return nil, io.ErrUnexpectedEOF
}

// silent fails without a trace, as a transport in memory does.
func silent(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// searchingAgain fails as a transport does that lost the connection after the
// whole request was written, and finds no other one.
func searchingAgain(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("host:443")
	trace.WroteHeaderField("Host", nil)
	trace.WroteRequest(httptrace.WroteRequestInfo{})
	trace.GetConn("host:443")
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

// staleConnection fails as a transport does that met a connection which the
// other side had closed before anything was written, and finds no other one.
func staleConnection(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("host:443")
	trace.WroteHeaderField("Host", nil)
	trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrClosedPipe})
	trace.GetConn("host:443")
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

func untrusted(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("host:443")
	return nil, x509.UnknownAuthorityError{}
}

func failing(err error) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("host:443")
		return nil, err
	}
}

func TestMatrix(t *testing.T) {
	for _, tt := range []struct {
		cause            string
		attempt          func(*http.Request) (*http.Response, error)
		repeatable, once int // attempts until the end, where each further one succeeds
		onceUncertain    bool
	}{
		{"200", answer(200, ""), 1, 1, false},
		{"400", answer(400, ""), 1, 1, false},
		{"401", answer(401, ""), 1, 1, false},
		{"404", answer(404, ""), 1, 1, false},
		{"408", answer(408, ""), 2, 1, false},
		{"429", answer(429, ""), 2, 2, false},
		{"429 with seconds", answer(429, "7"), 2, 2, false},
		{"429 with too many seconds", answer(429, "31"), 1, 1, false},
		{"500", answer(500, ""), 2, 1, false},
		{"501", answer(501, ""), 1, 1, false},
		{"502", answer(502, ""), 2, 1, false},
		{"503", answer(503, ""), 2, 1, false},
		{"504", answer(504, ""), 2, 1, false},
		{"509", answer(509, ""), 2, 1, false},
		{"no connection", beforeSending, 2, 2, false},
		{"cut connection", afterSending, 2, 1, true},
		{"a transport that does not trace", silent, 2, 1, true},
		{"a transport that searches on after sending", searchingAgain, 2, 1, true},
		{"a stale connection and no other", staleConnection, 2, 2, false},
		{"unknown authority", untrusted, 1, 1, false},
		{"certificate for another host", failing(&tls.CertificateVerificationError{Err: errors.New("x")}), 1, 1, false},
		{"no such host", failing(&net.DNSError{IsNotFound: true}), 1, 1, false},
		{"name server that fails", failing(&net.DNSError{IsTemporary: true}), 2, 2, false},
	} {
		for kind, want := range map[retry.Kind]int{retry.Repeatable: tt.repeatable, retry.Once: tt.once} {
			t.Run(fmt.Sprintf("%s/%v", tt.cause, kind), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &script{attempts: []func(*http.Request) (*http.Response, error){tt.attempt}}
					c := retry.New(s, retry.Defaults())
					req, err := http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
					require.NoError(t, err)
					resp, sent, err := c.Do(t.Context(), retry.Call{Kind: kind}, req)
					require.Len(t, s.bodies, want)
					for _, body := range s.bodies {
						require.Equal(t, "body", body, "every attempt sends the whole body")
					}
					if err != nil {
						require.Nil(t, resp)
						require.Equal(t, kind == retry.Once && tt.onceUncertain, kind == retry.Once && sent)
						return
					}
					data, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					require.Equal(t, "answer", string(data), "the last answer is kept")
				})
			})
		}
	}
}

// TestLateReports has an attempt whose transport reports after the next attempt
// has begun, as goroutines do that nobody waits for.
func TestLateReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late func(string)
		s := &script{attempts: []func(*http.Request) (*http.Response, error){
			func(r *http.Request) (*http.Response, error) {
				late = httptrace.ContextClientTrace(r.Context()).GetConn
				return answer(429, "")(r)
			},
			func(r *http.Request) (*http.Response, error) {
				resp, err := afterSending(r)
				late("host:443")
				return resp, err
			},
		}}
		req, err := http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
		require.NoError(t, err)
		_, sent, err := retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Kind: retry.Once}, req)
		require.Error(t, err)
		require.True(t, sent)
		require.Len(t, s.bodies, 2, "not a third time")
	})
}

// TestTheBodyIsKeptBack: net/http may get a body again as long as the request
// has not left as a whole.
func TestTheBodyIsKeptBack(t *testing.T) {
	for _, kind := range []retry.Kind{retry.Once, retry.Repeatable} {
		s := &script{attempts: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(r.Context())
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrClosedPipe})
			body, err := r.GetBody()
			require.NoError(t, err)
			data, err := io.ReadAll(body)
			require.NoError(t, err)
			require.Equal(t, "body", string(data))
			trace.WroteRequest(httptrace.WroteRequestInfo{})
			_, err = r.GetBody()
			require.Error(t, err)
			return answer(200, "")(r)
		}}}
		req, err := http.NewRequest(http.MethodPost, "https://host/x", strings.NewReader("body"))
		require.NoError(t, err)
		_, _, err = retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Kind: kind}, req)
		require.NoError(t, err)
	}
}

func TestAttemptsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{attempts: []func(*http.Request) (*http.Response, error){
			answer(503, ""), answer(503, ""), answer(503, ""), answer(503, ""), answer(503, ""),
		}}
		settings := retry.Defaults()
		var seen []retry.Outcome
		call := retry.Call{Begin: func(ctx context.Context, attempt int) (context.Context, func(retry.Outcome)) {
			require.Equal(t, len(seen)+1, attempt)
			return ctx, func(o retry.Outcome) { seen = append(seen, o) }
		}}
		settings.Jitter = func() float64 { return 0.5 }
		start := time.Now()
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		resp, _, err := retry.New(s, settings).Do(t.Context(), call, req)
		require.NoError(t, err)
		require.Equal(t, 503, resp.StatusCode)
		require.Len(t, s.bodies, 4)
		require.Equal(t, (500+1000+2000)*time.Millisecond*3/4, time.Since(start))
		require.Equal(t, retry.Outcome{Status: 503, Header: http.Header{}, Received: 6, MayBeDone: true, Again: true, Pause: 375 * time.Millisecond, Reason: "the service failed"}, seen[0])
		require.Equal(t, retry.Outcome{Status: 503, Header: http.Header{}, Received: 6, MayBeDone: true, Reason: "the service failed; no attempts left"}, seen[3])
	})
}

// TestLongPausesStayLong: the pause is doubled only as often as it can be.
func TestLongPausesStayLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings := retry.Defaults()
		settings.Attempts, settings.Budget = 80, retry.NewBudget(1000)
		settings.Jitter = func() float64 { return 0 }
		s := &script{}
		for range settings.Attempts {
			s.attempts = append(s.attempts, answer(503, ""))
		}
		start := time.Now()
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		_, _, err := retry.New(s, settings).Do(t.Context(), retry.Call{Kind: retry.Repeatable}, req)
		require.NoError(t, err)
		require.Len(t, s.bodies, 80)
		// 0.5 s doubled up to 16 s, then 30 s; half of each.
		require.Equal(t, (500+1000+2000+4000+8000+16000)*time.Millisecond/2+73*15*time.Second, time.Since(start))
	})
}

// TestSwitchedProtocols gives up the connection and shows no body.
func TestSwitchedProtocols(t *testing.T) {
	body := &closer{}
	s := &script{attempts: []func(*http.Request) (*http.Response, error){func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusSwitchingProtocols, Header: http.Header{}, Body: body, Request: r}, nil
	}}}
	req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
	resp, _, err := retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Kind: retry.Repeatable}, req)
	require.NoError(t, err)
	require.True(t, body.closed)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Empty(t, data)
}

// closer is a body that may be closed and not be read.
type closer struct{ closed bool }

func (c *closer) Read([]byte) (int, error) { panic("read") }
func (c *closer) Close() error             { c.closed = true; return nil }

func TestPausesAreHonouredAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{attempts: []func(*http.Request) (*http.Response, error){
			answer(429, "20"),
			answer(503, time.Now().Add(10*time.Second).UTC().Format(http.TimeFormat)),
			answer(429, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)),
		}}
		settings := retry.Defaults()
		settings.Jitter = func() float64 { return 0 }
		start := time.Now()
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		resp, _, err := retry.New(s, settings).Do(t.Context(), retry.Call{Kind: retry.Repeatable}, req)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		// 20 s as asked; the date has passed by then, so half of the second
		// pause; half of the third, for a date in the past means no date.
		require.Equal(t, 20*time.Second+500*time.Millisecond+time.Second, time.Since(start))
	})
}

func TestContextEndsThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{attempts: []func(*http.Request) (*http.Response, error){answer(429, "25")}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		req, _ := http.NewRequest(http.MethodPost, "https://host/x", nil)
		_, sent, err := retry.New(s, retry.Defaults()).Do(ctx, retry.Call{Kind: retry.Once}, req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, sent, "a throttled request was not executed")
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestAttemptTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		s := &script{attempts: []func(*http.Request) (*http.Response, error){slow, slow}}
		req, _ := http.NewRequest(http.MethodGet, "https://host/x", nil)
		resp, _, err := retry.New(s, retry.Defaults()).Do(t.Context(), retry.Call{Kind: retry.Repeatable}, req)
		require.NoError(t, err, "a slow attempt is one attempt, not the end of the call")
		require.Equal(t, 200, resp.StatusCode)
	})
}

func TestRedirectIsAnAnswer(t *testing.T) {
	hit := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit = true }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	req, _ := http.NewRequest(http.MethodGet, server.URL, nil)
	resp, _, err := retry.New(http.DefaultTransport, retry.Defaults()).Do(t.Context(), retry.Call{Kind: retry.Repeatable}, req)
	require.NoError(t, err)
	require.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)
	require.False(t, hit)
}

// TestSentOverRealConnections proves the notion of "sent" against Go's own
// transport.
func TestSentOverRealConnections(t *testing.T) {
	settings := retry.Defaults()
	settings.Attempts, settings.MinWait = 2, time.Millisecond
	post := func(url string) (bool, error) {
		req, _ := http.NewRequest(http.MethodPost, url, strings.NewReader("body"))
		transport := &http.Transport{}
		defer transport.CloseIdleConnections()
		_, sent, err := retry.New(transport, settings).Do(t.Context(), retry.Call{Kind: retry.Once}, req)
		return sent, err
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	sent, err := post("http://" + address)
	require.Error(t, err)
	require.False(t, sent, "nobody listens")

	accepted := 0
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accepted++
			_, _ = conn.Read(make([]byte, 4096))
			_ = conn.Close()
		}
	}()
	sent, err = post("http://" + listener.Addr().String())
	require.Error(t, err)
	require.True(t, sent, "the request was read before the connection was cut")
	require.NoError(t, listener.Close())
	<-done
	require.Equal(t, 1, accepted, "and was not sent again")
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "7": 7 * time.Second, "soon": 0, "1.5": 0,
		"99999999999999999999":          (1 << 31) * time.Second,
		"484289999":                     484289999 * time.Second,
		"9223372036854775807":           (1 << 31) * time.Second,
		"Tue, 04 Aug 2026 10:00:30 GMT": 30 * time.Second,
		"Tue, 04 Aug 2026 09:00:00 GMT": 0,
	} {
		require.Equal(t, want, retry.RetryAfter(http.Header{"Retry-After": {in}}, now), in)
	}
}

// TestTransientStatuses are those of one service, and never a reason to repeat
// what must not be executed twice.
func TestTransientStatuses(t *testing.T) {
	for _, tt := range []struct {
		kind         retry.Kind
		status, want int
	}{{retry.Repeatable, 410, 3}, {retry.Repeatable, 404, 1}, {retry.Once, 410, 1}} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{attempts: slices.Repeat([]func(*http.Request) (*http.Response, error){answer(tt.status, "")}, 3)}
			settings := retry.Defaults()
			settings.Attempts = 3
			settings.Transient = func(status int) bool { return status == http.StatusGone }
			req, err := http.NewRequest(http.MethodPost, "https://example/", strings.NewReader("x"))
			require.NoError(t, err)
			resp, _, err := retry.New(s, settings).Do(t.Context(), retry.Call{Kind: tt.kind}, req)
			require.NoError(t, err)
			require.Equal(t, tt.status, resp.StatusCode)
			require.Len(t, s.bodies, tt.want)
		})
	}
}

func TestWaitHeaders(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"none", http.Header{}, 0},
		{"milliseconds", http.Header{"Retry-After-Ms": {"1500"}}, 1500 * time.Millisecond},
		{"milliseconds of Azure", http.Header{"X-Ms-Retry-After-Ms": {"250"}}, 250 * time.Millisecond},
		{"the first of three counts", http.Header{"Retry-After-Ms": {"1"}, "X-Ms-Retry-After-Ms": {"2"}, "Retry-After": {"3"}}, time.Millisecond},
		{"the second of two counts", http.Header{"X-Ms-Retry-After-Ms": {"2"}, "Retry-After": {"3"}}, 2 * time.Millisecond},
		{"one that cannot be read is passed over", http.Header{"Retry-After-Ms": {"soon"}, "Retry-After": {"3"}}, 3 * time.Second},
		{"no time at all", http.Header{"Retry-After-Ms": {"-5"}, "Retry-After": {"3"}}, 0},
		{"for ever", http.Header{"Retry-After-Ms": {"9223372036854775807"}}, 1 << 31 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, retry.RetryAfter(tt.header, time.Now()))
		})
	}
}
