package arm_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/alert/attack"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/sentinel"
	"github.com/incidentkit/incidentkit/incident"
)

var renew = flag.Bool("update", false, "write the golden files anew")

// golden compares a value in JSON with a file of testdata.
func golden(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	got = append(got, '\n')
	path := filepath.Join("testdata", name)
	if *renew {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(string(want), string(got)))
}

// fullSubmission uses all that a draft has.
func fullSubmission() arm.Submission {
	return arm.Submission{
		IncidentID:    arm.IDFor("case 4711"),
		FirstActivity: time.Date(2026, 8, 4, 9, 0, 0, 0, time.FixedZone("", 3600)), LastActivity: time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC),
		Alerts: []string{"1e5a5a6e-0000-4000-8000-000000000001"},
		Draft: incident.Draft{
			Name: "Account takeover", Owner: "soc.tier2@contoso.com", Tags: []string{"hunting", "tor"}, Comment: "Please look today.",
			Alerts: []alert.Draft{
				{
					Title: `Login from "TOR"`, Severity: alert.Medium, Category: alert.InitialAccess,
					Description: "The account signed in from an address on the TOR exit list.", Techniques: []attack.ID{"T1078"},
					RecommendedActions: "1. Reset the password\n- Revoke the sessions\n\n  * Ask the user\n-x stays",
					Entities: []entity.Definition{
						entity.UserByPrincipalName("john.doe@contoso.com").Impacted(),
						entity.DeviceByID("deadbeef0001").Impacted(),
						entity.IPAddress("185.220.101.50").Related(),
					},
				},
				{
					Title: "Mailbox rule", Severity: alert.High, Category: "Malware", Description: "A rule forwards all mail.",
					RecommendedActions: "Ask the user\nRemove the rule", ExcludedFromCorrelation: true,
					Entities: []entity.Definition{
						entity.FileBySHA256(strings.Repeat("ab", 32)).Impacted(),
						entity.RegistryKey(`HKLM\SOFTWARE\Contoso`).Related(),
						entity.DeviceByName("ws-17.contoso.com").Related(),
					},
				},
			},
		},
	}
}

func TestRaise(t *testing.T) {
	for name, preview := range map[string]bool{"stable": false, "preview": true} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			if preview {
				c = c.Preview()
			}
			r, err := c.Raise(t.Context(), fullSubmission())
			require.NoError(t, err)
			require.True(t, r.Done())
			require.Equal(t, "3177", r.IncidentID)
			require.Equal(t, "https://portal.azure.com/#asset/incident", r.IncidentWebURL)
			golden(t, "receipt-"+name+".json", r)
			bodies := make([]json.RawMessage, len(s.bodies))
			for i, b := range s.bodies {
				bodies[i] = json.RawMessage(b)
			}
			golden(t, "requests-"+name+".json", bodies)

			sent := s.requests()
			require.Equal(t, "GET incidents/"+arm.IDFor("case 4711"), sent[0])
			looks := 1
			if preview {
				looks += len(fullSubmission().Draft.Alerts)
			}
			require.Len(t, sent, looks+len(r.Steps), "a look for the incident and for each bookmark, and one request for each step")

			// Once more: everything is there, and an analyst has worked on it.
			_, err = c.UpdateIncident(t.Context(), arm.IDFor("case 4711"), func(s *arm.IncidentSettings) error {
				s.Status = arm.StatusClosed
				s.Unassign()
				return nil
			})
			require.NoError(t, err)
			before := s.paths()
			s.requests()
			again, err := c.Raise(t.Context(), fullSubmission())
			require.NoError(t, err)
			require.True(t, again.Done())
			for _, step := range again.Steps {
				require.True(t, step.Existed)
			}
			require.Equal(t, before, s.paths())
			for _, request := range s.requests() {
				require.True(t, strings.HasPrefix(request, "GET "), "%s: a repeated submission changes nothing", request)
			}
			require.Empty(t, cmp.Diff(r.NotCarried, again.NotCarried))
		})
	}
}

