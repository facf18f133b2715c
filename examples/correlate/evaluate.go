package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// alert maps a row to what the engine needs. The host and its address are two
// names of one entity. Alerts have no id in the files; the number of the line
// serves.
func (s *scenario) alert(i int, scope entity.Scope) correlation.Alert {
	r := s.rows[i]
	return correlation.Alert{
		ID: s.name + "-" + strconv.Itoa(i), Time: r.when(), Tenant: scope.Tenant,
		Detector: s.detectors.list[r.detector], Title: s.names.list[r.name],
		Entities: []correlation.Entity{{Keys: []entity.Key{
			scope.Key(entity.TypeDevice, entity.IdentifierDeviceName, s.hosts.list[r.host]),
			scope.Key(entity.TypeIP, entity.IdentifierAddress, s.ips.list[r.ip]),
		}}},
	}
}

// settings is the one configuration for all scenarios.
func settings() correlation.Settings { return correlation.Defender() }

// correlate runs the engine over a scenario and returns the groups that it ends
// with.
func correlate(s *scenario, set correlation.Settings) (grouping, *correlation.Engine, error) {
	engine, err := correlation.New(set, correlation.WithClock(func() time.Time { return time.Unix(1<<33, 0) }))
	if err != nil {
		return grouping{}, nil, err
	}
	scope := entity.Scope{}
	scope.Tenant = s.name
	g := grouping{make(partition, len(s.rows)), make(partition, len(s.rows))}
	for i := range s.rows {
		d, err := engine.Add(s.alert(i, scope))
		if err != nil {
			return g, nil, fmt.Errorf("%s: alert %d: %w", s.name, i+1, err)
		}
		g.steps[i] = int32(d.Stage)
	}
	numbers := map[correlation.ID]int32{}
	for i := range s.rows {
		id, ok := engine.IncidentOf(scope.Tenant, s.name+"-"+strconv.Itoa(i))
		if !ok {
			return g, nil, fmt.Errorf("%s: alert %d is in no incident", s.name, i+1)
		}
		n, ok := numbers[id]
		if !ok {
			n = int32(len(numbers))
			numbers[id] = n
		}
		g.incidents[i] = n
	}
	return g, engine, nil
}
