package emulator_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// life is a tenant whose incidents live, and the client by which a test changes
// them over HTTP.
type life struct {
	t      *testing.T
	clock  *clock
	tenant *emulator.Running
}

func live(t *testing.T, opts ...emulator.Option) life {
	t.Helper()
	c := &clock{now: time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)}
	l := life{t, c, emulator.Start(t, append([]emulator.Option{emulator.WithClock(c.Now)}, opts...)...)}
	t.Cleanup(func() { require.NoError(t, l.tenant.Check()) })
	return l
}

// raise raises an alert about a user, and the changes of a draft, and returns the
// alert.
func (l life) raise(title, user string, change ...func(*alert.Draft)) *alert.Alert {
	l.t.Helper()
	d := alert.Draft{
		Title: title, Severity: alert.Medium, Category: alert.Execution, Description: "About " + title + ".",
		Entities: []entity.Definition{entity.UserByPrincipalName(user + "@contoso.com").Impacted()},
	}
	for _, f := range change {
		f(&d)
	}
	a, err := l.tenant.Graph.CreateAlert(l.t.Context(), d)
	require.NoError(l.t, err)
	return a
}

func severity(s alert.Severity) func(*alert.Draft) { return func(d *alert.Draft) { d.Severity = s } }

func device(name string) func(*alert.Draft) {
	return func(d *alert.Draft) { d.Entities = append(d.Entities, entity.DeviceByName(name).Impacted()) }
}

func excluded(d *alert.Draft) { d.ExcludedFromCorrelation = true }

func linkTo(id string) func(*alert.Draft) {
	return func(d *alert.Draft) { d.LinkToIncident, _ = strconv.ParseInt(id, 10, 64) }
}

func (l life) later(d time.Duration) { l.clock.Advance(d) }

func (l life) incident(id string) *incident.Incident {
	l.t.Helper()
	i, err := l.tenant.Graph.GetIncident(l.t.Context(), id)
	require.NoError(l.t, err)
	return i
}

// of returns the incident of an alert.
func (l life) of(a *alert.Alert) string {
	l.t.Helper()
	now, err := l.tenant.Graph.GetAlert(l.t.Context(), a.ID)
	require.NoError(l.t, err)
	return now.IncidentID
}

func (l life) update(id string, u incident.Update) {
	l.t.Helper()
	_, err := l.tenant.Graph.UpdateIncident(l.t.Context(), id, u)
	require.NoError(l.t, err)
}

func (l life) comment(id, text string) {
	l.t.Helper()
	_, err := l.tenant.Graph.CommentOnIncident(l.t.Context(), id, text)
	require.NoError(l.t, err)
}

// decided returns what was decided of an alert.
func (l life) decided(a *alert.Alert) emulator.Decision {
	l.t.Helper()
	for _, d := range l.tenant.Decisions() {
		if d.Alert == a.ID {
			return d
		}
	}
	l.t.Fatalf("nothing was decided of %s", a.ID)
	return emulator.Decision{}
}

