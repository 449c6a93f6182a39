package sheet

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
)

// decryptXLS decrypts a BIFF stream that has a FILEPASS record with one of the
// passwords. Every password is tried after Excel's own, under which it encrypts
// workbooks whose structure is protected.
func decryptXLS(stream []byte, passwords []string) ([]byte, error) {
	b := &biff{data: stream}
	version := 0
	for {
		r, err := b.next()
		if err != nil {
			return nil, err
		}
		switch {
		case isBOF(r.kind) && version == 0:
			version, _ = r.bof()
		case r.kind == recEOF, r.kind == recBoundSheet:
			return stream, nil
		case r.kind == recFilePass:
			for _, password := range append([]string{"VelvetSweatshop"}, passwords...) {
				c, err := newXLSCipher(r.data, version, password)
				if err != nil {
					return nil, err
				}
				if c != nil {
					return unlock(stream, c)
				}
			}
			return nil, &Error{Code: "encrypted", Detail: "the workbook has a password"}
		}
	}
}

// xlsCipher decrypts the contents of a record in place, which begin at a
// position in the stream. The first skip bytes stay as they are.
type xlsCipher interface {
	decrypt(data []byte, at, skip int)
}

// newXLSCipher reads a FILEPASS record ([MS-XLS] 2.4.117); nil where the
// password is a wrong one.
func newXLSCipher(d []byte, version int, password string) (xlsCipher, error) {
	if version < 8 {
		if len(d) < 4 {
			return nil, damaged("a FILEPASS record of %d bytes", len(d))
		}
		return newXOR(le16(d), le16(d[2:]), password), nil
	}
	switch {
	case len(d) >= 6 && le16(d) == 0:
		return newXOR(le16(d[2:]), le16(d[4:]), password), nil
	case len(d) >= 54 && le16(d) == 1 && le16(d[2:]) == 1:
		return newRC4(d[6:22], d[22:38], d[38:54], password), nil
	case len(d) >= 14 && le16(d) == 1 && le16(d[4:]) == 2:
		return newCryptoAPI(d[6:], password)
	}
	return nil, &Error{Code: "encrypted", Detail: "in a way that is not known"}
}

// unlock decrypts a stream record by record; their headers are plain.
func unlock(stream []byte, c xlsCipher) ([]byte, error) {
	b := &biff{data: slices.Clone(stream)}
	for b.peek() >= 0 {
		r, err := b.next()
		if err != nil {
			break // what is needed and is not there will be missed by the reader
		}
		switch r.kind {
		case recBOF, recBOF2, recBOF3, recBOF4, recFilePass, 0x00e1, 0x0138, 0x0194, 0x0195, 0x0196: // the last ones are a shared workbook's
		case recBoundSheet:
			c.decrypt(r.data, r.at+4, 4) // the offset is plain
		default:
			c.decrypt(r.data, r.at+4, 0)
		}
	}
	return b.data, nil
}

// xorCipher is the obfuscation of Excel 95 ([MS-OFFCRYPTO] 2.3.7), with the
// rotations of Excel.
type xorCipher [16]byte

func newXOR(key, verifier int, password string) xlsCipher {
	if len(password) == 0 || len(password) > 15 || verifier != xorVerifier(password) {
		return nil
	}
	var c xorCipher
	copy(c[copy(c[:], password):], "\xbb\xff\xff\xba\xff\xff\xb9\x80\x00\xbe\x0f\x00\xbf\x0f\x00")
	for i := range c {
		c[i] = bits.RotateLeft8(c[i]^byte(key>>(8*(i&1))), 2)
	}
	return c
}

func xorVerifier(password string) int {
	v := 0
	turn := func() { v = v>>14&1 | v<<1&0x7fff }
	for i := len(password) - 1; i >= 0; i-- {
		turn()
		v ^= int(password[i])
	}
	turn()
	return v ^ len(password) ^ 0xce4b
}

