package evidence

import (
	"slices"
	"time"
)

// AzureResource is a resource in Azure (azureResourceEvidence).
type AzureResource struct {
	Base
	// ResourceID is the path in Azure Resource Manager, "/subscriptions/…".
	ResourceID   string `json:"resourceId,omitzero"`
	ResourceName string `json:"resourceName,omitzero"`
	ResourceType string `json:"resourceType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*AzureResource) ODataType() string { return namespace + "azureResourceEvidence" }

// AmazonResource is a resource in Amazon Web Services (amazonResourceEvidence).
type AmazonResource struct {
	Base
	// AmazonAccountID is the number of the account.
	AmazonAccountID string `json:"amazonAccountId,omitzero"`
	// AmazonResourceID is the ARN.
	AmazonResourceID string `json:"amazonResourceId,omitzero"`
	ResourceName     string `json:"resourceName,omitzero"`
	ResourceType     string `json:"resourceType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*AmazonResource) ODataType() string { return namespace + "amazonResourceEvidence" }

// GoogleCloudResource is a resource in Google Cloud (googleCloudResourceEvidence).
type GoogleCloudResource struct {
	Base
	FullResourceName string `json:"fullResourceName,omitzero"`
	Location         string `json:"location,omitzero"`
	// LocationType tells what Location names.
	LocationType  GoogleCloudLocationType `json:"locationType,omitzero"`
	ProjectID     string                  `json:"projectId,omitzero"`
	ProjectNumber *int64                  `json:"projectNumber,omitzero"`
	ResourceName  string                  `json:"resourceName,omitzero"`
	ResourceType  string                  `json:"resourceType,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*GoogleCloudResource) ODataType() string { return namespace + "googleCloudResourceEvidence" }

// BlobContainer is a container in Azure Storage (blobContainerEvidence).
type BlobContainer struct {
	Base
	Name string `json:"name,omitzero"`
	// StorageResource is the storage account.
	StorageResource *AzureResource `json:"storageResource,omitzero"`
	URL             string         `json:"url,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*BlobContainer) ODataType() string { return namespace + "blobContainerEvidence" }

// Blob is a blob in Azure Storage (blobEvidence).
type Blob struct {
	Base
	BlobContainer *BlobContainer `json:"blobContainer,omitzero"`
	ETag          string         `json:"etag,omitzero"`
	FileHashes    []Hash         `json:"fileHashes,omitzero"`
	Name          string         `json:"name,omitzero"`
	URL           string         `json:"url,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Blob) ODataType() string { return namespace + "blobEvidence" }

// SASToken is a shared access signature for Azure Storage (sasTokenEvidence).
type SASToken struct {
	Base
	// AllowedIPAddresses is an address or a range, all if empty.
	AllowedIPAddresses   string    `json:"allowedIpAddresses,omitzero"`
	AllowedResourceTypes []string  `json:"allowedResourceTypes,omitzero"`
	AllowedServices      []string  `json:"allowedServices,omitzero"`
	ExpiryDateTime       time.Time `json:"expiryDateTime,omitzero"`
	Permissions          []string  `json:"permissions,omitzero"`
	Protocol             string    `json:"protocol,omitzero"`
	// SignatureHash stands for the signature, which is a secret.
	SignatureHash string `json:"signatureHash,omitzero"`
	// SignedWith names the key that signed the token.
	SignedWith    string    `json:"signedWith,omitzero"`
	StartDateTime time.Time `json:"startDateTime,omitzero"`
	// StorageResource is the storage account.
	StorageResource *AzureResource `json:"storageResource,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*SASToken) ODataType() string { return namespace + "sasTokenEvidence" }

// CloudApplication is a cloud service that Defender for Cloud Apps watches
// (cloudApplicationEvidence).
type CloudApplication struct {
	Base
	// AppID is the number of the service in the catalog of Defender for Cloud Apps.
	// In [OAuthApplication] and [ServicePrincipal] the member of this name is a string.
	AppID       *int64 `json:"appId,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
	// InstanceID is the number of the connected instance.
	InstanceID   *int64 `json:"instanceId,omitzero"`
	InstanceName string `json:"instanceName,omitzero"`
	// SaaSAppID is the number of the service.
	SaaSAppID *int64  `json:"saasAppId,omitzero"`
	Stream    *Stream `json:"stream,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*CloudApplication) ODataType() string { return namespace + "cloudApplicationEvidence" }

// AIAgent is an agent built on a language model (aiAgentEvidence).
type AIAgent struct {
	Base
	AgentID             string          `json:"agentId,omitzero"`
	AgentName           string          `json:"agentName,omitzero"`
	HostingPlatformType AIAgentPlatform `json:"hostingPlatformType,omitzero"`
	// Instructions are what the agent was told to do.
	Instructions string `json:"instructions,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*AIAgent) ODataType() string { return namespace + "aiAgentEvidence" }

// GoogleCloudLocationType is what kind of location a Google Cloud resource has.
type GoogleCloudLocationType string

// The members of [GoogleCloudLocationType], with the names the API uses.
const (
	GoogleCloudLocationTypeUnknown            GoogleCloudLocationType = "unknown"
	GoogleCloudLocationTypeRegional           GoogleCloudLocationType = "regional"
	GoogleCloudLocationTypeZonal              GoogleCloudLocationType = "zonal"
	GoogleCloudLocationTypeGlobal             GoogleCloudLocationType = "global"
	GoogleCloudLocationTypeUnknownFutureValue GoogleCloudLocationType = "unknownFutureValue"
)

var googleCloudLocationTypeValues = [...]GoogleCloudLocationType{
	GoogleCloudLocationTypeUnknown, GoogleCloudLocationTypeRegional, GoogleCloudLocationTypeZonal,
	GoogleCloudLocationTypeGlobal, GoogleCloudLocationTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (GoogleCloudLocationType) Values() []GoogleCloudLocationType {
	return slices.Clone(googleCloudLocationTypeValues[:])
}

// Known reports whether g is a member of the schema. Others are kept and written as they came.
func (g GoogleCloudLocationType) Known() bool {
	return slices.Contains(googleCloudLocationTypeValues[:], g)
}

// AIAgentPlatform is where an agent runs.
type AIAgentPlatform string

// The members of [AIAgentPlatform], with the names the API uses.
const (
	AIAgentPlatformUnknown            AIAgentPlatform = "unknown"
	AIAgentPlatformAzureAIFoundry     AIAgentPlatform = "azureAIFoundry"
	AIAgentPlatformCopilotStudio      AIAgentPlatform = "copilotStudio"
	AIAgentPlatformCopilot            AIAgentPlatform = "copilot"
	AIAgentPlatformUnknownFutureValue AIAgentPlatform = "unknownFutureValue"
)

var aiAgentPlatformValues = [...]AIAgentPlatform{
	AIAgentPlatformUnknown, AIAgentPlatformAzureAIFoundry, AIAgentPlatformCopilotStudio, AIAgentPlatformCopilot,
	AIAgentPlatformUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (AIAgentPlatform) Values() []AIAgentPlatform { return slices.Clone(aiAgentPlatformValues[:]) }

// Known reports whether a is a member of the schema. Others are kept and written as they came.
func (a AIAgentPlatform) Known() bool { return slices.Contains(aiAgentPlatformValues[:], a) }