// TestTenMinutesLater is the whole way of two alerts about one user.
func TestTenMinutesLater(t *testing.T) {
	l := live(t)
	first := l.raise("Sign-in from an unusual place", "jo", severity(alert.Low))
	l.update("1", incident.Update{CustomTags: new([]string{"vip"})})
	l.later(time.Minute)
	second := l.raise("Mass download", "jo", severity(alert.High), func(d *alert.Draft) { d.Category = alert.Exfiltration })
	l.update("2", incident.Update{CustomTags: new([]string{"dlp"}), AssignedTo: new("sam@contoso.com")})
	l.comment("2", "looks bad")
	require.Equal(t, "2", l.of(second), "nothing happens at once")
	require.Empty(t, l.tenant.Decisions())

	l.later(10 * time.Minute)
	require.Equal(t, []string{"1", "1"}, []string{l.of(first), l.of(second)})
	target, source := l.incident("1"), l.incident("2")
	require.Equal(t, incident.StatusRedirected, source.Status)
	require.Equal(t, "1", source.RedirectIncidentID)
	require.Equal(t, []string{"Redirected"}, source.SystemTags)
	require.Empty(t, source.CustomTags)
	require.Equal(t, []string{"vip", "dlp"}, target.CustomTags)
	require.Equal(t, alert.High, target.Severity)
	require.Equal(t, "sam@contoso.com", target.AssignedTo)
	require.Equal(t, "Multi-stage incident involving Execution & Exfiltration", target.DisplayName)
	require.Equal(t, "looks bad", target.Comments[0].Comment)
	require.Equal(t, emulator.CorrelatorName, target.LastModifiedBy)
	due := time.Date(2026, 8, 4, 10, 6, 0, 0, time.UTC)
	require.Equal(t, due, target.LastUpdateDateTime, "it was done when it was due, and not when somebody asked")

	require.Equal(t, correlation.Opened, l.decided(first).Kind)
	d := l.decided(second)
	require.Greater(t, d.Bits, correlation.Defender().Join)
	d.Bits = 0
	require.Empty(t, cmp.Diff(emulator.Decision{Time: due, Alert: second.ID, Kind: correlation.Joined, Incident: "1", Merged: []string{"2"}}, d))
	why, err := l.tenant.Explain(first.ID, second.ID)
	require.NoError(t, err)
	require.Contains(t, why.String(), "jo@contoso.com")
	require.Equal(t, incident.CorrelationReasons{incident.ReasonSameTargetedAsset, incident.ReasonEventSequence, incident.ReasonTemporalProximity}, why.Reasons)
}

