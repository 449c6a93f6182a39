package office

// BeforeReading has the tests told of a letter before it is read.
func BeforeReading(f func(name string)) { reading = f }
