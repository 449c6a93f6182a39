package years

import (
	"fmt"
	"math/rand/v2"
)

// money is an amount in hundredths of 万元, so that sums are exact.
type money int64

// wan is n 万元.
func wan(n int) money { return money(n) * 100 }

// date is a month; its zero value is none.
type date struct{ year, month int }

func (d date) none() bool { return d == date{} }

func (d date) after(o date) bool { return d.year > o.year || d.year == o.year && d.month > o.month }

// add moves n months on.
func (d date) add(n int) date {
	k := d.year*12 + d.month - 1 + n
	return date{k / 12, k%12 + 1}
}

// project is one project of the simulated year with all that will become of it.
type project struct {
	name, class, nature, place, content, owner, resp, leader, person string

	total, before         money // all in, and done before the year
	plan                  [13]money
	done                  [13]money // by month, 1 to 12
	joins                 int       // the month in which it is first reported
	planStart, planFinish date
	start, finish         date // what will come true; none within the year where zero
	stats                 date // when it entered the statistics; zero is never
	adjusted              int  // the month in which its plan was changed, with the reason in the remarks
	clearing              int  // a month in which it paid for clearing land before it started
	cut                   int  // the month in which the auditors took something off
	parent                *project
	issues                []*issue
}

// issue is a problem of a project from the month it is raised to the month in
// which it is closed (13 is not within the year).
type issue struct {
	project          *project
	text, class      string
	measure, dept    string
	raised, closed   int
	deadline         date
	progressBy       []string
	shownAfterClosed bool
}

type work struct {
	class, name, content string
	stages               []string
}

var works = []work{
	{"道路桥梁", "%s改造提升工程", "道路全长%d米，同步实施雨污管网、照明及绿化", []string{"路基土方", "雨污水管道", "水稳层铺设", "沥青面层", "人行道铺装"}},
	{"道路桥梁", "%s新建工程", "新建城市次干道，全长%d米", []string{"清表及路基", "管网敷设", "水稳层", "路面摊铺", "附属设施"}},
	{"老旧小区改造", "%s片区老旧小区改造项目", "改造房屋%d平方米，更新水电气管线", []string{"屋面防水", "外立面", "雨污分流", "路面黑化", "飞线整治"}},
	{"污水管网", "%s片区污水管网提质增效工程", "新建及修复管网%d米", []string{"管网检测", "沟槽开挖", "管道安装", "检查井砌筑", "路面恢复"}},
	{"园林绿化", "%s口袋公园建设项目", "占地%d平方米", []string{"场地平整", "园路铺装", "苗木栽植", "景观小品", "照明安装"}},
	{"公共服务", "%s农贸市场改造项目", "总建筑面积%d平方米", []string{"基础", "主体结构", "二次砌筑", "装饰装修", "室外配套"}},
	{"公共停车场", "%s公共停车场建设项目", "建设停车泊位%d个", []string{"土方开挖", "底板浇筑", "地坪施工", "机电安装", "划线收尾"}},
	{"棚户区改造", "%s棚户区改造项目", "新建安置房%d平方米", []string{"桩基", "地下室", "主体结构", "砌体", "外墙及水电安装"}},
	{"供水燃气", "%s城乡供水一体化工程", "铺设供水主管%d米", []string{"测量放线", "管沟开挖", "主管铺设", "水压试验", "户表安装"}},
	{"环卫设施", "%s生活垃圾压缩中转站项目", "日转运能力%d吨", []string{"场地硬化", "设备基础", "厂房主体", "设备安装", "调试"}},
}

var (
	places   = []string{"滨湖路", "庐峰大道", "长虹路", "新港", "柘林", "沙河", "东城", "西门口", "万家岭", "站前路", "南湖", "学府二路", "古塔", "白水湖", "兴业大道", "工业一路", "工业二路", "河东", "龙潭", "赤湖"}
	surnames = []string{"甘", "熊", "余", "万", "邹", "桂", "晏", "雷", "帅", "梅"}
	given    = []string{"志远", "建华", "晓峰", "国庆", "丽萍", "振宇", "春生", "文斌", "卫东", "小英"}
	troubles = []struct{ class, text, dept, measure, done string }{
		{"征迁", "尚有%d户房屋未签订征收协议，影响工作面移交", "自然资源局", "成立工作专班逐户上门，签一户拆一户", "已签约"},
		{"管线", "10千伏电力杆线%d处未迁改，影响管网施工", "供电公司", "组织现场协调会，明确迁改时序", "已迁改"},
		{"用地", "%d亩用地指标未落实，林地手续正在报批", "林业局", "对接上级部门，优先安排指标", "已批复"},
		{"资金", "专项债券资金缺口约%d万元，工程款拨付滞后", "财政局", "多渠道筹措，申报下一批专项债券", "已到位"},
		{"审批", "初步设计及概算尚未批复，第%d次补正材料", "行政审批局", "容缺受理，并联审批", "已批复"},
		{"用材", "砂石料供应紧张，缺口约%d吨", "采砂管理局", "调剂砂石货源，保障重点项目用料", "已供应"},
	}
)

// person is a name that nobody bears on purpose.
func person(r *rand.Rand) string {
	return surnames[r.IntN(len(surnames))] + given[r.IntN(len(given))]
}

