package correlation

import (
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/incident"
)

// proofKind is a kind of evidence: the type of a value, in words, and the reason
// that Microsoft Graph has for it. Graph has more reasons than there are kinds
// of entities, and no page says which is meant for which; the choice is ours.
type proofKind struct {
	entity entity.Type
	words  string
	reason incident.CorrelationReason
}

// The kinds that are no entity's, by their place in proofKinds.
const (
	kindOther uint8 = iota
	kindRepeat
	kindTwin
	kindTactic
	kindPerson
	kindDetector
)

var proofKinds = [...]proofKind{
	{"", "value", incident.ReasonSimilarArtifacts},
	{"", "the same alert again", incident.ReasonRepeatedAlertOccurrence},
	{"", "events that two sensors report", incident.ReasonTemporalProximity},
	{"", "a later tactic", incident.ReasonEventSequence},
	{"", "a person's decision", ""},
	{typeDetector, "detector", incident.ReasonSimilarTTPsOrBehavior},
	{typeActor, "actor", incident.ReasonSameActor},
	{entity.TypeUser, "user", incident.ReasonSameAsset},
	{entity.TypeDevice, "device", incident.ReasonSameAsset},
	{entity.TypeMailbox, "mailbox", incident.ReasonSameAsset},
	{entity.TypeIP, "IP address", incident.ReasonSameThreatSource},
	{entity.TypeURL, "URL", incident.ReasonSharedIndicators},
	{entity.TypeFile, "file", incident.ReasonSharedIndicators},
	{entity.TypeProcess, "process", incident.ReasonSimilarArtifacts},
	{entity.TypeRegistryKey, "registry key", incident.ReasonSimilarArtifacts},
	{entity.TypeRegistryValue, "registry value", incident.ReasonSimilarArtifacts},
	{entity.TypeEmailMessage, "e-mail", incident.ReasonSharedIndicators},
	{entity.TypeEmailCluster, "e-mail cluster", incident.ReasonSameCampaign},
	{entity.TypeSubmissionMail, "submitted e-mail", incident.ReasonSharedIndicators},
	{entity.TypeMalware, "malware", incident.ReasonSameCampaign},
	{entity.TypeDNS, "DNS name", incident.ReasonSharedIndicators},
	{entity.TypeNetworkConnection, "connection", incident.ReasonNetworkProximity},
	{entity.TypeNIC, "network adapter", incident.ReasonSameAsset},
	{entity.TypeCloudApplication, "cloud application", incident.ReasonSimilarArtifacts},
	{entity.TypeOAuthApplication, "OAuth application", incident.ReasonSharedIndicators},
	{entity.TypeServicePrincipal, "service principal", incident.ReasonSameAsset},
	{entity.TypeSecurityGroup, "security group", incident.ReasonSimilarArtifacts},
	{entity.TypeAzureResource, "Azure resource", incident.ReasonSameAsset},
	{entity.TypeAmazonResource, "AWS resource", incident.ReasonSameAsset},
	{entity.TypeGoogleCloudResource, "Google Cloud resource", incident.ReasonSameAsset},
	{entity.TypeCloudLogonRequest, "logon request", incident.ReasonSimilarArtifacts},
	{entity.TypeCloudLogonSession, "cloud session", incident.ReasonSimilarArtifacts},
	{entity.TypeHostLogonSession, "logon session", incident.ReasonSimilarArtifacts},
	{entity.TypeContainer, "container", incident.ReasonSameAsset},
	{entity.TypeContainerImage, "container image", incident.ReasonSimilarArtifacts},
	{entity.TypeKubernetesPod, "pod", incident.ReasonSameAsset},
	{entity.TypeKubernetesCluster, "cluster", incident.ReasonSameAsset},
	{entity.TypeIoTDevice, "IoT device", incident.ReasonSameAsset},
}

var kindNumbers = func() map[entity.Type]uint8 {
	m := map[entity.Type]uint8{}
	for i, k := range proofKinds {
		if k.entity != "" {
			m[k.entity] = uint8(i)
		}
	}
	return m
}()

// kindOf returns the kind of a value, kindOther for types that have no words.
func kindOf(t entity.Type) uint8 { return kindNumbers[t] }
