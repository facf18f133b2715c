package correlation_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/incident"
)

// sensor makes an alert of a thing.
func sensor(thing, detector string, seconds float64) correlation.Alert {
	a := at(fmt.Sprintf("%s@%08.1f", thing, seconds), 0, device(thing))
	a.Time, a.Detector = start.Add(time.Duration(seconds*1000)*time.Millisecond), detector
	return a
}

// anyTimes returns times in seconds that cannot be foretold, minutes apart.
func anyTimes(n int) []float64 {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]float64, n)
	for i, t := 0, 0.0; i < n; i++ {
		t += 65 + 300*r.Float64()
		out[i] = t
	}
	return out
}

func TestTwins(t *testing.T) {
	each := func(n int, pause float64) (out []float64) {
		for i := range n {
			out = append(out, float64(i)*pause)
		}
		return out
	}
	gap := func(d time.Duration) correlation.Settings {
		s := correlation.Defender()
		s.TwinGap = d
		return s
	}
	for _, tt := range []struct {
		name     string
		settings correlation.Settings
		times    []float64
		detector string
		after    func(i int) float64 // when the second sensor reports, NaN for never
		one      bool
	}{
		{"together", gap(2 * time.Second), anyTimes(12), "d", func(int) float64 { return 0 }, true},
		{"a second later", gap(2 * time.Second), anyTimes(12), "d", func(int) float64 { return 1 }, true},
		{"now the one first, now the other", gap(2 * time.Second), anyTimes(12), "d", func(i int) float64 { return float64(i%2) - 0.5 }, true},
		{"one missed", gap(2 * time.Second), anyTimes(12), "d", func(i int) float64 {
			if i == 5 {
				return -1e6
			}
			return 0
		}, true},
		{"too few times", gap(2 * time.Second), anyTimes(3), "d", func(int) float64 { return 0 }, false},
		{"too far apart", gap(2 * time.Second), anyTimes(40), "d", func(int) float64 { return 4 }, false},
		{"alone as often", gap(2 * time.Second), anyTimes(40), "d", func(i int) float64 { return float64(i%2) * 10 }, false},
		{"another detector", gap(2 * time.Second), anyTimes(40), "e", func(int) float64 { return 0 }, false},
		{"on a schedule", gap(2 * time.Second), each(40, 300), "d", func(int) float64 { return 0 }, false},
		{"two floods", gap(2 * time.Second), each(2000, 1), "d", func(int) float64 { return 0.5 }, false},
		{"no such pairs", gap(0), anyTimes(40), "d", func(int) float64 { return 0 }, false},
		{"simple settings", correlation.Simple(time.Hour), anyTimes(40), "d", func(int) float64 { return 0 }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var as []correlation.Alert
			for i, at := range tt.times {
				as = append(as, sensor("host", "d", at))
				if after := tt.after(i); after > -1e6 {
					as = append(as, sensor("firewall", tt.detector, at+after))
				}
			}
			e := engine(t, tt.settings)
			_, err := e.AddAll(as)
			require.NoError(t, err)
			require.Equal(t, tt.one, len(e.Incidents("t1")) == 1, "%d incidents", len(e.Incidents("t1")))
			if !tt.one {
				return
			}
			why, err := e.Explain("t1", as[0].ID, as[1].ID)
			require.NoError(t, err)
			require.Contains(t, why.String(), `are of two things that detector "d" reports together`)
			require.True(t, why.Reasons.Has(incident.ReasonTemporalProximity))
		})
	}
}

// TestTwinsApart has a person take the merger of twins back, which counts for
// more than what they do later, and a restart in between.
func TestTwinsApart(t *testing.T) {
	e := engine(t, correlation.Defender())
	times := anyTimes(30)
	var source correlation.ID
	for i, at := range times {
		for _, thing := range []string{"firewall", "host"} {
			d := add(t, e, sensor(thing, "d", at))
			if d.Kind == correlation.Merged {
				require.Zero(t, source, "once")
				source = d.Merged[0]
				_, err := e.Unmerge(source, by)
				require.NoError(t, err)
				var b bytes.Buffer
				require.NoError(t, e.Snapshot(&b))
				e, err = correlation.Restore(&b, correlation.Defender(), correlation.WithClock(clock))
				require.NoError(t, err)
			} else if source != (correlation.ID{}) && thing == "host" && i > 10 {
				require.Len(t, d.Refused, 1)
				require.Equal(t, correlation.RuleDistinct, d.Refused[0].Rule)
			}
		}
	}
	require.NotZero(t, source)
	require.Len(t, e.Incidents("t1"), 2)
}

