package unified_test

import (
	"bytes"
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit"
	"github.com/incidentkit/incidentkit/audit/unified"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// observed has the form of the records that were published for type 232, with
// values of our own.
const observed = `{"CreationTime":"2026-05-05T08:12:33","Id":"5f0c9f6e-0d4b-4f7f-8d57-0b8f6b6a0001","Operation":"UpdateIncidentStatus","OrganizationId":"3f9c1c5e-0000-4000-8000-000000000000","RecordType":232,"UserKey":"10032001","UserType":0,"Version":1,"Workload":"Microsoft365Defender","ObjectId":"28282","UserId":"jane.roe@contoso.com","ResultStatus":"Succeeded","AppAccessContext":{"ClientAppName":"playbook","CorrelationId":"c1","UniqueTokenId":"u"}}`

var noon = time.Date(2026, 9, 14, 12, 0, 0, 0, time.UTC)

func entry() audit.Entry {
	return audit.Entry{
		ID: "e1", Time: noon, Operation: audit.CreateAlert, Actor: audit.Actor{Type: audit.Application, ID: "app", Address: "192.0.2.1"},
		Target: audit.Target{Tenant: "t", Incident: "28282", Alert: "a1"}, Comment: "c\x1b\nd",
		Changes: []audit.Change{{Path: "title", New: jsontext.Value(`"T"`)}}, Result: audit.Result{Outcome: audit.Succeeded},
	}
}

func collect[T any](t *testing.T, list iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for v, err := range list {
		require.NoError(t, err)
		all = append(all, v)
	}
	return all
}

func TestObservedRecord(t *testing.T) {
	records := collect(t, unified.Read(strings.NewReader("\ufeff"+observed+"\n\n"+observed+"\r\n")))
	require.Len(t, records, 2)
	require.Len(t, collect(t, unified.Unique(unified.Read(strings.NewReader(observed+"\n"+observed)))), 1)
	var out bytes.Buffer
	require.NoError(t, unified.Write(&out, unified.Read(strings.NewReader(observed))))
	require.JSONEq(t, observed, out.String())
	var std unified.Record
	require.NoError(t, stdjson.Unmarshal([]byte(observed), &std))
	require.Empty(t, cmp.Diff(records[0], std))
	data, err := stdjson.Marshal(std)
	require.NoError(t, err)
	require.JSONEq(t, observed, string(data))
	// Under the options that encoding/json has from Go 1.27 on it is the same.
	old := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.MatchCaseInsensitiveNames(true))
	require.Error(t, json.Unmarshal([]byte(`{"Id":"a","Id":"b"}`), new(unified.Record), old))
	var cased unified.Record
	require.NoError(t, json.Unmarshal([]byte(`{"ID":"a"}`), &cased, old))
	require.Empty(t, cased.ID)
	data, err = wire.Marshal(&unified.Record{UserID: "\xff"})
	require.NoError(t, err)
	require.Contains(t, string(data), "\ufffd")

	e, err := unified.Form{}.Entry(records[0])
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(audit.Entry{
		ID: "5f0c9f6e-0d4b-4f7f-8d57-0b8f6b6a0001", Time: time.Date(2026, 5, 5, 8, 12, 33, 0, time.UTC), Operation: audit.UpdateIncidentStatus,
		Actor:  audit.Actor{Type: audit.User, ID: "jane.roe@contoso.com", Application: "playbook", Delegated: true},
		Target: audit.Target{Tenant: "3f9c1c5e-0000-4000-8000-000000000000", Incident: "28282"}, ClientRequestID: "c1",
		Result: audit.Result{Outcome: audit.Succeeded}, Unknown: jsontext.Value(`{"record":{"Version":1}}`),
	}, e))
	require.NoError(t, e.Validate())
}