// TestReasonsNotToMerge has each documented reason, with the same two alerts, that
// are merged where there is no reason. All people do, they do over HTTP.
//
// Source: Learn, "Alert correlation and incident merging in the Microsoft Defender
// portal".
func TestReasonsNotToMerge(t *testing.T) {
	profile := func(change func(*correlation.Settings)) emulator.Option {
		s := correlation.Defender()
		change(&s)
		return emulator.WithCorrelation(s)
	}
	workspaceNamed := func(id, name string) emulator.Workspace {
		return emulator.Workspace{ID: id, Name: name, SubscriptionID: emulator.SubscriptionID, ResourceGroup: "g"}
	}
	two := []emulator.Option{emulator.WithWorkspaces(workspaceNamed("1", "first"), workspaceNamed("2", "second"))}
	groups := []emulator.Option{emulator.WithDeviceGroups(
		emulator.DeviceGroup{Name: "servers", Devices: []string{"srv"}}, emulator.DeviceGroup{Name: "laptops", Devices: []string{"lap"}})}
	assign := func(owner string) incident.Update { return incident.Update{AssignedTo: &owner} }
	classify := func(c alert.Classification, d alert.Determination) incident.Update {
		return incident.Update{Classification: &c, Determination: &d}
	}
	resolve := incident.Update{Status: new(incident.StatusResolved)}
	for _, tt := range []struct {
		name string
		opts []emulator.Option
		// one and two change the drafts, before and after what people do before and
		// after the first alert was looked at.
		one, two      func(*alert.Draft)
		before, after func(l life)
		rule          correlation.Rule
	}{
		{name: "no reason"},
		{name: "the target is closed", before: func(l life) { l.update("1", resolve) }, rule: correlation.RuleResolved},
		{name: "the target is closed late", after: func(l life) { l.update("1", resolve) }, rule: correlation.RuleResolved},
		{name: "the source is closed", after: func(l life) { l.update("2", resolve) }, rule: correlation.RuleResolved},
		{name: "closed and opened again", before: func(l life) { l.update("1", resolve) }, after: func(l life) { l.update("1", incident.Update{Status: new(incident.StatusInProgress)}) }},
		{name: "different owners", before: func(l life) { l.update("1", assign("a@contoso.com")) }, after: func(l life) { l.update("2", assign("b@contoso.com")) }, rule: correlation.RuleOwner},
		{name: "one owner", before: func(l life) { l.update("1", assign("a@contoso.com")) }},
		{name: "the same owner", before: func(l life) { l.update("1", assign("a@contoso.com")) }, after: func(l life) { l.update("2", assign("A@contoso.com")) }},
		{
			name: "different classifications", before: func(l life) { l.update("1", classify(alert.ClassificationTruePositive, "malware")) },
			after: func(l life) { l.update("2", classify(alert.ClassificationFalsePositive, "notMalicious")) }, rule: correlation.RuleClassification,
		},
		{
			name: "different determinations", before: func(l life) { l.update("1", classify(alert.ClassificationTruePositive, "malware")) },
			after: func(l life) { l.update("2", classify(alert.ClassificationTruePositive, "phishing")) }, rule: correlation.RuleDetermination,
		},
		{name: "one classification", after: func(l life) { l.update("2", classify(alert.ClassificationTruePositive, "malware")) }},
		{name: "too many entities", opts: []emulator.Option{profile(func(s *correlation.Settings) { s.MaxEntities = 2 })}, one: device("srv"), two: device("lap"), rule: correlation.RuleEntities},
		{name: "just enough entities", opts: []emulator.Option{profile(func(s *correlation.Settings) { s.MaxEntities = 3 })}, one: device("srv"), two: device("lap")},
		{name: "device groups", opts: append(groups, profile(func(s *correlation.Settings) { s.KeepDeviceGroups = true })), one: device("srv"), two: device("lap"), rule: correlation.RuleDeviceGroup},
		{name: "device groups, off by default", opts: groups, one: device("srv"), two: device("lap")},
		{name: "the source is excluded", two: excluded, rule: correlation.RuleExcluded},
		{name: "the target is excluded", one: excluded, rule: correlation.RuleExcluded},
		{
			name: "another workspace", opts: two,
			two: func(d *alert.Draft) { d.SentinelWorkspace = "second" }, rule: correlation.RuleWorkspace,
		},
		{
			name: "the same secondary workspace", opts: two,
			one: func(d *alert.Draft) { d.SentinelWorkspace = "second" }, two: func(d *alert.Draft) { d.SentinelWorkspace = "second" },
		},
		{name: "no Sentinel", opts: []emulator.Option{emulator.WithWorkspaces()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := live(t, tt.opts...)
			do := func(f func(l life)) {
				if f != nil {
					f(l)
				}
			}
			draft := func(f func(*alert.Draft)) func(*alert.Draft) {
				return func(d *alert.Draft) {
					if f != nil {
						f(d)
					}
				}
			}
			one := l.raise("one", "jo", draft(tt.one))
			do(tt.before)
			l.later(6 * time.Minute)
			two := l.raise("two", "jo", draft(tt.two))
			do(tt.after)
			l.later(6 * time.Minute)
			if tt.rule == "" {
				require.Equal(t, []string{"1", "1"}, []string{l.of(one), l.of(two)})
				return
			}
			require.Equal(t, []string{"1", "2"}, []string{l.of(one), l.of(two)})
			require.NotEqual(t, incident.StatusRedirected, l.incident("2").Status)
			switch d := l.decided(two); tt.rule {
			case correlation.RuleWorkspace: // nothing of the other is ever looked at
				require.Equal(t, correlation.Opened, d.Kind)
			case correlation.RuleExcluded: // nor of what is excluded
				require.Contains(t, []correlation.Kind{correlation.Excluded, correlation.Opened}, d.Kind)
			default:
				require.Equal(t, correlation.Refused, d.Kind)
				require.Equal(t, []emulator.Refusal{{Incident: "1", Rule: tt.rule}}, d.Refused)
			}
		})
	}
}

