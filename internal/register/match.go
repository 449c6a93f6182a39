package register

import (
	"fmt"

	"tongbao/internal/reporting"
)

// Table is a progress table that is held against the register.
type Table struct {
	Submitter string
	Period    reporting.Period
	Letter    string
	Rows      []reporting.Row
}

// Book is what is known of the submitter's projects.
type Book struct {
	Projects []reporting.ProjectRecord
	Taken    func(id string) bool // ids of any project, of any submitter
}

// Match is what a table's rows are.
type Match struct {
	Rows   map[int]string            // project ids by row
	Fresh  []reporting.ProjectRecord // those that the register did not know
	Doubts []reporting.Doubt         // about fresh ones
}

// Resolve says which project each row is.
//
// The rule. A row is the project that has its name (width, spaces and
// punctuation aside) below the same package, now or before; of several, the one
// that the most evidence speaks for, and never one that both place and owner
// and total investment speak against. A project code that only one row and one
// project have, and a name that is not altogether another, is the same project.
// A row that is left over is a project that is left over, renamed, where the
// names differ only in their endings and place, owner or total investment
// agree, or where the names are alike and the total investment is the same –
// always without evidence against it, and only where nothing else comes into
// question. What is less than that and still speaks for itself is new, with a
// doubt. Whatever else is new.
func Resolve(t Table, b Book) Match {
	m := &matcher{t: t, b: b, out: Match{Rows: map[int]string{}}, taken: make([]bool, len(b.Projects)), is: make([]int, len(t.Rows)),
		unsure: map[int]unsure{}, fresh: map[string]bool{}}
	for i := range m.is {
		m.is[i] = -1
	}
	m.prepare()
	m.byName()
	m.byCode()
	m.renamed()
	m.rest()
	return m.out
}

type matcher struct {
	t     Table
	b     Book
	out   Match
	known []face // of b.Projects
	rows  []face // of t.Rows
	taken []bool // projects that have their row
	is    []int  // the project of each row, -1 where it has none
	// unsure are rows whose project is in question.
	unsure   map[int]unsure
	fresh    map[string]bool // ids made here
	compared int
}

type unsure struct {
	others []int
	why    string
}

func (m *matcher) prepare() {
	for _, p := range m.b.Projects {
		f := faceOf(p.Known)
		f.idle, f.last, f.twin, f.aliases = p.Into != "", p.Last, p.Twin, map[string]reporting.Alias{}
		for _, a := range p.Names {
			f.aliases[reporting.NameKey(a.Name)+"\n"+reporting.NameKey(a.Parent)] = a
		}
		m.known = append(m.known, f)
	}
	for _, r := range m.t.Rows {
		f := faceOf(r.Fields)
		f.idle = f.name == ""
		m.rows = append(m.rows, f)
	}
	count := map[string]int{}
	for _, f := range m.rows {
		count[f.id()]++
	}
	at := map[string]int{}
	for i := range m.rows {
		if f := &m.rows[i]; count[f.id()] > 1 {
			at[f.id()]++
			f.twin = at[f.id()]
		}
	}
}

