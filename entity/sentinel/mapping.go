package sentinel

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/entity"
)

// Mapping names one entity in a bookmark by up to three identifiers.
//
// Source: the REST specification of Microsoft.SecurityInsights, api-version
// 2025-07-01-preview, BookmarkEntityMappings.
type Mapping struct {
	// EntityType is the kind as [Kind.MappingType] spells it.
	EntityType string `json:"entityType,omitzero"`
	// FieldMappings are its identifiers.
	FieldMappings []FieldMapping `json:"fieldMappings,omitzero"`
	Unknown       jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// FieldMapping is one identifier, named as in the column Entities.
type FieldMapping struct {
	Identifier string         `json:"identifier,omitzero"`
	Value      string         `json:"value,omitzero"`
	Unknown    jsontext.Value `json:",embed,inline"` // members that are newer, see [Base]
}

// mappingRows say which identifiers of Sentinel a definition becomes; several are
// the parts that its value is split into.
//
// Source: Learn, "Microsoft Sentinel entity types reference" (2023-10-15).
var mappingRows = [...]struct {
	entity      entity.Type
	identifier  entity.Identifier
	kind        Kind
	identifiers []string
}{
	{entity.TypeUser, entity.IdentifierUserPrincipalName, KindAccount, []string{"Name", "UPNSuffix"}},
	{entity.TypeUser, entity.IdentifierAadUserID, KindAccount, []string{"AadUserId"}},
	{entity.TypeUser, entity.IdentifierSID, KindAccount, []string{"Sid"}},
	{entity.TypeDevice, entity.IdentifierDeviceName, KindHost, []string{"HostName", "DnsDomain"}},
	{entity.TypeFile, entity.IdentifierSHA256, KindFileHash, []string{"Algorithm", "Value"}},
	{entity.TypeFile, entity.IdentifierSHA1, KindFileHash, []string{"Algorithm", "Value"}},
	{entity.TypeIP, entity.IdentifierAddress, KindIP, []string{"Address"}},
	{entity.TypeURL, entity.IdentifierURL, KindURL, []string{"Url"}},
	{entity.TypeCloudApplication, entity.IdentifierAppID, KindCloudApplication, []string{"AppId"}},
	{entity.TypeCloudApplication, entity.IdentifierName, KindCloudApplication, []string{"Name"}},
	{entity.TypeMailbox, entity.IdentifierMailboxPrimaryAddress, KindMailbox, []string{"MailboxPrimaryAddress"}},
	{entity.TypeSecurityGroup, entity.IdentifierDistinguishedName, KindSecurityGroup, []string{"DistinguishedName"}},
	{entity.TypeSecurityGroup, entity.IdentifierObjectGUID, KindSecurityGroup, []string{"ObjectGuid"}},
	{entity.TypeSecurityGroup, entity.IdentifierSID, KindSecurityGroup, []string{"SID"}},
	{entity.TypeAzureResource, entity.IdentifierResourceID, KindAzureResource, []string{"ResourceId"}},
	{entity.TypeEmailMessage, entity.IdentifierNetworkMessageID, KindMailMessage, []string{"NetworkMessageId"}},
	{entity.TypeEmailCluster, entity.IdentifierNetworkMessageID, KindMailCluster, []string{"NetworkMessageIds"}},
	{entity.TypeRegistryKey, entity.IdentifierKey, KindRegistryKey, []string{"Hive", "Key"}},
	{entity.TypeRegistryValue, entity.IdentifierValueName, KindRegistryValue, []string{"Name"}},
}

// MappingOf makes of a definition in a draft what a bookmark takes. It is false,
// with the reason, for a definition that Sentinel cannot say in that way: a device
// by its id in Defender, a resource of another cloud, an OAuth application, a
// process by the hash of its image, and a registry value by its key. A file by its
// hash becomes the hash.
func MappingOf(d entity.Definition) (m Mapping, reason string, ok bool) {
	for i := range mappingRows {
		row := &mappingRows[i]
		if row.entity != d.Type || row.identifier != d.Identifier {
			continue
		}
		m.EntityType = row.kind.MappingType()
		for n, value := range split(row.kind, d) {
			if value != "" {
				m.FieldMappings = append(m.FieldMappings, FieldMapping{Identifier: row.identifiers[n], Value: value})
			}
		}
		return m, "", true
	}
	return Mapping{}, "Sentinel's entity mappings have no identifier for a " + string(d.Type) + " by its " + string(d.Identifier), false
}

// split takes a value apart into the identifiers of its row.
func split(k Kind, d entity.Definition) []string {
	switch k {
	case KindAccount:
		if d.Identifier == entity.IdentifierUserPrincipalName {
			name, suffix, _ := strings.Cut(d.Value, "@")
			return []string{name, suffix}
		}
	case KindHost:
		name, domain, _ := strings.Cut(strings.TrimSuffix(d.Value, "."), ".")
		return []string{name, domain}
	case KindFileHash:
		return []string{strings.ToUpper(string(d.Identifier)), d.Value}
	case KindRegistryKey:
		// The canonical form has the hive by its long name.
		hive, key, _ := strings.Cut(d.Value, `\`)
		long, _, _ := strings.Cut(entity.Normalize(d.Type, d.Identifier, d.Value), `\`)
		if long != "" {
			hive = strings.ToUpper(long)
		}
		return []string{hive, key}
	}
	return []string{d.Value}
}
