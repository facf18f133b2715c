package client

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/internal/plain"
)

// Verdict is what a token lets one expect of a call.
type Verdict string

const (
	// Allowed means that the token has a permission for the call. It can be
	// refused for other reasons, such as a licence or a person's own rights.
	Allowed Verdict = "allowed"
	// Refused means that it has none.
	Refused Verdict = "refused"
	// CannotTell means that the token does not say what it allows.
	CannotTell Verdict = "cannot tell"
)

// Forecast is what to expect of one kind of call.
type Forecast struct {
	Permission
	Verdict Verdict
	// By is the permission that allows the call.
	By string
}

// Preflight says which calls a token will be refused. It is read from the
// token's claims, which are not verified: that is the service's to do, and what
// it does is what counts. Nothing but this forecast hangs on it.
type Preflight struct {
	// Granted is the permissions in the token, sorted.
	Granted []string
	// Delegated tells that the token is for a person, whose own rights bound
	// what the permissions allow.
	Delegated bool
	// Calls is one forecast for each kind of call, in the order asked for.
	Calls []Forecast
	// Opaque says why nothing can be told, or is empty.
	Opaque string
	// Problems says what else will have the token refused, a sentence each.
	Problems []string
}

// Missing returns the least permissions of the calls that will be refused, each
// once.
func (p *Preflight) Missing() []string {
	var missing []string
	for _, call := range p.Calls {
		if call.Verdict == Refused && !slices.Contains(missing, call.Least) {
			missing = append(missing, call.Least)
		}
	}
	return missing
}

// Err returns an error that says all that will be refused and why, or nil when
// nothing is known that will be. It is [ErrForbidden].
func (p *Preflight) Err() error {
	lines := slices.Clone(p.Problems)
	for _, call := range p.Calls {
		if call.Verdict == Refused {
			lines = append(lines, "to "+call.Call+" the token needs "+call.Least)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrForbidden, plain.Line(strings.Join(lines, "; ")))
}

// String returns a line for each call.
func (p *Preflight) String() string {
	var b strings.Builder
	if p.Opaque != "" {
		fmt.Fprintf(&b, "%s: %s\n", CannotTell, p.Opaque)
	}
	for _, problem := range p.Problems {
		b.WriteString(plain.Line(problem) + "\n")
	}
	for _, call := range p.Calls {
		fmt.Fprintf(&b, "%-11s  to %s: ", call.Verdict, call.Call)
		if call.Verdict == Allowed {
			b.WriteString("by " + call.By)
		} else {
			b.WriteString("it needs " + strings.Join(append([]string{call.Least}, call.Higher...), " or "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Preflight gets a token, which later calls use, and says which of the calls it
// will be refused. Nothing is sent to the API.
func (c *Connection) Preflight(ctx context.Context, calls ...Permission) (*Preflight, error) {
	failure := &Error{}
	token, err := c.token(ctx, wanted{}, failure)
	if err != nil {
		if failure.Err != nil {
			err = failure.Err
		}
		return nil, fmt.Errorf("client: there is no token to look at: %w", err)
	}
	p := new(Preflight)
	claims, err := readClaims(token.AccessToken)
	if err != nil {
		p.Opaque = err.Error()
	} else {
		p.Granted, p.Delegated = claims.granted()
		p.Problems = claims.problems(c.settings.retry.Now(), c.audiences)
	}
	for _, call := range calls {
		forecast := Forecast{Permission: call, Verdict: CannotTell}
		if p.Opaque == "" {
			forecast.Verdict = Refused
			if by, ok := call.allowedBy(p.Granted); ok {
				forecast.Verdict, forecast.By = Allowed, by
			}
		}
		p.Calls = append(p.Calls, forecast)
	}
	return p, nil
}

// tokenClaims is what a preflight reads of an access token.
//
// Source: Learn, "Access token claims reference". The names are Microsoft's; the
// page asks not to rely on tokens for other APIs being readable, and this does
// not.
type tokenClaims struct {
	Audience oneOrMore `json:"aud"`
	Expires  float64   `json:"exp"`
	Roles    oneOrMore `json:"roles"`
	Scopes   *string   `json:"scp"`
}

// oneOrMore is a string or an array of strings.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = []string{one}
		return nil
	}
	var several []string
	err := json.Unmarshal(data, &several)
	*o = several
	return err
}

// readClaims reads the claims of a JWT without verifying it. The errors have
// nothing of the token in them.
func readClaims(token string) (tokenClaims, error) {
	const most = 256 << 10
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > most {
		return tokenClaims{}, errors.New("the token is opaque")
	}
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || len(data) == 0 || data[0] != '{' {
		return tokenClaims{}, errors.New("the token is opaque")
	}
	var claims tokenClaims
	if json.Unmarshal(data, &claims) != nil {
		return tokenClaims{}, errors.New("the token's claims are not those of an access token")
	}
	return claims, nil
}

// granted returns the permissions of a token. In a person's token the roles are
// the person's own in the application, and are no permissions.
func (c tokenClaims) granted() (permissions []string, delegated bool) {
	permissions = c.Roles
	if c.Scopes != nil {
		permissions, delegated = strings.Fields(*c.Scopes), true
	}
	permissions = slices.Clone(permissions)
	slices.Sort(permissions)
	return slices.Compact(permissions), delegated
}

func (c tokenClaims) problems(now time.Time, audiences []string) []string {
	var problems []string
	for _, audience := range c.Audience {
		// An audience may be the id of the API's application as well, which is not
		// known for every cloud.
		is := func(other string) bool { return strings.TrimRight(audience, "/") == strings.TrimRight(other, "/") }
		if strings.Contains(audience, "://") && !slices.ContainsFunc(audiences, is) {
			problems = append(problems, fmt.Sprintf("The token is made for %s; one for %s is needed.", plain.Cut(audience, 200), audiences[0]))
		}
	}
	if c.Expires > 0 && c.Expires < 1<<40 {
		if expires := time.Unix(int64(c.Expires), 0).UTC(); now.After(expires) {
			problems = append(problems, "The token expired on "+expires.Format(time.DateTime)+".")
		}
	}
	return problems
}
