package arm_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

var settings = arm.IncidentSettings{Title: "Suspicious login", Severity: arm.SeverityHigh, Status: arm.StatusNew}

func TestIncidentLife(t *testing.T) {
	s, c := start(t)
	i, err := c.CreateIncident(t.Context(), "abc", settings)
	require.NoError(t, err)
	require.Equal(t, `{"properties":{"title":"Suspicious login","severity":"High","status":"New"}}`, s.bodies[0], "the minimal body that is known to be accepted")
	require.Equal(t, "api-version=2025-09-01", s.query)
	require.Equal(t, "application/json", s.header.Get("Content-Type"))
	require.Len(t, s.header.Get("x-ms-client-request-id"), 36)
	require.Equal(t, "abc", i.Name)
	require.EqualValues(t, 3177, i.Properties.IncidentNumber)

	got, err := c.GetIncident(t.Context(), "abc")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(i, got))
	require.True(t, arm.EqualIDs(strings.ToUpper(c.IncidentID("abc")), got.ID))

	existed, err := c.DeleteIncident(t.Context(), "abc")
	require.NoError(t, err)
	require.True(t, existed)
	existed, err = c.DeleteIncident(t.Context(), "abc")
	require.NoError(t, err)
	require.False(t, existed, "204: there was none")
	_, err = c.GetIncident(t.Context(), "abc")
	require.ErrorIs(t, err, client.ErrNotFound)
	require.Equal(t, []string{"PUT incidents/abc", "GET incidents/abc", "DELETE incidents/abc", "DELETE incidents/abc", "GET incidents/abc"}, s.requests())
}

// inMemory answers without a socket, so that a test may bend time.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Result(), nil
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func TestIDsDoNotEscapeTheirPath(t *testing.T) {
	for id, segment := range map[string]string{
		"ä ö":                          "%C3%A4%20%C3%B6",
		"..a":                          "..a",
		"...":                          "...",
		"x;y=1,z@*+":                   "x%3By=1%2Cz@%2A+",
		`"a'b|^`:                       "%22a%27b%7C%5E",
		strings.Repeat("ä", arm.MaxID): strings.Repeat("%C3%A4", arm.MaxID),
	} {
		s, c := start(t)
		_, err := c.CreateIncident(t.Context(), id, settings)
		require.NoError(t, err)
		require.Equal(t, []string{"PUT incidents/" + segment}, s.requests())
		_, err = c.GetIncident(t.Context(), id)
		require.NoError(t, err)
		s.requests()
		_, err = c.GetComment(t.Context(), id, id)
		require.ErrorIs(t, err, client.ErrNotFound)
		require.Equal(t, []string{"GET incidents/" + segment + "/comments/" + segment}, s.requests())
		require.Equal(t, unescapedRoot+"/incidents/"+id, c.IncidentID(id))
	}
	s, c := start(t)
	for _, id := range []string{
		"", ".", "..", "a\nb", "\xff", "a/../b", "a/b", "/", `a\b`, "a?x=1", "a#y", "%2e%2e", "a%2Fb", "a&b", "a:b", "<a>", "a\u0085b", strings.Repeat("a", arm.MaxID+1),
	} {
		_, err := c.CreateIncident(t.Context(), id, arm.IncidentSettings{})
		var invalid *arm.ValidationError
		require.ErrorAs(t, err, &invalid, "%q", id)
		require.Equal(t, "incidentId", invalid.Problems[0].Path)
		require.Len(t, invalid.Problems, 4, "all problems at once: id, title, severity, status")
		require.Less(t, len(err.Error()), 500)

		// Every call refuses it, wherever it stands.
		sub := fullSubmission()
		sub.IncidentID = id
		if id != "" {
			require.ErrorAs(t, second(c.Raise(t.Context(), sub)), &invalid, "%q", id)
			require.ErrorAs(t, c.RunPlaybookOnEntity(t.Context(), "e", id, arm.Playbook{LogicAppsResourceID: "/subscriptions/x"}), &invalid, "%q", id)
		}
		sub = fullSubmission()
		sub.Alerts = []string{id}
		require.ErrorAs(t, second(c.Raise(t.Context(), sub)), &invalid, "%q", id)
		require.Equal(t, "relatedAlerts[0]", invalid.Problems[0].Path)
		for _, refused := range []error{
			second(c.GetIncident(t.Context(), id)), second(c.DeleteIncident(t.Context(), id)), last(c.ListComments(t.Context(), id, arm.ListOptions{})),
			second(c.ListIncidentAlerts(t.Context(), id)), second(c.ListIncidentEntities(t.Context(), id)), second(c.CreateComment(t.Context(), "i", id, "M")),
			second(c.GetTask(t.Context(), id, "t")), second(c.GetRelation(t.Context(), "i", id)), second(c.GetBookmark(t.Context(), id)),
			c.RunPlaybook(t.Context(), id, arm.Playbook{LogicAppsResourceID: "/subscriptions/x"}), c.RunPlaybookOnEntity(t.Context(), id, "", arm.Playbook{LogicAppsResourceID: "/subscriptions/x"}),
			// The ids of Azure Resource Manager that are made of it name no other object.
			second(c.CreateRelation(t.Context(), "i", "r-1", c.AlertID(id))), second(c.CreateRelation(t.Context(), "i", "r-1", c.BookmarkID(id))),
			c.RunPlaybook(t.Context(), "i", arm.Playbook{LogicAppsResourceID: c.IncidentID(id)}),
		} {
			require.ErrorAs(t, refused, &invalid, "%q", id)
		}
	}
	require.Empty(t, s.requests())

	root := unescapedRoot + "/entities/"
	for id, want := range map[string]string{
		"../bookmarks/x": root + "..%2Fbookmarks%2Fx", "..": root + "%2E%2E", ".": root + "%2E", "a%2Fb": root + "a%252Fb", `a\?#`: root + "a%5C%3F%23", "ä ö": root + "ä ö",
	} {
		require.Equal(t, want, c.AlertID(id))
	}
}

