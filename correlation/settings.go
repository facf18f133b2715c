package correlation

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/entity"
)

// Settings are all numbers and rules of an engine. Start from [Defender] or
// [Simple] and change fields; the zero value is not usable.
type Settings struct {
	// Join is the evidence, in bits, from which an alert joins an incident, and
	// Relate that from which two are reported as related.
	Join, Relate float64
	// Keep is what the link that brought a recurring alert into its incident must
	// still be worth, by what is known of its values now. If it is worth less,
	// the values have turned out to be common, and the next recurrence is judged
	// anew.
	Keep float64
	// MergePerDoubling is what the merger of two incidents needs beyond Join each
	// time the smaller one is twice as large.
	MergePerDoubling float64
	// Strong and Weak say how rare a value is presumed to be before enough has
	// been seen, by the strength of its key.
	Strong, Weak Prior
	// NearBits is the most that nearness in time adds. What distance takes away
	// has no bound: it is the logarithm of the number of observations that the
	// tenant makes in that time.
	NearBits float64
	// TacticBits is added when the alert's tactic comes later in the ATT&CK
	// matrix than those of the incident.
	TacticBits float64
	// Plain switches evidence off: every shared value is worth Join.
	Plain bool

	// Window is how long after its last occurrence a value still links; Windows
	// has other times for some types. A negative time means that the type never
	// links.
	Window  time.Duration
	Windows map[entity.Type]time.Duration
	// DetectorWindow is the same for the identity of the detector; zero means
	// that it does not count.
	DetectorWindow time.Duration
	// RepeatWindow is how long the same detector on the same entities is the same
	// thing again; zero means that there are no repeats.
	RepeatWindow time.Duration
	// Slot is the time in which a thing that occurs again counts as one
	// observation, so that a burst does not make its values look common.
	Slot time.Duration
	// TwinGap is how far apart two sensors report one event of two things. Where
	// what the same detector says of two things comes within it more often than
	// not, at times that nobody could foretell, they are taken for two views of the
	// same events: each observation beyond the first is evidence of log2(Slot / (2
	// TwinGap)) bits for the merger of their incidents, and each that came alone
	// takes one back. What can be foretold is the same pause as before and a whole
	// number of Slots, which most schedules keep to. An observation that differs from
	// these by 2 TwinGap or less does not count, and the two must be nearer to each
	// other than a quarter of that difference. Zero means that there are no such
	// pairs.
	TwinGap time.Duration
	// HalfLife is the time after which an observation counts for half.
	HalfLife time.Duration
	// Never are values that weigh nothing, beside those that package entity knows
	// to identify nobody.
	Never []entity.Key

	// StageFloor is the silence in an incident that never ends a stage. Above it
	// a stage ends with a silence of StagePace times its mean gap, which starts
	// out as StageGap for any alerts and as ThreadGap for repeats of one alert.
	StageFloor, StageGap, ThreadGap time.Duration
	StagePace                       float64

	// Lateness is how much older than the newest alert of its tenant an alert may
	// be and still be decided in order. With zero every decision is final at
	// once.
	Lateness time.Duration
	// FutureSkew is how far beyond the clock the time of an alert may lie.
	FutureSkew time.Duration
	// IdleClose is the silence after which an incident accepts no more alerts,
	// MaxAge the age from its first alert.
	IdleClose, MaxAge time.Duration
	// ReopenWithin is the time since its last alert in which a resolved incident
	// is reopened by an alert; zero means never.
	ReopenWithin time.Duration
	// Retention is how long after its last alert an incident that accepts no more
	// is remembered.
	Retention time.Duration

	// Exemplars is how many of the repeats of one alert an incident stores; the
	// rest are counted. MaxStored is how many alerts it stores in all.
	Exemplars, MaxStored int
	// MaxKeys is how many keys of one alert are looked at.
	MaxKeys int
	// MaxAlerts is how many alerts all tenants together may have stored; above it
	// alerts are refused with [ErrFull]. At most 268,435,456 can be had.
	MaxAlerts int
	// MaxPending is how many alerts of one tenant wait for their order; above it
	// the oldest are decided early.
	MaxPending int
	// MaxActs is how many acts of people can be reverted.
	MaxActs int

	// KeepResolved, KeepOwners, KeepClassification and KeepDetermination forbid
	// to merge what is resolved, or has two different values of these.
	KeepResolved, KeepOwners, KeepClassification, KeepDetermination bool
	// KeepDeviceGroups forbids to merge devices of different groups.
	KeepDeviceGroups bool
	// MaxEntities is the most entities that an incident may have after a merger,
	// with those that alerts share counted in each; a merger that would have more
	// is refused. Zero is no limit.
	MaxEntities int
	// Direction says which incident survives a merger.
	Direction Direction
	// RedirectTag is put on the other one.
	RedirectTag string
	// PrimaryWorkspaces names for a tenant the workspace whose alerts correlate
	// with those of Defender itself. All other workspaces are by themselves.
	PrimaryWorkspaces map[string]string
}

