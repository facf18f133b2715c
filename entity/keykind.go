package entity

// The entity types that a manual alert cannot name, but evidence and Sentinel
// have. Their names are those of the schema's evidence types, which they are
// described by.
//
// Source: microsoft.graph.security, the types derived from alertEvidence.
const (
	TypeActiveDirectoryDomain    Type = "activeDirectoryDomain"
	TypeAIAgent                  Type = "aiAgent"
	TypeBlob                     Type = "blob"
	TypeBlobContainer            Type = "blobContainer"
	TypeCloudLogonRequest        Type = "cloudLogonRequest"
	TypeCloudLogonSession        Type = "cloudLogonSession"
	TypeContainer                Type = "container"
	TypeContainerImage           Type = "containerImage"
	TypeContainerRegistry        Type = "containerRegistry"
	TypeDNS                      Type = "dns"
	TypeGitHubOrganization       Type = "gitHubOrganization"
	TypeGitHubRepo               Type = "gitHubRepo"
	TypeGitHubUser               Type = "gitHubUser"
	TypeHostLogonSession         Type = "hostLogonSession"
	TypeIoTDevice                Type = "ioTDevice"
	TypeKubernetesCluster        Type = "kubernetesCluster"
	TypeKubernetesController     Type = "kubernetesController"
	TypeKubernetesNamespace      Type = "kubernetesNamespace"
	TypeKubernetesPod            Type = "kubernetesPod"
	TypeKubernetesSecret         Type = "kubernetesSecret"
	TypeKubernetesService        Type = "kubernetesService"
	TypeKubernetesServiceAccount Type = "kubernetesServiceAccount"
	TypeMailboxConfiguration     Type = "mailboxConfiguration"
	TypeMalware                  Type = "malware"
	TypeNetworkConnection        Type = "networkConnection"
	TypeNIC                      Type = "nic"
	TypeSASToken                 Type = "sasToken"
	TypeServicePrincipal         Type = "servicePrincipal"
	TypeSubmissionMail           Type = "submissionMail"
	TypeTeamsMessage             Type = "teamsMessage"
)

// The identifiers that only keys have. A plus sign in the name means that the
// value is made of parts, by [CompositeValue].
const (
	// IdentifierAccount is CONTOSO\jo or contoso.com\jo.
	IdentifierAccount Identifier = "domain+name"
	// IdentifierNTDeviceName is CONTOSO\ws-17.
	IdentifierNTDeviceName Identifier = "ntDomain+hostName"
	// IdentifierKeyValueName is the path of a registry key, two backslashes,
	// and the name of a value.
	IdentifierKeyValueName Identifier = "key+valueName"

	IdentifierPUID             Identifier = "puid"
	IdentifierVMID             Identifier = "vmId"
	IdentifierOMSAgentID       Identifier = "omsAgentId"
	IdentifierMD5              Identifier = "md5"
	IdentifierSHA256AC         Identifier = "sha256ac"
	IdentifierPath             Identifier = "path"
	IdentifierMACAddress       Identifier = "macAddress"
	IdentifierObjectID         Identifier = "objectId"
	IdentifierSecurityGroupID  Identifier = "securityGroupId"
	IdentifierSessionID        Identifier = "sessionId"
	IdentifierRequestID        Identifier = "requestId"
	IdentifierDomainName       Identifier = "domainName"
	IdentifierInternetMessage  Identifier = "internetMessageId"
	IdentifierURN              Identifier = "urn"
	IdentifierQuery            Identifier = "query"
	IdentifierConfigurationID  Identifier = "configurationId"
	IdentifierSubmissionID     Identifier = "submissionId"
	IdentifierMessageID        Identifier = "messageId"
	IdentifierSignatureHash    Identifier = "signatureHash"
	IdentifierAgentID          Identifier = "agentId"
	IdentifierContainerID      Identifier = "containerId"
	IdentifierImageID          Identifier = "imageId"
	IdentifierOrganizationID   Identifier = "orgId"
	IdentifierRepositoryID     Identifier = "repoId"
	IdentifierGitHubUserID     Identifier = "userId"
	IdentifierLogin            Identifier = "login"
	IdentifierAppInstance      Identifier = "appId+instance"
	IdentifierNameInstance     Identifier = "instance+name"
	IdentifierQuerySource      Identifier = "source+query"
	IdentifierNameCategory     Identifier = "category+name"
	IdentifierMessageRecipient Identifier = "networkMessageId+recipient"
	IdentifierSubmission       Identifier = "submissionId+networkMessageId+recipient+submitter"
	IdentifierThreadMessageID  Identifier = "threadId+messageId"
	IdentifierConnection       Identifier = "protocol+source+sourcePort+destination+destinationPort"
	IdentifierDNSQuery         Identifier = "domainName+hostIpAddress"
	IdentifierDNSResolution    Identifier = "domainName+hostIpAddress+dnsServerIp"
	IdentifierProcess          Identifier = "processId+creationTime"
	IdentifierProcessCommand   Identifier = "processId+creationTime+commandLine"
	IdentifierProcessImage     Identifier = "processId+creationTime+imageFile"
	IdentifierProcessParent    Identifier = "parentProcessId+creationTime+commandLine"
)