func TestRoundTrip(t *testing.T) {
	form := unified.Form{Organization: "t0", Names: map[audit.Operation]string{audit.CreateAlert: "CreateManualAlert"}}
	e := entry()
	r := form.Record(e)
	require.Equal(t, "CreateManualAlert", r.Operation)
	require.Equal(t, unified.MS365DIncident, r.RecordType)
	require.Equal(t, unified.ServicePrincipal, r.UserType)
	require.Equal(t, audit.Own, r.Kit.NameBasis)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, r.ID)
	intent := e
	intent.Phase = audit.PhaseIntent
	entries := func(yield func(audit.Entry, error) bool) { _ = yield(intent, nil) && yield(e, nil) }
	var out bytes.Buffer
	require.NoError(t, unified.Write(&out, form.Records(entries)))
	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	require.NotContains(t, out.String(), "\x1b")
	got := collect(t, form.Entries(unified.Read(&out)))
	require.Empty(t, cmp.Diff([]audit.Entry{e}, got))

	// Without the project's own member, what the schema can say comes back.
	r.Kit = nil
	back, err := form.Entry(r)
	require.NoError(t, err)
	require.Equal(t, audit.CreateAlert, back.Operation)
	require.Equal(t, "28282", back.Target.Incident)
	require.Equal(t, e.Actor, back.Actor)
	require.Equal(t, audit.Succeeded, back.Result.Outcome)
	form.ObjectID = func(e audit.Entry) string { return e.Target.Alert }
	e.Target.Tenant = ""
	r = form.Record(e)
	require.Equal(t, "a1", r.ObjectID)
	require.Equal(t, "t0", r.OrganizationID)
	r.Kit = nil
	back, err = form.Entry(r)
	require.NoError(t, err)
	require.Equal(t, audit.Target{Tenant: "t0", Alert: "a1"}, back.Target)
}

// TestForeignKit: a record whose own member belongs to another record is read
// by what the schema says.
func TestForeignKit(t *testing.T) {
	r := unified.Form{}.Record(entry())
	r.ID = "5f0c9f6e-0d4b-4f7f-8d57-0b8f6b6a0001"
	e, err := unified.Form{}.Entry(r)
	require.NoError(t, err)
	require.Empty(t, e.Comment)
	_, err = unified.Form{}.Entry(unified.Record{ID: "x"})
	require.ErrorContains(t, err, `the record "x" lacks`)
}

func TestReadReportsBadLines(t *testing.T) {
	var errs []string
	n := 0
	for _, err := range unified.Read(strings.NewReader(observed + "\nhello\n" + `{"CreationTime":"soon"}` + "\n" + observed)) {
		if n++; err != nil {
			errs = append(errs, err.Error())
		}
	}
	require.Equal(t, 4, n)
	require.Len(t, errs, 2)
	require.Contains(t, errs[0], "line 2 of the records")
	require.Contains(t, errs[1], "line 3 of the records: CreationTime")
	for _, err := range unified.Read(strings.NewReader(strings.Repeat("x", unified.MaxRecord+1))) {
		require.ErrorContains(t, err, "the records cannot be read")
	}
	broken := errors.New("broken")
	bad := func(yield func(audit.Entry, error) bool) { yield(audit.Entry{}, broken) }
	require.ErrorIs(t, unified.Write(new(bytes.Buffer), unified.Form{}.Records(bad)), broken)
}

func record(id int) string {
	return fmt.Sprintf(`{"Id":"r%d","RecordType":232,"CreationTime":"2026-05-05T08:12:33","Operation":"AddCommentToIncident","OrganizationId":"t","UserType":0,"UserKey":"k","UserId":"u"}`, id)
}

// service answers like the Management Activity API: three pages for each
// window, and blobs that overlap.
func service(t *testing.T, asked *[]string) *httptest.Server {
	t.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret-token" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"AF10001","message":"The permission set sent in the request did not include the expected permission ActivityFeed.Read."}}`)
			return
		}
		q := r.URL.Query()
		switch {
		case strings.HasSuffix(r.URL.Path, "/activity/feed/subscriptions/content"):
			page := len(q.Get("page"))
			if page == 0 {
				*asked = append(*asked, q.Get("startTime")+" "+q.Get("endTime")+" "+q.Get("contentType")+" "+q.Get("PublisherIdentifier"))
			}
			if page < 2 {
				q.Set("page", strings.Repeat("x", page+1))
				w.Header().Set("NextPageUri", server.URL+r.URL.Path+"?"+q.Encode())
			}
			fmt.Fprintf(w, `[{"contentType":"Audit.General","contentId":"b%d","contentUri":"%s/blob/%d"}]`, page, server.URL, page)
		case strings.HasPrefix(r.URL.Path, "/blob/"):
			n := int(r.URL.Path[len("/blob/")] - '0')
			fmt.Fprintf(w, "[%s,%s]", record(n), record(n+1))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func token(text string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return text, nil }
}

