package arm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

// call is an operation of the client, as it is called on incident i1 and what belongs
// to it.
type call struct {
	name, request string
	// answer is a good one, without identity: the service's own is put in.
	answer string
	make   func(context.Context, *arm.Client) error
}

const aBookmark = `{"displayName":"B","query":"q"}`

// calls are all operations with one request each, beside Submit and Raise. An update
// is two of them.
var calls = []call{
	{"GetIncident", "GET incidents/i1", anIncident, func(ctx context.Context, c *arm.Client) error { return second(c.GetIncident(ctx, "i1")) }},
	{"CreateIncident", "PUT incidents/i1", anIncident, func(ctx context.Context, c *arm.Client) error { return second(c.CreateIncident(ctx, "i1", settings)) }},
	{"UpdateIncident", "PUT incidents/i1", anIncident, func(ctx context.Context, c *arm.Client) error {
		return second(c.UpdateIncident(ctx, "i1", func(s *arm.IncidentSettings) error { s.Title += "!"; return nil }))
	}},
	{"DeleteIncident", "DELETE incidents/i1", ``, func(ctx context.Context, c *arm.Client) error { return second(c.DeleteIncident(ctx, "i1")) }},
	{"ListIncidents", "GET incidents", `[]`, func(ctx context.Context, c *arm.Client) error { return last(c.ListIncidents(ctx, arm.ListOptions{})) }},
	{"ListIncidentAlerts", "POST incidents/i1/alerts", `{"value":[]}`, func(ctx context.Context, c *arm.Client) error { return second(c.ListIncidentAlerts(ctx, "i1")) }},
	{"ListIncidentBookmarks", "POST incidents/i1/bookmarks", `{"value":[]}`, func(ctx context.Context, c *arm.Client) error { return second(c.ListIncidentBookmarks(ctx, "i1")) }},
	{"ListIncidentEntities", "POST incidents/i1/entities", `{"entities":[],"metaData":[]}`, func(ctx context.Context, c *arm.Client) error { return second(c.ListIncidentEntities(ctx, "i1")) }},
	{"GetComment", "GET incidents/i1/comments/c1", `{"message":"M"}`, func(ctx context.Context, c *arm.Client) error { return second(c.GetComment(ctx, "i1", "c1")) }},
	{"CreateComment", "PUT incidents/i1/comments/c1", `{"message":"M"}`, func(ctx context.Context, c *arm.Client) error { return second(c.CreateComment(ctx, "i1", "c1", "M")) }},
	{"UpdateComment", "PUT incidents/i1/comments/c1", `{"message":"M"}`, func(ctx context.Context, c *arm.Client) error {
		return second(c.UpdateComment(ctx, "i1", "c1", func(s *arm.CommentSettings) error { s.Message += "!"; return nil }))
	}},
	{"DeleteComment", "DELETE incidents/i1/comments/c1", ``, func(ctx context.Context, c *arm.Client) error { return second(c.DeleteComment(ctx, "i1", "c1")) }},
	{"ListComments", "GET incidents/i1/comments", `[]`, func(ctx context.Context, c *arm.Client) error {
		return last(c.ListComments(ctx, "i1", arm.ListOptions{}))
	}},
	{"GetTask", "GET incidents/i1/tasks/t1", `{"title":"T","status":"New"}`, func(ctx context.Context, c *arm.Client) error { return second(c.GetTask(ctx, "i1", "t1")) }},
	{"CreateTask", "PUT incidents/i1/tasks/t1", `{"title":"T","status":"New"}`, func(ctx context.Context, c *arm.Client) error {
		return second(c.CreateTask(ctx, "i1", "t1", arm.TaskSettings{Title: "T", Status: arm.TaskNew}))
	}},
	{"UpdateTask", "PUT incidents/i1/tasks/t1", `{"title":"T","status":"New"}`, func(ctx context.Context, c *arm.Client) error {
		return second(c.UpdateTask(ctx, "i1", "t1", func(s *arm.TaskSettings) error { s.Title += "!"; return nil }))
	}},
	{"DeleteTask", "DELETE incidents/i1/tasks/t1", ``, func(ctx context.Context, c *arm.Client) error { return second(c.DeleteTask(ctx, "i1", "t1")) }},
	{"ListTasks", "GET incidents/i1/tasks", `[]`, func(ctx context.Context, c *arm.Client) error { return last(c.ListTasks(ctx, "i1")) }},
	{"GetRelation", "GET incidents/i1/relations/r-1", `{"relatedResourceId":"/subscriptions/x"}`, func(ctx context.Context, c *arm.Client) error { return second(c.GetRelation(ctx, "i1", "r-1")) }},
	{"CreateRelation", "PUT incidents/i1/relations/r-1", `{"relatedResourceId":"/subscriptions/x"}`, func(ctx context.Context, c *arm.Client) error {
		return second(c.CreateRelation(ctx, "i1", "r-1", c.AlertID("a1")))
	}},
	{"UpdateRelation", "PUT incidents/i1/relations/r-1", `{"relatedResourceId":"/subscriptions/x"}`, func(ctx context.Context, c *arm.Client) error {
		return second(c.UpdateRelation(ctx, "i1", "r-1", func(s *arm.RelationSettings) error { s.RelatedResourceID += "1"; return nil }))
	}},
	{"DeleteRelation", "DELETE incidents/i1/relations/r-1", ``, func(ctx context.Context, c *arm.Client) error { return second(c.DeleteRelation(ctx, "i1", "r-1")) }},
	{"ListRelations", "GET incidents/i1/relations", `[]`, func(ctx context.Context, c *arm.Client) error {
		return last(c.ListRelations(ctx, "i1", arm.ListOptions{}))
	}},
	{"GetBookmark", "GET bookmarks/b1", aBookmark, func(ctx context.Context, c *arm.Client) error { return second(c.GetBookmark(ctx, "b1")) }},
	{"CreateBookmark", "PUT bookmarks/b1", aBookmark, func(ctx context.Context, c *arm.Client) error {
		return second(c.CreateBookmark(ctx, "b1", arm.BookmarkProperties{DisplayName: "B", Query: "q"}))
	}},
	{"UpdateBookmark", "PUT bookmarks/b1", aBookmark, func(ctx context.Context, c *arm.Client) error {
		return second(c.UpdateBookmark(ctx, "b1", func(s *arm.BookmarkProperties) error { s.Notes += "!"; return nil }))
	}},
	{"DeleteBookmark", "DELETE bookmarks/b1", ``, func(ctx context.Context, c *arm.Client) error { return second(c.DeleteBookmark(ctx, "b1")) }},
	{"ListBookmarks", "GET bookmarks", `[]`, func(ctx context.Context, c *arm.Client) error { return last(c.ListBookmarks(ctx)) }},
	{"RunPlaybook", "POST incidents/i1/runPlaybook", ``, func(ctx context.Context, c *arm.Client) error {
		return c.RunPlaybook(ctx, "i1", arm.Playbook{LogicAppsResourceID: "/subscriptions/x"})
	}},
	{"RunPlaybookOnEntity", "POST entities/e1/runPlaybook", ``, func(ctx context.Context, c *arm.Client) error {
		return c.RunPlaybookOnEntity(ctx, "e1", "i1", arm.Playbook{LogicAppsResourceID: "/subscriptions/x"})
	}},
}

