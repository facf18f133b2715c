package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/incident"
)

var start = time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)

func newAlert(id string, at time.Time) *Alert {
	return &Alert{Alert: alert.Alert{ID: id, Status: alert.StatusNew, Severity: alert.Low, CreatedDateTime: at, LastUpdateDateTime: at}}
}

func newIncident(at time.Time) *Incident {
	return &Incident{Incident: incident.Incident{Status: incident.StatusActive, CreatedDateTime: at, LastUpdateDateTime: at}}
}

// TestInvariants does random things in random order, at times that go back and
// forth, and looks at the store after each.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(time.Hour, 1000)
		now := start
		id := 0
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { require.NoError(t, s.Check()) },
			"tick": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(-3600, 7200).Draw(t, "seconds")) * time.Second)
			},
			"raise": func(t *rapid.T) {
				id++
				require.NoError(t, s.Write(func(tx *Tx) error {
					to := tx.AddIncident(newIncident(now))
					_, err := tx.AddAlert(newAlert(fmt.Sprint("a", id), now), to)
					return err
				}))
			},
			"join": func(t *rapid.T) {
				if len(s.incidents) == 0 {
					t.Skip()
				}
				id++
				to := rapid.Int32Range(0, int32(len(s.incidents)-1)).Draw(t, "to")
				require.NoError(t, s.Write(func(tx *Tx) error { _, err := tx.AddAlert(newAlert(fmt.Sprint("a", id), now), to); return err }))
			},
			"move": func(t *rapid.T) {
				if len(s.alerts) == 0 {
					t.Skip()
				}
				a := rapid.Int32Range(0, int32(len(s.alerts)-1)).Draw(t, "alert")
				to := rapid.Int32Range(0, int32(len(s.incidents)-1)).Draw(t, "to")
				require.NoError(t, s.Write(func(tx *Tx) error { tx.Move(a, to); return nil }))
			},
			"move all": func(t *rapid.T) {
				if len(s.incidents) == 0 {
					t.Skip()
				}
				from := rapid.Int32Range(0, int32(len(s.incidents)-1)).Draw(t, "from")
				to := rapid.Int32Range(0, int32(len(s.incidents)-1)).Draw(t, "to")
				require.NoError(t, s.Write(func(tx *Tx) error { tx.MoveAll(from, to); return nil }))
			},
			"change": func(t *rapid.T) {
				if len(s.alerts) == 0 {
					t.Skip()
				}
				a := rapid.Int32Range(0, int32(len(s.alerts)-1)).Draw(t, "alert")
				owner := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "owner")
				require.NoError(t, s.Write(func(tx *Tx) error {
					tx.ChangeAlert(a, func(a *Alert) { a.AssignedTo, a.LastUpdateDateTime, a.ID = owner, now, "not to be changed" })
					tx.ChangeIncident(tx.RowOf(tx.Alert(a)), func(i *Incident) {
						i.AssignedTo, i.LastUpdateDateTime, i.Status = owner, now, incident.StatusResolved
					})
					return nil
				}))
			},
			"list": func(t *rapid.T) {
				oldest := rapid.Bool().Draw(t, "oldest first")
				var all []int32
				s.Read(func(tx *Tx) {
					after := ""
					for {
						page, err := tx.ListAlerts(Query{Top: 3, After: after, Count: true, OldestFirst: oldest})
						require.NoError(t, err)
						require.Equal(t, len(s.alerts), page.Count)
						all = append(all, page.Rows...)
						if after = page.Next; after == "" {
							break
						}
					}
				})
				require.Len(t, all, len(s.alerts), "each alert once")
				for i := 1; i < len(all); i++ {
					a, b := s.alerts[all[i-1]].CreatedDateTime, s.alerts[all[i]].CreatedDateTime
					require.True(t, a.Equal(b) || a.Before(b) == oldest)
				}
			},
		})
	})
}

func TestNothingIsStoredTwice(t *testing.T) {
	s := New(time.Hour, 1000)
	require.Error(t, s.Write(func(tx *Tx) error {
		to := tx.AddIncident(newIncident(start))
		_, err := tx.AddAlert(newAlert("a", start), to)
		require.NoError(t, err)
		_, err = tx.AddAlert(newAlert("a", start), to)
		return err
	}))
	require.NoError(t, s.Check())
}

