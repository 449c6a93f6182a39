package notice

import (
	"slices"
	"strings"

	"tongbao/internal/reporting"
)

// wayOut is what a clerk can do about findings whose code has one of the words.
type wayOut struct {
	words []string
	text  string
}

// wayOuts are tried in order; a code has the first that fits. Codes are words
// with hyphens, so that a new one of a known family finds its way too.
var wayOuts = []wayOut{
	{[]string{"password", "locked", "encrypted"}, "请取消工作簿或压缩包的打开密码（Excel：文件—信息—保护工作簿—用密码进行加密，清空密码后保存）再发送。"},
	{[]string{"scan", "picture", "image", "pdf"}, "请发送Excel电子表格，不要只发扫描件、照片或PDF；盖章扫描件可以一并附上，但不能代替电子表格。"},
	{[]string{"huge", "link", "cloud"}, "请不要使用“超大附件”或网盘链接，改用普通附件发送；三张表通常只有几百KB，普通附件即可。"},
	{[]string{"too-large", "too-big", "too-long", "too-many", "limit", "oversize"}, "请删去表中的图片、空白行和无关工作表，必要时分几封邮件发送。"},
	{[]string{"damaged", "corrupt", "truncated", "broken", "unreadable", "not-a-workbook", "crash", "timeout"}, "文件可能在保存或传输中损坏。请用Excel或WPS打开原文件，确认内容完整，另存为“.xlsx”后重新发送。"},
	{[]string{"archive", "rar", "zip", "7z"}, "请不要压缩，直接将Excel文件作为附件发送。"},
	{[]string{"period", "month"}, "请在表题中写明月份，如“2021年3月份城建项目进度表”，并确认附件是当月的表。"},
	{[]string{"submitter", "unit-name", "foreign"}, "请在表题或“填报单位”处写明本单位名称，并确认发送的是本单位的表。"},
	{[]string{"header", "no-table", "not-a-table", "unknown-table", "kind", "empty", "no-rows"}, "请使用统一下发的表样，保留表头，不要把表格粘贴成图片；每张表至少应有一行项目，确无内容的请注明“无”。"},
	{[]string{"format", "type", "unsupported", "word"}, "请将表格另存为Excel工作簿（.xlsx或.xls）后发送。"},
}

// ways lists the ways out for a letter's findings, each once, in the order in
// which the findings call for them. Errors speak; where there are none, all do.
func ways(findings []reporting.Finding) []string {
	var out []string
	for _, all := range []bool{false, true} {
		for _, f := range findings {
			if !all && f.Severity != reporting.Error {
				continue
			}
			if w := way(f.Code); w != "" && !slices.Contains(out, w) && len(out) < 5 {
				out = append(out, w)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return []string{"请将报表以Excel附件（.xlsx或.xls）发送，不要加密、不要压缩、不要使用“超大附件”。"}
}

func way(code string) string {
	for _, w := range wayOuts {
		if slices.ContainsFunc(w.words, func(word string) bool { return strings.Contains("-"+code+"-", "-"+word+"-") }) {
			return w.text
		}
	}
	return ""
}
