package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/client"
)

// answer is an answer made in memory.
func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
}

// sink is a service in memory that notes the tokens that it is sent, and
// accepts all but the refused ones.
type sink struct {
	mu      sync.Mutex
	seen    []string
	refused map[string]bool
	takes   time.Duration
}

func (s *sink) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(s.takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.seen = append(s.seen, token)
	if s.refused[token] {
		return answer(r, http.StatusUnauthorized, `{}`), nil
	}
	return answer(r, http.StatusOK, `{}`), nil
}

func (s *sink) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}

type getToken = func(context.Context, client.TokenRequest) (*oauth2.Token, error)

func keep(t *testing.T, get getToken) (*client.Connection, *sink) {
	t.Helper()
	s := &sink{refused: map[string]bool{}}
	c, err := client.Connect(api, client.TokenFunc(get), client.WithTransport(s),
		client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}))
	require.NoError(t, err)
	return c, s
}

func hour(name string) *oauth2.Token {
	return &oauth2.Token{AccessToken: name, Expiry: time.Now().Add(time.Hour)}
}

func refusal(status int) error {
	return &oauth2.RetrieveError{Response: &http.Response{StatusCode: status}, ErrorCode: "refused"}
}

// together makes n calls at once and returns their errors.
func together(ctx context.Context, c *client.Connection, n int) []error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { errs[i] = c.Do(ctx, read, nil) })
	}
	wait.Wait()
	return errs
}

func TestCallersShareOneRequestForAToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c, s := keep(t, func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
			time.Sleep(time.Second)
			return hour(fmt.Sprint("token-", asked.Add(1))), nil
		})
		require.NoError(t, errors.Join(together(t.Context(), c, 50)...))
		require.EqualValues(t, 1, asked.Load())
		require.Len(t, s.take(), 50)
	})
}

// TestTheEndOfOneCallIsNotTheOthers: the first caller's context ends while it
// asks; the second goes on with its own.
func TestTheEndOfOneCallIsNotTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c, _ := keep(t, func(ctx context.Context, _ client.TokenRequest) (*oauth2.Token, error) {
			asked.Add(1)
			require.NoError(t, ctx.Err(), "nothing is asked for a call that has ended")
			select {
			case <-time.After(10 * time.Second):
				return hour("token"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		var wait sync.WaitGroup
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			require.ErrorIs(t, c.Do(ctx, read, nil), context.DeadlineExceeded)
		})
		synctest.Wait()
		for range 5 {
			wait.Go(func() { require.NoError(t, c.Do(t.Context(), read, nil)) })
		}
		synctest.Wait()
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			require.ErrorIs(t, c.Do(ctx, read, nil), context.DeadlineExceeded, "who waits is bound by its own context")
		})
		wait.Wait()
		require.EqualValues(t, 2, asked.Load())
	})
}

// TestWhatOneCouldNotReachAnotherMay, but what the authority refused one it
// refuses all.
func TestWhatOneCouldNotReachAnotherMay(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		asked int32
		fail  int
	}{
		"the network failed":    {errors.New("connection reset"), 2, 1},
		"the authority failed":  {refusal(503), 2, 1},
		"the authority refused": {refusal(401), 1, 10},
		"the grant is invalid":  {refusal(400), 1, 10},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				c, _ := keep(t, func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
					time.Sleep(time.Second)
					if asked.Add(1) == 1 {
						return nil, tt.err
					}
					return hour("token"), nil
				})
				failed := 0
				for _, err := range together(t.Context(), c, 10) {
					if err != nil {
						failed++
					}
				}
				require.Equal(t, tt.fail, failed)
				require.Equal(t, tt.asked, asked.Load())
				require.NoError(t, c.Do(t.Context(), read, nil), "a later call asks anew")
			})
		})
	}
}

