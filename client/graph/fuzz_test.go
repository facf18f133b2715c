package graph_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
)

// FuzzListPages answers every page with the same bytes. There are at most the things
// that were sent, then at most one error, and no request leaves the endpoint.
func FuzzListPages(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"value":[]}`, `{"value":[{"id":"a"},{"id":"b","severity":7}]}`, `{"value":[null]}`, `{"value":[{"id":"a","id":"b"}]}`,
		`{"value":[{"id":"a"}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/security/alerts_v2?$skip=1","@odata.count":2}`,
		`{"value":[],"@odata.nextLink":"https://evil.example/v1.0/security/alerts_v2"}`, `{"value":[],"@odata.nextLink":7}`, `{"@odata.count":"x","value":[]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		requests := 0
		c := connectTo(func(r *http.Request, _ string) string {
			requests++
			if r.URL.Host != "graph.microsoft.com" || r.URL.Scheme != "https" || !strings.HasPrefix(r.URL.Path, "/v1.0/") {
				t.Errorf("a request to %s", r.URL)
			}
			return string(page)
		})
		failed, n := 0, 0
		for a, err := range c.ListAlerts(t.Context(), graph.AlertQuery{Count: new(int64)}) {
			require.Zero(t, failed, "something comes after the error")
			require.Equal(t, err == nil, a != nil)
			if err != nil {
				failed++
				continue
			}
			require.NotEmpty(t, a.ID)
			n++
		}
		require.LessOrEqual(t, requests, 2, "the same page again is a circle")
		if requests == 2 {
			require.Equal(t, 1, failed)
			require.Zero(t, n%2)
		}
	})
}

// FuzzHuntingRows reads any result in all the ways there are. What is a number reads
// as what is written there, to the last digit.
func FuzzHuntingRows(f *testing.F) {
	for _, seed := range []string{
		devices, noRows, ``, `{}`, `{"schema":[],"results":[{}]}`, `{"schema":[{"name":"A","type":"Int64"}],"results":[{"A":9007199254740993},{"A":"-1"},{"A":1e3},{"A":null},{}]}`,
		`{"schema":[{"name":"","type":""}],"results":[]}`, `{"schema":[{"name":"A"}],"results":[[]]}`, `{"schema":[{"name":"A"}],"results":[{"A":"\ud800"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		c := connectTo(func(*http.Request, string) string { return string(answer) })
		results, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x"})
		require.Equal(t, err == nil, results != nil)
		if err != nil {
			return
		}
		n := 0
		for row := range results.Rows() {
			require.Equal(t, n, row.Number())
			n++
			for _, column := range results.Schema {
				raw, ok := row.JSON(column.Name)
				require.True(t, ok)
				if raw != nil {
					require.True(t, json.Valid(raw), "%q", raw)
				}
				if i, err := row.Int64(column.Name); err == nil && !row.Null(column.Name) {
					want, parsed := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
					if parsed == nil { // else it is a text with escapes
						require.Equal(t, want, i)
					}
				}
				_, _ = row.Text(column.Name)
				_, _ = row.Float64(column.Name)
				_, _ = row.Bool(column.Name)
				_, _ = row.Time(column.Name)
			}
			var v struct {
				A *int64         `hunting:"A,optional"`
				B []string       `hunting:"Tags,optional"`
				C map[string]any `hunting:"Extra,optional"`
				D time.Time      `hunting:"Timestamp,optional"`
				E uint8          `hunting:"Port,optional"`
			}
			if err := row.Scan(&v); err != nil {
				at, ok := errors.AsType[*graph.ColumnError](err)
				require.True(t, ok)
				require.Equal(t, row.Number(), at.Row)
			}
		}
		require.Equal(t, results.Len(), n)
	})
}

// FuzzBatchAnswers answers a batch with any bytes. Each request has one result; that
// which creates is sent once, unless it was throttled, and when nobody said that it
// was refused the outcome is unknown.
func FuzzBatchAnswers(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"responses":null}`, `{"responses":[{"id":"2","status":200,"body":{}},{"id":"1","status":201,"headers":{"Location":"x"},"body":{"id":"a"}}]}`,
		`{"responses":[{"id":"1","status":429,"headers":{"Retry-After":"1"}},{"id":"2","status":500}]}`, `{"responses":[{"id":"1","status":"200"}]}`,
		`{"responses":[{"id":"1","status":400,"body":{"error":{"code":"x","message":"y"}}},{"id":"1","status":200}]}`, `{"responses":[{"id":"1","status":200,"headers":7,"body":"aGk="}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		c := connectTo(func(*http.Request, string) string { return string(answer) })
		answers, err := c.Batch(t.Context(), creating("x"), get("y"))
		require.NoError(t, err)
		require.Len(t, answers, 2)
		for i, a := range answers {
			if a.Err == nil {
				require.True(t, a.StatusCode >= 200 && a.StatusCode <= 299)
				continue
			}
			failure, ok := errors.AsType[*client.Error](a.Err)
			require.True(t, ok)
			refused := a.StatusCode >= 400 && a.StatusCode < 500 && a.StatusCode != 408 || a.StatusCode == 307 || a.StatusCode == 308
			require.Equal(t, i == 0 && !refused, failure.OutcomeUnknown, "%v", failure)
		}
	})
}
