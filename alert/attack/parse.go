package attack

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ParseError says why a text is not a technique id, and where.
type ParseError struct {
	// Offset is the position in the text, in bytes from 0, at which it stops being an id.
	Offset int
	// Item is the part of the text that was read as an id, cut short if it is long, and "" if it might be a web
	// address or the like with something in it that nobody wants to see in a log.
	Item string
	// Problem says what is wrong and how to mend it.
	Problem string
}

// Error returns one line with the position, the item and the problem.
func (e *ParseError) Error() string {
	if e.Item == "" {
		return fmt.Sprintf("attack: no technique id at offset %d: %s", e.Offset, e.Problem)
	}
	return fmt.Sprintf("attack: no technique id at offset %d, in %q: %s", e.Offset, e.Item, e.Problem)
}

// Parse reads one technique id in any of the spellings in use and returns it in the canonical one: T1059.001, t1059.001,
// T1059/001, the Sigma tag attack.t1059.001, and the address of the technique's page on attack.mitre.org, with
// or without the scheme, a release ("/versions/v15"), a query and a fragment. White space around it is ignored. The technique
// need not exist: see [Lookup]. The error is a [*ParseError].
func Parse(text string) (ID, error) {
	item := strings.TrimSpace(text)
	offset := strings.Index(text, item)
	if item == "" {
		return "", &ParseError{Offset: 0, Problem: "the text is empty; an id looks like T1059 or T1059.001"}
	}
	if i := strings.IndexFunc(item, isSeparator); i >= 0 {
		return "", &ParseError{Offset: offset + i, Item: quotable(item), Problem: "a separator stands here, and only one id is wanted; ParseList reads lists"}
	}
	return parseItem(item, offset)
}

// ParseList reads any number of technique ids, in the spellings that [Parse] takes, that are separated by commas,
// semicolons, white space or several of them. It keeps their order, and ids that occur more than once. A
// text without any gives nil. The first item that is not an id ends it with a [*ParseError] and no ids.
func ParseList(text string) ([]ID, error) {
	var ids []ID
	for start := 0; start < len(text); {
		r, size := utf8.DecodeRuneInString(text[start:])
		if isSeparator(r) {
			start += size
			continue
		}
		item := text[start:]
		if i := strings.IndexFunc(item, isSeparator); i >= 0 {
			item = item[:i]
		}
		id, err := parseItem(item, start)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		start += len(item)
	}
	return ids, nil
}

func isSeparator(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }

// parseItem reads one item, which is not empty and begins at the offset of the whole text.
func parseItem(item string, offset int) (ID, error) {
	fail := func(at int, format string, args ...any) (ID, error) {
		return "", &ParseError{Offset: offset + at, Item: quotable(item), Problem: fmt.Sprintf(format, args...)}
	}
	at, end, problem := cutAddress(item)
	if problem != "" {
		return fail(at, "%s", problem)
	}
	if at == 0 && hasPrefixFold(item, "attack.") {
		at = len("attack.")
	}
	core := item[at:end]
	switch {
	case core == "":
		return fail(at, "the id is missing; it looks like T1059 or T1059.001")
	case hasPrefixFold(core, "TA") && TacticID("TA"+core[2:]).Valid():
		return fail(at, "this is the id of a tactic, and a technique's is wanted")
	case !hasPrefixFold(core, "T"):
		return fail(at, "an id begins with T; it looks like T1059 or T1059.001")
	}
	if n := leadingDigits(core[1:]); n != 4 {
		return fail(at+1+min(n, 4), "four digits must follow the T, as in T1059; found %d", n)
	}
	if len(core) == techniqueLength {
		return canonical(core, "")
	}
	if sep := core[techniqueLength]; sep != '.' && sep != '/' {
		return fail(at+techniqueLength, "only a dot or a slash and a sub-technique's number may follow the four digits, as in T1059.001")
	}
	sub := core[techniqueLength+1:]
	if n := leadingDigits(sub); n != 3 {
		return fail(at+techniqueLength+1+min(n, 3), "the sub-technique's number must have three digits, as in T1059.001; found %d", n)
	}
	if len(sub) > 3 {
		return fail(at+subtechniqueLength, "something follows the sub-technique's number")
	}
	return canonical(core, sub)
}

// canonical builds the id from its digits, which have been checked. The id of a technique that the release
// holds is taken from the tables, so that it does not keep a larger text alive.
func canonical(core, sub string) (ID, error) {
	buffer := [subtechniqueLength]byte{0: 'T', techniqueLength: '.'}
	copy(buffer[1:techniqueLength], core[1:])
	length := techniqueLength
	if sub != "" {
		copy(buffer[techniqueLength+1:], sub)
		length = subtechniqueLength
	}
	if technique, ok := Lookup(ID(buffer[:length])); ok {
		return technique.ID, nil
	}
	return ID(buffer[:length]), nil
}

// cutAddress finds the id within the address of a technique's page, as the range from start to end. An item that is no
// address is all id. A problem says why an address is of no technique; start is where it shows.
func cutAddress(item string) (start, end int, problem string) {
	const host, page = "attack.mitre.org/", "techniques/"
	for _, scheme := range []string{"https://", "http://"} {
		if hasPrefixFold(item, scheme) {
			start = len(scheme)
		}
	}
	if !hasPrefixFold(item[start:], host) {
		if strings.Contains(item, "://") {
			return start, 0, "this is not an address on attack.mitre.org"
		}
		return 0, len(item), ""
	}
	start += len(host)
	end = len(item)
	if i := strings.IndexAny(item, "?#"); i >= 0 {
		end = i
	}
	if hasPrefixFold(item[start:end], "versions/") {
		release := start + len("versions/")
		if i := strings.IndexByte(item[release:end], '/'); i >= 0 {
			start = release + i + 1
		}
	}
	if !hasPrefixFold(item[start:end], page) {
		return start, 0, "this is not the address of a technique, which goes on with techniques/ and the id"
	}
	start += len(page)
	if end > start && item[end-1] == '/' {
		end--
	}
	return start, end, ""
}

// hasPrefixFold is strings.HasPrefix for an ASCII prefix, whatever the case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func leadingDigits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

// quotable is what an error may repeat of an item.
func quotable(item string) string {
	const most = 24
	if strings.Contains(item, "://") || strings.ContainsAny(item, "@?#=") {
		return ""
	}
	if len(item) <= most {
		return item
	}
	return strings.ToValidUTF8(item[:most], "") + "…"
}