// TestRaiseKeepsABookmark that has outlived its incident, or that a person has worked on:
// a bookmark is not the incident's own, and may be there where that is not.
func TestRaiseKeepsABookmark(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(b *arm.BookmarkProperties)
		want   []incident.Omission
	}{
		"nothing": {func(*arm.BookmarkProperties) {}, nil},
		"what the draft does not say": {func(b *arm.BookmarkProperties) {
			b.Labels, b.Updated, b.Techniques = []string{"mine"}, time.Now(), append(b.Techniques, "T1566")
			b.EventTime = b.EventTime.Add(100 * time.Nanosecond)
			b.IncidentInfo = &sentinel.IncidentInfo{IncidentID: strings.ToUpper(arm.IDFor("case 4711"))}
		}, nil},
		"what the draft says": {func(b *arm.BookmarkProperties) {
			b.Notes, b.Tactics, b.EntityMappings = "Seen before.", nil, b.EntityMappings[1:]
		}, []incident.Omission{{Path: "alerts[0]", Reason: "the bookmark was there already, with other notes, entityMappings, tactics; it was left as it is"}}},
		"all": {func(b *arm.BookmarkProperties) { *b = arm.BookmarkProperties{DisplayName: "D", Query: "q"} }, []incident.Omission{
			{Path: "alerts[0]", Reason: "the bookmark was there already, with other displayName, query, queryResult, notes, eventTime, queryStartTime, queryEndTime, entityMappings, tactics, techniques; it was left as it is"},
		}},
		"the incident": {func(b *arm.BookmarkProperties) { b.IncidentInfo = &sentinel.IncidentInfo{IncidentID: "other\n"} }, []incident.Omission{
			{Path: "alerts[0]", Reason: `the bookmark was there already, and belongs to the incident "other\n"`},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			c = c.Preview()
			first, err := c.Raise(t.Context(), fullSubmission())
			require.NoError(t, err)
			made := slices.IndexFunc(first.Steps, func(s incident.Step) bool { return s.Action == incident.ActionCreateBookmark })
			id := first.Steps[made].Resource[strings.LastIndex(first.Steps[made].Resource, "/")+1:]
			_, err = c.UpdateBookmark(t.Context(), id, func(b *arm.BookmarkProperties) error { tt.change(b); return nil })
			require.NoError(t, err)
			for _, deleted := range []bool{true, false} {
				if deleted {
					maps.DeleteFunc(s.objects, func(path string, _ map[string]any) bool { return strings.HasPrefix(path, "incidents/") })
				}
				before := s.contents(t)
				s.requests()
				again, err := c.Raise(t.Context(), fullSubmission())
				require.NoError(t, err)
				require.True(t, again.Done())
				require.True(t, again.Steps[made].Existed)
				require.Equal(t, !deleted, again.Steps[0].Existed)
				require.NotContains(t, strings.Join(s.requests(), "\n"), "PUT bookmarks/")
				after := s.contents(t)
				require.Equal(t, before["bookmarks/"+id], after["bookmarks/"+id])
				require.Empty(t, cmp.Diff(append(first.NotCarried, tt.want...), again.NotCarried))
			}
		})
	}
}

func TestRaiseAfterACrash(t *testing.T) {
	s, c := start(t)
	c = c.Preview()
	whole, err := c.Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	all := s.paths()
	for n := range whole.Steps {
		s, c := start(t)
		c = c.Preview()
		puts := 0
		s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodPut {
				if puts++; puts > n {
					fail(w, http.StatusForbidden, "AuthorizationFailed")
					return true
				}
			}
			return false
		}
		r, err := c.Raise(t.Context(), fullSubmission())
		require.ErrorIs(t, err, client.ErrForbidden)
		require.False(t, r.Done())
		require.Len(t, s.paths(), n)
		s.intercept = nil
		r, err = c.Raise(t.Context(), fullSubmission())
		require.NoError(t, err)
		require.True(t, r.Done())
		require.Equal(t, all, s.paths(), "what was missing is there, and nothing twice")
	}
}

