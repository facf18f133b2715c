package evidence_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/entity/evidence"
	"github.com/incidentkit/incidentkit/internal/csdl"
)

// enums are the enumerations of the package by their names in the schema.
var enums = map[string]reflect.Type{
	"aiAgentPlatform":            reflect.TypeFor[evidence.AIAgentPlatform](),
	"antispamTeamsDirection":     reflect.TypeFor[evidence.AntispamTeamsDirection](),
	"containerPortProtocol":      reflect.TypeFor[evidence.ContainerPortProtocol](),
	"defenderAvStatus":           reflect.TypeFor[evidence.DefenderAVStatus](),
	"detectionStatus":            reflect.TypeFor[evidence.DetectionStatus](),
	"deviceHealthStatus":         reflect.TypeFor[evidence.DeviceHealthStatus](),
	"deviceRiskScore":            reflect.TypeFor[evidence.DeviceRiskScore](),
	"evidenceRemediationStatus":  reflect.TypeFor[evidence.RemediationStatus](),
	"evidenceRole":               reflect.TypeFor[evidence.Role](),
	"evidenceVerdict":            reflect.TypeFor[evidence.Verdict](),
	"fileHashAlgorithm":          reflect.TypeFor[evidence.FileHashAlgorithm](),
	"googleCloudLocationType":    reflect.TypeFor[evidence.GoogleCloudLocationType](),
	"ioTDeviceImportanceType":    reflect.TypeFor[evidence.IoTDeviceImportanceType](),
	"kubernetesPlatform":         reflect.TypeFor[evidence.KubernetesPlatform](),
	"kubernetesServiceType":      reflect.TypeFor[evidence.KubernetesServiceType](),
	"mailboxConfigurationType":   reflect.TypeFor[evidence.MailboxConfigurationType](),
	"onboardingStatus":           reflect.TypeFor[evidence.OnboardingStatus](),
	"protocolType":               reflect.TypeFor[evidence.ProtocolType](),
	"servicePrincipalType":       reflect.TypeFor[evidence.ServicePrincipalType](),
	"teamsDeliveryLocation":      reflect.TypeFor[evidence.TeamsDeliveryLocation](),
	"teamsMessageDeliveryAction": reflect.TypeFor[evidence.TeamsMessageDeliveryAction](),
	"vmCloudProvider":            reflect.TypeFor[evidence.VMCloudProvider](),
}

// complexTypes are the other types that evidence is made of, by their names in the schema.
var complexTypes = map[string]reflect.Type{
	"alertEvidence":         reflect.TypeFor[evidence.Evidence](),
	"dictionary":            reflect.TypeFor[evidence.Dictionary](),
	"emailSender":           reflect.TypeFor[evidence.EmailSender](),
	"fileDetails":           reflect.TypeFor[evidence.FileDetails](),
	"fileHash":              reflect.TypeFor[evidence.Hash](),
	"geoLocation":           reflect.TypeFor[evidence.GeoLocation](),
	"kubernetesServicePort": reflect.TypeFor[evidence.KubernetesServicePort](),
	"loggedOnUser":          reflect.TypeFor[evidence.LoggedOnUser](),
	"resourceAccessEvent":   reflect.TypeFor[evidence.ResourceAccessEvent](),
	"stream":                reflect.TypeFor[evidence.Stream](),
	"userAccount":           reflect.TypeFor[evidence.UserAccount](),
	"vmMetadata":            reflect.TypeFor[evidence.VMMetadata](),
}

// schemaTypes are the 48 types and complexTypes.
func schemaTypes() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	maps.Copy(types, complexTypes)
	for _, e := range evidence.Types() {
		types[strings.TrimPrefix(e.ODataType(), "#microsoft.graph.security.")] = reflect.TypeOf(e).Elem()
	}
	return types
}

// TestSchema proves against the published schema that no type, property or member is missing,
// misspelled, or of another type.
func TestSchema(t *testing.T) {
	s := csdl.Published(t)

	types := schemaTypes()
	derived := s.Derived("alertEvidence")
	require.Len(t, derived, 48)
	for _, name := range derived {
		require.Contains(t, types, name)
	}
	require.Len(t, evidence.Types(), len(derived))

	report := csdl.Compare(s, csdl.Mapping{
		Types: types, Enums: enums,
		Singles:     map[string]reflect.Type{"alertEvidence": reflect.TypeFor[evidence.Any]()},
		Collections: map[string]reflect.Type{"alertEvidence": reflect.TypeFor[evidence.List]()},
		Ignored:     []string{"@odata.type"},
	})
	require.Empty(t, report.Differences)

	base := csdl.Compare(s, csdl.Mapping{
		Types: map[string]reflect.Type{"alertEvidence": reflect.TypeFor[evidence.Base]()}, Enums: enums, Ignored: []string{"@odata.type"},
	})
	for _, d := range base.Differences {
		t.Error(d)
	}
	t.Logf("compared %d types with %d properties, and %d enumerations with %d members",
		report.Types+base.Types, report.Properties+base.Properties, report.Enums, report.Members)
}

// TestTypeNames holds the Go names to the schema's names: no "Evidence", initialisms in capitals,
// nothing else.
func TestTypeNames(t *testing.T) {
	for name, typ := range schemaTypes() {
		want := strings.ToLower(strings.TrimSuffix(name, "Evidence"))
		switch name {
		case "alertEvidence":
			want = "evidence" // the interface
		case "fileHash":
			want = "hash" // FileHash is the evidence
		}
		require.Equal(t, want, strings.ToLower(typ.Name()), name)
	}
	for name, typ := range enums {
		require.Equal(t, strings.ToLower(strings.TrimPrefix(name, "evidence")), strings.ToLower(typ.Name()), name)
	}
}

// TestConstants proves that the constants of each enumeration are what its method Values lists, and
// are named after it.
func TestConstants(t *testing.T) {
	declared := map[string][]string{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				typ, ok := v.Type.(*ast.Ident)
				if !ok {
					continue
				}
				value, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				require.Equal(t, strings.ToLower(typ.Name+value), strings.ToLower(v.Names[0].Name))
				declared[typ.Name] = append(declared[typ.Name], value)
			}
		}
	}
	require.Len(t, declared, len(enums))
	for _, typ := range enums {
		var listed []string
		for _, v := range reflect.Zero(typ).MethodByName("Values").Call(nil)[0].Seq2() {
			listed = append(listed, v.String())
			require.True(t, v.MethodByName("Known").Call(nil)[0].Bool(), "%s %s", typ, v)
		}
		require.Empty(t, cmp.Diff(declared[typ.Name()], listed), typ.Name())
		require.Contains(t, listed, "unknownFutureValue")
		slices.Sort(listed)
		require.Len(t, slices.Compact(listed), len(declared[typ.Name()]))
		other := reflect.New(typ).Elem()
		for _, text := range []string{"", "5", "Unknown", "Malicious"} {
			other.SetString(text)
			require.False(t, other.MethodByName("Known").Call(nil)[0].Bool(), "%s %q", typ, text)
		}
	}
}