// TestAPersonMayMergeWhenTheCauseIsGone, which is what the page says.
func TestAPersonMayMergeWhenTheCauseIsGone(t *testing.T) {
	l := live(t)
	l.raise("one", "jo")
	l.update("1", incident.Update{AssignedTo: new("a@contoso.com")})
	two := l.raise("two", "jo")
	l.update("2", incident.Update{AssignedTo: new("b@contoso.com")})
	l.later(10 * time.Minute)
	require.Equal(t, "2", l.of(two))
	_, err := l.tenant.Graph.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1", "2"}})
	require.ErrorContains(t, err, "different people")
	l.update("2", incident.Update{AssignedTo: new("")})
	l.later(10 * time.Minute)
	require.Equal(t, "2", l.of(two), "nothing is looked at again by itself")
	into, err := l.tenant.Graph.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1", "2"}})
	require.NoError(t, err)
	require.Equal(t, "1", into)
	three := l.raise("three", "jo")
	l.later(10 * time.Minute)
	require.Equal(t, "1", l.of(three))
}

// TestWhatPeopleDidIsRespected by correlation later, whether or not the alerts had
// been looked at before.
func TestWhatPeopleDidIsRespected(t *testing.T) {
	for _, wait := range []time.Duration{0, 6 * time.Minute} {
		t.Run("moved "+wait.String(), func(t *testing.T) {
			l := live(t)
			stays, goes := l.raise("stays", "jo", device("srv")), l.raise("goes", "ann", device("srv"), linkTo("1"))
			l.later(wait)
			into, err := l.tenant.Graph.MoveAlerts(t.Context(), graph.Move{Alerts: []string{goes.ID}, Comment: "another thing"})
			require.NoError(t, err)
			l.later(6 * time.Minute)
			both := l.raise("shares with both", "jo", device("srv"), func(d *alert.Draft) {
				d.Entities = append(d.Entities, entity.UserByPrincipalName("ann@contoso.com").Impacted())
			})
			l.later(10 * time.Minute)
			require.Equal(t, "1", l.of(stays))
			require.Equal(t, into, l.of(goes))
			require.Contains(t, []string{"1", into}, l.of(both))
		})
		t.Run("merged "+wait.String(), func(t *testing.T) {
			l := live(t)
			l.raise("one", "jo")
			two := l.raise("two", "ann")
			l.later(wait)
			_, err := l.tenant.Graph.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1", "2"}, Comment: "one attack"})
			require.NoError(t, err)
			l.later(6 * time.Minute)
			three := l.raise("three", "ann")
			l.later(10 * time.Minute)
			require.Equal(t, []string{"1", "1"}, []string{l.of(two), l.of(three)})
			require.Equal(t, []string{"3"}, l.decided(three).Merged)
		})
		t.Run("linked "+wait.String(), func(t *testing.T) {
			l := live(t)
			l.raise("of jo", "jo")
			l.raise("of ann", "ann")
			l.later(wait)
			linked := l.raise("of jo too", "jo", linkTo("2"))
			l.later(10 * time.Minute)
			require.Equal(t, "2", l.of(linked), "it is not where its evidence would have it")
			require.Equal(t, correlation.Linked, l.decided(linked).Kind)
			require.Equal(t, incident.StatusActive, l.incident("1").Status)
		})
	}
}

// TestAlertsComeAlong: what is in an incident goes where the incident goes.
func TestAlertsComeAlong(t *testing.T) {
	l := live(t)
	l.raise("one", "jo")
	l.later(4 * time.Minute)
	l.raise("two", "jo")
	l.later(2 * time.Minute)
	along := l.raise("put there by hand", "ann", linkTo("2"))
	l.later(4 * time.Minute)
	require.Equal(t, "1", l.of(along))
	l.later(10 * time.Minute)
	require.Equal(t, "1", l.of(along))
	require.Equal(t, correlation.Linked, l.decided(along).Kind)
}