func TestRaiseGoesOnAfterAStepThatFails(t *testing.T) {
	s, c := start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		switch {
		case strings.Contains(path, "/relations/"):
			fail(w, http.StatusNotFound, "NotFound")
		case strings.Contains(path, "/tasks/"):
			fail(w, http.StatusBadRequest, "BadRequest")
		default:
			return false
		}
		return true
	}
	r, err := c.Raise(t.Context(), fullSubmission())
	require.ErrorContains(t, err, "step 2 of 9 (createTask): PUT ")
	require.ErrorContains(t, err, "step 9 of 9 (relateAlert): PUT ")
	require.ErrorIs(t, err, client.ErrInvalid)
	require.ErrorIs(t, err, client.ErrNotFound)
	for _, step := range r.Steps {
		want := incident.StateDone
		if step.Action == incident.ActionCreateTask || step.Action == incident.ActionRelateAlert {
			want = incident.StateFailed
		}
		require.Equal(t, want, step.State, step.Action)
	}

	s, c = start(t)
	s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
		fail(w, http.StatusForbidden, "AuthorizationFailed")
		return true
	}
	r, err = c.Raise(t.Context(), fullSubmission())
	require.ErrorContains(t, err, "step 1 of 9 (createIncident): GET ")
	require.Len(t, s.requests(), 1, "without an incident nothing else is tried")
	require.Equal(t, incident.StateFailed, r.Steps[0].State)
	require.Equal(t, incident.StatePending, r.Steps[1].State)
}

// TestAnAlertIsRelatedOnce, however often it is named.
func TestAnAlertIsRelatedOnce(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.Alerts = append(sub.Alerts, strings.ToUpper(sub.Alerts[0]), sub.Alerts[0])
	r, err := c.Raise(t.Context(), sub)
	require.NoError(t, err)
	require.True(t, r.Done())
	relations := 0
	for _, request := range s.requests() {
		if strings.Contains(request, "/relations/") {
			relations++
		}
	}
	require.Equal(t, 1, relations)
}

// TestTagsThatAreOneLabel: a tag that is left out is in the receipt.
func TestTagsThatAreOneLabel(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.Draft.Tags = []string{"Tor", "hunting", "TOR"}
	r, err := c.Raise(t.Context(), sub)
	require.NoError(t, err)
	require.Contains(t, s.bodies[0], `"labels":[{"labelName":"Tor"},{"labelName":"hunting"}]`)
	require.Contains(t, r.NotCarried, incident.Omission{Path: "customTags[2]", Reason: `the incident has this label already, in another case`})
}

// TestAnAlertThatIsRelatedUnderAnotherName: what the step is for is done. The service
// refuses a second relation to the same.
func TestAnAlertThatIsRelatedUnderAnotherName(t *testing.T) {
	sub := fullSubmission()
	for name, tt := range map[string]struct {
		related string // by somebody, in the portal
		existed bool
		want    incident.State
	}{
		"the same":             {unescapedRoot + "/entities/" + sub.Alerts[0], true, incident.StateDone},
		"in another case":      {strings.ToUpper(unescapedRoot + "/entities/" + sub.Alerts[0]), true, incident.StateDone},
		"another":              {unescapedRoot + "/entities/other", false, incident.StateFailed},
		"in another workspace": {strings.Replace(unescapedRoot, "my-ws", "other-ws", 1) + "/entities/" + sub.Alerts[0], false, incident.StateFailed},
		"nobody knows":         {"", false, incident.StateFailed},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
				switch {
				case r.Method == http.MethodPut && strings.Contains(path, "/relations/"):
					fail(w, http.StatusBadRequest, "BadRequest")
				case r.Method == http.MethodGet && strings.HasSuffix(path, "/relations") && tt.related != "":
					answer(w, http.StatusOK, map[string]any{"value": []any{
						map[string]any{"id": unescapedRoot + "/" + path + "/r0", "properties": map[string]any{"relatedResourceId": unescapedRoot + "/entities/x"}},
						map[string]any{"id": unescapedRoot + "/" + path + "/r1", "properties": map[string]any{"relatedResourceId": tt.related}},
					}})
				default:
					return false
				}
				return true
			}
			r, err := c.Raise(t.Context(), sub)
			step := r.Steps[len(r.Steps)-1]
			require.Equal(t, incident.ActionRelateAlert, step.Action)
			require.Equal(t, tt.want, step.State)
			require.Equal(t, tt.existed, step.Existed)
			if tt.want == incident.StateDone {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, client.ErrInvalid)
				require.ErrorContains(t, err, "about BadRequest")
			}
		})
	}
}

