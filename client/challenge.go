package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
)

// renew answers a 401 with another token: one with the claims that the service
// asks for, or simply a new one. It returns nil when there is none, which leaves
// the 401 to be the answer; failure then has the reason if there is one to tell.
//
// A 401 proves that a request was not executed, whatever the request is.
func (c *Connection) renew(ctx context.Context, resp *http.Response, refused *oauth2.Token, failure *Error) *oauth2.Token {
	c.settings.logger.LogAttrs(ctx, slog.LevelWarn, "will try again", slog.String("reason", "the service refused the token"),
		slog.String("path", failure.Path), slog.String("client-request-id", failure.ClientRequestID))
	want := wanted{claims: claimsOf(resp.Header), refused: refused.AccessToken}
	fresh, err := c.token(ctx, want, failure)
	switch {
	case err != nil:
		return nil
	case fresh.AccessToken != refused.AccessToken:
		return fresh
	case want.claims != "":
		failure.Err = errors.New("the service asks for other claims in the token, and the " + c.credential.String() + " returned the same token again")
	}
	return nil
}

// withToken returns a request as it was, with another token.
func withToken(req *http.Request, token *oauth2.Token) *http.Request {
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		// It is a reader of bytes, and never fails.
		again.Body, _ = req.GetBody()
	}
	token.SetAuthHeader(again)
	return again
}

// maxClaims bounds the claims of a challenge, which become part of a request.
const maxClaims = 8 << 10

// claimsOf returns the claims that a refusal asks for, or nothing: a challenge
// that cannot be read is answered like one without claims.
//
// Source: Learn, "Claims challenges, claims requests, and client capabilities".
func claimsOf(h http.Header) string {
	for _, challenge := range challenges(h) {
		text := challenge.parameters["claims"]
		if !strings.EqualFold(challenge.scheme, "Bearer") || text == "" || len(text) > maxClaims {
			continue
		}
		// Both alphabets and both lengths have been seen.
		text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		claims, err := base64.RawStdEncoding.DecodeString(text)
		var object map[string]any
		if err == nil && json.Unmarshal(claims, &object) == nil && object != nil {
			return string(claims)
		}
	}
	return ""
}

// requestedClaims is the claims parameter of a request for a token. It says that
// this client can answer claims challenges, without which services send none, and
// what a challenge asked for.
//
// Source: Learn, "Claims challenges, claims requests, and client capabilities".
func requestedClaims(challenge string) string {
	type object = map[string]json.RawMessage
	claims, access := object{}, object{}
	if challenge != "" {
		// It is an object, as claimsOf has seen. What is in it stays as it is.
		_ = json.Unmarshal([]byte(challenge), &claims)
	}
	if json.Unmarshal(claims["access_token"], &access) != nil || access == nil {
		access = object{}
	}
	access["xms_cc"] = json.RawMessage(`{"values":["cp1"]}`)
	var err error
	if claims["access_token"], err = json.Marshal(access); err != nil {
		return challenge
	}
	text, err := json.Marshal(claims)
	if err != nil {
		return challenge
	}
	return string(text)
}

type challenge struct {
	scheme     string
	parameters map[string]string
}

// challenges reads the WWW-Authenticate headers of an answer, as far as they
// can be read. The names of parameters are in lower case.
//
// Source: RFC 9110, section 11.6.1.
func challenges(h http.Header) []challenge {
	var all []challenge
	for _, text := range h.Values("WWW-Authenticate") {
		all = append(all, readChallenges(text)...)
	}
	return all
}

func readChallenges(text string) []challenge {
	var all []challenge
	for {
		text = strings.TrimLeft(text, " \t,")
		word, rest := cutToken(text)
		if word == "" {
			return all
		}
		after := strings.TrimLeft(rest, " \t")
		value, isParameter := strings.CutPrefix(after, "=")
		if !isParameter {
			// A word that no value follows begins a challenge.
			all = append(all, challenge{word, map[string]string{}})
			text = rest
			continue
		}
		value, text = cutValue(strings.TrimLeft(value, " \t"))
		if len(all) == 0 {
			return nil
		}
		name, last := strings.ToLower(word), all[len(all)-1].parameters
		if _, twice := last[name]; !twice {
			last[name] = value
		}
	}
}

// cutToken cuts a token off the beginning of a text. It is more generous than
// the grammar, which does not matter for what is looked up by name.
func cutToken(text string) (token, rest string) {
	end := strings.IndexAny(text, " \t,=\"")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// cutValue cuts a token or a quoted string off the beginning of a text.
func cutValue(text string) (value, rest string) {
	quoted, ok := strings.CutPrefix(text, `"`)
	if !ok {
		end := strings.IndexAny(text, " \t,")
		if end < 0 {
			end = len(text)
		}
		return text[:end], text[end:]
	}
	var b strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch quoted[i] {
		case '"':
			return b.String(), quoted[i+1:]
		case '\\':
			if i++; i == len(quoted) {
				return b.String(), ""
			}
		}
		b.WriteByte(quoted[i])
	}
	return b.String(), ""
}