// TestCascades has what follows for alerts from what happens to incidents, and the
// other way round.
func TestCascades(t *testing.T) {
	l := live(t)
	one, two := l.raise("one", "jo"), l.raise("two", "jo")
	l.later(10 * time.Minute)
	get := func(a *alert.Alert) *alert.Alert {
		now, err := l.tenant.Graph.GetAlert(t.Context(), a.ID)
		require.NoError(t, err)
		return now
	}
	l.update("1", incident.Update{Classification: new(alert.ClassificationTruePositive), Determination: new(alert.Determination("malware"))})
	require.Equal(t, alert.ClassificationUnknown, get(two).Classification, "only resolving passes it on")
	_, err := l.tenant.Graph.UpdateAlert(t.Context(), one.ID, alert.Update{Status: new(alert.StatusResolved), Classification: new(alert.ClassificationFalsePositive)})
	require.NoError(t, err)
	require.Equal(t, incident.StatusActive, l.incident("1").Status)
	l.update("1", incident.Update{Status: new(incident.StatusResolved), ResolvingComment: new("cleaned"), AssignedTo: new("a@contoso.com")})
	require.Equal(t, "cleaned", l.incident("1").ResolvingComment)
	require.Equal(t, []string{"falsePositive", "truePositive", "malware", "resolved", "a@contoso.com"}, []string{
		string(get(one).Classification), string(get(two).Classification), string(get(two).Determination), string(get(two).Status), get(two).AssignedTo,
	}, "an alert that was resolved before keeps what was said of it; one that came by a merger is resolved too")
	l.update("1", incident.Update{Status: new(incident.StatusActive)})
	require.Equal(t, alert.StatusResolved, get(two).Status, "opening the incident again does not open its alerts")
	three := l.raise("three", "jo")
	l.later(10 * time.Minute)
	require.Equal(t, "1", l.of(three))
	require.Equal(t, alert.StatusNew, get(three).Status)
	require.Empty(t, get(three).AssignedTo, "assigning an incident assigns the alerts that it has then")
}

// TestScoreAfterAMerger: the score is that of what the incident has now.
func TestScoreAfterAMerger(t *testing.T) {
	l := live(t, emulator.WithChoices(func(c *emulator.Choices) { c.PriorityScore = true }))
	l.raise("one", "jo", severity(alert.Low))
	require.Equal(t, int32(21), *l.incident("1").PriorityScore)
	l.raise("two", "jo", severity(alert.High))
	l.later(10 * time.Minute)
	require.Equal(t, int32(87), *l.incident("1").PriorityScore)
}

func TestTheSeverityThatAPersonHasSet(t *testing.T) {
	l := live(t)
	l.raise("one", "jo", severity(alert.High))
	l.update("1", incident.Update{Severity: new(alert.Low)})
	l.raise("two", "jo", severity(alert.Medium))
	l.later(10 * time.Minute)
	require.Equal(t, alert.Medium, l.incident("1").Severity, "a higher alert has come")
}

func TestCorrelationOptions(t *testing.T) {
	l := live(t, emulator.WithoutCorrelation())
	l.raise("one", "jo")
	two := l.raise("two", "jo")
	l.later(time.Hour / 2)
	require.Equal(t, "2", l.of(two))
	require.Empty(t, l.tenant.Decisions())
	l.tenant.Correlate()
	_, err := l.tenant.ExplainIncident("1")
	require.ErrorIs(t, err, correlation.ErrNotFound)

	l = live(t, emulator.WithChoices(func(c *emulator.Choices) { c.CorrelationDelay = -1 }))
	l.raise("one", "jo")
	require.Equal(t, "1", l.of(l.raise("two", "jo")), "looked at before the next request")

	l = live(t, emulator.WithChoices(func(c *emulator.Choices) { c.CorrelationDelay = time.Hour }))
	l.raise("one", "jo")
	two = l.raise("two", "jo")
	l.later(30 * time.Minute)
	require.Equal(t, "2", l.of(two))
	l.tenant.Correlate()
	require.Equal(t, "1", l.of(two))
	x, err := l.tenant.ExplainIncident("1")
	require.NoError(t, err)
	require.Len(t, x.Links, 1)
	_, err = l.tenant.ExplainIncident("7")
	require.ErrorIs(t, err, correlation.ErrNotFound)

	larger := correlation.Defender()
	larger.Direction = correlation.LargerSurvives
	l = live(t, emulator.WithCorrelation(larger))
	l.raise("one", "jo")
	l.raise("two", "jo")
	l.raise("three", "ann", linkTo("2"))
	l.later(10 * time.Minute)
	require.Equal(t, incident.StatusRedirected, l.incident("1").Status)

	l = live(t, emulator.WithChoices(func(c *emulator.Choices) { c.ExcludedAlertsPin = true }))
	l.raise("one", "jo")
	l.raise("excluded", "ann", linkTo("1"), excluded)
	two = l.raise("two", "jo")
	l.later(10 * time.Minute)
	require.Equal(t, "2", l.of(two))

	require.PanicsWithValue(t, "emulator: correlation settings: HalfLife is 0s; give at least 1m0s", func() {
		bad := correlation.Defender()
		bad.HalfLife = 0
		emulator.WithCorrelation(bad)
	})
}

