// Package validate is the one place that knows go-playground/validator, and
// holds the error type in which every package of the project reports what is
// wrong with a value.
//
// What a struct tag can say (a field is required, has a largest length, is one
// of a few words) stays a tag; what relates two fields is a plain function in
// the package that owns the type. Both end as a [Problem].
package validate

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"
)

// engine is made at first use: parsing tags costs milliseconds that a program
// which never validates should not pay. The validator is documented as safe
// for concurrent use once it is set up.
var engine = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	return v
})

// Struct checks the validate tags of the struct that v points to, without
// descending into nested structs, and reports what they refuse. The path of a
// problem is the JSON name of the field. A nil result means the tags are
// content.
//
// A field that has no rule is tagged "-": the validator copies every other field
// before it finds that there is nothing to check.
//
// Nested values are checked by their own Validate methods, so that a problem's
// path is put together only when there is a problem: a valid draft pays for
// the checks alone.
func Struct(v any) []Problem {
	err := engine().Struct(v)
	if err == nil {
		return nil
	}
	failed, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		// Only a nil pointer or a type that is no struct ends here: a mistake
		// in this project, which a test of the calling package must show.
		panic("validate: " + err.Error())
	}
	problems := make([]Problem, len(failed))
	for i, f := range failed {
		problems[i] = tagProblem(f)
	}
	return problems
}

func tagProblem(f validator.FieldError) Problem {
	p := Problem{Path: f.Field(), Rule: f.Tag()}
	list := f.Kind() == reflect.Slice
	switch f.Tag() {
	case "required":
		p.Message = "is missing; give a value"
	case "min":
		p.Message = fmt.Sprintf("is empty; give at least %s", f.Param())
	case "max":
		p.Message = fmt.Sprintf("is longer than %s characters; shorten it", f.Param())
		if list {
			p.Message = fmt.Sprintf("has more than %s items; leave some out or split it", f.Param())
		}
	case "oneof":
		p.Message = fmt.Sprintf("is %s; give one of %s", Quote(fmt.Sprint(f.Value())), strings.Join(strings.Fields(f.Param()), ", "))
	default:
		p.Message = fmt.Sprintf("does not satisfy %s %s", f.Tag(), f.Param())
	}
	return p
}
