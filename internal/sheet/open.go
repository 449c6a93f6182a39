package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Open reads a file's tables. Its content decides what it is; the name is a
// hint for text files alone. The error is *Error.
func Open(name string, data []byte, lim Limits, passwords []string) (*Book, error) {
	lim = lim.OrDefault()
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return openZip(data, lim)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return openOLE(data, lim, passwords)
	case bytes.HasPrefix(data, []byte("%PDF")), bytes.HasPrefix(data, []byte("\xff\xd8\xff")), bytes.HasPrefix(data, []byte("\x89PNG")),
		bytes.HasPrefix(data, []byte("GIF8")), bytes.HasPrefix(data, []byte("BM")), bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return nil, &Error{Code: "scan", Detail: "a picture or PDF"}
	}
	if len(data) >= 4 && data[0] == 9 && (data[1] == 8 || data[1] == 4 || data[1] == 2 || data[1] == 0) && data[3] == 0 {
		return openXLS(data, lim, passwords)
	}
	head := headOf(data)
	switch {
	case strings.Contains(head, "urn:schemas-microsoft-com:office:spreadsheet") && strings.HasPrefix(head, "<"):
		return openSpreadsheetML(data, lim)
	case strings.HasPrefix(head, "<") && (strings.Contains(head, "<html") || strings.Contains(head, "<table") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<meta")):
		return openHTML(data, lim)
	}
	return openText(name, data, lim)
}

// headOf is the beginning of a text in lower case.
func headOf(data []byte) string {
	head := data[:min(len(data), 8192)]
	if text, ok, _ := decodeUTF16(head); ok {
		head = text
	}
	return strings.TrimLeft(strings.ToLower(strings.TrimPrefix(string(head), "\xef\xbb\xbf")), " \t\r\n")
}

// Stream reads the sheets of an xlsx workbook row by row; memory does not grow
// with their length. The grid that each is told has a name and no rows yet. An
// error, always *Error, means that the rows told before it must not be used.
func Stream(r io.ReaderAt, size int64, lim Limits, each func(*Grid, Row)) error {
	a, name, kind, err := openPackage(r, size, lim.OrDefault())
	if err != nil {
		return err
	}
	if kind != "workbook" {
		return &Error{Code: "not-a-table", Detail: "no xlsx workbook"}
	}
	_, _, err = eachRow(a, name, lim.OrDefault(), each)
	return err
}

// openPackage opens a zip and finds what part it is about.
func openPackage(r io.ReaderAt, size int64, lim Limits) (a *archive, name, kind string, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "", "", damaged("zip: %v", err)
	}
	if a, err = newArchive(z, lim); err != nil {
		return nil, "", "", err
	}
	name, kind, err = mainPart(a)
	return a, name, kind, err
}

func openZip(data []byte, lim Limits) (*Book, error) {
	a, name, kind, err := openPackage(bytes.NewReader(data), int64(len(data)), lim)
	if err != nil {
		return nil, err
	}
	switch {
	case kind == "workbook":
		return openXLSX(a, name, lim)
	case kind == "document":
		return openDocx(a, name, lim)
	case kind == "bin":
		return nil, &Error{Code: "unsupported", Detail: "xlsb"}
	case a.has("content.xml") && a.has("mimetype"):
		return openODS(a, lim)
	}
	return nil, &Error{Code: "not-a-table", Detail: "a zip that is no workbook"}
}

func damaged(format string, args ...any) error {
	return &Error{Code: "damaged", Detail: fmt.Sprintf(format, args...)}
}
