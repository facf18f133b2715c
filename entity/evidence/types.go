package evidence

import (
	"bytes"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// namespace is what @odata.type has in front of the schema's name.
const namespace = "#microsoft.graph.security."

// Types returns a new value of each of the 48 types, in alphabetical order. The list is the
// registry of the package: what is in it can be decoded.
func Types() []Evidence {
	return []Evidence{
		&ActiveDirectoryDomain{}, &AIAgent{}, &AmazonResource{}, &AnalyzedMessage{}, &AzureResource{}, &Blob{},
		&BlobContainer{}, &CloudApplication{}, &CloudLogonRequest{}, &CloudLogonSession{}, &Container{}, &ContainerImage{},
		&ContainerRegistry{}, &Device{}, &DNS{}, &File{}, &FileHash{}, &GitHubOrganization{}, &GitHubRepo{}, &GitHubUser{},
		&GoogleCloudResource{}, &HostLogonSession{}, &IoTDevice{}, &IP{}, &KubernetesCluster{}, &KubernetesController{},
		&KubernetesNamespace{}, &KubernetesPod{}, &KubernetesSecret{}, &KubernetesService{}, &KubernetesServiceAccount{},
		&Mailbox{}, &MailboxConfiguration{}, &MailCluster{}, &Malware{}, &NetworkConnection{}, &NIC{}, &OAuthApplication{},
		&Process{}, &RegistryKey{}, &RegistryValue{}, &SASToken{}, &SecurityGroup{}, &ServicePrincipal{},
		&SubmissionMail{}, &TeamsMessage{}, &URL{}, &User{},
	}
}

// schemaType is a type of the registry.
type schemaType struct {
	odataType string
	goType    reflect.Type
}

// byName finds a type by the schema's name.
var byName = sync.OnceValue(func() map[string]schemaType {
	m := map[string]schemaType{}
	for _, e := range Types() {
		m[strings.TrimPrefix(e.ODataType(), namespace)] = schemaType{e.ODataType(), reflect.TypeOf(e).Elem()}
	}
	return m
})

// find finds the type that @odata.type names, with or without "#" in front.
func find(odataType []byte) (schemaType, bool) {
	name, found := bytes.CutPrefix(bytes.TrimPrefix(odataType, []byte("#")), []byte(namespace[1:]))
	if !found {
		return schemaType{}, false
	}
	t, found := byName()[string(name)]
	return t, found
}

// newEvidence returns a new value of the type that @odata.type names, or nil if
// the package does not have it.
func newEvidence(odataType []byte) Evidence {
	t, found := find(odataType)
	if !found {
		return nil
	}
	return reflect.New(t.goType).Interface().(Evidence)
}

// TypeName is the text of @odata.type.
type TypeName string

// UnmarshalJSONFrom reads the text. That of a type of this package costs no
// memory.
func (n *TypeName) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '"' {
		return json.UnmarshalDecode(dec, (*string)(n))
	}
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	text := v[1 : len(v)-1]
	if t, found := find(text); found {
		*n = TypeName(t.odataType[len(t.odataType)-len(text):]) // with or without "#"
		return nil
	}
	text, err = jsontext.AppendUnquote(nil, v)
	*n = TypeName(text)
	return err
}
