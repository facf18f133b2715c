package emulator_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// soakRequest is one request of the soak.
type soakRequest struct {
	method, path, body string
	who                int
}

// mixed chooses a request. What is made is made again or deleted by another.
func (s *soak) mixed(random *rand.Rand, n int64) soakRequest {
	switch k := random.IntN(100); {
	case n%5000 == 0:
		return soakRequest{"PATCH", "/v1.0/security/incidents/1", s.long, onGraph}
	case k < 50:
		return s.graph(random, n)
	case k < 85:
		return s.sentinel(random, n)
	case k < 92:
		return s.audit(random, n)
	default:
		return s.refused(random, n)
	}
}

// anIncident is the number of an incident that is not emptied: its anchor stays.
func anIncident(random *rand.Rand) int { return random.IntN(250) + 1 }

// few is how many incidents and alerts get comments, tasks and relations, so that
// they soon have as many as they may.
const few = 20

// graph is a request to Microsoft Graph.
func (s *soak) graph(random *rand.Rand, n int64) soakRequest {
	id, alert := anIncident(random), s.alerts[random.IntN(len(s.alerts))]
	incident := fmt.Sprint("/v1.0/security/incidents/", id)
	switch k := random.IntN(100); {
	case k < 20:
		return soakRequest{"GET", incident, "", onGraph}
	case k < 25:
		return soakRequest{"GET", incident + "?$expand=alerts", "", onGraph}
	case k < 33:
		return soakRequest{"GET", "/v1.0/security/incidents?$top=20&$count=true&$expand=alerts&$filter=" + escape("status eq 'active' and severity ne 'low'"), "", onGraph}
	case k < 38:
		return soakRequest{"GET", "/v1.0/security/alerts_v2?$top=20&$orderby=createdDateTime", "", onGraph}
	case k < 54:
		return soakRequest{"PATCH", incident, fmt.Sprintf(`{"displayName":"name %d","status":"%s","assignedTo":"user%d@contoso.com","customTags":["tag %d"]}`, n, []string{"active", "inProgress", "resolved"}[n%3], n, n), onGraph}
	case k < 62:
		return soakRequest{"PATCH", "/v1.0/security/alerts_v2/" + alert, fmt.Sprintf(`{"assignedTo":"user%d@contoso.com","customDetails":{"n":"%d"}}`, n, n), onGraph}
	case k < 67:
		return soakRequest{"POST", fmt.Sprint("/v1.0/security/incidents/", random.IntN(few)+1, "/comments"), fmt.Sprintf(`{"comment":"comment %d"}`, n), onGraph}
	case k < 70:
		return soakRequest{"POST", "/v1.0/security/alerts_v2/" + s.alerts[random.IntN(few)] + "/comments", fmt.Sprintf(`{"comment":"comment %d"}`, n), onGraph}
	case k < 82:
		if n%4 == 0 {
			return soakRequest{"POST", createPath, draft(fmt.Sprint("linked ", n), "linkToIncident", fmt.Sprint(id), "entityDefinitions", about(fmt.Sprint("linked", n))), onGraph}
		}
		// Those that open an incident are correlated with each other.
		return soakRequest{"POST", createPath, draft(fmt.Sprint("raised ", n), "entityDefinitions", about(fmt.Sprint("raised", random.IntN(10)))), onGraph}
	case k < 89:
		return soakRequest{"POST", "/v1.0/security/alerts_v2/moveAlerts", fmt.Sprintf(`{"alertIds":["%s"],"incidentId":"%d"}`, alert, anIncident(random)), onGraph}
	case k < 91:
		return soakRequest{"POST", "/v1.0/security/incidents/mergeIncidents", fmt.Sprintf(`{"incidentIds":["%d","%d"]}`, random.IntN(50)+251, random.IntN(50)+251), onGraph}
	case k < 94:
		query := "AlertInfo | summarize n=count() by Severity"
		if n%64 == 0 {
			query = "SecurityIncident | summarize arg_max(TimeGenerated, *) by IncidentNumber | take 5"
		}
		return soakRequest{"POST", "/v1.0/security/runHuntingQuery", `{"query":"` + query + `"}`, onGraph}
	default:
		return soakRequest{"POST", "/v1.0/$batch", fmt.Sprintf(`{"requests":[{"id":"1","method":"GET","url":"/security/incidents/%d"},{"id":"2","method":"GET","url":"/security/alerts_v2/%s"}]}`, id, alert), onGraph}
	}
}