// Forms of what only keys have.
var (
	account        = form{canon: canonAccount}
	userName       = form{canon: canonUserName}
	ntDeviceName   = form{canon: canonNTHost}
	anyHash        = form{canon: canonHash}
	filePath       = form{canon: canonFilePath}
	fileName       = form{canon: canonFileName}
	macAddress     = form{canon: canonMAC}
	domainName     = form{canon: canonDomainName}
	exactText      = form{canon: canonExact}
	weakName       = form{canon: canonWeak}
	scopedName     = form{canon: canonScoped}
	hostScoped     = form{canon: canonHostScoped}
	uniqueText     = form{canon: canonUnique}
	tenantID       = form{canon: canonTenantID}
	keyValueName   = form{canon: canonRegistryValue}
	containerID    = form{canon: canonContainerID}
	imageID        = form{canon: canonImage}
	number         = form{canon: canonNumber}
	timestamp      = form{canon: canonTime}
	weakGUID       = form{canon: canonWeakGUID}
	appInstance    = form{parts: []*form{&cloudAppID, &weakName}, reach: strong | inTenant}
	nameInstance   = form{parts: []*form{&weakName, &weakName}, reach: strong | inTenant}
	querySource    = form{parts: []*form{&weakName, &exactText}, reach: strong | inTenant}
	nameCategory   = form{parts: []*form{&weakName, &weakName}, reach: unique}
	mailCopy       = form{parts: []*form{&guid, &mailAddress}, reach: unique}
	submission     = form{parts: []*form{&guid, &guid, &mailAddress, &mailAddress}, reach: unique}
	threadMessage  = form{parts: []*form{&exactText, &exactText}, reach: strong | inTenant}
	connection     = form{parts: []*form{&weakName, &address, &number, &address, &number}, reach: weak | inNetwork}
	dnsQuery       = form{parts: []*form{&deviceName, &address}, reach: weak | inNetwork}
	dnsResolution  = form{parts: []*form{&deviceName, &address, &address}, reach: strong | inNetwork}
	process        = form{parts: []*form{&number, &timestamp}, reach: scoped | inHost}
	processCommand = form{parts: []*form{&number, &timestamp, &exactText}, reach: scoped | inHost}
	processImage   = form{parts: []*form{&number, &timestamp, &filePath}, reach: scoped | inHost}
)

