package arm_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/client/arm"
)

// pages answers list requests with pages of two, numbered by the query option page,
// and counts how they are asked for.
func pages(s *service, base string, total int) *[]string {
	var queries []string
	s.intercept = func(w http.ResponseWriter, r *http.Request, path string) bool {
		queries = append(queries, r.URL.RawQuery)
		n := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &n)
		doc := map[string]any{"value": []any{}}
		if n != 1 { // the page in between is empty
			doc["value"] = []any{
				map[string]any{"id": unescapedRoot + "/" + path + "/x", "name": fmt.Sprint(2 * n), "properties": map[string]any{}},
				map[string]any{"id": unescapedRoot + "/" + path + "/x", "name": fmt.Sprint(2*n + 1), "properties": map[string]any{}},
			}
		}
		if n < total-1 {
			doc["nextLink"] = fmt.Sprintf("%s%s/%s?api-version=2025-09-01&%%24skipToken=a+b%%2F&page=%d", base, root, path, n+1)
		} else {
			doc["nextLink"] = ""
		}
		answer(w, http.StatusOK, doc)
		return true
	}
	return &queries
}

func TestLists(t *testing.T) {
	s, c, url := startAt(t)
	queries := pages(s, url, 3)
	o := arm.ListOptions{Filter: "properties/title eq " + arm.Quote("o'neill & co"), OrderBy: "properties/createdTimeUtc desc", Top: 2}
	for name, names := range map[string]func() ([]string, error){
		"incidents":              func() ([]string, error) { return collect(c.ListIncidents(t.Context(), o)) },
		"incidents/abc/comments": func() ([]string, error) { return collect(c.ListComments(t.Context(), "abc", o)) },
		"incidents/abc/relations": func() ([]string, error) {
			return collect(c.ListRelations(t.Context(), "abc", o))
		},
		"incidents/abc/tasks": func() ([]string, error) { return collect(c.ListTasks(t.Context(), "abc")) },
		"bookmarks":           func() ([]string, error) { return collect(c.ListBookmarks(t.Context())) },
	} {
		t.Run(name, func(t *testing.T) {
			*queries = nil
			got, err := names()
			require.NoError(t, err)
			require.Equal(t, []string{"0", "1", "4", "5"}, got)
			require.Equal(t, []string{"GET " + name, "GET " + name, "GET " + name}, s.requests())
			first := "%24filter=properties%2Ftitle+eq+%27o%27%27neill+%26+co%27&%24orderby=properties%2FcreatedTimeUtc+desc&%24top=2&api-version=2025-09-01"
			if strings.HasSuffix(name, "tasks") || name == "bookmarks" {
				first = "api-version=2025-09-01"
			}
			require.Equal(t, []string{first, "api-version=2025-09-01&%24skipToken=a+b%2F&page=1", "api-version=2025-09-01&%24skipToken=a+b%2F&page=2"}, *queries, "links are followed to the letter")
		})
	}
	t.Run("abandoned", func(t *testing.T) {
		for i, err := range c.ListIncidents(t.Context(), arm.ListOptions{}) {
			require.NoError(t, err)
			require.Equal(t, "0", i.Name)
			break
		}
		require.Len(t, s.requests(), 1)
	})
}

func collect[P any](list func(func(*arm.Object[P], error) bool)) (names []string, err error) {
	for o, e := range list {
		if e != nil {
			return names, e
		}
		names = append(names, o.Name)
	}
	return names, nil
}

// TestHostileLinks are links to a next page that must not be followed, and that do
// not end.
func TestHostileLinks(t *testing.T) {
	stranger, _, strangerURL := startAt(t)
	other, err := url.Parse(strangerURL)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		link func(own *url.URL) string
		want string
	}{
		"another host":   {func(*url.URL) string { return strangerURL + root + "/incidents" }, "leads away from"},
		"another scheme": {func(u *url.URL) string { return "https://" + u.Host + root + "/incidents" }, "is not reached by http"},
		"another port":   {func(u *url.URL) string { return "http://127.0.0.1:" + other.Port() + root + "/incidents" }, "leads away from"},
		"a user name":    {func(u *url.URL) string { return "http://x@" + u.Host + root + "/incidents" }, "holds a user name"},
		"relative":       {func(u *url.URL) string { return root + "/incidents?page=2" }, "is not reached by http"},
		"no address":     {func(u *url.URL) string { return "http://%zz" }, "is no address"},
		"a circle":       {func(u *url.URL) string { return u.String() + root + "/incidents?page=2" }, "go round in circles"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, own := startAt(t)
			u, err := url.Parse(own)
			require.NoError(t, err)
			s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				answer(w, http.StatusOK, map[string]any{"value": []any{map[string]any{"id": unescapedRoot + "/incidents/x", "name": "x", "properties": map[string]any{}}}, "nextLink": tt.link(u)})
				return true
			}
			got, err := collect(c.ListIncidents(t.Context(), arm.ListOptions{}))
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "page=2", "the link is not quoted")
			require.NotEmpty(t, got, "what came before the link is not lost")
			require.LessOrEqual(t, len(s.requests()), 2)
		})
	}
	require.Empty(t, stranger.requests(), "nothing was sent elsewhere")

	t.Run("empty for ever", func(t *testing.T) {
		s, c, own := startAt(t)
		n := 0
		s.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool {
			n++
			answer(w, http.StatusOK, map[string]any{"value": []any{}, "nextLink": fmt.Sprintf("%s%s/incidents?n=%d", own, root, n)})
			return true
		}
		_, err := collect(c.ListIncidents(t.Context(), arm.ListOptions{}))
		require.ErrorContains(t, err, "100 pages in a row are empty")
	})
	t.Run("the second page fails", func(t *testing.T) {
		s, c, own := startAt(t)
		s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.URL.Query().Has("n") {
				fail(w, http.StatusForbidden, "AuthorizationFailed")
			} else {
				answer(w, http.StatusOK, map[string]any{"value": []any{map[string]any{"id": unescapedRoot + "/incidents/x", "name": "x", "properties": map[string]any{}}}, "nextLink": own + root + "/incidents?n=1"})
			}
			return true
		}
		var errs []error
		for _, err := range c.ListIncidents(t.Context(), arm.ListOptions{}) {
			if err != nil {
				errs = append(errs, err)
			}
		}
		require.Len(t, errs, 1, "the error is told once, and the list ends")
		require.ErrorContains(t, errs[0], "AuthorizationFailed")
	})
}

func TestLongList(t *testing.T) {
	s, c, own := startAt(t)
	s.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		n := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("n"), &n)
		value := make([]any, 100)
		for i := range value {
			value[i] = map[string]any{"id": unescapedRoot + "/incidents/x", "name": fmt.Sprint(n*100 + i), "properties": map[string]any{}}
		}
		doc := map[string]any{"value": value}
		if n < 19 {
			doc["nextLink"] = fmt.Sprintf("%s%s/incidents?n=%d", own, root, n+1)
		}
		data, err := json.Marshal(doc)
		require.NoError(t, err)
		_, _ = w.Write(data)
		return true
	}
	got, err := collect(c.ListIncidents(t.Context(), arm.ListOptions{}))
	require.NoError(t, err)
	require.Len(t, got, 2000)
	require.Equal(t, "1999", got[1999])
}
