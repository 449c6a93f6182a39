package form

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tongbao/internal/reporting"
)

// Several tables of one kind and month in a letter are parts of one submission
// (续建 on one sheet and 新建 on the next), or an original and a revised one. Parts
// count together; of two that hold mostly the same projects one counts, and of
// a project that stands in two parts one row.

// How much of two tables' projects is the same where one replaces the other.
// Where a file says that it is revised, half of them are enough.
const (
	mostlySame  = 0.8
	revisedSame = 0.5
)

var (
	revisedWord = regexp.MustCompile(`更正|最终|终稿|终版|\(终\)|定稿|最新|修改|修订|以此为准|重新?报送?|更新版|已更新|调整后|改后`)
	olderWord   = regexp.MustCompile(`旧|作废|初稿|草稿|原表|原件|原版|(修改|更正|调整|修订)前|有误`)
	copyWord    = regexp.MustCompile(`副本|复件|拷贝|copy`)
	draftNumber = regexp.MustCompile(`(?:\((\d)\)|v(\d)|第([一二三四五六七八九\d])[稿版次])(?:\.[a-z]{2,4})?$`)
)

// standing is what tells which of two tables of a letter is the newer one.
type standing struct {
	t       *table
	word    string // of revision: 更正
	rank    int    // by such words: -1 for 作废, 1 for a copy, 2 for 更正
	draft   int    // 2 of 第二稿, (2) or v2
	outside int    // 1 in the letter itself, 0 in a letter within it
	file    int    // 1 in an attachment, 0 in the running text
	place   int    // in the letter's order
}

func standingOf(t *table, place int, letter bool) standing {
	s := standing{t: t, place: place, outside: 1, file: 1}
	if t.inner != "" {
		s.outside = 0
	}
	if t.body {
		s.file = 0
	}
	names := t.out.Path
	if letter && len(names) > 0 {
		names = names[1:]
	}
	for _, text := range append(slices.Clone(names), t.out.Sheet, t.out.Title, t.inner) {
		f := strings.ToLower(fold(text))
		if w := revisedWord.FindString(f); w != "" && !olderWord.MatchString(f) {
			s.rank, s.word = 2, w
		} else if w := copyWord.FindString(f); w != "" && s.rank == 0 {
			s.rank, s.word = 1, w
		} else if w := olderWord.FindString(f); w != "" && s.rank < 2 {
			s.rank, s.word = -1, w
		}
		if m := draftNumber.FindStringSubmatch(strings.TrimSuffix(f, ".")); m != nil {
			n := cmp.Or(m[1], m[2], m[3])
			if i := strings.Index("一二三四五六七八九", n); i >= 0 {
				n = strconv.Itoa(i/3 + 1)
			}
			s.draft, _ = strconv.Atoi(n)
		}
	}
	return s
}

// compare orders two tables, the older first. Why says what told; "" where
// only their order in the letter does.
func (s standing) compare(o standing) (c int, why string) {
	switch {
	case s.rank != o.rank:
		newer := s
		if s.rank < o.rank {
			newer = o
		}
		why = "“" + newer.word + "”字样"
		if newer.rank <= 0 { // the other one says that it is old
			why = "另一份的“" + s.word + o.word + "”字样"
		}
		return cmp.Compare(s.rank, o.rank), why
	case s.draft != o.draft:
		return cmp.Compare(s.draft, o.draft), "稿次"
	case s.outside != o.outside:
		return cmp.Compare(s.outside, o.outside), "来信本身（不按转发或引用的旧信）"
	case s.file != o.file:
		return cmp.Compare(s.file, o.file), "附件（不按正文）"
	}
	return cmp.Compare(s.place, o.place), ""
}

