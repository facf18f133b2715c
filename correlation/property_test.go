package correlation_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/correlation"
)

// sorted returns alerts in the order in which they are decided.
func sorted(as []correlation.Alert) []correlation.Alert {
	out := slices.Clone(as)
	slices.SortFunc(out, func(a, b correlation.Alert) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	return out
}

// TestAnyOrder gives the same alerts in two orders within the lateness, and as
// one batch; incidents, ids and all that is known of them must be the same.
func TestAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as := alerts(t)
		s := small()
		s.Lateness = 5000 * time.Second
		var decisions [2][]correlation.Decision
		var engines [2]*correlation.Engine
		for i := range engines {
			engines[i] = engine(t, s, correlation.WithDecisions(func(d correlation.Decision) { decisions[i] = append(decisions[i], d) }))
			order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Perm(len(as))
			for _, k := range order {
				add(t, engines[i], as[k])
			}
			require.NoError(t, engines[i].Flush())
			require.Zero(t, engines[i].Stats().Late)
		}
		require.Equal(t, engines[0].StateHash(), engines[1].StateHash())
		require.Len(t, decisions[0], len(as))
		// Flush goes through the tenants in the order of their names.
		require.Equal(t, decisions[0], decisions[1])

		batch := engine(t, small())
		_, err := batch.AddAll(as)
		require.NoError(t, err)
		require.Equal(t, partition(engines[0], as), partition(batch, as))
		require.Equal(t, engines[0].StateHash(), batch.StateHash())
	})
}

// checkPartition tells whether each alert is in exactly one incident, and no
// incident has alerts of two tenants.
func checkPartition(t require.TestingT, e *correlation.Engine, as []correlation.Alert) {
	in := partition(e, as)
	require.Len(t, in, len(as), "each alert is in an incident")
	total := 0
	for _, tenant := range []string{"t1", "t2"} {
		for _, i := range e.Incidents(tenant) {
			stored, repeats := 0, 0
			for _, m := range e.Members(i.ID) {
				require.Equal(t, i.ID, in[tenant+"/"+m.Alert])
				stored++
				repeats += m.Repeats
			}
			require.Equal(t, i.Stored, stored)
			require.Equal(t, i.Alerts, stored+repeats)
			total += i.Alerts
		}
	}
	require.Equal(t, len(as), total)
	require.Equal(t, len(e.Incidents("t1"))+len(e.Incidents("t2")), e.Stats().Incidents)
}

func TestPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as := alerts(t)
		e := engine(t, small())
		for _, a := range as {
			d := add(t, e, a) // in any order, many of them late
			require.True(t, d.Final)
		}
		checkPartition(t, e, as)
		for _, a := range as {
			require.Equal(t, correlation.Repeated, add(t, e, a).Kind)
		}
		checkPartition(t, e, as)
	})
}

// actAtRandom does one act on what is there, if it can be done.
func actAtRandom(t *rapid.T, e *correlation.Engine, as []correlation.Alert) bool {
	pick := func() correlation.Alert { return as[rapid.IntRange(0, len(as)-1).Draw(t, "pick")] }
	a, b := pick(), pick()
	x, _ := e.IncidentOf(a.Tenant, a.ID)
	y, _ := e.IncidentOf(b.Tenant, b.ID)
	var err error
	switch rapid.IntRange(0, 5).Draw(t, "act") {
	case 0:
		_, err = e.Move(a.Tenant, []string{a.ID}, y, by)
	case 1:
		_, err = e.Merge([]correlation.ID{x, y}, by)
	case 2:
		_, err = e.Split(x, []string{a.ID}, by)
	case 3:
		// The incident that the alert opened, or would have.
		d, perr := engine(t, small()).Add(correlation.Alert{ID: a.ID, Tenant: a.Tenant, Time: a.Time})
		require.NoError(t, perr)
		_, err = e.Unmerge(d.Incident, by)
	case 4:
		_, err = e.Update(x, correlation.Change{Owner: new(b.ID), Tags: &[]string{a.ID}}, by)
	case 5:
		_, err = e.Move(a.Tenant, []string{a.ID, b.ID}, correlation.ID{}, by)
	}
	return err == nil
}