const anIncident = `{"title":"T","severity":"Low","status":"New"}`

func second[T any](_ T, err error) error { return err }

func last[P any](list func(func(*arm.Object[P], error) bool)) error { return second(collect(list)) }

// verb is the method of the request that the call is about.
func (tt call) verb() string { verb, _, _ := strings.Cut(tt.request, " "); return verb }

func (tt call) path() string { _, path, _ := strings.Cut(tt.request, " "); return path }

// object is the good answer: an object with an id, or what else there is.
func (tt call) object(path string) string {
	switch {
	case tt.answer == "[]":
		return `{"value":[]}`
	case tt.answer == "" || tt.verb() == http.MethodPost:
		return tt.answer
	}
	return fmt.Sprintf(`{"id":%q,"etag":"1","properties":%s}`, unescapedRoot+"/"+path, tt.answer)
}

const unescapedRoot = "/subscriptions/d0cfe6b2-9ac0-4464-9919-dccaee2e48c0/resourceGroups/my(rg)._x/providers/Microsoft.OperationalInsights/workspaces/my-ws/providers/Microsoft.SecurityInsights"

// trouble answers what the call is about with something else; an update can read
// before it.
func (tt call) trouble(t *testing.T, answer func(w http.ResponseWriter, r *http.Request), opts ...client.Option) (*service, *arm.Client) {
	t.Helper()
	s, c := start(t, opts...)
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if r.Method == http.MethodGet && tt.verb() == http.MethodPut {
			_, _ = w.Write([]byte(tt.object(path)))
		} else {
			answer(w, r)
		}
		return true
	}
	return s, c
}

