package correlation_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/correlation"
)

// FuzzRestore alters the body of a snapshot and mends its checksum: what is
// accepted must work.
func FuzzRestore(f *testing.F) {
	e := engine(f, small())
	var start correlation.ID
	for _, a := range []correlation.Alert{at("a", 0, device("x")), at("b", 1, device("x"), user("u")), at("c", 2, user("v"))} {
		start = cmp.Or(start, add(f, e, a).Incident)
	}
	_, err := e.Split(start, []string{"b"}, by)
	require.NoError(f, err)
	var b bytes.Buffer
	require.NoError(f, e.Snapshot(&b))
	head := bytes.IndexByte(b.Bytes(), '\n') + 1
	f.Add(b.Bytes()[head+8 : b.Len()-sha256.Size])
	prefix := bytes.Clone(b.Bytes()[:head])
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := sha256.Sum256(body)
		data := append(binary.LittleEndian.AppendUint64(bytes.Clone(prefix), uint64(len(body))), body...)
		e, err := correlation.Restore(bytes.NewReader(append(data, sum[:]...)), small(), correlation.WithClock(clock))
		if err != nil {
			return
		}
		for i, a := range []correlation.Alert{at("a", 0, device("x")), at("y", 5, device("x"), user("u")), at("z", 6, user("v"))} {
			d, err := e.Add(a)
			require.NoError(t, err, i)
			_ = e.Members(d.Incident)
		}
		_ = e.Incidents("t1")
		_ = e.Proposals("t1")
		_ = e.StateHash()
		_, _ = e.Explain("t1", "a", "b")
		_, _ = e.Undo(by)
		_ = e.Incidents("t1")
	})
}

// FuzzReplay reads journals of any bytes.
func FuzzReplay(f *testing.F) {
	var b bytes.Buffer
	e := engine(f, small(), correlation.WithJournal(&b))
	d := add(f, e, at("a", 0, device("x")))
	add(f, e, at("b", 1, device("x"), user("u")))
	_, err := e.Update(d.Incident, correlation.Change{Owner: new("jo")}, by)
	require.NoError(f, err)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		e := engine(t, small())
		n, _ := e.Replay(bytes.NewReader(data))
		require.Equal(t, n, e.Position())
		_ = e.Incidents("t1")
	})
}