// Prior is what is presumed of a value that has hardly been seen.
type Prior struct {
	// Bits is the rarity presumed: 7 means that one in 128 observations has it.
	Bits float64
	// Weight is the number of observations after which what was seen counts as
	// much as what was presumed.
	Weight float64
}

// Direction says which of two incidents survives their merger.
type Direction uint8

// The directions.
const (
	// OlderSurvives keeps the incident whose first alert is older.
	OlderSurvives Direction = iota
	// LargerSurvives keeps the incident with more alerts, and of two equal ones
	// the older.
	LargerSurvives
)

const day = 24 * time.Hour

// Defender returns settings for the documented behaviour of Microsoft Defender
// XDR. The reasons not to merge, what a merger moves, tags and names are those
// of Learn, "Alert correlation and incident merging in the Microsoft Defender
// portal". The criteria themselves are not published: the numbers here are this
// package's own, chosen from general considerations and checked as the package
// documentation says. The page names no maximum of entities since February 2025,
// so that none is set, and no direction of mergers; a published sample goes to
// the older incident.
func Defender() Settings {
	return Settings{
		Join: 5, Relate: 3, Keep: 3, MergePerDoubling: 1,
		Strong: Prior{Bits: 7, Weight: 256}, Weak: Prior{Bits: 4, Weight: 32},
		NearBits: 1, TacticBits: 1,
		Window: day, DetectorWindow: 4 * time.Hour, RepeatWindow: time.Hour,
		Windows: map[entity.Type]time.Duration{
			// Addresses are leased for hours, and names of processes mean little.
			entity.TypeIP: 4 * time.Hour, entity.TypeProcess: 4 * time.Hour, entity.TypeNetworkConnection: 4 * time.Hour,
			// Mail lies in the box until somebody opens it; files stay.
			entity.TypeEmailMessage: 3 * day, entity.TypeEmailCluster: 3 * day, entity.TypeFile: 3 * day, entity.TypeURL: 3 * day,
		},
		Slot: time.Minute, TwinGap: 2 * time.Second, HalfLife: 7 * day,
		StageFloor: 2 * time.Second, StageGap: 5 * time.Second, ThreadGap: 30 * time.Second, StagePace: 3,
		FutureSkew: time.Hour, IdleClose: 14 * day, MaxAge: 30 * day, Retention: 30 * day,
		Exemplars: 16, MaxStored: 10_000, MaxKeys: 500, MaxAlerts: 20_000_000, MaxPending: 100_000, MaxActs: 100,
		KeepResolved: true, KeepOwners: true, KeepClassification: true, KeepDetermination: true,
		RedirectTag: "Redirected",
	}
}

// Simple returns settings under which alerts of one tenant that share a value of
// one of the given entity types, or of any if none is given, within the window
// are one incident, however common the value is.
func Simple(window time.Duration, types ...entity.Type) Settings {
	s := Defender()
	s.Plain, s.Join, s.Relate, s.Keep, s.MergePerDoubling, s.NearBits, s.TacticBits = true, 1, 1, 0, 0, 0, 0
	s.Window, s.Windows, s.DetectorWindow, s.RepeatWindow, s.TwinGap = window, nil, 0, window, 0
	if len(types) > 0 {
		s.Window, s.Windows = -1, map[entity.Type]time.Duration{}
		for _, t := range types {
			s.Windows[t] = window
		}
	}
	return s
}

