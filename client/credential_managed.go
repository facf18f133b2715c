package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/internal/retry"
)

// Identity names a managed identity. The zero value is the one that Azure
// assigned to the machine or the app itself; of a user-assigned identity one of
// the ids is given.
type Identity struct {
	ClientID, ObjectID, ResourceID string
}

// ManagedIdentity is the credential of a program that runs in Azure: on a
// virtual machine or in a container on one, where the instance metadata service
// issues tokens, or in App Service, Functions or Container Apps, which say by
// IDENTITY_ENDPOINT and IDENTITY_HEADER where they do. getenv is [os.Getenv] and
// is asked for these once. Azure Arc, Service Fabric, Cloud Shell and Azure
// Machine Learning are not supported; a credential of Azure's SDK is, through
// [TokenFunc].
//
// The metadata service has a fixed address on the machine's own network,
// http://169.254.169.254, and speaks plain HTTP only. It is the one service that
// is asked for a token in the clear, together with an IDENTITY_ENDPOINT whose
// host is an address of the machine itself or of its link; proxies are never
// used. An answer of 404, 410, 429 or 5xx is tried again, up to six times over 76
// seconds at least, which is longer than the service takes to be updated.
// Elsewhere than in Azure nothing answers at the address at all: give the call a
// context that ends.
//
// Sources: Learn, "How managed identities for Azure resources work with Azure
// virtual machines", "How to use managed identities for Azure resources on an
// Azure VM to acquire an access token" (retry guidance), "How to use managed
// identities for App Service and Azure Functions".
func ManagedIdentity(id Identity, getenv func(string) string) Credential {
	m := managedIdentity{id: id, metadata: metadataService}
	if getenv == nil {
		m.invalid = errors.New("getenv is nil; give os.Getenv")
		return m
	}
	endpoint, header := getenv("IDENTITY_ENDPOINT"), getenv("IDENTITY_HEADER")
	other := ""
	switch {
	case endpoint != "" && getenv("IDENTITY_SERVER_THUMBPRINT") != "":
		other = "Service Fabric"
	case endpoint != "" && getenv("IMDS_ENDPOINT") != "":
		other = "Azure Arc"
	case getenv("MSI_ENDPOINT") != "" && endpoint == "":
		other = "Cloud Shell or Azure Machine Learning"
	case endpoint != "" && header != "":
		m.metadata = appService(endpoint, header)
		m.invalid = local(endpoint)
	}
	if other != "" {
		m.invalid = errors.New("the environment is that of " + other + ", whose managed identities are not supported; use a credential of Azure's SDK with TokenFunc")
	}
	return m
}

type managedIdentity struct {
	id       Identity
	metadata func() metadata // a function, for the header is a secret
	invalid  error
}

// metadata is a service that issues tokens of managed identities.
type metadata struct {
	endpoint, version string
	header, value     string // every request has it
	secret            bool   // the value is one
	// The names of the parameters for the three ids.
	clientID, objectID, resourceID string
}

func metadataService() metadata {
	return metadata{
		endpoint: "http://169.254.169.254/metadata/identity/oauth2/token", version: "2018-02-01",
		header: "Metadata", value: "true",
		clientID: "client_id", objectID: "object_id", resourceID: "msi_res_id",
	}
}

func appService(endpoint, value string) func() metadata {
	return func() metadata {
		return metadata{
			endpoint: endpoint, version: "2019-08-01",
			header: "X-IDENTITY-HEADER", value: value, secret: true,
			clientID: "client_id", objectID: "principal_id", resourceID: "mi_res_id",
		}
	}
}

// local says why an endpoint of the environment cannot be asked, or is nil.
func local(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("IDENTITY_ENDPOINT is no address such as http://localhost:42356/msi/token")
	}
	if u.Scheme == "https" {
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "http" || !loopback(u.Hostname()) && !ip.IsLinkLocalUnicast() {
		return errors.New("IDENTITY_ENDPOINT is neither reached by TLS nor on this machine; its header is not sent in the clear")
	}
	return nil
}

