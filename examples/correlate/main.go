package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	var rs []result
	var bs = make([][]result, len(baselines))
	for _, p := range os.Args[1:] {
		s, err := readScenario(p)
		if err != nil {
			panic(err)
		}
		t := time.Now()
		g, e, err := correlate(s, settings())
		if err != nil {
			panic(err)
		}
		r := judge(s, g)
		rs = append(rs, r)
		fmt.Println(s.name, len(s.rows), r.campaign.quality(), r.step.quality(), r.noise, r.overmerge, r.largest, r.incidents, r.groups, time.Since(t))
		fmt.Printf("%+v\n", e.Stats())
		for i, b := range baselines {
			bs[i] = append(bs[i], judge(s, b.group(s)))
		}
	}
	r := mean(rs)
	fmt.Println("engine", r.campaign.quality(), r.step.quality(), r.noise, r.overmerge, r.largest, r.incidents, r.groups)
	for i, b := range baselines {
		r := mean(bs[i])
		fmt.Println(b.name(), r.campaign.quality(), r.step.quality(), r.noise, r.overmerge, r.largest, r.incidents, r.groups)
	}
}
