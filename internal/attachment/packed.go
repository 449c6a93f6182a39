package attachment

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/bodgit/sevenzip"
	"github.com/nwaples/rardecode/v2"
)

// maxDictionary is rar's dictionary at most: its library would take 4 GB.
const maxDictionary = 64 << 20

var errVolume = errors.New("a piece of an archive in several files")

// code is a problem's code for what a library says.
func code(err error) string {
	var seven *sevenzip.ReadError
	switch {
	case errors.Is(err, errLarge):
		return "too-large"
	case errors.Is(err, errMany):
		return "too-many"
	case errors.Is(err, errVolume), errors.Is(err, rardecode.ErrMultiVolume), errors.Is(err, rardecode.ErrBadVolumeNumber):
		return "volume"
	case errors.Is(err, rardecode.ErrDictionaryTooLarge):
		return "too-large"
	case errors.Is(err, errKind), errors.Is(err, zip.ErrAlgorithm), errors.Is(err, rardecode.ErrUnknownVersion), errors.Is(err, rardecode.ErrUnsupportedDecoder),
		strings.Contains(err.Error(), "unsupported"):
		return "unsupported"
	case errors.Is(err, rardecode.ErrArchiveEncrypted), errors.Is(err, rardecode.ErrArchivedFileEncrypted), errors.Is(err, rardecode.ErrBadPassword),
		errors.As(err, &seven) && seven.Encrypted:
		return "encrypted"
	}
	return "damaged"
}

// withPasswords unpacks without a password, and with each of the list while
// the archive says that one is wanted. Of several tries the one that gave most counts.
func (b *box) withPasswords(passwords []string, unpack func(*box, string) error) error {
	var best *box
	var bestErr error
	for _, password := range append([]string{""}, passwords...) {
		try := &box{lim: b.lim}
		err := unpack(try, password)
		if best == nil || len(try.files) > len(best.files) {
			best, bestErr = try, err
		}
		if !try.locked(err) {
			break
		}
	}
	*b = *best
	return bestErr
}

func (b *box) locked(err error) bool {
	if err != nil && code(err) == "encrypted" {
		return true
	}
	for _, p := range b.problems {
		if p.Code == "encrypted" {
			return true
		}
	}
	return false
}

func (b *box) rar(data []byte, passwords []string) error {
	return b.withPasswords(passwords, func(b *box, password string) error {
		opts := []rardecode.Option{rardecode.MaxDictionarySize(maxDictionary)}
		if password != "" {
			opts = append(opts, rardecode.Password(password))
		}
		r, err := rardecode.NewReader(bytes.NewReader(data), opts...)
		if err != nil {
			return err
		}
		for {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			full := decodeName(h.Name)
			if skip(full, h.Mode()) || h.IsDir {
				continue
			}
			if err := b.take(baseName(full), r); err != nil {
				return err
			}
			if n := len(b.problems); n > 0 && b.problems[n-1].Code == "volume" {
				b.problems = b.problems[:n-1]
				return errVolume
			}
		}
	})
}

func (b *box) sevenZip(data []byte, passwords []string) error {
	return b.withPasswords(passwords, func(b *box, password string) error {
		r, err := sevenzip.NewReaderWithPassword(bytes.NewReader(data), int64(len(data)), password)
		if err != nil {
			return err
		}
		for _, f := range r.File {
			full := decodeName(f.Name)
			if skip(full, f.Mode()) || f.FileInfo().IsDir() {
				continue
			}
			rc, err := f.Open()
			if err != nil {
				b.problem(baseName(full), code(err), err.Error())
				if len(b.problems) > b.lim.Entries {
					return errMany
				}
				continue
			}
			err = b.take(baseName(full), rc)
			rc.Close()
			if err != nil {
				return err
			}
		}
		return nil
	})
}
