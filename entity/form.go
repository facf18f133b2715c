package entity

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// A form is the syntax of an identifier's values: how to recognise a value that
// is well formed, and how to bring any value into canonical form. The checks are
// called with a value that is not empty, has no white space around it and no
// control characters in it.
type form struct {
	check func(string) bool
	// want completes the sentence "… is not …".
	want string
	// canon returns the canonical form of a value without white space around it,
	// and how far it identifies.
	canon func(string) (string, reach)

	// A composite identifier has parts, and the reach of a value that has them
	// all, instead of canon.
	parts []*form
	reach reach
}

var (
	principalName = form{check: isPrincipalName, want: "a user principal name such as jo@contoso.com", canon: canonMail}
	guid          = form{check: isGUID, want: "a GUID such as 8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", canon: canonGUID}
	sid           = form{check: isSID, want: "a security identifier such as S-1-5-21-397955417-626881126-188441444-1010", canon: canonSID}
	sha1          = form{check: isSHA1, want: "a SHA-1 hash; that is 40 hexadecimal digits", canon: canonHash}
	sha256        = form{check: isSHA256, want: "a SHA-256 hash; that is 64 hexadecimal digits", canon: canonHash}
	imageSHA1     = form{check: isSHA1, want: "a SHA-1 hash; that is 40 hexadecimal digits", canon: canonImageHash}
	imageSHA256   = form{check: isSHA256, want: "a SHA-256 hash; that is 64 hexadecimal digits", canon: canonImageHash}
	address       = form{check: isAddress, want: "an IPv4 or IPv6 address such as 203.0.113.7 or 2001:db8::7, without port, mask or zone", canon: canonAddress}
	absoluteURL   = form{check: isAbsoluteURL, want: "an absolute URL such as https://contoso.com/path", canon: canonURL}
	mailAddress   = form{check: isMailAddress, want: "an e-mail address such as jo@contoso.com", canon: canonMail}

	// A device id is 40 hexadecimal digits in Defender for Endpoint and a GUID
	// in Entra; the example of the documentation page is neither. So any one
	// word of letters, digits and hyphens passes.
	deviceID   = form{check: isDeviceID, want: "a device id; that is one word of letters, digits and hyphens", canon: canonDeviceID}
	deviceName = form{check: isHostName, want: "a device name such as ws-17 or ws-17.contoso.com", canon: canonHostName}

	// Evidence carries the id of a cloud application as a whole number
	// (cloudApplicationEvidence.appId), which is what the catalogue of Defender
	// for Cloud Apps uses; Entra's own id of an application is a GUID. The
	// input is documented as a string, so both pass.
	cloudAppID = form{check: isCloudAppID, want: "the id of a cloud application; that is a whole number such as 20893, or a GUID", canon: canonAppID}

	// An OAuth application of Entra has a GUID, one of Google or Salesforce
	// something else; no form is documented.
	oAuthAppID = form{check: isOAuthAppID, want: "the id of an OAuth application; that is one word, in Entra a GUID", canon: canonOAuthAppID}

	// The network message id that Exchange Online stamps on a message is a GUID.
	networkMessageID = form{check: isGUID, want: "a network message id; that is a GUID such as 8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", canon: canonGUID}
	// A cluster is named by one of its messages, which may be in others too.
	clusterMessageID = form{check: isGUID, want: "a network message id; that is a GUID such as 8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", canon: canonWeakGUID}

	distinguishedName      = form{check: isDistinguishedName, want: "a distinguished name such as CN=Backup Operators,OU=Groups,DC=contoso,DC=com", canon: canonDN}
	azureResourceID        = form{check: isAzureResourceID, want: "an Azure resource id such as /subscriptions/{guid}/resourceGroups/{name}/providers/{namespace}/{type}/{name}", canon: canonAzureID}
	amazonResourceName     = form{check: isAmazonResourceName, want: "an Amazon Resource Name such as arn:aws:s3:::bucket or arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc", canon: canonARN}
	googleFullResourceName = form{check: isGoogleFullResourceName, want: "a full resource name such as //compute.googleapis.com/projects/p/zones/z/instances/i", canon: canonFullResourceName}
	registryKey            = form{check: isRegistryKey, want: `a registry key that starts with a hive, such as HKEY_LOCAL_MACHINE\SOFTWARE\Contoso`, canon: canonRegistryKey}
	valuesKey              = form{check: isRegistryKey, want: `a registry key that starts with a hive, such as HKEY_LOCAL_MACHINE\SOFTWARE\Contoso`, canon: canonValuesKey}
	anyName                = form{check: isAnything, want: "a name", canon: canonName}
	valueName              = form{check: isAnything, want: "a name", canon: canonFileName}
)

func isControl(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isHex(s string, digits int) bool {
	if len(s) != digits {
		return false
	}
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isSHA1(s string) bool { return isHex(s, 40) }

func isSHA256(s string) bool { return isHex(s, 64) }

func isAnything(string) bool { return true }

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHexDigit(s[i]) {
				return false
			}
		}
	}
	return true
}

// isWord accepts letters, digits and the given punctuation.
func isWord(s, punctuation string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(punctuation, r) {
			return false
		}
	}
	return true
}

func isDeviceID(s string) bool { return isWord(s, "-_") }

func isOAuthAppID(s string) bool { return isWord(s, "-_.:/") }

// isHostName accepts one or more labels of at most 63 bytes, joined by dots.
// Underscores are legal in NetBIOS names, other scripts in internationalised
// ones.
func isHostName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || !isWord(label, "-_") {
			return false
		}
	}
	return true
}

