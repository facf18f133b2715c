package client_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/incidentkit/incidentkit/client"
)

// pair is a certificate of an application, the one that signed it, and its key.
type pair struct {
	leaf, issuer *x509.Certificate
	key          *rsa.PrivateKey
}

func newPair(key *rsa.PrivateKey, from, until time.Time) pair {
	sign := func(template, parent *x509.Certificate) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			panic(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return c
	}
	issuer := sign(issuerTemplate, issuerTemplate)
	return pair{sign(&x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "app"}, NotBefore: from, NotAfter: until}, issuer), issuer, key}
}

var issuerTemplate = &x509.Certificate{
	SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "issuer"}, NotBefore: time.Unix(0, 0), NotAfter: time.Now().Add(time.Hour),
	IsCA: true, BasicConstraintsValid: true,
}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

var (
	appKey  = sync.OnceValue(newKey)
	appPair = sync.OnceValue(func() pair { return newPair(appKey(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)) })
)

func (p pair) certificate() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{p.leaf.Raw, p.issuer.Raw}, PrivateKey: p.key}
}

func pfxOf(t *testing.T, p pair, password string) []byte {
	data, err := pkcs12.Modern2023.Encode(p.key, p.leaf, []*x509.Certificate{p.issuer}, password)
	require.NoError(t, err)
	return data
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func pkcs8(key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return der
}

// entra is an authority that verifies assertions as Microsoft Entra does, and a
// service that takes its tokens, by TLS with a private authority.
type entra struct {
	*httptest.Server
	registered *x509.Certificate
	sni        bool // the application is registered by subject name
	ids        []string
	forms      []map[string]string
}

func newEntra(t *testing.T, registered *x509.Certificate) *entra {
	e := &entra{registered: registered}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenant/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form := map[string]string{}
		for name, values := range r.PostForm {
			form[name] = strings.Join(values, "|")
		}
		e.forms = append(e.forms, form)
		w.Header().Set("Content-Type", "application/json")
		if problem := e.verify(form); problem != "" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":%q}`, problem+", assertion "+form["client_assertion"])
			return
		}
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, token)
	})
	mux.HandleFunc("/v1.0/", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
		}
		fmt.Fprint(w, `{}`)
	})
	e.Server = httptest.NewTLSServer(mux)
	t.Cleanup(e.Close)
	return e
}

// verify says what is wrong with a request for a token.
func (e *entra) verify(form map[string]string) string {
	parts := strings.Split(form["client_assertion"], ".")
	if form["grant_type"] != "client_credentials" || form["client_id"] != "app" || form["scope"] != e.URL+"/.default" || form["client_secret"] != "" ||
		form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" || len(parts) != 3 {
		return "bad form"
	}
	var header struct {
		Algorithm  string   `json:"alg"`
		Type       string   `json:"typ"`
		Thumbprint string   `json:"x5t#S256"`
		Chain      []string `json:"x5c"`
	}
	var claims struct {
		Audience  string `json:"aud"`
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		ID        string `json:"jti"`
		Expires   int64  `json:"exp"`
		NotBefore int64  `json:"nbf"`
		IssuedAt  int64  `json:"iat"`
	}
	for i, into := range []any{&header, &claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(data, into) != nil {
			return "bad encoding"
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return "bad encoding"
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	public := e.registered.PublicKey.(*rsa.PublicKey)
	if err := rsa.VerifyPSS(public, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}); err != nil || header.Algorithm != "PS256" || header.Type != "JWT" {
		return "AADSTS700027: the signature is wrong"
	}
	thumbprint := sha256.Sum256(e.registered.Raw)
	if header.Thumbprint != base64.RawURLEncoding.EncodeToString(thumbprint[:]) {
		return "AADSTS700027: the certificate is not registered"
	}
	if e.sni != (len(header.Chain) > 0) || e.sni && header.Chain[0] != base64.StdEncoding.EncodeToString(e.registered.Raw) {
		return "bad chain"
	}
	now := time.Now().Unix()
	if claims.NotBefore > now || claims.Expires <= now || claims.Expires-claims.NotBefore > 600 || claims.IssuedAt != claims.NotBefore {
		return "AADSTS700024: the assertion is not within its valid time range"
	}
	if claims.Audience != e.URL+"/tenant/oauth2/v2.0/token" || claims.Issuer != "app" || claims.Subject != "app" {
		return "bad claims"
	}
	if claims.ID == "" || slices.Contains(e.ids, claims.ID) {
		return "replayed"
	}
	e.ids = append(e.ids, claims.ID)
	return ""
}

