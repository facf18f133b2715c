package evidence

import (
	"bytes"
	"reflect"
	"strings"
	"sync"
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

// byName finds the struct for the schema's name of a type.
var byName = sync.OnceValue(func() map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, e := range Types() {
		m[strings.TrimPrefix(e.ODataType(), namespace)] = reflect.TypeOf(e).Elem()
	}
	return m
})

// newEvidence returns a new value of the type that @odata.type names, with or
// without "#" in front, or nil if the package does not have it.
func newEvidence(odataType []byte) Evidence {
	name, found := bytes.CutPrefix(bytes.TrimPrefix(odataType, []byte("#")), []byte(namespace[1:]))
	if !found {
		return nil
	}
	t, found := byName()[string(name)]
	if !found {
		return nil
	}
	return reflect.New(t).Interface().(Evidence)
}
