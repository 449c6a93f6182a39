package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// mutantsVariable is how many mutants TestMutants makes; 480 where it is not set.
const mutantsVariable = "TONGBAO_MUTANTS"

// mutation makes one fault in a sound file.
type mutation struct {
	kind, fault string
	change      func(*rand.Rand, []byte) []byte
	mayDiffer   func(*Book) bool // where a book that differs is still no silent loss
}

// TestMutants makes files with one fault each. Of a workbook every one must
// read the same cell for cell, or be an error; a csv may also show what it
// could not decode as U+FFFD, of which its reader makes a finding.
func TestMutants(t *testing.T) {
	total := 480
	if v := os.Getenv(mutantsVariable); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatal(err)
		}
		total = n
	}
	seeds := mutantSeeds(t)
	list := mutations(t)
	counts := map[string][3]int{} // the same, an error, shown as damaged
	for n := range total {
		m := list[n%len(list)]
		rnd := rand.New(rand.NewPCG(uint64(n), 3))
		names := slices.Sorted(maps.Keys(seeds[m.kind]))
		name := names[rnd.IntN(len(names))]
		sound := seeds[m.kind][name]
		data := m.change(rnd, bytes.Clone(sound.data))
		book, err := Open(name, data, Limits{}, []string{"123456"})
		c := counts[m.kind+", "+m.fault]
		var e *Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Errorf("mutant %d of %s, %s: %v is no *Error", n, name, m.fault, err)
		case err != nil:
			c[1]++
		case dump(book) == sound.want:
			c[0]++
		case m.mayDiffer != nil && m.mayDiffer(book):
			c[2]++
		default:
			t.Errorf("mutant %d of %s, %s: reads as another book without a word", n, name, m.fault)
		}
		counts[m.kind+", "+m.fault] = c
	}
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		c := counts[key]
		t.Logf("%-28s %5d: %5d refused, %5d read the same, %4d shown as damaged", key, c[0]+c[1]+c[2], c[1], c[0], c[2])
		if c[1]+c[2] == 0 {
			t.Errorf("%s: none is told: the test does no damage", key)
		}
	}
	t.Logf("%d mutants", total)
}

type soundFile struct {
	data []byte
	want string
}

func mutantSeeds(t *testing.T) map[string]map[string]soundFile {
	seeds := map[string]map[string]soundFile{"xlsx": {}, "xls": {}, "csv": {}}
	add := func(kind, name string, data []byte) {
		book, err := Open(name, data, Limits{}, []string{"123456"})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		seeds[kind][name] = soundFile{data, dump(book)}
	}
	files, _ := filepath.Glob("testdata/xlsx/*.xlsx")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(data, []byte("PK")) {
			add("xlsx", name, data)
		}
	}
	for i := range uint64(4) {
		add("xlsx", fmt.Sprintf("county%d.xlsx", i), countyWorkbook(t, i))
	}
	for name, data := range xlsFamily(t) {
		if c, err := newCompound(data); err == nil && c.has("workbook") {
			add("xls", name, data)
		}
	}
	text := "序号,项目名称,\"计划总投资\n（万元）\",形象进度\r\n1,城东路网改造,\"12,500\",\"完成路基，“三改”已启动\"\r\n2,城西管网,860.5,\"正在招标\"\r\n"
	var long strings.Builder
	long.WriteString(text)
	for i := range 200 {
		fmt.Fprintf(&long, "%d,第%d号老旧小区改造,\"%d\",\"完成外墙粉刷，管线下地\"\r\n", i+3, i, 100*i)
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(long.String()))
	if err != nil {
		t.Fatal(err)
	}
	add("csv", "utf8.csv", []byte(long.String()))
	add("csv", "bom.csv", []byte("\xef\xbb\xbf"+long.String()))
	add("csv", "gbk.csv", gbk)
	return seeds
}

