package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNoCredential means that the environment names no credential at all. An
// environment that names one by half is another error.
var ErrNoCredential = errors.New("the environment names no credential")

// EnvironmentCredential makes the credential that the environment names, by the
// variables that the tools of Azure share; getenv is [os.Getenv]. With
// AZURE_TENANT_ID and AZURE_CLIENT_ID it takes, in this order,
//
//   - AZURE_CLIENT_SECRET: [ClientSecret];
//   - AZURE_CLIENT_CERTIFICATE_PATH: [ClientCertificate] of the PEM or PKCS#12
//     file, which AZURE_CLIENT_CERTIFICATE_PASSWORD opens, with its chain when
//     AZURE_CLIENT_SEND_CERTIFICATE_CHAIN is 1 or true;
//   - AZURE_FEDERATED_TOKEN_FILE: [WorkloadIdentity].
//
// AZURE_AUTHORITY_HOST is for [EnvironmentCloud]. A managed identity needs no
// variable, so it is never chosen here: see [ManagedIdentity].
//
// Source: the README of Azure's azidentity module for Go, "Environment
// variables".
func EnvironmentCredential(getenv func(string) string) (Credential, error) {
	const (
		tenant      = "AZURE_TENANT_ID"
		application = "AZURE_CLIENT_ID"
		secret      = "AZURE_CLIENT_SECRET"
		certificate = "AZURE_CLIENT_CERTIFICATE_PATH"
		federated   = "AZURE_FEDERATED_TOKEN_FILE"
	)
	if getenv == nil {
		return nil, errors.New("client: getenv is nil; give os.Getenv")
	}
	proofs := []string{secret, certificate, federated}
	isSet := func(name string) bool { return getenv(name) != "" }
	var missing []string
	for _, name := range []string{tenant, application} {
		if !isSet(name) {
			missing = append(missing, name)
		}
	}
	if !slices.ContainsFunc(proofs, isSet) {
		missing = append(missing, "one of "+strings.Join(proofs, ", "))
	}
	switch {
	case len(missing) == 3:
		return nil, fmt.Errorf("client: %w: set %s", ErrNoCredential, strings.Join(missing, ", "))
	case len(missing) > 0:
		return nil, fmt.Errorf("client: the environment names a credential by half: set also %s", strings.Join(missing, ", "))
	}
	tenantID, clientID := getenv(tenant), getenv(application)
	switch {
	case isSet(secret):
		return ClientSecret(tenantID, clientID, getenv(secret)), nil
	case isSet(certificate):
		pair, err := CertificateFromFile(getenv(certificate), getenv("AZURE_CLIENT_CERTIFICATE_PASSWORD"))
		if err != nil {
			return nil, fmt.Errorf("client: %s: %w", certificate, err)
		}
		var opts []CertificateOption
		if chain := strings.ToLower(getenv("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")); chain == "1" || chain == "true" {
			opts = append(opts, SendCertificateChain())
		}
		return ClientCertificate(tenantID, clientID, pair, opts...), nil
	default:
		return WorkloadIdentity(tenantID, clientID, getenv(federated)), nil
	}
}

// EnvironmentCloud returns the cloud whose authority AZURE_AUTHORITY_HOST names.
// It is base when the variable is not set or names the authority of base, which
// is how the two clouds of the US Government are told apart, and base with
// another authority when that is nobody's else.
func EnvironmentCloud(getenv func(string) string, base Cloud) Cloud {
	authority := strings.TrimRight(strings.TrimSpace(getenv("AZURE_AUTHORITY_HOST")), "/")
	if authority == "" {
		return base
	}
	if !strings.Contains(authority, "://") {
		authority = "https://" + authority
	}
	if strings.EqualFold(authority, base.Authority) {
		return base
	}
	for _, c := range clouds() {
		if strings.EqualFold(authority, c.Authority) {
			return c
		}
	}
	base.Authority = authority
	return base
}
