package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/graph"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// start runs the program and returns what it exports, and the lines after.
func start(t *testing.T, args ...string) (map[string]string, *bufio.Scanner) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan int)
	go func() {
		defer in.Close()
		done <- run(ctx, args, in, os.Stderr)
	}()
	t.Cleanup(func() {
		cancel()
		out.Close()
		require.Zero(t, <-done)
	})
	lines := bufio.NewScanner(out)
	env := map[string]string{}
	for len(env) < 9 && lines.Scan() {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		require.True(t, ok && strings.HasPrefix(lines.Text(), "export "), lines.Text())
		env[name] = value
	}
	for _, name := range []string{"GRAPH_ENDPOINT", "ARM_ENDPOINT", "AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID", "SENTINEL_RESOURCE_GROUP", "SENTINEL_WORKSPACE"} {
		require.NotEmpty(t, env[name], name)
	}
	return env, lines
}

// TestRaiseRunsAgainstIt: the other example, with the variables.
func TestRaiseRunsAgainstIt(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	env, lines := start(t)
	seen := make(chan string, 1)
	go func() {
		for lines.Scan() {
			if strings.Contains(lines.Text(), "createAlert") {
				seen <- lines.Text()
				break
			}
		}
		for lines.Scan() { // or the program would wait to be read
		}
	}()
	command := exec.CommandContext(t.Context(), "go", "run", "../raise")
	command.Env = os.Environ()
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, stderr.String())
	require.Contains(t, string(out), "Target: "+env["GRAPH_ENDPOINT"])
	require.Contains(t, <-seen, ` 201 "POST" "/beta/security/alerts_v2/createAlert" acted `)
}

// TestSentinelWithTheVariables raises an incident in the workspace that they name.
func TestSentinelWithTheVariables(t *testing.T) {
	env, lines := start(t)
	go func() {
		for lines.Scan() { // or the program would wait to be read
		}
	}()
	cloud := client.Global()
	cloud.Authority, cloud.ARM = env["AZURE_AUTHORITY_HOST"], env["ARM_ENDPOINT"]
	c, err := arm.New(client.ClientSecret(env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"], env["AZURE_CLIENT_SECRET"]),
		arm.Workspace{SubscriptionID: env["AZURE_SUBSCRIPTION_ID"], ResourceGroup: env["SENTINEL_RESOURCE_GROUP"], Name: env["SENTINEL_WORKSPACE"]}, client.WithCloud(cloud))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	draft := incident.Draft{Comment: "c", Alerts: []alert.Draft{{
		Title: "t", Severity: alert.High, Category: alert.Execution, Description: "d", RecommendedActions: "one\ntwo",
		Entities: []entity.Definition{entity.UserByPrincipalName("jo@contoso.com").Impacted(), entity.IPAddress("185.220.101.50").Related()},
	}}}
	for range 2 { // once, however often
		receipt, err := c.Preview().Raise(t.Context(), arm.Submission{Draft: draft, IncidentID: arm.IDFor("case 4711")})
		require.NoError(t, err)
		require.Equal(t, "1", receipt.IncidentID)
	}
	got, err := c.GetIncident(t.Context(), arm.IDFor("case 4711"))
	require.NoError(t, err)
	require.EqualValues(t, []int32{0, 1, 2}, []int32{*got.Properties.AdditionalData.AlertsCount, *got.Properties.AdditionalData.BookmarksCount, *got.Properties.AdditionalData.CommentsCount})
}

func TestTLS(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cert.pem")
	env, lines := start(t, "-tls", "-cert", file)
	go func() {
		for lines.Scan() {
		}
	}()
	require.True(t, strings.HasPrefix(env["GRAPH_ENDPOINT"], "https://127.0.0.1:"))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(data))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	cloud := client.Cloud{Name: "emulator", Authority: env["AZURE_AUTHORITY_HOST"], Graph: env["GRAPH_ENDPOINT"], CreatesAlerts: true}
	c, err := graph.New(client.ClientSecret(env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"], env["AZURE_CLIENT_SECRET"]), client.WithCloud(cloud), client.WithTransport(transport))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	_, err = c.GetIncident(t.Context(), "1")
	require.ErrorIs(t, err, client.ErrNotFound)
}

// TestTheShellReadsThePathOfTheCertificate: whatever it is called, and from any
// folder.
func TestTheShellReadsThePathOfTheCertificate(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	t.Chdir(t.TempDir())
	_, lines := start(t, "-tls", "-cert", "it's a $(touch made) file.pem")
	require.True(t, lines.Scan())
	line := lines.Text()
	go func() {
		for lines.Scan() {
		}
	}()
	out, err := exec.CommandContext(t.Context(), sh, "-c", `eval "$1"; cd /; cat "$SSL_CERT_FILE"`, "sh", line).CombinedOutput()
	require.NoError(t, err, "%s: %s", line, out)
	require.Contains(t, string(out), "BEGIN CERTIFICATE")
	require.NoFileExists(t, "made")
}

func TestCommandLine(t *testing.T) {
	var stderr bytes.Buffer
	require.Equal(t, 2, run(t.Context(), []string{"x"}, io.Discard, &stderr))
	require.Contains(t, stderr.String(), `there is no argument "x"`)
	require.Equal(t, 2, run(t.Context(), []string{"-nope"}, io.Discard, io.Discard))
	require.Equal(t, 1, run(t.Context(), []string{"-listen", "nowhere:x"}, io.Discard, &stderr))
	require.Equal(t, 1, run(t.Context(), []string{"-tls", "-cert", filepath.Join(t.TempDir(), "no", "such", "folder")}, io.Discard, &stderr))
	require.Equal(t, 0, run(t.Context(), []string{"-h"}, io.Discard, io.Discard))
}