// sentinel is a request to Azure Resource Manager, about one of 60 incidents that
// come and go there, or one of Defender.
func (s *soak) sentinel(random *rand.Rand, n int64) soakRequest {
	own := fmt.Sprint("incidents/own-", random.IntN(60))
	bookmark := fmt.Sprint("bookmarks/b-", random.IntN(40))
	at := own
	if n%2 == 0 {
		at = "incidents/" + hunting.IncidentName(fmt.Sprint(random.IntN(few)+1))
	}
	etag := ""
	if n%20 == 0 {
		etag = `"etag":"\"old\"",`
	}
	// one makes, reads, lists or deletes one of several of a kind.
	one := func(list, item, body string) soakRequest {
		switch k := random.IntN(100); {
		case k < 45:
			return soakRequest{"PUT", armPath(item), "{" + etag + body + "}", onARM}
		case k < 70:
			return soakRequest{"DELETE", armPath(item), "", onARM}
		case k < 85:
			return soakRequest{"GET", armPath(item), "", onARM}
		default:
			return soakRequest{"GET", armPath(list), "", onARM}
		}
	}
	settings := fmt.Sprintf(`"properties":{"title":"title %d","severity":"%s","status":"%s","labels":[{"labelName":"label %d"}],"owner":{"userPrincipalName":"user%d@contoso.com"}}`,
		n, []string{"Low", "Medium", "High"}[n%3], []string{"New", "Active", "Closed"}[n/3%3], n, n)
	switch k := random.IntN(100); {
	case k < 25:
		return one("incidents?$top=20&$orderby="+escape("properties/title asc")+"&$filter="+escape("properties/status ne 'Closed'"), own, settings)
	case k < 30:
		return soakRequest{"PUT", armPath(at), "{" + etag + settings + "}", onARM}
	case k < 45:
		return one(at+"/comments?$top=5", fmt.Sprint(at, "/comments/c-", random.IntN(12)), fmt.Sprintf(`"properties":{"message":"message %d"}`, n))
	case k < 60:
		return one(at+"/tasks", fmt.Sprint(at, "/tasks/t-", random.IntN(12)), fmt.Sprintf(`"properties":{"title":"task %d","status":"New"}`, n))
	case k < 75:
		related := armID(bookmark)
		if random.IntN(2) == 0 {
			related = armID("Entities/" + hunting.SystemAlertID(s.alerts[random.IntN(len(s.alerts))]))
		}
		return one(at+"/relations", fmt.Sprint(at, "/relations/rel-", random.IntN(12)), `"properties":{"relatedResourceId":"`+related+`"}`)
	case k < 85:
		return one("bookmarks", bookmark, fmt.Sprintf(`"properties":{"displayName":"bookmark %d","query":"q"}`, n))
	case k < 88:
		return soakRequest{"POST", armPath(at + "/runPlaybook"), `{"logicAppsResourceId":"/subscriptions/x"}`, onARM}
	default:
		return soakRequest{"POST", armPath(at + "/" + []string{"alerts", "bookmarks", "entities"}[random.IntN(3)]), "", onARM}
	}
}

// audit is a request about what was done.
func (s *soak) audit(random *rand.Rand, n int64) soakRequest {
	const feed = "/api/v1.0/" + emulator.TenantID + "/activity/feed/"
	const general = "contentType=Audit.General"
	switch k := random.IntN(100); {
	case k < 30:
		return soakRequest{"GET", fmt.Sprint("/_emulator/incidents/", anIncident(random), "/activity"), "", onGraph}
	case k < 60:
		return soakRequest{"GET", "/_emulator/alerts/" + s.alerts[random.IntN(len(s.alerts))] + "/history", "", onGraph}
	case k < 70:
		return soakRequest{"POST", feed + "subscriptions/start?" + general, "", onFeed}
	case k < 72:
		return soakRequest{"POST", feed + "subscriptions/stop?" + general, "", onFeed}
	case k < 75:
		return soakRequest{"GET", feed + "subscriptions/list", "", onFeed}
	case k < 88:
		return soakRequest{"GET", feed + "subscriptions/content?" + general, "", onFeed}
	default:
		return soakRequest{"GET", s.content.Load().(string), "", onFeed}
	}
}

// refused is a request that is not done, but for a few that search.
func (s *soak) refused(random *rand.Rand, n int64) soakRequest {
	incident := fmt.Sprint("/v1.0/security/incidents/", anIncident(random))
	switch k := random.IntN(100); {
	case k < 20:
		return soakRequest{"PATCH", incident, `{"status":"resolved"}`, asReader}
	case k < 30:
		return soakRequest{"GET", fmt.Sprint("/v1.0/security/incidents/", 1_000_000+n), "", onGraph}
	case k < 50:
		return soakRequest{"POST", createPath, `{"createAlertInput":{"title":"no more"}}`, onGraph}
	case k < 60:
		return soakRequest{"GET", fmt.Sprint("/v1.0/nothing/", n), "", onGraph}
	case k < 75:
		return soakRequest{"GET", fmt.Sprint(incident, "/", n), "", asNobody}
	case k < 85:
		return soakRequest{"GET", incident + "?x=1", "", onGraph}
	case k < 90:
		return soakRequest{"PUT", armPath(fmt.Sprint("incidents/", n)), `{"properties":{"title":"no more"}}`, onARM}
	case k < 95:
		return soakRequest{"GET", "/_emulator/assets?search=jo", "", onGraph}
	default:
		return soakRequest{"GET", "/_emulator/entities?type=user&identifier=userPrincipalName&value=raised1@contoso.com", "", onGraph}
	}
}
