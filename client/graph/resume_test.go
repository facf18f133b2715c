package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/incident"
)

// lossyService is just enough of Microsoft Graph to lose, delay and merge things: it
// answers by functions, and works in a bubble, without a socket.
type lossyService struct {
	mu       sync.Mutex
	requests []string
	alerts   []alert.Alert
	comments map[string][]alert.Comment
	merged   map[string]string // incident → the one it was merged into

	// lost tells which requests are executed and not answered, dropped which are
	// not executed and not answered, refused which get a status; they are asked
	// with the number of the request from 1.
	lost, dropped func(n int, r string) bool
	refused       func(n int, r string) int
	// readableAfter is how long a new incident cannot be read, shownAfter how
	// long a new alert is missing in lists.
	readableAfter, shownAfter time.Duration
}

func (s *lossyService) client(t require.TestingT, opts ...client.Option) *graph.Client {
	s.comments, s.merged = map[string][]alert.Comment{}, map[string]string{}
	cloud := client.Cloud{Authority: "https://login.example", Graph: "https://graph.example", Portal: "https://portal.example", CreatesAlerts: true, Unlimited: true}
	c, err := graph.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "T0ken"})),
		append([]client.Option{client.WithCloud(cloud), client.WithTransport(s)}, opts...)...)
	require.NoError(t, err)
	return c
}

func (s *lossyService) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	name := r.Method + " " + strings.TrimPrefix(r.URL.Path[len("/v1.0"):], "/security/")
	if strings.HasPrefix(r.URL.Path, "/beta/") {
		name = r.Method + " " + strings.TrimPrefix(r.URL.Path, "/beta/security/")
	}
	s.requests = append(s.requests, name)
	n := len(s.requests)
	if s.dropped != nil && s.dropped(n, name) {
		return nil, io.ErrUnexpectedEOF
	}
	w := httptest.NewRecorder()
	if status := 0; s.refused != nil {
		if status = s.refused(n, name); status != 0 {
			w.WriteHeader(status)
			return w.Result(), nil
		}
	}
	s.answer(w, name, body)
	if s.lost != nil && s.lost(n, name) {
		return nil, io.ErrUnexpectedEOF
	}
	return w.Result(), nil
}

func (s *lossyService) answer(w http.ResponseWriter, name string, body []byte) {
	reply := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	method, path, _ := strings.Cut(name, " ")
	parts := strings.Split(path, "/")
	switch {
	case path == "alerts_v2/createAlert":
		var in struct{ CreateAlertInput alert.Draft }
		_ = json.Unmarshal(body, &in)
		d := in.CreateAlertInput
		id := fmt.Sprint(100 + len(s.alerts))
		incidentID := fmt.Sprint(d.LinkToIncident)
		if d.LinkToIncident == 0 {
			incidentID = fmt.Sprint(len(s.alerts) + 1)
		} else if s.young(incidentID) || s.merged[incidentID] != "" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		a := alert.Alert{
			ID: id, IncidentID: incidentID, Title: d.Title, Severity: d.Severity, Description: d.Description, Category: d.Category,
			Techniques: d.Techniques, DetectionSource: alert.DetectionManual, CreatedDateTime: time.Now(),
		}
		s.alerts = append(s.alerts, a)
		w.WriteHeader(http.StatusCreated)
		reply(a)
	case path == "alerts_v2":
		list := []alert.Alert{}
		for _, a := range s.alerts {
			if time.Since(a.CreatedDateTime) >= s.shownAfter {
				list = append(list, a)
			}
		}
		slices.Reverse(list)
		reply(map[string]any{"value": list})
	case s.young(parts[1]):
		w.WriteHeader(http.StatusNotFound)
	case len(parts) == 3:
		var in alert.Comment
		_ = json.Unmarshal(body, &in)
		in.CreatedDateTime = time.Now()
		s.comments[parts[1]] = append(s.comments[parts[1]], in)
		reply(map[string]any{"value": s.comments[parts[1]]})
	default:
		i := incident.Incident{ID: parts[1], Comments: s.comments[parts[1]], RedirectIncidentID: s.merged[parts[1]]}
		if i.RedirectIncidentID != "" && method == "PATCH" {
			w.WriteHeader(http.StatusConflict)
			return
		}
		reply(i)
	}
}

// young tells that an incident cannot be read yet.
func (s *lossyService) young(incidentID string) bool {
	for _, a := range s.alerts {
		if a.IncidentID == incidentID {
			return time.Since(a.CreatedDateTime) < s.readableAfter
		}
	}
	return false
}

func whole() incident.Draft {
	return incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}, Name: "n", Comment: "c"}
}

