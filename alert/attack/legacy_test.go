package attack_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert/attack"
)

func TestLegacyDefenseEvasion(t *testing.T) {
	stealth := tacticSet(t, attack.Stealth)
	impairment := tacticSet(t, attack.DefenseImpairment)
	both := stealth.Union(impairment)
	for name, tt := range map[string]struct {
		ids  []attack.ID
		want attack.TacticSet
	}{
		"no techniques":                  {nil, both},
		"stealth":                        {[]attack.ID{"T1027"}, stealth},
		"stealth among others":           {[]attack.ID{"T1078.004"}, stealth},
		"impairment":                     {[]attack.ID{"T1685.001"}, impairment},
		"one of each":                    {[]attack.ID{"T1685", "T1036.005"}, both},
		"revoked says stealth, is not":   {[]attack.ID{"T1562"}, impairment},
		"revoked sub-technique":          {[]attack.ID{"T1562.001"}, impairment},
		"chain to impairment":            {[]attack.ID{"T1150"}, impairment},
		"chain to stealth":               {[]attack.ID{"T1073"}, stealth},
		"left for neither":               {[]attack.ID{"T1548"}, attack.TacticSet{}},
		"left, by way of a revoked one":  {[]attack.ID{"T1088"}, attack.TacticSet{}},
		"left, lateral movement":         {[]attack.ID{"T1550.002"}, attack.TacticSet{}},
		"left, execution":                {[]attack.ID{"T1610", "T1059"}, attack.TacticSet{}},
		"left does not outweigh stealth": {[]attack.ID{"T1548", "T1027"}, stealth},
		"never was in it":                {[]attack.ID{"T1059.001", "T1486"}, both},
		"beside one that never was":      {[]attack.ID{"T1059.001", "T1070"}, stealth},
		"unknown":                        {[]attack.ID{"T9999", "", "rubbish"}, both},
		"deprecated, renamed by rote":    {[]attack.ID{"T1064", "T1108", "T1149"}, both},
		"revoked without a successor":    {[]attack.ID{"T1454"}, both},
		"Mobile has its own":             {[]attack.ID{"T1628"}, both},
		"ICS has its own":                {[]attack.ID{"T0856"}, both},
	} {
		require.Equal(t, tt.want.String(), attack.LegacyDefenseEvasion(tt.ids...).String(), name)
	}
}

// TestLegacyDefenseEvasionProperties draws any techniques of the release.
func TestLegacyDefenseEvasionProperties(t *testing.T) {
	var all []attack.ID
	for x := range attack.Techniques() {
		all = append(all, x.ID)
	}
	both, err := attack.TacticSetOf(attack.Stealth, attack.DefenseImpairment)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.SampledFrom(all), 0, 6).Draw(t, "ids")
		got := attack.LegacyDefenseEvasion(ids...)
		require.Equal(t, both, both.Union(got), "never another tactic")
		for _, id := range ids {
			r := attack.Resolve(id)
			for tactic := range r.Tactics().All() {
				if r.Outcome == attack.OutcomeCurrent && both.Has(tactic.ID) {
					require.True(t, got.Has(tactic.ID), id)
				}
			}
		}
		if got == both {
			return
		}
		for tactic := range got.All() { // a narrower answer has a technique to thank for it
			found := false
			for _, id := range ids {
				found = found || id.InAnyTactic(tactic.ID)
			}
			require.True(t, found)
		}
	})
}

// TestNoTechniqueIsInBoth holds what lets a technique decide between the two.
func TestNoTechniqueIsInBoth(t *testing.T) {
	for x := range attack.Techniques() {
		require.False(t, x.Tactics.Has(attack.Stealth) && x.Tactics.Has(attack.DefenseImpairment), x.ID)
	}
}
