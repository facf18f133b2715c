package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/alert"
	"github.com/incidentkit/incidentkit/client/emulator"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident"
)

// TestEntityPages has what names an asset or evidence, for who may see it.
func TestEntityPages(t *testing.T) {
	a := open(t, emulator.WithDeviceGroups(emulator.DeviceGroup{Name: "theirs", Devices: []string{"srv"}}),
		emulator.WithIdentity(emulator.Identity{ClientID: "c", Secret: "s", Permissions: emulator.AllPermissions(), DeviceGroups: []string{emulator.Ungrouped}}))
	a.raise("first")
	a.raise("second", "linkToIncident", "1")
	a.raise("third", "entityDefinitions", `[{"entityType":"device","entityIdentifier":"deviceName","identifierValue":"srv","role":"impacted"},{"entityType":"user","entityIdentifier":"userPrincipalName","identifierValue":"Jo@Contoso.com","role":"related"}]`)
	page := func(a api, query string) []string {
		o := a.do(200, "GET", "/_emulator/entities?"+query, "")
		return append(texts(o.list("alerts"), "title"), texts(o.list("incidents"), "id")...)
	}
	const jo = "type=user&identifier=userPrincipalName&value=jo%40contoso.com"
	require.Equal(t, []string{"third", "second", "first", "2", "1"}, page(a, jo), "in any spelling")
	require.Equal(t, []string{"second", "first", "1"}, page(a, "type=ip&identifier=address&value=185.220.101.50"))
	require.Equal(t, []string{"third", "2"}, page(a, "type=device&identifier=deviceName&value=srv"))
	require.Equal(t, []string{"second", "first", "1"}, page(a.as("c", "s"), jo))
	require.Empty(t, page(a.as("c", "s"), "type=device&identifier=deviceName&value=srv"))
	a.do(400, "GET", "/_emulator/entities?type=user", "")
	got, err := a.e.EntityPage("c", entity.UserByPrincipalName("jo@contoso.com").Key(entity.Scope{}))
	require.NoError(t, err)
	require.Len(t, got.Alerts, 2)
	_, err = a.e.EntityPage("nobody", entity.Key{})
	require.Error(t, err)

	// Evidence of an alert that was not raised by hand.
	at := a.clock.Now()
	require.NoError(t, a.e.Load(&emulator.Snapshot{
		Alerts: []emulator.AlertState{{Alert: alert.Alert{ID: "da1", Title: "loaded", Severity: alert.High, CreatedDateTime: at, LastUpdateDateTime: at, Evidence: evidence.List{
			&evidence.User{UserAccount: &evidence.UserAccount{UserPrincipalName: "jo@contoso.com"}},
		}}, Workspace: emulator.WorkspaceName}},
		Incidents: []emulator.IncidentState{{Incident: incident.Incident{ID: "1", Status: incident.StatusActive, CreatedDateTime: at, LastUpdateDateTime: at}, AlertIDs: []string{"da1"}, Workspace: emulator.WorkspaceName}},
	}))
	require.Equal(t, []string{"loaded", "1"}, page(a, jo))
	list, err := a.e.SearchAssets("c", "jo@")
	require.NoError(t, err)
	require.Equal(t, "jo@contoso.com", list[0].Value)
}
