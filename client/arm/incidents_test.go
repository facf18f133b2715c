package arm_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// full is an incident as the service gives it, with members that nobody knows at
// every level.
const full = `{
  "id": "` + unescapedRoot + `/Incidents/abc", "name": "abc", "type": "Microsoft.SecurityInsights/Incidents", "etag": "\"1\"",
  "systemData": {"createdBy": "j@contoso.com", "createdByType": "User", "createdAt": "2026-04-27T12:19:27.7211305Z", "newer": 1},
  "kind": "newer",
  "properties": {
    "title": "T", "severity": "Low", "status": "Active", "description": "D", "classification": "TruePositive",
    "classificationReason": "SuspiciousActivity", "classificationComment": "C",
    "owner": {"objectId": "2046feea-040d-4a46-9e2b-91c2941bfa70", "email": "j@contoso.com", "assignedTo": "J", "userPrincipalName": "j@contoso.com", "ownerType": "User", "newer": true},
    "labels": [{"labelName": "a", "labelType": "AutoAssigned", "newer": [1]}, {"labelName": "b", "labelType": "User"}],
    "firstActivityTimeUtc": "2026-04-27T12:00:00Z", "lastActivityTimeUtc": "2026-04-27T12:30:00.1234567Z",
    "incidentNumber": 3177, "incidentUrl": "https://portal.azure.com/", "providerName": "Azure Sentinel", "providerIncidentId": "3177",
    "createdTimeUtc": "2026-04-27T12:19:27.7211305Z", "lastModifiedTimeUtc": "2026-04-27T12:20:00Z", "relatedAnalyticRuleIds": ["/r"],
    "additionalData": {"alertsCount": 0, "bookmarksCount": 1, "commentsCount": 2, "alertProductNames": ["P"], "tactics": ["Persistence"], "techniques": ["T1078"], "providerIncidentUrl": "https://security.microsoft.com/", "mergedIncidentNumber": "7", "mergedIncidentUrl": "https://m", "newer": {}},
    "teamInformation": {"teamId": "t", "name": "n", "description": "d", "primaryChannelUrl": "u", "teamCreationTimeUtc": "2026-04-27T12:19:27Z"},
    "newer": {"deep": [1, {"x": null}]}, "alsoNewer": "Ω"
  }
}`

// writable is what of full a caller may set, the etag, and what nobody knows.
const writable = `{"etag":"\"1\"",
  "properties": {
    "title": "T", "severity": "Low", "status": "Active", "description": "D", "classification": "TruePositive",
    "classificationReason": "SuspiciousActivity", "classificationComment": "C",
    "owner": {"objectId": "2046feea-040d-4a46-9e2b-91c2941bfa70", "email": "j@contoso.com", "assignedTo": "J", "userPrincipalName": "j@contoso.com", "ownerType": "User", "newer": true},
    "labels": [{"labelName": "a", "newer": [1]}, {"labelName": "b"}, {"labelName": "c"}],
    "firstActivityTimeUtc": "2026-04-27T12:00:00Z", "lastActivityTimeUtc": "2026-04-27T12:30:00.1234567Z",
    "newer": {"deep": [1, {"x": null}]}, "alsoNewer": "Ω"
  },
  "kind": "newer"
}`

func TestUpdateIncidentKeepsTheRest(t *testing.T) {
	s, c := start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte(full))
		}
		return r.Method == http.MethodGet
	}
	_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
		require.True(t, s.AddLabel("c"))
		require.False(t, s.AddLabel("A"), "case does not matter")
		return nil
	})
	require.NoError(t, err)
	require.JSONEq(t, writable, s.bodies[0])

	i, err := c.GetIncident(t.Context(), "abc")
	require.NoError(t, err)
	again, err := i.MarshalJSON()
	require.NoError(t, err)
	require.JSONEq(t, full, string(again), "an incident is kept as it was read")
}

