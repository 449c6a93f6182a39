package form

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tongbao/internal/reporting"
	"tongbao/internal/sheet"
)

// chaserPage is our letter as HTML: set in tables, with one that lists what came.
const chaserPage = `<table role="presentation" width="100%%"><tr><td align="center"><table role="presentation"><tr><td align="left">
<p>修水县“城建项目大会战”指挥部办公室：</p>
<p>截至2021年3月26日9:00，我办尚未收到你单位3月份城建项目问题台账、进度滞后的项目清单。</p>
<table><tr><th>报表</th><th>收报情况</th></tr><tr><td>城建项目进度表</td><td>已收到</td></tr><tr><td>城建项目问题台账</td><td>未收到</td></tr><tr><td>进度滞后的项目清单</td><td>未收到</td></tr></table>
<p>请发送至本邮箱。确无内容的，请回复注明“本月无问题”或“本月无滞后项目”，按零报告登记。</p>
<p>本月无滞后项目</p><p>请延期至28日</p>
</td></tr></table></td></tr></table>`

// htmlQuotes are how mail programs put an answer above the letter that it
// answers, where they write HTML alone.
var htmlQuotes = map[string]string{
	"163": `<div style="line-height:1.7;color:#000000;font-size:14px;font-family:Arial"><div>%s</div></div><br><br><div style="position:relative;zoom:1"></div><p style="margin: 0;"><br></p>` +
		`<pre><br>在 2021-03-26 09:00:05，"九江市“城建项目大会战”指挥部办公室" &lt;office@example.com&gt; 写道：</pre><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex; MARGIN: 0px 0px 0px 0.8ex; BORDER-LEFT: #ccc 1px solid">` + chaserPage + `</blockquote>`,
	"163-broken": `<div>%s</div><br/><div>At 2021-03-26 09:00:05, "office"<br>&lt;office@example.com&gt; wrote:</div><blockquote>` + chaserPage + `</blockquote>`,
	"netease-master": `<div class="wrap"><div>%s</div></div><div class="J_reply" style="font-size:12px"><div style="margin: 20px 0 10px 0;">---- 回复的原邮件 ----</div>` +
		`<table width="100%%" cellspacing="0"><tr><td valign="top" style="width:42px">发件人</td><td>office&lt;office@example.com&gt;</td></tr><tr><td>日期</td><td>2021年03月26日 09:00</td></tr><tr><td>收件人</td><td>xs@example.com</td></tr><tr><td>主题</td><td>【催报】</td></tr></table></div><div>` + chaserPage + `</div>`,
	"qq": `<div>%s</div><div><br></div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div>` +
		`<div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"office"&lt;office@example.com&gt;;</div><div><b>发送时间:</b>&nbsp;2021年3月26日(星期五) 上午9:00</div></div><div><br></div>` + chaserPage,
	"foxmail": `<html><head><style>body { line-height: 1.5; }</style></head><body><div><span></span>%s</div><div><br></div><hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"><div><span>张某</span></div>` +
		`<blockquote style="margin-Top: 0px; margin-Bottom: 0px"><div>&nbsp;</div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm"><div><div><b>发件人：</b>&nbsp;<a href="mailto:office@example.com">office</a></div><div><b>发送时间：</b>&nbsp;2021-03-26&nbsp;09:00</div></div></div><div>` + chaserPage + `</div></blockquote></body></html>`,
	"outlook": `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang=ZH-CN><div class=WordSection1><p class=MsoNormal><span style='font-size:10.5pt'>%s<span lang=EN-US><o:p></o:p></span></span></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>` +
		`<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>发件人<span lang=EN-US>:</span></b><span lang=EN-US> office &lt;office@example.com&gt; <br></span><b>发送时间<span lang=EN-US>:</span></b> 2021<span>年</span>3<span>月</span>26<span>日</span></p></div>` + chaserPage + `</div></body></html>`,
	"iphone": `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto"><div dir="ltr">%s</div><div dir="ltr"><br>发自我的 iPhone</div><div dir="ltr"><br><blockquote type="cite">在 2021年3月26日，09:00，office &lt;office@example.com&gt; 写道：<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">` + chaserPage + `</div></blockquote></body></html>`,
	"gmail":  `<div dir="ltr">%s</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">九江市办公室 &lt;<a href="mailto:office@example.com">office@example.com</a>&gt; 于2021年3月26日周五 09:00写道：<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">` + chaserPage + `</blockquote></div>`,
	"bare":   `<div>%s</div><blockquote>` + chaserPage + `</blockquote>`,
}

// TestQuotedHTML: of an answer that is HTML alone only the sender's own words
// count, whatever program wrote it.
func TestQuotedHTML(t *testing.T) {
	for name, page := range htmlQuotes {
		for own, want := range map[string][]reporting.Kind{
			"已在整理，今天下午报。": nil,
			"":            nil,
			"本月无滞后项目":     {reporting.Lagging},
			"您好，<br>我县3月份<b>无</b>滞后项目。":               {reporting.Lagging},
			"<span>本月无问题</span>，<span>也没有滞后项目</span>": {reporting.Issues, reporting.Lagging},
		} {
			m, k := replyOf("")
			book, err := sheet.OpenHTML(fmt.Sprintf(page, own), sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			m.Documents[0].Book = *book
			var kinds []reporting.Kind
			read := Read(m, k)
			for _, table := range read.Tables {
				if !table.Nil {
					t.Errorf("%s, %q: a table %+v", name, own, table)
				}
				kinds = append(kinds, table.Kind)
			}
			slices.Sort(kinds)
			if !slices.Equal(kinds, want) {
				t.Errorf("%s, %q: nil reports %v, want %v", name, own, kinds, want)
			}
			said := Hear(m, k)
			if said.Extension || strings.Contains(said.Text, "按零报告登记") || own == "" && said.Text != "" && name != "foxmail" {
				t.Errorf("%s, %q: said %+v", name, own, said)
			}
			if len(read.Findings) > 0 {
				t.Errorf("%s, %q: findings %+v", name, own, read.Findings)
			}
		}
	}
}
