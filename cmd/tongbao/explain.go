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
	fmt.Fprintf(w, "%s %s%s：%s\n算法：%s\n序时进度：%s%%　快照编号：%s（%s）\n", e.Period.Chinese(), e.Unit, e.Title, value, e.Formula, e.PacePct, e.Number, state)
	for _, r := range e.Ranking {
		fmt.Fprintf(w, "  第%s位　%s　%s%%\n", r.Rank, printed(r.Unit), r.YTDPct)
	}
	for _, s := range e.Sources {
		fmt.Fprintf(w, "\n%s　进度表第%d版　%s来信《%s》（%s，%s收到）\n文件：%s", s.Unit, s.Version, printed(s.From), printed(s.Subject), s.Letter, s.Received.Format("2006-01-02 15:04"),
			printed(strings.Join(s.Path, " → ")))
		if s.Sheet != "" {
			fmt.Fprintf(w, "　工作表：%s", printed(s.Sheet))
		}
		fmt.Fprintln(w)
		for _, t := range s.Terms {
			part := ""
			if t.Part {
				part = "（子项目，主项目未填）"
			}
			fmt.Fprintf(w, "  %s　%s　%s　%s%s\n", cmp.Or(t.Cell, fmt.Sprintf("第%d行", t.SheetRow)), t.Title, t.Value, printed(t.Project), part)
		}
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