// TestTwinsNoMore has two things that came together at first, and not later: what
// comes of the one does not go on to the incident of the other, which it is in for
// the sake of the other.
func TestTwinsNoMore(t *testing.T) {
	e := engine(t, correlation.Defender())
	var vpn, firewall []correlation.ID
	for i, at := range anyTimes(60) {
		if i < 8 {
			vpn = append(vpn, add(t, e, sensor("vpn", "d", at)).Incident)
		}
		firewall = append(firewall, add(t, e, sensor("firewall", "d", at+0.5)).Incident)
	}
	require.NotEqual(t, vpn[0], firewall[0])
	require.Equal(t, vpn[0], firewall[7])
	require.NotEqual(t, vpn[0], firewall[59])
}

// TestTwinsDrawNoAlert has what is known of two things merge their incidents, or
// nothing: an alert whose own incident is closed does not go to the other's.
func TestTwinsDrawNoAlert(t *testing.T) {
	e := engine(t, correlation.Defender())
	own := map[string]correlation.ID{}
	for i, at := range anyTimes(20) {
		for _, thing := range []string{"firewall", "host"} {
			d := add(t, e, sensor(thing, "d", at))
			if i == 0 { // two people are at work on them
				own[thing] = d.Incident
				_, err := e.Update(d.Incident, correlation.Change{Owner: new(thing)}, by)
				require.NoError(t, err)
			}
			if i < 19 {
				require.Equal(t, own[thing], d.Incident)
				continue
			}
			if thing == "host" {
				require.Equal(t, correlation.Refused, d.Kind, "by its own, so that it has one of its own again")
				require.NotEqual(t, own["firewall"], d.Incident)
			}
		}
		if i == 18 {
			_, err := e.Update(own["host"], correlation.Change{Status: new(incident.StatusResolved)}, by)
			require.NoError(t, err)
		}
	}
}

// TestTwinsOnce has two things that came together once, and are merged for another
// reason just when they do so again. They are no twins yet, so that nobody is judged
// anew when they turn out to be none.
func TestTwinsOnce(t *testing.T) {
	s := correlation.Defender()
	s.Join, s.TacticBits, s.Keep, s.MergePerDoubling, s.Strong.Bits = 4.6, 2, 0, 0, 2
	e := engine(t, s)
	var merged correlation.ID
	for i, at := range anyTimes(20) {
		// At first only the detector is the same, and the tactic later the third time.
		for k, thing := range []string{"vpn", "firewall"} {
			if i > 2 {
				at += 20 * float64(k)
			}
			a := sensor(thing, "d", at)
			if i == 2 {
				a.Category = []alert.Category{alert.InitialAccess, alert.Impact}[k]
			} else {
				a.Category = alert.InitialAccess
			}
			d := add(t, e, a)
			switch {
			case i == 2 && k == 1:
				require.Equal(t, correlation.Merged, d.Kind)
				merged = d.Incident
			case i > 2:
				require.Equal(t, merged, d.Incident, "at %v", at)
			default:
				require.NotEqual(t, correlation.Merged, d.Kind)
			}
		}
	}
}

