package kql

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	now    = time.Date(2026, 8, 4, 12, 0, 0, 0, time.UTC)
	limits = Limits{Rows: 1000, Cells: 1 << 20}
)

// alerts and evidence are the tables of the tests.
func catalog(name string) (Table, bool) {
	at := func(hour int) Value { return OfTime(time.Date(2026, 8, 4, hour, 30, 0, 0, time.UTC)) }
	switch name {
	case "Alerts":
		return tableOf([]Column{{"Timestamp", DateTime}, {"Id", String}, {"Title", String}, {"Severity", String}, {"Score", Int}, {"Size", Long}, {"Ratio", Real}, {"Data", Dynamic}, {"Open", Bool}},
			cells{at(8), OfString("a"), OfString("Suspicious login by John-Doe"), OfString("High"), OfInt(90), OfLong(5), OfReal(0.5), OfJSON([]byte(`{"n":3,"tags":["x","y"]}`)), OfBool(true)},
			cells{at(9), OfString("b"), OfString("Malware on 185.220.101.50"), OfString("medium"), OfInt(50), OfLong(7), OfReal(1.5), OfJSON([]byte(`{"n":1,"tags":[]}`)), OfBool(false)},
			cells{at(10), OfString("c"), OfString(""), OfString("Low"), Null(Int), OfLong(-2), Null(Real), Null(Dynamic), Null(Bool)},
			cells{at(11), OfString("d"), OfString("suspicious LOGIN"), OfString("High"), OfInt(10), OfLong(7), OfReal(2), OfJSON([]byte(`["z"]`)), OfBool(true)},
		), true
	case "Evidence":
		return tableOf([]Column{{"Id", String}, {"Kind", String}},
			cells{OfString("a"), OfString("user")}, cells{OfString("a"), OfString("ip")}, cells{OfString("b"), OfString("file")}, cells{OfString("x"), OfString("url")},
		), true
	default:
		return Table{}, false
	}
}

func tableOf(columns []Column, rows ...cells) Table {
	return Table{columns, func(yield func(Row) bool) {
		for _, r := range rows {
			if !yield(r) {
				return
			}
		}
	}}
}

func answer(ctx context.Context, query string) (*Result, error) {
	q, err := Parse(query)
	if err != nil {
		return nil, err
	}
	return q.Run(ctx, catalog, now, limits)
}

// show writes an answer as name,name: cell,cell; cell,cell
func show(r *Result) string {
	var names, rows []string
	for _, c := range r.Columns {
		names = append(names, c.Name)
	}
	for _, row := range r.Rows {
		var texts []string
		for _, v := range row {
			text := v.text()
			if v.IsNull() {
				text = "null"
			}
			texts = append(texts, text)
		}
		rows = append(rows, strings.Join(texts, ","))
	}
	return strings.TrimSpace(strings.Join(names, ",") + ": " + strings.Join(rows, "; "))
}

