package correlation_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/incident"
)

func TestDecisions(t *testing.T) {
	s := correlation.Defender()
	s.MergePerDoubling = 0
	e := engine(t, s)
	a := add(t, e, at("a", 0, device("x"), user("jo")))
	require.Equal(t, correlation.Opened, a.Kind)
	b := add(t, e, at("b", 60, device("x")))
	require.Equal(t, correlation.Joined, b.Kind)
	require.Equal(t, a.Incident, b.Incident)
	require.Greater(t, b.Version, a.Version)
	require.GreaterOrEqual(t, b.Bits, 5.0)
	require.Equal(t, correlation.Repeated, add(t, e, at("b", 60, device("x"))).Kind)

	other := at("c", 70, device("x"))
	other.Tenant = "t2"
	require.Equal(t, correlation.Opened, add(t, e, other).Kind, "nothing links across tenants")
	sentinel := at("s", 75, device("x"))
	sentinel.Workspace = "ws"
	require.Equal(t, correlation.Opened, add(t, e, sentinel).Kind, "nor across workspaces")

	alone := at("x", 80, device("x"))
	alone.Excluded = true
	x := add(t, e, alone)
	require.Equal(t, correlation.Excluded, x.Kind)
	require.Equal(t, a.Incident, add(t, e, at("d", 90, device("x"))).Incident, "an excluded alert draws no others")

	linked := at("l", 95, device("elsewhere"))
	linked.Link = a.Incident
	require.Equal(t, correlation.Linked, add(t, e, linked).Kind)
	lost := at("m", 96)
	lost.Link = x.Incident
	lost.Tenant = "t2"
	require.Equal(t, correlation.RuleWorkspace, add(t, e, lost).Refused[0].Rule)

	p := add(t, e, at("p", 100, device("y"), file("f")))
	m := add(t, e, at("q", 110, device("x"), user("jo"), device("y"), file("f")))
	require.Equal(t, correlation.Merged, m.Kind)
	require.Equal(t, a.Incident, m.Incident, "the older one survives")
	require.Equal(t, []correlation.ID{p.Incident}, m.Merged)
	source, ok := e.Incident(p.Incident)
	require.True(t, ok)
	require.Equal(t, a.Incident, source.Redirect)
	require.Equal(t, incident.StatusRedirected, source.Status)
	require.Equal(t, []string{"Redirected"}, source.Tags)

	why, err := e.Explain("t1", "a", "p")
	fatal(t, err)
	require.NotEmpty(t, why.Links)
	require.Contains(t, why.String(), "share device")
	require.True(t, why.Reasons.Has(incident.ReasonTemporalProximity))

	_, err = e.Unmerge(p.Incident, by)
	fatal(t, err)
	id, _ := e.IncidentOf("t1", "p")
	require.Equal(t, p.Incident, id)
	back := at("k", 115, device("x"), user("jo"))
	back.Link = a.Incident
	add(t, e, back)
	again := add(t, e, at("r", 120, device("x"), user("jo"), device("y"), file("f")))
	require.NotEqual(t, correlation.Merged, again.Kind, "a person said that they are distinct")
	require.Equal(t, correlation.RuleDistinct, again.Refused[0].Rule)
}

func TestPrimaryWorkspace(t *testing.T) {
	s := correlation.Defender()
	s.PrimaryWorkspaces = map[string]string{"T1": "Main"}
	e := engine(t, s)
	a := add(t, e, at("a", 0, device("x")))
	primary := at("b", 5, device("x"))
	primary.Workspace = "main"
	require.Equal(t, a.Incident, add(t, e, primary).Incident)
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		rule correlation.Rule
		one  correlation.Change
		two  correlation.Change
	}{
		{correlation.RuleOwner, correlation.Change{Owner: new("jo")}, correlation.Change{Owner: new("max")}},
		{correlation.RuleClassification, correlation.Change{Classification: new(alert.ClassificationTruePositive)}, correlation.Change{Classification: new(alert.ClassificationFalsePositive)}},
		{correlation.RuleDetermination, correlation.Change{Determination: new(alert.DeterminationMalware)}, correlation.Change{Determination: new(alert.DeterminationPhishing)}},
		{correlation.RuleResolved, correlation.Change{}, correlation.Change{Status: new(incident.StatusResolved)}},
		{"", correlation.Change{Owner: new("jo")}, correlation.Change{}},
		{"", correlation.Change{Owner: new("jo")}, correlation.Change{Owner: new("jo")}},
	} {
		t.Run(string(tt.rule), func(t *testing.T) {
			e := engine(t, correlation.Defender())
			a, b := add(t, e, at("a", 0, device("x"), user("u"))), add(t, e, at("b", 10, device("y"), file("f")))
			_, err := e.Update(a.Incident, tt.one, by)
			fatal(t, err)
			_, err = e.Update(b.Incident, tt.two, by)
			fatal(t, err)
			d := add(t, e, at("c", 20, device("x"), user("u"), device("y"), file("f")))
			_, err = e.Merge([]correlation.ID{a.Incident, b.Incident}, by)
			if tt.rule == "" {
				require.Equal(t, correlation.Merged, d.Kind)
				require.ErrorIs(t, err, correlation.ErrInvalidAct, "they are one already")
				return
			}
			require.Equal(t, tt.rule, d.Refused[0].Rule)
			require.ErrorIs(t, err, correlation.ErrForbidden, "the rules hold for people, too")
		})
	}
}

