package correlation_test

import (
	"fmt"
	"time"

	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// newExample returns an engine and three alerts, of which the first two are on
// one device.
func newExample() (*correlation.Engine, []correlation.Alert) {
	now := time.Date(2026, 9, 14, 9, 0, 0, 0, time.UTC)
	engine, err := correlation.New(correlation.Defender(), correlation.WithClock(func() time.Time { return now.Add(time.Hour) }))
	if err != nil {
		panic(err)
	}
	on := func(id, title, device string, after time.Duration) correlation.Alert {
		key := entity.NewKey(entity.TypeDevice, entity.IdentifierDeviceID, "", device)
		return correlation.Alert{
			ID: id, Time: now.Add(after), Tenant: "contoso", Detector: title, Title: title,
			Entities: []correlation.Entity{{Keys: []entity.Key{key}, Impacted: true}},
		}
	}
	const pc, other = "e5a71d7f0c3a4b6f9b1f4a3c2d1e0f9a8b7c6d5e", "0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c"
	return engine, []correlation.Alert{
		on("da1", "Suspicious sign-in", pc, 0),
		on("da2", "Credential dumping", pc, 4*time.Minute),
		on("da3", "Suspicious sign-in", other, 10*time.Minute),
	}
}

func ExampleEngine_Add() {
	engine, alerts := newExample()
	for _, a := range alerts {
		d, err := engine.Add(a)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(a.ID, d.Kind, len(engine.Members(d.Incident)))
	}
	// Output:
	// da1 opened 1
	// da2 joined 2
	// da3 opened 1
}

func ExampleEngine_Explain() {
	engine, alerts := newExample()
	for _, a := range alerts {
		if _, err := engine.Add(a); err != nil {
			fmt.Println(err)
			return
		}
	}
	x, err := engine.Explain("contoso", "da1", "da2")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x)
	fmt.Println(x.Reasons)
	// Output:
	// "da1" and "da2", 4m0s apart, share device "e5a71d7f0c3a4b6f9b1f4a3c2d1e0f9a8b7c6d5e" (+6.4 bits: seen 1 times in 1 observations before); with +1.0 bits for the time between them the evidence is 7.4 bits.
	// sameTargetedAsset, temporalProximity
}