// TestAnotherRaisesTheSameAtOnce, and is a moment faster at one of the steps: the service
// answers that with a conflict. What the other has made is there.
func TestAnotherRaisesTheSameAtOnce(t *testing.T) {
	s, c := start(t)
	whole, err := c.Preview().Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	want := s.contents(t)
	for n := range whole.Steps {
		s, c := start(t)
		puts := 0
		s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
			if r.Method != http.MethodPut {
				return false
			}
			if puts++; puts != n+1 {
				return false
			}
			s.put(discard{}, r, path)
			fail(w, http.StatusConflict, "Conflict")
			return true
		}
		r, err := c.Preview().Raise(t.Context(), fullSubmission())
		require.NoError(t, err, "step %d", n)
		require.True(t, r.Done())
		require.True(t, r.Steps[n].Existed)
		require.Equal(t, want, s.contents(t))
	}
	// One that it cannot be seen of is a conflict.
	s, c = start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Method == http.MethodPut {
			fail(w, http.StatusConflict, "Conflict")
		}
		return r.Method == http.MethodPut
	}
	r, err := c.Raise(t.Context(), fullSubmission())
	require.ErrorIs(t, err, client.ErrConflict)
	require.Equal(t, incident.StateFailed, r.Steps[0].State)
	require.Len(t, s.requests(), 3)
}

// TestARelationThatLeadsElsewhere is not what the step is for, though it has the name.
func TestARelationThatLeadsElsewhere(t *testing.T) {
	s, c := start(t)
	first, err := c.Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	n := len(first.Steps) - 1
	path := first.Steps[n].Resource[strings.Index(first.Steps[n].Resource, "incidents/"):]
	s.objects[path]["properties"].(map[string]any)["relatedResourceId"] = unescapedRoot + "/entities/other"
	r, err := c.Raise(t.Context(), fullSubmission())
	require.ErrorIs(t, err, client.ErrConflict)
	require.ErrorContains(t, err, `(relateAlert): arm: `+path+` is there already, and leads to "entities/other"`)
	require.Equal(t, incident.StateFailed, r.Steps[n].State)
	require.False(t, r.Steps[n].Existed)

	s.objects[path]["properties"].(map[string]any)["relatedResourceId"] = strings.ToUpper(unescapedRoot + "/Entities/" + fullSubmission().Alerts[0])
	_, err = c.Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
}

// TestRelationsWithoutEnd: an incident has so many relations and no more.
func TestRelationsWithoutEnd(t *testing.T) {
	s, c, own := startAt(t)
	pages := 0
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		switch {
		case r.Method == http.MethodPut && strings.Contains(path, "/relations/"):
			fail(w, http.StatusBadRequest, "BadRequest")
		case r.Method == http.MethodGet && strings.HasSuffix(path, "/relations"):
			pages++
			value := slices.Repeat([]any{map[string]any{"id": unescapedRoot + "/" + path + "/r0", "properties": map[string]any{"relatedResourceId": "/x"}}}, 50)
			answer(w, http.StatusOK, map[string]any{"value": value, "nextLink": own + root + "/" + path + "?page=" + strconv.Itoa(pages)})
		default:
			return false
		}
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := c.Raise(ctx, fullSubmission())
	require.ErrorIs(t, err, client.ErrInvalid)
	require.Equal(t, 4, pages)
}

