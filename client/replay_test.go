package client_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
)

// frameServer speaks just enough HTTP/2 to read requests to their end, count
// them, and answer each with the frame that answer makes.
func frameServer(t *testing.T, answer func(stream uint32) []byte) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	// A server of httptest lends its certificate and the client that trusts it.
	lender := httptest.NewUnstartedServer(nil)
	lender.EnableHTTP2 = true
	lender.StartTLS()
	t.Cleanup(lender.Close)
	config := lender.TLS.Clone()
	config.NextProtos = []string{"h2"}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	requests := new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serveFrames(conn, requests, answer)
			}()
		}
	}()
	lender.URL = "https://" + listener.Addr().String()
	return lender, requests
}

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	f := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	return append(binary.BigEndian.AppendUint32(f, stream), payload...)
}

func serveFrames(conn net.Conn, requests *atomic.Int32, answer func(uint32) []byte) {
	const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	const data, settings, end, ack = 0, 4, 1, 1
	if _, err := io.ReadFull(conn, make([]byte, len(preface))); err != nil {
		return
	}
	_, _ = conn.Write(frame(settings, 0, 0, nil))
	var head [9]byte
	for {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])
		switch {
		case kind == settings && flags&ack == 0:
			_, _ = conn.Write(frame(settings, ack, 0, nil))
		case kind == data && flags&end != 0:
			requests.Add(1)
			_, _ = conn.Write(answer(stream))
		}
	}
}

// TestNetHTTPDoesNotReplayACreation: Go's HTTP/2 client sends a request whose
// body it can get again once more, several times, when the stream is reset with
// PROTOCOL_ERROR, whatever its method. REFUSED_STREAM and GOAWAY promise that
// the request was not executed; a promise that comes after the whole request
// has arrived is not relied on.
func TestNetHTTPDoesNotReplayACreation(t *testing.T) {
	reset := func(code uint32) func(uint32) []byte {
		return func(stream uint32) []byte { return frame(3, 0, stream, binary.BigEndian.AppendUint32(nil, code)) }
	}
	for name, answer := range map[string]func(uint32) []byte{
		"PROTOCOL_ERROR": reset(1), "INTERNAL_ERROR": reset(2), "REFUSED_STREAM": reset(7), "CANCEL": reset(8),
		"GOAWAY": func(uint32) []byte { return frame(7, 0, 0, make([]byte, 8)) },
	} {
		t.Run(name, func(t *testing.T) {
			server, requests := frameServer(t, answer)
			c := static(t, server, client.WithTransport(server.Client().Transport))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := c.Do(ctx, create, nil)
			require.ErrorIs(t, err, client.ErrOutcomeUnknown)
			require.EqualValues(t, 1, requests.Load())
		})
	}
}

// TestNetHTTPDoesNotReplayAWrite: a write that may be repeated is repeated here and not
// there, so that a conflict after it is not taken for a plain one: the reset came after
// the whole request, which may have been executed.
func TestNetHTTPDoesNotReplayAWrite(t *testing.T) {
	var streams atomic.Int32
	server, requests := frameServer(t, func(stream uint32) []byte {
		if streams.Add(1) == 1 {
			return frame(3, 0, stream, binary.BigEndian.AppendUint32(nil, 1)) // RST_STREAM, PROTOCOL_ERROR
		}
		return frame(1, 5, stream, []byte("\x08\x03409")) // HEADERS, :status 409
	})
	c := static(t, server, client.WithTransport(server.Client().Transport), client.WithRetry(2, time.Millisecond, time.Millisecond))
	err := c.Do(t.Context(), client.Request{Method: http.MethodPut, Path: []string{"v1.0", "things"}, Body: struct{}{}, Writes: true}, nil)
	require.ErrorIs(t, err, client.ErrConflict)
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	require.EqualValues(t, 2, requests.Load())
}

// TestAHeaderDoesNotAllowReplays: net/http takes Idempotency-Key as leave to
// send a POST again after the connection was cut.
func TestAHeaderDoesNotAllowReplays(t *testing.T) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `{}`)
			return
		}
		requests.Add(1)
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	c := static(t, server)
	// net/http does so only on a connection that it has used before.
	require.NoError(t, c.Do(t.Context(), read, nil))
	request := create
	request.Header = http.Header{"Idempotency-Key": {"k"}}
	require.ErrorIs(t, c.Do(t.Context(), request, nil), client.ErrOutcomeUnknown)
	require.EqualValues(t, 1, requests.Load())
}
