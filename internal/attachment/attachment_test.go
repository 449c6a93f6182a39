package attachment

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const table = "序号,项目名称\r\n1,城东污水处理厂\r\n"

// told is what came out, a line for each file and each problem.
func told(files []File, problems []Problem) string {
	var out []string
	for _, f := range files {
		out = append(out, strings.Join(f.Path, "/")+"="+string(f.Data[:min(len(f.Data), 60)]))
	}
	for _, p := range problems {
		out = append(out, strings.Join(p.Path, "/")+"!"+p.Code)
	}
	return strings.Join(out, "\n")
}

func TestUnpack(t *testing.T) {
	broken := makeZip(t, entry{"a.csv", strings.Repeat(table, 50)}, entry{"b.csv", table})
	i := bytes.Index(broken, []byte("a.csv")) + 20
	broken[i] ^= 0x55
	lies := makeZip(t, entry{"a.csv", table}, entry{"b.csv", "b"})
	c := bytes.Index(lies, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lies[c+24:], 3) // the directory says three bytes
	locked := makeZip(t, entry{"a.csv", table}, entry{"b.csv", "b"})
	c = bytes.Index(locked, []byte("PK\x01\x02"))
	locked[c+8] |= 1
	method := makeZip(t, entry{"a.csv", table}, entry{"b.csv", "b"})
	c = bytes.Index(method, []byte("PK\x01\x02"))
	method[c+10] = 9 // Deflate64
	tnef := makeTNEF(entry{gbk("修水县3月进度表.csv"), "one"}, entry{"b.csv", "two"})
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"GBK names and folders", makeZip(t, entry{gbk("3月/"), ""}, entry{gbk("3月/进度表.csv"), "x"}), "进度表.csv=x"},
		{"GBK with a backslash for its second byte", makeZip(t, entry{gbk("李誠乗.csv"), "x"}), "李誠乗.csv=x"},
		{"backslashes", makeZip(t, entry{gbk(`3月\进度表.csv`), "x"}, entry{`3月\`, ""}), "进度表.csv=x"},
		{"macOS", makeZip(t, entry{"3月/进度表.csv", "x"}, entry{"__MACOSX/3月/._进度表.csv", "y"}, entry{"3月/.DS_Store", "z"}, entry{"3月/Thumbs.db", "z"}), "进度表.csv=x"},
		{"names that lead elsewhere", makeZip(t, entry{"../../etc/passwd", "x"}, entry{`C:\x\..`, "y"}, entry{"/", ""}), "passwd=x\n未命名=y"},
		{"empty", makeZip(t), ""},
		{"a damaged entry", broken, "b.csv=" + table + "\na.csv!damaged"},
		{"a size that lies", lies, "b.csv=b\na.csv!damaged"},
		{"an encrypted entry", locked, "b.csv=b\na.csv!encrypted"},
		{"a method of others", method, "b.csv=b\na.csv!unsupported"},
		{"cut short", broken[:len(broken)-30], "!damaged"},
		{"an archive in it", makeZip(t, entry{"a.zip", "PK\x03\x04"}), "a.zip=PK\x03\x04"},
		{"rar 4", makeRar4(entry{gbk(`3月\进度表.csv`), "x"}, entry{"b.csv", "y"}), "进度表.csv=x\nb.csv=y"},
		{"rar 5", makeRar5(0, entry{"3月/进度表.csv", "x"}, entry{"../b.csv", "y"}), "进度表.csv=x\nb.csv=y"},
		{"rar 5 with a dictionary of 4 GB", makeRar5(15, entry{"a.csv", "x"}), "!too-large"},
		{"rar cut short", makeRar5(0, entry{"a.csv", "x"}, entry{"b.csv", table})[:90], "a.csv=x\nb.csv!damaged\n!damaged"},
		{"winmail.dat", tnef, "修水县3月进度表.csv=one\nb.csv=two"},
		{"winmail.dat cut short", tnef[:len(tnef)-30], "修水县3月进度表.csv=one\nSHORT~1.XLS=two\n!damaged"},
		{"gzip", []byte("\x1f\x8b\x08\x00\x00"), "!unsupported"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, problems, ok := Unpack(c.data, Limits{}, nil)
			if got := told(files, problems); !ok || got != c.want {
				t.Errorf("got %v\n%s\nwant\n%s", ok, got, c.want)
			}
		})
	}
}

func TestNoArchive(t *testing.T) {
	for name, data := range map[string][]byte{
		"a workbook":         makeZip(t, entry{"[Content_Types].xml", "x"}, entry{"xl/workbook.xml", "x"}),
		"backslashes":        makeZip(t, entry{`xl\workbook.xml`, "x"}),
		"ofd":                makeZip(t, entry{"OFD.xml", "x"}),
		"a workbook cut off": makeZip(t, entry{"[Content_Types].xml", "x"}, entry{"xl/workbook.xml", "x"})[:60],
		"csv":                []byte(table),
		"nothing":            nil,
	} {
		if files, problems, ok := Unpack(data, Limits{}, nil); ok || len(files)+len(problems) > 0 {
			t.Errorf("%s was unpacked: %s", name, told(files, problems))
		}
	}
	// A folder named like a workbook's does not make a workbook.
	if _, _, ok := Unpack(makeZip(t, entry{"xl/进度表.xls", "x"}), Limits{}, nil); !ok {
		t.Error("a zip with a folder xl/ is an archive")
	}
}

func TestUnicodePath(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range []string{"?????.csv", "wrong"} {
		extra := append([]byte{1}, le(crc32.ChecksumIEEE([]byte("?????.csv")))...)
		extra = append(extra, "3月/进度表.csv"...)
		extra = append(append(le(uint16(0x7075)), le(uint16(len(extra)))...), extra...)
		if _, err := w.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true, Extra: extra}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	raw := bytes.ReplaceAll(buf.Bytes(), []byte("?????.csv"), []byte("\xbd\xf8\xb6\xc8\xff.csv")) // a name that says nothing
	sum := le(crc32.ChecksumIEEE([]byte("\xbd\xf8\xb6\xc8\xff.csv")))
	raw = bytes.ReplaceAll(raw, le(crc32.ChecksumIEEE([]byte("?????.csv"))), sum)
	files, problems, _ := Unpack(raw, Limits{}, nil)
	if got := told(files, problems); got != "进度表.csv=\nwrong=" {
		t.Errorf("got %q", got)
	}
}

func TestBombs(t *testing.T) {
	big := makeZip(t, entry{"small", "x"}, entry{"zeros", strings.Repeat("\x00", 4<<20)}, entry{"more", "y"})
	files, problems, ok := Unpack(big, Limits{Unpacked: 1 << 20}, nil)
	if got := told(files, problems); !ok || got != "small=x\n!too-large" {
		t.Errorf("bytes: %s", got)
	}
	many := make([]entry, 30)
	for i := range many {
		many[i] = entry{"a", "x"}
	}
	files, problems, _ = Unpack(makeZip(t, many...), Limits{Entries: 10}, nil)
	if len(files) != 10 || len(problems) != 1 || problems[0].Code != "too-many" {
		t.Errorf("entries: %d files, %v", len(files), problems)
	}
	for i := range many {
		many[i] = entry{"a", strings.Repeat("\x00", 100<<10)}
	}
	files, problems, _ = Unpack(makeRar5(0, many...), Limits{Unpacked: 1 << 20}, nil)
	if len(files) != 10 || len(problems) != 1 || problems[0].Code != "too-large" {
		t.Errorf("rar: %d files, %v", len(files), problems)
	}
}

// TestFiles unpacks the archives of testdata, made by 7-Zip.
func TestFiles(t *testing.T) {
	for name, want := range map[string]struct{ without, with string }{
		"01-plain.7z":            {"进度表.csv 问题台账.csv", "进度表.csv 问题台账.csv"},
		"02-password.7z":         {"进度表.csv!encrypted 问题台账.csv!encrypted", "进度表.csv 问题台账.csv"},
		"03-password-headers.7z": {"!encrypted", "问题台账.csv"},
		"04-password.zip":        {"进度表.csv!encrypted 问题台账.csv!encrypted", "进度表.csv!encrypted 问题台账.csv!encrypted"},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		names := func(passwords ...string) string {
			files, problems, _ := Unpack(data, Limits{}, passwords)
			var out []string
			for _, f := range files {
				if !strings.Contains(string(f.Data), gbk("城东污水处理厂")) {
					t.Errorf("%s: %q holds %q", name, f.Path, f.Data)
				}
				out = append(out, f.Path[0])
			}
			for _, p := range problems {
				out = append(out, strings.Join(p.Path, "/")+"!"+p.Code)
			}
			slices.Sort(out)
			return strings.Join(out, " ")
		}
		if got := names(); got != want.without {
			t.Errorf("%s without a password: %s, want %s", name, got, want.without)
		}
		if got := names("123456", "332000"); got != want.with {
			t.Errorf("%s with passwords: %s, want %s", name, got, want.with)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for _, data := range [][]byte{makeZip(f, entry{gbk("进度表.csv"), "x"}), makeRar4(entry{"a", "x"}), makeRar5(0, entry{"a", "x"}), makeTNEF(entry{"a", "x"})} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.HasPrefix(data, []byte("7z")) {
			t.Skip("sevenzip takes memory as it likes; the clerk's child bounds it")
		}
		lim := Limits{Entries: 20, Unpacked: 1 << 20}
		files, problems, ok := Unpack(data, lim, []string{"1"})
		total := 0
		for _, f := range files {
			total += len(f.Data)
			if name := f.Path[0]; len(f.Path) != 1 || name == "" || strings.ContainsAny(name, "/\\\x00") || !utf8.ValidString(name) {
				t.Errorf("name %q", name)
			}
		}
		if total > 1<<20 || len(files) > 20 || !ok && len(files)+len(problems) > 0 {
			t.Errorf("%d files, %d bytes, %v", len(files), total, ok)
		}
	})
}

// TestCorpora unpacks the archives in the folder TONGBAO_CORPORA.
func TestCorpora(t *testing.T) {
	root := os.Getenv("TONGBAO_CORPORA")
	if root == "" {
		t.Skip("TONGBAO_CORPORA names no folder of archives")
	}
	n := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".zip", ".rar", ".7z"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		files, problems, ok := Unpack(data, Limits{}, nil)
		if !ok || len(files)+len(problems) == 0 {
			t.Logf("%s: nothing came out, archive %v", path, ok)
		}
		if testing.Verbose() {
			var b strings.Builder
			for _, f := range files {
				b.WriteString(" " + f.Path[0])
			}
			for _, p := range problems {
				b.WriteString(" !" + p.Code + " " + p.Detail)
			}
			t.Logf("%s:%.300s", path, b.String())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d archives", n)
}