// TestAWeekInABubble lives through it without waiting, and without a socket.
func TestAWeekInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := emulator.New()
		c, err := graph.New(tenant.Credential(), client.WithCloud(tenant.Cloud("https://tenant.example")), client.WithTransport(tenant))
		require.NoError(t, err)
		var last *alert.Alert
		for n := range 7 * 4 {
			last, err = c.CreateAlert(t.Context(), alert.Draft{
				Title: fmt.Sprint("alert ", n), Severity: alert.Low, Category: alert.Execution, Description: "d",
				Entities: []entity.Definition{entity.UserByPrincipalName(fmt.Sprint("user", n/2, "@contoso.com")).Impacted()},
			})
			require.NoError(t, err)
			time.Sleep(6 * time.Hour)
		}
		last, err = c.GetAlert(t.Context(), last.ID)
		require.NoError(t, err)
		require.Equal(t, "27", last.IncidentID, "that of the alert about the same user, six hours before")
		require.Len(t, tenant.Decisions(), 7*4)
	})
}

// TestSnapshotInTheMiddle: a tenant that is loaded goes on as the other one does,
// with alerts that were looked at and alerts that were not.
func TestSnapshotInTheMiddle(t *testing.T) {
	a := correlating(t)
	user := func(name string) string {
		return `[{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"` + name + `@contoso.com","role":"impacted"}]`
	}
	a.raise("one", "entityDefinitions", user("jo"))
	moved := a.raise("moved", "entityDefinitions", user("ann"), "linkToIncident", "1")
	a.clock.Advance(6 * time.Minute)
	a.raise("two", "entityDefinitions", user("jo"))
	a.do(200, "POST", "/v1.0/security/alerts_v2/moveAlerts", `{"alertIds":["`+moved.text("id")+`"]}`)
	a.patch("1", `{"assignedTo":"o@contoso.com"}`)
	saved := a.e.Snapshot()
	data, err := json.Marshal(saved)
	require.NoError(t, err)
	var read emulator.Snapshot
	require.NoError(t, json.Unmarshal(data, &read))

	b := correlating(t, emulator.WithSeed(99))
	b.clock.Advance(6 * time.Minute)
	require.NoError(t, b.e.Load(&read))
	// How the engine writes its state depends on how it came to it.
	same := cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(emulator.Snapshot{}, "Correlation")}
	require.Empty(t, cmp.Diff(saved, b.e.Snapshot(), same))
	goOn := func(a api) *emulator.Snapshot {
		a.raise("three", "entityDefinitions", user("ann"))
		a.clock.Advance(10 * time.Minute)
		require.Equal(t, "1", a.incident("2").text("redirectIncidentId"))
		return a.e.Snapshot()
	}
	require.Empty(t, cmp.Diff(goOn(a), goOn(b), same))

	// Without the state of correlation everything stays, and is evidence.
	read.Correlation, read.Correlated = nil, 0
	c := correlating(t)
	c.clock.Advance(16 * time.Minute)
	require.NoError(t, c.e.Load(&read))
	require.Equal(t, "active", c.incident("2").text("status"))
	id := c.raise("three", "entityDefinitions", user("ann")).text("id")
	c.clock.Advance(10 * time.Minute)
	require.Equal(t, "3", c.alert(id).text("incidentId"))

	// With that of others, nothing is loaded.
	before := c.e.Snapshot()
	for name, change := range map[string]func(*emulator.Snapshot){
		"altered": func(s *emulator.Snapshot) { s.Correlation = s.Correlation[:len(s.Correlation)-1] },
		"of others": func(s *emulator.Snapshot) {
			s.Alerts[0].Alert.ID, s.Incidents[0].AlertIDs[0] = "other", "other"
			s.History = nil
		},
		"too many": func(s *emulator.Snapshot) { s.Correlated = 100 },
	} {
		var bad emulator.Snapshot
		require.NoError(t, json.Unmarshal(data, &bad))
		change(&bad)
		require.ErrorContains(t, c.e.Load(&bad), "leave it out to have it made anew", name)
		require.Empty(t, cmp.Diff(before, c.e.Snapshot(), cmpopts.EquateEmpty()), "the same tenant writes the same")
	}
}