// TestEveryCall makes each call and looks at its request.
func TestEveryCall(t *testing.T) {
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			s, c := tt.trouble(t, func(w http.ResponseWriter, _ *http.Request) {
				if answer := tt.object(tt.path()); answer != "" {
					_, _ = w.Write([]byte(answer))
				} else {
					w.WriteHeader(http.StatusNoContent)
				}
			})
			require.NoError(t, tt.make(t.Context(), c))
			sent := s.requests()
			require.Equal(t, tt.request, sent[len(sent)-1])
			if strings.HasPrefix(tt.name, "Update") {
				require.Equal(t, "GET "+tt.path(), sent[0])
				require.Len(t, sent, 2)
			} else {
				require.Len(t, sent, 1)
			}
		})
	}
}

// TestAnswersThatLieAreErrors: an answer of success that does not hold what is
// documented is believed by no call. Where the request would have changed something,
// whether it did is not known.
func TestAnswersThatLieAreErrors(t *testing.T) {
	foreign := fmt.Sprintf(`{"id":%q,"name":"other","etag":"9","properties":{"title":"theirs"}}`, unescapedRoot+"/incidents/other")
	for _, tt := range calls {
		for _, lie := range []string{``, `null`, `{}`, `[]`, `"x"`, `5`, `{"value":null}`, `{"value":[null]}`, `{"value":[{}]}`, `{"id":""}`, `{"properties":` + anIncident + `}`, `<html>hello</html>`, "\ufeff{}", foreign} {
			if tt.answer == "" && (lie == "" || !strings.HasPrefix(lie, "<") && !strings.HasPrefix(lie, "\ufeff")) {
				continue // The answer needs no body, and what there is instead is not looked at beyond that it is JSON.
			}
			t.Run(tt.name+" "+lie, func(t *testing.T) {
				_, c := tt.trouble(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(lie)) }, client.WithRetry(1, time.Millisecond, time.Millisecond))
				err := tt.make(t.Context(), c)
				failure, ok := errors.AsType[*client.Error](err)
				require.True(t, ok, "%v", err)
				require.Equal(t, http.StatusOK, failure.StatusCode)
				require.NotEmpty(t, failure.ClientRequestID)
				require.NotContains(t, err.Error(), "hello", "no dump of the answer")
				require.NotContains(t, err.Error(), "theirs")
				reads := tt.verb() == http.MethodGet || strings.HasPrefix(tt.name, "List")
				require.Equal(t, !reads, errors.Is(err, client.ErrOutcomeUnknown), "%v", err)
			})
		}
	}
}