func (e *entra) connect(t *testing.T, cred client.Credential, opts ...client.Option) *client.Connection {
	t.Helper()
	c, err := client.Connect(api, cred, append([]client.Option{
		client.WithCloud(client.Cloud{Authority: e.URL, Graph: e.URL}), client.WithTransport(e.Client().Transport), client.WithRetry(2, time.Millisecond, time.Millisecond),
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestCertificateAssertions(t *testing.T) {
	p := appPair()
	e := newEntra(t, p.leaf)
	for range 2 {
		require.NoError(t, e.connect(t, client.ClientCertificate("tenant", "app", p.certificate())).Do(t.Context(), create, nil))
	}
	require.Len(t, e.ids, 2)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, e.ids[0])

	e.sni = true
	require.NoError(t, e.connect(t, client.ClientCertificate("tenant", "app", p.certificate(), client.SendCertificateChain())).Do(t.Context(), create, nil))

	// The authority tells a wrong key apart, and the assertion that it repeats is
	// not shown.
	e.registered = newPair(newKey(), time.Now(), time.Now().Add(time.Hour)).leaf
	err := e.connect(t, client.ClientCertificate("tenant", "app", p.certificate())).Do(t.Context(), create, nil)
	require.ErrorIs(t, err, client.ErrUnauthorized)
	require.ErrorContains(t, err, "AADSTS700027: the signature is wrong, assertion [assertion]")
	require.NotContains(t, err.Error(), "eyJ")
}

func TestAssertionIDsComeFromTheGivenRandomness(t *testing.T) {
	p := appPair()
	e := newEntra(t, p.leaf)
	c := e.connect(t, client.ClientCertificate("tenant", "app", p.certificate()), client.WithRandom(zeros{}))
	require.NoError(t, c.Do(t.Context(), create, nil))
	require.Equal(t, []string{"00000000-0000-4000-8000-000000000000"}, e.ids)

	c = e.connect(t, client.ClientCertificate("tenant", "app", p.certificate()), client.WithRandom(strings.NewReader("")))
	require.ErrorContains(t, c.Do(t.Context(), create, nil), "an assertion needs a random id")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestReadingCertificates(t *testing.T) {
	p := appPair()
	leaf, issuer, key := block("CERTIFICATE", p.leaf.Raw), block("CERTIFICATE", p.issuer.Raw), block("PRIVATE KEY", pkcs8(p.key))
	// The issuer has the same key here, so another key stands in for a real one.
	other := newPair(newKey(), time.Now(), time.Now().Add(time.Hour))
	stranger := block("CERTIFICATE", other.issuer.Raw)
	pfx := func(e *pkcs12.Encoder, password string) []byte {
		data, err := e.Encode(p.key, p.leaf, []*x509.Certificate{other.issuer}, password)
		require.NoError(t, err)
		return data
	}
	chain := [][]byte{p.leaf.Raw, other.issuer.Raw}
	for name, tt := range map[string]struct {
		data     []byte
		password string
		want     [][]byte
	}{
		"certificate and key":            {[]byte(leaf + key), "", [][]byte{p.leaf.Raw}},
		"key first, chain unordered":     {[]byte("Bag Attributes\n" + key + stranger + leaf), "", chain},
		"PKCS#1 key":                     {[]byte(leaf + issuer + block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(p.key))), "", [][]byte{p.leaf.Raw, p.issuer.Raw}},
		"modern PKCS#12":                 {pfx(pkcs12.Modern2023, secret), secret, chain},
		"PKCS#12 with an empty password": {pfx(pkcs12.Modern2023, ""), "", chain},
		"PKCS#12 of old Windows":         {pfx(pkcs12.LegacyRC2, secret), secret, chain},
		"PKCS#12 of OpenSSL 1":           {pfx(pkcs12.LegacyDES, secret), secret, chain},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "cert")
			require.NoError(t, os.WriteFile(path, tt.data, 0o600))
			got, err := client.CertificateFromFile(path, tt.password)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tt.want, got.Certificate))
			require.True(t, p.key.Equal(got.PrivateKey))
			e := newEntra(t, p.leaf)
			require.NoError(t, e.connect(t, client.ClientCertificate("tenant", "app", got)).Do(t.Context(), read, nil))
		})
	}
}

