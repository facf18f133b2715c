package entity

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The canonical forms. Each function gets a value without white space around it
// and returns its canonical form, which may be the value itself, and how far it
// identifies. Given its own result it returns the same again. Null encodings and
// surrounding white space are left to reach.

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldCase returns s with all letters that differ only in case made the same:
// two texts that strings.EqualFold finds equal become the same text. ASCII and
// nearly all other letters become lower case. Bytes that are not UTF-8 stay.
func foldCase(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			return foldUnicode(s, i)
		} else if 'A' <= c && c <= 'Z' {
			if !isASCII(s[i:]) {
				return foldUnicode(s, i)
			}
			return strings.ToLower(s)
		}
	}
	return s
}

// foldUnicode folds s, of which the first i bytes need no folding.
func foldUnicode(s string, i int) string {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if foldRune(r) != r {
			break
		}
		i += size
	}
	if i == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+utf8.UTFMax), s[:i]...)
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(b, s[i])
		} else {
			b = utf8.AppendRune(b, foldRune(r))
		}
		i += size
	}
	return string(b)
}

// foldRune returns one rune for all that differ from r in case only.
func foldRune(r rune) rune {
	first := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		first = min(first, other)
	}
	lower := unicode.ToLower(first)
	if lower == r {
		return r
	}
	for other := unicode.SimpleFold(first); other != first; other = unicode.SimpleFold(other) {
		if other == lower {
			return lower
		}
	}
	return first
}

func canonExact(s string) (string, reach)      { return s, weak }
func canonWeak(s string) (string, reach)       { return foldCase(s), weak | inTenant }
func canonName(s string) (string, reach)       { return foldCase(s), strong | inTenant }
func canonFileName(s string) (string, reach)   { return foldCase(s), weak | inHost }
func canonHostScoped(s string) (string, reach) { return foldCase(s), scoped | inHost }
func canonTenantID(s string) (string, reach)   { return idOr(s, scoped|inTenant) }
func canonOAuthAppID(s string) (string, reach) { return idOr(s, strong|inTenant) }

// canonScoped is for names and ids that tell case apart, GUIDs aside.
func canonScoped(s string) (string, reach) {
	if id, r := canonGUID(s); r != weak {
		return id, min(r, scoped)
	}
	return s, scoped
}

// canonWeakGUID is for GUIDs that many entities share.
func canonWeakGUID(s string) (string, reach) {
	s, r := canonGUID(s)
	return s, capWeak(r) | inTenant
}

// canonUnique is for ids of one issuer.
func canonUnique(s string) (string, reach) {
	if s = foldCase(s); isPlaceholder(s) {
		return s, nobody
	}
	return s, unique
}

// idOr takes a GUID as unique and gives all else the reach r.
func idOr(s string, r reach) (string, reach) {
	if id, idReach := canonGUID(s); idReach != weak {
		return id, idReach
	}
	return foldCase(s), r
}

// canonGUID takes a GUID with or without hyphens, braces and parentheses.
func canonGUID(s string) (string, reach) {
	id := s
	if n := len(id); n > 2 && (id[0] == '{' && id[n-1] == '}' || id[0] == '(' && id[n-1] == ')') {
		id = id[1 : n-1]
	}
	if len(id) == 32 && isHex(id, 32) {
		id = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
	}
	if !isGUID(id) {
		return foldCase(s), weak
	}
	id = foldCase(id)
	if isPlaceholder(id) {
		return id, nobody
	}
	return id, unique
}

// canonDeviceID takes the 40 digits of Defender for Endpoint and the GUID of
// Entra as unique, and any other id for one of the tenant.
func canonDeviceID(s string) (string, reach) {
	if isHex(s, 40) {
		if s = foldCase(s); isPlaceholder(s) {
			return s, nobody
		}
		return s, unique
	}
	return idOr(s, strong|inTenant)
}