// TestUndo does acts and takes them back, one by one; each time the state must be
// what it was.
func TestUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as := alerts(t)
		e := engine(t, small())
		_, err := e.AddAll(as)
		require.NoError(t, err)
		hashes := [][32]byte{e.StateHash()}
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			if actAtRandom(t, e, as) {
				checkPartition(t, e, as)
				hashes = append(hashes, e.StateHash())
			} else {
				require.Equal(t, hashes[len(hashes)-1], e.StateHash(), "an act that failed changes nothing")
			}
		}
		if rapid.Bool().Draw(t, "retract") {
			a := as[0]
			_, err := e.Retract(a.Tenant, a.ID, by)
			require.NoError(t, err)
			_, ok := e.IncidentOf(a.Tenant, a.ID)
			require.False(t, ok)
			hashes = append(hashes, e.StateHash())
		}
		if rapid.Bool().Draw(t, "restart") {
			var b bytes.Buffer
			require.NoError(t, e.Snapshot(&b))
			e, err = correlation.Restore(&b, small(), correlation.WithClock(clock))
			require.NoError(t, err)
		}
		for i := len(hashes) - 2; i >= 0; i-- {
			_, err := e.Undo(by)
			require.NoError(t, err)
			require.Equal(t, hashes[i], e.StateHash(), "act %d", i)
			checkPartition(t, e, as)
		}
		_, err = e.Undo(by)
		require.ErrorIs(t, err, correlation.ErrInvalidAct)
	})
}

// TestUndoRedirects takes back the split of an incident that others were merged
// into, each of which must lead to where it led before.
func TestUndoRedirects(t *testing.T) {
	e := engine(t, small())
	a, b, c := add(t, e, at("a", 0)), add(t, e, at("b", 2)), add(t, e, at("c", 1))
	_, err := e.Move("t1", []string{"c"}, b.Incident, by)
	require.NoError(t, err)
	moved := e.StateHash()
	_, err = e.Merge([]correlation.ID{a.Incident, b.Incident}, by)
	require.NoError(t, err)
	merged := e.StateHash()
	_, err = e.Move("t1", []string{"b", "c"}, correlation.ID{}, by)
	require.NoError(t, err)
	_, err = e.Undo(by)
	require.NoError(t, err)
	require.Equal(t, merged, e.StateHash())
	_, err = e.Undo(by)
	require.NoError(t, err)
	require.Equal(t, moved, e.StateHash())
	i, _ := e.Incident(c.Incident)
	require.Equal(t, b.Incident, i.Redirect)
}

// TestAlertsStay has an incident lead to where the alert is that opened it. Those
// of its alerts that are elsewhere, since it was merged into another, stay there.
func TestAlertsStay(t *testing.T) {
	for _, tt := range []struct {
		name string
		act  func(e *correlation.Engine, of map[string]correlation.ID) error
	}{
		{"when the other changes", func(e *correlation.Engine, of map[string]correlation.ID) error {
			_, err := e.Split(of["z1"], []string{"z2"}, by)
			return err
		}},
		{"when it is opened again", func(e *correlation.Engine, of map[string]correlation.ID) error {
			_, err := e.Split(of["z1"], []string{"p1"}, by)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := engine(t, small())
			of := map[string]correlation.ID{}
			var as []correlation.Alert
			for i, id := range []string{"a", "p1", "p2", "z1", "z2"} {
				as = append(as, at(id, i))
				of[id] = add(t, e, as[i]).Incident
			}
			_, err := e.Merge([]correlation.ID{of["p1"], of["p2"]}, by)
			require.NoError(t, err)
			_, err = e.Merge([]correlation.ID{of["z1"], of["z2"]}, by)
			require.NoError(t, err)
			_, err = e.Move("t1", []string{"p1"}, of["z1"], by)
			require.NoError(t, err)
			_, err = e.Merge([]correlation.ID{of["a"], of["p1"]}, by)
			require.NoError(t, err)
			before := e.StateHash()
			require.NoError(t, tt.act(e, of))
			var b bytes.Buffer
			require.NoError(t, e.Snapshot(&b))
			_, err = correlation.Restore(&b, small(), correlation.WithClock(clock))
			require.NoError(t, err)
			checkPartition(t, e, as)
			id, _ := e.IncidentOf("t1", "p2")
			require.Equal(t, of["a"], id)
			i, _ := e.Incident(of["p2"])
			require.Equal(t, of["a"], i.Redirect)
			_, err = e.Undo(by)
			require.NoError(t, err)
			require.Equal(t, before, e.StateHash())
		})
	}
}

