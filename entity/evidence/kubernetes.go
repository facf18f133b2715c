package evidence

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// KubernetesCluster is a cluster (kubernetesClusterEvidence).
type KubernetesCluster struct {
	Base
	// CloudResource is the cluster as a resource of its cloud. The schema declares it as any
	// evidence; it is an [AzureResource], [AmazonResource] or [GoogleCloudResource].
	CloudResource Any `json:"cloudResource,omitzero"`
	// Distribution is the flavor of Kubernetes.
	Distribution string             `json:"distribution,omitzero"`
	Name         string             `json:"name,omitzero"`
	Platform     KubernetesPlatform `json:"platform,omitzero"`
	Version      string             `json:"version,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesCluster) ODataType() string { return namespace + "kubernetesClusterEvidence" }

// KubernetesNamespace is a namespace of a cluster (kubernetesNamespaceEvidence).
type KubernetesNamespace struct {
	Base
	Cluster *KubernetesCluster `json:"cluster,omitzero"`
	Labels  Dictionary         `json:"labels,omitzero"`
	Name    string             `json:"name,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesNamespace) ODataType() string { return namespace + "kubernetesNamespaceEvidence" }

// KubernetesController is what runs pods, such as a deployment (kubernetesControllerEvidence).
type KubernetesController struct {
	Base
	Labels    Dictionary           `json:"labels,omitzero"`
	Name      string               `json:"name,omitzero"`
	Namespace *KubernetesNamespace `json:"namespace,omitzero"`
	// Type is the kind of controller.
	Type string `json:"type,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesController) ODataType() string { return namespace + "kubernetesControllerEvidence" }

// KubernetesPod is a pod (kubernetesPodEvidence).
type KubernetesPod struct {
	Base
	Containers          []Container               `json:"containers,omitzero"`
	Controller          *KubernetesController     `json:"controller,omitzero"`
	EphemeralContainers []Container               `json:"ephemeralContainers,omitzero"`
	InitContainers      []Container               `json:"initContainers,omitzero"`
	Labels              Dictionary                `json:"labels,omitzero"`
	Name                string                    `json:"name,omitzero"`
	Namespace           *KubernetesNamespace      `json:"namespace,omitzero"`
	PodIP               *IP                       `json:"podIp,omitzero"`
	ServiceAccount      *KubernetesServiceAccount `json:"serviceAccount,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesPod) ODataType() string { return namespace + "kubernetesPodEvidence" }

// KubernetesSecret is a secret, without its content (kubernetesSecretEvidence).
type KubernetesSecret struct {
	Base
	Name      string               `json:"name,omitzero"`
	Namespace *KubernetesNamespace `json:"namespace,omitzero"`
	// SecretType is the type in Kubernetes, such as "Opaque".
	SecretType string `json:"secretType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesSecret) ODataType() string { return namespace + "kubernetesSecretEvidence" }

// KubernetesServiceAccount is a service account (kubernetesServiceAccountEvidence).
type KubernetesServiceAccount struct {
	Base
	Name      string               `json:"name,omitzero"`
	Namespace *KubernetesNamespace `json:"namespace,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesServiceAccount) ODataType() string {
	return namespace + "kubernetesServiceAccountEvidence"
}

// KubernetesService is a service, which makes pods reachable (kubernetesServiceEvidence).
type KubernetesService struct {
	Base
	ClusterIP   *IP                  `json:"clusterIP,omitzero"`
	ExternalIPs []IP                 `json:"externalIPs,omitzero"`
	Labels      Dictionary           `json:"labels,omitzero"`
	Name        string               `json:"name,omitzero"`
	Namespace   *KubernetesNamespace `json:"namespace,omitzero"`
	// Selector are the labels of the pods behind the service.
	Selector     Dictionary              `json:"selector,omitzero"`
	ServicePorts []KubernetesServicePort `json:"servicePorts,omitzero"`
	ServiceType  KubernetesServiceType   `json:"serviceType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*KubernetesService) ODataType() string { return namespace + "kubernetesServiceEvidence" }

// KubernetesServicePort is a port of a service.
type KubernetesServicePort struct {
	// AppProtocol is the application protocol.
	AppProtocol string `json:"appProtocol,omitzero"`
	Name        string `json:"name,omitzero"`
	// NodePort is the port on every node.
	NodePort *int32                `json:"nodePort,omitzero"`
	Port     *int32                `json:"port,omitzero"`
	Protocol ContainerPortProtocol `json:"protocol,omitzero"`
	// TargetPort is the port on the pods, by number or name.
	TargetPort string          `json:"targetPort,omitzero"`
	Extra      *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// Container is a container (containerEvidence).
type Container struct {
	Base
	Args        []string        `json:"args,omitzero"`
	Command     []string        `json:"command,omitzero"`
	ContainerID string          `json:"containerId,omitzero"`
	Image       *ContainerImage `json:"image,omitzero"`
	// IsPrivileged tells that the container has the rights of its host.
	IsPrivileged *bool          `json:"isPrivileged,omitzero"`
	Name         string         `json:"name,omitzero"`
	Pod          *KubernetesPod `json:"pod,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Container) ODataType() string { return namespace + "containerEvidence" }

// ContainerImage is the image of a container (containerImageEvidence).
type ContainerImage struct {
	Base
	// DigestImage is the same image named by its digest.
	DigestImage *ContainerImage    `json:"digestImage,omitzero"`
	ImageID     string             `json:"imageId,omitzero"`
	Registry    *ContainerRegistry `json:"registry,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*ContainerImage) ODataType() string { return namespace + "containerImageEvidence" }

// ContainerRegistry is where images are kept (containerRegistryEvidence).
type ContainerRegistry struct {
	Base
	Registry string `json:"registry,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*ContainerRegistry) ODataType() string { return namespace + "containerRegistryEvidence" }

// ContainerPortProtocol is the transport protocol of a port.
type ContainerPortProtocol string

// The members of [ContainerPortProtocol], with the names the API uses.
const (
	ContainerPortProtocolUDP                ContainerPortProtocol = "udp"
	ContainerPortProtocolTCP                ContainerPortProtocol = "tcp"
	ContainerPortProtocolSCTP               ContainerPortProtocol = "sctp"
	ContainerPortProtocolUnknownFutureValue ContainerPortProtocol = "unknownFutureValue"
)

var containerPortProtocolValues = [...]ContainerPortProtocol{
	ContainerPortProtocolUDP, ContainerPortProtocolTCP, ContainerPortProtocolSCTP,
	ContainerPortProtocolUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (ContainerPortProtocol) Values() []ContainerPortProtocol {
	return slices.Clone(containerPortProtocolValues[:])
}

// Known reports whether c is a member of the schema. Others are kept and written as they came.
func (c ContainerPortProtocol) Known() bool {
	return slices.Contains(containerPortProtocolValues[:], c)
}

// KubernetesPlatform is who runs a cluster.
type KubernetesPlatform string

// The members of [KubernetesPlatform], with the names the API uses.
const (
	KubernetesPlatformUnknown            KubernetesPlatform = "unknown"
	KubernetesPlatformAKS                KubernetesPlatform = "aks"
	KubernetesPlatformEKS                KubernetesPlatform = "eks"
	KubernetesPlatformGKE                KubernetesPlatform = "gke"
	KubernetesPlatformArc                KubernetesPlatform = "arc"
	KubernetesPlatformUnknownFutureValue KubernetesPlatform = "unknownFutureValue"
)

var kubernetesPlatformValues = [...]KubernetesPlatform{
	KubernetesPlatformUnknown, KubernetesPlatformAKS, KubernetesPlatformEKS, KubernetesPlatformGKE,
	KubernetesPlatformArc, KubernetesPlatformUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (KubernetesPlatform) Values() []KubernetesPlatform {
	return slices.Clone(kubernetesPlatformValues[:])
}

// Known reports whether k is a member of the schema. Others are kept and written as they came.
func (k KubernetesPlatform) Known() bool { return slices.Contains(kubernetesPlatformValues[:], k) }

// KubernetesServiceType is how a service is reachable.
type KubernetesServiceType string

// The members of [KubernetesServiceType], with the names the API uses.
const (
	KubernetesServiceTypeUnknown            KubernetesServiceType = "unknown"
	KubernetesServiceTypeClusterIP          KubernetesServiceType = "clusterIP"
	KubernetesServiceTypeExternalName       KubernetesServiceType = "externalName"
	KubernetesServiceTypeNodePort           KubernetesServiceType = "nodePort"
	KubernetesServiceTypeLoadBalancer       KubernetesServiceType = "loadBalancer"
	KubernetesServiceTypeUnknownFutureValue KubernetesServiceType = "unknownFutureValue"
)

var kubernetesServiceTypeValues = [...]KubernetesServiceType{
	KubernetesServiceTypeUnknown, KubernetesServiceTypeClusterIP, KubernetesServiceTypeExternalName,
	KubernetesServiceTypeNodePort, KubernetesServiceTypeLoadBalancer, KubernetesServiceTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (KubernetesServiceType) Values() []KubernetesServiceType {
	return slices.Clone(kubernetesServiceTypeValues[:])
}

// Known reports whether k is a member of the schema. Others are kept and written as they came.
func (k KubernetesServiceType) Known() bool {
	return slices.Contains(kubernetesServiceTypeValues[:], k)
}
