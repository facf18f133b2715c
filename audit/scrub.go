package audit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// Encoder turns entries into the bytes that a log keeps, and sees to it that no
// credential is among them. Its zero value is ready for use, and it is safe for
// concurrent use.
//
// What looks like a token, a private key, a client secret, an account key or a
// signed address is replaced by a note that it was removed, wherever it stands;
// so are the values of changes whose path names a password, secret or token.
// What is replaced is lost on purpose. Nothing can recognise every secret:
// give those that the program knows to [NewEncoder].
type Encoder struct {
	secrets []string
}

// NewEncoder returns an encoder that also removes the given secrets, to the
// letter. Those of fewer than 8 bytes are ignored; they would tear up text that
// only happens to contain them.
func NewEncoder(secrets ...string) Encoder {
	var e Encoder
	for _, s := range secrets {
		if len(s) >= 8 {
			e.secrets = append(e.secrets, s)
		}
	}
	return e
}

const removed = "[removed]"

var patterns = [...]*regexp.Regexp{
	// A JSON web token, whole or without its signature.
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*`),
	// An Authorization header.
	regexp.MustCompile(`(?i)bearer\s+[A-Za-z0-9._~+/=-]{16,}`),
	// A private key in PEM form, whole or cut off.
	regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)`),
	// A client secret of Microsoft Entra, by the mark in its middle.
	regexp.MustCompile(`[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`),
	// A shared access signature, and the keys of storage and message queues.
	regexp.MustCompile(`(?:sig|AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9%+/=_.-]{8,}`),
	// A form field, a header or a flag that carries a secret.
	regexp.MustCompile(`(?i)(?:secret|client_assertion|password|passwd|token|authorization)["']?\s*[=:]\s*["']?(?:basic\s+)?[^\s&"',;]{4,}`),
}

// hint is a word that every text has in it which one of the patterns finds.
type hint struct {
	word string
	// at is where in the word the byte stands under which hints lists it.
	at int
	// assigned tells that the word counts only with = or : behind it.
	assigned bool
}

// hints lists the hints by one of their rarer bytes, in lower case; [marks]
// finds these bytes. Nearly all entries have few of them, and no hint.
var hints = [256][]hint{
	'j': {{"eyJ", 2, false}},
	'b': {{"bearer", 0, false}},
	'~': {{"Q~", 1, false}},
	'=': {{"sig=", 3, false}, {"Key=", 3, false}, {"SharedAccessSignature=", 21, false}},
	'w': {{"password", 4, true}, {"passwd", 4, true}},
	'k': {{"token", 2, true}, {"PRIVATE KEY", 8, false}},
	'z': {{"authorization", 7, true}},
	'_': {{"client_assertion", 6, true}},
	'c': {{"secret", 2, true}},
}

const (
	ones = 0x0101010101010101
	// lower makes letters lower case, and _ to underscore.
	lower      = 0x20
	underscore = '_' | lower
)

// marks has the highest bit set of each of eight bytes that may be one under
// which [hints] lists a word. Next are the eight bytes that begin one further: b
// and c, which every id in hexadecimal digits has, count only with the letter
// behind them.
func marks(word, next uint64) uint64 {
	word, next = word|lower*ones, next|lower*ones
	found := zero(word^'j'*ones) | zero(word^'~'*ones) | zero(word^'='*ones) | zero(word^'w'*ones) |
		zero(word^'k'*ones) | zero(word^'z'*ones) | zero(word^underscore*ones) |
		zero(word^'b'*ones|next^'e'*ones) | zero(word^'c'*ones|next^'r'*ones)
	return found & (ones << 7)
}

// zero has the highest bit set of each byte that is 0, and perhaps of others
// above the first.
func zero(word uint64) uint64 { return (word - ones) &^ word }

// hinted reports whether the text, plain or as JSON, has a hint in it.
func hinted(text []byte) bool {
	i := 0
	for ; i+9 <= len(text); i += 8 {
		found := marks(binary.LittleEndian.Uint64(text[i:]), binary.LittleEndian.Uint64(text[i+1:]))
		for ; found != 0; found &= found - 1 {
			if hintedAt(text, i+bits.TrailingZeros64(found)/8) {
				return true
			}
		}
	}
	for ; i < len(text); i++ {
		if hintedAt(text, i) {
			return true
		}
	}
	return false
}

// hintedAt looks for the hints that are listed under the byte at i.
func hintedAt(text []byte, i int) bool {
	c := text[i]
	if 'A' <= c && c <= 'Z' {
		c |= lower
	}
	for _, h := range hints[c] {
		from, to := i-h.at, i-h.at+len(h.word)
		// The first byte alone, in either case, rules nearly all out.
		if from < 0 || to > len(text) || text[from]|lower != h.word[0]|lower || !strings.EqualFold(string(text[from:to]), h.word) {
			continue
		}
		if !h.assigned || assigned(text[to:]) {
			return true
		}
	}
	return false
}