func (c xorCipher) decrypt(data []byte, at, skip int) {
	for i := skip; i < len(data); i++ {
		data[i] = bits.RotateLeft8(data[i], 3) ^ c[(at+len(data)+i)&15]
	}
}

// rc4Cipher changes its key every 1,024 bytes of the stream.
type rc4Cipher struct {
	key   func(block uint32) []byte
	block int // whose stream is at hand, at position pos of it
	pos   int
	rc    *rc4.Cipher
}

func (c *rc4Cipher) decrypt(data []byte, at, skip int) {
	const size = 1024
	for at, data = at+skip, data[min(skip, len(data)):]; len(data) > 0; {
		n := min(len(data), size-at%size)
		if block := at / size; c.rc == nil || c.block != block || c.pos > at%size {
			c.rc, c.block, c.pos = rc4Of(c.key(uint32(block))), block, 0
		}
		var dust [size]byte
		gap := dust[:at%size-c.pos]
		c.rc.XORKeyStream(gap, gap)
		c.rc.XORKeyStream(data[:n], data[:n])
		c.pos = at%size + n
		at, data = at+n, data[n:]
	}
}

func rc4Of(key []byte) *rc4.Cipher {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // keys have 5 to 20 bytes
	}
	return c
}

// newRC4 is the encryption of Excel 97 ([MS-OFFCRYPTO] 2.3.6).
func newRC4(salt, verifier, hash []byte, password string) xlsCipher {
	h := md5.Sum(utf16Bytes(password))
	h = md5.Sum(bytes.Repeat(slices.Concat(h[:5], salt), 16))
	key := func(block uint32) []byte {
		k := md5.Sum(binary.LittleEndian.AppendUint32(slices.Clone(h[:5]), block))
		return k[:]
	}
	rc := rc4Of(key(0))
	v, want := make([]byte, 16), make([]byte, 16)
	rc.XORKeyStream(v, verifier)
	rc.XORKeyStream(want, hash)
	if got := md5.Sum(v); !bytes.Equal(got[:], want) {
		return nil
	}
	return &rc4Cipher{key: key}
}

// newCryptoAPI is the encryption of Excel 2002 and later ([MS-OFFCRYPTO]
// 2.3.5): a header, whose size comes first after its flags, and a verifier.
func newCryptoAPI(d []byte, password string) (xlsCipher, error) {
	size := uint64(le32(d[4:]))
	if size < 32 || uint64(len(d)) < 8+size+60 {
		return nil, damaged("a FILEPASS record of %d bytes", len(d)+6)
	}
	header, v := d[8:8+size], d[8+size:]
	const algRC4, algSHA1 = 0x6801, 0x8004
	if alg, hash := le32(header[8:]), le32(header[12:]); alg != algRC4 && alg != 0 || hash != algSHA1 && hash != 0 {
		return nil, &Error{Code: "encrypted", Detail: "in a way that is not known"}
	}
	n := int(le32(header[16:])) / 8
	if n == 0 {
		n = 5
	}
	if le32(v) != 16 || n < 5 || n > 16 {
		return nil, &Error{Code: "encrypted", Detail: "in a way that is not known"}
	}
	h := sha1.Sum(slices.Concat(v[4:20], utf16Bytes(password)))
	key := func(block uint32) []byte {
		k := sha1.Sum(binary.LittleEndian.AppendUint32(slices.Clone(h[:]), block))
		if n == 5 {
			return append(slices.Clone(k[:5]), make([]byte, 11)...)
		}
		return k[:n]
	}
	rc := rc4Of(key(0))
	verifier, want := make([]byte, 16), make([]byte, 20)
	rc.XORKeyStream(verifier, v[20:36])
	rc.XORKeyStream(want, v[40:60])
	if got := sha1.Sum(verifier); !bytes.Equal(got[:], want) {
		return nil, nil
	}
	return &rc4Cipher{key: key}, nil
}

func utf16Bytes(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