func TestCertificatesThatCannotBeUsed(t *testing.T) {
	p := appPair()
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, issuerTemplate, issuerTemplate, elliptic.Public(), elliptic)
	require.NoError(t, err)
	leaf, key := block("CERTIFICATE", p.leaf.Raw), block("PRIVATE KEY", pkcs8(p.key))
	foreign := newPair(newKey(), time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	pfx, err := pkcs12.Modern2023.Encode(p.key, p.leaf, nil, secret)
	require.NoError(t, err)
	// The number of rounds stands at each place where a key is derived.
	few, err := pkcs12.LegacyDES.WithIterations(0x010203).Encode(p.key, p.leaf, nil, secret)
	require.NoError(t, err)
	slowly := func(place int) []byte {
		parts := bytes.Split(few, []byte{2, 3, 1, 2, 3})
		require.Len(t, parts, 4)
		return slices.Concat(bytes.Join(parts[:place], []byte{2, 3, 1, 2, 3}), []byte{2, 3, 0x7f, 0xff, 0xff}, bytes.Join(parts[place:], []byte{2, 3, 1, 2, 3}))
	}
	trust, err := pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{p.leaf}, secret)
	require.NoError(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "cert")
	for name, tt := range map[string]struct {
		data     []byte
		password string
		want     string
	}{
		"no key":                     {[]byte(leaf), "", "there is no private key"},
		"no certificate":             {[]byte(key), "", "there is no certificate"},
		"encrypted key":              {[]byte(leaf + block("ENCRYPTED PRIVATE KEY", []byte("x"))), "", "the private key is encrypted; decrypt it with openssl pkey"},
		"old encrypted key":          {[]byte(leaf + "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), "", "the private key is encrypted"},
		"another key":                {[]byte(block("CERTIFICATE", foreign.leaf.Raw) + key), "", "the private key is not that of any of the certificates"},
		"broken certificate":         {[]byte(block("CERTIFICATE", []byte("x")) + key), "", `the PEM block "CERTIFICATE" cannot be read`},
		"broken key":                 {[]byte(leaf + block("PRIVATE KEY", []byte(secret))), "", `the PEM block "PRIVATE KEY" cannot be read`},
		"wrong password":             {pfx, "wrong-" + secret, "the password of the PKCS#12 document is wrong"},
		"no password":                {pfx, "", "the password of the PKCS#12 document is wrong"},
		"PKCS#12 without key":        {trust, secret, "this is no PKCS#12 document with a certificate and a key"},
		"rounds for the certificate": {slowly(1), secret, "asks for more than 2000000 rounds"},
		"rounds for the key":         {slowly(2), secret, "asks for more than 2000000 rounds"},
		"rounds for the signature":   {slowly(3), secret, "asks for more than 2000000 rounds"},
		"neither":                    {[]byte("hello"), "", "this is no PKCS#12 document"},
		"nothing":                    {nil, "", "this is no PKCS#12 document"},
		"larger than any":            {make([]byte, 2<<20), "", "is larger than 1048576 bytes"},
		"cut off in the middle":      {pfx[:len(pfx)/2], secret, "this is no PKCS#12 document"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, tt.data, 0o600))
			_, err := client.CertificateFromFile(path, tt.password)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, path)
			require.NotContains(t, err.Error(), secret)
		})
	}
	_, err = client.CertificateFromFile(filepath.Join(dir, "none"), "")
	require.ErrorIs(t, err, os.ErrNotExist)

	for name, tt := range map[string]struct {
		certificate tls.Certificate
		want        string
	}{
		"none":            {tls.Certificate{}, "there is no certificate"},
		"broken":          {tls.Certificate{Certificate: [][]byte{{1}}}, "the certificate cannot be read"},
		"no key":          {tls.Certificate{Certificate: [][]byte{p.leaf.Raw}}, "the certificate has no private key"},
		"no signer":       {tls.Certificate{Certificate: [][]byte{p.leaf.Raw}, PrivateKey: "x"}, "the private key cannot sign"},
		"elliptic curves": {tls.Certificate{Certificate: [][]byte{der}, PrivateKey: elliptic}, "the private key is no RSA key"},
		"another key":     {tls.Certificate{Certificate: [][]byte{foreign.leaf.Raw}, PrivateKey: p.key}, "the private key is not that of the certificate"},
		"expired":         {newPair(p.key, time.Unix(0, 0), time.Unix(1, 0)).certificate(), "the certificate expired on 1970-01-01 00:00:01; register a new one"},
		"not yet":         {newPair(p.key, time.Date(2200, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC)).certificate(), "the certificate is not valid before 2200-01-02 00:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Connect(api, client.ClientCertificate("tenant", "app", tt.certificate))
			require.ErrorContains(t, err, "client: client certificate of application app in tenant tenant: "+tt.want)
		})
	}
	_, err = client.Connect(api, client.ClientCertificate("", "app", p.certificate()))
	require.ErrorContains(t, err, "the tenant id is empty")
}

