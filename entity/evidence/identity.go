package evidence

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// User is an account of a person or service (userEvidence).
type User struct {
	Base
	Stream      *Stream      `json:"stream,omitzero"`
	UserAccount *UserAccount `json:"userAccount,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*User) ODataType() string { return namespace + "userEvidence" }

// UserAccount identifies an account in Entra ID, in Active Directory or on a device.
type UserAccount struct {
	AccountName string `json:"accountName,omitzero"`
	// ActiveDirectoryObjectGUID is the object in the on-premises directory.
	ActiveDirectoryObjectGUID string `json:"activeDirectoryObjectGuid,omitzero"`
	// AzureADUserID is the object id in Entra ID.
	AzureADUserID string `json:"azureAdUserId,omitzero"`
	DisplayName   string `json:"displayName,omitzero"`
	// DomainName is the Windows domain, or the device for a local account.
	DomainName string `json:"domainName,omitzero"`
	// ResourceAccessEvents are what the account was used to reach.
	ResourceAccessEvents []ResourceAccessEvent `json:"resourceAccessEvents,omitzero"`
	TenantID             string                `json:"tenantId,omitzero"`
	// UserPrincipalName is the sign-in name, such as "john.doe@contoso.com".
	UserPrincipalName string `json:"userPrincipalName,omitzero"`
	// UserSID is the Windows security identifier.
	UserSID string          `json:"userSid,omitzero"`
	Extra   *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// ResourceAccessEvent is one access to a resource by an account.
type ResourceAccessEvent struct {
	AccessDateTime time.Time `json:"accessDateTime,omitzero"`
	AccountID      string    `json:"accountId,omitzero"`
	// IPAddress is the resource's address.
	IPAddress string `json:"ipAddress,omitzero"`
	// ResourceIdentifier names the resource.
	ResourceIdentifier string          `json:"resourceIdentifier,omitzero"`
	Extra              *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// SecurityGroup is a security group in Entra ID or Active Directory (securityGroupEvidence).
type SecurityGroup struct {
	Base
	ActiveDirectoryObjectGUID string `json:"activeDirectoryObjectGuid,omitzero"`
	DisplayName               string `json:"displayName,omitzero"`
	DistinguishedName         string `json:"distinguishedName,omitzero"`
	FriendlyName              string `json:"friendlyName,omitzero"`
	// SecurityGroupID is the object id in Entra ID.
	SecurityGroupID string `json:"securityGroupId,omitzero"`
	// SID is the Windows security identifier.
	SID string `json:"sid,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*SecurityGroup) ODataType() string { return namespace + "securityGroupEvidence" }

// ServicePrincipal is an application's identity in a tenant (servicePrincipalEvidence).
type ServicePrincipal struct {
	Base
	// AppID is the application id, a string here and a number in [CloudApplication].
	AppID string `json:"appId,omitzero"`
	// AppOwnerTenantID is the tenant in which the application is registered.
	AppOwnerTenantID         string               `json:"appOwnerTenantId,omitzero"`
	ServicePrincipalName     string               `json:"servicePrincipalName,omitzero"`
	ServicePrincipalObjectID string               `json:"servicePrincipalObjectId,omitzero"`
	ServicePrincipalType     ServicePrincipalType `json:"servicePrincipalType,omitzero"`
	TenantID                 string               `json:"tenantId,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*ServicePrincipal) ODataType() string { return namespace + "servicePrincipalEvidence" }

// OAuthApplication is an application that was granted access by OAuth (oauthApplicationEvidence).
type OAuthApplication struct {
	Base
	// AppID is the application id, a string here and a number in [CloudApplication].
	AppID       string `json:"appId,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
	// ObjectID is the application's object in Entra ID.
	ObjectID  string `json:"objectId,omitzero"`
	Publisher string `json:"publisher,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*OAuthApplication) ODataType() string { return namespace + "oauthApplicationEvidence" }

// ActiveDirectoryDomain is a domain and the domains it trusts (activeDirectoryDomainEvidence).
type ActiveDirectoryDomain struct {
	Base
	ActiveDirectoryDomainName string                  `json:"activeDirectoryDomainName,omitzero"`
	TrustedDomains            []ActiveDirectoryDomain `json:"trustedDomains,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*ActiveDirectoryDomain) ODataType() string { return namespace + "activeDirectoryDomainEvidence" }

// ServicePrincipalType tells what a service principal stands for.
type ServicePrincipalType string

// The members of [ServicePrincipalType], with the names the API uses.
const (
	ServicePrincipalTypeUnknown            ServicePrincipalType = "unknown"
	ServicePrincipalTypeApplication        ServicePrincipalType = "application"
	ServicePrincipalTypeManagedIdentity    ServicePrincipalType = "managedIdentity"
	ServicePrincipalTypeLegacy             ServicePrincipalType = "legacy"
	ServicePrincipalTypeUnknownFutureValue ServicePrincipalType = "unknownFutureValue"
)

var servicePrincipalTypeValues = [...]ServicePrincipalType{
	ServicePrincipalTypeUnknown, ServicePrincipalTypeApplication, ServicePrincipalTypeManagedIdentity,
	ServicePrincipalTypeLegacy, ServicePrincipalTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (ServicePrincipalType) Values() []ServicePrincipalType {
	return slices.Clone(servicePrincipalTypeValues[:])
}

// Known reports whether s is a member of the schema. Others are kept and written as they came.
func (s ServicePrincipalType) Known() bool { return slices.Contains(servicePrincipalTypeValues[:], s) }
