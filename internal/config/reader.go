package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v4"
)

// TimeOfDay is a time since midnight, written "17:00" or "23:59:59".
type TimeOfDay time.Duration

// String spells it as the file does.
func (t TimeOfDay) String() string {
	d := time.Duration(t)
	return fmt.Sprintf("%02d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// Size is a number of bytes, written "50MB" or 52428800.
type Size int64

type place struct{ line, column int }

// reader fills a Config from a tree of nodes and notes where each key stands.
type reader struct {
	file   string
	lines  []string
	faults Faults
	known  Faults // those of reading, while the values are checked
	places map[string]place
}

// hopeless reports whether the file as a whole could not be read.
func (r *reader) hopeless() bool {
	for _, f := range r.faults {
		if f.Key == "" {
			return true
		}
	}
	return false
}

// fault notes a fault. What could not be read has its fault already and is not
// doubted a second time.
func (r *reader) fault(at place, key, what, mend string) {
	for _, f := range r.known {
		if key == f.Key || strings.HasPrefix(key, f.Key+".") || strings.HasPrefix(key, f.Key+"[") {
			return
		}
	}
	f := Fault{File: r.file, Line: at.line, Column: at.column, Key: key, What: what, Mend: mend}
	if at.line >= 1 && at.line <= len(r.lines) {
		f.Source = strings.TrimRight(r.lines[at.line-1], "\r")
	}
	r.faults = append(r.faults, f)
}

// at finds where a key stands, or the nearest one above it.
func (r *reader) at(key string) place {
	for k := key; k != ""; {
		if p, ok := r.places[k]; ok {
			return p
		}
		i := strings.LastIndexAny(k, ".[")
		if i < 0 {
			break
		}
		k = k[:i]
	}
	return place{1, 1}
}

var lineOfError = regexp.MustCompile(`line (\d+)(?:,? column (\d+))?`)

func (r *reader) read(data []byte, c *Config) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		r.fault(place{1, 1}, "", "文件是空的", "照 config.example.yaml 填写")
		return
	}
	if err != nil {
		at := place{1, 1}
		if m := lineOfError.FindStringSubmatch(err.Error()); m != nil {
			at.line, _ = strconv.Atoi(m[1])
			if n, err := strconv.Atoi(m[2]); err == nil {
				at.column = n
			}
		}
		r.fault(at, "", "不是正确的 YAML："+err.Error(), "检查缩进（只用空格）、冒号后的空格和引号")
		return
	}
	var second yaml.Node
	if dec.Decode(&second) == nil {
		r.fault(place{second.Line, second.Column}, "", "文件里有第二个文档", "删去“---”及其后的内容")
		return
	}
	if len(doc.Content) == 0 {
		r.fault(place{1, 1}, "", "文件是空的", "照 config.example.yaml 填写")
		return
	}
	r.value(doc.Content[0], "", reflect.ValueOf(c).Elem())
}

func here(n *yaml.Node) place { return place{n.Line, n.Column} }

// value reads a node into v by v's type.
func (r *reader) value(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if key != "" {
		r.places[key] = here(n)
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return // "key:" without a value keeps the default
	}
	switch p := v.Addr().Interface().(type) {
	case *Secret:
		r.secret(n, key, p)
		return
	case *time.Time, *time.Duration, *TimeOfDay, *Size, *decimal.Decimal:
		r.special(n, key, p)
		return
	}
	switch v.Kind() {
	case reflect.Pointer: // nil is "not written"
		v.Set(reflect.New(v.Type().Elem()))
		r.value(n, key, v.Elem())
	case reflect.Struct:
		r.mapping(n, key, v)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			r.fault(here(n), key, "应为列表", "写成 [甲, 乙]，或每项一行、以“- ”开头")
			return
		}
		out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
		for i, e := range n.Content {
			r.value(e, fmt.Sprintf("%s[%d]", key, i), out.Index(i))
		}
		v.Set(out)
	case reflect.Map:
		r.table(n, key, v)
	default:
		r.scalar(n, key, v)
	}
}

