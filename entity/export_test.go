package entity

// AllKinds lists all pairs of type and identifier that have a form.
func AllKinds() []Kind {
	var all []Kind
	for _, table := range [][]kind{kinds[:], evidenceKinds[:]} {
		for _, k := range table {
			all = append(all, Kind{Type: k.entity, Identifier: k.identifier})
		}
	}
	return all
}
