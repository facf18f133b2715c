package arm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/internal/wire"
)

// readOnly are the properties that only the service sets.
var readOnly = []string{
	"incidentNumber", "incidentUrl", "providerName", "providerIncidentId", "createdTimeUtc", "lastModifiedTimeUtc", "relatedAnalyticRuleIds", "additionalData", "teamInformation",
}

// FuzzUpdateIncident reads any properties as those of an incident and changes it. What
// is written holds every property that was read, but for those that only the service
// sets, which it never holds.
func FuzzUpdateIncident(f *testing.F) {
	f.Add([]byte(anIncident))
	f.Add([]byte(`{"title":"T","severity":"Future","status":"New","owner":{"objectId":null,"newer":1},"labels":[{"labelName":"x","labelType":"User"},{}],"newer":{"deep":[]}}`))
	f.Add([]byte(`{"title":"","labels":[],"owner":{},"firstActivityTimeUtc":"2026-04-27T12:19:27.7211305Z","lastActivityTimeUtc":"0001-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"incidentNumber":3177,"additionalData":{"alertsCount":0},"teamInformation":{"name":"n"},"relatedAnalyticRuleIds":[]}`))
	f.Add([]byte(`{"Title":"T","unassigned":null}`))
	f.Add([]byte(`{"firstActivityTimeUtc":"0001-01-01T0:00:00Z","lastActivityTimeUtc":"0001-01-01T01:00:00+01:00"}`))
	var properties, body []byte
	root := unescapedRoot
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			var b bytes.Buffer
			_, _ = b.ReadFrom(r.Body)
			body = b.Bytes()
		}
		fmt.Fprintf(w, `{"id":"%s/incidents/i1","etag":"7","properties":%s}`, root, properties)
	}))
	f.Cleanup(server.Close)
	c, err := arm.New(client.TokenSource(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})), workspace,
		client.WithCloud(client.Cloud{Name: "fuzz", Authority: server.URL, ARM: server.URL, Unlimited: true}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if v := jsontext.Value(data); !v.IsValid() || v.Kind() != '{' {
			return
		}
		properties, body = data, nil
		_, err := c.UpdateIncident(t.Context(), "i1", func(s *arm.IncidentSettings) error {
			s.Title, s.Description = "T!", "D!"
			return nil
		})
		if body == nil {
			if err == nil {
				t.Log("nothing changed")
			}
			return
		}
		var read map[string]any
		var written struct {
			ETag       string         `json:"etag"`
			Properties map[string]any `json:"properties"`
		}
		if wire.Unmarshal(data, &read) != nil {
			t.Fatalf("written from what cannot be read: %s", data)
		}
		if err := json.Unmarshal(body, &written); err != nil || written.ETag != "7" {
			t.Fatalf("%v: %s", err, body)
		}
		for name := range written.Properties {
			if slices.Contains(readOnly, name) {
				t.Fatalf("%s is written: %s", name, body)
			}
		}
		for name, value := range read {
			if _, there := written.Properties[name]; !there && !slices.Contains(readOnly, name) && !zero(value) {
				t.Fatalf("%s is lost: %s", name, body)
			}
		}
	})
}

// zero tells values for which to leave a property out says the same.
func zero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		at, err := time.Parse(time.RFC3339, v)
		return v == "" || err == nil && at.IsZero()
	}
	return false
}