// TestTokensAreReplacedAheadOfTheirEnd while the old one still serves.
func TestTokensAreReplacedAheadOfTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		var fail atomic.Bool
		took := time.Second
		c, s := keep(t, func(ctx context.Context, _ client.TokenRequest) (*oauth2.Token, error) {
			n := asked.Add(1)
			select {
			case <-time.After(took):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			if fail.Load() {
				return nil, errors.New("the authority is away")
			}
			return hour(fmt.Sprint("token-", n)), nil
		})
		do := func(want string) {
			t.Helper()
			require.NoError(t, c.Do(t.Context(), read, nil))
			require.Equal(t, []string{want}, s.take())
		}
		do("token-1")
		time.Sleep(54 * time.Minute)
		do("token-1")
		require.EqualValues(t, 1, asked.Load())

		// Six minutes on it is time: one call asks, the others do not wait for it.
		time.Sleep(2 * time.Minute)
		begin := time.Now()
		require.NoError(t, errors.Join(together(t.Context(), c, 5)...))
		require.Equal(t, time.Second, time.Since(begin))
		require.EqualValues(t, 2, asked.Load())
		require.Empty(t, cmp.Diff([]string{"token-1", "token-1", "token-1", "token-1", "token-2"}, s.take()))
		do("token-2")

		// The authority is away when it is time again: the old token serves, and
		// asking is not repeated with every call.
		time.Sleep(56 * time.Minute)
		fail.Store(true)
		do("token-2")
		require.EqualValues(t, 3, asked.Load())
		do("token-2")
		require.EqualValues(t, 3, asked.Load())
		time.Sleep(31 * time.Second)
		took = time.Hour
		begin = time.Now()
		do("token-2")
		require.Equal(t, 15*time.Second, time.Since(begin), "an authority that hangs delays a call no longer")
		require.EqualValues(t, 4, asked.Load())

		// At its end it serves no longer.
		took = time.Second
		time.Sleep(4 * time.Minute)
		require.ErrorContains(t, c.Do(t.Context(), read, nil), "the authority is away")
		fail.Store(false)
		do("token-6")
	})
}

func TestATokenAboutToExpireIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		c, s := keep(t, func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
			n++
			return &oauth2.Token{AccessToken: fmt.Sprint(n), Expiry: time.Now().Add(30 * time.Second)}, nil
		})
		for range 8 {
			require.NoError(t, c.Do(t.Context(), read, nil))
			time.Sleep(5 * time.Second)
		}
		// Replaced at half of its life, which is before it has ten seconds left.
		require.Equal(t, []string{"1", "1", "1", "2", "2", "2", "3", "3"}, s.take())
	})
}

// TestARefusedTokenIsNotServedAgain: not to the call that met it, and not to
// the calls that meet it at the same time, which share the new one.
func TestARefusedTokenIsNotServedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c, s := keep(t, func(_ context.Context, r client.TokenRequest) (*oauth2.Token, error) {
			time.Sleep(time.Second)
			n := asked.Add(1)
			require.Equal(t, n > 1, r.Refused)
			return hour(fmt.Sprint("token-", n)), nil
		})
		require.NoError(t, c.Do(t.Context(), read, nil))
		s.take()
		s.refused["token-1"], s.takes = true, time.Second
		require.NoError(t, errors.Join(together(t.Context(), c, 10)...))
		require.EqualValues(t, 2, asked.Load())
		counts := map[string]int{}
		for _, token := range s.take() {
			counts[token]++
		}
		require.Empty(t, cmp.Diff(map[string]int{"token-1": 10, "token-2": 10}, counts))
	})
}

