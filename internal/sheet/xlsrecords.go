package sheet

// The records of BIFF that are read ([MS-XLS] 2.3; those of BIFF2 to 5 as
// OpenOffice.org's documentation of the format numbers them).
const (
	recInteger2, recNumber2, recLabel2, recBoolErr2 = 0x0002, 0x0003, 0x0004, 0x0005

	recFormula    = 0x0006 // BIFF2, 5 and 8
	recFormula3   = 0x0206
	recFormula4   = 0x0406
	recString2    = 0x0007
	recBOF2       = 0x0009
	recBOF3       = 0x0209
	recBOF4       = 0x0409
	recBOF        = 0x0809
	recEOF        = 0x000a
	recFormat2    = 0x001e // BIFF2 and 3
	recDate1904   = 0x0022
	recFilePass   = 0x002f
	recContinue   = 0x003c
	recCodePage   = 0x0042
	recColInfo    = 0x007d
	recBoundSheet = 0x0085
	recMulRK      = 0x00bd
	recRString    = 0x00d6
	recXF         = 0x00e0
	recMerged     = 0x00e5
	recSST        = 0x00fc
	recLabelSST   = 0x00fd
	recMulBlank   = 0x00be
	recBlank      = 0x0201
	recNumber     = 0x0203
	recLabel      = 0x0204
	recBoolErr    = 0x0205
	recString     = 0x0207
	recRow        = 0x0208
	recArray2     = 0x0021
	recArray      = 0x0221
	recTable      = 0x0236
	recTable2     = 0x0036
	recXF3        = 0x0243
	recRK         = 0x027e
	recFormat     = 0x041e
	recXF4        = 0x0443
	recSharedFmla = 0x04bc
)

// biff walks the records of a stream.
type biff struct {
	data []byte
	pos  int
}

// biffRecord is one record; at is where its header stands.
type biffRecord struct {
	kind int
	data []byte
	at   int
}

// What a record may be: more is a place in the stream where none begins. BIFF
// has no checksums, so that this is how a shifted stream shows itself.
const (
	biffKinds  = 0x1100
	biffLength = 8224 // bytes of contents ([MS-XLS] 2.1.4)
)

// exact are the records of one length, in bytes.
var exact = map[int]int{
	recNumber: 14, recRK: 10, recLabelSST: 10, recBoolErr: 8, recBlank: 6, recRow: 16,
	recInteger2: 9, recNumber2: 15, recBoolErr2: 9,
}

// next reads a record, which must lie within the stream.
func (b *biff) next() (biffRecord, error) {
	if b.pos < 0 || b.pos+4 > len(b.data) {
		return biffRecord{}, damaged("the stream ends at %d without an EOF record", len(b.data))
	}
	r := biffRecord{kind: le16(b.data[b.pos:]), at: b.pos}
	length := le16(b.data[b.pos+2:])
	if want, ok := exact[r.kind]; r.kind >= biffKinds || length > biffLength || ok && length != want {
		return r, damaged("the record %#04x at %d has %d bytes", r.kind, r.at, length)
	}
	end := b.pos + 4 + length
	if end > len(b.data) {
		return r, damaged("the record %#04x at %d runs past the end of the stream", r.kind, r.at)
	}
	r.data = b.data[b.pos+4 : end]
	b.pos = end
	return r, nil
}

// peek is the next record's kind, or -1 at the end.
func (b *biff) peek() int {
	if b.pos+4 > len(b.data) {
		return -1
	}
	return le16(b.data[b.pos:])
}

// continued takes the CONTINUE records that follow a record.
func (b *biff) continued(r biffRecord) ([][]byte, error) {
	parts := [][]byte{r.data}
	for b.peek() == recContinue {
		more, err := b.next()
		if err != nil {
			return nil, err
		}
		parts = append(parts, more.data)
	}
	return parts, nil
}

// What a substream's BOF record says that it is.
const (
	biffGlobals = 0x0005
	biffSheet   = 0x0010
)

// bof reads a BOF record. version is 2, 3, 4, 5 or 8, and 0 where it is none.
func (r biffRecord) bof() (version, kind int) {
	if len(r.data) < 4 {
		return 0, 0
	}
	kind = le16(r.data[2:])
	switch r.kind {
	case recBOF2:
		return 2, kind
	case recBOF3:
		return 3, kind
	case recBOF4:
		return 4, kind
	case recBOF:
		if le16(r.data) >= 0x0600 {
			return 8, kind
		}
		// QUIRK: the grid exports of Delphi programs write 0 for the version.
		return 5, kind
	}
	return 0, 0
}

func isBOF(kind int) bool {
	return kind == recBOF || kind == recBOF4 || kind == recBOF3 || kind == recBOF2
}