// TestACertificateMayExpireLater, while the program runs.
func TestACertificateMayExpireLater(t *testing.T) {
	key := appKey()
	synctest.Test(t, func(t *testing.T) {
		p := newPair(key, time.Now(), time.Now().Add(2*time.Hour))
		issued := 0
		c, err := client.Connect(api, client.ClientCertificate("tenant", "app", p.certificate()), client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "graph.example" {
				return answer(r, 200, `{}`), nil
			}
			issued++
			return answer(r, 200, `{"token_type":"Bearer","expires_in":3599,"access_token":"x"}`), nil
		})), client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}))
		require.NoError(t, err)
		require.NoError(t, c.Do(t.Context(), read, nil))
		time.Sleep(3 * time.Hour)
		require.ErrorContains(t, c.Do(t.Context(), read, nil), "the certificate expired on 2000-01-01 02:00:00")
		require.Equal(t, 1, issued, "nothing was asked without a certificate")
	})
}

// FuzzCertificate: no file is a reason to panic, and what is read can be used or
// says why not.
func FuzzCertificate(f *testing.F) {
	p := appPair()
	f.Add([]byte(block("CERTIFICATE", p.leaf.Raw) + block("PRIVATE KEY", pkcs8(p.key))))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n-----END PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		certificate, err := client.CertificateFromPEM(data)
		if err == nil {
			require.NotEmpty(t, certificate.Certificate)
			require.NotNil(t, certificate.PrivateKey)
		}
	})
}

// FuzzPKCS12: no document takes long, or is a reason to panic.
func FuzzPKCS12(f *testing.F) {
	p := appPair()
	for _, e := range []*pkcs12.Encoder{pkcs12.Modern2023, pkcs12.LegacyRC2, pkcs12.LegacyDES, pkcs12.Passwordless} {
		data, err := e.WithIterations(1).Encode(p.key, p.leaf, nil, "")
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		certificate, err := client.CertificateFromPKCS12(data, "")
		require.Equal(t, err == nil, certificate.PrivateKey != nil)
	})
}

func TestWorkloadIdentity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	var seen []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/tenant/oauth2/v2.0/token" {
			fmt.Fprint(w, `{}`)
			return
		}
		seen = append(seen, r.FormValue("client_assertion"))
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(r.FormValue("client_assertion"), "bad") || r.FormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"AADSTS700211: %s"}`, r.FormValue("client_assertion"))
			return
		}
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":5,"access_token":%q}`, token)
	}))
	defer server.Close()
	c, err := client.Connect(api, client.WorkloadIdentity("tenant", "app", file),
		client.WithCloud(client.Cloud{Authority: server.URL, Graph: server.URL}), client.WithTransport(server.Client().Transport))
	require.NoError(t, err)
	defer c.CloseIdleConnections()
	err = c.Do(t.Context(), read, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "no token from the workload identity of application app in tenant tenant: the federated token: open "+file)

	for _, content := range []string{"first\n", "second"} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		require.NoError(t, c.Do(t.Context(), read, nil))
	}
	require.Empty(t, cmp.Diff([]string{"first", "second"}, seen))

	require.NoError(t, os.WriteFile(file, []byte(" \n"), 0o600))
	require.ErrorContains(t, c.Do(t.Context(), read, nil), file+" is empty")
	require.NoError(t, os.WriteFile(file, []byte("bad-token"), 0o600))
	require.ErrorContains(t, c.Do(t.Context(), read, nil), "invalid_client: AADSTS700211: [assertion]")

	_, err = client.Connect(api, client.WorkloadIdentity("tenant", "app", ""))
	require.ErrorContains(t, err, "the name of the token file is empty")
}
