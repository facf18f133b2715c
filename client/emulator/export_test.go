package emulator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/correlation"
)

// Check returns an error if the tenant's state contradicts itself, or what
// correlation knows of it.
func (t *Tenant) Check() (err error) {
	if err := t.store.Check(); err != nil || t.background == nil {
		return err
	}
	t.store.Read(func(tx *store.Tx) {
		// What the engine has forgotten, after a month, is nobody's incident any more.
		known := maps.Clone(t.background.rows)
		maps.DeleteFunc(known, func(id correlation.ID, _ int32) bool { return len(t.background.engine.Members(id)) == 0 })
		b := &background{engine: t.background.engine, done: t.background.done, rows: maps.Clone(known)}
		if !t.agrees(tx, b) {
			err = fmt.Errorf("correlation has the alerts in other incidents")
		} else if !maps.Equal(b.rows, known) {
			err = fmt.Errorf("correlation has incidents %v for %v", known, b.rows)
		}
	})
	return err
}

// Patterns lists what the tenant answers, as the mux and the calls of Azure Resource
// Manager have it.
func (t *Tenant) Patterns() []string {
	patterns := slices.Clone(t.mux.patterns)
	for _, route := range t.armRoutes() {
		patterns = append(patterns, route.method+" "+armRoot+route.path)
	}
	return patterns
}