// newProject makes a project of a unit; place and kind make its name.
func newProject(u *unit, place string, w work, r *rand.Rand) *project {
	p := &project{name: fmt.Sprintf(w.name, place), class: w.class, place: u.short() + place, content: fmt.Sprintf(w.content, 200+r.IntN(90)*50),
		resp: u.department(r), owner: u.short() + []string{"城投公司", "建投公司", "住建局"}[r.IntN(3)], leader: person(r), person: person(r), joins: 1}
	p.total = wan((8 + r.IntN(300)) * 100)
	switch r.IntN(12) {
	case 0:
		p.total = wan(120 + r.IntN(370)) // under the statistics' threshold
	case 1, 2:
		p.total = wan((400 + r.IntN(1500)) * 100)
	}
	if u.cents {
		p.total += money(r.IntN(10000))
	}
	if r.IntN(2) == 0 {
		p.carryOver(r)
	} else {
		p.beginNew(r)
	}
	p.spread(u, r)
	return p
}

// carryOver makes it a project that began in an earlier year (续建).
func (p *project) carryOver(r *rand.Rand) {
	p.nature = "续建"
	p.planStart = date{2019 + r.IntN(2), 1 + r.IntN(12)}
	p.start = p.planStart.add(r.IntN(2))
	p.before = p.total * money(15+r.IntN(45)) / 100 / 100 * 100
	p.planFinish = date{year, 6 + r.IntN(7)}.add(12 * r.IntN(2))
	if p.total >= wan(500) {
		p.stats = p.start
	}
}

// beginNew makes it a project that begins in the year (新建); some begin late
// in it, some stay in preparation.
func (p *project) beginNew(r *rand.Rand) {
	p.nature = "新建"
	p.planStart = date{year, 1 + r.IntN(9)}
	p.planFinish = p.planStart.add(8 + r.IntN(20))
	if r.IntN(9) == 0 {
		p.nature, p.planStart = "前期", date{year + 1, 1 + r.IntN(6)}
		p.planFinish = p.planStart.add(12 + r.IntN(12))
		return
	}
	p.start = p.planStart
	if r.IntN(5) == 0 {
		p.start = p.planStart.add(1 + r.IntN(2))
	}
	if p.start.year > year {
		p.start = date{year, 12}
	}
	if p.total >= wan(500) {
		p.stats = p.start
		if r.IntN(5) == 0 {
			p.stats = p.start.add(1) // the bureau of statistics takes its time
		}
	}
	if p.planStart.month > 3 && r.IntN(3) == 0 {
		p.joins = 1 + r.IntN(p.planStart.month-1)
	}
	if m := p.start.month - 1; m >= 2 && r.IntN(4) == 0 {
		p.clearing = max(m, p.joins)
		if p.clearing >= p.start.month {
			p.clearing = 0
		}
	}
}

// spread lays the year's plan and what is done in each month. Most keep to
// their plan, some fall behind, a few finish within the year.
func (p *project) spread(u *unit, r *rand.Rand) {
	plan := (p.total - p.before) * money(45+r.IntN(50)) / 100
	if !u.cents {
		plan = plan / 1000 * 1000
	}
	plan = min(max(plan, wan(60)), p.total-p.before)
	for m := range p.plan {
		p.plan[m] = plan
	}
	if p.start.none() {
		return
	}
	first := 1
	if p.start.year == year {
		first = p.start.month
	}
	share := 94 + r.IntN(10) // of the plan, by the year's end
	if r.IntN(5) == 0 {
		share = 30 + r.IntN(30)
	}
	months := 12 - first + 1
	for m := first; m <= 12; m++ {
		noise := 88 + r.IntN(25)
		p.done[m] = u.round(plan * money(share) / 100 * money(noise) / 100 / money(months))
	}
	if p.clearing > 0 {
		p.done[p.clearing] = u.round(plan / 40)
	}
	if p.nature == "续建" && p.planFinish.year == year && p.planFinish.month >= 7 && p.planFinish.month <= 11 && share > 90 {
		p.complete(u, plan)
	}
	if p.finish.none() && r.IntN(8) == 0 {
		p.adjust(u, 4+r.IntN(6), r)
	}
	if m := 4 + r.IntN(8); r.IntN(15) == 0 && p.adjusted == 0 && p.finish.none() && p.started(m-2) && p.ytd(m-1) > wan(400) {
		p.cut, p.done[m] = m, -wan(30+r.IntN(200))
	}
}

// complete has the project finish in its month with its plan done by then.
func (p *project) complete(u *unit, plan money) {
	f := p.planFinish.month
	for m := 1; m <= 12; m++ {
		p.done[m] = 0
		if m <= f {
			p.done[m] = u.round(plan / money(f))
		}
	}
	p.finish = p.planFinish
}

// adjust changes the plan within the year, with a reason given.
func (p *project) adjust(u *unit, month int, r *rand.Rand) {
	p.adjusted = month
	for m := month; m <= 12; m++ {
		p.plan[m] = u.round(p.plan[1] * money(88+r.IntN(4)) / 100)
		if m > month {
			p.plan[m] = p.plan[month]
		}
	}
}

// ytd is what was done from January to the month's end.
func (p *project) ytd(month int) (sum money) {
	for m := 1; m <= month; m++ {
		sum += p.done[m]
	}
	return sum
}

// started reports whether it has begun by the month's end.
func (p *project) started(month int) bool {
	return !p.start.none() && !p.start.after(date{year, month})
}

func (p *project) finished(month int) bool {
	return !p.finish.none() && !p.finish.after(date{year, month})
}

// gap is how many points the project is behind its pace, below zero where it
// is. Where the unit's form has the start planned, a project of the year is
// due from that month on.
func (p *project) gap(month int, own bool) float64 {
	due := float64(month) / 12
	if own && p.planStart.year == year {
		s := p.planStart.month
		due = max(0, float64(month-s+1)/float64(12-s+1))
	}
	if own && p.planStart.year > year {
		due = 0
	}
	return 100*float64(p.ytd(month))/float64(p.plan[month]) - 100*due
}
