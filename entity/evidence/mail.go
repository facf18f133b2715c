package evidence

import (
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// AnalyzedMessage is a mail that Defender for Office 365 has looked at (analyzedMessageEvidence).
type AnalyzedMessage struct {
	Base
	// AntiSpamDirection is where the mail went, seen from the tenant.
	AntiSpamDirection string `json:"antiSpamDirection,omitzero"`
	AttachmentsCount  *int64 `json:"attachmentsCount,omitzero"`
	// DeliveryAction is what was done with the mail, DeliveryLocation where it ended up.
	DeliveryAction   string `json:"deliveryAction,omitzero"`
	DeliveryLocation string `json:"deliveryLocation,omitzero"`
	// InternetMessageID is the Message-ID header, in angle brackets.
	InternetMessageID string `json:"internetMessageId,omitzero"`
	Language          string `json:"language,omitzero"`
	// NetworkMessageID is the GUID that Exchange gave the mail; each copy after the fork of
	// recipients has its own.
	NetworkMessageID string `json:"networkMessageId,omitzero"`
	// P1Sender is the sender of the envelope (RFC 5321), P2Sender that of the From header (RFC
	// 5322).
	P1Sender              *EmailSender `json:"p1Sender,omitzero"`
	P2Sender              *EmailSender `json:"p2Sender,omitzero"`
	ReceivedDateTime      time.Time    `json:"receivedDateTime,omitzero"`
	RecipientEmailAddress string       `json:"recipientEmailAddress,omitzero"`
	// SenderIP is the address of the last relay. [TeamsMessage] spells its member senderIP.
	SenderIP string `json:"senderIp,omitzero"`
	Subject  string `json:"subject,omitzero"`
	// ThreatDetectionMethods are what found the threats.
	ThreatDetectionMethods []string `json:"threatDetectionMethods,omitzero"`
	Threats                []string `json:"threats,omitzero"`
	URLCount               *int64   `json:"urlCount,omitzero"`
	URLs                   []string `json:"urls,omitzero"`
	// URN is the name that automated investigation uses for the mail.
	URN string `json:"urn,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*AnalyzedMessage) ODataType() string { return namespace + "analyzedMessageEvidence" }

// EmailSender is the sender of a mail.
type EmailSender struct {
	DisplayName  string          `json:"displayName,omitzero"`
	DomainName   string          `json:"domainName,omitzero"`
	EmailAddress string          `json:"emailAddress,omitzero"`
	Extra        *jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// Mailbox is a mailbox and its owner (mailboxEvidence).
type Mailbox struct {
	Base
	DisplayName    string `json:"displayName,omitzero"`
	PrimaryAddress string `json:"primaryAddress,omitzero"`
	// UPN is the sign-in name of the owner.
	UPN         string       `json:"upn,omitzero"`
	UserAccount *UserAccount `json:"userAccount,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*Mailbox) ODataType() string { return namespace + "mailboxEvidence" }

// MailboxConfiguration is a rule or setting of a mailbox (mailboxConfigurationEvidence).
type MailboxConfiguration struct {
	Base
	// ConfigurationID is the id of the rule or setting.
	ConfigurationID   string                   `json:"configurationId,omitzero"`
	ConfigurationType MailboxConfigurationType `json:"configurationType,omitzero"`
	DisplayName       string                   `json:"displayName,omitzero"`
	// ExternalDirectoryObjectID is the owner's object in Entra ID.
	ExternalDirectoryObjectID string `json:"externalDirectoryObjectId,omitzero"`
	MailboxPrimaryAddress     string `json:"mailboxPrimaryAddress,omitzero"`
	// UPN is the sign-in name of the owner.
	UPN string `json:"upn,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*MailboxConfiguration) ODataType() string { return namespace + "mailboxConfigurationEvidence" }

// MailCluster is a set of mails that resemble each other (mailClusterEvidence).
type MailCluster struct {
	Base
	// ClusterBy names what the mails have in common, ClusterByValue is its value.
	ClusterBy         string   `json:"clusterBy,omitzero"`
	ClusterByValue    string   `json:"clusterByValue,omitzero"`
	EmailCount        *int64   `json:"emailCount,omitzero"`
	NetworkMessageIDs []string `json:"networkMessageIds,omitzero"`
	// Query finds the mails in Threat Explorer.
	Query string `json:"query,omitzero"`
	// URN is the name that automated investigation uses for the set.
	URN string `json:"urn,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*MailCluster) ODataType() string { return namespace + "mailClusterEvidence" }

// SubmissionMail is a mail that somebody reported (submissionMailEvidence).
type SubmissionMail struct {
	Base
	NetworkMessageID string `json:"networkMessageId,omitzero"`
	Recipient        string `json:"recipient,omitzero"`
	// ReportType is what it was reported as, such as phishing.
	ReportType         string    `json:"reportType,omitzero"`
	Sender             string    `json:"sender,omitzero"`
	SenderIP           string    `json:"senderIp,omitzero"`
	Subject            string    `json:"subject,omitzero"`
	SubmissionDateTime time.Time `json:"submissionDateTime,omitzero"`
	SubmissionID       string    `json:"submissionId,omitzero"`
	// Submitter is who reported it.
	Submitter string `json:"submitter,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*SubmissionMail) ODataType() string { return namespace + "submissionMailEvidence" }

// MailboxConfigurationType is what a [MailboxConfiguration] configures.
type MailboxConfigurationType string

// The members of [MailboxConfigurationType], with the names the API uses.
const (
	MailboxConfigurationTypeMailForwardingRule MailboxConfigurationType = "mailForwardingRule"
	MailboxConfigurationTypeOWASettings        MailboxConfigurationType = "owaSettings"
	MailboxConfigurationTypeEWSSettings        MailboxConfigurationType = "ewsSettings"
	MailboxConfigurationTypeMailDelegation     MailboxConfigurationType = "mailDelegation"
	MailboxConfigurationTypeUserInboxRule      MailboxConfigurationType = "userInboxRule"
	MailboxConfigurationTypeUnknownFutureValue MailboxConfigurationType = "unknownFutureValue"
)

var mailboxConfigurationTypeValues = [...]MailboxConfigurationType{
	MailboxConfigurationTypeMailForwardingRule, MailboxConfigurationTypeOWASettings, MailboxConfigurationTypeEWSSettings,
	MailboxConfigurationTypeMailDelegation, MailboxConfigurationTypeUserInboxRule,
	MailboxConfigurationTypeUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (MailboxConfigurationType) Values() []MailboxConfigurationType {
	return slices.Clone(mailboxConfigurationTypeValues[:])
}

// Known reports whether m is a member of the schema. Others are kept and written as they came.
func (m MailboxConfigurationType) Known() bool {
	return slices.Contains(mailboxConfigurationTypeValues[:], m)
}
