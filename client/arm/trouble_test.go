package arm_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/incident"
)

// TestTroubleOnEveryCall has the service refuse or fail each call, and looks at what
// the caller is told, how often it was tried, and whether that it may have been done
// is said.
func TestTroubleOnEveryCall(t *testing.T) {
	waits := func(header, value string) http.Header { return http.Header{header: {value}} }
	for name, tt := range map[string]struct {
		status int
		header http.Header
		want   error
		again  bool // it is tried again
		done   bool // it may have been done
	}{
		"400":                                   {400, nil, client.ErrInvalid, false, false},
		"403":                                   {403, nil, client.ErrForbidden, false, false},
		"404":                                   {404, nil, client.ErrNotFound, false, false},
		"408":                                   {408, nil, client.ErrUnavailable, true, true},
		"413":                                   {413, nil, nil, false, false},
		"500":                                   {500, nil, client.ErrUnavailable, true, true},
		"504":                                   {504, nil, client.ErrUnavailable, true, true},
		"504 with a long pause":                 {504, waits("Retry-After", "3600"), client.ErrUnavailable, false, true},
		"429":                                   {429, nil, client.ErrThrottled, true, false},
		"429, Retry-After":                      {429, waits("Retry-After", "0"), client.ErrThrottled, true, false},
		"429, Retry-After, negative":            {429, waits("Retry-After", "-5"), client.ErrThrottled, true, false},
		"429, Retry-After, text":                {429, waits("Retry-After", "soon"), client.ErrThrottled, true, false},
		"429, Retry-After, fraction":            {429, waits("Retry-After", "0.5"), client.ErrThrottled, true, false},
		"429, Retry-After, a date that is over": {429, waits("Retry-After", "Tue, 04 Aug 2020 10:00:00 GMT"), client.ErrThrottled, true, false},
		"429, Retry-After, a date in years":     {429, waits("Retry-After", "Tue, 04 Aug 2099 10:00:00 GMT"), client.ErrThrottled, false, false},
		"429, Retry-After, years":               {429, waits("Retry-After", "999999999999"), client.ErrThrottled, false, false},
		"429, Retry-After, beyond all numbers":  {429, waits("Retry-After", strings.Repeat("9", 40)), client.ErrThrottled, false, false},
		"429, retry-after-ms":                   {429, waits("Retry-After-Ms", "3"), client.ErrThrottled, true, false},
		"429, retry-after-ms, negative":         {429, waits("Retry-After-Ms", "-3"), client.ErrThrottled, true, false},
		"429, retry-after-ms, years":            {429, waits("Retry-After-Ms", strings.Repeat("9", 17)), client.ErrThrottled, false, false},
		"429, x-ms-retry-after-ms":              {429, waits("X-Ms-Retry-After-Ms", "3"), client.ErrThrottled, true, false},
		"429, x-ms-retry-after-ms, text":        {429, waits("X-Ms-Retry-After-Ms", "soon"), client.ErrThrottled, true, false},
		"429, x-ms-retry-after-ms, beyond numbers":  {429, waits("X-Ms-Retry-After-Ms", strings.Repeat("9", 40)), client.ErrThrottled, false, false},
		"429, x-ms-retry-after-ms, beyond, below 0": {429, waits("X-Ms-Retry-After-Ms", "-"+strings.Repeat("9", 40)), client.ErrThrottled, true, false},
	} {
		for _, call := range calls {
			t.Run(name+" "+call.name, func(t *testing.T) {
				s, c := call.trouble(t, func(w http.ResponseWriter, _ *http.Request) {
					for header, values := range tt.header {
						w.Header()[header] = values
					}
					fail(w, tt.status, "Code")
				}, client.WithRetry(2, time.Millisecond, 5*time.Millisecond))
				err := call.make(t.Context(), c)
				failure, ok := errors.AsType[*client.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, tt.status, failure.StatusCode)
				require.Equal(t, call.verb(), failure.Method)
				require.Equal(t, "about Code", failure.Message)
				require.GreaterOrEqual(t, failure.RetryAfter, time.Duration(0))
				switch {
				case tt.want == client.ErrForbidden:
					require.Contains(t, failure.Advice(), "role Microsoft Sentinel")
				case failure.OutcomeUnknown && call.verb() == http.MethodPost:
					require.Equal(t, "Look in the portal whether it was done before you send it again.", failure.Advice())
				default:
					require.NotEmpty(t, failure.Advice())
				}
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
				}
				sent := 0
				for _, r := range s.requests() {
					if r == call.request {
						sent++
					}
				}
				playbook := strings.HasPrefix(call.name, "RunPlaybook")
				if tt.again && (!playbook || tt.status == http.StatusTooManyRequests) {
					require.Equal(t, 2, sent)
				} else {
					require.Equal(t, 1, sent)
				}
				writes := playbook || call.verb() == http.MethodPut || call.verb() == http.MethodDelete
				require.Equal(t, writes && tt.done, errors.Is(err, client.ErrOutcomeUnknown), "%v", err)
			})
		}
	}
}