// canonHash takes the hexadecimal hashes of MD5, SHA-1 and SHA-256.
func canonHash(s string) (string, reach) {
	s = foldCase(s)
	switch {
	case !isHex(s, 32) && !isHex(s, 40) && !isHex(s, 64):
		return s, weak
	case isEmptyFile(s) || isPlaceholder(s):
		return s, nobody
	}
	return s, unique
}

// canonImageHash is for processes: the hash of its image says which program a
// process runs, but not which process it is.
func canonImageHash(s string) (string, reach) {
	s, r := canonHash(s)
	return s, capWeak(r) | inHost
}

func canonSID(s string) (string, reach) {
	if !isSID(s) {
		return foldCase(s), weak
	}
	if s[0] == 's' {
		s = "S" + s[1:]
	}
	return s, sidReach(s)
}

// canonHostName takes the name of a device. A name with a domain is strong, one
// without is weak.
func canonHostName(s string) (string, reach) {
	s = hostName(strings.TrimLeft(s, `\`))
	switch {
	case isLocalhost(s):
		return s, nobody
	case !strings.Contains(s, ".") || strings.ContainsAny(s, " \t/\\@:*?\"<>|[]%") || looksNumeric(s) && isAddress(s):
		return s, weak | inTenant
	}
	return s, strong | inTenant
}

// canonDomainName takes a name of DNS, which many hosts look up.
func canonDomainName(s string) (string, reach) {
	s, r := canonHostName(s)
	return s, capWeak(r) | inTenant
}

// looksNumeric reports whether a host name may be an IP address, since it ends as
// one. To ask netip costs an error.
func looksNumeric(host string) bool {
	last := host[len(host)-1]
	return '0' <= last && last <= '9' || strings.Contains(host, ":")
}

// canonPair takes domain\name.
func canonPair(s string) (domain, name, whole string) {
	s = foldCase(strings.TrimLeft(s, `\`))
	domain, name, ok := strings.Cut(s, `\`)
	if !ok {
		return "", s, s
	}
	d, n := strings.TrimSpace(domain), strings.TrimSpace(name)
	if strings.Contains(strings.TrimLeft(d, "."), ".") {
		d = hostName(d) // a DNS name
	}
	if d != domain || n != name {
		domain, name, s = d, n, d+`\`+n
	}
	return domain, name, s
}

// canonAccount takes domain\name, where the domain is a NetBIOS or a DNS name.
func canonAccount(s string) (string, reach) {
	domain, name, s := canonPair(s)
	if !strings.Contains(s, `\`) {
		return canonUserName(s)
	}
	r := accountDomain(domain)
	if isNull(name) || isNull(domain) && domain != "" {
		r = nobody
	}
	return s, r
}

// canonNTHost takes domain\host, where the domain is a NetBIOS name.
func canonNTHost(s string) (string, reach) {
	domain, name, s := canonPair(s)
	switch {
	case isNull(name) || isLocalhost(name):
		return s, nobody
	case isNull(domain) || accountDomain(domain) != strong|inTenant:
		return s, weak | inTenant
	}
	return s, strong | inTenant
}

func canonUserName(s string) (string, reach) {
	s = foldCase(s)
	if isDroppedAccount(s) {
		return s, nobody
	}
	return s, weak | inTenant
}

// canonMail takes principal names and e-mail addresses. The domain of either
// belongs to one tenant, so they are unique.
func canonMail(s string) (string, reach) {
	s = foldCase(s)
	for {
		short := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">"))
		for _, prefix := range [...]string{"smtp:", "sip:", "mailto:"} {
			short = strings.TrimSpace(strings.TrimPrefix(short, prefix))
		}
		if short == s {
			break
		}
		s = short
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 {
		return s, weak
	}
	domain := hostName(s[at+1:])
	if domain == "" || strings.ContainsAny(domain, " @<>") {
		return s, weak
	}
	if domain != s[at+1:] {
		s = s[:at+1] + domain
	}
	return s, unique
}

// canonAddress takes an IP address. Private ones are unique in their network.
func canonAddress(s string) (string, reach) {
	text := strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	text, _, _ = strings.Cut(text, "%")
	a, err := netip.ParseAddr(text)
	if err != nil {
		return foldCase(s), weak | inNetwork
	}
	a = a.Unmap()
	if a.Is6() || len(text) > len("255.255.255.255") || strings.Contains(text, ":") {
		var buf [len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]byte
		if b := a.AppendTo(buf[:0]); string(b) != text {
			text = string(b)
		}
	}
	return text, addressReach(a)
}

// addressReach counts as private, beside RFC 1918 and RFC 4193, link-local
// addresses, those shared behind carriers (RFC 6598) and the deprecated
// site-local ones (RFC 3879).
func addressReach(a netip.Addr) reach {
	switch b := a.As16(); {
	case a.IsUnspecified() || a.IsLoopback() || a.IsMulticast():
		return nobody
	case a.Is4() && (b[12] == 0 || b[12] == 255 && b[13] == 255 && b[14] == 255 && b[15] == 255):
		return nobody
	case a.IsPrivate() || a.IsLinkLocalUnicast(),
		a.Is4() && b[12] == 100 && b[13]&0xc0 == 64,
		a.Is6() && b[0] == 0xfe && b[1]&0xc0 == 0xc0:
		return scoped | inNetwork
	}
	return unique
}

// canonMAC takes twelve hexadecimal digits with hyphens, colons, dots or nothing
// between them.
func canonMAC(s string) (string, reach) {
	var digits [12]byte
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case isHexDigit(c) && n < len(digits):
			digits[n] = c | 0x20 // lower case; digits have that bit already
			n++
		case c == ':' || c == '-' || c == '.':
		default:
			return foldCase(s), weak | inNetwork
		}
	}
	if n < len(digits) {
		return foldCase(s), weak | inNetwork
	}
	var b [17]byte
	for i := range b {
		if i%3 == 2 {
			b[i] = ':'
		} else {
			b[i] = digits[i/3*2+i%3]
		}
	}
	if string(b[:]) != s {
		s = string(b[:])
	}
	if isPlaceholder(s) {
		return s, nobody
	}
	return s, weak | inNetwork
}

// canonAppID takes the number of a cloud application in the catalog, or a GUID.
func canonAppID(s string) (string, reach) {
	if isDigits(s) {
		if isRepeated(s, '0') {
			return s, nobody
		}
		return s, unique
	}
	return canonGUID(s)
}

// canonNumber takes process ids, which the Windows event log writes as 0x1a2b.
func canonNumber(s string) (string, reach) {
	if hex, ok := strings.CutPrefix(foldCase(s), "0x"); ok {
		if n, err := strconv.ParseUint(hex, 16, 64); err == nil {
			s = strconv.FormatUint(n, 10)
		}
	}
	if s == "0" {
		return s, nobody
	}
	return foldCase(s), weak
}

// canonTime takes times of RFC 3339.
func canonTime(s string) (string, reach) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return s, weak
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return s, weak
	}
	if t.IsZero() {
		return s, nobody
	}
	var buf [len(time.RFC3339Nano)]byte
	if b := t.AppendFormat(buf[:0], time.RFC3339Nano); string(b) != s {
		s = string(b)
	}
	return s, weak
}

// canonContainerID takes the id of a container, with or without the name of its
// runtime (containerd://).
func canonContainerID(s string) (string, reach) {
	for {
		_, id, ok := strings.Cut(s, "://")
		if !ok {
			break
		}
		s = strings.TrimSpace(id)
	}
	if s = foldCase(s); isHex(s, 64) {
		return s, unique
	}
	return s, scoped
}

// canonImage takes the name of an image. Only a digest says what is in it.
func canonImage(s string) (string, reach) {
	s = foldCase(s)
	if i := strings.LastIndex(s, "sha256:"); i >= 0 && isHex(s[i+len("sha256:"):], 64) {
		return s[i:], unique
	}
	return s, weak | inTenant
}
