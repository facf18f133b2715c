package emulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/incident/hunting"
)

// evidenceOf returns the evidence that an alert has of an entity that it was
// created with. That the service makes evidence of it is documented, which
// properties it fills is not: here the ones that the identifier is a value of.
func (t *Tenant) evidenceOf(d entity.Definition, at time.Time) evidence.Evidence {
	role := hunting.RoleRelated
	if d.Role == entity.RoleImpacted {
		role = hunting.RoleImpacted
	}
	base := evidence.Base{
		CreatedDateTime: at, Verdict: evidence.VerdictUnknown, RemediationStatus: evidence.RemediationStatusNone,
		Roles: []evidence.Role{}, DetailedRoles: []string{role}, Tags: []string{},
	}
	switch d.Type {
	case entity.TypeUser:
		return &evidence.User{Base: base, UserAccount: account(d)}
	case entity.TypeDevice:
		return t.device(d, base)
	case entity.TypeFile:
		return &evidence.File{Base: base, FileDetails: hashes(d)}
	case entity.TypeProcess:
		return &evidence.Process{Base: base, ImageFile: hashes(d)}
	case entity.TypeIP:
		return &evidence.IP{Base: base, IPAddress: d.Value}
	case entity.TypeURL:
		return &evidence.URL{Base: base, URL: d.Value}
	case entity.TypeCloudApplication:
		app := &evidence.CloudApplication{Base: base}
		if id, err := strconv.ParseInt(d.Value, 10, 64); err == nil && d.Identifier == entity.IdentifierAppID {
			app.AppID = &id
		} else {
			app.DisplayName = d.Value
		}
		return app
	case entity.TypeMailbox:
		return &evidence.Mailbox{Base: base, PrimaryAddress: d.Value}
	case entity.TypeSecurityGroup:
		group := &evidence.SecurityGroup{Base: base}
		switch d.Identifier {
		case entity.IdentifierDistinguishedName:
			group.DistinguishedName = d.Value
		case entity.IdentifierObjectGUID:
			group.ActiveDirectoryObjectGUID = d.Value
		default:
			group.SID = d.Value
		}
		return group
	case entity.TypeAzureResource:
		name := d.Value[strings.LastIndexByte(d.Value, '/')+1:]
		return &evidence.AzureResource{Base: base, ResourceID: d.Value, ResourceName: name}
	case entity.TypeAmazonResource:
		return &evidence.AmazonResource{Base: base, AmazonResourceID: d.Value}
	case entity.TypeGoogleCloudResource:
		return &evidence.GoogleCloudResource{Base: base, FullResourceName: d.Value}
	case entity.TypeOAuthApplication:
		return &evidence.OAuthApplication{Base: base, AppID: d.Value}
	case entity.TypeEmailMessage:
		return &evidence.AnalyzedMessage{Base: base, NetworkMessageID: d.Value}
	case entity.TypeEmailCluster:
		return &evidence.MailCluster{Base: base, NetworkMessageIDs: []string{d.Value}}
	case entity.TypeRegistryKey:
		hive, key := splitHive(d.Value)
		return &evidence.RegistryKey{Base: base, RegistryHive: hive, RegistryKey: key}
	default: // a registry value, the last of the types that a draft may have
		value := &evidence.RegistryValue{Base: base}
		if d.Identifier == entity.IdentifierKey {
			value.RegistryHive, value.RegistryKey = splitHive(d.Value)
		} else {
			value.RegistryValueName = d.Value
		}
		return value
	}
}

func account(d entity.Definition) *evidence.UserAccount {
	switch d.Identifier {
	case entity.IdentifierAadUserID:
		return &evidence.UserAccount{AzureADUserID: d.Value}
	case entity.IdentifierSID:
		return &evidence.UserAccount{UserSID: d.Value}
	default:
		name, _, _ := strings.Cut(d.Value, "@")
		return &evidence.UserAccount{UserPrincipalName: d.Value, AccountName: name}
	}
}

func hashes(d entity.Definition) *evidence.FileDetails {
	if d.Identifier == entity.IdentifierSHA1 {
		return &evidence.FileDetails{SHA1: d.Value}
	}
	return &evidence.FileDetails{SHA256: d.Value}
}

func (t *Tenant) device(d entity.Definition, base evidence.Base) *evidence.Device {
	device := &evidence.Device{Base: base, RBACGroupName: t.groupOf(d.Value)}
	switch {
	case d.Identifier == entity.IdentifierDeviceName:
		device.DeviceDNSName = d.Value
		device.HostName, device.DNSDomain, _ = strings.Cut(d.Value, ".")
	case strings.Count(d.Value, "-") == 4: // a GUID is the device's in Microsoft Entra
		device.AzureADDeviceID = d.Value
	default:
		device.MDEDeviceID = d.Value
	}
	return device
}

func splitHive(path string) (hive, key string) {
	hive, key, found := strings.Cut(path, `\`)
	if !found {
		return "", path
	}
	return hive, key
}
