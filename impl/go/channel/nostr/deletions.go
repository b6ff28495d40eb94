package nostr

// deletionFilters ask for the deletions (NIP-09) that name what holds a
// candidate, by id or, of replaceable events, by address. One REQ has both.
func deletionFilters(author string, holders []*event) []filter {
	authors, kinds := []string{author}, []int{kindDeletion}
	byID := filter{Authors: authors, Kinds: kinds}
	byAddress := filter{Authors: authors, Kinds: kinds}
	for _, e := range holders {
		byID.E = append(byID.E, e.ID)
		if address := e.address(); address != "" {
			byAddress.A = append(byAddress.A, address)
		}
	}
	if byAddress.A == nil {
		return []filter{byID}
	}
	return []filter{byID, byAddress}
}

// deletions are what the author took back, by all relays together.
type deletions struct {
	ids       map[string]bool
	addresses map[string]int64 // up to which time
}

func newDeletions(answers []*answer) deletions {
	d := deletions{map[string]bool{}, map[string]int64{}}
	for _, a := range answers {
		for _, e := range a.deletions {
			d.add(e)
		}
	}
	return d
}

func (d deletions) add(e *event) {
	for _, tag := range e.Tags {
		switch {
		case len(tag) < 2:
		case tag[0] == "e":
			d.ids[tag[1]] = true
		case tag[0] == "a":
			if before, found := d.addresses[tag[1]]; !found || before < e.CreatedAt {
				d.addresses[tag[1]] = e.CreatedAt
			}
		}
	}
}

// cover reports whether an event is deleted. An address means the versions up
// to the deletion; one that came later counts.
func (d deletions) cover(e *event) bool {
	until, found := d.addresses[e.address()]
	return d.ids[e.ID] || e.address() != "" && found && e.CreatedAt <= until
}
