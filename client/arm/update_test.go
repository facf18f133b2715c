package arm_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
)

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

// TestAnotherWritesWhatWasLost: a later write was refused, so that what stands there is
// another's, even if it is what an earlier one was to write.
func TestAnotherWritesWhatWasLost(t *testing.T) {
	s, c := start(t)
	s.store("incidents/abc", map[string]any{"properties": map[string]any{"title": "T", "severity": "Low", "status": "New"}})
	object := func() map[string]any { return maps.Clone(s.objects["incidents/abc"]) }
	var mine map[string]any
	puts := 0
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if r.Method != http.MethodPut {
			return false
		}
		switch puts++; puts {
		case 1: // lost, and overwritten before anybody sees it
			before := object()
			s.put(discard{}, r, path)
			mine = object()
			s.store(path, before)
			fail(w, http.StatusGatewayTimeout, "GatewayTimeout")
		case 3:
			s.store(path, mine)
			fail(w, http.StatusConflict, "Conflict")
		default:
			return false
		}
		return true
	}
	refused := errors.New("I have been here")
	_, err := c.UpdateIncident(t.Context(), "abc", func(s *arm.IncidentSettings) error {
		if !s.AddLabel("mine") {
			return refused
		}
		return nil
	})
	require.ErrorIs(t, err, refused)
	require.ErrorIs(t, err, client.ErrOutcomeUnknown)
	require.Equal(t, 3, puts)
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
