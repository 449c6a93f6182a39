package reporting

// Vote is how often a candidate of the quarter's visits (一季一观摩) was put in
// each place: the first number is the votes for the first place.
type Vote struct {
	Name   string `json:"name"`
	Counts []int  `json:"counts"`
}