func TestQueries(t *testing.T) {
	ids := func(s string) string { return strings.TrimSpace("Id: " + strings.Join(strings.Split(s, ""), "; ")) }
	for _, tt := range []struct{ query, want string }{
		{`Alerts | count`, "Count: 4"},
		{`Alerts | where Severity == "High" | project Id`, ids("ad")},
		{`Alerts | where Severity == "high" | project Id`, ids("")},
		{`Alerts | where Severity =~ "high" | project Id`, ids("ad")},
		{`Alerts | where Severity !~ "HIGH" | project Id`, ids("bc")},
		{`Alerts | where Severity != 'High' | project Id`, ids("bc")},
		{`Alerts | where Title has "login" | project Id`, ids("ad")},
		{`Alerts | where Title has_cs "login" | project Id`, ids("a")},
		{`Alerts | where Title has "log" | project Id`, ids("")},
		{`Alerts | where Title hasprefix "log" | project Id`, ids("ad")},
		{`Alerts | where Title hassuffix "ware" | project Id`, ids("b")},
		{`Alerts | where Title has "185.220.101.50" | project Id`, ids("b")},
		{`Alerts | where Title has "185.220.101.5" | project Id`, ids("")},
		{`Alerts | where Title has "john" and Title has "doe" | project Id`, ids("a")},
		{`Alerts | where Title !has "login" | project Id`, ids("bc")},
		{`Alerts | where Title contains "LOG" | project Id`, ids("ad")},
		{`Alerts | where Title contains_cs "LOG" | project Id`, ids("d")},
		{`Alerts | where Title !contains "log" | project Id`, ids("bc")},
		{`Alerts | where Title startswith "susp" | project Id`, ids("ad")},
		{`Alerts | where Title startswith_cs "susp" | project Id`, ids("d")},
		{`Alerts | where Title !startswith "susp" | project Id`, ids("bc")},
		{`Alerts | where Title endswith "doe" | project Id`, ids("a")},
		{`Alerts | where Title matches regex "^[Ss]usp.*n$" | project Id`, ids("")},
		{`Alerts | where Title matches regex @"\d+\.\d+" | project Id`, ids("b")},
		{`Alerts | where Title has_any ("malware", "doe") | project Id`, ids("ab")},
		{`Alerts | where Title has_all ("suspicious", "login") | project Id`, ids("ad")},
		{`Alerts | where Severity in ("High", "Low") | project Id`, ids("acd")},
		{`Alerts | where Severity in ("high") | project Id`, ids("")},
		{`Alerts | where Severity in~ ("HIGH", "MEDIUM") | project Id`, ids("abd")},
		{`Alerts | where Severity !in ("High", "Low") | project Id`, ids("b")},
		{`Alerts | where Severity !in~ ("high", "low") | project Id`, ids("b")},
		{`Alerts | where Size in (7, 5.0) | project Id`, ids("abd")},
		{`Alerts | where Id in (dynamic(["a","c"])) | project Id`, ids("ac")},
		{`Alerts | where Score > 20 | project Id`, ids("ab")},
		{`Alerts | where Score >= 50 and Score <= 90 | project Id`, ids("ab")},
		{`Alerts | where Score != 50 | project Id`, ids("acd")}, // null is not 50
		{`Alerts | where Score == 50 or Score == 10 | project Id`, ids("bd")},
		{`Alerts | where not(Score == 50) | project Id`, ids("acd")},
		{`Alerts | where Score < 20 | project Id`, ids("d")}, // null is not less
		{`Alerts | where not(Score < 20) | project Id`, ids("ab")},
		{`Alerts | where Open | project Id`, ids("ad")},
		{`Alerts | where not(Open) | project Id`, ids("b")},
		{`Alerts | where Open or Severity == "Low" | project Id`, ids("acd")},
		{`Alerts | where Open and Severity == "Low" | project Id`, ids("")},
		{`Alerts | where isnull(Score) | project Id`, ids("c")},
		{`Alerts | where isnotnull(Score) and isempty(Title) | project Id`, ids("")},
		{`Alerts | where isempty(Title) | project Id`, ids("c")},
		{`Alerts | where Size == 5 or Size == 7 and Severity == "High" | project Id`, ids("ad")},
		{`Alerts | where (Size == 5 or Size == 7) and Severity == "High" | project Id`, ids("ad")},
		{`Alerts | where Score between (10 .. 50) | project Id`, ids("bd")},
		{`Alerts | where Score !between (10 .. 50) | project Id`, ids("a")},
		{`Alerts | where Timestamp > datetime(2026-08-04T09:30:00Z) | project Id`, ids("cd")},
		{`Alerts | where Timestamp >= datetime(2026-08-04 09:30) | project Id`, ids("bcd")},
		{`Alerts | where Timestamp between (datetime(2026-08-04 09:00) .. 2h) | project Id`, ids("bc")},
		{`Alerts | where Timestamp > ago(2h) | project Id`, ids("cd")},
		{`Alerts | where Timestamp > ago(1.5h) | project Id`, ids("d")},
		{`Alerts | where Timestamp > now() - 2h | project Id`, ids("cd")},
		{`Alerts | where now() - Timestamp < 90m | project Id`, ids("d")},
		{`Alerts | where Timestamp > now(-1h) | project Id`, ids("d")},
		{`Alerts | where Data.n == 3 | project Id`, ids("a")},
		{`Alerts | where Data["n"] > 1 | project Id`, ids("a")},
		{`Alerts | where tostring(Data.tags) has "x" | project Id`, ids("a")},
		{`Alerts | where Data.tags[1] == "y" | project Id`, ids("a")},
		{`Alerts | where Data[-1] == "z" | project Id`, ids("d")},
		{`Alerts | where array_length(Data.tags) == 0 | project Id`, ids("b")},

		{`Alerts | take 2 | project Id`, ids("ab")},
		{`Alerts | limit 0 | project Id`, ids("")},
		{`Alerts | take 100 | count`, "Count: 4"},
		{`Alerts | project Id, S = strlen(Title), Size * 2 | take 1`, "Id,S,Column3: a,28,10"},
		{`Alerts | extend Twice = Size + Size, Size = "s" | project Twice, Size | take 1`, "Twice,Size: 10,s"},
		{`Alerts | where Id == "a" | extend X = tolower(Severity) | project-away Title`, ""},
		{`Alerts | sort by Size | project Id`, ids("bdac")},
		{`Alerts | sort by Size asc | project Id`, ids("cabd")},
		{`Alerts | order by Score | project Id`, ids("abdc")},
		{`Alerts | sort by Score asc | project Id`, ids("cdba")},
		{`Alerts | sort by Score asc nulls last | project Id`, ids("dbac")},
		{`Alerts | sort by Score desc nulls first | project Id`, ids("cabd")},
		{`Alerts | sort by Size desc, Id desc | project Id`, ids("dbac")},
		{`Alerts | top 2 by Timestamp | project Id`, ids("dc")},
		{`Alerts | top 2 by Timestamp asc | project Id`, ids("ab")},
		{`Alerts | top 0 by Timestamp | count`, "Count: 0"},
		{`Alerts | top 5000000000000000000 by Timestamp | count`, "Count: 4"},
		{`Alerts | top 9223372036854775807 by Timestamp | project Id`, ids("dcba")},
		{`Alerts | distinct Severity`, "Severity: High; medium; Low"},
		{`Alerts | project Severity | distinct *`, "Severity: High; medium; Low"},

		{`Alerts | summarize count() by Severity`, "Severity,count_: High,2; medium,1; Low,1"},
		{`Alerts | summarize N = count(), Max = max(Score), min(Size), dcount(Severity), avg(Ratio), sum(Size)`, "N,Max,min_Size,dcount_Severity,avg_Ratio,sum_Size: 4,90,-2,3,1.3333333333333333,17"},
		{`Alerts | where Id == "none" | summarize count(), max(Score)`, "count_,max_Score: 0,null"},
		{`Alerts | where Id == "none" | summarize count() by Severity`, "Severity,count_:"},
		{`Alerts | summarize by Severity`, "Severity: High; medium; Low"},
		{`Alerts | summarize count() by bin(Timestamp, 2h)`, "Timestamp,count_: 2026-08-04T08:00:00.0000000Z,2; 2026-08-04T10:00:00.0000000Z,2"},
		{`Alerts | summarize arg_max(Score, Id) by Severity`, "Severity,Score,Id: High,90,a; medium,50,b; Low,null,c"},
		{`Alerts | project Severity, Size, Id | summarize arg_min(Size, *) by Severity`, "Severity,Size,Id: High,5,a; medium,7,b; Low,-2,c"},
		{`Alerts | summarize countif(Size > 5), make_set(Severity), make_list(Size), take_any(Id)`, `countif_,set_Severity,list_Size,Id: 2,["High","medium","Low"],[5,7,-2,7],a`},
		{`Alerts | summarize Last = arg_max(Timestamp, Id, Title) | project Last, Id`, "Last,Id: 2026-08-04T11:30:00.0000000Z,d"},

		{`Alerts | join kind=inner Evidence on Id | project Id, Kind`, "Id,Kind: a,user; a,ip; b,file"},
		{`Alerts | join (Evidence | where Kind != "ip") on Id | project Id, Kind`, "Id,Kind: a,user; b,file"},
		{`Evidence | join kind=inner (Alerts) on $left.Id == $right.Id | project Id, Id1, Kind`, "Id,Id1,Kind: a,a,user; a,a,ip; b,b,file"},
		{`Evidence | join Alerts on Id | project Id, Kind`, "Id,Kind: a,user; b,file"},
		{`Alerts | join kind=leftouter Evidence on Id | project Id, Kind`, "Id,Kind: a,user; a,ip; b,file; c,; d,"},
		{`Alerts | join kind=leftsemi Evidence on Id | project Id`, ids("ab")},
		{`Alerts | join kind=leftanti (Evidence) on Id | project Id`, ids("cd")},
		{`Alerts | join kind=inner (Alerts | project Score) on $left.Size == $right.Score | count`, "Count: 0"},

		{`Alerts | take 1 | project A = iff(Size > 3, "big", "small"), B = case(Size < 0, 1, Size < 10, 2, 3), C = coalesce("", Id)`, "A,B,C: big,2,a"},
		{`Alerts | take 1 | project A = strcat(Id, "-", Size), B = substring(Title, 0, 10), C = toupper(Id), D = split("a,b", ",")[1]`, "A,B,C,D: a-5,Suspicious,A,b"},
		{`Alerts | take 1 | project A = 7 / 2, B = 7.0 / 2, C = 7 % 4, D = -3 + 1, E = 1 / 0, F = 0x1f, G = 2 * 3 + 4`, "A,B,C,D,E,F,G: 3,3.5,3,-2,null,31,10"},
		{`Alerts | take 1 | project A = tolong("12"), B = toint("x"), C = todouble("1.5"), D = tobool("true"), E = todatetime("2026-01-02"), F = toint(2.9)`, "A,B,C,D,E,F: 12,null,1.5,true,2026-01-02T00:00:00.0000000Z,2"},
		{`Alerts | take 1 | project A = startofday(Timestamp), B = 1d + 2h, C = abs(-3), D = 1d / 12h, E = totimespan("1.02:03:04"), F = 90s * 2`, "A,B,C,D,E,F: 2026-08-04T00:00:00.0000000Z,1.02:00:00,3,2,1.02:03:04,00:03:00"},
		{`Alerts | take 1 | project A = bin(7, 5), B = floor(-1, 5), C = bin(1.7, 0.5)`, "A,B,C: 5,-5,1.5"},
		{`Alerts | take 1 | project A = dynamic({"a": [1, "b"]}).a[1], B = parse_json("{\"k\":1}").k, C = tostring(dynamic("x"))`, "A,B,C: b,1,x"},
		{"Alerts // a comment\n| where Id == 'a' // another\n| project ['Id'];", ids("a")},
		{`Alerts | where Title == "" | project ["the id"] = Id`, "the id: c"},
		{`Alerts | take 1 | project A = "q\"\\\n\u0041", B = @"c:\x""y", C = '"'`, "A,B,C: q\"\\\nA,c:\\x\"y,\""},
		{`Alerts | take 1 | project datetime(null), int(null), timespan(1d), bool(true), real(1.5)`, "Column1,Column2,Column3,Column4,Column5: null,null,1.00:00:00,true,1.5"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			result, err := answer(t.Context(), tt.query)
			if tt.want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, show(result))
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ query, want string }{
		{``, `line 1, column 1: the end of the query was found where a name is expected`},
		{`Nope`, `line 1, column 1: there is no table "Nope"`},
		{`Alerts | mv-expand Data`, `line 1, column 10: the operator "mv-expand" is not supported`},
		{"Alerts\n| where Id == 'ä' and\n  bogus(Id)", `line 3, column 3: the function "bogus" is not supported`},
		{`Alerts | parse Title with x`, `line 1, column 10: the operator "parse" is not supported`},
		{`let x = 1; Alerts`, `line 1, column 1: "let" is not supported; a query begins with the name of a table`},
		{`union Alerts, Evidence`, `line 1, column 1: "union" is not supported`},
		{`search "x"`, `line 1, column 1: "search" is not supported`},
		{`print 1`, `"print" is not supported`},
		{`Alerts; Alerts`, `line 1, column 9: a query of one statement is supported`},
		{`Alerts where`, `an operator begins with |`},
		{`Alerts | where`, `column 15: the end of the query was found where a name is expected`},
		{`Alerts | where title == ""`, `there is no column "title"; names are case-sensitive, and there is Title`},
		{`Alerts | where Nothing == ""`, `there is no column "Nothing"`},
		{`Alerts | where Title`, `a condition is a bool, and this is a string`},
		{`Alerts | where Title == 1`, `a string cannot be compared with a long`},
		{`Alerts | where Timestamp > "2026"`, `a datetime cannot be compared with a string`},
		{`Alerts | where Score has "1"`, `has compares strings, and here is a int`},
		{`Alerts | where Title in (Severity)`, `the values of in must be literals`},
		{`Alerts | where Title in (Evidence | project Id)`, `in with a query in its parentheses is not supported`},
		{`Alerts | where Title matches regex "("`, `the regular expression is wrong`},
		{`Alerts | where count() > 1`, `the aggregate count stands only directly in summarize`},
		{`Alerts | summarize Title`, `an aggregate is expected in summarize`},
		{`Alerts | summarize percentile(Size, 5)`, `the aggregate "percentile" is not supported`},
		{`Alerts | summarize max(Title)`, `argument 1 of max is a string`},
		{`Alerts | summarize count() by Data`, `rows cannot be grouped by a dynamic`},
		{`Alerts | summarize arg_max(Size)`, `arg_max takes what is compared and what is returned`},
		{`Alerts | sort by Data`, `a dynamic has no order`},
		{`Alerts | sort Size`, `"Size" was found where "by" is expected`},
		{`Alerts | top x by Size`, `there is no column "x"`},
		{`Alerts | take -1`, `a number of rows is expected`},
		{`Alerts | take "1"`, `a number of rows is expected`},
		{`Alerts | project Id, Id`, `there are two columns "Id"`},
		{`Alerts | project *`, `* stands for columns only in`},
		{`Alerts | join kind=fullouter Evidence on Id`, `the join kind "fullouter" is not supported`},
		{`Alerts | join hint.strategy=broadcast Evidence on Id`, `hints of a join are not supported`},
		{`Alerts | join Evidence on Kind`, `the left side of the join has no column "Kind"`},
		{`Alerts | join Evidence on Title`, `the right side of the join has no column "Title"`},
		{`Alerts | join Evidence on $left.Size == $right.Kind`, `a join cannot compare a long with a string`},
		{`Alerts | where Id == "x`, `the string is not closed`},
		{`Alerts | where Id == "\q"`, `there is no such escape`},
		{`Alerts | where Id == #`, `there is no such sign as "#"`},
		{`Alerts | where (Id == "x"`, `the end of the query was found where ")" is expected`},
		{`Alerts | take 99999999999999999999`, `is too large`},
		{`Alerts | where Timestamp > datetime(yesterday)`, `"yesterday" is no datetime`},
		{`Alerts | where Timestamp > datetime(2026`, `the parenthesis after datetime is not closed`},
		{`Alerts | extend X = Title.length`, `only a dynamic has members`},
		{`Alerts | extend X = Title + 1`, `there is no + of a string and a long`},
		{`Alerts | extend X = -Title`, `there is no - of a string`},
		{`Alerts | extend X = strlen()`, `strlen has 0 arguments here; it takes 1`},
		{`Alerts | extend X = iff(Open, 1, "x")`, `the results have different types`},
		{`Alerts | extend X = case(Open, 1)`, `case has 2 arguments here; it takes at least 3`},
		{`Alerts | extend X = bin(Size, 0)`, `the size must be positive`},
		{`Alerts | extend X = ` + strings.Repeat("(", 100), `nested more than 64 levels deep`},
		{`Alerts | extend X = ` + strings.Repeat("-", 100) + "1", `nested more than 64 levels deep`},
		{"Alerts\xff", `the query is no UTF-8`},
		{strings.Repeat("x", maxQuery+1), `the query is longer than 65536 bytes`},
	} {
		t.Run(tt.query[:min(len(tt.query), 40)], func(t *testing.T) {
			_, err := answer(t.Context(), tt.query)
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func rows(n int) Catalog {
	return func(string) (Table, bool) {
		return Table{[]Column{{"N", Long}, {"S", String}}, func(yield func(Row) bool) {
			for i := range n {
				if !yield(cells{OfLong(int64(i)), OfString("text")}) {
					return
				}
			}
		}}, true
	}
}

// TestLimits are queries that would need more than they may have.
func TestLimits(t *testing.T) {
	small := Limits{Rows: 10, Cells: 10_000}
	for _, query := range []string{
		"T | sort by N", "T | distinct N | count", "T | summarize count() by N", "T | summarize make_list(N)", "T | summarize dcount(N)",
		"T | join T on N", "T | join kind=inner (T) on S | sort by N", "T | extend A = strcat(S,S,S,S,S,S,S,S,S,S) | top 3000 by N",
		"T | summarize arg_max(N, *) by N",
	} {
		q, err := Parse(query)
		require.NoError(t, err)
		_, err = q.Run(t.Context(), rows(100_000), now, small)
		require.ErrorIs(t, err, ErrTooLarge, query)
	}
	for _, query := range []string{"T | take 20", "T | top 10 by N", "T | where N > 7", "T | top 10 by N asc | distinct S, N"} {
		q, err := Parse(query)
		require.NoError(t, err)
		result, err := q.Run(t.Context(), rows(100_000), now, small)
		require.NoError(t, err, query)
		require.Len(t, result.Rows, 10)
	}
	// A text that doubles with each column ends at what a function may make.
	doubling := "T | take 1 | extend A = S" + strings.Repeat(" | extend A = strcat(A, A)", 60)
	q, err := Parse(doubling)
	require.NoError(t, err)
	_, err = q.Run(t.Context(), rows(1), now, Limits{Rows: 10, Cells: 1 << 20})
	require.NoError(t, err)
}

// TestTimeIsBounded has a query that would run for ages.
func TestTimeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		endless := func(string) (Table, bool) {
			return Table{[]Column{{"N", Long}}, func(yield func(Row) bool) {
				for yield(cells{OfLong(1)}) {
					if n++; n == 10_000 {
						cancel()
					}
				}
			}}, true
		}
		q, err := Parse("T | count")
		require.NoError(t, err)
		_, err = q.Run(ctx, endless, now, limits)
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, n, 20_000)
	})
}