// Validate tells what is wrong with the settings, all of it at once.
func (s Settings) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("correlation settings: "+format, args...))
	}
	for _, f := range []struct {
		name  string
		value float64
		least float64
	}{
		{"Join", s.Join, 0}, {"Relate", s.Relate, 0}, {"Keep", s.Keep, 0}, {"MergePerDoubling", s.MergePerDoubling, 0},
		{"Strong.Bits", s.Strong.Bits, 0}, {"Weak.Bits", s.Weak.Bits, 0}, {"Strong.Weight", s.Strong.Weight, 1}, {"Weak.Weight", s.Weak.Weight, 1},
		{"NearBits", s.NearBits, 0}, {"TacticBits", s.TacticBits, 0}, {"StagePace", s.StagePace, 0},
	} {
		if math.IsNaN(f.value) || f.value < f.least || f.value > 1e6 {
			wrong("%s is %v; give a number from %v to 1000000", f.name, f.value, f.least)
		}
	}
	if s.Relate > s.Join {
		wrong("Relate is %v, above Join, which is %v; give at most that", s.Relate, s.Join)
	}
	for _, f := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"Slot", s.Slot, 0}, {"TwinGap", s.TwinGap, 0}, {"HalfLife", s.HalfLife, time.Minute}, {"Lateness", s.Lateness, 0}, {"FutureSkew", s.FutureSkew, 0},
		{"IdleClose", s.IdleClose, 1}, {"MaxAge", s.MaxAge, 1}, {"Retention", s.Retention, 1}, {"ReopenWithin", s.ReopenWithin, 0},
		{"DetectorWindow", s.DetectorWindow, 0}, {"RepeatWindow", s.RepeatWindow, 0},
		{"StageFloor", s.StageFloor, 0}, {"StageGap", s.StageGap, 0}, {"ThreadGap", s.ThreadGap, 0},
	} {
		if f.value < f.least {
			wrong("%s is %v; give at least %v", f.name, f.value, f.least)
		}
	}
	for _, f := range []struct {
		name  string
		value int
		least int
	}{
		{"Exemplars", s.Exemplars, 1}, {"MaxStored", s.MaxStored, 2}, {"MaxKeys", s.MaxKeys, 1}, {"MaxAlerts", s.MaxAlerts, 1},
		{"MaxPending", s.MaxPending, 1}, {"MaxActs", s.MaxActs, 0}, {"MaxEntities", s.MaxEntities, 0},
	} {
		if f.value < f.least || f.value > math.MaxInt32 {
			wrong("%s is %d; give a number from %d to %d", f.name, f.value, f.least, math.MaxInt32)
		}
	}
	if s.TwinGap > 0 && s.TwinGap > s.Slot/2 {
		wrong("TwinGap is %v; give at most half of Slot, which is %v", s.TwinGap, s.Slot)
	}
	if s.MaxAlerts > mostAlerts {
		wrong("MaxAlerts is %d; give at most %d", s.MaxAlerts, mostAlerts)
	}
	return errors.Join(errs...)
}

// compiled are settings in the units of the engine: bits in 256ths, times in
// nanoseconds.
type compiled struct {
	Settings
	join, relate, keep, doubling, tactic, twin int32
	strong, weak                               prior
	near                                       uint64
	windows                                    map[entity.Type]int64
	never                                      map[entity.Key]bool
	primary                                    map[string]string
}

// prior is a [Prior] as pseudo-counts, in sixteenths.
type prior struct{ has, of uint64 }

func compile(s Settings) (compiled, error) {
	if err := s.Validate(); err != nil {
		return compiled{}, err
	}
	c := compiled{
		Settings: s,
		join:     bits256(s.Join), relate: bits256(s.Relate), keep: bits256(s.Keep), doubling: bits256(s.MergePerDoubling), tactic: bits256(s.TacticBits),
		strong: s.Strong.compile(), weak: s.Weak.compile(),
		near:    max(1, uint64(math.Round(256*math.Exp2(-s.NearBits)))),
		twin:    log2(uint64(s.Slot)) - log2(2*uint64(s.TwinGap)),
		windows: map[entity.Type]int64{}, never: map[entity.Key]bool{}, primary: map[string]string{},
	}
	c.Windows = maps.Clone(s.Windows)
	for t, d := range s.Windows {
		c.windows[t] = int64(d)
	}
	for _, k := range s.Never {
		k.Strength = 0
		c.never[k] = true
	}
	for tenant, workspace := range s.PrimaryWorkspaces {
		c.primary[fold(tenant)] = fold(workspace)
	}
	return c, nil
}

func (p Prior) compile() prior {
	return prior{
		has: max(1, uint64(math.Round(16*p.Weight*math.Exp2(-p.Bits)))),
		of:  uint64(math.Round(16 * p.Weight)),
	}
}

func bits256(b float64) int32 { return int32(math.Round(b * 256)) }

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
