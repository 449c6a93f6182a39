package form

import (
	"testing"

	"github.com/shopspring/decimal"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// Each line of domain 1.6.2. The ratio is what the row's amounts give, "" where
// it is not known.
func TestPercentages(t *testing.T) {
	for _, c := range []struct {
		cell                sheet.Cell
		header, ratio, want string
		code                string
		severity            reporting.Severity
	}{
		{text("85%"), "完成率", "", "85", "", ""},
		{text("85.0％"), "完成率", "", "85", "", ""},
		{text("85 %"), "完成率", "", "85", "", ""},
		{text("120%"), "完成率", "", "120", "", ""},
		{text("-5%"), "完成率", "", "-5", "", ""},
		{text("0.85%"), "完成率", "", "0.85", "", ""},
		{text("约85%"), "完成率", "", "85", "approximate", w},
		{text("85%左右"), "完成率", "", "85", "approximate", w},
		{text("85%（含前期）"), "完成率", "", "85", "annotated", n},
		{text("完成85%"), "完成率", "", "85", "annotated", n},
		{text("85"), "占年度计划(%)", "", "85", "", ""},
		{text("0.85"), "完成率", "85.2", "85", "", ""},
		{num(0.85, "0%"), "完成率", "", "85", "", ""},
		{num(0.8563, "0%"), "完成率", "", "85.63", "", ""},
		{num(0.153252, "0.00%"), "完成比例", "", "15.3252", "", ""},
		{num(1.2, "0%"), "完成率", "", "120", "", ""},
		{num(0.005, "0.0%"), "完成率", "80", "0.5", "", ""},
		{num(85, "0%"), "完成率", "85.1", "85", "percent-scale", w},
		{num(85, "0%"), "完成率", "", "", "percent-scale", e},
		{num(12, "0%"), "完成率", "1200.2", "1200", "", ""},
		{num(0, ""), "完成率", "", "0", "", ""},
		{num(85, ""), "占年度计划(%)", "", "85", "", ""},
		{num(85, ""), "完成率", "", "85", "", ""},
		{num(45.62, ""), "占年度计划(%)", "24.62", "45.62", "", ""},
		{num(0.85, ""), "占年度计划(%)", "85.4", "85", "", ""},
		{num(0.85, ""), "占年度计划(%)", "0.85", "0.85", "", ""},
		{num(0.85, ""), "占年度计划(%)", "", "", "percent-ambiguous", e},
		{num(0.85, ""), "占年度计划(%)", "24", "", "percent-ambiguous", e},
		{num(0.85, ""), "占年度计划(%)", "0", "", "percent-ambiguous", e},
		{num(0.85, ""), "占年度计划(%)", "80", "85", "percent-scale", w},
		{num(1.4, ""), "占年度计划(%)", "2", "1.4", "percent-scale", w},
		{num(0.003, ""), "完成率", "0.3", "0.3", "", ""},
		{num(0.004, ""), "完成率", "0.2", "", "percent-ambiguous", e},
		{num(1, ""), "完成率", "100", "100", "", ""},
		{num(1, ""), "完成率", "", "", "percent-ambiguous", e},
		{num(1.2, ""), "完成率", "120", "120", "", ""},
		{num(1.8, ""), "完成率", "180", "180", "percent-scale", w},
		{num(1.8, ""), "占比（%）", "", "1.8", "", ""},
		{num(1.8, ""), "完成率", "", "", "percent-ambiguous", e},
		{num(6.5, ""), "完成率", "", "6.5", "", ""},
		{num(99999, ""), "完成率", "", "", "out-of-range", e},
		{num(44280, "yyyy/m/d"), "完成率", "", "", "date-in-number", e},
		{text("100%以上"), "完成率", "", "", "not-a-percent", e},
		{text("超100%"), "完成率", "", "", "not-a-percent", e},
		{text("≥100%"), "完成率", "", "", "not-a-percent", e},
		{text("85个百分点"), "完成率", "", "", "not-a-percent", e},
		{text("8.5成"), "完成率", "", "", "not-a-percent", e},
		{text("过半"), "完成率", "", "", "number-in-words", e},
		{text("八成"), "完成率", "", "", "number-in-words", e},
		{text("百分之八十五"), "完成率", "", "", "number-in-words", e},
		{text("75%/80%"), "完成率", "", "", "two-numbers", e},
		{text("75 80%"), "完成率", "", "", "two-numbers", e},
		{text("3000万"), "完成率", "", "", "not-a-percent", e},
		{text("超序时"), "完成率", "", "", "not-a-percent", e},
		{text("已完成"), "完成率", "", "", "not-a-percent", e},
		{text("已完成"), "完成率", "100", "100", "not-a-percent", w},
		{text("未开工"), "完成率", "", "", "", ""},
		{sheet.Cell{Kind: sheet.Bool}, "完成率", "", "", "not-a-percent", e},
	} {
		vc := march
		vc.Unit, vc.Header = "", c.header
		if c.ratio != "" {
			d := decimal.RequireFromString(c.ratio)
			vc.Ratio = &d
		}
		valueCase{reporting.FYTDPct, c.cell, vc, c.want, c.code, c.severity}.run(t)
	}
	// The calendar settles what the pace means.
	valueCase{reporting.FSeqPct, num(0.25, ""), march, "25", "", ""}.run(t)
	valueCase{reporting.FSeqPct, num(25, ""), march, "25", "", ""}.run(t)
	valueCase{reporting.FSeqPct, num(0.25, ""), valueContext{}, "", "percent-ambiguous", e}.run(t)
}

// Each line of domain 1.6.4.
func TestFlags(t *testing.T) {
	yes := map[reporting.Field][]string{
		reporting.FIsStarted:  {"是", "已开工", "√", "✓", "☑", "开工", "1", "Y", "在建", "已建", "已进场", "✔", " 是 ", "是。", "ｙ", "☑是□否", "是√否□", "√是 □否"},
		reporting.FIsFinished: {"是", "已竣工", "完工", "已完工", "全面完工", "建成", "投用", "√"},
		reporting.FInStats:    {"是", "已入统", "已入库", "已纳统", "已列统", "√", "已納統"},
	}
	no := map[reporting.Field][]string{
		reporting.FIsStarted:  {"否", "未开工", "×", "✗", "0", "N", "未动工", "✘", "x", "X", "□是☑否", "是□否√"},
		reporting.FIsFinished: {"否", "未竣工", "在建", "×"},
		reporting.FInStats:    {"否", "未入统", "未入库", "×", "╳"},
	}
	left := map[reporting.Field][]string{
		reporting.FIsStarted:  {"前期", "拟开工", "停工", "缓建", "取消", "2021年3月", "部分开工", "2", "是□否□√", "☑是☑否", "√是√否"},
		reporting.FIsFinished: {"基本完工", "主体完工", "扫尾", "85%"},
		reporting.FInStats:    {"不需入统", "未达标（500万元以下）", "正在办理", "已报省待审", "2021-03-25", "20210325", "3"},
	}
	for f, words := range yes {
		for _, s := range words {
			valueCase{f, text(s), march, "true", "", ""}.run(t)
		}
	}
	for f, words := range no {
		for _, s := range words {
			valueCase{f, text(s), march, "false", "", ""}.run(t)
		}
	}
	for f, words := range left {
		for _, s := range words {
			valueCase{f, text(s), march, "", "not-yes-or-no", e}.run(t)
		}
	}
	valueCase{reporting.FInStats, text("360400033115"), march, "true", "filled-code", n}.run(t)
	valueCase{reporting.FInStats, num(360400033115, "0"), march, "true", "filled-code", n}.run(t)
	valueCase{reporting.FInStats, text("是（3月入库）"), march, "true", "annotated", n}.run(t)
	valueCase{reporting.FInStats, text("否（未达标）"), march, "false", "annotated", n}.run(t)
	valueCase{reporting.FIsStarted, num(1, ""), march, "true", "", ""}.run(t)
	valueCase{reporting.FIsStarted, num(0, ""), march, "false", "", ""}.run(t)
	valueCase{reporting.FIsStarted, num(2, ""), march, "", "not-yes-or-no", e}.run(t)
	valueCase{reporting.FIsStarted, num(44280, "yyyy/m/d"), march, "", "not-yes-or-no", e}.run(t)
	valueCase{reporting.FIsStarted, sheet.Cell{Kind: sheet.Bool, Number: 1, Text: "1"}, march, "true", "", ""}.run(t)
	valueCase{reporting.FIsStarted, sheet.Cell{Kind: sheet.Bool, Text: "0"}, march, "false", "", ""}.run(t)
	valueCase{reporting.FIsStarted, text("是/否"), march, "", "", ""}.run(t)
}

// Each line of domain 1.7 and 1.9.3.
func TestNatureAndStatus(t *testing.T) {
	for want, list := range map[string][]string{
		"renewed": {"续建", "结转", "续建项目", "在建（上年结转）", "加快建设", "续", "续建类", "續建"},
		"new":     {"新建", "新开工", "计划新开工", "拟开工", "促进开工", "新", "新建项目", "新建（2021年）"},
		"finish":  {"竣工", "计划竣工", "竣工投产", "建成投产", "计划建成投产", "投产达产", "竣工收尾", "完工"},
		"prep":    {"前期", "前期项目", "预备", "预备项目", "储备", "前期储备", "谋划", "启动", "启动项目"},
		"expand":  {"改建", "扩建", "改扩建", "改造", "提升改造", "技改", "迁建"},
		"paused":  {"停工", "停建", "缓建", "暂缓", "终止", "取消", "调出"},
		"新建/续建":   {"新建/续建"},
		"在建":      {"在建", " 在建 "},
	} {
		for _, s := range list {
			valueCase{reporting.FNature, text(s), march, `"` + want + `"`, "", ""}.run(t)
		}
	}
	for want, list := range map[string][]string{
		"open":    {"未解决", "未整改", "正在协调", "协调中", "推进中", "持续推进", "长期整改", "新增", "未销号", "否", "×"},
		"partial": {"部分解决", "阶段性完成"},
		"done":    {"已解决", "已办结", "已整改", "完成", "√", "✓"},
		"closed":  {"已销号", "予以销号", "已销号（2021年3月23日）"},
		"退回":      {"退回"},
		"转上级":     {"转上级"},
	} {
		for _, s := range list {
			valueCase{reporting.FStatus, text(s), march, `"` + want + `"`, "", ""}.run(t)
		}
	}
	vc := march
	vc.Header = "问题整改|是否销号"
	valueCase{reporting.FStatus, text("是"), vc, `"closed"`, "", ""}.run(t)
	valueCase{reporting.FStatus, text("√"), vc, `"closed"`, "", ""}.run(t)
	valueCase{reporting.FStatus, text("否"), vc, `"open"`, "", ""}.run(t)
	valueCase{reporting.FStatus, num(1, ""), vc, `"closed"`, "", ""}.run(t)
	vc.Header = "是否解决"
	valueCase{reporting.FStatus, text("是"), vc, `"done"`, "", ""}.run(t)
	vc.Header = "状态"
	valueCase{reporting.FStatus, text("是"), vc, "", "status-unclear", e}.run(t)
	vc.Header = "是否续建"
	valueCase{reporting.FNature, text("是"), vc, `"renewed"`, "", ""}.run(t)
	valueCase{reporting.FNature, text("否"), vc, "", "not-yes-or-no", n}.run(t)
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		field      reporting.Field
		cell       sheet.Cell
		want, code string
	}{
		{reporting.FPerson, text("　冯冬梅 \u00a0\n"), "冯冬梅", ""},
		{reporting.FProgressText, text("完成60%_x000D_\n正在验收"), "完成60%\\n正在验收", ""},
		{reporting.FProgressText, text("未开工"), "未开工", ""},
		{reporting.FProgressText, text("完成０.５公里（约）"), "完成０.５公里（约）", ""},
		{reporting.FRemark, text("\u200b\ufeff市重点\x01"), "市重点", ""},
		{reporting.FSeq, text("1.10"), "1.10", ""},
		{reporting.FSeq, text("2-1"), "2-1", ""},
		{reporting.FSeq, num(1, ""), "1", ""},
		{reporting.FSeq, num(1, "0.00"), "1", ""},
		{reporting.FSeq, num(1.1, ""), "1.1", ""},
		{reporting.FSeq, num(1.1, "0"), "1.1", ""},
		{reporting.FSeq, num(1.1, "0.00"), "1.10", ""},
		{reporting.FSeq, num(44197, `m"月"d"日"`), "", "seq-became-date"},
		{reporting.FPhone, num(13900001234, ""), "13900001234", ""},
		{reporting.FPhone, num(13900001234, "0.00E+00"), "13900001234", ""},
		{reporting.FPhone, num(13900001234, "yyyy/m/d"), "13900001234", ""},
		{reporting.FPhone, text("1.39E+10"), "", "digits-lost"},
		{reporting.FPhone, text("1.3900001234E+10"), "13900001234", ""},
		{reporting.FPhone, text("'13900001234"), "13900001234", ""},
		{reporting.FPhone, text("冯冬梅13900001234"), "冯冬梅13900001234", ""},
		{reporting.FStatsCode, num(360400033115, "0"), "360400033115", ""},
		{reporting.FStatsCode, num(7, "000"), "007", ""},
		{reporting.FStatsCode, num(3604000331150000, "0"), "", "digits-lost"},
		{reporting.FProjectCode, text("2.02E+17"), "", "digits-lost"},
		{reporting.FPeriod, text("2020-2022"), "2020-2022", ""},
		{reporting.FPeriod, num(2021, ""), "2021", ""},
		{reporting.FPeriod, num(44280, `yyyy"年"m"月"`), "2021年3月", ""},
		{reporting.FPeriod, num(44280, "yyyy/m/d"), "2021/3/25", ""},
		{reporting.FPeriod, num(44280, "yyyy-mm-dd"), "2021-03-25", ""},
		{reporting.FPeriod, num(12, `0"个月"`), "12", ""},
		{reporting.FRemark, num(44280, `m"月"d"日"`), "3月25日", ""},
		{reporting.FRemark, num(44280, "mmm-yy"), "Mar-21", ""},
		{reporting.FRemark, num(44280.5, "yyyy/m/d h:mm"), "2021/3/25 12:00", ""},
		{reporting.FGap, num(6.25, ""), "6.25", ""},
		{reporting.FGap, num(-6.25, ""), "-6.25", ""},
		{reporting.FGap, num(-0.0625, "0.00%"), "-6.25%", ""},
		{reporting.FGap, num(12.4300000000001, ""), "12.43", ""},
		{reporting.FGap, text("6.25个百分点"), "6.25个百分点", ""},
		{reporting.FGap, text("15天"), "15天", ""},
		{reporting.FPlanProgress, num(0.6, "0%"), "60%", ""},
		{reporting.FRemark, num(1e300, ""), "1", ""},
		{reporting.FRemark, sheet.Cell{Kind: sheet.Bool, Number: 1, Text: "1"}, "TRUE", ""},
	} {
		want, severity := "", reporting.Severity("")
		if c.want != "" {
			want = `"` + c.want + `"`
		}
		if c.code != "" {
			severity = e
		}
		if c.cell.Number == 1e300 {
			c.cell.Text = "1"
		}
		valueCase{c.field, c.cell, march, want, c.code, severity}.run(t)
	}
}
