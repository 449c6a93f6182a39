package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/richardlehane/mscfb"
	"github.com/xuri/excelize/v2"
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
		return openXLS(data, lim)
	}
	head := strings.ToLower(string(data[:min(len(data), 4096)]))
	head = strings.TrimLeft(strings.TrimPrefix(head, "\xef\xbb\xbf"), " \t\r\n")
	switch {
	case strings.Contains(head, "urn:schemas-microsoft-com:office:spreadsheet") && strings.HasPrefix(head, "<"):
		return openSpreadsheetML(data, lim)
	case strings.HasPrefix(head, "<") && (strings.Contains(head, "<html") || strings.Contains(head, "<table") || strings.Contains(head, "<!doctype html") || strings.Contains(head, "<meta")):
		return openHTML(data, lim)
	}
	return openText(name, data, lim)
}

func openZip(data []byte, lim Limits) (*Book, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, &Error{Code: "damaged", Detail: "zip: " + err.Error()}
	}
	for _, f := range z.File {
		switch strings.ToLower(path.Clean(f.Name)) {
		case "xl/workbook.bin":
			return nil, &Error{Code: "unsupported", Detail: "xlsb"}
		case "word/document.xml":
			return openDocx(z, lim)
		case "xl/workbook.xml":
			return openXLSX(z, lim)
		}
	}
	return nil, &Error{Code: "not-a-table", Detail: "a zip that is no workbook"}
}

func openOLE(data []byte, lim Limits, passwords []string) (*Book, error) {
	doc, err := mscfb.New(bytes.NewReader(data))
	if err != nil {
		return nil, &Error{Code: "damaged", Detail: "OLE: " + err.Error()}
	}
	streams := map[string]bool{}
	for n, e := 0, error(nil); n < 10_000; n++ {
		var entry *mscfb.File
		if entry, e = doc.Next(); e != nil {
			break
		}
		streams[strings.ToLower(entry.Name)] = true
	}
	switch {
	case streams["workbook"] || streams["book"]:
		return openXLS(data, lim)
	case streams["encryptedpackage"]:
		for _, p := range append([]string{"VelvetSweatshop"}, passwords...) {
			plain, err := excelize.Decrypt(data, &excelize.Options{Password: p, UnzipSizeLimit: lim.Unpacked})
			if err == nil && bytes.HasPrefix(plain, []byte("PK")) {
				return openZip(plain, lim)
			}
		}
		return nil, &Error{Code: "encrypted", Detail: "the workbook has a password"}
	case streams["worddocument"]:
		return nil, &Error{Code: "legacy-word", Detail: "a .doc"}
	}
	return nil, &Error{Code: "not-a-table", Detail: "an OLE file without a workbook"}
}

// entry reads one file of an archive to its end, which checks its CRC.
func entry(f *zip.File, left *int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, &Error{Code: "damaged", Detail: f.Name + ": " + err.Error()}
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, *left+1))
	if err != nil {
		return nil, &Error{Code: "damaged", Detail: f.Name + ": " + err.Error()}
	}
	if *left -= int64(len(data)); *left < 0 {
		return nil, &Error{Code: "too-large", Detail: "unpacked size"}
	}
	return data, nil
}

var errStop = errors.New("stop")

func damaged(format string, args ...any) error {
	return &Error{Code: "damaged", Detail: fmt.Sprintf(format, args...)}
}
