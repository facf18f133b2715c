package emulator

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxBatch is the most requests of a batch.
const maxBatch = 20

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      jsontext.Value    `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

type batchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    jsontext.Value    `json:"body,omitzero"`
}

// batch answers several requests in one. They are done in the order in which
// they stand, which the documentation leaves open except for those that depend
// on others.
//
// Source: Learn, "Combine multiple HTTP requests using JSON batching"
// (2025-02-21).
func (c *call) batch(version string) {
	if _, ok := c.session(graphAudience); !ok {
		return
	}
	var body struct {
		Requests []batchRequest `json:"requests"`
	}
	if !c.read(&body) {
		return
	}
	if n := len(body.Requests); n == 0 || n > maxBatch {
		c.fail(http.StatusBadRequest, "BadRequest", "The batch must have 1 to 20 requests.")
		return
	}
	var ids []string
	for _, q := range body.Requests {
		problem := ""
		switch id := strings.ToLower(q.ID); {
		case q.ID == "":
			problem = "A request of the batch has no id."
		case slices.Contains(ids, id):
			problem = "Request Id " + q.ID + " has to be unique in a batch."
		case slices.ContainsFunc(q.DependsOn, func(on string) bool { return !slices.Contains(ids, strings.ToLower(on)) }):
			problem = "Request Id " + q.ID + " depends on a request that does not stand before it."
		case len(q.Body) > 0 && header(q.Headers, "Content-Type") == "":
			problem = "Request Id " + q.ID + " has a body and no Content-Type header."
		}
		if problem != "" {
			c.fail(http.StatusBadRequest, "BadRequest", problem)
			return
		}
		ids = append(ids, strings.ToLower(q.ID))
	}
	answers := make([]batchResponse, 0, len(body.Requests))
	failed := map[string]bool{}
	for _, q := range body.Requests {
		var a batchResponse
		if slices.ContainsFunc(q.DependsOn, func(on string) bool { return failed[strings.ToLower(on)] }) {
			a = batchResponse{ID: q.ID, Status: http.StatusFailedDependency, Headers: map[string]string{"Content-Type": "application/json"},
				Body: jsontext.Value(`{"error":{"code":"FailedDependency","message":"A request that this one depends on has failed."}}`)}
		} else {
			a = c.item(version, q)
		}
		failed[strings.ToLower(q.ID)] = a.Status >= 400
		answers = append(answers, a)
	}
	c.write(http.StatusOK, struct {
		Responses []batchResponse `json:"responses"`
	}{answers})
}

func header(headers map[string]string, name string) string {
	for have, value := range headers {
		if strings.EqualFold(have, name) {
			return value
		}
	}
	return ""
}

// item does one request of a batch.
func (c *call) item(version string, q batchRequest) batchResponse {
	w := newRecorder()
	target, err := url.Parse(version + "/" + strings.TrimPrefix(q.URL, "/"))
	if err != nil || target.Host != "" || strings.HasSuffix(target.Path, "/$batch") {
		c.t.fail(w, c.r, http.StatusBadRequest, "BadRequest", "The URL of the request is not valid.")
	} else {
		// The request has an entry of its own in the log.
		r := c.r.Clone(context.WithValue(c.r.Context(), entryKey{}, nil))
		r.Method, r.RequestURI = strings.ToUpper(q.Method), target.RequestURI()
		target.Scheme = c.r.URL.Scheme
		r.URL = target
		data := itemBody(q)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		for name, value := range q.Headers {
			if !strings.EqualFold(name, "Authorization") { // it is the batch's
				r.Header.Set(name, value)
			}
		}
		c.t.answer(w, r)
	}
	a := batchResponse{ID: q.ID, Status: w.status, Headers: map[string]string{}, Body: w.body.Bytes()}
	for name := range w.header {
		a.Headers[name] = w.header.Get(name)
	}
	if !a.Body.IsValid() {
		a.Body = nil
	}
	return a
}

// itemBody is the body of a request: an object, or a text in base64url.
func itemBody(q batchRequest) []byte {
	if q.Body.Kind() == '"' {
		text, err := jsontext.AppendUnquote(nil, q.Body)
		if err != nil {
			return nil
		}
		for _, form := range []*base64.Encoding{base64.RawURLEncoding, base64.URLEncoding, base64.StdEncoding} {
			if data, err := form.DecodeString(string(text)); err == nil {
				return data
			}
		}
		return text
	}
	return q.Body
}
