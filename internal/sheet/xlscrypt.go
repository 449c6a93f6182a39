package sheet

// decryptXLS finds out whether a BIFF stream is encrypted.
func decryptXLS(stream []byte, passwords []string) ([]byte, error) {
	b := &biff{data: stream}
	for {
		r, err := b.next()
		if err != nil {
			return nil, err
		}
		switch r.kind {
		case recFilePass:
			return nil, &Error{Code: "encrypted", Detail: "the workbook has a password"}
		case recEOF, recBoundSheet:
			return stream, nil
		}
	}
}
