package client

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/internal/retry"
)

// Option changes how a client connects. An option that makes no sense is an
// error of the constructor that it is given to.
type Option func(*settings) error

type settings struct {
	cloud     Cloud
	transport http.RoundTripper
	logger    *slog.Logger
	userAgent string
	random    io.Reader
	retry     retry.Settings
	limits    *Limits
	hooks     []Hook
	rules     []alert.Option
}

// WithCloud selects the cloud; the default is [Global].
func WithCloud(c Cloud) Option {
	return func(s *settings) error {
		s.cloud = c
		return nil
	}
}

// WithTransport sends requests through rt, for a proxy, a private certificate
// authority, or a test. The default is a clone of [http.DefaultTransport], or
// that itself when the program has replaced it by something that is no
// [http.Transport]. rt must not send a request again on its own: what creates
// something could be created twice.
func WithTransport(rt http.RoundTripper) Option {
	return func(s *settings) error {
		if rt == nil {
			return errors.New("the transport is nil")
		}
		s.transport = rt
		return nil
	}
}

// WithLogger logs each attempt that was answered at level debug, with method,
// path, status, duration and the two request ids, and each attempt that failed
// at level warn, with the reason to try again or to give up. Bodies, query values
// and tokens are never logged. The default logs nothing.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		if l == nil {
			return errors.New("the logger is nil")
		}
		s.logger = l
		return nil
	}
}

// WithUserAgent puts the name of the program in front of the library's own in
// the User-Agent header, like contoso-soar/1.4.
func WithUserAgent(name string) Option {
	return func(s *settings) error {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			return fmt.Errorf("the user agent %q is not printable ASCII", name)
		}
		s.userAgent = name + " " + s.userAgent
		return nil
	}
}

// WithRandom sets the source of the bytes that client request ids are made of;
// the default is [crypto/rand.Reader]. It is for tests that compare requests. The
// source must be safe for concurrent use if the client is used so.
func WithRandom(r io.Reader) Option {
	return func(s *settings) error {
		if r == nil {
			return errors.New("the source of randomness is nil")
		}
		s.random = r
		return nil
	}
}

// WithMaxResponseSize bounds the bytes of an answer that are read; the default
// is 64 MiB. A larger answer is an error.
func WithMaxResponseSize(bytes int64) Option {
	return func(s *settings) error {
		if bytes <= 0 {
			return fmt.Errorf("the largest response size %d is not positive", bytes)
		}
		s.retry.MaxBody = bytes
		return nil
	}
}

// WithRetry bounds how often a request is sent and how long the pauses between
// may be. The defaults are four attempts, and pauses from half a second to
// thirty seconds. Where the service asks for a longer pause than the longest,
// the call ends with the service's answer instead of sleeping.
func WithRetry(attempts int, shortest, longest time.Duration) Option {
	return func(s *settings) error {
		if attempts < 1 || shortest <= 0 || longest < shortest {
			return fmt.Errorf("retrying %d times with pauses from %v to %v makes no sense", attempts, shortest, longest)
		}
		s.retry.Attempts, s.retry.MinWait, s.retry.MaxWait = attempts, shortest, longest
		return nil
	}
}

// WithAttemptTimeout bounds one attempt, from dialling to the end of the answer;
// the default is 100 seconds. The context of a call bounds all of its attempts
// and the pauses between them.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d <= 0 {
			return fmt.Errorf("the longest attempt of %v is not positive", d)
		}
		s.retry.AttemptTimeout = d
		return nil
	}
}

// WithRetryBudget bounds the share of repeated requests while most requests
// fail: each repetition after a failure takes one from the budget, each success
// gives a tenth back, and nothing is repeated while less than half of it is left.
// The default is 100. Being throttled takes nothing, for then the service says
// how long to wait.
func WithRetryBudget(requests int) Option {
	return func(s *settings) error {
		if requests < 1 {
			return fmt.Errorf("a retry budget of %d requests makes no sense; WithRetry(1, …) turns repeating off", requests)
		}
		s.retry.Budget = retry.NewBudget(requests)
		return nil
	}
}

// WithRules changes the rules by which drafts are validated before anything is
// sent, such as [alert.ImpactedOptional]. The default is the rules of the portal.
func WithRules(rules ...alert.Option) Option {
	return func(s *settings) error {
		if slices.ContainsFunc(rules, func(r alert.Option) bool { return r == nil }) {
			return errors.New("a rule is nil")
		}
		s.rules = append(s.rules, rules...)
		return nil
	}
}