// TestNoContentOnEveryCall: an answer without a body is enough where nothing is to be
// read, is followed by reading after a PUT, and is none for the rest.
func TestNoContentOnEveryCall(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusAccepted} {
		for _, call := range calls {
			s, c := call.trouble(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			err := call.make(t.Context(), c)
			sent := s.requests()
			switch {
			case call.answer == "":
				require.NoError(t, err, call.name)
			case call.verb() == http.MethodPut:
				require.NoError(t, err, call.name)
				require.Equal(t, "GET "+call.path(), sent[len(sent)-1], "it is read")
			default:
				require.ErrorIs(t, err, client.ErrBadAnswer, call.name)
			}
		}
	}
	// What was accepted and cannot be read may be there.
	s, c := start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusAccepted)
		} else {
			fail(w, http.StatusNotFound, "NotFound")
		}
		return true
	}
	i, err := c.CreateIncident(t.Context(), "i1", settings)
	require.Nil(t, i)
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	require.ErrorIs(t, err, client.ErrNotFound)
	require.ErrorContains(t, err, "arm: incidents/i1 was accepted (202) without being shown, and cannot be read: ")
	r, err := c.Raise(t.Context(), fullSubmission())
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	require.Equal(t, incident.StateUncertain, r.Steps[0].State)

	// A body where none is documented is not in the way.
	s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		_, _ = w.Write([]byte(`{"status":"Deleted"}`))
		return true
	}
	existed, err := c.DeleteIncident(t.Context(), "i1")
	require.NoError(t, err)
	require.True(t, existed)
}

// TestMonstrousAnswers are bounded in size and in depth, and their types are looked
// at. The error says where, and quotes nothing.
func TestMonstrousAnswers(t *testing.T) {
	object := func(properties string) string {
		return fmt.Sprintf(`{"id":%q,"etag":"1","properties":%s}`, unescapedRoot+"/incidents/i1", properties)
	}
	for name, tt := range map[string]struct{ answer, want string }{
		"deep":                   {object(`{"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`), "nested more than 64 levels deep"},
		"deep, and cut off":      {object(`{"x":` + strings.Repeat(`{"a":`, 1<<20)), "nested more than 64 levels deep"},
		"many objects":           {object(`{"labels":[` + strings.Repeat(`{},`, 1<<19) + `{}]}`), "more than 262144 objects"},
		"a number for a text":    {object(`{"title":5}`), "properties.title, line 1"},
		"a text for a number":    {object(`{"incidentNumber":"secret"}`), "properties.incidentNumber, line 1"},
		"a number beyond all":    {object(`{"incidentNumber":1e99}`), "properties.incidentNumber, line 1"},
		"an object for a list":   {object(`{"labels":{}}`), "properties.labels, line 1"},
		"a list for an object":   {object(`{"owner":[]}`), "properties.owner, line 1"},
		"a list of properties":   {object(`[]`), "properties, line 1"},
		"no time":                {object(`{"createdTimeUtc":"secret"}`), "properties.createdTimeUtc, line 1"},
		"a name twice":           {object(`{"title":"a","title":"secret"}`), "properties.title, line 1"},
		"two documents":          {object(`{}`) + object(`{}`), "line 1"},
		"no UTF-8":               {object("{\"title\":\"\xff\"}"), "properties.title, line 1"},
		"a zero byte":            {object("{\"title\":\"\x00\"}"), "line 1"},
		"a byte order mark":      {"\ufeff" + object(`{}`), "line 1, column 1"},
		"longer than is bounded": {object(`{"x":"` + strings.Repeat("x", 1<<20) + `"}`), "longer than 1000000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t, client.WithMaxResponseSize(1_000_000+map[bool]int64{true: 9_000_000}[name != "longer than is bounded"]))
			s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				_, _ = w.Write([]byte(tt.answer))
				return true
			}
			_, err := c.UpdateIncident(t.Context(), "i1", func(s *arm.IncidentSettings) error { s.Title = "T"; return nil })
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "secret")
			require.Less(t, len(err.Error()), 1000)
			require.Equal(t, []string{"GET incidents/i1"}, s.requests())
		})
	}
}

// flood is a body of many blanks, and how many of them were read.
type flood struct{ size, read int64 }

func (f *flood) Read(p []byte) (int, error) {
	n := min(int64(len(p)), f.size-f.read)
	if n == 0 {
		return 0, io.EOF
	}
	f.read += n
	clear(p[:n])
	return int(n), nil
}

func (f *flood) Close() error { return nil }

func (f *flood) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: f, ContentLength: f.size}, nil
}

// TestAHundredMegabytes are not kept: the answer ends at what is allowed by default.
func TestAHundredMegabytes(t *testing.T) {
	body := &flood{size: 100 << 20}
	c := connect(t, "https://arm.example", client.WithTransport(body))
	_, err := c.GetIncident(t.Context(), "i1")
	require.ErrorContains(t, err, "200 OK: the answer is longer than 67108864 bytes")
	require.LessOrEqual(t, body.read, int64(65<<20), "the rest is not waited for")
}

