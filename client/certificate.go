package client

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxSecretFile bounds the bytes of a file that holds a certificate or a token.
const maxSecretFile = 1 << 20

// CertificateFromFile reads a certificate and its key from a PEM file, or from a
// PKCS#12 file (.pfx, .p12), which the password opens. A file of more than 1 MiB
// is an error.
func CertificateFromFile(path, password string) (tls.Certificate, error) {
	data, err := readSecretFile(path)
	if err != nil {
		return tls.Certificate{}, err
	}
	var certificate tls.Certificate
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		certificate, err = CertificateFromPEM(data)
	} else {
		certificate, err = CertificateFromPKCS12(data, password)
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", path, err)
	}
	return certificate, nil
}

func readSecretFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSecretFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxSecretFile)
	}
	return data, nil
}

// CertificateFromPEM reads a certificate, its chain and its key from PEM blocks
// in any order. The key must not be encrypted; PKCS#12 is for such keys.
func CertificateFromPEM(data []byte) (tls.Certificate, error) {
	var certificates []*x509.Certificate
	var key crypto.PrivateKey
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return tls.Certificate{}, errors.New("the private key is encrypted; decrypt it with openssl pkey, or give a PKCS#12 file and its password")
		}
		var err error
		switch block.Type {
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, c)
			}
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		}
		if err != nil {
			// What the parser says may quote the bytes.
			return tls.Certificate{}, fmt.Errorf("the PEM block %q cannot be read", block.Type)
		}
	}
	return paired(certificates, key)
}

// paired puts the certificate of the key first.
func paired(certificates []*x509.Certificate, key crypto.PrivateKey) (tls.Certificate, error) {
	if len(certificates) == 0 {
		return tls.Certificate{}, errors.New("there is no certificate")
	}
	if key == nil {
		return tls.Certificate{}, errors.New("there is no private key")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return tls.Certificate{}, errors.New("the private key cannot sign")
	}
	public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return tls.Certificate{}, errors.New("the private key is of an unknown kind")
	}
	pair := tls.Certificate{PrivateKey: key}
	for _, c := range certificates {
		if pair.Leaf == nil && public.Equal(c.PublicKey) {
			pair.Leaf = c
			pair.Certificate = append([][]byte{c.Raw}, pair.Certificate...)
		} else {
			pair.Certificate = append(pair.Certificate, c.Raw)
		}
	}
	if pair.Leaf == nil {
		return tls.Certificate{}, errors.New("the private key is not that of any of the certificates")
	}
	return pair, nil
}
