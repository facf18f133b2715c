package csdl_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/csdl"
)

const schema = `<!-- a comment --><Schema Namespace="zoo" Alias="self" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EnumType Name="diet" IsFlags="true"><Member Name="plants" Value="1" /><Member Name="meat" Value="2" /></EnumType>
  <ComplexType Name="animal" OpenType="true"><Property Name="name" Type="Edm.String" Nullable="false" /></ComplexType>
  <EntityType Name="lion" BaseType="self.animal">
    <Property Name="born" Type="Edm.DateTimeOffset" />
    <Property Name="eats" Type="self.diet" />
    <Property Name="cubs" Type="Collection(self.lion)" />
    <Property Name="sire" Type="self.lion"><Annotation Term="x" /></Property>
    <Property Name="tags" Type="Collection(Edm.String)" />
    <NavigationProperty Name="keeper" Type="self.person" />
  </EntityType>
  <ComplexType Name="bear" BaseType="self.animal"><Property Name="weight" Type="Edm.Double" /></ComplexType>
</Schema>`

func parse(t *testing.T) *csdl.Schema {
	t.Helper()
	s, err := csdl.Parse(strings.NewReader(schema))
	require.NoError(t, err)
	return s
}

func TestParse(t *testing.T) {
	s := parse(t)
	require.Equal(t, "zoo", s.Namespace)
	require.Equal(t, []string{"bear", "lion"}, s.Derived("animal"))
	require.Empty(t, cmp.Diff(csdl.Enum{Name: "diet", Flags: true, Members: []csdl.Member{{"plants", 1}, {"meat", 2}}}, s.Enums["diet"]))
	require.Empty(t, cmp.Diff(csdl.Type{Name: "animal", Open: true, Properties: []csdl.Property{{Name: "name", Type: "Edm.String"}}}, s.Types["animal"]))
	require.Empty(t, cmp.Diff(csdl.Type{Name: "lion", Base: "self.animal", Properties: []csdl.Property{
		{Name: "born", Type: "Edm.DateTimeOffset", Nullable: true}, {Name: "eats", Type: "self.diet", Nullable: true},
		{Name: "cubs", Type: "self.lion", Collection: true, Nullable: true}, {Name: "sire", Type: "self.lion", Nullable: true},
		{Name: "tags", Type: "Edm.String", Collection: true, Nullable: true},
	}}, s.Types["lion"]))

	for _, text := range []string{"", "<a/>", "<Schema", "x"} {
		_, err := csdl.Parse(strings.NewReader(text))
		require.ErrorContains(t, err, "csdl: ", "%q", text)
	}
}

type diet string

func (diet) Values() []diet { return []diet{"plants", "meat"} }

type badDiet string

func (badDiet) Values() []badDiet { return []badDiet{"meat", "plants"} }

type base struct {
	Name string `json:"name,omitzero"`
}

type lion struct {
	base
	Born  time.Time `json:"born,omitzero"`
	Eats  diet      `json:"eats,omitzero"`
	Cubs  []lion    `json:"cubs,omitzero"`
	Sire  *lion     `json:"sire,omitzero"`
	Tags  []string  `json:"tags,omitzero"`
	ID    string    `json:"id,omitzero"`
	Other []byte    `json:",embed,inline"`
}

type badLion struct {
	Name string     `json:"name"`
	Born *time.Time `json:"born,omitzero"`
	Eats string     `json:"eats,omitzero"`
	Cubs []*lion    `json:"cubs,omitzero"`
	Tags []string   `json:"Tags,omitzero"`
}

func TestCompare(t *testing.T) {
	enums := map[string]reflect.Type{"diet": reflect.TypeFor[diet]()}
	report := csdl.Compare(parse(t), csdl.Mapping{
		Types: map[string]reflect.Type{"lion": reflect.TypeFor[lion]()}, Enums: enums, Ignored: []string{"id"},
	})
	require.Equal(t, csdl.Report{Types: 1, Properties: 6, Enums: 1, Members: 2}, report)

	report = csdl.Compare(parse(t), csdl.Mapping{
		Types: map[string]reflect.Type{"lion": reflect.TypeFor[badLion](), "bear": reflect.TypeFor[lion](), "wolf": reflect.TypeFor[lion]()},
		Enums: map[string]reflect.Type{"diet": reflect.TypeFor[badDiet](), "size": reflect.TypeFor[diet]()},
	})
	require.Equal(t, []string{
		"bear.weight: csdl_test.lion has no field for it",
		"bear: the schema has no property born, which csdl_test.lion.Born has",
		"bear: the schema has no property cubs, which csdl_test.lion.Cubs has",
		"bear: the schema has no property eats, which csdl_test.lion.Eats has",
		"bear: the schema has no property id, which csdl_test.lion.ID has",
		"bear: the schema has no property sire, which csdl_test.lion.Sire has",
		"bear: the schema has no property tags, which csdl_test.lion.Tags has",
		"lion.born: the field csdl_test.badLion.Born has the type *time.Time, want time.Time",
		"lion.eats: the field csdl_test.badLion.Eats has the type string, want csdl_test.badDiet",
		"lion.cubs: the field csdl_test.badLion.Cubs has the type []*csdl_test.lion, want []csdl_test.badLion",
		"lion.sire: csdl_test.badLion has no field for it",
		"lion.tags: csdl_test.badLion has no field for it",
		"lion.name: the field csdl_test.badLion.Name is not omitzero",
		"lion: the schema has no property Tags, which csdl_test.badLion.Tags has",
		"wolf: the schema has no such type",
		`diet: csdl_test.badDiet has the members ["meat" "plants"], the schema ["plants" "meat"]`,
		"size: the schema has no such enumeration",
	}, report.Differences)

	// A type that is not mapped is reported, one that stands for itself is used as it is.
	report = csdl.Compare(parse(t), csdl.Mapping{Types: map[string]reflect.Type{"lion": reflect.TypeFor[lion]()}, Ignored: []string{"id"}})
	require.Equal(t, []string{"lion.eats: no Go type is mapped to self.diet"}, report.Differences)
	report = csdl.Compare(parse(t), csdl.Mapping{
		Types: map[string]reflect.Type{"lion": reflect.TypeFor[struct {
			Born time.Time `json:"born,omitzero"`
			Eats diet      `json:"eats,omitzero"`
			Cubs string    `json:"cubs,omitzero"`
			Sire *struct{} `json:"sire,omitzero"`
			Tags []string  `json:"tags,omitzero"`
			Name string    `json:"name,omitzero"`
		}]()}, Enums: map[string]reflect.Type{"diet": reflect.TypeFor[int]()},
		Collections: map[string]reflect.Type{"lion": reflect.TypeFor[string]()},
	})
	require.Len(t, report.Differences, 3) // eats, sire, and a diet that is no string
	require.Contains(t, report.Differences[2], "is not a string type with a method Values")

	report = csdl.Compare(parse(t), csdl.Mapping{
		Types:       map[string]reflect.Type{"lion": reflect.TypeFor[lion]()},
		Enums:       enums,
		Singles:     map[string]reflect.Type{"lion": reflect.TypeFor[any](), "diet": reflect.TypeFor[diet]()},
		Collections: map[string]reflect.Type{"lion": reflect.TypeFor[[]lion]()},
		Ignored:     []string{"id"},
	})
	require.Equal(t, []string{
		"lion.sire: the field csdl_test.lion.Sire has the type *csdl_test.lion, want interface {}",
	}, report.Differences, "and a collection is no single value")
}
