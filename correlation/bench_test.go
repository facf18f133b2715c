package correlation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/correlation"
	"github.com/incidentkit/incidentkit/entity"
)

// workload makes alerts with the shape of Microsoft's GUIDE data set: 1.6 alerts
// an incident with a long tail, a median of 4 values an alert and 53 at the 99th
// percentile, of which a few are in 30 % of the alerts.
func workload(n int) []correlation.Alert {
	r := rand.New(rand.NewPCG(1, 2))
	types := []struct {
		t      entity.Type
		id     entity.Identifier
		weight int
	}{
		{entity.TypeIP, entity.IdentifierAddress, 25}, {entity.TypeUser, entity.IdentifierAadUserID, 25}, {entity.TypeEmailMessage, entity.IdentifierNetworkMessageID, 15},
		{entity.TypeDevice, entity.IdentifierDeviceID, 10}, {entity.TypeFile, entity.IdentifierSHA256, 10}, {entity.TypeURL, entity.IdentifierURL, 10},
	}
	key := func(v int) entity.Key {
		k := types[v%len(types)]
		return entity.Key{Type: k.t, Identifier: k.id, Value: fmt.Sprintf("%08x-5b1c-4f8e-9d6a-%012x", v, v), Strength: entity.Strong}
	}
	out := make([]correlation.Alert, 0, n)
	next := 1000
	for len(out) < n {
		size := 1
		if p := r.Float64(); p > 0.86 {
			size = min(3000, 2+int(math.Pow(r.Float64(), -1/1.3)))
		} else if p > 0.75 {
			size = 2
		}
		shared := next
		next += 3
		for range size {
			if len(out) == n {
				break
			}
			values := min(200, 1+int(math.Exp(r.NormFloat64()*0.9+math.Log(4))))
			a := correlation.Alert{
				ID: fmt.Sprintf("da%018d_-1", len(out)), Time: start.Add(time.Duration(len(out)) * 300 * time.Millisecond), Tenant: "t",
				Detector: fmt.Sprint("d", r.IntN(500)), Title: fmt.Sprint("Title ", r.IntN(500)), Severity: alert.Medium, Category: alert.InitialAccess,
			}
			for v := range values {
				id := next
				if v < 1 && size > 1 {
					id = shared + r.IntN(3)
				} else if r.IntN(10) == 0 {
					id = r.IntN(4) // a hub
				} else {
					next++
				}
				a.Entities = append(a.Entities, correlation.Entity{Keys: []entity.Key{key(id)}})
			}
			out = append(out, a)
		}
	}
	return out
}

const benchAlerts = 200_000