func mutations(t *testing.T) []mutation {
	inPart := func(damage func(*rand.Rand, []byte) []byte) func(*rand.Rand, []byte) []byte {
		return func(r *rand.Rand, b []byte) []byte {
			parts := []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"}
			part := parts[r.IntN(len(parts))]
			return repack(b, func(name string, data []byte) []byte {
				if name == part {
					return damage(r, data)
				}
				return data
			})
		}
	}
	anywhere := func(s string) func(*rand.Rand, []byte) []byte {
		return func(r *rand.Rand, b []byte) []byte { return insert(b, r.IntN(len(b)), s) }
	}
	shown := func(b *Book) bool {
		return strings.Contains(dump(b), "\ufffd")
	}
	return []mutation{
		{"xlsx", "cut", damages["cut file"], nil},
		{"xlsx", "flipped byte", damages["flipped byte"], nil},
		{"xlsx", "wrong CRC", damages["wrong CRC"], nil},
		{"xlsx", "bad entity", inPart(damageText("&nbsp;")), nil},
		{"xlsx", "bad UTF-8", inPart(anywhere("\xd0")), nil},
		{"xls", "cut", damages["cut file"], nil},
		{"xls", "record's length", inStream(t, longerRecord), nil},
		{"xls", "record lost or doubled", inStream(t, lostRecord), nil},
		{"xls", "chain of sectors", brokenChain, nil},
		{"csv", "broken encoding", func(r *rand.Rand, b []byte) []byte {
			return insert(b, r.IntN(len(b)), [...]string{"\xff", "\xfe\xff", "\x80", "\xc4"}[r.IntN(4)])
		}, shown},
		{"csv", "lost byte of a character", func(r *rand.Rand, b []byte) []byte {
			at := r.IntN(len(b) - 100)
			for b[at] < 0x80 {
				at++
			}
			return append(b[:at:at], b[at+1:]...)
		}, shown},
		{"csv", "unclosed quotes", func(r *rand.Rand, b []byte) []byte {
			var marks []int
			for i, c := range b {
				if c == '"' && i > 0 && b[i-1] != ',' { // one that closes
					marks = append(marks, i)
				}
			}
			at := marks[r.IntN(len(marks))]
			return append(b[:at:at], b[at+1:]...)
		}, nil},
	}
}

// damageText puts what no text may have behind one of the tags.
func damageText(s string) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, b []byte) []byte {
		root := bytes.LastIndex(b, []byte("</"))
		var ends []int
		for i := bytes.IndexByte(b, '>') + 1; i < root; i++ {
			if b[i-1] == '>' && b[i-2] != '?' {
				ends = append(ends, i)
			}
		}
		return insert(b, ends[r.IntN(len(ends))], s)
	}
}

// inStream changes the workbook's stream and hands it out bare, as some
// programs write it.
func inStream(t *testing.T, change func(*rand.Rand, []byte, []biffRecord) []byte) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, data []byte) []byte {
		c, err := newCompound(data)
		if err != nil {
			t.Fatal(err)
		}
		stream, err := c.stream("workbook")
		if err != nil {
			t.Fatal(err)
		}
		var list []biffRecord
		for b := (&biff{data: stream}); b.peek() >= 0; {
			rec, err := b.next()
			if err != nil {
				break
			}
			list = append(list, rec)
		}
		return change(r, stream, list)
	}
}

// longerRecord lets a record that carries something claim one byte too many.
func longerRecord(r *rand.Rand, stream []byte, list []biffRecord) []byte {
	rec := pick(r, list, recBOF, recEOF, recBoundSheet, recSST, recFilePass, recLabelSST, recNumber, recRK, recMulRK, recMerged)
	binary.LittleEndian.PutUint16(stream[rec.at+2:], uint16(len(rec.data)+1))
	return stream
}

// lostRecord takes a record out that the structure needs, or doubles it. BIFF
// has no checksum: that a cell's own record is gone nobody can tell.
func lostRecord(r *rand.Rand, stream []byte, list []biffRecord) []byte {
	rec := pick(r, list, recBOF, recEOF, recBoundSheet, recSST, recFilePass)
	end := rec.at + 4 + len(rec.data)
	if r.IntN(2) == 0 {
		return append(stream[:rec.at:rec.at], stream[end:]...)
	}
	return append(stream[:end:end], stream[rec.at:]...)
}

func pick(r *rand.Rand, list []biffRecord, kinds ...int) biffRecord {
	var fit []biffRecord
	for _, rec := range list {
		if slices.Contains(kinds, rec.kind) {
			fit = append(fit, rec)
		}
	}
	return fit[r.IntN(len(fit))]
}

// brokenChain sets an entry of the file allocation table to where no chain
// may go.
func brokenChain(r *rand.Rand, data []byte) []byte {
	c, err := newCompound(data)
	if err != nil {
		panic(err)
	}
	table := (int(le32(data[76:])) + 1) * c.sector
	i := r.IntN(min(len(c.fat), c.sector/4))
	wrong := [...]uint32{uint32(i), 0xfffffff0, cfbEnd, cfbNone, uint32(len(c.fat))}[r.IntN(5)]
	binary.LittleEndian.PutUint32(data[table+4*i:], wrong)
	return data
}
