package validate_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/incidentkit/incidentkit/internal/validate"
)

type letter struct {
	Subject string   `json:"subject" validate:"required,max=5"`
	Kind    string   `json:"kind,omitzero" validate:"omitempty,oneof=note bill"`
	Copies  []string `json:"copies" validate:"min=1,max=2"`
}

func TestStruct(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   letter
		want []validate.Problem
	}{
		{"content", letter{Subject: "ünïcö", Copies: []string{"a"}}, nil},
		{"missing", letter{}, []validate.Problem{
			{Path: "subject", Rule: "required", Message: "is missing; give a value"},
			{Path: "copies", Rule: "min", Message: "is empty; give at least 1"},
		}},
		{"too much", letter{Subject: "abcdef", Kind: "poem\n", Copies: []string{"a", "b", "c"}}, []validate.Problem{
			{Path: "subject", Rule: "max", Message: "is longer than 5 characters; shorten it"},
			{Path: "kind", Rule: "oneof", Message: `is "poem\n"; give one of note, bill`},
			{Path: "copies", Rule: "max", Message: "has more than 2 items; leave some out or split it"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Empty(t, cmp.Diff(tt.want, validate.Struct(&tt.in)))
		})
	}
}

func TestStructPanicsOnAMistakeInTheProject(t *testing.T) {
	require.Panics(t, func() { validate.Struct((*letter)(nil)) })
}

func TestProblems(t *testing.T) {
	var inner, outer validate.Problems
	require.NoError(t, inner.Err())
	inner.Add("", "whole", "is odd")
	inner.Add("name", "required", "is missing")
	inner.Add("[1]", "max", "is %d too long", 3)
	outer.Under("items[0]", inner.Err())
	outer.Under("", inner.Err())
	outer.Under("file", errors.New("cannot be read"))
	outer.Under("fine", nil)
	want := []validate.Problem{
		{Path: "items[0]", Rule: "whole", Message: "is odd"},
		{Path: "items[0].name", Rule: "required", Message: "is missing"},
		{Path: "items[0][1]", Rule: "max", Message: "is 3 too long"},
		{Path: "", Rule: "whole", Message: "is odd"},
		{Path: "name", Rule: "required", Message: "is missing"},
		{Path: "[1]", Rule: "max", Message: "is 3 too long"},
		{Path: "file", Rule: "invalid", Message: "cannot be read"},
	}
	require.Empty(t, cmp.Diff(want, []validate.Problem(outer)))
	require.Equal(t, "items[0] is odd\nitems[0].name is missing", (&validate.Error{Problems: outer[:2]}).Error())
	require.Equal(t, "is odd", want[3].String())
	require.Equal(t, "a [31mb is c d", validate.Problem{Path: "a\x1b[31mb", Message: "is\tc\nd"}.String())
}

func TestQuote(t *testing.T) {
	require.Equal(t, `"a\x1b[31m"`, validate.Quote("a\x1b[31m"))
	require.Equal(t, 62, len([]rune(validate.Quote(strings.Repeat("é", 500)))))
}
