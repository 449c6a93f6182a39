package sheet

import "archive/zip"

func openXLS(data []byte, lim Limits) (*Book, error) {
	return nil, &Error{Code: "unsupported", Detail: "xls"}
}

func openSpreadsheetML(data []byte, lim Limits) (*Book, error) {
	return nil, &Error{Code: "unsupported", Detail: "xml"}
}

func openDocx(z *zip.Reader, lim Limits) (*Book, error) {
	return nil, &Error{Code: "unsupported", Detail: "docx"}
}