func TestSubmit(t *testing.T) {
	s, c := start(t)
	draft := fullSubmission().Draft
	first, err := c.Submit(t.Context(), draft)
	require.NoError(t, err)
	correlation := s.header.Get("x-ms-correlation-request-id")
	require.Len(t, correlation, 36, "the requests of a submission belong together")
	second, err := c.Submit(t.Context(), draft)
	require.NoError(t, err)
	require.NotEqual(t, first.ResourceID, second.ResourceID, "each is a new incident")
	require.NotEqual(t, correlation, s.header.Get("x-ms-correlation-request-id"))

	given, err := c.Raise(arm.WithCorrelationID(t.Context(), "1e5a5a6e-0000-4000-8000-000000000009"), arm.Submission{Draft: draft})
	require.NoError(t, err)
	require.True(t, given.Done())
	require.Equal(t, "1e5a5a6e-0000-4000-8000-000000000009", s.header.Get("x-ms-correlation-request-id"))
}

func TestRaiseRefuses(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.IncidentID = "a\n"
	sub.Alerts = make([]string, 151)
	for i := range sub.Alerts {
		sub.Alerts[i] = strconv.Itoa(i)
	}
	sub.Alerts[7] = ""
	sub.Alerts[8] = "../bookmarks/x"
	sub.Draft.Alerts[0].Severity = "serious"
	sub.Draft.Alerts[0].LinkToIncident = 5
	sub.Draft.Alerts[1].RecommendedActions = strings.Repeat("Do this now\n", 3)
	for i := range 40 {
		sub.Draft.Alerts[1].RecommendedActions += "Do " + strings.Repeat("x", i+1) + "\n"
	}
	_, err := c.Raise(t.Context(), sub)
	var invalid *arm.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, `alerts[0].severity is "serious"; give one of high, medium, low, informational
incidentId is "a\n", which holds '\n'; no name in Azure has one of <>%&:\?/# or a control character, and IDFor makes an id of any text
alerts[0].linkToIncident is 5, an incident of Defender; Azure Resource Manager cannot add to it, so leave it out or raise the draft through Microsoft Graph
relatedAlerts[7] is missing; give an id such as NewID or IDFor makes
relatedAlerts[8] is "../bookmarks/x", which holds '/'; no name in Azure has one of <>%&:\?/# or a control character, and IDFor makes an id of any text
relatedAlerts gives 151 alerts; an incident has at most 150
alerts gives 45 tasks, one for each line of recommendedActions; an incident has at most 40`, err.Error())
	require.Empty(t, s.requests())

	_, err = c.Raise(t.Context(), arm.Submission{})
	require.EqualError(t, err, "alerts is empty; give at least 1")
}

