package client

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// CertificateFromPKCS12 reads a certificate, its chain and its key from a
// PKCS#12 document (.pfx, .p12).
func CertificateFromPKCS12(data []byte, password string) (tls.Certificate, error) {
	if costly(data, 0) {
		return tls.Certificate{}, fmt.Errorf("the PKCS#12 document asks for more than %d rounds to derive a key; export it anew", maxRounds)
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return tls.Certificate{}, errors.New("the password of the PKCS#12 document is wrong")
	case err != nil:
		return tls.Certificate{}, fmt.Errorf("this is no PKCS#12 document with a certificate and a key: %w", err)
	}
	return paired(append([]*x509.Certificate{leaf}, chain...), key)
}

// maxRounds bounds the work of opening a document, which the document itself
// asks for. Windows and OpenSSL ask for 2,000 rounds or so, cautious people for a
// million.
const maxRounds = 2_000_000

// costly finds out whether a document asks for more than maxRounds: in each of
// the three forms that the parameters have, a salt is followed by the number of
// rounds (RFC 7292, section 4 and appendix C; RFC 8018, appendix A). What is
// encrypted itself cannot be looked into, and takes the password to write.
func costly(der []byte, depth int) bool {
	const deepest = 32
	salt := false
	for len(der) > 0 && depth < deepest {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return false
		}
		universal := v.Class == asn1.ClassUniversal
		if universal && v.Tag == asn1.TagInteger && salt {
			var rounds int
			if _, err := asn1.Unmarshal(v.FullBytes, &rounds); err != nil || rounds > maxRounds {
				return true
			}
		}
		salt = universal && v.Tag == asn1.TagOctetString
		if (v.IsCompound || salt) && costly(v.Bytes, depth+1) {
			return true
		}
		der = rest
	}
	return false
}
