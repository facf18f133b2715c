package graph_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
)

// doNothing is a service that reads a request and answers it with bytes that were
// made before.
func doNothing(b *testing.B) *httptest.Server {
	const created = `{"id":"da1","incidentId":"1"}`
	var batch strings.Builder
	for i := range graph.MaxBatch {
		fmt.Fprintf(&batch, `,{"id":"%d","status":201,"headers":{"Content-Type":"application/json"},"body":%s}`, i+1, created)
	}
	many := []byte(`{"responses":[` + batch.String()[1:] + `]}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			_, _ = w.Write(many)
		} else {
			_, _ = io.WriteString(w, created)
		}
	}))
	b.Cleanup(server.Close)
	return server
}

func repeated(draft alert.Draft, n int) iter.Seq[alert.Draft] {
	return func(yield func(alert.Draft) bool) {
		for range n {
			if !yield(draft) {
				return
			}
		}
	}
}

// transport keeps a connection for each request that is under way, for both
// sides of the comparison.
func transport(concurrency int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = concurrency
	return t
}

// BenchmarkBulk creates 10,000 alerts in each round, and beside it sends the same
// bytes to the same service in a bare loop of net/http with the same concurrency.
func BenchmarkBulk(b *testing.B) {
	const drafts = 10_000
	for _, size := range []int{graph.MaxBatch, 1} {
		for _, concurrency := range []int{1, 4} {
			name := fmt.Sprintf("batch=%d/concurrency=%d", size, concurrency)
			var path atomic.Pointer[string]
			var body atomic.Pointer[[]byte]
			b.Run(name+"/incidentkit", func(b *testing.B) {
				server := doNothing(b)
				t := transport(concurrency)
				c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})),
					client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL, CreatesAlerts: true}),
					client.WithLimits(client.Limits{}), client.WithTransport(keepFirst{t, &path, &body}))
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					n := 0
					for r := range c.CreateAlerts(b.Context(), repeated(oneAlert("t"), drafts), graph.Bulk{Concurrency: concurrency, BatchSize: size}) {
						if r.Err != nil {
							b.Fatal(r.Err)
						}
						n++
					}
					require.Equal(b, drafts, n)
				}
				report(b, drafts, size)
				t.CloseIdleConnections()
			})
			b.Run(name+"/bare", func(b *testing.B) {
				server := doNothing(b)
				t := transport(concurrency)
				hc := &http.Client{Transport: t}
				data, address := *body.Load(), server.URL+*path.Load()
				b.ReportAllocs()
				for b.Loop() {
					var left atomic.Int64
					left.Store(drafts / int64(size))
					var group sync.WaitGroup
					for range concurrency {
						group.Go(func() {
							for left.Add(-1) >= 0 {
								resp, err := hc.Post(address, "application/json", bytes.NewReader(data))
								if err != nil {
									b.Error(err)
									return
								}
								_, _ = io.Copy(io.Discard, resp.Body)
								_ = resp.Body.Close()
							}
						})
					}
					group.Wait()
				}
				report(b, drafts, size)
				t.CloseIdleConnections()
			})
		}
	}
}

func report(b *testing.B, drafts, size int) {
	rounds := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rounds*float64(drafts/size), "requests/s")
	b.ReportMetric(rounds*float64(drafts), "alerts/s")
}

// keepFirst keeps what the first request sends.
type keepFirst struct {
	http.RoundTripper
	path *atomic.Pointer[string]
	body *atomic.Pointer[[]byte]
}

func (k keepFirst) RoundTrip(r *http.Request) (*http.Response, error) {
	if k.body.Load() == nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(data))
		k.path.Store(new(r.URL.Path))
		k.body.Store(&data)
	}
	return k.RoundTripper.RoundTrip(r)
}
