package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tongbao/internal/bulletin"
	"tongbao/internal/reporting"
)

// kindFlag adds --kind: which product of a quarter.
func kindFlag(c *cobra.Command) *string {
	return c.Flags().String("kind", "", "季度的哪一种："+strings.Join(bulletin.QuarterKinds, "、")+"；不写为 "+bulletin.QuarterRanking)
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
	rows := [][]string{{"序位", "单位", "投资", "开工", "竣工", "入统", "报送", "小计", "折算后", "加分", "扣分", "总分", "上季"}}
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
