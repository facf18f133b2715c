package ledger_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/audit/ledger"
)

// In the child process of TestKill these name its folder and what it does.
const (
	childFolder = "INCIDENTKIT_KILL_FOLDER"
	childSync   = "INCIDENTKIT_KILL_SYNC"
	childFrom   = "INCIDENTKIT_KILL_FROM"
)

const perRound = 10_000

// TestKillChild is the child: it appends entries one by one, and after each
// tells its parent that it was acknowledged.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(childFolder)
	if dir == "" {
		t.Skip("runs only as the child of TestKill")
	}
	from, err := strconv.Atoi(os.Getenv(childFrom))
	require.NoError(t, err)
	opts := []ledger.Option{ledger.MaxSegment(300_000), ledger.HeadEvery(64)}
	if os.Getenv(childSync) == "never" {
		opts = append(opts, ledger.SyncNever())
	}
	l := open(t, dir, opts...)
	fmt.Printf("recovered %d\n", l.Size())
	for n := from; n < from+perRound; n++ {
		// Entries of very different lengths; a long write is torn more easily.
		e := entry(n)
		e.Comment = strings.Repeat("x", n*7919%1000)
		if n%200 == 0 {
			e.Comment = strings.Repeat("y", 400_000)
		}
		number, err := l.Append(t.Context(), e)
		require.NoError(t, err)
		if _, err := fmt.Printf("ack %d %d\n", number, n); err != nil {
			return
		}
	}
	require.NoError(t, l.Close())
	fmt.Println("end")
}

// TestKill kills a process that writes a log, at random moments, and looks
// whether every entry that was acknowledged is there. INCIDENTKIT_KILL_ROUNDS
// sets the number of rounds; by default they are few, and killed early.
func TestKill(t *testing.T) {
	// When every entry waits for the disk, 10,000 take too long to wait for.
	rounds, most := 4, map[string]int{"never": 2000, "each": 100}
	if s := os.Getenv("INCIDENTKIT_KILL_ROUNDS"); s != "" {
		var err error
		rounds, err = strconv.Atoi(s)
		require.NoError(t, err)
		most = map[string]int{"never": perRound, "each": 400}
	}
	for _, policy := range []string{"never", "each"} {
		t.Run(policy, func(t *testing.T) { killRounds(t, policy, rounds, most[policy]) })
	}
}

func killRounds(t *testing.T, policy string, rounds, most int) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(7, uint64(len(policy))))
	acknowledged := map[int64]int{}
	torn, unsigned, ended := 0, int64(0), 0
	for round := range rounds {
		if appendUntilKilled(t, dir, policy, round*perRound, random.IntN(most), acknowledged) {
			ended++
		}
		report := verify(t, dir)
		require.NoError(t, report.Err(), "round %d", round)
		l := open(t, dir)
		r := l.Recovery()
		require.Equal(t, report.Torn, r.Torn)
		require.Zero(t, r.Lost)
		if r.Torn > 0 {
			torn++
		}
		unsigned += r.Unsigned
		require.NoError(t, l.Close())
		require.True(t, verify(t, dir, l.Head()).Complete(), "round %d", round)
	}
	_, trusted := keys(t, 1)
	r, err := ledger.NewReader(dir, trusted)
	require.NoError(t, err)
	count := int64(0)
	for rec, err := range r.Records(0) {
		require.NoError(t, err)
		if n, ok := acknowledged[rec.Number]; ok {
			require.Equal(t, fmt.Sprintf("e%d", n), rec.Entry.ID)
			delete(acknowledged, rec.Number)
			count++
		}
	}
	require.Empty(t, acknowledged, "acknowledged entries that are not there")
	report := verify(t, dir)
	t.Logf("sync %s: %d rounds (%d ended before the kill), %d entries acknowledged and all there, %d in the log, %d torn tails, %d unsigned entries recovered",
		policy, rounds, ended, count, report.Size, torn, unsigned)
}

// appendUntilKilled kills the child after so many acknowledgements. It notes in
// acknowledged which entry got which number, and reports whether the child came to its end before it was killed.
func appendUntilKilled(t *testing.T, dir, policy string, from, after int, acknowledged map[int64]int) (ended bool) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillChild$")
	child.Env = append(os.Environ(), childFolder+"="+dir, childSync+"="+policy, childFrom+"="+strconv.Itoa(from))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewReader(out)
	for seen := 0; ; {
		text, err := lines.ReadString('\n')
		if err != nil {
			break // what comes without its line break was not acknowledged
		}
		var number int64
		var n int
		if _, err := fmt.Sscanf(text, "ack %d %d", &number, &n); err == nil {
			acknowledged[number] = n
			seen++
		} else if strings.HasPrefix(text, "--- FAIL") || strings.Contains(text, "Error:") {
			t.Error(text)
		}
		ended = ended || text == "end\n"
		if seen == after {
			// The child goes on for a moment, of a length that nobody knows.
			_ = child.Process.Kill()
		}
	}
	_ = child.Wait()
	return ended
}
