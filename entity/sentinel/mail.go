package sentinel

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// MailMessage is a mail. Of a mail with several recipients, each has a copy of
// its own.
type MailMessage struct {
	Base
	// NetworkMessageID is the GUID that Exchange gave the mail, InternetMessageID
	// its Message-ID header.
	NetworkMessageID  string    `json:"networkMessageId,omitzero"`
	InternetMessageID string    `json:"internetMessageId,omitzero"`
	Recipient         string    `json:"recipient,omitzero"`
	Subject           string    `json:"subject,omitzero"`
	ReceiveDate       time.Time `json:"receiveDate,omitzero"`
	SenderIP          string    `json:"senderIP,omitzero"`
	// P1Sender and its display name and domain are of the envelope (RFC 5321),
	// P2Sender of the From header (RFC 5322).
	P1Sender            string           `json:"p1Sender,omitzero"`
	P1SenderDisplayName string           `json:"p1SenderDisplayName,omitzero"`
	P1SenderDomain      string           `json:"p1SenderDomain,omitzero"`
	P2Sender            string           `json:"p2Sender,omitzero"`
	P2SenderDisplayName string           `json:"p2SenderDisplayName,omitzero"`
	P2SenderDomain      string           `json:"p2SenderDomain,omitzero"`
	AntispamDirection   MailDirection    `json:"antispamDirection,omitzero"`
	DeliveryAction      DeliveryAction   `json:"deliveryAction,omitzero"`
	DeliveryLocation    DeliveryLocation `json:"deliveryLocation,omitzero"`
	Language            string           `json:"language,omitzero"`
	Threats             []string         `json:"threats,omitzero"`
	// ThreatDetectionMethods are what found the threats.
	ThreatDetectionMethods []string `json:"threatDetectionMethods,omitzero"`
	URLs                   []string `json:"urls,omitzero"`
	// FileEntityIDs name the attachments.
	FileEntityIDs []string `json:"fileEntityIds,omitzero"`
	// BodyFingerprintBin1 to 5 are a fingerprint of the body.
	BodyFingerprintBin1 *int32 `json:"bodyFingerprintBin1,omitzero"`
	BodyFingerprintBin2 *int32 `json:"bodyFingerprintBin2,omitzero"`
	BodyFingerprintBin3 *int32 `json:"bodyFingerprintBin3,omitzero"`
	BodyFingerprintBin4 *int32 `json:"bodyFingerprintBin4,omitzero"`
	BodyFingerprintBin5 *int32 `json:"bodyFingerprintBin5,omitzero"`
}

// Kind returns [KindMailMessage].
func (*MailMessage) Kind() Kind { return KindMailMessage }

// MailCluster is a set of mails that resemble each other.
type MailCluster struct {
	Base
	// NetworkMessageIDs are the mails, MailCount is how many they are.
	NetworkMessageIDs []string `json:"networkMessageIds,omitzero"`
	MailCount         *int32   `json:"mailCount,omitzero"`
	// Query is what found the mails, at QueryTime.
	Query     string    `json:"query,omitzero"`
	QueryTime time.Time `json:"queryTime,omitzero"`
	// Source is where the cluster comes from; the default is O365 ATP.
	Source       string   `json:"source,omitzero"`
	Threats      []string `json:"threats,omitzero"`
	ClusterGroup string   `json:"clusterGroup,omitzero"`
	// ClusterQueryStartTime and ClusterQueryEndTime bound the query.
	ClusterQueryStartTime   time.Time `json:"clusterQueryStartTime,omitzero"`
	ClusterQueryEndTime     time.Time `json:"clusterQueryEndTime,omitzero"`
	ClusterSourceIdentifier string    `json:"clusterSourceIdentifier,omitzero"`
	ClusterSourceType       string    `json:"clusterSourceType,omitzero"`
	// CountByDeliveryStatus, CountByProtectionStatus and CountByThreatType are
	// objects of counts, of which no form is specified.
	CountByDeliveryStatus   jsontext.Value `json:"countByDeliveryStatus,omitzero"`
	CountByProtectionStatus jsontext.Value `json:"countByProtectionStatus,omitzero"`
	CountByThreatType       jsontext.Value `json:"countByThreatType,omitzero"`
	// IsVolumeAnomaly tells that there are unusually many.
	IsVolumeAnomaly *bool `json:"isVolumeAnomaly,omitzero"`
}

// Kind returns [KindMailCluster].
func (*MailCluster) Kind() Kind { return KindMailCluster }

// Mailbox is a mailbox.
type Mailbox struct {
	Base
	MailboxPrimaryAddress string `json:"mailboxPrimaryAddress,omitzero"`
	DisplayName           string `json:"displayName,omitzero"`
	// UPN is the sign-in name of the owner.
	UPN string `json:"upn,omitzero"`
	// ExternalDirectoryObjectID is the owner's id in Microsoft Entra, as Exchange
	// keeps it.
	ExternalDirectoryObjectID string `json:"externalDirectoryObjectId,omitzero"`
}

// Kind returns [KindMailbox].
func (*Mailbox) Kind() Kind { return KindMailbox }

// SubmissionMail is a mail that somebody reported.
type SubmissionMail struct {
	Base
	SubmissionID   string    `json:"submissionId,omitzero"`
	SubmissionDate time.Time `json:"submissionDate,omitzero"`
	// Submitter is who reported it, ReportType as what: Junk, Phish, Malware or
	// NotJunk.
	Submitter        string `json:"submitter,omitzero"`
	ReportType       string `json:"reportType,omitzero"`
	NetworkMessageID string `json:"networkMessageId,omitzero"`
	// Timestamp is when the mail was received.
	Timestamp time.Time `json:"timestamp,omitzero"`
	Recipient string    `json:"recipient,omitzero"`
	Sender    string    `json:"sender,omitzero"`
	SenderIP  string    `json:"senderIp,omitzero"`
	Subject   string    `json:"subject,omitzero"`
}

// Kind returns [KindSubmissionMail].
func (*SubmissionMail) Kind() Kind { return KindSubmissionMail }