func (m managedIdentity) String() string {
	for _, id := range []string{m.id.ClientID, m.id.ObjectID, m.id.ResourceID} {
		if id != "" {
			return "managed identity " + id
		}
	}
	return "managed identity of the system"
}

func (m managedIdentity) problem(time.Time) error {
	given := 0
	for _, id := range []string{m.id.ClientID, m.id.ObjectID, m.id.ResourceID} {
		if id != "" {
			given++
		}
	}
	if given > 1 {
		return errors.New("several ids are given for the identity; give one of client id, object id and resource id")
	}
	return m.invalid
}

func (m managedIdentity) conceal(text string) string {
	if service := m.metadata(); service.secret {
		return redact(text, service.value, "[identity header]")
	}
	return text
}

func (m managedIdentity) tokens(at tokenService) tokens {
	settings := at.retry
	settings.Attempts, settings.MinWait, settings.MaxWait = 7, 3*time.Second, time.Minute
	settings.AttemptTimeout, settings.MaxBody = 10*time.Second, 1<<20
	settings.Transient = func(status int) bool {
		return status == http.StatusNotFound || status == http.StatusGone || status >= http.StatusInternalServerError
	}
	hc := tokenClient(retry.New(direct(at.transport), settings))
	return kept(at.now, func(ctx context.Context, _ wanted) (*oauth2.Token, error) {
		req, err := m.request(ctx, at.scope)
		if err != nil {
			return nil, err
		}
		resp, err := hc.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return managedToken(resp, at.now())
	})
}

// direct is a transport without proxies: the service is on this machine, and
// what it says is for no other.
func direct(transport http.RoundTripper) http.RoundTripper {
	t, ok := transport.(*http.Transport)
	if !ok {
		return transport
	}
	t = t.Clone()
	t.Proxy = nil
	// A token is asked for once an hour. Nothing is left open that nobody closes.
	t.DisableKeepAlives = true
	return t
}

func (m managedIdentity) request(ctx context.Context, scope string) (*http.Request, error) {
	service := m.metadata()
	query := url.Values{"api-version": {service.version}, "resource": {strings.TrimSuffix(scope, "/.default")}}
	for name, id := range map[string]string{service.clientID: m.id.ClientID, service.objectID: m.id.ObjectID, service.resourceID: m.id.ResourceID} {
		if id != "" {
			query.Set(name, id)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, service.endpoint+"?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set(service.header, service.value)
	return req, nil
}

// managedToken reads the answer of a metadata service. Numbers come as strings
// from some of them.
func managedToken(resp *http.Response, now time.Time) (*oauth2.Token, error) {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("the answer is cut off: %w", err)
	}
	var answer struct {
		AccessToken string     `json:"access_token"`
		Type        string     `json:"token_type"`
		ExpiresIn   jsonNumber `json:"expires_in"`
		ExpiresOn   jsonNumber `json:"expires_on"`
		Error       string     `json:"error"`
		Description string     `json:"error_description"`
		Message     string     `json:"message"`
	}
	err = json.Unmarshal(data, &answer)
	if resp.StatusCode != http.StatusOK {
		if answer.Description == "" {
			answer.Description = answer.Message
		}
		return nil, &oauth2.RetrieveError{Response: resp, ErrorCode: answer.Error, ErrorDescription: answer.Description}
	}
	if err != nil {
		return nil, errors.New("the answer of the metadata service is no JSON document with a token")
	}
	token := &oauth2.Token{AccessToken: answer.AccessToken, TokenType: answer.Type}
	switch {
	case answer.ExpiresOn > 0:
		token.Expiry = time.Unix(int64(answer.ExpiresOn), 0)
	case answer.ExpiresIn > 0:
		token.Expiry = now.Add(time.Duration(answer.ExpiresIn) * time.Second)
	default:
		return nil, errors.New("the metadata service does not say when its token expires")
	}
	return token, nil
}

// jsonNumber is a count of seconds, written as a number or as a string. What is
// neither is 0.
type jsonNumber int64

func (n *jsonNumber) UnmarshalJSON(data []byte) error {
	seconds, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err == nil && seconds > 0 && seconds < 1<<40 {
		*n = jsonNumber(min(seconds, 1<<33))
	}
	return nil
}
