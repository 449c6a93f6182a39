package docx

// CheckOrder and Parts are for the tests of what others set with this writer.
var (
	CheckOrder = checkOrder
	Parts      = parts
)
