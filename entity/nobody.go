package entity

import "strings"

// What identifies nobody. Sources: Learn, "Microsoft Sentinel entity types
// reference", for the account names that Sentinel drops; [MS-DTYP] 2.4.2.4,
// "Well-Known SID Structures"; the null encodings are those of log pipelines.

// isNull recognises the ways to write that there is no value.
func isNull(s string) bool {
	if len(s) > len("not available") {
		return false
	}
	switch s {
	case "", "-", "--", "?":
		return true
	}
	for _, word := range [...]string{"null", "(null)", "<null>", "nil", "none", "n/a", "#n/a", "undefined", "unknown", "not available"} {
		if len(s) == len(word) && strings.EqualFold(s, word) {
			return true
		}
	}
	return false
}

// isRepeated reports whether s, in lower case, has no digits but the given one.
// GUIDs, hashes and MAC addresses of zeros or fs are placeholders.
func isRepeated(s string, digit byte) bool {
	for i := range len(s) {
		if s[i] != digit && s[i] != '-' && s[i] != ':' {
			return false
		}
	}
	return true
}

func isPlaceholder(s string) bool { return isRepeated(s, '0') || isRepeated(s, 'f') }

// isEmptyFile recognises the hashes of no bytes at all.
func isEmptyFile(hash string) bool {
	switch hash {
	case "d41d8cd98f00b204e9800998ecf8427e",
		"da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855":
		return true
	}
	return false
}

// isLocalhost recognises, in canonical form, the names every host has for itself.
func isLocalhost(host string) bool {
	switch host {
	case "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback", "loopback":
		return true
	}
	return strings.HasSuffix(host, ".localhost")
}

// isDroppedAccount recognises, in lower case, the names that Sentinel drops an
// account for which it knows nothing but the name.
func isDroppedAccount(name string) bool {
	switch name {
	case "admin", "administrator", "system", "root", "anonymous", "authenticated user", "network", "null",
		"local system", "localsystem", "network service":
		return true
	}
	return false
}

// accountDomain says how far the accounts of a domain reach, in lower case. The
// accounts of the operating system exist on every computer; those of a service,
// an application pool or a workgroup are those of one computer.
func accountDomain(domain string) reach {
	switch domain {
	case "nt authority", "nt-autorität", "autorite nt", "autoridad nt", "autorità nt", "window manager", "font driver host":
		return nobody
	case "", ".", "builtin", "localhost", "nt service", "iis apppool", "nt virtual machine", "workgroup", "mshome":
		return scoped | inHost
	}
	return strong | inTenant
}

// sidAuthorities are the beginnings of SIDs, with how far a SID that starts so
// reaches.
var sidAuthorities = [...]struct {
	prefix string
	reach  reach
}{
	{"S-1-5-21-", unique}, // a domain or computer
	{"S-1-12-1-", unique}, // an object of Entra ID
	{"S-1-11-", unique},   // a Microsoft account
	{"S-1-0-", nobody},    // Nobody
	{"S-1-1-", nobody},    // Everyone
	{"S-1-2-", nobody},    // whoever is logged on locally
	{"S-1-3-", nobody},    // placeholders for creator and owner
	{"S-1-16-", nobody},   // integrity levels
	{"S-1-18-", nobody},   // how an identity was asserted
	{"S-1-5-64-", nobody}, // authentication packages
	{"S-1-5-65-", nobody}, // this organization's certificate
	{"S-1-5-90-", nobody}, // Window Manager
	{"S-1-5-96-", nobody}, // Font Driver Host
}

// sidReach says how far a SID in canonical form reaches. Those with one number
// after S-1-5 (SYSTEM is S-1-5-18) and the zeroth services and machines
// (S-1-5-80-0, all services) are the same everywhere. What is left, such as the
// built-in groups and the accounts of services, Microsoft counts as strong only
// together with the host.
func sidReach(sid string) reach {
	for _, a := range sidAuthorities {
		if strings.HasPrefix(sid, a.prefix) {
			return a.reach
		}
	}
	if last, ok := strings.CutPrefix(sid, "S-1-5-"); ok && (!strings.Contains(last, "-") || last == "80-0" || last == "83-0") {
		return nobody
	}
	return scoped | inHost
}
