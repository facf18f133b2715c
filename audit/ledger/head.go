package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Head is the state of a log that its key has signed: how many entries it has,
// and the hash of the tree over them. Whoever keeps a head can later tell
// whether the log still holds all that it held then.
type Head struct {
	// Size is the number of entries.
	Size int64
	// Root is the hash of the Merkle tree over them, as in RFC 6962.
	Root tlog.Hash
	// Note is the signed text: the name of the log, the size, the root and a
	// signature. It is the form in which a head is kept and handed on.
	Note string
}

// ParseHead reads a signed head and checks its signature with one of the keys.
// Text that differs from what was signed in a single byte is refused.
func ParseHead(text string, keys note.Verifiers) (Head, error) {
	n, err := note.Open([]byte(text), keys)
	if err != nil {
		return Head{}, fmt.Errorf("the head is not signed by a key that is known here: %w", err)
	}
	canonical := n.Text + "\n"
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return Head{}, errors.New("the signature of the head is not written in its only form")
		}
		canonical += "— " + s.Name + " " + s.Base64 + "\n"
	}
	if canonical != text {
		return Head{}, errors.New("the head carries more than a text and the signatures of known keys")
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != n.Sigs[0].Name {
		return Head{}, errors.New("the signed text is no head of a log: it must be the log's name, its size and its hash, on a line each")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Head{}, errors.New("the second line of the head is no number of entries")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Head{}, errors.New("the third line of the head is no hash")
	}
	return Head{Size: size, Root: root, Note: text}, nil
}

// sign returns the signed head of the tree.
func (t *tree) sign(signer note.Signer) (Head, error) {
	root := t.root()
	text, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), t.size, root)}, signer)
	if err != nil {
		return Head{}, fmt.Errorf("the head of the log cannot be signed: %w", err)
	}
	return Head{Size: t.size, Root: root, Note: string(bytes.Clone(text))}, nil
}
