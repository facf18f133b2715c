package emulator_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkCreate raises alerts, each with an incident of its own, by four ways
// of which each has less of a client than the one before: what is between two
// of them is the client's share.
//
//   - http.Client over loopback
//   - connections over loopback that write a request made before, and look only
//     for the status and the end of the answer
//   - the tenant as a transport in the same process
//   - the handler alone
//
// Beside the requests a second it reports the processor time that a request
// takes, which other programs on the machine change less: a machine with two
// processors raises 2,000,000 / (µs-cpu/op) alerts a second.
func BenchmarkCreate(b *testing.B) {
	body := draft("x", "mitreTechniques", `["T1078"]`)
	newRequest := func(a api, root string) *http.Request {
		r, err := http.NewRequest("POST", root+createPath, strings.NewReader(body))
		require.NoError(b, err)
		r.Header.Set("Authorization", "Bearer "+a.token)
		return r
	}
	roundTrip := func(transport http.RoundTripper, r *http.Request) error {
		resp, err := transport.RoundTrip(r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != 201 {
			return fmt.Errorf("answered %s", resp.Status)
		}
		_, err = io.Copy(io.Discard, resp.Body) // a connection is used again only then
		return err
	}
	b.Run("client", func(b *testing.B) {
		a, root := listening(b)
		transport := &http.Transport{MaxIdleConnsPerHost: 64}
		defer transport.CloseIdleConnections()
		inParallel(b, func() func() error {
			return func() error { return roundTrip(transport, newRequest(a, root)) }
		})
	})
	b.Run("connection", func(b *testing.B) {
		a, root := listening(b)
		var request bytes.Buffer
		require.NoError(b, newRequest(a, root).Write(&request))
		inParallel(b, func() func() error {
			conn, err := net.Dial("tcp", strings.TrimPrefix(root, "http://"))
			require.NoError(b, err)
			b.Cleanup(func() { conn.Close() })
			answers := bufio.NewReader(conn)
			return func() error {
				if _, err := conn.Write(request.Bytes()); err != nil {
					return err
				}
				return readCreated(answers)
			}
		})
	})
	b.Run("transport", func(b *testing.B) {
		a := open(b)
		inParallel(b, func() func() error {
			return func() error { return roundTrip(a.e, newRequest(a, "https://tenant.example")) }
		})
	})
	b.Run("handler", func(b *testing.B) {
		a := open(b)
		inParallel(b, func() func() error {
			return func() error {
				w := httptest.NewRecorder()
				if a.e.ServeHTTP(w, newRequest(a, "https://tenant.example")); w.Code != 201 {
					return errors.New(w.Body.String())
				}
				return nil
			}
		})
	})
}

// listening is a tenant at a loopback address.
func listening(b *testing.B) (a api, root string) {
	a = open(b)
	server := httptest.NewServer(a.e)
	b.Cleanup(server.Close)
	return a, server.URL
}

// inParallel makes the same call over and over from 16 goroutines a processor.
// Each has a call of its own from connect.
func inParallel(b *testing.B, connect func() func() error) {
	b.SetParallelism(16)
	b.ReportAllocs()
	before := processorTime()
	b.RunParallel(func(pb *testing.PB) {
		do := connect()
		for pb.Next() {
			if err := do(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	if used := processorTime() - before; used > 0 {
		b.ReportMetric(float64(used.Microseconds())/float64(b.N), "µs-cpu/op")
	}
}

// readCreated reads an answer with the status 201 to its end.
func readCreated(r *bufio.Reader) error {
	length := 0
	for first := true; ; first = false {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case first && !bytes.HasPrefix(line, []byte("HTTP/1.1 201 ")):
			return fmt.Errorf("answered %q", line)
		case len(line) == len("\r\n"):
			_, err := r.Discard(length)
			return err
		}
		if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
				return err
			}
		}
	}
}
