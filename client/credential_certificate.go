package client

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ClientCertificate is the credential of an application that is registered in a
// tenant of Microsoft Entra with a certificate. Each request for a token is
// signed anew with its RSA key, for five minutes, by PS256. The key may be in a
// module that does not give it away: any [crypto.Signer] will do that can make
// PSS signatures.
//
// [CertificateFromPEM], [CertificateFromPKCS12] and [CertificateFromFile] read
// certificates. One that has expired is an error of the client's constructor,
// and of the first call after it expires.
//
// Source: Learn, "Microsoft identity platform application authentication
// certificate credentials".
func ClientCertificate(tenantID, clientID string, certificate tls.Certificate, opts ...CertificateOption) Credential {
	var s certificateSettings
	for _, opt := range opts {
		opt(&s)
	}
	return asserted{
		kind:        "client certificate",
		application: application{tenantID, clientID},
		check: func(now time.Time) error {
			_, _, err := usable(certificate, now)
			return err
		},
		assertion: func(at tokenService, audience string) (string, error) {
			return signedAssertion(certificate, clientID, audience, s.chain, at)
		},
		memory: newMemory(),
	}
}

// CertificateOption changes what a [ClientCertificate] sends.
type CertificateOption func(*certificateSettings)

type certificateSettings struct{ chain bool }

// SendCertificateChain sends the certificate and its chain along, for an
// application that is registered with the certificate's subject name and issuer
// (SNI) instead of the certificate itself.
func SendCertificateChain() CertificateOption {
	return func(s *certificateSettings) { s.chain = true }
}

// usable returns what signs for a certificate, unless it cannot be used.
func usable(certificate tls.Certificate, now time.Time) (*x509.Certificate, crypto.Signer, error) {
	if len(certificate.Certificate) == 0 {
		return nil, nil, errors.New("there is no certificate")
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		return nil, nil, fmt.Errorf("the certificate cannot be read: %w", err)
	}
	if certificate.PrivateKey == nil {
		return nil, nil, errors.New("the certificate has no private key")
	}
	signer, ok := certificate.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, nil, errors.New("the private key cannot sign")
	}
	public, ok := signer.Public().(*rsa.PublicKey)
	if !ok {
		return nil, nil, errors.New("the private key is no RSA key; Microsoft Entra accepts no other")
	}
	if !public.Equal(leaf.PublicKey) {
		return nil, nil, errors.New("the private key is not that of the certificate")
	}
	if now.After(leaf.NotAfter) {
		return nil, nil, fmt.Errorf("the certificate expired on %s; register a new one", leaf.NotAfter.UTC().Format(time.DateTime))
	}
	if now.Before(leaf.NotBefore) {
		return nil, nil, fmt.Errorf("the certificate is not valid before %s; look whether the clock is right", leaf.NotBefore.UTC().Format(time.DateTime))
	}
	return leaf, signer, nil
}

// assertionLife is how long an assertion can be used. Microsoft asks for five to
// ten minutes.
const assertionLife = 5 * time.Minute

type assertionHeader struct {
	Algorithm  string   `json:"alg"`
	Type       string   `json:"typ"`
	Thumbprint string   `json:"x5t#S256"`
	Chain      [][]byte `json:"x5c,omitempty"`
}

type assertionClaims struct {
	Audience  string `json:"aud"`
	Expires   int64  `json:"exp"`
	Issuer    string `json:"iss"`
	ID        string `json:"jti"`
	NotBefore int64  `json:"nbf"`
	Subject   string `json:"sub"`
	IssuedAt  int64  `json:"iat"`
}

// signedAssertion makes a JWT by which a client shows that it has the key.
func signedAssertion(certificate tls.Certificate, clientID, audience string, chain bool, at tokenService) (string, error) {
	now := at.now()
	leaf, signer, err := usable(certificate, now)
	if err != nil {
		return "", err
	}
	id, err := newGUID(at.random)
	if err != nil {
		return "", fmt.Errorf("an assertion needs a random id: %w", err)
	}
	thumbprint := sha256.Sum256(leaf.Raw)
	header := assertionHeader{Algorithm: "PS256", Type: "JWT", Thumbprint: base64.RawURLEncoding.EncodeToString(thumbprint[:])}
	if chain {
		// Bytes are encoded as the standard has it: not for addresses, with padding
		// (RFC 7515, section 4.1.6).
		header.Chain = certificate.Certificate
	}
	var parts [2]string
	for i, part := range []any{header, assertionClaims{
		Audience: audience, Issuer: clientID, Subject: clientID, ID: id,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(assertionLife).Unix(),
	}} {
		text, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		parts[i] = base64.RawURLEncoding.EncodeToString(text)
	}
	signed := parts[0] + "." + parts[1]
	digest := sha256.Sum256([]byte(signed))
	signature, err := signer.Sign(rand.Reader, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	if err != nil {
		return "", fmt.Errorf("the key did not sign: %w", err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
