package entity

import (
	"strconv"
	"strings"
)

// canonURL takes an absolute URL with a host, and file URLs. It normalises what
// RFC 3986, section 6.2, calls equivalent: case, percent-encoding, path segments
// and the scheme's own port; and drops the fragment, which is not sent. All
// others are left alone and weak, defanged ones (hxxp://evil[.]example) among
// them: what was made unclickable should stay so.
func canonURL(s string) (string, reach) {
	colon := strings.Index(s, "://")
	if colon <= 0 || !isScheme(s[:colon]) {
		return s, weak
	}
	scheme := foldCase(s[:colon])
	if strings.HasPrefix(scheme, "hxx") {
		return s, weak
	}
	rest := s[colon+len("://"):]
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	userinfo := ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		userinfo, authority = authority[:i+1], authority[i+1:]
	}
	host, port, r := canonURLHost(authority, scheme)
	if r == nobody {
		return s, weak
	}
	path, _, _ = strings.Cut(path, "#")
	path, query, hasQuery := strings.Cut(path, "?")

	var buf [256]byte
	b := append(buf[:0], scheme...)
	b = append(b, "://"...)
	b = appendEncoded(b, userinfo)
	b = append(b, host...)
	if port != "" {
		b = append(append(b, ':'), port...)
	}
	start := len(b)
	if path == "" {
		b = append(b, '/')
	} else {
		b = appendEncoded(b, path)
		b = removeDotSegments(b, start)
	}
	if hasQuery {
		b = appendEncoded(append(b, '?'), query)
	}
	if string(b) == s {
		return s, r
	}
	return string(b), r
}

// isScheme accepts what RFC 3986, section 3.1, calls a scheme.
func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !('a' <= c && c <= 'z') && (i == 0 || !isDigits(s[i:i+1]) && s[i] != '+' && s[i] != '-' && s[i] != '.') {
			return false
		}
	}
	return s != ""
}

// canonURLHost splits host and port, and says how far a URL with that host
// reaches; nobody means that it is no host.
func canonURLHost(authority, scheme string) (host, port string, r reach) {
	host = authority
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		host, port = authority[:i], authority[i+1:]
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return "", "", nobody
		}
		if isDefaultPort(scheme, n) {
			port = ""
		} else if port[0] == '0' {
			port = strconv.FormatUint(n, 10)
		}
	}
	switch {
	case host == "" && scheme == "file" && port == "":
		return "", "", scoped | inHost
	case strings.HasPrefix(host, "["):
		address, r := canonAddress(host)
		if !strings.HasSuffix(host, "]") || r.grade() == weak {
			return "", "", nobody
		}
		if strings.Contains(address, ":") {
			if address == host[1:len(host)-1] {
				return host, port, urlReach(r)
			}
			address = "[" + address + "]"
		}
		return address, port, urlReach(r)
	}
	host = hostName(host)
	if host == "" || strings.ContainsAny(host, " \t\"'<>[]{}|\\^`%:@") || strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return "", "", nobody
	}
	if isLocalhost(host) {
		return host, port, scoped | inHost
	}
	if looksNumeric(host) {
		if _, r := canonAddress(host); r.grade() != weak {
			return host, port, urlReach(r)
		}
	}
	if !strings.Contains(host, ".") {
		return host, port, scoped | inNetwork
	}
	return host, port, unique
}

// urlReach says how far a URL reaches whose host is an address of the reach r.
func urlReach(r reach) reach {
	if r == nobody {
		return scoped | inHost
	}
	return r
}

func isDefaultPort(scheme string, port uint64) bool {
	switch scheme {
	case "http", "ws":
		return port == 80
	case "https", "wss":
		return port == 443
	case "ftp":
		return port == 21
	}
	return false
}

// appendEncoded appends a part of a URL: letters, digits and -._~ stand for
// themselves, the other encoded bytes are encoded with capital digits, and what
// may not stand in a URL is encoded.
func appendEncoded(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s) && isHexDigit(s[i+1]) && isHexDigit(s[i+2]):
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if isUnreserved(byte(n)) {
				b = append(b, byte(n))
			} else {
				b = appendPercent(b, byte(n))
			}
			i += 2
		case c == '%' || c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0:
			b = appendPercent(b, c)
		default:
			b = append(b, c)
		}
	}
	return b
}

func appendPercent(b []byte, c byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&0xf])
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// removeDotSegments resolves . and .. in the path b[start:], which starts with a
// slash, in place (RFC 3986, section 5.2.4).
func removeDotSegments(b []byte, start int) []byte {
	out := start
	for i := start; i < len(b); {
		end := i + 1
		for end < len(b) && b[end] != '/' {
			end++
		}
		segment := b[i:end] // with the slash in front
		switch string(segment) {
		case "/.", "/..":
			if len(segment) == 3 {
				for out > start {
					if out--; b[out] == '/' {
						break
					}
				}
			}
			if end == len(b) {
				b[out] = '/'
				out++
			}
		default:
			out += copy(b[out:], segment)
		}
		i = end
	}
	return b[:out]
}
