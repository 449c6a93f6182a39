package sheet

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// compound is an OLE compound file ([MS-CFB]). It is read strictly, since a
// stream that is short or patched together from foreign sectors would be a
// short or a wrong table: chains end where they must, visit no sector twice
// and stay within the file.
type compound struct {
	data    []byte
	sector  int // its size in bytes, 512 or 4096
	cutoff  int // streams shorter than this many bytes are in the ministream
	fat     []uint32
	miniFAT []uint32
	mini    []byte // the ministream
	streams []compoundStream
}

// compoundStream is a stream in the root; those inside embedded objects are
// none of the workbook's.
type compoundStream struct {
	name  string // in lower case
	start uint32
	size  uint64
}

const (
	cfbEnd        = 0xfffffffe // of a chain
	cfbNone       = 0xffffffff // no entry, a free sector
	cfbHeader     = 512
	cfbMiniSector = 64
	// maxEntries bounds the directory. A workbook has some ten entries and about
	// five for each embedded object.
	maxEntries = 4096
)

func newCompound(data []byte) (*compound, error) {
	if len(data) < cfbHeader {
		return nil, damaged("OLE: cut in its header")
	}
	c := &compound{data: data, cutoff: int(le32(data[56:]))}
	switch shift := le16(data[30:]); shift {
	case 9, 12:
		c.sector = 1 << shift
	default:
		return nil, damaged("OLE: sectors of 2^%d bytes", shift)
	}
	if c.cutoff != 4096 || le16(data[32:]) != 6 {
		return nil, damaged("OLE: a ministream with a cutoff of %d bytes", c.cutoff)
	}
	if err := c.readFAT(); err != nil {
		return nil, err
	}
	root, err := c.readDirectory(le32(data[48:]))
	if err != nil {
		return nil, err
	}
	return c, c.readMini(root)
}

func le16(b []byte) int    { return int(binary.LittleEndian.Uint16(b)) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// at is a sector's bytes; the file's last may be short.
func (c *compound) at(n uint32) ([]byte, error) {
	from := (int64(n) + 1) * int64(c.sector)
	if from >= int64(len(c.data)) {
		return nil, damaged("OLE: sector %d lies past the end of the file", n)
	}
	return c.data[from:min(from+int64(c.sector), int64(len(c.data)))], nil
}

// readFAT joins the sectors that the header and the DIFAT chain name.
func (c *compound) readFAT() error {
	sectors := len(c.data) / c.sector // that the file can have: what the FAT says of others is of no use
	add := func(list []byte) error {
		for ; len(list) >= 4 && len(c.fat) < sectors; list = list[4:] {
			n := le32(list)
			if n == cfbNone || n == cfbEnd {
				continue
			}
			b, err := c.at(n)
			if err != nil {
				return err
			}
			for ; len(b) >= 4; b = b[4:] {
				c.fat = append(c.fat, le32(b))
			}
		}
		return nil
	}
	if err := add(c.data[76:cfbHeader]); err != nil {
		return err
	}
	next := le32(c.data[68:])
	for range int(min(le32(c.data[72:]), uint32(sectors))) {
		if next == cfbEnd || next == cfbNone || len(c.fat) >= sectors {
			break
		}
		b, err := c.at(next)
		if err != nil {
			return err
		}
		if len(b) < c.sector {
			return damaged("OLE: cut in its DIFAT")
		}
		if err := add(b[:c.sector-4]); err != nil {
			return err
		}
		next = le32(b[c.sector-4:])
	}
	return nil
}

// chain joins the sectors of a chain until they make up size bytes, or to its
// end where size is negative.
func (c *compound) chain(start uint32, size int) ([]byte, error) {
	var out []byte
	seen := make([]bool, len(c.fat))
	for n := start; size < 0 || len(out) < size; n = c.fat[n] {
		if n == cfbEnd && size < 0 {
			break
		}
		if int64(n) >= int64(len(c.fat)) {
			return nil, damaged("OLE: a chain of %d bytes breaks off after %d", size, len(out))
		}
		if seen[n] {
			return nil, damaged("OLE: a chain runs in a circle")
		}
		seen[n] = true
		b, err := c.at(n)
		if err != nil {
			return nil, err
		}
		if len(b) < c.sector && (size < 0 || len(out)+len(b) < size) {
			return nil, damaged("OLE: cut in sector %d", n)
		}
		out = append(out, b...)
		if size < 0 && len(out) > maxEntries*128 {
			return nil, &Error{Code: "too-large", Detail: "OLE directory"}
		}
	}
	if size >= 0 {
		out = out[:size]
	}
	return out, nil
}

// readDirectory finds the root's streams, and returns the root's own entry.
func (c *compound) readDirectory(start uint32) (root compoundStream, err error) {
	dir, err := c.chain(start, -1)
	if err != nil {
		return root, err
	}
	if len(dir) < 128 || dir[66] != 5 {
		return root, damaged("OLE: no root in the directory")
	}
	entries := len(dir) / 128
	seen := make([]bool, entries)
	todo := []uint32{le32(dir[76:])}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == cfbNone {
			continue
		}
		if int64(n) >= int64(entries) || seen[n] {
			return root, damaged("OLE: the directory's tree is broken at entry %d", n)
		}
		seen[n] = true
		e := dir[n*128 : n*128+128]
		if e[66] == 2 {
			c.streams = append(c.streams, c.entryOf(e))
		}
		todo = append(todo, le32(e[68:]), le32(e[72:]))
	}
	return c.entryOf(dir[:128]), nil
}