// settleSeveral decides which of several tables of one kind, month and
// submitter count, and which of their rows.
func (r *reader) settleSeveral() {
	groups := map[string][]int{} // places in r.tables
	var order []string
	for i, t := range r.tables {
		key := about(t)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	for _, key := range order {
		if len(groups[key]) < 2 {
			continue
		}
		var all []standing
		for _, i := range groups[key] {
			all = append(all, standingOf(r.tables[i], i, r.m.Letter != nil))
		}
		settleGroup(all)
	}
}

func settleGroup(all []standing) {
	slices.SortStableFunc(all, func(a, b standing) int { c, _ := b.compare(a); return c }) // the newest first
	full := slices.IndexFunc(all, func(s standing) bool { return !s.t.out.Nil })
	if full < 0 {
		return // the same nil report twice
	}
	var counting []standing
	for _, s := range all {
		if s.t.out.Nil {
			s.t.out.Aside = "同一封信另有填了内容的" + s.t.out.Kind.Short() + "，按填了内容的计"
			continue
		}
		if slices.ContainsFunc(counting, func(newer standing) bool { return replaces(newer, s) }) {
			continue
		}
		for _, newer := range counting {
			takeTwice(newer, s)
		}
		counting = append(counting, s)
	}
}

// replaces puts the older table aside where both hold mostly the same projects.
func replaces(newer, older standing) bool {
	// Two sheets may tell different issues of the same projects; a revised
	// ledger tells the same ones in other words.
	told := newer.rank == 2 && older.rank < 2 || older.rank < 0
	a, b := keysOf(newer.t, told), keysOf(older.t, told)
	common := 0
	for k := range a {
		if len(b[k]) > 0 {
			common++
		}
	}
	_, why := newer.compare(older)
	enough := mostlySame
	if told {
		enough = revisedSame
	}
	if common == 0 || float64(common) < enough*float64(max(len(a), len(b))) {
		return false
	}
	where, other := nameOf(newer.t, older.t), nameOf(older.t, newer.t)
	older.t.out.Aside = fmt.Sprintf("同一封信里%s与本表项目大多相同，按%s计", where, where)
	if why == "" {
		newer.t.say("", "which-counts", reporting.Warning, fmt.Sprintf(
			"这封信里有两份%s，项目大多相同、数据不同，看不出哪份是改过的：按靠后的%s计，%s没有计入。如不对，请只附应当采用的一份重新发送。", newer.t.out.Kind.Short(), where, other))
	} else {
		newer.t.say("", "superseded", reporting.Warning, fmt.Sprintf(
			"这封信里有两份%s，项目大多相同：根据%s按%s计，%s没有计入，请核对。", newer.t.out.Kind.Short(), why, where, other))
	}
	return true
}

// takeTwice puts aside the rows of a part that another part has too.
func takeTwice(newer, older standing) {
	keys := keysOf(newer.t, false)
	var twice, differ []string
	for i := range older.t.out.Rows {
		row := &older.t.out.Rows[i]
		same := keys[projectKey(older.t.out.Kind, *row, false)]
		switch {
		case len(same) == 0 || row.Aside:
		case slices.ContainsFunc(same, func(o reporting.Row) bool { return oneProject(o, *row) }):
			row.Aside = true
			twice = append(twice, strconv.Itoa(row.Row))
		default:
			differ = append(differ, strconv.Itoa(row.Row))
		}
	}
	where := nameOf(newer.t, older.t)
	if len(twice) > 0 {
		older.t.say(twice[0], "row-twice", reporting.Warning, fmt.Sprintf(
			"第%s行在%s里也有，只计一次，按%s的数据计，请核对。", listed(twice), where, where))
	}
	if len(differ) > 0 {
		older.t.say(differ[0], "same-name", reporting.Warning, fmt.Sprintf(
			"第%s行与%s里的项目同名，但投资数不同，按不同项目分别计入，请核对。", listed(differ), where))
	}
}

func listed(rows []string) string {
	if len(rows) > 20 {
		return strings.Join(rows[:20], "、") + "等"
	}
	return strings.Join(rows, "、")
}

// oneProject reports whether two rows of one name are one project: its total
// investment or its plan is the same, or one of them has neither.
func oneProject(a, b reporting.Row) bool {
	told := false
	for _, f := range []reporting.Field{reporting.FTotalInvest, reporting.FYearPlan} {
		x, ok1 := a.Decimal(f)
		y, ok2 := b.Decimal(f)
		if ok1 && ok2 {
			if x.Equal(y) {
				return true
			}
			told = true
		}
	}
	return !told
}

// projectKey tells rows apart by project and package; issues, unless only their
// projects matter, also by what the problem is.
func projectKey(k reporting.Kind, r reporting.Row, projects bool) string {
	key := fold(r.Text(reporting.FProjectName)) + "\n" + fold(r.Text(reporting.FParentName))
	if k == reporting.Issues && !projects {
		key += "\n" + fold(r.Text(reporting.FProblem))
	}
	return key
}

func keysOf(t *table, projects bool) map[string][]reporting.Row {
	out := map[string][]reporting.Row{}
	for _, r := range t.out.Rows {
		k := projectKey(t.out.Kind, r, projects)
		out[k] = append(out[k], r)
	}
	return out
}

// nameOf tells a table from another one: by its sheet in one file, else by its file.
func nameOf(t, other *table) string {
	p, o := t.out.Path, other.out.Path
	file := ""
	if n := len(p); n > 0 {
		file = "“" + clip(p[n-1]) + "”"
	}
	switch {
	case t.body:
		return "正文中的表"
	case slices.Equal(p, o) && t.out.Sheet != "" && t.out.Sheet != other.out.Sheet:
		return "工作表“" + clip(t.out.Sheet) + "”"
	case slices.Equal(p, o) && t.out.Number > 0 && t.out.Number != other.out.Number:
		return fmt.Sprintf("第%d个表", t.out.Number)
	case slices.Equal(p, o):
		return fmt.Sprintf("第%d行起的表", t.b.top)
	case len(p) > 1 && len(o) > 1 && p[len(p)-1] == o[len(o)-1]:
		return file + "（在“" + clip(p[len(p)-2]) + "”里）"
	}
	return file
}
