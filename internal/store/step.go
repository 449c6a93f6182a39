package store

// Step is nil but in tests: there it is told of each step that changes the
// disk, as "before eml rename" and "after eml rename", and can end the process
// or say that the disk is full. Its error is the step's.
var Step func(point string) error

// reach tells Step of a point.
func reach(point string) error {
	if Step == nil {
		return nil
	}
	return Step(point)
}

// step does one step between its two points.
func step(what string, do func() error) error {
	if Step == nil {
		return do()
	}
	if err := Step("before " + what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return Step("after " + what)
}
