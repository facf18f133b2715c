package client

import (
	"errors"
	"fmt"
	"hash/maphash"
	"net/url"
	"slices"
	"strings"
)

// Follow returns r with the address that an answer to r gave for more: the
// @odata.nextLink of a page. The link is opaque and is sent as it came; method,
// headers and body are those of r, for the service does not carry them over
// (Learn, "Paging Microsoft Graph data in your app").
//
// A token goes with the request, so the link must lead to the endpoint: the same
// scheme, host and port, no user name, and a path below the version that r asks
// for. Any other link is an error, and nothing is sent.
func (c *Connection) Follow(r Request, link string) (Request, error) {
	u, err := c.sameAPI(r, link)
	if err != nil {
		// The link is not quoted: it was written by somebody else, and may hold
		// a password or what a person searched for.
		return Request{}, fmt.Errorf("client: the link to the next page %w; it is not followed", err)
	}
	r.link = u
	return r, nil
}

// Pages leads through the pages of one list, as a service links them. It is not
// safe for concurrent use.
type Pages struct {
	conn  *Connection
	first Request
	// seen remembers links, in eight bytes each.
	seed  maphash.Seed
	seen  map[uint64]struct{}
	empty int
}

// Pages begins with the request for the first page.
func (c *Connection) Pages(first Request) *Pages {
	return &Pages{conn: c, first: first, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
}

// maxEmptyPages is how many pages in a row may be empty. A page may be, although
// more follow (Learn, "Paging Microsoft Graph data in your app"); without a bound
// a service that gives ever new links would keep a caller for ever.
const maxEmptyPages = 100

// ErrEndless means that the pages of a list come to no end.
var ErrEndless = errors.New("the list has no end")

// Next returns the request for the next page, from the link and the number of
// items that the last one had. The error is that of [Connection.Follow], or
// [ErrEndless] for a link that was there before and after 100 empty pages in a
// row.
func (p *Pages) Next(link string, items int) (Request, error) {
	next, err := p.conn.Follow(p.first, link)
	if err != nil {
		return Request{}, err
	}
	sum := maphash.String(p.seed, link)
	if _, again := p.seen[sum]; again {
		return Request{}, fmt.Errorf("client: %w: its pages go round in circles", ErrEndless)
	}
	p.seen[sum] = struct{}{}
	if p.empty++; items > 0 {
		p.empty = 0
	}
	if p.empty >= maxEmptyPages {
		return Request{}, fmt.Errorf("client: %w: %d pages in a row are empty, and more are said to follow", ErrEndless, p.empty)
	}
	return next, nil
}

func (c *Connection) sameAPI(r Request, link string) (*url.URL, error) {
	u, err := url.Parse(link)
	switch {
	case err != nil || link == "":
		return nil, errors.New("is no address")
	case u.User != nil || strings.Contains(u.Host, "@"):
		return nil, errors.New("holds a user name")
	case u.Scheme != c.endpoint.Scheme:
		return nil, fmt.Errorf("is not reached by %s", c.endpoint.Scheme)
	case !strings.EqualFold(u.Hostname(), c.endpoint.Hostname()) || port(u) != port(c.endpoint):
		return nil, fmt.Errorf("leads away from %s", c.endpoint.Host)
	case u.Fragment != "":
		return nil, errors.New("has a fragment")
	case len(r.Path) == 0 || !below(u, r.Path[0]):
		return nil, errors.New("leads to another part of the service")
	}
	// The host is written as it was configured, which is where the token goes.
	u.Host = c.endpoint.Host
	return u, nil
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

// below tells whether the path of u lies below the segment root, and says so
// without any segment that moves upward, in whatever way that is written.
func below(u *url.URL, root string) bool {
	segments := strings.Split(u.Path, "/")
	return len(segments) > 2 && segments[0] == "" && segments[1] == root && !strings.Contains(u.Path, `\`) &&
		!slices.ContainsFunc(segments[1:], func(s string) bool { return s == "" || s == "." || s == ".." })
}