// TestReadersKeepWhatTheyHave: what was taken out does not change.
func TestReadersKeepWhatTheyHave(t *testing.T) {
	s := New(time.Hour, 1000)
	require.NoError(t, s.Write(func(tx *Tx) error {
		to := tx.AddIncident(newIncident(start))
		for i := range 5 {
			_, _ = tx.AddAlert(newAlert(fmt.Sprint(i), start), to)
		}
		tx.AddIncident(newIncident(start))
		return nil
	}))
	var before *Incident
	s.Read(func(tx *Tx) { before = tx.Incident(0) })
	require.NoError(t, s.Write(func(tx *Tx) error { tx.Move(1, 1); tx.Move(3, 1); tx.Move(1, 0); return nil }))
	require.Equal(t, []int32{0, 1, 2, 3, 4}, before.Members)
	s.Read(func(tx *Tx) {
		require.Equal(t, []int32{0, 2, 4, 1}, tx.Incident(0).Members)
		require.Equal(t, "2", tx.Alert(3).Incident())
	})
}

// TestHistory has one version for each change, and forgets the old ones but for
// the newest of each incident.
func TestHistory(t *testing.T) {
	s := New(time.Hour, 1000)
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	change := func(minutes int, status incident.Status) {
		require.NoError(t, s.Write(func(tx *Tx) error {
			for range 2 { // one change, however many steps it has
				tx.ChangeIncident(0, func(i *Incident) { i.Status, i.LastUpdateDateTime = status, at(minutes) })
			}
			return nil
		}))
	}
	require.NoError(t, s.Write(func(tx *Tx) error {
		for range 100 {
			tx.AddIncident(newIncident(start))
		}
		return nil
	}))
	change(1, incident.StatusInProgress)
	change(2, incident.StatusResolved)
	change(3, incident.StatusResolved)
	s.Read(func(tx *Tx) {
		versions := tx.Versions()[100:]
		require.Len(t, versions, 3)
		require.Equal(t, at(1), versions[2].Modified)
		require.Equal(t, at(2), versions[2].Closed)
		require.True(t, versions[0].Closed.IsZero())
	})
	for i := range 10_000 {
		change(4+i, incident.StatusActive)
	}
	s.Read(func(tx *Tx) {
		versions := tx.Versions()
		require.Less(t, len(versions), 2000)
		incidents := map[string]bool{}
		for _, v := range versions {
			incidents[v.Incident.ID] = true
		}
		require.Len(t, incidents, 100, "the newest of each is kept")
		require.Equal(t, at(2), versions[len(versions)-1].Closed)
		require.Equal(t, at(4+9999), versions[len(versions)-1].Incident.LastUpdateDateTime)
	})
}

// TestOwnersAreForgotten: a million owners one after the other take no room.
func TestOwnersAreForgotten(t *testing.T) {
	s := New(time.Minute, 1000)
	require.NoError(t, s.Write(func(tx *Tx) error { tx.AddIncident(newIncident(start)); return nil }))
	for n := range 5000 {
		require.NoError(t, s.Write(func(tx *Tx) error {
			tx.ChangeIncident(0, func(i *Incident) {
				i.AssignedTo, i.LastUpdateDateTime = fmt.Sprint(n), start.Add(time.Duration(n)*time.Second)
			})
			return nil
		}))
	}
	require.LessOrEqual(t, len(s.incidentFields.texts[0].values), 2)
	require.NoError(t, s.Check())
	s.Read(func(tx *Tx) {
		page, err := tx.ListIncidents(Query{Filter: "assignedTo eq '4999' and status ne 'resolved'", Top: 5})
		require.NoError(t, err)
		require.Len(t, page.Rows, 1)
		page, err = tx.ListIncidents(Query{Filter: "assignedTo eq '4998'", Top: 5})
		require.NoError(t, err)
		require.Empty(t, page.Rows)
		_, err = tx.ListIncidents(Query{Filter: "title eq 'x'", Top: 5})
		require.Error(t, err)
		_, err = tx.ListIncidents(Query{After: "???", Top: 5})
		require.Error(t, err)
	})
}

func TestFindIncident(t *testing.T) {
	s := New(time.Hour, 1000)
	require.NoError(t, s.Write(func(tx *Tx) error { tx.AddIncident(newIncident(start)); return nil }))
	s.Read(func(tx *Tx) {
		for id, want := range map[string]bool{"1": true, "01": false, "0": false, "-1": false, "2": false, "x": false, "": false, "99999999999": false} {
			_, ok := tx.FindIncident(id)
			require.Equal(t, want, ok, id)
		}
	})
}
