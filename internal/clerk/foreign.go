package clerk

import (
	"archive/zip"
	"bytes"
	"path"
	"slices"
	"strings"
)

// foreign is the finding's code for a file that holds no table and that its
// sender nevertheless meant to be read, "" where it only comes along: a
// calendar's invitation, a signature, a program's settings.
func foreign(name string, data []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	head := data[:min(len(data), 1024)]
	switch {
	case isPicture(data), bytes.Contains(head, []byte("%PDF-")):
		return "scan"
	case isSealed(data):
		return "sealed"
	case has(`{\rtf`), has("PK\x03\x04") && isOffice(data), has("\xd0\xcf\x11\xe0"):
		return "unsupported"
	case has("MZ") && len(data) > 64:
		return "program"
	case slices.Contains([]string{".zip", ".rar", ".7z"}, strings.ToLower(path.Ext(name))):
		return "archive-damaged"
	case tableName(name), strings.EqualFold(path.Ext(name), ".csv") && bytes.IndexByte(data, 0) >= 0:
		return "not-what-it-says"
	}
	return ""
}

// isPicture knows pictures that sheet does not: from phones, from programs for
// drawing, and OFD, which is China's PDF (GB/T 33190).
func isPicture(data []byte) bool {
	has := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		return slices.Contains([]string{"heic", "heix", "hevc", "heim", "mif1", "msf1", "avif"}, string(data[8:12]))
	}
	switch {
	case has("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP", has("\xd7\xcd\xc6\x9a"), has("8BPS"), has("\x00\x00\x00\x0cjP  "), has("AT&TFORM"):
		return true // WebP, WMF, Photoshop, JPEG 2000, DjVu
	case len(data) > 44 && has("\x01\x00\x00\x00") && string(data[40:44]) == " EMF":
		return true
	case bytes.Contains(data[:min(len(data), 512)], []byte("<svg")):
		return true
	}
	return has("PK\x03\x04") && inZip(data, func(n string) bool { return n == "ofd.xml" })
}

// isOffice reports whether a zip is a document of an office program without
// tables that can be read: slides, Apple's Numbers, WPS's own.
func isOffice(data []byte) bool {
	return inZip(data, func(n string) bool {
		return strings.HasPrefix(n, "ppt/") || n == "index/document.iwa" || n == "index.zip" || n == "content.xml"
	})
}

func inZip(data []byte, is func(name string) bool) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if z == nil || err != nil && len(z.File) == 0 {
		return false
	}
	return slices.ContainsFunc(z.File[:min(len(z.File), 1000)], func(f *zip.File) bool {
		return is(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")))
	})
}

// isSealed knows S/MIME's enveloped data by its object identifier, and PGP.
func isSealed(data []byte) bool {
	enveloped := []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03")
	return len(data) > 20 && data[0] == 0x30 && bytes.Contains(data[:32], enveloped) ||
		bytes.HasPrefix(bytes.TrimSpace(data[:min(len(data), 200)]), []byte("-----BEGIN PGP MESSAGE"))
}

// tableName reports whether a name promises a table or a report. QUIRK:
// offices whose computers encrypt every document (DRM) send files that only
// they can open, under the old name.
func tableName(name string) bool {
	return slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods", ".doc", ".docx", ".wps", ".wpt", ".rtf",
		".pdf", ".ofd", ".ppt", ".pptx", ".dps"}, strings.ToLower(path.Ext(name)))
}
