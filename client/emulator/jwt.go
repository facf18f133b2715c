package emulator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"sync"

	"github.com/incidentkit/incidentkit/internal/wire"
)

// A JSON Web Token has three parts, and the emulator needs one algorithm to sign
// and three to check; a library for all of JOSE would be most of the weight of
// the package.

// signingKey signs the tokens of all tenants of the process: to make one takes
// longer than most tests. A tenant knows its own tokens by their issuer.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return key
})

const keyID = "emulator-1"

// signJWT returns claims as a signed token.
func signJWT(claims any) (string, error) {
	header, err := wire.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": keyID})
	if err != nil {
		return "", err
	}
	payload, err := wire.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := encode64(header) + "." + encode64(payload)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, signingKey(), crypto.SHA256, digest[:])
	return text + "." + encode64(signature), err
}

var errToken = errors.New("the token is malformed or its signature is wrong")

// verifyJWT reads the claims of a token that a key has signed.
func verifyJWT(token string, key crypto.PublicKey, claims any) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 64<<10 {
		return errToken
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return errToken
		}
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	if wire.Unmarshal(raw[0], &header) != nil {
		return errToken
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	ok := false
	switch key := key.(type) {
	case *rsa.PublicKey:
		switch header.Algorithm {
		case "RS256":
			ok = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw[2]) == nil
		case "PS256":
			ok = rsa.VerifyPSS(key, crypto.SHA256, digest[:], raw[2], nil) == nil
		}
	case *ecdsa.PublicKey:
		if header.Algorithm == "ES256" && len(raw[2]) == 64 {
			r, s := new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])
			ok = ecdsa.Verify(key, digest[:], r, s)
		}
	}
	if !ok || wire.Unmarshal(raw[1], claims) != nil {
		return errToken
	}
	return nil
}

func encode64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// keySet is the published form of the signing key (RFC 7517).
func keySet() any {
	public := signingKey().PublicKey
	type jwk struct {
		Type      string `json:"kty"`
		Use       string `json:"use"`
		ID        string `json:"kid"`
		Algorithm string `json:"alg"`
		N         string `json:"n"`
		E         string `json:"e"`
	}
	return map[string][]jwk{"keys": {{"RSA", "sig", keyID, "RS256", encode64(public.N.Bytes()), encode64(big.NewInt(int64(public.E)).Bytes())}}}
}
