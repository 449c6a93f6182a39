package form

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

func replyOf(text string) (Material, Knowledge) {
	book := sheet.OpenText(text, sheet.Limits{})
	now := time.Date(2021, 3, 26, 10, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return Material{File: "a.eml", Letter: &Head{Subject: "回复：【催报】修水县尚未报送3月份城建项目报表", Received: now},
			Documents: []Document{{Path: []string{"a.eml"}, Body: true, Book: *book}}},
		Knowledge{Register: reporting.NewRegister(reporting.JiujiangCounties()), Submitter: "修水县", Tables: reporting.Kinds, Now: now}
}

// TestWishes reads the ways in which clerks ask for more time.
func TestWishes(t *testing.T) {
	for _, c := range []struct{ text, until string }{
		{"请延期至28日。", "2021-03-28"},
		{"因人员外出，申请延期到3月28日报送，请批准。", "2021-03-28"},
		{"申请延期至2021年3月29日", "2021-03-29"},
		{"能否延至28号再报？", "2021-03-28"},
		{"报表可否推迟到二十八日上报", "2021-03-28"},
		{"报表推迟至３．２９，谢谢", "2021-03-29"},
		{"想延期到3.29", "2021-03-29"},
		{"请宽限至下周一", "2021-03-29"},
		{"请顺延到明天", "2021-03-27"},
		{"可以晚到后天报吗", "2021-03-28"},
		{"原定25日报送，现申请延期至30日", "2021-03-30"},
		{"我县报表28日前再报送", "2021-03-28"},
		{"30号才能报", "2021-03-30"},
		{"请延期至月底", "2021-03-31"},
		{"请延期至2日", "2021-04-02"},
		{"申请延期至4月2日", "2021-04-02"},
		{"滨江路项目资料还在核，报表申请延期到29日报送", "2021-03-29"},
		// Asked for, and the day is the office's to find out.
		{"申请延期两天", ""},
		{"请求宽限几天", ""},
		{"能不能晚两天报", ""},
		{"请延期至20日", "2021-04-20"}, // the next one; the office sees the words
		{"请延期至2月30日", ""},
		{"请延期至9月28日", ""},
		{"请延期至28日或30日", ""},
	} {
		said := Hear(replyOf(c.text))
		got := ""
		if !said.Until.IsZero() {
			got = said.Until.Format(time.DateOnly)
		}
		if !said.Extension || got != c.until {
			t.Errorf("%q: asks %v, until %q, want %q", c.text, said.Extension, got, c.until)
		}
	}
	for _, text := range []string{
		"滨江路改造工程因征地延期至4月28日开工。", "收到，谢谢。", "我县三张表见附件，请查收。", "本月无滞后项目", "不需要延期，今天报送。", "项目推迟到28日竣工",
		"收到\n\n------------------ 原始邮件 ------------------\n请延期至28日",
	} {
		if said := Hear(replyOf(text)); said.Extension {
			t.Errorf("%q asks for more time", text)
		}
	}
}

// chaserWords is what our letter says of nil reports.
const chaserWords = `修水县“城建项目大会战”指挥部办公室：

　　截至2021年3月26日9:00，我办尚未收到你单位3月份城建项目问题台账、进度滞后的项目清单。
　　·　城建项目问题台账：未收到
　　请发送至本邮箱。确无内容的，请回复注明“本月无问题”或
“本月无滞后项目”，按零报告登记。
　　本月无滞后项目
　　请延期至28日`

// TestQuoted lets every mail program quote our letter below the sender's words:
// only the latter count.
func TestQuoted(t *testing.T) {
	for name, marks := range map[string]string{
		"163":            "\n\n\n在 2021-03-26 09:00:05，\"九江市“城建项目大会战”指挥部办公室\" <office@example.com> 写道：\n",
		"163-broken":     "\n在 2021-03-26 09:00:05，\"九江市“城建项目大会战”指挥部办公室\"\n<office@example.com> 写道：\n",
		"163-english":    "\nAt 2021-03-26 09:00:05, \"office\" <office@example.com> wrote:\n",
		"netease-master": "\n---- 回复的原邮件 ----\n| 发件人 | office@example.com |\n| 日期 | 2021年03月26日 09:00 |\n",
		"qq":             "\n\n------------------ 原始邮件 ------------------\n发件人: \"office\" <office@example.com>;\n发送时间: 2021年3月26日(星期五) 上午9:00\n",
		"qq-nbsp":        "\n------------------\u00a0原始邮件\u00a0------------------\n",
		"qq-new":         "\n原始邮件\n发件人：office<office@example.com>\n",
		"foxmail":        "\n张某\n \n发件人： office\n发送时间： 2021-03-26 09:00\n收件人： xs\n主题： 【催报】\n",
		"outlook":        "\n________________________________\nFrom: office <office@example.com>\nSent: Friday, March 26, 2021 9:00\n",
		"outlook-old":    "\n-----邮件原件-----\n发件人: office\n",
		"iphone":         "\n发自我的 iPhone\n\n> 在 2021年3月26日，09:00，office <office@example.com> 写道：\n> \n",
		"gmail":          "\n九江市办公室 <office@example.com> 于2021年3月26日周五 上午9:00写道：\n",
		"gmail-english":  "\nOn Fri, Mar 26, 2021 at 9:00 AM office <office@example.com> wrote:\n",
		"huawei":         "\n\n-------- 原始邮件 --------\n发件人：office\n",
		"189":            "\n---原始邮件---\n发件人:office\n",
		"139":            "\n----邮件原文----\n发件人：office\n",
		"aliyun":         "\n------------------------------------------------------------------\n发件人：office\n",
		"nothing":        "\n\n",
	} {
		for own, want := range map[string]struct {
			nil  []reporting.Kind
			text string
		}{
			"已在整理，今天下午报。":             {nil, "已在整理，今天下午报。"},
			"本月无滞后项目":                 {[]reporting.Kind{reporting.Lagging}, "本月无滞后项目"},
			"我县3月份无需协调的问题，暂无进度滞后的项目。": {[]reporting.Kind{reporting.Issues, reporting.Lagging}, ""},
			"": {nil, ""},
		} {
			m, k := replyOf(own + marks + chaserWords)
			var kinds []reporting.Kind
			for _, table := range Read(m, k).Tables {
				if !table.Nil || table.Period != (reporting.Period{Year: 2021, Month: 3}) || table.Submitter != "修水县" && table.Submitter != "" {
					t.Errorf("%s, %q: a table %+v", name, own, table)
				}
				kinds = append(kinds, table.Kind)
			}
			slices.Sort(kinds)
			if !slices.Equal(kinds, want.nil) {
				t.Errorf("%s, %q: nil reports %v, want %v", name, own, kinds, want.nil)
			}
			said := Hear(m, k)
			if said.Extension || want.text != "" && !strings.HasPrefix(said.Text, want.text) || strings.Contains(said.Text, "按零报告登记") {
				t.Errorf("%s, %q: said %+v", name, own, said)
			}
		}
	}
}

// TestNilReplies reads what clerks answer where there is nothing to report, and
// what only sounds like it.
func TestNilReplies(t *testing.T) {
	l, i := reporting.Lagging, reporting.Issues
	for text, want := range map[string][]reporting.Kind{
		"本月无滞后项目": {l},
		"您好，我县本月无进度滞后项目，特此报告。": {l},
		"3月份没有滞后项目":            {l},
		"滞后项目：无":               {l},
		"滞后清单零报告":              {l},
		"本月无问题":                {i},
		"我县本月没有问题，也没有滞后项目":     {i, l},
		"问题台账和滞后清单均无":          {i, l},
		"本月无需协调解决的问题":          {i},
		"无":                    nil, // of what?
		"零报告":                  nil,
		"没有问题，马上报":             nil,
		"没问题":                  nil,
		"我县的表没有问题吧":            nil,
		"附件数据核对没有问题":           nil,
		"本月无滞后项目也要报吗？":         nil,
		"如无滞后项目怎么填":            nil,
		"请问没有滞后项目是否需要报":        nil,
		"因征地问题无法推进":            nil,
		"收到":                   nil,
	} {
		m, k := replyOf(text)
		var kinds []reporting.Kind
		for _, table := range Read(m, k).Tables {
			kinds = append(kinds, table.Kind)
		}
		slices.Sort(kinds)
		if !slices.Equal(kinds, want) {
			t.Errorf("%q: %v, want %v", text, kinds, want)
		}
	}
}

func TestCourtesy(t *testing.T) {
	for text, want := range map[string]bool{"收到": true, "收到，谢谢！": true, "好的，收到\n谢谢领导\n发自我的 iPhone": true, "请查收。": true, "附件请查收，谢谢": true, "请查收，另外第二张表怎么填？": false, "收到，但是第二张表怎么填？": false, "": false,
		"盖章件见附件": true, "附件为盖章版，请查收": true, "盖章扫描件见附件，请领导审阅。": true, "我县3月份城建报表盖章件及电子表见附件，请查收！": true, "3月报表（签字盖章版）附后。": true,
		"附件：进度表、问题台账、滞后清单": true, "附件为盖章版，电子表稍后发": false, "盖章件下周补": false, "盖章件已寄出": false, "报表已于24日报送": false, "附件为盖章版，滞后清单还要盖章吗": false} {
		if got := Hear(replyOf(text)).Courtesy; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
