package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tongbao/internal/bulletin"
	"tongbao/internal/frontdesk"
	"tongbao/internal/reporting"
)

// kindFlag adds --kind: which product of a quarter.
func kindFlag(c *cobra.Command) *string {
	v := c.Flags().String("kind", "", "季度的哪一`种`："+strings.Join(bulletin.QuarterKinds, "、")+"；不写为 "+bulletin.QuarterRanking)
	completeFlag(c, "kind", words(bulletin.QuarterKinds...))
	return v
}

func isQuarter(period string) bool {
	_, err := reporting.ParseQuarter(period)
	return err == nil
}

// printQuarter tells of a quarter's product.
func printQuarter(w io.Writer, raw json.RawMessage, files []string) error {
	var q bulletin.Quarterly
	if err := json.Unmarshal(raw, &q); err != nil {
		return fmt.Errorf("read the quarter: %w", err)
	}
	fmt.Fprintf(w, "%s%s　数据号 %s\n", q.Quarter.Chinese(), bulletin.QuarterTitle(q.Kind), q.Number)
	for _, p := range q.Lacking() {
		if q.Kind != bulletin.QuarterStarts && q.Kind != bulletin.QuarterVisits {
			fmt.Fprintf(w, "%s份没有可用的报送数据\n", p.Chinese())
		}
	}
	switch q.Kind {
	case bulletin.QuarterRanking:
		printScores(w, q)
	case bulletin.QuarterAnalysis:
		printAnalysis(w, q)
	case bulletin.QuarterStarts:
		printStarts(w, q)
	case bulletin.QuarterVisits:
		printVisits(w, q.Visits)
	case bulletin.QuarterSpeakers:
		printSpeakers(w, q)
	}
	for _, f := range files {
		fmt.Fprintln(w, "已写：", f)
	}
	return nil
}

// points are a number with 2 decimals, a dash where there is none.
func points(n *bulletin.Number) string {
	if n == nil {
		return "—"
	}
	return n.StringFixed(2)
}

func printScores(w io.Writer, q bulletin.Quarterly) {
	rows := [][]string{paintFor(w).head([]string{"序位", "单位", "投资", "开工", "竣工", "入统", "报送", "小计", "折算后", "加分", "扣分", "总分", "上季"})}
	for _, s := range q.Units {
		if s.Rank == 0 {
			rows = append(rows, []string{"—", s.Name, s.Unranked})
			continue
		}
		row := []string{count(s.Rank), s.Name}
		for _, key := range []string{"invest", "start", "finish", "stats", "report"} {
			it := s.Item(key)
			switch {
			case it == nil:
				row = append(row, "—")
			case it.Untold:
				row = append(row, "0.00（未填报）")
			default:
				row = append(row, points(it.Points))
			}
		}
		before := "—"
		if s.PreviousRank > 0 {
			before = count(s.PreviousRank)
		}
		rows = append(rows, append(row, points(s.Sum), points(s.Scaled), points(s.Bonus), points(s.Taken), points(s.Total), before))
	}
	columns(w, rows)
}

func printAnalysis(w io.Writer, q bulletin.Quarterly) {
	c := q.City
	fmt.Fprintf(w, "全市 %d 个项目，累计完成 %s 万元，占年度计划 %s%%，与序时进度相差 %s 个百分点\n", c.Projects, c.YTDDone, points(c.YTDPct), points(c.GapPP))
	if c.QuarterDone != nil {
		fmt.Fprintf(w, "%s完成 %s 万元\n", q.Quarter.Short(), c.QuarterDone)
	}
	fmt.Fprintf(w, "红灯 %d 个，黄灯 %d 个，缺口额 %s 万元\n", q.Analysis.Red, q.Analysis.Yellow, q.Analysis.Shortfall)
	if f := q.Analysis.Forecast; f != nil {
		fmt.Fprintf(w, "全年预测 %s 万元（%s 至 %s），占年度计划 %s%%\n", f.Done, f.Low, f.High, points(f.PlanPct))
		return
	}
	fmt.Fprintln(w, "近3个月数据不全，不作全年预测")
}

