package entity

import "strings"

// canonAzureID takes the id of an Azure resource. Ids of a tenant, which start
// with /providers, are not unique.
func canonAzureID(s string) (string, reach) {
	s = strings.TrimSpace(strings.TrimRight(foldCase(s), "/ "))
	switch {
	case strings.HasPrefix(s, "/subscriptions/"):
		return s, unique
	case strings.HasPrefix(s, "/providers/"):
		return s, scoped | inTenant
	}
	return s, weak | inTenant
}

// canonARN takes an Amazon Resource Name, whose resources tell case apart.
func canonARN(s string) (string, reach) {
	if strings.HasPrefix(s, "arn:") {
		return s, unique
	}
	return s, weak | inTenant
}

// canonFullResourceName takes the name of a Google Cloud resource, whose host
// does not tell case apart.
func canonFullResourceName(s string) (string, reach) {
	rest, ok := strings.CutPrefix(s, "//")
	host, _, found := strings.Cut(rest, "/")
	if !ok || !found || host == "" {
		return s, weak | inTenant
	}
	if lower := foldCase(host); lower != host {
		s = "//" + lower + rest[len(host):]
	}
	return s, unique
}

// canonFilePath takes the path of a file. One that starts with a slash is left
// alone; all others are Windows', where case and the kind of slash do not matter.
func canonFilePath(s string) (string, reach) {
	r := strong | inHost
	if strings.HasPrefix(s, "/") {
		return s, r
	}
	s = foldCase(s)
	if strings.IndexByte(s, '/') >= 0 {
		s = strings.ReplaceAll(s, "/", `\`)
	}
	for strings.HasPrefix(s, `\\?\`) || strings.HasPrefix(s, `\\.\`) {
		s = strings.TrimSpace(s[len(`\\?\`):])
	}
	if head := min(len(s), 1); strings.Contains(s[head:], `\\`) {
		s = s[:head] + singleBackslashes(s[head:])
	}
	if !strings.Contains(s, `\`) {
		r = weak | inHost
	}
	return s, r
}

// singleBackslashes makes one backslash of each run of them.
func singleBackslashes(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] != '\\' || i == 0 || s[i-1] != '\\' {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// hivePrefixes are what tools write in front of a registry path, in lower case,
// and what to have instead: nothing, or the long name of a hive. A prefix that
// does not end in a backslash must be followed by one or by the end.
//
// Sources: Learn, "Registry key object routines" (\Registry\Machine and User);
// PowerShell, about_Registry_Provider; regedit's address bar (Computer).
var hivePrefixes = [...]struct{ prefix, hive string }{
	{`computer\`, ""},
	{`microsoft.powershell.core\registry::`, ""},
	{`registry::`, ""},
	{`\registry\machine`, "hkey_local_machine"},
	{`\registry\user`, "hkey_users"},
	{`registry\machine`, "hkey_local_machine"},
	{`registry\user`, "hkey_users"},
	{`hklm:`, "hkey_local_machine"},
	{`hkcu:`, "hkey_current_user"},
	{`hkcr:`, "hkey_classes_root"},
	{`hku:`, "hkey_users"},
	{`hkcc:`, "hkey_current_config"},
	{`hkpd:`, "hkey_performance_data"},
	{`hklm`, "hkey_local_machine"},
	{`hkcu`, "hkey_current_user"},
	{`hkcr`, "hkey_classes_root"},
	{`hku`, "hkey_users"},
	{`hkcc`, "hkey_current_config"},
	{`hkpd`, "hkey_performance_data"},
}

// canonRegistryKey takes the path of a registry key. Without a hive it is weak,
// as is a hive alone.
func canonRegistryKey(s string) (string, reach) {
	s = longHive(foldCase(s))
	if strings.Contains(s, `\\`) {
		s = singleBackslashes(s)
	}
	s = strings.TrimRight(s, `\ `)
	if !strings.HasPrefix(s, "hkey_") || !strings.Contains(s, `\`) {
		return s, weak | inHost
	}
	return s, strong | inHost
}

// hasHive reports whether a registry path starts with a hive.
func hasHive(path string) bool {
	return strings.HasPrefix(longHive(foldCase(strings.TrimSpace(path))), "hkey_")
}

// longHive gives a path in lower case the long name of its hive.
func longHive(s string) string {
again:
	if strings.HasPrefix(s, "hkey_") {
		return s
	}
	for _, h := range hivePrefixes {
		rest, ok := strings.CutPrefix(s, h.prefix)
		switch {
		case !ok:
		case h.hive == "":
			s = strings.TrimSpace(rest)
			goto again
		case rest == "" || rest[0] == '\\':
			return h.hive + rest
		}
	}
	return s
}

// canonRegistryValue takes the path of a key, two backslashes and the name of a
// value in it.
func canonRegistryValue(s string) (string, reach) {
	key, name, ok := strings.Cut(s, `\\`)
	k, r := canonRegistryKey(key)
	n := foldCase(strings.TrimSpace(name))
	if !ok {
		return k, capWeak(r) | inHost
	}
	if k != key || n != name {
		s = k + `\\` + n
	}
	return s, r
}

// canonValuesKey is for registry values that only their key is known of.
func canonValuesKey(s string) (string, reach) {
	s, r := canonRegistryKey(s)
	return s, capWeak(r) | inHost
}

// canonDN takes a distinguished name of RFC 4514: spaces around separators do
// not count, and directories do not tell case apart.
func canonDN(s string) (string, reach) {
	s = foldCase(s)
	if strings.IndexByte(s, '=') <= 0 {
		return s, weak | inTenant
	}
	if strings.Contains(s, ", ") || strings.Contains(s, " ,") || strings.Contains(s, "= ") || strings.Contains(s, " =") ||
		strings.Contains(s, "+ ") || strings.Contains(s, " +") {
		s = withoutSpaces(s)
	}
	return s, strong | inTenant
}

// withoutSpaces drops the spaces around the separators of a distinguished name
// that no backslash escapes.
func withoutSpaces(s string) string {
	var buf [256]byte
	b := buf[:0]
	kept := 0 // the length of b before which nothing may be dropped
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			b = append(b, c)
			if i++; i < len(s) {
				b = append(b, s[i])
			}
			kept = len(b)
		case ',', '+', '=':
			for len(b) > kept && b[len(b)-1] == ' ' {
				b = b[:len(b)-1]
			}
			b = append(b, c)
			for i+1 < len(s) && s[i+1] == ' ' {
				i++
			}
		default:
			b = append(b, c)
		}
	}
	if string(b) == s {
		return s
	}
	return string(b)
}
