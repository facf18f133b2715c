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
// and audiences that Azure's SDK for Go publishes for Azure Resource Manager.
type Cloud struct {
	// Name is the short name: global, usgov, dod, china.
	Name string
	// Authority issues tokens.
	Authority string
	// Graph is the root of Microsoft Graph.
	Graph string
	// ARM is the root of Azure Resource Manager, where Microsoft Sentinel is.
	ARM string
	// ARMAudience is what tokens for Azure Resource Manager are made for; when it
	// is empty they are made for the root.
	ARMAudience string
	// Portal is the Defender portal.
	Portal string
	// CreatesAlerts tells whether Microsoft Graph can create alerts here (Learn,
	// "alert: createAlert", national cloud deployments). Azure Resource Manager
	// creates Sentinel's incidents in every cloud.
	CreatesAlerts bool
	// Unlimited tells that the APIs accept any number of requests, so that
	// clients need not pace themselves. It is for stand-ins of the real clouds.
	Unlimited bool
}

// Global is the worldwide cloud, which serves Microsoft 365 GCC as well.
func Global() Cloud {
	return Cloud{
		Name: "global", Authority: "https://login.microsoftonline.com",
		Graph: "https://graph.microsoft.com", CreatesAlerts: true,
		ARM: "https://management.azure.com", ARMAudience: "https://management.core.windows.net/",
		Portal: "https://security.microsoft.com",
	}
}

// USGovernment is the US Government L4 cloud (GCC High).
func USGovernment() Cloud {
	return Cloud{
		Name: "usgov", Authority: "https://login.microsoftonline.us",
		Graph: "https://graph.microsoft.us", CreatesAlerts: true,
		ARM: "https://management.usgovcloudapi.net", ARMAudience: "https://management.core.usgovcloudapi.net/",
		Portal: "https://security.microsoft.us",
	}
}

// USGovernmentDoD is the US Government L5 cloud (DoD). Its authority and its
// Azure Resource Manager are those of [USGovernment].
func USGovernmentDoD() Cloud {
	c := USGovernment()
	c.Name, c.Graph, c.Portal = "dod", "https://dod-graph.microsoft.us", "https://security.apps.mil"
	return c
}

// China is the cloud operated by 21Vianet. It has no security alerts API, so
// nothing can be raised through Microsoft Graph there.
func China() Cloud {
	return Cloud{
		Name: "china", Authority: "https://login.chinacloudapi.cn",
		Graph: "https://microsoftgraph.chinacloudapi.cn",
		ARM:   "https://management.chinacloudapi.cn", ARMAudience: "https://management.core.chinacloudapi.cn/",
	}
}

func clouds() []Cloud { return []Cloud{Global(), USGovernment(), USGovernmentDoD(), China()} }

// CloudNamed returns the cloud with a short name.
func CloudNamed(name string) (Cloud, error) {
	var names []string
	for _, c := range clouds() {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Cloud{}, fmt.Errorf("there is no cloud %q; give one of %s", name, strings.Join(names, ", "))
}

// GraphScope is the scope of tokens for Microsoft Graph.
func (c Cloud) GraphScope() string { return c.Graph + "/.default" }

// ARMScope is the scope of tokens for Azure Resource Manager. The audiences of
// Microsoft's clouds end in a slash, and the scopes have two: a token's audience
// is the scope without /.default, to the letter.
func (c Cloud) ARMScope() string {
	if c.ARMAudience == "" {
		return c.ARM + "/.default"
	}
	return c.ARMAudience + "/.default"
}