// TestUnmergeElsewhere has the two alerts that joined two incidents moved into a
// third one, where they are linked again.
func TestUnmergeElsewhere(t *testing.T) {
	e := engine(t, small())
	of := func(alert string) correlation.ID {
		id, ok := e.IncidentOf("t1", alert)
		require.True(t, ok)
		return id
	}
	for _, id := range []string{"a000", "a001", "a002"} {
		add(t, e, at(id, 0))
	}
	merged := of("a001")
	_, err := e.Move("t1", []string{"a000"}, merged, by)
	require.NoError(t, err)
	_, err = e.Merge([]correlation.ID{merged, of("a002")}, by)
	require.NoError(t, err)
	_, err = e.Split(of("a002"), []string{"a002"}, by)
	require.NoError(t, err)
	_, err = e.Move("t1", []string{"a000"}, of("a002"), by)
	require.NoError(t, err)
	before := e.StateHash()
	_, err = e.Unmerge(merged, by)
	require.ErrorIs(t, err, correlation.ErrInvalidAct)
	require.Equal(t, before, e.StateHash())
}

// TestForgetMoved has an incident forgotten that the first of an alert and its repeats was
// moved away from.
func TestForgetMoved(t *testing.T) {
	s := small()
	s.IdleClose, s.Retention = time.Hour, time.Hour
	e := engine(t, s)
	first := add(t, e, sensor("web", "d", 0))
	add(t, e, sensor("web", "d", 60)) // the same again
	other := add(t, e, at("other", 100, user("jo")))
	_, err := e.Move("t1", []string{"web@000000.0"}, other.Incident, by)
	require.NoError(t, err)
	for i := range 20 {
		add(t, e, at(string(rune('a'+i)), 200+i))
	}
	for i := range 6 {
		a := at("later"+string(rune('a'+i)), (i+1)*3000)
		a.Link = other.Incident // so that it stays open
		require.Equal(t, other.Incident, add(t, e, a).Incident)
	}
	_, ok := e.Incident(first.Incident)
	require.False(t, ok)
	var b bytes.Buffer
	require.NoError(t, e.Snapshot(&b))
	_, err = correlation.Restore(&b, s, correlation.WithClock(clock))
	require.NoError(t, err)
}

// TestUndoLater takes acts back after more alerts have come.
func TestUndoLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as := sorted(alerts(t))
		e := engine(t, small())
		half := len(as) / 2
		if half == 0 {
			return
		}
		_, err := e.AddAll(as[:half])
		require.NoError(t, err)
		done := 0
		for range 5 {
			if actAtRandom(t, e, as[:half]) {
				done++
			}
		}
		_, err = e.AddAll(as[half:])
		require.NoError(t, err)
		for range done {
			_, err := e.Undo(by)
			require.NoError(t, err)
			checkPartition(t, e, as)
		}
	})
}

// TestCrash restores a snapshot and replays the journal behind it: the same
// decisions with the same versions must come, and the same state.
func TestCrash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		as := alerts(t)
		s := small()
		s.Lateness = time.Duration(rapid.IntRange(0, 2000).Draw(t, "lateness")) * time.Second
		var journal, snapshot bytes.Buffer
		var decisions, again []correlation.Decision
		e := engine(t, s, correlation.WithJournal(&journal), correlation.WithDecisions(func(d correlation.Decision) { decisions = append(decisions, d) }))
		from, cut := 0, rapid.IntRange(0, len(as)-1).Draw(t, "cut")
		for i, a := range as {
			if i == cut {
				require.NoError(t, e.Snapshot(&snapshot))
				from = len(decisions)
			}
			add(t, e, a)
			if i%7 == 6 {
				actAtRandom(t, e, as[:i+1])
			}
		}
		require.NoError(t, e.Flush())
		r, err := correlation.Restore(&snapshot, s, correlation.WithClock(clock), correlation.WithDecisions(func(d correlation.Decision) { again = append(again, d) }))
		require.NoError(t, err)
		_, err = r.Replay(bytes.NewReader(journal.Bytes()))
		require.NoError(t, err)
		require.Equal(t, e.StateHash(), r.StateHash())
		require.Equal(t, e.Position(), r.Position())
		require.Equal(t, slices.Clone(decisions[from:]), slices.Clone(again))
	})
}