// TestRaiseAtEveryLimit raises all that an incident can have, and refuses one more of each
// before anything is sent.
func TestRaiseAtEveryLimit(t *testing.T) {
	most := func() arm.Submission {
		sub := fullSubmission()
		a := sub.Draft.Alerts[0]
		sub.Draft.Comment = strings.Repeat("ä", arm.MaxComment)
		a.Description, a.RecommendedActions = strings.Repeat("ö", arm.MaxDescription), ""
		sub.Draft.Alerts = slices.Repeat([]alert.Draft{a}, arm.MaxBookmarks)
		for i := range arm.MaxTasks {
			sub.Draft.Alerts[i%7].RecommendedActions += "Do " + strconv.Itoa(i) + "\n"
		}
		sub.Alerts = nil
		for i := range arm.MaxAlerts {
			sub.Alerts = append(sub.Alerts, strconv.Itoa(i))
		}
		return sub
	}
	// The draft's own comment is one, and what else the others need are four.
	title := func(comments int) string {
		return strings.Repeat("ü", comments*arm.MaxComment-len("Alert 1 of 20: "))
	}
	for name, tt := range map[string]struct {
		more func(*arm.Submission)
		want string
	}{
		"all":         {func(*arm.Submission) {}, ""},
		"alerts":      {func(s *arm.Submission) { s.Alerts = append(s.Alerts, "one more") }, "relatedAlerts gives 151 alerts; an incident has at most 150"},
		"tasks":       {func(s *arm.Submission) { s.Draft.Alerts[9].RecommendedActions = "One more" }, "alerts gives 41 tasks, one for each line of recommendedActions; an incident has at most 40"},
		"comments":    {func(s *arm.Submission) { s.Draft.Alerts[0].Title = title(arm.MaxComments - 4) }, "alerts gives 101 comments; an incident has at most 100"},
		"comment":     {func(s *arm.Submission) { s.Draft.Comment += "x" }, "comment is longer than 30000 characters; shorten it"},
		"description": {func(s *arm.Submission) { s.Draft.Alerts[3].Description += "x" }, "alerts[3].description is longer than 5000 characters; shorten it"},
		"id":          {func(s *arm.Submission) { s.IncidentID = strings.Repeat("ä", arm.MaxID+1) }, "incidentId has 261 characters; at most 260 are a name in Azure"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := start(t)
			sub := most()
			tt.more(&sub)
			r, err := c.Preview().Raise(t.Context(), sub)
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				require.Empty(t, s.requests())
				return
			}
			require.NoError(t, err)
			require.True(t, r.Done())
			require.Len(t, r.Steps, 1+arm.MaxTasks+len(s.comments(t))+2*arm.MaxBookmarks+arm.MaxAlerts)
		})
	}
}

// TestRaiseAtTheLimitOfComments is without what would carry the same long title again.
func TestRaiseAtTheLimitOfComments(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.Draft.Alerts[0].Title = strings.Repeat("x", (arm.MaxComments-2)*arm.MaxComment-len("Alert 1 of 2: "))
	_, err := c.Raise(t.Context(), sub)
	require.NoError(t, err)
	require.Len(t, s.comments(t), arm.MaxComments)
}

// TestRaiseRefusesTimes that nobody can have meant, or that JSON has no form for.
func TestRaiseRefusesTimes(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.FirstActivity, sub.LastActivity = sub.LastActivity, sub.FirstActivity
	_, err := c.Raise(t.Context(), sub)
	require.EqualError(t, err, "lastActivity is before firstActivity; give the later one")
	sub.FirstActivity, sub.LastActivity = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err = c.Raise(t.Context(), sub)
	require.EqualError(t, err, "firstActivity is in the year -1; give one from 1 to 9999\nlastActivity is in the year 10000; give one from 1 to 9999")
	// A time of which the zone makes another year.
	sub.LastActivity = time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200))
	sub.FirstActivity = time.Time{}
	_, err = c.Raise(t.Context(), sub)
	require.EqualError(t, err, "lastActivity is in the year 10000; give one from 1 to 9999")
	require.Empty(t, s.requests())
	sub.LastActivity = time.Time{}
	_, err = c.Raise(t.Context(), sub)
	require.NoError(t, err)
	require.NotContains(t, s.bodies[0], "ActivityTimeUtc")
}

// TestTasksAreLinesThatSaySomething: texts that were copied hold marks that nobody sees,
// and bullets without anything to do.
func TestTasksAreLinesThatSaySomething(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.Draft.Alerts[0].RecommendedActions = "\ufeff- Reset the password\u200b\r\n\u200b\n- \u200b\n-\n---\n1.\n 2) \n42\n-x\n"
	sub.Draft.Alerts[1].RecommendedActions = "\u200bRESET the password\n\u2022 Tell them\u00a0"
	r, err := c.Raise(t.Context(), sub)
	require.NoError(t, err)
	require.True(t, r.Done())
	var titles []string
	for _, body := range s.bodies {
		var doc struct {
			Properties struct{ Title, Status, Severity string }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &doc))
		if doc.Properties.Status != "" && doc.Properties.Severity == "" {
			titles = append(titles, doc.Properties.Title)
		}
	}
	require.Equal(t, []string{"Reset the password", "42", "-x", "Tell them"}, titles)
}

