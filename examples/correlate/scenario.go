package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A scenario is one file of the AIT alert data set in its CSV form.
type scenario struct {
	name              string
	rows              []row
	names, hosts, ips texts
	detectors, labels texts
	benign            int
	hub               *hub // planted, to see what it does
}

// row is an alert. Texts are numbers in the scenario's lists; the label 0 is
// that of benign alerts.
type row struct {
	time                            int64 // Unix seconds
	name, ip, host, detector, label int32
}

// texts numbers texts in the order in which they come.
type texts struct {
	list  []string
	index map[string]int32
}

func (t *texts) number(s string) int32 {
	if n, ok := t.index[s]; ok {
		return n
	}
	if t.index == nil {
		t.index = map[string]int32{}
	}
	n := int32(len(t.list))
	s = strings.Clone(s)
	t.list = append(t.list, s)
	t.index[s] = n
	return n
}

var header = []string{"time", "name", "ip", "host", "short", "time_label", "event_label"}

// readScenario reads a file, plain or gzipped. The published files have the
// alerts of one detector system behind those of another; they are put in the
// order of time, and those of one second stay in the order of the file.
func readScenario(path string) (*scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buffered := bufio.NewReaderSize(f, 1<<16)
	var in io.Reader = buffered
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		in = unzipped
	}
	s := &scenario{name: strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".gz"), ".csv")}
	s.labels.number("-")
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = len(header), true
	first, err := r.Read()
	if err != nil || !slices.Equal(first, header) {
		return nil, fmt.Errorf("%s: the first line is not %s", path, strings.Join(header, ","))
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		t, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("%s: line %d: time %.20q is no number of seconds", path, line, fields[0])
		}
		s.rows = append(s.rows, row{
			time: t, name: s.names.number(fields[1]), ip: s.ips.number(fields[2]), host: s.hosts.number(fields[3]),
			detector: s.detectors.number(fields[4]), label: s.labels.number(fields[6]),
		})
		if fields[6] == "-" {
			s.benign++
		}
	}
	slices.SortStableFunc(s.rows, func(a, b row) int { return int(a.time - b.time) })
	return s, nil
}

func (r row) when() time.Time { return time.Unix(r.time, 0).UTC() }
