package client

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// WorkloadIdentity is the credential of an application that proves who it is by
// a token of another authority, which its tenant trusts by a federated identity
// credential: Kubernetes, GitHub, another cloud. The file holds that token, and
// is read for each request for a token, because others replace it.
//
// Source: Learn, "Workload identity federation".
func WorkloadIdentity(tenantID, clientID, tokenFile string) Credential {
	return asserted{
		kind:        "workload identity",
		application: application{tenantID, clientID},
		check: func(time.Time) error {
			if tokenFile == "" {
				return errors.New("the name of the token file is empty")
			}
			return nil
		},
		assertion: func(tokenService, string) (string, error) {
			data, err := readSecretFile(tokenFile)
			if err != nil {
				return "", fmt.Errorf("the federated token: %w", err)
			}
			token := strings.TrimSpace(string(data))
			if token == "" {
				return "", fmt.Errorf("the federated token: %s is empty", tokenFile)
			}
			return token, nil
		},
		memory: newMemory(),
	}
}
