package correlation

import (
	"cmp"
	"io"
	"slices"
	"time"
)

// Difference is what other settings would have made of the same alerts.
type Difference struct {
	// Merged are incidents of the first settings that are one under the second;
	// Split are incidents of the first of which the alerts are in several.
	Merged []Regrouping
	Split  []Regrouping
	// Same counts incidents that have the same stored alerts under both.
	Same int
}

// Regrouping is an incident on one side and those on the other.
type Regrouping struct {
	// One is the incident on the side that has one, Many those on the other.
	One  ID
	Many []ID
}

// WhatIf replays a journal under two settings and tells what is different. Acts
// of people that make no sense under the second settings, since the incidents that
// they name are not there, end the replay with an error.
func WhatIf(journal io.Reader, before, after Settings, opts ...Option) (Difference, error) {
	x, err := New(before, opts...)
	if err != nil {
		return Difference{}, err
	}
	y, err := New(after, opts...)
	if err != nil {
		return Difference{}, err
	}
	x.journal, y.journal, x.sink, y.sink = nil, nil, nil, nil
	err = readJournal(journal, func(_ uint64, payload []byte) error {
		if err := x.redo(payload); err != nil {
			return err
		}
		return y.redo(payload)
	})
	if err != nil {
		return Difference{}, err
	}
	return compareEngines(x, y), nil
}

func compareEngines(x, y *Engine) (d Difference) {
	x.advanceAll(time.Time{})
	y.advanceAll(time.Time{})
	there, back := map[ID][]ID{}, map[ID][]ID{}
	add := func(m map[ID][]ID, from, to ID) {
		if !slices.Contains(m[from], to) {
			m[from] = append(m[from], to)
		}
	}
	pairUp := func(a, b *Engine, m map[ID][]ID) {
		for _, s := range a.ordered() {
			for n := uint32(1); n < s.alerts.len(); n++ {
				i := s.incidentOf(n)
				if i == 0 {
					continue
				}
				id := s.names.text(s.alerts.at(n).id)
				t := b.scopes[s.name]
				if t == nil {
					continue
				}
				if k := t.findAlert(id); k != 0 && t.incidentOf(k) != 0 {
					add(m, s.incidents.at(i).id, t.incidents.at(t.incidentOf(k)).id)
				}
			}
		}
	}
	pairUp(x, y, there)
	pairUp(y, x, back)
	for id, many := range there {
		if len(many) > 1 {
			d.Split = append(d.Split, Regrouping{id, many})
		} else if len(back[many[0]]) == 1 {
			d.Same++
		}
	}
	for id, many := range back {
		if len(many) > 1 {
			d.Merged = append(d.Merged, Regrouping{id, many})
		}
	}
	order := func(a, b Regrouping) int { return cmp.Compare(a.One.String(), b.One.String()) }
	slices.SortFunc(d.Split, order)
	slices.SortFunc(d.Merged, order)
	return d
}
