package validate

import "slices"

// Settable notes a problem when value points to one of the refused members of
// an enumeration, or to the empty text: members that stand for "unknown to
// this client", and those that only the service sets.
func Settable[T ~string](ps *Problems, path string, value *T, refused ...T) {
	switch {
	case value == nil:
	case *value == "":
		ps.Add(path, "required", "is empty; leave the field out or give a value")
	case slices.Contains(refused, *value):
		ps.Add(path, "settable", "is %s, which cannot be set by a caller", Quote(string(*value)))
	}
}
