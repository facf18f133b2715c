package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// alert maps a row to what the engine needs. The host and its address are two
// names of one entity. Alerts have no id in the files; the number of the line
// serves.
func (s *scenario) alert(i int, scope entity.Scope) correlation.Alert {
	r := s.rows[i]
	a := correlation.Alert{
		ID: s.name + "-" + strconv.Itoa(i), Time: r.when(), Tenant: scope.Tenant,
		Detector: s.detectors.list[r.detector], Title: s.names.list[r.name],
		Entities: []correlation.Entity{{Keys: []entity.Key{
			scope.Key(entity.TypeDevice, entity.IdentifierDeviceName, s.hosts.list[r.host]),
			scope.Key(entity.TypeIP, entity.IdentifierAddress, s.ips.list[r.ip]),
		}}},
	}
	if s.hub != nil && s.hub.in(i, len(s.rows)) {
		a.Entities = append(a.Entities, correlation.Entity{Keys: []entity.Key{scope.Key(entity.TypeIP, entity.IdentifierAddress, "203.0.113.7")}})
	}
	return a
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

// evaluate prints how well the engine and the baselines do, and the engine with
// hubs if they are wanted.
func (p program) evaluate(files []string, asJSON, withHubs bool) error {
	if len(files) == 0 {
		return errors.New("-evaluate: name files of the data set")
	}
	table := make([]method, 1+len(baselines))
	table[0].name = "engine"
	for i, b := range baselines {
		table[i+1].name = b.name()
	}
	if withHubs {
		for _, h := range hubs {
			table = append(table, method{name: "engine, " + h.name})
		}
	}
	for _, file := range files {
		s, err := readScenario(file)
		if err != nil {
			return err
		}
		g, _, err := correlate(s, settings())
		if err != nil {
			return err
		}
		table[0].add(s, judge(s, g))
		for i, b := range baselines {
			table[i+1].add(s, judge(s, b.group(s)))
		}
		for i := range table[1+len(baselines):] {
			s.hub = &hubs[i]
			if g, _, err = correlate(s, settings()); err != nil {
				return err
			}
			table[1+len(baselines)+i].add(s, judge(s, g))
		}
	}
	if asJSON {
		return p.printJSON(table)
	}
	p.printTable(table)
	return nil
}

// method is the engine or a baseline, with its result in each scenario.
type method struct {
	name      string
	scenarios []string
	results   []result
}

func (m *method) add(s *scenario, r result) {
	m.scenarios, m.results = append(m.scenarios, s.name), append(m.results, r)
}

func (p program) printTable(table []method) {
	const columns = "%-28s %-20s %-20s %7s %7s %7s %9s %8s\n"
	fmt.Fprintf(p.stdout, columns, "", "campaign P/R/F1", "step P/R/F1", "noise", "overm.", "largest", "incidents", "groups")
	print := func(name string, r result) {
		c, s := r.campaign.quality(), r.step.quality()
		fmt.Fprintf(p.stdout, columns, name, fmt.Sprintf("%.3f/%.3f/%.3f", c.Precision, c.Recall, c.F1), fmt.Sprintf("%.3f/%.3f/%.3f", s.Precision, s.Recall, s.F1),
			fmt.Sprintf("%.2f%%", 100*r.noise), fmt.Sprintf("%.2f%%", 100*r.overmerge), fmt.Sprintf("%.1f%%", 100*r.largest), strconv.Itoa(r.incidents), strconv.Itoa(r.groups))
	}
	for i, name := range table[0].scenarios {
		print(name, table[0].results[i])
	}
	for _, m := range table {
		print("mean: "+m.name, mean(m.results))
	}
	fmt.Fprintln(p.stdout, `
Campaign: all attack alerts of a scenario are one. Step: each attack step is one. The engine's incidents stand in the
columns of the campaign and the stages within them in those of the step; a baseline has one grouping for both.
Noise: benign alerts in groups with attack alerts. Overm.: groups with both. Largest: the greatest share of a scenario's
alerts in one group. A hub is one more value, the same in all alerts of a scenario, or in all after a share of them, or
in more and more of them. Incidents: groups with attack alerts. F1 of a mean is that of mean precision and recall.`)
}

// figures are the numbers of a method in the JSON form.
type figures struct {
	CampaignF1 float64            `json:"campaign_f1"`
	StepF1     float64            `json:"step_f1"`
	Noise      float64            `json:"noise_swallowed"`
	Overmerge  float64            `json:"overmerge"`
	Largest    float64            `json:"largest"`
	Incidents  int                `json:"incidents"`
	Scenarios  map[string]figures `json:"scenarios,omitempty"`
}

func figuresOf(r result) figures {
	return figures{r.campaign.quality().F1, r.step.quality().F1, r.noise, r.overmerge, r.largest, r.incidents, nil}
}

func (p program) printJSON(table []method) error {
	out := map[string]figures{}
	for _, m := range table {
		f := figuresOf(mean(m.results))
		f.Scenarios = map[string]figures{}
		for i, name := range m.scenarios {
			f.Scenarios[name] = figuresOf(m.results[i])
		}
		out[m.name] = f
	}
	enc := json.NewEncoder(p.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// explainRow says why two alerts of a scenario are in one incident. Their ids are
// the scenario's name, a hyphen and the place in the order of time, from 0.
func (p program) explainRow(files []string, pair string) error {
	if len(files) != 1 {
		return errors.New("-evaluate -explain: name one file")
	}
	s, err := readScenario(files[0])
	if err != nil {
		return err
	}
	_, engine, err := correlate(s, settings())
	if err != nil {
		return err
	}
	a, _, _ := strings.Cut(pair, ",")
	return p.explain(engine, []correlation.Alert{{ID: a, Tenant: s.name}}, pair)
}
