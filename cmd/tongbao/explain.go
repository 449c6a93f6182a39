package main

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"tongbao/internal/office"
	"tongbao/internal/reporting"
)

// explainFigure prints what one figure of a bulletin was made of.
func explainFigure(c *cobra.Command, path, period, figure string, asJSON bool) error {
	var e office.FigureExplained
	if err := ask(c.Context(), path, "GET", "/bulletin/explain", url.Values{"period": {period}, "figure": {figure}}, nil, &e); err != nil {
		return err
	}
	if asJSON {
		return printJSON(c.OutOrStdout(), e)
	}
	printFigure(c.OutOrStdout(), e)
	return nil
}

func printFigure(w io.Writer, e office.FigureExplained) {
	value := "没有这项数据"
	if e.Value != "" {
		value = e.Value + e.Unity
	}
	state := "尚未发出"
	if e.Published {
		state = "已发出"
	}
	fmt.Fprintf(w, "%s %s%s：%s\n算法：%s\n序时进度：%s%%　快照编号：%s（%s）\n", e.Period.Chinese(), printed(e.Unit), e.Title, value, e.Formula, e.PacePct, e.Number, state)
	for _, r := range e.Ranking {
		fmt.Fprintf(w, "  第%s位　%s　%s%%\n", r.Rank, printed(r.Unit), r.YTDPct)
	}
	for _, s := range e.Sources {
		printSource(w, e.Period, s)
	}
}

func printSource(w io.Writer, p reporting.Period, s office.FigureSource) {
	month := ""
	if s.Period != p {
		month = s.Period.Chinese() + "份"
	}
	letter := "导入的文件"
	if s.From != "" {
		letter = printed(s.From) + "来信《" + cmp.Or(printed(s.Subject), "无主题") + "》"
	}
	fmt.Fprintf(w, "\n%s　%s%s第%d版　%s（%s，%s收到）\n文件：%s", printed(s.Unit), month, s.Kind.Short(), s.Version, letter, s.Letter,
		s.Received.Format("2006-01-02 15:04"), printed(strings.Join(s.Path, " → ")))
	if s.Sheet != "" {
		fmt.Fprintf(w, "　工作表：%s", printed(s.Sheet))
	}
	fmt.Fprintln(w)
	if s.Nil {
		fmt.Fprintln(w, "  零报告")
	}
	for _, t := range s.Terms {
		note := ""
		if t.Part {
			note = "（子项目，主项目未填）"
		}
		place := cmp.Or(t.Cell, fmt.Sprintf("第%d行", t.SheetRow))
		if t.Row < 0 {
			place = "（原行未找到）"
		}
		project := printed(t.Project)
		if t.Field == reporting.FProjectName {
			project = ""
		}
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s　%s　%s　%s%s", place, t.Title, printed(t.Value), project, note), "　"))
	}
}

// printed is a stranger's words without what would move a terminal's cursor.
func printed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