func states(r *incident.Receipt) string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, string(s.State))
	}
	return strings.Join(all, " ")
}

func TestSubmitWaitsAndFollows(t *testing.T) {
	const create, get, patch, comment = "POST alerts_v2/createAlert", "GET incidents/1", "PATCH incidents/1", "POST incidents/1/comments"
	for _, tt := range []struct {
		name     string
		change   func(*lossyService)
		want     []string
		incident string
		from     []string
		err      string
		states   string
		took     time.Duration
	}{
		{"at once", func(*lossyService) {}, []string{create, create, get, patch, comment}, "1", nil, "", "done done done done", 0},
		{"not readable yet", func(s *lossyService) { s.readableAfter = 3 * time.Second },
			[]string{create, create, get, get, get, get, create, patch, comment}, "1", nil, "", "done done done done", 3500 * time.Millisecond},
		{"never readable", func(s *lossyService) { s.readableAfter = time.Hour },
			nil, "1", nil, "404 Not Found", "done failed pending pending", 30 * time.Second},
		{"merged away before the second alert", func(s *lossyService) { s.merged["1"] = "7" },
			[]string{create, create, get, "GET incidents/7", create, "PATCH incidents/7", "POST incidents/7/comments"}, "7", []string{"1"}, "", "done done done done", 0},
		{"merged away twice", func(s *lossyService) { s.merged["1"], s.merged["7"] = "7", "8" },
			[]string{create, create, get, "GET incidents/7", "GET incidents/8", create, "PATCH incidents/8", "POST incidents/8/comments"}, "8", []string{"1", "7"}, "", "done done done done", 0},
		{"merged in a circle", func(s *lossyService) { s.merged["1"], s.merged["7"] = "7", "1" },
			[]string{create, create, get, "GET incidents/7"}, "7", []string{"1"}, "404 Not Found", "done failed pending pending", 0},
		{"may not read", func(s *lossyService) {
			s.refused = func(_ int, r string) int {
				if r == get {
					return 403
				}
				return 0
			}
		}, []string{create, create, get, patch, comment}, "1", nil, "", "done done done done", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &lossyService{}
				c := s.client(t)
				tt.change(s)
				start := time.Now()
				receipt, err := c.Submit(t.Context(), whole())
				require.Equal(t, tt.took, time.Since(start).Truncate(100*time.Millisecond))
				if tt.err != "" {
					require.ErrorContains(t, err, tt.err)
				} else {
					require.NoError(t, err)
					require.True(t, receipt.Done())
				}
				require.Equal(t, tt.states, states(receipt))
				require.Equal(t, tt.incident, receipt.IncidentID)
				require.Equal(t, tt.from, receipt.RedirectedFrom)
				if tt.want != nil {
					require.Empty(t, cmp.Diff(tt.want, s.requests))
				}
			})
		})
	}
}

// TestResume breaks a submission off at each of its steps, in each of the ways
// in which that can happen, and goes on from the receipt as it was stored.
// Nothing is done twice.
func TestResume(t *testing.T) {
	for at := 1; at <= 5; at++ { // create, create, get, patch, comment
		for _, how := range []string{"refused", "lost", "dropped"} {
			for _, reconciling := range []bool{false, true} {
				t.Run(fmt.Sprintf("%d %s %v", at, how, reconciling), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						broken := func(n int, _ string) bool { return n == at }
						s := &lossyService{shownAfter: 10 * time.Second}
						c := s.client(t, client.WithRetry(1, time.Second, time.Second))
						switch how {
						case "refused":
							s.refused = func(n int, r string) int {
								if broken(n, r) {
									return 403
								}
								return 0
							}
						case "lost":
							s.lost = broken
						case "dropped":
							s.dropped = broken
						}
						receipt, err := c.Submit(t.Context(), whole())
						creating := at != 3 && at != 4
						uncertain := creating && how != "refused"
						if at == 3 && how == "refused" {
							require.NoError(t, err, "reading is not necessary")
							return
						}
						require.Error(t, err)
						require.Equal(t, uncertain, errors.Is(err, client.ErrOutcomeUnknown), "%v", err)
						stored, err := json.Marshal(receipt)
						require.NoError(t, err)
						require.NotContains(t, string(stored), "T0ken")

						var again incident.Receipt
						require.NoError(t, json.Unmarshal(stored, &again))
						require.Empty(t, cmp.Diff(*receipt, again))
						sent := len(s.requests)
						if reconciling {
							c = c.Reconciling(graph.Window{})
						}
						done, err := c.Resume(t.Context(), &again)
						require.Empty(t, cmp.Diff(*receipt, again), "the receipt is left alone")
						if uncertain && !reconciling {
							require.ErrorIs(t, err, client.ErrOutcomeUnknown)
							require.Len(t, s.requests, sent, "nothing was sent")
							return
						}
						require.NoError(t, err)
						require.True(t, done.Done())
						require.Len(t, s.alerts, 2)
						require.Len(t, s.comments["1"], 1)
						require.Equal(t, []string{"100", "101"}, []string{done.Alerts[0].ID, done.Alerts[1].ID})
						require.Equal(t, "https://portal.example/incident2/1/overview", done.IncidentWebURL)
						for _, step := range done.Steps {
							require.Zero(t, step.Since)
						}
						sent = len(s.requests)
						_, err = c.Resume(t.Context(), done)
						require.NoError(t, err)
						require.Len(t, s.requests, sent, "what is done is done")
					})
				})
			}
		}
	}
}

