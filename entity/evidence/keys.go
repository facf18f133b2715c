package evidence

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/entity"
)

// AppendKeys appends to dst the keys of e, one for each of its identifiers and the surest kinds of identifier first, and
// returns the longer slice. Keys that identify nobody, such as that of NT AUTHORITY\SYSTEM, and keys that e has given
// before are left out. [Unknown] has no keys.
//
// The scope says where e was seen. What e says of its own device or tenant takes precedence. Only what e itself is has
// keys: the host of a session or the files of a message are evidence of their own, with their own keys.
func AppendKeys(dst []entity.Key, e Evidence, scope entity.Scope) []entity.Key {
	k := keys{dst, len(dst), scope}
	switch e := e.(type) {
	case *User:
		k.account(e.UserAccount)
	case *SecurityGroup:
		k.add(entity.TypeSecurityGroup, entity.IdentifierSecurityGroupID, e.SecurityGroupID)
		k.add(entity.TypeSecurityGroup, entity.IdentifierObjectGUID, e.ActiveDirectoryObjectGUID)
		k.add(entity.TypeSecurityGroup, entity.IdentifierSID, e.SID)
		k.add(entity.TypeSecurityGroup, entity.IdentifierDistinguishedName, e.DistinguishedName)
	case *ServicePrincipal:
		k.scope.Tenant = cmp.Or(e.TenantID, k.scope.Tenant)
		k.add(entity.TypeServicePrincipal, entity.IdentifierObjectID, e.ServicePrincipalObjectID)
		k.in(entity.TypeServicePrincipal, entity.IdentifierAppID, k.scope.Tenant, e.AppID)
		k.add(entity.TypeServicePrincipal, entity.IdentifierName, e.ServicePrincipalName)
	case *OAuthApplication:
		k.add(entity.TypeOAuthApplication, entity.IdentifierOAuthAppID, e.AppID)
		k.add(entity.TypeOAuthApplication, entity.IdentifierObjectID, e.ObjectID)
	case *ActiveDirectoryDomain:
		k.add(entity.TypeActiveDirectoryDomain, entity.IdentifierDomainName, e.ActiveDirectoryDomainName)
	case *HostLogonSession:
		if e.Host != nil {
			k.scope.Host = cmp.Or(e.Host.MDEDeviceID, e.Host.DeviceDNSName, e.Host.HostName, k.scope.Host)
		}
		k.add(entity.TypeHostLogonSession, entity.IdentifierSessionID, e.SessionID)
	case *CloudLogonSession:
		if e.Account != nil && e.Account.UserAccount != nil {
			k.scope.Tenant = cmp.Or(e.Account.UserAccount.TenantID, k.scope.Tenant)
		}
		k.add(entity.TypeCloudLogonSession, entity.IdentifierSessionID, e.SessionID)
	case *CloudLogonRequest:
		k.add(entity.TypeCloudLogonRequest, entity.IdentifierRequestID, e.RequestID)
	case *Device:
		k.device(e)
	case *IoTDevice:
		k.in(entity.TypeIoTDevice, entity.IdentifierDeviceID, resourceID(e.IoTHub), e.DeviceID)
		k.add(entity.TypeIoTDevice, entity.IdentifierMACAddress, e.MACAddress)
	case *NIC:
		k.add(entity.TypeNIC, entity.IdentifierMACAddress, e.MACAddress)
	case *File:
		k.scope.Host = cmp.Or(e.MDEDeviceID, k.scope.Host)
		k.file(e.FileDetails)
	case *FileHash:
		k.append(entity.HashKey(string(e.Algorithm), e.Value))
	case *Malware:
		k.join(entity.TypeMalware, entity.IdentifierNameCategory, e.Category, e.Name)
		k.add(entity.TypeMalware, entity.IdentifierName, e.Name)
	case *Process:
		k.process(e)
	case *RegistryKey:
		k.add(entity.TypeRegistryKey, entity.IdentifierKey, registryPath(e.RegistryHive, e.RegistryKey))
	case *RegistryValue:
		k.registryValue(e)
	case *IP:
		k.add(entity.TypeIP, entity.IdentifierAddress, e.IPAddress)
	case *URL:
		k.add(entity.TypeURL, entity.IdentifierURL, e.URL)
	case *DNS:
		k.join(entity.TypeDNS, entity.IdentifierDNSResolution, e.DomainName, address(e.HostIPAddress), address(e.DNSServerIP))
		k.join(entity.TypeDNS, entity.IdentifierDNSQuery, e.DomainName, address(e.HostIPAddress))
		k.add(entity.TypeDNS, entity.IdentifierDomainName, e.DomainName)
	case *NetworkConnection:
		k.connection(e)
	default:
		k.more(e)
	}
	return k.list
}

