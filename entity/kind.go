package entity

import (
	"iter"
	"strings"
)

// A kind is a pair of type and identifier that the service accepts, with the
// form of its values.
type kind struct {
	entity     Type
	identifier Identifier
	form       *form
}

// kinds is the table of Learn, "entityDefinitionInput resource type"
// (2026-06-05), in its order. The page names the identifiers and gives their
// values no form; the forms are those of the things themselves, and where none
// is documented the choice is explained at the form.
var kinds = [...]kind{
	{TypeUser, IdentifierUserPrincipalName, &principalName},
	{TypeUser, IdentifierAadUserID, &guid},
	{TypeUser, IdentifierSID, &sid},
	{TypeDevice, IdentifierDeviceID, &deviceID},
	{TypeDevice, IdentifierDeviceName, &deviceName},
	{TypeFile, IdentifierSHA256, &sha256},
	{TypeFile, IdentifierSHA1, &sha1},
	{TypeIP, IdentifierAddress, &address},
	{TypeURL, IdentifierURL, &absoluteURL},
	{TypeCloudApplication, IdentifierAppID, &cloudAppID},
	{TypeCloudApplication, IdentifierName, &anyName},
	{TypeMailbox, IdentifierMailboxPrimaryAddress, &mailAddress},
	{TypeSecurityGroup, IdentifierDistinguishedName, &distinguishedName},
	{TypeSecurityGroup, IdentifierObjectGUID, &guid},
	{TypeSecurityGroup, IdentifierSID, &sid},
	{TypeAzureResource, IdentifierResourceID, &azureResourceID},
	{TypeAmazonResource, IdentifierAmazonResourceID, &amazonResourceName},
	{TypeGoogleCloudResource, IdentifierFullResourceName, &googleFullResourceName},
	{TypeOAuthApplication, IdentifierOAuthAppID, &oAuthAppID},
	{TypeEmailMessage, IdentifierNetworkMessageID, &networkMessageID},
	{TypeEmailCluster, IdentifierNetworkMessageID, &clusterMessageID},
	{TypeProcess, IdentifierSHA1, &imageSHA1},
	{TypeProcess, IdentifierSHA256, &imageSHA256},
	{TypeRegistryKey, IdentifierKey, &registryKey},
	{TypeRegistryValue, IdentifierKey, &valuesKey},
	{TypeRegistryValue, IdentifierValueName, &valueName},
}

// Kind is a pair of entity type and identifier that the service accepts.
type Kind struct {
	// Type and Identifier are the pair.
	Type       Type
	Identifier Identifier
	// Form says in words what a value looks like, with an example.
	Form string
}

// Kinds yields all pairs of type and identifier that the service accepts, in
// the order of Microsoft's table.
func Kinds() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for _, k := range kinds {
			if !yield(Kind{k.entity, k.identifier, k.form.want}) {
				return
			}
		}
	}
}

func lookup(t Type, id Identifier) (kind, bool) { return find(kinds[:], t, id) }

func find(table []kind, t Type, id Identifier) (kind, bool) {
	for i := range table {
		if table[i].identifier == id && table[i].entity == t {
			return table[i], true
		}
	}
	return kind{}, false
}

// identifiersOf lists the identifiers of a type for a message; it is empty for
// a type that does not exist.
func identifiersOf(t Type) string {
	var names []string
	for _, k := range kinds {
		if k.entity == t {
			names = append(names, string(k.identifier))
		}
	}
	return strings.Join(names, " or ")
}

func typeList() string {
	var names []string
	last := Type("")
	for _, k := range kinds {
		if k.entity != last {
			names = append(names, string(k.entity))
		}
		last = k.entity
	}
	return strings.Join(names, ", ")
}