// TestSubmitFindsOutByItself loses the answer to each request in turn.
func TestSubmitFindsOutByItself(t *testing.T) {
	for at := 1; at <= 8; at++ {
		synctest.Test(t, func(t *testing.T) {
			broken := func(n int, _ string) bool { return n == at }
			for _, s := range []*lossyService{{lost: broken, shownAfter: 10 * time.Second}, {dropped: broken}} {
				receipt, err := s.client(t).Reconciling(graph.Window{}).Submit(t.Context(), whole())
				require.NoError(t, err)
				require.True(t, receipt.Done())
				require.Len(t, s.alerts, 2)
				require.Len(t, s.comments["1"], 1)
			}
		})
	}
	// A service that loses every answer is not asked for ever, and nothing is
	// created more than once.
	synctest.Test(t, func(t *testing.T) {
		s := &lossyService{dropped: func(_ int, r string) bool { return strings.HasSuffix(r, "createAlert") }}
		receipt, err := s.client(t).Reconciling(graph.Window{}).Submit(t.Context(), whole())
		require.ErrorIs(t, err, client.ErrOutcomeUnknown)
		require.Equal(t, "uncertain pending pending pending", states(receipt))
		require.Empty(t, s.alerts)
		require.Less(t, len(s.requests), 100)
	})
}

func TestReceiptsThatNobodyLeft(t *testing.T) {
	good := func() *incident.Receipt {
		r := &incident.Receipt{Draft: whole(), IncidentID: "1", Alerts: []incident.AlertReceipt{{ID: "100"}}}
		for _, a := range []incident.Action{incident.ActionCreateAlert, incident.ActionCreateAlert, incident.ActionUpdateIncident, incident.ActionCommentOnIncident} {
			r.Steps = append(r.Steps, incident.Step{Action: a, State: incident.StatePending})
		}
		r.Steps[0].State, r.Steps[1].Alert = incident.StateDone, 1
		return r
	}
	for _, tt := range []struct {
		change func(*incident.Receipt)
		want   string
	}{
		{func(r *incident.Receipt) { r.Draft.Alerts[0].Title = "" }, "alerts[0].title"},
		{func(r *incident.Receipt) { r.Draft.Comment = "" }, "the receipt has 4 steps, its draft has 3; nothing was sent"},
		{func(r *incident.Receipt) { r.Steps[1].Alert = 0 }, "step 2 of the receipt (createAlert) is not the draft's"},
		{func(r *incident.Receipt) { r.Steps[1].Action = "x" }, "step 2 of the receipt (x) is not the draft's (createAlert)"},
		{func(r *incident.Receipt) { r.Steps[2].State = incident.StateDone }, "step 3 of the receipt (updateIncident) is done before step 2 of the receipt (createAlert)"},
		{func(r *incident.Receipt) { r.Alerts = nil }, "the receipt names 0 alerts, and 1 of its steps created one"},
		{func(r *incident.Receipt) { r.IncidentID = "" }, "the receipt names alerts and no incident"},
	} {
		s := &lossyService{}
		c := s.client(t)
		r := good()
		tt.change(r)
		_, err := c.Resume(t.Context(), r)
		require.ErrorContains(t, err, tt.want)
		require.Empty(t, s.requests)
	}
}

