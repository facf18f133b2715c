package sentinel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestX(t *testing.T) {
	in := `[{"$id":"1","Type":"host","HostName":"srv01","DnsDomain":"example.test","IpInterfaces":[{"$id":"9","Type":"ip","Address":"10.0.0.1"}]},
 {"$id":"2","Type":"account","Name":"jdoe","UPNSuffix":"example.test","Host":{"$ref":"1"}},
 {"$id":"3","Type":"process","ProcessId":4528,"CommandLine":"a.exe","Host":{"$ref":"1"},"ElevationToken":"TokenElevationTypeFull",
  "ImageFile":{"$id":"4","Type":"file","Name":"a.exe","Directory":"C:\\x",
   "FileHashes":[{"$id":"5","Type":"filehash","Algorithm":"SHA256","Value":"e3b0"}]}},{"Type":"whatever","X":1}]`
	l, ps, err := ParseColumn([]byte(in))
	require.NoError(t, err)
	t.Log(ps)
	for _, e := range l {
		b, err := e.MarshalJSON()
		require.NoError(t, err)
		t.Logf("%s", b)
	}
	out, ps := l.Column()
	t.Log(ps)
	t.Logf("%s", out)
}
