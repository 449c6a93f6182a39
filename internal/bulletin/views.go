package bulletin

import "tongbao/internal/reporting"

// UnitsOf lists a group's units in the order of its table.
func (b Bulletin) UnitsOf(g reporting.Group) (out []Unit) {
	for _, u := range b.Units {
		if u.Group == g {
			out = append(out, u)
		}
	}
	return out
}

// Ranked lists a group's units that have a rank.
func (b Bulletin) Ranked(g reporting.Group) (out []Unit) {
	for _, u := range b.UnitsOf(g) {
		if u.Rank > 0 {
			out = append(out, u)
		}
	}
	return out
}

// Leading is the first n of a group's ranking, with all who share the last
// of these ranks; none where the ranking is too short to have a first and a
// last n.
func (b Bulletin) Leading(g reporting.Group, n int) []Unit {
	units := b.Ranked(g)
	if len(units) < 2*n {
		return nil
	}
	end := n
	for end < len(units) && units[end].Rank == units[n-1].Rank {
		end++
	}
	return units[:end]
}

// Trailing is the last n, with all who share the first of these ranks; see Leading.
func (b Bulletin) Trailing(g reporting.Group, n int) []Unit {
	units := b.Ranked(g)
	if len(units) < 2*n {
		return nil
	}
	start := len(units) - n
	for start > 0 && units[start-1].Rank == units[start].Rank {
		start--
	}
	return units[start:]
}

// Ahead lists a group's units at the pace or ahead of it.
func (b Bulletin) Ahead(g reporting.Group) (out []Unit) {
	for _, u := range b.Ranked(g) {
		if !u.GapPP.IsNegative() {
			out = append(out, u)
		}
	}
	return out
}

// Behind lists a group's units below the pace, the farthest last.
func (b Bulletin) Behind(g reporting.Group) (out []Unit) {
	for _, u := range b.Ranked(g) {
		if u.GapPP.IsNegative() {
			out = append(out, u)
		}
	}
	return out
}

// Unreported lists a group's units whose progress table did not come.
func (b Bulletin) Unreported(g reporting.Group) (out []Unit) {
	for _, u := range b.UnitsOf(g) {
		if !u.Reported {
			out = append(out, u)
		}
	}
	return out
}

// GroupOf is a group's sum; false where none of it reported.
func (b Bulletin) GroupOf(g reporting.Group) (Group, bool) {
	for _, x := range b.Groups {
		if x.Name == g {
			return x, true
		}
	}
	return Group{}, false
}

// Unit finds a unit by its name.
func (b Bulletin) Unit(name string) (Unit, bool) {
	for _, u := range b.Units {
		if u.Name == name {
			return u, true
		}
	}
	return Unit{}, false
}