func TestUpdateIncident(t *testing.T) {
	s, c := start(t)
	with := settings
	with.Assign(arm.Owner{ObjectID: "2046feea-040d-4a46-9e2b-91c2941bfa70"})
	with.Description = "D"
	_, err := c.CreateIncident(t.Context(), "abc", with)
	require.NoError(t, err)
	s.requests()

	t.Run("nothing", func(t *testing.T) {
		i, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Status = arm.StatusNew
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, "D", i.Properties.Description)
		require.Equal(t, []string{"GET incidents/abc"}, s.requests(), "a change that changes nothing sends nothing")
	})
	t.Run("an error of the caller", func(t *testing.T) {
		mine := errors.New("mine")
		_, err := c.UpdateIncident(t.Context(), "abc", func(*arm.IncidentSettings) error { return mine })
		require.Same(t, mine, err)
		require.Equal(t, []string{"GET incidents/abc"}, s.requests())
	})
	t.Run("no change at all", func(t *testing.T) {
		_, err := c.UpdateIncident(t.Context(), "", nil)
		require.EqualError(t, err, "incidentId is missing; give an id such as NewID or IDFor makes\nchange is missing; give a function")
		require.Empty(t, s.requests())
	})
	t.Run("a broken rule", func(t *testing.T) {
		_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Title, s.Description = "", strings.Repeat("x", 5001)
			return nil
		})
		require.EqualError(t, err, "title is missing; give a value\ndescription is longer than 5000 characters; shorten it")
		require.Equal(t, []string{"GET incidents/abc"}, s.requests())
	})
	t.Run("unassign", func(t *testing.T) {
		i, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Unassign()
			return nil
		})
		require.NoError(t, err)
		require.False(t, i.Properties.Owner.Assigned())
		require.Contains(t, s.bodies[len(s.bodies)-1], `"owner":{"objectId":null,"email":null,"assignedTo":null,"userPrincipalName":null}`)
		require.Contains(t, s.bodies[len(s.bodies)-1], `"description":"D"`)
	})
	t.Run("clear", func(t *testing.T) {
		_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Description = ""
			return nil
		})
		require.NoError(t, err)
		require.NotContains(t, s.bodies[len(s.bodies)-1], `"description"`, "what is left out is reset")
	})
}

func TestUpdateLeavesTheServicesOwnFaultsAlone(t *testing.T) {
	s, c := start(t)
	s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Critical", "status": "New", "description": strings.Repeat("x", 6000)}})
	_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
		s.AddLabel("x")
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, s.bodies[0], `"severity":"Critical"`, "a value that nobody knows survives")
}

// TestFaultsMayMove: a fault that was there is no new one for being elsewhere in a list;
// one more of its kind is.
func TestFaultsMayMove(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(labels []arm.Label) []arm.Label
		want   string
	}{
		"forward":  {func(labels []arm.Label) []arm.Label { return labels[1:] }, ""},
		"backward": {func(labels []arm.Label) []arm.Label { return slices.Insert(labels, 0, arm.Label{Name: "new"}) }, ""},
		"one more": {func(labels []arm.Label) []arm.Label { return append(labels, arm.Label{Name: "\t"}) }, "labels[2].labelName is only white space; give a value"},
		"another":  {func(labels []arm.Label) []arm.Label { return append(labels, arm.Label{}) }, "labels[2].labelName is missing; give a label or remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			s.store("incidents/abc", map[string]any{"properties": map[string]any{
				"title": "T", "severity": "Low", "status": "New", "labels": []any{map[string]any{"labelName": "a"}, map[string]any{"labelName": " "}},
			}})
			_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
				s.Labels = tt.change(s.Labels)
				return nil
			})
			if tt.want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tt.want)
				require.Empty(t, s.bodies)
			}
		})
	}
}

func TestUpdateConflicts(t *testing.T) {
	for _, status := range []int{http.StatusConflict, http.StatusPreconditionFailed} {
		s, c := start(t)
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		puts, changes := 0, 0
		s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPut {
				if puts++; puts < 3 {
					s.objects["incidents/abc"]["properties"].(map[string]any)["description"] = fmt.Sprint("by another ", puts)
					fail(w, status, "Conflict")
					return true
				}
			}
			return false
		}
		i, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			changes++
			s.Title += "!"
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, changes, "the change is applied afresh")
		require.Equal(t, "T!", i.Properties.Title, "to what is there, not to what it made before")
		require.Equal(t, "by another 2", i.Properties.Description)
	}
}

func TestUpdateGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, objects: map[string]map[string]any{}}
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPut {
				s.store("incidents/abc", s.objects["incidents/abc"])
				fail(w, http.StatusConflict, "Conflict")
			}
			return r.Method == http.MethodPut
		}
		c := connect(t, "https://arm.example", client.WithTransport(inMemory{s}))
		changes := 0
		label := func(s *arm.IncidentSettings) error {
			changes++
			s.AddLabel(fmt.Sprint(changes))
			return nil
		}
		start := time.Now()
		_, err := c.UpdateIncident(t.Context(), "abc", label)
		require.ErrorContains(t, err, "others changed the object 31 times before this update could: PUT ")
		require.ErrorIs(t, err, client.ErrConflict)
		require.Equal(t, 31, changes)
		require.Less(t, time.Since(start), time.Minute, "by the clock of the test")

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = c.UpdateIncident(ctx, "abc", label)
		require.ErrorIs(t, err, context.DeadlineExceeded, "a pause ends with the context")
	})
}

