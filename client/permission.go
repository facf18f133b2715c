package client

import "slices"

// Permission is what a call needs, by the documentation of the call. It has the
// same name as a permission of an application and as one of a person; it is data,
// and has no effect of its own.
type Permission struct {
	// Call says what the permission is for, as "create an alert".
	Call string
	// Least is the permission that allows the call and as little else as
	// possible.
	Least string
	// Higher are other permissions that allow the call too.
	Higher []string
}

// allowedBy returns the first of the permissions granted that allows the call.
func (p Permission) allowedBy(granted []string) (string, bool) {
	for _, name := range append([]string{p.Least}, p.Higher...) {
		if slices.Contains(granted, name) {
			return name, true
		}
	}
	return "", false
}
