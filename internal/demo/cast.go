package demo

import "math/rand/v2"

// player is one submitter of the story.
type player struct {
	name  string
	group string
	latin string // of its mail address
	year  int    // of its tables
}

func (p player) address() string { return p.latin + "@" + p.latin + ".example.com" }

// cast are the counties in the order of GB/T 2260, then the central units.
var cast = []player{
	{"濂溪区", "counties", "lianxi", 2021}, {"浔阳区", "counties", "xunyang", 2021}, {"柴桑区", "counties", "chaisang", 2021},
	{"武宁县", "counties", "wuning", 2021}, {"修水县", "counties", "xiushui", 2021}, {"永修县", "counties", "yongxiu", 2021},
	{"德安县", "counties", "dean", 2021}, {"都昌县", "counties", "duchang", 2021}, {"湖口县", "counties", "hukou", 2021},
	{"彭泽县", "counties", "pengze", 2021}, {"瑞昌市", "counties", "ruichang", 2021}, {"共青城市", "counties", "gongqing", 2021},
	{"庐山市", "counties", "lushan", 2021},
	{"市城发集团", "central", "chengfa", 2021}, {"市住建局", "central", "zhujian", 2021}, {"市水务集团", "central", "shuiwu", 2021},
	{"市交投集团", "central", "jiaotou", 2021},
}

// project is one project of the story; amounts are 万元.
type project struct {
	name, category, nature, unit, leader string
	total, plan                          int
	done                                 [6]int // month by month, January to June
	started, stats                       bool
}

var (
	places   = []string{"滨江路", "文峰大道", "学府路", "南山公园", "工业园区", "老城区", "东门", "新华路", "沿河", "站前"}
	works    = []string{"道路改造工程", "棚户区改造项目", "雨污分流工程", "停车场建设项目", "口袋公园", "中心小学新建项目", "老旧小区改造项目", "供水管网工程"}
	classes  = []string{"道路桥梁", "城市更新", "排水防涝", "停车设施", "园林绿化", "公共服务", "城市更新", "供水供气"}
	surnames = []string{"陈", "刘", "黄", "周", "吴", "徐", "胡", "朱"}
	given    = []string{"国华", "建平", "晓东", "志强", "冬梅", "立新", "长根", "海燕"}
)

// projects are the same for a submitter in every run and every month.
func (p player) projects() []project {
	var seed uint64
	for _, r := range p.name {
		seed = seed*31 + uint64(r)
	}
	r := rand.New(rand.NewPCG(seed, 2021))
	n := 6 + r.IntN(4)
	if p.group == "central" {
		n = 3 + r.IntN(2)
	}
	out := make([]project, 0, n)
	for i := range n {
		w := (i + r.IntN(2)) % len(works)
		x := project{
			name: places[(i*3+r.IntN(3))%len(places)] + works[w], category: classes[w], nature: []string{"续建", "新建", "新建"}[r.IntN(3)],
			unit: p.name + []string{"住建局", "城管局", "城投公司", "交通运输局"}[r.IntN(4)], leader: surnames[r.IntN(8)] + given[r.IntN(8)],
			total: (20 + r.IntN(400)) * 100, started: r.IntN(6) > 0,
		}
		if p.group == "central" {
			x.unit = p.name
		}
		x.plan = x.total * (40 + r.IntN(40)) / 100
		x.stats = x.started && r.IntN(5) > 0
		for m := range x.done {
			if x.started {
				x.done[m] = x.plan * (3 + r.IntN(9)) / 100
			}
		}
		if x.nature == "新建" && !x.started {
			x.done = [6]int{}
		}
		out = append(out, x)
	}
	return dedupe(out)
}

// dedupe keeps the first project of each name.
func dedupe(list []project) []project {
	seen := map[string]bool{}
	out := list[:0]
	for _, p := range list {
		if !seen[p.name] {
			seen[p.name] = true
			out = append(out, p)
		}
	}
	return out
}

// until is what was done from January to the month's end.
func (p project) until(month int) int {
	sum := 0
	for m := range month {
		sum += p.in(m + 1)
	}
	return sum
}

// in is what was done in a month, 1 to 12. The story ends in June.
func (p project) in(month int) int {
	if month > len(p.done) {
		return p.done[month-len(p.done)-1]
	}
	return p.done[month-1]
}

// lags reports whether the project is more than ten points behind the pace.
func (p project) lags(month int) bool {
	return p.until(month)*120 < p.plan*(month*10-12)
}