// TestConflictsAboutSomethingElse: a conflict while the object stays what it was is not
// with another writer, such as that a relation of the name leads elsewhere.
func TestConflictsAboutSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, objects: map[string]map[string]any{}}
		s.store("incidents/i1/relations/r-1", map[string]any{"properties": map[string]any{"relatedResourceId": unescapedRoot + "/entities/a1"}})
		puts := 0
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method == http.MethodPut {
				puts++
				fail(w, http.StatusConflict, "Conflict")
			}
			return r.Method == http.MethodPut
		}
		c := connect(t, "https://arm.example", client.WithTransport(inMemory{s}))
		start := time.Now()
		_, err := c.UpdateRelation(t.Context(), "i1", "r-1", func(s *arm.RelationSettings) error {
			s.RelatedResourceID = c.AlertID("a2")
			return nil
		})
		require.ErrorIs(t, err, client.ErrConflict)
		require.ErrorContains(t, err, "arm: incidents/i1/relations/r-1 is still what it was, so that the conflict is about something else: PUT ")
		require.ErrorContains(t, err, "about Conflict")
		require.Equal(t, 6, puts, "a reader may be behind for a moment")
		require.Less(t, time.Since(start), time.Second)

		// A reader that is behind for less is waited for.
		puts = 0
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method == http.MethodPut {
				puts++
			}
			if r.Method == http.MethodPut && puts < 5 {
				fail(w, http.StatusConflict, "Conflict")
				return true
			}
			return false
		}
		_, err = c.UpdateRelation(t.Context(), "i1", "r-1", func(s *arm.RelationSettings) error {
			s.RelatedResourceID = c.AlertID("a2")
			return nil
		})
		require.NoError(t, err)
	})
}

// inMemory answers without a socket, so that a test may bend time.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Result(), nil
}

// TestUpdateWhoseAnswerWasLost is a write that was executed and answered by a cut
// connection, or by a gateway that knew nothing of it: sent again, its etag is stale, and
// the conflict is with itself.
func TestUpdateWhoseAnswerWasLost(t *testing.T) {
	for name, lose := range map[string]func(w http.ResponseWriter){
		"cut": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"504": func(w http.ResponseWriter) { fail(w, http.StatusGatewayTimeout, "GatewayTimeout") },
	} {
		s, c := start(t)
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		lost := false
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut || lost {
				return false
			}
			lost = true
			s.put(discard{}, r, path)
			lose(w)
			return true
		}
		i, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Labels = append(s.Labels, arm.Label{Name: "x"}) // not fit to be done twice
			return nil
		})
		require.NoError(t, err, name)
		require.Len(t, i.Properties.Labels, 1, "%s: nothing is doubled", name)
		require.Equal(t, []string{"GET incidents/abc", "PUT incidents/abc", "PUT incidents/abc", "GET incidents/abc"}, s.requests())
	}
}

