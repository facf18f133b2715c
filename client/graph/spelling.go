package graph

import "strings"

// member is a member of an open enumeration.
type member[T any] interface {
	~string
	Known() bool
	Values() []T
}

// spelled returns the member of the schema that differs from v in case only, or
// v itself.
func spelled[T member[T]](v T) T {
	if v.Known() {
		return v
	}
	for _, known := range v.Values() {
		if strings.EqualFold(string(known), string(v)) {
			return known
		}
	}
	return v
}

// respell replaces the member that p points to, if any, by its spelling in the
// schema. What the caller's pointer shows stays as it is.
func respell[T member[T]](p **T) {
	if *p != nil {
		*p = new(spelled(**p))
	}
}