func TestLifecycle(t *testing.T) {
	s := correlation.Defender()
	s.IdleClose, s.MaxAge = time.Hour, 2*time.Hour
	e := engine(t, s)
	a := add(t, e, at("a", 0, device("x")))
	idle := add(t, e, at("b", 4000, device("x"), user("u")))
	require.Equal(t, correlation.Refused, idle.Kind)
	require.Equal(t, correlation.RuleIdle, idle.Refused[0].Rule)
	i, _ := e.Incident(a.Incident)
	require.Equal(t, correlation.RuleIdle, i.Closed)
	for k := range 3 {
		add(t, e, at(fmt.Sprint("c", k), 4000+3000*(k+1), device("x"), user("u")))
	}
	last, _ := e.IncidentOf("t1", "c2")
	require.NotEqual(t, idle.Incident, last, "it became too old")

	s.ReopenWithin = time.Hour
	e = engine(t, s)
	a = add(t, e, at("a", 0, device("x")))
	_, err := e.Update(a.Incident, correlation.Change{Status: new(incident.StatusResolved)}, by)
	fatal(t, err)
	require.Equal(t, correlation.Joined, add(t, e, at("b", 60, device("x"))).Kind)
	i, _ = e.Incident(a.Incident)
	require.Equal(t, incident.StatusActive, i.Status)
}

// TestForget lets time go by: what is old is forgotten, and takes no memory.
func TestForget(t *testing.T) {
	s := correlation.Defender()
	s.IdleClose, s.Retention, s.MaxAlerts = time.Hour, time.Hour, 600
	e := engine(t, s)
	for i := range 2000 {
		add(t, e, at(fmt.Sprint("a", i), i*60, device(fmt.Sprint(i/3))))
	}
	st := e.Stats()
	require.Less(t, st.Stored, 600)
	id, ok := e.IncidentOf("t1", "a1999")
	require.True(t, ok)
	require.NotEmpty(t, e.Members(id))
	_, ok = e.IncidentOf("t1", "a0")
	require.False(t, ok)
	total := 0
	for _, i := range e.Incidents("t1") {
		total += i.Alerts
	}
	require.Equal(t, st.Stored, total)

	s.MaxAlerts, s.Retention = 10, 24*time.Hour
	e = engine(t, s)
	for i := range 10 {
		add(t, e, at(fmt.Sprint(i), i, device(fmt.Sprint(i))))
	}
	_, err := e.Add(at("more", 20))
	require.ErrorIs(t, err, correlation.ErrFull)
}

func TestBadInput(t *testing.T) {
	e := engine(t, correlation.Defender())
	for _, when := range []time.Time{{}, time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), clock().Add(2 * time.Hour)} {
		a := at("a", 0)
		a.Time = when
		_, err := e.Add(a)
		require.ErrorIs(t, err, correlation.ErrInvalid, when)
	}
	_, err := e.Add(at("", 0))
	require.ErrorIs(t, err, correlation.ErrInvalid)
	require.EqualValues(t, 5, e.Stats().Refused)

	// A million names of one entity.
	aliases := at("b", 0)
	big := device("x")
	for len(big.Keys) < 1_000_000 {
		big.Keys = append(big.Keys, big.Keys[0])
		big.Keys[len(big.Keys)-1].Value = strconv.Itoa(len(big.Keys))
	}
	aliases.Entities = []correlation.Entity{big}
	d := add(t, e, aliases)
	require.Equal(t, 1_000_000-correlation.Defender().MaxKeys, d.KeysDropped)

	// Hashes that collide, in two tenants.
	for i, tenant := range []string{"t1", "t2", "t3"} {
		a := at(fmt.Sprint("h", i), i)
		a.Tenant, a.Hashed = tenant, []correlation.HashedKey{{Hash: 0, Strength: 2}, {Hash: 42, Entity: 1, Strength: 2}}
		require.Equal(t, correlation.Opened, add(t, e, a).Kind)
	}
}

