package graph_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
)

// hunt runs a query that is answered with a document.
func hunt(t *testing.T, answer string) *graph.HuntingResults {
	t.Helper()
	results, err := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }).RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x"})
	require.NoError(t, err)
	return results
}

// devices has every column type that is documented, and values at their edges.
const devices = `{"@odata.context":"x","schema":[
	{"name":"Timestamp","type":"DateTime"},{"name":"DeviceName","type":"String"},{"name":"ReportId","type":"Int64"},{"name":"Port","type":"Int32"},
	{"name":"Score","type":"Double"},{"name":"IsAdmin","type":"SByte"},{"name":"Tags","type":"Object"},{"name":"Id","type":"Guid"}],
"results":[
	{"Timestamp":"2026-08-25T13:20:00.1234567Z","DeviceName":"wks \"1\" é","ReportId":9007199254740993,"Port":443,"Score":0.1,"IsAdmin":1,"Tags":"[\"a\",\"b\"]","Id":"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a","Extra":{"x":[1]}},
	{"DeviceName":null,"ReportId":"-9223372036854775808","Timestamp":"2026-08-25T15:20:00+02:00","Port":0,"Score":"NaN","IsAdmin":false,"Tags":["c"]},
	{"Timestamp":"2026-08-25T13:20:00","Score":-1e3,"IsAdmin":true}]}`