// more is the second half of AppendKeys: mail, clouds, containers and GitHub.
func (k *keys) more(e Evidence) {
	switch e := e.(type) {
	case *AnalyzedMessage:
		k.join(entity.TypeEmailMessage, entity.IdentifierMessageRecipient, e.NetworkMessageID, e.RecipientEmailAddress)
		k.add(entity.TypeEmailMessage, entity.IdentifierNetworkMessageID, e.NetworkMessageID)
		k.add(entity.TypeEmailMessage, entity.IdentifierURN, e.URN)
		k.add(entity.TypeEmailMessage, entity.IdentifierInternetMessage, e.InternetMessageID)
	case *Mailbox:
		k.add(entity.TypeMailbox, entity.IdentifierMailboxPrimaryAddress, e.PrimaryAddress)
	case *MailboxConfiguration:
		mailbox := cmp.Or(e.MailboxPrimaryAddress, e.UPN, e.ExternalDirectoryObjectID)
		k.in(entity.TypeMailboxConfiguration, entity.IdentifierConfigurationID, mailbox, e.ConfigurationID)
	case *MailCluster:
		k.add(entity.TypeEmailCluster, entity.IdentifierURN, e.URN)
		k.add(entity.TypeEmailCluster, entity.IdentifierQuery, e.Query)
	case *SubmissionMail:
		k.join(entity.TypeSubmissionMail, entity.IdentifierSubmission, e.SubmissionID, e.NetworkMessageID, e.Recipient, e.Submitter)
		k.add(entity.TypeSubmissionMail, entity.IdentifierSubmissionID, e.SubmissionID)
	case *TeamsMessage:
		k.scope.Tenant = cmp.Or(e.OwningTenantID, k.scope.Tenant)
		k.join(entity.TypeTeamsMessage, entity.IdentifierThreadMessageID, e.ThreadID, e.MessageID)
		k.add(entity.TypeTeamsMessage, entity.IdentifierMessageID, e.MessageID)
	case *AzureResource:
		k.add(entity.TypeAzureResource, entity.IdentifierResourceID, e.ResourceID)
	case *AmazonResource:
		k.add(entity.TypeAmazonResource, entity.IdentifierAmazonResourceID, e.AmazonResourceID)
	case *GoogleCloudResource:
		k.add(entity.TypeGoogleCloudResource, entity.IdentifierFullResourceName, e.FullResourceName)
	case *Blob:
		k.add(entity.TypeBlob, entity.IdentifierURL, e.URL)
		if c := e.BlobContainer; c != nil && c.Name != "" && c.StorageResource != nil && c.StorageResource.ResourceID != "" {
			k.in(entity.TypeBlob, entity.IdentifierName, c.StorageResource.ResourceID+"/"+c.Name, e.Name)
		}
	case *BlobContainer:
		k.add(entity.TypeBlobContainer, entity.IdentifierURL, e.URL)
		k.in(entity.TypeBlobContainer, entity.IdentifierName, resourceID(e.StorageResource), e.Name)
	case *SASToken:
		k.add(entity.TypeSASToken, entity.IdentifierSignatureHash, e.SignatureHash)
	case *CloudApplication:
		k.cloudApplication(e)
	case *AIAgent:
		k.add(entity.TypeAIAgent, entity.IdentifierAgentID, e.AgentID)
	case *GitHubOrganization:
		k.add(entity.TypeGitHubOrganization, entity.IdentifierOrganizationID, e.OrgID)
		k.add(entity.TypeGitHubOrganization, entity.IdentifierLogin, e.Login)
	case *GitHubRepo:
		k.add(entity.TypeGitHubRepo, entity.IdentifierRepositoryID, e.RepoID)
		k.add(entity.TypeGitHubRepo, entity.IdentifierURL, e.BaseURL)
	case *GitHubUser:
		k.add(entity.TypeGitHubUser, entity.IdentifierGitHubUserID, e.UserID)
		k.add(entity.TypeGitHubUser, entity.IdentifierLogin, e.Login)
	default:
		k.kubernetes(e)
	}
}

