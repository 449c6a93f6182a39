package daemon

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/config"
	"tongbao/internal/reporting"
)

const soundTable = "序号,项目名称,总投资(万元),年度计划投资(万元),形象进度\n1,城东污水处理厂,12000,5000,主体完工\n"

// zipped packs pairs of names and contents.
func zipped(t *testing.T, pairs ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// lettered is a letter with files, by pairs of names and contents.
func lettered(pairs ...string) []byte {
	var b strings.Builder
	b.WriteString("From: <xs@xiushui.example>\r\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("修水县2021年3月进度表")) +
		"?=\r\nDate: Thu, 25 Mar 2021 10:20:00 +0800\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "--b\r\nContent-Type: application/octet-stream; name=%q\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", pairs[i], base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	b.WriteString("--b--\r\n")
	return []byte(b.String())
}

// TestLimits sets each limit of the configuration low and sends a letter that
// is beyond it: a finding says so, and the sound table in the same letter is
// read. With the limit as it comes, the letter has no such finding. What a
// letter may weigh is TestTooLarge's, its time and memory are the clerk's
// TestFaults'.
func TestLimits(t *testing.T) {
	plain := strings.ReplaceAll(soundTable, "城东", "城西")
	var rows, wide strings.Builder
	rows.WriteString(plain)
	for i := range 120 {
		fmt.Fprintf(&rows, "%d,第%d标段,100,50,开工\n", i+2, i)
	}
	wide.WriteString(strings.TrimSpace(plain))
	wide.WriteString(strings.Repeat(",1", 40) + "\n")
	many := []string{"好.csv", soundTable}
	for i := range 12 {
		many = append(many, fmt.Sprintf("说明%d.txt", i), fmt.Sprint("见附件", i))
	}
	var entries []string
	for i := range 8 {
		entries = append(entries, fmt.Sprintf("说明%d.txt", i), fmt.Sprint("见附件", i))
	}
	deep := zipped(t, "表.csv", plain)
	for range 2 {
		deep = zipped(t, "内.zip", deep)
	}
	for _, c := range []struct {
		limit, code string
		letter      []byte
	}{
		{"unpacked: 1MB", "archive-too-large", lettered("包.zip", zipped(t, "表.csv", plain+strings.Repeat(" ", 2<<20)), "好.csv", soundTable)},
		{"rows: 100", "too-large", lettered("表.csv", rows.String(), "好.csv", soundTable)},
		{"columns: 20", "too-large", lettered("表.csv", wide.String(), "好.csv", soundTable)},
		{"parts: 8", "too-many-parts", lettered(many...)},
		{"depth: 2", "archive-too-deep", lettered("包.zip", deep, "好.csv", soundTable)},
		{"entries: 5", "archive-too-many", lettered("包.zip", zipped(t, entries...), "好.csv", soundTable)},
	} {
		for _, limited := range []bool{true, false} {
			limits := ""
			if limited {
				limits = "limits: {" + c.limit + "}\n"
			}
			cfg, err := config.Parse([]byte("data: ./data\n"+limits+"submitters:\n  - {name: 修水县, group: counties, addresses: [xs@xiushui.example], tables: [progress]}\n"), "a.yaml")
			if err != nil {
				t.Fatal(err)
			}
			h, err := OpenWithout(cfg, Options{Log: slog.New(slog.DiscardHandler), Command: []string{os.Args[0], "clerk"}})
			if err != nil {
				t.Fatal(err)
			}
			seen, err := h.Office.Inspect(t.Context(), "a.eml", c.letter)
			if e := h.Close(); err != nil || e != nil {
				t.Fatalf("%s: %v, %v", c.limit, err, e)
			}
			reading := seen.Reading
			beyond := slices.ContainsFunc(reading.Findings, func(f reporting.Finding) bool { return f.Code == c.code })
			sound := slices.ContainsFunc(reading.Tables, func(x reporting.Table) bool { return x.Path[len(x.Path)-1] == "好.csv" && len(x.Rows) == 1 })
			if beyond != limited || !sound {
				t.Errorf("%q, limited %v: finding %s %v, the sound table is read %v\n%+v", c.limit, limited, c.code, beyond, sound, reading.Findings)
			}
		}
	}
}
