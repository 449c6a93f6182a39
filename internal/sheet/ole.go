package sheet

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// openOLE reads what an OLE compound file holds: a workbook of xls or et, or an
// encrypted xlsx.
func openOLE(data []byte, lim Limits, passwords []string) (*Book, error) {
	c, err := newCompound(data)
	if err != nil {
		return nil, err
	}
	// A file for both Excel 95 and 97 has both streams; Workbook is the newer.
	for _, name := range []string{"workbook", "book"} {
		if c.has(name) {
			stream, err := c.stream(name)
			if err != nil {
				return nil, err
			}
			return openXLS(stream, lim, passwords)
		}
	}
	switch {
	case c.has("encryptedpackage"):
		return openEncrypted(c, lim, passwords)
	case c.has("worddocument"):
		return nil, &Error{Code: "legacy-word", Detail: "a .doc"}
	}
	return nil, &Error{Code: "not-a-table", Detail: "an OLE file without a workbook"}
}

// openEncrypted reads an encrypted xlsx file.
func openEncrypted(c *compound, lim Limits, passwords []string) (*Book, error) {
	plain, err := decrypted(c, lim, passwords)
	if err != nil {
		return nil, err
	}
	return openZip(plain, lim)
}

// decrypted tries the passwords on an xlsx file, Excel's own first.
func decrypted(c *compound, lim Limits, passwords []string) ([]byte, error) {
	for _, name := range []string{"encryptioninfo", "encryptedpackage"} {
		stream, err := c.stream(name)
		if err != nil {
			return nil, err
		}
		if name == "encryptioninfo" && !bearable(stream) {
			return nil, &Error{Code: "too-large", Detail: "rounds of its password's hash"}
		}
	}
	for _, p := range append([]string{"VelvetSweatshop"}, passwords...) {
		plain, err := decryptPackage(c.data, p, lim)
		if err == nil && bytes.HasPrefix(plain, []byte("PK")) {
			return plain, nil
		}
	}
	return nil, &Error{Code: "encrypted", Detail: "the workbook has a password"}
}

var spinCount = regexp.MustCompile(`spinCount\s*=\s*["'](\d+)["']`)

// bearable reports whether trying a password ends soon: Office hashes it
// 100,000 times, a hostile file may ask for any number.
func bearable(info []byte) bool {
	for _, m := range spinCount.FindAllSubmatch(info, -1) {
		if n, err := strconv.Atoi(string(m[1])); err != nil || n > 1_000_000 {
			return false
		}
	}
	return true
}

// decryptPackage decrypts with excelize, which does not promise to survive
// what strangers send.
func decryptPackage(data []byte, password string, lim Limits) (plain []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decrypting: %v", r)
		}
	}()
	return excelize.Decrypt(data, &excelize.Options{Password: password, UnzipSizeLimit: lim.Unpacked})
}
