package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/incidentkit/incidentkit/client"
	"github.com/incidentkit/incidentkit/client/arm"
	"github.com/incidentkit/incidentkit/client/emulator"
)

// TestARMRefusals have the code and the text of the service, as far as they are
// known.
func TestARMRefusals(t *testing.T) {
	f := openFaces(t)
	f.put("incidents/made", someIncident)
	version := func(path, version string) string {
		return strings.Replace(armPath(path), "api-version=2025-09-01", version, 1)
	}
	swap := func(old, with string) string { return strings.Replace(armPath("incidents/made"), old, with, 1) }
	for _, tt := range []struct {
		method, path, body string
		status             int
		code, want         string
	}{
		{"GET", version("incidents", ""), "", 400, "MissingApiVersionParameter", "is required for all requests"},
		{"GET", version("incidents", "api-version=x"), "", 400, "InvalidApiVersionParameter", "'x' is invalid"},
		{"GET", version("incidents", "api-version=2019-01-01-preview"), "", 400, "NoRegisteredProviderFound", "2025-09-01"},
		{"GET", version("incidents", "api-version=2025-07-01-preview"), "", 200, "", ""},
		{"GET", version("incidents", "api-version=2021-10-01"), "", 200, "", ""},
		{"GET", swap(emulator.SubscriptionID, "00000000-0000-0000-0000-000000000000"), "", 404, "SubscriptionNotFound", "could not be found"},
		{"GET", swap(emulator.ResourceGroup, "other"), "", 404, "ResourceGroupNotFound", "Resource group 'other' could not be found."},
		{"GET", swap(emulator.WorkspaceName, "other"), "", 404, "ResourceNotFound", "workspaces/other' under resource group"},
		{"GET", swap("Microsoft.OperationalInsights", "Microsoft.Other"), "", 501, "NotImplemented", "no route for GET"},
		{"GET", armPath("alertRules"), "", 501, "NotImplemented", "no route for GET"},
		{"PATCH", armPath("incidents/made"), `{}`, 501, "NotImplemented", "no route for PATCH"},
		{"PUT", armPath("incidents"), `{}`, 405, "UnsupportedApiVersion", "not supported"},
		{"GET", armPath("incidents/nope"), "", 404, "NotFound", "doesn't exist"},
		{"GET", armPath("incidents/made/comments/nope"), "", 404, "NotFound", "does not exist"},
		{"GET", armPath("incidents/nope/comments"), "", 404, "NotFound", "doesn't exist"},
		{"PUT", armPath("incidents/nope/tasks/t"), `{"properties":{"title":"t","status":"New"}}`, 404, "NotFound", "doesn't exist"},
		{"DELETE", armPath("incidents/nope/tasks/t"), "", 404, "NotFound", "doesn't exist"},
		{"POST", armPath("incidents/nope/alerts"), "", 404, "NotFound", "doesn't exist"},
		{"PUT", armPath("incidents/new"), `{`, 400, "InvalidRequestContent", "could not be deserialized"},
		{"PUT", armPath("incidents/new"), ``, 400, "InvalidRequestContent", ""},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":1}}`, 400, "InvalidRequestContent", "title"},
		{"PUT", armPath("incidents/new"), `{}`, 400, "BadRequest", "'Title' must have a non-empty value"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","severity":"High"}}`, 400, "BadRequest", "status must not be empty."},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"New"}}`, 400, "BadRequest", "severity must not be empty."},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"New","severity":"Critical"}}`, 400, "BadRequest", "'Critical' is not valid"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"Open","severity":"High"}}`, 400, "BadRequest", "'Open' is not valid"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"Closed","severity":"High","classification":"x"}}`, 400, "BadRequest", "classification 'x'"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"Closed","severity":"High","classificationReason":"x"}}`, 400, "BadRequest", "classificationReason 'x'"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"New","severity":"High","labels":[{}]}}`, 400, "BadRequest", "labelName"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"t","status":"New","severity":"High","description":"` + strings.Repeat("d", 5001) + `"}}`, 400, "BadRequest", "5000 characters"},
		{"PUT", armPath("incidents/new"), `{"etag":"\"x\"","properties":` + someIncident + `}`, 409, "Conflict", "Data was not saved"},
		{"PUT", armPath("incidents/new"), `{"properties":{"title":"` + strings.Repeat("t", 4<<20) + `"}}`, 413, "RequestContentTooLarge", "4 MB"},
		{"PUT", armPath("incidents/" + strings.Repeat("i", 261)), `{"properties":` + someIncident + `}`, 400, "InvalidResourceName", "260"},
		{"PUT", armPath("incidents/a%2Fb"), `{"properties":` + someIncident + `}`, 400, "InvalidResourceName", "'a/b'"},
		{"PUT", armPath("incidents/a%ff"), `{"properties":` + someIncident + `}`, 400, "InvalidResourceName", ""},
		{"GET", armPath("incidents//comments"), "", 501, "NotImplemented", ""},
		{"PUT", armPath("incidents/made/comments/c"), `{"properties":{}}`, 400, "BadRequest", "message"},
		{"PUT", armPath("incidents/made/tasks/t"), `{"properties":{"status":"New"}}`, 400, "BadRequest", "title"},
		{"PUT", armPath("incidents/made/tasks/t"), `{"properties":{"title":"t","status":"Done"}}`, 400, "BadRequest", "status 'Done'"},
		{"PUT", armPath("incidents/made/relations/rel"), `{"properties":{}}`, 400, "BadRequest", "relatedResourceId"},
		{"PUT", armPath("incidents/made/relations/rel"), `{"properties":{"relatedResourceId":"x"}}`, 400, "BadRequest", "is not the id of"},
		{"PUT", armPath("incidents/made/relations/rel"), `{"properties":{"relatedResourceId":"` + armID("hunts/x") + `"}}`, 404, "NotFound", "does not exist"},
		{"PUT", armPath("bookmarks/b"), `{"properties":{"query":"q"}}`, 400, "BadRequest", "displayName"},
		{"PUT", armPath("bookmarks/b"), `{"properties":{"displayName":"b"}}`, 400, "BadRequest", "query"},
		{"GET", armPath("incidents?$top=0"), "", 400, "BadRequest", "$top"},
		{"GET", armPath("incidents?$top=1001"), "", 400, "BadRequest", "1000"},
		{"GET", armPath("incidents?$top=1000"), "", 200, "", ""},
		{"GET", armPath("incidents?$skipToken=x"), "", 400, "BadRequest", "skip token"},
		{"GET", armPath("incidents?$orderby=nope"), "", 400, "BadRequest", "'nope'"},
		{"GET", armPath("incidents?$filter=" + escape("properties/nope eq 'x'")), "", 400, "BadRequest", "properties/nope"},
		{"GET", armPath("incidents/made/comments?$filter=" + escape("properties/nope eq 'x'")), "", 400, "BadRequest", "properties/nope"},
		{"GET", armPath("incidents/made/comments?$orderby=nope"), "", 400, "BadRequest", "nope"},
		{"GET", armPath("incidents?$expand=alerts"), "", 501, "NotImplemented", "$expand"},
		{"GET", armPath("incidents/made/tasks?$top=1"), "", 501, "NotImplemented", "$top"},
		{"GET", armPath("incidents?$top=1&$top=2"), "", 400, "BadRequest", "more than once"},
	} {
		w := f.arm.raw(tt.method, tt.path, tt.body)
		require.Equal(t, tt.status, w.Code, "%s %s: %.300s", tt.method, tt.path, w.Body)
		require.NotEmpty(t, w.Header().Get("x-ms-request-id"))
		require.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
		if tt.status == 200 {
			continue
		}
		var got struct {
			Error struct{ Code, Message string }
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
		require.Equal(t, tt.code, got.Error.Code, "%s %.300s", tt.path, w.Body)
		require.Contains(t, got.Error.Message, tt.want, tt.path)
	}
	require.Equal(t, []string{"made here"}, titles(f.arm.do(200, "GET", armPath("incidents"), "")), "nothing was made")
	// Both forms of an error: that of the provider, and that of what is before it.
	require.JSONEq(t, `{"error":{"code":"NotFound","message":"Incident 'nope' doesn't exist."}}`, f.arm.raw("GET", armPath("incidents/nope"), "").Body.String())
	w := f.arm.raw("GET", swap(emulator.ResourceGroup, "other"), "")
	require.JSONEq(t, `{"error":{"code":"ResourceGroupNotFound","message":"Resource group 'other' could not be found.","target":"resourceGroupName"}}`, w.Body.String())
	require.Equal(t, "gateway", w.Header().Get("x-ms-failure-cause"))
}

// TestARMPathsHaveNoCase: nor do names; and they may end in a slash.
func TestARMPathsHaveNoCase(t *testing.T) {
	f := openFaces(t)
	f.put("incidents/Made%20by%20hand", someIncident)
	path := strings.ToLower(armID("incidents/made%20by%20hand")) + "/?api-version=2025-09-01"
	got := f.arm.do(200, "GET", path, "")
	require.Equal(t, "Made by hand", got.text("name"))
	f.arm.do(200, "PUT", strings.ToUpper(armID("incidents/made"))+"%20BY%20HAND?api-version=2025-09-01", `{"properties":`+someIncident+`}`)
	require.Len(t, f.arm.do(200, "GET", armPath("incidents"), "").list("value"), 1)
	f.arm.do(200, "DELETE", path, "")
}

// TestARMHeaders: ids that the caller gives come back, others are made up, and what
// is left is counted.
func TestARMHeaders(t *testing.T) {
	f := openFaces(t)
	w := f.arm.raw("GET", armPath("incidents"), "", "x-ms-client-request-id", "mine", "x-ms-return-client-request-id", "true", "x-ms-correlation-request-id", "group")
	require.Equal(t, []string{"mine", "group", "249"}, []string{w.Header().Get("x-ms-client-request-id"), w.Header().Get("x-ms-correlation-request-id"), w.Header().Get("x-ms-ratelimit-remaining-subscription-reads")})
	require.Contains(t, w.Header().Get("x-ms-routing-request-id"), w.Header().Get("x-ms-request-id"))
	w = f.arm.raw("GET", armPath("incidents"), "", "x-ms-client-request-id", "mine")
	require.Empty(t, w.Header().Get("x-ms-client-request-id"))
	require.Equal(t, "248", w.Header().Get("x-ms-ratelimit-remaining-subscription-reads"))
	require.Equal(t, "199", f.arm.raw("DELETE", armPath("incidents/x"), "").Header().Get("x-ms-ratelimit-remaining-subscription-deletes"))
	f.arm.clock.Advance(time.Second)
	require.Equal(t, "249", f.arm.raw("GET", armPath("incidents"), "").Header().Get("x-ms-ratelimit-remaining-subscription-reads"))
	log := f.graph.e.Requests()
	last := log[len(log)-1]
	require.Equal(t, []any{"GET", armID("incidents"), 200, false, "API-App:" + emulator.ClientID}, []any{last.Method, last.Path, last.Status, last.Acted, last.Who})
	require.Equal(t, "mine", log[len(log)-3].ClientRequestID)
}

// TestARMThrottles is a choice.
func TestARMThrottles(t *testing.T) {
	f := openFaces(t, emulator.WithChoices(func(c *emulator.Choices) { c.Throttle = true }))
	for range 200 {
		f.arm.do(204, "DELETE", armPath("incidents/x"), "")
	}
	w := f.arm.raw("DELETE", armPath("incidents/x"), "")
	require.Equal(t, 429, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	f.arm.do(200, "GET", armPath("incidents"), "")
	f.arm.clock.Advance(time.Second)
	for range 10 {
		f.arm.do(204, "DELETE", armPath("incidents/x"), "")
	}
	f.arm.do(429, "DELETE", armPath("incidents/x"), "")
}

// TestETags: in the body, and by the headers.
func TestETags(t *testing.T) {
	f := openFaces(t)
	made := f.put("incidents/made", someIncident).text("etag")
	require.Regexp(t, `^"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"$`, made)
	put := func(etag string, header ...string) int {
		body := `{"properties":` + someIncident + `}`
		if etag != "" {
			body = `{"etag":` + quoted(etag) + `,"properties":` + someIncident + `}`
		}
		return f.arm.raw("PUT", armPath("incidents/made"), body, header...).Code
	}
	etag := func() string { return f.arm.do(200, "GET", armPath("incidents/made"), "").text("etag") }
	f.arm.clock.Advance(time.Second)
	require.Equal(t, 200, put(made))
	require.Equal(t, 409, put(made))
	require.Equal(t, 200, put(""), "it is optional")
	require.Equal(t, 200, put(etag(), "If-Match", etag()))
	require.Equal(t, 412, put("", "If-Match", made))
	require.Equal(t, 200, put("", "If-Match", "*"))
	require.Equal(t, 200, put("", "If-Match", `"x", `+etag()))
	require.Equal(t, 412, put("", "If-None-Match", "*"))
	require.Equal(t, 412, f.arm.raw("PUT", armPath("incidents/new"), `{"properties":`+someIncident+`}`, "If-Match", "*").Code)
	require.Equal(t, 201, f.arm.raw("PUT", armPath("incidents/new"), `{"properties":`+someIncident+`}`, "If-None-Match", "*").Code)
	require.Equal(t, 412, f.arm.raw("DELETE", armPath("incidents/made"), "", "If-Match", made).Code)
	before := etag()
	f.arm.clock.Advance(time.Second)
	f.put("incidents/made/tasks/t", `{"title":"t","status":"New"}`)
	require.NotEqual(t, before, etag(), "what belongs to an incident is a change of it")
	require.Equal(t, 200, f.arm.raw("DELETE", armPath("incidents/made"), "", "If-Match", etag()).Code)

	f = openFaces(t, emulator.WithChoices(func(c *emulator.Choices) { c.IfMatchIgnored = true }))
	f.put("incidents/made", someIncident)
	require.Equal(t, 200, put("", "If-Match", made))
	require.Equal(t, 200, put("", "If-None-Match", "*"))
}

// TestOwners: one member names a person whom the tenant has.
func TestOwners(t *testing.T) {
	jo := emulator.Identity{ObjectID: "0d5ff4a5-5b0f-4c1c-9d0e-9f1c2a7f0001", Name: "Jo", UserPrincipalName: "jo@contoso.com"}
	for _, dropped := range []bool{false, true} {
		f := openFaces(t, emulator.WithIdentity(jo), emulator.WithChoices(func(c *emulator.Choices) { c.UnknownOwnersDropped = dropped }))
		f.graph.raise("one")
		for _, path := range []string{armPath("incidents/made"), defender("1")} {
			owner := func(json string) string {
				f.arm.raw("PUT", path, `{"properties":`+strings.TrimSuffix(someIncident, "}")+`,"owner":`+json+`}}`)
				got := f.arm.do(200, "GET", path, "")
				return fmt.Sprint(got["properties"].(map[string]any)["owner"])
			}
			filled := "map[assignedTo:Jo email:jo@contoso.com objectId:" + jo.ObjectID + " ownerType:User userPrincipalName:jo@contoso.com]"
			for _, member := range []string{`{"objectId":"` + jo.ObjectID + `"}`, `{"userPrincipalName":"JO@contoso.com"}`, `{"email":"jo@contoso.com"}`} {
				require.Equal(t, filled, owner(member))
			}
			require.Equal(t, "map[]", owner(`{"objectId":null,"email":null,"assignedTo":null,"userPrincipalName":null}`))
			require.Equal(t, "map[]", owner(`null`))
			stranger := owner(`{"userPrincipalName":"x@contoso.com"}`)
			if dropped {
				require.Equal(t, "map[]", stranger)
			} else {
				require.Contains(t, stranger, "userPrincipalName:x@contoso.com")
			}
		}
	}
}

// TestARMChoices are the other choices.
func TestARMChoices(t *testing.T) {
	f := openFaces(t, emulator.WithChoices(func(c *emulator.Choices) { c.ClosingNeedsClassification, c.AlertsStayInDefender = true, true }))
	f.graph.raise("one")
	const closed = `{"properties":{"title":"t","severity":"High","status":"Closed"}}`
	f.arm.do(400, "PUT", armPath("incidents/made"), closed)
	f.arm.do(400, "PUT", defender("1"), closed)
	f.put("incidents/made", someIncident)
	f.put("bookmarks/b", `{"displayName":"b","query":"q"}`)
	f.put("incidents/made/relations/rel-b", `{"relatedResourceId":"`+armID("bookmarks/b")+`"}`)
	f.arm.do(400, "PUT", defender("1", "relations", "rel-b"), `{"properties":{"relatedResourceId":"`+armID("bookmarks/b")+`"}}`)
	id := f.arm.do(200, "POST", defender("1", "alerts"), "").list("value")[0].text("id")
	f.arm.do(400, "PUT", armPath("incidents/made/relations/rel"), `{"properties":{"relatedResourceId":"`+id+`"}}`)
}

// TestARMFaults: what goes wrong on demand has the form of Azure Resource Manager,
// and a client that tries again makes nothing twice.
func TestARMFaults(t *testing.T) {
	e := emulator.Start(t)
	ctx := t.Context()
	for n, fault := range []emulator.Fault{
		{Kind: emulator.AnswerStatus, Status: 503}, {Kind: emulator.AnswerStatus, RetryAfter: "0"}, {Kind: emulator.ResetBefore}, {Kind: emulator.ResetAfter}, {Kind: emulator.Truncate}, {Kind: emulator.ExpireToken},
	} {
		fault.Method, fault.Path, fault.Requests = "PUT", "/incidents/", []int{1}
		remove := e.Inject(fault)
		made, err := e.Sentinel.CreateIncident(ctx, fmt.Sprint("i", n), arm.IncidentSettings{Title: "T", Severity: arm.SeverityHigh, Status: arm.StatusNew})
		require.NoError(t, err, fault.Kind)
		require.EqualValues(t, n+1, made.Properties.IncidentNumber, fault.Kind)
		remove()
	}
	remove := e.Inject(emulator.Fault{Method: "GET", Path: "/incidents", Kind: emulator.ForeignNextLink})
	seen := 0
	var failed error
	for _, err := range e.Sentinel.ListIncidents(ctx, arm.ListOptions{Top: 2}) {
		if err != nil {
			failed = err
			break
		}
		seen++
	}
	require.Equal(t, 2, seen)
	require.ErrorContains(t, failed, "is not followed")
	remove()
	remove = e.Inject(emulator.Fault{Method: "GET", Kind: emulator.StaleRead})
	_, err := e.Sentinel.GetIncident(ctx, "i0")
	require.ErrorIs(t, err, client.ErrNotFound)
	remove()
	defer e.Inject(emulator.Fault{Kind: emulator.AnswerStatus, Status: 403})()
	_, err = e.Sentinel.GetIncident(ctx, "i0")
	require.ErrorIs(t, err, client.ErrForbidden)
	require.ErrorContains(t, err, "[correlation-request-id ")
}

// TestUpdatesThatRace: many writers lose nothing.
func TestUpdatesThatRace(t *testing.T) {
	e := emulator.Start(t)
	ctx := t.Context()
	_, err := e.Sentinel.CreateIncident(ctx, "made", arm.IncidentSettings{Title: "T", Severity: arm.SeverityHigh, Status: arm.StatusNew})
	require.NoError(t, err)
	var group sync.WaitGroup
	for n := range 16 {
		group.Go(func() {
			_, err := e.Sentinel.UpdateIncident(ctx, "made", func(s *arm.IncidentSettings) error { s.AddLabel(fmt.Sprint("l", n)); return nil })
			if err != nil {
				t.Error(err)
			}
			if _, err = e.Sentinel.CreateComment(ctx, "made", fmt.Sprint("c", n), "m"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	got, err := e.Sentinel.GetIncident(ctx, "made")
	require.NoError(t, err)
	require.Len(t, got.Properties.Labels, 16)
	require.EqualValues(t, 16, *got.Properties.AdditionalData.CommentsCount)
	require.NoError(t, e.Check())
}

// TestBothFacesAtRandom does random things on both, and checks the state after
// each: lists agree with objects, counts with lists, and all with a snapshot.
func TestBothFacesAtRandom(t *testing.T) {
	f := openFaces(t)
	empty := f.graph.e.Snapshot()
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(rt, f.graph.e.Load(empty))
		raised := 0
		incidents := func() string {
			names := []string{armPath("incidents/a"), armPath("incidents/b")}
			for n := range raised {
				names = append(names, defender(fmt.Sprint(n+1)))
			}
			return rapid.SampledFrom(names).Draw(rt, "incident")
		}
		below := func(path string) string { return strings.Replace(incidents(), "?", "/"+path+"?", 1) }
		name := func() string { return rapid.SampledFrom([]string{"x-1", "y-2", "X-1"}).Draw(rt, "name") }
		do := func(method, path, body string) {
			if w := f.arm.raw(method, path, body); w.Code >= 500 {
				rt.Fatalf("%s %s: %s", method, path, w.Body)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": func(rt *rapid.T) { require.NoError(rt, f.graph.e.Check()) },
			"look": func(rt *rapid.T) {
				for _, i := range f.arm.do(200, "GET", armPath("incidents"), "").list("value") {
					path := armPath("incidents/" + i.text("name"))
					require.Equal(rt, i, f.arm.do(200, "GET", path, ""))
					in := func(what string) string { return strings.Replace(path, "?", "/"+what+"?", 1) }
					require.Equal(rt, i.text("properties", "additionalData", "commentsCount"), fmt.Sprint(len(f.arm.do(200, "GET", in("comments"), "").list("value"))))
					require.Equal(rt, i.text("properties", "additionalData", "alertsCount"), fmt.Sprint(len(f.arm.do(200, "POST", in("alerts"), "").list("value"))))
					require.Equal(rt, i.text("properties", "additionalData", "bookmarksCount"), fmt.Sprint(len(f.arm.do(200, "POST", in("bookmarks"), "").list("value"))))
				}
			},
			"tick":  func(*rapid.T) { f.arm.clock.Advance(time.Second) },
			"raise": func(*rapid.T) { f.graph.raise("r"); raised++ },
			"merge": func(*rapid.T) {
				f.graph.raw("POST", "/v1.0/security/incidents/mergeIncidents", `{"incidentIds":["1","2"]}`)
			},
			"remark":  func(*rapid.T) { f.graph.raw("POST", "/v1.0/security/incidents/1/comments", `{"comment":"c"}`) },
			"put":     func(*rapid.T) { do("PUT", incidents(), `{"properties":`+someIncident+`}`) },
			"delete":  func(*rapid.T) { do("DELETE", incidents(), "") },
			"comment": func(*rapid.T) { do("PUT", below("comments/"+name()), `{"properties":{"message":"m"}}`) },
			"silence": func(*rapid.T) { do("DELETE", below("comments/"+name()), "") },
			"task":    func(*rapid.T) { do("PUT", below("tasks/"+name()), `{"properties":{"title":"t","status":"New"}}`) },
			"done":    func(*rapid.T) { do("DELETE", below("tasks/"+name()), "") },
			"bookmark": func(*rapid.T) {
				do("PUT", armPath("bookmarks/"+name()), `{"properties":{"displayName":"b","query":"q"}}`)
			},
			"forget": func(*rapid.T) { do("DELETE", armPath("bookmarks/"+name()), "") },
			"relate": func(*rapid.T) {
				do("PUT", below("relations/"+name()), `{"properties":{"relatedResourceId":"`+armID("bookmarks/"+name())+`"}}`)
			},
			"relate alert": func(*rapid.T) {
				if raised > 0 {
					for _, alert := range f.arm.do(200, "POST", defender("1", "alerts"), "").list("value") {
						do("PUT", below("relations/"+name()), `{"properties":{"relatedResourceId":"`+alert.text("id")+`"}}`)
					}
				}
			},
			"unrelate": func(*rapid.T) { do("DELETE", below("relations/"+name()), "") },
			"save and load": func(rt *rapid.T) {
				before := f.graph.state()
				require.NoError(rt, f.graph.e.Load(f.graph.e.Snapshot()))
				require.Equal(rt, before, f.graph.state())
			},
		})
	})
}