// TestCorrelationWhileRequestsCome is for the race detector; at the end each alert
// is in one incident, and the engine agrees.
func TestCorrelationWhileRequestsCome(t *testing.T) {
	l := live(t, emulator.WithChoices(func(c *emulator.Choices) { c.CorrelationDelay = time.Second }))
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for k := range 25 {
				a := l.raise(fmt.Sprint("alert ", k%3), fmt.Sprint("user", k%5), device(fmt.Sprint("d", n)))
				l.later(300 * time.Millisecond)
				id := l.of(a)
				switch k % 4 {
				case 0:
					_, _ = l.tenant.Graph.MoveAlerts(t.Context(), graph.Move{Alerts: []string{a.ID}})
				case 1:
					_, _ = l.tenant.Graph.MergeIncidents(t.Context(), graph.Merge{Incidents: []string{"1", id}})
				case 2:
					_, _ = l.tenant.Graph.UpdateIncident(t.Context(), id, incident.Update{Status: new(incident.StatusResolved)})
				case 3:
					l.tenant.Snapshot()
					l.tenant.Decisions()
					_, _ = l.tenant.ExplainIncident(id)
				}
			}
		})
	}
	all.Wait()
	l.later(time.Minute)
	require.Len(t, l.tenant.Snapshot().Alerts, 100)
	require.NoError(t, l.tenant.Check())
}

// TestMergeOfWhatIsForgotten: an incident is merged by hand when correlation has
// forgotten it, and when the clock was set back.
func TestMergeOfWhatIsForgotten(t *testing.T) {
	for _, gap := range []time.Duration{40 * 24 * time.Hour, -48 * time.Hour} {
		a := correlating(t)
		a.raise("x")
		a = a.later(gap)
		a.raise("y")
		a = a.later(10 * time.Minute)
		require.Equal(t, "2", a.incident("2").text("id"))
		a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
		a.raise("z", "linkToIncident", "2")
		a = a.later(10 * time.Minute)
		require.Len(t, a.do(200, "GET", "/v1.0/security/incidents/1?$expand=alerts", "").list("alerts"), 3)
		require.NoError(t, a.e.Check())
		b := correlating(t)
		require.NoError(t, b.e.Load(a.e.Snapshot()))
	}
}

// TestWhatBelongsToAMergedIncident can be changed, and the incident cannot.
func TestWhatBelongsToAMergedIncident(t *testing.T) {
	a := open(t)
	a.raise("x")
	a.raise("y")
	arm := a.sentinel()
	name := arm.do(200, "GET", armPath("incidents?$orderby=properties/incidentNumber%20desc"), "").list("value")[0].text("name")
	a.do(200, "POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
	a.do(400, "PATCH", "/v1.0/security/incidents/2", `{"displayName":"n"}`)
	arm.do(400, "PUT", armPath("incidents/"+name), `{"properties":{"title":"n","severity":"Low","status":"New"}}`)
	a.do(200, "POST", "/v1.0/security/incidents/2/comments", `{"comment":"late"}`)
	arm.do(201, "PUT", armPath("incidents/"+name+"/tasks/t"), `{"properties":{"title":"late","status":"New"}}`)
	require.Empty(t, a.incident("1").list("comments"), "who comments on it is not followed")
}