// TestUpdateThatEndsAfterALostAnswer: whatever ends it, that a write may have been
// executed is not forgotten.
func TestUpdateThatEndsAfterALostAnswer(t *testing.T) {
	mine := errors.New("mine")
	stored := func(title string) map[string]any {
		return map[string]any{"properties": map[string]any{"title": title, "severity": "Low", "status": "New"}}
	}
	for name, tt := range map[string]struct {
		// then answers what follows the conflict.
		then func(s *service, w http.ResponseWriter, r *http.Request, cancel func()) bool
		want error
	}{
		"it cannot be read": {func(_ *service, w http.ResponseWriter, _ *http.Request, _ func()) bool {
			fail(w, http.StatusForbidden, "AuthorizationFailed")
			return true
		}, client.ErrForbidden},
		"it is deleted": {func(s *service, _ http.ResponseWriter, _ *http.Request, _ func()) bool {
			delete(s.objects, "incidents/abc")
			return false
		}, client.ErrNotFound},
		"the context ends": {func(_ *service, w http.ResponseWriter, _ *http.Request, cancel func()) bool {
			cancel()
			fail(w, http.StatusServiceUnavailable, "Busy")
			return true
		}, context.Canceled},
		"it has no etag": {func(s *service, w http.ResponseWriter, _ *http.Request, _ func()) bool {
			s.store("incidents/abc", stored("by another"))
			delete(s.objects["incidents/abc"], "etag")
			return false
		}, arm.ErrNoETag},
		"the change fails": {func(s *service, _ http.ResponseWriter, _ *http.Request, _ func()) bool {
			s.store("incidents/abc", stored("not any more"))
			return false
		}, mine},
		"others are faster": {func(s *service, w http.ResponseWriter, r *http.Request, _ func()) bool {
			s.store("incidents/abc", stored("by another"))
			if r.Method == http.MethodPut {
				fail(w, http.StatusConflict, "Conflict")
			}
			return r.Method == http.MethodPut
		}, client.ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s := &service{t: t, objects: map[string]map[string]any{}}
				s.store("incidents/abc", stored("T"))
				puts := 0
				s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
					if r.Method == http.MethodPut {
						puts++
					}
					switch {
					case puts == 1:
						s.put(discard{}, r, path)
						fail(w, http.StatusGatewayTimeout, "GatewayTimeout")
						return true
					case puts == 0 || puts == 2 && r.Method == http.MethodPut: // refused for its etag
						return false
					}
					return tt.then(s, w, r, cancel)
				}
				i, err := connect(t, "https://arm.example", client.WithTransport(inMemory{s})).UpdateIncident(ctx, "abc", func(s *arm.IncidentSettings) error {
					if s.Title == "not any more" {
						return mine
					}
					s.Description = "D"
					return nil
				})
				require.Nil(t, i)
				require.ErrorIs(t, err, tt.want)
				require.ErrorIs(t, err, client.ErrOutcomeUnknown)
				require.ErrorContains(t, err, "arm: the answer to a write of incidents/abc was lost; it is not known whether the request was executed: ")
			})
		})
	}
}

// TestUpdateWhoseAnswerWasLostAmongOthers: somebody else has written since, so that what
// stands there does not tell whether the lost write was executed. Only what may be made
// twice is made again.
func TestUpdateWhoseAnswerWasLostAmongOthers(t *testing.T) {
	refused := errors.New("I have been here")
	for name, tt := range map[string]struct {
		change func(*arm.IncidentSettings) error
		// labels are how many of ours there are in the end if the write was executed,
		// and if it was not.
		executed, not       int
		executedErr, notErr error
	}{
		"what may be done twice": {func(s *arm.IncidentSettings) error { s.AddLabel("mine"); return nil }, 1, 1, nil, nil},
		"what may not":           {func(s *arm.IncidentSettings) error { s.Labels = append(s.Labels, arm.Label{Name: "mine"}); return nil }, 1, 0, client.ErrOutcomeUnknown, client.ErrOutcomeUnknown},
		"what refuses to be done a second time": {func(s *arm.IncidentSettings) error {
			if !s.AddLabel("mine") {
				return refused
			}
			return nil
		}, 1, 1, refused, nil},
	} {
		for _, executed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, executed: %v", name, executed), func(t *testing.T) {
				s, c := start(t)
				_, err := c.CreateIncident(t.Context(), "abc", settings)
				require.NoError(t, err)
				s.once(1, func(w http.ResponseWriter, r *http.Request, path string) {
					if executed {
						s.put(discard{}, r, path)
					}
					other := maps.Clone(s.objects[path])
					properties := maps.Clone(other["properties"].(map[string]any))
					properties["description"] = "by another"
					other["properties"] = properties
					s.store(path, other)
					fail(w, http.StatusGatewayTimeout, "GatewayTimeout")
				})
				_, err = c.UpdateIncident(t.Context(), "abc", tt.change)
				want, labels := tt.notErr, tt.not
				if executed {
					want, labels = tt.executedErr, tt.executed
				}
				if want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, want)
					require.ErrorIs(t, err, client.ErrOutcomeUnknown)
				}
				i, err := c.GetIncident(t.Context(), "abc")
				require.NoError(t, err)
				require.Len(t, i.Properties.Labels, labels)
				require.Equal(t, "by another", i.Properties.Description)
			})
		}
	}
}

