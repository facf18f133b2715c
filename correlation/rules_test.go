package correlation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/correlation"
)

// grouped gives an alert device groups.
func grouped(a correlation.Alert, groups ...string) correlation.Alert {
	a.DeviceGroups = groups
	return a
}

// bridge is an alert that is enough evidence to merge the incidents of two others
// with these entities.
func bridge() correlation.Alert {
	return at("bridge", 100, device("x"), user("u"), device("y"), file("f"))
}

func TestDeviceGroups(t *testing.T) {
	for _, tt := range []struct {
		name     string
		keep     bool
		one, two []string
		refused  bool
	}{
		{"different", true, []string{"Paris"}, []string{"Rome"}, true},
		{"written differently", true, []string{"Paris"}, []string{" paris"}, false},
		{"one in common", true, []string{"Paris", "Oslo"}, []string{"Rome", "Oslo"}, false},
		{"one without", true, []string{"Paris"}, nil, false},
		{"rule not enabled", false, []string{"Paris"}, []string{"Rome"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := correlation.Defender()
			s.KeepDeviceGroups = tt.keep
			e := engine(t, s)
			a := add(t, e, grouped(at("a", 0, device("x"), user("u")), tt.one...))
			b := add(t, e, grouped(at("b", 10, device("y"), file("f")), tt.two...))
			d := add(t, e, bridge())
			if !tt.refused {
				require.Equal(t, correlation.Merged, d.Kind)
				return
			}
			require.Equal(t, correlation.Joined, d.Kind)
			require.Len(t, d.Refused, 1)
			require.Equal(t, correlation.RuleDeviceGroup, d.Refused[0].Rule)
			_, err := e.Merge([]correlation.ID{a.Incident, b.Incident}, by)
			require.ErrorIs(t, err, correlation.ErrForbidden)
		})
	}
}

// TestDeviceGroupsFollow merges an incident into another: its groups count there.
func TestDeviceGroupsFollow(t *testing.T) {
	s := correlation.Defender()
	s.KeepDeviceGroups = true
	e := engine(t, s)
	a := add(t, e, at("a", 0, device("x"), user("u")))
	add(t, e, grouped(at("b", 10, device("y"), file("f")), "Paris"))
	require.Equal(t, correlation.Merged, add(t, e, bridge()).Kind)
	c := add(t, e, grouped(at("c", 110, device("z")), "Rome"))
	_, err := e.Merge([]correlation.ID{a.Incident, c.Incident}, by)
	require.ErrorIs(t, err, correlation.ErrForbidden)
	require.ErrorContains(t, err, "different groups")
}

func TestMaxEntities(t *testing.T) {
	for most, want := range map[int]correlation.Kind{7: correlation.Joined, 8: correlation.Merged, 0: correlation.Merged} {
		s := correlation.Defender()
		s.MaxEntities = most
		e := engine(t, s)
		add(t, e, at("a", 0, device("x"), user("u")))
		b := add(t, e, at("b", 10, device("y"), file("f")))
		d := add(t, e, bridge())
		require.Equal(t, want, d.Kind, most)
		if want == correlation.Merged {
			i, _ := e.Incident(d.Incident)
			require.Equal(t, 8, i.Entities, "two, two and four")
			continue
		}
		require.Len(t, d.Refused, 1)
		require.Equal(t, correlation.RuleEntities, d.Refused[0].Rule)
		_, err := e.Merge([]correlation.ID{d.Incident, b.Incident}, by)
		require.ErrorIs(t, err, correlation.ErrForbidden)
	}
}

func TestDirection(t *testing.T) {
	for _, tt := range []struct {
		name      string
		direction correlation.Direction
		more      int // alerts that the younger incident has besides its first
		younger   bool
	}{
		{"older", correlation.OlderSurvives, 5, false},
		{"larger", correlation.LargerSurvives, 5, true},
		{"larger, of two equal ones the older", correlation.LargerSurvives, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := correlation.Defender()
			s.Direction, s.MergePerDoubling = tt.direction, 0
			e := engine(t, s)
			a := add(t, e, at("a", 0, device("x"), user("u")))
			b := add(t, e, at("b", 10, device("y"), file("f")))
			for i := range tt.more {
				more := at(string(rune('c'+i)), 20+i)
				more.Link = b.Incident
				add(t, e, more)
			}
			d := add(t, e, bridge())
			require.Equal(t, correlation.Merged, d.Kind)
			survivor, source := a.Incident, b.Incident
			if tt.younger {
				survivor, source = source, survivor
			}
			require.Equal(t, survivor, d.Incident)
			require.Equal(t, []correlation.ID{source}, d.Merged)
			i, _ := e.Incident(source)
			require.Equal(t, survivor, i.Redirect)
		})
	}
}