// TestHub plants a value in every alert of a tenant.
func TestHub(t *testing.T) {
	e := engine(t, correlation.Defender())
	merged := 0
	for i := range 2000 {
		d := add(t, e, at(fmt.Sprint("a", i), i*30, device(fmt.Sprint(i)), file("planted")))
		if d.Kind != correlation.Opened && i > 100 {
			merged++
		}
	}
	require.Zero(t, merged, "once it is known to be common, it links nothing")
	require.NotEmpty(t, e.Hubs("t1"))
	ps := e.Proposals("t1")
	require.NotEmpty(t, ps, "the first few alerts were linked by it")
	require.Greater(t, len(ps[0].Parts), 1)
	for _, part := range ps[0].Parts[1:] {
		_, err := e.Split(ps[0].Incident, part, by)
		fatal(t, err)
	}
	require.Empty(t, e.Proposals("t1"))
}

// late returns alerts of ten devices that recur, each of a detector of its own,
// from some number on with a value in all of them.
func late(n, from int) (as []correlation.Alert) {
	for i := range n {
		a := at(fmt.Sprintf("a%05d", i), i*20, device(fmt.Sprint(i%10)))
		a.Detector = fmt.Sprint("d", i%10)
		if i >= from {
			a.Entities = append(a.Entities, file("planted"))
		}
		as = append(as, a)
	}
	return as
}

// TestLateHub plants a value in all alerts of devices that each had an incident
// before. They get theirs back, and what the value has linked can be split.
func TestLateHub(t *testing.T) {
	e := engine(t, correlation.Defender())
	as := late(3000, 1500)
	var before, after [10]correlation.ID
	refused := 0
	for i, a := range as {
		d := add(t, e, a)
		for _, r := range d.Refused {
			require.Equal(t, correlation.RuleHub, r.Rule)
			refused++
		}
		if i < 1500 {
			before[i%10] = d.Incident
		}
		after[i%10] = d.Incident
	}
	require.Equal(t, before, after)
	require.NotZero(t, refused)
	require.Equal(t, "planted", unhex(e.Hubs("t1")[0].Text))
	linked := 0
	for _, i := range e.Incidents("t1") {
		linked += i.Alerts
	}
	require.Equal(t, len(as), linked)

	// The same after a restart in the middle.
	e = engine(t, correlation.Defender())
	_, err := e.AddAll(as[:1600])
	fatal(t, err)
	var b bytes.Buffer
	fatal(t, e.Snapshot(&b))
	r, err := correlation.Restore(&b, correlation.Defender(), correlation.WithClock(clock))
	fatal(t, err)
	for _, a := range as[1600:] {
		require.Equal(t, add(t, e, a), add(t, r, a))
	}
	require.Equal(t, e.StateHash(), r.StateHash())
}

// TestLooseByHand has a person merge what a hub has linked: then it attracts
// alerts again.
func TestLooseByHand(t *testing.T) {
	e := engine(t, correlation.Defender())
	var d correlation.Decision
	var refusedBy correlation.ID
	var alert correlation.Alert
	for _, a := range late(3000, 1500) {
		if d = add(t, e, a); len(d.Refused) > 0 {
			refusedBy, alert = d.Refused[0].Incident, a
			break
		}
	}
	require.False(t, refusedBy.IsZero())
	_, err := e.Merge([]correlation.ID{refusedBy, d.Incident}, by)
	fatal(t, err)
	again := alert
	again.ID, again.Time = "again", alert.Time.Add(time.Second)
	id, _ := e.IncidentOf("t1", alert.ID)
	require.Equal(t, id, add(t, e, again).Incident)
	require.Empty(t, d.Merged)
}

func unhex(s string) string {
	b, _ := hex.DecodeString(s)
	return string(bytes.TrimLeft(b, "\x00"))
}

// TestExplainDetector has a detector named, of which the engine keeps a hash.
func TestExplainDetector(t *testing.T) {
	s := correlation.Defender()
	s.Join = 4
	e := engine(t, s)
	for i, name := range []string{"x", "y"} {
		a := at(name, i, device(name))
		a.Detector = "Impossible travel"
		add(t, e, a)
	}
	why, err := e.Explain("t1", "x", "y")
	fatal(t, err)
	require.Contains(t, why.String(), `share detector "Impossible travel"`)
}

