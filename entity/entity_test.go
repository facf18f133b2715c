package entity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity"
)

// forms gives, for every kind, values that are well formed and values that are
// not. TestForms fails for a kind that is not in it.
var forms = map[string]struct{ good, bad []string }{
	"user userPrincipalName": {
		[]string{"john.doe@contoso.com", "bob_fabrikam.com#EXT#@contoso.onmicrosoft.com", "o'neil@corp", "jürgen@münchen.de"},
		[]string{"john.doe", "@contoso.com", "a b@contoso.com", "a@b@c", "a@", "a@-x.com", strings.Repeat("a", 65) + "@contoso.com", `CONTOSO\jo`},
	},
	"user aadUserId": {
		[]string{"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", "8C1FF9E4-4D4E-4B6F-9B5A-0F2B7D1C3E5A"},
		[]string{"8c1ff9e4", "{8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a}", "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5g", "8c1ff9e44d4e-4b6f-9b5a-0f2b7d1c3e5a-"},
	},
	"user sid": {
		[]string{"S-1-5-21-397955417-626881126-188441444-1010", "s-1-5-18", "S-1-0x10000000000-1", "S-1-12-1-4294967295-2-3-4"},
		[]string{"S-1-5", "S-2-5-18", "S-1-5-4294967296", "S-1-5-21-x", "S-1-5-" + strings.Repeat("1-", 15) + "1", "S-1-5-1_0", "S-1-1_0-5", "S-1-0b101-5", "S-1-0o5-5", "S-1-0x-5", "S-1-+5-5", "S-1-0x1000000000000-1"},
	},
	"device deviceId": {
		[]string{"1e5bc9d7e413ddd7902c2932e418702b84d0cc07", "fd8a7e9c-2f1b-4f2c-9d3e-x1y2z3a4b5c6"},
		[]string{"ws 17", "ws/17"},
	},
	"device deviceName": {
		[]string{"WS-17", "ws-17.contoso.com", "my_host", "ws.contoso.com."},
		[]string{"ws 17", "-ws", "ws-", "a..b", strings.Repeat("a", 64), `\\ws-17`},
	},
	"file sha256": {
		[]string{strings.Repeat("aB", 32)},
		[]string{strings.Repeat("a", 40), strings.Repeat("g", 64)},
	},
	"file sha1": {
		[]string{"da39a3ee5e6b4b0d3255bfef95601890afd80709"},
		[]string{strings.Repeat("a", 64), strings.Repeat("z", 40)},
	},
	"ip address": {
		[]string{"185.220.101.50", "2001:db8::7", "::ffff:192.0.2.1"},
		[]string{"185.220.101", "300.1.1.1", "10.0.0.0/8", "fe80::1%eth0", "10.0.0.1:443", "010.0.0.1"},
	},
	"url url": {
		[]string{"https://contoso.com/a?b=c#d", "ftp://198.51.100.1/x", "file:///c:/x.exe", "http://[2001:db8::1]:8080/"},
		[]string{"contoso.com", "/path", "https://", "https://a b/", "mailto:jo@contoso.com", "http://%zz/"},
	},
	"cloudApplication appId": {
		[]string{"20893", "8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"},
		[]string{"-1", "Box", strings.Repeat("1", 20)},
	},
	"cloudApplication name": {[]string{"Microsoft 365", "Box"}, nil},
	"mailbox mailboxPrimaryAddress": {
		[]string{"jo@contoso.com"},
		[]string{"jo@corp", "jo", "jo@contoso.com, al@contoso.com"},
	},
	"securityGroup distinguishedName": {
		[]string{`CN=Backup Operators,OU=Groups,DC=contoso,DC=com`, `CN=Doe\, Jane+UID=7, DC=com`, `2.5.4.3=x`},
		[]string{"Backup Operators", "CN=", "CN=a,", "CN=a,,DC=b", `CN=a\`, "C N=a", `CN="a"`, `\CN=a`},
	},
	"securityGroup objectGuid": {[]string{"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"}, []string{"x"}},
	"securityGroup sid":        {[]string{"S-1-5-32-551"}, []string{"S-1-5-32-"}},
	"azureResource resourceId": {
		[]string{
			"/subscriptions/8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a",
			"/subscriptions/8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
			"/providers/Microsoft.Management/managementGroups/mg",
		},
		[]string{"/subscriptions/x", "subscriptions/8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", "/subscriptions/8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a/", "/providers/Microsoft.Management", "/x/y", "/", "/providers/Microsoft.Management//managementGroups/mg"},
	},
	"amazonResource amazonResourceId": {
		[]string{"arn:aws:s3:::bucket", "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:instance/i-0abc", "arn:aws:iam::aws:policy/Admin"},
		[]string{"arn:aws:s3", "arn:gcp:s3:::bucket", "arn:aws:ec2:eu-west-1:123:instance/i", "arn:aws:s3:::", "arn:aws::::x", "ARN:aws:s3:::b"},
	},
	"googleCloudResource fullResourceName": {
		[]string{"//compute.googleapis.com/projects/p/zones/z/instances/i"},
		[]string{"compute.googleapis.com/projects/p", "//compute.googleapis.com", "//compute/projects", "//compute.googleapis.com/a//b"},
	},
	"oAuthApplication oAuthAppId":   {[]string{"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a", "42.apps.example.com"}, []string{"my app"}},
	"emailMessage networkMessageId": {[]string{"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"}, []string{"<abc@contoso.com>"}},
	"emailCluster networkMessageId": {[]string{"8c1ff9e4-4d4e-4b6f-9b5a-0f2b7d1c3e5a"}, []string{"abc"}},
	"process sha1":                  {[]string{strings.Repeat("0", 40)}, []string{"cmd.exe"}},
	"process sha256":                {[]string{strings.Repeat("0", 64)}, []string{"cmd.exe"}},
	"registryKey key": {
		[]string{`HKEY_LOCAL_MACHINE\SOFTWARE\Contoso`, `hklm\Software`, `HKLM:\Software`, `HKCU`},
		[]string{`SOFTWARE\Contoso`, `HKEY_MY_MACHINE\x`, `HKLM\`, `HKLM\\x`, `HKLM/Software`},
	},
	"registryValue key":       {[]string{`HKU\S-1-5-18\Environment`}, []string{`Environment`}},
	"registryValue valueName": {[]string{"(Default)", "Start Page"}, nil},
}

func TestForms(t *testing.T) {
	const everywhere = 26
	kinds := slices.Collect(entity.Kinds())
	require.Len(t, kinds, everywhere)
	types := map[entity.Type]bool{}
	for _, k := range kinds {
		types[k.Type] = true
		name := string(k.Type) + " " + string(k.Identifier)
		t.Run(name, func(t *testing.T) {
			form, ok := forms[name]
			require.True(t, ok, "no values to try")
			for _, value := range form.good {
				require.NoError(t, entity.Definition{Type: k.Type, Identifier: k.Identifier, Value: value}.Impacted().Validate(), value)
			}
			// What no value of any kind may be.
			for _, value := range append(form.bad, " "+form.good[0], form.good[0]+"\n", form.good[0]+"\x00", "a\ufffd", strings.Repeat("ä", 1001), "", "  ") {
				err := entity.Definition{Type: k.Type, Identifier: k.Identifier, Value: value}.Related().Validate()
				require.Error(t, err, "%q", value)
				invalid, ok := errors.AsType[*entity.ValidationError](err)
				require.True(t, ok)
				require.Len(t, invalid.Problems, 1)
				require.Equal(t, "identifierValue", invalid.Problems[0].Path)
			}
		})
	}
	require.Len(t, types, 17)
}

func TestValueLengthCountsCharacters(t *testing.T) {
	require.NoError(t, entity.CloudApplicationByName(strings.Repeat("ä", 1000)).Related().Validate())
	require.Error(t, entity.CloudApplicationByName(strings.Repeat("ä", 1001)).Related().Validate())
}

func TestDefinitionValidate(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   entity.Definition
		want []string
	}{
		{"nothing given", entity.Definition{}, []string{
			"entityType is missing; give one of user, device, file, ip, url, cloudApplication, mailbox, securityGroup, azureResource, amazonResource, googleCloudResource, oAuthApplication, emailMessage, emailCluster, process, registryKey, registryValue",
			"identifierValue is missing; give a value",
			"role is missing; give impacted or related",
		}},
		{"unknown type", entity.Definition{Type: "robot", Identifier: "name", Value: "x", Role: "impacted"}, []string{
			`entityType is "robot"; give one of user, device, file, ip, url, cloudApplication, mailbox, securityGroup, azureResource, amazonResource, googleCloudResource, oAuthApplication, emailMessage, emailCluster, process, registryKey, registryValue`,
		}},
		{"no identifier", entity.Definition{Type: "user", Value: "x", Role: "bystander"}, []string{
			"entityIdentifier is missing; the type user is identified by userPrincipalName or aadUserId or sid",
			`role is "bystander"; give impacted or related`,
		}},
		{"another type's identifier", entity.Definition{Type: "ip", Identifier: "sid", Value: "10.0.0.1", Role: "related"}, []string{
			`entityIdentifier is "sid", but the type ip is identified by address`,
		}},
		{"malformed", entity.UserByPrincipalName("john").Impacted(), []string{
			`identifierValue "john" is not a user principal name such as jo@contoso.com`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(strings.Join(tt.want, "\n"), tt.in.Validate().Error()))
		})
	}
}

// TestConstructors proves that the constructors and the table of kinds are the
// same set.
func TestConstructors(t *testing.T) {
	made := map[string]bool{}
	for _, d := range []entity.Definition{
		entity.UserByPrincipalName("v"), entity.UserByObjectID("v"), entity.UserBySID("v"),
		entity.DeviceByID("v"), entity.DeviceByName("v"), entity.FileBySHA256("v"), entity.FileBySHA1("v"),
		entity.IPAddress("v"), entity.URL("v"), entity.CloudApplicationByID("v"), entity.CloudApplicationByName("v"),
		entity.Mailbox("v"), entity.SecurityGroupByDistinguishedName("v"), entity.SecurityGroupByObjectGUID("v"),
		entity.SecurityGroupBySID("v"), entity.AzureResource("v"), entity.AmazonResource("v"),
		entity.GoogleCloudResource("v"), entity.OAuthApplication("v"), entity.EmailMessage("v"), entity.EmailCluster("v"),
		entity.ProcessBySHA1("v"), entity.ProcessBySHA256("v"), entity.RegistryKey("v"),
		entity.RegistryValueByKey("v"), entity.RegistryValueByName("v"),
	} {
		require.Equal(t, "v", d.Value)
		require.Empty(t, d.Role)
		made[string(d.Type)+" "+string(d.Identifier)] = true
	}
	for k := range entity.Kinds() {
		require.True(t, made[string(k.Type)+" "+string(k.Identifier)], "%v has no constructor", k)
	}
	require.Len(t, made, 26)
}

func TestSame(t *testing.T) {
	require.True(t, entity.UserByPrincipalName("Jo@contoso.com").Impacted().Same(entity.UserByPrincipalName("jo@CONTOSO.com").Related()))
	require.False(t, entity.URL("https://contoso.com/A").Same(entity.URL("https://contoso.com/a")))
	require.False(t, entity.FileBySHA1("v").Same(entity.ProcessBySHA1("v")))
	require.False(t, entity.UserBySID("v").Same(entity.UserByObjectID("v")))
}

func FuzzDefinitionValidate(f *testing.F) {
	for k := range entity.Kinds() {
		f.Add(string(k.Type), string(k.Identifier), "x", "impacted")
		for _, good := range forms[string(k.Type)+" "+string(k.Identifier)].good {
			f.Add(string(k.Type), string(k.Identifier), good, "related")
		}
	}
	f.Fuzz(func(t *testing.T, kind, identifier, value, role string) {
		d := entity.Definition{Type: entity.Type(kind), Identifier: entity.Identifier(identifier), Value: value, Role: entity.Role(role)}
		err := d.Validate()
		if err == nil && (strings.TrimSpace(value) != value || value == "") {
			t.Fatalf("%v passed", d)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x00\x1b") {
			t.Fatalf("control characters reach the message %q", err)
		}
		if !d.Same(d) {
			t.Fatalf("%v is not the same as itself", d)
		}
	})
}

func ExampleDefinition() {
	d := entity.UserByPrincipalName("john.doe@contoso.com").Impacted()
	fmt.Println(d)
	fmt.Println(d.Validate())
	fmt.Println(entity.IPAddress("185.220.101").Related().Validate())
	// Output:
	// user userPrincipalName "john.doe@contoso.com" (impacted)
	// <nil>
	// identifierValue "185.220.101" is not an IPv4 or IPv6 address such as 203.0.113.7 or 2001:db8::7, without port, mask or zone
}

func ExampleKinds() {
	for k := range entity.Kinds() {
		if k.Type == entity.TypeFile {
			fmt.Println(k.Type, k.Identifier)
		}
	}
	// Output:
	// file sha256
	// file sha1
}
