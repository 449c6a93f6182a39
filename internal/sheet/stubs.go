package sheet

func openXLS(data []byte, lim Limits) (*Book, error) {
	return nil, &Error{Code: "unsupported", Detail: "xls"}
}
