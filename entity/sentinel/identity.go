package sentinel

// Account is an account of a person or a service.
type Account struct {
	Base
	// AccountName is the name without a domain; UPNSuffix, NTDomain and DNSDomain
	// are what it is qualified by: as name@suffix, as domain\name, and by the DNS
	// name of the domain.
	AccountName string `json:"accountName,omitzero"`
	UPNSuffix   string `json:"upnSuffix,omitzero"`
	NTDomain    string `json:"ntDomain,omitzero"`
	DNSDomain   string `json:"dnsDomain,omitzero"`
	DisplayName string `json:"displayName,omitzero"`
	// AADTenantID and AADUserID are the tenant and the object id in Microsoft
	// Entra.
	AADTenantID string `json:"aadTenantId,omitzero"`
	AADUserID   string `json:"aadUserId,omitzero"`
	// ObjectGUID is the id of the object in Active Directory.
	ObjectGUID string `json:"objectGuid,omitzero"`
	// PUID is the passport user id in Microsoft Entra.
	PUID string `json:"puid,omitzero"`
	// SID is the Windows security identifier.
	SID string `json:"sid,omitzero"`
	// IsDomainJoined tells an account of a domain from one of a host.
	IsDomainJoined *bool `json:"isDomainJoined,omitzero"`
	// HostEntityID names the host of a local account.
	HostEntityID string `json:"hostEntityId,omitzero"`
}

// Kind returns [KindAccount].
func (*Account) Kind() Kind { return KindAccount }

// SecurityGroup is a group of Active Directory.
type SecurityGroup struct {
	Base
	DistinguishedName string `json:"distinguishedName,omitzero"`
	// ObjectGUID is the id of the object in Active Directory.
	ObjectGUID string `json:"objectGuid,omitzero"`
	// SID is the Windows security identifier.
	SID string `json:"sid,omitzero"`
}

// Kind returns [KindSecurityGroup].
func (*SecurityGroup) Kind() Kind { return KindSecurityGroup }

// CloudApplication is an application in a cloud.
type CloudApplication struct {
	Base
	// AppID is the number of the application in the catalogue of Defender for
	// Cloud Apps.
	AppID   *int32 `json:"appId,omitzero"`
	AppName string `json:"appName,omitzero"`
	// InstanceName tells several of a customer's installations of one application
	// apart.
	InstanceName string `json:"instanceName,omitzero"`
}

// Kind returns [KindCloudApplication].
func (*CloudApplication) Kind() Kind { return KindCloudApplication }

// AzureResource is a resource in Azure.
type AzureResource struct {
	Base
	// ResourceID is the id in Azure Resource Manager, SubscriptionID that of its
	// subscription.
	ResourceID     string `json:"resourceId,omitzero"`
	SubscriptionID string `json:"subscriptionId,omitzero"`
}

// Kind returns [KindAzureResource].
func (*AzureResource) Kind() Kind { return KindAzureResource }
