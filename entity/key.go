package entity

import (
	"strings"

	"github.com/incidentkit/incidentkit/internal/validate"
)

// Strength says how well a [Key] tells its entity from all others.
type Strength uint8

// The strengths, weakest first.
const (
	// None is the strength of a key that identifies nobody: localhost, NT
	// AUTHORITY\SYSTEM, an empty GUID, the hash of the empty file, "n/a".
	None Strength = iota
	// Weak keys narrow the entity down; two things may share one.
	Weak
	// Strong keys identify one entity on their own.
	Strong
)

// String returns none, weak or strong.
func (s Strength) String() string {
	switch s {
	case Strong:
		return "strong"
	case Weak:
		return "weak"
	default:
		return "none"
	}
}

// Key is the canonical identity of an entity by one of its identifiers. Keys
// are comparable and may be the keys of a map: two keys are equal exactly if
// they say the same thing, however their values were spelled. An entity that is
// known by several identifiers has several keys.
//
// Make keys with [NewKey], [Scope.Key], [Definition.Key] or [SentinelKeys], and
// from evidence with evidence.AppendKeys. Whether a key is strong or weak
// follows Learn, "Microsoft Sentinel entity types reference" (2023-10-15).
type Key struct {
	Type       Type
	Identifier Identifier
	// Namespace is where the value is unique: a tenant, a workspace, a host, or
	// the address scope of a private IP address. It is empty for values that are
	// unique everywhere, and where the namespace is not known.
	Namespace string
	// Value is in canonical form. It is for comparing; people are better shown
	// the value the entity came with.
	Value    string
	Strength Strength
}

// String returns the key as one line for people: ip address "10.0.0.4" in
// "branch-7" (strong). It does not read back.
func (k Key) String() string {
	s := string(k.Type) + " " + string(k.Identifier) + " " + validate.Quote(k.Value)
	if k.Namespace != "" {
		s += " in " + validate.Quote(k.Namespace)
	}
	return s + " (" + k.Strength.String() + ")"
}

// Scope says where evidence was seen, for the identifiers that are unique only
// there. Every field may be empty; the zero Scope is usable, and gives values
// such as private addresses and process ids weak keys. Keys can be compared only
// if the same kind of scope was given for both.
type Scope struct {
	// Tenant is the Microsoft Entra tenant id, for names: host names, accounts
	// of Windows domains, cloud applications.
	Tenant string
	// Workspace names the Sentinel workspace. It stands in for Tenant and for
	// Address where those are empty.
	Workspace string
	// Host is an id or a name of the device, for what is unique on one device:
	// process ids, registry keys, file paths, built-in accounts.
	Host string
	// Address names the network in which private IP addresses are unique
	// (AddressScope of Sentinel's IP entity).
	Address string
}

// namespace picks the part of the scope that a value of the given reach lives in.
func (s Scope) namespace(r reach) string {
	switch r.within() {
	case inTenant:
		if s.Tenant != "" {
			return s.Tenant
		}
		return s.Workspace
	case inHost:
		return s.Host
	case inNetwork:
		if s.Address != "" {
			return s.Address
		}
		return s.Workspace
	default:
		return ""
	}
}

// Key returns the key of a value, in the part of the scope that a value of its
// kind is unique in.
func (s Scope) Key(t Type, id Identifier, value string) Key {
	value, r := canonical(t, id, value)
	return makeKey(t, id, s.namespace(r), value, r)
}

// Key returns the key of the definition, whatever its role. A definition that
// Validate refuses has a key too: it is weak, or identifies nobody.
func (d Definition) Key(scope Scope) Key { return scope.Key(d.Type, d.Identifier, d.Value) }

// NewKey returns the key of a value in a namespace. It brings both into
// canonical form and grades them: a value that is unique everywhere drops the
// namespace, one that is unique only in a namespace is weak without one, and one
// that identifies nobody has the strength [None] and no namespace. A value that
// does not have its identifier's form is weak.
//
// Composite identifiers, whose names have a plus sign, take the value that
// [CompositeValue] makes of the parts. A type or identifier that this package
// does not know is weak, and its value is left alone but for white space around
// it.
func NewKey(t Type, id Identifier, namespace, value string) Key {
	value, r := canonical(t, id, value)
	return makeKey(t, id, namespace, value, r)
}