// byName gives each row the project of its name.
func (m *matcher) byName() {
	byAlias := map[string][]int{}
	for k, f := range m.known {
		if f.idle {
			continue
		}
		for a := range f.aliases {
			byAlias[a] = append(byAlias[a], k)
		}
	}
	groups := map[string][]int{}
	var order []string
	for i, f := range m.rows {
		if f.idle {
			continue
		}
		k := f.id()
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range order {
		m.sameNames(groups[k], byAlias[k])
	}
}

// sameNames shares the projects of one name out among the rows of that name.
func (m *matcher) sameNames(rows, projects []int) {
	if len(projects) == 0 {
		return
	}
	// Pairs with more evidence first: equal place, owner and amounts part rows
	// that share a name.
	for want := 3; want >= -2; want-- {
		for _, i := range rows {
			if m.is[i] >= 0 {
				continue
			}
			best, tie := -1, false
			for _, k := range projects {
				if s, a := evidence(m.rows[i], m.known[k]); m.taken[k] || s-a != want {
					continue
				}
				switch c := m.prefer(i, k, best); {
				case c > 0:
					best, tie = k, false
				case c == 0:
					tie = true
				}
			}
			switch {
			case best >= 0 && !tie:
				m.take(i, best)
			case best >= 0:
				m.doubt(i, projects, "库中有多个同名项目，无法区分")
			}
		}
	}
	for _, i := range rows {
		if m.is[i] < 0 && m.left(projects) > 0 {
			m.doubt(i, projects, "与库中项目同名，但建设地点、实施主体和总投资都不同")
		}
	}
}

// prefer compares two projects that bear the row's name with the same evidence:
// above 0 where the first is rather the row's, 0 where nothing tells them apart.
func (m *matcher) prefer(i, k, than int) int {
	if than < 0 {
		return 1
	}
	yes := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	rules := []func(k int) int{
		func(k int) int { // so called in the very month
			a := m.known[k].aliases[m.rows[i].id()]
			return yes(!m.t.Period.Before(a.First) && !a.Last.Before(m.t.Period))
		},
		func(k int) int { return yes(m.current(k, i)) },
		func(k int) int { return m.known[k].last.Year*12 + int(m.known[k].last.Month) },
		func(k int) int { return yes(m.known[k].twin == m.rows[i].twin) },
	}
	for _, rule := range rules {
		if c := rule(k) - rule(than); c != 0 {
			return c
		}
	}
	return 0
}

// current reports whether the project bears the row's name by now, not only before.
func (m *matcher) current(k, i int) bool {
	return m.known[k].id() == m.rows[i].id()
}

func (m *matcher) left(projects []int) (n int) {
	for _, k := range projects {
		if !m.taken[k] {
			n++
		}
	}
	return n
}

func (m *matcher) take(row, project int) {
	m.is[row], m.taken[project] = project, true
	delete(m.unsure, row)
}

func (m *matcher) doubt(row int, projects []int, why string) {
	if _, asked := m.unsure[row]; !asked {
		m.unsure[row] = unsure{projects, why}
	}
}

// byCode follows a project code that exactly one row and one project have. A
// code that was dragged down a column or copied stands for nobody.
func (m *matcher) byCode() {
	rows, projects := map[string][]int{}, map[string][]int{}
	for i, f := range m.rows {
		if !f.idle && f.code != "" {
			rows[f.code] = append(rows[f.code], i)
		}
	}
	for k, f := range m.known {
		if !f.idle && f.code != "" {
			projects[f.code] = append(projects[f.code], k)
		}
	}
	for i, f := range m.rows {
		if m.is[i] >= 0 || len(f.code) < 6 || len(rows[f.code]) != 1 || len(projects[f.code]) != 1 {
			continue
		}
		k := projects[f.code][0]
		if m.taken[k] {
			continue
		}
		s, a := evidence(f, m.known[k])
		if a == 0 && (s > 0 || alike(f, m.known[k])) && marks(f.stem) == marks(m.known[k].stem) {
			m.take(i, k)
			continue
		}
		m.doubt(i, []int{k}, "项目代码相同，名称或其他信息不同")
	}
}

// maxCompared bounds how many pairs of rows and projects are compared; what is
// left then is new.
const maxCompared = 60_000

// renamed pairs rows and projects that are left over.
func (m *matcher) renamed() {
	sure, maybe := map[int][]int{}, map[int][]int{} // by row
	claims := map[int]int{}                         // rows that surely are the project
	for i, f := range m.rows {
		if f.idle || m.is[i] >= 0 {
			continue
		}
		for k, g := range m.known {
			if g.idle || m.taken[k] {
				continue
			}
			if m.compared++; m.compared > maxCompared {
				return
			}
			switch m.weigh(f, g) {
			case certain:
				sure[i] = append(sure[i], k)
				claims[k]++
			case doubtful:
				maybe[i] = append(maybe[i], k)
			}
		}
	}
	for i := range m.rows {
		if m.is[i] >= 0 {
			continue
		}
		s := sure[i]
		_, asked := m.unsure[i]
		if len(s) == 1 && claims[s[0]] == 1 && !asked {
			m.take(i, s[0])
			continue
		}
		if all := append(s, maybe[i]...); len(all) > 0 {
			m.doubt(i, all, m.reason(m.rows[i], m.known[all[0]]))
		}
	}
}

// idOf is the id that a row's project gets where it is new.
func (m *matcher) idOf(i int, taken func(string) bool) string {
	return NewID("P", taken, m.t.Submitter, m.rows[i].name, m.rows[i].parent)
}

// rest makes records of what is new and writes down whose each row is.
func (m *matcher) rest() {
	for i, r := range m.t.Rows {
		if m.rows[i].idle {
			continue
		}
		if k := m.is[i]; k >= 0 {
			m.out.Rows[r.Row] = m.b.Projects[k].ID
			continue
		}
		id := m.idOf(i, func(id string) bool { return m.fresh[id] || m.b.Taken != nil && m.b.Taken(id) })
		m.fresh[id] = true
		m.out.Rows[r.Row] = id
		p := reporting.ProjectRecord{ID: id, Submitter: m.t.Submitter, Twin: m.rows[i].twin}
		Learn(&p, r, m.t.Period)
		m.out.Fresh = append(m.out.Fresh, p)
		if u, ok := m.unsure[i]; ok {
			m.out.Doubts = append(m.out.Doubts, m.ask(id, r, u))
		} else if j := m.elder(i); j >= 0 {
			d := m.doubtOf(id, r, "同一张表中有两行同名项目，按表中先后对应")
			d.Others, d.Known = []string{m.out.Rows[m.t.Rows[j].Row]}, nameOf(m.t.Rows[j])
			m.out.Doubts = append(m.out.Doubts, d)
		}
	}
}

// elder is the row above that has the same name and is not told apart from it
// by place, owner or total investment; -1 where there is none.
func (m *matcher) elder(i int) int {
	if m.rows[i].twin < 2 {
		return -1
	}
	for j := range i {
		if m.rows[j].id() == m.rows[i].id() {
			if _, against := evidence(m.rows[j], m.rows[i]); against == 0 {
				return j
			}
		}
	}
	return -1
}

func (m *matcher) doubtOf(id string, r reporting.Row, why string) reporting.Doubt {
	return reporting.Doubt{ID: id, Submitter: m.t.Submitter, Name: nameOf(r), Why: why, Period: m.t.Period, Letter: m.t.Letter,
		Cell: r.Place(reporting.FProjectName)}
}

func (m *matcher) ask(id string, r reporting.Row, u unsure) reporting.Doubt {
	d := m.doubtOf(id, r, u.why)
	for _, k := range u.others[:min(len(u.others), 5)] {
		d.Others = append(d.Others, m.b.Projects[k].ID)
	}
	d.Known = m.b.Projects[u.others[0]].Name
	if len(u.others) > 1 {
		d.Why += fmt.Sprintf("（库中共有%d个相近的项目）", len(u.others))
	}
	return d
}
