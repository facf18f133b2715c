package unified

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/internal/plain"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// The roots of the Management Activity API in Microsoft's clouds.
//
// Source: Learn, "Office 365 Management Activity API reference".
const (
	RootGlobal  = "https://manage.office.com"
	RootGCC     = "https://manage-gcc.office.com"
	RootGCCHigh = "https://manage.office365.us"
	RootDoD     = "https://manage.protection.apps.mil"
)

// ContentGeneral is the content type in which records of Defender are: the one
// for all workloads that have none of their own. That is inferred; no document
// says it of record type 232.
const ContentGeneral = "Audit.General"

// Feed reads records from the Office 365 Management Activity API, or from
// whatever answers like it. It asks only for content of a subscription that
// exists already. It is safe for concurrent use.
type Feed struct {
	// Root is one of the constants or another address; Tenant the tenant's
	// GUID. The token must be for the same tenant and root.
	Root, Tenant string
	// Publisher is the GUID of the vendor's own tenant, to have a quota of its
	// own; empty shares one with others that have none.
	Publisher string
	// Token returns an access token with the permission ActivityFeed.Read.
	Token func(ctx context.Context) (string, error)
	// Client sends the requests; nil stands for one that gives up after a
	// minute. Redirects are never followed, whatever it says.
	Client *http.Client
}

// Blob is a piece of content that can be fetched.
type Blob struct {
	ContentType       string `json:"contentType"`
	ContentID         string `json:"contentId"`
	ContentURI        string `json:"contentUri"`
	ContentCreated    string `json:"contentCreated"`
	ContentExpiration string `json:"contentExpiration"`
}

// The limits of what is read from the service.
const (
	maxList = 16 << 20
	maxBlob = 256 << 20
	// MaxWindow is the longest time that one request may ask for; longer ones
	// are split.
	MaxWindow = 24 * time.Hour
)

// Records yields the records of the content that became available from one
// time up to, but without, another, each once. The service keeps seven days.
// Neither the blobs nor the records in them are in any order, and the time that
// is asked for is not that of the records but of the content.
func (f *Feed) Records(ctx context.Context, contentType string, from, to time.Time) iter.Seq2[Record, error] {
	return Unique(func(yield func(Record, error) bool) {
		for blob, err := range f.Blobs(ctx, contentType, from, to) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			records, err := f.Fetch(ctx, blob)
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
		}
	})
}

// Blobs yields the pieces of content, fetching pages while it is ranged over.
func (f *Feed) Blobs(ctx context.Context, contentType string, from, to time.Time) iter.Seq2[Blob, error] {
	return func(yield func(Blob, error) bool) {
		for start := from.UTC(); start.Before(to); start = start.Add(MaxWindow) {
			end := start.Add(MaxWindow)
			if end.After(to) {
				end = to.UTC()
			}
			query := url.Values{"contentType": {contentType}, "startTime": {start.Format(timeForm)}, "endTime": {end.Format(timeForm)}}
			if f.Publisher != "" {
				query.Set("PublisherIdentifier", f.Publisher)
			}
			next := strings.TrimSuffix(f.Root, "/") + "/api/v1.0/" + url.PathEscape(f.Tenant) + "/activity/feed/subscriptions/content?" + query.Encode()
			for seen := map[string]bool{}; next != ""; {
				if seen[next] {
					yield(Blob{}, errors.New("activity feed: the service names a page as the next that was read before"))
					return
				}
				seen[next] = true
				var page []Blob
				var err error
				if next, err = f.get(ctx, next, maxList, &page); err != nil {
					yield(Blob{}, err)
					return
				}
				for _, blob := range page {
					if !yield(blob, nil) {
						return
					}
				}
			}
		}
	}
}

// Fetch reads the records of a piece of content.
func (f *Feed) Fetch(ctx context.Context, blob Blob) ([]Record, error) {
	var records []Record
	_, err := f.get(ctx, blob.ContentURI, maxBlob, &records)
	return records, err
}

// get reads a JSON document, and returns the address of the next page. It sends
// the token to the root's own host only.
func (f *Feed) get(ctx context.Context, address string, most int64, v any) (next string, err error) {
	target, err := url.Parse(address)
	root, rootErr := url.Parse(f.Root)
	if err != nil || rootErr != nil || target.Scheme != root.Scheme || target.Host != root.Host || target.User != nil {
		return "", errors.New("activity feed: an address is not on the host of the root; nothing was sent there")
	}
	fail := func(err error) (string, error) {
		return "", fmt.Errorf("activity feed: GET %s: %w", plain.Line(target.Path), err)
	}
	token, err := f.Token(ctx)
	if err != nil {
		return fail(fmt.Errorf("there is no token: %w", err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fail(errors.New("the address is malformed"))
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := http.Client{Timeout: time.Minute}
	if f.Client != nil {
		client = *f.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		if inner, ok := errors.AsType[*url.Error](err); ok {
			err = inner.Err
		}
		return fail(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return fail(err)
	}
	if resp.StatusCode != http.StatusOK {
		return fail(refusal(resp.StatusCode, body))
	}
	if int64(len(body)) > most {
		return fail(fmt.Errorf("the answer has more than %d bytes", most))
	}
	if err := wire.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), v); err != nil {
		return fail(err)
	}
	return resp.Header.Get("NextPageUri"), nil
}

// refusal describes an answer with the code and the message of the service.
func refusal(status int, body []byte) error {
	var doc struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	if wire.Unmarshal(body, &doc) == nil && doc.Error.Code != "" {
		text += ": " + plain.Line(plain.Cut(doc.Error.Code, 100)+": "+plain.Cut(doc.Error.Message, 500))
	}
	return errors.New(text)
}