func (c *compound) entryOf(e []byte) compoundStream {
	var name []uint16
	for i := 0; i+2 < min(le16(e[64:]), 64); i += 2 {
		name = append(name, uint16(le16(e[i:])))
	}
	s := compoundStream{strings.ToLower(string(utf16.Decode(name))), le32(e[116:]), binary.LittleEndian.Uint64(e[120:])}
	if c.sector == 512 {
		s.size &= 0xffffffff // the upper half may be dirt in version 3
	}
	return s
}

func (c *compound) readMini(root compoundStream) error {
	if start := le32(c.data[60:]); start != cfbEnd && start != cfbNone && root.size > 0 {
		if root.size > uint64(len(c.data)) {
			return damaged("OLE: a ministream longer than the file")
		}
		table, err := c.chain(start, int((root.size+cfbMiniSector-1)/cfbMiniSector)*4)
		if err != nil {
			return err
		}
		for ; len(table) >= 4; table = table[4:] {
			c.miniFAT = append(c.miniFAT, le32(table))
		}
		c.mini, err = c.chain(root.start, int(root.size))
		return err
	}
	return nil
}

// stream reads the root's stream of a name (in lower case) whole; nil where
// there is none.
func (c *compound) stream(name string) ([]byte, error) {
	for _, s := range c.streams {
		if s.name != name {
			continue
		}
		if s.size > uint64(len(c.data)) {
			return nil, damaged("OLE: the stream %q is longer than the file", name)
		}
		if s.size >= uint64(c.cutoff) {
			return c.chain(s.start, int(s.size))
		}
		return c.miniChain(s.start, int(s.size))
	}
	return nil, nil
}

func (c *compound) has(name string) bool {
	for _, s := range c.streams {
		if s.name == name {
			return true
		}
	}
	return false
}

func (c *compound) miniChain(start uint32, size int) ([]byte, error) {
	out := []byte{}
	for n := start; len(out) < size; n = c.miniFAT[n] {
		if int64(n) >= int64(len(c.miniFAT)) || int(n)*cfbMiniSector >= len(c.mini) {
			return nil, damaged("OLE: a chain of %d bytes breaks off after %d", size, len(out))
		}
		from := int(n) * cfbMiniSector
		out = append(out, c.mini[from:min(from+cfbMiniSector, len(c.mini))]...)
	}
	return out[:size], nil
}
