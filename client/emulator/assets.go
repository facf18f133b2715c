package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/incidentkit/incidentkit/client/emulator/internal/store"
	"github.com/incidentkit/incidentkit/entity"
	"github.com/incidentkit/incidentkit/entity/evidence"
)

// Asset is something that the portal offers when an alert is created by hand.
type Asset struct {
	// Definition names the asset; it has no role yet.
	entity.Definition
	// DeviceGroup is the group of a device.
	DeviceGroup string `json:"deviceGroup,omitzero"`
}

// maxAssets is how many assets a search returns at most.
const maxAssets = 100

// WithAssets has the tenant know assets of which no alert was raised yet, and
// which are in no device group.
func WithAssets(list ...entity.Definition) Option {
	return func(t *Tenant) { t.known = append(t.known, list...) }
}

// SearchAssets returns the assets of which a text is part of the name or the id,
// in upper or lower case, and of some types, or of all that can be impacted if
// none is given: at most 100, by type and name. It offers only what the identity
// with a client id or user principal name may name in an alert; devices outside of
// its device groups are not there.
//
// What there is are the devices of the device groups, the assets of [WithAssets],
// and those that alerts name which the identity sees.
func (t *Tenant) SearchAssets(who, text string, types ...entity.Type) ([]Asset, error) {
	i, err := t.identity(who)
	if err != nil {
		return nil, err
	}
	return t.assets(i, text, types), nil
}

// identity finds an identity by its client id or user principal name.
func (t *Tenant) identity(name string) (*Identity, error) {
	i := slices.IndexFunc(t.identities, func(i *Identity) bool {
		return name != "" && (strings.EqualFold(i.ClientID, name) || strings.EqualFold(i.UserPrincipalName, name))
	})
	if i < 0 {
		return nil, fmt.Errorf("emulator: the tenant has no identity %q", name)
	}
	return t.identities[i], nil
}

// assetTypes are the types of which something can be an impacted asset (Learn,
// "Manually create an incident or alert in Microsoft Defender", and those of
// "Link to incident").
var assetTypes = []entity.Type{
	entity.TypeDevice, entity.TypeUser, entity.TypeMailbox, entity.TypeIP, entity.TypeCloudApplication,
	entity.TypeAzureResource, entity.TypeAmazonResource, entity.TypeGoogleCloudResource,
}

func (t *Tenant) assets(who *Identity, text string, types []entity.Type) []Asset {
	if len(types) == 0 {
		types = assetTypes
	}
	text = strings.ToLower(text)
	found := []Asset{}
	seen := map[entity.Key]bool{}
	// add offers an asset, and tells whether there may be more.
	add := func(d entity.Definition, group string) bool {
		d.Role = ""
		if d.Type == entity.TypeDevice {
			group = or(group, t.groupOf(d.Value))
		} else {
			group = ""
		}
		key := d.Key(entity.Scope{})
		if slices.Contains(types, d.Type) && strings.Contains(strings.ToLower(d.Value), text) && !seen[key] && (group == "" || who.sees([]string{group})) {
			seen[key] = true
			found = append(found, Asset{d, group})
		}
		return len(found) < maxAssets
	}
	t.eachAsset(who, add)
	slices.SortFunc(found, func(a, b Asset) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Identifier, b.Identifier))
	})
	return found
}

// eachAsset yields what there is, with the group of a device where it is known
// otherwise than by its name.
func (t *Tenant) eachAsset(who *Identity, yield func(entity.Definition, string) bool) {
	for _, g := range t.groups {
		for _, device := range g.Devices {
			identifier := entity.IdentifierDeviceName
			if !strings.Contains(device, ".") && (len(device) == 40 || strings.Count(device, "-") == 4) {
				identifier = entity.IdentifierDeviceID
			}
			if !yield(entity.Definition{Type: entity.TypeDevice, Identifier: identifier, Value: device}, "") {
				return
			}
		}
	}
	for _, d := range t.known {
		if !yield(d, "") {
			return
		}
	}
	var alerts []*store.Alert
	t.store.Read(func(tx *store.Tx) { alerts = tx.AllAlerts() })
	for _, a := range slices.Backward(alerts) {
		if !t.seesAlert(a, who) {
			continue
		}
		for _, d := range a.Entities {
			if !yield(d, "") {
				return
			}
		}
		for _, e := range a.Evidence {
			group := ""
			if device, ok := e.(*evidence.Device); ok {
				group = device.RBACGroupName
			}
			for _, key := range evidence.AppendKeys(nil, e, entity.Scope{}) {
				d := entity.Definition{Type: key.Type, Identifier: key.Identifier, Value: key.Value, Role: entity.RoleImpacted}
				if d.Validate() == nil && !yield(d, group) {
					return
				}
			}
		}
	}
}