func TestJSON(t *testing.T) {
	for _, tt := range []struct {
		v    Value
		want string
	}{
		{OfBool(true), "true"}, {OfInt(-1), "-1"}, {OfLong(1 << 60), "1152921504606846976"}, {OfReal(1.5), "1.5"},
		{OfReal(0).over(0), `"NaN"`}, {OfReal(1).over(0), `"Inf"`}, {OfString("a\"\n"), `"a\"\n"`},
		{OfTime(time.Date(2026, 8, 4, 10, 0, 0, 123456700, time.UTC)), `"2026-08-04T10:00:00.1234567Z"`},
		{OfTime(time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)), `"2026-08-04T10:00:00Z"`}, {OfTime(time.Time{}), "null"},
		{OfDuration(90 * time.Minute), `"01:30:00"`}, {OfDuration(-25*time.Hour - 100*time.Nanosecond), `"-1.01:00:00.0000001"`},
		{OfJSON([]byte(`{"a":1}`)), `{"a":1}`}, {Null(Dynamic), "null"}, {OfJSON([]byte("null")), "null"},
	} {
		require.Equal(t, tt.want, string(tt.v.AppendJSON(nil)))
	}
}

func TestListsOfFunctions(t *testing.T) {
	require.Subset(t, Aggregates(), []string{"count", "dcount", "min", "max", "arg_max"})
	require.Subset(t, Functions(), []string{"ago", "now", "not", "bin"})
}

