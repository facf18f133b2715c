package entity

// UserByPrincipalName names a user by the user principal name.
func UserByPrincipalName(upn string) Definition {
	return Definition{Type: TypeUser, Identifier: IdentifierUserPrincipalName, Value: upn}
}

// UserByObjectID names a user by the Microsoft Entra object id, a GUID.
func UserByObjectID(id string) Definition {
	return Definition{Type: TypeUser, Identifier: IdentifierAadUserID, Value: id}
}

// UserBySID names a user by the Windows security identifier.
func UserBySID(sid string) Definition {
	return Definition{Type: TypeUser, Identifier: IdentifierSID, Value: sid}
}

// DeviceByID names a device by its id in Defender for Endpoint or Entra.
func DeviceByID(id string) Definition {
	return Definition{Type: TypeDevice, Identifier: IdentifierDeviceID, Value: id}
}

// DeviceByName names a device by its host name, with or without its domain.
func DeviceByName(name string) Definition {
	return Definition{Type: TypeDevice, Identifier: IdentifierDeviceName, Value: name}
}

// FileBySHA256 names a file by the SHA-256 hash of its content.
func FileBySHA256(hash string) Definition {
	return Definition{Type: TypeFile, Identifier: IdentifierSHA256, Value: hash}
}

// FileBySHA1 names a file by the SHA-1 hash of its content.
func FileBySHA1(hash string) Definition {
	return Definition{Type: TypeFile, Identifier: IdentifierSHA1, Value: hash}
}

// IPAddress names an IPv4 or IPv6 address.
func IPAddress(address string) Definition {
	return Definition{Type: TypeIP, Identifier: IdentifierAddress, Value: address}
}

// URL names an absolute URL.
func URL(url string) Definition {
	return Definition{Type: TypeURL, Identifier: IdentifierURL, Value: url}
}

// CloudApplicationByID names a cloud application by its id in Defender for
// Cloud Apps.
func CloudApplicationByID(id string) Definition {
	return Definition{Type: TypeCloudApplication, Identifier: IdentifierAppID, Value: id}
}

// CloudApplicationByName names a cloud application by its name.
func CloudApplicationByName(name string) Definition {
	return Definition{Type: TypeCloudApplication, Identifier: IdentifierName, Value: name}
}

// Mailbox names a mailbox by its primary e-mail address.
func Mailbox(primaryAddress string) Definition {
	return Definition{Type: TypeMailbox, Identifier: IdentifierMailboxPrimaryAddress, Value: primaryAddress}
}

// SecurityGroupByDistinguishedName names an Active Directory group by its
// distinguished name.
func SecurityGroupByDistinguishedName(dn string) Definition {
	return Definition{Type: TypeSecurityGroup, Identifier: IdentifierDistinguishedName, Value: dn}
}

// SecurityGroupByObjectGUID names an Active Directory group by its objectGUID.
func SecurityGroupByObjectGUID(id string) Definition {
	return Definition{Type: TypeSecurityGroup, Identifier: IdentifierObjectGUID, Value: id}
}

// SecurityGroupBySID names a group by the Windows security identifier.
func SecurityGroupBySID(sid string) Definition {
	return Definition{Type: TypeSecurityGroup, Identifier: IdentifierSID, Value: sid}
}

// AzureResource names an Azure resource by its Resource Manager id.
func AzureResource(resourceID string) Definition {
	return Definition{Type: TypeAzureResource, Identifier: IdentifierResourceID, Value: resourceID}
}

// AmazonResource names an AWS resource by its Amazon Resource Name.
func AmazonResource(arn string) Definition {
	return Definition{Type: TypeAmazonResource, Identifier: IdentifierAmazonResourceID, Value: arn}
}

// GoogleCloudResource names a Google Cloud resource by its full resource name.
func GoogleCloudResource(fullResourceName string) Definition {
	return Definition{Type: TypeGoogleCloudResource, Identifier: IdentifierFullResourceName, Value: fullResourceName}
}

// OAuthApplication names an OAuth application by its application id.
func OAuthApplication(appID string) Definition {
	return Definition{Type: TypeOAuthApplication, Identifier: IdentifierOAuthAppID, Value: appID}
}

// EmailMessage names an e-mail message by its network message id.
func EmailMessage(networkMessageID string) Definition {
	return Definition{Type: TypeEmailMessage, Identifier: IdentifierNetworkMessageID, Value: networkMessageID}
}

// EmailCluster names a cluster of e-mail messages by the network message id of
// one of them.
func EmailCluster(networkMessageID string) Definition {
	return Definition{Type: TypeEmailCluster, Identifier: IdentifierNetworkMessageID, Value: networkMessageID}
}

// ProcessBySHA1 names a process by the SHA-1 hash of its image file.
func ProcessBySHA1(hash string) Definition {
	return Definition{Type: TypeProcess, Identifier: IdentifierSHA1, Value: hash}
}

// ProcessBySHA256 names a process by the SHA-256 hash of its image file.
func ProcessBySHA256(hash string) Definition {
	return Definition{Type: TypeProcess, Identifier: IdentifierSHA256, Value: hash}
}

// RegistryKey names a Windows registry key by its path, which starts with a
// hive.
func RegistryKey(path string) Definition {
	return Definition{Type: TypeRegistryKey, Identifier: IdentifierKey, Value: path}
}

// RegistryValueByKey names a Windows registry value by the path of the key
// that holds it.
func RegistryValueByKey(path string) Definition {
	return Definition{Type: TypeRegistryValue, Identifier: IdentifierKey, Value: path}
}

// RegistryValueByName names a Windows registry value by its name.
func RegistryValueByName(name string) Definition {
	return Definition{Type: TypeRegistryValue, Identifier: IdentifierValueName, Value: name}
}