// evidenceKinds are the pairs of type and identifier that keys have in addition
// to those of kinds.
var evidenceKinds = [...]kind{
	{TypeUser, IdentifierAccount, &account},
	{TypeUser, IdentifierName, &userName},
	{TypeUser, IdentifierObjectGUID, &guid},
	{TypeUser, IdentifierPUID, &uniqueText},
	{TypeDevice, IdentifierNTDeviceName, &ntDeviceName},
	{TypeDevice, IdentifierResourceID, &azureResourceID},
	{TypeDevice, IdentifierVMID, &guid},
	{TypeDevice, IdentifierOMSAgentID, &guid},
	{TypeFile, IdentifierMD5, &anyHash},
	{TypeFile, IdentifierSHA256AC, &anyHash},
	{TypeFile, IdentifierPath, &filePath},
	{TypeFile, IdentifierName, &fileName},
	{TypeProcess, IdentifierProcess, &process},
	{TypeProcess, IdentifierProcessCommand, &processCommand},
	{TypeProcess, IdentifierProcessImage, &processImage},
	{TypeProcess, IdentifierProcessParent, &processCommand},
	{TypeRegistryValue, IdentifierKeyValueName, &keyValueName},
	{TypeEmailMessage, IdentifierMessageRecipient, &mailCopy},
	{TypeEmailMessage, IdentifierInternetMessage, &exactText},
	{TypeEmailMessage, IdentifierURN, &uniqueText},
	{TypeEmailCluster, IdentifierQuery, &exactText},
	{TypeEmailCluster, IdentifierQuerySource, &querySource},
	{TypeEmailCluster, IdentifierURN, &uniqueText},
	{TypeCloudApplication, IdentifierAppInstance, &appInstance},
	{TypeCloudApplication, IdentifierNameInstance, &nameInstance},
	{TypeOAuthApplication, IdentifierObjectID, &guid},
	{TypeSecurityGroup, IdentifierSecurityGroupID, &guid},

	{TypeActiveDirectoryDomain, IdentifierDomainName, &deviceName},
	{TypeAIAgent, IdentifierAgentID, &tenantID},
	{TypeBlob, IdentifierURL, &absoluteURL},
	{TypeBlob, IdentifierName, &scopedName},
	{TypeBlobContainer, IdentifierURL, &absoluteURL},
	{TypeBlobContainer, IdentifierName, &scopedName},
	{TypeCloudLogonRequest, IdentifierRequestID, &tenantID},
	{TypeCloudLogonSession, IdentifierSessionID, &tenantID},
	{TypeContainer, IdentifierContainerID, &containerID},
	{TypeContainer, IdentifierName, &scopedName},
	{TypeContainerImage, IdentifierImageID, &imageID},
	{TypeContainerRegistry, IdentifierName, &deviceName},
	{TypeDNS, IdentifierDNSResolution, &dnsResolution},
	{TypeDNS, IdentifierDNSQuery, &dnsQuery},
	{TypeDNS, IdentifierDomainName, &domainName},
	{TypeGitHubOrganization, IdentifierOrganizationID, &uniqueText},
	{TypeGitHubOrganization, IdentifierLogin, &weakName},
	{TypeGitHubRepo, IdentifierRepositoryID, &uniqueText},
	{TypeGitHubRepo, IdentifierURL, &absoluteURL},
	{TypeGitHubUser, IdentifierGitHubUserID, &uniqueText},
	{TypeGitHubUser, IdentifierLogin, &weakName},
	{TypeHostLogonSession, IdentifierSessionID, &hostScoped},
	{TypeIoTDevice, IdentifierDeviceID, &scopedName},
	{TypeIoTDevice, IdentifierMACAddress, &macAddress},
	{TypeKubernetesCluster, IdentifierResourceID, &azureResourceID},
	{TypeKubernetesCluster, IdentifierAmazonResourceID, &amazonResourceName},
	{TypeKubernetesCluster, IdentifierFullResourceName, &googleFullResourceName},
	{TypeKubernetesCluster, IdentifierName, &weakName},
	{TypeKubernetesController, IdentifierName, &scopedName},
	{TypeKubernetesNamespace, IdentifierName, &scopedName},
	{TypeKubernetesPod, IdentifierName, &scopedName},
	{TypeKubernetesSecret, IdentifierName, &scopedName},
	{TypeKubernetesService, IdentifierName, &scopedName},
	{TypeKubernetesServiceAccount, IdentifierName, &scopedName},
	{TypeMailboxConfiguration, IdentifierConfigurationID, &scopedName},
	{TypeMalware, IdentifierNameCategory, &nameCategory},
	{TypeMalware, IdentifierName, &weakName},
	{TypeNetworkConnection, IdentifierConnection, &connection},
	{TypeNIC, IdentifierMACAddress, &macAddress},
	{TypeSASToken, IdentifierSignatureHash, &uniqueText},
	{TypeServicePrincipal, IdentifierObjectID, &guid},
	{TypeServicePrincipal, IdentifierAppID, &scopedName},
	{TypeServicePrincipal, IdentifierName, &weakName},
	{TypeSubmissionMail, IdentifierSubmission, &submission},
	{TypeSubmissionMail, IdentifierSubmissionID, &weakGUID},
	{TypeTeamsMessage, IdentifierThreadMessageID, &threadMessage},
	{TypeTeamsMessage, IdentifierMessageID, &exactText},
}