func BenchmarkTyped(b *testing.B) {
	as := workload(benchAlerts)
	b.ReportAllocs()
	for b.Loop() {
		e := engine(b, correlation.Defender())
		for i := range as {
			if _, err := e.Add(as[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b, len(as))
}

func BenchmarkHashed(b *testing.B) {
	as := hashed(b, workload(benchAlerts))
	b.ReportAllocs()
	for b.Loop() {
		e := engine(b, correlation.Defender())
		for i := range as {
			if _, err := e.Add(as[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	report(b, len(as))
}

func hashed(b *testing.B, as []correlation.Alert) []correlation.Alert {
	e := engine(b, correlation.Defender())
	for i := range as {
		for n, x := range as[i].Entities {
			for _, k := range x.Keys {
				as[i].Hashed = append(as[i].Hashed, correlation.HashedKey{Hash: e.Hash(k), Entity: uint16(n), Strength: k.Strength, Type: k.Type})
			}
		}
		as[i].Entities = nil
	}
	return as
}

// BenchmarkUnionFind is the bare loop: whatever shares a key is one.
func BenchmarkUnionFind(b *testing.B) {
	as := workload(benchAlerts)
	b.ReportAllocs()
	for b.Loop() {
		parents := make([]int32, len(as))
		root := func(i int32) int32 {
			for parents[i] != i {
				parents[i] = parents[parents[i]]
				i = parents[i]
			}
			return i
		}
		last := map[entity.Key]int32{}
		for i := range as {
			parents[i] = int32(i)
			for _, x := range as[i].Entities {
				for _, k := range x.Keys {
					if j, ok := last[k]; ok {
						parents[root(int32(i))] = root(j)
					}
					last[k] = int32(i)
				}
			}
		}
	}
	report(b, len(as))
}

// BenchmarkUnionFindHashed is the same over hashes.
func BenchmarkUnionFindHashed(b *testing.B) {
	as := hashed(b, workload(benchAlerts))
	b.ReportAllocs()
	for b.Loop() {
		parents := make([]int32, len(as))
		root := func(i int32) int32 {
			for parents[i] != i {
				parents[i] = parents[parents[i]]
				i = parents[i]
			}
			return i
		}
		last := map[uint64]int32{}
		for i := range as {
			parents[i] = int32(i)
			for _, k := range as[i].Hashed {
				if j, ok := last[k.Hash]; ok {
					parents[root(int32(i))] = root(j)
				}
				last[k.Hash] = int32(i)
			}
		}
	}
	report(b, len(as))
}

func report(b *testing.B, alerts int) {
	b.ReportMetric(float64(b.N)*float64(alerts)/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkResident measures what is held for an alert, in bytes and heap objects.
func BenchmarkResident(b *testing.B) {
	as := workload(benchAlerts)
	values := 0
	for i := range as {
		values += len(as[i].Entities)
	}
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := engine(b, correlation.Defender())
		for i := range as {
			_, _ = e.Add(as[i])
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(as)), "B/alert")
		b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/float64(len(as)), "objects/alert")
		b.ReportMetric(float64(values)/float64(len(as)), "values/alert")
		runtime.KeepAlive(e)
	}
	runtime.KeepAlive(as)
}

// BenchmarkLatency measures single calls of Add.
func BenchmarkLatency(b *testing.B) {
	as := workload(benchAlerts)
	for b.Loop() {
		e := engine(b, correlation.Defender())
		took := make([]time.Duration, len(as))
		for i := range as {
			begin := time.Now()
			_, _ = e.Add(as[i])
			took[i] = time.Since(begin)
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
	}
}

// BenchmarkFlood is as large as the largest flood of the AIT alert data set.
func BenchmarkFlood(b *testing.B) {
	as := make([]correlation.Alert, 410_336)
	for i := range as {
		as[i] = flood(i)
	}
	for b.Loop() {
		e := engine(b, correlation.Defender())
		for i := range as {
			if _, err := e.Add(as[i]); err != nil {
				b.Fatal(err)
			}
		}
		all := e.Incidents("t1")
		require.Len(b, all, 1)
		require.Equal(b, len(as), all[0].Alerts)
		b.ReportMetric(float64(all[0].Stored), "stored")
	}
	report(b, len(as))
}

// BenchmarkUnmerge takes a merger back in an incident of 10,000 alerts.
func BenchmarkUnmerge(b *testing.B) {
	s := correlation.Defender()
	s.MaxStored, s.Exemplars = 20_000, 20_000
	e := engine(b, s)
	var ids []correlation.ID
	for k := range 2 {
		for i := range 5000 {
			a := at(fmt.Sprint(k, "-", i), i, device(fmt.Sprint(k)))
			if i > 0 {
				a.Link = ids[k]
			}
			d, err := e.Add(a)
			require.NoError(b, err)
			if i == 0 {
				ids = append(ids, d.Incident)
			}
		}
	}
	for b.Loop() {
		b.StopTimer()
		a, err := e.Merge(ids, by)
		require.NoError(b, err)
		source := ids[0]
		if a.Incident == source {
			source = ids[1]
		}
		b.StartTimer()
		_, err = e.Unmerge(source, by)
		require.NoError(b, err)
	}
}