func TestReconcile(t *testing.T) {
	draft := oneAlert("x")
	made := func(d alert.Draft, id string, age time.Duration) alert.Alert {
		return alert.Alert{ID: id, Title: d.Title, Severity: d.Severity, Description: d.Description, Category: d.Category, Techniques: d.Techniques,
			DetectionSource: alert.DetectionManual, CreatedDateTime: time.Now().Add(-age)}
	}
	for _, tt := range []struct {
		name    string
		window  graph.Window
		draft   alert.Draft
		alerts  func() []alert.Alert
		verdict graph.Verdict
		id, why string
		exact   bool
		took    time.Duration
	}{
		{"nothing there", graph.Window{}, draft, func() []alert.Alert { return nil },
			graph.NotCreated, "", "none of the 0 alerts created since looks like the draft", false, 3 * time.Minute},
		{"long after the attempt", graph.Window{Settle: time.Second}, draft, func() []alert.Alert { return []alert.Alert{made(oneAlert("other"), "1", 0)} },
			graph.NotCreated, "", "none of the 1 alerts created since looks like the draft", false, time.Second},
		{"there", graph.Window{}, draft, func() []alert.Alert { return []alert.Alert{made(oneAlert("other"), "1", 0), made(draft, "2", 0)} },
			graph.Created, "2", "one alert was created since that says what the draft says", false, 0},
		{"known to be another's", graph.Window{Settle: time.Second, Others: []string{"2"}}, draft, func() []alert.Alert { return []alert.Alert{made(draft, "2", 0)} },
			graph.NotCreated, "", "", false, time.Second},
		{"twins", graph.Window{}, draft, func() []alert.Alert { return []alert.Alert{made(draft, "2", 0), made(draft, "3", 0)} },
			graph.CannotTell, "", "2 alerts were created since that look like the draft: 3, 2", false, 0},
		{"twins with a reference", graph.Window{}, draft.WithReference("R-1"), func() []alert.Alert {
			return []alert.Alert{made(draft, "2", 0), made(draft.WithReference("R-1"), "4", time.Second), made(draft.WithReference("R-1"), "3", 0)}
		}, graph.Created, "4", "an alert carries the draft's reference", true, 0},
		{"too many", graph.Window{Most: 1}, draft, func() []alert.Alert { return []alert.Alert{made(draft, "2", 0), made(draft, "3", 0)} },
			graph.CannotTell, "", "more than 1 alerts were created since", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &lossyService{}
				c := s.client(t)
				s.alerts = tt.alerts()
				tt.window.Since = time.Now()
				start := time.Now()
				got, err := c.Reconcile(t.Context(), tt.draft, tt.window)
				require.NoError(t, err)
				require.Equal(t, tt.verdict, got.Verdict, got.Why)
				require.Equal(t, tt.exact, got.Exact)
				require.Contains(t, got.Why, tt.why)
				require.Equal(t, tt.took, time.Since(start))
				if tt.id != "" {
					require.Equal(t, tt.id, got.Alert.ID)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := &lossyService{}
		c := s.client(t)
		s.refused = func(int, string) int { return 403 }
		got, err := c.Reconcile(t.Context(), draft, graph.Window{Since: time.Now()})
		require.NoError(t, err)
		require.Equal(t, graph.CannotTell, got.Verdict)
		require.Contains(t, got.Why, "the alerts cannot be read: GET /v1.0/security/alerts_v2: 403 Forbidden")

		s.refused = nil
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = c.Reconcile(ctx, draft, graph.Window{Since: time.Now()})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = c.Reconcile(t.Context(), draft, graph.Window{})
		require.ErrorContains(t, err, "the window needs a Since")
	})
}

// TestTheFilterOfReconcile asks only for what can be the draft's.
func TestTheFilterOfReconcile(t *testing.T) {
	var asked []string
	c := fake(t, 200, `{"value":[]}`, func(r *http.Request, _ string) { asked = append(asked, r.URL.Query().Get("$filter")) })
	_, err := c.Reconcile(t.Context(), oneAlert("x"), graph.Window{Since: time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC), Settle: time.Nanosecond})
	require.NoError(t, err)
	require.Equal(t, []string{"createdDateTime ge 2026-08-04T09:58:00Z"}, asked)
}

func ExampleClient_Resume() {
	s := &lossyService{dropped: func(n int, _ string) bool { return n == 2 }}
	defender := s.client(nil)
	receipt, err := defender.Submit(context.Background(), incident.Draft{Alerts: []alert.Draft{oneAlert("first"), oneAlert("second")}})
	fmt.Println(errors.Is(err, client.ErrOutcomeUnknown), receipt.Steps[0].State, receipt.Steps[1].State)
	var stored bytes.Buffer
	_ = json.NewEncoder(&stored).Encode(receipt)

	// Later, in another process.
	var again incident.Receipt
	_ = json.Unmarshal(stored.Bytes(), &again)
	receipt, err = defender.Reconciling(graph.Window{Settle: time.Millisecond}).Resume(context.Background(), &again)
	fmt.Println(err, receipt.Done(), len(s.alerts))
	// Output:
	// true done uncertain
	// <nil> true 2
}