func TestLongContextIsSplit(t *testing.T) {
	s, c := start(t)
	sub := fullSubmission()
	sub.Draft.Alerts[0].Title = strings.Repeat("ä", 70000)
	sub.Draft.Alerts[1].Entities = nil
	for i := range 60 {
		sub.Draft.Alerts[1].Entities = append(sub.Draft.Alerts[1].Entities, entity.URL("https://example.test/"+strings.Repeat("x", 900)+string(rune('a'+i/26))+string(rune('a'+i%26))).Impacted())
	}
	_, err := c.Raise(t.Context(), sub)
	require.NoError(t, err)
	comments := s.comments(t)
	require.Greater(t, len(comments), 4)
	text := strings.Join(comments, "\n")
	require.Equal(t, 70000, strings.Count(text, "ä"), "nothing is lost")
	require.Equal(t, 60, strings.Count(text, "- impacted: url url https://"))
}

// comments are the texts of the comments that were sent, each of a length that there can
// be.
func (s *service) comments(t *testing.T) (comments []string) {
	for _, body := range s.bodies {
		var doc struct {
			Properties struct {
				Message string `json:"message"`
			} `json:"properties"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &doc))
		if m := doc.Properties.Message; m != "" {
			require.LessOrEqual(t, len([]rune(m)), arm.MaxComment)
			comments = append(comments, m)
		}
	}
	return comments
}

// TestLongContextKeepsItsOrder, whatever length the lines have that are cut.
func TestLongContextKeepsItsOrder(t *testing.T) {
	for _, length := range []int{29000, arm.MaxComment - 15, arm.MaxComment - 14, arm.MaxComment - 13, 40000, 2*arm.MaxComment - 14, 2*arm.MaxComment - 13} {
		s, c := start(t)
		sub := fullSubmission()
		sub.Draft.Comment = ""
		title := strings.Repeat("ä", length)
		sub.Draft.Alerts[1].Title = title
		_, err := c.Raise(t.Context(), sub)
		require.NoError(t, err)
		comments := s.comments(t)
		require.True(t, strings.HasPrefix(comments[0], "Alert 1 of 2: "), "%d: %.20q", length, comments[0])
		text := strings.ReplaceAll(strings.Join(comments, ""), "\n", "")
		require.Contains(t, text, "185.220.101.50Alert 2 of 2: "+title+"Severity: high", "%d", length)
	}
}

func TestOwnerThatTheServiceDoesNotFind(t *testing.T) {
	s, c := start(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		if r.Method == http.MethodPut && strings.Count(path, "/") == 1 {
			s.put(discard{}, r, path)
			delete(s.objects[path]["properties"].(map[string]any), "owner")
			answer(w, http.StatusCreated, s.objects[path])
			return true
		}
		return false
	}
	r, err := c.Raise(t.Context(), fullSubmission())
	require.NoError(t, err)
	require.Equal(t, incident.Omission{Path: "assignedTo", Reason: `the service did not find "soc.tier2@contoso.com"; the incident has no owner`}, r.NotCarried[len(r.NotCarried)-1])
}

func TestIDFor(t *testing.T) {
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, arm.IDFor("case 1"))
	require.Equal(t, arm.IDFor("case 1"), arm.IDFor("case 1"))
	require.NotEqual(t, arm.IDFor("case 1"), arm.IDFor("Case 1"), "references are texts of another system, which may tell case apart")
	require.Equal(t, "5bbc359a-330a-5da3-8bab-508c0a82c61c", arm.IDFor("case 4711"), "an id that was given once stays for ever")
}
