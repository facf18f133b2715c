package evidence

import (
	"github.com/go-json-experiment/json/jsontext"
)

// Dictionary is the schema's open type dictionary: members with names and values that no schema
// fixes, such as the labels of a Kubernetes object. The values are JSON, which is kept as it came.
// They are written sorted by name, see the package comment for an exception.
type Dictionary map[string]jsontext.Value

// NewDictionary returns a Dictionary of texts.
// Bytes of a text that are not UTF-8 become U+FFFD, since JSON has no form for them.
func NewDictionary(texts map[string]string) Dictionary {
	d := make(Dictionary, len(texts))
	for name, text := range texts {
		quoted, _ := jsontext.AppendQuote(nil, text) // reports what it has replaced
		d[name] = quoted
	}
	return d
}

// Text returns the value of name if that is a text.
func (d Dictionary) Text(name string) (text string, ok bool) {
	raw := d[name]
	if raw.Kind() != '"' {
		return "", false
	}
	b, err := jsontext.AppendUnquote(nil, raw)
	return string(b), err == nil
}
