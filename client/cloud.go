package client

import (
	"fmt"
	"strings"
)

// Cloud is one of Microsoft's clouds, or a stand-in for one: where tokens are
// issued and where the APIs are. Addresses have no path and no slash at the
// end.
//
// Sources: Learn, "Microsoft Graph national cloud deployments"; the endpoints
// that Azure's SDKs publish for Azure Resource Manager.
type Cloud struct {
	// Name is the short name: global, usgov, dod, china.
	Name string
	// Authority issues tokens.
	Authority string
	// Graph is the root of Microsoft Graph.
	Graph string
	// Portal is the Defender portal.
	Portal string
	// CreatesAlerts tells whether Microsoft Graph can create alerts here (Learn,
	// "alert: createAlert", national cloud deployments).
	CreatesAlerts bool
	// Unlimited tells that the APIs accept any number of requests, so that
	// clients need not pace themselves. It is for stand-ins of the real clouds.
	Unlimited bool
}

// Global is the worldwide cloud, which serves Microsoft 365 GCC as well.
func Global() Cloud {
	return Cloud{"global", "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://security.microsoft.com", true, false}
}

// USGovernment is the US Government L4 cloud (GCC High).
func USGovernment() Cloud {
	return Cloud{"usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://security.microsoft.us", true, false}
}

// USGovernmentDoD is the US Government L5 cloud (DoD).
func USGovernmentDoD() Cloud {
	return Cloud{"dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://security.apps.mil", true, false}
}

// China is the cloud operated by 21Vianet. It has no security alerts API, so
// nothing can be raised through Microsoft Graph there.
func China() Cloud {
	return Cloud{"china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "", false, false}
}

// CloudNamed returns the cloud with a short name.
func CloudNamed(name string) (Cloud, error) {
	var names []string
	for _, c := range []Cloud{Global(), USGovernment(), USGovernmentDoD(), China()} {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Cloud{}, fmt.Errorf("there is no cloud %q; give one of %s", name, strings.Join(names, ", "))
}
