package emulator

import (
	"fmt"
	"maps"
	"slices"

	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
)

// Check returns an error if the tenant's state contradicts itself, or what
// correlation knows of it.
func (t *Tenant) Check() (err error) {
	if err := t.store.Check(); err != nil || t.background == nil {
		return err
	}
	t.store.Read(func(tx *store.Tx) {
		b := &background{engine: t.background.engine, done: t.background.done, rows: maps.Clone(t.background.rows)}
		if !t.agrees(tx, b) {
			err = fmt.Errorf("correlation has the alerts in other incidents")
		} else if !maps.Equal(b.rows, t.background.rows) {
			err = fmt.Errorf("correlation has incidents %v for %v", t.background.rows, b.rows)
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
