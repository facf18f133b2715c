package client_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client"
)

func TestEnvironmentCredential(t *testing.T) {
	p := appPair()
	pem := filepath.Join(t.TempDir(), "cert.pem")
	require.NoError(t, os.WriteFile(pem, []byte(block("CERTIFICATE", p.leaf.Raw)+block("PRIVATE KEY", pkcs8(p.key))), 0o600))
	both := []string{"AZURE_TENANT_ID", "tenant", "AZURE_CLIENT_ID", "app"}
	for name, tt := range map[string]struct {
		env  []string
		want string // the credential, or the error
	}{
		"secret":                   {slices.Concat(both, []string{"AZURE_CLIENT_SECRET", secret}), "client secret of application app in tenant tenant"},
		"certificate":              {slices.Concat(both, []string{"AZURE_CLIENT_CERTIFICATE_PATH", pem}), "client certificate of application app in tenant tenant"},
		"federated token":          {slices.Concat(both, []string{"AZURE_FEDERATED_TOKEN_FILE", "f"}), "workload identity of application app in tenant tenant"},
		"secret before the rest":   {slices.Concat(both, []string{"AZURE_CLIENT_SECRET", secret, "AZURE_CLIENT_CERTIFICATE_PATH", "none", "AZURE_FEDERATED_TOKEN_FILE", "f"}), "client secret of application app in tenant tenant"},
		"certificate before token": {slices.Concat(both, []string{"AZURE_CLIENT_CERTIFICATE_PATH", pem, "AZURE_FEDERATED_TOKEN_FILE", "f"}), "client certificate of application app in tenant tenant"},
		"nothing":                  {nil, "client: the environment names no credential: set AZURE_TENANT_ID, AZURE_CLIENT_ID, one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE"},
		"no proof":                 {both, "client: the environment names a credential by half: set also one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE"},
		"proof only":               {[]string{"AZURE_CLIENT_SECRET", secret}, "client: the environment names a credential by half: set also AZURE_TENANT_ID, AZURE_CLIENT_ID"},
		"no such file":             {slices.Concat(both, []string{"AZURE_CLIENT_CERTIFICATE_PATH", "none.pem"}), "client: AZURE_CLIENT_CERTIFICATE_PATH: open none.pem: no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			cred, err := client.EnvironmentCredential(environment(tt.env...))
			if err != nil {
				require.EqualError(t, err, tt.want)
				require.Equal(t, tt.env == nil, errors.Is(err, client.ErrNoCredential))
				return
			}
			require.Equal(t, tt.want, cred.String())
		})
	}
}

func TestEnvironmentWithoutAFunction(t *testing.T) {
	_, err := client.EnvironmentCredential(nil)
	require.ErrorContains(t, err, "give os.Getenv")
}

// TestTheEnvironmentsCertificate signs in by what the variables say.
func TestTheEnvironmentsCertificate(t *testing.T) {
	p := appPair()
	e := newEntra(t, p.leaf)
	e.sni = true
	path := filepath.Join(t.TempDir(), "cert.pfx")
	require.NoError(t, os.WriteFile(path, pfxOf(t, p, secret), 0o600))
	env := []string{"AZURE_TENANT_ID", "tenant", "AZURE_CLIENT_ID", "app", "AZURE_CLIENT_CERTIFICATE_PATH", path, "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "True"}
	_, err := client.EnvironmentCredential(environment(env...))
	require.EqualError(t, err, "client: AZURE_CLIENT_CERTIFICATE_PATH: "+path+": the password of the PKCS#12 document is wrong")
	cred, err := client.EnvironmentCredential(environment(append(env, "AZURE_CLIENT_CERTIFICATE_PASSWORD", secret)...))
	require.NoError(t, err)
	require.NoError(t, e.connect(t, cred).Do(t.Context(), read, nil))
}

func TestEnvironmentCloud(t *testing.T) {
	own := client.Global()
	own.Authority = "https://login.example"
	for _, tt := range []struct {
		host       string
		base, want client.Cloud
	}{
		{"", client.China(), client.China()},
		{"https://login.microsoftonline.com/", client.Global(), client.Global()},
		{"https://login.microsoftonline.us", client.Global(), client.USGovernment()},
		{"https://login.microsoftonline.us/", client.USGovernmentDoD(), client.USGovernmentDoD()},
		{"login.chinacloudapi.cn", client.Global(), client.China()},
		{" https://LOGIN.chinacloudapi.cn// ", client.Global(), client.China()},
		{"https://login.example/", client.Global(), own},
	} {
		require.Equal(t, tt.want, client.EnvironmentCloud(environment("AZURE_AUTHORITY_HOST", tt.host), tt.base), tt.host)
	}
}

func ExampleEnvironmentCredential() {
	env := map[string]string{"AZURE_TENANT_ID": "contoso.com", "AZURE_CLIENT_ID": "2f7a", "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"}
	getenv := func(name string) string { return env[name] } // os.Getenv in a program
	_, err := client.EnvironmentCredential(getenv)
	fmt.Println(err)

	env["AZURE_CLIENT_SECRET"] = "hunter2"
	cred, err := client.EnvironmentCredential(getenv)
	cloud := client.EnvironmentCloud(getenv, client.Global())
	// defender, err := graph.New(cred, client.WithCloud(cloud))
	fmt.Println(cred, cloud.Name, err)
	// Output:
	// client: the environment names a credential by half: set also one of AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE
	// client secret of application 2f7a in tenant contoso.com usgov <nil>
}
