package entity

import (
	"strings"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// Problem is one thing that is wrong in a value: the path to it, the name of
// the rule, and a sentence that tells how to mend it.
type Problem = validate.Problem

// ValidationError is the error of every Validate method. Its field Problems
// lists all that is wrong, in reading order; Error prints one a line.
type ValidationError = validate.Error

// Type says what kind of thing an entity is. It is an open set: a value that
// is not among the constants is kept as it is, and refused by Validate, which
// also refuses those that only evidence has, such as [TypeDNS].
//
// Source: Learn, "entityDefinition resource type", manualAlertEntityType.
type Type string

// The entity types that a manual alert can name.
const (
	TypeUser                Type = "user"
	TypeDevice              Type = "device"
	TypeFile                Type = "file"
	TypeIP                  Type = "ip"
	TypeURL                 Type = "url"
	TypeCloudApplication    Type = "cloudApplication"
	TypeMailbox             Type = "mailbox"
	TypeSecurityGroup       Type = "securityGroup"
	TypeAzureResource       Type = "azureResource"
	TypeAmazonResource      Type = "amazonResource"
	TypeGoogleCloudResource Type = "googleCloudResource"
	TypeOAuthApplication    Type = "oAuthApplication"
	TypeEmailMessage        Type = "emailMessage"
	TypeEmailCluster        Type = "emailCluster"
	TypeProcess             Type = "process"
	TypeRegistryKey         Type = "registryKey"
	TypeRegistryValue       Type = "registryValue"
)

// Identifier says which of an entity's identifiers a value is. Which ones a
// type accepts is listed by [Kinds]; a [Key] can have others, such as
// [IdentifierMD5].
//
// Source: Learn, "entityDefinitionInput resource type".
type Identifier string

// The identifiers that the entity types accept.
const (
	IdentifierUserPrincipalName     Identifier = "userPrincipalName"
	IdentifierAadUserID             Identifier = "aadUserId"
	IdentifierSID                   Identifier = "sid"
	IdentifierDeviceID              Identifier = "deviceId"
	IdentifierDeviceName            Identifier = "deviceName"
	IdentifierSHA256                Identifier = "sha256"
	IdentifierSHA1                  Identifier = "sha1"
	IdentifierAddress               Identifier = "address"
	IdentifierURL                   Identifier = "url"
	IdentifierAppID                 Identifier = "appId"
	IdentifierName                  Identifier = "name"
	IdentifierMailboxPrimaryAddress Identifier = "mailboxPrimaryAddress"
	IdentifierDistinguishedName     Identifier = "distinguishedName"
	IdentifierObjectGUID            Identifier = "objectGuid"
	IdentifierResourceID            Identifier = "resourceId"
	IdentifierAmazonResourceID      Identifier = "amazonResourceId"
	IdentifierFullResourceName      Identifier = "fullResourceName"
	IdentifierOAuthAppID            Identifier = "oAuthAppId"
	IdentifierNetworkMessageID      Identifier = "networkMessageId"
	IdentifierKey                   Identifier = "key"
	IdentifierValueName             Identifier = "valueName"
)

// Role says whether an entity is an asset that the alert impacts or evidence
// related to it.
//
// Source: Learn, "entityDefinition resource type", entityDefinitionInputRole.
type Role string

// The roles. The portal wants at least one impacted asset in an alert.
const (
	RoleImpacted Role = "impacted"
	RoleRelated  Role = "related"
)

// maxValueLength is documented in Learn, "entityDefinitionInput resource type".
const maxValueLength = 1000

// Definition names one entity of an alert that is to be created: what it is,
// which identifier names it, the identifier's value, and the role it plays.
// One definition carries one identifier; the API has no way to give a second
// one for the same entity.
//
// Source: Learn, "entityDefinition resource type" (2026-08-25).
type Definition struct {
	// Type is what the entity is.
	Type Type `json:"entityType"`
	// Identifier says which of its identifiers Value is.
	Identifier Identifier `json:"entityIdentifier"`
	// Value is the identifier itself, of at most 1,000 characters.
	Value string `json:"identifierValue"`
	// Role is the part that the entity plays in the alert.
	Role Role `json:"role"`
}

// Impacted returns the definition as an asset that the alert impacts.
func (d Definition) Impacted() Definition {
	d.Role = RoleImpacted
	return d
}

// Related returns the definition as evidence related to the alert.
func (d Definition) Related() Definition {
	d.Role = RoleRelated
	return d
}

// String returns the definition as one line for people: user
// userPrincipalName "jo@contoso.com" (impacted).
func (d Definition) String() string {
	s := string(d.Type) + " " + string(d.Identifier) + " " + validate.Quote(d.Value)
	if d.Role != "" {
		s += " (" + string(d.Role) + ")"
	}
	return s
}

// Validate checks the definition: type, identifier, value and role are given,
// the identifier is one that the type accepts, and the value is well formed for
// it. The error is a [*ValidationError] with all problems. That a value is well
// formed does not prove that the thing exists.
func (d Definition) Validate() error {
	// Every rule here depends on the type, so none of them is a tag.
	var ps validate.Problems
	kind, ok := lookup(d.Type, d.Identifier)
	if !ok {
		d.kindProblems(&ps)
	}
	d.valueProblems(&ps, kind)
	switch d.Role {
	case RoleImpacted, RoleRelated:
	case "":
		ps.Add("role", "required", "is missing; give %s or %s", RoleImpacted, RoleRelated)
	default:
		ps.Add("role", "oneof", "is %s; give %s or %s", validate.Quote(string(d.Role)), RoleImpacted, RoleRelated)
	}
	return ps.Err()
}

func (d Definition) kindProblems(ps *validate.Problems) {
	accepted := identifiersOf(d.Type)
	switch {
	case d.Type == "":
		ps.Add("entityType", "required", "is missing; give one of %s", typeList())
	case accepted == "":
		ps.Add("entityType", "oneof", "is %s; give one of %s", validate.Quote(string(d.Type)), typeList())
	case d.Identifier == "":
		ps.Add("entityIdentifier", "required", "is missing; the type %s is identified by %s", d.Type, accepted)
	default:
		ps.Add("entityIdentifier", "identifier-kind", "is %s, but the type %s is identified by %s", validate.Quote(string(d.Identifier)), d.Type, accepted)
	}
}

func (d Definition) valueProblems(ps *validate.Problems, k kind) {
	switch {
	case strings.TrimSpace(d.Value) == "":
		ps.Add("identifierValue", "required", "is missing; give a value")
	case len(d.Value) > maxValueLength && utf8.RuneCountInString(d.Value) > maxValueLength:
		ps.Add("identifierValue", "max", "is longer than %d characters; shorten it", maxValueLength)
	case strings.TrimSpace(d.Value) != d.Value:
		ps.Add("identifierValue", "identifier-syntax", "has white space around it; remove it")
	case strings.ContainsFunc(d.Value, isControl):
		ps.Add("identifierValue", "identifier-syntax", "holds a control character or a broken one; remove it")
	case k.form != nil && !k.form.check(d.Value):
		ps.Add("identifierValue", "identifier-syntax", "%s is not %s", validate.Quote(d.Value), k.form.want)
	}
}

// Same reports whether two definitions name the same entity by the same
// identifier, whatever their roles: whether their keys are equal. Values that are
// spelled in different ways, such as hashes and principal names in capitals, are
// the same.
func (d Definition) Same(other Definition) bool { return d.Key(Scope{}) == other.Key(Scope{}) }
