package reporting

import "strings"

// causes are the kinds of causes and problems, with the words that tell them;
// the work plan's own kinds (征迁、用地、用材、资金、审批) stand first.
var causes = []struct {
	name  string
	words string
}{
	{"征迁", "征迁 征地 征收 拆迁 征拆 搬迁 补偿 安置 坟墓 附属物 苗木移栽 阻工 阻挠 交地 清表"},
	{"管线", "管线 杆线 电力迁改 弱电 燃气 给水管 光缆 高压线 铁塔 军缆"},
	{"用地", "用地 土地 农转用 基本农田 林地 供地 选址 规划调整 占补平衡"},
	{"资金", "资金 专项债 融资 拨款 欠付 贷款 财评 评审"},
	{"审批", "审批 立项 可研 初设 规划许可 施工许可 环评 稳评 图审 招投标 招标 联审联批 容缺 手续"},
	{"用材", "用材 砂石 石料 水泥 沥青 钢材 商砼 建材 土方 渣土"},
	{"设计变更", "设计 方案 勘察 图纸"},
	{"施工组织", "施工力量 施工组织 人员不足 设备不足 进度缓慢 分包 施工单位 农民工"},
	{"天气疫情", "天气 雨季 汛期 降雨 阴雨 高温 台风 疫情 雾霾 环保停工 节假日 春节"},
	{"交叉协调", "交叉 铁路 公路 军队 航道 邻避 相邻"},
}

// The kinds of what tells nothing, and of what fits no kind.
const (
	OtherCause = "其他"
	NoCause    = "未说明"
)

// Cause tells the kind of a cause: by the kind that the table names, else
// by the word that stands first in the text.
func Cause(told, text string) string {
	for _, s := range []string{told, text} {
		best, at := "", len(s)
		for _, c := range causes {
			for _, w := range strings.Fields(c.words + " " + c.name) {
				if i := strings.Index(s, w); i >= 0 && i < at {
					best, at = c.name, i
				}
			}
		}
		if best != "" {
			return best
		}
	}
	if strings.TrimSpace(told+text) == "" {
		return NoCause
	}
	return OtherCause
}

// Causes lists the kinds in the order in which they are printed, without 其他
// and 未说明.
func Causes() []string {
	var out []string
	for _, c := range causes {
		out = append(out, c.name)
	}
	return out
}
