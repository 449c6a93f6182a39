package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// largeSheet writes a workbook of so many rows and columns to a file.
func largeSheet(b *testing.B, path string, rows, cols int) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	row := make([]any, cols)
	for i := range rows {
		for col := range row {
			if row[col] = any(float64((i*cols+col)%1_000_003) / 100); col%3 == 1 {
				row[col] = fmt.Sprintf("第%d行第%d列的形象进度", i, col)
			}
		}
		if err := w.SetRow(CellName(0, i+1), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
}

// childFile names the workbook that this process, a child, is to stream.
const childFile = "TONGBAO_STREAM_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childFile); path != "" {
		if err := streamInChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// streamInChild streams a workbook and prints the rows, the cells and the
// highest RssAnon in KiB that was seen.
func streamInChild(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	rows, cells, most := 0, 0, 0
	err = Stream(f, info.Size(), Limits{Rows: 1 << 20, Cells: 4_000_000, Unpacked: 1 << 30}, func(_ *Grid, r Row) {
		rows++
		cells += len(r.Cells)
		if rows%500 == 0 {
			most = max(most, rssAnon())
		}
	})
	fmt.Println(rows, cells, max(most, rssAnon()))
	return err
}

// rssAnon is this process's anonymous memory in KiB.
func rssAnon() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return -1
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err == nil {
				return n
			}
		}
	}
	return -1
}

// BenchmarkLargeSheet streams 100,000 rows of 25 columns in a child process and
// reports its anonymous memory.
func BenchmarkLargeSheet(b *testing.B) {
	path := filepath.Join(b.TempDir(), "large.xlsx")
	largeSheet(b, path, 100_000, 25)
	most := 0
	for b.Loop() {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childFile+"="+path)
		c.Stderr = os.Stderr
		out, err := c.Output()
		if err != nil {
			b.Fatal(err)
		}
		var rows, cells, kib int
		if _, err := fmt.Sscan(string(out), &rows, &cells, &kib); err != nil || rows != 100_000 || cells != 2_500_000 || kib <= 0 {
			b.Fatalf("%q: %v", out, err)
		}
		most = max(most, kib)
	}
	b.ReportMetric(float64(most)/1024, "RssAnon-MiB")
}

// blankSheet has so many rows that hold nothing but a format, as a sheet has
// where somebody drew borders down to its end; excelize wrote the rest of it.
func blankSheet(rows, cols int) []byte {
	f := excelize.NewFile()
	defer f.Close()
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		panic(err)
	}
	var s bytes.Buffer
	s.WriteString(sheetHead + "<sheetData>")
	for r := 1; r <= rows; r++ {
		fmt.Fprintf(&s, `<row r="%d" spans="1:%d" ht="18" customHeight="1">`, r, cols)
		for c := range cols {
			fmt.Fprintf(&s, `<c r="%s" s="0"/>`, CellName(c, r))
		}
		s.WriteString("</row>")
	}
	s.WriteString("</sheetData></worksheet>")
	return repack(buf.Bytes(), func(name string, part []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			return s.Bytes()
		}
		return part
	})
}

// BenchmarkBlankRows reads 200,000 rows that hold nothing but formats, in one
// thread, in turn with excelize.
func BenchmarkBlankRows(b *testing.B) {
	oneThread(b)
	data := blankSheet(200_000, 8)
	var ours, theirs, unzip cost
	for b.Loop() {
		ours.add(func() { readOurs(b, [][]byte{data}) })
		theirs.add(func() { readTheirs(b, [][]byte{data}) })
		unzip.add(func() { inflate(b, data) })
	}
	report(b, ours, theirs)
	b.ReportMetric(float64(theirs.time)/float64(ours.time), "times-faster")
	b.ReportMetric(float64(unzip.time/time.Millisecond)/float64(b.N), "inflate-ms")
}

// inflate is what any reader must do.
func inflate(b *testing.B, data []byte) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}