// TestResourceIDs: what a relation or a playbook names is the id of an object.
func TestResourceIDs(t *testing.T) {
	s, c := start(t)
	for _, id := range []string{"a1", "/subscriptions/", "subscriptions/x", "/subscriptions/x/", "/subscriptions//x", "/subscriptions/x/../y", "/subscriptions/x/.", "/subscriptions/x%2F..", "/subscriptions/x?y", "/subscriptions/x#y", `/subscriptions/x\y`, "/subscriptions/x\n", "/subscriptions/\xff"} {
		err := second(c.CreateRelation(t.Context(), "i", "r-1", id))
		require.ErrorContains(t, err, "relatedResourceId is ", "%q", id)
		require.ErrorContains(t, err, "; give the whole id of an alert or a bookmark, see AlertID and BookmarkID")
		err = c.RunPlaybook(t.Context(), "i", arm.Playbook{LogicAppsResourceID: id})
		require.ErrorContains(t, err, "logicAppsResourceId is ", "%q", id)
		require.ErrorContains(t, err, "; give the whole id of a logic app")
	}
	require.EqualError(t, second(c.CreateRelation(t.Context(), "i", "r-1", "")), "relatedResourceId is missing; give a value")
	require.EqualError(t, c.RunPlaybook(t.Context(), "i", arm.Playbook{}), "logicAppsResourceId is missing; give a value")
	require.Empty(t, s.requests())
}

func TestStatuses(t *testing.T) {
	get := func(c *arm.Client, t *testing.T) error {
		_, err := c.GetIncident(t.Context(), "abc")
		return err
	}
	put := func(c *arm.Client, t *testing.T) error {
		_, err := c.CreateIncident(t.Context(), "abc", settings)
		return err
	}
	destroy := func(c *arm.Client, t *testing.T) error {
		_, err := c.DeleteIncident(t.Context(), "abc")
		return err
	}
	for _, tt := range []struct {
		name   string
		call   func(*arm.Client, *testing.T) error
		status int
		header http.Header
		want   error
		sent   int
		pause  time.Duration
	}{
		{"409", put, http.StatusConflict, nil, client.ErrConflict, 1, 0},
		{"412", put, http.StatusPreconditionFailed, nil, client.ErrConflict, 1, 0},
		{"404 on delete", destroy, http.StatusNotFound, nil, client.ErrNotFound, 1, 0},
		{"413", put, http.StatusRequestEntityTooLarge, nil, nil, 1, 0},
		{"429 with Retry-After", get, http.StatusTooManyRequests, http.Header{"Retry-After": {"0"}}, client.ErrThrottled, 2, 0},
		{"429 with retry-after-ms", put, http.StatusTooManyRequests, http.Header{"Retry-After-Ms": {"3"}}, client.ErrThrottled, 2, 3 * time.Millisecond},
		{"429 with x-ms-retry-after-ms", destroy, http.StatusTooManyRequests, http.Header{"X-Ms-Retry-After-Ms": {"4"}}, client.ErrThrottled, 2, 4 * time.Millisecond},
		{"429 with a longer pause than allowed", get, http.StatusTooManyRequests, http.Header{"Retry-After": {"3600"}}, client.ErrThrottled, 1, time.Hour},
		{"504", put, http.StatusGatewayTimeout, nil, client.ErrUnavailable, 2, 0},
		{"500", destroy, http.StatusInternalServerError, nil, client.ErrUnavailable, 2, 0},
		{"405", put, http.StatusMethodNotAllowed, nil, nil, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, c := start(t)
			s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				for name, values := range tt.header {
					w.Header()[name] = values
				}
				w.Header().Set("x-ms-request-id", "r1")
				w.Header().Set("x-ms-correlation-request-id", "c1")
				fail(w, tt.status, "Code")
				return true
			}
			err := tt.call(c, t)
			var got *client.Error
			require.ErrorAs(t, err, &got)
			require.Equal(t, tt.status, got.StatusCode)
			require.Equal(t, "Code", got.Code)
			require.Equal(t, "about Code", got.Message)
			require.Equal(t, "r1", got.RequestID)
			require.Equal(t, "c1", got.CorrelationID)
			require.Equal(t, tt.pause, got.RetryAfter)
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
			}
			require.Len(t, s.requests(), tt.sent)
		})
	}
}

