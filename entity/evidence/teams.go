package evidence

import (
	"slices"
	"time"
)

// TeamsMessage is a message in Microsoft Teams (teamsMessageEvidence).
type TeamsMessage struct {
	Base
	CampaignID       string                     `json:"campaignId,omitzero"`
	ChannelID        string                     `json:"channelId,omitzero"`
	DeliveryAction   TeamsMessageDeliveryAction `json:"deliveryAction,omitzero"`
	DeliveryLocation TeamsDeliveryLocation      `json:"deliveryLocation,omitzero"`
	Files            []File                     `json:"files,omitzero"`
	// GroupID is the team, ChannelID the channel; a chat has neither.
	GroupID string `json:"groupId,omitzero"`
	// IsExternal tells that the message came from outside the tenant.
	IsExternal *bool `json:"isExternal,omitzero"`
	// IsOwned tells that the message belongs to the tenant.
	IsOwned              *bool                  `json:"isOwned,omitzero"`
	LastModifiedDateTime time.Time              `json:"lastModifiedDateTime,omitzero"`
	MessageDirection     AntispamTeamsDirection `json:"messageDirection,omitzero"`
	MessageID            string                 `json:"messageId,omitzero"`
	// OwningTenantID is the tenant that the message belongs to.
	OwningTenantID    string    `json:"owningTenantId,omitzero"`
	ParentMessageID   string    `json:"parentMessageId,omitzero"`
	ReceivedDateTime  time.Time `json:"receivedDateTime,omitzero"`
	Recipients        []string  `json:"recipients,omitzero"`
	SenderFromAddress string    `json:"senderFromAddress,omitzero"`
	// SenderIP is the address of the sender. [AnalyzedMessage] spells its member senderIp.
	SenderIP             string   `json:"senderIP,omitzero"`
	SourceAppName        string   `json:"sourceAppName,omitzero"`
	SourceID             string   `json:"sourceId,omitzero"`
	Subject              string   `json:"subject,omitzero"`
	SuspiciousRecipients []string `json:"suspiciousRecipients,omitzero"`
	ThreadID             string   `json:"threadId,omitzero"`
	// ThreadType is the kind of conversation.
	ThreadType string `json:"threadType,omitzero"`
	URLs       []URL  `json:"urls,omitzero"`
}

// ODataType returns the name that @odata.type has for the type.
func (*TeamsMessage) ODataType() string { return namespace + "teamsMessageEvidence" }

// AntispamTeamsDirection is where a message went, seen from the tenant.
type AntispamTeamsDirection string

// The members of [AntispamTeamsDirection], with the names the API uses.
const (
	AntispamTeamsDirectionUnknown            AntispamTeamsDirection = "unknown"
	AntispamTeamsDirectionInbound            AntispamTeamsDirection = "inbound"
	AntispamTeamsDirectionOutbound           AntispamTeamsDirection = "outbound"
	AntispamTeamsDirectionIntraorg           AntispamTeamsDirection = "intraorg"
	AntispamTeamsDirectionUnknownFutureValue AntispamTeamsDirection = "unknownFutureValue"
)

var antispamTeamsDirectionValues = [...]AntispamTeamsDirection{
	AntispamTeamsDirectionUnknown, AntispamTeamsDirectionInbound, AntispamTeamsDirectionOutbound,
	AntispamTeamsDirectionIntraorg, AntispamTeamsDirectionUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (AntispamTeamsDirection) Values() []AntispamTeamsDirection {
	return slices.Clone(antispamTeamsDirectionValues[:])
}

// Known reports whether a is a member of the schema. Others are kept and written as they came.
func (a AntispamTeamsDirection) Known() bool {
	return slices.Contains(antispamTeamsDirectionValues[:], a)
}

// TeamsDeliveryLocation is where a message ended up.
type TeamsDeliveryLocation string

// The members of [TeamsDeliveryLocation], with the names the API uses.
const (
	TeamsDeliveryLocationUnknown            TeamsDeliveryLocation = "unknown"
	TeamsDeliveryLocationTeams              TeamsDeliveryLocation = "teams"
	TeamsDeliveryLocationQuarantine         TeamsDeliveryLocation = "quarantine"
	TeamsDeliveryLocationFailed             TeamsDeliveryLocation = "failed"
	TeamsDeliveryLocationUnknownFutureValue TeamsDeliveryLocation = "unknownFutureValue"
)

var teamsDeliveryLocationValues = [...]TeamsDeliveryLocation{
	TeamsDeliveryLocationUnknown, TeamsDeliveryLocationTeams, TeamsDeliveryLocationQuarantine,
	TeamsDeliveryLocationFailed, TeamsDeliveryLocationUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (TeamsDeliveryLocation) Values() []TeamsDeliveryLocation {
	return slices.Clone(teamsDeliveryLocationValues[:])
}

// Known reports whether t is a member of the schema. Others are kept and written as they came.
func (t TeamsDeliveryLocation) Known() bool {
	return slices.Contains(teamsDeliveryLocationValues[:], t)
}

// TeamsMessageDeliveryAction is what was done with a message.
type TeamsMessageDeliveryAction string

// The members of [TeamsMessageDeliveryAction], with the names the API uses.
const (
	TeamsMessageDeliveryActionUnknown            TeamsMessageDeliveryAction = "unknown"
	TeamsMessageDeliveryActionDeliveredAsSpam    TeamsMessageDeliveryAction = "deliveredAsSpam"
	TeamsMessageDeliveryActionDelivered          TeamsMessageDeliveryAction = "delivered"
	TeamsMessageDeliveryActionBlocked            TeamsMessageDeliveryAction = "blocked"
	TeamsMessageDeliveryActionReplaced           TeamsMessageDeliveryAction = "replaced"
	TeamsMessageDeliveryActionUnknownFutureValue TeamsMessageDeliveryAction = "unknownFutureValue"
)

var teamsMessageDeliveryActionValues = [...]TeamsMessageDeliveryAction{
	TeamsMessageDeliveryActionUnknown, TeamsMessageDeliveryActionDeliveredAsSpam, TeamsMessageDeliveryActionDelivered,
	TeamsMessageDeliveryActionBlocked, TeamsMessageDeliveryActionReplaced, TeamsMessageDeliveryActionUnknownFutureValue,
}

// Values lists the members in the order of the schema.
func (TeamsMessageDeliveryAction) Values() []TeamsMessageDeliveryAction {
	return slices.Clone(teamsMessageDeliveryActionValues[:])
}

// Known reports whether t is a member of the schema. Others are kept and written as they came.
func (t TeamsMessageDeliveryAction) Known() bool {
	return slices.Contains(teamsMessageDeliveryActionValues[:], t)
}
