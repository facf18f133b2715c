package correlation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

var start = time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)

func clock() time.Time { return start.Add(365 * 24 * time.Hour) }

var by = correlation.By{Author: "jo@contoso.com", Reason: "test"}

func engine(t require.TestingT, s correlation.Settings, opts ...correlation.Option) *correlation.Engine {
	e, err := correlation.New(s, append([]correlation.Option{correlation.WithClock(clock), correlation.WithSeed([16]byte{1})}, opts...)...)
	require.NoError(t, err)
	return e
}

func device(id string) correlation.Entity {
	return correlation.Entity{Impacted: true, Keys: []entity.Key{entity.NewKey(entity.TypeDevice, entity.IdentifierDeviceID, "", fmt.Sprintf("%040x", id))}}
}

func user(name string) correlation.Entity {
	return correlation.Entity{Keys: []entity.Key{entity.NewKey(entity.TypeUser, entity.IdentifierUserPrincipalName, "", name+"@contoso.com")}}
}

func file(name string) correlation.Entity {
	return correlation.Entity{Keys: []entity.Key{entity.NewKey(entity.TypeFile, entity.IdentifierSHA256, "", fmt.Sprintf("%064x", name))}}
}

// at makes an alert some seconds after the start.
func at(id string, seconds int, entities ...correlation.Entity) correlation.Alert {
	return correlation.Alert{
		ID: id, Time: start.Add(time.Duration(seconds) * time.Second), Tenant: "t1", Detector: "d-" + id, Title: "Alert " + id,
		Severity: alert.Medium, Entities: entities,
	}
}

func add(t require.TestingT, e *correlation.Engine, a correlation.Alert) correlation.Decision {
	d, err := e.Add(a)
	require.NoError(t, err)
	return d
}

// alerts draws alerts that share values often enough to join and merge.
func alerts(t *rapid.T) []correlation.Alert {
	n := rapid.IntRange(2, 80).Draw(t, "n")
	out := make([]correlation.Alert, n)
	for i := range out {
		a := at(fmt.Sprintf("a%03d", i), rapid.IntRange(0, 4000).Draw(t, "at"))
		a.Tenant = rapid.SampledFrom([]string{"t1", "t1", "t1", "t2"}).Draw(t, "tenant")
		a.Detector = fmt.Sprint("d", rapid.IntRange(0, 5).Draw(t, "detector"))
		a.Excluded = rapid.IntRange(0, 20).Draw(t, "excluded") == 0
		a.Category = rapid.SampledFrom([]alert.Category{alert.InitialAccess, alert.Execution, alert.Impact}).Draw(t, "category")
		for range rapid.IntRange(0, 3).Draw(t, "entities") {
			v := fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "value"))
			a.Entities = append(a.Entities, rapid.SampledFrom([]func(string) correlation.Entity{device, user, file}).Draw(t, "kind")(v))
		}
		out[i] = a
	}
	// Two sensors that see the same events, mostly.
	seconds := 0
	for i := range rapid.IntRange(0, 16).Draw(t, "events") {
		seconds += rapid.IntRange(10, 200).Draw(t, "after")
		for _, thing := range []string{"host", "firewall"} {
			if rapid.IntRange(0, 9).Draw(t, "seen") > 0 {
				a := at(fmt.Sprintf("%s%02d", thing, i), seconds, device(thing))
				a.Detector = "sensor"
				out = append(out, a)
			}
		}
	}
	return out
}

// partition returns the incident of each alert.
func partition(e *correlation.Engine, as []correlation.Alert) map[string]correlation.ID {
	out := map[string]correlation.ID{}
	for _, a := range as {
		if id, ok := e.IncidentOf(a.Tenant, a.ID); ok {
			out[a.Tenant+"/"+a.ID] = id
		}
	}
	return out
}

func small() correlation.Settings {
	s := correlation.Defender()
	s.Exemplars, s.Slot, s.TwinGap = 2, 10*time.Second, 500*time.Millisecond
	return s
}

func fatal(t *testing.T, err error) {
	t.Helper()
	require.NoError(t, err)
}