// TestHubFromTheStart has devices whose alerts recur, and that only a value in all
// alerts of the tenant links. The incident that it made at first has most of what
// the tenant saw, which must not make it right for ever.
func TestHubFromTheStart(t *testing.T) {
	e := engine(t, correlation.Defender())
	last := map[correlation.ID]bool{}
	for i := range 2000 {
		host := fmt.Sprint(i % 10)
		a := at(fmt.Sprint("a", i), i*120, device(host), file("planted"))
		a.Detector = "d"
		d := add(t, e, a)
		if i >= 1990 {
			last[d.Incident] = true
		}
	}
	require.Len(t, last, 10)
}

// flood returns the alerts of a scan, 360 a second, in turn from 12 detectors.
func flood(i int) correlation.Alert {
	a := at(fmt.Sprint("a", i), i/360, device("web"))
	a.Detector = fmt.Sprint("d", i%12)
	return a
}

// TestFlood has as many alerts as the largest flood of the AIT alert data set.
func TestFlood(t *testing.T) {
	const alerts = 410_336
	e := engine(t, correlation.Defender())
	for i := range alerts {
		add(t, e, flood(i))
	}
	all := e.Incidents("t1")
	require.Len(t, all, 1)
	require.Equal(t, alerts, all[0].Alerts)
	require.LessOrEqual(t, all[0].Stored, 300)
}

func TestSnapshotRefused(t *testing.T) {
	e := engine(t, correlation.Defender())
	for i := range 20 {
		add(t, e, at(fmt.Sprint("a", i), i, device(fmt.Sprint(i%3))))
	}
	var b bytes.Buffer
	fatal(t, e.Snapshot(&b))
	data := b.Bytes()
	for n := range len(data) {
		_, err := correlation.Restore(bytes.NewReader(data[:n]), correlation.Defender())
		require.Error(t, err)
		altered := bytes.Clone(data)
		altered[n] ^= 1
		_, err = correlation.Restore(bytes.NewReader(altered), correlation.Defender())
		require.Error(t, err)
	}
	r, err := correlation.Restore(bytes.NewReader(data), correlation.Defender(), correlation.WithClock(clock))
	fatal(t, err)
	require.Equal(t, e.StateHash(), r.StateHash())
	require.Equal(t, add(t, e, at("z", 30, device("1"))), add(t, r, at("z", 30, device("1"))))
}

func TestWhatIf(t *testing.T) {
	var journal bytes.Buffer
	e := engine(t, correlation.Defender(), correlation.WithJournal(&journal))
	add(t, e, at("a", 0, device("x")))
	add(t, e, at("b", 60, device("x")))
	add(t, e, at("c", 60, device("y")))
	strict := correlation.Defender()
	strict.Join = 30
	d, err := correlation.WhatIf(bytes.NewReader(journal.Bytes()), correlation.Defender(), strict, correlation.WithClock(clock))
	fatal(t, err)
	require.Len(t, d.Split, 1)
	require.Len(t, d.Split[0].Many, 2)
	require.Empty(t, d.Merged)
	require.Equal(t, 1, d.Same)
	_, err = correlation.WhatIf(bytes.NewReader(journal.Bytes()[:journal.Len()-1]), strict, strict)
	require.ErrorIs(t, err, correlation.ErrTorn)
	altered := journal.Bytes()
	altered[20] ^= 1
	_, err = correlation.WhatIf(bytes.NewReader(altered), strict, strict)
	require.ErrorIs(t, err, correlation.ErrCorrupt)
}

func TestSimple(t *testing.T) {
	e := engine(t, correlation.Simple(time.Hour, "user"))
	a := add(t, e, at("a", 0, device("x"), user("jo")))
	require.Equal(t, correlation.Opened, add(t, e, at("b", 10, device("x"))).Kind, "devices do not count")
	require.Equal(t, a.Incident, add(t, e, at("c", 20, user("jo"))).Incident)
	require.Equal(t, correlation.Opened, add(t, e, at("d", 4000, user("jo"))).Kind, "after the window")
}

func TestSettings(t *testing.T) {
	s := correlation.Defender()
	fatal(t, s.Validate())
	s.Join, s.MaxKeys = 1, 0
	err := s.Validate()
	require.ErrorContains(t, err, "Relate is 3, above Join")
	require.ErrorContains(t, err, "MaxKeys is 0")
}