// keys collects the keys of one piece of evidence behind those of others.
type keys struct {
	list  []entity.Key
	from  int
	scope entity.Scope
}

func (k *keys) append(key entity.Key) {
	if key.Strength != entity.None && !slices.Contains(k.list[k.from:], key) {
		k.list = append(k.list, key)
	}
}

// add appends the key of a value, unless it is empty.
func (k *keys) add(t entity.Type, id entity.Identifier, value string) {
	if value != "" {
		k.append(k.scope.Key(t, id, value))
	}
}

// in appends the key of a value that is unique in something that is not in the scope.
func (k *keys) in(t entity.Type, id entity.Identifier, namespace, value string) {
	if value != "" {
		k.append(entity.NewKey(t, id, namespace, value))
	}
}

// join appends the key of a composite identifier, unless a part is missing.
func (k *keys) join(t entity.Type, id entity.Identifier, parts ...string) {
	if !slices.Contains(parts, "") {
		k.append(k.scope.Key(t, id, entity.CompositeValue(id, parts...)))
	}
}

func (k *keys) account(a *UserAccount) {
	if a == nil {
		return
	}
	k.scope.Tenant = cmp.Or(a.TenantID, k.scope.Tenant)
	k.add(entity.TypeUser, entity.IdentifierAadUserID, a.AzureADUserID)
	k.add(entity.TypeUser, entity.IdentifierSID, a.UserSID)
	k.add(entity.TypeUser, entity.IdentifierUserPrincipalName, a.UserPrincipalName)
	k.add(entity.TypeUser, entity.IdentifierObjectGUID, a.ActiveDirectoryObjectGUID)
	k.join(entity.TypeUser, entity.IdentifierAccount, a.DomainName, a.AccountName)
	if len(k.list) > k.from || a.DomainName == "" {
		// The name of an account that identifies nobody with its domain does not identify anybody without.
		k.add(entity.TypeUser, entity.IdentifierName, a.AccountName)
	}
}

func (k *keys) device(d *Device) {
	k.add(entity.TypeDevice, entity.IdentifierDeviceID, d.MDEDeviceID)
	k.add(entity.TypeDevice, entity.IdentifierDeviceID, d.AzureADDeviceID)
	if vm := d.VMMetadata; vm != nil {
		k.add(entity.TypeDevice, entity.IdentifierResourceID, vm.ResourceID)
		k.add(entity.TypeDevice, entity.IdentifierVMID, vm.VMID)
	}
	k.add(entity.TypeDevice, entity.IdentifierDeviceName, d.DeviceDNSName)
	if !isJoined(d.DeviceDNSName, d.HostName, d.DNSDomain) {
		k.join(entity.TypeDevice, entity.IdentifierDeviceName, d.HostName, d.DNSDomain)
	}
	k.join(entity.TypeDevice, entity.IdentifierNTDeviceName, d.NTDomain, d.HostName)
	k.add(entity.TypeDevice, entity.IdentifierDeviceName, d.HostName)
}

// isJoined reports whether name is host.domain, and so has been said before.
func isJoined(name, host, domain string) bool {
	return len(name) == len(host)+1+len(domain) && name[len(host)] == '.' && name[:len(host)] == host && name[len(host)+1:] == domain
}

func (k *keys) file(f *FileDetails) {
	if f == nil {
		return
	}
	k.add(entity.TypeFile, entity.IdentifierSHA256, f.SHA256)
	k.add(entity.TypeFile, entity.IdentifierSHA1, f.SHA1)
	k.add(entity.TypeFile, entity.IdentifierMD5, f.MD5)
	k.add(entity.TypeFile, entity.IdentifierSHA256AC, f.SHA256AC)
	k.join(entity.TypeFile, entity.IdentifierPath, f.FilePath, f.FileName)
	k.add(entity.TypeFile, entity.IdentifierName, f.FileName)
}