func printStarts(w io.Writer, q bulletin.Quarterly) {
	s := q.Starts
	fmt.Fprintf(w, "本季度计划开工 %d 个，总投资 %s 万元；此前应开未开 %d 个\n", len(s.Planned), s.Total, len(s.Overdue))
	rows := [][]string{{"单位", "项目", "计划开工", "总投资"}}
	for _, list := range [][]bulletin.Start{s.Planned, s.Overdue} {
		for _, x := range list {
			total := "—"
			if x.TotalInvest != nil {
				total = x.TotalInvest.String()
			}
			rows = append(rows, []string{x.Unit, plain(x.Project, 30), plain(x.Due, 12), total})
		}
	}
	columns(w, rows)
}

func printVisits(w io.Writer, v bulletin.Visits) {
	if len(v.Entries) == 0 {
		fmt.Fprintln(w, "还没有录入观摩投票：tongbao votes --period 2021-Q1 投票.xlsx")
		return
	}
	fmt.Fprintf(w, "共 %d 票\n", v.Ballots)
	rows := [][]string{{"序位", "项目（单位）", "得分"}}
	for _, e := range v.Entries {
		rows = append(rows, []string{count(e.Rank), plain(e.Name, 30), e.Points.StringFixed(2)})
	}
	columns(w, rows)
}

func printSpeakers(w io.Writer, q bulletin.Quarterly) {
	if len(q.Speakers) == 0 {
		fmt.Fprintln(w, "没有需要发言的单位")
	}
	for _, s := range q.Speakers {
		what := map[string]string{"experience": "经验发言", "declaration": "表态发言"}[s.Kind]
		why := fmt.Sprintf("排位第%d位（共%d家），%s分", s.Rank, s.Of, points(s.Total))
		if s.Why == "silent" {
			why = "本季度未报送进度表"
		}
		fmt.Fprintf(w, "%s　%s　%s\n", s.Unit, what, why)
	}
}

func votesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "votes 文件",
		Short:   "录入一季一观摩的投票：每行一个项目（单位），各列是第1名、第2名……的票数",
		Example: "  tongbao votes -c config.yaml --period 2021-Q1 投票.xlsx",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	period := c.Flags().String("period", "", "季度，如 2021-Q1")
	asJSON := c.Flags().Bool("json", false, "输出 JSON")
	c.RunE = func(c *cobra.Command, file []string) error {
		raw, err := os.ReadFile(file[0])
		if err != nil {
			return fmt.Errorf("读取文件：%w", err)
		}
		var v frontdesk.Voted
		q := url.Values{"period": {*period}, "name": {filepath.Base(file[0])}}
		if err := ask(c.Context(), *path, "POST", "/votes", q, bytes.NewReader(raw), &v); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(c.OutOrStdout(), v)
		}
		fmt.Fprintf(c.OutOrStdout(), "已录入%s观摩投票\n", v.Quarter.Chinese())
		printVisits(c.OutOrStdout(), v.Visits)
		return nil
	}
	return c
}

func awardCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "award 单位",
		Short:   "季度排位的加分或扣分，附事由",
		Example: "  tongbao award 修水县 -c config.yaml --period 2021-Q1 --points 0.5 --reason 承办集中开工主会场",
		Args:    args(cobra.ExactArgs(1)),
	}
	path := configFlag(c)
	period := c.Flags().String("period", "", "季度，如 2021-Q1")
	n := c.Flags().String("points", "", "分数，扣分写负数，如 0.5、-1")
	reason := c.Flags().String("reason", "", "事由，写入通报")
	c.RunE = func(c *cobra.Command, unit []string) error {
		q := url.Values{"period": {*period}, "unit": {unit[0]}, "points": {*n}, "reason": {*reason}}
		if err := ask(c.Context(), *path, "POST", "/award", q, nil, &struct{}{}); err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "已记：%s %s 分，%s\n", unit[0], *n, *reason)
		return nil
	}
	return c
}
