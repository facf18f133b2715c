package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "renew the golden files")

func run(t *testing.T, stdin string, args ...string) (int, string, string) {
	t.Helper()
	var out, err bytes.Buffer
	status := program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &err}.run(args)
	return status, out.String(), err.String()
}

func TestGolden(t *testing.T) {
	alerts, scenario := filepath.Join("testdata", "alerts.jsonl"), filepath.Join("testdata", "tiny.csv")
	for name, args := range map[string][]string{
		"incidents.golden": {alerts},
		"explain.golden":   {"-explain", "da1,da4", alerts},
		"evaluate.golden":  {"-evaluate", scenario},
		"json.golden":      {"-evaluate", "-json", scenario},
		"hubs.golden":      {"-evaluate", "-hubs", scenario},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, err := run(t, "", args...)
			require.Equal(t, 0, status, err)
			path := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(out), 0o644))
			}
			want, readErr := os.ReadFile(path)
			require.NoError(t, readErr)
			require.Equal(t, string(want), out)
		})
	}
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		stdin, want string
		args        []string
	}{
		{"", "-evaluate: name files", []string{"-evaluate"}},
		{"", "no such file", []string{"nope.jsonl"}},
		{"{", "line 1", nil},
		{"{}", "id is empty", nil},
		{"", "give two alert ids", []string{"-explain", "a"}},
		{"", "the first line is not", []string{"-evaluate", filepath.Join("testdata", "alerts.jsonl")}},
	} {
		status, _, err := run(t, tt.stdin, tt.args...)
		require.Equal(t, exitInvalid, status)
		require.Contains(t, err, tt.want)
	}
}

// TestDataSet holds the engine to what it reached on the scenarios in the folder
// that INCIDENTKIT_DATA names.
func TestDataSet(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("INCIDENTKIT_DATA"), "aitads", "*.csv.gz"))
	if os.Getenv("INCIDENTKIT_DATA") == "" || len(files) == 0 {
		t.Skip("INCIDENTKIT_DATA names no folder with aitads/*.csv.gz")
	}
	status, out, err := run(t, "", append([]string{"-evaluate", "-json", "-hubs"}, files...)...)
	require.Equal(t, 0, status, err)
	var got map[string]figures
	require.NoError(t, json.Unmarshal([]byte(out), &got))
	engine := got["engine"]
	require.LessOrEqual(t, engine.Noise, 0.05)
	for _, h := range hubs {
		hub, ok := got["engine, "+h.name]
		require.True(t, ok, h.name)
		t.Logf("%s: campaign F1 %.4f to %.4f, step F1 %.4f to %.4f, noise %.4f to %.4f", h.name,
			engine.CampaignF1, hub.CampaignF1, engine.StepF1, hub.StepF1, engine.Noise, hub.Noise)
		require.Less(t, engine.CampaignF1-hub.CampaignF1, 0.01, h.name)
	}
	for name, f := range got {
		if !strings.HasPrefix(name, "engine") {
			require.Greater(t, engine.CampaignF1, f.CampaignF1, name)
			require.Greater(t, engine.StepF1, f.StepF1, name)
		}
	}
}