func TestHuntingRows(t *testing.T) {
	results := hunt(t, devices)
	require.Equal(t, 3, results.Len())
	require.Equal(t, graph.Column{Name: "ReportId", Type: graph.ColumnInt64}, results.Schema[2])
	rows := slices.Collect(results.Rows())
	require.Len(t, rows, 3)
	for n, row := range rows {
		require.Equal(t, n, row.Number())
	}
	require.Equal(t, `wks "1" é`, must(rows[0].Text("DeviceName"))(t))
	require.Equal(t, int64(9007199254740993), must(rows[0].Int64("ReportId"))(t), "2^53+1 has no float64")
	require.Equal(t, int64(math.MinInt64), must(rows[1].Int64("ReportId"))(t))
	require.Equal(t, time.Date(2026, 8, 25, 13, 20, 0, 123456700, time.UTC), must(rows[0].Time("Timestamp"))(t))
	require.Equal(t, time.Date(2026, 8, 25, 13, 20, 0, 0, time.UTC), must(rows[1].Time("Timestamp"))(t))
	require.Equal(t, time.Date(2026, 8, 25, 13, 20, 0, 0, time.UTC), must(rows[2].Time("Timestamp"))(t))
	require.Equal(t, 0.1, must(rows[0].Float64("Score"))(t))
	require.True(t, math.IsNaN(must(rows[1].Float64("Score"))(t)))
	require.Equal(t, -1000.0, must(rows[2].Float64("Score"))(t))
	require.True(t, must(rows[0].Bool("IsAdmin"))(t))
	require.False(t, must(rows[1].Bool("IsAdmin"))(t))

	// Null, left out, and there.
	require.True(t, rows[1].Null("DeviceName"))
	require.True(t, rows[2].Null("DeviceName"))
	require.False(t, rows[0].Null("DeviceName"))
	require.Empty(t, must(rows[1].Text("DeviceName"))(t))
	require.Zero(t, must(rows[2].Int64("ReportId"))(t))

	// What the schema does not have is not lost.
	extra, ok := rows[0].JSON("Extra")
	require.True(t, ok)
	require.JSONEq(t, `{"x":[1]}`, string(extra))
	_, ok = rows[1].JSON("Extra")
	require.False(t, ok)

	n := 0
	for range results.Rows() {
		n++
		break
	}
	require.Equal(t, 1, n)
	require.Len(t, slices.Collect(results.Rows()), 3, "again")
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

// TestColumnsOfAnotherType name the column, its type and the row, and never quote
// the value.
func TestColumnsOfAnotherType(t *testing.T) {
	const answer = `{"schema":[{"name":"S","type":"String"},{"name":"N","type":"Int64"},{"name":"F","type":"Double"},{"name":"O","type":"Object"}],
		"results":[{},{"S":"secret","N":12345678901234567890,"F":1.5,"O":{"a":1}}]}`
	row := slices.Collect(hunt(t, answer).Rows())[1]
	for want, err := range map[string]error{
		`row 1, column "S" (String): found a value that is no whole number of 64 bits`:          second(row.Int64("S")),
		`row 1, column "N" (Int64): found a value that is no whole number of 64 bits`:           second(row.Int64("N")),
		`row 1, column "F" (Double): found a value that is no whole number of 64 bits`:          second(row.Int64("F")),
		`row 1, column "O" (Object): found an object where a whole number is expected`:          second(row.Int64("O")),
		`row 1, column "N" (Int64): found a number where a text is expected`:                    second(row.Text("N")),
		`row 1, column "S" (String): found a value that is no number of 64 bits`:                second(row.Float64("S")),
		`row 1, column "F" (Double): found a number where true or false is expected`:            second(row.Bool("F")),
		`row 1, column "S" (String): found a text that is no time such as 2026-08-25T13:20:00Z`: second(row.Time("S")),
		`row 1, column "N" (Int64): found a number where a time is expected`:                    second(row.Time("N")),
		`row 1, column "Missing": the result has no such column; it has S, N, F, O`:             second(row.Text("Missing")),
		`row 1, column "N" (Int64): the number does not fit into int8`:                          scanErr[struct{ N int8 }](slices.Collect(hunt(t, strings.Replace(answer, "12345678901234567890", "128", 1)).Rows())[1]),
		`row 1, column "N" (Int64): the number does not fit into uint64`:                        scanErr[struct{ N uint64 }](slices.Collect(hunt(t, strings.Replace(answer, "12345678901234567890", "-1", 1)).Rows())[1]),
		`row 1, column "S" (String): found a text that is no netip.Addr`:                        scanErr[struct{ S netip.Addr }](row),
		`row 1, column "O" (Object): found an object where a list is expected`:                  scanErr[struct{ O []string }](row),
		`row 1, column "Other": the result has no such column; it has S, N, F, O`:               scanErr[struct{ Other string }](row),
	} {
		require.ErrorContains(t, err, want)
		at, ok := errors.AsType[*graph.ColumnError](err)
		require.True(t, ok)
		require.Equal(t, 1, at.Row)
		require.NotContains(t, err.Error(), "secret")
		require.NotContains(t, err.Error(), "1234567")
	}
}

func second[T any](_ T, err error) error { return err }

func scanErr[T any](row graph.Row) error {
	var v T
	return row.Scan(&v)
}

func TestScan(t *testing.T) {
	type device struct {
		Timestamp time.Time
		Name      *string        `hunting:"DeviceName"`
		ReportID  int64          `hunting:"ReportId"`
		Port      uint16         // by the name of the field
		Score     float32        `hunting:"Score"`
		Admin     bool           `hunting:"IsAdmin"`
		Tags      []string       `hunting:"Tags"`
		Raw       jsontext.Value `hunting:"Tags"`
		Extra     map[string]any `hunting:"Extra,optional"`
		Comment   string         `hunting:"-"`
		kept      int            // not exported, and passed over
	}
	var got []device
	for d, err := range graph.RowsAs[device](hunt(t, devices)) {
		require.NoError(t, err)
		got = append(got, d)
	}
	require.Len(t, got, 3)
	require.Equal(t, `wks "1" é`, *got[0].Name)
	require.Nil(t, got[1].Name)
	require.EqualValues(t, 9007199254740993, got[0].ReportID)
	require.EqualValues(t, 443, got[0].Port)
	require.Equal(t, []string{"a", "b"}, got[0].Tags, "JSON as a text")
	require.Equal(t, []string{"c"}, got[1].Tags)
	require.Nil(t, got[2].Tags)
	require.Equal(t, `["c"]`, string(got[1].Raw))
	require.Equal(t, map[string]any{"x": []any{1.0}}, got[0].Extra)
	require.Nil(t, got[1].Extra)
	require.True(t, got[0].Admin)
	require.EqualValues(t, float32(0.1), got[0].Score)

	// A struct that is used again keeps nothing of the row before.
	reused := device{Comment: "kept", kept: 1}
	for row := range hunt(t, devices).Rows() {
		require.NoError(t, row.Scan(&reused))
	}
	require.Nil(t, reused.Name)
	require.Zero(t, reused.ReportID)
	require.Empty(t, reused.Tags)
	require.Equal(t, "kept", reused.Comment)
	require.Equal(t, 1, reused.kept)

	row := slices.Collect(hunt(t, devices).Rows())[0]
	for _, dst := range []any{nil, device{}, new(int), (*device)(nil)} {
		require.ErrorContains(t, row.Scan(dst), "a pointer to a struct")
	}
}

// TestRowsThatDoNotFit end the iteration with the error.
func TestRowsThatDoNotFit(t *testing.T) {
	type row struct{ N int64 }
	var got []int64
	var errs []error
	for r, err := range graph.RowsAs[row](hunt(t, `{"schema":[{"name":"N","type":"Int64"}],"results":[{"N":1},{"N":"x"},{"N":3}]}`)) {
		if err != nil {
			require.Zero(t, r)
			errs = append(errs, err)
			continue
		}
		got = append(got, r.N)
	}
	require.Equal(t, []int64{1}, got)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], `row 1, column "N" (Int64)`)
}

