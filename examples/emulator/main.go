// Emulator runs a Defender tenant as a process, for programs that are not
// written in Go or that run elsewhere.
//
//	go run ./examples/emulator                          on a free port of this machine
//	go run ./examples/emulator -listen 127.0.0.1:8080
//	go run ./examples/emulator -tls -cert emulator.pem  with a certificate that it makes
//
// It prints first, one on each line, the variables that a client needs, in a form
// that a shell can read:
//
//	go run ./examples/emulator >emulator.log & sleep 2
//	eval "$(grep '^export ' emulator.log)"
//	go run ./examples/raise
//
// Then it prints the requests as they come. With -tls, SSL_CERT_FILE names the
// certificate; azidentity and other libraries that insist on TLS need it. An
// interrupt ends the program.
//
// The exit status is 0 after an interrupt, 1 when it cannot listen or write the
// certificate, 2 when the command line is wrong.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"github.com/incidentkit/incidentkit/client/emulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("listen", "127.0.0.1:0", "listen on this `address`; port 0 is a free one")
	secure := flags.Bool("tls", false, "serve TLS with a certificate that is made now")
	certFile := flags.String("cert", "emulator-cert.pem", "write the certificate of -tls to this `file`")
	seed := flags.Uint64("seed", 1, "make ids from this `number`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "emulator: there is no argument %q\n", flags.Arg(0))
		return 2
	}
	if err := serve(ctx, *address, *secure, *certFile, *seed, stdout); err != nil {
		fmt.Fprintf(stderr, "emulator: %v\n", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, address string, secure bool, certFile string, seed uint64, stdout io.Writer) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	root := "http://" + listener.Addr().String()
	var more [][2]string
	if secure {
		certificate, err := makeCertificate(listener.Addr(), certFile)
		if err != nil {
			return err
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}})
		root = "https://" + listener.Addr().String()
		// Whoever reads the variable may be in another folder.
		path, err := filepath.Abs(certFile)
		if err != nil {
			return err
		}
		more = [][2]string{{"SSL_CERT_FILE", path}}
	}
	for _, v := range append([][2]string{
		{"GRAPH_ENDPOINT", root}, {"ARM_ENDPOINT", root}, {"AZURE_AUTHORITY_HOST", root},
		{"AZURE_TENANT_ID", emulator.TenantID}, {"AZURE_CLIENT_ID", emulator.ClientID}, {"AZURE_CLIENT_SECRET", emulator.ClientSecret},
		{"AZURE_SUBSCRIPTION_ID", emulator.SubscriptionID}, {"SENTINEL_RESOURCE_GROUP", emulator.ResourceGroup}, {"SENTINEL_WORKSPACE", emulator.WorkspaceName},
	}, more...) {
		fmt.Fprintf(stdout, "export %s=%s\n", v[0], quote(v[1]))
	}
	var mu sync.Mutex
	tenant := emulator.New(emulator.WithSeed(seed), emulator.WithObserver(func(r emulator.Request) {
		acted := ""
		if r.Acted {
			acted = " acted"
		}
		mu.Lock()
		defer mu.Unlock()
		// The path is the caller's; quoted it cannot move the terminal's cursor.
		fmt.Fprintf(stdout, "%s %d %q %q%s %s\n", r.Time.Format(time.RFC3339), r.Status, r.Method, r.Path, acted, r.RequestID)
	}))
	server := &http.Server{Handler: tenant, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// quote writes a value so that a shell reads it as it is.
func quote(value string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:,+@%", r))
	}
	if strings.IndexFunc(value, func(r rune) bool { return !plain(r) }) < 0 {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// makeCertificate makes a certificate for an address of a listener, and writes it
// to a file. Its key stays in memory.
func makeCertificate(address net.Addr, file string) (tls.Certificate, error) {
	host, _, err := net.SplitHostPort(address.String())
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "incidentkit emulator"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = append(template.IPAddresses, ip)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
