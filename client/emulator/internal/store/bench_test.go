package store

import (
	"testing"
	"time"
)

// BenchmarkFilter looks through 600,000 rows of which none passes.
func BenchmarkFilter(b *testing.B) {
	f := newFields("severity", "status")
	at := time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)
	for row := range int32(600_000) {
		severity, status := "low", "resolved"
		if row%4 == 0 {
			severity, status = "high", "new"
		}
		f.put(row, at.Add(time.Duration(row)*time.Second), at, severity, status)
	}
	for _, filter := range []string{
		"severity eq 'high' and status eq 'resolved'",
		"not (severity eq 'high' or status eq 'resolved')",
		"severity in ('medium','informational')",
		"createdDateTime ge 2100-01-01T00:00:00Z",
	} {
		b.Run(filter, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				page, err := f.list(Query{Filter: filter, Top: 50})
				if err != nil || len(page.Rows) > 0 {
					b.Fatal(page, err)
				}
			}
		})
	}
}
