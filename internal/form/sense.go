package form

import (
	"strings"

	"tongbao/internal/reporting"
)

// Stretches of time that an amount may cover.
const (
	ofMonth    = "month"
	ofMonthCum = "month-cumulative" // 3月累计: of the month, or of the year so far
	ofYear     = "year"
	ofYTD      = "ytd"
	ofAll      = "all"
	ofLast     = "last"
	ofNext     = "next"
)

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// stretch tells which stretch of time a header's key speaks of, "" where none.
func stretch(key string) string {
	switch {
	case hasAny(key, "上年", "以前年", "历年"):
		return ofLast
	case hasAny(key, "开工以来", "开累", "自开工", "开工至", "开工累计", "总累计", "建设以来", "开工后", "累计总"):
		return ofAll
	case hasAny(key, "累月", "年初", "年以来", "年累计"):
		return ofYTD
	case strings.Contains(key, "本月") && strings.Contains(key, "累计"):
		return ofMonthCum
	case strings.Contains(key, "本月"):
		return ofMonth
	case strings.Contains(key, "下月"):
		return ofNext
	case strings.Contains(key, "年") && !hasAny(key, "年限", "年底", "年月", "下年", "某年"):
		return ofYear
	}
	return ""
}

// notAmounts are words of columns beside the amounts: what is missing, what it
// was before, how it ranks.
var notAmounts = []string{"排名", "个数", "名次", "上月", "上季", "同期", "同比", "环比", "增长", "增幅", "应完成", "应达", "未完成", "剩余", "尚需", "差额", "欠", "下月", "下年", "某年", "序时"}

// sense reads a column of amounts or percentages that stands in no word list
// by its parts: which stretch of time, planned or done, money or share. The
// parent's words help where the leaf has none.
func sense(leaf, parent wording) meaning {
	l, p := leaf.key, parent.key
	if l == "" || hasAny(p, "资金来源", "资金构成", "资金筹措", "手续") || hasAny(l, notAmounts...) {
		return meaning{}
	}
	own := stretch(l)
	if !hasAny(l, "计划", "完成", "投资", "到位", "支付", "占", "率", "比") && (own != "" || l == "累计") {
		l += strings.ReplaceAll(p, "情况", "") // 完成投资情况|本月
	}
	s := own
	if s == "" {
		s = stretch(p)
	}
	share := leaf.unit == "%" || hasAny(l, "占", "率", "比例", "比重", "百分比") || strings.HasSuffix(l, "比")
	switch {
	case hasAny(l, "到位", "支付"):
		return senseOfFunds(s, share)
	case share:
		return senseOfShare(l, s)
	case hasAny(l, "形象", "内容", "时间", "日期", "时限", "节点", "开工", "竣工", "工作", "措施", "安排", "打算", "问题", "手续", "情况", "进度", "进展", "原因", "单位", "名称", "是否", "用地", "征", "幅度", "差"):
		if s == ofAll && own == ofAll && hasAny(l, "完成", "累计") {
			return meaning{field: reporting.FAllDone}
		}
		return meaning{}
	case hasAny(l, "计划", "目标", "任务") && !hasAny(l, "已完成", "总投资"):
		return senseOfPlan(l, p, s)
	case hasAny(l, "完成", "累计", "投资") && !(strings.Contains(l, "总投资") && !strings.Contains(l, "累计")):
		return senseOfDone(l, p, own, s)
	}
	return meaning{}
}

func senseOfFunds(s string, share bool) meaning {
	switch {
	case share || s == ofAll || s == ofLast || s == ofNext:
		return meaning{}
	case s == ofMonth:
		return meaning{field: reporting.FFundArrivedMonth}
	}
	return meaning{field: reporting.FFundArrivedYTD}
}

func senseOfShare(l, s string) meaning {
	switch {
	case hasAny(l, "总投资", "概算"):
		return meaning{field: reporting.FAllPct}
	case s == ofMonth || s == ofMonthCum || s == ofLast || s == ofNext:
		return meaning{}
	case s == ofAll:
		return meaning{field: reporting.FAllPct}
	case s == ofYTD || s == ofYear:
		return meaning{field: reporting.FYTDPct}
	case hasAny(l, "完成", "占", "计划", "投资"):
		return meaning{asks: "pct"}
	}
	return meaning{}
}

func senseOfPlan(l, p, s string) meaning {
	switch s {
	case ofMonth:
		return meaning{field: reporting.FMonthPlan}
	case ofYear:
		if !hasAny(l, "目标", "任务") || hasAny(l, "投资") {
			return meaning{field: reporting.FYearPlan}
		}
	case "":
		if l == "计划" && hasAny(p, "投资完成", "完成投资") {
			return meaning{field: reporting.FYearPlan} // 投资完成情况|计划
		}
		if hasAny(l, "计划投资", "投资计划", "计划完成投资") || l == "计划" && hasAny(p, "投资") {
			return meaning{asks: "plan"}
		}
	}
	return meaning{}
}

func senseOfDone(l, p, own, s string) meaning {
	switch s {
	case ofLast:
		if hasAny(l+p, "底", "末", "累计", "以前", "历年", "之前") {
			return meaning{field: reporting.FDoneToLastYear}
		}
	case ofAll:
		return meaning{field: reporting.FAllDone}
	case ofMonthCum:
		return meaning{asks: "mcum"}
	case ofMonth:
		if own == "" && strings.Contains(l, "累计") {
			return meaning{field: reporting.FYTDDone} // 3月|累计
		}
		return meaning{field: reporting.FMonthDone}
	case ofYTD, ofYear:
		return meaning{field: reporting.FYTDDone}
	case "":
		if hasAny(l, "累计", "完成投资") || l == "完成" && hasAny(p, "投资") {
			return meaning{asks: "cum"}
		}
	}
	return meaning{}
}

// senseOfDate reads a column under 开竣工时间 and its like: the nearest layer
// that names one of start and finish, and one of planned and actual.
func (l *lexicon) senseOfDate(levels []string) meaning {
	which, how, dated := "", "", false
	for i := len(levels) - 1; i >= 0; i-- {
		key := l.word(levels[i], reporting.Period{}).key
		if hasAny(key, "投资", "资金", "累计", "以来") || i == len(levels)-1 && hasAny(key, "是否", "形象", "情况") {
			return meaning{}
		}
		start := strings.Contains(key, "开工") || strings.Contains(key, "开竣")
		finish := hasAny(key, "竣工", "完工", "建成", "竣完工")
		plan, actual := hasAny(key, "计划", "拟", "预计"), hasAny(key, "实际", "已")
		if which == "" && start != finish {
			which = map[bool]string{true: "start", false: "finish"}[start]
		}
		if how == "" && plan != actual {
			how = map[bool]string{true: "plan", false: "actual"}[plan]
		}
		dated = dated || hasAny(key, "时间", "日期", "年月", "月份", "节点", "开竣工", "时限") || start && finish
	}
	switch {
	case which == "" || !dated && len(levels) < 2:
		return meaning{}
	case which == "start" && how == "plan":
		return meaning{field: reporting.FPlanStart}
	case which == "start" && how == "actual":
		return meaning{field: reporting.FActualStart}
	case which == "finish" && how == "plan":
		return meaning{field: reporting.FPlanFinish}
	case which == "finish" && how == "actual":
		return meaning{field: reporting.FActualFinish}
	}
	return meaning{asks: which}
}
