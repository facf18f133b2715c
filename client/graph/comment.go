package graph

import (
	"context"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/validate"
)

// maxComment is the largest number of characters of a comment (Learn, "Manage
// incidents in Microsoft Defender"). The API documents no limit of its own.
const maxComment = 30_000

// comment adds a comment to an alert or an incident. The body is one object; a
// list, which the metadata suggests, is answered with 400.
//
// A comment that is sent twice is there twice, so the request is not repeated
// when it may have been executed.
func (c *Client) comment(ctx context.Context, w what, text string, path ...string) ([]alert.Comment, error) {
	if err := commentProblems("comment", text, true); err != nil {
		return nil, err
	}
	r := security(http.MethodPost, w, struct {
		Type string `json:"@odata.type"`
		Text string `json:"comment"`
	}{"microsoft.graph.security.alertComment", text}, append(path, "comments")...)
	r.Once, r.Subject = true, alert.Comment{Comment: text}
	list, err := do(ctx, c, r, func(l *comments) error {
		if !slices.ContainsFunc(l.Value, func(c alert.Comment) bool { return c.Comment != "" }) {
			return bad("it says that a comment was added, and shows none")
		}
		return nil
	})
	if list == nil {
		return nil, err
	}
	return list.Value, err
}

type comments struct {
	Value []alert.Comment `json:"value"`
}

func commentProblems(path, text string, required bool) error {
	var ps validate.Problems
	ps.Text(path, text)
	if text == "" && required {
		ps.Add(path, "required", "is missing; give a value")
	}
	if n := utf8.RuneCountInString(text); n > maxComment {
		ps.Add(path, "max", "has %d characters; at most %d can be sent", n, maxComment)
	}
	return ps.Err()
}