// TestUnknownMembersSurvive reads each kind of object with members that nobody knows at
// every level, changes one thing, and looks at what is written: all that a caller may
// set and all that is unknown, and nothing that only the service says.
func TestUnknownMembersSurvive(t *testing.T) {
	for _, tt := range []struct{ name, read, written string }{
		{"UpdateComment",
			`"message":"M","author":{"name":"A","newer":1},"createdTimeUtc":"2026-04-27T12:19:27Z","lastModifiedTimeUtc":"2026-04-27T12:19:27Z","newer":{"deep":[{"x":null}]}`,
			`"message":"M!","newer":{"deep":[{"x":null}]}`},
		{"UpdateTask",
			`"title":"T","status":"New","description":"D","createdBy":{"name":"A","newer":1},"lastModifiedBy":{"objectId":"o","newer":{}},"createdTimeUtc":"2026-04-27T12:19:27Z","lastModifiedTimeUtc":"2026-04-27T12:19:27Z","newer":[1]`,
			`"title":"T!","status":"New","description":"D","createdBy":{"name":"A","newer":1},"lastModifiedBy":{"objectId":"o","newer":{}},"newer":[1]`},
		{"UpdateRelation",
			`"relatedResourceId":"/subscriptions/x","relatedResourceName":"x","relatedResourceType":"t","relatedResourceKind":"k","newer":true`,
			`"relatedResourceId":"/subscriptions/x1","newer":true`},
		{"UpdateBookmark",
			`"displayName":"B","query":"q","notes":"N","labels":["l"],"created":"2026-04-27T12:19:27.1234567Z","createdBy":{"objectId":"o","email":"e","name":"n","newer":1},"updatedBy":{"newer":2},"incidentInfo":{"incidentId":"i","newer":3},"entityMappings":[{"entityType":"IP","newer":4,"fieldMappings":[{"identifier":"Address","value":"v","newer":5}]}],"tactics":["Future"],"newer":6`,
			`"displayName":"B","query":"q","notes":"N!","labels":["l"],"created":"2026-04-27T12:19:27.1234567Z","createdBy":{"objectId":"o","newer":1},"updatedBy":{"newer":2},"incidentInfo":{"incidentId":"i","newer":3},"entityMappings":[{"entityType":"IP","newer":4,"fieldMappings":[{"identifier":"Address","value":"v","newer":5}]}],"tactics":["Future"],"newer":6`},
	} {
		for _, call := range calls {
			if call.name != tt.name {
				continue
			}
			s, c := start(t)
			s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
				if r.Method == http.MethodGet {
					fmt.Fprintf(w, `{"id":%q,"name":"n","type":"t","etag":"\"7\"","kind":"k","systemData":{"createdBy":"j"},"newest":{"y":[]},"properties":{%s}}`, strings.ToUpper(unescapedRoot+"/"+path), tt.read)
				}
				return r.Method == http.MethodGet
			}
			s.store(call.path(), map[string]any{"properties": map[string]any{}})
			s.objects[call.path()]["etag"] = `"7"`
			require.NoError(t, call.make(t.Context(), c.Preview()), tt.name)
			require.JSONEq(t, `{"etag":"\"7\"","kind":"k","newest":{"y":[]},"properties":{`+tt.written+`}}`, s.bodies[0], tt.name)
		}
	}
}

// TestALimitThatTheServiceCounts: how much an incident has already is not counted
// before sending. What the service says of it is what the caller sees, and the rest of
// a submission is not left out for it.
func TestALimitThatTheServiceCounts(t *testing.T) {
	s, c := start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if r.Method != http.MethodPut || !strings.Contains(path, "/comments/") {
			return false
		}
		answer(w, http.StatusBadRequest, map[string]any{"error": map[string]any{"code": "BadRequest", "message": "the incident has 100 comments"}})
		return true
	}
	_, err := c.CreateComment(t.Context(), "i1", "c101", "M")
	require.ErrorIs(t, err, client.ErrInvalid)
	require.ErrorContains(t, err, "400 Bad Request: BadRequest: the incident has 100 comments")
	r, err := c.Raise(t.Context(), fullSubmission())
	require.ErrorContains(t, err, "(commentOnIncident): PUT ")
	for _, step := range r.Steps {
		if step.Action == incident.ActionCommentOnIncident {
			require.Equal(t, incident.StateFailed, step.State)
		} else {
			require.Equal(t, incident.StateDone, step.State)
		}
	}
}

// TestTheSameSubmissionAtOnce, by many: there is one incident, and one of everything.
func TestTheSameSubmissionAtOnce(t *testing.T) {
	alone, c := start(t)
	_, err := c.Preview().Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	s, c := start(t)
	c = c.Preview()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := c.Raise(t.Context(), fullSubmission())
			if err != nil || !r.Done() {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, alone.contents(t), s.contents(t))
}