func (r *reader) mapping(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.fault(here(n), key, "应为若干“键: 值”", "缩进两格，逐行写键和值")
		return
	}
	fields := map[string]int{}
	var names []string
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); tag != "" {
			fields[tag] = i
			names = append(names, tag)
		}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, e := n.Content[i], n.Content[i+1]
		full := strings.TrimPrefix(key+"."+k.Value, ".")
		f, ok := fields[k.Value]
		switch {
		case !ok:
			r.fault(here(k), full, "没有这个键", suggest(k.Value, names))
		case seen[k.Value]:
			r.fault(here(k), full, "同一个键写了两次", "删去其中一个")
		default:
			seen[k.Value] = true
			r.value(e, full, v.Field(f))
		}
	}
}

// table reads a mapping with free keys.
func (r *reader) table(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.fault(here(n), key, "应为若干“键: 值”", "缩进两格，逐行写键和值")
		return
	}
	out := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		e := reflect.New(v.Type().Elem()).Elem()
		r.value(n.Content[i+1], key+"."+n.Content[i].Value, e)
		out.SetMapIndex(reflect.ValueOf(n.Content[i].Value), e)
	}
	v.Set(out)
}

func (r *reader) scalar(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		r.fault(here(n), key, "应为单个值", "")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil {
			r.fault(here(n), key, fmt.Sprintf("“%s”不是 true 或 false", n.Value), "写 true 或 false")
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.Atoi(strings.ReplaceAll(n.Value, "_", ""))
		if err != nil {
			r.fault(here(n), key, fmt.Sprintf("“%s”不是整数", n.Value), "写阿拉伯数字，不带单位")
		}
		v.SetInt(int64(i))
	}
}

var (
	timeOfDay = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$`)
	sizeWord  = regexp.MustCompile(`(?i)^(\d+)\s*(B|KB|MB|GB|KiB|MiB|GiB)?$`)
)

func (r *reader) special(n *yaml.Node, key string, p any) {
	if n.Kind != yaml.ScalarNode {
		r.fault(here(n), key, "应为单个值", "")
		return
	}
	s := strings.TrimSpace(n.Value)
	bad := func(what, mend string) { r.fault(here(n), key, fmt.Sprintf("“%s”不是%s", s, what), mend) }
	switch p := p.(type) {
	case *time.Duration:
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			bad("时长", "写成 3m、90s、12h 这样")
		}
		*p = d
	case *TimeOfDay:
		m := timeOfDay.FindStringSubmatch(s)
		if m == nil {
			bad("钟点", `写成 "17:00" 或 "23:59:59"，加引号`)
			return
		}
		var d time.Duration
		for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
			x, _ := strconv.Atoi("0" + m[i+1])
			d += time.Duration(x) * unit
		}
		*p = TimeOfDay(d)
	case *Size:
		m := sizeWord.FindStringSubmatch(s)
		if m == nil {
			bad("大小", "写成 50MB 这样")
			return
		}
		x, _ := strconv.ParseInt(m[1], 10, 40)
		*p = Size(x << map[byte]int{0: 0, 'B': 0, 'K': 10, 'M': 20, 'G': 30}[(strings.ToUpper(m[2]) + "\x00")[0]])
	case *time.Time:
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			bad("日期", "写成 2021-03-01 这样")
		}
		*p = t
	case *decimal.Decimal:
		d, err := decimal.NewFromString(strings.ReplaceAll(s, "_", ""))
		if err != nil {
			bad("数", "写阿拉伯数字，不带单位和百分号")
		}
		*p = d
	}
}

// suggest names the key that was probably meant.
func suggest(key string, names []string) string {
	best, least := "", 3
	for _, n := range names {
		if d := distance(strings.ToLower(key), n); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return fmt.Sprintf("是否应为 %s？", best)
	}
	return "此处可用的键：" + strings.Join(names, "、")
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			next := diag
			if a[i] != b[j] {
				next = 1 + min(diag, row[j], row[j+1])
			}
			diag, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