// process adds the key by number and time if the device is known, and else what tells a process a little better. A
// number is used again, so a process without a time has only the keys of its image.
func (k *keys) process(p *Process) {
	k.scope.Host = cmp.Or(p.MDEDeviceID, k.scope.Host)
	if p.ProcessID != nil && !p.ProcessCreationDateTime.IsZero() {
		var buf [64]byte
		b := strconv.AppendInt(buf[:0], *p.ProcessID, 10)
		b = p.ProcessCreationDateTime.UTC().AppendFormat(append(b, '|'), time.RFC3339Nano)
		switch started := string(b); {
		case k.scope.Host != "":
			k.add(entity.TypeProcess, entity.IdentifierProcess, started)
		case p.ProcessCommandLine != "":
			k.add(entity.TypeProcess, entity.IdentifierProcessCommand, started+"|"+p.ProcessCommandLine)
		case p.ImageFile != nil && p.ImageFile.FilePath != "" && p.ImageFile.FileName != "":
			image := entity.CompositeValue(entity.IdentifierPath, p.ImageFile.FilePath, p.ImageFile.FileName)
			k.add(entity.TypeProcess, entity.IdentifierProcessImage, started+"|"+image)
		}
	}
	if p.ImageFile != nil {
		k.add(entity.TypeProcess, entity.IdentifierSHA256, p.ImageFile.SHA256)
		k.add(entity.TypeProcess, entity.IdentifierSHA1, p.ImageFile.SHA1)
	}
}

func registryPath(hive, key string) string {
	if hive == "" || key == "" {
		return cmp.Or(key, hive)
	}
	return entity.CompositeValue(entity.IdentifierKey, hive, key)
}

func (k *keys) registryValue(v *RegistryValue) {
	k.scope.Host = cmp.Or(v.MDEDeviceID, k.scope.Host)
	path := registryPath(v.RegistryHive, v.RegistryKey)
	k.join(entity.TypeRegistryValue, entity.IdentifierKeyValueName, path, v.RegistryValueName)
	k.add(entity.TypeRegistryValue, entity.IdentifierKey, path)
	k.add(entity.TypeRegistryValue, entity.IdentifierValueName, v.RegistryValueName)
}

func address(ip *IP) string {
	if ip == nil {
		return ""
	}
	return ip.IPAddress
}

func resourceID(r *AzureResource) string {
	if r == nil {
		return ""
	}
	return r.ResourceID
}

// connection adds the five things that tell a connection from others that are open at the same time. A port that is
// not known is written as an asterisk.
func (k *keys) connection(c *NetworkConnection) {
	source, destination := address(c.SourceAddress), address(c.DestinationAddress)
	if source == "" || destination == "" || strings.Contains(source+destination, "|") {
		return
	}
	var buf [128]byte
	b := append(buf[:0], cmp.Or(string(c.Protocol), "*")...)
	b = append(append(b, '|'), source...)
	b = appendPort(append(b, '|'), c.SourcePort)
	b = append(append(b, '|'), destination...)
	b = appendPort(append(b, '|'), c.DestinationPort)
	k.add(entity.TypeNetworkConnection, entity.IdentifierConnection, string(b))
}

func appendPort(b []byte, port *int32) []byte {
	if port == nil {
		return append(b, '*')
	}
	return strconv.AppendInt(b, int64(*port), 10)
}

// cloudApplication adds the application, and the instance of it if one is named: by its id, or by the name if there is no
// id. The number of an instance is zero where there is but one.
func (k *keys) cloudApplication(a *CloudApplication) {
	id := a.AppID
	if id == nil || *id == 0 {
		id = a.SaaSAppID
	}
	instance := a.InstanceName
	if a.InstanceID != nil && *a.InstanceID != 0 {
		instance = strconv.FormatInt(*a.InstanceID, 10)
	}
	if id != nil {
		number := strconv.FormatInt(*id, 10)
		k.add(entity.TypeCloudApplication, entity.IdentifierAppID, number)
		k.join(entity.TypeCloudApplication, entity.IdentifierAppInstance, number, instance)
	}
	k.add(entity.TypeCloudApplication, entity.IdentifierName, a.DisplayName)
	if id == nil {
		k.join(entity.TypeCloudApplication, entity.IdentifierNameInstance, instance, a.DisplayName)
	}
}