// isPrincipalName accepts local@suffix. Entra wants a verified domain with a
// dot as suffix; Active Directory on the premises takes a single label too.
func isPrincipalName(s string) bool {
	local, suffix, ok := strings.Cut(s, "@")
	return ok && local != "" && len(local) <= 64 && !strings.ContainsAny(local, " \"<>()[]:;,\\") && isHostName(suffix)
}

func isMailAddress(s string) bool {
	_, domain, _ := strings.Cut(s, "@")
	return isPrincipalName(s) && strings.Contains(strings.TrimSuffix(domain, "."), ".")
}

// isSID accepts S-1, an authority of 48 bits and one to fifteen sub-authorities
// of 32 bits.
//
// Source: [MS-DTYP] 2.4.2.1, "SID String Format Syntax".
func isSID(s string) bool {
	if len(s) < len("S-1-") || s[0]|0x20 != 's' || s[1:4] != "-1-" || strings.Contains(s, "_") {
		return false
	}
	authority, rest, _ := strings.Cut(s[len("S-1-"):], "-")
	base := 10
	if len(authority) > 2 && authority[0] == '0' && authority[1]|0x20 == 'x' {
		authority, base = authority[2:], 16
	}
	if _, err := strconv.ParseUint(authority, base, 48); err != nil {
		return false
	}
	subs := 0
	for sub := range strings.SplitSeq(rest, "-") {
		if !isDigits(sub) { // ParseUint would say so too, at the price of an error
			return false
		}
		if _, err := strconv.ParseUint(sub, 10, 32); err != nil {
			return false
		}
		subs++
	}
	return subs <= 15
}

func isAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

func isAbsoluteURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Opaque == "" && (u.Hostname() != "" || u.Scheme == "file" && u.Path != "") && !strings.Contains(s, " ")
}

func isCloudAppID(s string) bool {
	return isDigits(s) && len(s) <= 19 || isGUID(s)
}

// isAzureResourceID accepts the id of a subscription, or of anything below it,
// and ids at the level of the tenant, which start with /providers.
//
// Source: Learn, "Azure Resource Manager template functions", resourceId.
func isAzureResourceID(s string) bool {
	parts := strings.Split(s, "/")
	if len(parts) < 3 || parts[0] != "" || strings.Contains(s, "//") || strings.HasSuffix(s, "/") {
		return false
	}
	switch strings.ToLower(parts[1]) {
	case "subscriptions":
		return isGUID(parts[2])
	case "providers":
		return len(parts) >= 5
	default:
		return false
	}
}

// isAmazonResourceName accepts arn:partition:service:region:account:resource.
//
// Source: AWS, "Identify AWS resources with Amazon Resource Names (ARNs)".
func isAmazonResourceName(s string) bool {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[5] == "" || strings.Contains(s, " ") {
		return false
	}
	partition, service, account := parts[1], parts[2], parts[4]
	return (partition == "aws" || strings.HasPrefix(partition, "aws-")) && service != "" &&
		(account == "" || account == "aws" || len(account) == 12 && isDigits(account))
}

// isGoogleFullResourceName accepts //service-host/path.
//
// Source: Google Cloud, "Full resource names".
func isGoogleFullResourceName(s string) bool {
	rest, ok := strings.CutPrefix(s, "//")
	host, path, _ := strings.Cut(rest, "/")
	return ok && path != "" && strings.Contains(host, ".") && isHostName(host) && !strings.Contains(path, "//") && !strings.Contains(s, " ")
}

// isDistinguishedName accepts a list of attribute=value pairs, joined by commas
// or plus signs. A backslash takes away the meaning of the character after it.
//
// Source: RFC 4514, section 3.
func isDistinguishedName(s string) bool {
	attribute, inValue, length := "", false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			if i++; i == len(s) || !inValue {
				return false
			}
			length++
		case !inValue && c == '=':
			if !isAttributeType(strings.TrimSpace(attribute)) {
				return false
			}
			inValue, length = true, 0
		case !inValue:
			attribute += string(c)
		case c == ',' || c == '+':
			if length == 0 {
				return false
			}
			attribute, inValue = "", false
		case strings.IndexByte("\";<>", c) >= 0:
			return false
		default:
			length++
		}
	}
	return inValue && length > 0
}

// isAttributeType accepts a short name (CN, OU, DC) or a dotted object id.
func isAttributeType(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == ""
}

// hives are the roots of the Windows registry, with the abbreviations that
// reg.exe and PowerShell use.
var hives = [...]struct{ name, short string }{
	{"HKEY_LOCAL_MACHINE", "HKLM"},
	{"HKEY_CURRENT_USER", "HKCU"},
	{"HKEY_CLASSES_ROOT", "HKCR"},
	{"HKEY_USERS", "HKU"},
	{"HKEY_CURRENT_CONFIG", "HKCC"},
	{"HKEY_CURRENT_USER_LOCAL_SETTINGS", ""},
	{"HKEY_PERFORMANCE_DATA", "HKPD"},
	{"HKEY_PERFORMANCE_TEXT", ""},
	{"HKEY_PERFORMANCE_NLSTEXT", ""},
}

func isRegistryKey(s string) bool {
	hive, rest, below := strings.Cut(s, `\`)
	if below && rest == "" || strings.Contains(s, `\\`) {
		return false
	}
	for _, h := range hives {
		if strings.EqualFold(hive, h.name) || h.short != "" && strings.EqualFold(strings.TrimSuffix(hive, ":"), h.short) {
			return true
		}
	}
	return false
}
