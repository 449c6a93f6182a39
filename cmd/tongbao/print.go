package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	textwidth "golang.org/x/text/width"

	"tongbao/internal/office"
	"tongbao/internal/outbox"
	"tongbao/internal/reporting"
	"tongbao/internal/store"
)

// width is how many places a text takes on a terminal: Chinese characters two,
// colours none.
func width(s string) int {
	n := 0
	for s != "" {
		if k := sequence(s); k > 0 {
			s = s[k:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		n, s = n+places(r), s[size:]
	}
	return n
}

// places is how many places a character takes. Of those that Unicode calls
// ambiguous, ① and its like are drawn wide where Chinese is set; dashes, dots
// and quotation marks are not by most terminals.
func places(r rune) int {
	switch k := textwidth.LookupRune(r).Kind(); {
	case k == textwidth.EastAsianWide || k == textwidth.EastAsianFullwidth:
		return 2
	case unicode.Is(unicode.Mn, r) || r == 0x200b || r == 0xfeff:
		return 0
	}
	return 1
}

// columns prints rows with their columns under one another.
func columns(w io.Writer, rows [][]string) {
	var widths []int
	for _, r := range rows {
		for i, s := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], width(s))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, s := range r {
			b.WriteString(s)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-width(s)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// plain shows control characters of a stranger's text as marks, so that they
// do nothing on the terminal, and cuts it.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return '·'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

var stateWords = map[reporting.State]string{
	reporting.OnTime: "按时", reporting.Late: "迟报", reporting.NilIn: "零报告", reporting.NilLate: "零报告（迟）",
	reporting.Missing: "未报", reporting.Due: "待报", reporting.Exempt: "免报", reporting.Rejected: "退改",
}

func printStatus(w io.Writer, s office.Status) {
	p := paintFor(w)
	fmt.Fprintf(w, "%s　截止 %s　冻结 %s\n", p.bold(s.Period.Chinese()+"报送情况"), clock(s.Deadline), clock(s.Freeze))
	for _, x := range s.Warnings {
		fmt.Fprintln(w, p.yellow("注意：")+x)
	}
	if in := s.Intake; in != nil && in.LastError != "" {
		fmt.Fprintf(w, "%s%s\n", p.red("注意：收信有问题："), plain(in.LastError, 300))
		if mend := remedy(errors.New(in.LastError)); mend != "" {
			fmt.Fprintln(w, "　　　→ "+mend)
		}
		if !in.NextTry.IsZero() {
			fmt.Fprintf(w, "　　　下次重试 %s\n", clock(in.NextTry.In(s.Deadline.Location())))
		}
	}
	rows := [][]string{p.head([]string{"单位", "进度表", "问题台账", "滞后清单", "项目", "错误", "提醒", "催报"})}
	for _, sub := range s.Submitters {
		row := []string{sub.Name}
		n, faults, warnings := 0, 0, 0
		for _, k := range reporting.Kinds {
			st, ok := sub.Tables[k]
			if !ok {
				row = append(row, "—")
				continue
			}
			row = append(row, p.state(st.State))
			faults, warnings = faults+st.Errors, warnings+st.Warnings
			if k == reporting.Progress {
				n = st.Rows
			}
		}
		rows = append(rows, append(row, count(n), p.some(faults, p.red), p.some(warnings, p.yellow), count(sub.Chased)))
	}
	columns(w, rows)
	if c, p := p, s.Paused; p != nil {
		fmt.Fprintf(w, "%s至 %s，%s\n", c.red("暂停发信："), clock(p.Until.In(s.Deadline.Location())), plain(cmp.Or(p.Means, p.Error), 120))
	}
	for _, b := range s.Bounced {
		fmt.Fprintf(w, "%s%s　%s\n", p.red("退信："), plain(b.Address, 60), plain(b.Text, 120))
	}
	for _, state := range []string{"queued", "failed"} {
		if n := s.Outbox[state]; n > 0 {
			fmt.Fprintf(w, "发件箱：%d 封%s\n", n, map[string]string{"queued": "待发", "failed": p.red("发送失败") + "（tongbao outbox list）"}[state])
		}
	}
	for _, f := range s.Forged {
		fmt.Fprintf(w, p.red("疑似冒名：")+"%s（%s）%s的来信《%s》，表已计入，请核实（%s）\n", f.Submitter, plain(f.From, 60), f.Arrived.In(s.Deadline.Location()).Format("1月2日"), plain(f.Subject, 60), plain(f.Why, 80))
	}
	if s.Doubts > 0 {
		fmt.Fprintf(w, p.yellow("待确认：")+"%d 个项目疑似库中已有项目（tongbao projects）\n", s.Doubts)
	}
	if len(s.Quarantine) > 0 {
		fmt.Fprintf(w, p.yellow("待认领")+" %d 封（tongbao assign 信件号 --as 单位 [--remember]）：\n", len(s.Quarantine))
		rows := [][]string{}
		for _, q := range s.Quarantine {
			guess := ""
			if q.Guess != nil && q.Guess.Submitter != "" {
				guess = "像是" + q.Guess.Submitter
			}
			rows = append(rows, []string{"  " + q.ID, plain(q.From, 40), plain(q.Subject, 30), plain(q.Reason, 40), guess})
		}
		columns(w, rows)
	}
}

func count(n int) string {
	if n == 0 {
		return "—"
	}
	return fmt.Sprint(n)
}

var severityWords = map[reporting.Severity]string{reporting.Error: "错误", reporting.Warning: "提醒", reporting.Notice: "说明"}

func place(path []string, sheet string, number int) string {
	s := plain(strings.Join(path, " › "), 120)
	if sheet != "" {
		s += "【" + plain(sheet, 30) + "】"
	}
	if number > 0 {
		s += fmt.Sprintf("第%d张表", number)
	}
	return s
}

func printFindings(w io.Writer, findings []reporting.Finding) {
	sorted := slices.Clone(findings)
	order := map[reporting.Severity]int{reporting.Error: 0, reporting.Warning: 1, reporting.Notice: 2}
	slices.SortStableFunc(sorted, func(a, b reporting.Finding) int { return order[a.Severity] - order[b.Severity] })
	for _, f := range sorted {
		fmt.Fprintf(w, "  %s %s %s：%s（%s）\n", paintFor(w).severity(f.Severity), place(f.Path[min(1, len(f.Path)):], f.Sheet, f.Number), f.Cell, plain(f.Message, 300), f.Code)
	}
}

func printImported(w io.Writer, one office.Imported) {
	fmt.Fprintf(w, "%s　信件号 %s　%s %s\n", plain(one.File, 80), one.ID, office.LetterWord(one.State), plain(one.Reason, 80))
	for _, t := range one.Tables {
		what := paintFor(w).green("已保存")
		if !t.Stored {
			what = paintFor(w).yellow("未保存：") + plain(t.Reason, 80)
		}
		size := fmt.Sprintf("%d 行", len(t.Rows))
		if t.Prose != "" {
			size = "文字材料"
		}
		fmt.Fprintf(w, "  %s　%s %s　%s　%s\n", t.Kind.Title(), t.Submitter, t.Period, size, what)
	}
	printFindings(w, one.Findings)
}

func printLetter(w io.Writer, l store.Letter) {
	fmt.Fprintf(w, "%s　%s\n", l.ID, plain(l.Reason, 80))
	for _, t := range l.Tables {
		what := fmt.Sprintf("第%d版", t.Version)
		if t.Version == 0 {
			what = "未保存：" + plain(t.Reason, 80)
		}
		fmt.Fprintf(w, "  %s　%s %s　%d 行　%s\n", t.Kind.Title(), t.Submitter, t.Period, t.Rows, what)
	}
}

func printChasing(w io.Writer, ch office.Chasing) {
	p := paintFor(w)
	if !ch.Enabled {
		fmt.Fprintln(w, p.yellow("注意：")+"reminders.enabled 为 false，不会发出提醒和催报")
	}
	if len(ch.Due) == 0 {
		fmt.Fprintln(w, "现在没有到期的提醒或催报")
	}
	for _, d := range ch.Due {
		fmt.Fprintf(w, "%s　%s　%s（%s）\n    %s\n", p.bold(d.Submitter), d.Period.Chinese(), d.Title(), d.Step.Name, d.Why)
		for _, to := range d.To {
			what := p.yellow("将发")
			switch {
			case to.State == outbox.Sent:
				what = p.green("已发")
			case to.State == outbox.Queued:
				what = "在发件箱"
			case to.State != "" && to.State != outbox.Withdrawn:
				what = p.dim("不发（" + outboxWords[to.State] + "）")
			case !to.Held.IsZero():
				what = "推迟到" + clock(to.Held)
			}
			if to.Copy {
				what += "，抄送"
			}
			fmt.Fprintf(w, "    %s　%s\n", plain(to.Address, 60), what)
		}
	}
	if len(ch.Waiting) == 0 {
		return
	}
	fmt.Fprintln(w, "尚有欠报、现在不发的：")
	rows := [][]string{p.head([]string{"单位", "月份", "缺", "原因", "下一步"})}
	for _, x := range ch.Waiting {
		var missing []string
		for _, k := range x.Missing {
			missing = append(missing, k.Short())
		}
		next := "—"
		if x.Step != "" {
			next = x.Title + " " + clock(x.Next)
		}
		rows = append(rows, []string{x.Submitter, x.Period.String(), strings.Join(missing, "、"), x.Why, next})
	}
	columns(w, rows)
}

func printItems(w io.Writer, items []outbox.Item) {
	if len(items) == 0 {
		fmt.Fprintln(w, "发件箱里没有未了的信")
		return
	}
	p := paintFor(w)
	rows := [][]string{p.head([]string{"状态", "键", "主题", "次数", "下次", "最近的错误"})}
	for _, it := range items {
		next := "—"
		if it.State == outbox.Queued {
			next = clock(it.Next)
		}
		rows = append(rows, []string{p.outState(it.State), it.Key, plain(it.Subject, 30), fmt.Sprint(it.Attempts), next, plain(cmp.Or(it.Means, it.LastError), 60)})
	}
	columns(w, rows)
}

func printBulletin(w io.Writer, raw json.RawMessage, files []string) error {
	var b struct {
		Period reporting.Period `json:"period"`
		Pace   json.Number      `json:"pace_pct"`
		City   struct {
			Projects int         `json:"projects"`
			Plan     json.Number `json:"year_plan"`
			Done     json.Number `json:"ytd_done"`
			Pct      json.Number `json:"ytd_pct"`
		} `json:"city"`
		Submitters []struct {
			Name     string      `json:"name"`
			Rank     int         `json:"rank"`
			Projects int         `json:"projects"`
			Plan     json.Number `json:"year_plan"`
			Done     json.Number `json:"ytd_done"`
			Pct      json.Number `json:"ytd_pct"`
			Gap      json.Number `json:"gap_pp"`
			Lagging  int         `json:"lagging"`
			Reported bool        `json:"reported"`
		} `json:"submitters"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("read bulletin: %w", err)
	}
	fmt.Fprintf(w, "%s　序时进度 %s%%　", b.Period.Chinese(), b.Pace)
	switch {
	case b.City.Projects == 0:
		fmt.Fprintln(w, "尚无可用的进度表")
	case b.City.Pct == "":
		fmt.Fprintf(w, "全市 %d 个项目，累计完成 %s 万元，没有年度计划投资，暂不计算占比\n", b.City.Projects, b.City.Done)
	default:
		fmt.Fprintf(w, "全市 %d 个项目，年度计划 %s 万元，累计完成 %s 万元，占 %s%%\n", b.City.Projects, b.City.Plan, b.City.Done, b.City.Pct)
	}
	p := paintFor(w)
	rows := [][]string{p.head([]string{"序位", "单位", "项目", "年度计划", "累计完成", "占计划%", "与序时比", "滞后"})}
	for _, s := range b.Submitters {
		if !s.Reported {
			rows = append(rows, []string{"—", s.Name, p.red("未报送")})
			continue
		}
		rows = append(rows, []string{count(s.Rank), s.Name, fmt.Sprint(s.Projects), string(s.Plan), string(s.Done), orDash(string(s.Pct)), orDash(p.gap(string(s.Gap))), count(s.Lagging)})
	}
	columns(w, rows)
	for _, f := range files {
		fmt.Fprintln(w, "已写：", f)
	}
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
