package entity_test

import (
	"fmt"

	"github.com/incidentkit/incidentkit/entity"
)

// Two spellings of one user are one entity.
func ExampleDefinition_Key() {
	scope := entity.Scope{Tenant: "contoso"}
	a := entity.UserByPrincipalName("John.Doe@CONTOSO.com").Impacted().Key(scope)
	b := entity.UserByPrincipalName("john.doe@contoso.com").Related().Key(scope)
	fmt.Println(a)
	fmt.Println(a == b)
	// Output:
	// user userPrincipalName "john.doe@contoso.com" (strong)
	// true
}

// A private address says something only together with its network.
func ExampleScope() {
	private := entity.IPAddress("10.0.0.4")
	fmt.Println(private.Key(entity.Scope{Address: "branch-7"}))
	fmt.Println(private.Key(entity.Scope{}))
	fmt.Println(entity.IPAddress("::ffff:185.220.101.50").Key(entity.Scope{Address: "branch-7"}))
	fmt.Println(entity.IPAddress("127.0.0.1").Key(entity.Scope{Address: "branch-7"}))
	// Output:
	// ip address "10.0.0.4" in "branch-7" (strong)
	// ip address "10.0.0.4" (weak)
	// ip address "185.220.101.50" (strong)
	// ip address "127.0.0.1" (none)
}

func ExampleNewKey() {
	fmt.Println(entity.NewKey(entity.TypeRegistryKey, entity.IdentifierKey, "ws-17", `HKLM:\SOFTWARE\Contoso`))
	fmt.Println(entity.NewKey("parkingSpace", "number", "garage 2", "17"))
	// Output:
	// registryKey key "hkey_local_machine\\software\\contoso" in "ws-17" (strong)
	// parkingSpace number "17" in "garage 2" (weak)
}

func ExampleScope_Key() {
	value := entity.CompositeValue(entity.IdentifierAccount, "CONTOSO", "jdoe")
	fmt.Println(entity.Scope{Tenant: "contoso"}.Key(entity.TypeUser, entity.IdentifierAccount, value))
	// Output: user domain+name "contoso\\jdoe" in "contoso" (strong)
}

func ExampleNormalize() {
	fmt.Println(entity.Normalize(entity.TypeURL, entity.IdentifierURL, "HTTPS://Contoso.com:443/a/../b#part"))
	fmt.Println(entity.Normalize(entity.TypeURL, entity.IdentifierURL, "hxxps://evil[.]example/b"))
	// Output:
	// https://contoso.com/b
	// hxxps://evil[.]example/b
}

func ExampleSentinelKeys() {
	for _, k := range entity.SentinelKeys("Account", map[string]string{
		"Name": "jdoe", "UPNSuffix": "contoso.com", "NTDomain": "CONTOSO", "Sid": "S-1-5-18",
	}, entity.Scope{Workspace: "soc"}) {
		fmt.Println(k)
	}
	// Output:
	// user userPrincipalName "jdoe@contoso.com" (strong)
	// user domain+name "contoso\\jdoe" in "soc" (strong)
	// user name "jdoe" in "soc" (weak)
}

func ExampleHashKey() {
	fmt.Println(entity.HashKey("MD5", "44D88612FEA8A8F36DE82E1278ABB02F"))
	// Output: file md5 "44d88612fea8a8f36de82e1278abb02f" (strong)
}
