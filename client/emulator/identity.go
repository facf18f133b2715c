package emulator

import (
	"crypto"
	"slices"
)

// The permissions of Microsoft Graph that the emulator knows.
//
// Source: the permission tables of the pages of each call.
const (
	AlertCreate       = "SecurityAlert.Create.All"
	AlertRead         = "SecurityAlert.Read.All"
	AlertReadWrite    = "SecurityAlert.ReadWrite.All"
	IncidentRead      = "SecurityIncident.Read.All"
	IncidentReadWrite = "SecurityIncident.ReadWrite.All"
	DataManage        = "SecurityData.Manage.All"
	HuntingRead       = "ThreatHunting.Read.All"
)

// AllPermissions are the permissions of Microsoft Graph that the emulator knows.
func AllPermissions() []string {
	return []string{AlertCreate, AlertRead, AlertReadWrite, IncidentRead, IncidentReadWrite, DataManage, HuntingRead}
}

// Role is a role that an identity has: one of Microsoft Entra, of Defender's
// unified RBAC, or of Microsoft Sentinel in Azure.
type Role string

// The roles that the emulator knows.
const (
	// SecurityReader and GlobalReader may read.
	SecurityReader Role = "Security Reader"
	GlobalReader   Role = "Global Reader"
	// SecurityOperator and SecurityAdministrator may read and manage.
	SecurityOperator      Role = "Security Operator"
	SecurityAdministrator Role = "Security Administrator"
	// DetectionTuning is the permission of unified RBAC by which alerts are
	// raised by hand.
	DetectionTuning Role = "Detection tuning – Manage"
	// AlertsManage is the permission of unified RBAC by which alerts are managed
	// and not raised.
	AlertsManage Role = "Alerts – Manage"
	// SentinelReader, SentinelResponder and SentinelContributor are the roles
	// of Azure.
	SentinelReader      Role = "Microsoft Sentinel Reader"
	SentinelResponder   Role = "Microsoft Sentinel Responder"
	SentinelContributor Role = "Microsoft Sentinel Contributor"
	// PlaybookOperator may run playbooks.
	PlaybookOperator Role = "Microsoft Sentinel Playbook Operator"
)

// Identity is somebody who may get a token: an application with a secret or a
// key, or a person.
type Identity struct {
	// ObjectID is the object in the directory. One is made if it is empty.
	ObjectID string
	// Name is what people see.
	Name string

	// ClientID and Secret, or ClientID and Key, are an application's. Key is the
	// public key of the certificate that signs its assertions.
	ClientID string
	Secret   string
	Key      crypto.PublicKey

	// UserPrincipalName is a person's, who signs in by a device code with any
	// application of the tenant.
	UserPrincipalName string

	// Permissions are the application's permissions of Microsoft Graph, or those
	// that applications may use in the person's name.
	Permissions []string
	// Roles are what the identity may do in Defender and Sentinel. For calls of
	// Microsoft Graph they count for persons only, as documented; for Azure
	// Resource Manager they decide for all.
	Roles []Role
	// DeviceGroups are the groups of devices that the identity may see; nil is
	// all of them.
	DeviceGroups []string
}

// person tells whether the identity is a person.
func (i *Identity) person() bool { return i.UserPrincipalName != "" }

// label is how the service shows who did something: an application as
// API-App: and its name.
func (i *Identity) label() string {
	if i.person() {
		return i.UserPrincipalName
	}
	return "API-App:" + i.Name
}

// sees tells whether the identity may see something of some device groups.
func (i *Identity) sees(groups []string) bool {
	if i.DeviceGroups == nil || len(groups) == 0 {
		return true
	}
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(i.DeviceGroups, g) })
}

// has tells whether the identity has one of some roles.
func (i *Identity) has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(i.Roles, r) })
}

// WithIdentity adds an identity to the tenant, beside the application
// [ClientID], which may do everything.
func WithIdentity(i Identity) Option {
	return func(t *Tenant) { t.identities = append(t.identities, &i) }
}

// WithoutDefaultIdentity leaves the application [ClientID] out.
func WithoutDefaultIdentity() Option {
	return func(t *Tenant) {
		t.identities = slices.DeleteFunc(t.identities, func(i *Identity) bool { return i.ClientID == ClientID })
	}
}

// everything is the application that a new tenant knows.
func everything() *Identity {
	return &Identity{
		ObjectID: "7f4d4a3e-2a57-4c62-9f0e-6d1f8b6f2c11", Name: ClientID, ClientID: ClientID, Secret: ClientSecret,
		Permissions: append(AllPermissions(), ActivityFeedRead), Roles: []Role{SentinelContributor, PlaybookOperator},
	}
}

// DeviceGroup is a group of devices by which access is granted. A device is in
// the group of the highest rank, which is the lowest number, that has it; one
// that no group has is in [Ungrouped].
//
// Source: Learn, "Create and manage device groups".
type DeviceGroup struct {
	Name string
	Rank int
	// Devices are the names and ids of its devices.
	Devices []string
}

// Ungrouped is the group of devices that no other has.
const Ungrouped = "Ungrouped devices (default)"

// WithDeviceGroups gives the tenant device groups.
func WithDeviceGroups(groups ...DeviceGroup) Option {
	return func(t *Tenant) {
		t.groups = append(t.groups, groups...)
		slices.SortStableFunc(t.groups, func(a, b DeviceGroup) int { return a.Rank - b.Rank })
	}
}

// groupOf finds the group of a device by its name or id.
func (t *Tenant) groupOf(device string) string {
	for _, g := range t.groups {
		if containsFold(g.Devices, device) {
			return g.Name
		}
	}
	return Ungrouped
}