func TestResultsThatLie(t *testing.T) {
	for want, answer := range map[string]string{
		"schema[1] has no name, or one that was there before": `{"schema":[{"name":"A","type":"String"},{"name":"A","type":"Int64"}],"results":[]}`,
		"schema[0] has no name":                               `{"schema":[{"type":"String"}],"results":[]}`,
		"the rows are no list":                                `{"schema":[],"results":{}}`,
		"row 1 is no object":                                  `{"schema":[],"results":[{},7]}`,
		"the schema or the rows are not there":                `{"schema":[{"name":"A","type":"String"}]}`,
		"the name appears twice":                              `{"schema":[],"results":[{"A":1,"A":2}]}`,
	} {
		c := service(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		results, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x"})
		require.Nil(t, results)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "/v1.0/security/runHuntingQuery: 200 OK")
	}
	results := hunt(t, `{"schema":[],"results":[]}`)
	require.Zero(t, results.Len())
	require.Empty(t, slices.Collect(results.Rows()))
}

// TestAQueryIsRepeated, for it changes nothing; and the message of a refusal says
// which of the two quotas is used up.
func TestAQueryIsRepeated(t *testing.T) {
	n := 0
	c := service(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			panic(http.ErrAbortHandler)
		}
		if n == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, noRows)
	})
	_, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x"})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	c = service(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"code":"TooManyRequests","message":"The CPU quota is used up."}}`)
	})
	_, err = c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x"})
	require.ErrorIs(t, err, client.ErrThrottled)
	require.ErrorContains(t, err, "CPU quota")
}

func TestTimespans(t *testing.T) {
	end := noon.Add(time.Hour)
	for want, got := range map[string]graph.Timespan{
		"":                     {},
		"P30D":                 graph.Last(30 * 24 * time.Hour),
		"PT1H30M":              graph.Last(90 * time.Minute),
		"PT10M":                graph.Last(10 * time.Minute),
		"PT20H0M10S":           graph.Last(20*time.Hour + 10*time.Second),
		"P1DT2H3M4S":           graph.Last(26*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond),
		"2026-08-25T12:00:00Z": graph.Since(noon),
		"2026-08-25T12:00:00Z/2026-08-25T13:00:00Z": graph.Between(noon, end),
		"P2D/2026-08-25T13:00:00Z":                  graph.Until(end, 48*time.Hour),
		"2026-08-25T12:00:00Z/PT1H":                 graph.From(noon, time.Hour),
	} {
		require.Equal(t, want, got.String())
	}
	for _, wrong := range []graph.Timespan{graph.Last(0), graph.Last(-time.Hour), graph.Since(time.Time{}), graph.Between(time.Time{}, noon), graph.Until(noon, 0)} {
		c := service(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
		_, err := c.RunHuntingQuery(t.Context(), graph.HuntingQuery{Query: "x", Timespan: wrong})
		require.ErrorContains(t, err, "timespan cannot be used")
	}
}
