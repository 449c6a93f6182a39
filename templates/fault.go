package templates

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Fault is what is wrong with a template, for the person who wrote it: the
// file, the line (0 where it is not known), and in Chinese what to mend.
type Fault struct {
	File  string
	Line  int
	Words string
	Cause error // as the template package has it
}

// Error names file and line as compilers do, and says what to mend.
func (f *Fault) Error() string {
	at := f.File
	if f.Line > 0 {
		at += ":" + strconv.Itoa(f.Line)
	}
	return fmt.Sprintf("模板 %s：%s", at, f.Words)
}

// Unwrap is the cause.
func (f *Fault) Unwrap() error { return f.Cause }

var (
	placed = regexp.MustCompile(`^(?:html/)?template: ?(.+\.tmpl):(\d+)(?::\d+)?: (.*)$`)
	doing  = regexp.MustCompile(`^executing "[^"]*" at <(.*?)>: (.*)$`)
)

// The template package's own words, and what they mean to who wrote the file.
var meanings = []struct {
	means *regexp.Regexp
	words string // $1 is what was found
}{
	{regexp.MustCompile(`unexpected EOF`), `到文件末尾还少一个 {{end}}：每个 {{if}}、{{range}}、{{with}} 都要有一个`},
	{regexp.MustCompile(`unexpected \{\{(end|else)\}\}`), `多了一个 {{$1}}，前面没有与它对应的 {{if}}、{{range}} 或 {{with}}`},
	{regexp.MustCompile(`unclosed action|unexpected "\\?\}"|unterminated`), `“{{”没有以“}}”结束，或引号没有配对`},
	{regexp.MustCompile(`function "([^"]*)" not defined`), `没有名叫 $1 的函数；如是数据，前面要加点：.$1`},
	{regexp.MustCompile(`undefined variable "([^"]*)"`), `没有变量 $1`},
	{regexp.MustCompile(`can't evaluate field (\S+) in type`), `数据里没有 .$1；请对照内置模板改正名称`},
	{regexp.MustCompile(`map has no entry for key "([^"]*)"`), `数据里没有 .$1；请对照内置模板改正名称`},
	{regexp.MustCompile(`nil pointer evaluating .*\.(\w+)$`), `.$1 在有的月份没有数据；请先用 {{if}} 或 {{with}} 判断`},
	{regexp.MustCompile(`is no number`), `这里要的是数，而它不是，或这个月没有；请先用 {{if known …}} 判断`},
	{regexp.MustCompile(`(?:template|html/template)[:\w ]*"([^"]*)" not defined|no such template "([^"]*)"`), `没有名叫 $1$2 的模板`},
}

// faultOf puts an error of the template package into the words of the person
// who wrote the file; one that names no file stays as it is.
func faultOf(err error) error {
	m := placed.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return err
	}
	line, aerr := strconv.Atoi(m[2])
	if aerr != nil {
		return err
	}
	f := &Fault{File: m[1], Line: line, Cause: err}
	where, what := "", m[3]
	if d := doing.FindStringSubmatch(what); d != nil {
		where, what = "“"+d[1]+"”处，", d[2]
	}
	f.Words = where + "写法有误（" + what + "）"
	for _, x := range meanings {
		if at := x.means.FindStringSubmatchIndex(what); at != nil {
			f.Words = where + string(x.means.ExpandString(nil, x.words, what, at))
			break
		}
	}
	f.Words += "。改好后再启动，或删去这个文件，用内置的模板"
	return f
}

// nearest names the built-in template that a misspelt name may mean.
func nearest(name string) string {
	best, least := "", 4
	for _, dir := range []string{"letters", "bulletin"} {
		list, err := FS.ReadDir(dir)
		if err != nil {
			return ""
		}
		for _, e := range list {
			if d := distance(name, dir+"/"+e.Name()); d < least {
				best, least = dir+"/"+e.Name(), d
			}
		}
	}
	if best == "" {
		return ""
	}
	return "（是否为 " + best + "）"
}

// distance is how many letters must be put in, left out or changed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