// TestWritersWhoseAnswersGetLost: of updates that cannot be made twice none is, and none
// that was said to be done is missing.
func TestWritersWhoseAnswersGetLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, objects: map[string]map[string]any{}}
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		chance := rand.New(rand.NewPCG(1, 2))
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut || chance.IntN(3) > 0 {
				return false
			}
			if chance.IntN(2) == 0 {
				s.put(discard{}, r, path)
			}
			fail(w, http.StatusGatewayTimeout, "GatewayTimeout")
			return true
		}
		c := connect(t, "https://arm.example", client.WithTransport(inMemory{s}), client.WithRetryBudget(1_000_000))
		var done, unsure atomic.Int64
		said := [4][100]bool{}
		var wg sync.WaitGroup
		for writer := range said {
			wg.Go(func() {
				for n := range said[writer] {
					_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
						s.Labels = append(s.Labels, arm.Label{Name: fmt.Sprintf("w%d-%d", writer, n)})
						return nil
					})
					switch said[writer][n] = err == nil; {
					case err == nil:
						done.Add(1)
					case errors.Is(err, client.ErrOutcomeUnknown):
						unsure.Add(1)
					default:
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		i, err := c.GetIncident(t.Context(), "abc")
		require.NoError(t, err)
		seen := map[string]int{}
		for _, l := range i.Properties.Labels {
			seen[l.Name]++
			require.Equal(t, 1, seen[l.Name], l.Name)
		}
		for writer := range said {
			for n, said := range said[writer] {
				if name := fmt.Sprintf("w%d-%d", writer, n); said {
					require.Equal(t, 1, seen[name], name)
				}
			}
		}
		t.Logf("%d were done, and %d may have been", done.Load(), unsure.Load())
		require.Positive(t, done.Load())
		require.Positive(t, unsure.Load())
	})
}

// TestUpdateBesideOneWhoWritesTheSame: a conflict that the service answered for is with
// somebody else, even where what stands there is what this update was to write.
func TestUpdateBesideOneWhoWritesTheSame(t *testing.T) {
	for _, status := range []int{http.StatusConflict, http.StatusPreconditionFailed} {
		s, c := start(t)
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		first := true
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut || !first {
				return false
			}
			first = false
			s.put(discard{}, r, path) // as the other's request, which was alike
			fail(w, status, "Conflict")
			return true
		}
		i, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Description += "one more. "
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, "one more. one more. ", i.Properties.Description, "the other's change and this one")
		require.Equal(t, []string{"GET incidents/abc", "PUT incidents/abc", "GET incidents/abc", "PUT incidents/abc"}, s.requests())
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// TestUpdateWithoutETag: neither none, nor one that names no version, keeps another's
// change from being taken back.
func TestUpdateWithoutETag(t *testing.T) {
	for _, etag := range []any{nil, "", " ", "*", "\"*\""} {
		s, c := start(t)
		s.objects["incidents/abc"] = map[string]any{"id": c.IncidentID("abc"), "properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}}
		if etag != nil {
			s.objects["incidents/abc"]["etag"] = etag
		}
		_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
			s.Title = "U"
			return nil
		})
		require.ErrorIs(t, err, arm.ErrNoETag, "%q", etag)
		require.Equal(t, []string{"GET incidents/abc"}, s.requests())
	}
	// What else it may be is the service's affair.
	for _, etag := range []string{`W/"1"`, `"a\b"`, "ä\n"} {
		s, c := start(t)
		s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
		s.objects["incidents/abc"]["etag"] = etag
		_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error { s.Title = "U"; return nil })
		require.NoError(t, err, "it came back as it was")
	}
}

// TestTwoWriters has two writers make 1,000 updates of one incident, each of which
// adds a label of its own.
func TestTwoWriters(t *testing.T) {
	const updates = 500 // by each
	s, c := start(t)
	_, err := c.CreateIncident(t.Context(), "abc", settings)
	require.NoError(t, err)
	s.mu.Lock()
	conflicts := 0
	s.intercept = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Method == http.MethodPut {
			conflicts++
		}
		return false
	}
	s.mu.Unlock()
	var wg sync.WaitGroup
	var failed atomic.Int64
	for writer := range 2 {
		wg.Go(func() {
			for n := range updates {
				_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
					s.Labels = append(s.Labels, arm.Label{Name: fmt.Sprintf("w%d-%d", writer, n)})
					return nil
				})
				if err != nil {
					t.Errorf("writer %d, update %d: %v", writer, n, err)
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	require.Zero(t, failed.Load())
	i, err := c.GetIncident(t.Context(), "abc")
	require.NoError(t, err)
	seen := map[string]int{}
	for _, l := range i.Properties.Labels {
		seen[l.Name]++
	}
	require.Len(t, seen, 2*updates)
	require.Len(t, i.Properties.Labels, 2*updates, "and none twice")
	t.Logf("%d updates took %d writes, of which %d met a conflict", 2*updates, conflicts, conflicts-2*updates)
}

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