// Normalize returns the canonical form of a value, which is the Value of its
// key. Normalizing twice changes nothing. The forms are
//
//   - GUIDs: lower case, hyphenated, without braces
//   - hashes, device ids and MAC addresses: lower case; MAC addresses with colons
//   - SIDs: a capital S, decimal numbers
//   - principal names and e-mail addresses: lower case on both sides of the @
//     (Exchange and Entra compare so), without smtp: and angle brackets, the
//     domain as a host name
//   - host names: lower case, without trailing dot, international labels in
//     their xn-- form
//   - IP addresses: the shortest form of RFC 5952, IPv4-mapped ones as IPv4,
//     without zone
//   - absolute URLs: scheme and host in lower case, without default port and
//     fragment, dot segments resolved, percent signs only before what needs them
//     and with capital digits, an empty path as /. The query keeps its order. A
//     relative or defanged URL (hxxp, [.]) is left alone
//   - Azure resource ids: lower case, without slash at the end
//   - registry keys: lower case, the hive by its long name
//   - file paths: lower case with backslashes, unless they start with a slash,
//     for then they are of a system that tells case apart
//   - distinguished names: lower case, without spaces around separators
//   - times: RFC 3339 in UTC, without trailing zeros
//   - names: lower case
func Normalize(t Type, id Identifier, value string) string {
	value, _ = canonical(t, id, value)
	return value
}

func makeKey(t Type, id Identifier, namespace, value string, r reach) Key {
	k := Key{Type: t, Identifier: id, Value: value}
	switch r.grade() {
	case nobody:
		return k
	case unique:
		k.Strength = Strong
		return k
	}
	if namespace != "" {
		namespace = foldCase(strings.TrimSpace(namespace))
		if !isNull(namespace) {
			k.Namespace = namespace
		}
	}
	k.Strength = Weak
	if g := r.grade(); g == strong || g == scoped && k.Namespace != "" {
		k.Strength = Strong
	}
	return k
}

// A reach says how far a value identifies: a grade, and the part of a [Scope]
// that it is unique in.
type reach uint8

const (
	nobody reach = iota // identifies nothing
	weak                // weak in any namespace
	scoped              // strong in a namespace, weak without one
	strong              // strong with or without a namespace
	unique              // strong, and the same everywhere

	inTenant  reach = 1 << 4
	inHost    reach = 2 << 4
	inNetwork reach = 3 << 4
)

func (r reach) grade() reach  { return r & 0x0f }
func (r reach) within() reach { return r & 0xf0 }

// capWeak returns the grade of r, but not more than weak.
func capWeak(r reach) reach { return min(r.grade(), weak) }

// canonical brings a value into canonical form and says how far it identifies.
func canonical(t Type, id Identifier, value string) (string, reach) {
	value = strings.TrimSpace(value)
	k, ok := lookup(t, id)
	if !ok {
		k, ok = find(evidenceKinds[:], t, id)
	}
	r := weak | inTenant
	if ok {
		value, r = k.form.canonical(value)
	}
	if isNull(value) {
		return foldCase(value), nobody
	}
	return value, r
}

// HashKey returns the key of a file by the hash of its content. The algorithm is
// md5, sha1, sha256 or sha256ac, in any case; if it is another, the length of
// the hash decides between the first three.
func HashKey(algorithm, hash string) Key {
	var id Identifier
	switch algorithm = foldCase(strings.TrimSpace(algorithm)); {
	case algorithm == string(IdentifierSHA256AC):
		id = IdentifierSHA256AC
	case algorithm == string(IdentifierMD5), algorithm == string(IdentifierSHA1), algorithm == string(IdentifierSHA256):
		id = Identifier(algorithm)
	default:
		switch len(strings.TrimSpace(hash)) {
		case 32:
			id = IdentifierMD5
		case 40:
			id = IdentifierSHA1
		case 64:
			id = IdentifierSHA256
		default:
			id = Identifier(algorithm)
		}
	}
	return NewKey(TypeFile, id, "", hash)
}