func TestAnswersWithoutBody(t *testing.T) {
	for _, status := range []int{http.StatusAccepted, http.StatusNoContent} {
		s, c := start(t)
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut {
				return false
			}
			s.put(discard{}, r, path)
			w.WriteHeader(status)
			return true
		}
		i, err := c.CreateIncident(t.Context(), "abc", settings)
		require.NoError(t, err)
		require.Equal(t, "Suspicious login", i.Properties.Title, "the incident is read")
		require.Equal(t, []string{"PUT incidents/abc", "GET incidents/abc"}, s.requests())
	}
}

func TestCreatingIsSafeToRepeat(t *testing.T) {
	s, c := start(t)
	cut := true
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if cut {
			cut = false
			s.put(discard{}, r, path)
			panic(http.ErrAbortHandler)
		}
		return false
	}
	_, err := c.CreateIncident(t.Context(), arm.IDFor("case 1"), settings)
	require.NoError(t, err)
	require.Len(t, s.requests(), 2)
	require.Equal(t, []string{"incidents/" + arm.IDFor("case 1")}, s.paths())
}

func TestCorrelationAndRemaining(t *testing.T) {
	s, c := start(t)
	require.Empty(t, c.Remaining())
	s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		w.Header().Set("x-ms-ratelimit-remaining-subscription-reads", "249")
		w.Header().Set("x-ms-ratelimit-remaining-tenant-writes", "199")
		w.Header().Set("x-ms-ratelimit-remaining-resource", "Microsoft.X/Y;12")
		return false
	}
	ctx := arm.WithCorrelationID(t.Context(), "5e5de1c2-7f0b-4f0e-8a57-2f9c7f0a3c11")
	_, err := c.GetIncident(ctx, "abc")
	require.ErrorIs(t, err, client.ErrNotFound)
	require.Equal(t, "5e5de1c2-7f0b-4f0e-8a57-2f9c7f0a3c11", s.header.Get("x-ms-correlation-request-id"))
	want := map[string]int{"subscription-reads": 249, "tenant-writes": 199}
	require.Equal(t, want, c.Remaining())
	require.Equal(t, want, c.Preview().Remaining(), "a client of another version shares the connection and what is known of it")
}

// TestRemainingIsBounded: a service that makes up names neither fills the memory, nor
// keeps what is known from being renewed.
func TestRemainingIsBounded(t *testing.T) {
	s, c := start(t)
	reads := 250
	s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		reads--
		w.Header().Set("x-ms-ratelimit-remaining-subscription-reads", fmt.Sprint(reads))
		for i := range 10 * (250 - reads - 1) {
			w.Header().Set(fmt.Sprintf("x-ms-ratelimit-remaining-%d-%d", reads, i), "1")
		}
		return false
	}
	for range 15 {
		_, err := c.GetIncident(t.Context(), "abc")
		require.ErrorIs(t, err, client.ErrNotFound)
		require.Equal(t, reads, c.Remaining()["subscription-reads"])
	}
	require.Len(t, c.Remaining(), 100)
}

// TestCorrelationIDsAreGUIDs: one that is none is refused, and not taken for a request
// that may have been executed.
func TestCorrelationIDsAreGUIDs(t *testing.T) {
	s, c := start(t)
	for _, id := range []string{"case 4711", "5e5de1c2-7f0b-4f0e-8a57-2f9c7f0a3c11\r\nX: y", "\xff"} {
		ctx := arm.WithCorrelationID(t.Context(), id)
		want := fmt.Sprintf("correlationId is %q; give a GUID, such as NewID makes", id)
		for _, call := range calls {
			require.EqualError(t, call.make(ctx, c), want, call.name)
		}
		r, err := c.Raise(ctx, fullSubmission())
		require.EqualError(t, err, want)
		require.Nil(t, r)
	}
	require.Empty(t, s.requests())
	_, err := c.CreateIncident(arm.WithCorrelationID(t.Context(), ""), "abc", settings)
	require.NoError(t, err)
	require.NotContains(t, s.header, "X-Ms-Correlation-Request-Id", "none is none")
}

func TestVersions(t *testing.T) {
	s, c := start(t)
	for version, c := range map[string]*arm.Client{
		"2025-09-01": c, "2025-07-01-preview": c.Preview(), "2025-10-01-preview": c.Version("2025-10-01-preview"),
	} {
		_, err := c.GetIncident(t.Context(), "abc")
		require.ErrorIs(t, err, client.ErrNotFound)
		require.Equal(t, "api-version="+version, s.query)
	}
}
