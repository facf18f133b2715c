package entity

import "strings"

// CompositeValue joins the parts of an identifier to a value for [NewKey]. The
// parts are in the order of the identifier's name; those of the other identifiers
// that have parts are
//
//   - userPrincipalName: name, suffix
//   - deviceName: host name, domain. A name that ends in the domain is not given it again
//   - path: directory, file name
//   - key: hive, path. A path that starts with a hive is left as it is
//
// A single part is returned as it is.
func CompositeValue(id Identifier, parts ...string) string {
	if len(parts) != 2 {
		return joinParts(parts)
	}
	first, second := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1])
	switch id {
	case IdentifierUserPrincipalName:
		return first + "@" + strings.TrimPrefix(second, "@")
	case IdentifierDeviceName:
		if n := len(first) - len(second); n > 0 && first[n-1] == '.' && strings.EqualFold(first[n:], second) {
			return first
		}
		return strings.TrimRight(first, ".") + "." + second
	case IdentifierAccount, IdentifierNTDeviceName:
		return first + `\` + second
	case IdentifierPath:
		if strings.HasPrefix(first, "/") {
			return strings.TrimRight(first, "/") + "/" + second
		}
		return strings.TrimRight(first, `\/`) + `\` + second
	case IdentifierKey:
		if hasHive(second) {
			return second
		}
		return strings.TrimRight(first, `\`) + `\` + strings.TrimLeft(second, `\`)
	case IdentifierKeyValueName:
		if strings.Contains(first, `\\`) {
			first = singleBackslashes(first)
		}
		return strings.TrimRight(first, `\`) + `\\` + second
	}
	return joinParts(parts)
}

func joinParts(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	for _, part := range parts[:len(parts)-1] {
		if strings.ContainsAny(part, "|%") {
			parts = escapeParts(parts)
			break
		}
	}
	return strings.Join(parts, "|")
}

// escapeParts keeps a bar inside a part from looking like the end of it. The
// last part has no end to mistake.
func escapeParts(parts []string) []string {
	escaped := make([]string, len(parts))
	last := len(parts) - 1
	for i, part := range parts[:last] {
		escaped[i] = strings.NewReplacer("%", "%25", "|", "%7c").Replace(part)
	}
	escaped[last] = parts[last]
	return escaped
}

// canonical brings a value without white space around it into canonical form.
func (f *form) canonical(s string) (string, reach) {
	if f.parts == nil {
		for {
			value, r := f.canon(s)
			// What was stripped may have had white space behind it.
			if s = strings.TrimSpace(value); s == value {
				return value, r
			}
		}
	}
	var buf [256]byte
	r, changed, rest := f.reach, []byte(nil), s
	for i, part := range f.parts {
		raw, tail, found := rest, "", false
		if i < len(f.parts)-1 {
			if raw, tail, found = strings.Cut(rest, "|"); !found {
				r = capWeak(r) | r.within()
			}
		}
		value, partReach := part.canonical(strings.TrimSpace(raw))
		switch {
		case isNull(value):
			r = nobody
		case partReach.grade() == nobody && r.grade() > weak:
			r = weak | r.within()
		}
		if changed == nil && value != raw {
			changed = append(buf[:0], s[:len(s)-len(rest)]...)
		}
		if changed != nil {
			changed = append(changed, value...)
			if found {
				changed = append(changed, '|')
			}
		}
		if rest = tail; !found {
			break
		}
	}
	if changed != nil {
		s = string(changed)
	}
	return s, r
}