func TestFeed(t *testing.T) {
	var asked []string
	server := service(t, &asked)
	feed := unified.Feed{Root: server.URL, Tenant: "t", Publisher: "p", Token: token("secret-token")}
	records := collect(t, feed.Records(t.Context(), unified.ContentGeneral, noon, noon.Add(30*time.Hour)))
	require.Equal(t, []string{
		"2026-09-14T12:00:00 2026-09-15T12:00:00 Audit.General p",
		"2026-09-15T12:00:00 2026-09-15T18:00:00 Audit.General p",
	}, asked)
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	require.Equal(t, []string{"r0", "r1", "r2", "r3"}, ids)
	// A loop that ends early asks for nothing more.
	asked = nil
	for range feed.Blobs(t.Context(), unified.ContentGeneral, noon, noon.Add(100*time.Hour)) {
		break
	}
	require.Len(t, asked, 1)
}

func TestFeedRefuses(t *testing.T) {
	var asked []string
	server := service(t, &asked)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the token travelled") }))
	defer elsewhere.Close()
	first := func(f unified.Feed) error {
		for _, err := range f.Records(t.Context(), unified.ContentGeneral, noon, noon.Add(time.Hour)) {
			return err
		}
		return nil
	}
	err := first(unified.Feed{Root: server.URL, Tenant: "t", Token: token("wrong")})
	require.ErrorContains(t, err, "GET /api/v1.0/t/activity/feed/subscriptions/content: 401 Unauthorized: AF10001: The permission set")
	require.NotContains(t, err.Error(), "wrong")
	broken := errors.New("no secret")
	require.ErrorIs(t, first(unified.Feed{Root: server.URL, Token: func(context.Context) (string, error) { return "", broken }}), broken)

	feed := unified.Feed{Root: server.URL, Tenant: "t", Token: token("secret-token")}
	for _, uri := range []string{elsewhere.URL + "/blob/1", "https://user@" + strings.TrimPrefix(server.URL, "http://"), "::", "/blob/1"} {
		_, err = feed.Fetch(t.Context(), unified.Blob{ContentURI: uri})
		require.ErrorContains(t, err, "nothing was sent there", uri)
	}
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/text":
			fmt.Fprint(w, "hello")
		default:
			w.Header().Set("NextPageUri", "http://"+r.Host+r.URL.RequestURI())
			fmt.Fprint(w, "[]")
		}
	}))
	defer odd.Close()
	feed.Root = odd.URL
	_, err = feed.Fetch(t.Context(), unified.Blob{ContentURI: odd.URL + "/redirect"})
	require.ErrorContains(t, err, "302 Found")
	_, err = feed.Fetch(t.Context(), unified.Blob{ContentURI: odd.URL + "/text"})
	require.ErrorContains(t, err, "GET /text: line 1")
	require.ErrorContains(t, first(feed), "a page as the next that was read before")
	odd.Close()
	require.Error(t, first(feed))
}

func FuzzRead(f *testing.F) {
	f.Add(observed)
	f.Add(record(1) + "\n" + record(2))
	f.Add("\ufeff{}\n[]")
	f.Fuzz(func(t *testing.T, in string) {
		for r, err := range unified.Read(strings.NewReader(in)) {
			if err != nil {
				continue
			}
			e, err := unified.Form{}.Entry(r)
			if err != nil {
				continue
			}
			if back := (unified.Form{}).Record(e); back.Operation != r.Operation && r.Kit == nil {
				t.Fatalf("%+v became %+v", r, back)
			}
		}
	})
}

func ExampleForm() {
	form := unified.Form{Organization: "3f9c1c5e-0000-4000-8000-000000000000", Names: map[audit.Operation]string{audit.CreateAlert: "CreateManualAlert"}}
	r := form.Record(audit.Entry{ID: "e1", Time: noon, Operation: audit.CreateAlert, Target: audit.Target{Incident: "28282"}})
	fmt.Println(r.RecordType, r.Workload, r.Operation, r.ObjectID, "name:", r.Kit.NameBasis)
	// Output: 232 Microsoft365Defender CreateManualAlert 28282 name: own
}