// TestAnotherObject: an object of another incident, workspace or kind is not the one
// that was asked for. Case does not matter, nor how the id is escaped, nor the
// namespace that examples of the specification misspell.
func TestAnotherObject(t *testing.T) {
	here := unescapedRoot
	for _, tt := range calls {
		if tt.verb() != http.MethodGet && tt.verb() != http.MethodPut || tt.answer == "[]" {
			continue
		}
		right := here + "/" + tt.path()
		for _, id := range []string{
			right, strings.ToUpper(right), strings.ToLower(right), strings.NewReplacer("(", "%28", ")", "%29").Replace(right),
			strings.Replace(right, "OperationalInsights", "OperationalIinsights", 1),
		} {
			_, c := tt.trouble(t, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"id":%q,"etag":"1","properties":%s}`, id, tt.answer)
			})
			require.NoError(t, tt.make(t.Context(), c), "%s %s", tt.name, id)
		}
		away := strings.Replace(right, "my-ws", "other-ws", 1)
		for id, shown := range map[string]string{
			right + "2":      tt.path() + "2",
			here:             here,
			right + "/":      tt.path() + "/",
			right + "/x/y":   tt.path() + "/x/y",
			here + "/things": "things",
			right[1:]:        right[1:],
			"i1":             "i1",
			away:             away,
			strings.Replace(right, "d0cfe6b2", "d0cfe6b3", 1): strings.Replace(right, "d0cfe6b2", "d0cfe6b3", 1),
		} {
			s, c := tt.trouble(t, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"id":%q,"etag":"1","properties":%s}`, id, tt.answer)
			})
			err := tt.make(t.Context(), c)
			require.ErrorIs(t, err, client.ErrBadAnswer, "%s %s", tt.name, id)
			require.ErrorContains(t, err, "200 OK: the service's answer makes no sense: "+tt.path()+" was asked for, the answer is about "+strconv.Quote(shown))
			if tt.verb() == http.MethodGet {
				require.NotContains(t, strings.Join(s.requests(), " "), "PUT")
			}
		}
	}
}

// TestAnotherObjectInAList: what is listed is of the incident that was asked for, or of the
// workspace.
func TestAnotherObjectInAList(t *testing.T) {
	for _, tt := range calls {
		if tt.answer != "[]" {
			continue
		}
		one := func(id string) error {
			_, c := tt.trouble(t, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, `{"value":[{"id":%q},{"id":%q}]}`, unescapedRoot+"/"+tt.path()+"/x1", id)
			})
			return tt.make(t.Context(), c)
		}
		right := unescapedRoot + "/" + tt.path() + "/x2"
		for _, id := range []string{right, strings.ToUpper(right), strings.NewReplacer("(", "%28", ")", "%29").Replace(right)} {
			require.NoError(t, one(id), "%s %s", tt.name, id)
		}
		for _, id := range []string{
			"x2", right + "/", right + "/y", right[1:], strings.TrimSuffix(right, "x2"), strings.TrimSuffix(right, "/x2"), strings.Replace(right, "my-ws", "other-ws", 1),
			unescapedRoot + "/things/x2", strings.Replace(right, tt.path(), tt.path()+"2", 1), strings.Replace(right, "/incidents/i1/", "/incidents/i2/", 1) + "/",
		} {
			err := one(id)
			require.ErrorIs(t, err, client.ErrBadAnswer, "%s %s", tt.name, id)
			require.ErrorContains(t, err, "200 OK: the service's answer makes no sense: "+tt.path()+" was asked for, value[1] is ")
		}
	}
}

// TestUpdateDoesNotWriteAnotherObject: what was read of another incident is not put in
// the place of ours.
func TestUpdateDoesNotWriteAnotherObject(t *testing.T) {
	for _, tt := range calls {
		if !strings.HasPrefix(tt.name, "Update") {
			continue
		}
		for _, lie := range []string{`{}`, `null`, fmt.Sprintf(`{"id":%q,"etag":"9","properties":%s}`, unescapedRoot+"/"+tt.path()+"x", tt.answer)} {
			s, c := start(t)
			s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				_, _ = w.Write([]byte(lie))
				return true
			}
			err := tt.make(t.Context(), c)
			require.ErrorIs(t, err, client.ErrBadAnswer, tt.name)
			require.NotErrorIs(t, err, client.ErrOutcomeUnknown, "nothing was written")
			require.Equal(t, []string{"GET " + tt.path()}, s.requests(), tt.name)
		}
	}
}