// TestSortIsAPermutation: sorting and topping change the order and nothing else.
func TestSortIsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ns := rapid.SliceOfN(rapid.Int64Range(-5, 5), 0, 50).Draw(t, "ns")
		source := func(string) (Table, bool) {
			rows := make([]cells, len(ns))
			for i, n := range ns {
				rows[i] = cells{OfLong(n), OfLong(int64(i))}
			}
			return tableOf([]Column{{"N", Long}, {"I", Long}}, rows...), true
		}
		get := func(query string) (got []int64) {
			q, err := Parse(query)
			require.NoError(t, err)
			result, err := q.Run(context.Background(), source, now, limits)
			require.NoError(t, err)
			for _, row := range result.Rows {
				got = append(got, row[0].n)
			}
			return got
		}
		want := slices.Clone(ns)
		slices.Sort(want)
		require.Equal(t, append([]int64{}, want...), append([]int64{}, get("T | sort by N asc")...))
		k := rapid.IntRange(0, 60).Draw(t, "k")
		slices.Reverse(want)
		require.Equal(t, append([]int64{}, want[:min(k, len(want))]...), append([]int64{}, get(fmt.Sprintf("T | top %d by N", k))...))
	})
}

// FuzzParse: whatever the text is, the answer is a result or an error that says
// where.
func FuzzParse(f *testing.F) {
	for _, query := range []string{
		`Alerts | where Title has "x" and Score > 1 or not(Open) | summarize N=count(), arg_max(Timestamp, *) by bin(Timestamp, 1h) | top 3 by N`,
		`Alerts | join kind=leftouter (Evidence | distinct Id) on Id | extend A = strcat(Id, 1d, datetime(2026-01-01)) | sort by A asc nulls last`,
		`Alerts | where Data.tags[0] in~ ("a", 'b', @"c") and Timestamp between (ago(1d) .. now())`,
		`Alerts | project A = case(Open, 1, 2), B = dynamic([1,{"a":2}]), C = "\u0041\\"`,
		"Alerts\n//x\n| count;", `"`, "!in", "0x", "1.5e3h",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		result, err := answer(t.Context(), query)
		if err != nil {
			return
		}
		for _, row := range result.Rows {
			require.Len(t, row, len(result.Columns))
			for i, v := range row {
				require.Equal(t, result.Columns[i].Kind, v.Kind(), query)
				v.AppendJSON(nil)
			}
		}
	})
}