// TestTwinsAreRemembered has others forgotten while two things are on their way to be
// twins, so that nothing is where it was in memory; and then one of the two.
func TestTwinsAreRemembered(t *testing.T) {
	forgetful := correlation.Defender()
	forgetful.IdleClose, forgetful.Retention = time.Hour, time.Hour
	// together has two things come together until they are merged, and returns how
	// often it took, or 0.
	together := func(e *correlation.Engine, from float64, one, other string, most int) int {
		for i, at := range anyTimes(most) {
			add(t, e, sensor(one, "d", from+at))
			if add(t, e, sensor(other, "d", from+at+0.5)).Kind == correlation.Merged {
				return i + 1
			}
		}
		return 0
	}
	// apart has things on a schedule, which says nothing of any two of them.
	apart := func(e *correlation.Engine, from, to float64, things ...string) {
		for ; from < to; from += 300 {
			for i, thing := range things {
				add(t, e, sensor(thing, "d", from+60*float64(i)))
			}
		}
	}
	begin := func(s correlation.Settings) (e *correlation.Engine, old correlation.ID) {
		e = engine(t, s)
		for i := range 40 {
			thing := fmt.Sprint("old", i)
			old = add(t, e, sensor(thing, "d", 10*float64(i))).Incident
			add(t, e, sensor(thing, "d", 10*float64(i)+70))
		}
		require.Zero(t, together(e, 3600, "host", "firewall", 4))
		return e, old
	}
	var took []int
	for _, s := range []correlation.Settings{correlation.Defender(), forgetful} {
		e, old := begin(s)
		apart(e, 6000, 12000, "host", "firewall")
		_, remembered := e.Incident(old)
		require.Equal(t, s.Retention > time.Hour, remembered)
		took = append(took, together(e, 12000, "host", "firewall", 40))
	}
	require.NotZero(t, took[0])
	require.Equal(t, took[0], took[1])

	took = nil
	for _, one := range []string{"host", "another"} {
		e, _ := begin(forgetful)
		for i := range 100 { // so that there is enough to forget
			add(t, e, sensor(fmt.Sprint("brief", i), "d", 5900))
		}
		apart(e, 6000, 18000, one)
		took = append(took, together(e, 18000, one, "proxy", 40))
	}
	require.NotZero(t, took[0])
	require.Equal(t, took[1], took[0], "the way with one that is forgotten is forgotten, too")
}

// TestSchedules has two things that one crontab runs jobs on, each of which starts
// somewhat late. That they come together is the schedule's doing.
func TestSchedules(t *testing.T) {
	every := func(pause int) (out []float64) {
		for s := 0; s < 2*86400; s += pause {
			out = append(out, float64(s))
		}
		return out
	}
	var several []float64
	for hour := range 48 {
		for _, minute := range []int{0, 5, 15, 17, 30, 45} {
			several = append(several, float64(hour*3600+minute*60))
		}
	}
	for _, tt := range []struct {
		name  string
		times []float64
	}{
		{"every minute", every(60)}, {"every five minutes", every(300)}, {"every ten minutes and a half", every(630)}, {"several jobs", several},
	} {
		for _, late := range []float64{0.2, 1, 2, 3, 4, 5, 6, 8, 20} {
			t.Run(fmt.Sprintf("%s, up to %v s late", tt.name, late), func(t *testing.T) {
				r := rand.New(rand.NewPCG(5, uint64(late*10)))
				var as []correlation.Alert
				for _, at := range tt.times {
					for _, thing := range []string{"web", "mail"} {
						as = append(as, sensor(thing, "d", at+late*r.Float64()))
					}
				}
				e := engine(t, correlation.Defender())
				_, err := e.AddAll(as)
				require.NoError(t, err)
				require.Len(t, e.Incidents("t1"), 2)
			})
		}
	}
}

// TestSlotWithoutTwins has a burst count as few observations, also where nothing is
// asked about twins.
func TestSlotWithoutTwins(t *testing.T) {
	explain := func(s correlation.Settings) string {
		e := engine(t, s)
		for i := range 12 {
			thing := "web"
			if i == 11 {
				thing = "mail"
			}
			a := sensor(thing, "d", float64(10*i))
			a.Entities = append(a.Entities, user("jo"))
			add(t, e, a)
		}
		why, err := e.Explain("t1", "web@000000.0", "mail@000110.0")
		require.NoError(t, err)
		return why.String()
	}
	s := correlation.Defender()
	with := explain(s)
	require.Contains(t, with, "seen 2 times")
	s.TwinGap = 0
	require.Equal(t, with, explain(s))
}

func TestTwinGap(t *testing.T) {
	s := correlation.Defender()
	s.TwinGap = s.Slot
	require.ErrorContains(t, s.Validate(), "TwinGap is 1m0s; give at most half of Slot")
	s.TwinGap = -1
	require.ErrorContains(t, s.Validate(), "TwinGap is -1ns; give at least 0s")
}