// assigned reports whether = or : comes first in the text but for quotation
// marks and white space, which JSON may have escaped.
func assigned(text []byte) bool {
	for i, c := range text {
		switch c {
		case '=', ':':
			return true
		case '"', '\'', '\\', ' ', '\t', '\r', '\n', '\f':
		case 't', 'r', 'n', 'f':
			if i == 0 || text[i-1] != '\\' {
				return false
			}
		default:
			return false
		}
	}
	return false
}

var secretNames = [...]string{"password", "secret", "token", "authorization", "credential", "privatekey", "connectionstring"}

// namesSecret reports whether a name, or the end of a path, is that of a
// secret, in upper or lower case.
func namesSecret(name string) bool {
	for _, s := range secretNames {
		if at := len(name) - len(s); at >= 0 && strings.EqualFold(name[at:], s) {
			return true
		}
	}
	return false
}

// Encode returns the entry as one line of JSON without a line break. What
// could move a terminal's cursor is escaped, so that the line can be looked at;
// read as JSON it is exact.
func (c Encoder) Encode(e *Entry) ([]byte, error) { return c.AppendEncode(nil, e) }

// AppendEncode appends to dst what [Encoder.Encode] returns.
func (c Encoder) AppendEncode(dst []byte, e *Entry) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return dst, err
	}
	masked := maskNamed(e)
	out, err := appendEntry(dst, masked)
	if err != nil {
		return dst, err
	}
	if data := out[len(dst):]; masked != e || c.suspicious(data) {
		if data, err = c.scrub(data); err != nil {
			return dst, err
		}
		out = append(out[:len(dst)], data...)
	}
	return out, nil
}

// maskNamed returns the entry, or, if a change has a path that names a secret, a
// copy without the values of such changes.
func maskNamed(e *Entry) *Entry {
	named := func(change Change) bool { return namesSecret(change.Path) }
	if !slices.ContainsFunc(e.Changes, named) {
		return e
	}
	clean := *e
	clean.Changes = slices.Clone(e.Changes)
	for i := range clean.Changes {
		if change := &clean.Changes[i]; named(*change) {
			change.Old, change.New = mask(change.Old), mask(change.New)
		}
	}
	return &clean
}

func appendEntry(dst []byte, e *Entry) ([]byte, error) {
	// Package json writes into the free space of a bytes.Buffer.
	b := bytes.NewBuffer(dst)
	// The order is that of the fields, and there are no maps that have none.
	if err := json.MarshalWrite(b, (*plainEntry)(e), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, fmt.Errorf("cannot write JSON: %w", err)
	}
	return append(b.Bytes()[:len(dst)], plain.JSON(b.Bytes()[len(dst):])...), nil
}

func mask(v jsontext.Value) jsontext.Value {
	if v == nil {
		return nil
	}
	return jsontext.Value(`"` + removed + `"`)
}

func (c Encoder) suspicious(data []byte) bool {
	if hinted(data) {
		return true
	}
	for _, s := range c.secrets {
		quoted, err := jsontext.AppendQuote(nil, s)
		if err != nil || bytes.Contains(data, quoted[1:len(quoted)-1]) {
			return true
		}
	}
	return false
}

// scrub cleans every string of the document, and replaces the value of every
// member whose name is that of a secret.
func (c Encoder) scrub(data []byte) ([]byte, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out, jsontext.AllowDuplicateNames(true))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		kind, count := dec.StackIndex(dec.StackDepth())
		isName := token.Kind() == '"' && kind == '{' && count%2 == 1
		secret := isName && namesSecret(token.String())
		if token.Kind() == '"' {
			token = jsontext.String(c.Scrub(token.String()))
		}
		if err := enc.WriteToken(token); err != nil {
			return nil, err
		}
		if secret {
			if err := errors.Join(dec.SkipValue(), enc.WriteToken(jsontext.String(removed))); err != nil {
				return nil, err
			}
		}
		if dec.StackDepth() == 0 {
			return plain.JSON(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
		}
	}
}

// Scrub returns the text without what must not be stored.
func (c Encoder) Scrub(s string) string {
	for _, secret := range c.secrets {
		s = strings.ReplaceAll(s, secret, removed)
	}
	if hinted([]byte(s)) {
		for _, p := range patterns {
			s = p.ReplaceAllString(s, removed)
		}
	}
	return s
}
