package register

import (
	"strings"

	"tongbao/internal/reporting"
)

// face is a row or a project as it is compared.
type face struct {
	name, parent, stem, code string
	location, owner, resp    string
	total                    string
	aliases                  map[string]reporting.Alias // of a project, by name and package
	idle                     bool                       // a row without a name, a project that is another
	last                     reporting.Period
	twin                     int // which of several of one name in one table
}

func (f face) id() string { return f.name + "\n" + f.parent }

func faceOf(f map[reporting.Field]reporting.Value) face {
	r := reporting.Row{Fields: f}
	text := func(f reporting.Field) string { return reporting.NameKey(r.Text(f)) }
	out := face{
		name: text(reporting.FProjectName), parent: text(reporting.FParentName), code: text(reporting.FProjectCode),
		location: text(reporting.FLocation), owner: text(reporting.FOwnerUnit), resp: text(reporting.FRespUnit),
	}
	if d, ok := r.Decimal(reporting.FTotalInvest); ok && d.IsPositive() {
		out.total = d.String()
	}
	out.stem = stem(out.name)
	return out
}

// evidence counts what speaks for two being one and what against: place,
// owner (or responsible unit), total investment.
func evidence(a, b face) (speaks, against int) {
	say := func(x, y string, alike func(x, y string) bool) {
		switch {
		case x == "" || y == "":
		case alike(x, y):
			speaks++
		default:
			against++
		}
	}
	part := func(x, y string) bool { return strings.Contains(x, y) || strings.Contains(y, x) }
	same := func(x, y string) bool { return x == y }
	say(a.location, b.location, part)
	if a.owner != "" && b.owner != "" {
		say(a.owner, b.owner, part)
	} else {
		say(a.resp, b.resp, part)
	}
	say(a.total, b.total, same)
	return speaks, against
}

// How many characters of a name there are to one that may differ: in a name
// that is alike, and in one that is worth a question.
const (
	strict = 4
	loose  = 3
)

// alike compares two names.
func alike(a, b face) bool { return a.stem == b.stem || near(a.stem, b.stem, strict) }

type verdict uint8

const (
	other verdict = iota
	doubtful
	certain
)

// weigh judges a row and a project of different names.
func (m *matcher) weigh(f, g face) verdict {
	s, a := evidence(f, g)
	like := alike(f, g)
	sameTotal := f.total != "" && f.total == g.total
	parent := f.parent == g.parent
	switch {
	case like && a == 0 && parent && (sameTotal || f.stem == g.stem && s > 0):
		return certain
	case like && (a < 2 || s > 0), like && f.stem == g.stem:
		return doubtful
	case sameTotal && a <= s && near(f.stem, g.stem, loose):
		return doubtful
	case sameTotal && s >= 2 && a == 0 && parent && marks(f.stem) == marks(g.stem):
		return doubtful // another name altogether, and all else the same
	}
	return other
}

// reason says why a row may be a project.
func (m *matcher) reason(f, g face) string {
	var same, not []string
	for _, x := range []struct{ what, a, b string }{
		{"建设地点", f.location, g.location}, {"实施主体", f.owner, g.owner}, {"责任单位", f.resp, g.resp}, {"总投资", f.total, g.total},
	} {
		switch {
		case x.a == "" || x.b == "":
		case x.a == x.b:
			same = append(same, x.what)
		default:
			not = append(not, x.what)
		}
	}
	why := "名称相近"
	if len(same) > 0 {
		why += "，" + strings.Join(same, "、") + "相同"
	}
	if len(not) > 0 {
		why += "，" + strings.Join(not, "、") + "不同"
	}
	if f.parent != g.parent {
		why += "，所属项目不同"
	}
	return why
}