// TestClaimsAreAskedForAnew although there is another token by now, when that
// was had without them; and what the authority says of claims it says of them
// alone.
func TestClaimsAreAskedForAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var issued, sent atomic.Int32
		var refuse atomic.Bool
		var mu sync.Mutex
		var asked []string
		c, err := client.Connect(api, client.TokenFunc(func(_ context.Context, r client.TokenRequest) (*oauth2.Token, error) {
			mu.Lock()
			asked = append(asked, r.Claims)
			mu.Unlock()
			time.Sleep(100 * time.Millisecond)
			if r.Claims != "" && refuse.Load() {
				return nil, refusal(400)
			}
			return hour(fmt.Sprint("token-", issued.Add(1))), nil
		}), client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			n := sent.Add(1)
			if r.Header.Get("Authorization") != "Bearer token-1" {
				return answer(r, http.StatusOK, `{}`), nil
			}
			time.Sleep(time.Duration(n) * time.Second)
			resp := answer(r, http.StatusUnauthorized, `{}`)
			if n == 2 {
				resp.Header.Set("WWW-Authenticate", `Bearer claims="eyJhIjoxfQ"`)
			}
			return resp, nil
		})), client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}))
		require.NoError(t, err)
		require.NoError(t, errors.Join(together(t.Context(), c, 2)...))
		require.Equal(t, []string{"", "", `{"a":1}`}, asked)

		// Of two calls whose token is refused, the one with claims is refused by the
		// authority as well. The other waits behind it, and gets its token.
		refuse.Store(true)
		issued.Store(0)
		sent.Store(1)
		time.Sleep(2 * time.Hour)
		var wait sync.WaitGroup
		wait.Go(func() { require.ErrorIs(t, c.Do(t.Context(), read, nil), client.ErrUnauthorized) })
		time.Sleep(2*time.Second + 150*time.Millisecond) // the authority is asked for claims now
		wait.Go(func() { require.NoError(t, c.Do(t.Context(), read, nil)) })
		wait.Wait()
		require.Equal(t, []string{"", "", `{"a":1}`, "", `{"a":1}`, ""}, asked)
	})
}

// TestATokenWithoutAnEndIsKept until a service refuses it.
func TestATokenWithoutAnEndIsKept(t *testing.T) {
	n := 0
	c, s := keep(t, func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
		n++
		return &oauth2.Token{AccessToken: fmt.Sprint(n)}, nil
	})
	for range 3 {
		require.NoError(t, c.Do(t.Context(), read, nil))
	}
	s.refused["1"] = true
	require.NoError(t, c.Do(t.Context(), read, nil))
	require.Equal(t, []string{"1", "1", "1", "1", "2"}, s.take())
}

// TestKeeperProperties plays random histories: pauses, tokens that live long and
// short, an authority that fails, a service that refuses. No token is sent that
// is about to expire or was refused before, nothing is asked for more than twice
// in a call, and a call fails only when the authority or the service had it fail.
func TestKeeperProperties(t *testing.T) {
	type step struct {
		Pause, Life time.Duration
		Fails       bool // the authority
		Refuses     bool // the service, the token that it is sent first
	}
	rapid.Check(t, func(rt *rapid.T) {
		seconds := func(label string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(rt, label)) * time.Second
		}
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{seconds("pause", 0, 4000), seconds("life", 1, 4000), rapid.Bool().Draw(rt, "fails"), rapid.IntRange(0, 3).Draw(rt, "refuses") == 0}
		}), 1, 30).Draw(rt, "steps")
		var broken string
		synctest.Test(t, func(t *testing.T) {
			var now step
			issued, asked, first := 0, 0, true
			expires, refused := map[string]time.Time{}, map[string]bool{}
			c, err := client.Connect(api, client.TokenFunc(func(context.Context, client.TokenRequest) (*oauth2.Token, error) {
				asked++
				if now.Fails {
					return nil, errors.New("away")
				}
				issued++
				name := fmt.Sprint(issued)
				expires[name] = time.Now().Add(now.Life)
				return &oauth2.Token{AccessToken: name, Expiry: expires[name]}, nil
			}), client.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
				name := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
				if left := time.Until(expires[name]); left < 10*time.Second && name != fmt.Sprint(issued) {
					broken += fmt.Sprintf("token %s was sent %v before its end; ", name, left)
				}
				if refused[name] {
					broken += "refused token " + name + " was sent again; "
				}
				if first && now.Refuses {
					first, refused[name] = false, true
					return answer(r, http.StatusUnauthorized, `{}`), nil
				}
				return answer(r, http.StatusOK, `{}`), nil
			})), client.WithCloud(client.Cloud{Authority: "https://login.example", Graph: "https://graph.example"}))
			require.NoError(t, err)
			for i, s := range steps {
				now, asked, first = s, 0, true
				time.Sleep(s.Pause)
				err := c.Do(t.Context(), read, nil)
				if asked > 2 {
					broken += fmt.Sprintf("step %d asked %d times; ", i, asked)
				}
				if (err != nil) && !s.Fails {
					broken += fmt.Sprintf("step %d failed: %v; ", i, err)
				}
			}
		})
		if broken != "" {
			rt.Fatal(broken)
		}
	})
}
